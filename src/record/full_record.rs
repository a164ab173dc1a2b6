//! The record that a document was made from, as the API shows it.

use crate::marc::Record;

/// What `fullRecord` and the fields beside the index are read from: the stored record with its
/// links rewritten and its parts taken in (record-fields §3.9).
#[derive(Debug, Clone)]
pub enum FullRecord {
    /// A MARC record, read already.
    Marc(Box<Record>),
    /// MARC-in-JSON, MARCXML or the XML of the format.
    Text(String),
}

impl FullRecord {
    /// No record: nothing is shown of it.
    pub fn none() -> Self {
        FullRecord::Text(String::new())
    }

    /// The text; empty for a MARC record that was read already.
    pub fn text(&self) -> &str {
        match self {
            FullRecord::Text(text) => text,
            FullRecord::Marc(_) => "",
        }
    }
}
