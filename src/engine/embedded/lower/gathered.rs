//! Documents of terms, gathered into one set for each segment while a dictionary is read, however
//! many terms there are.
//!
//! Terms are looked for in postings, in the column of a field that is searched by reading it, or,
//! for long beginnings of values, in the field that has the values whole.

use super::super::analysis::starts;
use super::super::best_of::KnownDocuments;
use super::super::bits::Bits;
use super::super::deadline::CLOCK_INTERVAL;
use super::super::layout::Slot;
use super::{GATHERED_MEMORY, Leaf, Lowering, failed};
use crate::engine::EngineError;
use std::ops::RangeInclusive;
use std::sync::Arc;
use tantivy::columnar::StrColumn;
use tantivy::index::SegmentReader;
use tantivy::schema::{Field, IndexRecordOption};

/// One set for each segment; `None` if no term was found.
pub(super) type Gathered = Option<Vec<Arc<Bits>>>;

/// Documents of a column that are read between two looks at the clock.
const BLOCK: u32 = 1 << 16;
/// More runs of neighbouring ordinals than this are not looked for one by one.
const MOST_RUNS: usize = 8;
/// Bytes of text that cost as much as a term.
const TEXT_OF_A_TERM: usize = 256;

/// The part of a dictionary in which terms are looked for.
#[derive(Clone, Copy)]
pub(super) enum Stretch<'a> {
    /// The terms that begin with this.
    Prefix(&'a str),
    /// This term and all after it.
    From(&'a str),
}

impl<'a> Stretch<'a> {
    fn first(self) -> &'a str {
        match self {
            Stretch::Prefix(text) | Stretch::From(text) => text,
        }
    }

    fn holds(self, term: &[u8]) -> bool {
        match self {
            Stretch::Prefix(prefix) => term.starts_with(prefix.as_bytes()),
            Stretch::From(_) => true,
        }
    }
}

