//! The page of hits: the best `offset + limit` matches of all segments, kept as numbers.

use super::generation::Generation;
use super::layout::ORDINAL;
use super::ordinals::{GlobalOrdinals, SegmentRanks};
use crate::engine::{CursorKey, EngineCursor, EngineHit, EngineRequest, SortField};
use std::sync::Arc;
use tantivy::columnar::Column;
use tantivy::{DocId, SegmentReader};

/// Key of documents that have none: they come last.
const MISSING: u64 = u64::MAX;

/// Hits that are kept of a search of everything, so that its next pages need no search.
pub(super) const WINDOW: usize = 1000;

/// A kept match; smaller is better.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    key: u64,
    /// Rank of the id among all ids.
    id: u32,
    segment: u32,
    document: DocId,
    score: f32,
}

impl Kept {
    fn order(&self) -> (u64, u32) {
        (self.key, self.id)
    }
}

/// Where sort keys come from.
enum Keys {
    Score,
    /// A column that holds numbers, named.
    Number(&'static str),
    Text(Arc<GlobalOrdinals>),
}

/// Keeps the hits of a page while segments are searched one after the other.
pub(super) struct Page {
    order: Order,
    best: Best,
}

/// What the order of the hits is made of.
struct Order {
    keys: Keys,
    descending: bool,
    ids: Arc<GlobalOrdinals>,
}

/// The best matches so far.
struct Best {
    keep: usize,
    kept: Vec<Kept>,
    /// Matches that are not better than this cannot be on the page any more.
    worst: Option<(u64, u32)>,
    /// Only matches that come after this are wanted.
    after: Option<(u64, u32)>,
}

/// The page while one segment is searched.
pub(super) struct SegmentPage<'p> {
    best: &'p mut Best,
    segment: u32,
    descending: bool,
    keys: SegmentKeys<'p>,
    ids: Option<SegmentRanks<'p>>,
}

enum SegmentKeys<'p> {
    Score,
    Number(Option<Column<i64>>),
    Text(Option<SegmentRanks<'p>>),
}

impl Page {
    /// `None` if no hits are wanted.
    pub(super) fn new(
        generation: &Generation,
        request: &EngineRequest,
    ) -> tantivy::Result<Option<Page>> {
        if request.limit == 0 {
            return Ok(None);
        }
        let (keys, descending) = match request.sort {
            SortField::Score => (Keys::Score, true),
            SortField::Field { name, descending } => {
                let readers = generation.searcher.segment_readers();
                let is_number = readers.iter().any(|reader| {
                    reader.fast_fields().column_opt::<i64>(name).is_ok_and(|c| c.is_some())
                });
                let keys = if is_number {
                    Keys::Number(name)
                } else {
                    Keys::Text(generation.ordinals(name)?)
                };
                (keys, descending)
            }
        };
        let order = Order { keys, descending, ids: generation.ordinals("id")? };
        let after = match &request.after {
            Some(cursor) => order.position(cursor)?,
            None => None,
        };
        let keep = request.offset.saturating_add(request.limit);
        Ok(Some(Page { order, best: Best { keep, kept: Vec::new(), worst: None, after } }))
    }

    /// Keeps the first [`WINDOW`] hits, not only those up to the end of the page.
    pub(super) fn widen(&mut self) {
        self.best.keep = self.best.keep.max(WINDOW);
    }

    /// The first hits, in no order.
    pub(super) fn window(&mut self) -> Vec<Kept> {
        self.best.shrink();
        self.best.kept.clone()
    }

    /// Takes the first hits of the same search instead of looking for them.
    pub(super) fn take_window(&mut self, window: &[Kept]) {
        self.best.kept = window.to_vec();
    }

    /// True if the order needs scores.
    pub(super) fn is_scored(&self) -> bool {
        matches!(self.order.keys, Keys::Score)
    }

    /// The page for the matches of one segment.
    pub(super) fn segment(&mut self, segment: usize, reader: &SegmentReader) -> SegmentPage<'_> {
        let Page { order, best } = self;
        let keys = match &order.keys {
            Keys::Score => SegmentKeys::Score,
            Keys::Number(name) => {
                SegmentKeys::Number(reader.fast_fields().column_opt::<i64>(name).ok().flatten())
            }
            Keys::Text(ordinals) => SegmentKeys::Text(ordinals.segment(segment)),
        };
        SegmentPage {
            best,
            descending: order.descending,
            keys,
            ids: order.ids.segment(segment),
            segment: u32::try_from(segment).unwrap_or(u32::MAX),
        }
    }

    /// `limit` hits in order without the first `offset`, and where the next page starts.
    pub(super) fn finish(
        self,
        generation: &Generation,
        offset: usize,
        limit: usize,
    ) -> tantivy::Result<(Vec<EngineHit>, Option<EngineCursor>)> {
        let Page { order, mut best } = self;
        best.shrink();
        if offset >= best.kept.len() {
            return Ok((Vec::new(), None));
        }
        if offset > 0 {
            best.kept.select_nth_unstable_by_key(offset, Kept::order);
        }
        let end = best.kept.len().min(offset.saturating_add(limit));
        best.kept[offset..].sort_unstable_by_key(Kept::order);
        let shown = &best.kept[offset..end];
        let readers = generation.searcher.segment_readers();
        let mut hits = Vec::with_capacity(shown.len());
        for kept in shown {
            let reader = &readers[kept.segment as usize];
            let ordinals = reader.fast_fields().u64(ORDINAL)?;
            let ordinal = ordinals.first(kept.document).unwrap_or(u64::MAX);
            hits.push(EngineHit { ordinal, score: kept.score });
        }
        let next = match shown.last().copied() {
            Some(last) => Some(order.cursor(last, readers)?),
            None => None,
        };
        Ok((hits, next))
    }
}

