//! Words, phrases and exact values.

use super::super::analysis::{Word, is_long_start, query_words, single_term};
use super::super::best_of::TermGroup;
use super::super::document::truth;
use super::super::layout::Slot;
use super::super::statistics::{FieldStatistics, LUCENE_SCALE, OneField};
use super::{Leaf, Lowering, failed, places, ranges};
use crate::config::FieldKind;
use crate::engine::EngineError;
use crate::query::{parse_date_span, parse_intersects};
use std::ops::Bound;
use std::sync::Arc;
use tantivy::Term;
use tantivy::query::{
    BooleanQuery, BoostWeight, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, EnableScoring,
    PhraseQuery, Query as TantivyQuery, TermQuery, TermSetQuery, Weight,
};
use tantivy::schema::IndexRecordOption;

/// Alternatives that a phrase may branch into over its words' synonyms.
const MAX_PHRASES: usize = 32;
/// Words of a phrase.
const MAX_PHRASE_WORDS: usize = 256;
/// Moves allowed in a phrase.
const MAX_SLOP: u32 = 100;

impl Lowering<'_> {
    /// One chunk of text; several tokens must all match.
    pub(super) fn word(
        &self,
        slot: Slot,
        text: &str,
        boost: f32,
    ) -> Result<Option<Leaf>, EngineError> {
        if !matches!(slot.spec.kind, FieldKind::Text | FieldKind::Proper) {
            return self.exact(slot, text, boost);
        }
        let words = query_words(slot.spec.kind, text);
        if let [only] = words.as_slice() {
            return Ok(Some(self.one_word(slot, only, boost)?));
        }
        let mut all: Vec<Box<dyn TantivyQuery>> = Vec::with_capacity(words.len());
        for word in &words {
            match self.one_word(slot, word, boost)? {
                Leaf::NoMatch => return Ok(Some(Leaf::NoMatch)),
                leaf => all.push(self.alone(leaf)),
            }
        }
        Ok(match all.len() {
            0 => None,
            _ => Some(Leaf::Other(Box::new(BooleanQuery::intersection(all)))),
        })
    }

    /// The word as written or what means the same, or all its parts.
    fn one_word(&self, slot: Slot, word: &Word, boost: f32) -> Result<Leaf, EngineError> {
        let mut forms = vec![word.original_term()];
        for form in word.synonym_terms() {
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        let whole = self.terms(slot, &forms, boost)?;
        let mut parts = Vec::new();
        for part in word.part_terms() {
            match self.terms(slot, &[part], boost)? {
                Leaf::NoMatch => return Ok(whole),
                leaf => parts.push(self.alone(leaf)),
            }
        }
        let parts: Box<dyn TantivyQuery> = match parts.len() {
            0 => return Ok(whole),
            1 => parts.remove(0),
            _ => Box::new(BooleanQuery::intersection(parts)),
        };
        Ok(Leaf::Other(match whole {
            Leaf::NoMatch => parts,
            whole => Box::new(BooleanQuery::union(vec![self.alone(whole), parts])),
        }))
    }

    /// Terms of a field that count as one.
    pub(super) fn terms(
        &self,
        slot: Slot,
        forms: &[String],
        boost: f32,
    ) -> Result<Leaf, EngineError> {
        let terms: Vec<Term> =
            forms.iter().map(|form| Term::from_field_text(slot.main, form)).collect();
        self.term_group(slot, &terms, None, boost)
    }

    /// As [`Lowering::terms`]; `frequency` is the number of documents to weigh the terms by, if
    /// not that of the most frequent of them.
    pub(super) fn term_group(
        &self,
        slot: Slot,
        terms: &[Term],
        frequency: Option<u64>,
        boost: f32,
    ) -> Result<Leaf, EngineError> {
        let readers = self.generation.searcher.segment_readers();
        let mut postings = Vec::with_capacity(readers.len());
        let mut frequencies = vec![0u64; terms.len()];
        for reader in readers {
            let inverted = reader.inverted_index(slot.main).map_err(failed)?;
            let mut found = Vec::new();
            for (term, frequency) in terms.iter().zip(&mut frequencies) {
                if let Some(info) = inverted.get_term_info(term).map_err(failed)? {
                    *frequency += u64::from(info.doc_freq);
                    found.push(info);
                }
            }
            postings.push(found);
        }
        let most = frequencies.into_iter().max().unwrap_or(0);
        if most == 0 {
            return Ok(Leaf::NoMatch);
        }
        let (weight, lengths) = if self.scored {
            let statistics = self.generation.statistics(slot.main).map_err(failed)?;
            let idf = statistics.idf(frequency.unwrap_or(most));
            (idf * boost, Arc::clone(&statistics.lengths))
        } else {
            (0.0, Arc::new([0.0; 256]))
        };
        Ok(Leaf::Terms(TermGroup { field: slot.main, postings, weight, lengths }))
    }

    /// Equality in fields that hold whole values.
    pub(super) fn exact(
        &self,
        slot: Slot,
        text: &str,
        boost: f32,
    ) -> Result<Option<Leaf>, EngineError> {
        let constant = |query: Box<dyn TantivyQuery>| {
            Ok(Some(Leaf::Other(Box::new(ConstScoreQuery::new(query, boost)))))
        };
        let term = match slot.spec.kind {
            FieldKind::Boolean => truth(text).to_owned(),
            FieldKind::Int => {
                let term = Term::from_field_i64(slot.main, ranges::number(text)?);
                return constant(Box::new(TermQuery::new(term, IndexRecordOption::Basic)));
            }
            FieldKind::Date => {
                let at = Bound::Included(self.instant(text)?);
                return constant(ranges::numbers(slot, at, at));
            }
            FieldKind::DateRange => {
                let span = parse_date_span(text)
                    .ok_or_else(|| EngineError::Invalid(format!("`{text}` is no date range")))?;
                let name = self.layout.schema.get_field_name(slot.main);
                return constant(ranges::spans(name, false, span));
            }
            FieldKind::Geo | FieldKind::Point => {
                let shape = parse_intersects(text).ok_or_else(|| {
                    EngineError::Invalid(format!("`{text}` is no shape to search for"))
                })?;
                let name = self.layout.schema.get_field_name(slot.main);
                return constant(places::meeting(name, slot, &[shape])?);
            }
            kind => match single_term(kind, text) {
                Some(term) => term,
                None => return Ok(None),
            },
        };
        Ok(Some(if has_no_postings(slot, &term) {
            let documents = self.documents_of(slot, &[term])?;
            self.weighed(slot, documents, None, boost)?
        } else {
            self.terms(slot, &[term], boost)?
        }))
    }

    /// Words next to each other.
    pub(super) fn phrase(
        &self,
        slot: Slot,
        text: &str,
        slop: u32,
        boost: f32,
    ) -> Result<Option<Leaf>, EngineError> {
        if !matches!(slot.spec.kind, FieldKind::Text | FieldKind::Proper) {
            return self.exact(slot, text, boost);
        }
        let words = query_words(slot.spec.kind, text);
        match words.as_slice() {
            [] => return Ok(None),
            [only] => return Ok(Some(self.one_word(slot, only, boost)?)),
            words if words.len() > MAX_PHRASE_WORDS => {
                return Err(EngineError::Invalid("the phrase is too long".to_owned()));
            }
            _ => {}
        }
        let mut phrases: Vec<Vec<(usize, Term)>> = vec![Vec::new()];
        for (position, forms) in words.iter().flat_map(steps).enumerate() {
            let terms: Vec<Term> =
                forms.iter().map(|form| Term::from_field_text(slot.main, form)).collect();
            let mut present = Vec::with_capacity(terms.len());
            for term in terms {
                if self.generation.searcher.doc_freq(&term).map_err(failed)? > 0 {
                    present.push(term);
                }
            }
            if present.is_empty() {
                return Ok(Some(Leaf::NoMatch));
            }
            let room = (MAX_PHRASES / phrases.len()).max(1);
            let grown = phrases.iter().flat_map(|phrase| {
                present.iter().take(room).map(move |term| {
                    let mut longer = phrase.clone();
                    longer.push((position, term.clone()));
                    longer
                })
            });
            phrases = grown.collect();
        }
        let statistics = self.generation.statistics(slot.main).map_err(failed)?;
        let mut alternatives: Vec<Box<dyn TantivyQuery>> = Vec::with_capacity(phrases.len());
        for terms in phrases {
            let phrase = PhraseQuery::new_with_offset_and_slop(terms, slop.min(MAX_SLOP));
            let statistics = Arc::clone(&statistics);
            alternatives.push(Box::new(WeighedPhrase { phrase, statistics, boost }));
        }
        Ok(Some(Leaf::Other(match alternatives.len() {
            1 => alternatives.remove(0),
            _ => Box::new(DisjunctionMaxQuery::new(alternatives)),
        })))
    }
}

