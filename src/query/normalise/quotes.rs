//! Inside and outside quotes, as the peer's patterns see it: outside is what an even number of
//! quotes follows.

use regex::{Captures, Regex};

/// Where the quotes of a text are.
pub(super) struct Quotes(Vec<usize>);

impl Quotes {
    pub(super) fn of(text: &str) -> Self {
        Quotes(text.match_indices('"').map(|(at, _)| at).collect())
    }

    /// The quotes that no backslash makes literal.
    pub(super) fn unescaped(text: &str) -> Self {
        let quotes = text.match_indices('"').map(|(at, _)| at);
        Quotes(quotes.filter(|at| !text[..*at].ends_with('\\')).collect())
    }

    /// True if an even number of quotes stands at `at` or behind it (in bytes).
    pub(super) fn even_from(&self, at: usize) -> bool {
        (self.0.len() - self.0.partition_point(|quote| *quote < at)).is_multiple_of(2)
    }
}

/// Replaces what fits outside quotes. A pattern must not match a quote.
pub(super) fn replace_outside(
    text: String,
    pattern: &Regex,
    replacement: impl Fn(&Captures<'_>) -> String,
) -> String {
    if !pattern.is_match(&text) {
        return text;
    }
    let quotes = Quotes::of(&text);
    pattern
        .replace_all(&text, |found: &Captures<'_>| match found.get(0) {
            Some(whole) if quotes.even_from(whole.end()) => replacement(found),
            Some(whole) => whole.as_str().to_owned(),
            None => String::new(),
        })
        .into_owned()
}
