//! The object itself: identifiers, sizes, inscriptions, makers, where it is (record-fields §5, §5.1).

use super::{
    all_in, all_in_one, best, best_text, described, each, first_described, is_blank, place_chain,
};
use crate::present::ApiValue;
use crate::present::view::RecordView;
use crate::text::trim;
use crate::xml::Element;

const COLLECTION_RELATIONS: [&str; 5] =
    ["Kokoelma", "kuuluu kokoelmaan", "kokoelma", "Alakokoelma", "Erityiskokoelma"];

/// `collections`: the works of which this one is a part.
pub(in crate::present) fn collections(view: &RecordView<'_>) -> ApiValue {
    let sets = first_described(view, "objectRelationWrap/relatedWorksWrap", "relatedWorkSet");
    let names: Vec<Element<'_>> = sets
        .into_iter()
        .filter(|set| {
            let relation = set.find("relatedWorkRelType/term").map(Element::text);
            relation.is_some_and(|text| COLLECTION_RELATIONS.contains(&text.as_ref()))
        })
        .filter_map(|set| set.child("relatedWork"))
        .flat_map(|work| each(work, "displayObject"))
        .collect();
    ApiValue::texts(all_in(&names, view.lang()).into_iter().map(Element::text))
}

fn work_ids<'r>(view: &'r RecordView<'_>) -> Vec<Element<'r>> {
    first_described(view, "objectIdentificationWrap/repositoryWrap", "repositorySet")
        .into_iter()
        .flat_map(|set| each(set, "workID"))
        .collect()
}

/// `identifierString`: the first work id with its type.
pub(in crate::present) fn identifier(view: &RecordView<'_>) -> ApiValue {
    let ids = work_ids(view);
    let Some(id) = ids.first() else { return ApiValue::Null };
    let text = id.trimmed();
    ApiValue::text_or_null(match id.attr_or_empty("type") {
        _ if text.is_empty() => String::new(),
        "" => text.into_owned(),
        kind => format!("{text} ({kind})"),
    })
}

/// Work ids of exactly this type.
pub(in crate::present) fn numbers(view: &RecordView<'_>, kind: &str) -> Vec<String> {
    let ids = work_ids(view).into_iter().filter(|id| id.attr("type") == Some(kind));
    ids.map(|id| id.trimmed().into_owned()).filter(|id| !id.is_empty()).collect()
}

/// `inscriptions`, a list for each element.
pub(in crate::present) fn inscriptions(view: &RecordView<'_>) -> ApiValue {
    let path = "objectIdentificationWrap/inscriptionsWrap/inscriptions";
    let lists = described(view, path).into_iter().filter_map(|inscriptions| {
        let items: Vec<ApiValue> = inscriptions
            .each("inscriptionDescription")
            .filter_map(|description| {
                let note = description.child("descriptiveNoteValue")?;
                let content = note.trimmed();
                if content.is_empty() {
                    return None;
                }
                Some(ApiValue::object([
                    ("type", description.attr_or_empty("type").into()),
                    ("label", note.attr_or_empty("label").into()),
                    ("content", content.into()),
                ]))
            })
            .collect();
        (!items.is_empty()).then_some(ApiValue::List(items))
    });
    ApiValue::List(lists.collect())
}

/// `measurements`: all but the extents.
pub(in crate::present) fn measurements(view: &RecordView<'_>) -> ApiValue {
    ApiValue::texts(sizes(view, false))
}

/// `physicalDescriptions`: the extents.
pub(in crate::present) fn extents(view: &RecordView<'_>) -> ApiValue {
    ApiValue::texts(sizes(view, true))
}

