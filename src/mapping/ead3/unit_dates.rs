//! The times an EAD3 unit covers, as `from/to` with unknown parts written `u` or `x`
//! (ingest-ead §5.4).

use crate::mapping::Warnings;
use crate::mapping::archival_unit::{ArchivalUnit, days_in_month, existing_day};
use crate::text::{date_range_text, trim};
use crate::xml::Element;
use std::borrow::Cow;

/// A time with a beginning and an end, either of which may be unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateRange {
    /// `YYYY-MM-DDThh:mm:ssZ`.
    pub(super) start: String,
    pub(super) end: String,
    pub(super) start_is_unknown: bool,
    end_is_unknown: bool,
}

impl DateRange {
    /// As the index wants it.
    pub(super) fn text(&self) -> String {
        date_range_text(&self.start, &self.end)
    }
}

/// Every range of the unit, the one that counts most first: structured dates, else plain ones.
pub(super) fn of(unit: &ArchivalUnit<'_>, warnings: &mut Warnings) -> Vec<DateRange> {
    let structured: Vec<DateRange> = unit
        .each_in_did("unitdatestructured")
        .filter_map(|date| parse_range(&structured_text(date)?, warnings))
        .collect();
    if !structured.is_empty() {
        return structured;
    }
    let mut primary = Vec::new();
    let mut others = Vec::new();
    for date in unit.each_in_did("unitdate") {
        let normal = date.attr_or_empty("normal");
        if normal.is_empty() {
            others.extend(date.text().split(", ").filter_map(|piece| written(piece, warnings)));
            continue;
        }
        let range = parse_range(normal, warnings);
        match range {
            Some(range)
                if date.attr("label") == Some("Ajallinen kattavuus")
                    && !range.start_is_unknown
                    && !range.end_is_unknown =>
            {
                primary.push(range);
            }
            Some(range) => others.push(range),
            None => others.extend(single(normal, warnings)),
        }
    }
    primary.append(&mut others);
    primary
}

fn structured_text(date: Element<'_>) -> Option<String> {
    if let Some(range) = date.child("daterange")
        && let Some(from) = range.child("fromdate")
        && let Some(to) = range.each("todate").last()
    {
        return Some(format!("{}/{}", from.text(), to.text()));
    }
    let single = date.child("datesingle")?.text();
    Some(format!("{single}/{single}"))
}

/// One moment in `normal`: a day or month that is not known is no reason to drop the year.
fn single(normal: &str, warnings: &mut Warnings) -> Option<DateRange> {
    let lower = normal.to_lowercase();
    let has = |part: &str| lower.contains(part);
    let is_known_year = !has("xxxx") && !has("uuuu");
    (is_known_year && (has("-xx-xx") || has("-uu-uu")))
        .then(|| parse_range(&format!("{normal}/{normal}"), warnings))?
}

/// A piece of the text of a `unitdate`, such as `1918-1931` or `1931`.
fn written(piece: &str, warnings: &mut Warnings) -> Option<DateRange> {
    let mut range = piece.replace(['-', '–'], "/");
    if !range.contains('/') {
        range = format!("{range}/{range}");
    }
    parse_range(&range, warnings)
}

/// `from/to`; what follows a second slash does not count.
fn parse_range(text: &str, warnings: &mut Warnings) -> Option<DateRange> {
    let mut sides = text.split('/');
    let (start, end) = (sides.next()?, sides.next()?);
    let (start, start_is_unknown) = parse_side(start, &START, warnings)?;
    let (mut end, end_is_unknown) = parse_side(end, &END, warnings)?;
    if start > end {
        warnings.add("invalid date range");
        end = format!("{}-12-31T23:59:59Z", start.get(..4).unwrap_or("9999"));
    }
    Some(DateRange { start, end, start_is_unknown, end_is_unknown })
}

/// What unknown parts of one side stand for.
struct Side {
    digit: &'static str,
    year: &'static str,
    month: i8,
    is_end: bool,
    warning: &'static str,
}

const START: Side =
    Side { digit: "0", year: "0000", month: 1, is_end: false, warning: "invalid start date" };
