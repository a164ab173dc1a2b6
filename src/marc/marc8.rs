//! MARC-8 → Unicode (ingest-marc §1.3).
//!
//! The mappings are facts of the Library of Congress code tables: the one-byte sets in [`tables`],
//! and the East Asian set (EACC, three bytes a character) in `eacc.bin`, 15 739 rows of three bytes
//! of code and two of Unicode, big-endian and sorted by code. The rows were checked against the
//! copy in the BSD-licensed Python package pymarc 5.4.

mod tables;

use icu_normalizer::ComposingNormalizerBorrowed;
use tables::Set;

const ESCAPE: u8 = 0x1B;
const REPLACEMENT: char = '\u{FFFD}';
const EACC_ROW: usize = 5;
static EACC: &[u8] = include_bytes!("eacc.bin");

/// What the bytes 21–7E (G0) or A1–FE (G1) stand for.
#[derive(Clone, Copy)]
enum Graphic {
    Ascii,
    OneByte(&'static Set),
    ThreeBytes,
}

impl Graphic {
    /// The set that ends an escape sequence.
    fn of_final(byte: u8) -> Option<Self> {
        Some(match byte {
            b'B' => Graphic::Ascii,
            b'E' => Graphic::OneByte(&tables::EXTENDED_LATIN),
            b'N' => Graphic::OneByte(&tables::CYRILLIC),
            b'Q' => Graphic::OneByte(&tables::EXTENDED_CYRILLIC),
            b'S' => Graphic::OneByte(&tables::GREEK),
            b'2' => Graphic::OneByte(&tables::HEBREW),
            b'3' => Graphic::OneByte(&tables::ARABIC),
            b'4' => Graphic::OneByte(&tables::EXTENDED_ARABIC),
            b'1' => Graphic::ThreeBytes,
            _ => return None,
        })
    }
}

/// Decodes one subfield or control field; every one of them starts in ASCII and ANSEL. The result
/// is in NFC.
pub(crate) fn decode(bytes: &[u8], warnings: &mut Vec<String>) -> String {
    let plain = bytes.iter().all(|byte| (0x20..0x7F).contains(byte));
    if plain && memchr::memmem::find(bytes, b"&#x").is_none() {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    Decoder::new(bytes, false).finish(warnings)
}

/// Carries out escape sequences in a text that is UTF-8 otherwise, as converters leave them when
/// they know nothing of sub- and superscripts.
pub(crate) fn decode_escapes(text: &str, warnings: &mut Vec<String>) -> String {
    Decoder::new(text.as_bytes(), true).finish(warnings)
}

struct Decoder<'b> {
    rest: &'b [u8],
    /// Bytes from 80 up are UTF-8.
    is_utf8: bool,
    g0: Graphic,
    g1: Graphic,
    out: String,
    /// Combining characters that wait for the letter after them.
    marks: String,
    has_unknown: bool,
    has_bad_escape: bool,
}

impl<'b> Decoder<'b> {
    fn new(bytes: &'b [u8], is_utf8: bool) -> Self {
        Decoder {
            rest: bytes,
            is_utf8,
            g0: Graphic::Ascii,
            g1: Graphic::OneByte(&tables::EXTENDED_LATIN),
            out: String::with_capacity(bytes.len() * 2),
            marks: String::new(),
            has_unknown: false,
            has_bad_escape: false,
        }
    }

    fn finish(mut self, warnings: &mut Vec<String>) -> String {
        self.run();
        for (found, warning) in [
            (self.has_unknown, "MARC-8 byte without a character"),
            (self.has_bad_escape, "MARC-8 escape sequence dropped"),
        ] {
            if found && !warnings.iter().any(|known| known == warning) {
                warnings.push(warning.to_owned());
            }
        }
        ComposingNormalizerBorrowed::new_nfc().normalize(&self.out).into_owned()
    }

    fn run(&mut self) {
        while let Some((&byte, after)) = self.rest.split_first() {
            match byte {
                ESCAPE => {
                    self.rest = after;
                    self.escape();
                }
                0x21..=0x7E => self.graphic(self.g0, byte),
                0x80.. if self.is_utf8 => self.utf8(),
                0xA1..=0xFE => self.graphic(self.g1, byte),
                _ => {
                    self.rest = after;
                    match byte {
                        b' ' => self.emit(' '),
                        // Controls, and the marks around what sorting skips.
                        ..0x20 | 0x88 | 0x89 => {}
                        0x8D => self.emit('\u{200D}'),
                        0x8E => self.emit('\u{200C}'),
                        _ => self.unknown(),
                    }
                }
            }
        }
    }

