//! Expanded query nodes → tantivy queries over one generation of the index.
//!
//! `None` stands for a node of which analysis leaves nothing (punctuation only): it drops out of
//! the clause around it (search-semantics §4.1). Weights travel down to the leaves, where a word
//! that no document has in a field is dropped before anything is read.

mod expansions;
mod gathered;
mod leaves;
mod places;
mod ranges;

use super::best_of::{BestOf, KnownDocuments, TermGroup};
use super::deadline::Deadline;
use super::generation::Generation;
use super::layout::{Layout, Slot};
use crate::engine::EngineError;
use crate::query::{Bool, Query};
use std::cell::Cell;
use std::sync::Arc;
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, EmptyQuery, Occur, Query as TantivyQuery,
};

type Lowered = Option<Box<dyn TantivyQuery>>;

/// Bytes that the gathered documents of one request may take.
const GATHERED_MEMORY: usize = 256 << 20;
/// Levels of nodes; the parsers allow fewer.
const MAX_DEPTH: usize = 128;

/// Lowers queries for one generation at one moment.
pub(super) struct Lowering<'a> {
    pub(super) layout: &'a Layout,
    pub(super) generation: &'a Generation,
    /// Milliseconds since 1970, for `NOW`.
    pub(super) now: i64,
    /// Scores are wanted.
    pub(super) scored: bool,
    pub(super) deadline: Arc<Deadline>,
    /// Bytes of document sets gathered so far.
    pub(super) gathered_bytes: Cell<usize>,
}

/// What a node without clauses becomes.
enum Leaf {
    Terms(TermGroup),
    Known(KnownDocuments),
    Other(Box<dyn TantivyQuery>),
    /// It has words, but no document has them.
    NoMatch,
}

/// What is said when the index library fails while a query is prepared.
fn failed(error: impl Into<tantivy::TantivyError>) -> EngineError {
    EngineError::Index { doing: "preparing a query", source: Box::new(error.into()) }
}

