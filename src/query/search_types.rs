//! Search types from `index-config/searches.yaml`, in VuFind's format, and the query that a type
//! makes of a text (search-semantics §2, §4).

mod extra_params;
mod munge;
mod read;
mod search_type;

use super::ast::{DisMaxText, Query};
use super::clauses::has_advanced_syntax;
use super::normalise::{
    ForbiddenText, double_trailing_question_marks, escape_unquoted_minus, normalise,
};
use super::user::{BoolWord, QueryGroup, UserQuery};
use crate::config::SearchSettings;
use crate::text::trim;
use extra_params::ExtraParam;
use search_type::SearchType;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Field of words without any other field.
pub(super) const DEFAULT_FIELD: &str = "allfields";
const ALL: &str = "*:*";

/// A type, and what stands for it when the whole text is in quotes.
#[derive(Debug, Clone)]
struct TypeEntry {
    usual: SearchType,
    exact: Option<SearchType>,
}

/// All search types by name.
#[derive(Debug, Clone, Default)]
pub struct SearchTypes {
    /// Lower-case name → type.
    types: BTreeMap<String, TypeEntry>,
    extra_params: Vec<ExtraParam>,
}

/// What the user's words become.
#[derive(Debug, Clone, PartialEq)]
pub struct BuiltQuery {
    /// The query; its text nodes are not yet taken apart.
    pub query: Query,
    /// The filter that belongs to the search type, in Lucene syntax.
    pub type_filter: Option<String>,
    /// Parameters from `GlobalExtraParams`, by name.
    pub extra_params: Vec<(String, String)>,
}

impl SearchTypes {
    /// The type of this name, in any letter case, for a text.
    fn get(&self, name: &str, text: &str, settings: &SearchSettings) -> Option<&SearchType> {
        let entry = self.types.get(&name.to_lowercase())?;
        let text = trim(text);
        let quoted = settings.exact_phrase_search && text.starts_with('"') && text.ends_with('"');
        Some(entry.exact.as_ref().filter(|_| quoted).unwrap_or(&entry.usual))
    }

    /// The query of the user's words. `sort` is the engine's sort string: extra parameters may
    /// depend on it.
    pub fn build(
        &self,
        query: &UserQuery,
        settings: &SearchSettings,
        sort: &str,
    ) -> Result<BuiltQuery, ForbiddenText> {
        let builder = Builder { types: self, settings };
        let mut built = match query {
            UserQuery::Basic { lookfor, search_type } => builder.single(lookfor, search_type)?,
            UserQuery::Advanced { join, groups } => plain(builder.groups(*join, groups)?),
            UserQuery::Ids(_) | UserQuery::Versions { .. } => {
                builder.single(&query.id_list().unwrap_or_default(), "")?
            }
        };
        let names = query.search_types();
        let fitting = self.extra_params.iter().filter(|extra| extra.fits(&names, sort, self));
        for extra in fitting {
            built
                .extra_params
                .extend(extra.values.iter().map(|value| (extra.param.clone(), value.clone())));
        }
        Ok(built)
    }
}

fn lucene(text: String) -> Query {
    Query::Lucene { text, default_field: DEFAULT_FIELD.to_owned() }
}

fn plain(text: String) -> BuiltQuery {
    BuiltQuery { query: lucene(text), type_filter: None, extra_params: Vec::new() }
}

struct Builder<'a> {
    types: &'a SearchTypes,
    settings: &'a SearchSettings,
}

impl Builder<'_> {
    /// The text cleaned, after the type's own changes.
    fn normalised(&self, text: &str, type_name: &str) -> Result<String, ForbiddenText> {
        match self.types.get(type_name, text, self.settings) {
            Some(search_type) if search_type.changes_text() => {
                normalise(&search_type.changed_text(text), self.settings)
            }
            _ => normalise(text, self.settings),
        }
    }

    fn single(&self, lookfor: &str, type_name: &str) -> Result<BuiltQuery, ForbiddenText> {
        let text = double_trailing_question_marks(&self.normalised(lookfor, type_name)?);
        let text = if text.is_empty() { ALL.to_owned() } else { text };
        let Some(search_type) = self.types.get(type_name, &text, self.settings) else {
            return Ok(plain(escape_unquoted_minus(&text)));
        };
        let dismax = search_type.dismax();
        let is_advanced = !search_type.is_edismax() && has_advanced_syntax(&text, self.settings);
        Ok(match dismax {
            Some(dismax) if !is_advanced => {
                let text =
                    DisMaxText { text: escape_unquoted_minus(&text), settings: Arc::clone(dismax) };
                BuiltQuery {
                    query: if search_type.is_edismax() {
                        Query::EDisMax(text)
                    } else {
                        Query::ClassicDisMax(text)
                    },
                    type_filter: search_type.filter().map(str::to_owned),
                    extra_params: Vec::new(),
                }
            }
            _ => {
                let whole = match search_type.filter() {
                    Some(filter) if is_advanced && trim(&text) == ALL => filter.to_owned(),
                    // A text with fields of its own cannot be put into other fields.
                    _ if is_advanced && text.contains(':') => text,
                    _ => search_type.munged(&text, is_advanced),
                };
                let whole = if is_advanced { search_type.boosted(whole) } else { whole };
                plain(escape_unquoted_minus(&whole))
            }
        })
    }

    /// `((row OP row) JOIN (row) JOIN NOT (row OR row))`.
    fn groups(&self, join: BoolWord, groups: &[QueryGroup]) -> Result<String, ForbiddenText> {
        let mut parts = Vec::with_capacity(groups.len());
        for group in groups {
            let mut rows = Vec::with_capacity(group.terms.len());
            for term in &group.terms {
                rows.push(self.row(&term.lookfor, &term.search_type)?);
            }
            parts.push(joined(rows, group.bool_word));
        }
        let whole = joined(parts, join);
        Ok(if whole.is_empty() { ALL.to_owned() } else { whole })
    }

    /// One row of an advanced search; empty if nothing is left of it.
    fn row(&self, lookfor: &str, type_name: &str) -> Result<String, ForbiddenText> {
        let text = escape_unquoted_minus(&self.normalised(lookfor, type_name)?);
        Ok(match self.types.get(type_name, &text, self.settings) {
            Some(search_type) if !text.is_empty() => {
                search_type.nested(&text, has_advanced_syntax(&text, self.settings))
            }
            _ => text,
        })
    }
}

/// Parts in parentheses, the empty ones left out. A negated list without parts leaves its `NOT `
/// behind, which no parser accepts: so does the peer.
fn joined(parts: Vec<String>, word: BoolWord) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let (negation, word) = match word {
        BoolWord::And => ("", " AND "),
        BoolWord::Or => ("", " OR "),
        BoolWord::Not => ("NOT ", " OR "),
    };
    match parts.as_slice() {
        [] => negation.to_owned(),
        parts => format!("{negation}({})", parts.join(word)),
    }
}

#[cfg(test)]
mod tests;
