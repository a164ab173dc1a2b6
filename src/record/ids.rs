//! Newtypes for ids.

use std::fmt;

/// Id of a data source: the prefix of its records' ids, e.g. `kaupunki`.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize,
)]
pub struct SourceId(String);

impl SourceId {
    /// The id with this text.
    pub fn new(id: impl Into<String>) -> Self {
        SourceId(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Id of a record in the index: `source.local id`. The local id may hold any characters.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize,
)]
pub struct RecordId(String);

impl RecordId {
    /// The id with this text.
    pub fn new(id: impl Into<String>) -> Self {
        RecordId(id.into())
    }

    /// `prefix.local`, or the local id alone when the prefix is empty (ingest-common §10).
    pub fn with_prefix(prefix: &str, local: &str) -> Self {
        if prefix.is_empty() {
            RecordId(local.to_owned())
        } else {
            RecordId(format!("{prefix}.{local}"))
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
