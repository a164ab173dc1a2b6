//! MARC fields that need little more than their tag (record-fields §4).

use super::fields::{first_joined, joined, single, trimmed, trimmed_joined, unique, values};
use super::punctuation::{strip, strip_also};
use crate::marc::Record;
use crate::present::ApiValue;
use crate::present::view::RecordView;
use crate::text::{is_numeric, trim};
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

type Pairs = Vec<(Cow<'static, str>, ApiValue)>;

#[expect(clippy::expect_used, reason = "the pattern is a constant that tests compile")]
static PAGES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:,\s*|^)(?-u:\w)\.?\s*([0-9,\-]+)").expect("the pattern is well-formed")
});

/// Texts of one tag, without trailing punctuation if asked so.
pub(in crate::present) fn texts(
    record: &Record,
    tag: &str,
    codes: &str,
    stripped: bool,
) -> ApiValue {
    let texts = joined(record, tag, codes);
    if stripped {
        ApiValue::texts(texts.iter().map(|text| strip(text)))
    } else {
        ApiValue::texts(texts)
    }
}

/// 506: $a, with $e in parentheses.
pub(in crate::present) fn access_restrictions(record: &Record) -> ApiValue {
    let notes = record.each("506").filter_map(|field| {
        let note = strip(single(field, 'a'));
        if note.is_empty() {
            return None;
        }
        Some(match strip(single(field, 'e')) {
            "" => note.to_owned(),
            detail => format!("{note} ({detail})"),
        })
    });
    ApiValue::texts(notes)
}

/// 246.
pub(in crate::present) fn alternative_titles(record: &Record) -> ApiValue {
    ApiValue::texts(joined(record, "246", "abf").iter().map(|text| strip(text)))
}

/// Leader 7.
pub(in crate::present) fn bibliographic_level(record: &Record) -> ApiValue {
    ApiValue::from(match record.leader_at(7).to_ascii_uppercase() {
        'M' => "Monograph",
        'S' => "Serial",
        'A' => "MonographPart",
        'B' => "SerialPart",
        'C' => "Collection",
        'D' => "CollectionPart",
        'I' => "IntegratingResource",
        _ => "Unknown",
    })
}

/// 050, 060, 080, 084 by scheme (record-fields §4.2).
pub(in crate::present) fn classifications(record: &Record) -> ApiValue {
    let mut schemes: Pairs = Vec::new();
    for tag in ["050", "060", "080", "084"] {
        for field in record.each(tag) {
            let source = single(field, '2');
            let scheme: Cow<'static, str> = match tag {
                "050" => Cow::Borrowed("dlc"),
                "060" => Cow::Borrowed("nlm"),
                "080" => Cow::Borrowed(udk_edition(source)),
                _ if source.is_empty() => continue,
                _ => Cow::Owned(source.to_owned()),
            };
            let mut class = trimmed_joined(field, "ab");
            let auxiliary = single(field, 'x');
            if class.is_empty() {
                continue;
            }
            if auxiliary.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
                class.push('-');
            }
            class.push_str(auxiliary);
            match schemes.iter_mut().find(|(name, _)| *name == scheme) {
                Some((_, ApiValue::List(list))) => list.push(class.into()),
                _ => schemes.push((scheme, ApiValue::texts([class]))),
            }
        }
    }
    ApiValue::Object(schemes)
}

fn udk_edition(source: &str) -> &'static str {
    if matches!(source, "1974/fin/fennica" | "1974/fin/finuc-s") {
        return "udkf";
    }
    let year = source
        .as_bytes()
        .windows(4)
        .find(|window| window.iter().all(u8::is_ascii_digit))
        .and_then(|window| std::str::from_utf8(window).ok()?.parse::<u16>().ok());
    if year.is_some_and(|year| year >= 2009) { "udk2" } else { "udkx" }
}

/// The page after the dash in 773 $g.
pub(in crate::present) fn container_end_page(record: &Record) -> ApiValue {
    let places = joined(record, "773", "g");
    let end = places.iter().find_map(|place| {
        let pages = PAGES.captures(place)?.get(1)?.as_str();
        pages.split('-').nth(1).filter(|end| !end.is_empty())
    });
    end.map_or(ApiValue::Null, ApiValue::from)
}

/// Index field, else 773 $t.
pub(in crate::present) fn container_title(view: &RecordView<'_>) -> String {
    let indexed = view.text("container_title");
    if !indexed.is_empty() {
        return strip_also(indexed, ".-").to_owned();
    }
    strip_also(&first_joined(view.marc(), "773", "t"), ".-").to_owned()
}

