//! Answers that are asked again and again, kept ready for the threads that serve sockets.
//!
//! An answer is kept as long as the data are those it was made from ([`SearchService::version`]);
//! nothing else could change it.
//!
//! [`SearchService::version`]: crate::search::SearchService::version

use super::Answer;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;

/// Bytes of all answers that are kept, and of one.
const CAPACITY: u64 = 32 << 20;
const LARGEST: usize = 256 << 10;
/// What an answer takes beside its body and its address.
const OVERHEAD: u64 = 512;

#[derive(Clone)]
struct Kept {
    version: u64,
    answer: Arc<Answer>,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<String, Kept> for ByBytes {
    fn weight(&self, query: &String, kept: &Kept) -> u64 {
        let bytes = query.len().saturating_add(kept.answer.body.len());
        u64::try_from(bytes).unwrap_or(CAPACITY).saturating_add(OVERHEAD)
    }
}

/// Answers by query string.
pub(super) struct AnswerCache {
    answers: Cache<String, Kept, ByBytes>,
}

impl AnswerCache {
    pub(super) fn new() -> Self {
        // The number of entries is an estimate for the cache's own tables.
        AnswerCache { answers: Cache::with_weighter(8 << 10, CAPACITY, ByBytes) }
    }

    /// The answer to this query string, if it was made from data of this version.
    pub(super) fn get(&self, query: &str, version: u64) -> Option<Arc<Answer>> {
        let kept = self.answers.get(query)?;
        (kept.version == version).then_some(kept.answer)
    }

    /// Keeps an answer that was made from data of this version.
    pub(super) fn put(&self, query: &str, version: u64, answer: &Answer) {
        if answer.body.len() <= LARGEST {
            let kept = Kept { version, answer: Arc::new(answer.clone()) };
            self.answers.insert(query.to_owned(), kept);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &[u8]) -> Answer {
        Answer { status: 200, headers: Vec::new(), body: body.to_vec() }
    }

    #[test]
    fn answers_are_kept_for_one_version_of_the_data() {
        let cache = AnswerCache::new();
        cache.put("id=a", 1, &answer(b"old"));
        assert_eq!(cache.get("id=a", 1).map(|a| a.body.clone()), Some(b"old".to_vec()));
        assert!(cache.get("id=a", 2).is_none());
        assert!(cache.get("id=b", 1).is_none());
        cache.put("id=a", 2, &answer(b"new"));
        assert_eq!(cache.get("id=a", 2).map(|a| a.body.clone()), Some(b"new".to_vec()));
    }

    #[test]
    fn the_memory_is_bounded() {
        let cache = AnswerCache::new();
        cache.put("large", 1, &answer(&vec![b'x'; LARGEST + 1]));
        assert!(cache.get("large", 1).is_none());
        for number in 0..400 {
            cache.put(&format!("id={number}"), 1, &answer(&vec![b'x'; LARGEST]));
        }
        assert!(cache.answers.weight() <= CAPACITY);
        assert!(cache.answers.len() < 400);
    }
}
