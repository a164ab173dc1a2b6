//! Fields 880: what a record says in the script of its language.
//!
//! Words are spelled in Latin letters first and put over letter by letter, so they keep their
//! frequencies in every script.

use super::Corpus;
use super::iso2709::Writer;
use super::tables::word_lists;
use super::work::{Work, near};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Letters of the scripts that are not Latin.
#[derive(Debug)]
pub(super) struct Scripts(BTreeMap<&'static str, Vec<&'static str>>);

/// Fields that say of themselves that they have a partner: title, publisher, main author.
pub(super) const LINKED: [u16; 3] = [245, 264, 100];

impl Scripts {
    pub(super) fn built_in() -> Self {
        Scripts(word_lists(include_str!("tables/scripts.txt")))
    }

    /// Appends Latin text in another script: a letter for a letter or, where the script has more
    /// signs than that, a sign for two letters.
    fn push(&self, script: &str, latin: &str, out: &mut String) {
        let signs = self.0.get(script).map_or(&[][..], Vec::as_slice);
        // A sign that stands for a first letter alone, where a word has no second one.
        let sign = |number: usize| signs.get(number % signs.len().max(1)).copied().unwrap_or("");
        let mut before: Option<usize> = None;
        for letter in latin.chars().flat_map(char::to_lowercase) {
            let plain = match letter {
                'ä' | 'å' => 'a',
                'ö' => 'o',
                'é' => 'e',
                other => other,
            };
            if !plain.is_ascii_lowercase() {
                out.push_str(before.take().map_or("", sign));
                out.push(plain);
                continue;
            }
            let number = plain as usize - 'a' as usize;
            if signs.len() <= 26 {
                out.push_str(signs.get(number).unwrap_or(&""));
                continue;
            }
            before = match before {
                None => Some(number),
                Some(first) => {
                    out.push_str(sign(first * 26 + number));
                    None
                }
            };
        }
        out.push_str(before.map_or("", sign));
    }
}

/// What stands after the number of a pair in $6.
fn code(script: &str) -> &'static str {
    match script {
        "cyrillic" => "/(N",
        "greek" => "/(S",
        "arabic" => "/(3/r",
        "hebrew" => "/(2/r",
        _ => "/$1",
    }
}

impl Corpus {
    /// Fields in another script that the record has.
    pub(super) fn pairs(&self, work: &mut Work) -> usize {
        if work.script.is_none() {
            return 0;
        }
        let share = near(work.size, &mut work.rest);
        self.counts.pairs.count(share, &mut work.rest)
    }

    /// Begins the content of a field with the link to its field 880, if it has one.
    pub(super) fn push_link(tag: u16, pairs: usize, text: &mut String) {
        if let Some(at) = LINKED.iter().take(pairs).position(|linked| *linked == tag) {
            let _ = write!(text, "\u{1F}6880-{:02}", at + 1);
        }
    }

    /// The fields 880: of the linked fields first, then of names and notes without a partner.
    pub(super) fn write_pairs(&self, work: &Work, pairs: usize, to: &mut Writer) {
        let Some(script) = work.script else { return };
        let mut rest = work.rest.clone();
        let mut latin = String::new();
        for at in 0..pairs {
            let of = match LINKED.get(at) {
                Some(100) if work.author.is_none() => 500,
                Some(linked) => *linked,
                None if at % 2 == 0 => 500,
                None => 700,
            };
            let number = if LINKED.get(at) == Some(&of) { at + 1 } else { 0 };
            latin.clear();
            let indicators = match of {
                100 | 700 => {
                    let drawn = self.ranks.persons.draw(&mut rest);
                    let person = work.author.filter(|_| of == 100).unwrap_or(drawn);
                    self.names.person(person, &mut latin);
                    "1 "
                }
                245 => {
                    self.push_words(work, &work.title, &mut latin);
                    if work.author.is_some() { "10" } else { "00" }
                }
                264 => {
                    self.names.place(self.ranks.towns.draw(&mut rest), &mut latin);
                    " 1"
                }
                _ => {
                    let words: Vec<u64> =
                        (0..3 + rest.below(12)).map(|_| self.words.rank(&mut rest)).collect();
                    self.push_words(work, &words, &mut latin);
                    "  "
                }
            };
            let text = to.field(880, indicators);
            let _ = write!(text, "\u{1F}6{of}-{number:02}{}\u{1F}a", code(script));
            self.scripts.push(script, &latin, text);
        }
    }
}
