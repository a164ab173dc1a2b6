//! The date of a unit as people write it: `1.2.1900 - 3.4.1950`, `circa 1900`, `5.1918`
//! (ingest-ead §4.1).

use crate::mapping::Warnings;
use crate::mapping::archival_unit::{days_in_month, existing_day};
use crate::text::{date_range_text, extract_year};
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// The time a unit covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnitDate {
    /// As the index wants it: a day or `[day TO day]`.
    pub(super) range: String,
    /// The moment it begins; empty if the year was not written in full.
    pub(super) start: String,
    end: String,
}

impl UnitDate {
    /// `1900-1950`, `1900`, or empty if no year was written in full.
    pub(super) fn years(&self) -> String {
        let (start, end) = (extract_year(&self.start), extract_year(&self.end));
        if end == start {
            start
        } else {
            format!("{start}-{}", if end == "9999" { "" } else { &end })
        }
    }
}

/// Any single character that is not a digit stands between the numbers of a date.
macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        static $name: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($pattern).ok());
    };
}
pattern!(
    DAY_TO_DAY,
    r"([0-9]{1,2})[^0-9\n]([0-9]{1,2})[^0-9\n]([0-9]{4}) ?- ?([0-9]{1,2})[^0-9\n]([0-9]{1,2})[^0-9\n]([0-9]{4})"
);
pattern!(MONTH_TO_MONTH, r"([0-9]{1,2})[^0-9\n]([0-9]{4}) ?- ?([0-9]{1,2})[^0-9\n]([0-9]{4})");
pattern!(YEAR_TO_YEAR, "([0-9]{4}) ?- ?([0-9]{4})");
pattern!(ISO_DAY, "([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})");
pattern!(DAY, r"([0-9]{1,2})[^0-9\n]([0-9]{1,2})[^0-9\n]([0-9]{4})");
pattern!(MONTH, r"([0-9]{1,2})\.([0-9]{4})");
pattern!(NUMBER_TO_NUMBER, "([0-9]+) ?- ?([0-9]+)");
pattern!(YEAR, "([0-9]{4})");

const BAD_START: &str = "invalid start date";
const BAD_END: &str = "invalid end date";

/// The time that the text of a `unitdate` names; the first pattern that is found in it decides.
pub(super) fn parse(text: &str, warnings: &mut Warnings) -> Option<UnitDate> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let find = |pattern: &'static LazyLock<Option<Regex>>| pattern.as_ref()?.captures(text);
    let span = if let Some(c) = find(&DAY_TO_DAY) {
        let from = first_day(existing_day(day(&c, 3, 2, 1), BAD_START, warnings));
        let to = last_day(existing_day(day(&c, 6, 5, 4), BAD_END, warnings));
        Span::of_days(from, to, "23:59:59")
    } else if let Some(c) = find(&MONTH_TO_MONTH) {
        let from = first_day(existing_day((number(&c, 2), small(&c, 1), 1), BAD_START, warnings));
        let to = month_end(number(&c, 4), small(&c, 3), warnings)?;
        Span::of_days(from, to, "23:59:59")
    } else if let Some(c) = find(&YEAR_TO_YEAR) {
        Span::of_days((number(&c, 1), 1, 1), (number(&c, 2), 12, 31), "00:00:00")
    } else if let Some(c) = find(&ISO_DAY) {
        let date = existing_day(day(&c, 1, 2, 3), BAD_START, warnings);
        Span::of_days(first_day(date), last_day(date), "23:59:59")
    } else if let Some(c) = find(&DAY) {
        let date = existing_day(day(&c, 3, 2, 1), BAD_START, warnings);
        Span::of_days(first_day(date), last_day(date), "23:59:59")
    } else if let Some(c) = find(&MONTH) {
        let (year, month) = (number(&c, 2), small(&c, 1));
        let to = month_end(year, month, warnings)?;
        Span::of_days((year, month, 1), to, "23:59:59")
    } else if let Some(c) = find(&NUMBER_TO_NUMBER) {
        Span::of_numbers(c.get(1)?.as_str(), c.get(2)?.as_str())?
    } else {
        let c = find(&YEAR)?;
        Span::of_days((number(&c, 1), 1, 1), (number(&c, 1), 12, 31), "23:59:59")
    };
    Some(span.into_date(warnings))
}

type Day = (i16, i8, i8);

fn number(captures: &Captures<'_>, group: usize) -> i16 {
    captures.get(group).and_then(|digits| digits.as_str().parse().ok()).unwrap_or(0)
}

fn small(captures: &Captures<'_>, group: usize) -> i8 {
    captures.get(group).and_then(|digits| digits.as_str().parse().ok()).unwrap_or(0)
}

fn day(captures: &Captures<'_>, year: usize, month: usize, day: usize) -> Day {
    (number(captures, year), small(captures, month), small(captures, day))
}

fn first_day((year, month, day): (i16, Option<i8>, Option<i8>)) -> Day {
    (year, month.unwrap_or(1), day.unwrap_or(1))
}

fn last_day((year, month, day): (i16, Option<i8>, Option<i8>)) -> Day {
    let month = month.unwrap_or(12);
    (year, month, day.unwrap_or_else(|| days_in_month(year, month).unwrap_or(31)))
}

