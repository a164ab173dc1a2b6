//! Ids of authority records as a source's settings want them (N19).
//!
//! A source may name a namespace by kind of authority (`topic`, `author`, …; `*` for all others),
//! and a pattern that an id must match to be believed.

use crate::config::SourceSettings;
use regex::Regex;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// The rules of one source for ids of authority records. Cheap to make for every record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AuthorityIds<'a> {
    namespaces: &'a BTreeMap<String, String>,
    patterns: &'a BTreeMap<String, String>,
}

impl<'a> AuthorityIds<'a> {
    /// The rules that the settings of `source` hold.
    pub(crate) fn new(source: &'a SourceSettings) -> Self {
        AuthorityIds { namespaces: &source.authority, patterns: &source.authority_id_regex }
    }

    /// The id with the namespace of its kind in front, its own `\` and `.` escaped; `None` for an
    /// id that the source's pattern refuses. Web addresses stay as they are. An id with a role
    /// (`id###role`) is given as a whole (N19).
    pub(crate) fn add_namespace(&self, id: &str, kind: &str) -> Option<String> {
        if id.starts_with("http://") || id.starts_with("https://") {
            return Some(id.to_owned());
        }
        if let Some(pattern) = of_kind(self.patterns, kind)
            && let Some(regex) = compiled(pattern)
            && !regex.is_match(id)
        {
            return None;
        }
        let Some(namespace) = of_kind(self.namespaces, kind) else { return Some(id.to_owned()) };
        let mut whole = String::with_capacity(namespace.len() + 1 + id.len());
        whole.push_str(namespace);
        whole.push('.');
        for c in id.chars() {
            if matches!(c, '\\' | '.') {
                whole.push('\\');
            }
            whole.push(c);
        }
        Some(whole)
    }
}

fn of_kind<'a>(settings: &'a BTreeMap<String, String>, kind: &str) -> Option<&'a str> {
    let value = settings.get(kind).or_else(|| settings.get("*"))?;
    (!value.is_empty()).then_some(value.as_str())
}

/// Settings are strings, so each distinct pattern is compiled once per process.
static COMPILED: LazyLock<RwLock<FxHashMap<String, Option<Arc<Regex>>>>> =
    LazyLock::new(RwLock::default);

fn compiled(pattern: &str) -> Option<Arc<Regex>> {
    let known = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(pattern).cloned();
    if let Some(regex) = known {
        return regex;
    }
    let regex = match Regex::new(&without_delimiters(pattern)) {
        Ok(regex) => Some(Arc::new(regex)),
        Err(error) => {
            tracing::warn!(
                "authority_id_regex `{pattern}` is not used, so every id passes; correct it in the \
                 settings of the source: {error}"
            );
            None
        }
    };
    let mut cache = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
    cache.insert(pattern.to_owned(), regex.clone());
    regex
}

/// `/^x$/i`, as settings of the peer have it, is `(?i)^x$`; a bare pattern stays.
fn without_delimiters(pattern: &str) -> String {
    let delimited = pattern.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    match delimited {
        Some((inner, flags)) if flags.chars().all(|c| matches!(c, 'i' | 'u' | 's' | 'm' | 'x')) => {
            let flags: String = flags.chars().filter(|c| *c != 'u').collect();
            let inner = inner.replace("\\/", "/");
            if flags.is_empty() { inner } else { format!("(?{flags}){inner}") }
        }
        _ => pattern.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn namespaces() {
        let namespaces = settings(&[("*", "testauth"), ("topic", "yso"), ("genre", "")]);
        let ids = AuthorityIds { namespaces: &namespaces, patterns: &BTreeMap::new() };
        for (id, kind, expected) in [
            ("(TEST)1", "author", "testauth.(TEST)1"),
            ("test.12", "author", r"testauth.test\.12"),
            (r"a\b", "author", r"testauth.a\\b"),
            ("p1", "topic", "yso.p1"),
            ("p1", "genre", "p1"),
            ("1###d.02", "author", r"testauth.1###d\.02"),
            ("http://x.fi/1", "topic", "http://x.fi/1"),
            ("https://x.fi/1", "topic", "https://x.fi/1"),
            ("httpd.1", "topic", r"yso.httpd\.1"),
        ] {
            assert_eq!(ids.add_namespace(id, kind).as_deref(), Some(expected), "{id} {kind}");
        }
        let none = AuthorityIds { namespaces: &BTreeMap::new(), patterns: &BTreeMap::new() };
        assert_eq!(none.add_namespace("a.b", "author").as_deref(), Some("a.b"));
    }

    #[test]
    fn patterns() {
        let patterns = settings(&[
            ("*", r"/^\(FIN11\)\d+$/i"),
            ("topic", "^p"),
            ("genre", "("),
            ("place", r"/a\/b/"),
        ]);
        let ids = AuthorityIds { namespaces: &BTreeMap::new(), patterns: &patterns };
        for (id, kind, passes) in [
            ("(FIN11)12", "author", true),
            ("(fin11)12", "author", true),
            ("(FIN11)x", "author", false),
            ("p12", "topic", true),
            ("q12", "topic", false),
            ("https://x.fi/1", "topic", true),
            ("a pattern that cannot be compiled refuses nothing", "genre", true),
            ("a/b", "place", true),
            ("a-b", "place", false),
        ] {
            assert_eq!(ids.add_namespace(id, kind).is_some(), passes, "{id} {kind}");
        }
    }
}