impl<'a> Lowering<'a> {
    /// The same moment and generation without scores.
    pub(super) fn unscored(&self) -> Lowering<'a> {
        Lowering {
            scored: false,
            deadline: Arc::clone(&self.deadline),
            gathered_bytes: self.gathered_bytes.clone(),
            ..*self
        }
    }

    /// The query for tantivy; nothing left means nothing found.
    pub(super) fn query(&self, query: &Query) -> Result<Box<dyn TantivyQuery>, EngineError> {
        Ok(self.node(query, 1.0, 0)?.unwrap_or_else(|| Box::new(EmptyQuery)))
    }

    fn node(&self, query: &Query, boost: f32, depth: usize) -> Result<Lowered, EngineError> {
        if depth > MAX_DEPTH {
            return Err(EngineError::Invalid("the query is nested too deeply".to_owned()));
        }
        Ok(match query {
            Query::Boost(inner, weight) => self.node(inner, boost * weight, depth + 1)?,
            Query::Bool(parts) => self.boolean(parts, boost, depth + 1)?,
            Query::DisMax(parts) => self.best_of(parts, boost, depth + 1)?,
            leaf => match self.leaf(leaf, boost)? {
                Some(leaf) => Some(self.alone(leaf)),
                None => None,
            },
        })
    }

    /// Sorts a leaf into what the best of a group can take.
    fn leaf(&self, query: &Query, boost: f32) -> Result<Option<Leaf>, EngineError> {
        let other = |query: Box<dyn TantivyQuery>| {
            Some(Leaf::Other(Box::new(ConstScoreQuery::new(query, boost))))
        };
        Ok(match query {
            Query::All => other(Box::new(AllQuery)),
            Query::None => Some(Leaf::NoMatch),
            Query::Word { field, text } => self.on(field, |slot| self.word(slot, text, boost))?,
            Query::Phrase { field, text, slop } => {
                self.on(field, |slot| self.phrase(slot, text, *slop, boost))?
            }
            Query::Pattern { field, pattern } => {
                self.on(field, |slot| self.pattern(slot, pattern, boost))?
            }
            Query::Regex { field, pattern } => {
                self.on(field, |slot| self.regex(slot, pattern, boost))?
            }
            Query::Fuzzy { field, text, edits } => {
                self.on(field, |slot| self.fuzzy(slot, text, *edits, boost))?
            }
            Query::Range { field, lower, upper } => {
                self.on(field, |slot| Ok(other(self.range(field, slot, lower, upper)?)))?
            }
            Query::DateRange { field, within, span } => {
                self.on(field, |_| Ok(other(ranges::spans(field, *within, *span))))?
            }
            Query::Exists { field } => {
                self.on(field, |slot| Ok(other(self.exists(field, slot))))?
            }
            Query::In { field, values } => {
                self.on(field, |slot| Ok(other(self.any_of(slot, values)?)))?
            }
            Query::Geo { field, shapes } => {
                self.on(field, |slot| Ok(other(places::meeting(field, slot, shapes)?)))?
            }
            Query::Near { field, centre, kilometres } => self.on(field, |slot| {
                let near = places::near(field, slot, *centre, *kilometres, boost)?;
                Ok(Some(Leaf::Other(near)))
            })?,
            Query::EDisMax(_) | Query::ClassicDisMax(_) | Query::Lucene { .. } => {
                return Err(EngineError::Invalid("the query was not expanded".to_owned()));
            }
            Query::Boost(..) | Query::Bool(_) | Query::DisMax(_) => None,
        })
    }

    /// Runs `lower` on the field's slot; a field that the index does not hold matches nothing.
    fn on(
        &self,
        field: &str,
        lower: impl FnOnce(Slot) -> Result<Option<Leaf>, EngineError>,
    ) -> Result<Option<Leaf>, EngineError> {
        match self.layout.slot(field) {
            Some(slot) => lower(slot),
            None => Ok(Some(Leaf::NoMatch)),
        }
    }

    /// A leaf that is a clause of its own.
    fn alone(&self, leaf: Leaf) -> Box<dyn TantivyQuery> {
        match leaf {
            Leaf::NoMatch => Box::new(EmptyQuery),
            Leaf::Other(query) => query,
            Leaf::Terms(group) => Box::new(BestOf { groups: vec![group], ..self.no_parts() }),
            Leaf::Known(known) => Box::new(BestOf { known: vec![known], ..self.no_parts() }),
        }
    }

    fn no_parts(&self) -> BestOf {
        BestOf {
            segments: Arc::clone(&self.generation.segments),
            deadline: Arc::clone(&self.deadline),
            ..BestOf::default()
        }
    }

    fn boolean(&self, parts: &Bool, boost: f32, depth: usize) -> Result<Lowered, EngineError> {
        let mut clauses: Vec<(Occur, Box<dyn TantivyQuery>)> = Vec::new();
        let roles = [
            (Occur::Must, &parts.must),
            (Occur::Should, &parts.should),
            (Occur::MustNot, &parts.must_not),
        ];
        for (occur, queries) in roles {
            for query in queries {
                if let Some(lowered) = self.node(query, boost, depth)? {
                    clauses.push((occur, lowered));
                }
            }
        }
        if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            return Ok(None);
        }
        // Optional clauses beside required ones only add to a score.
        if !self.scored && clauses.iter().any(|(occur, _)| *occur == Occur::Must) {
            clauses.retain(|(occur, _)| *occur != Occur::Should);
        }
        Ok(Some(Box::new(BooleanQuery::new(clauses))))
    }

    fn best_of(&self, parts: &[Query], boost: f32, depth: usize) -> Result<Lowered, EngineError> {
        let mut best = self.no_parts();
        let mut has_words = false;
        let mut open: Vec<(&Query, f32)> = parts.iter().rev().map(|part| (part, boost)).collect();
        while let Some((part, boost)) = open.pop() {
            match part {
                Query::Boost(inner, weight) => open.push((inner, boost * weight)),
                Query::DisMax(inner) => open.extend(inner.iter().rev().map(|part| (part, boost))),
                Query::Bool(_) => {
                    let lowered = self.node(part, boost, depth)?;
                    has_words |= lowered.is_some();
                    best.others.extend(lowered);
                }
                leaf => {
                    let leaf = self.leaf(leaf, boost)?;
                    has_words |= leaf.is_some();
                    match leaf {
                        Some(Leaf::Terms(group)) => best.groups.push(group),
                        Some(Leaf::Known(known)) => add_known(&mut best.known, known),
                        Some(Leaf::Other(query)) => best.others.push(query),
                        Some(Leaf::NoMatch) | None => {}
                    }
                }
            }
        }
        Ok(match (has_words, best.groups.len() + best.known.len(), best.others.len()) {
            (false, ..) => None,
            (true, 0, 0) => Some(Box::new(EmptyQuery)),
            (true, 0, 1) => best.others.pop(),
            _ => Some(Box::new(best)),
        })
    }
}

/// Sets of one score become one set.
fn add_known(all: &mut Vec<KnownDocuments>, known: KnownDocuments) {
    let same = all.iter_mut().find(|other| other.score.to_bits() == known.score.to_bits());
    match same {
        Some(same) => {
            for (own, other) in same.segments.iter_mut().zip(&known.segments) {
                Arc::make_mut(own).unite(other);
            }
        }
        None => all.push(known),
    }
}
