//! Dates as Finnish museums write them (`1930-luvun alku`, `12.3.1945-15.4.1946`, `n. 500 eaa.`)
//! → range of days (ingest-lido §8.3).
//!
//! The text is searched for each form of [`FORMS`] in turn; the first form that occurs anywhere in
//! it decides, whether its days exist or not.

use super::calendar::{DateRange, Day};
use super::exact_dates::INVALID_RANGE;
use crate::mapping::Warnings;
use regex::{Captures, Regex, RegexSet};
use std::sync::LazyLock;

/// The days that a textual date means; none if it says nothing, or something that lies in the
/// future. Ends that do not exist or lie the wrong way round are mended and reported.
pub(super) fn textual_range(
    text: &str,
    current_year: i32,
    warnings: &mut Warnings,
) -> Option<DateRange> {
    let text = text.trim().to_lowercase();
    if let Some((_, years)) = PERIODS.iter().find(|(word, _)| text.contains(word)) {
        let (first, last) = (*years)?;
        return DateRange::new(Day::first_of_year(first)?, Day::last_of_year(last)?);
    }
    let text = text.split(',').next().unwrap_or_default();
    let (start, end) = match read(text)? {
        Reading::Days(start, end) => (start, end),
        Reading::Years(first, last) => (Day::first_of_year(first), Day::last_of_year(last)),
    };
    if [start, end].into_iter().flatten().any(|day| day.year() > current_year) {
        return None;
    }
    if let (Some(start), Some(end)) = (start, end)
        && let Some(range) = DateRange::new(start, end)
    {
        return Some(range);
    }
    warnings.add(INVALID_RANGE);
    match (start, end) {
        (Some(start), _) => DateRange::new(start, Day::last_of_year(start.year())?),
        (None, Some(end)) => DateRange::new(Day::first_of_year(end.year())?, end),
        (None, None) => None,
    }
}

/// Words that decide at once, wherever they stand; `None` for words that say "not known".
const PERIODS: &[(&str, Option<(i32, i32)>)] = &[
    ("kivikausi", Some((-8600, -1501))),
    ("pronssikausi", Some((-1500, -501))),
    ("rautakausi", Some((-500, 1299))),
    ("keskiaika", Some((1300, 1550))),
    ("ajoittamaton", None),
    ("tuntematon", None),
];

/// What a form says, before it is checked.
enum Reading {
    /// Exact ends; `None` for a day that does not exist.
    Days(Option<Day>, Option<Day>),
    Years(i32, i32),
}

fn read(text: &str) -> Option<Reading> {
    // The commonest text of all.
    if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let year = text.parse().ok()?;
        return Some(Reading::Years(year, year));
    }
    let forms = &*COMPILED;
    let (regex, read) = forms.single.get(forms.set.matches(text).iter().next()?)?;
    read(&Groups(regex.captures(text)?))
}

