//! Facet counts: exact, whatever the number of segments.
//!
//! Values are counted as ordinals, added up under their ranks over all segments, and turned into
//! text only for the values that are shown. Fields of few values are counted by cutting the set of
//! matches with the set of each value when that is less work (engine-mapping §6).

use super::bits::Bits;
use super::filters::FilterCache;
use super::generation::Generation;
use super::layout::Layout;
use super::ordinals::{GlobalOrdinals, SegmentRanks};
use crate::config::FieldKind;
use crate::engine::{EngineFacet, FacetValues};
use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::Arc;
use tantivy::columnar::{Column, ColumnIndex};
use tantivy::query::{EnableScoring, Query as _, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, SegmentReader, Term};

/// Documents whose values are read at once.
const BLOCK: usize = 1024;
/// Fields with more values than this are never counted by cutting sets.
const FEW_VALUES: u32 = 256;
/// Cutting one word of two sets takes about this share of the time of counting one value
/// (measured: 0.3 ns against 8 ns).
const CUT_SHARE: f64 = 0.3 / 8.0;
/// A dense counter is cleared and read whole; below this share of its length a map is less work.
const SPARSE_SHARE: u64 = 20;
/// Fields with fewer values always have dense counters.
const SMALL_COUNTER: u32 = 1 << 16;

/// Counts one field over the segments of a generation.
pub(super) struct FacetCounter {
    values: Values,
}

enum Values {
    Text {
        /// Where the postings of the values are, if the field has any.
        field: Option<Field>,
        ordinals: Arc<GlobalOrdinals>,
        counts: Counts,
    },
    Number {
        name: String,
        is_date: bool,
        counts: FxHashMap<i64, u64>,
    },
    /// The field has no values to count.
    None,
}

enum Counts {
    Dense(Vec<u32>),
    Sparse(FxHashMap<u32, u32>),
}

impl Counts {
    #[inline]
    fn add(&mut self, rank: u32, count: u32) {
        match self {
            Counts::Dense(counts) => counts[rank as usize] += count,
            Counts::Sparse(counts) => *counts.entry(rank).or_default() += count,
        }
    }
}

impl FacetCounter {
    pub(super) fn new(
        generation: &Generation,
        layout: &Layout,
        name: &str,
    ) -> tantivy::Result<Self> {
        let values = match layout.slot(name) {
            Some(slot) if slot.spec.doc_values => match slot.spec.kind {
                FieldKind::String | FieldKind::Boolean => {
                    let ordinals = generation.ordinals(name)?;
                    let counts = Counts::Sparse(FxHashMap::default());
                    let field = (!slot.spec.scanned).then_some(slot.main);
                    Values::Text { field, ordinals, counts }
                }
                kind @ (FieldKind::Int | FieldKind::Date) => Values::Number {
                    name: name.to_owned(),
                    is_date: kind == FieldKind::Date,
                    counts: FxHashMap::default(),
                },
                _ => Values::None,
            },
            _ => Values::None,
        };
        Ok(FacetCounter { values })
    }

    /// Adds the values of a segment's matches, of which there are `matching`.
    pub(super) fn count(
        &mut self,
        generation: &Generation,
        filters: &FilterCache,
        segment: usize,
        matches: &Bits,
        matching: u64,
    ) -> tantivy::Result<()> {
        if matching == 0 {
            return Ok(());
        }
        let reader = &generation.searcher.segment_readers()[segment];
        match &mut self.values {
            Values::None => Ok(()),
            Values::Number { name, counts, .. } => {
                if let Some(column) = reader.fast_fields().column_opt::<i64>(name)? {
                    for document in matches.iter() {
                        for value in column.values_for_doc(document) {
                            *counts.entry(value).or_default() += 1;
                        }
                    }
                }
                Ok(())
            }
            Values::Text { field, ordinals, counts } => {
                let Some(ranks) = ordinals.segment(segment) else { return Ok(()) };
                let terms = ordinals.terms();
                let dense = terms < SMALL_COUNTER || matching > u64::from(terms) / SPARSE_SHARE;
                if let (true, Counts::Sparse(sparse)) = (dense, &*counts) {
                    let mut all = vec![0; terms as usize];
                    sparse.iter().for_each(|(rank, count)| all[*rank as usize] += count);
                    *counts = Counts::Dense(all);
                }
                let words = f64::from(reader.max_doc().div_ceil(64));
                #[expect(clippy::cast_precision_loss, reason = "an estimate")]
                let values_read = matching as f64 * values_per_document(ranks, reader);
                #[expect(clippy::cast_precision_loss, reason = "an estimate")]
                let cut = ranks.column.num_terms() as f64 * words * CUT_SHARE;
                if let Some(field) = field.filter(|_| terms <= FEW_VALUES && cut < values_read) {
                    let searcher = &generation.searcher;
                    return by_cutting(field, ranks, reader, searcher, filters, matches, counts);
                }
                count_ordinals(ranks, reader, matches, matching, counts);
                Ok(())
            }
        }
    }

