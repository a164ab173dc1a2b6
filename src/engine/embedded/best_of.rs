//! The best of several parts counts: a word in many fields, with all that it may become in each.
//!
//! The scorer works in windows of documents: every part marks its matches and scores of a window
//! in turn, one block of postings after the other, instead of merging the parts document by
//! document. When the parts are led by something rarer, it looks documents up one by one.

use super::bits::Bits;
use super::deadline::Deadline;
use std::sync::Arc;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::{SegmentId, SegmentReader};
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::query::{EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, DocSet, Score, SeekDangerResult, TERMINATED};

/// Documents of a window.
const WINDOW: u32 = 4096;
const WORDS: usize = WINDOW as usize / 64;
/// A look-up in one posting list costs about as much as reading this many postings.
const LOOKUP_COST: f64 = 16.0;

/// Terms that count as one: their frequencies in a document are summed.
#[derive(Debug, Clone)]
pub(super) struct TermGroup {
    pub(super) field: Field,
    /// For each segment, where the terms' postings are.
    pub(super) postings: Vec<Vec<TermInfo>>,
    /// Inverse document frequency times boost.
    pub(super) weight: f32,
    /// By length code of the field in a document: what is added to the frequency under the line.
    pub(super) lengths: Arc<[f32; 256]>,
}

/// Documents that are known already, all with one score.
#[derive(Debug, Clone)]
pub(super) struct KnownDocuments {
    /// One set for each segment.
    pub(super) segments: Vec<Arc<Bits>>,
    pub(super) score: f32,
}

/// The query.
#[derive(Debug, Default)]
pub(super) struct BestOf {
    pub(super) segments: Arc<Vec<SegmentId>>,
    pub(super) groups: Vec<TermGroup>,
    pub(super) known: Vec<KnownDocuments>,
    pub(super) others: Vec<Box<dyn Query>>,
    pub(super) deadline: Arc<Deadline>,
}

impl Clone for BestOf {
    fn clone(&self) -> Self {
        BestOf {
            segments: Arc::clone(&self.segments),
            groups: self.groups.clone(),
            known: self.known.clone(),
            others: self.others.iter().map(|other| other.box_clone()).collect(),
            deadline: Arc::clone(&self.deadline),
        }
    }
}

struct BestOfWeight {
    query: BestOf,
    others: Vec<Box<dyn Weight>>,
    scored: bool,
}

impl Query for BestOf {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let others = self
            .others
            .iter()
            .map(|other| other.weight(scoring))
            .collect::<tantivy::Result<_>>()?;
        let query = BestOf {
            segments: Arc::clone(&self.segments),
            groups: self.groups.clone(),
            known: self.known.clone(),
            others: Vec::new(),
            deadline: Arc::clone(&self.deadline),
        };
        Ok(Box::new(BestOfWeight { query, others, scored: scoring.is_scoring_enabled() }))
    }
}

