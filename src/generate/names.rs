//! Names and headings by rank: a rank is taken apart into pieces of names, so that different ranks
//! give different names.

use super::tables::word_lists;
use super::words::Words;
use std::collections::BTreeMap;

/// The pieces of names.
#[derive(Debug)]
pub(super) struct Names(BTreeMap<&'static str, Vec<&'static str>>);

/// Takes digits of a scattered rank off, one base at a time.
struct Digits(u64);

impl Digits {
    fn of(rank: u64, room: u64) -> Self {
        Digits(((u128::from(rank) * 2_147_483_647) % u128::from(room.max(1))) as u64)
    }

    fn take<'t>(&mut self, list: &[&'t str]) -> &'t str {
        let base = list.len().max(1) as u64;
        let piece = list.get((self.0 % base) as usize).copied().unwrap_or("");
        self.0 /= base;
        piece
    }
}

impl Names {
    pub(super) fn built_in() -> Self {
        Names(word_lists(include_str!("tables/names.txt")))
    }

    pub(super) fn list(&self, name: &str) -> &[&'static str] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    fn room(&self, lists: &[&str]) -> u64 {
        lists.iter().map(|name| self.list(name).len().max(1) as u64).product()
    }

    /// `Kallionen, Aino K.`
    pub(super) fn person(&self, rank: u64, out: &mut String) {
        const INITIALS: u64 = 27;
        let mut digits = Digits::of(rank, self.room(&["first", "last", "given"]) * INITIALS);
        out.push_str(digits.take(self.list("first")));
        out.push_str(digits.take(self.list("last")));
        out.push_str(", ");
        out.push_str(digits.take(self.list("given")));
        if digits.0 > 0 {
            out.push(' ');
            out.push(char::from(b'A' + (digits.0 - 1).min(25) as u8));
            out.push('.');
        }
    }

    /// `Kalliolahti Suoyhdistys`
    pub(super) fn corporation(&self, rank: u64, out: &mut String) {
        self.composed(rank, ["first", "place", "first", "body"], out);
    }

    /// `Kallionen Suokirjat`
    pub(super) fn publisher(&self, rank: u64, out: &mut String) {
        self.composed(rank, ["first", "last", "first", "house"], out);
    }

    fn composed(&self, rank: u64, lists: [&str; 4], out: &mut String) {
        let mut digits = Digits::of(rank, self.room(&lists));
        for (at, list) in lists.iter().enumerate() {
            if at == 2 {
                out.push(' ');
            }
            out.push_str(digits.take(self.list(list)));
        }
    }

    /// `Kalliosuolahti`
    pub(super) fn place(&self, rank: u64, out: &mut String) {
        let mut digits = Digits::of(rank, self.room(&["first", "first", "place"]));
        let (place, first) = (digits.take(self.list("place")), digits.take(self.list("first")));
        out.push_str(first);
        out.extend(digits.take(self.list("first")).chars().flat_map(char::to_lowercase));
        out.push_str(place);
    }

    /// A subject term: the words of the language after those that mean nothing by themselves.
    pub(super) fn subject(words: &Words, language: usize, rank: u64, out: &mut String) {
        words.push(language, 40 + rank, out);
    }

    /// A series: two words.
    pub(super) fn series(words: &Words, language: usize, rank: u64, out: &mut String) {
        let start = out.len();
        words.push(language, 40 + rank % 3000, out);
        capitalise(out, start);
        out.push(' ');
        words.push(language, 60 + rank / 3000, out);
    }
}

/// Makes the first letter from `start` on a capital.
pub(super) fn capitalise(text: &mut String, start: usize) {
    let Some(first) = text.get(start..).and_then(|rest| rest.chars().next()) else { return };
    let capital: String = first.to_uppercase().collect();
    text.replace_range(start..start + first.len_utf8(), &capital);
}
