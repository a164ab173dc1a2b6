//! What LRMI records show otherwise than QDC ones (record-fields §7.1).

use super::ApiValue;
use super::images::Image;
use super::online;
use super::qdc;
use super::view::RecordView;
use crate::xml::Element;
use std::borrow::Cow;

/// Every `identifier`.
pub(super) fn identifiers(view: &RecordView<'_>) -> ApiValue {
    let found = view.root().map(|root| root.each("identifier").collect()).unwrap_or_default();
    let found: Vec<Element<'_>> = found;
    qdc::one_or_all(found.into_iter().map(|element| element.text().into_owned()).collect())
}

/// Persons, then organisations, of the first `author`.
pub(super) fn authors(view: &RecordView<'_>) -> Vec<ApiValue> {
    let Some(author) = view.root().and_then(|root| root.child("author")) else { return Vec::new() };
    let persons = author.each("person").map(|person| {
        ApiValue::object([
            ("name", child_text(person, "name").into()),
            ("affiliation", child_text(person, "affiliation").into()),
        ])
    });
    let bodies = author
        .each("organization")
        .map(|body| ApiValue::object([("name", child_text(body, "legalName").into())]));
    persons.chain(bodies).collect()
}

/// `description` that is no image, by language.
pub(super) fn summary(view: &RecordView<'_>) -> ApiValue {
    let Some(root) = view.root() else { return ApiValue::EMPTY };
    let texts: Vec<Element<'_>> =
        root.each("description").filter(|e| e.attr_or_empty("format").is_empty()).collect();
    ApiValue::texts(qdc::by_language(view, &texts))
}

/// `description` that is an image.
pub(super) fn images(view: &RecordView<'_>) -> Vec<Image> {
    let Some(root) = view.root() else { return Vec::new() };
    root.each("description")
        .filter(|e| matches!(e.attr_or_empty("format"), "image/png" | "image/jpeg"))
        .map(Element::trimmed)
        .filter(|url| online::is_loadable(url))
        .map(|url| Image::of_one_size(&url))
        .collect()
}

fn child_text<'r>(element: Element<'r>, name: &str) -> Cow<'r, str> {
    element.child(name).map(Element::trimmed).unwrap_or_default()
}