impl Weight for BestOfWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let id = reader.segment_id();
        let Some(segment) = self.query.segments.iter().position(|segment| *segment == id) else {
            return Ok(Box::new(EmptyScorer));
        };
        let mut groups = Vec::with_capacity(self.query.groups.len());
        for group in &self.query.groups {
            let infos = &group.postings[segment];
            if infos.is_empty() {
                continue;
            }
            let inverted = reader.inverted_index(group.field)?;
            let option =
                if self.scored { IndexRecordOption::WithFreqs } else { IndexRecordOption::Basic };
            let mut lists = Vec::with_capacity(infos.len());
            for info in infos {
                let postings = inverted.read_block_postings_from_terminfo(info, option)?;
                lists.push(List { postings, at: 0 });
            }
            let norms = if self.scored {
                reader.fieldnorms_readers().get_field(group.field)?
            } else {
                None
            };
            groups.push(GroupCursor {
                lists,
                norms,
                weight: group.weight * boost,
                lengths: Arc::clone(&group.lengths),
            });
        }
        let known = self.query.known.iter().map(|known| KnownCursor {
            bits: Arc::clone(&known.segments[segment]),
            score: known.score * boost,
        });
        let known = known.filter(|known| known.bits.count() > 0).collect();
        let mut others = Vec::with_capacity(self.others.len());
        for other in &self.others {
            let scorer = other.scorer(reader, boost)?;
            if scorer.doc() != TERMINATED {
                others.push(scorer);
            }
        }
        let mut scorer = BestOfScorer {
            groups,
            known,
            others,
            scored: self.scored,
            documents: reader.max_doc(),
            matches: 0,
            window: 0,
            end: 0,
            marks: [0; WORDS],
            scores: if self.scored { vec![0.0; WINDOW as usize] } else { Vec::new() },
            frequencies: Vec::new(),
            document: 0,
            looked_up: None,
            deadline: Arc::clone(&self.query.deadline),
        };
        scorer.matches = scorer.most_matches();
        scorer.document = scorer.next_window(0);
        if scorer.document == TERMINATED {
            return Ok(Box::new(EmptyScorer));
        }
        Ok(Box::new(scorer))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        let found = scorer.seek(doc) == doc;
        Ok(Explanation::new("best of its parts", if found { scorer.score() } else { 0.0 }))
    }
}

struct List {
    postings: BlockSegmentPostings,
    at: usize,
}

impl List {
    fn document(&self) -> DocId {
        self.postings.docs().get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.document() < target {
            self.at = self.postings.seek(target);
        }
        self.document()
    }

    /// Calls `mark` with every document below `end` and its frequency.
    #[inline]
    fn read_below(&mut self, end: DocId, mut mark: impl FnMut(DocId, u32)) {
        loop {
            let documents = self.postings.docs();
            if documents.is_empty() {
                return;
            }
            // A whole block is read without asking for the end at every document.
            let upto = if documents[documents.len() - 1] < end {
                documents.len()
            } else {
                self.at + documents[self.at..].partition_point(|document| *document < end)
            };
            for (at, document) in (self.at..).zip(&documents[self.at..upto]) {
                mark(*document, self.postings.freq(at));
            }
            self.at = upto;
            if upto < documents.len() {
                return;
            }
            self.postings.advance();
            self.at = 0;
        }
    }
}

struct GroupCursor {
    lists: Vec<List>,
    norms: Option<FieldNormReader>,
    weight: f32,
    lengths: Arc<[f32; 256]>,
}

impl GroupCursor {
    #[inline]
    fn score(&self, document: DocId, frequency: u32) -> f32 {
        let code = self.norms.as_ref().map_or(1, |norms| norms.fieldnorm_id(document));
        #[expect(clippy::cast_precision_loss, reason = "frequencies are small")]
        let frequency = frequency as f32;
        self.weight * frequency / (frequency + self.lengths[usize::from(code)])
    }
}

struct KnownCursor {
    bits: Arc<Bits>,
    score: f32,
}

struct BestOfScorer {
    groups: Vec<GroupCursor>,
    known: Vec<KnownCursor>,
    others: Vec<Box<dyn Scorer>>,
    scored: bool,
    documents: u32,
    /// No more documents than this match.
    matches: u32,
    window: DocId,
    /// Nothing below this is read again.
    end: DocId,
    marks: [u64; WORDS],
    scores: Vec<f32>,
    frequencies: Vec<u32>,
    document: DocId,
    /// Score of the document if it was looked up instead of read in a window.
    looked_up: Option<f32>,
    deadline: Arc<Deadline>,
}

#[inline]
fn raise(marks: &mut [u64; WORDS], scores: &mut [f32], at: u32, score: f32) {
    let (word, bit) = ((at / 64) as usize, 1u64 << (at % 64));
    let slot = &mut scores[at as usize];
    if marks[word] & bit == 0 {
        marks[word] |= bit;
        *slot = score;
    } else if score > *slot {
        *slot = score;
    }
}

