//! Trailing punctuation as the peer's record pages strip it (record-fields §1, P); another rule than
//! the one at ingest.

/// Abbreviations that keep their dot.
const ABBREVIATIONS: [&[u8]; 4] = [b"nid.", b"sid.", b"kuv.", b"ill."];

/// P(text): blanks and ISBD punctuation at the end go, then one dot unless it ends an initial or an
/// abbreviation.
pub(in crate::present) fn strip(text: &str) -> &str {
    strip_also(text, "")
}

/// [`strip`] with further characters.
pub(in crate::present) fn strip_also<'t>(text: &'t str, also: &str) -> &'t str {
    let text = text.trim_end_matches(|c: char| {
        matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0B' | '\x0C' | '/' | ':' | ';' | ',' | '=' | '(')
            || also.contains(c)
    });
    let Some(without_dot) = text.strip_suffix('.') else { return text };
    let bytes = text.as_bytes();
    let is_initial = bytes.len() >= 3 && bytes.get(bytes.len() - 3) == Some(&b' ');
    let is_abbreviation =
        ABBREVIATIONS.iter().chain([&b"col.".as_slice()]).any(|known| bytes.ends_with(known));
    if is_initial || is_abbreviation { text } else { without_dot }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checked_examples() {
        for (text, expected) in [
            ("Helsinki :", "Helsinki"),
            ("Title / ", "Title"),
            ("kirjoittaja.", "kirjoittaja"),
            ("Smith, A.", "Smith, A."),
            ("A.", "A"),
            ("J.R.", "J.R"),
            ("sid.", "sid."),
            ("12 säv.", "12 säv"),
            ("x ...", "x .."),
            (" . ", " "),
            (":", ""),
            ("", ""),
            ("ä.", "ä"),
        ] {
            assert_eq!(strip(text), expected, "{text}");
        }
        assert_eq!(strip_also("1-2-", "-"), "1-2");
        assert_eq!(strip_also("Smith, A.", ".-"), "Smith, A");
        assert_eq!(strip_also("x ...", ".-"), "x");
    }
}
