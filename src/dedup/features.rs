//! What of a record is compared: computed once, when it is stored, so that matching parses nothing
//! (dedup.md §9.2).

use super::DedupKeys;
use crate::mapping::{MapContext, is_hidden_part, mapped_formats};
use crate::record::RecordFacts;
use crate::text::normalize_key;

/// Version of the encoding and of the rules that make the features. A store with others makes them
/// anew (`kirjo dedup --all`).
const VERSION: u8 = 1;
/// Bytes of a folded title or author that are compared.
const COMPARED: usize = 255;

/// A folded text as it is compared: at most 255 bytes, but measured as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Folded {
    /// The first 255 bytes.
    pub start: Vec<u8>,
    /// Length in bytes.
    pub bytes: u32,
    /// Length in characters.
    pub characters: u32,
}

impl Folded {
    fn of(text: &str) -> Self {
        let folded = normalize_key(text);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Folded {
            bytes: count(folded.len()),
            characters: count(folded.chars().count()),
            start: folded.as_bytes().iter().copied().take(COMPARED).collect(),
        }
    }

    /// Nothing is left of the text.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }
}

/// The features of a record of a source with `dedup`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Features {
    /// Record id with prefix.
    pub id: String,
    /// Its source.
    pub source: String,
    /// It has hosts, so no other record is found by its keys.
    pub is_part: bool,
    /// It lives on only in its host.
    pub is_hidden: bool,
    /// Restriction of access.
    pub access: String,
    /// Format as the driver names it; empty if it names none.
    pub format: String,
    /// Formats after mapping, sorted.
    pub mapped_formats: Vec<String>,
    /// ISBN-13s, sorted.
    pub isbns: Vec<String>,
    /// Ids that are unique in the world, sorted.
    pub ids: Vec<String>,
    /// ISSNs.
    pub issns: Vec<String>,
    /// Year of publication.
    pub year: String,
    /// Number of pages, 0 if not known.
    pub pages: u32,
    /// ISSN of the series.
    pub series_issn: String,
    /// Number in the series.
    pub series_numbering: String,
    /// Title for filing.
    pub title: Folded,
    /// Digits and Roman numerals of the title, one after the other.
    pub numbers: Vec<String>,
    /// Main author.
    pub author: Folded,
    /// Key of title and author, when the record has both.
    pub title_key: Option<String>,
}

impl Features {
    /// The features of a record with this id and these facts.
    pub fn of(id: &str, facts: &RecordFacts, context: &MapContext<'_>) -> Self {
        let (source, ingest) = (context.source, context.ingest);
        let keys = DedupKeys::of(facts, &ingest.text);
        let sorted = |mut list: Vec<String>| {
            list.sort_unstable();
            list.dedup();
            list
        };
        let title_key = keys.title_keys.into_iter().next();
        let kept = |id: &String| {
            !ingest.dedup.ignored_ids.iter().any(|ignored| ignored.fits(id, title_key.as_deref()))
        };
        let mut isbns = keys.isbn_keys;
        isbns.retain(kept);
        let mut ids = keys.id_keys;
        ids.retain(kept);
        let mut issns = facts.issns.clone();
        issns.retain(kept);
        Features {
            id: id.to_owned(),
            source: source.id.as_str().to_owned(),
            is_part: !facts.host_record_ids.is_empty(),
            is_hidden: is_hidden_part(facts, context),
            access: facts.access_restrictions.clone(),
            format: facts.format.clone(),
            mapped_formats: sorted(mapped_formats(&facts.format, source)),
            isbns: sorted(isbns),
            ids: sorted(ids),
            issns: sorted(issns),
            year: facts.publication_year.clone(),
            pages: facts.page_count.parse().unwrap_or(0),
            series_issn: facts.series_issn.clone(),
            series_numbering: facts.series_numbering.clone(),
            title: Folded::of(&facts.title_for_filing),
            numbers: numbers(&facts.title_for_filing),
            author: Folded::of(&facts.main_author),
            title_key,
        }
    }

    /// Bytes for the store.
    pub fn encode(&self) -> Vec<u8> {
        // Texts and numbers always have a form in postcard; an allocation that fails aborts.
        postcard::to_extend(self, vec![VERSION]).unwrap_or_default()
    }

    /// The features in these bytes; `None` if another version wrote them.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (version, body) = bytes.split_first()?;
        (*version == VERSION).then(|| postcard::from_bytes(body).ok()).flatten()
    }

    /// Hashes by which the record is found; none for a part.
    pub fn lookup_keys(&self) -> Vec<u64> {
        if self.is_part {
            return Vec::new();
        }
        let isbns = self.isbns.iter().map(|isbn| hash(Kind::Isbn, &[isbn]));
        let ids = self.ids.iter().map(|id| hash(Kind::Id, &[id]));
        // Rules 1, 2 and 9 want these equal whenever titles decide, so they narrow the search
        // without losing a match.
        let title = self.title_key.iter().map(|key| {
            let hidden = if self.is_hidden { "hidden" } else { "" };
            let (issn, number) = (&self.series_issn, &self.series_numbering);
            hash(Kind::Title, &[key, hidden, &self.access, issn, number])
        });
        let mut keys: Vec<u64> = isbns.chain(ids).chain(title).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// What a key is made of.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Isbn,
    Id,
    Title,
}

