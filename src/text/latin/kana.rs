//! Hiragana and katakana: syllables in Hepburn's spelling.

use icu_normalizer::properties::CanonicalCompositionBorrowed;

/// Katakana from U+30A1 on, in their order.
const SYLLABLES: [&str; 90] = [
    "a", "a", "i", "i", "u", "u", "e", "e", "o", "o", "ka", "ga", "ki", "gi", "ku", "gu", "ke",
    "ge", "ko", "go", "sa", "za", "shi", "ji", "su", "zu", "se", "ze", "so", "zo", "ta", "da",
    "chi", "dji", "tsu", "tsu", "dzu", "te", "de", "to", "do", "na", "ni", "nu", "ne", "no", "ha",
    "ba", "pa", "hi", "bi", "pi", "fu", "bu", "pu", "he", "be", "pe", "ho", "bo", "po", "ma", "mi",
    "mu", "me", "mo", "ya", "ya", "yu", "yu", "yo", "yo", "ra", "ri", "ru", "re", "ro", "wa", "wa",
    "wi", "we", "wo", "n", "vu", "ka", "ke", "va", "vi", "ve", "vo",
];

fn syllable(katakana: char) -> Option<&'static str> {
    let place = u32::from(katakana).checked_sub(0x30A1)?;
    SYLLABLES.get(usize::try_from(place).ok()?).copied()
}

/// Hiragana as katakana; the small `ka` and `ke` have no counterpart.
fn katakana(c: char) -> char {
    match c {
        '\u{3041}'..='\u{3094}' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
        _ => c,
    }
}

/// The letter with its voicing mark, as katakana, and how many were read.
///
/// The half-voicing mark of hiragana is overlooked, as the reference does.
fn letter(rest: &[char]) -> Option<(char, usize)> {
    let first = *rest.first()?;
    let mark = match rest.get(1) {
        Some(mark @ ('\u{3099}' | '\u{309A}')) => *mark,
        _ => return Some((katakana(first), 1)),
    };
    if mark == '\u{309A}' && first < '\u{30A0}' {
        return Some((katakana(first), 2));
    }
    let whole = CanonicalCompositionBorrowed::new().compose(katakana(first), mark);
    Some((whole.unwrap_or(katakana(first)), 2))
}

/// A small vowel or `y` syllable that melts with the syllable before it.
fn melted(syllable: &str, small: char) -> Option<String> {
    let vowel = match small {
        'ャ' => "ya",
        'ュ' => "yu",
        'ョ' => "yo",
        'ァ' => "a",
        'ィ' => "i",
        'ェ' => "e",
        'ォ' => "o",
        _ => return None,
    };
    let stem = syllable.get(..syllable.len().checked_sub(1)?)?;
    let is_y = vowel.len() == 2;
    Some(match stem {
        "sh" | "ch" | "j" | "dj" if syllable.ends_with('i') && is_y => {
            format!("{stem}{}", &vowel[1..])
        }
        "sh" | "ch" | "j" | "dj" if syllable.ends_with('i') && vowel == "e" => format!("{stem}e"),
        "f" | "v" if syllable.ends_with('u') && !is_y => format!("{stem}{vowel}"),
        "t" | "d" if syllable.ends_with('e') && vowel == "i" => format!("{stem}i"),
        "t" | "d" if syllable.ends_with('e') && vowel == "yu" => format!("{stem}u"),
        "s" | "z" if syllable.ends_with('u') && vowel == "i" => format!("{stem}i"),
        _ if !stem.is_empty() && syllable.ends_with('i') && is_y => format!("{stem}{vowel}"),
        _ => return None,
    })
}

/// Reads one syllable.
pub(super) fn push(rest: &[char], out: &mut String) -> usize {
    let Some((first, mut read)) = letter(rest) else { return 0 };
    match first {
        // Iteration marks.
        'ゝ' | 'ゞ' | 'ヽ' | 'ヾ' => return read,
        'ー' if out.ends_with(['a', 'e', 'i', 'o', 'u']) => {
            out.push('\u{304}');
            return read;
        }
        _ => {}
    }
    let Some(plain) = syllable(first) else { return 0 };
    let next = letter(rest.get(read..).unwrap_or(&[]));
    if let Some((small, small_read)) = next {
        if first == 'ッ' {
            let doubled = syllable(small).and_then(|s| s.chars().next());
            match doubled {
                Some('c') => out.push('t'),
                Some(consonant) if !"aeioun".contains(consonant) => out.push(consonant),
                _ => out.push_str(plain),
            }
            return read;
        }
        if let Some(whole) = melted(plain, small) {
            out.push_str(&whole);
            read += small_read;
            return read;
        }
    }
    out.push_str(plain);
    read
}
