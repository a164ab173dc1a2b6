//! Wildcards, regular expressions and fuzzy words: the terms they stand for.
//!
//! All documents of a pattern are gathered, however many terms there are, so the counts are exact;
//! the deadline bounds the reading.

use super::super::analysis::{START_WORDS, fold_pattern, is_long_start, starts};
use super::super::layout::Slot;
use super::gathered::{Gathered, Stretch, count};
use super::{Leaf, Lowering, failed};
use crate::config::FieldKind;
use crate::engine::EngineError;
use std::collections::BTreeMap;
use tantivy::Term;
use tantivy::query::{BooleanQuery, FuzzyTermQuery, Query as TantivyQuery};

/// Longest pattern of wildcards or regular expression, in bytes.
const MAX_PATTERN: usize = 1024;
/// Bytes that a compiled regular expression may take.
const MAX_COMPILED: usize = 1 << 20;
/// Terms that a fuzzy word stands for: the nearest ones (search-semantics §4.2).
const MAX_FUZZY: usize = 50;
/// Characters of the shortest beginning that is not indexed: one letter a word, blanks between.
const SHORTEST_LONG_START: usize = 2 * START_WORDS + 1;

/// One step of a wildcard pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Literal(char),
    One,
    Any,
}

impl Lowering<'_> {
    pub(super) fn pattern(
        &self,
        slot: Slot,
        pattern: &str,
        boost: f32,
    ) -> Result<Option<Leaf>, EngineError> {
        if pattern.len() > MAX_PATTERN {
            return Err(EngineError::Invalid("the pattern is too long".to_owned()));
        }
        if matches!(slot.spec.kind, FieldKind::Int | FieldKind::Date) && pattern.ends_with('*') {
            let reason = format!("`{pattern}`: numbers and dates have no beginnings");
            return Err(EngineError::Invalid(reason));
        }
        if !has_terms(slot.spec.kind) {
            return Ok(None);
        }
        let steps = steps(&fold_pattern(slot.spec.kind, pattern));
        if steps.as_slice() == [Step::Any] {
            let name = self.layout.schema.get_field_name(slot.main);
            let exists = self.exists(name, slot);
            let exists = tantivy::query::ConstScoreQuery::new(exists, boost);
            return Ok(Some(Leaf::Other(Box::new(exists))));
        }
        let prefix: String = steps
            .iter()
            .map_while(|step| match step {
                Step::Literal(c) => Some(*c),
                Step::One | Step::Any => None,
            })
            .collect();
        let rest = &steps[prefix.chars().count()..];
        if rest == [Step::Any] {
            let documents = self.documents_of_terms(slot, Stretch::Prefix(&prefix), |_| true)?;
            return Ok(Some(Self::known(documents, boost)));
        }
        let start = prefix.len();
        let matches = |term: &str| term.get(start..).is_some_and(|term| fits(rest, term));
        let documents = self.documents_of_terms(slot, Stretch::Prefix(&prefix), matches)?;
        Ok(Some(Self::known(documents, boost)))
    }

    pub(super) fn regex(
        &self,
        slot: Slot,
        pattern: &str,
        boost: f32,
    ) -> Result<Option<Leaf>, EngineError> {
        if pattern.len() > MAX_PATTERN {
            return Err(EngineError::Invalid("the regular expression is too long".to_owned()));
        }
        if !matches!(slot.spec.kind, FieldKind::String | FieldKind::Text | FieldKind::Proper) {
            return Ok(None);
        }
        let whole = regex::RegexBuilder::new(&format!("^(?:{pattern})$"))
            .size_limit(MAX_COMPILED)
            .dfa_size_limit(MAX_COMPILED)
            .nest_limit(50)
            .build()
            .map_err(|error| EngineError::Invalid(error.to_string()))?;
        let documents =
            self.documents_of_terms(slot, Stretch::Prefix(""), |term| whole.is_match(term))?;
        Ok(Some(Self::known(documents, boost)))
    }

    /// The nearest terms, each weighed by its nearness and as often as the most frequent of them.
    pub(super) fn fuzzy(
        &self,
        slot: Slot,
        text: &str,
        edits: u8,
        boost: f32,
    ) -> Result<Option<Leaf>, EngineError> {
        if !has_terms(slot.spec.kind) {
            return Ok(None);
        }
        let folded = fold_pattern(slot.spec.kind, text);
        if folded.is_empty() {
            return Ok(None);
        }
        if folded.chars().count() > 250 {
            return self.exact(slot, text, boost);
        }
        let edits = edits.min(2);
        let mut found = self.near_terms(slot, &folded, edits)?;
        self.near_starts(slot, &folded, edits, &mut found)?;
        let length = folded.chars().count();
        let mut nearest: Vec<(f32, String, u64)> = found
            .into_iter()
            .map(|(term, frequency)| {
                let distance = strsim::osa_distance(&folded, &term);
                let shorter = length.min(term.chars().count()).max(1);
                #[expect(clippy::cast_precision_loss, reason = "words are short")]
                let nearness = 1.0 - distance as f32 / shorter as f32;
                (nearness, term, frequency)
            })
            .filter(|(nearness, ..)| *nearness > 0.0)
            .collect();
        nearest.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        nearest.truncate(MAX_FUZZY);
        let mut gathered: Vec<Gathered> = Vec::with_capacity(nearest.len());
        for (_, term, frequency) in &mut nearest {
            gathered.push(if *frequency == 0 {
                let documents = self.documents_of(slot, std::slice::from_ref(term))?;
                *frequency = documents.as_deref().map_or(0, count);
                documents
            } else {
                None
            });
        }
        let most = nearest.iter().map(|(.., frequency)| *frequency).max();
        let mut terms: Vec<Box<dyn TantivyQuery>> = Vec::with_capacity(nearest.len());
        for ((nearness, term, _), documents) in nearest.iter().zip(gathered) {
            let boost = boost * nearness;
            let leaf = if documents.is_some() {
                self.weighed(slot, documents, most, boost)?
            } else {
                self.term_group(slot, &[Term::from_field_text(slot.main, term)], most, boost)?
            };
            terms.push(self.alone(leaf));
        }
        Ok(Some(match terms.len() {
            0 => Leaf::NoMatch,
            1 => Leaf::Other(terms.remove(0)),
            _ => Leaf::Other(Box::new(BooleanQuery::union(terms))),
        }))
    }
}

