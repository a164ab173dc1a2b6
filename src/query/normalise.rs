//! The clean-up of query text before it is parsed (search-semantics §3). The steps are numbered as
//! there; their order counts.

mod brackets;
mod finish;
mod free_signs;
mod letter_case;
mod quotes;

use crate::config::{QueryForm, SearchSettings};
use crate::text::{isbn10_to_13, trim};
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};

pub(super) use finish::{double_trailing_question_marks, escape_unquoted_minus};

/// A search text that fits a pattern which the operator forbids.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Search string '{text}' matched filter '{pattern}'")]
pub struct ForbiddenText {
    /// The text after the clean-up.
    pub text: String,
    /// The pattern of `search.toml`.
    pub pattern: String,
}

/// Steps 1–19. The empty result means "everything".
pub(super) fn normalise(text: &str, settings: &SearchSettings) -> Result<String, ForbiddenText> {
    let text = clean(text, settings);
    let text = letter_case::booleans(text, &settings.booleans_in_any_case);
    let text = if settings.ranges_in_any_case { letter_case::ranges(&text) } else { text };
    let text = unicode(text, settings.unicode_form);
    let text = isbn10_to_13(trim(&text)).unwrap_or(text);
    match settings.forbidden.iter().find(|pattern| pattern.regex.is_match(&text)) {
        Some(pattern) => Err(ForbiddenText { text, pattern: pattern.text.clone() }),
        None => Ok(text),
    }
}

/// Steps 1–14.
fn clean(text: &str, settings: &SearchSettings) -> String {
    let text = straight_quotes(text);
    match trim(&text) {
        word @ ("AND" | "OR" | "NOT") => return word.to_lowercase(),
        "*:*" => return String::new(),
        _ if only_operators(&text) => return String::new(),
        _ => {}
    }
    let text = drop_stray_wildcards(text.strip_prefix(['*', '?']).unwrap_or(&text));
    let text = brackets::drop_unbalanced_parentheses(text);
    let text = brackets::drop_bad_boosts(text);
    let text = brackets::escape_stray_brackets(&text, settings.ranges_in_any_case);
    let text = free_signs::drop_free_signs(text);
    let text = free_signs::quote_free_slashes(text);
    let text = free_signs::drop_proximity_one(text);
    let text = brackets::drop_empty_parentheses(text);
    let text = free_signs::tidy_colons(text);
    text.trim_matches(['/', ' ']).to_owned()
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
        if rest.contains(operator) {
            rest = rest.replace(operator, "");
        }
    }
    trim(&rest).is_empty()
}

/// Step 5b: wildcards that follow no word character, ranges and `field:*` excepted.
fn drop_stray_wildcards(text: &str) -> String {
    let is_wildcard = |c: char| matches!(c, '*' | '?');
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(start) = text[at..].find(is_wildcard).map(|found| at + found) {
        out.push_str(&text[at..start]);
        let end = text[start..].find(|c| !is_wildcard(c)).map_or(text.len(), |found| start + found);
        let (before, run, after) = (&text[..start], &text[start..end], &text[end..]);
        let in_range = (before.ends_with('[') && after.starts_with(" TO"))
            || (before.ends_with("TO ") && after.starts_with(']'));
        let whole_field = run == "*"
            && before.strip_suffix(':').is_some_and(|field| field.ends_with(is_word))
            && (after.is_empty() || after.starts_with(' '));
        if before.ends_with(is_word) || in_range || whole_field {
            out.push_str(run);
        }
        at = end;
    }
    out.push_str(&text[at..]);
    out
}