    /// The values in the order and number that the request asks for.
    pub(super) fn finish(self, facet: &EngineFacet) -> tantivy::Result<FacetValues> {
        match self.values {
            Values::None => Ok(Vec::new()),
            Values::Number { counts, is_date, .. } => {
                let mut values: Vec<(i64, u64)> = counts.into_iter().collect();
                values.sort_unstable();
                if !facet.by_value {
                    values.sort_by_key(|value| std::cmp::Reverse(value.1));
                }
                let limit = facet.limit.unwrap_or(usize::MAX);
                let text = |value: i64| {
                    if is_date {
                        crate::text::format_timestamp(value.div_euclid(1000))
                    } else {
                        value.to_string()
                    }
                };
                let shown = values.into_iter().map(|(value, count)| (text(value), count));
                let shown = shown.filter(|(text, _)| text.starts_with(&facet.prefix));
                Ok(shown.skip(facet.offset).take(limit).collect())
            }
            Values::Text { ordinals, counts, .. } => {
                let range = prefix_range(&ordinals, &facet.prefix)?;
                named(&ordinals, ranked(counts, range, facet))
            }
        }
    }
}

fn values_per_document(ranks: SegmentRanks<'_>, reader: &SegmentReader) -> f64 {
    f64::from(ranks.column.ords().values.num_vals()) / f64::from(reader.max_doc().max(1))
}

/// Ranks of the values that begin with a text: they follow each other.
fn prefix_range(ordinals: &GlobalOrdinals, prefix: &str) -> tantivy::Result<Range<u32>> {
    if prefix.is_empty() {
        return Ok(0..ordinals.terms());
    }
    let (start, _) = ordinals.position(prefix.as_bytes())?;
    let mut after = prefix.as_bytes().to_vec();
    while let Some(last) = after.pop() {
        if last < u8::MAX {
            after.push(last + 1);
            break;
        }
    }
    let end = if after.is_empty() { ordinals.terms() } else { ordinals.position(&after)?.0 };
    Ok(start..end)
}

/// Ranks and counts of the values that are shown.
fn ranked(counts: Counts, range: Range<u32>, facet: &EngineFacet) -> Vec<(u32, u32)> {
    let mut values: Vec<(u32, u32)> = match counts {
        Counts::Dense(counts) => {
            let counts = counts.get(range.start as usize..range.end as usize).unwrap_or(&[]);
            let found = (range.start..).zip(counts.iter().copied());
            found.filter(|(_, count)| *count > 0).collect()
        }
        Counts::Sparse(counts) => {
            counts.into_iter().filter(|(rank, _)| range.contains(rank)).collect()
        }
    };
    let order = |value: &(u32, u32)| {
        if facet.by_value { (0, value.0) } else { (u32::MAX - value.1, value.0) }
    };
    let end = facet.limit.map_or(usize::MAX, |limit| limit.saturating_add(facet.offset));
    if end == 0 {
        return Vec::new();
    }
    if end < values.len() {
        values.select_nth_unstable_by_key(end - 1, order);
        values.truncate(end);
    }
    values.sort_unstable_by_key(order);
    values.drain(..facet.offset.min(values.len()));
    values
}

