//! Dates as people write them in parameters (search-semantics §6.3).

use jiff::civil::{Date, date};

/// Which end of a range a date is: a date without day or month starts or ends with its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// First day.
    From,
    /// Last day.
    To,
}

/// `2024`, `2024-05`, `2024-05-07…`, `7.5.2024`, `5/2024`, `March 2000`, `7 March 2000`; nothing
/// for a text without a date. A day or month that does not exist becomes the first.
pub(super) fn loose_date(text: &str, end: End) -> Option<Date> {
    let text: String = text.chars().filter(|c| !matches!(c, '[' | ']')).collect();
    let text = text.trim();
    if text.len() >= 4 && text.bytes().take(4).all(|b| b.is_ascii_digit()) {
        return year_first(text, end);
    }
    if let Some(found) = month_and_year(text, end) {
        return Some(found);
    }
    day_first(text).or_else(|| with_month_name(text))
}

/// A text that starts with four digits: whatever follows, the year counts.
fn year_first(text: &str, end: End) -> Option<Date> {
    let year: i16 = text.get(..4)?.parse().ok()?;
    let mut numbers = text[4..].split(['-', '/']).skip(1).map(leading_number);
    let (month, day) = (numbers.next().flatten(), numbers.next().flatten());
    match (month, day) {
        (None, _) => Some(match end {
            End::From => date(year, 1, 1),
            End::To => date(year, 12, 31),
        }),
        (Some(month), None) => Some(month_end(year, month, end)),
        (Some(month), Some(day)) => Some(existing(year, month, day)),
    }
}

fn month_end(year: i16, month: i8, end: End) -> Date {
    let first = existing(year, month, 1);
    match end {
        End::From => first,
        End::To => first.last_of_month(),
    }
}

/// The date; its month if there is no such day, its year if there is no such month.
fn existing(year: i16, month: i8, day: i8) -> Date {
    Date::new(year, month, day)
        .or_else(|_| Date::new(year, month, 1))
        .unwrap_or_else(|_| date(year, 1, 1))
}

fn leading_number(text: &str) -> Option<i8> {
    let digits = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    text.get(..digits)?.parse().ok()
}

/// `5/2024`, `05-2024`.
fn month_and_year(text: &str, end: End) -> Option<Date> {
    let (month, year) = text.split_once(['/', '-'])?;
    let plain = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    (plain(month, 2) && year.len() == 4 && plain(year, 4))
        .then(|| Some(month_end(year.parse().ok()?, month.parse().ok()?, end)))
        .flatten()
}

/// `7.5.2024`.
fn day_first(text: &str) -> Option<Date> {
    let mut parts = text.split('.').map(str::trim);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// `March 2000`, `7 March 2000`, `March 7, 2000`.
fn with_month_name(text: &str) -> Option<Date> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (mut day, mut month, mut year) = (1_i8, None, None);
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        let lower = word.to_lowercase();
        if word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit()) {
            year = word.parse::<i16>().ok();
        } else if word.bytes().all(|b| b.is_ascii_digit()) {
            day = word.parse().ok()?;
        } else {
            let at = MONTHS.iter().position(|name| lower.starts_with(name))?;
            month = i8::try_from(at + 1).ok();
        }
    }
    Date::new(year?, month?, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_people_write_them() {
        for (text, from, to) in [
            ("2024", Some("2024-01-01"), Some("2024-12-31")),
            ("2024-02", Some("2024-02-01"), Some("2024-02-29")),
            ("2024-05-07T10:00:00Z", Some("2024-05-07"), Some("2024-05-07")),
            ("2024-13", Some("2024-01-01"), Some("2024-01-31")),
            ("2023-02-30", Some("2023-02-01"), Some("2023-02-01")),
            ("5.3.2024", Some("2024-03-05"), Some("2024-03-05")),
            ("5/2024", Some("2024-05-01"), Some("2024-05-31")),
            ("March 2000", Some("2000-03-01"), Some("2000-03-01")),
            ("7 March 2000", Some("2000-03-07"), Some("2000-03-07")),
            ("nonsense", None, None),
            ("soon 2024", None, None),
            ("", None, None),
            ("9999999999", Some("9999-01-01"), Some("9999-12-31")),
        ] {
            let shown = |end| loose_date(text, end).map(|date| date.to_string());
            assert_eq!(shown(End::From).as_deref(), from, "{text}");
            assert_eq!(shown(End::To).as_deref(), to, "{text}");
        }
    }
}
