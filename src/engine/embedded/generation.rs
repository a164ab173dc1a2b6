//! One generation of the index: what searches see, and what is computed once for all of them.

use super::ordinals::GlobalOrdinals;
use super::page::Kept;
use super::recent::Recent;
use super::statistics::FieldStatistics;
use crate::engine::{EngineAnswer, EngineRequest, FacetValues};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::index::SegmentId;
use tantivy::schema::Field;
use tantivy::{Searcher, SegmentReader};

/// Bytes of answers that are kept for the same question.
const ANSWER_MEMORY: usize = 32 << 20;
/// Bytes of facet lists that are kept for the same matches.
const FACET_MEMORY: usize = 32 << 20;

/// Bytes of first hits that are kept.
const WINDOW_MEMORY: usize = 8 << 20;
/// Searches of everything that are prepared in the next generation.
const MOST_FRONTS: usize = 16;

type Slot<T> = Arc<Mutex<Option<Arc<T>>>>;

/// A reader's state between two commits.
pub(super) struct Generation {
    pub(super) searcher: Searcher,
    /// Ids of the segments in the order of their readers.
    pub(super) segments: Arc<Vec<SegmentId>>,
    ordinals: Mutex<HashMap<String, Slot<GlobalOrdinals>>>,
    statistics: Mutex<HashMap<Field, Arc<FieldStatistics>>>,
    pub(super) answers: Recent<EngineAnswer>,
    pub(super) facets: Recent<FacetValues>,
    /// The first hits of searches of everything.
    pub(super) windows: Recent<Vec<Kept>>,
    /// Searches of everything that were asked, the latest last.
    fronts: Mutex<Vec<EngineRequest>>,
}

impl Generation {
    /// What `searcher` sees. Columns that the generation before had numbered are numbered again
    /// here, so that the first search does not wait for it.
    pub(super) fn new(searcher: Searcher, before: Option<&Generation>) -> tantivy::Result<Self> {
        let readers = searcher.segment_readers();
        let segments: Vec<SegmentId> = readers.iter().map(SegmentReader::segment_id).collect();
        let generation = Generation {
            segments: Arc::new(segments),
            searcher,
            ordinals: Mutex::default(),
            statistics: Mutex::default(),
            answers: Recent::new(ANSWER_MEMORY),
            facets: Recent::new(FACET_MEMORY),
            windows: Recent::new(WINDOW_MEMORY),
            fronts: Mutex::default(),
        };
        if let Some(before) = before {
            for (field, ordinals) in before.numbered() {
                if before.segments == generation.segments {
                    lock(&generation.ordinals).insert(field, Arc::new(Mutex::new(Some(ordinals))));
                } else {
                    generation.ordinals(&field)?;
                }
            }
        }
        Ok(generation)
    }

    /// Notes a search of everything: it is prepared in the next generation too.
    pub(super) fn note_front(&self, request: &EngineRequest) {
        let request = EngineRequest { deadline: None, ..request.clone() };
        let mut fronts = lock(&self.fronts);
        if fronts.iter().any(|known| known.asks_as(&request)) {
            return;
        }
        if fronts.len() >= MOST_FRONTS {
            fronts.remove(0);
        }
        fronts.push(request);
    }

    /// The searches of everything that were asked.
    pub(super) fn fronts(&self) -> Vec<EngineRequest> {
        lock(&self.fronts).clone()
    }

    /// The columns numbered so far.
    fn numbered(&self) -> Vec<(String, Arc<GlobalOrdinals>)> {
        let slots = lock(&self.ordinals);
        let numbered = slots.iter().filter_map(|(field, slot)| {
            lock(slot).as_ref().map(|ordinals| (field.clone(), Arc::clone(ordinals)))
        });
        numbered.collect()
    }

    /// The numbering of a text column, made when it is first asked for.
    pub(super) fn ordinals(&self, field: &str) -> tantivy::Result<Arc<GlobalOrdinals>> {
        let slot = Arc::clone(lock(&self.ordinals).entry(field.to_owned()).or_default());
        let mut slot = lock(&slot);
        if let Some(ordinals) = slot.as_ref() {
            return Ok(Arc::clone(ordinals));
        }
        let ordinals = Arc::new(GlobalOrdinals::build(&self.searcher, field)?);
        *slot = Some(Arc::clone(&ordinals));
        Ok(ordinals)
    }

    /// How many documents have a field and how long it is in them.
    pub(super) fn statistics(&self, field: Field) -> tantivy::Result<Arc<FieldStatistics>> {
        if let Some(known) = lock(&self.statistics).get(&field) {
            return Ok(Arc::clone(known));
        }
        let statistics = Arc::new(FieldStatistics::read(&self.searcher, field)?);
        lock(&self.statistics).insert(field, Arc::clone(&statistics));
        Ok(statistics)
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
