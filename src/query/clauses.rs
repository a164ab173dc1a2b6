//! Small questions about query text that several parsers ask.

use crate::config::SearchSettings;
use regex::Regex;
use std::sync::LazyLock;

/// Characters that a backslash makes literal.
pub(super) fn is_special(c: char) -> bool {
    matches!(
        c,
        '+' | '-'
            | '&'
            | '|'
            | '!'
            | '('
            | ')'
            | '{'
            | '}'
            | '['
            | ']'
            | '^'
            | '"'
            | '~'
            | '*'
            | '?'
            | ':'
            | '\\'
            | '/'
    )
}

/// The text without its backslashes.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => out.extend(characters.next()),
            c => out.push(c),
        }
    }
    out
}

/// The text as the content of a quoted phrase.
pub(super) fn escape_phrase(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Compiles a pattern that is a constant of the program.
pub(super) fn constant(pattern: &str) -> Regex {
    #[expect(clippy::expect_used, reason = "the tests compile every constant pattern")]
    Regex::new(pattern).expect("a constant pattern")
}

/// True for text that the classic DisMax parser cannot serve (search-semantics §3.5).
pub(super) fn has_advanced_syntax(text: &str, settings: &SearchSettings) -> bool {
    static PHRASE: LazyLock<Regex> = LazyLock::new(|| constant("\"[^\"]*\""));
    static ALWAYS: LazyLock<Regex> =
        LazyLock::new(|| constant(r"[^\\\t\n\x0b\x0c\r ]:[^\t\n\x0b\x0c\r ]|[*?~]|\^[0-9]"));
    const RANGE: &str = r"\[.+(?-u:\s)+TO(?-u:\s)+.+\]|\{.+(?-u:\s)+TO(?-u:\s)+.+\}";
    const WORDS: &str = r"(?-u:\s)(?:AND|OR|NOT)(?-u:\s)|^NOT(?-u:\s)";
    static CAPITALS: LazyLock<[Regex; 2]> = LazyLock::new(|| [RANGE, WORDS].map(constant));
    static ANY_CASE: LazyLock<[Regex; 2]> =
        LazyLock::new(|| [RANGE, WORDS].map(|pattern| constant(&format!("(?i){pattern}"))));
    if text == "*:*" {
        return true;
    }
    let plain = PHRASE.replace_all(text, "quoted");
    let free =
        |wanted: char| plain.match_indices(wanted).any(|(at, _)| !plain[..at].ends_with('\\'));
    let pattern = |any_case: bool, at: usize| {
        let patterns = if any_case { &*ANY_CASE } else { &*CAPITALS };
        patterns.get(at).is_some_and(|pattern| pattern.is_match(&plain))
    };
    ALWAYS.is_match(&plain)
        || (free('(') && free(')'))
        || pattern(settings.ranges_in_any_case, 0)
        || pattern(!settings.booleans_in_any_case.is_empty(), 1)
}

/// Phrases and words of a plain text, phrases with their quotes; an operator word after a token
/// joins it with the next one (search-semantics §4.4).
pub(super) fn tokens(text: &str) -> Vec<String> {
    let mut pieces = pieces(text).into_iter();
    let mut found: Vec<String> = Vec::new();
    while let Some(piece) = pieces.next() {
        match found.last_mut() {
            Some(last) if matches!(piece, "AND" | "OR" | "NOT") => {
                last.push(' ');
                last.push_str(piece);
                if let Some(next) = pieces.next() {
                    last.push(' ');
                    last.push_str(next);
                }
            }
            _ => found.push(piece.to_owned()),
        }
    }
    found
}

/// Quoted phrases and runs without blanks and quotes; `\"` is no quote, a quote without partner
/// is left out.
fn pieces(text: &str) -> Vec<&str> {
    let quotes: Vec<usize> = text
        .match_indices('"')
        .map(|(at, _)| at)
        .filter(|at| !text[..*at].ends_with('\\'))
        .collect();
    let mut found = Vec::new();
    let mut at = 0;
    for pair in quotes.chunks(2) {
        found.extend(text[at..pair[0]].split_ascii_whitespace());
        at = match pair {
            [open, close] => {
                found.push(&text[*open..=*close]);
                close + 1
            }
            _ => pair[0] + 1,
        };
    }
    found.extend(text[at..].split_ascii_whitespace());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Appendix A of search-semantics, rows 49–58, and the other conditions of §3.5.
    #[test]
    fn advanced_syntax() {
        let settings = SearchSettings::default();
        for text in [
            "*:*",
            "this:that",
            "(this) (that)",
            "this*",
            "this~4",
            "[this TO that]",
            "\"my OR phrase\" NOT \"your AND phrase\"",
            "x [a TO b]",
            "a AND b",
            "NOT a",
            "a?",
            "a~",
            "a^2",
        ] {
            assert!(has_advanced_syntax(text, &settings), "{text}");
        }
        for text in [
            "this that the other",
            "this and that",
            "this NOR that",
            "\"a:b\"",
            "a \\:b",
            "a\\:b",
            "a AND",
            "a^b",
            "\\(a)",
            "a: b",
            "[a to b]",
        ] {
            assert!(!has_advanced_syntax(text, &settings), "{text}");
        }
        let any_case = SearchSettings {
            booleans_in_any_case: vec!["AND"],
            ranges_in_any_case: true,
            ..settings
        };
        for text in ["this and that", "[a to b]"] {
            assert!(has_advanced_syntax(text, &any_case), "{text}");
        }
    }

    #[test]
    fn words_and_phrases() {
        for (text, expected) in [
            ("uusi \"suomi 1917\" maa", &["uusi", "\"suomi 1917\"", "maa"][..]),
            ("a NOT b c", &["a NOT b", "c"]),
            ("a AND", &["a AND"]),
            ("OR a", &["OR", "a"]),
            ("\\\"a b", &["\\\"a", "b"]),
            ("lookup \"a\\\"b\" c", &["lookup", "\"a\\\"b\"", "c"]),
            ("a \"b c", &["a", "b", "c"]),
            ("x\"y\"z", &["x", "\"y\"", "z"]),
        ] {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }
}
