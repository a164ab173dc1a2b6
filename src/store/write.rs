//! Changes: one batch is one transaction.

use super::codec::{FEATURES_PURPOSE, PackedRecord, decode_record, encode_record};
use super::dictionaries::Dictionaries;
use super::matching::{Group, Matching, StoredMatching, key_of, link_hash, ordinals_of};
use super::tables::{
    DELIVERED, DICTIONARIES, DIRTY, DOCUMENTS, Doing, FEATURES, FORMAT_VERSION, GENERATION,
    GROUP_OF, GROUPS, IDS, KEYS, KinSources, LINKERS, LINKS, NEXT_ORDINAL, NUMBERS, PARTS, RECORDS,
    REGROUP, SOURCES, SPLIT, StoreError, VERSION,
};
use crate::record::{Form, RecordFormat};
use redb::{MultimapTable, ReadableMultimapTable, ReadableTable, Table, WriteTransaction};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A record as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// The record is deleted; the entry is a tombstone.
    pub deleted: bool,
    /// Kept, but never indexed.
    pub suppressed: bool,
    /// An operator wants it suppressed ([`WriteBatch::withhold`]), whatever its source delivers.
    pub withheld: bool,
    /// First import, seconds since 1970; 0 in the tombstone of what never came.
    pub created: i64,
    /// Last change from the source, seconds since 1970.
    pub changed: i64,
    /// Ids by which other records refer to this one.
    pub linking_ids: Vec<String>,
    /// Linking ids of the hosts of a component part.
    pub host_ids: Vec<String>,
    /// Linking ids of the other records that it refers to, which its document names as they are
    /// stored.
    pub linked_ids: Vec<String>,
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
    /// It was to be deleted or changed and is not there.
    Missing,
}

/// The part of a hash that the table of ids keeps. No hash of content is 0 there: that stands for
/// nothing.
pub(super) fn short_hash(hash: &[u8; 32]) -> u128 {
    let (front, _) = hash.split_at(16);
    front.try_into().map_or(1, u128::from_le_bytes).max(1)
}

/// The tables of one write transaction.
pub struct WriteBatch<'t> {
    packing: &'t Dictionaries,
    pub(super) kin_sources: Arc<KinSources>,
    /// Hosts whose holdings may have changed: their parts are marked at the end.
    pub(super) restocked: BTreeSet<u64>,
    ids: Table<'t, &'static str, (u64, u128)>,
    pub(super) records: Table<'t, u64, &'static [u8]>,
    documents: Table<'t, u64, &'static [u8]>,
    dirty: Table<'t, u64, u64>,
    numbers: Table<'t, &'static str, u64>,
    pub(super) sources: MultimapTable<'t, &'static str, u64>,
    pub(super) links: Table<'t, u128, ()>,
    pub(super) parts: Table<'t, u128, ()>,
    pub(super) linkers: Table<'t, u128, ()>,
    pub(super) delivered: Table<'t, u128, ()>,
    pub(super) split: MultimapTable<'t, &'static str, u64>,
    features: Table<'t, u64, &'static [u8]>,
    keys: Table<'t, u128, u64>,
    regroup: Table<'t, u64, &'static [u8]>,
    group_of: Table<'t, u64, u64>,
    groups: Table<'t, u64, &'static [u8]>,
    dictionaries: Table<'t, u64, &'static [u8]>,
}