/// 502, else 509, else 920.
pub(in crate::present) fn dissertation_note(record: &Record) -> ApiValue {
    let note = ["502", "509", "920"]
        .iter()
        .map(|tag| first_joined(record, tag, "abcd"))
        .find(|note| !note.is_empty())
        .unwrap_or_default();
    ApiValue::text_or_null(strip(&note))
}

/// 752.
pub(in crate::present) fn place_names(record: &Record) -> ApiValue {
    let names = record.each("752").filter_map(|field| {
        let parts: Vec<&str> = field
            .subfields()
            .filter(|subfield| !subfield.code.is_ascii_digit())
            .map(|subfield| subfield.value)
            .collect();
        (!parts.is_empty()).then(|| parts.join(" -- "))
    });
    ApiValue::texts(names)
}

/// 264 for manufacture, else 260.
pub(in crate::present) fn manufacturer(record: &Record) -> ApiValue {
    let text = match record.each("264").find(|field| field.ind2 == '3') {
        Some(field) => trimmed_joined(field, "abc"),
        None => first_joined(record, "260", "efg"),
    };
    ApiValue::text_or_null(text)
}

/// 041 $h of translations, and of component parts (979 $i).
pub(in crate::present) fn original_languages(record: &Record) -> ApiValue {
    let own = record.each("041").filter(|field| field.ind1 != '0').filter_map(|f| f.first('h'));
    let parts = record.each("979").flat_map(|field| values(field, "i"));
    let codes = own.chain(parts).map(strip).filter(|code| !code.is_empty()).collect();
    ApiValue::texts(unique(codes))
}

/// 260 and 264 (record-fields §4.7).
pub(in crate::present) fn publication(record: &Record, code: char) -> Vec<String> {
    let code = code.to_string();
    let of_kind = |ind2: char| -> Vec<String> {
        record
            .each("264")
            .filter(|field| field.ind2 == ind2)
            .map(|field| trimmed_joined(field, &code))
            .filter(|text| !text.is_empty())
            .collect()
    };
    let mut found = joined(record, "260", &code);
    let published = of_kind('1');
    found.extend(if published.is_empty() { of_kind('4') } else { published });
    found
}

/// 306, as hours, minutes and seconds.
pub(in crate::present) fn playing_times(record: &Record) -> ApiValue {
    let times = record.each("306").flat_map(|field| values(field, "a")).map(|time| {
        let has_colons = time.as_bytes().windows(8).any(|window| {
            window.iter().enumerate().all(|(at, byte)| match at {
                2 | 5 => *byte == b':',
                _ => byte.is_ascii_digit(),
            })
        });
        if has_colons {
            return time.to_owned();
        }
        let characters: Vec<char> = time.chars().collect();
        let two = |from: usize| characters.iter().skip(from).take(2).collect::<String>();
        format!("{}:{}:{}", two(0), two(2), two(4))
    });
    ApiValue::texts(times)
}

/// 263, as day or month.
pub(in crate::present) fn projected_date(record: &Record) -> ApiValue {
    ApiValue::text_or_null(date_by_length(first_joined(record, "263", "a")))
}

/// The length of a text alone makes it a day or a month; what is no number in it counts as 0.
fn date_by_length(date: String) -> String {
    let number = |from: usize, to: usize| number_at_start(&date.as_bytes()[from..to]);
    match date.len() {
        8 => format!("{}.{}.{}", number(6, 8), number(4, 6), number(0, 4)),
        6 => format!("{}/{}", number(4, 6), number(0, 4)),
        _ => date,
    }
}

