//! Filters that come from parameters of their own: date and number ranges, new items, places,
//! illustrations (finna-api §6.4.4–6.4.7).

use super::filters::{self, DATE_RANGE};
use super::loose_date::{End, loose_date};
use crate::api::params::Params;
use crate::text::is_numeric;

/// The former name of the date range field.
const OLD_DATE_RANGE: &str = "search_sdaterange_mv";

/// All visible filters of a request: as sent, then those made of other parameters. The date range
/// stands apart, as `type|[from TO to]`.
pub(super) struct Collected {
    pub(super) filters: Vec<String>,
    pub(super) date_range: Option<String>,
}

/// Gathers the filters of a request. Of the date ranges only the first that can be read counts.
pub(super) fn collect(params: &Params) -> Collected {
    let mut filters: Vec<String> = Vec::new();
    let scalar_is_unset = matches!(params.text("filter"), Some("" | "0"));
    if !scalar_is_unset {
        filters.extend(params.list_or_one("filter").into_iter().map(str::to_owned));
    }
    filters.extend(params.list("orfilter").into_iter().map(|filter| format!("~{filter}")));
    ranges(params, &mut filters);
    for field in ["first_indexed", "catalog_date"] {
        let from = params.text(&format!("{field}from"));
        if let Some(date) = from.and_then(|text| loose_date(text, End::From)) {
            filters.push(format!("{field}:\"[{date}T00:00:00Z TO *]\""));
        }
    }
    match params.text("illustration") {
        Some("1") => filters.push("illustrated:\"Illustrated\"".into()),
        Some("0") => filters.push("illustrated:\"Not Illustrated\"".into()),
        _ => {}
    }
    if let Some(area) = params.text("coordinates").filter(|text| !text.trim().is_empty()) {
        filters.push(format!("{{!score=none}}location_geo:\"Intersects({})\"", polygon(area)));
    }
    if params.text("sdaterange").is_some_and(|text| !text.is_empty()) {
        let end = |name: &str, open: &'static str| match params.text(name) {
            None | Some("") => open.to_owned(),
            Some(text) => text.to_owned(),
        };
        let from = end("search_sdaterange_mvfrom", "-9999");
        let to = end("search_sdaterange_mvto", "9999");
        filters.push(format!("{DATE_RANGE}:\"[{from} TO {to}]\""));
    }
    let mut date_range = None;
    filters.retain(|filter| match filters::parse(filter) {
        (DATE_RANGE | OLD_DATE_RANGE, value) => {
            if date_range.is_none() {
                date_range = read_date_range(value, params);
            }
            false
        }
        _ => true,
    });
    Collected { filters, date_range }
}

/// A date range with its match type spelt out; nothing if it cannot be read.
fn read_date_range(value: &str, params: &Params) -> Option<String> {
    let (word, range) = match value.split_once('|') {
        Some((word, range)) => (word, range),
        None => ("overlap", value),
    };
    let (from, to) = range.strip_prefix('[')?.strip_suffix(']')?.split_once(" TO ")?;
    let days = year_of_days(from, End::From).zip(year_of_days(to, End::To));
    let (from, to) = match &days {
        Some((from, to)) => (from.as_str(), to.as_str()),
        None => (from, to),
    };
    let is_end = |end: &str| {
        end == "*" || (!end.is_empty() && end.bytes().all(|b| b.is_ascii_digit() || b == b'-'))
    };
    if !is_end(from) || !is_end(to) {
        return None;
    }
    let word = match word {
        "overlap" => ["search_daterange_mv_type", "search_sdaterange_mvtype"]
            .iter()
            .find_map(|name| params.text(name).filter(|text| !text.is_empty()))
            .unwrap_or("overlap"),
        other => other,
    };
    let word = if word == "within" { "within" } else { "overlap" };
    Some(format!("{word}|[{from} TO {to}]"))
}

/// The year of `"-25567 -25567"`, the former form of an end: two numbers of days since 1970.
fn year_of_days(text: &str, end: End) -> Option<String> {
    let (from, to) = text.trim_matches('"').split_once(' ')?;
    let days: i32 = if end == End::From { from } else { to }.trim_matches('"').parse().ok()?;
    let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?);
    Some(format!("{:04}", date.ok()?.year()))
}

fn ranges(params: &Params, filters: &mut Vec<String>) {
    type Ends = fn(&str, &str) -> Option<(String, String)>;
    let kinds: [(&str, Ends); 3] = [
        ("daterange", year_range),
        ("fulldaterange", full_date_range),
        ("numericrange", number_range),
    ];
    let end = |field: &str, which: &str| params.text(&format!("{field}{which}")).unwrap_or("");
    for (parameter, read) in kinds {
        for field in params.list_or_one(parameter) {
            if let Some((from, to)) = read(end(field, "from"), end(field, "to")) {
                filters.push(format!("{field}:\"[{from} TO {to}]\""));
            }
        }
    }
    for field in params.list_or_one("genericrange") {
        filters.push(format!("{field}:{}", text_range(end(field, "from"), end(field, "to"))));
    }
}

/// A range of texts in both letter cases, the lower end first. A missing end is an empty text,
/// which no range can have: it finds nothing, as with the peer.
fn text_range(from: &str, to: &str) -> String {
    let (from, to) = if from.to_lowercase() > to.to_lowercase() { (to, from) } else { (from, to) };
    let range = |from: String, to: String| format!("[{from} TO {to}]");
    let lower = range(from.to_lowercase(), to.to_lowercase());
    let upper = range(from.to_uppercase(), to.to_uppercase());
    if lower == upper { lower } else { format!("({lower} OR {upper})") }
}