impl<'t> WriteBatch<'t> {
    pub(super) fn open(
        transaction: &'t WriteTransaction,
        packing: &'t Dictionaries,
        kin_sources: Arc<KinSources>,
    ) -> Result<Self, StoreError> {
        let doing = "opening the tables of the store";
        Ok(WriteBatch {
            packing,
            kin_sources,
            restocked: BTreeSet::new(),
            ids: transaction.open_table(IDS).doing(doing)?,
            records: transaction.open_table(RECORDS).doing(doing)?,
            documents: transaction.open_table(DOCUMENTS).doing(doing)?,
            dirty: transaction.open_table(DIRTY).doing(doing)?,
            numbers: transaction.open_table(NUMBERS).doing(doing)?,
            sources: transaction.open_multimap_table(SOURCES).doing(doing)?,
            links: transaction.open_table(LINKS).doing(doing)?,
            parts: transaction.open_table(PARTS).doing(doing)?,
            linkers: transaction.open_table(LINKERS).doing(doing)?,
            delivered: transaction.open_table(DELIVERED).doing(doing)?,
            split: transaction.open_multimap_table(SPLIT).doing(doing)?,
            features: transaction.open_table(FEATURES).doing(doing)?,
            keys: transaction.open_table(KEYS).doing(doing)?,
            regroup: transaction.open_table(REGROUP).doing(doing)?,
            group_of: transaction.open_table(GROUP_OF).doing(doing)?,
            groups: transaction.open_table(GROUPS).doing(doing)?,
            dictionaries: transaction.open_table(DICTIONARIES).doing(doing)?,
        })
    }

    fn number(&self, name: &str) -> Result<u64, StoreError> {
        let found = self.numbers.get(name).doing("reading a number of the store")?;
        Ok(found.map_or(0, |value| value.value()))
    }

    /// The record's number, if it was ever seen.
    pub fn ordinal(&self, id: &str) -> Result<Option<u64>, StoreError> {
        Ok(self.known(id)?.map(|(ordinal, _)| ordinal))
    }

    fn known(&self, id: &str) -> Result<Option<(u64, u128)>, StoreError> {
        Ok(self.ids.get(id).doing("looking up a record id")?.map(|found| found.value()))
    }

    pub(super) fn record(&self, ordinal: u64) -> Result<Option<StoredRecord>, StoreError> {
        match self.records.get(ordinal).doing("reading a record")? {
            Some(bytes) => decode_record(self.packing, ordinal, bytes.value()).map(Some),
            None => Ok(None),
        }
    }

    /// Adds or replaces a record; nothing is written when the hash of what was ingested is the same,
    /// which costs one look-up. The record, its hosts and parts, and what links to it are marked for the
    /// index; what may change its group is marked for deduplication. `packed` is the record as
    /// [`Store::pack_record`](super::Store::pack_record) gives it, for a record that is new.
    pub fn put(
        &mut self,
        mut record: StoredRecord,
        hash: &[u8; 32],
        matching: Option<&Matching>,
        packed: Option<&PackedRecord>,
    ) -> Result<Change, StoreError> {
        let known = self.known(&record.id)?;
        let hash = short_hash(hash);
        if known.is_some_and(|(_, stored)| stored == hash) {
            return Ok(Change::Unchanged);
        }
        let before = match known {
            Some((ordinal, _)) => self.record(ordinal)?,
            None => None,
        };
        if before.as_ref().is_some_and(|before| before.withheld) {
            record.withheld = true;
            record.suppressed = true;
        }
        self.replace(known, before, record, hash, matching, packed)
    }

    /// Notes that a source delivered a record once more as it is stored: it is as new as that
    /// delivery.
    pub fn touch(&mut self, id: &str, now: i64) -> Result<(), StoreError> {
        let Some((ordinal, _)) = self.known(id)? else { return Ok(()) };
        let Some(mut record) = self.record(ordinal)?.filter(|record| !record.deleted) else {
            return Ok(());
        };
        record.changed = now;
        self.write_record(ordinal, &record)?;
        self.mark(ordinal)?;
        self.mark_kin(&record)
    }

