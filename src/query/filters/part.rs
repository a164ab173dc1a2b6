//! One filter: its form in Solr's language and its meaning.

use super::super::ast::{Bool, Filter, Query};
use super::super::clauses::escape_phrase;
use super::super::date_range::parse_date_span;
use super::{FilterError, geo};
use crate::config::{FieldKind, Schema};
use regex::Regex;
use std::sync::LazyLock;

/// Separates values in a list of terms.
const SEPARATOR: &str = "\u{1F}";

/// The value of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterValue(String);

impl FilterValue {
    pub(super) fn new(text: String) -> Self {
        FilterValue(text)
    }

    /// As the request wrote it, without quotes.
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// Patterns and ranges stay in the query language; everything else is a phrase (§6.2).
    fn is_expression(&self) -> bool {
        static RANGE: LazyLock<Option<Regex>> =
            LazyLock::new(|| Regex::new(r"\[[^\]]+(?-u:\s)+TO(?-u:\s)+[^\]]+\]").ok());
        self.0.ends_with('*') || RANGE.as_ref().is_some_and(|range| range.is_match(&self.0))
    }

    fn solr(&self, field: &str) -> String {
        if self.is_expression() {
            format!("{field}:{}", self.0)
        } else {
            format!("{field}:\"{}\"", escape_phrase(&self.0))
        }
    }

    fn meaning(&self, field: &str, schema: &Schema) -> Result<Query, FilterError> {
        if geo::is_circle(field) {
            return geo::circles(field);
        }
        let field = field.strip_prefix(geo::UNSCORED).unwrap_or(field);
        if field == "*" && self.0 == "*" {
            return Ok(Query::All);
        }
        let Some(spec) = schema.field(field) else {
            return Err(FilterError::UnknownField(field.to_owned()));
        };
        if self.is_expression() {
            return Ok(lucene(&self.solr(field)));
        }
        if spec.kind == FieldKind::Geo {
            return geo::intersects(field, &self.0);
        }
        Ok(Query::Phrase { field: field.to_owned(), text: self.0.clone(), slop: 0 })
    }
}

/// One filter of a search.
#[derive(Debug, Clone, PartialEq)]
pub enum FilterPart {
    /// `field:value` or `-field:value`.
    One {
        /// Documents that match are left out.
        negated: bool,
        /// Index field, or an expression before the first colon.
        field: String,
        /// The value.
        value: FilterValue,
    },
    /// `~field:value`, all of one field.
    AnyOf {
        /// Index field.
        field: String,
        /// The values, at least one.
        values: Vec<FilterValue>,
    },
    /// An expression in the query language.
    Raw(String),
    /// The date filter with its match type (§6.4).
    Dates {
        /// Index field.
        field: &'static str,
        /// All spans of the document must lie inside; else any must meet the range.
        within: bool,
        /// `[from TO to]`.
        range: String,
    },
    /// Any of these exact values.
    Terms {
        /// Index field.
        field: &'static str,
        /// Values.
        values: Vec<String>,
    },
    /// Not the documents for which this field is true.
    Without(&'static str),
}

impl FilterPart {
    pub(super) fn one(key: &str, value: String) -> Self {
        let (negated, field) = match key.strip_prefix('-') {
            Some(field) => (true, field),
            None => (false, key),
        };
        FilterPart::One { negated, field: field.to_owned(), value: FilterValue(value) }
    }

    /// `type|[from TO to]`; `None` for anything else.
    pub(super) fn dates(field: &'static str, value: &str) -> Option<Self> {
        let (kind, range) = value.split_once('|')?;
        let range = range.trim_matches('"');
        let is_end = |end: &str| {
            end == "*" || (!end.is_empty() && end.bytes().all(|b| b.is_ascii_digit() || b == b'-'))
        };
        let (from, to) = range.strip_prefix('[')?.strip_suffix(']')?.split_once(" TO ")?;
        (is_end(from) && is_end(to)).then(|| FilterPart::Dates {
            field,
            within: kind == "within",
            range: range.to_owned(),
        })
    }

    /// As the peer sends it to Solr.
    pub fn solr(&self) -> String {
        match self {
            FilterPart::One { negated, field, value } => {
                format!("{}{}", if *negated { "-" } else { "" }, value.solr(field))
            }
            FilterPart::AnyOf { field, values } => {
                let values: Vec<String> = values.iter().map(|value| value.solr(field)).collect();
                format!("{{!tag={field}_filter}}{field}:({})", values.join(" OR "))
            }
            FilterPart::Raw(text) => text.clone(),
            FilterPart::Dates { field, within, range } => {
                let operation = if *within { "Within" } else { "Intersects" };
                format!("{{!field f={field} op={operation}}}{range}")
            }
            FilterPart::Terms { field, values } => format!(
                "{{!terms f={field} separator=\"{SEPARATOR}\" method=docValuesTermsFilter}}{}",
                values.join(SEPARATOR)
            ),
            FilterPart::Without(field) => format!("-{field}:true"),
        }
    }

    /// What an engine has to do.
    pub(super) fn meaning(&self, schema: &Schema) -> Result<Filter, FilterError> {
        let untagged = |query: Query| Filter { query, tag: None };
        Ok(match self {
            FilterPart::One { negated, field, value } => {
                let query = value.meaning(field, schema)?;
                untagged(if *negated { not(query) } else { query })
            }
            FilterPart::AnyOf { field, values } => {
                let values: Result<Vec<Query>, FilterError> =
                    values.iter().map(|value| value.meaning(field, schema)).collect();
                let query = Query::Bool(Bool { should: values?, ..Bool::default() });
                Filter { query, tag: Some(field.clone()) }
            }
            FilterPart::Raw(text) => untagged(lucene(text)),
            FilterPart::Dates { field, within, range } => {
                let span = parse_date_span(range)
                    .ok_or_else(|| FilterError::BadDateRange(range.clone()))?;
                untagged(Query::DateRange { field: (*field).to_owned(), within: *within, span })
            }
            FilterPart::Terms { field, values } => {
                untagged(Query::In { field: (*field).to_owned(), values: values.clone() })
            }
            FilterPart::Without(field) => untagged(not(Query::In {
                field: (*field).to_owned(),
                values: vec!["true".to_owned()],
            })),
        })
    }
}

fn not(query: Query) -> Query {
    Query::Bool(Bool { must: vec![Query::All], must_not: vec![query], ..Bool::default() })
}

fn lucene(text: &str) -> Query {
    Query::Lucene { text: text.to_owned(), default_field: "allfields".to_owned() }
}
