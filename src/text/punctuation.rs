//! N1, N3–N5: punctuation at the ends of a text or all through it.

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

/// True for the characters of Unicode category P.
pub(crate) fn is_punctuation(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_punctuation()
            && !matches!(c, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~');
    }
    GeneralCategoryGroup::Punctuation.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

/// The characters that end an ISBD element.
pub(super) const fn is_trailing(c: char) -> bool {
    matches!(c, '/' | ':' | ';' | ',' | '=' | '(' | '[')
}

/// True if the text ends with a period that does not follow a single letter. The third byte from
/// the end tells, as in the peer; shorter texts are judged by their first byte.
pub(super) fn ends_with_period(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.last() == Some(&b'.') && bytes.get(bytes.len().saturating_sub(3)) != Some(&b' ')
}

/// N1: the text ends with ISBD punctuation, or with a period that is not an initial's.
pub fn has_trailing_punctuation(text: &str) -> bool {
    text.trim_end_matches(' ').ends_with(is_trailing) || ends_with_period(text)
}

const LEADING: &str = " \t\\#*!¡?/:;.,=(['\"´`”\u{308}";

/// N3 with the default set; keeps the text if it is only punctuation.
pub fn strip_leading_punctuation(text: &str) -> String {
    strip_leading_punctuation_of(text, LEADING, true)
}

/// N3: removes the characters of `set` from the beginning.
pub fn strip_leading_punctuation_of(text: &str, set: &str, keep_if_only: bool) -> String {
    let rest = text.trim_start_matches(|c| set.contains(c));
    if rest.is_empty() && keep_if_only { text.to_owned() } else { rest.to_owned() }
}

/// N4: every run of punctuation and blanks becomes one blank, none at the ends; keeps the text if
/// it is only punctuation.
pub fn strip_punctuation(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if matches!(c, ' ' | '\t' | '=' | '´' | '`' | '”' | '\u{308}') || is_punctuation(c) {
            gap = true;
        } else {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        }
    }
    let kept = super::trim(&out);
    if kept.is_empty() {
        text.to_owned()
    } else if kept.len() == out.len() {
        out
    } else {
        kept.to_owned()
    }
}

/// N5: deletes line ends and tabs.
pub fn strip_control_characters(text: &str) -> String {
    text.replace(['\r', '\n', '\t'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing() {
        let cases = [
            ("123.", true),
            ("Mattila P.", false),
            ("foo /", true),
            ("1979© ", false),
            ("foo--", false),
            ("bar /:;,=([", true),
            ("", false),
            ("   ", false),
            (".", true),
            (" .", false),
        ];
        for (text, expected) in cases {
            assert_eq!(has_trailing_punctuation(text), expected, "{text:?}");
        }
    }

    #[test]
    fn leading() {
        for (text, expected) in [
            (".123", "123"),
            ("/ . foo.", "foo."),
            ("© 1979", "© 1979"),
            ("-foo", "-foo"),
            ("...", "..."),
            ("", ""),
            ("¡Olé!", "Olé!"),
        ] {
            assert_eq!(strip_leading_punctuation(text), expected, "{text:?}");
        }
        assert_eq!(strip_leading_punctuation_of("... foo", " .-", false), "foo");
        assert_eq!(strip_leading_punctuation_of("...", " .-", false), "");
    }

    #[test]
    fn all_through() {
        for (text, expected) in [
            (".123", "123"),
            ("/ . foo.", "foo"),
            ("© 1979", "© 1979"),
            (" foo-bar ", "foo bar"),
            ("...", "..."),
            ("Thesis Title / Test Author.", "Thesis Title Test Author"),
            ("a = b ´c`", "a b c"),
            ("$5+3", "$5+3"),
            ("«Да» — нет", "Да нет"),
        ] {
            assert_eq!(strip_punctuation(text), expected, "{text:?}");
        }
    }

    #[test]
    fn control_characters() {
        assert_eq!(strip_control_characters("a\r\nb\tc\0"), "abc\0");
    }
}