    /// Takes a record of this source out of the index, out of its group, its host and its parts,
    /// and leaves it so whatever is delivered, until it is [released](Self::release)
    /// (ingest-common §11.4). A tombstone is withheld should its record come again, and an id that
    /// never came gets a tombstone of this format; that is `Added`.
    pub fn withhold(
        &mut self,
        source: &str,
        id: &str,
        format: RecordFormat,
        now: i64,
    ) -> Result<Change, StoreError> {
        let Some(known) = self.known(id)? else {
            return self.withhold_unknown(source, id, format, now);
        };
        let before = match self.record_of(source, known.0)? {
            None => return Ok(Change::Missing),
            Some(before) if before.withheld => return Ok(Change::Unchanged),
            Some(before) => before,
        };
        let record = StoredRecord { withheld: true, suppressed: true, ..before.clone() };
        if before.deleted {
            self.write_record(known.0, &record)?;
            return Ok(Change::Updated);
        }
        self.replace(Some(known), Some(before), record, known.1, None, None)
    }

    /// Ends that a record is [withheld](Self::withhold). `record` is what is stored as it is read
    /// anew, `hash` what it is known by; its times stay.
    pub fn release(
        &mut self,
        record: StoredRecord,
        hash: &[u8; 32],
        matching: Option<&Matching>,
    ) -> Result<Change, StoreError> {
        let Some(known) = self.known(&record.id)? else { return Ok(Change::Missing) };
        let before = match self.record_of(&record.source, known.0)? {
            None => return Ok(Change::Missing),
            Some(before) if !before.withheld => return Ok(Change::Unchanged),
            Some(before) => before,
        };
        if before.deleted {
            let record = StoredRecord { withheld: false, suppressed: false, ..before };
            self.write_record(known.0, &record)?;
            return Ok(Change::Updated);
        }
        let record = StoredRecord { withheld: false, changed: before.changed, ..record };
        self.replace(Some(known), Some(before), record, short_hash(hash), matching, None)
    }

    fn withhold_unknown(
        &mut self,
        source: &str,
        id: &str,
        format: RecordFormat,
        now: i64,
    ) -> Result<Change, StoreError> {
        let record = StoredRecord {
            id: id.to_owned(),
            source: source.to_owned(),
            format,
            form: Form::Xml,
            raw: Vec::new(),
            oai_id: None,
            deleted: true,
            suppressed: true,
            withheld: true,
            created: 0,
            changed: now,
            linking_ids: Vec::new(),
            host_ids: Vec::new(),
            linked_ids: Vec::new(),
            main_id: None,
            reader_warnings: Vec::new(),
        };
        let ordinal = self.new_ordinal()?;
        self.ids.insert(id, (ordinal, 0)).doing("writing a record id")?;
        self.link(ordinal, &record)?;
        self.write_record(ordinal, &record)?;
        Ok(Change::Added)
    }

    /// The record or tombstone with this number, if it is of this source: another one may have the
    /// same prefix of ids.
    fn record_of(&self, source: &str, ordinal: u64) -> Result<Option<StoredRecord>, StoreError> {
        Ok(self.record(ordinal)?.filter(|record| record.source == source))
    }

    /// Writes a record or tombstone as it is; nothing is marked.
    fn write_record(&mut self, ordinal: u64, record: &StoredRecord) -> Result<(), StoreError> {
        let encoded = encode_record(self.packing, ordinal, record)?;
        self.records.insert(ordinal, encoded.as_slice()).doing("writing a record")?;
        Ok(())
    }

