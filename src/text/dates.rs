//! N14: years and dates.

use regex::Regex;
use std::sync::LazyLock;

/// First four digits in a row, with a minus sign directly before them; else empty.
pub fn extract_year(text: &str) -> String {
    let bytes = text.as_bytes();
    let Some(at) = bytes.windows(4).position(|w| w.iter().all(u8::is_ascii_digit)) else {
        return String::new();
    };
    let from = if at > 0 && bytes[at - 1] == b'-' { at - 1 } else { at };
    text.get(from..at + 4).unwrap_or("").to_owned()
}

/// A year that fits into four digits with its sign, month and day, if they exist.
fn civil(year: &str, month: &str, day: &str) -> bool {
    let number = |text: &str| text.parse::<i16>().ok();
    let (Some(year), Some(month), Some(day)) = (number(year), number(month), number(day)) else {
        return false;
    };
    match (i8::try_from(month), i8::try_from(day)) {
        (Ok(month), Ok(day)) => jiff::civil::Date::new(year, month, day).is_ok(),
        _ => false,
    }
}

/// True for an existing moment written `[-]YYYY-MM-DDThh:mm:ssZ` (proleptic Gregorian; the year
/// 0000 exists).
pub fn is_iso8601(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let shape = b"dddd-dd-ddTdd:dd:ddZ";
    let fits = unsigned.len() == shape.len()
        && unsigned.bytes().zip(shape).all(|(byte, shape)| match shape {
            b'd' => byte.is_ascii_digit(),
            _ => byte == *shape,
        });
    if !fits {
        return false;
    }
    let below = |from: usize, limit: u32| {
        unsigned.get(from..from + 2).and_then(|t| t.parse::<u32>().ok()).is_some_and(|n| n < limit)
    };
    let sign = text.len() - unsigned.len();
    below(11, 24)
        && below(14, 60)
        && below(17, 60)
        && civil(&text[..sign + 4], &unsigned[5..7], &unsigned[8..10])
}

/// `YYYY-MM-DD` of both moments: one if they are equal, else `[a TO b]`.
pub fn date_range_text(from: &str, to: &str) -> String {
    let day = |moment: &str| moment.split('T').next().unwrap_or("").to_owned();
    let (from, to) = (day(from), day(to));
    if from == to { from } else { format!("[{from} TO {to}]") }
}

/// All years of a text: four digits that are a word, with sign, each with the month and day that
/// may follow.
pub fn years_in(text: &str) -> Vec<String> {
    static YEAR: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(-?\b[0-9]{4})\b-?[0-9]{0,2}\b-?\b[0-9]{0,2}\b").ok());
    if !text.as_bytes().windows(4).any(|w| w.iter().all(u8::is_ascii_digit)) {
        return Vec::new();
    }
    YEAR.iter().flat_map(|year| year.captures_iter(text)).map(|c| c[1].to_owned()).collect()
}

/// First and second year of a text (or the first twice); an end before the start becomes the start.
pub fn year_range(text: &str) -> Option<(String, String)> {
    let mut years = years_in(text).into_iter();
    let start = years.next()?;
    let end = years.next().unwrap_or_else(|| start.clone());
    let number = |year: &str| year.parse::<i32>().unwrap_or(0);
    let end = if number(&start) > number(&end) { start.clone() } else { end };
    Some((start, end))
}

/// `YYYY-MM-DDThh:mm:ssZ` of seconds since 1970.
pub fn format_timestamp(unix: i64) -> String {
    match jiff::Timestamp::from_second(unix) {
        Ok(moment) => moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years() {
        for (text, expected) in [
            ("cop. 2010", "2010"),
            ("-0050", "-0050"),
            ("150", ""),
            ("37.416666", "4166"),
            ("a-1999-2000", "-1999"),
            ("", ""),
        ] {
            assert_eq!(extract_year(text), expected, "{text}");
        }
    }

    #[test]
    fn moments() {
        for (text, expected) in [
            ("2014-05-03T10:00:00Z", true),
            ("-2014-05-03T10:00:00Z", true),
            ("0000-01-01T00:00:00Z", true),
            ("2021-02-30T00:00:00Z", false),
            ("2020-02-29T23:59:59Z", true),
            ("2020-13-01T00:00:00Z", false),
            ("2020-01-01T24:00:00Z", false),
            ("2020-01-01T00:60:00Z", false),
            ("2020-01-01", false),
            ("", false),
            ("-", false),
            ("ääää-01-01T00:00:00Z", false),
        ] {
            assert_eq!(is_iso8601(text), expected, "{text}");
        }
    }

    #[test]
    fn ranges() {
        let text = |a, b| date_range_text(a, b);
        assert_eq!(text("2020-01-01T00:00:00Z", "2020-01-01T23:59:59Z"), "2020-01-01");
        assert_eq!(
            text("-2020-01-01T00:00:00Z", "0015-12-31T23:59:59Z"),
            "[-2020-01-01 TO 0015-12-31]"
        );
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(year_range("1900-1910"), pair("1900", "1910"));
        assert_eq!(year_range("2000-05-01"), pair("2000", "2000"));
        assert_eq!(year_range("1950, 1940"), pair("1950", "1950"));
        assert_eq!(year_range("noin 150"), None);
    }

    #[test]
    fn timestamps() {
        assert_eq!(format_timestamp(0), "1970-01-01T00:00:00Z");
        assert_eq!(format_timestamp(1_399_064_400), "2014-05-02T21:00:00Z");
        assert_eq!(format_timestamp(i64::MAX), "");
    }
}