/// The forms of a word at each of its positions in a phrase.
fn steps(word: &Word) -> Vec<Vec<String>> {
    let parts: Vec<Vec<String>> = word.part_terms().into_iter().map(|part| vec![part]).collect();
    if !parts.is_empty() {
        return parts;
    }
    let mut forms = vec![word.original_term()];
    forms.extend(word.synonym_terms());
    vec![forms]
}

/// A phrase weighed by the statistics of its own field, on Lucene's scale.
#[derive(Debug, Clone)]
struct WeighedPhrase {
    phrase: PhraseQuery,
    statistics: Arc<FieldStatistics>,
    boost: f32,
}

impl TantivyQuery for WeighedPhrase {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let EnableScoring::Enabled { searcher, .. } = scoring else {
            return self.phrase.weight(scoring);
        };
        let own = OneField { statistics: &self.statistics, searcher };
        let scoring = EnableScoring::enabled_from_statistics_provider(&own, searcher);
        let weight = self.phrase.weight(scoring)?;
        Ok(Box::new(BoostWeight::new(weight, self.boost * LUCENE_SCALE)))
    }
}

/// True for a term that a field may hold without having postings for it.
fn has_no_postings(slot: Slot, term: &str) -> bool {
    slot.spec.scanned || (slot.whole.is_some() && is_long_start(term))
}

