//! A full record that is made when somebody reads it.

use super::FullRecord;
use std::sync::LazyLock;

/// A full record, or the way to it: many fields are shown without it.
pub struct LazyRecord(LazyLock<FullRecord, Box<dyn FnOnce() -> FullRecord + Send>>);

impl LazyRecord {
    /// A record that `make` makes once, when it is first read.
    pub fn new(make: impl FnOnce() -> FullRecord + Send + 'static) -> Self {
        LazyRecord(LazyLock::new(Box::new(make)))
    }

    /// The record.
    pub fn get(&self) -> &FullRecord {
        &self.0
    }
}

impl From<FullRecord> for LazyRecord {
    fn from(record: FullRecord) -> Self {
        Self::new(move || record)
    }
}

impl std::fmt::Debug for LazyRecord {
    /// Says nothing of the record, which may not be there yet.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LazyRecord").finish_non_exhaustive()
    }
}
