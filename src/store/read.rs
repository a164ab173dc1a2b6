//! Snapshots: consistent reads that never wait for the writer.

use super::StoredRecord;
use super::codec::{decode_document, decode_record};
use super::dictionaries::Dictionaries;
use super::matching::{Group, StoredMatching, key_of, link_hash, ordinal_of, ordinals_of};
use super::tables::{
    DELIVERED, DIRTY, DOCUMENTS, Doing, FEATURES, GENERATION, GROUP_OF, GROUPS, IDS, KEYS, LINKS,
    NEXT_ORDINAL, NUMBERS, PARTS, RECORDS, REGROUP, SOURCES, StoreError,
};
use super::write::short_hash;
use crate::record::IndexRecord;
use redb::{
    ReadOnlyMultimapTable, ReadOnlyTable, ReadTransaction, ReadableTable, ReadableTableMetadata,
};
use std::sync::Arc;

/// The store at one moment.
pub struct Snapshot {
    dictionaries: Arc<Dictionaries>,
    ids: ReadOnlyTable<&'static str, (u64, u128)>,
    records: ReadOnlyTable<u64, &'static [u8]>,
    documents: ReadOnlyTable<u64, &'static [u8]>,
    dirty: ReadOnlyTable<u64, u64>,
    numbers: ReadOnlyTable<&'static str, u64>,
    sources: ReadOnlyMultimapTable<&'static str, u64>,
    links: ReadOnlyTable<u128, ()>,
    parts: ReadOnlyTable<u128, ()>,
    delivered: ReadOnlyTable<u128, ()>,
    features: ReadOnlyTable<u64, &'static [u8]>,
    keys: ReadOnlyTable<u128, u64>,
    regroup: ReadOnlyTable<u64, &'static [u8]>,
    group_of: ReadOnlyTable<u64, u64>,
    groups: ReadOnlyTable<u64, &'static [u8]>,
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
    /// Dedup groups.
    pub groups: u64,
    /// Records whose groups have to be found again.
    pub to_regroup: u64,
    /// Generation that the store believes the index to have.
    pub generation: u64,
}

/// Entries of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Entries {
    /// Ids of records and groups.
    pub ids: u64,
    /// Records, tombstones included.
    pub records: u64,
    /// Groups, those that are no more included.
    pub groups: u64,
    /// Documents of records and groups.
    pub documents: u64,
    /// Features of records.
    pub features: u64,
    /// Keys of all features.
    pub keys: u64,
}

impl Snapshot {
    pub(super) fn open(
        transaction: ReadTransaction,
        dictionaries: Arc<Dictionaries>,
    ) -> Result<Self, StoreError> {
        let doing = "opening the tables of the store";
        Ok(Snapshot {
            dictionaries,
            ids: transaction.open_table(IDS).doing(doing)?,
            records: transaction.open_table(RECORDS).doing(doing)?,
            documents: transaction.open_table(DOCUMENTS).doing(doing)?,
            dirty: transaction.open_table(DIRTY).doing(doing)?,
            numbers: transaction.open_table(NUMBERS).doing(doing)?,
            sources: transaction.open_multimap_table(SOURCES).doing(doing)?,
            links: transaction.open_table(LINKS).doing(doing)?,
            parts: transaction.open_table(PARTS).doing(doing)?,
            delivered: transaction.open_table(DELIVERED).doing(doing)?,
            features: transaction.open_table(FEATURES).doing(doing)?,
            keys: transaction.open_table(KEYS).doing(doing)?,
            regroup: transaction.open_table(REGROUP).doing(doing)?,
            group_of: transaction.open_table(GROUP_OF).doing(doing)?,
            groups: transaction.open_table(GROUPS).doing(doing)?,
        })
    }

    /// The record's number, if it was ever seen.
    pub fn ordinal(&self, id: &str) -> Result<Option<u64>, StoreError> {
        Ok(self.ids.get(id).doing("looking up a record id")?.map(|found| found.value().0))
    }