impl Lowering<'_> {
    /// Any of the values, as the index holds them.
    pub(super) fn any_of(
        &self,
        slot: Slot,
        values: &[String],
    ) -> Result<Box<dyn TantivyQuery>, EngineError> {
        let texts = values.iter().filter_map(|value| match slot.spec.kind {
            FieldKind::Boolean => Some(truth(value).to_owned()),
            FieldKind::Int
            | FieldKind::Date
            | FieldKind::DateRange
            | FieldKind::Geo
            | FieldKind::Point => None,
            kind => single_term(kind, value),
        });
        let (gathered, texts): (Vec<String>, Vec<String>) =
            texts.partition(|text| has_no_postings(slot, text));
        let mut terms: Vec<Term> =
            texts.iter().map(|text| Term::from_field_text(slot.main, text)).collect();
        if slot.spec.kind == FieldKind::Int {
            let numbers = values.iter().filter_map(|value| value.trim().parse().ok());
            terms.extend(numbers.map(|number| Term::from_field_i64(slot.main, number)));
        }
        let listed: Box<dyn TantivyQuery> = match terms.as_slice() {
            [] => Box::new(EmptyQuery),
            [only] => Box::new(TermQuery::new(only.clone(), IndexRecordOption::Basic)),
            _ => Box::new(TermSetQuery::new(terms)),
        };
        if gathered.is_empty() {
            return Ok(listed);
        }
        let gathered = self.alone(Self::known(self.documents_of(slot, &gathered)?, 1.0));
        Ok(Box::new(BooleanQuery::union(vec![listed, gathered])))
    }
}
