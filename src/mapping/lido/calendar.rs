//! Days and ranges of days of the proleptic Gregorian calendar, with astronomical years: what every
//! date of a museum object becomes.

use std::fmt;

/// A day that exists, of a year between -9999 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Day {
    year: i32,
    month: u8,
    of_month: u8,
}

impl Day {
    /// The day, if the calendar has it.
    pub(super) fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let last = days_in(year, month)?;
        let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
        let known = (-9999..=9999).contains(&year) && (1..=last).contains(&day);
        known.then_some(Day { year, month, of_month: day })
    }

    /// 1 January.
    pub(super) fn first_of_year(year: i32) -> Option<Self> {
        Day::new(year, 1, 1)
    }

    /// 31 December.
    pub(super) fn last_of_year(year: i32) -> Option<Self> {
        Day::new(year, 12, 31)
    }

    /// The last day of a month, if there is such a month.
    pub(super) fn last_of_month(year: i32, month: u32) -> Option<Self> {
        Day::new(year, month, u32::from(days_in(year, month)?))
    }

    pub(super) fn year(self) -> i32 {
        self.year
    }

    /// The year in four digits, with a minus sign before year 0.
    pub(super) fn year_text(self) -> String {
        let sign = if self.year < 0 { "-" } else { "" };
        format!("{sign}{:04}", self.year.unsigned_abs())
    }
}

fn days_in(year: i32, month: u32) -> Option<u8> {
    Some(match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => return None,
    })
}

impl fmt::Display for Day {
    /// `1945-03-12`, `-0500-01-01`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.year < 0 { "-" } else { "" };
        write!(f, "{sign}{:04}-{:02}-{:02}", self.year.unsigned_abs(), self.month, self.of_month)
    }
}

/// From the beginning of one day to the end of another that is not before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct DateRange {
    start: Day,
    end: Day,
}

impl DateRange {
    /// The range, if it does not run backwards.
    pub(super) fn new(start: Day, end: Day) -> Option<Self> {
        (start <= end).then_some(DateRange { start, end })
    }

    pub(super) fn start(self) -> Day {
        self.start
    }
}

impl fmt::Display for DateRange {
    /// The form of date range fields (N14): `1945-03-12`, `[1950-01-01 TO 1960-12-31]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.start == self.end {
            self.start.fmt(f)
        } else {
            write!(f, "[{} TO {}]", self.start, self.end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist() {
        for (year, month, day, exists) in [
            (2024, 2, 29, true),
            (1900, 2, 29, false),
            (2000, 2, 29, true),
            (0, 2, 29, true),
            (-4, 2, 29, true),
            (1945, 4, 31, false),
            (1945, 0, 1, false),
            (1945, 13, 1, false),
            (1945, 1, 0, false),
            (1945, 1, 300, false),
            (10_000, 1, 1, false),
            (i32::MIN, 1, 1, false),
        ] {
            assert_eq!(Day::new(year, month, day).is_some(), exists, "{year} {month} {day}");
        }
    }

    #[test]
    fn ranges_as_text() {
        let day = |y, m, d| Day::new(y, m, d).expect("exists");
        let text = |a, b| DateRange::new(a, b).map(|range| range.to_string());
        assert_eq!(text(day(1945, 3, 12), day(1945, 3, 12)).as_deref(), Some("1945-03-12"));
        assert_eq!(
            text(day(-500, 1, 1), day(15, 12, 31)).as_deref(),
            Some("[-0500-01-01 TO 0015-12-31]")
        );
        assert_eq!(text(day(1945, 3, 12), day(1945, 3, 11)), None);
        assert_eq!(day(-8, 1, 1).year_text(), "-0008");
    }
}
