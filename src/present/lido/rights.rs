//! Rights of a LIDO record as a whole.

use super::{best, each, is_blank, resource_sets};
use crate::present::rights::{link, mapped};
use crate::present::view::RecordView;
use crate::present::{ApiValue, marc};
use crate::xml::Element;

fn is_copyright(concept: &Element<'_>) -> bool {
    concept.attr_or_empty("type").eq_ignore_ascii_case("copyright")
}

/// `rightsType`s that name a copyright.
fn copyright_types<'r>(view: &'r RecordView<'_>) -> Vec<Element<'r>> {
    resource_sets(view)
        .into_iter()
        .flat_map(|set| set.find_all("rightsResource/rightsType"))
        .filter(|kind| kind.each("conceptID").any(|concept| is_copyright(&concept)))
        .collect()
}

/// The terms on copyright, each once.
pub(in crate::present) fn access_restrictions(view: &RecordView<'_>) -> ApiValue {
    let terms = copyright_types(view).into_iter().filter_map(|kind| {
        let term = kind.each("term").find(|term| !is_blank(*term))?;
        Some(term.text().into_owned())
    });
    ApiValue::texts(marc::fields::unique(terms.collect()))
}

/// The first copyright that is named, with the terms in the answer's language.
pub(in crate::present) fn image_rights(view: &RecordView<'_>) -> ApiValue {
    let types = copyright_types(view);
    let name = types
        .iter()
        .flat_map(|kind| kind.each("conceptID"))
        .filter(is_copyright)
        .map(Element::trimmed)
        .find(|name| !name.is_empty());
    let terms = types.iter().filter_map(|kind| {
        let terms = each(*kind, "term");
        best(&terms, view.locale().code()).map(|term| term.text().into_owned())
    });
    let terms = marc::fields::unique(terms.collect());
    if name.is_none() && terms.is_empty() {
        return ApiValue::Null;
    }
    let copyright = name.as_deref().map_or("", mapped);
    let mut pairs = vec![
        ("copyright".into(), copyright.into()),
        ("link".into(), link(copyright, view.locale()).into()),
    ];
    if !terms.is_empty() {
        pairs.push(("description".into(), ApiValue::texts(terms)));
    }
    ApiValue::Object(pairs)
}
