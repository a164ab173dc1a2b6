//! Expanded query nodes → tantivy queries.
//!
//! `None` stands for a node of which analysis leaves nothing (punctuation only): it drops out of
//! the clause around it (search-semantics §4.1).

use super::analysis::{Word, fold_pattern, query_words, single_term};
use super::document::is_true;
use super::layout::{Layout, Slot, upper_name};
use crate::config::FieldKind;
use crate::engine::EngineError;
use crate::query::{Bool, DateSpan, Query, RangeEnd, parse_date_span, parse_instant};
use std::ops::Bound;
use tantivy::index::SegmentReader;
use tantivy::query::doc_predicate_query::{DocPredicateQuery, FunctionPredicate};
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery,
    ExistsQuery, FuzzyTermQuery, Occur, PhraseQuery, Query as TantivyQuery, RangeQuery, RegexQuery,
    TermQuery, TermSetQuery,
};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Term};

type Lowered = Option<Box<dyn TantivyQuery>>;

/// Alternatives that a phrase may branch into over its words' synonyms.
const MAX_PHRASES: usize = 32;
/// Longest pattern of wildcards or regular expression.
const MAX_PATTERN: usize = 1024;

/// Lowers queries for one layout at one moment.
pub(super) struct Lowering<'a> {
    pub(super) layout: &'a Layout,
    /// Milliseconds since 1970, for `NOW`.
    pub(super) now: i64,
}

