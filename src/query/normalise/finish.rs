//! The last two steps, which work on a text that is otherwise ready.

use super::super::clauses::constant;
use super::quotes::Quotes;
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// Step 20: a word that ends in `?` may mean the wildcard or the question mark.
pub(in crate::query) fn double_trailing_question_marks(text: &str) -> String {
    static WORD: LazyLock<Regex> =
        LazyLock::new(|| constant(r"([^\t\n\x0b\x0c\r :()]+\?)((?-u:\s)|$)"));
    static SEVERAL: LazyLock<Regex> =
        LazyLock::new(|| constant(r"[^\t\n\x0b\x0c\r ][\t\n\x0b\x0c\r :]+[^\t\n\x0b\x0c\r ]"));
    if !text.contains('?') {
        return text.trim_end_matches(is_php_blank).to_owned();
    }
    let several = SEVERAL.is_match(text);
    let quotes = Quotes::of(text);
    let doubled = WORD.replace_all(text, |found: &Captures<'_>| {
        let whole = found.get(0).map_or("", |whole| whole.as_str());
        if !quotes.even_from(found.get(0).map_or(0, |whole| whole.end())) {
            return whole.to_owned();
        }
        let word = found.get(1).map_or("", |word| word.as_str());
        let literal = word.replace("\\?", "?").replace('?', "\\?");
        if several {
            format!("(({word}) OR ({literal})) ")
        } else {
            format!("({word}) OR ({literal})")
        }
    });
    doubled.trim_end_matches(is_php_blank).to_owned()
}

const fn is_php_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\0' | '\x0B')
}

/// Step 21: outside quotes a minus after a space is an ordinary character, `!-` is a minus.
pub(in crate::query) fn escape_unquoted_minus(text: &str) -> String {
    if !text.contains('-') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 4);
    let mut quoted = false;
    let mut before = None;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' => quoted = !quoted,
            '-' if !quoted && before == Some(' ') => out.push('\\'),
            '!' if !quoted && before != Some('\\') && characters.peek() == Some(&'-') => {
                characters.next();
                out.push('-');
                before = Some('-');
                continue;
            }
            _ => {}
        }
        out.push(c);
        before = Some(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minus() {
        for (input, expected) in [
            ("cat -dog", "cat \\-dog"),
            ("cat !-dog", "cat -dog"),
            ("-dog", "-dog"),
            ("(a b) -c", "(a b) \\-c"),
            ("\"a -b\" -c", "\"a -b\" \\-c"),
            ("\\\"a -b\\\" -c", "\\\"a -b\\\" \\-c"),
            ("tie-dye -punk!-rock", "tie-dye \\-punk-rock"),
            ("a (-b)", "a (-b)"),
            ("x\t-y", "x\t-y"),
        ] {
            assert_eq!(escape_unquoted_minus(input), expected, "{input}");
        }
    }

    /// Appendix A of search-semantics, rows 59–63.
    #[test]
    fn question_marks() {
        for (input, expected) in [
            ("this?", "(this?) OR (this\\?)"),
            ("this? that", "((this?) OR (this\\?)) that"),
            ("start t?his that", "start t?his that"),
            ("xyzzy:this?", "xyzzy:((this?) OR (this\\?))"),
            ("\"this? that?\"", "\"this? that?\""),
            ("koira? kissa?", "((koira?) OR (koira\\?)) ((kissa?) OR (kissa\\?))"),
            ("wh?t?", "(wh?t?) OR (wh\\?t\\?)"),
            ("(koira?)", "(koira?)"),
            ("\ta ", "\ta"),
        ] {
            assert_eq!(double_trailing_question_marks(input), expected, "{input}");
        }
    }
}
