//! One numbering of a text column's values over all segments of a generation, in byte order.
//!
//! A segment's dictionary numbers its own terms; the map takes those numbers to ranks among the
//! terms of all segments. Ranks count facets, order hits and break ties without any string.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use tantivy::columnar::StrColumn;
use tantivy::{Searcher, TantivyError};

/// The values of one column over the segments of a generation.
#[derive(Debug)]
pub(super) struct GlobalOrdinals {
    segments: Vec<SegmentOrdinals>,
    terms: u32,
}

/// One segment's column; `None` if the segment has no values.
#[derive(Debug)]
struct SegmentOrdinals {
    column: Option<StrColumn>,
    /// Rank of each of the segment's terms, ascending; empty if they are the ranks themselves.
    ranks: Vec<u32>,
}

fn io_failed(error: std::io::Error) -> TantivyError {
    TantivyError::IoError(Arc::new(error))
}

impl GlobalOrdinals {
    /// Merges the dictionaries of the segments.
    pub(super) fn build(searcher: &Searcher, field: &str) -> tantivy::Result<Self> {
        let mut segments = Vec::with_capacity(searcher.segment_readers().len());
        for reader in searcher.segment_readers() {
            let column = reader.fast_fields().str(field)?;
            segments.push(SegmentOrdinals { column, ranks: Vec::new() });
        }
        let filled: Vec<usize> = segments
            .iter()
            .enumerate()
            .filter(|(_, s)| s.column.as_ref().is_some_and(|c| c.num_terms() > 0))
            .map(|(at, _)| at)
            .collect();
        let terms = match filled.as_slice() {
            [] => 0,
            [only] => segments[*only].column.as_ref().map_or(0, |c| c.num_terms()),
            many => merge(&mut segments, many)?,
        };
        let terms = u32::try_from(terms)
            .map_err(|_| TantivyError::InvalidArgument("too many terms".to_owned()))?;
        Ok(GlobalOrdinals { segments, terms })
    }

    /// How many terms all segments have together.
    pub(super) fn terms(&self) -> u32 {
        self.terms
    }

    /// The column of a segment with the ranks of its terms.
    pub(super) fn segment(&self, segment: usize) -> Option<SegmentRanks<'_>> {
        let segment = self.segments.get(segment)?;
        let column = segment.column.as_ref()?;
        (column.num_terms() > 0).then_some(SegmentRanks { column, ranks: &segment.ranks })
    }

    /// The terms of ranks given in ascending order.
    pub(super) fn texts(&self, ranks: &[u32]) -> tantivy::Result<Vec<Vec<u8>>> {
        let mut texts = vec![Vec::new(); ranks.len()];
        let mut missing: Vec<usize> = (0..ranks.len()).collect();
        for segment in &self.segments {
            let Some(column) = &segment.column else { continue };
            let mut wanted = Vec::new();
            let mut places = Vec::new();
            missing.retain(|at| match segment.ordinal(ranks[*at]) {
                Some(ordinal) => {
                    wanted.push(ordinal);
                    places.push(*at);
                    false
                }
                None => true,
            });
            let mut places = places.into_iter();
            column
                .dictionary()
                .sorted_ords_to_term_cb(&wanted, |term| {
                    if let Some(at) = places.next() {
                        texts[at] = term.to_vec();
                    }
                })
                .map_err(io_failed)?;
        }
        Ok(texts)
    }

    /// Rank of the first term that is not smaller than `text`, and whether it is the text itself.
    pub(super) fn position(&self, text: &[u8]) -> tantivy::Result<(u32, bool)> {
        let mut first = (self.terms, false);
        for segment in &self.segments {
            let Some(column) = &segment.column else { continue };
            let dictionary = column.dictionary();
            let exact = dictionary.term_ord(text).map_err(io_failed)?;
            let ordinal = match exact {
                Some(ordinal) => ordinal,
                None => first_after(column, text)?,
            };
            let Some(rank) = segment.rank(ordinal) else { continue };
            if rank < first.0 || (rank == first.0 && exact.is_some()) {
                first = (rank, exact.is_some());
            }
        }
        Ok(first)
    }
}

/// Ordinal of the first term greater than `text`, by halving.
fn first_after(column: &StrColumn, text: &[u8]) -> tantivy::Result<u64> {
    let (mut low, mut high) = (0, column.num_terms() as u64);
    let mut term = Vec::new();
    while low < high {
        let middle = u64::midpoint(low, high);
        term.clear();
        column.dictionary().ord_to_term(middle, &mut term).map_err(io_failed)?;
        if term.as_slice() < text { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

impl SegmentOrdinals {
    fn rank(&self, ordinal: u64) -> Option<u32> {
        if self.ranks.is_empty() {
            let terms = self.column.as_ref().map_or(0, |column| column.num_terms() as u64);
            return u32::try_from(ordinal).ok().filter(|_| ordinal < terms);
        }
        self.ranks.get(usize::try_from(ordinal).ok()?).copied()
    }

    fn ordinal(&self, rank: u32) -> Option<u64> {
        if self.ranks.is_empty() {
            let terms = self.column.as_ref().map_or(0, |column| column.num_terms());
            return ((rank as usize) < terms).then_some(u64::from(rank));
        }
        self.ranks.binary_search(&rank).ok().map(|at| at as u64)
    }
}

/// Streams the dictionaries side by side, each distinct term taking the next rank.
fn merge(segments: &mut [SegmentOrdinals], filled: &[usize]) -> tantivy::Result<usize> {
    let mut all_ranks: Vec<Vec<u32>> = Vec::with_capacity(filled.len());
    let mut terms = 0usize;
    {
        let columns: Vec<&StrColumn> =
            filled.iter().filter_map(|at| segments[*at].column.as_ref()).collect();
        let mut streams = Vec::with_capacity(columns.len());
        let mut heap = BinaryHeap::with_capacity(columns.len());
        for (at, column) in columns.iter().enumerate() {
            all_ranks.push(Vec::with_capacity(column.num_terms()));
            let mut stream = column.dictionary().stream().map_err(io_failed)?;
            if stream.advance() {
                heap.push(Reverse((stream.key().to_vec(), at)));
            }
            streams.push(stream);
        }
        let mut last: Vec<u8> = Vec::new();
        while let Some(Reverse((mut term, at))) = heap.pop() {
            if terms == 0 || term != last {
                terms += 1;
                last.clone_from(&term);
            }
            all_ranks[at].push(u32::try_from(terms - 1).unwrap_or(u32::MAX));
            let stream = &mut streams[at];
            if stream.advance() {
                term.clear();
                term.extend_from_slice(stream.key());
                heap.push(Reverse((term, at)));
            }
        }
    }
    for (at, ranks) in filled.iter().zip(all_ranks) {
        segments[*at].ranks = ranks;
    }
    Ok(terms)
}

/// A segment's column read as ranks.
#[derive(Clone, Copy)]
pub(super) struct SegmentRanks<'a> {
    pub(super) column: &'a StrColumn,
    ranks: &'a [u32],
}

impl SegmentRanks<'_> {
    /// Rank of a term of the segment.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "ordinals count terms of a segment")]
    pub(super) fn rank(self, ordinal: u64) -> u32 {
        if self.ranks.is_empty() { ordinal as u32 } else { self.ranks[ordinal as usize] }
    }

    /// Rank of the document's first value.
    #[inline]
    pub(super) fn first(self, document: tantivy::DocId) -> Option<u32> {
        self.column.ords().first(document).map(|ordinal| self.rank(ordinal))
    }
}