    fn graphic(&mut self, set: Graphic, byte: u8) {
        let low = byte & 0x7F;
        let length = if matches!(set, Graphic::ThreeBytes) { 3 } else { 1 };
        let (code, after) = self.rest.split_at(length.min(self.rest.len()));
        match set {
            Graphic::Ascii => {
                if let Some((character, length)) = character_reference(self.rest) {
                    self.rest = &self.rest[length..];
                    self.emit(character);
                    return;
                }
                self.emit(char::from(low));
            }
            Graphic::OneByte(table) => {
                match table.get(usize::from(low) - 0x21).and_then(|c| char::from_u32((*c).into())) {
                    Some('\0') | None => self.unknown(),
                    Some(character) => self.emit(character),
                }
            }
            Graphic::ThreeBytes => {
                let code: Vec<u8> = code.iter().map(|byte| byte & 0x7F).collect();
                if code.len() < 3 || code.iter().any(|byte| *byte < 0x20) {
                    // Cut short: what follows may well be an escape sequence.
                    self.rest = &self.rest[1..];
                    self.unknown();
                    return;
                }
                match eacc(&code) {
                    Some(character) => self.emit(character),
                    None => self.unknown(),
                }
            }
        }
        self.rest = after;
    }

    /// Reads what follows an escape byte.
    fn escape(&mut self) {
        let Some((&kind, after)) = self.rest.split_first() else {
            self.has_bad_escape = true;
            return;
        };
        let single = match kind {
            b's' => Some(Graphic::Ascii),
            b'g' => Some(Graphic::OneByte(&tables::GREEK_SYMBOLS)),
            b'b' => Some(Graphic::OneByte(&tables::SUBSCRIPTS)),
            b'p' => Some(Graphic::OneByte(&tables::SUPERSCRIPTS)),
            _ => None,
        };
        if let Some(set) = single {
            self.g0 = set;
            self.rest = after;
            return;
        }
        // `$` says that the set has several bytes; the final byte tells that as well.
        let (several, designator) = match kind {
            b'$' => (true, after.first().copied().unwrap_or(0)),
            _ => (false, kind),
        };
        let skipped = usize::from(several);
        let (is_g1, begins) = match designator {
            b'(' | b',' => (false, skipped + 1),
            b')' | b'-' => (true, skipped + 1),
            _ if several => (false, skipped),
            _ => {
                self.has_bad_escape = true;
                return;
            }
        };
        // ANSEL is written `!E`; other bytes of this kind are met as well and mean nothing here.
        let rest = self.rest.get(begins..).unwrap_or(&[]);
        let at = begins + rest.iter().take_while(|byte| matches!(byte, b'!'..=b'#')).count();
        let set = self.rest.get(at).and_then(|byte| Graphic::of_final(*byte));
        match set {
            Some(set) if is_g1 => self.g1 = set,
            Some(set) => self.g0 = set,
            None => self.has_bad_escape = true,
        }
        let end = if self.rest.get(at) == Some(&ESCAPE) { at } else { at + 1 };
        self.rest = self.rest.get(end..).unwrap_or(&[]);
    }

    /// Copies text up to the next ASCII byte as it is.
    fn utf8(&mut self) {
        let length = self.rest.iter().take_while(|byte| !byte.is_ascii()).count();
        let (text, after) = self.rest.split_at(length);
        self.out.push_str(&String::from_utf8_lossy(text));
        self.rest = after;
    }

    fn unknown(&mut self) {
        self.has_unknown = true;
        self.emit(REPLACEMENT);
    }

    fn emit(&mut self, character: char) {
        if is_mark(character) {
            self.marks.push(character);
        } else {
            self.out.push(character);
            self.out.push_str(&self.marks);
            self.marks.clear();
        }
    }
}

/// The combining characters of the tables: they stand before their letter.
fn is_mark(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36F}'
            | '\u{5B0}'..='\u{5BD}'
            | '\u{5BF}'
            | '\u{5C1}'
            | '\u{5C2}'
            | '\u{64B}'..='\u{652}'
            | '\u{FB1E}'
            | '\u{FE20}'..='\u{FE23}'
    )
}

/// `&#x…;` with four to six digits, and its length.
fn character_reference(bytes: &[u8]) -> Option<(char, usize)> {
    let digits = bytes.strip_prefix(b"&#x")?;
    let length = digits.iter().take(7).position(|byte| *byte == b';').filter(|n| *n >= 4)?;
    let digits = std::str::from_utf8(&digits[..length]).ok()?;
    let code = digits.bytes().all(|b| b.is_ascii_hexdigit()).then_some(digits)?;
    let character = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
    (!character.is_control()).then_some((character, length + 4))
}

