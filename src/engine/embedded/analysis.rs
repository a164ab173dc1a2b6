//! The analysis chains of index-schema §2.3: text of a field → tokens with positions.
//!
//! One chain serves both sides: the index gets every form of a word stacked at its position, the
//! query side gets [`Word`]s that still know which forms are alternatives of each other.

mod fold;
mod forms;
mod memory;
mod stem;
mod words;

pub(crate) use forms::Word;

use crate::config::FieldKind;
use fold::{fold, fold_all, map_characters};
use std::borrow::Cow;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Positions between two values of a field, so that phrases do not cross them.
const VALUE_GAP: usize = 100;
/// Longer tokens of standard numbers are no standard numbers.
const ISN_LENGTH: std::ops::RangeInclusive<usize> = 4..=100;

/// Words of the longest beginning in a start field beside which the whole values are indexed.
/// Hardly two values share more of them, so longer beginnings would be as many terms as there are
/// values, for each of their words; the few that an asked one has are found by the whole values.
pub(super) const START_WORDS: usize = 3;

/// Calls `emit` with every token of a value and its position, as the index holds them.
fn index_tokens(
    kind: FieldKind,
    most_words: usize,
    value: &str,
    emit: &mut dyn FnMut(&str, usize),
) {
    match kind {
        FieldKind::Text | FieldKind::Proper => {
            let mapped = map_characters(value);
            let mut position = 0;
            for token in words::split(&mapped) {
                position += memory::emit_forms(token, kind == FieldKind::Text, position, emit);
            }
        }
        FieldKind::Start => {
            let text = anchored(value);
            starts(&text).take(most_words).for_each(|start| emit(start, 0));
        }
        FieldKind::Whole => {
            let text = anchored(value);
            if !text.is_empty() {
                emit(&text, 0);
            }
        }
        FieldKind::Isn => {
            let text = isn(value);
            if ISN_LENGTH.contains(&text.len()) {
                emit(&text, 0);
            }
        }
        FieldKind::CallNumber => {
            let text = call_number(value);
            if !text.is_empty() {
                emit(&text, 0);
            }
        }
        _ => emit(value, 0),
    }
}

/// The words of a text for a `text` or `proper` field, folded but not yet stemmed.
pub(crate) fn query_words(kind: FieldKind, text: &str) -> Vec<Word> {
    let mapped = map_characters(text);
    let mut found = Vec::new();
    for token in words::split(&mapped) {
        let token = words::strip_elision(token);
        let folded = fold(token);
        if let Some(word) = Word::new(&folded, kind == FieldKind::Text) {
            found.push(word);
        }
    }
    found
}

/// The single term that a text becomes in a field that is not split into words; `None` if nothing
/// is left of it.
pub(crate) fn single_term(kind: FieldKind, text: &str) -> Option<String> {
    let term = match kind {
        FieldKind::Start | FieldKind::Whole => anchored(text),
        FieldKind::Isn => isn(text),
        FieldKind::CallNumber => call_number(text),
        _ => text.to_owned(),
    };
    (!term.is_empty()).then_some(term)
}

/// A prefix or wildcard pattern as the index terms are written: mapped and folded, not split or
/// stemmed (search-semantics §4.2).
pub(crate) fn fold_pattern(kind: FieldKind, pattern: &str) -> String {
    match kind {
        FieldKind::Text | FieldKind::Proper => {
            let mapped = map_characters(pattern);
            fold(words::strip_elision(&mapped)).into_owned()
        }
        FieldKind::Start | FieldKind::Whole => fold(&map_characters(pattern)).into_owned(),
        FieldKind::Isn => {
            // Letters stay: a pattern of a word fits no number.
            let lower = pattern.to_ascii_lowercase();
            lower.chars().filter(|c| c.is_alphanumeric() || matches!(c, '*' | '?')).collect()
        }
        FieldKind::CallNumber => call_number(pattern),
        _ => pattern.to_owned(),
    }
}

/// Longest value of an anchored field in bytes; the index leaves out longer terms (engine-mapping §3).
const LONGEST_ANCHORED: usize = 32_766;

