//! `index-config/search.toml`: how searches are understood and what they reach
//! (search-semantics §3, §6.6, §7.2).

use super::folder::{line_of, parse_toml};
use super::{ConfigError, ConfigFolder};
use regex::Regex;
use toml::Spanned;

const FILE: &str = "search.toml";

/// The words that join clauses.
const BOOLEANS: [&str; 3] = ["AND", "OR", "NOT"];

/// Unicode form that query text is brought into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum QueryForm {
    /// Composed.
    Nfc,
    /// Decomposed.
    Nfd,
    /// Composed, compatibility characters replaced.
    #[default]
    Nfkc,
    /// Decomposed, compatibility characters replaced.
    Nfkd,
    /// As typed.
    #[serde(rename = "off")]
    Off,
}

/// A pattern that no search may fit.
#[derive(Debug, Clone)]
pub struct ForbiddenPattern {
    /// As written.
    pub text: String,
    /// Compiled.
    pub regex: Regex,
}

/// All settings of searches.
#[derive(Debug, Clone)]
pub struct SearchSettings {
    /// Boolean words that count in any case; those left out count in capitals only.
    pub booleans_in_any_case: Vec<&'static str>,
    /// `to` counts in ranges as `TO` does.
    pub ranges_in_any_case: bool,
    /// A text in quotes uses the type's exact fields.
    pub exact_phrase_search: bool,
    /// Unicode form of query text.
    pub unicode_form: QueryForm,
    /// Searches that fit are refused.
    pub forbidden: Vec<ForbiddenPattern>,
    /// Sort keys after those asked for, as in `sort`; empty for none.
    pub tie_breaker: String,
    /// Sources to search, preferred first; empty: all.
    pub sources: Vec<String>,
    /// Sources of the list that are not answered.
    pub api_excluded_sources: Vec<String>,
    /// Groups stand for their members.
    pub deduplication: bool,
    /// Component parts with a host are left out.
    pub hide_component_parts: bool,
    /// Filters on every search, in the form of `filter[]`.
    pub hidden_filters: Vec<String>,
    /// Filters on every search, in the query language.
    pub raw_hidden_filters: Vec<String>,
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Written {
    text: WrittenText,
    order: WrittenOrder,
    records: WrittenRecords,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum CaseSensitive {
    All(bool),
    Some(Vec<String>),
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WrittenText {
    case_sensitive_booleans: Option<Spanned<CaseSensitive>>,
    case_sensitive_ranges: Option<bool>,
    exact_phrase_search: bool,
    unicode_form: QueryForm,
    forbidden_patterns: Vec<Spanned<String>>,
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WrittenOrder {
    tie_breaker: String,
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WrittenRecords {
    sources: Vec<String>,
    api_excluded_sources: Vec<String>,
    deduplication: Option<bool>,
    hide_component_parts: Option<bool>,
    hidden_filters: Vec<String>,
    raw_hidden_filters: Vec<String>,
}

impl Default for SearchSettings {
    /// Finna's settings, without a list of sources.
    fn default() -> Self {
        SearchSettings {
            booleans_in_any_case: Vec::new(),
            ranges_in_any_case: false,
            exact_phrase_search: false,
            unicode_form: QueryForm::default(),
            forbidden: Vec::new(),
            tie_breaker: String::new(),
            sources: Vec::new(),
            api_excluded_sources: Vec::new(),
            deduplication: true,
            hide_component_parts: true,
            hidden_filters: Vec::new(),
            raw_hidden_filters: Vec::new(),
        }
    }
}

impl SearchSettings {
    /// Reads and checks `search.toml`; without the file the defaults hold.
    pub fn load(folder: &ConfigFolder) -> Result<Self, ConfigError> {
        match folder.read(FILE)? {
            Some(text) => Self::parse(&folder.display_name(FILE), &text),
            None => Ok(SearchSettings::default()),
        }
    }

    /// Parses the text of such a file; `name` is for messages.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        let Written { text: words, order, records } = parse_toml(name, text)?;
        let booleans_in_any_case = match words.case_sensitive_booleans {
            None => Vec::new(),
            Some(setting) => {
                let line = line_of(text, setting.span().start);
                booleans_in_any_case(setting.into_inner(), name, line)?
            }
        };
        let forbidden = words.forbidden_patterns.into_iter().map(|pattern| {
            let line = line_of(text, pattern.span().start);
            let text = pattern.into_inner();
            match Regex::new(&text) {
                Ok(regex) => Ok(ForbiddenPattern { text, regex }),
                Err(error) => {
                    let message = format!("the pattern `{text}` is not understood: {error}");
                    Err(ConfigError::new(name, line, message))
                }
            }
        });
        Ok(SearchSettings {
            booleans_in_any_case,
            ranges_in_any_case: !words.case_sensitive_ranges.unwrap_or(true),
            exact_phrase_search: words.exact_phrase_search,
            unicode_form: words.unicode_form,
            forbidden: forbidden.collect::<Result<_, _>>()?,
            tie_breaker: order.tie_breaker,
            sources: records.sources,
            api_excluded_sources: records.api_excluded_sources,
            deduplication: records.deduplication.unwrap_or(true),
            hide_component_parts: records.hide_component_parts.unwrap_or(true),
            hidden_filters: records.hidden_filters,
            raw_hidden_filters: records.raw_hidden_filters,
        })
    }
}

fn booleans_in_any_case(
    setting: CaseSensitive,
    name: &str,
    line: usize,
) -> Result<Vec<&'static str>, ConfigError> {
    let needs_capitals = match setting {
        CaseSensitive::All(true) => return Ok(Vec::new()),
        CaseSensitive::All(false) => Vec::new(),
        CaseSensitive::Some(words) => words,
    };
    if let Some(word) = needs_capitals.iter().find(|word| !BOOLEANS.contains(&word.as_str())) {
        let message = format!("`{word}` joins no clauses; the words are AND, OR, NOT");
        return Err(
            ConfigError::new(name, line, message).with_suggestion(&word.to_uppercase(), BOOLEANS)
        );
    }
    Ok(BOOLEANS.into_iter().filter(|word| !needs_capitals.iter().any(|w| w == word)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_says_the_defaults() {
        let shipped = SearchSettings::load(&ConfigFolder::BuiltIn).expect("valid");
        assert_eq!(format!("{shipped:?}"), format!("{:?}", SearchSettings::default()));
    }

    #[test]
    fn boolean_words() {
        for (written, expected) in [
            ("true", &[][..]),
            ("false", &["AND", "OR", "NOT"]),
            ("[\"AND\"]", &["OR", "NOT"]),
            ("[\"OR\", \"AND\"]", &["NOT"]),
        ] {
            let text = format!("[text]\ncase_sensitive_booleans = {written}\n");
            let settings = SearchSettings::parse("s", &text).expect(written);
            assert_eq!(settings.booleans_in_any_case, expected, "{written}");
        }
    }

    #[test]
    fn errors_name_line_and_nearest_word() {
        for (text, expected) in [
            (
                "[records]\nsuorces = []\n",
                "s:2: unknown field `suorces`, expected one of `sources`, `api_excluded_sources`, `deduplication`, `hide_component_parts`, `hidden_filters`, `raw_hidden_filters`; did you mean `sources`?",
            ),
            (
                "[text]\n\ncase_sensitive_booleans = [\"and\"]\n",
                "s:3: `and` joins no clauses; the words are AND, OR, NOT; did you mean `AND`?",
            ),
            ("[text]\nforbidden_patterns = [\n  \"(\",\n]\n", "s:3: the pattern `(`"),
            ("[text]\nunicode_form = \"NFX\"\n", "s:2: unknown variant `NFX`"),
        ] {
            let error = SearchSettings::parse("s", text).expect_err(text).to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
