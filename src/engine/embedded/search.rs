//! One search: every segment in turn gives its matches to the page and to the facets.

use super::bits::{Bits, BitsScorer};
use super::deadline::{CLOCK_INTERVAL, Deadline};
use super::facets::FacetCounter;
use super::filters::{FilterCache, filter_key};
use super::generation::Generation;
use super::layout::Layout;
use super::lower::Lowering;
use super::page::{Kept, Page, SegmentPage, WINDOW};
use crate::config::Schema;
use crate::engine::{EngineAnswer, EngineError, EngineRequest, FacetValues};
use crate::query::{Filter, FilterTag, Query, expand};
use std::cell::Cell;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tantivy::query::{EnableScoring, Query as TantivyQuery, Scorer, Weight, intersect_scorers};
use tantivy::{
    COLLECT_BLOCK_BUFFER_LEN, DocId, DocSet, SeekDangerResult, SegmentReader, TERMINATED,
};

/// What a search works with.
pub(super) struct Search<'a> {
    pub(super) generation: &'a Generation,
    pub(super) filters: &'a FilterCache,
    pub(super) layout: &'a Layout,
    pub(super) schema: &'a Schema,
    pub(super) request: &'a EngineRequest,
}

/// A filter ready to run.
struct PlannedFilter {
    key: Option<String>,
    tag: Option<FilterTag>,
    documents: FilterDocuments,
    /// Its documents are gathered as a set; else it runs beside the query.
    as_set: bool,
}

enum FilterDocuments {
    /// Sets that were kept, one for each segment.
    Known(Vec<Arc<Bits>>),
    /// Still to be found.
    Sought(Box<dyn Weight>),
}

fn failed<E>(error: E) -> EngineError
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    EngineError::Index { doing: "searching the index", source: error.into() }
}

/// What a request asks, as a key; `None` if the answer depends on the time of day.
fn key_of(parts: &dyn std::fmt::Debug) -> Option<String> {
    let key = format!("{parts:?}");
    (!key.contains("NOW")).then_some(key)
}

