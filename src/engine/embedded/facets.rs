//! Facet counting on the ordinals of a column: exact, whatever the number of segments.

use crate::engine::{EngineFacet, FacetValues};
use std::collections::HashMap;
use std::sync::Arc;
use tantivy::columnar::{Column, StrColumn};
use tantivy::fastfield::FastFieldReaders;
use tantivy::{DocId, TantivyError};

/// Counts the values of one field in one segment.
pub(super) enum SegmentCounter {
    Text {
        column: StrColumn,
        counts: Vec<u32>,
    },
    Number {
        column: Column<i64>,
        counts: HashMap<i64, u64>,
        as_date: bool,
    },
    /// The segment, or the index, has no column for the field.
    Empty,
}

impl SegmentCounter {
    pub(super) fn open(field: &str, columns: &FastFieldReaders) -> tantivy::Result<Self> {
        if let Some(column) = columns.str(field).ok().flatten() {
            let counts = vec![0; column.dictionary().num_terms()];
            return Ok(SegmentCounter::Text { column, counts });
        }
        let number = columns.column_opt::<i64>(field).ok().flatten();
        Ok(match number {
            Some(column) => SegmentCounter::Number {
                column,
                counts: HashMap::new(),
                as_date: !field.contains("_int"),
            },
            None => SegmentCounter::Empty,
        })
    }

    pub(super) fn count(&mut self, document: DocId) {
        match self {
            SegmentCounter::Text { column, counts } => {
                for ordinal in column.term_ords(document) {
                    #[expect(clippy::cast_possible_truncation, reason = "ordinals count terms")]
                    if let Some(count) = counts.get_mut(ordinal as usize) {
                        *count += 1;
                    }
                }
            }
            SegmentCounter::Number { column, counts, .. } => {
                for value in column.values_for_doc(document) {
                    *counts.entry(value).or_default() += 1;
                }
            }
            SegmentCounter::Empty => {}
        }
    }

    pub(super) fn harvest(self) -> tantivy::Result<FieldCounts> {
        let mut found = FieldCounts::default();
        match self {
            SegmentCounter::Text { column, counts } => {
                let present: Vec<u64> =
                    (0u64..).zip(&counts).filter(|(_, c)| **c > 0).map(|(o, _)| o).collect();
                let mut numbers = counts.iter().filter(|count| **count > 0);
                column
                    .dictionary()
                    .sorted_ords_to_term_cb(&present, |term| {
                        let value = String::from_utf8_lossy(term).into_owned();
                        let count = numbers.next().copied().unwrap_or(0);
                        found.counts.insert(value, u64::from(count));
                    })
                    .map_err(|error| TantivyError::IoError(Arc::new(error)))?;
            }
            SegmentCounter::Number { counts, as_date, .. } => {
                for (value, count) in counts {
                    let text = if as_date {
                        crate::text::format_timestamp(value.div_euclid(1000))
                    } else {
                        value.to_string()
                    };
                    found.counts.insert(text, count);
                }
            }
            SegmentCounter::Empty => {}
        }
        Ok(found)
    }
}

/// Values and counts of one field over segments.
#[derive(Debug, Default)]
pub(super) struct FieldCounts {
    counts: HashMap<String, u64>,
}

impl FieldCounts {
    pub(super) fn merge(&mut self, other: FieldCounts) {
        if self.counts.is_empty() {
            self.counts = other.counts;
            return;
        }
        for (value, count) in other.counts {
            *self.counts.entry(value).or_default() += count;
        }
    }

    /// The values in the order and number that the request asks for.
    pub(super) fn ranked(self, facet: &EngineFacet) -> FacetValues {
        let mut values: FacetValues = self.counts.into_iter().collect();
        let limit = facet.limit.unwrap_or(values.len()).min(values.len());
        let order = |a: &(String, u64), b: &(String, u64)| {
            if facet.by_value { a.0.cmp(&b.0) } else { b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)) }
        };
        if limit < values.len() && limit > 0 {
            values.select_nth_unstable_by(limit - 1, order);
        }
        values.truncate(limit);
        values.sort_unstable_by(order);
        values
    }
}