    /// Writes a record over what is `known` under its id.
    fn replace(
        &mut self,
        known: Option<(u64, u128)>,
        before: Option<StoredRecord>,
        mut record: StoredRecord,
        hash: u128,
        matching: Option<&Matching>,
        packed: Option<&PackedRecord>,
    ) -> Result<Change, StoreError> {
        let matching = matching.filter(|_| !record.withheld);
        // What was withheld in advance was never imported.
        if let Some(before) = before.as_ref().filter(|before| before.created > 0) {
            record.created = before.created;
        }
        // Sources may share a prefix of ids: the record belongs to the one that had it last.
        if let (Some(before), Some((ordinal, _))) = (&before, known)
            && before.source != record.source
        {
            let doing = "taking a record from another source";
            self.sources.remove(before.source.as_str(), ordinal).doing(doing)?;
            self.sources.insert(record.source.as_str(), ordinal).doing(doing)?;
        }
        let ordinal = match known {
            Some((ordinal, _)) => ordinal,
            None => self.new_ordinal()?,
        };
        self.ids.insert(record.id.as_str(), (ordinal, hash)).doing("writing a record id")?;
        let before = before.filter(|before| !before.deleted);
        let is_relinked = before.as_ref().is_none_or(|before| {
            before.linking_ids != record.linking_ids
                || before.host_ids != record.host_ids
                || before.linked_ids != record.linked_ids
                || before.main_id != record.main_id
                || before.oai_id != record.oai_id
                || before.source != record.source
        });
        if is_relinked {
            if let Some(before) = &before {
                self.unlink(ordinal, before)?;
                self.mark_kin(before)?;
                self.mark_linkers(before)?;
            }
            self.link(ordinal, &record)?;
        }
        // One that was known has the time of its first import.
        let packed = packed.filter(|_| known.is_none());
        match packed {
            Some(packed) => {
                let encoded = packed.record.as_slice();
                self.records.insert(ordinal, encoded).doing("writing a record")?;
            }
            None => self.write_record(ordinal, &record)?,
        }
        self.mark(ordinal)?;
        self.mark_kin(&record)?;
        if let Some(before) = before.as_ref().filter(|b| b.suppressed && !record.suppressed) {
            // It may have been holdings.
            self.mark_kin(before)?;
        }
        if is_relinked || before.as_ref().is_some_and(|b| b.suppressed != record.suppressed) {
            self.mark_linkers(&record)?;
        }
        let features = packed.and_then(|packed| packed.features.as_deref());
        let is_other = self.replace_matching(ordinal, matching, features)?;
        if is_other || is_relinked {
            self.mark_for_regrouping(ordinal, &record)?;
            if let Some(before) = before.as_ref().filter(|_| is_relinked) {
                self.mark_for_regrouping(ordinal, before)?;
            }
        }
        Ok(if before.is_some() { Change::Updated } else { Change::Added })
    }

    /// Writes a dictionary.
    pub(super) fn put_dictionary(&mut self, number: u64, encoded: &[u8]) -> Result<(), StoreError> {
        self.dictionaries.insert(number, encoded).doing("writing a dictionary")?;
        Ok(())
    }

    /// The store has the present format version.
    pub(super) fn put_version(&mut self) -> Result<(), StoreError> {
        self.numbers.insert(VERSION, FORMAT_VERSION).doing("writing the version of the store")?;
        Ok(())
    }

