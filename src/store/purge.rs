//! Entries that have had their day: tombstones of records and groups that are no more.

use super::codec::decode_record;
use super::matching::Group;
use super::tables::{
    DIRTY, DOCUMENTS, Doing, FEATURES, GROUP_OF, GROUPS, IDS, RECORDS, REGROUP, SOURCES,
};
use super::{Store, StoreError, StoredRecord};
use redb::WriteTransaction;

/// Ordinals looked at in one transaction.
const CHUNK: u64 = 20_000;

/// What was removed, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Purged {
    /// Tombstones of records.
    pub records: u64,
    /// Groups without members.
    pub groups: u64,
}

impl Store {
    /// Removes the tombstones that `is_old` says are, and the entries of all groups that are no
    /// more, from every table; only counts them if `dry_run`. Whatever the index or the groups have
    /// still to follow stays, and tombstones that are withheld do. An id that comes again gets another ordinal: ordinals are never
    /// reused. A crash leaves what has not been removed yet.
    pub fn purge(
        &self,
        is_old: impl Fn(&StoredRecord) -> bool,
        dry_run: bool,
    ) -> Result<Purged, StoreError> {
        let end = self.snapshot()?.next_ordinal()?;
        let mut purged = Purged::default();
        let mut start = 0;
        while start < end {
            let until = end.min(start + CHUNK);
            let found = self.past(start, until, &is_old)?;
            purged.records += found.tombstones.len() as u64;
            purged.groups += found.groups.len() as u64;
            let is_nothing = found.tombstones.is_empty() && found.groups.is_empty();
            if !dry_run && !is_nothing {
                self.transact(|transaction| found.remove(transaction))?;
            }
            start = until;
        }
        Ok(purged)
    }

    /// Entries of the past among these ordinals.
    fn past(
        &self,
        start: u64,
        until: u64,
        is_old: &impl Fn(&StoredRecord) -> bool,
    ) -> Result<Past, StoreError> {
        let doing = "looking for entries to purge";
        let transaction = self.medium.begin_read(doing)?;
        let documents = transaction.open_table(DOCUMENTS).doing(doing)?;
        let dirty = transaction.open_table(DIRTY).doing(doing)?;
        let features = transaction.open_table(FEATURES).doing(doing)?;
        let regroup = transaction.open_table(REGROUP).doing(doing)?;
        let group_of = transaction.open_table(GROUP_OF).doing(doing)?;
        let is_followed = |ordinal: u64| -> Result<bool, StoreError> {
            Ok(documents.get(ordinal).doing(doing)?.is_none()
                && dirty.get(ordinal).doing(doing)?.is_none()
                && features.get(ordinal).doing(doing)?.is_none()
                && regroup.get(ordinal).doing(doing)?.is_none()
                && group_of.get(ordinal).doing(doing)?.is_none())
        };
        let mut past = Past::default();
        let records = transaction.open_table(RECORDS).doing(doing)?;
        for entry in records.range(start..until).doing(doing)? {
            let (ordinal, bytes) = entry.doing(doing)?;
            let ordinal = ordinal.value();
            let record = decode_record(&self.dictionaries, ordinal, bytes.value())?;
            // A withheld tombstone stays, so that its record is withheld when it comes again.
            let is_past = record.deleted && !record.withheld && is_old(&record);
            if is_past && is_followed(ordinal)? {
                past.tombstones.push((ordinal, record));
            }
        }
        let groups = transaction.open_table(GROUPS).doing(doing)?;
        for entry in groups.range(start..until).doing(doing)? {
            let (ordinal, bytes) = entry.doing(doing)?;
            let ordinal = ordinal.value();
            let group = Group::decode(ordinal, bytes.value())?;
            if group.members.is_empty() && is_followed(ordinal)? {
                past.groups.push((ordinal, group));
            }
        }
        Ok(past)
    }
}

/// Entries that go. Links, features and keys went when the record was deleted.
#[derive(Default)]
struct Past {
    tombstones: Vec<(u64, StoredRecord)>,
    groups: Vec<(u64, Group)>,
}

impl Past {
    fn remove(&self, transaction: &WriteTransaction) -> Result<(), StoreError> {
        let doing = "purging deleted records";
        let mut ids = transaction.open_table(IDS).doing(doing)?;
        let mut records = transaction.open_table(RECORDS).doing(doing)?;
        let mut sources = transaction.open_multimap_table(SOURCES).doing(doing)?;
        for (ordinal, record) in &self.tombstones {
            ids.remove(record.id.as_str()).doing(doing)?;
            records.remove(ordinal).doing(doing)?;
            sources.remove(record.source.as_str(), ordinal).doing(doing)?;
        }
        let mut groups = transaction.open_table(GROUPS).doing(doing)?;
        for (ordinal, group) in &self.groups {
            ids.remove(group.id.as_str()).doing(doing)?;
            groups.remove(ordinal).doing(doing)?;
        }
        Ok(())
    }
}
