//! MARC 21 authority records → fields of the authority index (ingest-ead §9.2): names of persons
//! and corporate bodies in all their forms, so that a record is found by any of them.

use super::view::{Codes, TagIndex, View, normal, sub, subs};
use super::{authors, identifiers, unique_ids};
use crate::mapping::{MapContext, MappingError, MetadataRecord, Warnings};
use crate::marc::{DataField, Record};
use crate::record::{IndexRecord, RawRecord, RecordFacts};
use crate::text::{extract_year, strip_leading_punctuation, unique};

/// A MARC authority record on its way to the index.
#[derive(Clone, Debug)]
pub struct MarcAuthorityRecord {
    record: Record,
    index: TagIndex,
    reader_warnings: Vec<String>,
}

impl MarcAuthorityRecord {
    /// Parses a record in any form of MARC.
    pub fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        let (record, reader_warnings) = crate::formats::parse_marc(raw.form, &raw.bytes)
            .map_err(|error| MappingError::Unusable(error.to_string()))?;
        let index = TagIndex::new(&record);
        Ok(MarcAuthorityRecord { record, index, reader_warnings })
    }
}

impl MetadataRecord for MarcAuthorityRecord {
    fn facts(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> RecordFacts {
        let mut ignored = Warnings::default();
        let view = View::new(&self.record, &self.index, context, &mut ignored);
        RecordFacts {
            id: view.first_sub("035", 'a').to_owned(),
            linking_ids: identifiers::linking_ids(&view),
            format: "Unknown".to_owned(),
            main_author: authors::main_author(&view),
            unique_ids: unique_ids::unique_ids(&view),
            ..RecordFacts::default()
        }
    }

    fn index_fields(&mut self, context: &MapContext<'_>, warnings: &mut Warnings) -> IndexRecord {
        self.reader_warnings.iter().for_each(|warning| warnings.add(warning));
        let view = View::new(&self.record, &self.index, context, warnings);
        let source = context.source.id.as_str();
        let mut fields = IndexRecord::new();
        fields.set("record_format", "marcAuthority");
        for name in ["source", "source_str_mv", "datasource_str_mv"] {
            fields.set(name, source);
        }
        let is_person = view.has("100");
        fields.set("record_type", if is_person { "Personal Name" } else { "Corporate Name" });

        let heading = heading(&view);
        let other_names = other_names(&view);
        fields.set_all("allfields", all_fields(&view, &heading, &other_names));
        fields.set("heading", heading.clone());
        fields.set("heading_keywords", heading);
        fields.set_all("use_for", other_names.clone());
        fields.set_all("use_for_keywords", other_names);

        fields.set("birth_date", extract_year(view.first_sub("046", 'f')));
        fields.set("death_date", extract_year(view.first_sub("046", 'g')));
        fields.set("birth_place", view.first_sub("370", 'a'));
        fields.set("death_place", view.first_sub("370", 'b'));
        fields.set("country", view.first_sub("370", 'c'));
        fields.set_all("related_places_str_mv", view.split(&[normal("370", "ef")]));
        fields.set_all("field_of_activity", view.split(&[normal("372", "a")]));
        fields.set_all("occupation", view.split(&[normal("374", "a")]));
        fields.set_all("identifier_str_mv", ids(&view));
        fields
    }

    fn full_record(&mut self, _context: &MapContext<'_>) -> String {
        crate::formats::write_marc_json(&self.record)
    }
}

/// The name in these subfields, each without its punctuation.
fn name(view: &View<'_>, field: &DataField<'_>, further: &[char]) -> String {
    let first = [sub(field, 'a')];
    let further = further.iter().flat_map(|code| subs(field, *code));
    let parts: Vec<String> = first
        .into_iter()
        .chain(further)
        .map(|part| view.rules().strip_trailing_punctuation_of(part, ". ", false))
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(", ")
}

/// The form of the name that is preferred.
fn heading(view: &View<'_>) -> String {
    if let Some(field) = view.first("100") {
        return name(view, &field, &['b', 'c']);
    }
    ["110", "111"]
        .iter()
        .find_map(|tag| view.first(tag))
        .map(|field| name(view, &field, &['b']))
        .unwrap_or_default()
}

/// Other forms and related names, each once.
fn other_names(view: &View<'_>) -> Vec<String> {
    let mut names: Vec<String> = ["111", "400", "410", "411", "500", "510", "511"]
        .iter()
        .flat_map(|tag| view.each(tag))
        .map(|field| {
            let is_person = field.tag == "400" || field.tag == "500";
            name(view, &field, if is_person { &['b', 'c'] } else { &['b'] })
        })
        .filter(|name| !name.is_empty())
        .collect();
    unique(&mut names);
    names
}

/// The record's own id, and those of 024: URLs as they are, others with their source.
fn ids(view: &View<'_>) -> Vec<String> {
    let mut ids = vec![view.first_sub("035", 'a').to_owned()];
    for field in view.each("024") {
        let (id, source) = (sub(&field, 'a'), sub(&field, '2'));
        let is_url = id.starts_with("http://") || id.starts_with("https://");
        if is_url || source.is_empty() {
            ids.push(id.to_owned());
        } else {
            ids.push(format!("({source}){id}"));
        }
    }
    ids
}

/// Subfields that no search looks at.
const LEFT_OUT: Codes = Codes::of("068");

fn all_fields(view: &View<'_>, heading: &str, other_names: &[String]) -> Vec<String> {
    let mut values: Vec<String> = view
        .record()
        .data_fields()
        .filter(|field| matches!(field.tag.as_str().parse::<u16>(), Ok(100..=899)))
        .flat_map(|field| field.subfields())
        .filter(|subfield| !LEFT_OUT.has(subfield.code))
        .map(|subfield| view.clean(&strip_leading_punctuation(subfield.value)))
        .filter(|value| !value.is_empty())
        .collect();
    if !heading.is_empty() {
        values.push(heading.to_owned());
    }
    values.extend_from_slice(other_names);
    unique(&mut values);
    values
}