/// Looks up the texts of the shown values, each dictionary read once from front to back.
fn named(ordinals: &GlobalOrdinals, values: Vec<(u32, u32)>) -> tantivy::Result<FacetValues> {
    let mut sorted: Vec<(u32, usize)> =
        values.iter().enumerate().map(|(at, (rank, _))| (*rank, at)).collect();
    sorted.sort_unstable();
    let ranks: Vec<u32> = sorted.iter().map(|(rank, _)| *rank).collect();
    let texts = ordinals.texts(&ranks)?;
    let mut shown: FacetValues =
        values.into_iter().map(|(_, count)| (String::new(), u64::from(count))).collect();
    for ((_, at), text) in sorted.into_iter().zip(texts) {
        shown[at].0 = String::from_utf8(text)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    }
    Ok(shown)
}

/// Cuts the matches with the documents of each value.
fn by_cutting(
    field: Field,
    ranks: SegmentRanks<'_>,
    reader: &SegmentReader,
    searcher: &tantivy::Searcher,
    filters: &FilterCache,
    matches: &Bits,
    counts: &mut Counts,
) -> tantivy::Result<()> {
    let mut failure = Ok(());
    let mut ordinal = 0;
    let ordinals: Vec<u64> = (0..ranks.column.num_terms() as u64).collect();
    ranks.column.dictionary().sorted_ords_to_term_cb(&ordinals, |value| {
        let rank = ranks.rank(ordinal);
        ordinal += 1;
        if failure.is_err() {
            return;
        }
        let text = String::from_utf8_lossy(value);
        let name = format!("value {} {text}", field.field_id());
        let term = Term::from_field_text(field, &text);
        let query = TermQuery::new(term, IndexRecordOption::Basic);
        let found = query
            .weight(EnableScoring::disabled_from_searcher(searcher))
            .and_then(|weight| filters.set(reader, Some(&name), weight.as_ref()));
        match found {
            Ok(set) => {
                let common = u32::try_from(matches.count_common(&set)).unwrap_or(u32::MAX);
                if common > 0 {
                    counts.add(rank, common);
                }
            }
            Err(error) => failure = Err(error),
        }
    })?;
    failure
}

/// Reads the ordinals of the matches in blocks.
fn count_ordinals(
    ranks: SegmentRanks<'_>,
    reader: &SegmentReader,
    matches: &Bits,
    matching: u64,
    counts: &mut Counts,
) {
    let column = ranks.column.ords();
    let everything = matching == u64::from(reader.max_doc());
    // Many matches are added up by the segment's own ordinals first: a small table, no look-ups.
    let own = matching * 4 > ranks.column.num_terms() as u64;
    if own {
        let mut table = vec![0u32; ranks.column.num_terms()];
        read_ordinals(column, matches, everything, |ordinals| {
            for ordinal in ordinals {
                #[expect(clippy::cast_possible_truncation, reason = "ordinals count terms")]
                if let Some(count) = table.get_mut(*ordinal as usize) {
                    *count += 1;
                }
            }
        });
        for (ordinal, count) in (0u64..).zip(table) {
            if count > 0 {
                counts.add(ranks.rank(ordinal), count);
            }
        }
    } else {
        read_ordinals(column, matches, everything, |ordinals| {
            for ordinal in ordinals {
                counts.add(ranks.rank(*ordinal), 1);
            }
        });
    }
}

fn read_ordinals(
    column: &Column<u64>,
    matches: &Bits,
    everything: bool,
    mut take: impl FnMut(&[u64]),
) {
    let mut values = vec![0u64; BLOCK];
    if everything {
        let total = column.values.num_vals();
        for start in (0..total).step_by(BLOCK) {
            let length = BLOCK.min((total - start) as usize);
            column.values.get_range(u64::from(start), &mut values[..length]);
            take(&values[..length]);
        }
        return;
    }
    let (mut documents, mut owners, mut rows) = (Vec::with_capacity(BLOCK), Vec::new(), Vec::new());
    let mut flush = |documents: &mut Vec<DocId>| {
        let rows: &[u32] = if matches!(column.index, ColumnIndex::Full) {
            documents
        } else {
            owners.clear();
            rows.clear();
            column.row_ids_for_docs(documents, &mut owners, &mut rows);
            &rows
        };
        if values.len() < rows.len() {
            values.resize(rows.len(), 0);
        }
        column.values.get_vals(rows, &mut values[..rows.len()]);
        take(&values[..rows.len()]);
        documents.clear();
    };
    for document in matches.iter() {
        documents.push(document);
        if documents.len() == BLOCK {
            flush(&mut documents);
        }
    }
    flush(&mut documents);
}
