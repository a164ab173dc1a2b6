//! Documents of terms, gathered into one set for each segment while a dictionary is read, however
//! many terms there are.
//!
//! Terms are looked for in postings, in the column of a field that is searched by reading it, or,
//! for long beginnings of values, in the field that has the values whole.

use super::super::analysis::starts;
use super::super::bits::Bits;
use super::super::deadline::CLOCK_INTERVAL;
use super::super::layout::Slot;
use super::{Leaf, Lowering, PATTERN_MEMORY, failed};
use crate::engine::EngineError;
use crate::engine::embedded::best_of::KnownDocuments;
use std::sync::Arc;
use tantivy::columnar::StrColumn;
use tantivy::index::SegmentReader;
use tantivy::schema::{Field, IndexRecordOption};

/// One set for each segment; `None` if no term was found.
pub(super) type Gathered = Option<Vec<Arc<Bits>>>;

impl Lowering<'_> {
    /// The documents of all terms of a field that begin with `prefix` and match. In a start field
    /// these are the beginnings of its values, all of them.
    pub(super) fn documents_of_terms(
        &self,
        slot: Slot,
        prefix: &str,
        matches: impl Fn(&str) -> bool,
    ) -> Result<Gathered, EngineError> {
        if slot.spec.scanned {
            return self.documents_of_ordinals(slot, |column| {
                let range = column.dictionary().range().ge(prefix);
                let mut terms = range.into_stream().map_err(failed)?;
                let mut found = Vec::new();
                let mut read = 0;
                while terms.advance() && terms.key().starts_with(prefix.as_bytes()) {
                    self.tick(&mut read)?;
                    if std::str::from_utf8(terms.key()).is_ok_and(&matches) {
                        found.push(terms.term_ord());
                    }
                }
                Ok(found)
            });
        }
        let Some(whole) = slot.whole else {
            return self.documents_of_postings(slot.main, prefix, matches);
        };
        self.documents_of_postings(whole, prefix, |value| {
            starts(value).filter(|start| start.len() >= prefix.len()).any(&matches)
        })
    }

    /// The documents that have any of the terms in a field without postings for them: a field that
    /// is searched by its column, or long beginnings in a start field.
    pub(super) fn documents_of(
        &self,
        slot: Slot,
        terms: &[String],
    ) -> Result<Gathered, EngineError> {
        if slot.spec.scanned {
            return self.documents_of_ordinals(slot, |column| {
                let mut found = Vec::with_capacity(terms.len());
                for term in terms {
                    found.extend(column.dictionary().term_ord(term).map_err(failed)?);
                }
                found.sort_unstable();
                found.dedup();
                Ok(found)
            });
        }
        let whole = slot.whole.unwrap_or(slot.main);
        let mut all: Gathered = None;
        for term in terms {
            let found = self.documents_of_postings(whole, term, |value| {
                matches!(value.as_bytes().get(term.len()), None | Some(b' '))
            })?;
            all = match (all, found) {
                (Some(mut all), Some(found)) => {
                    for (own, other) in all.iter_mut().zip(&found) {
                        Arc::make_mut(own).unite(other);
                    }
                    Some(all)
                }
                (all, found) => all.or(found),
            };
        }
        Ok(all)
    }

    /// Gathered documents with one score.
    pub(super) fn known(documents: Gathered, score: f32) -> Leaf {
        documents.map_or(Leaf::NoMatch, |segments| Leaf::Known(KnownDocuments { segments, score }))
    }

    /// Gathered documents, weighed as one term that so many documents have.
    pub(super) fn weighed(
        &self,
        slot: Slot,
        documents: Gathered,
        frequency: Option<u64>,
        boost: f32,
    ) -> Result<Leaf, EngineError> {
        let Some(segments) = documents else { return Ok(Leaf::NoMatch) };
        if !self.scored {
            return Ok(Self::known(Some(segments), 0.0));
        }
        let frequency = frequency.unwrap_or_else(|| count(&segments));
        let statistics = self.generation.statistics(slot.main).map_err(failed)?;
        // A term that stands once in a field without lengths.
        let score = statistics.idf(frequency) * boost / (1.0 + statistics.lengths[1]);
        Ok(Self::known(Some(segments), score))
    }

    fn documents_of_postings(
        &self,
        field: Field,
        prefix: &str,
        matches: impl Fn(&str) -> bool,
    ) -> Result<Gathered, EngineError> {
        let mut read = 0;
        self.each_segment(|reader, bits| {
            let mut any = false;
            let inverted = reader.inverted_index(field).map_err(failed)?;
            let mut terms = inverted.terms().range().ge(prefix).into_stream().map_err(failed)?;
            while terms.advance() && terms.key().starts_with(prefix.as_bytes()) {
                self.tick(&mut read)?;
                if !std::str::from_utf8(terms.key()).is_ok_and(&matches) {
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
            Ok(any)
        })
    }

    /// Reads the column of a field for the ordinals of terms, in ascending order, that `find`
    /// gives for each segment.
    fn documents_of_ordinals(
        &self,
        slot: Slot,
        find: impl Fn(&StrColumn) -> Result<Vec<u64>, EngineError>,
    ) -> Result<Gathered, EngineError> {
        let name = self.layout.schema.get_field_name(slot.main);
        self.each_segment(|reader, bits| {
            let Some(column) = reader.fast_fields().str(name).map_err(failed)? else {
                return Ok(false);
            };
            let ordinals = find(&column)?;
            let (Some(first), Some(last)) = (ordinals.first(), ordinals.last()) else {
                return Ok(false);
            };
            let all = reader.max_doc();
            if last - first + 1 == ordinals.len() as u64 {
                let mut documents = Vec::new();
                column.ords().get_docids_for_value_range(*first..=*last, 0..all, &mut documents);
                documents.into_iter().for_each(|document| bits.insert(document));
            } else {
                for document in 0..all {
                    let mut own = column.term_ords(document);
                    if own.any(|ordinal| ordinals.binary_search(&ordinal).is_ok()) {
                        bits.insert(document);
                    }
                }
            }
            Ok(true)
        })
    }

    /// Lets `fill` mark the documents of each segment; it returns whether it found any term.
    fn each_segment(
        &self,
        mut fill: impl FnMut(&SegmentReader, &mut Bits) -> Result<bool, EngineError>,
    ) -> Result<Gathered, EngineError> {
        let mut segments = Vec::new();
        let mut any = false;
        for reader in self.generation.searcher.segment_readers() {
            let mut bits = Bits::empty(reader.max_doc());
            self.account(bits.size())?;
            any |= fill(reader, &mut bits)?;
            segments.push(Arc::new(bits));
        }
        Ok(any.then_some(segments))
    }

    /// Looks at the clock from time to time while a dictionary is read.
    pub(super) fn tick(&self, read: &mut u64) -> Result<(), EngineError> {
        *read += 1;
        if read.is_multiple_of(CLOCK_INTERVAL) && self.deadline.check() {
            return Err(EngineError::TimedOut);
        }
        Ok(())
    }

    fn account(&self, bytes: usize) -> Result<(), EngineError> {
        let used = self.pattern_bytes.get() + bytes;
        self.pattern_bytes.set(used);
        if used > PATTERN_MEMORY {
            return Err(EngineError::Invalid("too many wildcards for one search".to_owned()));
        }
        Ok(())
    }
}

/// How many documents are in the sets.
pub(super) fn count(segments: &[Arc<Bits>]) -> u64 {
    segments.iter().map(|bits| bits.count()).sum()
}