fn month_end(year: i16, month: i8, warnings: &mut Warnings) -> Option<Day> {
    let days = days_in_month(year, month);
    if days.is_none() {
        warnings.add(BAD_END);
    }
    Some((year, month, days?))
}

/// First and last day, and how each is written for fields that want moments.
struct Span {
    from: Day,
    to: Day,
    start: String,
    end: String,
}

impl Span {
    fn of_days(from: Day, to: Day, end_time: &str) -> Span {
        Span { from, to, start: moment(from, "00:00:00"), end: moment(to, end_time) }
    }

    /// Years of one to four digits. The peer reads one and two digits as years around 2000 when it
    /// writes the range, and as nothing elsewhere.
    fn of_numbers(from: &str, to: &str) -> Option<Span> {
        let year = |digits: &str| {
            let year: i16 = digits.parse().ok().filter(|_| digits.len() <= 4)?;
            Some(match digits.len() {
                1 | 2 if year < 70 => (year + 2000, false),
                1 | 2 => (year + 1900, false),
                _ => (year, true),
            })
        };
        let ((from, is_full), (to, to_is_full)) = (year(from)?, year(to)?);
        let mut span = Span::of_days((from, 1, 1), (to, 12, 31), "00:00:00");
        if !is_full {
            span.start.clear();
        }
        if !to_is_full {
            span.end.clear();
        }
        Some(span)
    }

    fn into_date(mut self, warnings: &mut Warnings) -> UnitDate {
        if self.from > self.to {
            warnings.add("invalid date range");
            let year = (self.from.0, 12, 31);
            self.to = year;
            self.end = if self.start.is_empty() { String::new() } else { moment(year, "23:59:59") };
        }
        let range = date_range_text(&moment(self.from, "00:00:00"), &moment(self.to, "00:00:00"));
        UnitDate { range, start: self.start, end: self.end }
    }
}

fn moment((year, month, day): Day, time: &str) -> String {
    format!("{year:04}-{month:02}-{day:02}T{time}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_written() {
        for (text, range, years, warned) in [
            ("1.2.1900 - 3.4.1950", "[1900-02-01 TO 1950-04-03]", "1900-1950", ""),
            ("18/05/1943-18/05/1943", "1943-05-18", "1943", ""),
            ("2.1900-3.1950", "[1900-02-01 TO 1950-03-31]", "1900-1950", ""),
            ("1900-1950", "[1900-01-01 TO 1950-12-31]", "1900-1950", ""),
            ("circa 1900 - 1950?", "[1900-01-01 TO 1950-12-31]", "1900-1950", ""),
            ("1950-1900", "[1950-01-01 TO 1950-12-31]", "1950", "invalid date range"),
            ("1900-02-03", "1900-02-03", "1900", ""),
            ("4.3.1921", "1921-03-04", "1921", ""),
            ("12.1900", "[1900-12-01 TO 1900-12-31]", "1900", ""),
            ("2.1904", "[1904-02-01 TO 1904-02-29]", "1904", ""),
            ("1900", "[1900-01-01 TO 1900-12-31]", "1900", ""),
            ("1900-luku", "[1900-01-01 TO 1900-12-31]", "1900", ""),
            ("1918, 1920", "[1918-01-01 TO 1918-12-31]", "1918", ""),
            ("850-1200", "[0850-01-01 TO 1200-12-31]", "0850-1200", ""),
            ("1982-05", "[1982-01-01 TO 2005-12-31]", "1982-", ""),
            ("October 7-15", "[2007-01-01 TO 2015-12-31]", "", ""),
            (
                "1889 September 16 - 1889 October 4",
                "[2016-01-01 TO 2016-12-31]",
                "",
                "invalid date range",
            ),
            ("31.2.1900", "[1900-02-01 TO 1900-02-28]", "1900", "invalid start date"),
            ("12/14/2015", "[2015-01-01 TO 2015-12-31]", "2015", "invalid start date"),
            ("1.1.1900-31.6.1901", "[1900-01-01 TO 1901-06-30]", "1900-1901", "invalid end date"),
            ("0.0.1900", "[1900-01-01 TO 1900-12-31]", "1900", "invalid start date"),
        ] {
            let mut warnings = Warnings::default();
            let date = parse(text, &mut warnings).expect(text);
            assert_eq!((date.range.as_str(), date.years().as_str()), (range, years), "{text}");
            assert_eq!(warnings.as_slice().join(" "), warned, "{text}");
        }
    }

    #[test]
    fn no_date() {
        for (text, warned) in [
            ("", ""),
            ("-", ""),
            ("s.a.", ""),
            ("12", ""),
            ("13.1900", "invalid end date"),
            ("2.1900 - 13.1950", "invalid end date"),
            ("99999999999999999999-5", ""),
        ] {
            let mut warnings = Warnings::default();
            assert_eq!(parse(text, &mut warnings).map(|date| date.range), None, "{text}");
            assert_eq!(warnings.as_slice().join(" "), warned, "{text}");
        }
    }

    proptest::proptest! {
        /// Whatever the text, what comes out is a range that the index can take.
        #[test]
        fn any_text(text in "[0-9./ \\-a-z\u{E4}\u{2013}]{0,24}") {
            if let Some(date) = parse(&text, &mut Warnings::default()) {
                proptest::prop_assert!(matches!(date.range.len(), 10 | 26), "{}", date.range);
            }
        }
    }
}
