//! Places of events, of subjects and of keeping: names, ids and coordinates (ingest-lido §6).

use super::gml::gml_to_wkt;
use super::view::{View, trimmed, trimmed_at};
use crate::mapping::Warnings;
use crate::mapping::authority::AuthorityIds;
use crate::record::IndexRecord;
use crate::text::center_of_wkt;
use crate::xml::Element;
use std::borrow::Cow;

/// Sets the geographic fields and the location.
pub(super) fn set_fields(view: &View<'_, '_>, record: &mut IndexRecord, warnings: &mut Warnings) {
    let event_places = || view.events.places.iter().flat_map(|event| event.each("eventPlace"));
    let subject_places = || view.subjects.iter().flat_map(|subject| subject.each("subjectPlace"));

    let mut names: Vec<String> = event_places()
        .chain(subject_places())
        .filter_map(|place| view.without_final_punctuation(&trimmed_at(place, "displayPlace")?))
        .collect();
    names.extend(
        repository_locations(view)
            .flat_map(|location| location.each("namePlaceSet"))
            .flat_map(|set| set.each("appellationValue"))
            .filter_map(|name| trimmed(name).map(Cow::into_owned)),
    );
    record.set_all("geographic", names.iter().map(String::as_str));
    names.extend(
        subject_places()
            .filter_map(|place| place.child("place"))
            .flat_map(|place| place.each("namePlaceSet"))
            .filter_map(|set| {
                view.without_final_punctuation(&trimmed_at(set, "appellationValue")?)
            }),
    );
    record.set_all("geographic_facet", names);

    let authority = AuthorityIds::new(view.context.source);
    let ids = event_places()
        .chain(subject_places())
        .flat_map(place_ids)
        .chain(repository_locations(view).flat_map(|l| l.each("placeID")).filter(is_shown))
        .filter_map(|id| authority.add_namespace(&typed_id(id)?, "geographic"));
    record.set_all("geographic_id_str_mv", ids);

    let geometries: Vec<String> = view
        .events
        .all()
        .flat_map(|event| event.each("eventPlace"))
        .flat_map(|place| place.each("place"))
        .chain(repository_locations(view))
        .flat_map(|place| place.each("gml"))
        .filter_map(|gml| gml_to_wkt(gml, warnings))
        .collect();
    if let Some(first) = geometries.first() {
        record.set("center_coords", center_of_wkt(first));
    }
    record.set_all("location_geo", geometries);
}

/// Where the object is kept.
pub(super) fn repository_locations<'t>(view: &View<'t, '_>) -> impl Iterator<Item = Element<'t>> {
    view.repositories.iter().flat_map(|repository| repository.each("repositoryLocation"))
}

/// The ids of the places in an `eventPlace` or `subjectPlace`.
pub(super) fn place_ids(place: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    place.each("place").flat_map(|place| place.each("placeID"))
}

/// Ids of places of keeping that tell clients something.
fn is_shown(id: &Element<'_>) -> bool {
    match id.attr_or_empty("type") {
        "prt" | "kiinteistötunnus" => true,
        "URI" => id.attr("source") == Some("YSO"),
        _ => false,
    }
}

/// A web address as it is, another id with its type in front, nothing for an id without type.
fn typed_id(id: Element<'_>) -> Option<Cow<'_, str>> {
    let value = trimmed(id)?;
    if is_web_address(&value) {
        return Some(value);
    }
    let kind = id.attr("type").filter(|kind| !kind.is_empty())?;
    Some(Cow::Owned(format!("({kind}){value}")))
}

/// True for `http:` and `https:` addresses.
pub(super) fn is_web_address(id: &str) -> bool {
    id.starts_with("http:") || id.starts_with("https:")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::lido::sample;

    #[test]
    fn names_ids_and_locations() {
        let xml = sample::descriptive(
            "esine",
            "<objectIdentificationWrap><repositoryWrap><repositorySet><repositoryLocation>\
             <namePlaceSet><appellationValue>Varasto. </appellationValue></namePlaceSet>\
             <gml><Point><pos>61 25</pos></Point></gml>\
             <placeID type='prt'>1</placeID><placeID type='URI'>http://x</placeID>\
             <placeID type='URI' source='YSO'>http://y</placeID></repositoryLocation>\
             </repositorySet></repositoryWrap></objectIdentificationWrap>\
             <eventWrap><eventSet><event><eventType><term>hankinta</term></eventType><eventPlace>\
             <displayPlace>Turku</displayPlace><place><placeID type='a'>0</placeID>\
             <gml><Point><pos>60 24</pos></Point></gml></place></eventPlace></event></eventSet>\
             <eventSet><event><eventType><term>käyttö</term></eventType><eventPlace>\
             <displayPlace> Vaasa. </displayPlace><place><placeID type='a'> 2 </placeID>\
             <placeID>3</placeID></place></eventPlace></event></eventSet></eventWrap>\
             <objectRelationWrap><subjectWrap><subjectSet><subject><subjectPlace>\
             <displayPlace>Hanko ;</displayPlace><displayPlace>no</displayPlace></subjectPlace>\
             <subjectPlace><place><namePlaceSet><appellationValue> Pori, </appellationValue>\
             <appellationValue>no</appellationValue></namePlaceSet><placeID>https://z</placeID>\
             </place><place><namePlaceSet><appellationValue>no</appellationValue></namePlaceSet>\
             </place></subjectPlace></subject></subjectSet></subjectWrap></objectRelationWrap>",
        );
        sample::with_view(&xml, &[], |view| {
            let mut record = IndexRecord::new();
            set_fields(view, &mut record, &mut Warnings::default());
            for (field, expected) in [
                ("geographic", "Vaasa | Hanko | Varasto."),
                ("geographic_facet", "Vaasa | Hanko | Varasto. | Pori"),
                ("geographic_id_str_mv", "(a)2 | https://z | (prt)1 | http://y"),
                ("location_geo", "POINT (24 60) | POINT (25 61)"),
                ("center_coords", "24 60"),
            ] {
                assert_eq!(
                    record.texts(field).collect::<Vec<_>>().join(" | "),
                    expected,
                    "{field}"
                );
            }
        });
    }
}
