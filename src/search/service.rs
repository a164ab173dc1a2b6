//! Searches over the store and an engine: the query as the user meant it, one generation of the
//! index, documents from the store.

use super::documents::{Documents, Reading};
use super::groups::Preferences;
use super::plan::{Plan, order};
use super::request::{
    FacetOrder, FacetRequest, FacetResult, SearchError, SearchOutcome, SearchRequest,
    SearchService, SortOrder, StoredDocument,
};
use crate::engine::{
    CursorKey, Engine, EngineAnswer, EngineError, EngineFacet, EngineRequest, SortField,
};
use crate::query::{Query, SearchRules, UserQuery};
use crate::record::FullRecord;
use crate::search::FacetCount;
use crate::store::{Snapshot, Store, StoreError, StoredRecord};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The one order by a number.
const LAST_INDEXED: &str = "last_indexed";
/// Facet values of one answer, all facets together (reliability §4).
const MOST_FACET_VALUES: usize = 1_000_000;
const OTHER_ORDER: &str = "The cursor is that of another order";

/// Makes the full record of a stored one, as it is in a snapshot.
pub type MakeFullRecord = dyn Fn(&Snapshot, &StoredRecord) -> FullRecord + Send + Sync;

/// The search service over a store and an engine.
pub struct StoreSearch {
    store: Arc<Store>,
    engine: Arc<dyn Engine>,
    rules: SearchRules,
    full_record: Arc<MakeFullRecord>,
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
        full_record: Box<MakeFullRecord>,
        time_limit: Duration,
    ) -> Self {
        StoreSearch { store, engine, rules, full_record: full_record.into(), time_limit }
    }

    fn plan(
        &self,
        request: &SearchRequest,
        query: &UserQuery,
    ) -> Result<(EngineRequest, Preferences), SearchError> {
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
            SortOrder::LastIndexed => by(LAST_INDEXED, true),
        };
        if let Some(after) = &request.after
            && !belongs(&after.key, sort)
        {
            return Err(SearchError::Refused(OTHER_ORDER.to_owned()));
        }
        let preferences = Preferences::of(&plan.filters, &self.rules.settings.api_excluded_sources);
        let asked = EngineRequest {
            query,
            filters,
            sort,
            after: request.after.clone(),
            offset: request.offset,
            limit: request.limit,
            facets: engine_facets(&request.facets),
            deadline: Some(Instant::now() + self.time_limit),
        };
        Ok((asked, preferences))
    }

    /// Every record that has a work key of this one.
    fn sharing_works_of(&self, id: &str) -> Result<Query, SearchError> {
        const KEYS: &str = "work_keys_str_mv";
        let Some(document) = self.lookup()?.by_id(id)? else { return Ok(Query::None) };
        let values: Vec<String> = document.fields.texts(KEYS).map(str::to_owned).collect();
        Ok(if values.is_empty() {
            Query::None
        } else {
            Query::In { field: KEYS.to_owned(), values }
        })
    }

    fn run(
        &self,
        request: &SearchRequest,
        query: &UserQuery,
    ) -> Result<(EngineAnswer, Preferences), SearchError> {
        let (asked, preferences) = self.plan(request, query)?;
        Ok((self.asked(&asked)?, preferences))
    }

    fn asked(&self, request: &EngineRequest) -> Result<EngineAnswer, SearchError> {
        self.engine.search(request).map_err(|error| self.failure(&error))
    }

    fn failure(&self, error: &EngineError) -> SearchError {
        failure(error, self.time_limit)
    }

    /// Has the answer to a search at hand from now on, whatever changes: it is prepared, without a
    /// time limit, before new records are shown.
    pub fn keep_warm(&self, request: &SearchRequest) -> Result<(), SearchError> {
        let (asked, _) = self.plan(request, &request.query)?;
        let asked = EngineRequest { deadline: None, ..asked };
        self.engine.keep_warm(vec![asked]).map_err(|error| self.failure(&error))
    }

    /// Ordinals of all documents that a search finds, in its order; the page asked for does not
    /// matter.
    pub fn all_ordinals(&self, request: &SearchRequest) -> Result<Vec<u64>, SearchError> {
        let count = SearchRequest {
            after: None,
            offset: 0,
            limit: 0,
            facets: Vec::new(),
            ..request.clone()
        };
        let total = self.run(&count, &count.query)?.0.total;
        let limit = usize::try_from(total).unwrap_or(usize::MAX);
        let whole = SearchRequest { limit, ..count };
        let (answer, _) = self.run(&whole, &whole.query)?;
        Ok(answer.hits.iter().map(|hit| hit.ordinal).collect())
    }

    fn lookup(&self) -> Result<Lookup, SearchError> {
        let (engine, time_limit) = (Arc::clone(&self.engine), self.time_limit);
        Ok(Lookup { reading: self.reading()?, engine, time_limit })
    }

    fn reading(&self) -> Result<Reading, SearchError> {
        let full_record = Arc::clone(&self.full_record);
        Ok(Reading { snapshot: Arc::new(self.store.snapshot()?), full_record })
    }
}

