//! Ranges of terms, numbers, instants and spans of time; fields that have a value.

use super::super::analysis::fold_pattern;
use super::super::layout::{Slot, upper_name};
use super::Lowering;
use super::gathered::Stretch;
use crate::config::FieldKind;
use crate::engine::EngineError;
use crate::query::{DateSpan, RangeEnd, parse_date_span, parse_instant};
use std::ops::{Bound, RangeBounds};
use tantivy::index::SegmentReader;
use tantivy::query::doc_predicate_query::{DocPredicateQuery, FunctionPredicate};
use tantivy::query::{ExistsQuery, Query as TantivyQuery, RangeQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Term};

impl Lowering<'_> {
    pub(super) fn instant(&self, text: &str) -> Result<i64, EngineError> {
        parse_instant(text, self.now)
            .ok_or_else(|| EngineError::Invalid(format!("invalid date `{text}`")))
    }

    pub(super) fn range(
        &self,
        field: &str,
        slot: Slot,
        lower: &RangeEnd,
        upper: &RangeEnd,
    ) -> Result<Box<dyn TantivyQuery>, EngineError> {
        let kind = slot.spec.kind;
        if matches!((lower, upper), (RangeEnd::Open, RangeEnd::Open)) {
            return Ok(self.exists(field, slot));
        }
        match kind {
            FieldKind::DateRange => {
                let end = |end: &RangeEnd| match end {
                    RangeEnd::Open => "*".to_owned(),
                    RangeEnd::Inclusive(text) | RangeEnd::Exclusive(text) => text.clone(),
                };
                let text = format!("[{} TO {}]", end(lower), end(upper));
                let span = parse_date_span(&text)
                    .ok_or_else(|| EngineError::Invalid(format!("`{text}` is no date range")))?;
                Ok(spans(field, false, span))
            }
            FieldKind::Date => Ok(numbers(
                slot,
                bound(lower, |text| self.instant(text))?,
                bound(upper, |text| self.instant(text))?,
            )),
            FieldKind::Int => Ok(numbers(slot, bound(lower, number)?, bound(upper, number)?)),
            FieldKind::Geo | FieldKind::Point => {
                Err(EngineError::Invalid(format!("the field {field} has no ranges")))
            }
            FieldKind::Start => {
                let text = |text: &str| Ok(fold_pattern(kind, text));
                let (lower, upper) = (bound(lower, text)?, bound(upper, text)?);
                let asked =
                    (lower.as_ref().map(String::as_str), upper.as_ref().map(String::as_str));
                let from = match asked.0 {
                    Bound::Included(text) | Bound::Excluded(text) => text,
                    Bound::Unbounded => "",
                };
                let matches = |term: &str| RangeBounds::<str>::contains(&asked, term);
                let documents = self.documents_of_terms(slot, Stretch::From(from), matches)?;
                Ok(self.alone(Self::known(documents, 1.0)))
            }
            _ => {
                let term =
                    |text: &str| Ok(Term::from_field_text(slot.main, &fold_pattern(kind, text)));
                Ok(Box::new(RangeQuery::new(bound(lower, term)?, bound(upper, term)?)))
            }
        }
    }

    pub(super) fn exists(&self, field: &str, slot: Slot) -> Box<dyn TantivyQuery> {
        if slot.spec.doc_values {
            return Box::new(ExistsQuery::new(field.to_owned(), false));
        }
        let term = Term::from_field_text(self.layout.present, field);
        Box::new(TermQuery::new(term, IndexRecordOption::Basic))
    }
}

/// The number that a text is.
pub(super) fn number(text: &str) -> Result<i64, EngineError> {
    let number = text.trim().parse();
    number.map_err(|_| EngineError::Invalid(format!("`{text}` is no number")))
}

fn bound<T>(
    end: &RangeEnd,
    read: impl Fn(&str) -> Result<T, EngineError>,
) -> Result<Bound<T>, EngineError> {
    Ok(match end {
        RangeEnd::Open => Bound::Unbounded,
        RangeEnd::Inclusive(text) => Bound::Included(read(text)?),
        RangeEnd::Exclusive(text) => Bound::Excluded(read(text)?),
    })
}

/// Numbers, or instants in milliseconds, between two ends.
pub(super) fn numbers(slot: Slot, lower: Bound<i64>, upper: Bound<i64>) -> Box<dyn TantivyQuery> {
    let term = |number: i64| Term::from_field_i64(slot.main, number);
    Box::new(RangeQuery::new(lower.map(term), upper.map(term)))
}

/// Spans that meet, or all lie within, the asked span (engine-mapping §7). The ends of a
/// document's spans stand in two columns in the same order.
pub(super) fn spans(field: &str, within: bool, span: DateSpan) -> Box<dyn TantivyQuery> {
    let (lower_name, upper_name) = (field.to_owned(), upper_name(field));
    let predicate = FunctionPredicate::from(move |reader: &SegmentReader| {
        let columns = reader.fast_fields();
        let lower = columns.column_opt::<i64>(&lower_name)?;
        let upper = columns.column_opt::<i64>(&upper_name)?;
        Ok(move |document: DocId| {
            let (Some(lower), Some(upper)) = (&lower, &upper) else { return false };
            let mut spans =
                lower.values_for_doc(document).zip(upper.values_for_doc(document)).peekable();
            if within {
                spans.peek().is_some() && spans.all(|(from, to)| from >= span.from && to <= span.to)
            } else {
                spans.any(|(from, to)| from <= span.to && to >= span.from)
            }
        })
    });
    let query: DocPredicateQuery = predicate.into();
    Box::new(query)
}
