//! Publication and physical description: 250, 260, 264, 300, 362, 505, 520 and the dates of 008
//! (ingest-marc §5.4).

use super::view::{View, both, normal, part, sub};
use crate::marc::DataField;
use crate::record::IndexRecord;
use crate::text::{date_range_text, extract_year, is_iso8601};

/// Sets the publication fields.
pub(super) fn add(view: &View<'_>, fields: &mut IndexRecord) {
    fields.set_all("publisher", publishers(view));
    fields.set_all("publication_place_txt_mv", places(view));

    let year = publication_year(view);
    let main_date = extract_year(&year);
    if !main_date.is_empty() {
        let start = format!("{main_date}-01-01T00:00:00Z");
        if is_iso8601(&start) {
            fields.set("main_date", start);
        }
    }
    fields.set("main_date_str", main_date);
    fields.set_all("publishDate", Some(year.clone()).filter(|y| !y.is_empty()));
    fields.set("publishDateSort", year);
    if let Some((from, to)) = date_range(view) {
        let range = date_range_text(&from, &to);
        fields.set("publication_daterange", range.clone());
        fields.set_all("search_daterange_mv", [range]);
    }

    fields.set("edition", view.all("250", "a"));
    fields.set_all("physical", view.gather(&[both("300", "abcefg"), both("530", "abcd")]));
    fields.set_all("dateSpan", view.gather(&[both("362", "a")]));
    fields.set_all("contents", view.gather(&[both("505", "a"), both("505", "t")]));
    fields.set("description", view.gather(&[normal("520", "a")]).join(" "));
}

/// The 264 fields about publication (second indicator 1).
fn publications<'r>(view: &View<'r>) -> impl Iterator<Item = DataField<'r>> + use<'r> {
    view.each("264").filter(|field| field.ind2 == '1')
}

fn publishers(view: &View<'_>) -> Vec<String> {
    let publishers = view.gather(&[both("260", "b")]);
    if !publishers.is_empty() {
        return publishers;
    }
    publications(view)
        .take(1)
        .map(|field| view.clean(sub(&field, 'b')))
        .filter(|publisher| !publisher.is_empty())
        .collect()
}

fn places(view: &View<'_>) -> Vec<String> {
    let mut places = view.gather(&[normal("260", "a")]);
    if places.is_empty() {
        places.extend(
            publications(view)
                .map(|field| view.clean(sub(&field, 'a')))
                .filter(|place| !place.is_empty()),
        );
    } else {
        for place in &mut places {
            *place = place.trim_matches([' ', '[', ']']).to_owned();
        }
    }
    places
}

/// First four digits in a row.
fn four_digits(text: &str) -> &str {
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        if !byte.is_ascii_digit() {
            start = at + 1;
        } else if at + 1 - start == 4 {
            return part(text, start, 4);
        }
    }
    ""
}

/// What stands between the first `[` and the last `]`.
fn bracketed(text: &str) -> Option<&str> {
    let start = text.find('[')? + 1;
    let end = text.rfind(']')?;
    text.get(start..end).filter(|inner| !inner.is_empty())
}

/// The year of a date text: in brackets if there is one, else the first anywhere.
fn year_of(text: &str) -> &str {
    match bracketed(text).map_or("", four_digits) {
        "" => four_digits(text),
        year => year,
    }
}

/// The year of publication from 260, 264 or 008.
pub(super) fn publication_year(view: &View<'_>) -> String {
    let published = view
        .first("260")
        .into_iter()
        .chain(publications(view))
        .map(|field| year_of(sub(&field, 'c')))
        .find(|year| !year.is_empty());
    if let Some(year) = published {
        return year.to_owned();
    }
    match view.control_part("008", 7, 4) {
        "0000" | "9999" => String::new(),
        date => four_digits(date).to_owned(),
    }
}

const DAY_START: &str = "T00:00:00Z";
const DAY_END: &str = "T23:59:59Z";

