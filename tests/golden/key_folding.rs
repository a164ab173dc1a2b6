//! Key folding of single code points.

use kirjo::text::normalize_key;

/// How many code points fold as expected, and which do not.
pub struct Tally {
    pub all: usize,
    pub equal: usize,
    /// Han characters stay as they are: no dictionary of readings is carried along.
    pub han: usize,
    /// Shapes of Arabic vowel signs without a letter: they are no text.
    pub lone_signs: usize,
    /// `U+0416 expected ž, actual ж`.
    pub wrong: Vec<String>,
}

impl Tally {
    pub fn summary(&self) -> String {
        format!(
            "key folding: {}/{} code points equal, {} Han characters left as they are, {} shapes of \
             lone Arabic signs, {} wrong",
            self.equal,
            self.all,
            self.han,
            self.lone_signs,
            self.wrong.len()
        )
    }
}

/// Ideographs and radicals, which only a dictionary could put into Latin letters.
pub fn is_han(code_point: u32) -> bool {
    matches!(
        code_point,
        0x2E80..=0x2FDF | 0x3005 | 0x3007 | 0x3021..=0x3029 | 0x3038..=0x303B | 0x3400..=0x4DBF
            | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF
    )
}

pub fn compare(table: &str) -> Tally {
    let mut tally = Tally { all: 0, equal: 0, han: 0, lone_signs: 0, wrong: Vec::new() };
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let Some((code, expected)) = line.split_once('\t') else { continue };
        let Ok(code_point) = u32::from_str_radix(code, 16) else { continue };
        let Some(c) = char::from_u32(code_point) else { continue };
        tally.all += 1;
        let actual = normalize_key(c.encode_utf8(&mut [0; 4]));
        if actual == expected {
            tally.equal += 1;
        } else if is_han(code_point) {
            tally.han += 1;
        } else if matches!(code_point, 0xFC5E..=0xFC63 | 0xFCF2..=0xFCF4 | 0xFE70..=0xFE7F) {
            tally.lone_signs += 1;
        } else {
            tally.wrong.push(format!("U+{code} {c} expected `{expected}`, actual `{actual}`"));
        }
    }
    tally
}
