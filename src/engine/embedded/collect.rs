//! One pass over the matches: the page of hits and every facet.
//!
//! Hits are kept as (key, id ordinal, document) of the segment and compared by value only for the
//! few that may be on the page, so that the order does not depend on the segments.

use super::facets::{FieldCounts, SegmentCounter};
use super::layout::ORDINAL;
use crate::engine::{EngineFacet, EngineHit, EngineSort, SortField};
use std::cmp::Ordering;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering as Atomic};
use std::time::Instant;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader, TantivyError};

/// Documents between two looks at the clock.
const CLOCK_INTERVAL: u64 = 4096;

/// Collects a page and facets.
pub(super) struct PageCollector<'a> {
    pub(super) sort: EngineSort,
    /// `offset + limit`; 0 keeps no hits.
    pub(super) keep: usize,
    pub(super) facets: &'a [EngineFacet],
    pub(super) deadline: Option<Instant>,
    pub(super) expired: Arc<AtomicBool>,
}

/// A hit with keys that compare across segments.
#[derive(Debug, Clone)]
pub(super) struct Ranked {
    key: Key,
    id: Vec<u8>,
    pub(super) hit: EngineHit,
}

#[derive(Debug, Clone, PartialEq)]
enum Key {
    Score(f32),
    Number(Option<i64>),
    Text(Option<Vec<u8>>),
}

/// What all segments found.
pub(super) struct Page {
    pub(super) total: u64,
    /// The best `keep` hits in order.
    pub(super) hits: Vec<EngineHit>,
    pub(super) facets: Vec<FieldCounts>,
}

pub(super) struct SegmentPage {
    total: u64,
    hits: Vec<Ranked>,
    facets: Vec<FieldCounts>,
}

enum KeyColumn {
    Score,
    Number(Option<Column<i64>>),
    Text(Option<StrColumn>),
}

/// A kept hit of one segment: smaller is better.
#[derive(Clone, Copy, PartialEq)]
struct Kept {
    /// Order-preserving form of the key within the segment.
    key: u64,
    id: u64,
    document: DocId,
    score: f32,
}

impl Kept {
    fn order(&self, other: &Self) -> Ordering {
        (self.key, self.id).cmp(&(other.key, other.id))
    }
}

pub(super) struct SegmentCollectorOfPage {
    total: u64,
    keep: usize,
    kept: Vec<Kept>,
    /// Keys above this cannot be on the page any more.
    worst: Option<(u64, u64)>,
    key: KeyColumn,
    descending: bool,
    ids: Option<StrColumn>,
    ordinals: Column<u64>,
    facets: Vec<SegmentCounter>,
    deadline: Option<Instant>,
    expired: Arc<AtomicBool>,
    stopped: bool,
}

impl Collector for PageCollector<'_> {
    type Fruit = Page;
    type Child = SegmentCollectorOfPage;

    fn for_segment(
        &self,
        _segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<SegmentCollectorOfPage> {
        let columns = reader.fast_fields();
        let (key, descending) = match self.sort {
            SortField::Score => (KeyColumn::Score, true),
            SortField::Field { name, descending } => {
                let text = columns.str(name).ok().flatten();
                let key = match text {
                    Some(text) => KeyColumn::Text(Some(text)),
                    None => KeyColumn::Number(columns.column_opt::<i64>(name).ok().flatten()),
                };
                (key, descending)
            }
        };
        let facets = self
            .facets
            .iter()
            .map(|facet| SegmentCounter::open(&facet.field, columns))
            .collect::<tantivy::Result<_>>()?;
        Ok(SegmentCollectorOfPage {
            total: 0,
            keep: self.keep,
            kept: Vec::with_capacity(self.keep.min(1024) * 2),
            worst: None,
            key,
            descending,
            ids: columns.str("id")?,
            ordinals: columns.u64(ORDINAL)?,
            facets,
            deadline: self.deadline,
            expired: Arc::clone(&self.expired),
            stopped: false,
        })
    }

    fn requires_scoring(&self) -> bool {
        self.keep > 0 && self.sort == SortField::Score
    }

    fn merge_fruits(&self, segments: Vec<tantivy::Result<SegmentPage>>) -> tantivy::Result<Page> {
        let mut page = Page {
            total: 0,
            hits: Vec::new(),
            facets: self.facets.iter().map(|_| FieldCounts::default()).collect(),
        };
        let descending = !matches!(self.sort, SortField::Field { descending: false, .. });
        let mut ranked: Vec<Ranked> = Vec::new();
        for segment in segments {
            let segment = segment?;
            page.total += segment.total;
            ranked.extend(segment.hits);
            for (all, one) in page.facets.iter_mut().zip(segment.facets) {
                all.merge(one);
            }
        }
        ranked.sort_unstable_by(|a, b| {
            compare_keys(&a.key, &b.key, descending).then_with(|| a.id.cmp(&b.id))
        });
        ranked.truncate(self.keep);
        page.hits = ranked.into_iter().map(|ranked| ranked.hit).collect();
        Ok(page)
    }
}

/// Missing keys come last in both directions.
fn compare_keys(a: &Key, b: &Key, descending: bool) -> Ordering {
    fn directed<T: Ord>(a: Option<&T>, b: Option<&T>, descending: bool) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        }
    }
    match (a, b) {
        (Key::Score(a), Key::Score(b)) => b.total_cmp(a),
        (Key::Number(a), Key::Number(b)) => directed(a.as_ref(), b.as_ref(), descending),
        (Key::Text(a), Key::Text(b)) => directed(a.as_ref(), b.as_ref(), descending),
        // A segment without the column has numbers for missing keys.
        (Key::Number(_), Key::Text(text)) => {
            if text.is_some() {
                Ordering::Greater
            } else {
                Ordering::Equal
            }
        }
        (Key::Text(text), Key::Number(_)) => {
            if text.is_some() {
                Ordering::Less
            } else {
                Ordering::Equal
            }
        }
        (Key::Score(_), _) | (_, Key::Score(_)) => Ordering::Equal,
    }
}