/// The character of an EACC code.
fn eacc(code: &[u8]) -> Option<char> {
    let (mut low, mut high) = (0, EACC.len() / EACC_ROW);
    while low < high {
        let middle = usize::midpoint(low, high);
        let row = EACC.get(middle * EACC_ROW..(middle + 1) * EACC_ROW)?;
        match row[..3].cmp(code) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => {
                return char::from_u32(u16::from_be_bytes([row[3], row[4]]).into());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded() {
        for (bytes, expected) in [
            (&b"plain"[..], "plain"),
            (b"K\xE8ars\xE8a", "Kärsä"),
            (b"\xB2rsted", "ørsted"),
            (b"\x1B(NabC\x1B(B", "АБц"),
            (b"\x1B$1!0d\x1B(B", "人"),
            (b"\x1B$,1!0d\x1Bs", "人"),
            (b"\x1B$)1\xA1\xB0\xE4", "人"),
            (b"\x1B$1!0d !0d\x1B(B", "人 人"),
            (b"\x1B$1!# x", "\u{3000}\u{FFFD}"),
            (b"\xE3\xF2a", "\u{1EAD}"),
            (b"1\x1Bp2\x1Bs", "1²"),
            (b"H\x1Bb2\x1BsO", "H₂O"),
            (b"\x1Bga\x1Bs", "α"),
            (b"\xC8", "€"),
            (b"\xEBi\xECa", "i\u{FE20}a\u{FE21}"),
            (b"&#x20AC; &#x; &#x0000; &amp;", "€ &#x; &#x0000; &amp;"),
            (b"\x88The \x89end", "The end"),
            (b"\x1B)!E\xB2", "ø"),
            (b"\x1Bp6\x1B(\"S\x1Bb0\x1Bs", "⁶₀"),
            (b"\x1B(2`a\x1B(B", "אב"),
            (b"\x1B)4\xA1", "\u{6FD}"),
            (b"\x1B(SADF\x1B(B", "ΑΓΕ"),
            (b"dangling \xE8", "dangling "),
            (b"a\x01\x0Ab", "ab"),
        ] {
            let mut warnings = Vec::new();
            assert_eq!(decode(bytes, &mut warnings), expected, "{bytes:?} {warnings:?}");
        }
    }

    #[test]
    fn escapes_are_carried_out_in_utf8() {
        let mut warnings = Vec::new();
        assert_eq!(decode_escapes("10\u{1B}p3\u{1B}s °C, ä", &mut warnings), "10³ °C, ä");
        assert!(warnings.is_empty());
    }

    #[test]
    fn what_cannot_be_decoded_is_told() {
        for (bytes, expected, warning) in [
            (&b"a\xC9b"[..], "a\u{FFFD}b", "MARC-8 byte without a character"),
            (b"a\xA0b", "a\u{FFFD}b", "MARC-8 byte without a character"),
            (b"a\x1B", "a", "MARC-8 escape sequence dropped"),
            (b"a\x1B(", "a", "MARC-8 escape sequence dropped"),
            (b"a\x1B(Zb", "ab", "MARC-8 escape sequence dropped"),
            (b"a\x1B$", "a", "MARC-8 escape sequence dropped"),
            (b"a\x1Bxb", "axb", "MARC-8 escape sequence dropped"),
            (b"\x1B$1!0\x1B(Bc", "\u{FFFD}\u{FFFD}c", "MARC-8 byte without a character"),
        ] {
            let mut warnings = Vec::new();
            assert_eq!(decode(bytes, &mut warnings), expected, "{bytes:?}");
            assert_eq!(warnings, [warning], "{bytes:?}");
        }
    }

    #[test]
    fn the_east_asian_table_is_sorted_and_whole() {
        assert_eq!(EACC.len(), 15_739 * EACC_ROW);
        let codes: Vec<&[u8]> = EACC.chunks(EACC_ROW).map(|row| &row[..3]).collect();
        assert!(codes.is_sorted());
        for (code, expected) in
            [([0x21, 0x30, 0x21], '一'), ([0x69, 0x24, 0x22], 'あ'), ([0x6F, 0x5C, 0x65], '한')]
        {
            assert_eq!(eacc(&code), Some(expected));
        }
        assert_eq!(eacc(&[0x21, 0x21, 0x21]), None);
    }
}
