//! API fields that are read from a LIDO record (record-fields §5).

pub(super) mod events;
pub(super) mod media;
pub(super) mod rights;
pub(super) mod subjects;
pub(super) mod summary;
pub(super) mod works;

use super::view::RecordView;
use crate::text::trim;
use crate::xml::Element;
use std::borrow::Cow;

/// The `lido` element, inside its wrapper or bare.
fn lido<'r>(view: &'r RecordView<'_>) -> Option<Element<'r>> {
    let root = view.root()?;
    if root.name() == "lido" { Some(root) } else { root.child("lido") }
}

/// Elements on a path below every `descriptiveMetadata`; there may be one a language.
fn described<'r>(view: &'r RecordView<'_>, path: &str) -> Vec<Element<'r>> {
    let Some(lido) = lido(view) else { return Vec::new() };
    lido.each("descriptiveMetadata").flat_map(|dm| dm.find_all(path)).collect()
}

/// Elements of a name in the first place that a path leads to, below the first
/// `descriptiveMetadata`.
fn first_described<'r>(view: &'r RecordView<'_>, path: &str, name: &str) -> Vec<Element<'r>> {
    let place =
        lido(view).and_then(|lido| lido.child("descriptiveMetadata")).and_then(|dm| dm.find(path));
    place.into_iter().flat_map(|place| place.each(name)).collect()
}

/// `resourceSet`s in order.
fn resource_sets<'r>(view: &'r RecordView<'_>) -> Vec<Element<'r>> {
    let Some(lido) = lido(view) else { return Vec::new() };
    lido.find_all("administrativeMetadata/resourceWrap/resourceSet")
}

fn is_blank(element: Element<'_>) -> bool {
    trim(&element.text()).is_empty()
}

/// True if the element is in the language or in its first two letters.
fn is_in(element: Element<'_>, language: &str) -> bool {
    let own = element.attr_or_empty("lang");
    own == language || Some(own) == language.get(..2)
}

/// L1: the first filled element in the language, else the first filled one.
fn best<'r>(elements: &[Element<'r>], language: &str) -> Option<Element<'r>> {
    let filled = || elements.iter().filter(|element| !is_blank(**element));
    filled()
        .find(|element| element.attr_or_empty("lang") == language)
        .or_else(|| filled().find(|element| is_in(**element, language)))
        .or_else(|| filled().next())
        .copied()
}

/// L1 as text, as written.
fn best_text<'r>(elements: &[Element<'r>], language: &str) -> Cow<'r, str> {
    best(elements, language).map(Element::text).unwrap_or_default()
}

/// LA: all filled elements in the language, else all filled ones.
fn all_in<'r>(elements: &[Element<'r>], language: &str) -> Vec<Element<'r>> {
    let filled: Vec<Element<'r>> =
        elements.iter().copied().filter(|element| !is_blank(*element)).collect();
    let fitting: Vec<Element<'r>> =
        filled.iter().copied().filter(|element| is_in(*element, language)).collect();
    if fitting.is_empty() { filled } else { fitting }
}

/// LA with the flag *first*: without the language those in the language of the first.
fn all_in_one<'r>(elements: &[Element<'r>], language: &str) -> Vec<Element<'r>> {
    let found = all_in(elements, language);
    let Some(first) = found.first().map(|element| element.attr_or_empty("lang")) else {
        return found;
    };
    if found.iter().all(|element| is_in(*element, language)) {
        return found;
    }
    found.into_iter().filter(|element| element.attr_or_empty("lang") == first).collect()
}

fn each<'r>(element: Element<'r>, name: &str) -> Vec<Element<'r>> {
    element.each(name).collect()
}

/// The names of a place and of the places around it, from inside out.
fn place_chain(place: Element<'_>) -> Vec<String> {
    let mut names = place_names(place);
    names.extend(surrounding_places(place.child("partOfPlace")));
    names
}

/// The first name of each place of a `partOfPlace` chain.
fn surrounding_places(place: Option<Element<'_>>) -> Vec<String> {
    let mut names = Vec::new();
    let mut at = place;
    while let Some(place) = at {
        names.extend(place_names(place).into_iter().next());
        at = place.child("partOfPlace");
    }
    names
}

/// The trimmed names of one place, one a set.
fn place_names(place: Element<'_>) -> Vec<String> {
    place
        .each("namePlaceSet")
        .filter_map(|set| set.child("appellationValue"))
        .map(|name| name.trimmed().into_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// True for identifiers that are addresses.
fn is_address_type(kind: &str) -> bool {
    matches!(kind.to_ascii_lowercase().as_str(), "uri" | "url")
}