impl Lowering<'_> {
    /// The query for tantivy; nothing left means nothing found.
    pub(super) fn query(&self, query: &Query) -> Result<Box<dyn TantivyQuery>, EngineError> {
        Ok(self.node(query)?.unwrap_or_else(|| Box::new(EmptyQuery)))
    }

    fn node(&self, query: &Query) -> Result<Lowered, EngineError> {
        Ok(match query {
            Query::All => Some(Box::new(AllQuery)),
            Query::None => Some(Box::new(EmptyQuery)),
            Query::Bool(parts) => self.boolean(parts)?,
            Query::DisMax(parts) => self.best_of(parts)?,
            Query::Boost(inner, weight) => self
                .node(inner)?
                .map(|inner| Box::new(BoostQuery::new(inner, *weight)) as Box<dyn TantivyQuery>),
            Query::Word { field, text } => self.on(field, |slot| self.word(slot, text))?,
            Query::Phrase { field, text, slop } => {
                self.on(field, |slot| self.phrase(slot, text, *slop))?
            }
            Query::Pattern { field, pattern } => {
                self.on(field, |slot| pattern_query(slot, pattern))?
            }
            Query::Fuzzy { field, text, edits } => {
                self.on(field, |slot| Ok(fuzzy(slot, text, *edits)))?
            }
            Query::Regex { field, pattern } => self.on(field, |slot| regex(slot, pattern))?,
            Query::Range { field, lower, upper } => {
                self.on(field, |slot| self.range(field, slot, lower, upper))?
            }
            Query::DateRange { field, within, span } => {
                self.on(field, |_| Ok(Some(date_range(field, *within, *span))))?
            }
            Query::Exists { field } => self.on(field, |slot| Ok(Some(self.exists(field, slot))))?,
            Query::In { field, values } => self.on(field, |slot| Ok(Some(any_of(slot, values))))?,
            Query::Geo { .. } | Query::Near { .. } => {
                return Err(EngineError::Invalid("places cannot be searched yet".to_owned()));
            }
            Query::EDisMax(_) | Query::ClassicDisMax(_) | Query::Lucene { .. } => {
                return Err(EngineError::Invalid("the query was not expanded".to_owned()));
            }
        })
    }

    /// Runs `lower` on the field's slot; a field that the index does not hold matches nothing.
    fn on(
        &self,
        field: &str,
        lower: impl FnOnce(Slot) -> Result<Lowered, EngineError>,
    ) -> Result<Lowered, EngineError> {
        match self.layout.slot(field) {
            Some(slot) => lower(slot),
            None => Ok(Some(Box::new(EmptyQuery))),
        }
    }

    fn boolean(&self, parts: &Bool) -> Result<Lowered, EngineError> {
        let mut clauses: Vec<(Occur, Box<dyn TantivyQuery>)> = Vec::new();
        let roles = [
            (Occur::Must, &parts.must),
            (Occur::Should, &parts.should),
            (Occur::MustNot, &parts.must_not),
        ];
        for (occur, queries) in roles {
            for query in queries {
                if let Some(lowered) = self.node(query)? {
                    clauses.push((occur, lowered));
                }
            }
        }
        if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            return Ok(None);
        }
        Ok(Some(Box::new(BooleanQuery::new(clauses))))
    }

    fn best_of(&self, parts: &[Query]) -> Result<Lowered, EngineError> {
        let mut lowered = Vec::with_capacity(parts.len());
        for part in parts {
            lowered.extend(self.node(part)?);
        }
        Ok(match lowered.len() {
            0 => None,
            1 => lowered.pop(),
            _ => Some(Box::new(DisjunctionMaxQuery::new(lowered))),
        })
    }

    fn word(&self, slot: Slot, text: &str) -> Result<Lowered, EngineError> {
        match slot.spec.kind {
            FieldKind::Text | FieldKind::Proper => {
                let words = query_words(slot.spec.kind, text);
                let mut all: Vec<Box<dyn TantivyQuery>> =
                    words.iter().map(|word| one_word(slot, word)).collect();
                Ok(match all.len() {
                    0 => None,
                    1 => all.pop(),
                    _ => Some(Box::new(BooleanQuery::intersection(all))),
                })
            }
            _ => self.exact(slot, text),
        }
    }

    /// Equality in fields that hold whole values.
    fn exact(&self, slot: Slot, text: &str) -> Result<Lowered, EngineError> {
        let term = match slot.spec.kind {
            FieldKind::Boolean if is_true(text) => "true".to_owned(),
            FieldKind::Boolean => {
                // Only `true` is indexed; everything else is false (schema: absent).
                let all = vec![
                    (Occur::Must, Box::new(AllQuery) as Box<dyn TantivyQuery>),
                    (Occur::MustNot, term_query(slot, "true")),
                ];
                return Ok(Some(Box::new(BooleanQuery::new(all))));
            }
            FieldKind::Int => {
                return Ok(Some(match text.trim().parse::<i64>() {
                    Ok(number) => {
                        let term = Term::from_field_i64(slot.main, number);
                        Box::new(TermQuery::new(term, IndexRecordOption::Basic))
                    }
                    Err(_) => Box::new(EmptyQuery),
                }));
            }
            FieldKind::Date => {
                let at = self.instant(text)?;
                return Ok(Some(number_range(slot, Bound::Included(at), Bound::Included(at))));
            }
            FieldKind::DateRange => {
                let span = parse_date_span(text)
                    .ok_or_else(|| EngineError::Invalid(format!("`{text}` is no date range")))?;
                let name = self.layout.schema.get_field_name(slot.main);
                return Ok(Some(date_range(name, false, span)));
            }
            kind => match single_term(kind, text) {
                Some(term) => term,
                None => return Ok(None),
            },
        };
        Ok(Some(term_query(slot, &term)))
    }

    fn phrase(&self, slot: Slot, text: &str, slop: u32) -> Result<Lowered, EngineError> {
        if !matches!(slot.spec.kind, FieldKind::Text | FieldKind::Proper) {
            return self.exact(slot, text);
        }
        let words = query_words(slot.spec.kind, text);
        if let [only] = words.as_slice() {
            return Ok(Some(one_word(slot, only)));
        }
        let mut phrases: Vec<Vec<(usize, Term)>> = vec![Vec::new()];
        let mut position = 0;
        for word in &words {
            let mut steps: Vec<Vec<String>> =
                word.part_terms().into_iter().map(|p| vec![p]).collect();
            if steps.is_empty() {
                let mut forms = vec![word.original_term()];
                forms.extend(word.synonym_terms());
                steps.push(forms);
            }
            for forms in steps {
                let room = (MAX_PHRASES / phrases.len()).max(1);
                let grown = phrases.iter().flat_map(|phrase| {
                    forms.iter().take(room).map(move |form| {
                        let mut longer = phrase.clone();
                        longer.push((position, Term::from_field_text(slot.main, form)));
                        longer
                    })
                });
                phrases = grown.collect();
                position += 1;
            }
        }
        let slop = slop.min(100);
        let mut alternatives: Vec<Box<dyn TantivyQuery>> = Vec::new();
        for terms in phrases {
            match terms.as_slice() {
                [] => return Ok(None),
                [(_, only)] => alternatives
                    .push(Box::new(TermQuery::new(only.clone(), IndexRecordOption::WithFreqs))),
                _ => {
                    alternatives.push(Box::new(PhraseQuery::new_with_offset_and_slop(terms, slop)))
                }
            }
        }
        Ok(match alternatives.len() {
            1 => alternatives.pop(),
            _ => Some(Box::new(DisjunctionMaxQuery::new(alternatives))),
        })
    }

    fn instant(&self, text: &str) -> Result<i64, EngineError> {
        parse_instant(text, self.now)
            .ok_or_else(|| EngineError::Invalid(format!("invalid date `{text}`")))
    }

    fn range(
        &self,
        field: &str,
        slot: Slot,
        lower: &RangeEnd,
        upper: &RangeEnd,
    ) -> Result<Lowered, EngineError> {
        let kind = slot.spec.kind;
        if matches!((lower, upper), (RangeEnd::Open, RangeEnd::Open)) {
            return Ok(Some(self.exists(field, slot)));
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
                Ok(Some(date_range(field, false, span)))
            }
            FieldKind::Date => {
                let (lower, upper) = (
                    self.bound(lower, |t| self.instant(t))?,
                    self.bound(upper, |t| self.instant(t))?,
                );
                Ok(Some(number_range(slot, lower, upper)))
            }
            FieldKind::Int => {
                let number = |text: &str| {
                    let number = text.trim().parse::<i64>();
                    number.map_err(|_| EngineError::Invalid(format!("`{text}` is no number")))
                };
                let (lower, upper) = (self.bound(lower, number)?, self.bound(upper, number)?);
                Ok(Some(number_range(slot, lower, upper)))
            }
            _ => {
                let term =
                    |text: &str| Ok(Term::from_field_text(slot.main, &fold_pattern(kind, text)));
                let (lower, upper) = (self.bound(lower, term)?, self.bound(upper, term)?);
                let range = RangeQuery::new(lower, upper);
                Ok(Some(Box::new(ConstScoreQuery::new(Box::new(range), 1.0))))
            }
        }
    }

    fn bound<T>(
        &self,
        end: &RangeEnd,
        read: impl Fn(&str) -> Result<T, EngineError>,
    ) -> Result<Bound<T>, EngineError> {
        Ok(match end {
            RangeEnd::Open => Bound::Unbounded,
            RangeEnd::Inclusive(text) => Bound::Included(read(text)?),
            RangeEnd::Exclusive(text) => Bound::Excluded(read(text)?),
        })
    }

    fn exists(&self, field: &str, slot: Slot) -> Box<dyn TantivyQuery> {
        let query: Box<dyn TantivyQuery> = if slot.spec.doc_values {
            Box::new(ExistsQuery::new(field.to_owned(), false))
        } else {
            let term = Term::from_field_text(self.layout.present, field);
            Box::new(TermQuery::new(term, IndexRecordOption::Basic))
        };
        Box::new(ConstScoreQuery::new(query, 1.0))
    }
}

