//! Ethiopic: rows of eight syllables, one consonant a row.

/// Consonants of the rows from U+1200 to U+1357; `w` rows are labialised.
const ROWS: [&str; 43] = [
    "h", "l", "ḥ", "m", "ś", "r", "s", "š", "q", "qw", "q", "qw", "b", "v", "t", "č", "ḫ", "ḫw",
    "n", "ñ", "-", "k", "kw", "ḵ", "ḵw", "w", "ʿ", "z", "ž", "y", "d", "ḍ", "ǧ", "g", "gw", "ŋ",
    "ṭ", "č̣", "ṗ", "ṣ", "ḍ", "f", "p",
];

const VOWELS: [&str; 8] = ["a", "u", "i", "ā", "e", "", "o", "wā"];

/// Vowels of labialised rows; the second and seventh place are empty.
const LABIAL: [&str; 8] = ["a", "", "i", "ā", "e", "ǝ", "", ""];

/// Numbers from U+1369 on.
const NUMBERS: [&str; 20] = [
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "20", "30", "40", "50", "60", "70", "80",
    "90", "100", "10000",
];

/// Syllables and numbers behind the rows.
fn single(c: char) -> Option<&'static str> {
    match c {
        '\u{1358}' => Some("ryā"),
        '\u{1359}' => Some("myā"),
        '\u{135A}' => Some("fyā"),
        '\u{1369}'..='\u{137C}' => {
            NUMBERS.get(usize::try_from(u32::from(c) - 0x1369).ok()?).copied()
        }
        _ => None,
    }
}

/// Reads one syllable.
pub(super) fn push(rest: &[char], out: &mut String) -> usize {
    if let Some(latin) = rest.first().and_then(|c| single(*c)) {
        out.push_str(latin);
        return 1;
    }
    let Some(code) = rest.first().and_then(|c| u32::from(*c).checked_sub(0x1200)) else { return 0 };
    let (Ok(row), Ok(column)) = (usize::try_from(code / 8), usize::try_from(code % 8)) else {
        return 0;
    };
    let Some(consonant) = ROWS.get(row).copied() else { return 0 };
    let is_labial = consonant.len() > 1 && consonant.ends_with('w');
    let vowel = match (consonant, column) {
        // The gutturals' first vowel has become long.
        ("h" | "ḥ" | "ḫ" | "ʿ" | "-", 0) => "ā",
        ("ʿ" | "-", 5) => "ǝ",
        ("-", 7) => "a",
        // A consonant without vowel has one before another syllable.
        (_, 5) if !is_labial && rest.get(1).is_some_and(|c| ('ሀ'..='ፗ').contains(c)) => "ǝ",
        ("h" | "q" | "ḫ" | "k" | "w", 7) => return 0,
        ("qw", 2) if row == 9 => "ǝ",
        ("qw", 5) if row == 9 => "i",
        _ if is_labial => LABIAL[column],
        _ => VOWELS[column],
    };
    if consonant != "-" {
        out.push_str(consonant);
    }
    out.push_str(vowel);
    1
}