impl Lowering<'_> {
    /// The documents of all terms of a field that stand there and match. In a start field these
    /// are the beginnings of its values, all of them.
    pub(super) fn documents_of_terms(
        &self,
        slot: Slot,
        stretch: Stretch<'_>,
        matches: impl Fn(&str) -> bool,
    ) -> Result<Gathered, EngineError> {
        let mut read = 0;
        if slot.spec.scanned {
            return self.documents_of_ordinals(slot, |column, found| {
                let range = column.dictionary().range().ge(stretch.first());
                let mut terms = range.into_stream().map_err(failed)?;
                while terms.advance() && stretch.holds(terms.key()) {
                    self.tick(&mut read, terms.key().len())?;
                    if std::str::from_utf8(terms.key()).is_ok_and(&matches) {
                        found.insert(u32::try_from(terms.term_ord()).unwrap_or(u32::MAX));
                    }
                }
                Ok(())
            });
        }
        let Some(whole) = slot.whole else {
            return self.documents_of_postings(slot.main, stretch, |term, _| Ok(matches(term)));
        };
        // A value is never less than its beginnings, so it is not missed from a term on.
        let shortest = match stretch {
            Stretch::Prefix(prefix) => prefix.len(),
            Stretch::From(_) => 0,
        };
        self.documents_of_postings(whole, stretch, |value, read| {
            for start in starts(value).filter(|start| start.len() >= shortest) {
                self.tick(read, start.len())?;
                if matches(start) {
                    return Ok(true);
                }
            }
            Ok(false)
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
            return self.documents_of_ordinals(slot, |column, found| {
                for term in terms {
                    let ordinal = column.dictionary().term_ord(term).map_err(failed)?;
                    ordinal
                        .into_iter()
                        .for_each(|at| found.insert(u32::try_from(at).unwrap_or(u32::MAX)));
                }
                Ok(())
            });
        }
        let whole = slot.whole.unwrap_or(slot.main);
        let mut all: Gathered = None;
        for term in terms {
            let found = self.documents_of_postings(whole, Stretch::Prefix(term), |value, _| {
                Ok(matches!(value.as_bytes().get(term.len()), None | Some(b' ')))
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

    /// `matches` gets the count of what was read, to add its own work to.
    fn documents_of_postings(
        &self,
        field: Field,
        stretch: Stretch<'_>,
        matches: impl Fn(&str, &mut u64) -> Result<bool, EngineError>,
    ) -> Result<Gathered, EngineError> {
        let mut read = 0;
        self.each_segment(|reader, bits| {
            let mut any = false;
            let inverted = reader.inverted_index(field).map_err(failed)?;
            let range = inverted.terms().range().ge(stretch.first());
            let mut terms = range.into_stream().map_err(failed)?;
            while terms.advance() && stretch.holds(terms.key()) {
                self.tick(&mut read, terms.key().len())?;
                let Ok(term) = std::str::from_utf8(terms.key()) else { continue };
                if !matches(term, &mut read)? {
                    continue;
                }
                any = true;
                let mut postings = inverted
                    .read_block_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)
                    .map_err(failed)?;
                while !postings.docs().is_empty() {
                    postings.docs().iter().for_each(|document| bits.insert(*document));
                    self.tick(&mut read, 0)?;
                    postings.advance();
                }
            }
            Ok(any)
        })
    }

    /// Reads the column of a field for the ordinals of terms that `find` marks for each segment.
    fn documents_of_ordinals(
        &self,
        slot: Slot,
        mut find: impl FnMut(&StrColumn, &mut Bits) -> Result<(), EngineError>,
    ) -> Result<Gathered, EngineError> {
        let name = self.layout.schema.get_field_name(slot.main);
        self.each_segment(|reader, bits| {
            let Some(column) = reader.fast_fields().str(name).map_err(failed)? else {
                return Ok(false);
            };
            let mut found = Bits::empty(u32::try_from(column.num_terms()).unwrap_or(u32::MAX));
            self.account(found.size())?;
            find(&column, &mut found)?;
            let runs = runs(&found);
            if runs.is_empty() {
                return Ok(false);
            }
            let mut documents = Vec::new();
            for start in (0..reader.max_doc()).step_by(BLOCK as usize) {
                let block = start..reader.max_doc().min(start.saturating_add(BLOCK));
                if self.deadline.check() {
                    return Err(EngineError::TimedOut);
                }
                if runs.len() > MOST_RUNS {
                    for document in block {
                        let is_found = |at| u32::try_from(at).is_ok_and(|at| found.contains(at));
                        if column.term_ords(document).any(is_found) {
                            bits.insert(document);
                        }
                    }
                    continue;
                }
                for run in &runs {
                    documents.clear();
                    let run = u64::from(*run.start())..=u64::from(*run.end());
                    column.ords().get_docids_for_value_range(run, block.clone(), &mut documents);
                    documents.iter().for_each(|document| bits.insert(*document));
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
            if self.deadline.check() {
                return Err(EngineError::TimedOut);
            }
            let mut bits = Bits::empty(reader.max_doc());
            self.account(bits.size())?;
            any |= fill(reader, &mut bits)?;
            segments.push(Arc::new(bits));
        }
        Ok(any.then_some(segments))
    }

    /// Looks at the clock from time to time while terms are read; longer texts count for more.
    pub(super) fn tick(&self, read: &mut u64, text: usize) -> Result<(), EngineError> {
        let before = *read / CLOCK_INTERVAL;
        *read += 1 + (text / TEXT_OF_A_TERM) as u64;
        if *read / CLOCK_INTERVAL > before && self.deadline.check() {
            return Err(EngineError::TimedOut);
        }
        Ok(())
    }

    fn account(&self, bytes: usize) -> Result<(), EngineError> {
        let used = self.gathered_bytes.get() + bytes;
        self.gathered_bytes.set(used);
        if used > GATHERED_MEMORY {
            return Err(EngineError::Invalid(
                "too many wildcards, or words of fields that are searched by their columns, for \
                 one search"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

/// Neighbouring ordinals as ranges: all of them, or as many as show that there are too many.
fn runs(found: &Bits) -> Vec<RangeInclusive<u32>> {
    let mut runs: Vec<RangeInclusive<u32>> = Vec::new();
    for ordinal in found.iter() {
        if let Some(last) = runs.last_mut().filter(|last| last.end() + 1 == ordinal) {
            *last = *last.start()..=ordinal;
        } else if runs.len() > MOST_RUNS {
            break;
        } else {
            runs.push(ordinal..=ordinal);
        }
    }
    runs
}

/// How many documents are in the sets.
pub(super) fn count(segments: &[Arc<Bits>]) -> u64 {
    segments.iter().map(|bits| bits.count()).sum()
}