    /// True if what is stored under this id was ingested with this hash.
    pub fn is_known(&self, id: &str, hash: &[u8; 32]) -> Result<bool, StoreError> {
        let found = self.ids.get(id).doing("looking up a record id")?;
        Ok(found.is_some_and(|found| found.value().1 == short_hash(hash)))
    }

    /// A record, tombstones included.
    pub fn record(&self, ordinal: u64) -> Result<Option<StoredRecord>, StoreError> {
        match self.records.get(ordinal).doing("reading a record")? {
            Some(bytes) => decode_record(&self.dictionaries, ordinal, bytes.value()).map(Some),
            None => Ok(None),
        }
    }

    /// The index fields of a record; `None` if the index does not hold it.
    pub fn document(&self, ordinal: u64) -> Result<Option<IndexRecord>, StoreError> {
        match self.documents.get(ordinal).doing("reading the index fields of a record")? {
            Some(bytes) => decode_document(&self.dictionaries, ordinal, bytes.value()).map(Some),
            None => Ok(None),
        }
    }

    /// Live records of a source that can be linked to by an id.
    pub fn linked(&self, source: &str, linking_id: &str) -> Result<Vec<u64>, StoreError> {
        let doing = "looking up the host of a component part";
        ordinals_of(&self.links, link_hash(source, linking_id), doing)
    }

    /// Ordinals of a source's records, tombstones included.
    pub fn of_source(&self, source: &str) -> Result<Vec<u64>, StoreError> {
        let doing = "listing the records of a source";
        let found = self.sources.get(source).doing(doing)?;
        found.map(|ordinal| Ok(ordinal.doing(doing)?.value())).collect()
    }

