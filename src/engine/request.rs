//! What an engine is asked and what it promises.

use super::cursor::EngineCursor;
use crate::query::{Filter, FilterTag, Query};
use crate::record::IndexRecord;
use std::time::Instant;

/// A facet field to count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineFacet {
    /// Index field.
    pub field: String,
    /// How many values at most; `None` for all.
    pub limit: Option<usize>,
    /// True: by value bytes; false: highest count first, then by value bytes.
    pub by_value: bool,
    /// Values to leave out from the start of that order.
    pub offset: usize,
    /// Only values that begin with this; of text fields.
    pub prefix: String,
    /// Count as if the filters with this tag were not there.
    pub without: Option<FilterTag>,
}

impl EngineFacet {
    /// All values of a field, highest count first.
    pub fn new(field: impl Into<String>) -> Self {
        EngineFacet { field: field.into(), ..EngineFacet::default() }
    }
}

/// The field that orders the hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortField {
    /// Best score first.
    Score,
    /// A single-valued field with a column; documents without a value come last.
    Field {
        /// Index field.
        name: &'static str,
        /// Highest first.
        descending: bool,
    },
}

/// Order of the hits; equal keys are ordered by id.
pub type EngineSort = SortField;

/// A search for the engine.
#[derive(Debug, Clone)]
pub struct EngineRequest {
    /// What to find; text nodes may be unexpanded.
    pub query: Query,
    /// Restrictions without a score.
    pub filters: Vec<Filter>,
    /// Order.
    pub sort: EngineSort,
    /// Only hits that come after this one in the order; it is [`EngineAnswer::next`] of the page
    /// before. Counts are not touched by it.
    pub after: Option<EngineCursor>,
    /// Hits to leave out from the start.
    pub offset: usize,
    /// Hits to return; 0 for counting only.
    pub limit: usize,
    /// Facets to count.
    pub facets: Vec<EngineFacet>,
    /// When to give up.
    pub deadline: Option<Instant>,
}

impl EngineRequest {
    /// True if the other asks the same, whatever its deadline.
    pub(crate) fn asks_as(&self, other: &EngineRequest) -> bool {
        (&self.query, &self.filters, &self.facets) == (&other.query, &other.filters, &other.facets)
            && (&self.after, self.sort, self.offset, self.limit)
                == (&other.after, other.sort, other.offset, other.limit)
    }
}

/// A matching document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EngineHit {
    /// The record's number in the store.
    pub ordinal: u64,
    /// Score; 0 when the order does not need it.
    pub score: f32,
}

/// Values of a facet field with their counts, in the order asked for.
pub type FacetValues = Vec<(String, u64)>;

/// The answer: exact counts, whatever the number of segments.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EngineAnswer {
    /// Number of matching documents.
    pub total: u64,
    /// The asked page.
    pub hits: Vec<EngineHit>,
    /// One entry for each asked facet.
    pub facets: Vec<FacetValues>,
    /// Where the next page starts, if this one has hits.
    pub next: Option<EngineCursor>,
}

/// A document for the index.
#[derive(Debug, Clone, Copy)]
pub struct EngineDocument<'a> {
    /// The record's number in the store.
    pub ordinal: u64,
    /// Its id, the key of an update.
    pub id: &'a str,
    /// Its final index fields.
    pub fields: &'a IndexRecord,
}

/// Why the engine cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The request cannot be understood: unknown field, syntax, impossible value.
    #[error("{0}")]
    Invalid(String),
    /// The deadline passed.
    #[error("the deadline passed")]
    TimedOut,
    /// The index that is there cannot be opened: a file is missing, cut off or changed.
    #[error("the index is damaged: {0}")]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The index cannot be read or written.
    #[error("{doing}: {source}")]
    Index {
        /// What was being done.
        doing: &'static str,
        /// What the index library says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A search engine.
pub trait Engine: Send + Sync {
    /// Answers from one generation of the index.
    fn search(&self, request: &EngineRequest) -> Result<EngineAnswer, EngineError>;

    /// Adds or replaces a document; visible after [`Engine::commit`].
    fn upsert(&self, document: EngineDocument<'_>) -> Result<(), EngineError>;

    /// Removes the document with this id; visible after [`Engine::commit`].
    fn delete(&self, id: &str) -> Result<(), EngineError>;

    /// Removes every document; visible after [`Engine::commit`].
    fn clear(&self) -> Result<(), EngineError>;

    /// Forgets the changes since the last commit, after something else has failed.
    fn abandon(&self);

    /// Tells which searches to prepare whenever a generation becomes visible, because they will be
    /// asked again and again: the empty search with the filters that always hold and the facets of
    /// a front page. Their filters and facet counts are then at hand.
    fn keep_warm(&self, requests: Vec<EngineRequest>) -> Result<(), EngineError> {
        drop(requests);
        Ok(())
    }

    /// Tells that a bulk load begins, which [`Engine::compact`] will end: until then the index need
    /// not be tidied.
    fn expect_bulk(&self) -> Result<(), EngineError> {
        Ok(())
    }

    /// Tidies the index after a bulk load and its commit, as far as that makes searches faster;
    /// waits for it. Changes that are not committed are lost.
    fn compact(&self) -> Result<(), EngineError> {
        Ok(())
    }

    /// Makes all changes durable and visible, marked with the store's generation.
    fn commit(&self, generation: u64) -> Result<(), EngineError>;

    /// The generation of the last commit; 0 for a new index.
    fn generation(&self) -> Result<u64, EngineError>;

    /// Number of documents of the visible generation.
    fn document_count(&self) -> u64;

    /// Ordinals of all documents of the visible generation, in no order.
    fn ordinals(&self) -> Result<Vec<u64>, EngineError>;

    /// Reads the index from end to end; what is damaged comes back in words.
    fn check(&self) -> Result<Vec<String>, EngineError>;
}
