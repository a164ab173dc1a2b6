//! Devanagari, Bengali, Gurmukhi, Gujarati, Oriya, Tamil, Telugu, Kannada, Malayalam: nine blocks
//! of 128 places with the same layout, so that one table by place serves them all.

use icu_normalizer::properties::CanonicalCompositionBorrowed;

/// Consonants from place 0x15 on.
const CONSONANTS: [&str; 37] = [
    "k", "kh", "g", "gh", "ṅ", "c", "ch", "j", "jh", "ñ", "ṭ", "ṭh", "ḍ", "ḍh", "ṇ", "t", "th",
    "d", "dh", "n", "ṉ", "p", "ph", "b", "bh", "m", "y", "r", "ṟ", "l", "ḷ", "ḻ", "v", "ś", "ṣ",
    "s", "h",
];

/// Vowels from place 0x05 on.
const VOWELS: [&str; 16] =
    ["a", "ā", "i", "ī", "u", "ū", "r", "l", "ĕ", "e", "ē", "ai", "ŏ", "o", "ō", "au"];

/// Vowel signs from place 0x3E on.
const SIGNS: [&str; 15] =
    ["ā", "i", "ī", "u", "ū", "r", "r", "ĕ", "e", "ē", "ai", "ŏ", "o", "ō", "au"];

/// Letters outside the common layout: consonants (with their own vowel), then others.
const OWN_CONSONANTS: [(char, &str); 7] = [
    ('\u{9F0}', "r"),
    ('\u{9F1}', "r"),
    ('\u{9DF}', "ẏ"),
    ('\u{B5F}', "ẏ"),
    ('\u{B71}', "ẇ"),
    ('\u{A5C}', "ṛ"),
    ('\u{CDE}', "ḻ"),
];

const OWN: [(char, &str); 12] = [
    ('\u{904}', ""),
    ('\u{97D}', "ʔ"),
    ('\u{9CE}', "ṯ"),
    ('\u{950}', "om"),
    ('\u{AD0}', "om"),
    ('\u{BF0}', "10"),
    ('\u{BF1}', "100"),
    ('\u{BF2}', "1000"),
    ('\u{D4A}', "eā"),
    ('\u{D4B}', "ēā"),
    ('\u{D4C}', "e"),
    ('\u{B83}', "ḥ"),
];

/// Places that the layout would fill but that some script uses otherwise, or not at all.
const UNTOUCHED: [char; 11] = [
    '\u{980}', '\u{C34}', '\u{C3D}', '\u{C80}', '\u{D04}', '\u{D29}', '\u{D3A}', '\u{D3D}',
    '\u{BD0}', '\u{AF9}', '\u{9FC}',
];

const VIRAMA: u32 = 0x4D;
const NUKTA: u32 = 0x3C;

fn place(c: char) -> Option<u32> {
    let code = u32::from(c);
    (0x900..0xD80).contains(&code).then_some(code & 0x7F)
}

fn at(table: &'static [&'static str], from: u32, place: u32) -> Option<&'static str> {
    table.get(usize::try_from(place.checked_sub(from)?).ok()?).copied()
}

/// A consonant without its vowel.
fn consonant(c: char) -> Option<&'static str> {
    if UNTOUCHED.contains(&c) {
        return None;
    }
    let own = OWN_CONSONANTS.iter().find(|(letter, _)| *letter == c).map(|(_, latin)| *latin);
    own.or_else(|| at(&CONSONANTS, 0x15, place(c)?))
}

/// A consonant with a dot below stands for a foreign sound.
fn dotted(c: char) -> Option<&'static str> {
    Some(match place(c)? {
        0x15 => "q",
        0x16 => "ḵẖ",
        0x17 => "ġ",
        0x1C => "z",
        0x21 => "ṛ",
        0x22 => "ṛh",
        0x28 => "ṉ",
        0x2B => "f",
        0x2F => "ẏ",
        0x30 => "ṟ",
        0x32 | 0x33 => "ḻ",
        0x38 => "ś",
        _ => return None,
    })
}

fn sign(c: char) -> Option<&'static str> {
    match (c, place(c)?) {
        ('\u{D44}' | '\u{B44}', _) => None,
        ('\u{962}' | '\u{963}' | '\u{9E2}' | '\u{9E3}', _) => Some("l"),
        (_, place) => at(&SIGNS, 0x3E, place),
    }
}

/// The nasal sign before a consonant takes its place of articulation.
fn nasal(next: Option<char>) -> &'static str {
    match next.and_then(place) {
        Some(0x15..=0x19) => "ṅ",
        Some(0x1A..=0x1E | 0x36) => "ñ",
        Some(0x1F..=0x23 | 0x37) => "ṇ",
        Some(0x24..=0x29 | 0x38) => "n",
        Some(0x2A..=0x2E) => "m",
        _ => "ṁ",
    }
}

/// A letter put together again with the signs that follow it, and how many were read.
fn composed(rest: &[char]) -> Option<(char, usize)> {
    let (mut letter, mut read) = (*rest.first()?, 1);
    let compositions = CanonicalCompositionBorrowed::new();
    while let Some(whole) = rest.get(read).and_then(|next| compositions.compose(letter, *next)) {
        letter = whole;
        read += 1;
    }
    Some((letter, read))
}

/// Reads a syllable, or a sign that stands alone.
pub(super) fn push(rest: &[char], out: &mut String) -> usize {
    let Some((first, mut read)) = composed(rest) else { return 0 };
    if let Some((_, latin)) = OWN.iter().find(|(letter, _)| *letter == first) {
        out.push_str(latin);
        return read;
    }
    if let Some(plain) = consonant(first) {
        let has_dot = rest.get(read).and_then(|c| place(*c)) == Some(NUKTA);
        out.push_str(if has_dot { dotted(first).unwrap_or(plain) } else { plain });
        read += usize::from(has_dot);
        match composed(rest.get(read..).unwrap_or(&[])) {
            Some((next, signs)) if place(next) == Some(VIRAMA) => return read + signs,
            Some((next, signs)) if sign(next).is_some() => {
                out.push_str(sign(next).unwrap_or(""));
                return read + signs;
            }
            _ => out.push('a'),
        }
        return read;
    }
    match first {
        // Fractions of Bengali, signs of Gurmukhi: neither letters nor numbers of a name.
        '\u{9F4}'..='\u{9F9}' | '\u{A72}'..='\u{A74}' => return read,
        _ if UNTOUCHED.contains(&first) => return 0,
        _ => {}
    }
    let latin = match place(first) {
        Some(0x01) if !matches!(first, '\u{C81}' | '\u{D01}') => "m",
        Some(0x02) => nasal(rest.get(read).copied()),
        Some(0x03) if first != '\u{A03}' => "ḥ",
        Some(0x01 | 0x03 | VIRAMA | NUKTA | 0x3D) => "",
        Some(vowel @ 0x05..=0x14) => at(&VOWELS, 0x05, vowel).unwrap_or(""),
        Some(0x60) => "r",
        Some(0x61) => "l",
        Some(digit @ 0x66..=0x6F) => {
            out.extend(char::from_digit(digit - 0x66, 10));
            return read;
        }
        _ => match sign(first) {
            Some(latin) => latin,
            None => return 0,
        },
    };
    out.push_str(latin);
    read
}
