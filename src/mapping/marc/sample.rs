//! Records for tests, written as lines: `245 10 $aTitle /$cBy` (blanks in indicators as `_`),
//! `001 12`, and `LDR` for the leader.

use super::MarcRecord;
use crate::config::{DriverParams, IngestSettings, SourceSettings};
use crate::mapping::{MapContext, MetadataRecord, NoLinks, Warnings};
use crate::marc::{Record, Tag};
use crate::record::{IndexRecord, RecordFacts};

const BOOK: &str = "00000cam a22000004i 4500";

pub(super) fn record(lines: &str) -> Record {
    let lines: Vec<&str> = lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let leader = lines.iter().find_map(|line| line.strip_prefix("LDR ")).unwrap_or(BOOK);
    let mut record = Record::new(leader);
    for line in lines.iter().filter(|line| !line.starts_with("LDR")) {
        let (tag, rest) = line.split_at(3);
        let tag = Tag::parse(tag).expect("a tag of three digits");
        let rest = rest.get(1..).unwrap_or("");
        if tag.is_control() {
            record.push_control(tag, rest);
            continue;
        }
        let mut pieces = rest.split('$');
        let mut indicators = pieces.next().expect("indicators").chars().map(|c| match c {
            '_' => ' ',
            c => c,
        });
        let (ind1, ind2) = (indicators.next().unwrap_or(' '), indicators.next().unwrap_or(' '));
        record.push_data(tag, ind1, ind2);
        for piece in pieces {
            let code = piece.chars().next().expect("a code");
            record.push_subfield(code, &piece[code.len_utf8()..]);
        }
    }
    record
}

pub(super) fn source(params: &[(&str, &str)]) -> SourceSettings {
    let mut source = SourceSettings::new("src", crate::record::RecordFormat::Marc);
    source.params =
        DriverParams(params.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect());
    source
}

/// What became of a record.
pub(super) struct Mapped {
    pub(super) facts: RecordFacts,
    pub(super) fields: IndexRecord,
    pub(super) full_record: String,
    pub(super) warnings: Vec<String>,
}

impl Mapped {
    /// All values of a field, levels of a path joined by `>`.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let values = self.fields.get(name).map_or(&[][..], crate::record::Field::values);
        values
            .iter()
            .map(|value| match value {
                crate::record::Value::Text(text) => text.clone(),
                crate::record::Value::Path(levels) => levels.join(">"),
            })
            .collect()
    }
}

pub(super) fn mapped(lines: &str) -> Mapped {
    mapped_with(lines, &[])
}

pub(super) fn mapped_with(lines: &str, params: &[(&str, &str)]) -> Mapped {
    map(&mut MarcRecord::from_record(record(lines)), params)
}

pub(super) fn map(record: &mut MarcRecord, params: &[(&str, &str)]) -> Mapped {
    let (ingest, source) = (settings(), source(params));
    let context =
        MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2024 };
    let mut warnings = Warnings::default();
    let facts = record.facts(&context, &mut warnings);
    let fields = record.index_fields(&context, &mut warnings);
    let full_record = record.full_record(&context);
    Mapped { facts, fields, full_record, warnings: warnings.into_vec() }
}

pub(super) fn settings() -> IngestSettings {
    IngestSettings {
        primary_author_relators: ["aut", "cmp"].map(str::to_owned).to_vec(),
        ..IngestSettings::default()
    }
}