/// Value of an anchored field: article off, punctuation to blanks, folded (index-schema §2.3). A
/// value that is too long for a term ends with a word before.
fn anchored(value: &str) -> String {
    let mut characters = value.chars();
    let value = match (characters.next(), characters.next()) {
        (Some(first), Some('\'')) if "LlMmTtQUuq|NnSsJjDdCcOIRPorpi".contains(first) => {
            characters.as_str()
        }
        _ => value,
    };
    let mapped = map_characters(value);
    let mut text = String::with_capacity(mapped.len());
    for c in mapped.chars() {
        if c.is_alphanumeric() || fold::is_mark(c) {
            text.push(c);
        } else if !text.is_empty() && !text.ends_with(' ') {
            text.push(' ');
        }
    }
    let mut folded = match fold(text.trim_end()) {
        Cow::Borrowed(folded) => folded.to_owned(),
        Cow::Owned(folded) => folded,
    };
    if folded.len() > LONGEST_ANCHORED {
        let end = (0..=LONGEST_ANCHORED).rev().find(|end| folded.is_char_boundary(*end));
        let end = end.unwrap_or(0);
        folded.truncate(folded[..end].rfind(' ').unwrap_or(end));
    }
    folded
}

/// The beginnings of an anchored value that end with a word, the whole value as the last.
pub(super) fn starts(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.match_indices(' ').map(|(at, _)| at);
    ends.chain((!text.is_empty()).then_some(text.len())).map(|end| &text[..end])
}

/// True if a term of a start field is only found by the whole values, where they are indexed.
pub(super) fn is_long_start(term: &str) -> bool {
    term.matches(' ').count() >= START_WORDS
}

fn isn(value: &str) -> String {
    let first = value.split_whitespace().next().unwrap_or("");
    first.chars().flat_map(char::to_lowercase).filter(|c| matches!(c, '0'..='9' | 'x')).collect()
}

fn call_number(value: &str) -> String {
    let squeezed: String = value.chars().filter(|c| !c.is_whitespace()).collect();
    fold_all(&squeezed)
}

/// tantivy's face of a chain: all tokens of a value at once.
#[derive(Clone)]
pub(super) struct ChainTokenizer {
    kind: FieldKind,
    /// Words of the longest beginning of a start field.
    most_words: usize,
    tokens: Vec<Token>,
    used: usize,
}

impl ChainTokenizer {
    pub(super) fn new(kind: FieldKind) -> Self {
        ChainTokenizer { kind, most_words: usize::MAX, tokens: Vec::new(), used: 0 }
    }

    /// The chain of start fields beside which the whole values are indexed.
    pub(super) fn first_words() -> Self {
        ChainTokenizer { most_words: START_WORDS, ..Self::new(FieldKind::Start) }
    }
}

impl Tokenizer for ChainTokenizer {
    type TokenStream<'a> = ChainStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> ChainStream<'a> {
        let ChainTokenizer { kind, most_words, tokens, used } = self;
        *used = 0;
        index_tokens(*kind, *most_words, text, &mut |form, position| {
            if *used == tokens.len() {
                tokens.push(Token::default());
            }
            let token = &mut tokens[*used];
            token.text.clear();
            token.text.push_str(form);
            token.position = position;
            token.position_length = 1;
            *used += 1;
        });
        if let Some(last) = tokens.get_mut(used.wrapping_sub(1)) {
            // The next value starts at the end of this token plus one (engine-mapping §3).
            last.position_length = VALUE_GAP;
        }
        ChainStream { tokens: &mut tokens[..*used], next: 0 }
    }
}

/// The tokens of one value.
pub(super) struct ChainStream<'a> {
    tokens: &'a mut [Token],
    next: usize,
}

impl TokenStream for ChainStream<'_> {
    fn advance(&mut self) -> bool {
        let more = self.next < self.tokens.len();
        self.next += usize::from(more);
        more
    }

    fn token(&self) -> &Token {
        &self.tokens[self.next - 1]
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.tokens[self.next - 1]
    }
}

#[cfg(test)]
mod tests;
