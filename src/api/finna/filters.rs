//! The filters of a request as links and facets see them (finna-api §6.4.1, §8.5).

use crate::text::{is_numeric, trim};

/// Field under which raw expressions are kept, as the peer shows them in links.
const RAW: &str = "#";
/// The one date range field with match types (finna-api §6.4.4).
pub(super) const DATE_RANGE: &str = "search_daterange_mv";

/// Filters grouped by prefixed field (`~format`), in order of first appearance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filters {
    groups: Vec<(String, Vec<String>)>,
    /// `overlap|[1900 TO 2000]`; at most one counts, and it stands last in links.
    date_range: Option<String>,
}

/// A filter's prefixed field and value: split at the first colon, one quote at either end removed,
/// blanks trimmed.
pub(super) fn parse(filter: &str) -> (&str, &str) {
    if filter.starts_with('(') || filter.starts_with("-(") {
        return (RAW, filter);
    }
    let (field, value) = filter.split_once(':').unwrap_or((filter, ""));
    let value = value.strip_prefix('"').unwrap_or(value);
    let value = value.strip_suffix('"').unwrap_or(value);
    (field, trim(value))
}

impl Filters {
    /// Adds a filter unless it is there already.
    pub(super) fn add(&mut self, filter: &str) {
        let (field, value) = parse(filter);
        let at = self.groups.iter().position(|(f, _)| f == field).unwrap_or_else(|| {
            self.groups.push((field.to_owned(), Vec::new()));
            self.groups.len() - 1
        });
        if let Some((_, values)) = self.groups.get_mut(at)
            && !values.iter().any(|known| same(known, value))
        {
            values.push(value.to_owned());
        }
    }

    /// Sets the date range, `type|[from TO to]`.
    pub(super) fn set_date_range(&mut self, value: String) {
        self.date_range = Some(value);
    }

    /// The filters as links write them, `field:"value"`.
    pub(super) fn shown(&self) -> Vec<String> {
        let date_range = self.date_range.iter().map(|value| format!("{DATE_RANGE}:\"{value}\""));
        self.groups
            .iter()
            .flat_map(|(field, values)| values.iter().map(move |v| format!("{field}:\"{v}\"")))
            .chain(date_range)
            .collect()
    }

    /// True if the value is in a plain or `~` filter of the field.
    pub(super) fn applies(&self, field: &str, value: &str) -> bool {
        self.groups.iter().any(|(name, values)| {
            name.strip_prefix('~').unwrap_or(name) == field && values.iter().any(|v| v == value)
        })
    }
}

/// PHP's loose comparison of texts: numbers are equal by value.
fn same(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let number = |text: &str| is_numeric(text).then(|| text.trim().parse::<f64>().ok()).flatten();
    matches!((number(a), number(b)), (Some(a), Some(b)) if (a - b).abs() < f64::EPSILON)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_split() {
        for (filter, field, value) in [
            ("format:0/Book/", "format", "0/Book/"),
            ("format:\"0/Book/\"", "format", "0/Book/"),
            ("format: \"0/Book/\"", "format", "\"0/Book/"),
            ("~building:0/Helmet/", "~building", "0/Helmet/"),
            ("-format:\"0/Book/\"", "-format", "0/Book/"),
            ("title:\"a:b\"", "title", "a:b"),
            ("main_date_str:\"[1900 TO *]\"", "main_date_str", "[1900 TO *]"),
            ("(format:\"0/Book/\" OR x:y)", "#", "(format:\"0/Book/\" OR x:y)"),
            ("-(a:b)", "#", "-(a:b)"),
            ("x", "x", ""),
            ("x:\"", "x", ""),
            ("", "", ""),
        ] {
            assert_eq!(parse(filter), (field, value), "{filter}");
        }
    }

    #[test]
    fn filters_are_grouped_and_repeated_ones_dropped() {
        let mut filters = Filters::default();
        for filter in ["a:1", "~b:x", "a:\"2\"", "a:01", "a:2", "-a:2", "b:y"] {
            filters.add(filter);
        }
        filters.set_date_range("overlap|[1 TO 2]".into());
        let expected = [
            "a:\"1\"",
            "a:\"2\"",
            "~b:\"x\"",
            "-a:\"2\"",
            "b:\"y\"",
            "search_daterange_mv:\"overlap|[1 TO 2]\"",
        ];
        assert_eq!(filters.shown(), expected);
        for (field, value, applied) in
            [("a", "1", true), ("b", "x", true), ("b", "y", true), ("a", "3", false)]
        {
            assert_eq!(filters.applies(field, value), applied, "{field}:{value}");
        }
    }
}