type Read = fn(&Groups<'_>) -> Option<Reading>;

/// The forms in the order in which they are tried. In the patterns `<YYYY>` is a year of four
/// digits, `<Y>` one of two to four, `<N>` the number of a day or month, `<.>` a separator with
/// blanks around it, `<->` a hyphen with blanks around it, `<_>` optional blanks, `<BC>` and `<AD>`
/// the eras, `<MONTH>` a month's name.
const FORMS: &[(&str, Read)] = &[
    (r"(<YYYY>)<.>(<N>)<.>(<N>)<->(<YYYY>)<.>(<N>)<.>(<N>)", |g| {
        Some(Reading::Days(g.day(1, 2, 3), g.day(4, 5, 6)))
    }),
    (r"(<N>)<.>(<N>)<.>(<YYYY>)<->(<N>)<.>(<N>)<.>(<YYYY>)", |g| {
        Some(Reading::Days(g.day(3, 2, 1), g.day(6, 5, 4)))
    }),
    (r"(<YYYY>)<->(<N>)<.>(<N>)<.>(<YYYY>)", |g| {
        Some(Reading::Days(Day::first_of_year(g.number(1)?), g.day(4, 3, 2)))
    }),
    (r"(<N>)<.>(<N>)<.>(<YYYY>)<->(<YYYY>)", |g| {
        Some(Reading::Days(g.day(3, 2, 1), Day::last_of_year(g.number(4)?)))
    }),
    (r"(?:^|[^0-9])(<YYYY>)([0-9]{2})<->(<YYYY>)([0-9]{2})(?:[^0-9]|$)", |g| g.months(1, 2, 3, 4)),
    (r"(<YYYY>)(<N>)(<N>)<->(<YYYY>)(<N>)(<N>)", |g| {
        Some(Reading::Days(g.day(1, 2, 3), g.day(4, 5, 6)))
    }),
    (r"(<YYYY>)(<N>)<->(<YYYY>)(<N>)", |g| g.months(1, 2, 3, 4)),
    (r"(<YYYY>)-(<N>)-(<N>)", |g| Some(Reading::Days(g.day(1, 2, 3), g.day(1, 2, 3)))),
    (r"(<YYYY>)<->(<YYYY>)<_>(?:-luvun|-l)\s+(?:loppupuoli|loppu)", |g| {
        let last = g.number(2)?;
        Some(Reading::Years(g.number(1)?, last + years_after(last)))
    }),
    (r"(<Y>)<->(<Y>)<_><BC>", |g| Some(Reading::Years(-g.number(1)?, -g.number(2)?))),
    (r"(<Y>)<_>[-~]<_>(<Y>)<_>(-luku|-l)?<_>(\(?\?\)?)?", |g| {
        let first = g.year(1)?;
        let last = g.year_after(2, first)?;
        let open = !(g.text(3).is_empty() && g.text(4).is_empty()) && last % 10 == 0;
        Some(Reading::Years(first, if open { last + 9 } else { last }))
    }),
    (r"(<YYYY>)\s+(<MONTH>)", |g| g.named_month(1, 2)),
    (r"(?:(?-u:\b)(<N>)\.?<_>)?(<MONTH>)\p{L}*\s+(<YYYY>)", |g| {
        if g.text(1).is_empty() {
            return g.named_month(3, 2);
        }
        let day = Day::new(g.number(3)?, g.month_of_name(2)?, g.count(1)?);
        Some(Reading::Days(day, day))
    }),
    (r"(<YYYY>)([0-9]{2})([0-9]{2})", |g| Some(Reading::Days(g.day(1, 2, 3), g.day(1, 2, 3)))),
    (r"(<YYYY>)([0-9]{2})", |g| g.months(1, 2, 1, 2)),
    (r"(<N>)<_>\.<_>(<N>)<_>\.<_>(<YYYY>)", |g| {
        Some(Reading::Days(g.day(3, 2, 1), g.day(3, 2, 1)))
    }),
    (r"(?:^|[^0-9/])(<N>)/(<N>)/(<YYYY>)", |g| Some(Reading::Days(g.day(3, 2, 1), g.day(3, 2, 1)))),
    (r"(<N>)<_>\.<_>(<YYYY>)", |g| g.months(2, 1, 2, 1)),
    (r"(?:^|[^0-9/])(0?[1-9]|1[0-2])/(<YYYY>)", |g| g.months(2, 1, 2, 1)),
    (r"(<Y>)<_>-(?:luvun|luku)\s+(?:alkupuolelta|alkupuoli|alku|alusta)", |g| {
        let year = g.year(1)?;
        Some(Reading::Years(year, year + part_of_years(year, 29, 3)))
    }),
    (r"(<Y>)<_>-(?:luvun|luku)\s+puoliväli", |g| {
        let year = g.year(1)?;
        Some(Reading::Years(year + part_of_years(year, 29, 3), year + part_of_years(year, 70, 7)))
    }),
    (r"(<Y>)<_>(?:-luvun|-l)\s+(?:loppu|lopulta)", |g| {
        let year = g.year(1)?;
        Some(Reading::Years(year + part_of_years(year, 70, 7), year + years_after(year)))
    }),
    (r"(-?<Y>)<_>-(?:luku|luvulta|l)", |g| {
        let year = g.year(1)?;
        Some(Reading::Years(year, year + years_after(year)))
    }),
    (r"(<Y>)<_><BC>\.?<->(<Y>)<_><BC>", |g| Some(Reading::Years(-g.number(1)?, -g.number(2)?))),
    (r"(<Y>)<_><BC>\.?<->(<Y>)<_><AD>", |g| Some(Reading::Years(-g.number(1)?, g.number(2)?))),
    (r"(<Y>)<_><BC>", |g| Some(Reading::Years(-g.number(1)?, -g.number(1)?))),
    (r"(-?<Y>)\s+jälkeen", |g| {
        let year = g.year(1)?;
        Some(Reading::Years(year, year + 9))
    }),
    (r"(-?<YYYY>)<->(-?<YYYY>)", |g| Some(Reading::Years(g.number(1)?, g.number(2)?))),
    (r"(-?<Y>)<_>\?", |g| g.single_year(1)),
    (r"(-?<Y>)(?-u:\b)", |g| g.single_year(1)),
];

const MONTHS: [&str; 12] = [
    "tammikuu",
    "helmikuu",
    "maaliskuu",
    "huhtikuu",
    "toukokuu",
    "kesäkuu",
    "heinäkuu",
    "elokuu",
    "syyskuu",
    "lokakuu",
    "marraskuu",
    "joulukuu",
];

struct Compiled {
    set: RegexSet,
    single: Vec<(Regex, Read)>,
}

#[expect(clippy::expect_used, reason = "the patterns are constants and compiled by every test")]
static COMPILED: LazyLock<Compiled> = LazyLock::new(|| {
    let months = MONTHS.join("|");
    let patterns: Vec<String> = FORMS
        .iter()
        .map(|(form, _)| {
            form.replace("<YYYY>", "[0-9]{4}")
                .replace("<Y>", "[0-9]{2,4}")
                .replace("<N>", "[0-9]{1,2}")
                .replace("<.>", r"\s*[^0-9]\s*")
                .replace("<->", r"\s*-\s*")
                .replace("<_>", r"\s*")
                .replace("<BC>", r"(?:e\.?\s?kr|eaa)(?-u:\b)")
                .replace("<AD>", r"(?:j\.?\s?kr|jaa)(?-u:\b)")
                .replace("<MONTH>", &months)
        })
        .collect();
    let single = patterns
        .iter()
        .zip(FORMS)
        .map(|(pattern, (_, read))| (Regex::new(pattern).expect("a constant pattern"), *read))
        .collect();
    Compiled { set: RegexSet::new(&patterns).expect("constant patterns"), single }
});

/// Years that a decade or century has after its first; none after any other year.
fn years_after(year: i32) -> i32 {
    part_of_years(year, 99, 9)
}

fn part_of_years(year: i32, of_century: i32, of_decade: i32) -> i32 {
    match year {
        _ if year % 100 == 0 => of_century,
        _ if year % 10 == 0 => of_decade,
        _ => 0,
    }
}

/// The groups of a form that was found.
struct Groups<'t>(Captures<'t>);