impl Search<'_> {
    /// The answer, from what was computed before where it is the same.
    pub(super) fn run(&self) -> Result<EngineAnswer, EngineError> {
        let request = self.request;
        for facet in &request.facets {
            if self.schema.field(&facet.field).is_none() {
                return Err(EngineError::Invalid(format!("undefined field {}", facet.field)));
            }
        }
        let asked = (
            (&request.query, &request.filters, request.sort),
            (&request.after, request.offset, request.limit, &request.facets),
        );
        let key = key_of(&asked);
        if let Some(known) = key.as_ref().and_then(|key| self.generation.answers.get(key)) {
            return Ok((*known).clone());
        }
        let answer = self.compute()?;
        if let Some(key) = key {
            let values: usize = answer.facets.iter().map(size_of_values).sum();
            let bytes = values + answer.hits.len() * 16;
            self.generation.answers.put(key, Arc::new(answer.clone()), bytes);
        }
        Ok(answer)
    }

    fn compute(&self) -> Result<EngineAnswer, EngineError> {
        let request = self.request;
        let deadline = Arc::new(Deadline::new(request.deadline));
        let mut page = Page::new(self.generation, request).map_err(failed)?;
        let scored = page.as_ref().is_some_and(Page::is_scored);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let lowering = Lowering {
            layout: self.layout,
            generation: self.generation,
            now: i64::try_from(now.as_millis()).unwrap_or(i64::MAX),
            scored,
            deadline: Arc::clone(&deadline),
            gathered_bytes: Cell::new(0),
        };
        let main = self.expanded(&request.query)?;
        let base = key_of(&(&main, &request.filters));
        let is_front =
            main.is_all() && !request.facets.is_empty() && request.offset == 0 && base.is_some();
        let window_key = base.as_ref().filter(|_| {
            let end = request.offset.saturating_add(request.limit);
            main.is_all() && request.after.is_none() && end <= WINDOW
        });
        let window_key = window_key.map(|base| format!("{base}{:?}", request.sort));
        let window = window_key.as_ref().and_then(|key| self.generation.windows.get(key));
        if let (Some(page), true) = (&mut page, window_key.is_some()) {
            page.widen();
        }
        let (mut facets, wanted) = self.known_facets(base.as_deref());
        let excludes = request.facets.iter().zip(&wanted).any(|(f, w)| *w && f.without.is_some());
        let planned = self.plan(&lowering, main.is_all(), excludes)?;
        let main = if main.is_all() { None } else { Some(self.main(&lowering, &main)?) };
        let mut counters = Vec::new();
        for (facet, wanted) in request.facets.iter().zip(&wanted) {
            let counter = wanted
                .then(|| FacetCounter::new(self.generation, self.layout, &facet.field))
                .transpose();
            counters.push(counter.map_err(failed)?);
        }
        let any_wanted = wanted.iter().any(|wanted| *wanted);
        let mut total = 0;
        for (at, reader) in self.generation.searcher.segment_readers().iter().enumerate() {
            let found = SegmentSearch {
                search: self,
                at,
                reader,
                deadline: &deadline,
                planned: &planned,
                scored,
                gathers: any_wanted,
            };
            let looking = page.as_mut().filter(|_| window.is_none());
            let segment_page = looking.map(|page| page.segment(at, reader));
            let matches = found.run(main.as_deref(), excludes, segment_page).map_err(failed)?;
            total += matches.total;
            for (facet, counter) in request.facets.iter().zip(&mut counters) {
                let Some(counter) = counter else { continue };
                if deadline.check() {
                    return Err(EngineError::TimedOut);
                }
                let set = match &facet.without {
                    Some(tag) if excludes => &matches.without(tag, &planned),
                    _ => &matches.all,
                };
                let matching =
                    if facet.without.is_some() && excludes { set.count() } else { matches.total };
                counter.count(self.generation, self.filters, at, set, matching).map_err(failed)?;
            }
            if deadline.has_passed() {
                return Err(EngineError::TimedOut);
            }
        }
        for ((facet, counter), values) in request.facets.iter().zip(counters).zip(&mut facets) {
            let Some(counter) = counter else { continue };
            let counted = Arc::new(counter.finish(facet).map_err(failed)?);
            if let Some(base) = &base {
                let key = format!("{base}{facet:?}");
                let bytes = size_of_values(&counted);
                self.generation.facets.put(key, Arc::clone(&counted), bytes);
            }
            *values = Some(counted);
        }
        let (hits, next) = match page {
            Some(mut page) => {
                match (&window, window_key) {
                    (Some(window), _) => page.take_window(window),
                    (None, Some(key)) => {
                        let found = Arc::new(page.window());
                        let bytes = found.len() * size_of::<Kept>();
                        self.generation.windows.put(key, found, bytes);
                    }
                    (None, None) => {}
                }
                page.finish(self.generation, request.offset, request.limit).map_err(failed)?
            }
            None => (Vec::new(), None),
        };
        let facets = facets.into_iter().map(|values| {
            values.map_or_else(Vec::new, |values| {
                Arc::try_unwrap(values).unwrap_or_else(|shared| (*shared).clone())
            })
        });
        if is_front {
            // Only what has an answer will have one in the next generation.
            self.generation.note_front(request);
        }
        Ok(EngineAnswer { total, hits, facets: facets.collect(), next })
    }

    fn expanded(&self, query: &Query) -> Result<Query, EngineError> {
        expand(query.clone(), self.schema).map_err(|e| EngineError::Invalid(e.to_string()))
    }

    /// The facets that were counted before for the same matches, and which are still to count.
    fn known_facets(&self, base: Option<&str>) -> (Vec<Option<Arc<FacetValues>>>, Vec<bool>) {
        let known = self.request.facets.iter().map(|facet| {
            base.and_then(|base| self.generation.facets.get(&format!("{base}{facet:?}")))
        });
        let known: Vec<Option<Arc<FacetValues>>> = known.collect();
        let wanted = known.iter().map(Option::is_none).collect();
        (known, wanted)
    }

    /// Prepares the filters. All become sets for a query of everything; tagged ones for facets
    /// that leave them out; others once they come again.
    fn plan(
        &self,
        lowering: &Lowering<'_>,
        everything: bool,
        excludes: bool,
    ) -> Result<Vec<PlannedFilter>, EngineError> {
        let lowering = lowering.unscored();
        let searcher = &self.generation.searcher;
        let mut planned = Vec::with_capacity(self.request.filters.len());
        for Filter { query, tag } in &self.request.filters {
            let query = self.expanded(query)?;
            let key = filter_key(&query);
            let met = key.as_ref().is_some_and(|key| self.filters.was_met(key));
            let as_set = everything || met || (excludes && tag.is_some());
            // Lowering reads dictionaries and columns: not for what is at hand.
            let known = key.as_ref().filter(|_| as_set);
            let documents = match known.and_then(|key| self.filters.known(searcher, key)) {
                Some(sets) => FilterDocuments::Known(sets),
                None => FilterDocuments::Sought(
                    lowering
                        .query(&query)?
                        .weight(EnableScoring::disabled_from_searcher(searcher))
                        .map_err(failed)?,
                ),
            };
            planned.push(PlannedFilter { key, tag: tag.clone(), documents, as_set });
        }
        Ok(planned)
    }

    /// The query itself, ready to run.
    fn main(&self, lowering: &Lowering<'_>, main: &Query) -> Result<Box<dyn Weight>, EngineError> {
        let searcher = &self.generation.searcher;
        let scoring = if lowering.scored {
            EnableScoring::enabled_from_searcher(searcher)
        } else {
            EnableScoring::disabled_from_searcher(searcher)
        };
        lowering.query(main)?.weight(scoring).map_err(failed)
    }
}

