//! `facetFilter[]`: which facet values are shown, by a regular expression in PCRE's syntax
//! (finna-api §8.4).

mod look_around;

use look_around::{Test, tests_of};
use regex::bytes::{Regex, RegexBuilder};
use std::fmt::Write as _;

const MAX_PATTERN: usize = 1024;
const MAX_COMPILED: usize = 1 << 20;
const MAX_NESTING: u32 = 50;
/// Tests that look-around comes down to.
const MAX_TESTS: usize = 32;

/// The filters of a request by field, in the order sent.
#[derive(Debug)]
pub struct FacetFilters(Vec<(String, Option<Pattern>)>);

/// Alternatives of tests: a value matches if all tests of one come out as they should.
#[derive(Debug)]
struct Pattern(Vec<Vec<(Regex, bool)>>);

impl Pattern {
    fn is_match(&self, value: &[u8]) -> bool {
        let passes = |(regex, expected): &(Regex, bool)| regex.is_match(value) == *expected;
        self.0.iter().any(|tests| tests.iter().all(passes))
    }
}

/// A pattern that is longer, nested deeper or larger when compiled than a request may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Facet filter too complex")]
pub struct CostlyPattern;

impl FacetFilters {
    /// Reads `field:regex` texts. A text without colon is a field that all values match; an
    /// invalid pattern matches nothing.
    pub fn read(texts: &[&str]) -> Result<Self, CostlyPattern> {
        let filters = texts.iter().map(|text| {
            let (field, pattern) = text.split_once(':').unwrap_or((text, ""));
            let pattern = crate::text::trim(pattern);
            let pattern = pattern.strip_prefix('"').unwrap_or(pattern);
            let pattern = pattern.strip_suffix('"').unwrap_or(pattern);
            Ok((field.to_owned(), compile(pattern)?))
        });
        filters.collect::<Result<_, _>>().map(FacetFilters)
    }

    /// True if the field has filters at all.
    pub(super) fn filters(&self, field: &str) -> bool {
        self.0.iter().any(|(name, _)| name == field)
    }

    /// True if one of the field's filters matches the value.
    pub fn matches(&self, field: &str, value: &str) -> bool {
        self.0.iter().any(|(name, regex)| {
            name == field
                && regex.as_ref().is_some_and(|pattern| pattern.is_match(value.as_bytes()))
        })
    }
}

/// `None` for an invalid pattern, and for one that takes going back (`tests_of` says which).
fn compile(pattern: &str) -> Result<Option<Pattern>, CostlyPattern> {
    if pattern.len() > MAX_PATTERN {
        return Err(CostlyPattern);
    }
    let Some(translated) = translate(pattern) else { return Ok(None) };
    if depth(&translated) > MAX_NESTING {
        return Err(CostlyPattern);
    }
    let alternatives = tests_of(&translated);
    let tests = alternatives.iter().map(Vec::len).sum::<usize>();
    if tests > MAX_TESTS {
        return Err(CostlyPattern);
    }
    let size = MAX_COMPILED / tests.max(1);
    let build = |test: Test| {
        let built = RegexBuilder::new(&test.pattern).unicode(false).size_limit(size).build();
        built.map(|regex| (regex, test.expected))
    };
    let built: Result<Vec<Vec<(Regex, bool)>>, regex::Error> =
        alternatives.into_iter().map(|tests| tests.into_iter().map(build).collect()).collect();
    match built {
        Ok(alternatives) => Ok(Some(Pattern(alternatives))),
        Err(regex::Error::CompiledTooBig(_)) => Err(CostlyPattern),
        Err(_) => Ok(None),
    }
}

