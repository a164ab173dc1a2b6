//! Parentheses, boosts and brackets: what has no partner or no meaning goes.

use super::super::clauses::constant;
use super::quotes::Quotes;
use regex::Regex;
use std::sync::LazyLock;

/// Step 6: parentheses that are neither escaped nor quoted go unless they are as many as open.
pub(super) fn drop_unbalanced_parentheses(text: String) -> String {
    if !text.contains(['(', ')']) {
        return text;
    }
    let quotes = Quotes::unescaped(&text);
    let mut before = None;
    let mut counts = (0_usize, 0_usize);
    let free: Vec<usize> = text
        .char_indices()
        .filter(|(at, c)| {
            let free = matches!(c, '(' | ')') && before != Some('\\') && quotes.even_from(*at);
            counts.0 += usize::from(free && *c == '(');
            counts.1 += usize::from(free && *c == ')');
            before = Some(*c);
            free
        })
        .map(|(at, _)| at)
        .collect();
    if counts.0 == counts.1 {
        return text;
    }
    let mut free = free.into_iter().peekable();
    text.char_indices().filter(|(at, _)| free.next_if_eq(at).is_none()).map(|(_, c)| c).collect()
}

/// Step 7: one bad `^` removes all.
pub(super) fn drop_bad_boosts(text: String) -> String {
    static GOOD: LazyLock<Regex> = LazyLock::new(|| constant(r"[^^]+\^[0-9]"));
    let all = text.matches('^').count();
    if all == 0 || GOOD.find_iter(&text).count() == all {
        return text;
    }
    text.replace('^', "")
}

/// Step 8: only real ranges keep their brackets.
pub(super) fn escape_stray_brackets(text: &str, ranges_in_any_case: bool) -> String {
    static RANGE: LazyLock<Regex> = LazyLock::new(|| {
        const END: &str = r"[^\[\]{}\t\n\x0b\x0c\r ]+";
        const TO: &str = r"(?-u:\s)+TO(?-u:\s)+";
        constant(&format!(r"\[{END}{TO}{END}\]|\{{{END}{TO}{END}\}}"))
    });
    static RANGE_IN_ANY_CASE: LazyLock<Regex> =
        LazyLock::new(|| constant(&format!("(?i){}", RANGE.as_str())));
    if !text.contains(['[', ']', '{', '}']) {
        return text.to_owned();
    }
    let range = if ranges_in_any_case { &RANGE_IN_ANY_CASE } else { &RANGE };
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut at = 0;
    let ranges = range.find_iter(text).map(|found| (found.start(), found.end()));
    for (start, end) in ranges.chain([(text.len(), text.len())]) {
        for c in text[at..start].chars() {
            if matches!(c, '[' | ']' | '{' | '}') && before != Some('\\') {
                out.push('\\');
            }
            out.push(c);
            before = Some(c);
        }
        out.push_str(&text[start..end]);
        before = None;
        at = end;
    }
    out
}

/// Step 12: `()` outside quotes, also what becomes `()` by that.
pub(super) fn drop_empty_parentheses(text: String) -> String {
    if !text.contains("()") {
        return text;
    }
    let quotes = Quotes::of(&text);
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if c == ')' && out.ends_with('(') && quotes.even_from(at) {
            out.pop();
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses() {
        for (input, expected) in [
            ("(a))", "a"),
            ("((a) b", "a b"),
            ("\\(a", "\\(a"),
            ("\"(\" a (b)", "\"(\" a (b)"),
            ("(a) )b(", "(a) )b("),
            ("(\"a\\\"b\")", "(\"a\\\"b\")"),
        ] {
            assert_eq!(drop_unbalanced_parentheses(input.into()), expected, "{input}");
        }
        for (input, expected) in [("a ((())) b", "a  b"), ("\"()\" ()", "\"()\" "), ("( )", "( )")]
        {
            assert_eq!(drop_empty_parentheses(input.into()), expected, "{input}");
        }
    }

    #[test]
    fn boosts() {
        for (input, expected) in
            [("a^b^2", "ab2"), ("a^2 b^", "a2 b"), ("a^2 b^3", "a^2 b^3"), ("^2", "2")]
        {
            assert_eq!(drop_bad_boosts(input.into()), expected, "{input}");
        }
    }

    #[test]
    fn brackets() {
        for (input, expected) in [
            ("[a TO b] {c}", "[a TO b] \\{c\\}"),
            ("[a b]", "\\[a b\\]"),
            ("{1 TO 2]", "\\{1 TO 2\\]"),
            ("\\[a\\]", "\\[a\\]"),
            ("[a  TO\tb]", "[a  TO\tb]"),
            ("[a to b]", "\\[a to b\\]"),
            ("[{a TO b}]", "\\[{a TO b}\\]"),
            ("{!edismax}x", "\\{!edismax\\}x"),
        ] {
            assert_eq!(escape_stray_brackets(input, false), expected, "{input}");
        }
        assert_eq!(escape_stray_brackets("[a to b]", true), "[a to b]");
    }
}
