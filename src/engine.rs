//! The search engine behind a trait: queries and documents in, ordinals and counts out.
//!
//! [`embedded`] runs tantivy inside the process. Another engine implements [`Engine`] and nothing
//! above this module notices.

mod cursor;
pub mod embedded;
mod request;

pub use cursor::{BadCursor, CursorKey, EngineCursor};
pub use request::{
    Engine, EngineAnswer, EngineDocument, EngineError, EngineFacet, EngineHit, EngineRequest,
    EngineSort, FacetValues, SortField,
};
