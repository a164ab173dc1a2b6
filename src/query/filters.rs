//! `filter[]` and its relatives → the filters of a search (search-semantics §6).
//!
//! [`FilterList`] keeps every filter in the form that the peer would send to Solr, because rules
//! look at that form; [`FilterList::meaning`] is what an engine of our own has to do.

mod geo;
mod grouping;
mod part;

use super::ast::Filter;
use super::expand::ExpandError;
use crate::config::{Schema, SearchSettings};
pub use geo::near;
pub(crate) use geo::parse_intersects;
use grouping::{RAW, grouped};
pub use part::FilterPart;
use part::FilterValue;
use regex::Regex;
use std::sync::LazyLock;

/// The pseudo-filter that switches deduplication.
const DEDUPLICATION: &str = "finna.deduplication";
/// The pseudo-filter that names the sources to search.
const SOURCES: &str = "finna.sources";
/// The date filter with its own syntax.
const DATE_FIELD: &str = "search_daterange_mv";
const BUILDING: &str = "building";
const AVAILABLE: &str = "source_available_str_mv";
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
    /// A place or shape that cannot be read.
    #[error("the shape `{0}` cannot be read")]
    BadShape(String),
    /// Too many filters.
    #[error("more than {MAX_FILTERS} filters")]
    TooMany,
    /// A raw filter or pattern that cannot be parsed.
    #[error(transparent)]
    Expand(#[from] ExpandError),
}

/// All filters of a search and what they say about its answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FilterList {
    /// In the order in which the peer sends them.
    pub parts: Vec<FilterPart>,
    /// What a request said about deduplication: `"0"` or `"1"`.
    pub forced_deduplication: Option<bool>,
    /// Groups stand for their members.
    pub deduplicates: bool,
    /// The sources that are answered, preferred first; `None`: all, without preference.
    pub active_sources: Option<Vec<String>>,
}

impl FilterList {
    /// The filters of a request with those that every search has. `by_id`: a basic search of the
    /// type `id`, which sees groups, members and component parts alike.
    pub fn new(
        hidden: &[String],
        visible: &[String],
        settings: &SearchSettings,
        by_id: bool,
    ) -> Result<Self, FilterError> {
        if hidden.len() + visible.len() > MAX_FILTERS {
            return Err(FilterError::TooMany);
        }
        let hidden: Vec<String> = settings.hidden_filters.iter().chain(hidden).cloned().collect();
        let mut list = FilterList::default();
        list.add_all(&hidden, visible);
        let raw = settings.raw_hidden_filters.iter();
        list.parts.extend(raw.map(|filter| FilterPart::Raw(filter.clone())));
        list.take_deduplication(settings, by_id);
        list.take_sources(settings);
        if settings.hide_component_parts && !by_id {
            list.parts.push(FilterPart::Without("hidden_component_boolean"));
        }
        if !settings.sources.is_empty() {
            list.narrow_to_sources(settings);
        }
        Ok(list)
    }

    /// AND and NOT filters as they come, then one filter for each field with OR filters.
    fn add_all(&mut self, hidden: &[String], visible: &[String]) {
        let mut any_of: Vec<FilterPart> = Vec::new();
        let mut has_dates = false;
        for (key, values) in grouped(hidden, visible) {
            if let Some(field) = key.strip_prefix('~') {
                let values = values.into_iter().map(FilterValue::new).collect();
                any_of.push(FilterPart::AnyOf { field: field.to_owned(), values });
                continue;
            }
            for value in values {
                if key == RAW {
                    self.parts.push(FilterPart::Raw(value));
                } else if key == DATE_FIELD
                    && let Some(dates) = FilterPart::dates(DATE_FIELD, &value)
                {
                    if !std::mem::replace(&mut has_dates, true) {
                        self.parts.push(dates);
                    }
                } else {
                    self.parts.push(FilterPart::one(&key, value));
                }
            }
        }
        // Two spellings (`~x` hidden, `~x` visible) share a key, so fields are distinct here.
        self.parts.append(&mut any_of);
    }

