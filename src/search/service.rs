//! Searches over the store and an engine: the query as the user meant it, one generation of the
//! index, documents from the store.

use super::plan::{Plan, order};
use super::request::{
    FacetOrder, FacetRequest, FacetResult, SearchError, SearchOutcome, SearchRequest,
    SearchService, SortOrder, StoredDocument,
};
use crate::engine::{Engine, EngineAnswer, EngineError, EngineFacet, EngineRequest, SortField};
use crate::query::{Query, SearchRules, UserQuery};
use crate::search::FacetCount;
use crate::store::{Snapshot, Store, StoreError, StoredRecord};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Makes the full record of a stored one, as the API answers it.
pub type FullRecord = dyn Fn(&StoredRecord) -> String + Send + Sync;

/// The search service over a store and an engine.
pub struct StoreSearch {
    store: Arc<Store>,
    engine: Arc<dyn Engine>,
    rules: SearchRules,
    full_record: Box<FullRecord>,
    time_limit: Duration,
}

impl std::fmt::Debug for StoreSearch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoreSearch").field("store", &self.store).finish_non_exhaustive()
    }
}

impl From<StoreError> for SearchError {
    fn from(error: StoreError) -> Self {
        SearchError::Unavailable(error.to_string())
    }
}

impl StoreSearch {
    /// A service that gives every search at most `time_limit`.
    pub fn new(
        store: Arc<Store>,
        engine: Arc<dyn Engine>,
        rules: SearchRules,
        full_record: Box<FullRecord>,
        time_limit: Duration,
    ) -> Self {
        StoreSearch { store, engine, rules, full_record, time_limit }
    }

    fn plan(
        &self,
        request: &SearchRequest,
        query: &UserQuery,
    ) -> Result<EngineRequest, SearchError> {
        let plan = Plan::new(request, query, &self.rules)?;
        let filters = plan.filters(&self.rules)?;
        let query = match query {
            UserQuery::Versions { id } => self.sharing_works_of(id)?,
            _ => plan.query(),
        };
        let sort = match order(request, &plan.filters) {
            SortOrder::Relevance => SortField::Score,
            SortOrder::DateDescending => by("main_date_str", true),
            SortOrder::DateAscending => by("main_date_str", false),
            SortOrder::CallNumber => by("callnumber-sort", false),
            SortOrder::Author => by("author_sort", false),
            SortOrder::Title => by("title_sort", false),
            SortOrder::LastIndexed => by("last_indexed", true),
        };
        Ok(EngineRequest {
            query,
            filters,
            sort,
            offset: request.offset,
            limit: request.limit,
            facets: request.facets.iter().map(engine_facet).collect(),
            deadline: Some(Instant::now() + self.time_limit),
        })
    }

    /// Every record that has a work key of this one.
    fn sharing_works_of(&self, id: &str) -> Result<Query, SearchError> {
        const KEYS: &str = "work_keys_str_mv";
        let snapshot = self.store.snapshot()?;
        let Some(ordinal) = snapshot.ordinal(id)? else { return Ok(Query::None) };
        let Some(fields) = snapshot.document(ordinal)? else { return Ok(Query::None) };
        let values: Vec<String> = fields.texts(KEYS).map(str::to_owned).collect();
        Ok(if values.is_empty() {
            Query::None
        } else {
            Query::In { field: KEYS.to_owned(), values }
        })
    }

    fn run(&self, request: &SearchRequest, query: &UserQuery) -> Result<EngineAnswer, SearchError> {
        let plan = self.plan(request, query)?;
        self.engine.search(&plan).map_err(|error| match error {
            EngineError::Invalid(reason) => SearchError::Invalid(reason),
            EngineError::TimedOut => SearchError::TimedOut(
                u64::try_from(self.time_limit.as_millis()).unwrap_or(u64::MAX),
            ),
            EngineError::Index { .. } => {
                tracing::error!(error = &error as &dyn std::error::Error, "the engine failed");
                SearchError::Unavailable(error.to_string())
            }
        })
    }

    fn document(
        &self,
        snapshot: &Snapshot,
        ordinal: u64,
    ) -> Result<Option<Arc<StoredDocument>>, SearchError> {
        let Some(fields) = snapshot.document(ordinal)? else { return Ok(None) };
        let Some(record) = snapshot.record(ordinal)? else { return Ok(None) };
        let full_record = (self.full_record)(&record);
        let id = fields.first("id").to_owned();
        let group = Vec::new();
        Ok(Some(Arc::new(StoredDocument { id, format: record.format, fields, full_record, group })))
    }
}

fn by(name: &'static str, descending: bool) -> SortField {
    SortField::Field { name, descending }
}

fn engine_facet(facet: &FacetRequest) -> EngineFacet {
    EngineFacet {
        field: facet.field.clone(),
        limit: facet.limit,
        by_value: facet.order == FacetOrder::Index,
    }
}

impl SearchService for StoreSearch {
    fn search(&self, request: &SearchRequest) -> Result<SearchOutcome, SearchError> {
        let answer = match self.run(request, &request.query) {
            Err(SearchError::Invalid(reason)) => {
                // Once more with every colon as text (search-semantics §11).
                let escaped = request.query.with_escaped_colons();
                if escaped == request.query {
                    return Err(SearchError::Invalid(reason));
                }
                self.run(request, &escaped)?
            }
            other => other?,
        };
        let snapshot = self.store.snapshot()?;
        let mut hits = Vec::with_capacity(answer.hits.len());
        for hit in &answer.hits {
            hits.extend(self.document(&snapshot, hit.ordinal)?);
        }
        let facets = request.facets.iter().zip(answer.facets);
        let facets = facets
            .filter(|(_, values)| !values.is_empty())
            .map(|(facet, values)| FacetResult {
                field: facet.field.clone(),
                values: values
                    .into_iter()
                    .map(|(value, count)| FacetCount { value, count })
                    .collect(),
            })
            .collect();
        Ok(SearchOutcome { total: answer.total, hits, facets })
    }

    fn version(&self) -> Option<u64> {
        Some(self.store.version())
    }

    fn records(&self, ids: &[String]) -> Result<Vec<Arc<StoredDocument>>, SearchError> {
        let snapshot = self.store.snapshot()?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(ordinal) = snapshot.ordinal(id)? {
                found.extend(self.document(&snapshot, ordinal)?);
            }
        }
        Ok(found)
    }
}
