//! The clean-up of query text before it is parsed (search-semantics §3, steps 1–19 and 21).

use icu_normalizer::ComposingNormalizer;
use regex::Regex;
use std::sync::LazyLock;

/// Normalises one query text. The empty result means "everything".
pub(super) fn normalise(text: &str) -> String {
    let text = straight_quotes(text);
    let trimmed = text.trim();
    if matches!(trimmed, "AND" | "OR" | "NOT") {
        return trimmed.to_lowercase();
    }
    if only_operators(&text) || trimmed == "*:*" {
        return String::new();
    }
    let text = text.strip_prefix(['*', '?']).unwrap_or(&text);
    let text = drop_stray_wildcards(text);
    let text = drop_unbalanced_parentheses(&text);
    let text = drop_bad_boosts(&text);
    let text = escape_stray_brackets(&text);
    let text = drop_free_signs(&text);
    let text = quote_free_slashes(&text);
    let text = drop_proximity_one(&text);
    let text = drop_empty_parentheses(text);
    let text = tidy_colons(&text);
    let text = text.trim_matches(['/', ' ']);
    let text = ComposingNormalizer::new_nfkc().normalize(text).into_owned();
    isbn_13(&text).unwrap_or(text)
}

/// Step 21: outside quotes a minus after a blank is an ordinary character, `!-` is a minus.
pub(super) fn escape_unquoted_minus(text: &str) -> String {
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

/// Step 20: a word that ends in `?` may mean the wildcard or the question mark.
pub(super) fn double_trailing_question_marks(text: &str) -> String {
    let words: Vec<&str> = text.split([' ', '\t', '\n', '\r', ':']).collect();
    let several = words.iter().filter(|word| !word.is_empty()).count() > 1;
    let inside = quoted(text);
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 16);
    let mut at = 0;
    let stops = |c: char| c.is_whitespace() || matches!(c, ':' | '(' | ')');
    while let Some(&c) = characters.get(at) {
        let end =
            (at..characters.len()).find(|i| stops(characters[*i])).unwrap_or(characters.len());
        if end == at {
            out.push(c);
            at += 1;
            continue;
        }
        let word = &characters[at..end];
        let closes = characters.get(end).is_none_or(|c| c.is_whitespace());
        if let [stem @ .., '?'] = word
            && !stem.is_empty()
            && closes
            && !inside[end - 1]
            && !word.contains(&'"')
        {
            let stem: String = stem.iter().collect();
            let doubled = format!("({stem}?) OR ({stem}\\?)");
            out.push_str(&if several { format!("({doubled})") } else { doubled });
        } else {
            out.extend(word);
        }
        at = end;
    }
    out.trim_end().to_owned()
}

/// Step 1.
fn straight_quotes(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '«' | '»' | '“' | '”' | '„' | '‟' => '"',
            '‘' | '’' | '‚' | '‛' | '‹' | '›' => '\'',
            c => c,
        })
        .collect()
}

/// Step 3.
fn only_operators(text: &str) -> bool {
    let mut rest = text.to_owned();
    for operator in ["AND", "OR", "NOT", "+", "-", "\"", "&&", "||"] {
        rest = rest.replace(operator, "");
    }
    rest.trim().is_empty()
}

/// For each character whether it stands inside quotes (or is the closing quote).
fn quoted(text: &str) -> Vec<bool> {
    let total = text.chars().filter(|c| *c == '"').count();
    let mut seen = 0;
    text.chars()
        .map(|c| {
            seen += usize::from(c == '"');
            // "Outside" means that an even number of quotes follows.
            (total - seen) % 2 == 1
        })
        .collect()
}

/// Step 5b: wildcards that follow no word character, ranges and `field:*` excepted.
fn drop_stray_wildcards(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = characters.get(at) {
        if !matches!(c, '*' | '?') {
            out.push(c);
            at += 1;
            continue;
        }
        let end = (at..characters.len())
            .find(|i| !matches!(characters[*i], '*' | '?'))
            .unwrap_or(characters.len());
        let before: String = characters[..at].iter().collect();
        let after: String = characters[end..].iter().collect();
        let follows_word = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let in_range = (before.ends_with('[') && after.starts_with(" TO"))
            || (before.ends_with("TO ") && after.starts_with(']'));
        let whole_field = end == at + 1
            && c == '*'
            && before.ends_with(':')
            && (after.is_empty() || after.starts_with(' '));
        if follows_word || in_range || whole_field {
            out.extend(&characters[at..end]);
        }
        at = end;
    }
    out.trim().to_owned()
}