const END: Side =
    Side { digit: "9", year: "9999", month: 12, is_end: true, warning: "invalid end date" };

fn is_unknown(part: &str) -> bool {
    matches!(part.len(), 2 | 4)
        && (part.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'u'))
            || part.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'x')))
}

fn parse_side(text: &str, side: &Side, warnings: &mut Warnings) -> Option<(String, bool)> {
    let text = trim(text);
    let is_open = matches!(text, "open" | "unknown");
    let mut parts = if is_open { side.year } else { text }.split('-');
    let year_part = parts.next().unwrap_or("");
    let year: Cow<'_, str> = if year_part.contains(['u', 'U', 'x', 'X']) {
        year_part.replace(['u', 'U', 'x', 'X'], side.digit).into()
    } else {
        year_part.into()
    };
    // `00` says, like `uu`, that a part is not known.
    let number = |part: Option<&str>| match part {
        None => Some(None),
        Some(part) if is_unknown(part) || part == "00" => Some(None),
        Some(part) => digits(part, 2).map(Some),
    };
    let numbers = digits(&year, 4).zip(number(parts.next())).zip(number(parts.next()));
    let Some(((year, month), day)) = numbers else {
        warnings.add(side.warning);
        return None;
    };
    let month_or_default = month.unwrap_or(side.month);
    let (month, day) = match day {
        Some(day) => {
            let whole = (year, month_or_default, day);
            let (_, month, day) = existing_day(whole, side.warning, warnings);
            (month.unwrap_or(side.month), day)
        }
        None if days_in_month(year, month_or_default).is_none() => {
            warnings.add(side.warning);
            (side.month, None)
        }
        None => (month_or_default, None),
    };
    let day = day.unwrap_or_else(|| match days_in_month(year, month) {
        Some(days) if side.is_end => days,
        _ => 1,
    });
    let time = if side.is_end { "23:59:59" } else { "00:00:00" };
    let moment = format!("{year:04}-{month:02}-{day:02}T{time}Z");
    Some((moment, is_open || is_unknown(year_part)))
}

