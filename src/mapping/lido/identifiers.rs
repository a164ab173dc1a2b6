//! Numbers and names that identify the object, and who keeps it (ingest-lido §7).

use super::places::{is_web_address, place_ids, repository_locations};
use super::view::{View, list, text_at, trimmed};
use crate::mapping::Warnings;
use crate::record::{Field, IndexRecord, Value};
use crate::text::{normalize_isbn, unique};
use crate::xml::Element;
use std::borrow::Cow;

/// Sets identifiers, institution and building.
pub(super) fn set_fields(
    view: &View<'_, '_>,
    collection: &str,
    record: &mut IndexRecord,
    warnings: &mut Warnings,
) {
    record.set("identifier", identifier(view));
    record.set_all("identifier_txtP_mv", all_identifiers(view));
    record.set_all("isbn", isbns(view, warnings));
    record.set_all("issn", issns(view));
    let control_numbers = list(view.administrative, "recordWrap/recordInfoSet").filter_map(|set| {
        let id = set.child("recordInfoID")?;
        let kind = id.attr("type").filter(|kind| !kind.is_empty())?;
        Some(format!("({kind}){}", trimmed(id)?))
    });
    record.set_all("ctrlnum", control_numbers);

    let institution = institution(view);
    record.set("building", building(view, &institution, collection));
    // Kept even if empty: the pipeline must not put the source's institution in its place.
    record.put("institution", Field::One(Value::Text(institution.into_owned())));
}

/// The object's number where it is kept.
pub(super) fn identifier<'t>(view: &View<'t, '_>) -> Cow<'t, str> {
    view.repositories
        .iter()
        .find_map(|repository| text_at(*repository, "workID"))
        .unwrap_or_default()
}

/// Numbers of the object in every language version.
fn work_ids<'t>(view: &View<'t, '_>) -> impl Iterator<Item = Element<'t>> {
    view.descriptive_versions()
        .flat_map(|version| {
            list(version.child("objectIdentificationWrap"), "repositoryWrap/repositorySet")
        })
        .flat_map(|repository| repository.each("workID"))
}

/// Everything people search an object by: its numbers, except those with fields of their own, and
/// the ids of its places, except web addresses.
fn all_identifiers(view: &View<'_, '_>) -> Vec<String> {
    let event_places = view.events.all().flat_map(|event| event.each("eventPlace"));
    let subject_places = view.subjects.iter().flat_map(|subject| subject.each("subjectPlace"));
    let mut all: Vec<String> = work_ids(view)
        .filter(|id| !matches!(id.attr("type"), Some("isbn" | "issn")))
        .chain(event_places.chain(subject_places).flat_map(place_ids))
        .chain(repository_locations(view).flat_map(|location| location.each("placeID")))
        .filter_map(trimmed)
        .filter(|id| !is_web_address(id))
        .map(Cow::into_owned)
        .collect();
    unique(&mut all);
    all
}

/// Valid ISBNs in their long form; a wrong check digit is reported.
pub(super) fn isbns(view: &View<'_, '_>, warnings: &mut Warnings) -> Vec<String> {
    let mut all = Vec::new();
    for id in work_ids(view).filter(|id| id.attr("type") == Some("isbn")) {
        let number = id.trimmed().replace('-', "");
        if !begins_with_isbn(&number) {
            continue;
        }
        match normalize_isbn(&number) {
            Some(isbn) => all.push(isbn),
            None => warnings.add(format!("Invalid ISBN '{number}'")),
        }
    }
    unique(&mut all);
    all
}

/// Nine to twelve digits and one more, or X.
fn begins_with_isbn(number: &str) -> bool {
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let ends_with_x = matches!(number.as_bytes().get(digits), Some(b'x' | b'X'));
    digits >= 10 || (digits >= 9 && ends_with_x)
}

/// ISSNs as written.
pub(super) fn issns(view: &View<'_, '_>) -> Vec<String> {
    work_ids(view)
        .filter(|id| id.attr("type") == Some("issn"))
        .filter_map(trimmed)
        .map(Cow::into_owned)
        .collect()
}

/// Who keeps the object, else who keeps the record, as written; empty if nobody says.
fn institution<'t>(view: &View<'t, '_>) -> Cow<'t, str> {
    view.repositories
        .iter()
        .find_map(|repository| {
            text_at(*repository, "repositoryName/legalBodyName/appellationValue")
        })
        .or_else(|| record_source(view))
        .unwrap_or_default()
}

