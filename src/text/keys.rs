//! N8: folding of texts to keys.

use super::latin;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

/// N8: decomposed, lower-cased, in Latin letters, only letters and numbers; for comparison, never
/// for display.
pub fn normalize_key(text: &str) -> String {
    if text.is_ascii() {
        return text
            .bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|b| b.to_ascii_lowercase() as char)
            .collect();
    }
    let nfd = DecomposingNormalizerBorrowed::new_nfd();
    let lowered = nfd.normalize(text).to_lowercase();
    let latin = if latin::is_needed(&lowered) {
        let composed = ComposingNormalizerBorrowed::new_nfc();
        composed.normalize(&latin::to_latin(&lowered)).into_owned()
    } else {
        lowered
    };
    let kept: String = latin.chars().filter(|c| is_letter_or_number(*c)).collect();
    if kept.is_ascii() {
        return kept;
    }
    ComposingNormalizerBorrowed::new_nfkc().normalize(&kept).into_owned()
}

fn is_letter_or_number(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    GeneralCategoryGroup::Letter.contains(category)
        || GeneralCategoryGroup::Number.contains(category)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding() {
        for (text, expected) in [
            ("A -.*B  C", "abc"),
            ("ÖÄÅöäåüïé", "oaaoaauie"),
            ("AaÖÄÅöäåüï", "aaoaaoaaui"),
            ("Hirsjärvi, Sirkka.", "hirsjarvisirkka"),
            ("Waltari, Mika", "waltarimika"),
            ("ﬁnæ ß Łódź ĳ №5 ½", "finæßłodzij51⁄2"),
            ("🄀 ⒈", "0.1."),
            ("", ""),
            ("Лев Толстой", "levtolstoj"),
            ("Київ, об’єкт, ёлка", "kiívobêktëlka"),
            ("Αθήνα, Ευρώπη, αγγελία, Ψυχή", "athēnaeurōpēangeliapsychē"),
            ("ΐδιος, οἱ Ῥόδιοι, ᾠδή", "ïdioshoirhodioiōidē"),
            ("Հայաստան, საქართველო", "hayastansakartvelo"),
            ("תל אביב", "ţlʼbyb"),
            ("القاهرة, ألف, گچپژ", "ạlqạhrẗạlfgcẖpzẖ"),
            ("مُحَمَّد", "muḥamãd"),
            ("हिन्दी, संस्कृत, ज़", "hindīsanskrtaza"),
            ("தமிழ்", "tamiḻ"),
            ("กรุงเทพ", "krungtheph"),
            (
                "きょうと, トーキョー, ラーメン, ノルウェイ, がっこう, ファ",
                "kyoutotōkyōrāmennoruueigakkoufa",
            ),
            ("한국어, 서울, 김치", "hangugeoseoulgimchi"),
            ("አማርኛ", "āmārǝñā"),
            ("東京 物語", "東京物語"),
            ("１２３ ⅳ ② ﬀ ẞ ℃ C♯", "123iv2ffßc"),
            ("zero\u{200B}width \u{308}", "zerowidth"),
        ] {
            assert_eq!(normalize_key(text), expected, "{text}");
        }
    }
}