fn term_query(slot: Slot, term: &str) -> Box<dyn TantivyQuery> {
    let option = match slot.spec.kind {
        FieldKind::Text | FieldKind::Proper => IndexRecordOption::WithFreqs,
        _ => IndexRecordOption::Basic,
    };
    Box::new(TermQuery::new(Term::from_field_text(slot.main, term), option))
}

/// The word as written, or its parts, or a word that means the same.
fn one_word(slot: Slot, word: &Word) -> Box<dyn TantivyQuery> {
    let mut alternatives = vec![term_query(slot, &word.original_term())];
    alternatives.extend(word.synonym_terms().iter().map(|term| term_query(slot, term)));
    let mut parts: Vec<_> = word.part_terms().iter().map(|part| term_query(slot, part)).collect();
    match parts.len() {
        0 => {}
        1 => alternatives.append(&mut parts),
        _ => alternatives.push(Box::new(BooleanQuery::intersection(parts))),
    }
    match alternatives.pop() {
        Some(only) if alternatives.is_empty() => only,
        last => {
            alternatives.extend(last);
            Box::new(DisjunctionMaxQuery::new(alternatives))
        }
    }
}

fn number_range(slot: Slot, lower: Bound<i64>, upper: Bound<i64>) -> Box<dyn TantivyQuery> {
    let term = |number: i64| Term::from_field_i64(slot.main, number);
    let range = RangeQuery::new(lower.map(term), upper.map(term));
    Box::new(ConstScoreQuery::new(Box::new(range), 1.0))
}