impl Order {
    /// Where a cursor stands among the matches.
    fn position(&self, cursor: &EngineCursor) -> tantivy::Result<Option<(u64, u32)>> {
        // A key or id that is gone stands just before the first one after it.
        let (id, id_exists) = self.ids.position(cursor.id.as_bytes())?;
        let between = |key: u64| match (id_exists, id.checked_sub(1)) {
            (true, _) => Some((key, id)),
            (false, Some(before)) => Some((key, before)),
            (false, None) => key.checked_sub(1).map(|before| (before, u32::MAX)),
        };
        Ok(match &cursor.key {
            CursorKey::Score(score) => between(score_key(*score)),
            CursorKey::Number(number) => {
                between(number.map_or(MISSING, |number| number_key(number, self.descending)))
            }
            CursorKey::Text(None) => between(MISSING),
            CursorKey::Text(Some(text)) => match &self.keys {
                Keys::Text(ordinals) => {
                    let (rank, exists) = ordinals.position(text.as_bytes())?;
                    match (exists, self.descending) {
                        (true, _) => between(rank_key(rank, self.descending)),
                        (false, true) => Some((rank_key(rank, true), u32::MAX)),
                        (false, false) => {
                            u64::from(rank).checked_sub(1).map(|before| (before, u32::MAX))
                        }
                    }
                }
                _ => between(MISSING),
            },
        })
    }

    fn cursor(&self, last: Kept, readers: &[SegmentReader]) -> tantivy::Result<EngineCursor> {
        let text = |ordinals: &GlobalOrdinals, rank: u32| -> tantivy::Result<String> {
            let texts = ordinals.texts(&[rank])?;
            Ok(texts.first().map_or_else(String::new, |t| String::from_utf8_lossy(t).into_owned()))
        };
        let key = match &self.keys {
            Keys::Score => CursorKey::Score(last.score),
            Keys::Number(name) => {
                let column =
                    readers[last.segment as usize].fast_fields().column_opt::<i64>(name)?;
                CursorKey::Number(column.and_then(|column| column.first(last.document)))
            }
            Keys::Text(_) if last.key == MISSING => CursorKey::Text(None),
            Keys::Text(ordinals) => {
                let segment = ordinals.segment(last.segment as usize);
                let rank = segment.and_then(|segment| segment.first(last.document));
                match rank {
                    Some(rank) => CursorKey::Text(Some(text(ordinals, rank)?)),
                    None => CursorKey::Text(None),
                }
            }
        };
        Ok(EngineCursor { key, id: text(&self.ids, last.id)? })
    }
}

/// Better scores have smaller keys; the bits of a float that is not negative are ordered as it is.
#[inline]
fn score_key(score: f32) -> u64 {
    let bits = if score > 0.0 { score.to_bits() } else { 0 };
    u64::from(u32::MAX - bits)
}

#[inline]
fn number_key(number: i64, descending: bool) -> u64 {
    let shifted = number.cast_unsigned() ^ (1 << 63);
    (if descending { !shifted } else { shifted }).min(MISSING - 1)
}

#[inline]
fn rank_key(rank: u32, descending: bool) -> u64 {
    u64::from(if descending { u32::MAX - 1 - rank } else { rank })
}

impl Best {
    fn shrink(&mut self) {
        if self.kept.len() > self.keep {
            let (_, worst, _) = self.kept.select_nth_unstable_by_key(self.keep - 1, Kept::order);
            self.worst = Some(worst.order());
            self.kept.truncate(self.keep);
        }
    }
}

impl SegmentPage<'_> {
    /// Keeps a match if it may be on the page.
    #[inline]
    pub(super) fn take(&mut self, document: DocId, score: f32) {
        let key = match &self.keys {
            SegmentKeys::Score => score_key(score),
            SegmentKeys::Number(column) => {
                let number = column.as_ref().and_then(|column| column.first(document));
                number.map_or(MISSING, |number| number_key(number, self.descending))
            }
            SegmentKeys::Text(texts) => {
                let rank = texts.and_then(|texts| texts.first(document));
                rank.map_or(MISSING, |rank| rank_key(rank, self.descending))
            }
        };
        let best = &mut *self.best;
        if best.worst.is_some_and(|(worst, _)| key > worst) {
            return;
        }
        let id = self.ids.and_then(|ids| ids.first(document)).unwrap_or(u32::MAX);
        if best.worst.is_some_and(|worst| (key, id) >= worst)
            || best.after.is_some_and(|after| (key, id) <= after)
        {
            return;
        }
        best.kept.push(Kept { key, id, segment: self.segment, document, score });
        if best.kept.len() >= best.keep.saturating_mul(2).max(64) {
            best.shrink();
        }
    }
}