impl Groups<'_> {
    fn text(&self, group: usize) -> &str {
        self.0.get(group).map_or("", |found| found.as_str())
    }

    fn number(&self, group: usize) -> Option<i32> {
        self.text(group).parse().ok()
    }

    fn count(&self, group: usize) -> Option<u32> {
        self.text(group).parse().ok()
    }

    fn day(&self, year: usize, month: usize, day: usize) -> Option<Day> {
        Day::new(self.number(year)?, self.count(month)?, self.count(day)?)
    }

    /// A year that may lack its century, which then is 1900. `00` could be any century.
    fn year(&self, group: usize) -> Option<i32> {
        match (self.number(group)?, self.text(group).len()) {
            (0, 2) => None,
            (year @ 1..=99, 2) => Some(1900 + year),
            (year, _) => Some(year),
        }
    }

    /// A year that may lack its century, which then is that of the `first` year.
    fn year_after(&self, group: usize, first: i32) -> Option<i32> {
        let year = self.number(group)?;
        let is_short = self.text(group).len() == 2;
        Some(if is_short { first.div_euclid(100) * 100 + year } else { year })
    }

    fn single_year(&self, group: usize) -> Option<Reading> {
        let year = self.year(group)?;
        Some(Reading::Years(year, year))
    }

    /// From the first day of one month to the last of another; nothing if there is no such month.
    fn months(&self, y1: usize, m1: usize, y2: usize, m2: usize) -> Option<Reading> {
        let start = Day::new(self.number(y1)?, self.count(m1)?, 1)?;
        let end = Day::last_of_month(self.number(y2)?, self.count(m2)?)?;
        Some(Reading::Days(Some(start), Some(end)))
    }

    fn month_of_name(&self, group: usize) -> Option<u32> {
        (1..).zip(MONTHS).find(|(_, name)| *name == self.text(group)).map(|(number, _)| number)
    }

    fn named_month(&self, year: usize, month: usize) -> Option<Reading> {
        let (year, month) = (self.number(year)?, self.month_of_name(month)?);
        Some(Reading::Days(Day::new(year, month, 1), Day::last_of_month(year, month)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> (String, bool) {
        let mut warnings = Warnings::default();
        let range = textual_range(text, 2026, &mut warnings);
        (range.map(|r| r.to_string()).unwrap_or_default(), !warnings.as_slice().is_empty())
    }

    #[test]
    fn ranges() {
        for (text, expected) in [
            // Spans of years, decades and centuries.
            ("1980-1990-luku ?", "[1980-01-01 TO 1999-12-31]"),
            ("1897", "[1897-01-01 TO 1897-12-31]"),
            ("1940-1960-luku", "[1940-01-01 TO 1969-12-31]"),
            ("1940-1960-l", "[1940-01-01 TO 1969-12-31]"),
            ("1940-60-l", "[1940-01-01 TO 1969-12-31]"),
            ("30-40-luku", "[1930-01-01 TO 1949-12-31]"),
            ("1930-luku", "[1930-01-01 TO 1939-12-31]"),
            ("1930-luvulta", "[1930-01-01 TO 1939-12-31]"),
            ("1930-l", "[1930-01-01 TO 1939-12-31]"),
            ("30-luku", "[1930-01-01 TO 1939-12-31]"),
            ("1800-luku", "[1800-01-01 TO 1899-12-31]"),
            ("1931-luku", "[1931-01-01 TO 1931-12-31]"),
            ("850-luku", "[0850-01-01 TO 0859-12-31]"),
            ("1930-luvun alku", "[1930-01-01 TO 1933-12-31]"),
            ("1930-luvun alkupuoli", "[1930-01-01 TO 1933-12-31]"),
            ("1900-luvun alku", "[1900-01-01 TO 1929-12-31]"),
            ("1930-luvun puoliväli", "[1933-01-01 TO 1937-12-31]"),
            ("1900-luvun puoliväli", "[1929-01-01 TO 1970-12-31]"),
            ("1930-luvun loppu", "[1937-01-01 TO 1939-12-31]"),
            ("1930-l loppu", "[1937-01-01 TO 1939-12-31]"),
            ("1900-luvun loppupuolelta", "[1970-01-01 TO 1999-12-31]"),
            ("1930-1940-luvun loppupuoli", "[1930-01-01 TO 1949-12-31]"),
            ("1930 jälkeen", "[1930-01-01 TO 1939-12-31]"),
            ("1930-1939", "[1930-01-01 TO 1939-12-31]"),
            ("1930 - 1939", "[1930-01-01 TO 1939-12-31]"),
            ("1930 ~ 1939", "[1930-01-01 TO 1939-12-31]"),
            ("1950-1960", "[1950-01-01 TO 1960-12-31]"),
            ("1950 - 1960 (?)", "[1950-01-01 TO 1969-12-31]"),
            ("1950-1960 ?", "[1950-01-01 TO 1969-12-31]"),
            ("1850-55", "[1850-01-01 TO 1855-12-31]"),
            ("1901 - 02", "[1901-01-01 TO 1902-12-31]"),
            // Days and months.
            ("12.3.1945-15.4.1946", "[1945-03-12 TO 1946-04-15]"),
            ("12.3.1945 - 15.4.1946", "[1945-03-12 TO 1946-04-15]"),
            ("1945-15.4.1946", "[1945-01-01 TO 1946-04-15]"),
            ("12.3.1945-1946", "[1945-03-12 TO 1946-12-31]"),
            ("1945.3.12-1946.4.15", "[1945-03-12 TO 1946-04-15]"),
            ("2010-01-23 - 2010-04-11", "[2010-01-23 TO 2010-04-11]"),
            ("1945-3-12-1946-4-15", "[1945-03-12 TO 1946-04-15]"),
            ("19450312-19460415", "[1945-03-12 TO 1946-04-15]"),
            ("194503-194604", "[1945-03-01 TO 1946-04-30]"),
            ("1945-03-12", "1945-03-12"),
            ("19450312", "1945-03-12"),
            ("12.3.1945", "1945-03-12"),
            ("12/3/1945", "1945-03-12"),
            ("1.-2.5.1930", "1930-05-02"),
            ("1945 maaliskuu", "[1945-03-01 TO 1945-03-31]"),
            ("kesäkuu 1945", "[1945-06-01 TO 1945-06-30]"),
            ("KESÄKUUSSA 1945", "[1945-06-01 TO 1945-06-30]"),
            ("12. kesäkuuta 1945", "1945-06-12"),
            ("194503", "[1945-03-01 TO 1945-03-31]"),
            ("3.1945", "[1945-03-01 TO 1945-03-31]"),
            ("3/1945", "[1945-03-01 TO 1945-03-31]"),
            ("1944/1945", "[1944-01-01 TO 1944-12-31]"),
            ("2.1944", "[1944-02-01 TO 1944-02-29]"),
            // Before and after the beginning of our era.
            ("100 ekr. - 50 ekr.", "[-0100-01-01 TO -0050-12-31]"),
            ("100 ekr - 200 jkr", "[-0100-01-01 TO 0200-12-31]"),
            ("500-400 eaa.", "[-0500-01-01 TO -0400-12-31]"),
            ("n. 300 e.Kr.", "[-0300-01-01 TO -0300-12-31]"),
            ("-500", "[-0500-01-01 TO -0500-12-31]"),
            ("-0500 - -0400", "[-0500-01-01 TO -0400-12-31]"),
            ("rautakausi, 800-luku", "[-0500-01-01 TO 1299-12-31]"),
            ("Keskiaika", "[1300-01-01 TO 1550-12-31]"),
            ("KIVIKAUSI", "[-8600-01-01 TO -1501-12-31]"),
            // Single years.
            ("noin 1930", "[1930-01-01 TO 1930-12-31]"),
            ("n. 1930", "[1930-01-01 TO 1930-12-31]"),
            ("1930?", "[1930-01-01 TO 1930-12-31]"),
            ("1930 ?", "[1930-01-01 TO 1930-12-31]"),
            ("1930, ehkä 1940", "[1930-01-01 TO 1930-12-31]"),
            ("45", "[1945-01-01 TO 1945-12-31]"),
            ("850", "[0850-01-01 TO 0850-12-31]"),
            // Nothing, without complaint.
            ("Tuntematon", ""),
            ("ajoittamaton", ""),
            ("2099", ""),
            ("1990-2099", ""),
            ("5", ""),
            ("00-luku", ""),
            ("pronssikautinen", ""),
            ("13.1945", ""),
            ("", ""),
            (", 1930", ""),
            ("éé–ÄÖ?", ""),
        ] {
            assert_eq!(read_text(text), (expected.to_owned(), false), "{text}");
        }
    }

    #[test]
    fn mended_ranges_are_reported() {
        for (text, expected) in [
            ("1939-1930", "[1939-01-01 TO 1939-12-31]"),
            ("31.2.1945", ""),
            ("31.2.1945-15.4.1946", "[1946-01-01 TO 1946-04-15]"),
            ("12.3.1945-31.2.1946", "[1945-03-12 TO 1945-12-31]"),
            ("12.3.1945-11.3.1945", "[1945-03-12 TO 1945-12-31]"),
        ] {
            assert_eq!(read_text(text), (expected.to_owned(), true), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_strange(text in "([0-9]{1,9}|[-–~./?() ]|luku|l|eaa|jälkeen|kesäkuu|\\PC){0,12}") {
            let (range, _) = read_text(&text);
            proptest::prop_assert!(range.is_empty() || range.contains('-'));
        }
    }
}