/// Any of the values, as the index holds them.
fn any_of(slot: Slot, values: &[String]) -> Box<dyn TantivyQuery> {
    let terms = values.iter().filter_map(|value| {
        let term = match slot.spec.kind {
            FieldKind::Boolean => Some(if is_true(value) { "true" } else { "false" }.to_owned()),
            kind => single_term(kind, value),
        };
        term.map(|term| Term::from_field_text(slot.main, &term))
    });
    let terms: Vec<Term> = terms.collect();
    match terms.as_slice() {
        [] => Box::new(EmptyQuery),
        [only] => Box::new(TermQuery::new(only.clone(), IndexRecordOption::Basic)),
        _ => Box::new(TermSetQuery::new(terms)),
    }
}

/// Letters that mean something in a regular expression.
fn push_literal(c: char, out: &mut String) {
    if !c.is_alphanumeric() && c.is_ascii() && c != ' ' {
        out.push('\\');
    }
    out.push(c);
}

fn pattern_query(slot: Slot, pattern: &str) -> Result<Lowered, EngineError> {
    if pattern.len() > MAX_PATTERN {
        return Err(EngineError::Invalid("the pattern is too long".to_owned()));
    }
    if matches!(slot.spec.kind, FieldKind::Int | FieldKind::Date | FieldKind::DateRange) {
        return Ok(None);
    }
    let folded = fold_pattern(slot.spec.kind, pattern);
    let mut expression = String::with_capacity(folded.len() * 2);
    let mut characters = folded.chars();
    while let Some(c) = characters.next() {
        match c {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            '\\' => characters.next().into_iter().for_each(|c| push_literal(c, &mut expression)),
            c => push_literal(c, &mut expression),
        }
    }
    automaton(slot, &expression)
}

fn regex(slot: Slot, pattern: &str) -> Result<Lowered, EngineError> {
    if pattern.len() > MAX_PATTERN {
        return Err(EngineError::Invalid("the regular expression is too long".to_owned()));
    }
    if !matches!(slot.spec.kind, FieldKind::String | FieldKind::Text | FieldKind::Proper) {
        return Ok(None);
    }
    automaton(slot, pattern)
}

fn automaton(slot: Slot, expression: &str) -> Result<Lowered, EngineError> {
    let query = RegexQuery::from_pattern(expression, slot.main)
        .map_err(|error| EngineError::Invalid(error.to_string()))?;
    Ok(Some(Box::new(ConstScoreQuery::new(Box::new(query), 1.0))))
}

fn fuzzy(slot: Slot, text: &str, edits: u8) -> Lowered {
    let kind = slot.spec.kind;
    if matches!(kind, FieldKind::Int | FieldKind::Date | FieldKind::DateRange) {
        return None;
    }
    let folded = fold_pattern(kind, text);
    let term = Term::from_field_text(slot.main, &folded);
    Some(Box::new(FuzzyTermQuery::new(term, edits.min(2), true)))
}

/// Spans that meet, or all lie within, the asked span (engine-mapping §7).
fn date_range(field: &str, within: bool, span: DateSpan) -> Box<dyn TantivyQuery> {
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
    Box::new(ConstScoreQuery::new(Box::new(query), 1.0))
}
