//! XML hygiene: bytes of one record → text that XML 1.0 allows (ingest-common §11.5).

use super::encoding::utf8_or_repaired;
use super::field_text::is_stray_control;
use crate::xml::is_legal;
use encoding_rs::Encoding;
use std::borrow::Cow;

/// The text of one XML record: broken UTF-8 becomes U+FFFD with the warning `invalid UTF-8`;
/// characters that XML forbids are dropped and counted in a warning.
pub fn clean_xml<'b>(bytes: &'b [u8], warnings: &mut Vec<String>) -> Cow<'b, str> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = utf8_or_repaired(bytes, warnings);
    let mut dropped = 0;
    let text = without_illegal(text, &mut dropped);
    let text = without_illegal_references(text, &mut dropped);
    if dropped > 0 {
        super::warn(warnings, &format!("{dropped} characters that XML forbids were dropped"));
    }
    text
}

fn without_illegal<'b>(text: Cow<'b, str>, dropped: &mut usize) -> Cow<'b, str> {
    if !may_hold_illegal(text.as_bytes()) {
        return text;
    }
    let illegal = text.chars().filter(|c| !is_legal(*c)).count();
    if illegal == 0 {
        return text;
    }
    *dropped += illegal;
    Cow::Owned(text.chars().filter(|c| is_legal(*c)).collect())
}

/// Drops references such as `&#0;` and `&#xD800;`, which would make the record unreadable.
fn without_illegal_references<'b>(text: Cow<'b, str>, dropped: &mut usize) -> Cow<'b, str> {
    let mut kept = 0;
    let mut out = String::new();
    for at in memchr::memmem::find_iter(text.as_bytes(), b"&#") {
        let reference = &text[at + 2..];
        let Some(length) = reference.bytes().take(12).position(|byte| byte == b';') else {
            continue;
        };
        let digits = &reference[..length];
        let code = match digits.strip_prefix('x') {
            Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16),
            None if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse(),
            _ => continue,
        };
        // A number too long to be read is no character either; no number is another fault.
        let is_number = digits.bytes().any(|b| b.is_ascii_digit());
        if is_number && code.ok().and_then(char::from_u32).is_none_or(|c| !is_legal(c)) {
            out.push_str(&text[kept..at]);
            kept = at + 2 + length + 1;
            *dropped += 1;
        }
    }
    if kept == 0 {
        return text;
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
}

/// [`clean_xml`] of bytes in the character set their declaration names. Text that is sound UTF-8
/// all the same is taken as such.
pub(super) fn clean_xml_as<'b>(
    encoding: Option<&'static Encoding>,
    bytes: &'b [u8],
    warnings: &mut Vec<String>,
) -> Cow<'b, str> {
    let Some(encoding) = encoding.filter(|_| !bytes.is_ascii()) else {
        return clean_xml(bytes, warnings);
    };
    if std::str::from_utf8(bytes).is_ok() {
        let name = encoding.name();
        super::warn(warnings, &format!("UTF-8 though the XML declaration says {name}"));
        return clean_xml(bytes, warnings);
    }
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    if had_errors {
        super::warn(warnings, &format!("invalid {}", encoding.name()));
    }
    Cow::Owned(clean_xml(text.as_bytes(), warnings).into_owned())
}

/// A look at the bytes that costs little: C0 characters, or U+FFFE and U+FFFF (EF BF BE, EF BF BF).
fn may_hold_illegal(bytes: &[u8]) -> bool {
    let controls = bytes.iter().fold(false, |found, byte| found | is_stray_control(*byte));
    controls || memchr::memmem::find(bytes, b"\xEF\xBF").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cleaned() {
        for (bytes, expected, warning) in [
            (&b"<a>x</a>"[..], "<a>x</a>", ""),
            (b"\xEF\xBB\xBF<a>\t\r\n</a>", "<a>\t\r\n</a>", ""),
            (b"<a>\xE4</a>", "<a>\u{FFFD}</a>", "invalid UTF-8"),
            (b"<a>\x00\x0B</a>", "<a></a>", "2 characters that XML forbids were dropped"),
            (b"\xEF\xBF\xBF\xEF\xBF\xBD", "\u{FFFD}", "1 characters that XML forbids were dropped"),
            (
                b"&#0;&#x1F;&#xd800;&#99999999999;a&#65;&#x42;&#;&#x;&#y;",
                "a&#65;&#x42;&#;&#x;&#y;",
                "4 characters that XML forbids were dropped",
            ),
            ("ä&#1;ä".as_bytes(), "ää", "1 characters that XML forbids were dropped"),
        ] {
            let mut warnings = Vec::new();
            assert_eq!(clean_xml(bytes, &mut warnings), expected, "{bytes:?}");
            assert_eq!(warnings.join("; "), warning, "{bytes:?}");
        }
    }

    #[test]
    fn declared_character_sets_are_decoded() {
        let latin1 = Encoding::for_label(b"ISO-8859-1");
        let mut warnings = Vec::new();
        assert_eq!(clean_xml_as(latin1, b"<a>\xE4</a>", &mut warnings), "<a>ä</a>");
        assert!(warnings.is_empty());
        assert_eq!(clean_xml_as(latin1, "<a>ä</a>".as_bytes(), &mut warnings), "<a>ä</a>");
        assert_eq!(warnings, ["UTF-8 though the XML declaration says windows-1252"]);
    }
}
