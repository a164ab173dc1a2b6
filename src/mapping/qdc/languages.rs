//! Languages of QDC: codes in running text, several to an element (ingest-qdc §2.1).

use super::super::Warnings;
use super::super::dublin_core::DublinCore;
use crate::text::{normalize_languages, trim};

/// The codes of all `language` elements. What is no code is named in a warning.
pub(super) fn languages(document: &DublinCore, warnings: &mut Warnings) -> Vec<String> {
    let mut codes = Vec::new();
    for element in document.values("language") {
        for part in element.split(' ') {
            let code = code_of(part);
            let is_code =
                (1..=9).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase());
            if is_code {
                // Codes may be glued together: `engfin`.
                for piece in code.as_bytes().chunks(3) {
                    codes.push(piece.iter().copied().map(char::from).collect());
                }
            } else {
                let shown = if part.is_empty() { "EMPTY_VALUE" } else { part };
                warnings.add(format!("unhandled language {shown}"));
            }
        }
    }
    normalize_languages(codes)
}

/// `http://lexvo.org/id/iso639-3/fin,` → `fin`; `en_GB` → `en`.
fn code_of(part: &str) -> &str {
    let bare = trim(part).trim_matches(|c: char| c == ',' || c.is_ascii_whitespace());
    let bare = bare
        .strip_prefix("http://lexvo.org/id/iso639-")
        .and_then(|rest| {
            let mut characters = rest.chars();
            characters.next()?;
            characters.as_str().strip_prefix('/')
        })
        .unwrap_or(bare);
    bare.split('_').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::super::payload::tests::raw;
    use super::*;

    #[test]
    fn codes_and_warnings() {
        for (text, codes, warned) in [
            ("fi", vec!["fi"], vec![]),
            ("jp_JP", vec!["jp"], vec![]),
            ("sv, en, nr", vec!["sv", "en", "nr"], vec![]),
            ("engfin", vec!["eng", "fin"], vec![]),
            ("http://lexvo.org/id/iso639-3/fin", vec!["fin"], vec![]),
            ("EnGb", vec![], vec!["EnGb"]),
            ("verylonglanguagehere", vec![], vec!["verylonglanguagehere"]),
            ("po,tt", vec![], vec!["po,tt"]),
            (",", vec![], vec![","]),
            (" ", vec![], vec!["EMPTY_VALUE"]),
            ("äö", vec![], vec!["äö"]),
        ] {
            let xml = format!("<dc><language>{text}</language></dc>");
            let document = DublinCore::open(&raw(&xml, None)).expect("well-formed");
            let mut warnings = Warnings::default();
            assert_eq!(languages(&document, &mut warnings), codes, "{text}");
            let expected: Vec<String> =
                warned.iter().map(|part| format!("unhandled language {part}")).collect();
            assert_eq!(warnings.into_vec(), expected, "{text}");
        }
    }
}