impl BestOfScorer {
    fn most_matches(&self) -> u32 {
        let lists = self.groups.iter().flat_map(|group| &group.lists);
        let postings: u64 = lists.map(|list| u64::from(list.postings.doc_freq())).sum();
        let known: u64 = self.known.iter().map(|known| known.bits.count()).sum();
        let others: u64 = self.others.iter().map(|other| u64::from(other.size_hint())).sum();
        u32::try_from(postings + known + others).unwrap_or(u32::MAX).min(self.documents)
    }

    /// First document at or after `from` that any part stands on.
    fn first_from(&mut self, from: DocId) -> DocId {
        let mut first = TERMINATED;
        for list in self.groups.iter_mut().flat_map(|group| &mut group.lists) {
            first = first.min(list.seek(from));
        }
        for known in &self.known {
            first = first.min(known.bits.first_from(from));
        }
        for other in &mut self.others {
            let document = other.doc();
            first = first.min(if document < from { other.seek(from) } else { document });
        }
        first
    }

    /// Reads the window that holds the first match at or after `from`, and returns that match.
    fn next_window(&mut self, from: DocId) -> DocId {
        self.looked_up = None;
        let first = if self.deadline.check() { TERMINATED } else { self.first_from(from) };
        if first == TERMINATED {
            self.end = TERMINATED;
            self.document = TERMINATED;
            return TERMINATED;
        }
        self.window = first & !63;
        self.end = self.window.saturating_add(WINDOW).min(TERMINATED);
        self.marks = [0; WORDS];
        self.fill();
        // Parts may stand on documents before `first` only if they were looked up one by one.
        self.marks[0] &= u64::MAX << (first % 64);
        self.document = first;
        first
    }

    fn fill(&mut self) {
        let (window, end, scored) = (self.window, self.end, self.scored);
        let marks = &mut self.marks;
        let scores = &mut self.scores;
        for group in &mut self.groups {
            if !scored {
                for list in &mut group.lists {
                    list.read_below(end, |document, _| {
                        let at = document - window;
                        marks[(at / 64) as usize] |= 1 << (at % 64);
                    });
                }
            } else if let [_] = group.lists.as_slice() {
                let mut lists = std::mem::take(&mut group.lists);
                lists[0].read_below(end, |document, frequency| {
                    let score = group.score(document, frequency);
                    raise(marks, scores, document - window, score);
                });
                group.lists = lists;
            } else {
                self.frequencies.clear();
                self.frequencies.resize(WINDOW as usize, 0);
                for list in &mut group.lists {
                    list.read_below(end, |document, frequency| {
                        self.frequencies[(document - window) as usize] += frequency;
                    });
                }
                for (at, frequency) in (0u32..).zip(&self.frequencies) {
                    if *frequency > 0 {
                        raise(marks, scores, at, group.score(window + at, *frequency));
                    }
                }
            }
        }
        for known in &self.known {
            for (at, word) in known.bits.words_from(window).take(WORDS).enumerate() {
                if scored {
                    let mut rest = word;
                    while rest != 0 {
                        #[expect(clippy::cast_possible_truncation, reason = "below the window")]
                        let document = at as u32 * 64 + rest.trailing_zeros();
                        raise(marks, scores, document, known.score);
                        rest &= rest - 1;
                    }
                } else {
                    marks[at] |= word;
                }
            }
        }
        for other in &mut self.others {
            while other.doc() < end {
                let at = other.doc() - window;
                if scored {
                    let score = other.score();
                    raise(marks, scores, at, score);
                } else {
                    marks[(at / 64) as usize] |= 1 << (at % 64);
                }
                other.advance();
            }
        }
    }

    /// First marked document of the window at or after `from`.
    fn marked_from(&self, from: DocId) -> Option<DocId> {
        let offset = from - self.window;
        let mut word = (offset / 64) as usize;
        let mut rest = *self.marks.get(word)? & (u64::MAX << (offset % 64));
        while rest == 0 {
            word += 1;
            rest = *self.marks.get(word)?;
        }
        #[expect(clippy::cast_possible_truncation, reason = "words of a window are few")]
        Some(self.window + word as u32 * 64 + rest.trailing_zeros())
    }

