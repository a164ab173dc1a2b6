//! The events of an object's life, chosen by their types (ingest-lido §4).

use super::view::{list, written};
use crate::mapping::MapContext;
use crate::xml::Element;

/// The events of a record, and those of them that matter most.
pub(super) struct Events<'t> {
    all: Vec<Event<'t>>,
    /// The making of the object: authors, materials and time.
    pub(super) main: Vec<Element<'t>>,
    /// Where the object was used or made.
    pub(super) places: Vec<Element<'t>>,
}

struct Event<'t> {
    element: Element<'t>,
    /// All its type terms, lower-cased.
    types: Vec<String>,
}

const MAIN: &[(&str, u16)] =
    &[("suunnittelu", 0), ("design", 0), ("valmistus", 1), ("creation", 1)];

const PLACES: &[(&str, u16)] = &[("käyttö", 0), ("use", 0), ("valmistus", 999), ("creation", 999)];

/// A photograph's place of making says nothing about what it shows.
const PLACES_OF_PHOTOGRAPHS: &[(&str, u16)] = &[("käyttö", 0), ("use", 0)];

/// Other words for the types that fields are keyed by, used when the source sets the driver
/// parameter `eventTypeSynonyms`. Without it only Finnish records get date ranges.
const SYNONYMS: &[(&str, &str)] = &[
    ("creation", "valmistus"),
    ("production", "valmistus"),
    ("design", "suunnittelu"),
    ("designing", "suunnittelu"),
    ("use", "käyttö"),
    ("finding", "löytyminen"),
    ("photographing", "kuvaus"),
    ("exhibition", "näyttely"),
];

impl<'t> Events<'t> {
    /// The events of the descriptive part of a record with this work type.
    pub(super) fn new(
        descriptive: Option<Element<'t>>,
        work_type: &str,
        context: &MapContext<'_>,
    ) -> Self {
        let with_synonyms = context.source.params.flag("eventTypeSynonyms", false);
        let all: Vec<Event<'t>> = list(descriptive, "eventWrap/eventSet")
            .flat_map(|set| set.each("event"))
            .map(|element| Event { element, types: types_of(element, with_synonyms) })
            .collect();
        let is_photograph = work_type == "valokuva";
        let places = if is_photograph { PLACES_OF_PHOTOGRAPHS } else { PLACES };
        Events { main: select(&all, MAIN), places: select(&all, places), all }
    }

    /// All events in document order.
    pub(super) fn all(&self) -> impl Iterator<Item = Element<'t>> {
        self.all.iter().map(|event| event.element)
    }

    /// The events of one type, in document order.
    pub(super) fn of_type<'s>(
        &'s self,
        kind: &'s str,
    ) -> impl Iterator<Item = Element<'t>> + use<'t, 's> {
        self.all
            .iter()
            .filter(move |event| event.types.iter().any(|own| own == kind))
            .map(|event| event.element)
    }
}

fn types_of(event: Element<'_>, with_synonyms: bool) -> Vec<String> {
    let mut types: Vec<String> = list(Some(event), "eventType/term")
        .map(|term| written(term).to_lowercase())
        .filter(|term| !term.is_empty())
        .collect();
    if with_synonyms {
        let own = types.clone();
        types.extend(
            SYNONYMS
                .iter()
                .filter(|(word, _)| own.iter().any(|kind| kind.trim() == *word))
                .map(|(_, kind)| (*kind).to_owned()),
        );
    }
    types
}

/// The events that have a type of the table, by priority, then in document order. The first term
/// of an event that the table knows decides.
fn select<'t>(events: &[Event<'t>], table: &[(&str, u16)]) -> Vec<Element<'t>> {
    let priority = |event: &Event<'t>| {
        event.types.iter().find_map(|kind| {
            table.iter().find(|(name, _)| name == kind).map(|(_, priority)| *priority)
        })
    };
    let mut chosen: Vec<(u16, Element<'t>)> =
        events.iter().filter_map(|event| Some((priority(event)?, event.element))).collect();
    chosen.sort_by_key(|(priority, _)| *priority);
    chosen.into_iter().map(|(_, element)| element).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::lido::sample;

    const EVENTS: &str = "<eventWrap>\
        <eventSet><event id='1'><eventType><term>Valmistus</term></eventType></event></eventSet>\
        <eventSet><event id='2'><eventType><term>x</term><term>suunnittelu</term></eventType></event></eventSet>\
        <eventSet><event id='3'><eventType><term>Use</term></eventType></event></eventSet>\
        <eventSet><event id='4'><eventType><term>creation</term></eventType></event></eventSet>\
        <eventSet><event id='5'/></eventSet></eventWrap>";

    fn ids<'t>(events: impl IntoIterator<Item = Element<'t>>) -> String {
        events.into_iter().map(|event| event.attr_or_empty("id")).collect()
    }

    #[test]
    fn selection() {
        for (kind, places, valmistus, with_synonyms) in
            [("esine", "314", "1", "14"), ("valokuva", "3", "1", "14")]
        {
            sample::with_view(&sample::descriptive(kind, EVENTS), &[], |view| {
                assert_eq!(ids(view.events.all()), "12345");
                assert_eq!(ids(view.events.main.clone()), "214");
                assert_eq!(ids(view.events.places.clone()), places);
                assert_eq!(ids(view.events.of_type("valmistus")), valmistus);
            });
            let parameters = [("eventTypeSynonyms", "1")];
            sample::with_view(&sample::descriptive(kind, EVENTS), &parameters, |view| {
                assert_eq!(ids(view.events.of_type("valmistus")), with_synonyms);
                assert_eq!(ids(view.events.of_type("käyttö")), "3");
            });
        }
    }
}
