//! Records that belong to each other: what is written of a record's links, and whose documents
//! change with it.

use super::matching::{key_of, link_hash, ordinals_of};
use super::tables::Doing;
use super::{StoreError, StoredRecord, WriteBatch};

impl WriteBatch<'_> {
    pub(super) fn link(&mut self, ordinal: u64, record: &StoredRecord) -> Result<(), StoreError> {
        let doing = "writing the links of a record";
        self.sources.insert(record.source.as_str(), ordinal).doing(doing)?;
        for id in &record.linking_ids {
            self.links.insert(key_of(link_hash(&record.source, id), ordinal), ()).doing(doing)?;
        }
        for id in &record.host_ids {
            self.parts.insert(key_of(link_hash(&record.source, id), ordinal), ()).doing(doing)?;
        }
        for id in &record.linked_ids {
            self.linkers.insert(key_of(link_hash(&record.source, id), ordinal), ()).doing(doing)?;
        }
        if let Some(id) = &record.oai_id {
            self.delivered
                .insert(key_of(link_hash(&record.source, id), ordinal), ())
                .doing(doing)?;
        }
        if let Some(main_id) = &record.main_id {
            self.split.insert(main_id.as_str(), ordinal).doing(doing)?;
        }
        Ok(())
    }

    pub(super) fn unlink(&mut self, ordinal: u64, record: &StoredRecord) -> Result<(), StoreError> {
        let doing = "removing the links of a record";
        for id in &record.linking_ids {
            self.links.remove(key_of(link_hash(&record.source, id), ordinal)).doing(doing)?;
        }
        for id in &record.host_ids {
            self.parts.remove(key_of(link_hash(&record.source, id), ordinal)).doing(doing)?;
        }
        for id in &record.linked_ids {
            self.linkers.remove(key_of(link_hash(&record.source, id), ordinal)).doing(doing)?;
        }
        if let Some(id) = &record.oai_id {
            self.delivered.remove(key_of(link_hash(&record.source, id), ordinal)).doing(doing)?;
        }
        if let Some(main_id) = &record.main_id {
            self.split.remove(main_id.as_str(), ordinal).doing(doing)?;
        }
        Ok(())
    }

    /// Writes the identifier under which a stored record came.
    pub(super) fn put_delivered(
        &mut self,
        ordinal: u64,
        record: &StoredRecord,
    ) -> Result<(), StoreError> {
        let doing = "writing the links of a record";
        if let Some(id) = &record.oai_id {
            self.delivered
                .insert(key_of(link_hash(&record.source, id), ordinal), ())
                .doing(doing)?;
        }
        Ok(())
    }

    /// Writes the ids that a record links to, with the record in which they stand now.
    pub(super) fn put_linked_ids(
        &mut self,
        ordinal: u64,
        record: &StoredRecord,
        encoded: &[u8],
    ) -> Result<(), StoreError> {
        let doing = "writing the links of a record";
        self.records.insert(ordinal, encoded).doing(doing)?;
        for id in &record.linked_ids {
            self.linkers.insert(key_of(link_hash(&record.source, id), ordinal), ()).doing(doing)?;
        }
        self.mark(ordinal)
    }

    /// The hosts of a part and the parts of a host.
    pub(super) fn kin(&self, record: &StoredRecord) -> Result<Vec<u64>, StoreError> {
        let doing = "looking up the hosts and parts of a record";
        let mut kin = Vec::new();
        for source in self.linking_sources(record) {
            for id in &record.host_ids {
                kin.extend(ordinals_of(&self.links, link_hash(source, id), doing)?);
            }
            for id in &record.linking_ids {
                kin.extend(ordinals_of(&self.parts, link_hash(source, id), doing)?);
            }
        }
        Ok(kin)
    }

    /// Its own source, and those with hosts or parts of its records.
    fn linking_sources<'r>(&'r self, record: &'r StoredRecord) -> impl Iterator<Item = &'r String> {
        let others = self.kin_sources.get(&record.source).map_or(&[][..], Vec::as_slice);
        std::iter::once(&record.source).chain(others)
    }

    /// Marks the records that refer to this one as it has come, gone or got other linking ids:
    /// their documents have its id where it is there, and the reference as written where not.
    pub(super) fn mark_linkers(&mut self, record: &StoredRecord) -> Result<(), StoreError> {
        let doing = "looking up the records that link to a record";
        let mut linkers = Vec::new();
        for source in self.linking_sources(record) {
            for id in &record.linking_ids {
                linkers.extend(ordinals_of(&self.linkers, link_hash(source, id), doing)?);
            }
        }
        linkers.into_iter().try_for_each(|ordinal| self.mark(ordinal))
    }

    /// Marks the hosts of a part and the parts of a host: their documents name this record.
    ///
    /// What nobody is to see may be the holdings of a host, and parts take fields over that a host
    /// has from its holdings: then the other parts of its hosts are marked as well, at the
    /// end of the transaction.
    pub(super) fn mark_kin(&mut self, record: &StoredRecord) -> Result<(), StoreError> {
        let kin = self.kin(record)?;
        if record.suppressed && !record.host_ids.is_empty() {
            self.restocked.extend(&kin);
        }
        kin.into_iter().try_for_each(|ordinal| self.mark(ordinal))
    }

    /// Marks the parts of hosts whose holdings may have changed, once for all of a transaction.
    pub(super) fn mark_restocked(&mut self) -> Result<(), StoreError> {
        for ordinal in std::mem::take(&mut self.restocked) {
            if let Some(host) = self.record(ordinal)? {
                self.kin(&host)?.into_iter().try_for_each(|ordinal| self.mark(ordinal))?;
            }
        }
        Ok(())
    }
}