impl SegmentCollectorOfPage {
    fn clock(&mut self) {
        if let Some(deadline) = self.deadline
            && (self.expired.load(Atomic::Relaxed) || Instant::now() >= deadline)
        {
            self.expired.store(true, Atomic::Relaxed);
            self.stopped = true;
        }
    }

    /// The key as a number whose order is the order of the answer; missing keys are last.
    fn key_of(&self, document: DocId, score: f32) -> u64 {
        let last = u64::MAX;
        match &self.key {
            KeyColumn::Score => {
                // The bits of a float that is not negative are ordered as the float is.
                let bits = if score > 0.0 { score.to_bits() } else { 0 };
                u64::from(u32::MAX - bits)
            }
            KeyColumn::Number(column) => {
                let value = column.as_ref().and_then(|column| column.first(document));
                value.map_or(last, |value| {
                    let shifted = value.cast_unsigned() ^ (1 << 63);
                    let directed = if self.descending { !shifted } else { shifted };
                    directed.min(last - 1)
                })
            }
            KeyColumn::Text(column) => {
                let ordinal = column.as_ref().and_then(|column| column.ords().first(document));
                ordinal.map_or(
                    last,
                    |ordinal| {
                        if self.descending { last - 1 - ordinal } else { ordinal }
                    },
                )
            }
        }
    }

    fn keep_hit(&mut self, document: DocId, score: f32) {
        let key = self.key_of(document, score);
        if self.worst.is_some_and(|(worst, _)| key > worst) {
            return;
        }
        let id = self.ids.as_ref().and_then(|ids| ids.ords().first(document)).unwrap_or(0);
        let kept = Kept { key, id, document, score };
        if self.worst.is_some_and(|worst| (key, id) > worst) {
            return;
        }
        self.kept.push(kept);
        if self.kept.len() >= self.keep.saturating_mul(2).max(64) {
            self.shrink();
        }
    }

    fn shrink(&mut self) {
        if self.kept.len() > self.keep {
            let (_, worst, _) = self.kept.select_nth_unstable_by(self.keep - 1, Kept::order);
            self.worst = Some((worst.key, worst.id));
            self.kept.truncate(self.keep);
        }
    }

    /// Looks up ids and keys of the kept hits, each dictionary read once from front to back.
    fn ranked(&self) -> tantivy::Result<Vec<Ranked>> {
        let ids = terms_of(self.ids.as_ref(), self.kept.iter().map(|kept| Some(kept.id)))?;
        let texts = match &self.key {
            KeyColumn::Text(Some(column)) => {
                let ordinals = self.kept.iter().map(|kept| column.ords().first(kept.document));
                terms_of(Some(column), ordinals)?
            }
            _ => Vec::new(),
        };
        let mut texts = texts.into_iter();
        let ranked = self.kept.iter().zip(ids).map(|(kept, id)| Ranked {
            key: match &self.key {
                KeyColumn::Score => Key::Score(kept.score),
                KeyColumn::Number(column) => {
                    Key::Number(column.as_ref().and_then(|c| c.first(kept.document)))
                }
                KeyColumn::Text(_) => Key::Text(texts.next().flatten()),
            },
            id: id.unwrap_or_default(),
            hit: EngineHit {
                ordinal: self.ordinals.first(kept.document).unwrap_or(u64::MAX),
                score: kept.score,
            },
        });
        Ok(ranked.collect())
    }
}

/// The terms of ordinals, in the order given.
fn terms_of(
    column: Option<&StrColumn>,
    ordinals: impl Iterator<Item = Option<u64>>,
) -> tantivy::Result<Vec<Option<Vec<u8>>>> {
    let ordinals: Vec<Option<u64>> = ordinals.collect();
    let mut sorted: Vec<u64> = ordinals.iter().flatten().copied().collect();
    sorted.sort_unstable();
    sorted.dedup();
    let mut terms = Vec::with_capacity(sorted.len());
    if let Some(column) = column {
        column
            .dictionary()
            .sorted_ords_to_term_cb(&sorted, |term| terms.push(term.to_vec()))
            .map_err(|error| TantivyError::IoError(Arc::new(error)))?;
    }
    let term =
        |ordinal: u64| sorted.binary_search(&ordinal).ok().and_then(|at| terms.get(at)).cloned();
    Ok(ordinals.into_iter().map(|ordinal| ordinal.and_then(term)).collect())
}

impl SegmentCollector for SegmentCollectorOfPage {
    type Fruit = tantivy::Result<SegmentPage>;

    fn collect(&mut self, document: DocId, score: Score) {
        if self.total.is_multiple_of(CLOCK_INTERVAL) {
            self.clock();
        }
        self.total += 1;
        if self.stopped {
            return;
        }
        for facet in &mut self.facets {
            facet.count(document);
        }
        if self.keep > 0 {
            self.keep_hit(document, score);
        }
    }

    fn harvest(mut self) -> tantivy::Result<SegmentPage> {
        if self.keep > 0 {
            self.shrink();
        }
        let hits = self.ranked()?;
        let facets =
            self.facets.into_iter().map(SegmentCounter::harvest).collect::<tantivy::Result<_>>()?;
        Ok(SegmentPage { total: self.total, hits, facets })
    }
}
