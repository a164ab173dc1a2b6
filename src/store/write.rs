//! Changes: one batch is one transaction.

use super::codec::{decode_record, encode_record};
use super::tables::{
    DIRTY, DOCUMENTS, Doing, GENERATION, IDS, LINKS, NEXT_ORDINAL, NUMBERS, PARTS, RECORDS,
    SOURCES, SPLIT, StoreError,
};
use crate::record::{Form, RecordFormat};
use redb::{MultimapTable, ReadableMultimapTable, ReadableTable, Table, WriteTransaction};

/// A record as stored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StoredRecord {
    /// Id with prefix.
    pub id: String,
    /// Source it belongs to.
    pub source: String,
    /// Driver.
    pub format: RecordFormat,
    /// How `raw` is written.
    pub form: Form,
    /// The record's bytes as they came; empty for a tombstone.
    pub raw: Vec<u8>,
    /// Identifier from an OAI-PMH header.
    pub oai_id: Option<String>,
    /// Hash of what was ingested; equal hash = unchanged.
    pub hash: [u8; 32],
    /// The record is deleted; the entry is a tombstone.
    pub deleted: bool,
    /// Kept, but never indexed.
    pub suppressed: bool,
    /// First import, seconds since 1970.
    pub created: i64,
    /// Last change from the source, seconds since 1970.
    pub changed: i64,
    /// Ids by which component parts refer to this record.
    pub linking_ids: Vec<String>,
    /// Ids of the hosts of a component part.
    pub host_ids: Vec<String>,
    /// Id of the first record split from the same unit, if this is another one.
    pub main_id: Option<String>,
    /// What the reader had to mend.
    pub reader_warnings: Vec<String>,
}

/// What a batch did with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was not there, or only as a tombstone.
    Added,
    /// It was there with other content.
    Updated,
    /// It was there with the same content.
    Unchanged,
    /// It was there and is a tombstone now.
    Deleted,
    /// It was to be deleted and is not there.
    Missing,
}

/// `source NUL id`: the key of links, which never cross sources.
pub(super) fn link_key(source: &str, id: &str) -> String {
    format!("{source}\0{id}")
}

/// The tables of one write transaction.
pub struct WriteBatch<'t> {
    ids: Table<'t, &'static str, u64>,
    records: Table<'t, u64, &'static [u8]>,
    documents: Table<'t, u64, &'static [u8]>,
    dirty: Table<'t, u64, u64>,
    numbers: Table<'t, &'static str, u64>,
    sources: MultimapTable<'t, &'static str, u64>,
    links: MultimapTable<'t, &'static str, u64>,
    parts: MultimapTable<'t, &'static str, u64>,
    split: MultimapTable<'t, &'static str, u64>,
}