    fn take_deduplication(&mut self, settings: &SearchSettings, by_id: bool) {
        let mut forced = None;
        self.parts.retain(|part| {
            let shown = part.solr();
            let shown = shown.strip_prefix('(').and_then(|s| s.strip_suffix(')')).unwrap_or(&shown);
            match shown.strip_prefix(DEDUPLICATION) {
                Some(":\"0\"") => forced = Some(false),
                Some(":\"1\"") => forced = Some(true),
                _ => return true,
            }
            false
        });
        self.forced_deduplication = forced;
        let asks_for_members = self
            .parts
            .iter()
            .any(|part| matches!(part, FilterPart::Raw(raw) if raw == "merged_child_boolean:true"));
        self.deduplicates = forced.unwrap_or(settings.deduplication) && !asks_for_members;
        if !by_id {
            self.parts.push(FilterPart::Without(if self.deduplicates {
                "merged_child_boolean"
            } else {
                "merged_boolean"
            }));
        }
    }

    fn take_sources(&mut self, settings: &SearchSettings) {
        let asked = self.parts.iter().position(|part| {
            matches!(part, FilterPart::One { negated: false, field, .. } if field == SOURCES)
        });
        let asked = asked.map(|at| self.parts.remove(at));
        let sources: Vec<String> = if let Some(FilterPart::One { value, .. }) = asked {
            value.text().split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect()
        } else {
            let is_answered = |id: &&String| !settings.api_excluded_sources.contains(id);
            settings.sources.iter().filter(is_answered).cloned().collect()
        };
        if !sources.is_empty() {
            self.parts.push(FilterPart::Terms { field: "source_str_mv", values: sources.clone() });
            self.active_sources = Some(sources);
        }
    }

    /// "Online" and "available" mean: in the configured sources (§6.7).
    fn narrow_to_sources(&mut self, settings: &SearchSettings) {
        let sources = &settings.sources;
        let mut narrowed = Vec::new();
        let buildings: Option<Vec<String>> = self.parts.iter().find_map(|part| match part {
            FilterPart::AnyOf { field, values } if field == BUILDING => {
                Some(values.iter().map(|value| value.text().to_owned()).collect())
            }
            _ => None,
        });
        self.parts.retain(|part| {
            let FilterPart::One { negated: false, field, value } = part else { return true };
            let (field, values) = match (field.as_str(), value.text()) {
                ("online_boolean", "1") if settings.deduplication => ("online_str_mv", sources),
                ("free_online_boolean", "1") if settings.deduplication => {
                    ("free_online_str_mv", sources)
                }
                (AVAILABLE, "*") => match &buildings {
                    Some(buildings) => ("building_available_str_mv", buildings),
                    None => (AVAILABLE, sources),
                },
                _ => return true,
            };
            narrowed.push(FilterPart::Terms { field, values: values.clone() });
            false
        });
        self.parts.append(&mut narrowed);
    }

    /// What the filters mean; unknown fields are errors.
    pub fn meaning(&self, schema: &Schema) -> Result<Vec<Filter>, FilterError> {
        self.parts.iter().map(|part| part.meaning(schema)).collect()
    }

    /// The buildings that filters name, first part of their path each, in order; identical filters
    /// count once. The later one is the more wanted, excluded ones not excepted (§8).
    pub fn building_priority(&self) -> Vec<String> {
        static NAMED: LazyLock<Option<Regex>> =
            LazyLock::new(|| Regex::new(r#"\bbuilding:"([^"]*)""#).ok());
        let mut seen: Vec<String> = Vec::new();
        let mut found = Vec::new();
        for filter in self.parts.iter().map(FilterPart::solr) {
            if seen.contains(&filter) {
                continue;
            }
            for captures in NAMED.iter().flat_map(|named| named.captures_iter(&filter)) {
                let value = captures.get(1).map_or("", |value| value.as_str());
                let is_level = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
                let name = match value.split_once('/') {
                    Some((level, path)) if !level.is_empty() && is_level(level) => {
                        path.split('/').next().unwrap_or(path)
                    }
                    _ => value,
                };
                found.push(name.to_owned());
            }
            seen.push(filter);
        }
        found
    }

    /// The circles of the request, which also raise the score of what is near.
    pub fn circles(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            FilterPart::One { field, .. } if geo::is_circle(field) => Some(field.as_str()),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