/// Step 17.
fn unicode(text: String, form: QueryForm) -> String {
    if text.is_ascii() {
        return text;
    }
    match form {
        QueryForm::Nfkc => ComposingNormalizer::new_nfkc().normalize(&text).into_owned(),
        QueryForm::Nfc => ComposingNormalizer::new_nfc().normalize(&text).into_owned(),
        QueryForm::Nfkd => DecomposingNormalizer::new_nfkd().normalize(&text).into_owned(),
        QueryForm::Nfd => DecomposingNormalizer::new_nfd().normalize(&text).into_owned(),
        QueryForm::Off => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Appendix A of search-semantics, rows 1–20 and 33–39, and what stands in B2 for one step.
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
            ("- this", " this"),
            ("AND", "and"),
            ("*bad", "bad"),
            ("“a”", "\"a\""),
            ("a:{a TO b} [ }", "a:{a TO b} \\[ \\}"),
            ("**foo", "foo"),
            ("*foo *bar*", "foo bar*"),
            ("* foo *", "foo"),
            ("[1 TO *]", "[1 TO *]"),
            ("foo:*bar", "foo:bar"),
            ("bar:*", "bar:*"),
            ("bar:*baz foo", "bar:baz foo"),
            ("bar\\:*", "bar\\"),
            ("kissa\\?", "kissa\\"),
            ("\\*x", "\\x"),
            ("ANDOR", ""),
            ("\"\"", ""),
            ("x^y", "xy"),
            ("\"x^y\"", "\"xy\""),
            ("/a/b/", "a/b"),
            ("ﬁnland", "finland"),
            ("½ ①", "1⁄2 1"),
            ("ａ：ｂ", "a:b"),
            ("0306406152", "9780306406157"),
            (" 080442957x ", "9780804429573"),
            ("0-306-40615-2", "0-306-40615-2"),
            ("a & b", "a & b"),
        ] {
            let found = normalise(input, &SearchSettings::default()).expect(input);
            assert_eq!(found.trim_start(), expected.trim_start(), "{input}");
        }
    }

    /// Appendix A, rows 21–32: booleans and ranges in any case.
    #[test]
    fn appendix_a_in_any_case() {
        let settings = SearchSettings {
            booleans_in_any_case: vec!["AND", "OR", "NOT"],
            ranges_in_any_case: true,
            ..SearchSettings::default()
        };
        for (input, expected) in [
            ("this - that", "this that"),
            ("this -that", "this -that"),
            ("+ this ++ that +", "this that"),
            ("this/that", "this/that"),
            ("/this that/", "this that"),
            ("(this that", "this that"),
            ("&", "&"),
            ("AND OR NOT +-\"&&||", ""),
            ("this : that", "this  that"),
            ("this: that", "this that"),
            ("this::::::that", "this:that"),
            ("\"this : that\"", "\"this : that\""),
            ("[a to b]", "([a TO b] OR [A TO B])"),
            ("{1900 to 1910}", "{1900 TO 1910}"),
            ("\"[a to b]\"", "\"[a to b]\""),
        ] {
            assert_eq!(normalise(input, &settings).expect(input), expected, "{input}");
        }
    }

    #[test]
    fn forms_and_forbidden_texts() {
        for (form, expected) in [
            (QueryForm::Off, "Å ﬁ"),
            (QueryForm::Nfc, "Å ﬁ"),
            (QueryForm::Nfkc, "Å fi"),
            (QueryForm::Nfkd, "A\u{30A} fi"),
        ] {
            let settings = SearchSettings { unicode_form: form, ..SearchSettings::default() };
            assert_eq!(normalise("Å ﬁ", &settings).as_deref(), Ok(expected));
        }
        let settings = SearchSettings::parse("s", "[text]\nforbidden_patterns = [\"via+gra\"]");
        let error = normalise("buy viagra", &settings.expect("valid")).expect_err("forbidden");
        assert_eq!(error.to_string(), "Search string 'buy viagra' matched filter 'via+gra'");
    }

    /// Every step looks at each character a bounded number of times.
    #[test]
    fn long_texts_take_linear_time() {
        for piece in ["()", "* ", "\"a\" ", "a:", "[", "- ", "/ ", "~1 ", "a^1", "(a", "?x"] {
            let text = piece.repeat(200_000 / piece.len());
            let start = std::time::Instant::now();
            let found = normalise(&text, &SearchSettings::default()).expect("no pattern");
            let found = escape_unquoted_minus(&double_trailing_question_marks(&found));
            assert!(found.len() <= 8 * text.len());
            assert!(start.elapsed().as_secs() < 5, "{piece}: {:?}", start.elapsed());
        }
    }
}