/// A number of one to `most` digits.
fn digits<T: std::str::FromStr>(text: &str, most: usize) -> Option<T> {
    let fits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::parse;

    #[test]
    fn ranges() {
        for (text, expected, unknown) in [
            ("1985-02-02/1995-12-01", "[1985-02-02 TO 1995-12-01]", (false, false)),
            ("1985-02/1995-12", "[1985-02-01 TO 1995-12-31]", (false, false)),
            ("1985/1995", "[1985-01-01 TO 1995-12-31]", (false, false)),
            ("uuuu-uu-10/1995-05-uu", "[0000-01-10 TO 1995-05-31]", (true, false)),
            ("unknown/open", "[0000-01-01 TO 9999-12-31]", (true, true)),
            ("1900/1940-03-02", "[1900-01-01 TO 1940-03-02]", (false, false)),
            ("uu5u-11-05/u960-01-01", "[0050-11-05 TO 9960-01-01]", (false, false)),
            ("1900-02/1904-02", "[1900-02-01 TO 1904-02-29]", (false, false)),
            ("500/600", "[0500-01-01 TO 0600-12-31]", (false, false)),
            ("19xx/19xx", "[1900-01-01 TO 1999-12-31]", (false, false)),
            ("1950/uuuu", "[1950-01-01 TO 9999-12-31]", (false, true)),
            ("1950-XX-XX/1950-UU-UU", "[1950-01-01 TO 1950-12-31]", (false, false)),
            ("1900/1901/1902", "[1900-01-01 TO 1901-12-31]", (false, false)),
            ("1900-02-30/1900-03-01", "[1900-02-01 TO 1900-03-01]", (false, false)),
            ("1900-02-01/1900-02-31", "[1900-02-01 TO 1900-02-28]", (false, false)),
            ("1950-00-00/1951-00-00", "[1950-01-01 TO 1951-12-31]", (false, false)),
            ("1950-13/1951-13-01", "[1950-01-01 TO 1951-12-31]", (false, false)),
            ("1950/1940", "[1950-01-01 TO 1950-12-31]", (false, false)),
        ] {
            let range = parse_range(text, &mut Warnings::default()).expect(text);
            assert_eq!(range.text(), expected, "{text}");
            assert_eq!((range.start_is_unknown, range.end_is_unknown), unknown, "{text}");
        }
        let whole = parse_range("2021/2021", &mut Warnings::default()).expect("a year");
        assert_eq!(whole.start, "2021-01-01T00:00:00Z");
        assert_eq!(whole.end, "2021-12-31T23:59:59Z");
    }

    #[test]
    fn what_is_no_range() {
        for (text, warned) in [
            ("1950", ""),
            ("", ""),
            ("11999/2021", "invalid start date"),
            ("2021/x.1.2022", "invalid end date"),
            ("-50/100", "invalid start date"),
            ("/", "invalid start date"),
            ("1950-1-ä/1951", "invalid start date"),
        ] {
            let mut warnings = Warnings::default();
            assert_eq!(parse_range(text, &mut warnings), None, "{text}");
            assert_eq!(warnings.as_slice().join(" "), warned, "{text}");
        }
        let mut warnings = Warnings::default();
        for text in ["1950-02-30/1950", "1950/1940", "1950/1951-02-30"] {
            parse_range(text, &mut warnings).expect(text);
        }
        let expected = ["invalid start date", "invalid date range", "invalid end date"];
        assert_eq!(warnings.as_slice(), expected);
    }

    #[test]
    fn which_dates_count() {
        const COVERAGE: &str = "label=\"Ajallinen kattavuus\"";
        for (did, expected) in [
            (
                format!("<unitdate label=\"a\" normal=\"1992-uu-uu/1993-12-31\"/><unitdate {COVERAGE} normal=\"1970-uu-uu/1971-uu-uu\"/>"),
                vec!["[1970-01-01 TO 1971-12-31]", "[1992-01-01 TO 1993-12-31]"],
            ),
            (
                "<unitdatestructured><daterange><fromdate>2014-02-17</fromdate><todate>2014-03-14</todate></daterange></unitdatestructured><unitdate>1900</unitdate>".into(),
                vec!["[2014-02-17 TO 2014-03-14]"],
            ),
            (
                "<unitdatestructured><datesingle>2014</datesingle></unitdatestructured>".into(),
                vec!["[2014-01-01 TO 2014-12-31]"],
            ),
            (
                "<unitdate>1918-1931</unitdate><unitdate normal=\"1917-XX-XX\">1917</unitdate><unitdate normal=\"uuuu-uu-uu\"/>".into(),
                vec!["[1918-01-01 TO 1931-12-31]", "[1917-01-01 TO 1917-12-31]"],
            ),
            (
                "<unitdate>1900–1905, 1918</unitdate>".into(),
                vec!["[1900-01-01 TO 1905-12-31]", "[1918-01-01 TO 1918-12-31]"],
            ),
            (
                format!("<unitdate {COVERAGE} normal=\"unknown/open\"/><unitdate normal=\"1900/1901\"/>"),
                vec!["[0000-01-01 TO 9999-12-31]", "[1900-01-01 TO 1901-12-31]"],
            ),
            ("<unitdate>s.a.</unitdate>".into(), vec![]),
        ] {
            let tree = parse(&format!("<c><did>{did}</did></c>")).expect("well-formed");
            let ranges = of(&ArchivalUnit::new(tree.root()), &mut Warnings::default());
            assert_eq!(ranges.iter().map(DateRange::text).collect::<Vec<_>>(), expected, "{did}");
        }
    }

    proptest::proptest! {
        /// Whatever the text, what comes out is a range that the index can take.
        #[test]
        fn any_text(text in "[0-9uxUX./ \\-\u{E4}]{0,24}") {
            if let Some(range) = parse_range(&text, &mut Warnings::default()) {
                proptest::prop_assert!(crate::text::is_iso8601(&range.start), "{}", range.start);
                proptest::prop_assert!(crate::text::is_iso8601(&range.end), "{}", range.end);
                proptest::prop_assert!(range.start <= range.end);
            }
        }
    }
}
