//! The log of queries: requests of a Finna-compatible address that hit what was generated.

use super::Corpus;
use super::names::Names;
use super::random::Random;
use super::record::push_isbn;
use super::work::{QUERY, Work};
use super::works::Slot;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::Write as _;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LoggedQuery {
    /// What kind of question it is; latencies are told by kind.
    pub kind: String,
    /// Path and query below `/v1`.
    pub path: String,
}

/// The facets of a front page.
const FACETS: [&str; 10] = [
    "format",
    "building",
    "language",
    "author_facet",
    "topic_facet",
    "main_date_str",
    "geographic_facet",
    "sector_str_mv",
    "genre_facet",
    "era_facet",
];
/// Last hit that a page may show.
const DEEPEST: u64 = 100_000;

impl Corpus {
    /// The query with this number; the same for the same corpus.
    pub fn query(&self, number: u64) -> LoggedQuery {
        let mut random = Random::of(self.seed, QUERY, number);
        let kind = self.tables.choose("query", &mut random).first().copied().unwrap_or("");
        let slot = self.works.of_record(random.below(self.records.max(1)));
        let work = self.work(slot);
        let path = match kind {
            "term" => search(&self.phrase(&work, 1, &mut random)),
            "two_words" => search(&self.phrase(&work, 2, &mut random)),
            "three_words" => search(&self.phrase(&work, 3, &mut random)),
            "filtered" => {
                let count = 1 + random.below(3) as usize;
                let mut path = search(&self.phrase(&work, count, &mut random));
                self.push_filters(slot, &work, 1 + random.below(3), &mut path);
                path
            }
            "author" => {
                let mut name = String::new();
                let rank = work.author.unwrap_or_else(|| self.ranks.persons.draw(&mut random));
                self.names.person(rank, &mut name);
                format!("{}&type=Author", search(&name.replace(',', "")))
            }
            "subject_facets" => {
                let mut subject = String::new();
                let rank = work.subjects.first().map_or(0, |(rank, _)| *rank);
                Names::subject(&self.words, 0, rank, &mut subject);
                let mut path = format!("{}&type=Subject", search(&subject));
                for facet in FACETS.iter().take(3) {
                    let _ = write!(path, "&facet%5B%5D={facet}");
                }
                path
            }
            "phrase" => {
                let count = 2 + random.below(3) as usize;
                search(&format!("\"{}\"", self.phrase(&work, count, &mut random)))
            }
            "wildcard" => {
                let word = self.phrase(&work, 1, &mut random);
                let letters = 3 + random.below(4) as usize;
                search(&format!("{}*", word.chars().take(letters).collect::<String>()))
            }
            "deep_page" => {
                let page = 2 + random.below(DEEPEST / 20 - 1);
                format!("{}&page={page}", search(&self.phrase(&work, 1, &mut random)))
            }
            "all_facets" => {
                let mut path = "/search?lookfor=&limit=0".to_owned();
                FACETS.iter().for_each(|facet| {
                    let _ = write!(path, "&facet%5B%5D={facet}");
                });
                path
            }
            "isbn" if !work.isbns.is_empty() => {
                let mut isbn = String::new();
                push_isbn(work.isbns[0], false, &mut isbn);
                search(&isbn)
            }
            "no_hit" => {
                let rare = |random: &mut Random| {
                    let mut word = String::new();
                    self.words.push(work.language, 100_000_000 + random.below(1 << 40), &mut word);
                    word
                };
                search(&format!("{} {}", rare(&mut random), rare(&mut random)))
            }
            _ => format!("/record?id={}", encoded(&self.id(slot))),
        };
        LoggedQuery { kind: kind.to_owned(), path }
    }

    /// Words of the title that stand side by side.
    fn phrase(&self, work: &Work, count: usize, random: &mut Random) -> String {
        let count = count.min(work.title.len());
        let first = random.below((work.title.len() - count + 1) as u64) as usize;
        let mut text = String::new();
        for rank in work.title.iter().skip(first).take(count) {
            if !text.is_empty() {
                text.push(' ');
            }
            self.words.push(work.language, *rank, &mut text);
        }
        text
    }

    /// Filters that the record passes.
    fn push_filters(&self, slot: Slot, work: &Work, count: u64, path: &mut String) {
        let source = self.source_of(slot);
        let building = format!(
            "~building:\"1/{}/ORG{:03}/\"",
            self.institution(source),
            self.organisation(slot)
        );
        let language = format!("~language:\"{}\"", work.code);
        let format = format!("~format:\"{}\"", work.format);
        for filter in [format, language, building].iter().take(count as usize) {
            let _ = write!(path, "&filter%5B%5D={}", encoded(filter));
        }
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn search(text: &str) -> String {
    format!("/search?lookfor={}", encoded(text))
}
