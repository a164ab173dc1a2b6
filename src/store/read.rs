//! Snapshots: consistent reads that never wait for the writer.

use super::StoredRecord;
use super::codec::{decode_document, decode_record};
use super::tables::{
    DIRTY, DOCUMENTS, Doing, GENERATION, IDS, LINKS, NUMBERS, PARTS, RECORDS, SOURCES, StoreError,
};
use super::write::link_key;
use crate::record::IndexRecord;
use redb::{
    ReadOnlyMultimapTable, ReadOnlyTable, ReadTransaction, ReadableTable, ReadableTableMetadata,
};

/// The store at one moment.
pub struct Snapshot {
    ids: ReadOnlyTable<&'static str, u64>,
    records: ReadOnlyTable<u64, &'static [u8]>,
    documents: ReadOnlyTable<u64, &'static [u8]>,
    dirty: ReadOnlyTable<u64, u64>,
    numbers: ReadOnlyTable<&'static str, u64>,
    sources: ReadOnlyMultimapTable<&'static str, u64>,
    links: ReadOnlyMultimapTable<&'static str, u64>,
    parts: ReadOnlyMultimapTable<&'static str, u64>,
}

/// How much the store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreCounts {
    /// Records, tombstones included.
    pub records: u64,
    /// Records that the index holds, or will hold when the marks are worked off.
    pub documents: u64,
    /// Records that the index has to follow up.
    pub dirty: u64,
    /// Generation that the store believes the index to have.
    pub generation: u64,
}

impl Snapshot {
    pub(super) fn open(transaction: ReadTransaction) -> Result<Self, StoreError> {
        let doing = "opening the tables of the store";
        Ok(Snapshot {
            ids: transaction.open_table(IDS).doing(doing)?,
            records: transaction.open_table(RECORDS).doing(doing)?,
            documents: transaction.open_table(DOCUMENTS).doing(doing)?,
            dirty: transaction.open_table(DIRTY).doing(doing)?,
            numbers: transaction.open_table(NUMBERS).doing(doing)?,
            sources: transaction.open_multimap_table(SOURCES).doing(doing)?,
            links: transaction.open_multimap_table(LINKS).doing(doing)?,
            parts: transaction.open_multimap_table(PARTS).doing(doing)?,
        })
    }

    /// The record's number, if it was ever seen.
    pub fn ordinal(&self, id: &str) -> Result<Option<u64>, StoreError> {
        Ok(self.ids.get(id).doing("looking up a record id")?.map(|found| found.value()))
    }

    /// A record, tombstones included.
    pub fn record(&self, ordinal: u64) -> Result<Option<StoredRecord>, StoreError> {
        match self.records.get(ordinal).doing("reading a record")? {
            Some(bytes) => decode_record(ordinal, bytes.value()).map(Some),
            None => Ok(None),
        }
    }

    /// The index fields of a record; `None` if the index does not hold it.
    pub fn document(&self, ordinal: u64) -> Result<Option<IndexRecord>, StoreError> {
        match self.documents.get(ordinal).doing("reading the index fields of a record")? {
            Some(bytes) => decode_document(ordinal, bytes.value()).map(Some),
            None => Ok(None),
        }
    }

    /// Live records of a source that can be linked to by an id.
    pub fn linked(&self, source: &str, linking_id: &str) -> Result<Vec<u64>, StoreError> {
        let doing = "looking up the host of a component part";
        let found = self.links.get(link_key(source, linking_id).as_str()).doing(doing)?;
        found.map(|ordinal| Ok(ordinal.doing(doing)?.value())).collect()
    }

    /// Ordinals of a source's records, tombstones included.
    pub fn of_source(&self, source: &str) -> Result<Vec<u64>, StoreError> {
        let doing = "listing the records of a source";
        let found = self.sources.get(source).doing(doing)?;
        found.map(|ordinal| Ok(ordinal.doing(doing)?.value())).collect()
    }

    /// Up to `limit` ordinals from `start` on that no generation of the index covers yet.
    pub fn unindexed(&self, start: u64, limit: usize) -> Result<Vec<u64>, StoreError> {
        let doing = "listing the records to index";
        let mut found = Vec::new();
        for entry in self.dirty.range(start..).doing(doing)? {
            let (ordinal, generation) = entry.doing(doing)?;
            if generation.value() == 0 {
                found.push(ordinal.value());
                if found.len() >= limit {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// True if the index does not show this record as the store has it.
    pub fn is_marked(&self, ordinal: u64) -> Result<bool, StoreError> {
        Ok(self.dirty.get(ordinal).doing("looking up the mark of a record")?.is_some())
    }

    /// Live records of a source that name this id as their host.
    pub fn parts(&self, source: &str, linking_id: &str) -> Result<Vec<u64>, StoreError> {
        let doing = "looking up component parts";
        let found = self.parts.get(link_key(source, linking_id).as_str()).doing(doing)?;
        found.map(|ordinal| Ok(ordinal.doing(doing)?.value())).collect()
    }

    /// Calls `visit` with every document of the store.
    pub fn each_document(&self, mut visit: impl FnMut(u64, IndexRecord)) -> Result<(), StoreError> {
        let doing = "reading all documents";
        for entry in self.documents.iter().doing(doing)? {
            let (ordinal, bytes) = entry.doing(doing)?;
            visit(ordinal.value(), decode_document(ordinal.value(), bytes.value())?);
        }
        Ok(())
    }

    /// Calls `visit` with every record of the store.
    pub fn each_record(&self, mut visit: impl FnMut(u64, StoredRecord)) -> Result<(), StoreError> {
        let doing = "reading all records";
        for entry in self.records.iter().doing(doing)? {
            let (ordinal, bytes) = entry.doing(doing)?;
            visit(ordinal.value(), decode_record(ordinal.value(), bytes.value())?);
        }
        Ok(())
    }

    /// How much there is.
    pub fn counts(&self) -> Result<StoreCounts, StoreError> {
        let doing = "counting the records of the store";
        Ok(StoreCounts {
            records: self.records.len().doing(doing)?,
            documents: self.documents.len().doing(doing)?,
            dirty: self.dirty.len().doing(doing)?,
            generation: self
                .numbers
                .get(GENERATION)
                .doing(doing)?
                .map_or(0, |generation| generation.value()),
        })
    }
}