/// Step 6.
fn drop_unbalanced_parentheses(text: &str) -> String {
    let inside = quoted(text);
    let mut escaped = false;
    let mut counts = (0, 0);
    let mut keep = Vec::with_capacity(inside.len());
    for (c, in_quotes) in text.chars().zip(&inside) {
        let free = matches!(c, '(' | ')') && !escaped && !in_quotes;
        if free {
            counts.0 += usize::from(c == '(');
            counts.1 += usize::from(c == ')');
        }
        keep.push(!free);
        escaped = c == '\\' && !escaped;
    }
    if counts.0 == counts.1 {
        return text.to_owned();
    }
    text.chars().zip(keep).filter(|(_, keep)| *keep).map(|(c, _)| c).collect()
}

/// Step 7.
fn drop_bad_boosts(text: &str) -> String {
    static GOOD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[^^]+\^\d").ok());
    let all = text.matches('^').count();
    if all == 0 || GOOD.as_ref().is_some_and(|good| good.find_iter(text).count() == all) {
        return text.to_owned();
    }
    text.replace('^', "")
}

/// Step 8: only real ranges keep their brackets.
fn escape_stray_brackets(text: &str) -> String {
    static RANGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"\[[^\[\]{}\s]+ TO [^\[\]{}\s]+\]|\{[^\[\]{}\s]+ TO [^\[\]{}\s]+\}").ok()
    });
    let mut out = String::with_capacity(text.len() + 4);
    let mut at = 0;
    let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
    if let Some(range) = &*RANGE {
        ranges.extend(range.find_iter(text).map(|found| found.range()));
    }
    ranges.push(text.len()..text.len());
    for range in ranges {
        let mut escaped = false;
        for c in text[at..range.start].chars() {
            if matches!(c, '[' | ']' | '{' | '}') && !escaped {
                out.push('\\');
            }
            escaped = c == '\\' && !escaped;
            out.push(c);
        }
        out.push_str(&text[range.clone()]);
        at = range.end;
    }
    out
}

/// Replaces the runs of `is_run` that stand free (blanks or the text's ends around) outside quotes.
fn replace_free_runs(
    text: &str,
    is_run: fn(char) -> bool,
    replacement: impl Fn(bool, bool) -> &'static str,
) -> String {
    let inside = quoted(text);
    let characters: Vec<char> = text.chars().collect();
    let blank = |at: Option<usize>| at.and_then(|i| characters.get(i)).map(|c| c.is_whitespace());
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = characters.get(at) {
        let end = (at..characters.len()).find(|i| !is_run(characters[*i]));
        let end = end.unwrap_or(characters.len());
        let (before, after) = (blank(at.checked_sub(1)), blank(Some(end)));
        let free = before.unwrap_or(true) && after.unwrap_or(true);
        if end > at && free && !inside[at] {
            while out.ends_with(char::is_whitespace) {
                out.pop();
            }
            out.push_str(replacement(before.is_some(), after.is_some()));
            at = end;
            while characters.get(at).is_some_and(|c| c.is_whitespace()) {
                at += 1;
            }
        } else if end > at {
            out.extend(&characters[at..end]);
            at = end;
        } else {
            out.push(c);
            at += 1;
        }
    }
    out
}

/// Step 9.
fn drop_free_signs(text: &str) -> String {
    if !text.contains(['+', '-']) {
        return text.to_owned();
    }
    replace_free_runs(text, |c| matches!(c, '+' | '-'), |_, _| " ").trim().to_owned()
}

/// Step 10.
fn quote_free_slashes(text: &str) -> String {
    if !text.contains('/') {
        return text.to_owned();
    }
    let in_the_middle = |before: bool, after: bool| if before && after { " \"/\" " } else { " " };
    replace_free_runs(text, |c| c == '/', in_the_middle)
}

