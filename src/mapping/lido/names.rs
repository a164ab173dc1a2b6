//! Makers of the object and others who took part in its life (ingest-lido §4).

use super::view::{View, text_at, trimmed_at};
use crate::record::IndexRecord;
use crate::text::normalize_relator;
use crate::xml::Element;
use std::borrow::Cow;

/// A name with the role it has in an event.
pub(super) struct Actor<'t> {
    pub(super) name: Cow<'t, str>,
    /// Lower-cased, without punctuation; may be empty.
    role: String,
}

impl Actor<'_> {
    fn with_role(&self) -> String {
        if self.role.is_empty() {
            self.name.to_string()
        } else {
            format!("{}, {}", self.name, self.role)
        }
    }
}

/// The actors of some events, in document order.
pub(super) fn actors<'t>(
    events: impl IntoIterator<Item = Element<'t>>,
) -> impl Iterator<Item = Actor<'t>> {
    events
        .into_iter()
        .flat_map(|event| event.each("eventActor"))
        .flat_map(|actor| actor.each("actorInRole"))
        .filter_map(|actor| {
            let name = trimmed_at(actor, "actor/nameActorSet/appellationValue")?;
            let role = actor.find("roleActor/term").map(|term| normalize_relator(&term.text()));
            Some(Actor { name, role: role.unwrap_or_default() })
        })
}

/// Fields for one role in events of one type. Other words for the role count when the source sets
/// the driver parameter `eventTypeSynonyms`.
const ROLE_FIELDS: &[(&str, &str, &str, &[&str])] = &[
    ("artist_str_mv", "valmistus", "taiteilija", &["artist", "konstnär"]),
    ("photographer_str_mv", "valmistus", "valokuvaaja", &["photographer", "fotograf"]),
    ("manufacturer_str_mv", "valmistus", "valmistaja", &["manufacturer", "tillverkare"]),
    ("designer_str_mv", "suunnittelu", "suunnittelija", &["designer", "formgivare"]),
    ("finder_str_mv", "löytyminen", "löytäjä", &["finder", "upphittare"]),
];

/// Sets the fields of authors, of other roles, of exhibitions and of cultures.
pub(super) fn set_fields(view: &View<'_, '_>, record: &mut IndexRecord) {
    let main: Vec<Actor<'_>> = actors(view.events.main.iter().copied()).collect();
    if let Some(first) = main.first() {
        record.set("author_sort", first.with_role());
    }
    record.set_all("author", main.iter().map(Actor::with_role));
    record.set_all("author_facet", main.into_iter().map(|actor| actor.name));

    let with_synonyms = view.flag("eventTypeSynonyms", false);
    for &(field, kind, role, synonyms) in ROLE_FIELDS {
        let has_role = |actor: &Actor<'_>| {
            actor.role == role || (with_synonyms && synonyms.contains(&actor.role.as_str()))
        };
        let names = actors(view.events.of_type(kind)).filter(has_role).map(|actor| actor.name);
        record.set_all(field, names);
    }

    let exhibitions = view
        .events
        .of_type("näyttely")
        .filter_map(|event| text_at(event, "eventName/appellationValue"));
    record.set_all("exhibition_str_mv", exhibitions);
    let cultures = view
        .events
        .all()
        .flat_map(|event| event.each("culture"))
        .filter_map(|culture| trimmed_at(culture, "term"));
    record.set_all("culture", cultures);
}

/// The makers without their roles: the first is the main author, all are authors of work keys.
pub(super) fn makers(view: &View<'_, '_>) -> Vec<String> {
    actors(view.events.main.iter().copied()).map(|actor| actor.name.into_owned()).collect()
}
