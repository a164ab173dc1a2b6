//! Word boundaries after UAX #29, as far as catalogue text needs them: letters joined by an inner
//! `'`, `.`, `:` or `_`, digits joined by `.` and `,`. Characters of scripts that are written
//! without blanks (Han, Hiragana) are words of their own, where the peer has dictionaries.

use super::fold::is_mark;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    /// Joins anything: `_` and other connectors.
    Connector,
    /// A word of its own.
    Ideograph,
    Katakana,
    /// Invisible inside a word.
    Extend,
    Other,
}

fn class(c: char) -> Class {
    match c {
        'a'..='z' | 'A'..='Z' => Class::Letter,
        '0'..='9' => Class::Digit,
        '_' | '\u{203F}' | '\u{2040}' | '\u{2054}' | '\u{FF3F}' => Class::Connector,
        '\0'..='\x7F' => Class::Other,
        '\u{200D}' | '\u{200C}' | '\u{AD}' => Class::Extend,
        '\u{3040}'..='\u{309F}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}' => Class::Ideograph,
        '\u{30A0}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{FF66}'..='\u{FF9F}' => {
            Class::Katakana
        }
        _ if is_mark(c) => Class::Extend,
        _ if c.is_alphabetic() => Class::Letter,
        _ if c.is_numeric() => Class::Digit,
        _ => Class::Other,
    }
}

fn joins_letters(c: char) -> bool {
    matches!(c, '\'' | '.' | ':' | '\u{B7}' | '\u{2019}' | '\u{2024}' | '\u{2027}' | '\u{FF0E}')
}

fn joins_digits(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | '\'' | '\u{66C}' | '\u{2024}' | '\u{FF0C}' | '\u{FF0E}')
}

/// The words of a text, in order. Pieces without a letter or digit are left out.
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find(|c| !matches!(class(c), Class::Other | Class::Extend))?;
            let (word, after) = take_word(&rest[start..]);
            rest = after;
            if word.chars().any(|c| !matches!(class(c), Class::Connector)) {
                return Some(word);
            }
        }
    })
}

/// Cuts the word off a text that starts with one.
fn take_word(text: &str) -> (&str, &str) {
    let mut characters = text.char_indices().peekable();
    let Some((_, first)) = characters.next() else { return (text, "") };
    let mut last = class(first);
    let mut end = first.len_utf8();
    while let Some((at, c)) = characters.next() {
        let next = class(c);
        let goes_on = match (last, next) {
            (_, Class::Extend) => {
                end = at + c.len_utf8();
                continue;
            }
            (Class::Ideograph, _) | (_, Class::Ideograph) => false,
            (Class::Katakana, Class::Letter | Class::Digit)
            | (Class::Letter | Class::Digit, Class::Katakana) => false,
            (_, Class::Letter | Class::Digit | Class::Connector | Class::Katakana) => true,
            (Class::Letter, Class::Other) if joins_letters(c) => {
                matches!(characters.peek(), Some((_, after)) if class(*after) == Class::Letter)
            }
            (Class::Digit, Class::Other) if joins_digits(c) => {
                matches!(characters.peek(), Some((_, after)) if class(*after) == Class::Digit)
            }
            _ => false,
        };
        if !goes_on {
            break;
        }
        if next != Class::Other {
            last = next;
        }
        end = at + c.len_utf8();
    }
    text.split_at(end)
}

const ELIDED: [&str; 14] =
    ["l", "m", "t", "qu", "n", "s", "j", "d", "c", "jusqu", "quoiqu", "lorsqu", "puisqu", "Qu"];

/// Strips a French elided article: `l'amour` → `amour`.
pub(super) fn strip_elision(word: &str) -> &str {
    match word.split_once('\'') {
        Some((article, rest))
            if !rest.is_empty() && ELIDED.iter().any(|e| e.eq_ignore_ascii_case(article)) =>
        {
            rest
        }
        _ => word,
    }
}