/// Who keeps the record, as written.
pub(super) fn record_source<'t>(view: &View<'t, '_>) -> Option<Cow<'t, str>> {
    text_at(view.administrative?, "recordWrap/recordSource/legalBodyName/appellationValue")
}

/// Left to the pipeline, unless the source's driver parameters want more of it.
fn building(view: &View<'_, '_>, institution: &str, collection: &str) -> String {
    let mut building = String::new();
    if view.flag("institutionInBuilding", false) {
        building.push_str(institution.split('/').next().unwrap_or_default());
    }
    if view.flag("collectionInBuilding", false) && !collection.is_empty() {
        if !building.is_empty() {
            building.push('/');
        }
        building.push_str(collection);
    }
    building
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::lido::sample;

    const XML: &str = "<lido><descriptiveMetadata><objectIdentificationWrap><repositoryWrap>\
        <repositorySet><repositoryLocation><placeID>https://x</placeID><placeID>Manula</placeID>\
        </repositoryLocation></repositorySet>\
        <repositorySet><repositoryName><legalBodyName><appellationValue>Museo/Kuvat\
        </appellationValue></legalBodyName></repositoryName><workID type='numero'>KM 1:2</workID>\
        </repositorySet><repositorySet><workID type='isbn'>978-3-16-148410-0</workID>\
        <workID type='isbn'>951-492-009-6</workID><workID type='isbn'>ei</workID>\
        <workID type='issn'> 0357-5284 </workID></repositorySet></repositoryWrap>\
        </objectIdentificationWrap><eventWrap><eventSet><event><eventPlace><place>\
        <placeID>Kattila</placeID></place></eventPlace></event></eventSet></eventWrap>\
        </descriptiveMetadata><descriptiveMetadata><objectIdentificationWrap><repositoryWrap>\
        <repositorySet><workID>NM 1</workID><workID>Kattila</workID></repositorySet>\
        </repositoryWrap></objectIdentificationWrap></descriptiveMetadata>\
        <administrativeMetadata><recordWrap><recordSource><legalBodyName><appellationValue>Virasto\
        </appellationValue></legalBodyName></recordSource><recordInfoSet>\
        <recordInfoID type='knp'>M1</recordInfoID></recordInfoSet><recordInfoSet><recordInfoID>2\
        </recordInfoID></recordInfoSet></recordWrap></administrativeMetadata></lido>";

    fn fields(xml: &str, parameters: &[(&str, &str)]) -> (IndexRecord, Warnings) {
        sample::with_view(xml, parameters, |view| {
            let (mut record, mut warnings) = (IndexRecord::new(), Warnings::default());
            set_fields(view, "Kokoelma", &mut record, &mut warnings);
            (record, warnings)
        })
    }

    #[test]
    fn numbers() {
        let (record, warnings) = fields(XML, &[]);
        for (field, expected) in [
            ("identifier", "KM 1:2"),
            ("identifier_txtP_mv", "KM 1:2 | NM 1 | Kattila | Manula"),
            ("isbn", "9783161484100"),
            ("issn", "0357-5284"),
            ("ctrlnum", "(knp)M1"),
            ("institution", "Museo/Kuvat"),
            ("building", ""),
        ] {
            assert_eq!(record.texts(field).collect::<Vec<_>>().join(" | "), expected, "{field}");
        }
        assert_eq!(warnings.as_slice(), ["Invalid ISBN '9514920096'"]);
    }

    #[test]
    fn institution_and_building() {
        let without_name = XML.replace("repositoryName", "x");
        assert_eq!(fields(&without_name, &[]).0.first("institution"), "Virasto");
        let (nobody, _) = fields("<lido/>", &[]);
        assert!(nobody.contains("institution") && nobody.first("institution").is_empty());
        for (institution, collection, expected) in
            [("1", "", "Museo"), ("1", "1", "Museo/Kokoelma"), ("", "1", "Kokoelma")]
        {
            let parameters =
                [("institutionInBuilding", institution), ("collectionInBuilding", collection)];
            assert_eq!(fields(XML, &parameters).0.first("building"), expected);
        }
    }
}
