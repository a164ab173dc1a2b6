//! The embedded engine: tantivy inside the process.
//!
//! Only this module knows tantivy. It holds no stored fields: a hit is the record's ordinal, and
//! the document comes from the store.

mod analysis;
mod collect;
mod document;
mod facets;
mod index;
mod layout;
mod lower;

pub use index::EmbeddedEngine;
