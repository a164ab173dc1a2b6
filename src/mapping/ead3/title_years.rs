//! The years of a unit behind its title, unless the title tells them (ingest-ead §5.4).

use super::unit_dates::DateRange;
use crate::text::{extract_year, years_in};

/// When a title gets years (driver parameter `enrichTitleWithYearRange`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Always,
    /// The title names no year at all.
    NoYearExists,
    /// The title names neither the first nor the last year.
    NoMatchExists,
    /// The title lacks the first or the last year.
    NoMatchesExist,
}

/// The years to add and the rule for adding them.
#[derive(Debug)]
pub(super) struct TitleYears {
    mode: Mode,
    start: String,
    end: String,
    suffix: String,
}

impl TitleYears {
    /// `None` if no title gets years: the source does not want them, or the start is unknown.
    pub(super) fn new(range: &DateRange, mode: Option<&str>) -> Option<Self> {
        let mode = match mode {
            None | Some("no_match_exists") => Mode::NoMatchExists,
            Some("always") => Mode::Always,
            Some("no_year_exists") => Mode::NoYearExists,
            Some("no_matches_exist") => Mode::NoMatchesExist,
            Some(_) => return None,
        };
        if range.start_is_unknown {
            return None;
        }
        let start = extract_year(&range.start);
        let mut end = extract_year(&range.end);
        if end == "9999" {
            end.clear();
        }
        let years = if end == start { start.clone() } else { format!("{start}–{end}") };
        let suffix = format!("\u{200E} ({years})");
        Some(TitleYears { mode, start, end, suffix })
    }

    /// The title with the years, if it is to have them.
    pub(super) fn added_to(&self, title: &str) -> Option<String> {
        let found = if self.mode == Mode::Always { Vec::new() } else { years_in(title) };
        let has = |year: &String| found.contains(year);
        let adds = match self.mode {
            Mode::Always => true,
            Mode::NoYearExists => found.is_empty(),
            Mode::NoMatchExists => !has(&self.start) && !has(&self.end),
            Mode::NoMatchesExist => !has(&self.start) || (!self.end.is_empty() && !has(&self.end)),
        };
        adds.then(|| format!("{title}{}", self.suffix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: &str, end: &str) -> DateRange {
        let tree =
            crate::xml::parse(&format!("<c><did><unitdate normal=\"{start}/{end}\"/></did></c>"))
                .expect("well-formed");
        let unit = crate::mapping::archival_unit::ArchivalUnit::new(tree.root());
        super::super::unit_dates::of(&unit, &mut crate::mapping::Warnings::default()).remove(0)
    }

    #[test]
    fn modes() {
        const BASE: &str = "Opintokirja. Helsingin yliopisto";
        let range = range("1932-uu-uu", "1935-uu-uu");
        for (mode, title, adds) in [
            ("no_year_exists", " (1932–1935)", false),
            ("no_year_exists", " (1932 - 1935)", false),
            ("no_year_exists", "", true),
            ("never", "", false),
            ("never", " (1932–1935)", false),
            ("no_match_exists", " (1932–1935)", false),
            ("no_match_exists", " 1932—1935", false),
            ("no_match_exists", " 1932", false),
            ("no_match_exists", " 1940", true),
            ("no_matches_exist", " (1932–1935)", false),
            ("no_matches_exist", " (1932)", true),
            ("no_matches_exist", "", true),
            ("always", " (1932–1935)", true),
            ("always", "", true),
        ] {
            let title = format!("{BASE}{title}");
            let added = TitleYears::new(&range, Some(mode)).and_then(|y| y.added_to(&title));
            let expected = adds.then(|| format!("{title}\u{200E} (1932–1935)"));
            assert_eq!(added, expected, "{mode}: {title}");
        }
    }

    #[test]
    fn open_ends() {
        let added = |range: &DateRange| TitleYears::new(range, None)?.added_to("");
        for (start, end, expected) in [
            ("1950", "uuuu", Some("\u{200E} (1950–)")),
            ("1950", "1950", Some("\u{200E} (1950)")),
            ("uuuu", "1950", None),
            ("unknown", "open", None),
        ] {
            assert_eq!(added(&range(start, end)).as_deref(), expected, "{start}/{end}");
        }
    }
}
