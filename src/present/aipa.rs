//! What AIPA collections show otherwise than QDC records (record-fields §7.1).

use super::ApiValue;
use super::images::Image;
use super::lrmi;
use super::qdc;
use super::view::RecordView;
use crate::xml::Element;

/// What is left out of items, by the way from the item.
const HIDDEN_IN_ITEMS: [&[&str]; 10] = [
    &["abstract"],
    &["description"],
    &["assignmentIdeas"],
    &["learningResource", "studyObjectives"],
    &["learningResource", "educationalLevel", "name"],
    &["learningResource", "educationalLevel", "inDefinedTermSet", "name"],
    &["learningResource", "educationalAlignment", "educationalSubject", "educationalFramework"],
    &["learningResource", "educationalAlignment", "educationalSubject", "targetName"],
    &["learningResource", "teaches", "name"],
    &["material", "comment"],
];

/// `subject` in the answer's language or in none.
pub(super) fn subjects(view: &RecordView<'_>) -> Vec<String> {
    let Some(root) = view.root() else { return Vec::new() };
    root.each("subject")
        .filter(|e| e.attr("lang").is_none() || e.attr("lang") == Some(view.lang()))
        .map(|e| e.text().into_owned())
        .collect()
}

/// As LRMI.
pub(super) fn images(view: &RecordView<'_>) -> Vec<Image> {
    lrmi::images(view)
}

/// The record without descriptions, also inside its items.
pub(super) fn filtered(view: &RecordView<'_>) -> ApiValue {
    let Some(root) = view.root() else { return ApiValue::Null };
    let keep = |element: Element<'_>| !is_hidden(element);
    ApiValue::from(qdc::printed(root, &keep))
}

/// Elements that are left out, by their way from the root.
fn is_hidden(element: Element<'_>) -> bool {
    let mut path: Vec<&str> = Vec::new();
    let mut at = Some(element);
    while let Some(element) = at {
        path.push(element.name());
        at = element.parent();
    }
    path.pop();
    path.reverse();
    match path.as_slice() {
        ["abstract" | "description"] => true,
        ["item", rest @ ..] => HIDDEN_IN_ITEMS.contains(&rest),
        _ => false,
    }
}