    /// Looks one document up in every part.
    fn look_up(&mut self, target: DocId) -> SeekDangerResult {
        let mut best: Option<f32> = None;
        let mut next = TERMINATED;
        let mut better = |score: f32| {
            if best.is_none_or(|best| score > best) {
                best = Some(score);
            }
        };
        for group in &mut self.groups {
            let mut frequency = 0;
            for list in &mut group.lists {
                let document = list.seek(target);
                if document == target {
                    frequency += list.postings.freq(list.at);
                } else {
                    next = next.min(document);
                }
            }
            if frequency > 0 {
                better(if self.scored { group.score(target, frequency) } else { 0.0 });
            }
        }
        for known in &self.known {
            if known.bits.contains(target) {
                better(known.score);
            } else {
                next = next.min(target + 1);
            }
        }
        for other in &mut self.others {
            let document = other.doc();
            let document = if document < target { other.seek(target) } else { document };
            if document == target {
                better(other.score());
            } else {
                next = next.min(document);
            }
        }
        self.end = target;
        self.looked_up = best;
        if best.is_some() {
            self.document = target;
            return SeekDangerResult::Found;
        }
        self.document = next;
        SeekDangerResult::SeekLowerBound(next)
    }
}

impl DocSet for BestOfScorer {
    fn advance(&mut self) -> DocId {
        if self.document == TERMINATED {
            return TERMINATED;
        }
        self.seek(self.document + 1)
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if target >= TERMINATED || (self.document == TERMINATED && self.looked_up.is_none()) {
            self.document = TERMINATED;
            return TERMINATED;
        }
        if self.document >= target && self.looked_up.is_none() && self.document < self.end {
            return self.document;
        }
        if target < self.end && self.looked_up.is_none() {
            if let Some(document) = self.marked_from(target) {
                self.document = document;
                return document;
            }
            return self.next_window(self.end);
        }
        self.next_window(target)
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        if target >= TERMINATED {
            self.document = TERMINATED;
            return SeekDangerResult::SeekLowerBound(TERMINATED);
        }
        if target < self.document {
            // Nothing matches between the last target and the document.
            return SeekDangerResult::SeekLowerBound(self.document);
        }
        if target < self.end && self.looked_up.is_none() {
            let offset = target - self.window;
            if self.marks[(offset / 64) as usize] >> (offset % 64) & 1 == 1 {
                self.document = target;
                return SeekDangerResult::Found;
            }
            return SeekDangerResult::SeekLowerBound(self.marked_from(target).unwrap_or(self.end));
        }
        let gap = f64::from(target.saturating_sub(self.end.min(target)).max(1));
        let density = f64::from(self.matches) / f64::from(self.documents.max(1));
        let parts = self.groups.len() + self.known.len() + self.others.len();
        #[expect(clippy::cast_precision_loss, reason = "parts are few")]
        if density * gap > parts as f64 * LOOKUP_COST {
            if self.deadline.has_passed() {
                self.document = TERMINATED;
                return SeekDangerResult::SeekLowerBound(TERMINATED);
            }
            self.looked_up = None;
            return self.look_up(target);
        }
        let document = self.next_window(target);
        if document == target {
            SeekDangerResult::Found
        } else {
            SeekDangerResult::SeekLowerBound(document)
        }
    }

    fn fill_buffer(&mut self, buffer: &mut [DocId; COLLECT_BLOCK_BUFFER_LEN]) -> usize {
        for (filled, slot) in buffer.iter_mut().enumerate() {
            if self.document == TERMINATED {
                return filled;
            }
            *slot = self.document;
            self.advance();
        }
        buffer.len()
    }

    fn doc(&self) -> DocId {
        self.document
    }

    fn size_hint(&self) -> u32 {
        self.matches
    }
}

impl Scorer for BestOfScorer {
    fn score(&mut self) -> Score {
        if let Some(score) = self.looked_up {
            return score;
        }
        if !self.scored {
            return 0.0;
        }
        self.scores[(self.document - self.window) as usize]
    }
}
