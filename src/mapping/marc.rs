//! MARC 21 bibliographic records → index fields (Finna's rules: ingest-marc).
//!
//! One topic a file: a reader who knows MARC finds each rule under its subject. The rules read the
//! record through [`view::View`]; nothing here knows how records are written in files.

mod all_fields;
mod authority_record;
mod authors;
mod classification;
mod component_parts;
mod facts;
mod format;
mod holdings;
mod identifiers;
mod languages;
mod normalise;
mod online;
mod places;
mod publication;
#[cfg(test)]
mod sample;
mod specs;
mod subjects;
mod tag_index;
#[cfg(test)]
mod tests;
mod titles;
mod unique_ids;
mod view;
mod work_ids;

pub use authority_record::MarcAuthorityRecord;

use super::{ComponentPart, MapContext, MappingError, MetadataRecord, Warnings};
use crate::marc::Record;
use crate::record::{Field, FullRecord, IndexRecord, RawRecord, RecordFacts, Value};
use component_parts::{Part, PartTexts};
use view::{TagIndex, View};

/// A MARC bibliographic record on its way to the index.
#[derive(Clone, Debug)]
pub struct MarcRecord {
    record: Record,
    index: TagIndex,
    /// What the reader had to mend.
    reader_warnings: Vec<String>,
    /// Ids of hosts as the source writes them.
    host_ids: Vec<String>,
    parts: PartTexts,
    stage: Stage,
}

/// How far the record has been edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Read,
    /// As the source's settings want it (ingest-marc §3).
    Normalised,
    /// Links hold stored ids (ingest-marc §4).
    Linked,
}

impl MarcRecord {
    /// Parses a record in any form of MARC.
    pub fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        let (record, warnings) = crate::formats::parse_marc(raw.form, &raw.bytes)
            .map_err(|error| MappingError::Unusable(error.to_string()))?;
        let mut opened = MarcRecord::from_record(record);
        opened.reader_warnings = warnings;
        Ok(opened)
    }

    /// A driver for a record that is parsed already.
    pub fn from_record(record: Record) -> Self {
        let index = TagIndex::new(&record);
        MarcRecord {
            record,
            index,
            reader_warnings: Vec::new(),
            host_ids: Vec::new(),
            parts: PartTexts::default(),
            stage: Stage::Read,
        }
    }

    /// The record as it is now.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Leader/05 says that the record is deleted.
    pub fn is_deleted(&self) -> bool {
        self.record.leader_at(5) == 'd'
    }

    fn replace(&mut self, record: Record) {
        self.index = TagIndex::new(&record);
        self.record = record;
    }

    fn normalise(&mut self, context: &MapContext<'_>) {
        if self.stage >= Stage::Normalised {
            return;
        }
        if let Some(edited) = normalise::normalised(&self.record, context) {
            self.replace(edited);
        }
        let mut ignored = Warnings::default();
        let view = View::new(&self.record, &self.index, context, &mut ignored);
        self.host_ids = identifiers::host_ids(&view);
        self.stage = Stage::Normalised;
    }

    /// Leaves only what the full record shows.
    fn shown(&mut self, context: &MapContext<'_>) {
        self.rewrite_links(context);
        if !self.record.data_fields().any(|field| holdings::is_summary(&field)) {
            return;
        }
        let mut kept = Record::with_capacity(self.record.leader(), 2048);
        for field in self.record.fields() {
            match field {
                crate::marc::Field::Data(data) if holdings::is_summary(&data) => {}
                other => kept.push_field(other),
            }
        }
        self.replace(kept);
    }

    fn rewrite_links(&mut self, context: &MapContext<'_>) {
        self.normalise(context);
        if self.stage >= Stage::Linked {
            return;
        }
        let mut ignored = Warnings::default();
        let view = View::new(&self.record, &self.index, context, &mut ignored);
        if let Some(edited) = normalise::with_stored_links(&self.record, &view) {
            self.replace(edited);
        }
        self.stage = Stage::Linked;
    }
}

impl MetadataRecord for MarcRecord {
    fn is_deleted(&self) -> bool {
        MarcRecord::is_deleted(self)
    }

    fn holdings_of(&self) -> Option<&str> {
        component_parts::is_holdings_record(&self.record).then(|| self.record.control("004"))
    }

    fn linked_ids(&mut self, context: &MapContext<'_>) -> Vec<String> {
        self.normalise(context);
        let mut ignored = Warnings::default();
        let view = View::new(&self.record, &self.index, context, &mut ignored);
        let mut ids = normalise::linked_ids(&self.record, &view);
        ids.retain(|id| !self.host_ids.contains(id));
        ids
    }

    fn append_holdings(&mut self, holdings: &[RawRecord], warnings: &mut Warnings) {
        for raw in holdings {
            match MarcRecord::open(raw) {
                Ok(holding) => {
                    component_parts::append_holdings(&mut self.record, &holding.record);
                }
                Err(error) => warnings.add(format!("holdings record left out: {error}")),
            }
        }
        self.index = TagIndex::new(&self.record);
    }

    fn facts(&mut self, context: &MapContext<'_>, warnings: &mut Warnings) -> RecordFacts {
        self.normalise(context);
        let view = View::new(&self.record, &self.index, context, warnings);
        facts::facts(&view, self.host_ids.clone())
    }

    fn index_fields(&mut self, context: &MapContext<'_>, warnings: &mut Warnings) -> IndexRecord {
        self.rewrite_links(context);
        self.reader_warnings.iter().for_each(|warning| warnings.add(warning));
        let view = View::new(&self.record, &self.index, context, warnings);
        let mut fields = IndexRecord::new();
        fields.set("record_format", "marc");
        let source = context.source.id.as_str();
        fields.set("source_str_mv", source);
        fields.set_all("datasource_str_mv", [source]);
        identifiers::add(&view, &mut fields);
        titles::add(&view, &self.parts.texts, &mut fields);
        authors::add(&view, &mut fields);
        publication::add(&view, &mut fields);
        fields.set("illustrated", publication::illustrated(&view));
        subjects::add(&view, &mut fields);
        languages::add(&view, &mut fields);
        classification::add(&view, &mut fields);
        format::add(&view, &mut fields);
        online::add(&view, &mut fields);
        holdings::add(&view, &mut fields);
        places::add(&view, &mut fields);
        // An empty list too: the shared steps make `allfields` only where a driver has none.
        let all_fields = all_fields::all_fields(&view, &self.parts.texts);
        fields.put("allfields", Field::Many(all_fields.into_iter().map(Value::Text).collect()));
        fields
    }

    fn merge_parts(
        &mut self,
        parts: &[ComponentPart],
        context: &MapContext<'_>,
        warnings: &mut Warnings,
    ) {
        self.normalise(context);
        for part in parts {
            let mut opened = match MarcRecord::open(&part.raw) {
                Ok(opened) => opened,
                Err(error) => {
                    warnings.add(format!("component part {} left out: {error}", part.id));
                    continue;
                }
            };
            opened.normalise(context);
            let mut ignored = Warnings::default();
            let view = View::new(&opened.record, &opened.index, context, &mut ignored);
            Part::of(&view, &part.id).append_to(&mut self.record, &mut self.parts);
        }
        if !parts.is_empty() {
            self.index = TagIndex::new(&self.record);
        }
    }

    fn full_record(&mut self, context: &MapContext<'_>) -> String {
        self.shown(context);
        crate::formats::write_marc_json(&self.record)
    }

    fn into_full_record(mut self: Box<Self>, context: &MapContext<'_>) -> FullRecord {
        self.shown(context);
        FullRecord::Marc(Box::new(self.record))
    }
}
