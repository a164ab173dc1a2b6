//! Spans of time in milliseconds, years before our era included (engine-mapping §7).

/// A span of time, both ends included, in milliseconds since 1970-01-01T00:00:00Z; the extremes
/// of the type stand for an open end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateSpan {
    /// First instant.
    pub from: i64,
    /// Last instant.
    pub to: i64,
}

const DAY: i64 = 86_400_000;
/// Years beyond this are refused: they would not fit into milliseconds.
const MAX_YEAR: i64 = 200_000_000;

/// Reads `[a TO b]`, a truncated date (`1900`, `1995-02`, `2001-05-09`) or a full instant; years
/// are astronomical (`0000` = 1 BC), `*` is open. `None` for anything else, for impossible dates
/// and for a span that ends before it starts.
pub fn parse_date_span(text: &str) -> Option<DateSpan> {
    let text = text.trim();
    let span = match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) => {
            let (from, to) = inner.split_once(" TO ")?;
            let from = match from.trim() {
                "*" => i64::MIN,
                date => parse_date(date)?.from,
            };
            let to = match to.trim() {
                "*" => i64::MAX,
                date => parse_date(date)?.to,
            };
            DateSpan { from, to }
        }
        None => parse_date(text)?,
    };
    (span.from <= span.to).then_some(span)
}

/// A date of any precision as the span of its unit.
fn parse_date(text: &str) -> Option<DateSpan> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time.strip_suffix('Z').unwrap_or(time))),
        None => (text, None),
    };
    let (sign, digits) = match date.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, date.strip_prefix('+').unwrap_or(date)),
    };
    let mut numbers = digits.split('-').map(parse_digits);
    let year = sign * numbers.next()??;
    if year.abs() > MAX_YEAR {
        return None;
    }
    let month = numbers.next().map_or(Some(None), |m| m.map(Some))?;
    let day = numbers.next().map_or(Some(None), |d| d.map(Some))?;
    if numbers.next().is_some() || (day.is_none() && time.is_some()) {
        return None;
    }
    let (first, last) = match (month, day) {
        (None, _) => (days_from_civil(year, 1, 1), days_from_civil(year, 12, 31)),
        (Some(month @ 1..=12), None) => (
            days_from_civil(year, month, 1),
            days_from_civil(year, month, days_in_month(year, month)),
        ),
        (Some(month @ 1..=12), Some(day)) if (1..=days_in_month(year, month)).contains(&day) => {
            let at = days_from_civil(year, month, day);
            (at, at)
        }
        _ => return None,
    };
    match time {
        None => Some(DateSpan { from: first * DAY, to: last * DAY + DAY - 1 }),
        Some(time) => {
            let (from, to) = parse_time(time)?;
            Some(DateSpan { from: first * DAY + from, to: first * DAY + to })
        }
    }
}