    /// Makes a record a tombstone, if it is of this source.
    pub fn delete_of(&mut self, source: &str, id: &str, now: i64) -> Result<Change, StoreError> {
        match self.ordinal(id)? {
            Some(ordinal) if self.record_of(source, ordinal)?.is_some() => self.delete(id, now),
            _ => Ok(Change::Missing),
        }
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

    /// Makes a record a tombstone.
    pub fn delete(&mut self, id: &str, now: i64) -> Result<Change, StoreError> {
        let Some(ordinal) = self.ordinal(id)? else { return Ok(Change::Missing) };
        let Some(mut record) = self.record(ordinal)? else { return Ok(Change::Missing) };
        if record.deleted {
            return Ok(Change::Missing);
        }
        self.ids.insert(id, (ordinal, 0)).doing("writing a record id")?;
        self.unlink(ordinal, &record)?;
        self.mark(ordinal)?;
        self.mark_kin(&record)?;
        self.mark_linkers(&record)?;
        self.put_matching(ordinal, None)?;
        self.mark_for_regrouping(ordinal, &record)?;
        record.deleted = true;
        record.raw = Vec::new();
        record.changed = now;
        record.linking_ids = Vec::new();
        record.host_ids = Vec::new();
        record.linked_ids = Vec::new();
        self.write_record(ordinal, &record)?;
        // Its document says under which id the index has it, and goes when that follows.
        Ok(Change::Deleted)
    }

    /// Replaces what deduplication knows of a record, and notes that its group has to be found
    /// again if that is anything new. Returns whether it was. Its keys are written with those of all
    /// noted records ([`put_keys`](Self::put_keys)): being hashes they lie all over their table, and
    /// a transaction writes each page of it that it touches.
    pub fn put_matching(
        &mut self,
        ordinal: u64,
        matching: Option<&Matching>,
    ) -> Result<bool, StoreError> {
        self.replace_matching(ordinal, matching, None)
    }

    /// The same; `packed` are the features as they are written, if they were packed before.
    fn replace_matching(
        &mut self,
        ordinal: u64,
        matching: Option<&Matching>,
        packed: Option<&[u8]>,
    ) -> Result<bool, StoreError> {
        let doing = "writing the features of a record";
        let before = match self.features.get(ordinal).doing(doing)? {
            Some(entry) => Some(self.packing.unpack(ordinal, entry.value())?),
            None => None,
        };
        let packed = packed.filter(|_| before.is_none());
        // What is packed and new need not be encoded again.
        let encoded = matching.map(|matching| match packed {
            Some(_) => Vec::new(),
            None => matching.encode(),
        });
        if encoded == before {
            return Ok(false);
        }
        let mut stored = Vec::new();
        if let Some(before) = &before {
            let old = StoredMatching::read(ordinal, before)?;
            stored.extend_from_slice(old.features);
            for key in old.keys() {
                self.keys.remove(key_of(key, ordinal)).doing(doing)?;
            }
        }
        match &encoded {
            Some(encoded) => {
                let entry = match packed {
                    Some(packed) => Cow::Borrowed(packed),
                    None => Cow::Owned(self.packing.pack(FEATURES_PURPOSE, ordinal, encoded)?),
                };
                self.features.insert(ordinal, &*entry).doing(doing)?;
            }
            None => {
                self.features.remove(ordinal).doing(doing)?;
            }
        }
        // The first note counts: those were the features when groups were last made.
        let doing = "marking a record for deduplication";
        let is_noted =
            self.regroup.get(ordinal).doing(doing)?.is_some_and(|n| !n.value().is_empty());
        if !is_noted {
            self.regroup.insert(ordinal, stored.as_slice()).doing(doing)?;
        }
        Ok(true)
    }

    /// Writes keys as [`Snapshot::keys`](super::Snapshot::keys) gives them, best in order.
    pub fn put_keys(&mut self, keys: &[(u128, u64)]) -> Result<(), StoreError> {
        for (key, source) in keys {
            self.keys.insert(*key, *source).doing("writing the keys of records")?;
        }
        Ok(())
    }

    /// Notes that the groups of a record, its hosts and its parts have to be found again, as far as
    /// they take part in deduplication.
    fn mark_for_regrouping(
        &mut self,
        ordinal: u64,
        record: &StoredRecord,
    ) -> Result<(), StoreError> {
        let mut all = self.kin(record)?;
        all.push(ordinal);
        all.into_iter().try_for_each(|ordinal| self.note_regrouping(ordinal))
    }

    fn note_regrouping(&mut self, ordinal: u64) -> Result<(), StoreError> {
        let doing = "marking a record for deduplication";
        let takes_part = self.features.get(ordinal).doing(doing)?.is_some()
            || self.group_of.get(ordinal).doing(doing)?.is_some();
        if takes_part && self.regroup.get(ordinal).doing(doing)?.is_none() {
            self.regroup.insert(ordinal, [].as_slice()).doing(doing)?;
        }
        Ok(())
    }

    /// Notes that every record that takes part in deduplication is to be looked at again.
    pub fn regroup_all(&mut self) -> Result<u64, StoreError> {
        let doing = "marking all records for deduplication";
        let mut all: Vec<u64> = Vec::new();
        for entry in self.features.iter().doing(doing)? {
            all.push(entry.doing(doing)?.0.value());
        }
        for entry in self.group_of.iter().doing(doing)? {
            all.push(entry.doing(doing)?.0.value());
        }
        all.sort_unstable();
        all.dedup();
        let count = all.len() as u64;
        all.into_iter().try_for_each(|ordinal| self.note_regrouping(ordinal))?;
        Ok(count)
    }

    /// Writes new groups. `touched` are the records whose group may have changed, `groups` those
    /// that they form now (id, members), `done` the notes that are worked off. Whatever looks
    /// different in the index then is marked. Returns how many groups changed.
    pub fn put_groups(
        &mut self,
        touched: &[u64],
        groups: &[(String, Vec<u64>)],
        done: &[u64],
    ) -> Result<u64, StoreError> {
        let doing = "writing groups";
        let mut changed = 0;
        // Group ordinals that touched records are in now; what is left at the end is no more.
        let mut former = BTreeSet::new();
        for record in touched {
            if let Some(group) = self.group_of.get(*record).doing(doing)? {
                former.insert(group.value());
            }
        }
        let mut grouped = std::collections::HashSet::new();
        for (id, members) in groups {
            let ordinal = if let Some(ordinal) = self.ordinal(id)? {
                ordinal
            } else {
                let ordinal = self.new_ordinal()?;
                self.ids.insert(id.as_str(), (ordinal, 0)).doing("writing a group id")?;
                ordinal
            };
            former.remove(&ordinal);
            grouped.extend(members.iter().copied());
            let group = Group { id: id.clone(), members: members.clone() };
            let encoded = group.encode(ordinal)?;
            let known = self.groups.get(ordinal).doing(doing)?;
            let is_same = known.is_some_and(|known| known.value() == encoded.as_slice());
            if !is_same {
                changed += 1;
                self.groups.insert(ordinal, encoded.as_slice()).doing(doing)?;
                self.dirty.insert(ordinal, 0).doing(doing)?;
            }
            for member in members {
                let before = self.group_of.insert(*member, ordinal).doing(doing)?;
                let is_new = before.is_none_or(|before| before.value() != ordinal);
                // Whether a member is shown merged depends on the others as well.
                if is_new || !is_same {
                    self.dirty.insert(*member, 0).doing(doing)?;
                }
            }
        }
        for ordinal in former {
            let Some(group) = self
                .groups
                .get(ordinal)
                .doing(doing)?
                .map(|bytes| Group::decode(ordinal, bytes.value()))
            else {
                continue;
            };
            changed += 1;
            let gone = Group { id: group?.id, members: Vec::new() };
            let encoded = gone.encode(ordinal)?;
            self.groups.insert(ordinal, encoded.as_slice()).doing(doing)?;
            self.dirty.insert(ordinal, 0).doing(doing)?;
        }
        for record in touched.iter().filter(|record| !grouped.contains(record)) {
            if self.group_of.remove(*record).doing(doing)?.is_some() {
                self.dirty.insert(*record, 0).doing(doing)?;
            }
        }
        for record in done {
            self.regroup.remove(*record).doing(doing)?;
        }
        Ok(changed)
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

    fn new_ordinal(&mut self) -> Result<u64, StoreError> {
        let ordinal = self.number(NEXT_ORDINAL)?;
        self.numbers.insert(NEXT_ORDINAL, ordinal + 1).doing("counting records")?;
        Ok(ordinal)
    }

    /// Marks a record for the index, and the document of its group, which shows it too.
    pub(super) fn mark(&mut self, ordinal: u64) -> Result<(), StoreError> {
        let doing = "marking a record for the index";
        self.dirty.insert(ordinal, 0).doing(doing)?;
        let group = self.group_of.get(ordinal).doing(doing)?.map(|group| group.value());
        if let Some(group) = group {
            self.dirty.insert(group, 0).doing(doing)?;
        }
        Ok(())
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
