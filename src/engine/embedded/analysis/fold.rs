//! Folding: case, diacritics and compatibility forms go, å ä ö stay (index-schema §2.1, §2.6).

use icu_casemap::CaseMapper;
use icu_normalizer::DecomposingNormalizer;
use icu_properties::{CodePointMapData, props::GeneralCategory};
use std::borrow::Cow;
use std::sync::LazyLock;

/// The word that `&` becomes, equal to and/ja/och on the query side.
pub(super) const AMPERSAND_WORD: &str = "zzzetzzz";

/// The character map that stands before the tokenizer.
pub(super) fn map_characters(text: &str) -> Cow<'_, str> {
    let is_mapped = |c: char| {
        matches!(
            c,
            '&' | 'Ø' | 'ø' | 'Ö' | 'Ä' | 'Å' | '\u{2018}'
                ..='\u{201B}' | '\u{2032}' | '\u{2035}' | '\u{2039}' | '\u{203A}'
        )
    };
    if !text.contains(is_mapped) {
        return Cow::Borrowed(text);
    }
    let mut mapped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => {
                mapped.push('(');
                mapped.push_str(AMPERSAND_WORD);
                mapped.push(')');
            }
            'Ø' | 'ø' | 'Ö' => mapped.push('ö'),
            'Ä' => mapped.push('ä'),
            'Å' => mapped.push('å'),
            c if is_mapped(c) => {}
            c => mapped.push(c),
        }
    }
    Cow::Owned(mapped)
}

/// Folds everything but å ä ö.
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase() && b != b'^' && b != b'`') {
        return Cow::Borrowed(text);
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'å' | 'ä' | 'ö' => folded.push(c),
            'Å' => folded.push('å'),
            'Ä' => folded.push('ä'),
            'Ö' => folded.push('ö'),
            _ => push_folded(c, &mut folded),
        }
    }
    Cow::Owned(folded)
}

/// Folds everything, å ä ö too (call numbers).
pub(super) fn fold_all(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    text.chars().for_each(|c| push_folded(c, &mut folded));
    folded
}

/// Combining marks of every kind.
pub(super) fn is_mark(c: char) -> bool {
    c >= '\u{300}'
        && matches!(
            CodePointMapData::<GeneralCategory>::new().get(c),
            GeneralCategory::NonspacingMark
                | GeneralCategory::SpacingMark
                | GeneralCategory::EnclosingMark
        )
}

/// Folds of the characters below U+0600, computed once: Latin, Greek, Cyrillic, Armenian, Hebrew.
static TABLE: LazyLock<Vec<Box<str>>> = LazyLock::new(|| {
    (0..0x600)
        .map(|code| char::from_u32(code).map_or_else(String::new, fold_character).into())
        .collect()
});

fn push_folded(c: char, out: &mut String) {
    if c.is_ascii_lowercase() || c.is_ascii_digit() {
        out.push(c);
        return;
    }
    match TABLE.get(c as usize) {
        Some(folded) => out.push_str(folded),
        None => out.push_str(&fold_character(c)),
    }
}

/// Case fold, compatibility decomposition, marks off, then the letters that do not decompose.
fn fold_character(c: char) -> String {
    let mut one = [0; 4];
    let decomposer = DecomposingNormalizer::new_nfkd();
    let case_mapper = CaseMapper::new();
    let folded = case_mapper.fold_string(c.encode_utf8(&mut one)).into_owned();
    let decomposed = decomposer.normalize(&folded).into_owned();
    let again = case_mapper.fold_string(&decomposed).into_owned();
    let mut out = String::new();
    for d in again.chars() {
        if is_mark(d) && !is_vowel_sign(d) {
            continue;
        }
        match d {
            '^' | '`' | '¨' | '¯' | '´' | '·' | '¸' | 'ー' => {}
            '\u{2B0}'..='\u{34E}' => {}
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ð' | 'đ' | 'ɖ' | 'ɗ' => out.push('d'),
            'ħ' => out.push('h'),
            'ı' | 'ɨ' => out.push('i'),
            'ĸ' => out.push('q'),
            'ł' | 'ƚ' | 'ɫ' => out.push('l'),
            'ŋ' | 'ɲ' | 'ƞ' => out.push('n'),
            'ŧ' | 'ƭ' | 'ʈ' => out.push('t'),
            'ƀ' | 'ɓ' => out.push('b'),
            'ƈ' | 'ɕ' => out.push('c'),
            'ƒ' => out.push('f'),
            'ǝ' | 'ə' | 'ɛ' | 'ɘ' => out.push('e'),
            'ǥ' | 'ɠ' | 'ɡ' => out.push('g'),
            'ȷ' | 'ɉ' => out.push('j'),
            'ƙ' => out.push('k'),
            'ɑ' | 'ɐ' => out.push('a'),
            'ø' | 'ɵ' | 'ɔ' => out.push('o'),
            'ƥ' => out.push('p'),
            'ɍ' => out.push('r'),
            'ƶ' | 'ʐ' => out.push('z'),
            'ʉ' => out.push('u'),
            'ʋ' => out.push('v'),
            'ƴ' | 'ɏ' => out.push('y'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
            '«' | '»' | '“' | '”' | '„' => out.push('"'),
            '‘' | '’' | '‚' | '‛' | '′' | '‹' | '›' => out.push('\''),
            d if d.is_whitespace() => out.push(' '),
            d => match d.to_digit(10).or_else(|| decimal_value(d)) {
                Some(value) => out.push(char::from_digit(value, 10).unwrap_or(d)),
                None => out.push(d),
            },
        }
    }
    out
}

/// Vowel signs of Indic and South-East Asian scripts carry the word and are not diacritics.
fn is_vowel_sign(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{DFF}' | '\u{E30}'..='\u{EFF}' | '\u{F71}'..='\u{FBC}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}')
}

/// Value of a decimal digit of any script: the digits of a script stand in a row of ten.
fn decimal_value(c: char) -> Option<u32> {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let is_decimal = |code: u32| categories.get32(code) == GeneralCategory::DecimalNumber;
    let code = c as u32;
    if !is_decimal(code) {
        return None;
    }
    let run = (1..=9).take_while(|back| is_decimal(code.wrapping_sub(*back))).count();
    u32::try_from(run % 10).ok()
}