/// The number that at most four bytes begin with, or 0.
fn number_at_start(text: &[u8]) -> i32 {
    let text = text.trim_ascii_start();
    let (is_negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let digits = digits.iter().take(4).take_while(|byte| byte.is_ascii_digit());
    let number = digits.fold(0, |number, digit| number * 10 + i32::from(digit - b'0'));
    if is_negative { -number } else { number }
}

/// 008/11-14 unless 008/06 says that it is a detailed date.
pub(in crate::present) fn end_date(record: &Record) -> ApiValue {
    let field: Vec<char> = record.control("008").chars().collect();
    let date: String = field.iter().skip(11).take(4).collect();
    let is_detailed = field.get(6) == Some(&'e');
    let is_year = is_numeric(&date) && date.trim().parse::<f64>().is_ok_and(|year| year != 0.0);
    if is_year && !is_detailed { ApiValue::from(date) } else { ApiValue::Null }
}

/// 090 $a if it equals 001.
pub(in crate::present) fn sfx_object_id(record: &Record) -> ApiValue {
    let id = record.each("090").next().map_or("", |field| single(field, 'a'));
    if !id.is_empty() && id == record.control("001") { ApiValue::from(id) } else { ApiValue::Null }
}

/// Subfields of 245 without trailing punctuation.
pub(in crate::present) fn title_part(record: &Record, codes: &str) -> ApiValue {
    ApiValue::text_or_null(strip(&first_joined(record, "245", codes)))
}

/// 245 $n and $p as they are.
pub(in crate::present) fn title_section(record: &Record) -> ApiValue {
    ApiValue::text_or_null(first_joined(record, "245", "np"))
}

/// 245; a title of punctuation alone stays.
pub(in crate::present) fn title(record: &Record) -> String {
    let title = first_joined(record, "245", "abnp");
    match strip(&title) {
        "" => title,
        stripped => stripped.to_owned(),
    }
}

/// 520, those of one language together (languages are told by 886 through $8).
pub(in crate::present) fn summary(record: &Record) -> ApiValue {
    let languages: Vec<(&str, &str)> = record
        .each("886")
        .filter(|field| {
            single(*field, '2') == "local"
                && matches!(single(*field, 'a'), "kieli" | "språk" | "language")
        })
        .map(|field| (single(field, '8'), single(field, 'l')))
        .collect();
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for field in record.each("520") {
        let text = single(field, 'a');
        if text.is_empty() {
            continue;
        }
        let link = single(field, '8');
        let language = languages
            .iter()
            .find(|(known, _)| !link.is_empty() && *known == link)
            .map_or("", |(_, language)| *language);
        match groups.iter_mut().find(|(known, _)| *known == language) {
            Some((_, texts)) => texts.push(text),
            None => groups.push((language, vec![text])),
        }
    }
    ApiValue::texts(groups.into_iter().flat_map(|(_, texts)| texts))
}

/// 538.
pub(in crate::present) fn system_details(record: &Record) -> ApiValue {
    let details = record.each("538").map(|field| {
        ApiValue::object([
            ("part", strip(single(field, '3')).into()),
            ("details", strip(single(field, 'a')).into()),
        ])
    });
    ApiValue::List(details.collect())
}

/// 505, split at dashes.
pub(in crate::present) fn contents(record: &Record) -> ApiValue {
    let mut parts: Vec<String> = Vec::new();
    for field in record.each("505") {
        let text = trimmed(field, "agrtu").collect::<Vec<_>>().join(" ");
        parts.extend(split_at_dashes(&text));
    }
    ApiValue::texts(parts)
}

/// Splits where a dot or a blank stands before two dashes.
fn split_at_dashes(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|tail| tail.find("--")).map(|at| at + from) {
        let before = rest.get(..at).unwrap_or("");
        let is_cut = |c: char| matches!(c, '.' | ' ' | '\t' | '\n' | '\r' | '\x0B' | '\x0C');
        match before.strip_suffix(is_cut) {
            Some(part) => {
                parts.push(part);
                rest = rest.get(at + 2..).unwrap_or("");
                from = 0;
            }
            None => from = at + 1,
        }
    }
    parts.push(rest);
    parts.into_iter().map(trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// 130 and 240.
pub(in crate::present) fn uniform_titles(record: &Record) -> ApiValue {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    let titles = ["130", "240"]
        .into_iter()
        .flat_map(|tag| record.each(tag))
        .map(|field| trimmed_joined(field, LETTERS))
        .filter(|title| !title.is_empty());
    ApiValue::texts(titles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_split_at_dashes() {
        for (text, expected) in [
            ("One -- Two / X. -- Three .-- Four", &["One", "Two / X.", "Three", "Four"][..]),
            ("a---b", &["a---b"]),
            ("a ---b", &["a", "-b"]),
            ("-- a", &["-- a"]),
            ("", &[]),
        ] {
            assert_eq!(split_at_dashes(text), expected, "{text}");
        }
    }

    #[test]
    fn projected_dates_go_by_length() {
        for (text, expected) in [
            ("20240105", "5.1.2024"),
            ("202403", "3/2024"),
            ("2024--", "0/2024"),
            ("2024----", "0.0.2024"),
            ("k 2021", "21/0"),
            ("20 4xx 5", "5.0.20"),
            ("kevät21", "21.0.0"),
            ("2024", "2024"),
            ("kevät 2021", "kevät 2021"),
            ("", ""),
        ] {
            assert_eq!(date_by_length(text.to_owned()), expected, "{text}");
        }
    }

    #[test]
    fn udk_editions() {
        for (source, expected) in
            [("1974/fin/fennica", "udkf"), ("2009/fin", "udk2"), ("1999", "udkx"), ("", "udkx")]
        {
            assert_eq!(udk_edition(source), expected, "{source}");
        }
    }
}
