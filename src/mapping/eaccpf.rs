//! EAC-CPF: authority records of people, families and corporations (ingest-ead §9.1).

use super::archival_unit::{access_restrictions, text_or_empty};
use super::main_work::main_work;
use super::payload::{Payload, full_record};
use super::{MapContext, MappingError, MetadataRecord, Warnings};
use crate::record::{IndexRecord, RawRecord, RecordFacts};
use crate::text::{extract_year, url_encode};
use crate::xml::{Element, Tree};
use std::borrow::Cow;

// Terms of http://rdaregistry.info/Elements/a/.
const BORN_WHEN: &str = "http://rdaregistry.info/Elements/a/P50121";
const DIED_WHEN: &str = "http://rdaregistry.info/Elements/a/P50120";
const BORN_WHERE: &str = "http://rdaregistry.info/Elements/a/P50119";
const DIED_WHERE: &str = "http://rdaregistry.info/Elements/a/P50118";

/// An EAC-CPF authority record.
#[derive(Debug)]
pub struct EaccpfRecord {
    tree: Tree,
}

impl EaccpfRecord {
    /// Parses the record.
    pub fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        Ok(EaccpfRecord { tree: Payload::open(raw)?.tree })
    }
}

impl MetadataRecord for EaccpfRecord {
    fn facts(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> RecordFacts {
        let id = url_encode(&text_or_empty(self.tree.root().find("control/recordId")));
        RecordFacts {
            linking_ids: (!id.is_empty()).then(|| id.clone()).into_iter().collect(),
            id,
            work_ids: main_work("", "", ""),
            access_restrictions: access_restrictions(context),
            ..RecordFacts::default()
        }
    }

    fn index_fields(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> IndexRecord {
        let root = self.tree.root();
        let source_id = context.source.id.as_str();
        let mut record = IndexRecord::new();
        record.set("record_format", "eaccpf");

        let agency = text_or_empty(root.find("control/maintenanceAgency/agencyName"));
        let use_for = parallel_names(root);
        let heading = heading(root, &use_for);
        record.set_all("allfields", all_texts(root, &agency, &heading, &use_for));
        let source = if agency.is_empty() { source_id } else { agency.as_ref() };
        record.set("source", source);
        record.set("agency_str_mv", source);
        record.set("source_str_mv", source_id);
        record.set("datasource_str_mv", source_id);

        let kind = text_or_empty(root.find("cpfDescription/identity/entityType"));
        record.set("record_type", if kind.is_empty() { Cow::Borrowed("undefined") } else { kind });
        record.set("heading", heading);
        record.set_all("use_for", use_for);
        put_life(root, &mut record);
        let language = root.find("control/languageDeclaration/language");
        record.set("language", language.map_or("", |l| l.attr_or_empty("languageCode")));
        record
    }

    fn full_record(&mut self, _context: &MapContext<'_>) -> String {
        full_record(&self.tree)
    }
}

/// Surname and forename; of several of a kind the last counts.
fn name(entry: Element<'_>) -> String {
    let part = |kind: &str| {
        let of_kind = entry.each("part").filter(|part| part.attr("localType") == Some(kind));
        text_or_empty(of_kind.last())
    };
    format!("{} {}", part("TONI1"), part("TONI4")).trim_matches(' ').to_owned()
}

fn parallel_names(root: Element<'_>) -> Vec<String> {
    let Some(identity) = root.find("cpfDescription/identity") else { return Vec::new() };
    let entries = identity.each("nameEntryParallel").filter_map(|names| names.child("nameEntry"));
    entries.map(name).filter(|name| !name.is_empty()).collect()
}

fn heading(root: Element<'_>, use_for: &[String]) -> String {
    let own = root.find("cpfDescription/identity/nameEntry").map(name).unwrap_or_default();
    if own.is_empty() { use_for.first().cloned().unwrap_or_default() } else { own }
}

fn all_texts(root: Element<'_>, agency: &str, heading: &str, use_for: &[String]) -> Vec<String> {
    let history = root.find("cpfDescription/description/biogHist");
    let paragraphs = history.into_iter().flat_map(|history| history.each("p"));
    let mut all = vec![agency.to_owned()];
    all.extend(paragraphs.map(|p| p.trimmed().into_owned()));
    all.push(heading.to_owned());
    all.extend(use_for.iter().cloned());
    all.retain(|text| !text.is_empty());
    all
}

/// Birth, death, places and work.
fn put_life(root: Element<'_>, record: &mut IndexRecord) {
    let Some(description) = root.find("cpfDescription/description") else { return };
    for date in description.find_all("existDates/dateSet/date") {
        let field = match date.attr("localType") {
            Some(BORN_WHEN) => "birth_date",
            Some(DIED_WHEN) => "death_date",
            _ => continue,
        };
        if !record.contains(field) {
            record.set(field, known_year(date.attr_or_empty("standardDate")));
        }
    }
    for place in description.find_all("places/place") {
        let field = match place.attr("localType") {
            Some(BORN_WHERE) => "birth_place",
            Some(DIED_WHERE) => "death_place",
            _ => {
                let entry = text_or_empty(place.child("placeEntry"));
                if !entry.is_empty() {
                    record.push("related_place", entry);
                }
                continue;
            }
        };
        if !record.contains(field) {
            record.set(field, text_or_empty(place.child("placeEntry")));
        }
    }
    let fields = description.find_all("functions/function").into_iter();
    let fields = fields.filter(|function| function.attr("localType") == Some("TJ37"));
    let fields = fields.map(|function| {
        let texts = function.find_all("descriptiveNote/p");
        texts.iter().map(|p| p.trimmed()).collect::<Vec<_>>().join(". ")
    });
    record.set_all("field_of_activity", fields.filter(|field| !field.is_empty()));
    let occupations = description.find_all("occupations/occupation/term").into_iter();
    let occupations = occupations.map(|term| term.trimmed().into_owned());
    record.set_all("occupation", occupations.filter(|term| !term.is_empty()));
}

/// The year of a date such as `1950-01-01`; none if digits of it are unknown (`195u`).
fn known_year(date: &str) -> String {
    let year = date.split('-').next().unwrap_or("");
    if year.contains('u') { String::new() } else { extract_year(date) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::archival_unit::tests::{Mapped, map, values};

    fn mapped(xml: &str) -> Mapped {
        map(|raw| EaccpfRecord::open(raw).map(|r| Box::new(r) as Box<dyn MetadataRecord>), xml, &[])
    }

    #[test]
    fn a_person() {
        let rda = "http://rdaregistry.info/Elements/a/";
        let xml = format!(
            "<eac-cpf><control><recordId>E 1</recordId><maintenanceAgency><agencyName>Arkisto</agencyName></maintenanceAgency>\
             <languageDeclaration><language languageCode=\"fin\"/></languageDeclaration></control><cpfDescription>\
             <identity><entityType>person</entityType><nameEntry><part localType=\"TONI4\">Elli</part><part localType=\"TONI1\">Esa</part>\
             <part localType=\"TONI1\">Ek</part></nameEntry><nameEntry><part localType=\"TONI1\">Ei</part></nameEntry>\
             <nameEntryParallel><nameEntry><part localType=\"TONI1\">Ekström</part></nameEntry></nameEntryParallel><nameEntryParallel/></identity>\
             <description><existDates><dateSet><date localType=\"{rda}P50121\" standardDate=\"1901-05-06\"/>\
             <date localType=\"{rda}P50120\" standardDate=\"198u\"/></dateSet></existDates>\
             <places><place localType=\"{rda}P50119\"><placeEntry>Pori</placeEntry></place><place localType=\"muu\"><placeEntry>Oulu</placeEntry>\
             <placeEntry>Ii</placeEntry></place></places><places><place><placeEntry>Lapua</placeEntry></place></places>\
             <functions><function localType=\"TJ37\"><descriptiveNote><p>a</p><p>b</p></descriptiveNote></function><function/></functions>\
             <occupations><occupation><term>runoilija</term></occupation></occupations><biogHist><p> Tarina. </p></biogHist></description>\
             </cpfDescription></eac-cpf>"
        );
        let Mapped { facts, record, .. } = mapped(&xml);
        assert_eq!(facts.id, "E+1");
        for (field, expected) in [
            ("record_format", "eaccpf"),
            ("source", "Arkisto"),
            ("agency_str_mv", "Arkisto"),
            ("datasource_str_mv", "src"),
            ("record_type", "person"),
            ("heading", "Ek Elli"),
            ("use_for", "Ekström"),
            ("birth_date", "1901"),
            ("death_date", ""),
            ("birth_place", "Pori"),
            ("death_place", ""),
            ("related_place", "Oulu|Lapua"),
            ("field_of_activity", "a. b"),
            ("occupation", "runoilija"),
            ("language", "fin"),
            ("allfields", "Arkisto|Tarina.|Ek Elli|Ekström"),
        ] {
            assert_eq!(values(&record, field), expected, "{field}");
        }
    }

    #[test]
    fn what_is_missing() {
        let Mapped { facts, record, .. } = mapped(
            "<eac-cpf><cpfDescription><identity><nameEntryParallel><nameEntry><part localType=\"TONI4\">Aino</part></nameEntry>\
             </nameEntryParallel></identity></cpfDescription></eac-cpf>",
        );
        assert_eq!(facts.id, "");
        for (field, expected) in
            [("source", "src"), ("record_type", "undefined"), ("heading", "Aino"), ("language", "")]
        {
            assert_eq!(values(&record, field), expected, "{field}");
        }
    }
}
