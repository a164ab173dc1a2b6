//! Records in, what they become out, without a store (`kirjo convert`).

use super::context;
use super::prepare::unit_records;
use crate::config::{IngestSettings, SourceSettings};
use crate::dedup::DedupKeys;
use crate::formats::{ReadOptions, Reader};
use crate::mapping::{MappedRecord, NoLinks, Outputs, map};
use crate::record::{Field, IndexRecord, RawRecord, Rejected, Value};
use rayon::prelude::*;
use serde_json::{Map, Value as Json, json};
use std::path::PathBuf;

/// Units mapped at a time.
const CHUNK: usize = 512;

/// A converted record, or why there is none.
#[derive(Debug)]
pub enum Converted {
    /// What the record becomes.
    Record {
        /// The mapped record with the driver's fields.
        mapped: Box<MappedRecord>,
        /// Keys for deduplication.
        dedup_keys: DedupKeys,
    },
    /// It is not usable.
    Rejected(Box<Rejected>),
}

impl Converted {
    /// True if there is no record.
    pub fn is_rejected(&self) -> bool {
        matches!(self, Converted::Rejected(_))
    }

    /// `{"id","index","fields","driver","dedupKeys","warnings","fullrecord"}`, or
    /// `{"error","position"}`.
    pub fn to_json(&self) -> Json {
        match self {
            Converted::Record { mapped, dedup_keys } => json!({
                "id": mapped.id.as_str(),
                "index": fields_json(&mapped.index),
                "fields": mapped.driver_fields.as_ref().map(fields_json),
                "driver": mapped.facts,
                "dedupKeys": dedup_keys,
                "warnings": mapped.warnings,
                "fullrecord": mapped.full_record,
            }),
            Converted::Rejected(rejected) => json!({
                "error": rejected.reason,
                "id": rejected.id,
                "position": {
                    "file": &*rejected.position.file,
                    "record": rejected.position.ordinal + 1,
                    "offset": rejected.position.offset,
                },
            }),
        }
    }
}

fn value_json(value: &Value) -> Json {
    match value {
        Value::Text(text) => Json::String(text.clone()),
        Value::Path(levels) => json!(levels),
    }
}

/// Fields as the golden data show them: text, or list of texts.
fn fields_json(fields: &IndexRecord) -> Json {
    let entries = fields.iter().map(|(name, field)| {
        let value = match field {
            Field::One(value) => value_json(value),
            Field::Many(values) => Json::Array(values.iter().map(value_json).collect()),
        };
        (name.to_owned(), value)
    });
    Json::Object(entries.collect::<Map<_, _>>())
}

/// Converts files one after the other, chunks of records in parallel, results in input order; what
/// the caller makes of a result is made in parallel too.
pub fn convert<'a, T: Send, F: Fn(Converted) -> T + Sync + 'a>(
    inputs: &[PathBuf],
    read: &ReadOptions,
    source: &'a SourceSettings,
    ingest: &'a IngestSettings,
    finish: F,
) -> std::io::Result<impl Iterator<Item = T> + use<'a, T, F>> {
    let mut units = Reader::open(inputs, read.clone())?;
    let mut ready = Vec::new().into_iter();
    Ok(std::iter::from_fn(move || {
        loop {
            if let Some(next) = ready.next() {
                return Some(next);
            }
            let chunk: Vec<Result<RawRecord, Rejected>> = units.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return None;
            }
            let done: Vec<T> = chunk
                .into_par_iter()
                .flat_map_iter(|unit| convert_unit(unit, source, ingest))
                .map(&finish)
                .collect();
            ready = done.into_iter();
        }
    }))
}

fn convert_unit(
    unit: Result<RawRecord, Rejected>,
    source: &SourceSettings,
    ingest: &IngestSettings,
) -> Vec<Converted> {
    let raw = match unit {
        Ok(raw) => raw,
        Err(rejected) => return vec![Converted::Rejected(Box::new(rejected))],
    };
    let reject = |raw: RawRecord, reason: String| {
        let rejected = Rejected {
            position: raw.position,
            id: None,
            reason,
            bytes: raw.bytes,
            ends_input: false,
        };
        Converted::Rejected(Box::new(rejected))
    };
    let whole = RawRecord { bytes: Vec::new(), ..raw.clone() };
    let records = match unit_records(raw, source) {
        Ok(records) => records,
        Err(error) => return vec![reject(whole, error.to_string())],
    };
    let context = context(ingest, source, &NoLinks);
    let one = |raw: RawRecord| match map(&raw, &context, Outputs::All) {
        Ok(mapped) => {
            // Parts of a host are no candidates for deduplication.
            let dedup_keys = if mapped.facts.host_record_ids.is_empty() {
                DedupKeys::of(&mapped.facts, &ingest.text)
            } else {
                DedupKeys::default()
            };
            Converted::Record { mapped: Box::new(mapped), dedup_keys }
        }
        Err(error) => reject(raw, error.to_string()),
    };
    records.into_iter().map(one).collect()
}