/// First and last moment of the publication, or `None` if the record has no usable date.
fn date_range(view: &View<'_>) -> Option<(String, String)> {
    let (from, to) = control_dates(view)
        .or_else(|| view.first("260").and_then(|field| year_span(sub(&field, 'c'))))
        .or_else(|| {
            publications(view).find_map(|field| {
                let text = sub(&field, 'c');
                span_in_words(text).or_else(|| year_span(text))
            })
        })
        .or_else(|| production_date(view))?;
    if from > to {
        view.warn("invalid date range in 008");
        let end = format!("{}-12-31{DAY_END}", part(&from, 0, 4));
        return Some((from, end));
    }
    Some((from, to))
}

fn span(from: &str, to: &str) -> (String, String) {
    (format!("{from}-01-01{DAY_START}"), format!("{to}-12-31{DAY_END}"))
}

fn year_span(text: &str) -> Option<(String, String)> {
    match year_of(text) {
        "" => None,
        year => Some(span(year, year)),
    }
}

/// The dates of 008 by its type of date.
fn control_dates(view: &View<'_>) -> Option<(String, String)> {
    let date1 = view.control_part("008", 7, 4);
    let date2 = view.control_part("008", 11, 4);
    let (from, to) = match view.control_part("008", 6, 1) {
        "c" => span(date1, "9999"),
        "d" | "i" | "k" | "m" | "q" => {
            let numbers = date1.parse::<u16>().ok().zip(date2.parse::<u16>().ok());
            if numbers.is_some_and(|(first, second)| second < first) {
                span(date2, date1)
            } else {
                span(date1, date2)
            }
        }
        "e" => {
            let (month, day) = (view.control_part("008", 11, 2), view.control_part("008", 13, 2));
            let date = format!("{date1}-{month}-{day}");
            (format!("{date}{DAY_START}"), format!("{date}{DAY_END}"))
        }
        "s" | "t" | "u" => span(date1, date1),
        _ => return None,
    };
    (is_iso8601(&from) && is_iso8601(&to)).then_some((from, to))
}

/// The first date of 008 of a production or a reprint. The peer leaves such records without a date
/// unless 260 or 264 has one.
fn production_date(view: &View<'_>) -> Option<(String, String)> {
    let date1 = view.control_part("008", 7, 4);
    let is_single = matches!(view.control_part("008", 6, 1), "p" | "r");
    (is_single && is_year(date1)).then(|| span(date1, date1))
}

/// `between 1931 and 1943`, `vuosien 1931 ja 1943 välillä`, `1931 - 1943`.
fn span_in_words(text: &str) -> Option<(String, String)> {
    let forms = [("between ", " and ", ""), ("vuosien ", " ja ", " välillä"), ("", " - ", "")];
    bracketed(text).into_iter().chain([text]).find_map(|text| {
        forms.iter().find_map(|(before, between, after)| {
            text.match_indices(between).find_map(|(at, _)| {
                let (left, right) = (text.get(..at)?, text.get(at + between.len()..)?);
                let from = left.get(left.len().checked_sub(4)?..)?;
                let to = right.get(..4)?;
                let fits = is_year(from)
                    && is_year(to)
                    && left.get(..left.len() - 4)?.ends_with(before)
                    && right.get(4..)?.starts_with(after);
                fits.then(|| span(from, to))
            })
        })
    })
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// First number of the first 300a.
pub(super) fn page_count(view: &View<'_>) -> String {
    let text = view.first_sub("300", 'a');
    let Some(start) = text.find(|c: char| c.is_ascii_digit()) else { return String::new() };
    text.get(start..).unwrap_or("").chars().take_while(char::is_ascii_digit).collect()
}

const BOOK_ILLUSTRATIONS: [char; 15] =
    ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'o', 'p'];
const ILLUSTRATION_WORDS: [&str; 5] = ["ill.", "illus.", "kuv.", "kuvitettu", "illustrated"];

