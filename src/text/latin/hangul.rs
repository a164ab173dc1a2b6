//! Hangul: the letters that a syllable is made of.

const INITIALS: [&str; 19] = [
    "g", "kk", "n", "d", "tt", "l", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p",
    "h",
];
const VOWELS: [&str; 21] = [
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we",
    "wi", "yu", "eu", "ui", "i",
];
const FINALS: [&str; 27] = [
    "g", "kk", "gs", "n", "nj", "nh", "d", "l", "lg", "lm", "lb", "ls", "lt", "lp", "lh", "m", "b",
    "bs", "s", "ss", "ng", "j", "ch", "k", "t", "p", "h",
];

/// Reads one letter of a decomposed syllable.
pub(super) fn push(rest: &[char], out: &mut String) -> usize {
    let Some(code) = rest.first().map(|c| u32::from(*c)) else { return 0 };
    let (table, from): (&[&str], u32) = match code {
        0x1100..=0x1112 => (&INITIALS, 0x1100),
        0x1161..=0x1175 => (&VOWELS, 0x1161),
        0x11A8..=0x11C2 => (&FINALS, 0x11A8),
        _ => return 0,
    };
    let place = usize::try_from(code - from).unwrap_or(usize::MAX);
    out.push_str(table.get(place).copied().unwrap_or(""));
    1
}