fn parse_digits(text: &str) -> Option<i64> {
    (!text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// `hh[:mm[:ss[.fff]]]` as the milliseconds of the day that it covers.
fn parse_time(text: &str) -> Option<(i64, i64)> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let mut units = whole.split(':').map(parse_digits);
    let hour = units.next()??;
    let minute = units.next().map_or(Some(None), |m| m.map(Some))?;
    let second = units.next().map_or(Some(None), |s| s.map(Some))?;
    if hour > 23 || minute.unwrap_or(0) > 59 || second.unwrap_or(0) > 59 || units.next().is_some() {
        return None;
    }
    let from = ((hour * 60 + minute.unwrap_or(0)) * 60 + second.unwrap_or(0)) * 1000;
    match (minute, second, fraction) {
        (None, ..) => Some((from, from + 3_600_000 - 1)),
        (_, None, _) => Some((from, from + 60_000 - 1)),
        (_, _, None) => Some((from, from + 999)),
        (_, _, Some(fraction)) => {
            let padded: String = fraction.chars().chain("00".chars()).take(3).collect();
            let at = from + parse_digits(&padded)?;
            Some((at, at))
        }
    }
}

/// Days since 1970-01-01 of a day in the proleptic Gregorian calendar.
pub(crate) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month, day of a number of days since 1970-01-01.
pub(crate) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

pub(crate) fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A whole instant (`2024-05-01T10:00:00Z`, fractions of a second allowed) or a date expression
/// (`NOW-7DAYS/DAY`) in milliseconds, as requests give them for date fields; `now` is the time of
/// the request. `None` if it is neither: truncated dates are for date ranges only.
pub(crate) fn parse_instant(text: &str, now: i64) -> Option<i64> {
    let text = text.trim();
    if let Some(maths) = text.strip_prefix("NOW") {
        return date_maths(now, maths);
    }
    let (instant, maths) = text.split_once('Z')?;
    let (_, time) = instant.split_once('T')?;
    if time.split(':').count() != 3 {
        return None;
    }
    date_maths(parse_date(instant)?.from, maths)
}

/// The same as records have it: a truncated date is its first instant.
pub(crate) fn parse_stored_instant(text: &str) -> Option<i64> {
    let first = || Some(parse_date(text.trim().trim_end_matches('Z'))?.from);
    parse_instant(text, 0).or_else(first)
}

/// Applies `+1DAY`, `-3MONTHS`, `/HOUR` … from left to right.
fn date_maths(start: i64, mut maths: &str) -> Option<i64> {
    let mut at = start;
    while let Some(operator) = maths.chars().next() {
        let rest = maths.get(1..)?;
        let unit_start = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let unit_end = rest[unit_start..]
            .find(|c: char| !c.is_ascii_alphabetic())
            .map_or(rest.len(), |length| unit_start + length);
        let unit = rest[unit_start..unit_end].trim_end_matches('S');
        let amount = &rest[..unit_start];
        at = match operator {
            '/' if amount.is_empty() => round_down(at, unit)?,
            '+' => shift(at, parse_digits(amount)?, unit)?,
            '-' => shift(at, -parse_digits(amount)?, unit)?,
            _ => return None,
        };
        maths = &rest[unit_end..];
    }
    Some(at)
}

fn round_down(at: i64, unit: &str) -> Option<i64> {
    let (year, month, _) = civil_from_days(at.div_euclid(DAY));
    Some(match unit {
        "YEAR" => days_from_civil(year, 1, 1) * DAY,
        "MONTH" => days_from_civil(year, month, 1) * DAY,
        "DAY" | "DATE" => at.div_euclid(DAY) * DAY,
        "HOUR" => at.div_euclid(3_600_000) * 3_600_000,
        "MINUTE" => at.div_euclid(60_000) * 60_000,
        "SECOND" => at.div_euclid(1000) * 1000,
        "MILLI" | "MILLISECOND" => at,
        _ => return None,
    })
}

fn shift(at: i64, amount: i64, unit: &str) -> Option<i64> {
    let months = |count: i64| -> Option<i64> {
        let (year, month, day) = civil_from_days(at.div_euclid(DAY));
        let all = year.checked_mul(12)?.checked_add(month - 1)?.checked_add(count)?;
        let (year, month) = (all.div_euclid(12), all.rem_euclid(12) + 1);
        if year.abs() > MAX_YEAR {
            return None;
        }
        let day = day.min(days_in_month(year, month));
        Some(days_from_civil(year, month, day) * DAY + at.rem_euclid(DAY))
    };
    let unit_length = match unit {
        "YEAR" => return months(amount.checked_mul(12)?),
        "MONTH" => return months(amount),
        "DAY" | "DATE" => DAY,
        "HOUR" => 3_600_000,
        "MINUTE" => 60_000,
        "SECOND" => 1000,
        "MILLI" | "MILLISECOND" => 1,
        _ => return None,
    };
    at.checked_add(amount.checked_mul(unit_length)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        let year = |y| days_from_civil(y, 1, 1) * DAY;
        for (text, from, to) in [
            ("1970", 0, year(1971) - 1),
            ("[1900 TO 1910]", year(1900), year(1911) - 1),
            ("[* TO 0015-12-31]", i64::MIN, year(16) - 1),
            ("[-0009 TO *]", year(-9), i64::MAX),
            ("1972-02", year(1972) + 31 * DAY, year(1972) + 60 * DAY - 1),
            ("2001-05-09T10:00:00Z", 989_402_400_000, 989_402_400_999),
            ("1970-01-01T00:00:00.5Z", 500, 500),
        ] {
            assert_eq!(parse_date_span(text), Some(DateSpan { from, to }), "{text}");
        }
        for text in
            ["", "x", "2020-13", "2021-02-30", "[1950 TO 1900]", "1900-01-01T25:00", "[1 TO"]
        {
            assert_eq!(parse_date_span(text), None, "{text}");
        }
    }

    #[test]
    fn date_expressions() {
        let now = parse_instant("2024-03-31T15:30:10Z", 0).unwrap();
        for (text, expected) in [
            ("NOW", "2024-03-31T15:30:10Z"),
            ("NOW/DAY", "2024-03-31T00:00:00Z"),
            ("NOW-1MONTHS/DAY", "2024-02-29T00:00:00Z"),
            ("NOW-7DAYS/DAY", "2024-03-24T00:00:00Z"),
            ("NOW+1YEAR/MONTH", "2025-03-01T00:00:00Z"),
            ("2020-01-01T00:00:00Z+1HOUR", "2020-01-01T01:00:00Z"),
        ] {
            assert_eq!(parse_instant(text, now), parse_instant(expected, 0), "{text}");
        }
        for text in ["NOW-1WEEK", "NOW*", "NOW-", "NOW-99999999999999DAYS", "tomorrow"] {
            assert_eq!(parse_instant(text, now), None, "{text}");
        }
    }

    /// Requests name whole instants, records also dates (finna-api §6.4.6).
    #[test]
    fn truncated_instants() {
        for (text, asked, stored) in [
            ("1970-01-01T00:00:01Z", Some(1000), Some(1000)),
            ("1970-01-01T00:00:00.5Z", Some(500), Some(500)),
            ("1970-01-02T00:00Z", None, Some(DAY)),
            ("1970-01-02T00:00:00", None, Some(DAY)),
            ("1970-01-02Z", None, Some(DAY)),
            ("1970-01-02", None, Some(DAY)),
            ("1970-02", None, Some(31 * DAY)),
            ("1971", None, Some(365 * DAY)),
            ("19700101", None, Some((days_from_civil(19_700_101, 1, 1)) * DAY)),
            ("1970-02-30T00:00:00Z", None, None),
            ("x", None, None),
        ] {
            assert_eq!(parse_instant(text, 0), asked, "{text}");
            assert_eq!(parse_stored_instant(text), stored, "{text}");
        }
    }
}
