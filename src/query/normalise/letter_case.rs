//! Boolean words and ranges in any letter case, where the operator allows them.

use super::super::clauses::constant;
use super::quotes::replace_outside;
use crate::text::trim;
use regex::Regex;
use std::sync::LazyLock;

/// Step 15 for the words given.
pub(super) fn booleans(text: String, words: &[&'static str]) -> String {
    static WORDS: LazyLock<[(&str, Regex); 3]> = LazyLock::new(|| {
        ["AND", "OR", "NOT"].map(|word| (word, constant(&format!(r"(?i)(?-u:\s)+{word}(?-u:\s)+"))))
    });
    static FIRST_NOT: LazyLock<Regex> = LazyLock::new(|| constant(r"(?i)\(NOT(?-u:\s)+"));
    if words.is_empty() {
        return text;
    }
    let mut text = text;
    for (word, pattern) in &*WORDS {
        if words.contains(word) {
            text = replace_outside(text, pattern, |_| format!(" {word} "));
        }
    }
    if words.contains(&"NOT") {
        text = replace_outside(text, &FIRST_NOT, |_| "(NOT ".to_owned());
    }
    trim(&text).to_owned()
}

/// Step 16: `[a to b]` in both letter cases; numbers and instants once.
pub(super) fn ranges(text: &str) -> String {
    static SQUARE: LazyLock<Regex> =
        LazyLock::new(|| constant(r#"(?i)(\[)([^\]"]+)(?-u:\s)+to(?-u:\s)+([^\]"]+)(\])"#));
    static CURLY: LazyLock<Regex> =
        LazyLock::new(|| constant(r#"(?i)(\{)([^}"]+)(?-u:\s)+to(?-u:\s)+([^}"]+)(\})"#));
    static INSTANT: LazyLock<Regex> =
        LazyLock::new(|| constant("(?i)[0-9]{4}-[0-9]{2}-[0-9]{2}t[0-9]{2}:[0-9]{2}:[0-9]{2}z"));
    let in_both_cases = |found: &regex::Captures<'_>| {
        let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
        let (open, from, to, close) = (part(1), trim(part(2)), trim(part(3)), part(4));
        let upper = format!("{open}{} TO {}{close}", from.to_uppercase(), to.to_uppercase());
        let lower = format!("{open}{} TO {}{close}", from.to_lowercase(), to.to_lowercase());
        if upper == lower || INSTANT.is_match(from) || INSTANT.is_match(to) {
            upper
        } else {
            format!("({lower} OR {upper})")
        }
    };
    let text = replace_outside(text.to_owned(), &SQUARE, in_both_cases);
    let text = replace_outside(text, &CURLY, in_both_cases);
    trim(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Appendix A of search-semantics, rows 40–48.
    #[test]
    fn appendix_a() {
        for (input, expected) in [
            ("this not that", "this NOT that"),
            ("apples and oranges (not that)", "apples AND oranges (NOT that)"),
            ("\"this or that\"", "\"this or that\""),
            ("andornot noted andy oranges", "andornot noted andy oranges"),
        ] {
            assert_eq!(booleans(input.into(), &["AND", "OR", "NOT"]), expected, "{input}");
        }
        assert_eq!(
            booleans(
                "this or that and the other not everything else (not me)".into(),
                &["OR", "NOT"]
            ),
            "this OR that and the other NOT everything else (NOT me)"
        );
        for (input, expected) in [
            ("\"[a to b]\"", "\"[a to b]\""),
            ("[a to b]", "([a TO b] OR [A TO B])"),
            ("{1900 to 1910}", "{1900 TO 1910}"),
            (
                "[1900-01-01t00:00:00z to 1900-12-31t23:59:59z]",
                "[1900-01-01T00:00:00Z TO 1900-12-31T23:59:59Z]",
            ),
        ] {
            assert_eq!(ranges(input), expected, "{input}");
        }
    }
}
