//! The forms of one word: the word delimiter, synonyms, stems (index-schema §2.2).

use super::fold::AMPERSAND_WORD;
use super::stem::stem;

/// English contractions that pass the word delimiter whole.
const PROTECTED: [&str; 25] = [
    "ain't",
    "aren't",
    "can't",
    "couldn't",
    "daren't",
    "didn't",
    "doesn't",
    "don't",
    "hadn't",
    "hasn't",
    "haven't",
    "isn't",
    "mayn't",
    "mightn't",
    "mustn't",
    "needn't",
    "oughtn't",
    "shalln't",
    "shan't",
    "shouldn't",
    "usedn't",
    "wasn't",
    "weren't",
    "won't",
    "wouldn't",
];

/// Words that mean the same on the query side of `text` fields.
const SYNONYMS: [&[&str]; 6] = [
    &["i", "1", "one"],
    &["ii", "2", "two"],
    &["iii", "3", "three"],
    &["iv", "4", "four"],
    &["v", "5", "five"],
    &["and", "ja", "och", AMPERSAND_WORD],
];

/// One word of a text with the parts that the word delimiter finds in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// The folded word as written.
    pub(crate) original: String,
    /// Its parts, if there is anything to divide or strip; else empty.
    pub(crate) parts: Vec<String>,
    stemmed: bool,
}

impl Word {
    /// `None` if nothing but punctuation is left of the token.
    pub(super) fn new(token: &str, stemmed: bool) -> Option<Self> {
        if !token.contains(char::is_alphanumeric) {
            return None;
        }
        let parts = if PROTECTED.contains(&token) { Vec::new() } else { delimit(token) };
        Some(Word { original: token.to_owned(), parts, stemmed })
    }

    /// How many positions the word takes.
    pub(crate) fn width(&self) -> usize {
        self.parts.len().max(1)
    }

    /// The original in the form that the index holds.
    pub(crate) fn original_term(&self) -> String {
        self.form(&self.original)
    }

    /// The parts in the form that the index holds.
    pub(crate) fn part_terms(&self) -> Vec<String> {
        self.parts.iter().map(|part| self.form(part)).collect()
    }

    /// Index forms of the words that mean the same as the original, itself left out.
    pub(crate) fn synonym_terms(&self) -> Vec<String> {
        if !self.stemmed {
            return Vec::new();
        }
        SYNONYMS
            .iter()
            .filter(|group| group.contains(&self.original.as_str()))
            .flat_map(|group| group.iter())
            .filter(|word| **word != self.original)
            .map(|word| self.form(word))
            .collect()
    }

    fn form(&self, text: &str) -> String {
        if self.stemmed { stem(text).into_owned() } else { text.to_owned() }
    }

    /// Emits every index form in order of position: the original, then the parts, with each run
    /// of parts of one kind (letters or digits) also joined, stacked on the first of the run.
    /// Returns how many positions the word takes.
    pub(super) fn emit_index_forms(
        &self,
        position: usize,
        emit: &mut dyn FnMut(&str, usize),
    ) -> usize {
        if self.parts.is_empty() {
            let form = if self.stemmed { stem(&self.original) } else { (&self.original).into() };
            emit(&form, position);
            return 1;
        }
        let mut forms: Vec<(usize, String)> = vec![(0, self.original_term())];
        forms.extend(self.part_terms().into_iter().enumerate());
        let is_number = |part: &String| part.starts_with(char::is_numeric);
        let mut start = 0;
        for run in self.parts.chunk_by(|a, b| is_number(a) == is_number(b)) {
            if run.len() > 1 {
                forms.push((start, self.form(&run.concat())));
            }
            start += run.len();
        }
        forms.sort_by_key(|(at, _)| *at);
        for (number, (at, form)) in forms.iter().enumerate() {
            if !forms[..number].contains(&(*at, form.clone())) {
                emit(form, position + at);
            }
        }
        self.width()
    }
}

/// Parts at everything that is no letter or digit and where letters and digits meet; a closing
/// English `'s` is dropped. Empty if the token is one part as it stands.
fn delimit(token: &str) -> Vec<String> {
    if token.chars().all(char::is_alphabetic) {
        return Vec::new();
    }
    let body = token.strip_suffix("'s").unwrap_or(token);
    let mut parts: Vec<String> = Vec::new();
    let mut last_kind = None;
    for c in body.chars() {
        if !c.is_alphanumeric() && !super::fold::is_mark(c) {
            last_kind = None;
            continue;
        }
        let kind = Some(c.is_numeric());
        match parts.last_mut() {
            Some(part) if last_kind == kind => part.push(c),
            _ => parts.push(c.to_string()),
        }
        last_kind = kind;
    }
    if parts.len() == 1 && parts[0] == token { Vec::new() } else { parts }
}
