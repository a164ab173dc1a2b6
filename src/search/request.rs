//! What is asked and what is answered, free of HTTP and engine.

use super::documents::Documents;
pub use crate::engine::EngineCursor as Cursor;
use crate::query::UserQuery;
use crate::record::{GroupMember, IndexRecord, LazyRecord, RecordFormat};
use std::time::Instant;

/// A filter as the client wrote it, `[-|~]field:value` or `(raw expression)`.
pub type FilterText = String;

/// One facet field to count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetRequest {
    /// Index field.
    pub field: String,
    /// How many values at most; `None` for all.
    pub limit: Option<usize>,
    /// Order of the values.
    pub order: FacetOrder,
    /// Count as if the `~` filters on this field were not there (search-semantics §9).
    pub ignores_own_choice: bool,
}

/// Order of facet values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FacetOrder {
    /// Highest count first, equal counts by value bytes.
    Count,
    /// By value bytes.
    Index,
}

/// The sort orders of finna-api §6.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortOrder {
    /// Score, then id; without words: last indexed first.
    #[default]
    Relevance,
    /// Main date, newest first.
    DateDescending,
    /// Main date, oldest first.
    DateAscending,
    /// First call number.
    CallNumber,
    /// Main author.
    Author,
    /// Sort title.
    Title,
    /// Last indexed first, then id.
    LastIndexed,
}

/// A search.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    /// The words.
    pub query: UserQuery,
    /// Visible filters in the order sent.
    pub filters: Vec<FilterText>,
    /// `hiddenFilters[]`.
    pub hidden_filters: Vec<FilterText>,
    /// Facets to count, in the order asked.
    pub facets: Vec<FacetRequest>,
    /// Order of the hits.
    pub sort: SortOrder,
    /// Only hits after this one; it is [`SearchOutcome::next`] of the page before. Counts are not
    /// touched by it.
    pub after: Option<Cursor>,
    /// Hits to leave out from the start.
    pub offset: usize,
    /// Hits to return, 0 for none.
    pub limit: usize,
}

/// A facet value with its exact count (at least 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount {
    /// Value as indexed.
    pub value: String,
    /// Matching documents that have it.
    pub count: u64,
}

/// The counted values of one facet field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetResult {
    /// Index field.
    pub field: String,
    /// Values in the order asked for.
    pub values: Vec<FacetCount>,
}

/// A document as stored: its final index fields, and the record it was made from.
#[derive(Debug)]
pub struct StoredDocument {
    /// Id in the index.
    pub id: String,
    /// Driver that made it.
    pub format: RecordFormat,
    /// Final index fields (without the full record).
    pub fields: IndexRecord,
    /// The record it was made from.
    pub full_record: LazyRecord,
    /// One record of each source in the document's dedup group, best first; empty when the document
    /// is in no group or was not found by a deduplicating search.
    pub group: Vec<GroupMember>,
}

/// The answer to a search.
#[derive(Debug, Default)]
pub struct SearchOutcome {
    /// Number of matching documents.
    pub total: u64,
    /// The asked page of hits, in order.
    pub hits: Documents,
    /// One entry for each asked facet field, in the order asked; fields without values have none.
    pub facets: Vec<FacetResult>,
    /// Where the next page starts; `None` if this one is the last.
    pub next: Option<Cursor>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// The query, a filter, a facet or a range cannot be understood by the index; the text says
    /// what, for the log.
    #[error("invalid search: {0}")]
    Invalid(String),
    /// The search is refused before it runs; the text is for the client.
    #[error("{0}")]
    Refused(String),
    /// The search took longer than allowed.
    #[error("the search took longer than {0} ms")]
    TimedOut(u64),
    /// Store or index failed.
    #[error("{0}")]
    Unavailable(String),
}

/// Answers searches and looks up records; the faces in `api` know nothing else of the engine.
pub trait SearchService: Send + Sync {
    /// Runs a search over one generation of the index.
    fn search(&self, request: &SearchRequest) -> Result<SearchOutcome, SearchError>;

    /// As [`SearchService::search`], but given up at the deadline with [`SearchError::TimedOut`].
    /// A service that cannot stop on the way may ignore it.
    fn search_until(
        &self,
        request: &SearchRequest,
        deadline: Option<Instant>,
    ) -> Result<SearchOutcome, SearchError> {
        let _ = deadline;
        self.search(request)
    }

    /// A number that is another one after every change of the records; `None` if the service cannot
    /// tell, and then nothing may be remembered.
    fn version(&self) -> Option<u64> {
        None
    }

    /// The documents with these ids, in the order asked, unknown ones left out.
    fn records(&self, ids: &[String]) -> Result<Documents, SearchError>;
}