impl Lowering<'_> {
    /// Terms that a few edits make of the asked one, with their documents; 0 where they are not
    /// counted yet.
    fn near_terms(
        &self,
        slot: Slot,
        folded: &str,
        edits: u8,
    ) -> Result<BTreeMap<String, u64>, EngineError> {
        let query = FuzzyTermQuery::new(Term::from_field_text(slot.main, folded), edits, true);
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        let mut read = 0;
        let name = self.layout.schema.get_field_name(slot.main);
        for reader in self.generation.searcher.segment_readers() {
            let automaton = query.automaton().map_err(failed)?;
            if slot.spec.scanned {
                let Some(column) = reader.fast_fields().str(name).map_err(failed)? else {
                    continue;
                };
                let search = column.dictionary().search(automaton);
                let mut terms = search.into_stream().map_err(failed)?;
                while terms.advance() {
                    self.tick(&mut read, 0)?;
                    found.insert(String::from_utf8_lossy(terms.key()).into_owned(), 0);
                }
                continue;
            }
            let inverted = reader.inverted_index(slot.main).map_err(failed)?;
            let mut terms = inverted.terms().search(automaton).into_stream().map_err(failed)?;
            while terms.advance() {
                self.tick(&mut read, 0)?;
                let key = String::from_utf8_lossy(terms.key()).into_owned();
                *found.entry(key).or_default() += u64::from(terms.value().doc_freq);
            }
        }
        Ok(found)
    }

    /// Adds long beginnings of values that a few edits make of the asked one.
    fn near_starts(
        &self,
        slot: Slot,
        folded: &str,
        edits: u8,
        found: &mut BTreeMap<String, u64>,
    ) -> Result<(), EngineError> {
        let Some(whole) = slot.whole else { return Ok(()) };
        let edits_made = usize::from(edits);
        let length = folded.chars().count();
        // An edit makes one word or one letter more at most.
        if starts(folded).count() + edits_made <= START_WORDS
            || length + edits_made < SHORTEST_LONG_START
        {
            return Ok(());
        }
        let asked = Term::from_field_text(whole, folded);
        let query = FuzzyTermQuery::new_prefix(asked, edits, true);
        let mut read = 0;
        for reader in self.generation.searcher.segment_readers() {
            let inverted = reader.inverted_index(whole).map_err(failed)?;
            let automaton = query.automaton().map_err(failed)?;
            let mut values = inverted.terms().search(automaton).into_stream().map_err(failed)?;
            while values.advance() {
                let value = String::from_utf8_lossy(values.key());
                for start in starts(&value) {
                    self.tick(&mut read, start.len())?;
                    if start.chars().count().abs_diff(length) <= edits_made
                        && is_long_start(start)
                        && strsim::osa_distance(folded, start) <= edits_made
                    {
                        found.entry(start.to_owned()).or_default();
                    }
                }
            }
        }
        Ok(())
    }
}

fn has_terms(kind: FieldKind) -> bool {
    !matches!(
        kind,
        FieldKind::Int | FieldKind::Date | FieldKind::DateRange | FieldKind::Geo | FieldKind::Point
    )
}

/// The steps of a folded pattern; `*` runs are one, `\` makes the next character literal.
fn steps(pattern: &str) -> Vec<Step> {
    let mut steps = Vec::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(c) = characters.next() {
        match c {
            '*' if steps.last() == Some(&Step::Any) => {}
            '*' => steps.push(Step::Any),
            '?' => steps.push(Step::One),
            '\\' => steps.extend(characters.next().map(Step::Literal)),
            c => steps.push(Step::Literal(c)),
        }
    }
    steps
}

/// True if the whole text fits the steps. Goes back to the last `*` only, so it takes at most
/// length times length.
fn fits(steps: &[Step], text: &str) -> bool {
    let mut at = 0;
    let mut rest = text.chars();
    let mut star: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        if steps.get(at) == Some(&Step::Any) {
            at += 1;
            star = Some((at, rest.clone()));
            continue;
        }
        let fitting = match (steps.get(at), rest.next()) {
            (None, None) => return true,
            (Some(Step::Literal(wanted)), Some(c)) => *wanted == c,
            (Some(Step::One), Some(_)) => true,
            (Some(_), None) => return false,
            (None, Some(_)) | (Some(Step::Any), _) => false,
        };
        if fitting {
            at += 1;
            continue;
        }
        let Some((after, from)) = &mut star else { return false };
        if from.next().is_none() {
            return false;
        }
        at = *after;
        rest = from.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("kissa", "kissa", true),
            ("kis*", "kissa", true),
            ("k?ssa", "kissa", true),
            ("k?sa", "kissa", false),
            ("*ssa", "kissa", true),
            ("*s*s*a", "kissa", true),
            ("*s*s*s*a", "kissa", false),
            ("k**a", "kissa", true),
            ("a?", "a", false),
            ("ä?ti", "äiti", true),
            (r"a\*b", "a*b", true),
            (r"a\*b", "axb", false),
            ("*", "", true),
            ("?", "", false),
        ] {
            assert_eq!(fits(&steps(pattern), text), expected, "{pattern} {text}");
        }
    }
}