/// Years: two characters are of the 1900s, three get a zero in front.
fn year_range(from: &str, to: &str) -> Option<(String, String)> {
    let year = |text: &str| match text.len() {
        _ if !has_digit_run(text) => "*".to_owned(),
        2 => format!("19{text}"),
        3 => format!("0{text}"),
        _ => text.to_owned(),
    };
    ordered(year(from), year(to))
}

/// Two digits side by side somewhere.
fn has_digit_run(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| pair.iter().all(u8::is_ascii_digit))
}

fn number_range(from: &str, to: &str) -> Option<(String, String)> {
    let number = |text: &str| if is_numeric(text) { text.trim() } else { "*" }.to_owned();
    ordered(number(from), number(to))
}

/// Full dates; when swapped the times of day stay with their dates.
fn full_date_range(from: &str, to: &str) -> Option<(String, String)> {
    let from = loose_date(from, End::From).map(|date| format!("{date}T00:00:00Z"));
    let to = loose_date(to, End::To).map(|date| format!("{date}T23:59:59Z"));
    let open = || "*".to_owned();
    match (from, to) {
        (None, None) => None,
        (Some(from), Some(to)) if to < from => Some((to, from)),
        (from, to) => Some((from.unwrap_or_else(open), to.unwrap_or_else(open))),
    }
}

/// Both ends, lower one first; nothing when both are open.
fn ordered(from: String, to: String) -> Option<(String, String)> {
    if from == "*" && to == "*" {
        return None;
    }
    match (from.parse::<f64>(), to.parse::<f64>()) {
        (Ok(a), Ok(b)) if b < a => Some((to, from)),
        _ => Some((from, to)),
    }
}

/// `minX minY maxX maxY` as a polygon; anything else is a shape in WKT already.
fn polygon(area: &str) -> String {
    let numbers: Vec<&str> = area.split(' ').collect();
    let is_number =
        |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    match numbers.as_slice() {
        [min_x, min_y, max_x, max_y] if numbers.iter().all(is_number) => format!(
            "POLYGON(({min_x} {max_y},{max_x} {max_y},{max_x} {min_y},{min_x} {min_y},{min_x} {max_y}))"
        ),
        _ => area.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_become_filters() {
        for (query, expected) in [
            ("filter[]=a:1&filter[]=b:2&orfilter[]=c:3", &["a:1", "b:2", "~c:3"][..]),
            ("filter=a:1", &["a:1"]),
            ("filter=0", &[]),
            ("daterange[]=y&yfrom=2000&yto=98&daterange[]=z&zfrom=x", &["y:\"[1998 TO 2000]\""]),
            ("daterange[]=y&yfrom=800", &["y:\"[0800 TO *]\""]),
            (
                "fulldaterange[]=d&dfrom=5.3.2024&dto=2023-02",
                &["d:\"[2023-02-28T23:59:59Z TO 2024-03-05T00:00:00Z]\""],
            ),
            ("fulldaterange[]=d&dfrom=nonsense", &[]),
            ("numericrange[]=n&nfrom=5&nto=1", &["n:\"[1 TO 5]\""]),
            ("numericrange[]=n&nfrom=a&nto=b", &[]),
            ("genericrange[]=g&gfrom=M&gto=a", &["g:([a TO m] OR [A TO M])"]),
            ("genericrange[]=g&gfrom=1", &["g:[ TO 1]"]),
            ("first_indexedfrom=2024-05", &["first_indexed:\"[2024-05-01T00:00:00Z TO *]\""]),
            ("first_indexedfrom=soon", &[]),
            ("illustration=0", &["illustrated:\"Not Illustrated\""]),
            (
                "coordinates=20 60 25.5 61",
                &[
                    "{!score=none}location_geo:\"Intersects(POLYGON((20 61,25.5 61,25.5 60,20 60,20 61)))\"",
                ],
            ),
            (
                "coordinates=-20 60 25.5 61",
                &["{!score=none}location_geo:\"Intersects(-20 60 25.5 61)\""],
            ),
        ] {
            let collected = collect(&Params::parse(query));
            assert_eq!(collected.filters, expected, "{query}");
            assert_eq!(collected.date_range, None, "{query}");
        }
    }

    #[test]
    fn first_readable_date_range_counts() {
        for (query, expected) in [
            ("filter[]=search_daterange_mv:[1900 TO 2000]", Some("overlap|[1900 TO 2000]")),
            ("filter=search_daterange_mv:\"within|[-5 TO *]\"", Some("within|[-5 TO *]")),
            (
                "filter[]=search_daterange_mv:x&filter[]=search_daterange_mv:[1 TO 2]&filter[]=search_daterange_mv:[3 TO 4]",
                Some("overlap|[1 TO 2]"),
            ),
            (
                "search_daterange_mv_type=within&filter[]=search_daterange_mv:\"overlap|[1 TO 2]\"",
                Some("within|[1 TO 2]"),
            ),
            ("filter[]=search_daterange_mv:[1 TO 2}", None),
            (
                "filter[]=search_sdaterange_mv:\"[\"-25567 -25567\" TO \"-7306 -7306\"]\"",
                Some("overlap|[1900 TO 1949]"),
            ),
            (
                "sdaterange=1&search_sdaterange_mvfrom=1800&search_sdaterange_mvtype=within",
                Some("within|[1800 TO 9999]"),
            ),
        ] {
            let collected = collect(&Params::parse(query));
            assert_eq!(collected.date_range.as_deref(), expected, "{query}");
            assert!(collected.filters.is_empty(), "{query}");
        }
        let prefixed = collect(&Params::parse("filter[]=-search_daterange_mv:[1 TO 2]"));
        assert_eq!(prefixed.filters, ["-search_daterange_mv:[1 TO 2]"]);
    }
}
