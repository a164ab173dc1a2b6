//! `filter[]` → filters of the engine (search-semantics §6).

use super::ast::{Bool, Filter, Query};
use super::date_range::parse_date_span;
use super::expand::ExpandError;
use crate::config::Schema;

/// The pseudo-filter that switches deduplication.
const DEDUPLICATION: &str = "finna.deduplication";
/// The pseudo-filter that names the sources to search.
const SOURCES: &str = "finna.sources";
/// The date filter with its own syntax, and its old name.
const DATE_FIELDS: [&str; 2] = ["search_daterange_mv", "search_sdaterange_mv"];
/// Filters in one request.
const MAX_FILTERS: usize = 1024;

/// Why filters cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// The filter names no field of the schema.
    #[error("filter on the undefined field {0}")]
    UnknownField(String),
    /// The dates of a range are impossible or reversed.
    #[error("the date range `{0}` is impossible")]
    BadDateRange(String),
    /// Too many filters.
    #[error("more than {MAX_FILTERS} filters")]
    TooMany,
    /// A raw filter or pattern that cannot be parsed.
    #[error(transparent)]
    Expand(#[from] ExpandError),
}

/// What the service decides about filters.
#[derive(Debug, Clone, Default)]
pub struct FilterOptions {
    /// Groups stand for their members.
    pub deduplicate: bool,
    /// Merged component parts are left out.
    pub hide_component_parts: bool,
    /// `search_daterange_mv_type=within`.
    pub dates_within: bool,
}

/// One user filter, cut into its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parsed {
    sign: Sign,
    field: String,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    And,
    Or,
    Not,
    /// A Lucene expression used whole.
    Raw,
}

fn cut(filter: &str) -> Parsed {
    if filter.starts_with('(') || filter.starts_with("-(") || filter.starts_with("{!geofilt ") {
        return Parsed { sign: Sign::Raw, field: String::new(), value: filter.to_owned() };
    }
    let (field, value) = filter.split_once(':').unwrap_or((filter, ""));
    let value = value.strip_prefix('"').unwrap_or(value);
    let value = value.strip_suffix('"').unwrap_or(value).trim();
    let (sign, field) = match field.as_bytes().first() {
        Some(b'~') => (Sign::Or, &field[1..]),
        Some(b'-') => (Sign::Not, &field[1..]),
        _ => (Sign::And, field),
    };
    Parsed { sign, field: field.to_owned(), value: value.to_owned() }
}

/// Equal values, or two spellings of one number, count once.
fn same_value(a: &str, b: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite());
    #[expect(clippy::float_cmp, reason = "the peer compares numeric strings as numbers")]
    let numbers = matches!((number(a), number(b)), (Some(a), Some(b)) if a == b);
    a == b || numbers
}

/// Groups the filters as the peer does: AND and NOT one by one, OR by field, at the end the
/// automatic ones. Unknown fields are errors.
pub fn parse_filters(
    hidden: &[String],
    visible: &[String],
    options: &FilterOptions,
    schema: &Schema,
) -> Result<Vec<Filter>, FilterError> {
    if hidden.len() + visible.len() > MAX_FILTERS {
        return Err(FilterError::TooMany);
    }
    let mut parsed: Vec<Parsed> = Vec::new();
    for filter in hidden
        .iter()
        .map(|f| cut(f))
        .filter(|f| !f.value.is_empty())
        .chain(visible.iter().map(|f| cut(f)))
    {
        let repeated = parsed.iter().any(|p| {
            p.sign == filter.sign && p.field == filter.field && same_value(&p.value, &filter.value)
        });
        if !repeated {
            parsed.push(filter);
        }
    }

    let mut deduplicate = options.deduplicate;
    let mut sources = None;
    let mut date_filter = None;
    let mut filters: Vec<Filter> = Vec::new();
    let mut or_groups: Vec<(String, Vec<Query>)> = Vec::new();
    for filter in &parsed {
        match (filter.sign, filter.field.as_str()) {
            (Sign::Raw, _) if switches_deduplication(&filter.value).is_some() => {
                deduplicate = switches_deduplication(&filter.value) == Some(true);
            }
            (Sign::Raw, _) => filters.push(untagged(lucene(&filter.value))),
            (Sign::And, DEDUPLICATION) => deduplicate = filter.value != "0",
            (Sign::And, SOURCES) if sources.is_none() => sources = Some(filter.value.as_str()),
            (Sign::And, field) if DATE_FIELDS.contains(&field) => {
                if date_filter.is_none()
                    && let Some(query) = date_range(field, &filter.value, options)?
                {
                    date_filter = Some(filters.len());
                    filters.push(untagged(query));
                }
            }
            (Sign::And, field) => {
                filters.push(untagged(value_query(field, &filter.value, schema)?))
            }
            (Sign::Not, field) => {
                let query = value_query(field, &filter.value, schema)?;
                filters.push(untagged(not(query)));
            }
            (Sign::Or, field) => {
                let query = value_query(field, &filter.value, schema)?;
                match or_groups.iter_mut().find(|(name, _)| name == field) {
                    Some((_, queries)) => queries.push(query),
                    None => or_groups.push((field.to_owned(), vec![query])),
                }
            }
        }
    }
    for (field, queries) in or_groups {
        let query = Query::Bool(Bool { should: queries, ..Bool::default() });
        filters.push(Filter { query, tag: Some(field) });
    }
    let hidden_flag = if deduplicate { "merged_child_boolean" } else { "merged_boolean" };
    filters.push(untagged(not(is_true(hidden_flag))));
    if let Some(list) = sources.filter(|list| !list.is_empty()) {
        let values = list.split(',').map(|id| id.trim().to_owned()).collect();
        filters.push(untagged(Query::In { field: "source_str_mv".to_owned(), values }));
    }
    if options.hide_component_parts {
        filters.push(untagged(not(is_true("hidden_component_boolean"))));
    }
    Ok(filters)
}

