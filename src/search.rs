//! The search service: "here is a `SearchRequest`, here is a `SearchOutcome`".
//!
//! It knows neither HTTP nor JSON names nor which engine answers.

mod documents;
mod groups;
mod plan;
mod request;
mod service;
mod solr;

pub use crate::query::{BoolWord, QueryGroup, QueryTerm, UserQuery};
pub use documents::Documents;
pub use request::{
    Cursor, FacetCount, FacetOrder, FacetRequest, FacetResult, FilterText, SearchError,
    SearchOutcome, SearchRequest, SearchService, SortOrder, StoredDocument,
};
pub use service::{MakeFullRecord, StoreSearch};
pub use solr::{SolrParams, SolrRequest, SolrSelect};
