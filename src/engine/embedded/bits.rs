//! Sets of documents of one segment, one bit a document.

use std::sync::Arc;
use tantivy::query::Scorer;
use tantivy::{DocId, DocSet, Score, TERMINATED};

/// A set of documents of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// No document of a segment with this many.
    pub(super) fn empty(documents: u32) -> Self {
        Bits { words: vec![0; documents.div_ceil(64) as usize] }
    }

    /// All documents of a segment with this many.
    pub(super) fn full(documents: u32) -> Self {
        let mut words = vec![u64::MAX; documents.div_ceil(64) as usize];
        if !documents.is_multiple_of(64)
            && let Some(last) = words.last_mut()
        {
            *last = (1 << (documents % 64)) - 1;
        }
        Bits { words }
    }

    #[inline]
    pub(super) fn insert(&mut self, document: DocId) {
        self.words[(document / 64) as usize] |= 1 << (document % 64);
    }

    #[inline]
    pub(super) fn contains(&self, document: DocId) -> bool {
        self.words.get((document / 64) as usize).is_some_and(|w| w >> (document % 64) & 1 == 1)
    }

    /// Keeps what is in both.
    pub(super) fn intersect(&mut self, other: &Bits) {
        for (own, other) in self.words.iter_mut().zip(&other.words) {
            *own &= other;
        }
    }

    /// Adds what is in the other.
    pub(super) fn unite(&mut self, other: &Bits) {
        for (own, other) in self.words.iter_mut().zip(&other.words) {
            *own |= other;
        }
    }

    /// How many documents.
    pub(super) fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// How many documents are in both.
    pub(super) fn count_common(&self, other: &Bits) -> u64 {
        let common = self.words.iter().zip(&other.words).map(|(a, b)| (a & b).count_ones());
        common.map(u64::from).sum()
    }

    /// The documents in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = DocId> + '_ {
        (0u32..).step_by(64).zip(&self.words).flat_map(|(start, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    start + bit
                })
            })
        })
    }

    /// Bytes of memory.
    pub(super) fn size(&self) -> usize {
        self.words.len() * 8
    }

    /// The words from a document on that starts one.
    pub(super) fn words_from(&self, document: DocId) -> impl Iterator<Item = u64> + '_ {
        self.words.iter().skip((document / 64) as usize).copied()
    }

    /// First document at or after `from`, or `TERMINATED`.
    pub(super) fn first_from(&self, from: DocId) -> DocId {
        let mut at = (from / 64) as usize;
        let Some(word) = self.words.get(at) else { return TERMINATED };
        let mut rest = word & (u64::MAX << (from % 64));
        loop {
            if rest != 0 {
                #[expect(clippy::cast_possible_truncation, reason = "documents are u32")]
                return at as u32 * 64 + rest.trailing_zeros();
            }
            at += 1;
            match self.words.get(at) {
                Some(word) => rest = *word,
                None => return TERMINATED,
            }
        }
    }
}

/// Walks a shared set; scores a constant.
pub(super) struct BitsScorer {
    bits: Arc<Bits>,
    document: DocId,
    size: u32,
    score: Score,
}

impl BitsScorer {
    pub(super) fn new(bits: Arc<Bits>, score: Score) -> Self {
        let size = u32::try_from(bits.count()).unwrap_or(u32::MAX);
        let document = bits.first_from(0);
        BitsScorer { bits, document, size, score }
    }
}

impl DocSet for BitsScorer {
    fn advance(&mut self) -> DocId {
        if self.document != TERMINATED {
            self.document = self.bits.first_from(self.document + 1);
        }
        self.document
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.document < target {
            self.document = self.bits.first_from(target);
        }
        self.document
    }

    fn doc(&self) -> DocId {
        self.document
    }

    fn size_hint(&self) -> u32 {
        self.size
    }
}

impl Scorer for BitsScorer {
    fn score(&mut self) -> Score {
        self.score
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_documents() {
        let mut bits = Bits::empty(130);
        for document in [0, 63, 64, 129] {
            bits.insert(document);
        }
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 63, 64, 129]);
        assert_eq!((bits.count(), Bits::full(130).count()), (4, 130));
        assert_eq!(bits.count_common(&Bits::full(130)), 4);
        assert!(bits.contains(129) && !bits.contains(128) && !bits.contains(100_000));
        let mut scorer = BitsScorer::new(Arc::new(bits), 1.0);
        assert_eq!(scorer.doc(), 0);
        assert_eq!(scorer.seek(65), 129);
        assert_eq!(scorer.advance(), TERMINATED);
        assert_eq!(scorer.advance(), TERMINATED);
        assert_eq!(BitsScorer::new(Arc::new(Bits::empty(0)), 1.0).doc(), TERMINATED);
    }
}
