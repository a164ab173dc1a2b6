//! Letters of other scripts → Latin letters, for keys only (N8): what a catalogue calls
//! `Достоевский` in one record and `Dostoevskij` in another should meet.
//!
//! The text comes in decomposed and in lower case. Alphabets go letter by letter; Greek, Indic
//! scripts, kana, Hangul and Ethiopic have rules of their own. Han characters would need a
//! dictionary of readings and stay as they are.

mod alphabets;
mod ethiopic;
mod greek;
mod hangul;
mod indic;
mod kana;

use icu_normalizer::DecomposingNormalizerBorrowed;

/// True if some character has to be put into Latin letters.
pub(super) fn is_needed(text: &str) -> bool {
    text.chars().any(|c| c >= '\u{370}' && !is_plain(c))
}

/// Characters beyond Greek that are certainly none of ours: Latin with diacritics, punctuation.
const fn is_plain(c: char) -> bool {
    matches!(c, '\u{1E00}'..='\u{1EFF}' | '\u{2000}'..='\u{206F}' | '\u{20A0}'..='\u{20CF}')
}

/// Forms for display (joined and mathematical Arabic letters, wide Hebrew, narrow kana and Hangul):
/// their ordinary letters count.
const fn is_display_form(c: char) -> bool {
    matches!(c,
        '\u{675}'..='\u{678}' | '\u{3131}'..='\u{318E}' | '\u{3200}'..='\u{321C}'
            | '\u{3260}'..='\u{327B}' | '\u{FB20}'..='\u{FB28}' | '\u{FB4F}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}' | '\u{FF66}'..='\u{FF9D}'
            | '\u{FFA0}'..='\u{FFDC}' | '\u{1EE00}'..='\u{1EEBB}')
}

/// The text in Latin letters. Marks that belong to letters come out as combining marks behind
/// them; all other characters stay.
pub(super) fn to_latin(text: &str) -> String {
    let nfkd = DecomposingNormalizerBorrowed::new_nfkd();
    let mut letters: Vec<char> = Vec::with_capacity(text.len());
    for c in text.chars() {
        if is_display_form(c) {
            letters.extend(nfkd.normalize(c.encode_utf8(&mut [0; 4])).chars());
        } else {
            letters.push(c);
        }
    }
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = letters.as_slice();
    let mut previous = ' ';
    while let Some((first, after)) = rest.split_first() {
        let before = std::mem::replace(&mut previous, *first);
        let read = match *first {
            // The stretched joint between Arabic letters is no letter.
            '\u{640}' if is_arabic(before) => 1,
            '\u{370}'..='\u{3FF}' => greek::push(rest, &mut out),
            '\u{400}'..='\u{52F}' => alphabets::push_cyrillic(rest, &mut out),
            '\u{900}'..='\u{D7F}' => indic::push(rest, &mut out),
            '\u{E00}'..='\u{E7F}' => alphabets::push_thai(rest, &mut out),
            '\u{1100}'..='\u{11FF}' => hangul::push(rest, &mut out),
            '\u{1200}'..='\u{137F}' => ethiopic::push(rest, &mut out),
            '\u{3040}'..='\u{30FF}' => kana::push(rest, &mut out),
            _ => 0,
        };
        if read > 0 {
            rest = rest.get(read..).unwrap_or(&[]);
            continue;
        }
        match alphabets::letter(*first) {
            Some(_) if is_arabic_sign(*first) && !is_arabic(before) => {}
            Some(latin) => out.push_str(latin),
            None if is_mark(*first) => {}
            None => out.push(*first),
        }
        rest = after;
    }
    out
}

const fn is_arabic(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{6FF}')
}

/// Vowels, doubling and their like: they mean something only behind a letter.
const fn is_arabic_sign(c: char) -> bool {
    matches!(c, '\u{64B}'..='\u{655}')
}

/// A combining mark that no script's rules have claimed.
fn is_mark(c: char) -> bool {
    use icu_properties::CodePointMapData;
    use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};
    GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}
