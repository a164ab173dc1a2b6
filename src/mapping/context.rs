//! What a driver is given and what it promises.

use crate::config::{IngestSettings, SourceSettings};
use crate::record::{FullRecord, IndexRecord, RawRecord, RecordFacts};
use std::sync::Arc;

/// Another record of the store, as far as links need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedRecord {
    /// Stored id with prefix.
    pub id: String,
    /// Its id in the index, by the settings of its own source.
    pub index_id: String,
    /// Title as its driver gives it.
    pub title: String,
}

/// Look-ups of other records, e.g. the host of a component part. Drivers and the pipeline never
/// see the store itself.
pub trait RecordLinks {
    /// Live record of the source (or of those whose parts it may hold) whose linking ids contain `linking_id`; of several the one
    /// whose id comes first.
    fn by_linking_id(&self, source: &str, linking_id: &str) -> Option<LinkedRecord>;

    /// All of them: a part may have several hosts under one id (ingest-common §12.4).
    fn all_by_linking_id(&self, source: &str, linking_id: &str) -> Vec<LinkedRecord> {
        self.by_linking_id(source, linking_id).into_iter().collect()
    }

    /// Some live record of the source (or of those that may hold its parts) names one of these ids
    /// as its host.
    fn has_parts(&self, _source: &str, _linking_ids: &[String]) -> bool {
        false
    }

    /// Those records, by id in plain order (N16).
    fn parts(&self, _source: &str, _linking_ids: &[String]) -> Vec<ComponentPart> {
        Vec::new()
    }

    /// Holdings records of the source that belong to one of these ids, by id in plain order.
    fn holdings(&self, _source: &str, _linking_ids: &[String]) -> Vec<RawRecord> {
        Vec::new()
    }

    /// The index record that a host's parts take fields from: made of its own record and its
    /// holdings, its hosts and parts left aside.
    fn host_fields(&self, _id: &str) -> Option<Arc<IndexRecord>> {
        None
    }
}

/// A part of a host record, to be merged into it.
#[derive(Debug, Clone)]
pub struct ComponentPart {
    /// Stored id with prefix.
    pub id: String,
    /// The record as it was read.
    pub raw: RawRecord,
    /// Its last change from the source, seconds since 1970.
    pub changed: i64,
}

/// No other record is known: conversion without a store.
#[derive(Debug, Clone, Copy)]
pub struct NoLinks;

impl RecordLinks for NoLinks {
    fn by_linking_id(&self, _source: &str, _linking_id: &str) -> Option<LinkedRecord> {
        None
    }
}

/// Everything a driver may look at besides the record itself.
#[derive(Clone, Copy)]
pub struct MapContext<'a> {
    /// Settings that all sources share.
    pub ingest: &'a IngestSettings,
    /// Settings of the record's source.
    pub source: &'a SourceSettings,
    /// Other records.
    pub links: &'a dyn RecordLinks,
    /// This year, for dates that must not lie in the future.
    pub current_year: i32,
}

/// Notes on what a record has that should not be: each text once, in the order met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Warnings(Vec<String>);

impl Warnings {
    /// Notes a warning unless it is there already.
    pub fn add(&mut self, warning: impl Into<String>) {
        let warning = warning.into();
        if !self.0.contains(&warning) {
            self.0.push(warning);
        }
    }

    /// All warnings.
    pub fn into_vec(self) -> Vec<String> {
        self.0
    }

    /// All warnings so far.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

/// Why a record cannot be mapped at all.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// The XML cannot be read.
    #[error(transparent)]
    Xml(#[from] crate::xml::XmlError),
    /// The record is written in a form that its driver does not know.
    #[error("no driver reads this form of {format}")]
    Form {
        /// Format of the record.
        format: crate::record::RecordFormat,
    },
    /// The record lacks what every record needs.
    #[error("{0}")]
    Unusable(String),
}

/// A parsed record of one format. Made once per record; the calls may share what they computed.
pub trait MetadataRecord {
    /// Identity, links and values for deduplication (ingest-golden README, `driver`).
    fn facts(&mut self, context: &MapContext<'_>, warnings: &mut Warnings) -> RecordFacts;

    /// The driver's own fields, before the shared pipeline (ingest-golden README, `fields`), but
    /// without `fullrecord`.
    fn index_fields(&mut self, context: &MapContext<'_>, warnings: &mut Warnings) -> IndexRecord;

    /// The record itself says that it is deleted (MARC leader/05).
    fn is_deleted(&self) -> bool {
        false
    }

    /// The id of the record that this one only adds holdings to (MARC 004): it is stored, but has
    /// no document of its own (ingest-marc §3).
    fn holdings_of(&self) -> Option<&str> {
        None
    }

    /// Linking ids of the records, besides its hosts, whose stored ids its fields have if those
    /// records are there (MARC 76X-78X `$w`): it is to be mapped again when one comes or goes. Asked
    /// for before the fields.
    fn linked_ids(&mut self, _context: &MapContext<'_>) -> Vec<String> {
        Vec::new()
    }

    /// Takes in holdings records before the fields are asked for.
    fn append_holdings(&mut self, _holdings: &[RawRecord], _warnings: &mut Warnings) {}

    /// Takes in the parts of this host before its fields are asked for (ingest-marc §6).
    fn merge_parts(
        &mut self,
        _parts: &[ComponentPart],
        _context: &MapContext<'_>,
        _warnings: &mut Warnings,
    ) {
    }

    /// The text stored and answered as the full record.
    fn full_record(&mut self, context: &MapContext<'_>) -> String;

    /// The same for a reader in this process, who need not read the text again.
    fn into_full_record(mut self: Box<Self>, context: &MapContext<'_>) -> FullRecord {
        FullRecord::Text(self.full_record(context))
    }
}
