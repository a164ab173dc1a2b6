//! What was computed lately, kept up to a number of bytes; the longest unused goes first.

use super::generation::lock;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// A store of recent results by key.
pub(super) struct Recent<T: ?Sized> {
    limit: usize,
    inner: Mutex<Inner<T>>,
}

struct Inner<T: ?Sized> {
    entries: HashMap<String, Entry<T>>,
    bytes: usize,
    tick: u64,
}

struct Entry<T: ?Sized> {
    value: Arc<T>,
    bytes: usize,
    used: u64,
}

impl<T: ?Sized> Recent<T> {
    pub(super) fn new(limit: usize) -> Self {
        Recent { limit, inner: Mutex::new(Inner { entries: HashMap::new(), bytes: 0, tick: 0 }) }
    }

    pub(super) fn get(&self, key: &str) -> Option<Arc<T>> {
        let mut inner = lock(&self.inner);
        inner.tick += 1;
        let tick = inner.tick;
        let entry = inner.entries.get_mut(key)?;
        entry.used = tick;
        Some(Arc::clone(&entry.value))
    }

    /// Keeps a value of about `bytes` bytes; one that is larger than a quarter of all is not kept.
    pub(super) fn put(&self, key: String, value: Arc<T>, bytes: usize) {
        let bytes = bytes + key.len() + 64;
        if bytes > self.limit / 4 {
            return;
        }
        let mut inner = lock(&self.inner);
        inner.tick += 1;
        let used = inner.tick;
        inner.bytes += bytes;
        if let Some(old) = inner.entries.insert(key, Entry { value, bytes, used }) {
            inner.bytes -= old.bytes;
        }
        if inner.bytes > self.limit {
            // A tenth more than needed, so that not every new entry has to look for room.
            let mut by_use: Vec<(u64, String)> =
                inner.entries.iter().map(|(key, entry)| (entry.used, key.clone())).collect();
            by_use.sort_unstable();
            for (_, key) in by_use {
                if inner.bytes <= self.limit / 10 * 9 {
                    break;
                }
                if let Some(old) = inner.entries.remove(&key) {
                    inner.bytes -= old.bytes;
                }
            }
        }
    }

    /// Forgets the entries whose key is not wanted any more.
    pub(super) fn retain(&self, wanted: impl Fn(&str) -> bool) {
        let mut inner = lock(&self.inner);
        let Inner { entries, bytes, .. } = &mut *inner;
        entries.retain(|key, entry| {
            let stays = wanted(key);
            if !stays {
                *bytes -= entry.bytes;
            }
            stays
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_unused_goes_first() {
        let recent: Recent<u32> = Recent::new(2000);
        for number in 0..4 {
            recent.put(number.to_string(), Arc::new(number), 400);
        }
        assert_eq!(recent.get("0").as_deref(), Some(&0));
        recent.put("4".into(), Arc::new(4), 400);
        assert_eq!(recent.get("1"), None);
        assert_eq!(recent.get("0").as_deref(), Some(&0));
        assert_eq!(recent.get("4").as_deref(), Some(&4));
        recent.put("large".into(), Arc::new(5), 1900);
        assert_eq!(recent.get("large"), None);
        recent.retain(|key| key == "4");
        assert_eq!((recent.get("0"), recent.get("4").as_deref()), (None, Some(&4)));
    }
}
