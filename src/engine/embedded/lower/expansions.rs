//! Wildcards, regular expressions and fuzzy words: the terms they stand for.
//!
//! A pattern's documents are gathered into one set for each segment while the dictionary is read,
//! however many terms there are, so the counts are exact; the deadline bounds the reading.

use super::super::analysis::fold_pattern;
use super::super::best_of::KnownDocuments;
use super::super::bits::Bits;
use super::super::deadline::CLOCK_INTERVAL;
use super::super::layout::Slot;
use super::{Leaf, Lowering, PATTERN_MEMORY, failed};
use crate::config::FieldKind;
use crate::engine::EngineError;
use std::collections::BTreeMap;
use std::sync::Arc;
use tantivy::Term;
use tantivy::query::{BooleanQuery, FuzzyTermQuery, Query as TantivyQuery};
use tantivy::schema::IndexRecordOption;

/// Longest pattern of wildcards or regular expression, in bytes.
const MAX_PATTERN: usize = 1024;
/// Bytes that a compiled regular expression may take.
const MAX_COMPILED: usize = 1 << 20;
/// Terms that a fuzzy word stands for: the nearest ones (search-semantics §4.2).
const MAX_FUZZY: usize = 50;

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
            return self.documents_of_terms(slot, &prefix, |_| true, boost).map(Some);
        }
        let start = prefix.len();
        let matches = |term: &str| term.get(start..).is_some_and(|term| fits(rest, term));
        self.documents_of_terms(slot, &prefix, matches, boost).map(Some)
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
        self.documents_of_terms(slot, "", |term| whole.is_match(term), boost).map(Some)
    }

    /// The documents of all terms that begin with `prefix` and match.
    fn documents_of_terms(
        &self,
        slot: Slot,
        prefix: &str,
        matches: impl Fn(&str) -> bool,
        boost: f32,
    ) -> Result<Leaf, EngineError> {
        let mut segments = Vec::new();
        let mut any = false;
        let mut read = 0u64;
        for reader in self.generation.searcher.segment_readers() {
            let mut bits = Bits::empty(reader.max_doc());
            self.account(bits.size())?;
            let inverted = reader.inverted_index(slot.main).map_err(failed)?;
            let mut terms = inverted.terms().range().ge(prefix).into_stream().map_err(failed)?;
            while terms.advance() {
                read += 1;
                if read.is_multiple_of(CLOCK_INTERVAL) && self.deadline.check() {
                    return Err(EngineError::TimedOut);
                }
                let key = terms.key();
                if !key.starts_with(prefix.as_bytes()) {
                    break;
                }
                if !std::str::from_utf8(key).is_ok_and(&matches) {
                    continue;
                }
                any = true;
                let mut postings = inverted
                    .read_block_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)
                    .map_err(failed)?;
                while !postings.docs().is_empty() {
                    postings.docs().iter().for_each(|document| bits.insert(*document));
                    postings.advance();
                }
            }
            segments.push(Arc::new(bits));
        }
        if !any {
            return Ok(Leaf::NoMatch);
        }
        Ok(Leaf::Known(KnownDocuments { segments, score: boost }))
    }

    fn account(&self, bytes: usize) -> Result<(), EngineError> {
        let used = self.pattern_bytes.get() + bytes;
        self.pattern_bytes.set(used);
        if used > PATTERN_MEMORY {
            return Err(EngineError::Invalid("too many wildcards for one search".to_owned()));
        }
        Ok(())
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
        let asked = Term::from_field_text(slot.main, &folded);
        let query = FuzzyTermQuery::new(asked, edits.min(2), true);
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        let mut read = 0u64;
        for reader in self.generation.searcher.segment_readers() {
            let inverted = reader.inverted_index(slot.main).map_err(failed)?;
            let automaton = query.automaton().map_err(failed)?;
            let mut terms = inverted.terms().search(automaton).into_stream().map_err(failed)?;
            while terms.advance() {
                read += 1;
                if read.is_multiple_of(CLOCK_INTERVAL) && self.deadline.check() {
                    return Err(EngineError::TimedOut);
                }
                let key = String::from_utf8_lossy(terms.key()).into_owned();
                *found.entry(key).or_default() += u64::from(terms.value().doc_freq);
            }
        }
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
        let most = nearest.iter().map(|(.., frequency)| *frequency).max();
        let mut terms: Vec<Box<dyn TantivyQuery>> = Vec::with_capacity(nearest.len());
        for (nearness, term, _) in &nearest {
            let term = Term::from_field_text(slot.main, term);
            terms.push(self.alone(self.term_group(slot, &[term], most, boost * nearness)?));
        }
        Ok(Some(match terms.len() {
            0 => Leaf::NoMatch,
            1 => Leaf::Other(terms.remove(0)),
            _ => Leaf::Other(Box::new(BooleanQuery::union(terms))),
        }))
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