/// How deep the groups of a translated pattern lie in each other. Parentheses in classes count
/// too: the number is at most too large.
fn depth(pattern: &str) -> u32 {
    let (mut depth, mut deepest, mut is_escaped) = (0_u32, 0, false);
    for byte in pattern.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The same pattern for this regex engine. The peer matches bytes, so letters beyond ASCII become
/// byte escapes; it puts the pattern between slashes, so `\/` ends it early and makes it invalid;
/// and characters that only this engine finds special become literal.
fn translate(pattern: &str) -> Option<String> {
    let mut out = String::with_capacity(pattern.len() + 16);
    let bytes = pattern.as_bytes();
    let mut class: Option<usize> = None;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        at += 1;
        match byte {
            b'\\' => {
                match next {
                    Some(b'/') | None => return None,
                    Some(b'Q') => {
                        let text = pattern.get(at + 1..)?;
                        let end = text.find("\\E").unwrap_or(text.len());
                        push_literal(text.get(..end)?, &mut out);
                        at += (end + 2).min(text.len());
                    }
                    Some(b'E') => {}
                    Some(letter) if special(letter).is_some() => {
                        let (members, is_negated) = special(letter)?;
                        match (class.is_some(), is_negated) {
                            (true, true) => return None,
                            (true, false) => out.push_str(members),
                            (false, true) => out.extend(["[^", members, "]"]),
                            (false, false) => out.extend(["[", members, "]"]),
                        }
                    }
                    // At the end, or before a line feed that ends the value.
                    Some(b'Z') if class.is_none() => out.push_str("(?:\\n?\\z)"),
                    Some(b'<' | b'>') => out.push_str(if next == Some(b'<') { "<" } else { ">" }),
                    Some(high) if !high.is_ascii() => push_byte(high, &mut out),
                    Some(ascii) => {
                        out.push('\\');
                        out.push(ascii as char);
                    }
                }
                at += 1;
            }
            _ if !byte.is_ascii() => push_byte(byte, &mut out),
            b'[' if class.is_none() => {
                out.push('[');
                if next == Some(b'^') {
                    out.push('^');
                    at += 1;
                }
                class = Some(at);
            }
            b']' if class.is_some_and(|start| start + 1 == at) => out.push_str("\\]"),
            b']' if class.is_some() => {
                class = None;
                out.push(']');
            }
            b'[' if next == Some(b':') => match pattern.get(at..).and_then(|p| p.find(":]")) {
                Some(end) => {
                    out.push_str(pattern.get(at - 1..at + end + 2)?);
                    at += end + 2;
                }
                None => out.push_str("\\["),
            },
            b'[' | b'&' | b'~' if class.is_some() => {
                out.push('\\');
                out.push(byte as char);
            }
            b'-' if class.is_some() && next == Some(b'-') => out.push_str("\\-"),
            b'{' if class.is_none() && !is_counter(bytes.get(at..).unwrap_or(&[])) => {
                out.push_str("\\{");
            }
            _ => out.push(byte as char),
        }
    }
    Some(out)
}

/// Letters that stand for sets of bytes in PCRE only: the members, and whether they are excluded.
fn special(letter: u8) -> Option<(&'static str, bool)> {
    const BLANKS: &str = "\\t\\x20\\xA0";
    const LINE_ENDS: &str = "\\n\\x0B\\f\\r\\x85";
    match letter {
        b'h' => Some((BLANKS, false)),
        b'H' => Some((BLANKS, true)),
        b'v' => Some((LINE_ENDS, false)),
        b'V' => Some((LINE_ENDS, true)),
        b'N' => Some(("\\n", true)),
        _ => None,
    }
}

/// The bytes of a text, none with a meaning.
fn push_literal(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(byte as char);
        } else {
            push_byte(byte, out);
        }
    }
}

fn push_byte(byte: u8, out: &mut String) {
    let _ = write!(out, "\\x{byte:02X}");
}