    /// Ordinals of all records, tombstones included.
    pub fn all_records(&self) -> Result<Vec<u64>, StoreError> {
        let doing = "listing all records";
        let entries = self.records.iter().doing(doing)?;
        entries.map(|entry| Ok(entry.doing(doing)?.0.value())).collect()
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

    /// Whether some record has no document of a coming generation, and the highest generation that
    /// documents are written for and marked.
    pub fn marks(&self) -> Result<(bool, Option<u64>), StoreError> {
        let doing = "reading the marks of the index";
        let mut unindexed = false;
        let mut written = None;
        for entry in self.dirty.iter().doing(doing)? {
            match entry.doing(doing)?.1.value() {
                0 => unindexed = true,
                generation => written = written.max(Some(generation)),
            }
        }
        Ok((unindexed, written))
    }

    /// Generation that the store believes the index to have.
    pub fn generation(&self) -> Result<u64, StoreError> {
        let found = self.numbers.get(GENERATION).doing("reading the generation of the index")?;
        Ok(found.map_or(0, |generation| generation.value()))
    }

    /// True if the index does not show this record as the store has it.
    pub fn is_marked(&self, ordinal: u64) -> Result<bool, StoreError> {
        Ok(self.dirty.get(ordinal).doing("looking up the mark of a record")?.is_some())
    }

    /// Live records of a source that name this id as their host.
    pub fn parts(&self, source: &str, linking_id: &str) -> Result<Vec<u64>, StoreError> {
        let doing = "looking up component parts";
        ordinals_of(&self.parts, link_hash(source, linking_id), doing)
    }

    /// The record or tombstone of this id, if it is of this source.
    pub fn record_of(&self, source: &str, id: &str) -> Result<Option<StoredRecord>, StoreError> {
        let record = match self.ordinal(id)? {
            Some(ordinal) => self.record(ordinal)?,
            None => None,
        };
        Ok(record.filter(|record| record.source == source))
    }

    /// The record of this id, if it is live and of this source.
    pub fn live_of(&self, source: &str, id: &str) -> Result<Option<StoredRecord>, StoreError> {
        Ok(self.record_of(source, id)?.filter(|record| !record.deleted))
    }

    /// Ids of the live records of a source that came under an identifier of OAI-PMH.
    pub fn delivered(&self, source: &str, oai_id: &str) -> Result<Vec<String>, StoreError> {
        let doing = "looking up what came under an identifier of OAI-PMH";
        let mut found = Vec::new();
        for ordinal in ordinals_of(&self.delivered, link_hash(source, oai_id), doing)? {
            let record = self.record(ordinal)?;
            found.extend(record.filter(|r| r.oai_id.as_deref() == Some(oai_id)).map(|r| r.id));
        }
        Ok(found)
    }

    /// Calls `visit` with every document of the store.
    pub fn each_document(&self, mut visit: impl FnMut(u64, IndexRecord)) -> Result<(), StoreError> {
        let doing = "reading all documents";
        for entry in self.documents.iter().doing(doing)? {
            let (ordinal, bytes) = entry.doing(doing)?;
            visit(
                ordinal.value(),
                decode_document(&self.dictionaries, ordinal.value(), bytes.value())?,
            );
        }
        Ok(())
    }

    /// Calls `visit` with every record of the store.
    pub fn each_record(&self, mut visit: impl FnMut(u64, StoredRecord)) -> Result<(), StoreError> {
        let doing = "reading all records";
        for entry in self.records.iter().doing(doing)? {
            let (ordinal, bytes) = entry.doing(doing)?;
            visit(
                ordinal.value(),
                decode_record(&self.dictionaries, ordinal.value(), bytes.value())?,
            );
        }
        Ok(())
    }

    /// The encoded features of a record; `None` if it takes no part in deduplication.
    pub fn features(&self, ordinal: u64) -> Result<Option<Vec<u8>>, StoreError> {
        match self.features.get(ordinal).doing("reading the features of a record")? {
            Some(bytes) => {
                let plain = self.dictionaries.unpack(ordinal, bytes.value())?;
                Ok(Some(StoredMatching::read(ordinal, &plain)?.features.to_vec()))
            }
            None => Ok(None),
        }
    }

    /// Calls `visit` with the ordinal and the encoded features of every record that has some.
    pub fn each_features(&self, mut visit: impl FnMut(u64, &[u8])) -> Result<(), StoreError> {
        let doing = "reading all features";
        for entry in self.features.iter().doing(doing)? {
            let (ordinal, bytes) = entry.doing(doing)?;
            let plain = self.dictionaries.unpack(ordinal.value(), bytes.value())?;
            visit(ordinal.value(), StoredMatching::read(ordinal.value(), &plain)?.features);
        }
        Ok(())
    }

    /// The keys of a record, each with its ordinal, and its source, as the table of keys has them.
    pub fn keys(&self, ordinal: u64) -> Result<Vec<(u128, u64)>, StoreError> {
        match self.features.get(ordinal).doing("reading the keys of a record")? {
            Some(bytes) => {
                let plain = self.dictionaries.unpack(ordinal, bytes.value())?;
                let matching = StoredMatching::read(ordinal, &plain)?;
                Ok(matching.keys().map(|key| (key_of(key, ordinal), matching.source)).collect())
            }
            None => Ok(Vec::new()),
        }
    }

    /// Records that have this key and are of another source. Those of records whose groups have to
    /// be found again may be missing.
    pub fn sharing(&self, key: u64, source: u64) -> Result<Vec<u64>, StoreError> {
        let doing = "looking up a key of deduplication";
        let mut found = Vec::new();
        for entry in self.keys.range(key_of(key, 0)..=key_of(key, u64::MAX)).doing(doing)? {
            let (key, of) = entry.doing(doing)?;
            if of.value() != source {
                found.push(ordinal_of(key.value()));
            }
        }
        Ok(found)
    }

    /// Up to `limit` records whose groups have to be found again, with their encoded features when
    /// that was done last (empty: the present ones).
    pub fn to_regroup(&self, limit: usize) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let doing = "listing the records to group";
        let entries = self.regroup.iter().doing(doing)?.take(limit);
        entries
            .map(|entry| {
                let (ordinal, before) = entry.doing(doing)?;
                Ok((ordinal.value(), before.value().to_vec()))
            })
            .collect()
    }

