//! `earliestDate` and `latestDate` → range of days (ingest-lido §8.2).

use super::calendar::{DateRange, Day};
use crate::mapping::Warnings;
use std::cmp::Ordering;

/// What a range with its ends the wrong way round is reported as.
pub(super) const INVALID_RANGE: &str = "invalid date range";

/// The days between two dates written as year, year-month or year-month-day. A latest date that
/// lies before the earliest is reported and gives way to it; a date that cannot be read gives
/// nothing.
pub(super) fn exact_range(
    earliest: &str,
    latest: &str,
    warnings: &mut Warnings,
) -> Option<DateRange> {
    let (earliest, mut latest) = (earliest.trim(), latest.trim());
    if latest.is_empty() {
        latest = earliest;
    } else if compare(latest, earliest) == Ordering::Less {
        warnings.add(INVALID_RANGE);
        latest = earliest;
    }
    let start = complete(earliest, Edge::Start)?;
    let end = complete(latest, Edge::End)?;
    DateRange::new(start, end).or_else(|| DateRange::new(start, complete(earliest, Edge::End)?))
}

/// Numbers by value, other texts by their bytes, as PHP compares; where the text order of negative
/// years would turn time around, by the day that they begin with.
fn compare(a: &str, b: &str) -> Ordering {
    if let (Ok(a), Ok(b)) = (a.parse::<i64>(), b.parse::<i64>()) {
        return a.cmp(&b);
    }
    if (a.starts_with('-') || b.starts_with('-'))
        && let (Some(a), Some(b)) = (complete(a, Edge::Start), complete(b, Edge::Start))
    {
        return a.cmp(&b);
    }
    a.cmp(b)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Start,
    End,
}

/// The first or last day that a date of any precision means. A day that its month does not have
/// leaves the month.
fn complete(text: &str, edge: Edge) -> Option<Day> {
    let (negative, positive) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let date = positive.split_once(['T', ' ']).map_or(positive, |(date, _time)| date);
    let (year, month, day) = components(date)?;
    let year = i32::try_from(year).ok()?;
    let year = if negative { -year } else { year };
    let Some(month) = month else {
        return match edge {
            Edge::Start => Day::first_of_year(year),
            Edge::End => Day::last_of_year(year),
        };
    };
    day.and_then(|day| Day::new(year, month, day)).or_else(|| match edge {
        Edge::Start => Day::new(year, month, 1),
        Edge::End => Day::last_of_month(year, month),
    })
}

/// Year, month and day of `1945`, `1945-03`, `1945-03-12` or `19450312`.
fn components(date: &str) -> Option<(u32, Option<u32>, Option<u32>)> {
    if date.len() == 8
        && let Some(whole) = number(date, 8)
    {
        return Some((whole / 10_000, Some(whole / 100 % 100), Some(whole % 100)));
    }
    let mut parts = date.split('-');
    let year = number(parts.next()?, 4)?;
    let mut next = || parts.next().map_or(Some(None), |part| number(part, 2).map(Some));
    let (month, day) = (next()?, next()?);
    parts.next().is_none().then_some((year, month, day))
}

fn number(text: &str, longest: usize) -> Option<u32> {
    let is_number =
        !text.is_empty() && text.len() <= longest && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for (earliest, latest, expected, warned) in [
            ("1950", "1960", "[1950-01-01 TO 1960-12-31]", false),
            ("1950-02", "1950-02", "[1950-02-01 TO 1950-02-28]", false),
            ("1950-01-01", "1940-01-01", "1950-01-01", true),
            ("1950", "1940", "[1950-01-01 TO 1950-12-31]", true),
            ("50", "60", "[0050-01-01 TO 0060-12-31]", false),
            ("900", "1000", "[0900-01-01 TO 1000-12-31]", false),
            ("5", "", "[0005-01-01 TO 0005-12-31]", false),
            ("-500", "-400", "[-0500-01-01 TO -0400-12-31]", false),
            ("-0500-01-01", "-0400-12-31", "[-0500-01-01 TO -0400-12-31]", false),
            ("-50", "50", "[-0050-01-01 TO 0050-12-31]", false),
            ("850", "", "[0850-01-01 TO 0850-12-31]", false),
            ("1950-13", "1950-13", "", false),
            ("1950-02-30", "1950-02-31", "[1950-02-01 TO 1950-02-28]", false),
            ("1950-06-01", "1950-06-30", "[1950-06-01 TO 1950-06-30]", false),
            ("1897-05-01T00:00:00Z", "1897-05-01T23:59:59Z", "1897-05-01", false),
            ("18970501", "18970502", "[1897-05-01 TO 1897-05-02]", false),
            ("1897-5-1", "1897-5-2", "[1897-05-01 TO 1897-05-02]", false),
            ("", "1950", "", false),
            ("noin 1950", "1950", "", true),
            ("1950-", "1950-", "", false),
            ("1950-01-01-01", "", "", false),
            ("19501", "", "", false),
            ("99999999999", "", "", false),
            ("--", "é", "", false),
        ] {
            let mut warnings = Warnings::default();
            let range = exact_range(earliest, latest, &mut warnings);
            let text = range.map(|range| range.to_string()).unwrap_or_default();
            assert_eq!(text, expected, "{earliest} / {latest}");
            assert_eq!(!warnings.as_slice().is_empty(), warned, "{earliest} / {latest}");
        }
    }
}