/// `2}`, `2,}` or `2,5}`.
fn is_counter(rest: &[u8]) -> bool {
    let Some(end) = rest.iter().position(|b| *b == b'}') else { return false };
    let inner = rest.get(..end).unwrap_or(&[]);
    inner.first().is_some_and(u8::is_ascii_digit)
        && inner.iter().all(|b| b.is_ascii_digit() || *b == b',')
        && inner.split(|b| *b == b',').count() <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_the_peer() {
        for (filter, value, expected) in [
            ("f:^0/", "0/A/", true),
            ("f: \"^(fin|swe)$\" ", "swe", true),
            ("f:TEST", "test", false),
            ("f:(?i)TEST", "test", true),
            ("f:^1\\/A", "1/A/", false),
            ("f:[", "[", false),
            ("f:[[]", "[", true),
            ("f:[]a]", "]", true),
            ("f:[^]a]", "b", true),
            ("f:[[:digit:]]+$", "a1", true),
            ("f:[a&&b]", "&", true),
            ("f:a{x", "a{x", true),
            ("f:a{2}", "aa", true),
            ("f:Ä", "Äbc", true),
            ("f:^..bc$", "Äbc", true),
            ("f:^.bc$", "Äbc", false),
            ("f:[äö]", "ö", true),
            ("f:\\ä", "ä", true),
            ("f:\\<a\\>", "<a>", true),
            ("f:a:b", "a:b", true),
            ("f:", "anything", true),
            ("f", "anything", true),
            ("f:(a)\\1", "aa", false),
            ("f:\\Afi\\w\\Z", "fin", true),
            ("f:\\Afi\\Z", "fin", false),
            ("f:a\\hb", "a b", true),
            ("f:a\\Hb", "a b", false),
            ("f:[\\h]b", "a b", true),
            ("f:\\Qa.(b\\E$", "a.(b", true),
            ("f:\\Qa.b", "axb", false),
            ("f:\\QÄ\\E", "Äbc", true),
            ("f:^(?!0/Kir)", "0/Kirjola/", false),
            ("f:^(?!0/Kir)", "1/Kirjola/", true),
            ("f:^(?!0/Kir)(?!1/)", "1/Kirjola/", false),
            ("f:^(?!.*Kir).*la", "0/Lehtola/", true),
            ("f:^(?!.*Kir).*la", "0/Kirjola/", false),
            ("f:^(?=.*b)a", "ab", true),
            ("f:^(?=.*b)a", "ac", false),
            ("f:(?i)^(?!KIR)k", "kirja", false),
            ("f:(?i)^(?!KIR)K", "kanto", true),
            ("f:^(?!a)|b", "ab", true),
            ("f:^(?!a)|b", "ac", false),
            ("f:^(?!a|b)", "bc", false),
            ("f:^(?![(?!])", "(", false),
            ("f:Book(?=/)", "0/Book/", true),
            ("f:Book(?=/)", "0/Book", false),
            ("f:(?<=0/)Book", "0/Book/", true),
            ("f:(?<=1/)Book", "0/Book/", false),
            ("f:(?>fin)", "fin", true),
            ("f:^(?:(?>fi)n|swe)$", "swe", true),
            // These take going back over the value, which could take too long.
            ("f:(?>a|ab)c", "abc", false),
            ("f:Book(?!/)", "Books", false),
            ("f:^((?!Kir).)*$", "Lehtola", false),
            ("f:\\", "\\", false),
        ] {
            let filters = FacetFilters::read(&[filter]).expect("a simple pattern");
            assert_eq!(filters.matches("f", value), expected, "{filter}");
        }
    }

    #[test]
    fn costly_patterns_are_refused() {
        let nested = |depth: usize| "(".repeat(depth) + &")".repeat(depth);
        for (pattern, is_costly) in [
            ("a".repeat(1024), false),
            ("a".repeat(1025), true),
            (nested(50), false),
            (nested(51), true),
            ("\\(".repeat(200), false),
            ("((a{1000}){1000}){1000}".into(), true),
            ("a{1000}{1000}".into(), true),
            ("(a+)+$".into(), false),
            (format!("^(?!{})", "a{1000}".repeat(140)), true),
            ("|^(?!a)b".repeat(15), false),
            ("|^(?!a)b".repeat(16), true),
        ] {
            let read = FacetFilters::read(&[&format!("f:{pattern}")]);
            assert_eq!(read.is_err(), is_costly, "{pattern:.20}");
        }
        assert!(!FacetFilters::read(&["g:x"]).expect("a pattern").filters("f"));
    }
}