fn hash(kind: Kind, parts: &[&str]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[kind as u8]);
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    let digest = hasher.finalize();
    let (front, _) = digest.as_bytes().split_at(8);
    front.try_into().map_or(0, u64::from_le_bytes)
}

/// Runs of digits and words that are Roman numerals up to XXXIX, in order. Larger ones look too
/// much like words.
fn numbers(title: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if let Some(value) = roman(word) {
            found.push(value.to_string());
            continue;
        }
        let runs = word.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
        found.extend(runs.map(|run| match run.trim_start_matches('0') {
            "" => "0".to_owned(),
            value => value.to_owned(),
        }));
    }
    found
}

/// Value of a Roman numeral of I, V and X in its usual spelling.
fn roman(word: &str) -> Option<u32> {
    let lower = word.to_ascii_lowercase();
    let tens = lower.len() - lower.trim_start_matches('x').len();
    let ones = match lower.get(tens..)? {
        "" => 0,
        "i" => 1,
        "ii" => 2,
        "iii" => 3,
        "iv" => 4,
        "v" => 5,
        "vi" => 6,
        "vii" => 7,
        "viii" => 8,
        "ix" => 9,
        _ => return None,
    };
    let tens = u32::try_from(tens).ok().filter(|tens| *tens <= 3)?;
    (tens + ones > 0).then_some(tens * 10 + ones)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{IngestSettings, SourceSettings};
    use crate::mapping::NoLinks;
    use crate::record::RecordFormat;

    #[test]
    fn numbers_of_titles() {
        for (title, expected) in [
            ("sota ja rauha 1", "1"),
            ("sota ja rauha i", "1"),
            ("kirja xiv osa 02 2nd", "14 2 2"),
            ("osa iiii mix vuosi 1984/85", "1984 85"),
            ("ei mitään", ""),
            ("0", "0"),
        ] {
            assert_eq!(numbers(title).join(" "), expected, "{title}");
        }
    }

    fn features(f: &RecordFacts, source: &SourceSettings, ingest: &IngestSettings) -> Features {
        let context = MapContext { ingest, source, links: &NoLinks, current_year: 2026 };
        Features::of("src.1", f, &context)
    }

    fn sample() -> Features {
        let facts = RecordFacts {
            title_for_filing: "sota ja rauha 1".into(),
            main_author: "Tolstoi, Lev".into(),
            isbns: vec!["9789513148362".into()],
            unique_ids: vec!["(x)2".into(), "(x)1".into()],
            page_count: "551".into(),
            ..RecordFacts::default()
        };
        let source = SourceSettings::new("src", RecordFormat::Marc);
        features(&facts, &source, &IngestSettings::default())
    }

    #[test]
    fn bytes_and_back() {
        let features = sample();
        let mut bytes = features.encode();
        assert_eq!(Features::decode(&bytes), Some(features.clone()));
        bytes[0] = VERSION + 1;
        assert_eq!(Features::decode(&bytes), None);
        assert_eq!(Features::decode(&[]), None);
        assert_eq!((features.pages, features.ids.join(" ").as_str()), (551, "(x)1 (x)2"));
    }

    #[test]
    fn keys_to_look_up() {
        let mut features = sample();
        assert_eq!(features.lookup_keys().len(), 4);
        let before = features.lookup_keys();
        features.year = "1999".into();
        assert_eq!(features.lookup_keys(), before);
        features.series_numbering = "3".into();
        assert_ne!(features.lookup_keys(), before);
        features.is_part = true;
        assert!(features.lookup_keys().is_empty());
    }

    #[test]
    fn ignored_ids_are_no_features() {
        let mut ingest = IngestSettings::default();
        ingest.dedup.ignored_ids = ["9789513148362", "(x)1|Sota ja rauha", "(x)2|Muu", "1234-5679"]
            .map(|entry| crate::config::IgnoredId::parse(entry, &ingest.text))
            .to_vec();
        let facts = RecordFacts {
            title_for_filing: "sota ja rauha 1".into(),
            main_author: "Tolstoi, Lev".into(),
            isbns: vec!["9789513148362".into()],
            unique_ids: vec!["(x)2".into(), "(x)1".into()],
            issns: vec!["8765-4325".into(), "1234-5679".into()],
            ..RecordFacts::default()
        };
        let source = SourceSettings::new("src", RecordFormat::Marc);
        let features = features(&facts, &source, &ingest);
        assert!(features.isbns.is_empty());
        assert_eq!(features.ids, ["(x)2"]);
        assert_eq!(features.issns, ["8765-4325"]);
    }
}