/// Sizes that are extents, or that are none (record-fields §5.1).
fn sizes(view: &RecordView<'_>, of_extent: bool) -> Vec<String> {
    let language = view.lang();
    let mut found = Vec::new();
    let path = "objectIdentificationWrap/objectMeasurementsWrap";
    for set in first_described(view, path, "objectMeasurementsSet") {
        let extents = set.find_all("objectMeasurements/extentMeasurements");
        let extents: Vec<String> = all_in_one(&extents, language)
            .into_iter()
            .map(|extent| extent.trimmed().into_owned())
            .collect();
        let extents = extents.join(", ");
        let with_extents = |text: &str| {
            if extents.is_empty() { text.to_owned() } else { format!("{text} ({extents})") }
        };
        if let Some(shown) = best(&each(set, "displayObjectMeasurements"), language) {
            if (shown.attr_or_empty("label") == "extent") == of_extent {
                found.push(with_extents(&shown.trimmed()));
            }
            continue;
        }
        for measurement in set.find_all("objectMeasurements/measurementsSet") {
            let part = |name: &str| trim(&best_text(&each(measurement, name), language)).to_owned();
            let kinds: Vec<Element<'_>> = each(measurement, "measurementType");
            let terms: Vec<Element<'_>> =
                kinds.iter().flat_map(|kind| each(*kind, "term")).collect();
            let (kind, is_extent) = if terms.is_empty() {
                (part("measurementType"), part("measurementType") == "extent")
            } else {
                let text = trim(&best_text(&terms, language)).to_owned();
                let is_extent = terms.iter().any(|term| term.trimmed() == "extent");
                (text, is_extent)
            };
            if is_extent != of_extent {
                continue;
            }
            // That a size is an extent need not be said again.
            let kind = if of_extent { String::new() } else { kind };
            let parts = [kind, part("measurementValue"), part("measurementUnit")];
            let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            if !parts.is_empty() {
                found.push(with_extents(&parts.join(" ")));
            }
        }
    }
    found
}

/// `physicalLocations`.
pub(in crate::present) fn physical_locations(view: &RecordView<'_>) -> ApiValue {
    let mut locations: Vec<String> = Vec::new();
    let path = "objectIdentificationWrap/repositoryWrap";
    for set in first_described(view, path, "repositorySet") {
        if set.attr("type") != Some("Current location") {
            continue;
        }
        let names: Vec<String> = set.each("repositoryLocation").flat_map(place_chain).collect();
        if !names.is_empty() {
            locations.push(names.join(", "));
        }
        if let Some(shown) = best(&each(set, "displayRepository"), view.lang()) {
            locations.push(shown.trimmed().into_owned());
        }
    }
    ApiValue::texts(locations)
}

/// `nonPresenterAuthors`: who designed the object, then who made it.
pub(in crate::present) fn actors(view: &RecordView<'_>) -> Vec<ApiValue> {
    let events: Vec<Element<'_>> = first_described(view, "eventWrap", "eventSet")
        .into_iter()
        .filter_map(|set| set.child("event"))
        .collect();
    let of_kind = |kind: &'static str| {
        events.iter().filter(move |event| {
            let term = event.find("eventType/term").map(|term| term.text().to_lowercase());
            term.as_deref() == Some(kind)
        })
    };
    of_kind("suunnittelu")
        .chain(of_kind("valmistus"))
        .flat_map(|event| each(*event, "eventActor"))
        .filter_map(|actor| {
            let in_role = actor.child("actorInRole")?;
            let name = in_role.find("actor/nameActorSet/appellationValue")?;
            if is_blank(name) {
                return None;
            }
            Some(ApiValue::object([
                ("name", name.trimmed().into()),
                ("role", roles(in_role, view.lang()).into()),
            ]))
        })
        .collect()
}

/// The roles of an actor in one language.
pub(super) fn roles(in_role: Element<'_>, language: &str) -> String {
    let terms = in_role.child("roleActor").map(|role| each(role, "term")).unwrap_or_default();
    let roles: Vec<String> =
        all_in(&terms, language).into_iter().map(|term| term.trimmed().into_owned()).collect();
    roles.join(", ")
}