fn switches_deduplication(raw: &str) -> Option<bool> {
    let inner = raw.strip_prefix('(')?.strip_suffix(')')?;
    let value = inner.strip_prefix(DEDUPLICATION)?.strip_prefix(':')?;
    Some(value.trim_matches('"') != "0")
}

fn untagged(query: Query) -> Filter {
    Filter { query, tag: None }
}

fn not(query: Query) -> Query {
    Query::Bool(Bool { must: vec![Query::All], must_not: vec![query], ..Bool::default() })
}

fn is_true(field: &str) -> Query {
    Query::In { field: field.to_owned(), values: vec!["true".to_owned()] }
}

fn lucene(text: &str) -> Query {
    Query::Lucene { text: text.to_owned(), default_field: "allfields".to_owned() }
}

/// The meaning of a value: pattern, range or exact phrase (§6.2).
fn value_query(field: &str, value: &str, schema: &Schema) -> Result<Query, FilterError> {
    if schema.field(field).is_none() {
        return Err(FilterError::UnknownField(field.to_owned()));
    }
    if value.ends_with('*') || holds_range(value) {
        return Ok(lucene(&format!("{field}:{value}")));
    }
    Ok(Query::Phrase { field: field.to_owned(), text: value.to_owned(), slop: 0 })
}

/// `[x TO y]` with both ends and no `]` inside.
fn holds_range(value: &str) -> bool {
    let Some((_, rest)) = value.split_once('[') else { return false };
    let Some((inner, _)) = rest.split_once(']') else { return false };
    inner.split_once(" TO ").is_some_and(|(a, b)| !a.trim().is_empty() && !b.trim().is_empty())
}

/// The date range filter; `None` for a value that is no range, which adds no filter (§6.4).
fn date_range(
    field: &str,
    value: &str,
    options: &FilterOptions,
) -> Result<Option<Query>, FilterError> {
    let (kind, range) = value.split_once('|').unwrap_or(("overlap", value));
    let range = range.trim_matches('"');
    let well_formed = |end: &str| {
        end == "*" || (!end.is_empty() && end.chars().all(|c| c.is_ascii_digit() || c == '-'))
    };
    let ends = range
        .strip_prefix('[')
        .and_then(|r| r.strip_suffix(']'))
        .and_then(|r| r.split_once(" TO "));
    if !ends.is_some_and(|(from, to)| well_formed(from) && well_formed(to)) {
        return Ok(None);
    }
    let span = parse_date_span(range).ok_or_else(|| FilterError::BadDateRange(range.to_owned()))?;
    let within = kind == "within" || (kind == "overlap" && options.dates_within);
    let field = if field == DATE_FIELDS[1] { DATE_FIELDS[0] } else { field };
    Ok(Some(Query::DateRange { field: field.to_owned(), within, span }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigFolder;

    fn filters(visible: &[&str]) -> Result<Vec<Filter>, FilterError> {
        let schema = Schema::load(&ConfigFolder::BuiltIn).unwrap();
        let visible: Vec<String> = visible.iter().map(|f| (*f).to_owned()).collect();
        let options =
            FilterOptions { deduplicate: true, hide_component_parts: true, dates_within: false };
        parse_filters(&[], &visible, &options, &schema)
    }

    fn phrase(field: &str, text: &str) -> Query {
        Query::Phrase { field: field.into(), text: text.into(), slop: 0 }
    }

    #[test]
    fn forms() {
        for (input, expected) in [
            ("format:0/Book/", phrase("format", "0/Book/")),
            ("format:\"0/Book/\"", phrase("format", "0/Book/")),
            ("format: \"0/Book/\"", phrase("format", "\"0/Book/")),
            ("title:\"a:b\"", phrase("title", "a:b")),
            ("-format:\"0/Book/\"", not(phrase("format", "0/Book/"))),
            ("main_date_str:\"[1900 TO *]\"", lucene("main_date_str:[1900 TO *]")),
            ("author_facet:Sib*", lucene("author_facet:Sib*")),
            ("main_date_str:{1900 TO 1950}", phrase("main_date_str", "{1900 TO 1950}")),
            (
                "(format:\"0/Book/\" OR format:\"0/Map/\")",
                lucene("(format:\"0/Book/\" OR format:\"0/Map/\")"),
            ),
        ] {
            assert_eq!(filters(&[input]).unwrap()[0].query, expected, "{input}");
        }
        assert_eq!(filters(&["foo:x"]), Err(FilterError::UnknownField("foo".into())));
        assert_eq!(filters(&["nocolon"]), Err(FilterError::UnknownField("nocolon".into())));
        assert!(matches!(
            filters(&["search_daterange_mv:[1950 TO 1900]"]),
            Err(FilterError::BadDateRange(_))
        ));
    }

    #[test]
    fn groups_and_automatic_filters() {
        let found = filters(&["~format:a", "building:x", "~format:b", "building:\"x\""]).unwrap();
        let tags: Vec<_> = found.iter().map(|f| f.tag.as_deref()).collect();
        assert_eq!(tags, [None, Some("format"), None, None]);
        let off = filters(&["finna.deduplication:\"0\""]).unwrap();
        assert_eq!(off[0].query, not(is_true("merged_boolean")));
        assert_eq!(filters(&["search_daterange_mv:nonsense"]).unwrap().len(), 2);
        let within = filters(&["search_daterange_mv:\"within|[1900 TO 1950]\""]).unwrap();
        assert!(matches!(within[0].query, Query::DateRange { within: true, .. }));
    }
}
