//! Filters as sets of documents, kept by segment: a filter that comes again costs nothing.

use super::bits::Bits;
use super::generation::lock;
use super::recent::Recent;
use crate::query::Query;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tantivy::index::SegmentId;
use tantivy::query::Weight;
use tantivy::{Searcher, SegmentReader};

/// Bytes of document sets that are kept.
const FILTER_MEMORY: usize = 256 << 20;
/// Filters that were met once and are remembered until they come again.
const REMEMBERED: usize = 4096;

/// The document sets of filters.
pub(super) struct FilterCache {
    sets: Recent<Bits>,
    met: Mutex<HashMap<String, u64>>,
}

fn key_of(segment: SegmentId, filter: &str) -> String {
    format!("{}|{filter}", segment.uuid_string())
}

/// What tells one filter from another; `None` for a filter that means something else every
/// millisecond.
pub(super) fn filter_key(filter: &Query) -> Option<String> {
    let key = format!("{filter:?}");
    (!key.contains("NOW")).then_some(key)
}

impl FilterCache {
    pub(super) fn new() -> Self {
        FilterCache { sets: Recent::new(FILTER_MEMORY), met: Mutex::default() }
    }

    /// True if the filter was met before; it is worth keeping then.
    pub(super) fn was_met(&self, filter: &str) -> bool {
        let mut met = lock(&self.met);
        if met.len() >= REMEMBERED && !met.contains_key(filter) {
            met.clear();
        }
        let times = met.entry(filter.to_owned()).or_default();
        *times += 1;
        *times > 1
    }

    /// The sets of a filter in all segments, if all are kept.
    pub(super) fn known(&self, searcher: &Searcher, filter: &str) -> Option<Vec<Arc<Bits>>> {
        let segments = searcher.segment_readers().iter();
        segments.map(|reader| self.sets.get(&key_of(reader.segment_id(), filter))).collect()
    }

    /// The set of a filter in a segment, deleted documents included.
    pub(super) fn set(
        &self,
        reader: &SegmentReader,
        filter: Option<&str>,
        weight: &dyn Weight,
    ) -> tantivy::Result<Arc<Bits>> {
        let key = filter.map(|filter| key_of(reader.segment_id(), filter));
        if let Some(known) = key.as_ref().and_then(|key| self.sets.get(key)) {
            return Ok(known);
        }
        let mut bits = Bits::empty(reader.max_doc());
        weight.for_each_no_score(reader, &mut |documents| {
            documents.iter().for_each(|document| bits.insert(*document));
        })?;
        let bits = Arc::new(bits);
        if let Some(key) = key {
            self.sets.put(key, Arc::clone(&bits), bits.size());
        }
        Ok(bits)
    }

    /// The documents of a segment that are not deleted; `None` for all.
    pub(super) fn alive(&self, reader: &SegmentReader) -> Option<Arc<Bits>> {
        let alive = reader.alive_bitset()?;
        let state = format!("alive {:?}", reader.delete_opstamp());
        let key = key_of(reader.segment_id(), &state);
        if let Some(known) = self.sets.get(&key) {
            return Some(known);
        }
        let mut bits = Bits::empty(reader.max_doc());
        (0..reader.max_doc()).filter(|document| alive.is_alive(*document)).for_each(|document| {
            bits.insert(document);
        });
        let bits = Arc::new(bits);
        self.sets.put(key, Arc::clone(&bits), bits.size());
        Some(bits)
    }

    /// Forgets the sets of segments that are gone.
    pub(super) fn retain_segments(&self, searcher: &Searcher) {
        let ids: Vec<String> =
            searcher.segment_readers().iter().map(|r| r.segment_id().uuid_string()).collect();
        self.sets.retain(|key| ids.iter().any(|id| key.starts_with(id.as_str())));
    }
}