/// Finds documents by id.
struct Lookup {
    reading: Reading,
    engine: Arc<dyn Engine>,
    time_limit: Duration,
}

impl Lookup {
    /// The document with this id. A source can have another prefix in the index than in the store;
    /// then the index says which record it is.
    fn by_id(&self, id: &str) -> Result<Option<Arc<StoredDocument>>, SearchError> {
        if let Some(ordinal) = self.reading.snapshot.ordinal(id)?
            && let Some(document) = self.reading.document(ordinal)?
            && document.id == id
        {
            return Ok(Some(document));
        }
        let request = EngineRequest {
            query: Query::In { field: "id".to_owned(), values: vec![id.to_owned()] },
            filters: Vec::new(),
            sort: SortField::Score,
            after: None,
            offset: 0,
            limit: 1,
            facets: Vec::new(),
            deadline: Some(Instant::now() + self.time_limit),
        };
        let answer = self.engine.search(&request);
        let hits = answer.map_err(|error| failure(&error, self.time_limit))?.hits;
        // A search may see the record before or after it was changed; its id decides.
        let found = hits.first().map(|hit| self.reading.document(hit.ordinal)).transpose()?;
        Ok(found.flatten().filter(|document| document.id == id))
    }
}

fn failure(error: &EngineError, time_limit: Duration) -> SearchError {
    match error {
        EngineError::Invalid(reason) => SearchError::Invalid(reason.clone()),
        EngineError::TimedOut => {
            SearchError::TimedOut(u64::try_from(time_limit.as_millis()).unwrap_or(u64::MAX))
        }
        EngineError::Index { .. } | EngineError::Damaged(_) => {
            tracing::error!(error = error as &dyn std::error::Error, "the engine failed");
            SearchError::Unavailable(error.to_string())
        }
    }
}

/// True if a page in this order can end with such a key.
fn belongs(key: &CursorKey, sort: SortField) -> bool {
    match sort {
        SortField::Score => matches!(key, CursorKey::Score(_)),
        SortField::Field { name: LAST_INDEXED, .. } => matches!(key, CursorKey::Number(_)),
        SortField::Field { .. } => matches!(key, CursorKey::Text(_)),
    }
}

fn by(name: &'static str, descending: bool) -> SortField {
    SortField::Field { name, descending }
}

/// Facets without a limit share a million values, so that an answer fits into memory.
fn engine_facets(facets: &[FacetRequest]) -> Vec<EngineFacet> {
    let most = MOST_FACET_VALUES / facets.len().max(1);
    let facets = facets.iter().map(|facet| EngineFacet {
        field: facet.field.clone(),
        limit: Some(facet.limit.map_or(most, |limit| limit.min(most))),
        by_value: facet.order == FacetOrder::Index,
        without: facet.ignores_own_choice.then(|| facet.field.clone()),
        ..EngineFacet::default()
    });
    facets.collect()
}

impl SearchService for StoreSearch {
    fn search(&self, request: &SearchRequest) -> Result<SearchOutcome, SearchError> {
        let (answer, preferences) = match self.run(request, &request.query) {
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
        let reading = self.reading()?;
        let is_full = request.limit > 0 && answer.hits.len() == request.limit;
        let hits = answer.hits.into_iter();
        let hits = Documents::new(
            hits.filter_map(move |hit| reading.shown(hit.ordinal, &preferences).transpose()),
        );
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
        let next = answer.next.filter(|_| is_full);
        Ok(SearchOutcome { total: answer.total, hits, facets, next })
    }

    fn version(&self) -> Option<u64> {
        Some(self.store.version())
    }

    fn records(&self, ids: &[String]) -> Result<Documents, SearchError> {
        let lookup = self.lookup()?;
        let ids: Vec<String> = ids.to_vec();
        Ok(Documents::new(ids.into_iter().filter_map(move |id| lookup.by_id(&id).transpose())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facets_of_an_answer_share_a_million_values() {
        let facet = |limit| FacetRequest {
            field: "author_facet".to_owned(),
            limit,
            order: FacetOrder::Count,
            ignores_own_choice: false,
        };
        for (limits, expected) in [
            (vec![None], vec![1_000_000]),
            (vec![Some(30), None], vec![30, 500_000]),
            (vec![None; 50], vec![20_000; 50]),
            (vec![Some(usize::MAX)], vec![1_000_000]),
            (vec![], vec![]),
        ] {
            let facets: Vec<FacetRequest> = limits.into_iter().map(facet).collect();
            let asked: Vec<Option<usize>> =
                engine_facets(&facets).iter().map(|facet| facet.limit).collect();
            assert_eq!(asked, expected.into_iter().map(Some).collect::<Vec<_>>());
        }
    }
}
