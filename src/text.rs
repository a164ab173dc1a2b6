//! Text rules shared by all formats: punctuation, keys, names, dates, numbers, coordinates.
//!
//! The functions are numbered N1…N19 in ingest-common §3; each docstring names its rule.

mod call_numbers;
mod coordinates;
mod dates;
mod isbn;
mod keys;
mod latin;
mod lists;
mod media_type;
mod names;
mod natural;
mod punctuation;
mod titles;
mod trim;

pub use call_numbers::{DeweyCallNumber, LcCallNumber, sortable_call_number};
pub use coordinates::{center_of_wkt, coordinate_to_decimal, format_coordinate};
pub use dates::{
    date_range_text, extract_year, format_timestamp, is_iso8601, year_range, years_in,
};
pub use isbn::{isbn10_to_13, normalize_isbn};
pub use keys::normalize_key;
pub use lists::{unique, unique_ignoring_case};
pub use media_type::link_media_type;
pub use names::{
    author_initials, authors_match, convert_author_last_first, normalize_languages,
    normalize_relator, uc_first,
};
pub use natural::natural_order;
pub use punctuation::{
    has_trailing_punctuation, strip_control_characters, strip_leading_punctuation,
    strip_leading_punctuation_of, strip_punctuation,
};
pub use titles::{TextRules, cut_bytes};
pub use trim::{is_numeric, trim, url_encode};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// Whatever stands in a record, no rule panics, and rules that only take away or fold do
        /// not add.
        #[test]
        fn any_text_is_borne(
            text in r"(\PC|[ .,:;/=()\[\]'\-0-9A-Za-z]|[À-ɏ]|[Ͱ-Ͽ]|[Ѐ-ӿ]|[؀-ۿ]|[ऀ-ൿ]|[฀-๿]|[ぁ-ヿ]|[가-힣]|[ሀ-፼]|\n|\t){0,40}",
            other in r"[ -~]{0,12}",
        ) {
            let rules = TextRules {
                articles: vec!["the ".into(), "l'".into()],
                abbreviations: vec!["ill".into()],
                full_title_prefixes: vec!["visual".into()],
            };
            prop_assert!(rules.strip_trailing_punctuation_of(&text, &other, true).len() <= text.len());
            prop_assert!(strip_leading_punctuation_of(&text, &other, false).len() <= text.len());
            prop_assert!(strip_punctuation(&text).len() <= text.len());
            prop_assert!(cut_bytes(&text, 7).len() <= 7);
            rules.sort_title(&text, true);
            rules.title_key(&text);
            rules.first_sentence(&text);
            let key = normalize_key(&text);
            // A letter or number that is written as several characters (🄀, ½) is unfolded last,
            // as in the peer, and may bring its own punctuation.
            let unfolded = icu_normalizer::ComposingNormalizerBorrowed::new_nfkc().is_normalized(&text);
            prop_assert!(!unfolded || !key.contains([' ', '.', ',', '/']), "{}", key);
            author_initials(&text);
            authors_match(&text, &other);
            convert_author_last_first(&text);
            normalize_relator(&text);
            uc_first(&text);
            normalize_isbn(&text);
            isbn10_to_13(&text);
            extract_year(&text);
            is_iso8601(&text);
            date_range_text(&text, &other);
            year_range(&text);
            let degrees = coordinate_to_decimal(&text);
            format_coordinate(degrees);
            center_of_wkt(&format!("POLYGON(({text}))"));
            sortable_call_number(&text);
            LcCallNumber::parse(&text).sort_key();
            let dewey = DeweyCallNumber::parse(&text);
            dewey.number(100);
            dewey.sort_key();
            link_media_type(&text, &other, "");
            prop_assert!(url_encode(&text).is_ascii());
            is_numeric(&text);
        }

        /// Numbers keep their value when they are written, to fourteen digits.
        #[test]
        fn coordinates_keep_their_value(value in -1e12_f64..1e12) {
            let written: f64 = format_coordinate(value).parse().expect("a number");
            prop_assert!((written - value).abs() <= value.abs() * 1e-13);
        }

        #[test]
        fn valid_isbns_become_isbn13(digits in "[0-9]{9}") {
            let sum: u32 =
                digits.bytes().zip((2..=10).rev()).map(|(b, w)| u32::from(b - b'0') * w).sum();
            let check = match (11 - sum % 11) % 11 {
                10 => "X".to_owned(),
                digit => digit.to_string(),
            };
            let isbn = normalize_isbn(&format!("{digits}{check}")).expect("valid");
            let weighted: u32 =
                isbn.bytes().zip([1, 3].into_iter().cycle()).map(|(b, w)| u32::from(b - b'0') * w).sum();
            prop_assert_eq!((isbn.len(), weighted % 10), (13, 0));
        }
    }
}
