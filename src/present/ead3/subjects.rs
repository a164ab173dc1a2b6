//! Subjects of an EAD3 record.

use super::{each, preferred_codes};
use crate::present::ApiValue;
use crate::present::view::RecordView;
use crate::xml::Element;

/// Parts that are other forms of a heading.
const VARIANTS: [&str; 3] = ["varianttinimi", "vaihtoehtoinen nimi", "vanhentunut nimi"];

/// A heading with the element it comes from.
struct Heading<'r> {
    text: String,
    element: Option<Element<'r>>,
    preferred: bool,
    is_topic: bool,
}

fn headings<'r>(view: &'r RecordView<'_>) -> Vec<Heading<'r>> {
    let access = each(view, "controlaccess");
    let topics: Vec<Heading<'_>> = access
        .iter()
        .flat_map(|access| access.each("subject"))
        .filter_map(|subject| heading(view, subject))
        .collect();
    let any_preferred = topics.iter().any(|topic| topic.preferred);
    let indexed = view.texts("genre").into_iter().chain(view.texts("era"));
    let indexed = indexed.map(|text| Heading {
        text: text.to_owned(),
        element: None,
        preferred: false,
        is_topic: false,
    });
    let places = access
        .iter()
        .flat_map(|access| access.each("geogname"))
        .filter(|place| place.attr("relator") == Some("aihe"))
        .filter_map(|place| {
            let parts: Vec<String> = place
                .each("part")
                .map(|part| part.trimmed().into_owned())
                .filter(|part| !part.is_empty())
                .collect();
            let text = parts.join(", ");
            (!text.is_empty()).then_some(Heading {
                text,
                element: Some(place),
                preferred: false,
                is_topic: false,
            })
        });
    topics
        .into_iter()
        .filter(|topic| !any_preferred || topic.preferred)
        .chain(indexed)
        .chain(places)
        .collect()
}

/// The parts of a subject, those in the preferred language if there are any.
fn heading<'r>(view: &RecordView<'_>, subject: Element<'r>) -> Option<Heading<'r>> {
    let codes = preferred_codes(view);
    let own = subject.attr_or_empty("lang");
    let (mut preferred, mut all) = (Vec::new(), Vec::new());
    for part in subject.each("part") {
        let kind = part.attr_or_empty("localtype").to_lowercase();
        let text = part.trimmed();
        if VARIANTS.contains(&kind.as_str()) || text.is_empty() {
            continue;
        }
        let language = match part.attr_or_empty("lang") {
            "" => own,
            language => language,
        };
        if codes.contains(&language) {
            preferred.push(text.clone().into_owned());
        }
        all.push(text.into_owned());
    }
    let is_preferred = !preferred.is_empty();
    let parts = if is_preferred { preferred } else { all };
    let text = parts.join(", ");
    (!text.is_empty()).then_some(Heading {
        text,
        element: Some(subject),
        preferred: is_preferred,
        is_topic: true,
    })
}

/// `subjects`.
pub(in crate::present) fn subjects(view: &RecordView<'_>) -> ApiValue {
    let lists = headings(view).into_iter().map(|heading| ApiValue::texts([heading.text]));
    ApiValue::List(lists.collect())
}

/// `subjectsExtended`.
pub(in crate::present) fn extended(view: &RecordView<'_>) -> ApiValue {
    let items = headings(view).into_iter().map(|heading| {
        let attribute = |name: &str| heading.element.map_or("", |e| e.attr_or_empty(name));
        // Places are given without their vocabulary.
        let known = |name: &str| if heading.is_topic { attribute(name) } else { "" };
        let id = known("identifier");
        let authority = if id.is_empty() || id.starts_with("http") { "" } else { "Unknown Name" };
        ApiValue::object([
            ("heading", ApiValue::texts([heading.text.as_str()])),
            ("type", "topic".into()),
            ("source", known("source").into()),
            ("detail", attribute("relator").into()),
            ("id", id.into()),
            ("authType", authority.into()),
        ])
    });
    ApiValue::List(items.collect())
}
