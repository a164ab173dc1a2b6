//! The keys by which records are looked up as candidates for one another (dedup.md §2).

use crate::record::RecordFacts;
use crate::text::{TextRules, normalize_key};

/// Ids longer than this are cut.
const LONGEST_ID: usize = 200;

/// Keys of a record. Only records that are no component parts, of sources with `dedup`, are looked
/// up by them (parts are those with host ids); that test is the caller's.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DedupKeys {
    /// Folded title and author, when the record has both; at most one.
    pub title_keys: Vec<String>,
    /// ISBN-13.
    pub isbn_keys: Vec<String>,
    /// Ids that are unique in the world, as `(source)id`.
    pub id_keys: Vec<String>,
}

impl DedupKeys {
    /// The keys of a record with these facts.
    pub fn of(facts: &RecordFacts, text: &TextRules) -> Self {
        let mut keys = DedupKeys::default();
        if !facts.title_for_filing.is_empty() && !facts.main_author.is_empty() {
            let title = text.title_key(&facts.title_for_filing);
            let author = facts.main_author.split(", ").next().unwrap_or_default();
            keys.title_keys.push(format!("{title} {}", normalize_key(author)));
        }
        keys.isbn_keys.clone_from(&facts.isbns);
        keys.id_keys = facts
            .unique_ids
            .iter()
            .map(|id| crate::text::cut_bytes(id, LONGEST_ID).to_owned())
            .collect();
        keys
    }

    /// No other record can be found by these keys.
    pub fn is_empty(&self) -> bool {
        self.title_keys.is_empty() && self.isbn_keys.is_empty() && self.id_keys.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_record() {
        let mut facts = RecordFacts {
            title_for_filing: "tutki ja kirjoita sirkka hirsjärvi pirkko remes".into(),
            main_author: "Hirsjärvi, Sirkka".into(),
            isbns: vec!["9789513148362".into()],
            unique_ids: vec!["(FOO)2345".into(), "ä".repeat(150)],
            ..RecordFacts::default()
        };
        let keys = DedupKeys::of(&facts, &TextRules::default());
        assert_eq!(keys.title_keys, ["tutkijakirjoitasirkkahirsjarvi hirsjarvi"]);
        assert_eq!(keys.isbn_keys, ["9789513148362"]);
        assert_eq!(keys.id_keys[0], "(FOO)2345");
        assert_eq!(keys.id_keys[1].len(), 200);
        facts.main_author.clear();
        assert!(DedupKeys::of(&facts, &TextRules::default()).title_keys.is_empty());
        assert!(DedupKeys::of(&RecordFacts::default(), &TextRules::default()).is_empty());
    }
}
