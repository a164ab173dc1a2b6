//! `summary` of a LIDO record (record-fields §5.5).

use super::subjects::displayed;
use super::{all_in, each, first_described};
use crate::present::view::RecordView;
use crate::present::{ApiValue, marc};
use crate::xml::Element;

/// Longer titles, descriptions, subjects; without what the title says already.
pub(in crate::present) fn summary(view: &RecordView<'_>) -> ApiValue {
    let language = view.lang();
    let title = view.text("title").replace([',', ';'], "");
    let texts = |elements: Vec<Element<'_>>| -> Vec<String> {
        let found = all_in(&elements, language);
        minus_title(found.into_iter().map(|e| e.text().into_owned()).collect(), &title)
    };
    let descriptions = texts(preferred(description_notes(view)));
    let subjects = texts(preferred(
        displayed(view)
            .into_iter()
            .map(|e| (e.attr_or_empty("label") == "aihe", e))
            .filter(|(fits, e)| *fits || e.attr_or_empty("label").is_empty())
            .collect(),
    ));
    let mut parts = longer_titles(view, &title);
    parts.extend(marc::fields::unique([descriptions, subjects].concat()));
    ApiValue::texts(parts)
}

/// The elements that fit if there are any, else the others.
fn preferred(elements: Vec<(bool, Element<'_>)>) -> Vec<Element<'_>> {
    let any = elements.iter().any(|(fits, _)| *fits);
    elements.into_iter().filter(|(fits, _)| *fits == any).map(|(_, element)| element).collect()
}

/// Notes of sets of type `description`, and of sets without type.
fn description_notes<'r>(view: &'r RecordView<'_>) -> Vec<(bool, Element<'r>)> {
    let path = "objectIdentificationWrap/objectDescriptionWrap";
    first_described(view, path, "objectDescriptionSet")
        .into_iter()
        .filter_map(|set| match set.attr_or_empty("type") {
            "description" => Some((true, set)),
            "" => Some((false, set)),
            _ => None,
        })
        .flat_map(|(fits, set)| {
            each(set, "descriptiveNoteValue").into_iter().map(move |note| (fits, note))
        })
        .collect()
}

/// Texts that say more than the title.
fn minus_title(items: Vec<String>, title: &str) -> Vec<String> {
    if items.join(" ").replace([',', ';'], "") == title {
        return Vec::new();
    }
    // One sign is replaced here and deleted above, as in the peer.
    let kept = items.into_iter().filter(|item| item.replace([',', ';'], " ") != title);
    marc::fields::unique(kept.collect())
}

/// Titles that go on after the record's title, or are others.
fn longer_titles(view: &RecordView<'_>, title: &str) -> Vec<String> {
    let path = "objectIdentificationWrap/titleWrap";
    let elements: Vec<Element<'_>> = first_described(view, path, "titleSet")
        .into_iter()
        .flat_map(|set| each(set, "appellationValue"))
        .collect();
    let known: Vec<String> = elements
        .iter()
        .filter(|e| matches!(e.attr("pref"), Some("preferred" | "alternate")))
        .map(|e| e.text().into_owned())
        .chain(view.texts("title_alt").into_iter().map(str::to_owned))
        .collect();
    let titles = all_in(&elements, view.lang());
    let titles = minus_title(titles.into_iter().map(|e| e.text().into_owned()).collect(), title);
    let own = view.text("title");
    titles
        .into_iter()
        .filter(|text| !known.contains(text))
        .map(|text| rest_after(own, &text).unwrap_or(text))
        .filter(|text| !text.is_empty())
        .collect()
}

/// What stands in `text` after the title, if it begins with the title's letters and digits.
fn rest_after(title: &str, text: &str) -> Option<String> {
    let signs =
        |text: &str| -> String { text.chars().filter(char::is_ascii_alphanumeric).collect() };
    let (of_title, of_text) = (signs(title), signs(text));
    if !of_text.starts_with(&of_title) || of_text.len() <= of_title.len() {
        return None;
    }
    let rest = text.as_bytes().get(title.len()..).unwrap_or(&[]);
    let rest = String::from_utf8_lossy(rest);
    Some(rest.trim_start_matches([' ', '.', ',', ':', ';', '!', '?']).to_owned())
}