/// `Illustrated` or `Not Illustrated` (ingest-marc §5.8).
pub(super) fn illustrated(view: &View<'_>) -> &'static str {
    let is_text = matches!(view.leader(6), 'a' | 't');
    let coded = |text: &str| text.chars().any(|c| BOOK_ILLUSTRATIONS.contains(&c));
    let by_code = is_text
        && (coded(view.control_part("008", 18, 4))
            || view.record().controls("006").any(|value| coded(part(value, 1, 4))));
    let by_words = || {
        view.values("300", 'b').any(|text| {
            let text = text.to_lowercase();
            ILLUSTRATION_WORDS.iter().any(|word| text.contains(word))
        })
    };
    if by_code || by_words() { "Illustrated" } else { "Not Illustrated" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::marc::sample::mapped;

    #[test]
    fn years_prefer_brackets() {
        for (text, year) in [
            ("2345 [2013?].", "2013"),
            ("1940 [vuosien 1931 ja 1943 välillä?]", "1931"),
            ("cop. 2001.", "2001"),
            ("[s.a.] 1999", "1999"),
            ("19uu", ""),
            ("19872", "1987"),
            ("][1999", "1999"),
        ] {
            assert_eq!(year_of(text), year, "{text}");
        }
    }

    #[test]
    fn spans_in_words() {
        let years = |text| span_in_words(text).map(|(a, b)| (a[..4].to_owned(), b[..4].to_owned()));
        let expected = Some(("1931".to_owned(), "1943".to_owned()));
        for text in
            ["1940 [vuosien 1931 ja 1943 välillä?]", "[between 1931 and 1943]", "1931 - 1943"]
        {
            assert_eq!(years(text), expected, "{text}");
        }
        assert_eq!(years("1931-1943"), None);
        assert_eq!(years("välillä 1931 ja 43"), None);
    }

    #[test]
    fn date_ranges() {
        for (dates, field, range) in [
            ("s2013    ", "", "[2013-01-01 TO 2013-12-31]"),
            ("c20139999", "", "[2013-01-01 TO 9999-12-31]"),
            ("d19431931", "", "[1931-01-01 TO 1943-12-31]"),
            ("e20130327", "", "2013-03-27"),
            ("e20130231", "264 _1 $c[2013]", "[2013-01-01 TO 2013-12-31]"),
            ("p20172008", "264 _1 $c[2008]", "[2008-01-01 TO 2008-12-31]"),
            ("p20172008", "", "[2017-01-01 TO 2017-12-31]"),
            ("r2017    ", "", "[2017-01-01 TO 2017-12-31]"),
            ("s19uu    ", "260 __ $c1975-", "[1975-01-01 TO 1975-12-31]"),
            ("n        ", "264 _1 $c1931 - 1943", "[1931-01-01 TO 1943-12-31]"),
            ("n        ", "264 _4 $c1931", ""),
            ("b        ", "", ""),
        ] {
            let mapped = mapped(&format!("008 140327{dates}fi\n{field}"));
            assert_eq!(mapped.fields.first("publication_daterange"), range, "{dates} {field}");
        }
    }

    #[test]
    fn publication_fields() {
        let mapped = mapped(
            "008 140327s2013    fi a
             250 __ $a2nd ed.
             264 _1 $a[Oulu] :$bRäme,$c2013.
             264 _4 $c2010
             300 __ $a210 sivua ;$c24 cm
             362 0_ $a1(2013)-
             520 __ $aVedestä.
             520 __ $aTurpeesta.",
        );
        for (field, value) in [
            ("publisher", "Räme"),
            ("publication_place_txt_mv", "[Oulu]"),
            ("publishDate", "2013"),
            ("publishDateSort", "2013"),
            ("main_date_str", "2013"),
            ("main_date", "2013-01-01T00:00:00Z"),
            ("edition", "2nd ed"),
            ("physical", "210 sivua ; 24 cm"),
            ("dateSpan", "1(2013)-"),
            ("description", "Vedestä Turpeesta"),
            ("illustrated", "Illustrated"),
        ] {
            assert_eq!(mapped.fields.first(field), value, "{field}");
        }
    }
}