impl<'t> WriteBatch<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Self, StoreError> {
        let doing = "opening the tables of the store";
        Ok(WriteBatch {
            ids: transaction.open_table(IDS).doing(doing)?,
            records: transaction.open_table(RECORDS).doing(doing)?,
            documents: transaction.open_table(DOCUMENTS).doing(doing)?,
            dirty: transaction.open_table(DIRTY).doing(doing)?,
            numbers: transaction.open_table(NUMBERS).doing(doing)?,
            sources: transaction.open_multimap_table(SOURCES).doing(doing)?,
            links: transaction.open_multimap_table(LINKS).doing(doing)?,
            parts: transaction.open_multimap_table(PARTS).doing(doing)?,
            split: transaction.open_multimap_table(SPLIT).doing(doing)?,
        })
    }

    fn number(&self, name: &str) -> Result<u64, StoreError> {
        let found = self.numbers.get(name).doing("reading a number of the store")?;
        Ok(found.map_or(0, |value| value.value()))
    }

    /// The record's number, if it was ever seen.
    pub fn ordinal(&self, id: &str) -> Result<Option<u64>, StoreError> {
        Ok(self.ids.get(id).doing("looking up a record id")?.map(|found| found.value()))
    }

    fn record(&self, ordinal: u64) -> Result<Option<StoredRecord>, StoreError> {
        match self.records.get(ordinal).doing("reading a record")? {
            Some(bytes) => decode_record(ordinal, bytes.value()).map(Some),
            None => Ok(None),
        }
    }

    /// Adds or replaces a record; nothing is written when the hash is the same. The record, its
    /// hosts and its parts are marked for the index.
    pub fn put(&mut self, mut record: StoredRecord) -> Result<Change, StoreError> {
        let known = self.ordinal(&record.id)?;
        let before = match known {
            Some(ordinal) => self.record(ordinal)?,
            None => None,
        };
        if let Some(before) = &before {
            if before.hash == record.hash && !before.deleted {
                return Ok(Change::Unchanged);
            }
            record.created = before.created;
        }
        let ordinal = match known {
            Some(ordinal) => ordinal,
            None => self.new_ordinal(&record.id)?,
        };
        let change = match &before {
            Some(before) if !before.deleted => {
                self.unlink(ordinal, before)?;
                Change::Updated
            }
            _ => Change::Added,
        };
        self.link(ordinal, &record)?;
        let encoded = encode_record(ordinal, &record)?;
        self.records.insert(ordinal, encoded.as_slice()).doing("writing a record")?;
        self.mark(ordinal)?;
        self.mark_kin(&record)?;
        Ok(change)
    }

    /// Makes a record a tombstone.
    pub fn delete(&mut self, id: &str, now: i64) -> Result<Change, StoreError> {
        let Some(ordinal) = self.ordinal(id)? else { return Ok(Change::Missing) };
        let Some(mut record) = self.record(ordinal)? else { return Ok(Change::Missing) };
        if record.deleted {
            return Ok(Change::Missing);
        }
        self.unlink(ordinal, &record)?;
        self.mark_kin(&record)?;
        record.deleted = true;
        record.raw = Vec::new();
        record.hash = [0; 32];
        record.changed = now;
        record.linking_ids = Vec::new();
        record.host_ids = Vec::new();
        let encoded = encode_record(ordinal, &record)?;
        self.records.insert(ordinal, encoded.as_slice()).doing("writing a tombstone")?;
        self.documents.remove(ordinal).doing("removing the document of a deleted record")?;
        self.mark(ordinal)?;
        Ok(Change::Deleted)
    }

    /// Ids of the live records that were split from the same unit as `main_id`, itself left out.
    pub fn split_members(&self, main_id: &str) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        for ordinal in self.split.get(main_id).doing("looking up split records")? {
            let ordinal = ordinal.doing("looking up split records")?.value();
            found.extend(self.record(ordinal)?.filter(|r| !r.deleted).map(|r| r.id));
        }
        Ok(found)
    }

    fn new_ordinal(&mut self, id: &str) -> Result<u64, StoreError> {
        let ordinal = self.number(NEXT_ORDINAL)?;
        self.numbers.insert(NEXT_ORDINAL, ordinal + 1).doing("counting records")?;
        self.ids.insert(id, ordinal).doing("writing a record id")?;
        Ok(ordinal)
    }

    fn link(&mut self, ordinal: u64, record: &StoredRecord) -> Result<(), StoreError> {
        let doing = "writing the links of a record";
        self.sources.insert(record.source.as_str(), ordinal).doing(doing)?;
        for id in &record.linking_ids {
            self.links.insert(link_key(&record.source, id).as_str(), ordinal).doing(doing)?;
        }
        for id in &record.host_ids {
            self.parts.insert(link_key(&record.source, id).as_str(), ordinal).doing(doing)?;
        }
        if let Some(main_id) = &record.main_id {
            self.split.insert(main_id.as_str(), ordinal).doing(doing)?;
        }
        Ok(())
    }

    fn unlink(&mut self, ordinal: u64, record: &StoredRecord) -> Result<(), StoreError> {
        let doing = "removing the links of a record";
        for id in &record.linking_ids {
            self.links.remove(link_key(&record.source, id).as_str(), ordinal).doing(doing)?;
        }
        for id in &record.host_ids {
            self.parts.remove(link_key(&record.source, id).as_str(), ordinal).doing(doing)?;
        }
        if let Some(main_id) = &record.main_id {
            self.split.remove(main_id.as_str(), ordinal).doing(doing)?;
        }
        Ok(())
    }

    fn mark(&mut self, ordinal: u64) -> Result<(), StoreError> {
        self.dirty.insert(ordinal, 0).doing("marking a record for the index").map(drop)
    }

    /// Marks the hosts of a part and the parts of a host: their documents name this record.
    fn mark_kin(&mut self, record: &StoredRecord) -> Result<(), StoreError> {
        let doing = "marking the hosts and parts of a record";
        let mut kin = Vec::new();
        for id in &record.host_ids {
            for host in self.links.get(link_key(&record.source, id).as_str()).doing(doing)? {
                kin.push(host.doing(doing)?.value());
            }
        }
        for id in &record.linking_ids {
            for part in self.parts.get(link_key(&record.source, id).as_str()).doing(doing)? {
                kin.push(part.doing(doing)?.value());
            }
        }
        kin.into_iter().try_for_each(|ordinal| self.mark(ordinal))
    }

    /// Marks every record, for a rebuild of the index. Returns how many.
    pub fn mark_all(&mut self) -> Result<u64, StoreError> {
        let all = self.number(NEXT_ORDINAL)?;
        (0..all).try_for_each(|ordinal| self.mark(ordinal))?;
        Ok(all)
    }

    /// Writes the encoded index fields of a record, and that `generation` of the index will hold them;
    /// `None` for a record that the index does not hold.
    pub fn put_document(
        &mut self,
        ordinal: u64,
        encoded: Option<&[u8]>,
        generation: u64,
    ) -> Result<(), StoreError> {
        let doing = "writing the index fields of a record";
        match encoded {
            Some(encoded) => {
                self.documents.insert(ordinal, encoded).doing(doing)?;
            }
            None => {
                self.documents.remove(ordinal).doing(doing)?;
            }
        }
        self.dirty.insert(ordinal, generation).doing(doing)?;
        Ok(())
    }

    /// Marks again as not indexed what was written for generations above `generation`, whose
    /// index commit never came.
    pub fn reopen_above(&mut self, generation: u64) -> Result<(), StoreError> {
        let doing = "marking the records of an unfinished commit";
        let mut unfinished = Vec::new();
        for entry in self.dirty.iter().doing(doing)? {
            let (ordinal, marked) = entry.doing(doing)?;
            if marked.value() > generation {
                unfinished.push(ordinal.value());
            }
        }
        unfinished.into_iter().try_for_each(|ordinal| self.mark(ordinal))
    }

    /// The index holds everything up to `generation`: takes the marks of that generation off.
    pub fn settle(&mut self, generation: u64) -> Result<(), StoreError> {
        let doing = "taking off the marks of indexed records";
        self.dirty.retain(|_, marked| marked == 0 || marked > generation).doing(doing)?;
        self.numbers.insert(GENERATION, generation).doing(doing)?;
        Ok(())
    }
}
