//! Which character set a MARC record is in (ingest-marc §1.3): the leader is often wrong, so the
//! bytes decide.

use super::warn;
use std::borrow::Cow;
use std::str::FromStr;

/// The `encoding` setting of a source.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Encoding {
    /// Decide for each record from its bytes and its leader.
    #[default]
    Detect,
    /// UTF-8, broken sequences become U+FFFD.
    Utf8,
    /// MARC-8 with all its sets.
    Marc8,
    /// ISO 8859-1 as it is met in practice, that is Windows-1252.
    Latin1,
}

impl FromStr for Encoding {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "" | "auto" | "detect" => Ok(Encoding::Detect),
            "utf-8" | "utf8" => Ok(Encoding::Utf8),
            "marc-8" | "marc8" => Ok(Encoding::Marc8),
            "latin-1" | "latin1" | "iso-8859-1" | "windows-1252" => Ok(Encoding::Latin1),
            _ => {
                Err(format!("unknown encoding `{text}`; known are detect, utf-8, marc-8, latin-1"))
            }
        }
    }
}

/// What to do with the bytes of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Charset {
    /// Valid UTF-8, plain ASCII included.
    Utf8,
    /// UTF-8 with broken sequences.
    BrokenUtf8,
    Marc8,
    Latin1,
}

/// The character set of a record whose leader has `scheme` at position 9.
pub(super) fn charset_of(
    encoding: Encoding,
    scheme: u8,
    bytes: &[u8],
    warnings: &mut Vec<String>,
) -> Charset {
    let valid = std::str::from_utf8(bytes).is_ok();
    match encoding {
        Encoding::Marc8 => return Charset::Marc8,
        Encoding::Latin1 => return Charset::Latin1,
        Encoding::Utf8 if valid => return Charset::Utf8,
        Encoding::Utf8 => {
            warn(warnings, INVALID_UTF8);
            return Charset::BrokenUtf8;
        }
        Encoding::Detect => {}
    }
    if valid && !bytes.is_ascii() {
        if scheme == b' ' {
            warn(warnings, MISLABELLED_UTF8);
        }
        return Charset::Utf8;
    }
    let has_escape = memchr::memchr(0x1B, bytes).is_some();
    if valid && !has_escape {
        return Charset::Utf8;
    }
    if has_escape || scheme == b' ' {
        return Charset::Marc8;
    }
    warn(warnings, INVALID_UTF8);
    guess(bytes)
}

pub(super) const MISLABELLED_UTF8: &str = "UTF-8 though leader/09 says MARC-8";
pub(super) const INVALID_UTF8: &str = "invalid UTF-8";

/// The bytes as text; broken sequences become U+FFFD with a warning.
pub(super) fn utf8_or_repaired<'b>(bytes: &'b [u8], warnings: &mut Vec<String>) -> Cow<'b, str> {
    let text = String::from_utf8_lossy(bytes);
    if matches!(text, Cow::Owned(_)) {
        warn(warnings, INVALID_UTF8);
    }
    text
}

/// Rule 5: the leader promises UTF-8 and the bytes do not keep it.
fn guess(bytes: &[u8]) -> Charset {
    let (mut sound, mut broken, mut broken_in_sequence) = (0, 0, 0);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += chunk.invalid().len();
        // A broken sequence of several bytes was a sequence once.
        broken_in_sequence += if chunk.invalid().len() > 1 { chunk.invalid().len() } else { 0 };
    }
    // Sound sequences count too: one stray byte does not make a Cyrillic record Latin-1.
    if broken_in_sequence * 2 > broken || sound >= broken {
        return Charset::BrokenUtf8;
    }
    let (mut marks, mut marks_that_fit) = (0, 0);
    for pair in bytes.windows(2).filter(|pair| (0xE0..=0xFE).contains(&pair[0])) {
        marks += 1;
        marks_that_fit += usize::from(is_marked_letter(pair[0], pair[1]));
    }
    if marks_that_fit * 2 > marks { Charset::Marc8 } else { Charset::Latin1 }
}

/// Does this ANSEL combining character stand before this letter in any language that libraries
/// meet? The rule's "followed by a letter" alone would take `f\xF6rv` (Latin-1 `förv`) for MARC-8.
fn is_marked_letter(mark: u8, letter: u8) -> bool {
    let letters: &[u8] = match mark {
        0xE1 => b"aeiounwy",
        0xE2 => b"aeiouyclnrszgkpmw",
        0xE3 => b"aeioucghjswyz",
        0xE4 => b"anoiuveyg",
        0xE5 => b"aeiouyg",
        0xE6 => b"aegiouhm",
        0xE7 => b"cegzaimnsthydr",
        0xE8 => b"aeiouyhwx",
        0xE9 => b"cdelnrstzagioukjh",
        0xEA => b"auwy",
        0xEB | 0xEC => b"itnoszaeu",
        0xEE => b"ou",
        0xF0 => b"cstgklnredhm",
        0xF1 => b"aeiuo",
        0xF2 => b"aeioudhstzlmnrkbvy",
        0xF4 => b"arlnu",
        0xF9 => b"h",
        _ => b"",
    };
    letters.contains(&letter.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_decide_the_character_set() {
        use Charset::{BrokenUtf8, Latin1, Marc8, Utf8};
        for (scheme, bytes, expected, warned) in [
            (b'a', &b"plain"[..], Utf8, false),
            (b' ', b"plain", Utf8, false),
            (b'a', "Kärsä".as_bytes(), Utf8, false),
            (b' ', "Kärsä".as_bytes(), Utf8, true),
            (b' ', b"K\xE8ars\xE8a", Marc8, false),
            (b' ', b"\x1B(NabC\x1B(B", Marc8, false),
            (b'a', b"\x1B(NabC\x1B(B", Marc8, false),
            (b'a', b"K\xE8ars\xE8a", Marc8, true),
            (b'a', b"K\xE4rs\xE4", Latin1, true),
            (b'a', b"Utbildningsf\xF6rv i \xC5bo", Latin1, true),
            (b'a', b"\xC3\xA4\xC3\xB6 and a stray \xE4", BrokenUtf8, true),
            (b'a', b"cut \xE2\x82", BrokenUtf8, true),
            (b'a', b"", Utf8, false),
        ] {
            let mut warnings = Vec::new();
            let charset = charset_of(Encoding::Detect, scheme, bytes, &mut warnings);
            assert_eq!((charset, !warnings.is_empty()), (expected, warned), "{bytes:?}");
        }
        let mut warnings = Vec::new();
        assert_eq!(charset_of(Encoding::Latin1, b'a', b"\xC3\xA4", &mut warnings), Latin1);
        assert_eq!("MARC-8".parse(), Ok(Encoding::Marc8));
        assert!("koi8".parse::<Encoding>().is_err());
    }
}