/// Step 11.
fn drop_proximity_one(text: &str) -> String {
    static ONE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"~1(\.0*)?(\s|$)").ok());
    let Some(one) = ONE.as_ref().filter(|_| text.contains("~1")) else { return text.to_owned() };
    let inside = quoted(text);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for found in one.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        let in_quotes = inside.get(text[..whole.start()].chars().count()).is_some_and(|q| *q);
        out.push_str(&text[at..whole.start()]);
        out.push_str(if in_quotes {
            whole.as_str()
        } else {
            found.get(2).map_or("", |b| b.as_str())
        });
        at = whole.end();
    }
    out.push_str(&text[at..]);
    out
}

/// Step 12.
fn drop_empty_parentheses(mut text: String) -> String {
    while let Some(at) = text.find("()") {
        if quoted(&text).get(text[..at].chars().count()).is_some_and(|q| *q) {
            break;
        }
        text.replace_range(at..at + 2, "");
    }
    text
}

/// Step 13.
fn tidy_colons(text: &str) -> String {
    let mut single = String::with_capacity(text.len());
    for c in text.chars() {
        if !(c == ':' && single.ends_with(':')) {
            single.push(c);
        }
    }
    let inside = quoted(&single);
    let characters: Vec<char> = single.chars().collect();
    let blank = |at: usize| characters.get(at).is_some_and(|c| c.is_whitespace());
    let tidy: String = characters
        .iter()
        .enumerate()
        .map(|(at, c)| {
            let beside_blank = blank(at + 1) || (at > 0 && blank(at - 1));
            if *c == ':' && !inside[at] && beside_blank { ' ' } else { *c }
        })
        .collect();
    tidy.trim_matches([':', ' ']).to_owned()
}

/// Step 18: a whole text that is a valid ISBN-10.
fn isbn_13(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() != 10 {
        return None;
    }
    crate::text::isbn10_to_13(&text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appendix_a() {
        for (input, expected) in [
            ("", ""),
            ("()", ""),
            ("((())", ""),
            ("this that ()", "this that"),
            ("title - sub", "title sub"),
            ("\"title - sub\"", "\"title - sub\""),
            ("test~1", "test"),
            ("test~1. fish", "test fish"),
            ("\"test~1\"", "\"test~1\""),
            ("test~10 fish", "test~10 fish"),
            ("^10 test^10", "10 test10"),
            ("test^1 test^2", "test^1 test^2"),
            ("this / that", "this \"/\" that"),
            ("/ this", "this"),
            ("title /", "title"),
            ("- this", "this"),
            ("AND", "and"),
            ("*bad", "bad"),
            ("“a”", "\"a\""),
            ("a:{a TO b} [ }", "a:{a TO b} \\[ \\}"),
            ("+ this ++ that +", "this that"),
            ("this/that", "this/that"),
            ("/this that/", "this that"),
            ("(this that", "this that"),
            ("&", "&"),
            ("AND OR NOT +-\"&&||", ""),
            ("* foo *", "foo"),
            ("foo:*bar", "foo:bar"),
            ("bar:*", "bar:*"),
            ("x^y", "xy"),
            ("/a/b/", "a/b"),
            ("ﬁnland", "finland"),
            ("a:b", "a:b"),
            ("a  :  b", "a   b"),
        ] {
            let found = normalise(input);
            let squeezed = |s: &str| s.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(squeezed(&found), squeezed(expected), "{input}");
        }
    }

    #[test]
    fn minus_and_question_mark() {
        for (input, expected) in [
            ("cat -dog", "cat \\-dog"),
            ("cat !-dog", "cat -dog"),
            ("-dog", "-dog"),
            ("(a b) -c", "(a b) \\-c"),
            ("\"a -b\" -c", "\"a -b\" \\-c"),
            ("tie-dye -punk!-rock", "tie-dye \\-punk-rock"),
        ] {
            assert_eq!(escape_unquoted_minus(input), expected);
        }
        for (input, expected) in [
            ("who? me", "((who?) OR (who\\?)) me"),
            ("koira?", "(koira?) OR (koira\\?)"),
            ("title:koira?", "title:((koira?) OR (koira\\?))"),
            ("\"this? that?\"", "\"this? that?\""),
            ("a b", "a b"),
        ] {
            assert_eq!(double_trailing_question_marks(input), expected);
        }
    }
}