    /// Ordinals of all records whose groups have to be found again.
    pub fn noted(&self) -> Result<Vec<u64>, StoreError> {
        let doing = "listing the records to group";
        let entries = self.regroup.iter().doing(doing)?;
        entries.map(|entry| Ok(entry.doing(doing)?.0.value())).collect()
    }

    /// Ordinal of the group of a record.
    pub fn group_of(&self, ordinal: u64) -> Result<Option<u64>, StoreError> {
        let found = self.group_of.get(ordinal).doing("looking up the group of a record")?;
        Ok(found.map(|group| group.value()))
    }

    /// A group by its ordinal.
    pub fn group(&self, ordinal: u64) -> Result<Option<Group>, StoreError> {
        match self.groups.get(ordinal).doing("reading a group")? {
            Some(bytes) => Group::decode(ordinal, bytes.value()).map(Some),
            None => Ok(None),
        }
    }

    /// Calls `visit` with every group that has members.
    pub fn each_group(&self, mut visit: impl FnMut(u64, Group)) -> Result<(), StoreError> {
        let doing = "reading all groups";
        for entry in self.groups.iter().doing(doing)? {
            let (ordinal, bytes) = entry.doing(doing)?;
            let group = Group::decode(ordinal.value(), bytes.value())?;
            if !group.members.is_empty() {
                visit(ordinal.value(), group);
            }
        }
        Ok(())
    }

    /// Calls `visit` with every record that is in a group, and the group.
    pub fn each_member(&self, mut visit: impl FnMut(u64, u64)) -> Result<(), StoreError> {
        let doing = "reading the groups of all records";
        for entry in self.group_of.iter().doing(doing)? {
            let (record, group) = entry.doing(doing)?;
            visit(record.value(), group.value());
        }
        Ok(())
    }

    /// A number above those of all records and groups that ever were.
    pub fn next_ordinal(&self) -> Result<u64, StoreError> {
        let found = self.numbers.get(NEXT_ORDINAL).doing("reading the number of records")?;
        Ok(found.map_or(0, |next| next.value()))
    }

    /// True if a key stands in the table of keys as [`keys`](Self::keys) gives it.
    pub fn has_key(&self, (key, source): (u128, u64)) -> Result<bool, StoreError> {
        let found = self.keys.get(key).doing("looking up a key of deduplication")?;
        Ok(found.is_some_and(|found| found.value() == source))
    }

    /// True if the groups of a record have to be found again.
    pub fn is_noted(&self, ordinal: u64) -> Result<bool, StoreError> {
        Ok(self.regroup.get(ordinal).doing("looking up the note of a record")?.is_some())
    }

    /// How many entries the tables have that belong to others.
    pub fn entries(&self) -> Result<Entries, StoreError> {
        let doing = "counting the entries of the store";
        Ok(Entries {
            ids: self.ids.len().doing(doing)?,
            records: self.records.len().doing(doing)?,
            groups: self.groups.len().doing(doing)?,
            documents: self.documents.len().doing(doing)?,
            features: self.features.len().doing(doing)?,
            keys: self.keys.len().doing(doing)?,
        })
    }

    /// How much there is.
    pub fn counts(&self) -> Result<StoreCounts, StoreError> {
        let doing = "counting the records of the store";
        let mut groups = 0;
        self.each_group(|_, _| groups += 1)?;
        Ok(StoreCounts {
            records: self.records.len().doing(doing)?,
            documents: self.documents.len().doing(doing)?,
            dirty: self.dirty.len().doing(doing)?,
            groups,
            to_regroup: self.regroup.len().doing(doing)?,
            generation: self
                .numbers
                .get(GENERATION)
                .doing(doing)?
                .map_or(0, |generation| generation.value()),
        })
    }
}
