//! The documents of an answer, read from the store one after the other.

use super::groups::Preferences;
use super::request::{SearchError, StoredDocument};
use super::service::MakeFullRecord;
use crate::dedup::MEMBER_IDS;
use crate::record::{GroupMember, IndexRecord, LazyRecord};
use crate::store::{Snapshot, StoredRecord};
use std::sync::Arc;

/// Links to the material of all members of a group, each with its source.
const ONLINE_URLS: &str = "online_urls_str_mv";

/// Documents in order, each read when its turn comes: however many were asked for, no more than one
/// need be in memory.
pub struct Documents(Box<dyn Iterator<Item = Result<Arc<StoredDocument>, SearchError>> + Send>);

impl Documents {
    /// Documents out of something that reads them.
    pub fn new(
        documents: impl Iterator<Item = Result<Arc<StoredDocument>, SearchError>> + Send + 'static,
    ) -> Self {
        Documents(Box::new(documents))
    }

    /// All of them at once, for callers that know how many there are.
    pub fn all(self) -> Result<Vec<Arc<StoredDocument>>, SearchError> {
        self.collect()
    }
}

impl Iterator for Documents {
    type Item = Result<Arc<StoredDocument>, SearchError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

impl From<Vec<Arc<StoredDocument>>> for Documents {
    fn from(documents: Vec<Arc<StoredDocument>>) -> Self {
        Self::new(documents.into_iter().map(Ok))
    }
}

impl Default for Documents {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl std::fmt::Debug for Documents {
    /// Says nothing of the documents, which are not read yet.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Documents").finish_non_exhaustive()
    }
}

/// Reads documents of the store as it was at one moment.
pub(super) struct Reading {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) full_record: Arc<MakeFullRecord>,
}

impl Reading {
    /// A hit as it is shown: for a group one of its members.
    pub(super) fn shown(
        &self,
        ordinal: u64,
        preferences: &Preferences,
    ) -> Result<Option<Arc<StoredDocument>>, SearchError> {
        let snapshot = &self.snapshot;
        let Some(group) = snapshot.group(ordinal)? else { return self.document(ordinal) };
        let Some(merged) = snapshot.document(ordinal)? else { return Ok(None) };
        let mut members = Vec::with_capacity(group.members.len());
        for member in group.members {
            if let Some(fields) = snapshot.document(member)? {
                members.push((fields.first("id").to_owned(), member, fields));
            }
        }
        let ids = merged.texts(MEMBER_IDS).map(str::to_owned).collect();
        let choice = preferences.choose(ids, |id| {
            let (_, _, fields) = members.iter().find(|(known, _, _)| known == id)?;
            Some(fields.first("institution").to_owned())
        });
        // A member that is gone since the group was indexed leaves its place to another one.
        members.sort_by_key(|(id, _, _)| *id != choice.shown);
        for (_, member, mut fields) in members {
            let Some(record) = self.live(member)? else { continue };
            fields.set_all(MEMBER_IDS, choice.local_ids);
            if merged.contains(ONLINE_URLS) {
                let of_group = merged.texts(ONLINE_URLS).filter(|url| preferences.answers(url));
                fields.set_all(ONLINE_URLS, of_group.map(str::to_owned));
            }
            return Ok(Some(self.stored(record, fields, choice.group)));
        }
        Ok(None)
    }

    /// The document with this ordinal.
    pub(super) fn document(
        &self,
        ordinal: u64,
    ) -> Result<Option<Arc<StoredDocument>>, SearchError> {
        let Some(fields) = self.snapshot.document(ordinal)? else { return Ok(None) };
        let Some(record) = self.live(ordinal)? else { return Ok(None) };
        Ok(Some(self.stored(record, fields, Vec::new())))
    }

    /// A record that is not deleted.
    fn live(&self, ordinal: u64) -> Result<Option<StoredRecord>, SearchError> {
        Ok(self.snapshot.record(ordinal)?.filter(|record| !record.deleted))
    }

    fn stored(
        &self,
        record: StoredRecord,
        fields: IndexRecord,
        group: Vec<GroupMember>,
    ) -> Arc<StoredDocument> {
        let (id, format) = (fields.first("id").to_owned(), record.format);
        let (make, snapshot) = (Arc::clone(&self.full_record), Arc::clone(&self.snapshot));
        let full_record = LazyRecord::new(move || make(&snapshot, &record));
        Arc::new(StoredDocument { id, format, fields, full_record, group })
    }
}
