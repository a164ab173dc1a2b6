//! The embedded engine: tantivy inside the process.
//!
//! Only this module knows tantivy. It holds no stored fields: a hit is the record's ordinal, and
//! the document comes from the store.

mod analysis;
mod best_of;
mod bits;
mod deadline;
mod document;
mod facets;
mod filters;
mod generation;
mod geography;
mod index;
mod layout;
mod lower;
mod ordinals;
mod page;
mod recent;
mod search;
mod statistics;

pub use index::EmbeddedEngine;

/// For a log filter: the search library warns of segments that a merge has taken away meanwhile,
/// which is nothing to anybody.
pub(crate) const NOISE: &str = "tantivy::indexer::segment_manager=error";