fn size_of_values(values: &FacetValues) -> usize {
    values.iter().map(|(value, _)| value.len() + 32).sum()
}

/// A search in one segment.
struct SegmentSearch<'a> {
    search: &'a Search<'a>,
    /// The segment's place among all.
    at: usize,
    reader: &'a SegmentReader,
    deadline: &'a Deadline,
    planned: &'a [PlannedFilter],
    scored: bool,
    /// The matches are kept as a set for the facets.
    gathers: bool,
}

/// The matches of a segment.
struct Matches {
    total: u64,
    all: Bits,
    /// Matches of the query and the untagged filters.
    untagged: Option<Bits>,
    /// The sets of tagged filters, by their place among all filters.
    tagged: Vec<(usize, Arc<Bits>)>,
}

impl Matches {
    /// Matches as if the filters with this tag were not there.
    fn without(&self, tag: &str, planned: &[PlannedFilter]) -> Bits {
        let mut matches = self.untagged.clone().unwrap_or_else(|| self.all.clone());
        for (at, set) in &self.tagged {
            if planned[*at].tag.as_deref() != Some(tag) {
                matches.intersect(set);
            }
        }
        matches
    }
}

impl SegmentSearch<'_> {
    fn run(
        &self,
        main: Option<&dyn Weight>,
        excludes: bool,
        mut page: Option<SegmentPage<'_>>,
    ) -> tantivy::Result<Matches> {
        let (reader, filters) = (self.reader, self.search.filters);
        let mut required: Option<Bits> = filters.alive(reader).map(|alive| (*alive).clone());
        let mut tagged = Vec::new();
        for (at, filter) in self.planned.iter().enumerate().filter(|(_, filter)| filter.as_set) {
            let set = match &filter.documents {
                FilterDocuments::Known(sets) => Arc::clone(&sets[self.at]),
                FilterDocuments::Sought(weight) => {
                    filters.set(reader, filter.key.as_deref(), weight.as_ref())?
                }
            };
            if excludes && filter.tag.is_some() {
                tagged.push((at, set));
                continue;
            }
            match &mut required {
                Some(required) => required.intersect(&set),
                None => required = Some((*set).clone()),
            }
        }
        let Some(main) = main else {
            let untagged = required.unwrap_or_else(|| Bits::full(reader.max_doc()));
            let mut all = untagged.clone();
            tagged.iter().for_each(|(_, set)| all.intersect(set));
            if let Some(page) = &mut page {
                self.take_set(&all, page);
            }
            let total = all.count();
            return Ok(Matches { total, all, untagged: Some(untagged), tagged });
        };
        let mut untagged = excludes.then(|| Bits::empty(reader.max_doc()));
        let mut all = Bits::empty(if self.gathers { reader.max_doc() } else { 0 });
        let mut total = 0;
        let mut scorer = self.scorer(main, &mut required)?;
        let mut seen = 0u64;
        let mut meet = |document, score: f32| {
            if let Some(required) = &required
                && !required.contains(document)
            {
                return;
            }
            if let Some(untagged) = &mut untagged {
                untagged.insert(document);
                if !tagged.iter().all(|(_, set)| set.contains(document)) {
                    return;
                }
            }
            total += 1;
            if self.gathers {
                all.insert(document);
            }
            if let Some(page) = &mut page {
                page.take(document, score);
            }
        };
        if self.scored {
            let mut document = scorer.doc();
            while document != TERMINATED {
                meet(document, scorer.score());
                document = scorer.advance();
                seen += 1;
                if seen.is_multiple_of(CLOCK_INTERVAL) && self.deadline.check() {
                    break;
                }
            }
        } else {
            let mut buffer = [0; COLLECT_BLOCK_BUFFER_LEN];
            loop {
                let filled = scorer.fill_buffer(&mut buffer);
                buffer[..filled].iter().for_each(|document| meet(*document, 0.0));
                seen += filled as u64;
                let full = filled == buffer.len();
                if !full || (seen.is_multiple_of(CLOCK_INTERVAL) && self.deadline.check()) {
                    break;
                }
            }
        }
        Ok(Matches { total, all, untagged, tagged })
    }

    /// The query's scorer, led by the filters where they are rarer.
    fn scorer(
        &self,
        main: &dyn Weight,
        required: &mut Option<Bits>,
    ) -> tantivy::Result<Box<dyn Scorer>> {
        let main = main.scorer(self.reader, 1.0)?;
        let mut scorers = Vec::new();
        for filter in self.planned.iter().filter(|filter| !filter.as_set) {
            let scorer: Box<dyn Scorer> = match &filter.documents {
                FilterDocuments::Known(sets) => {
                    Box::new(BitsScorer::new(Arc::clone(&sets[self.at]), 0.0))
                }
                FilterDocuments::Sought(weight) => {
                    Box::new(Unscored(weight.scorer(self.reader, 0.0)?))
                }
            };
            scorers.push(scorer);
        }
        let is_rare = |bits: &mut Bits| bits.count() * 4 < u64::from(main.size_hint());
        if let Some(bits) = required.take_if(is_rare) {
            scorers.push(Box::new(BitsScorer::new(Arc::new(bits), 0.0)));
        }
        if scorers.is_empty() {
            return Ok(main);
        }
        scorers.push(main);
        Ok(intersect_scorers(scorers, self.reader.max_doc()))
    }

    /// Hands all documents of a set to the page; they have one score.
    fn take_set(&self, set: &Bits, page: &mut SegmentPage<'_>) {
        for (seen, document) in (1u64..).zip(set.iter()) {
            page.take(document, 1.0);
            if seen.is_multiple_of(CLOCK_INTERVAL) && self.deadline.check() {
                return;
            }
        }
    }
}

/// A filter beside a query: it decides, but adds nothing to the score.
struct Unscored(Box<dyn Scorer>);

impl DocSet for Unscored {
    fn advance(&mut self) -> DocId {
        self.0.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.0.seek(target)
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        self.0.seek_danger(target)
    }

    fn doc(&self) -> DocId {
        self.0.doc()
    }

    fn size_hint(&self) -> u32 {
        self.0.size_hint()
    }

    fn cost(&self) -> u64 {
        self.0.cost()
    }
}

impl Scorer for Unscored {
    fn score(&mut self) -> f32 {
        0.0
    }
}
