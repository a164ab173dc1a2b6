//! Search types from `index-config/searches.yaml`, in VuFind's format, and the query that a type
//! makes of a text (search-semantics §2, §4).

use super::ast::{Bool, Query};
use super::clauses::{has_advanced_syntax, tokens};
use super::normalise::{double_trailing_question_marks, escape_unquoted_minus, normalise};
use super::user::{BoolWord, QueryGroup, UserQuery};
use crate::config::{ConfigError, ConfigFolder, Schema, nearest};
use regex::Regex;
use std::collections::BTreeMap;
use yaml_serde::Value;

const FILE: &str = "searches.yaml";
/// Field of words without any other field.
const DEFAULT_FIELD: &str = "allfields";
const DEFAULT_TYPE: &str = "AllFields";

/// The keys that a search type may have.
const KEYS: [&str; 8] = [
    "DismaxHandler",
    "DismaxParams",
    "DismaxFields",
    "DismaxMunge",
    "QueryFields",
    "FilterQuery",
    "CustomMunge",
    "ExactSettings",
];

/// How a type's text is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parser {
    EDisMax,
    Classic,
}

/// One step of a custom munge.
#[derive(Debug, Clone)]
enum MungeStep {
    Append(String),
    Prepend(String),
    Lowercase,
    Uppercase,
    UcFirst,
    Replace(Regex, String),
}

/// A munged field, or a group of them with its own operator.
#[derive(Debug, Clone)]
enum Munged {
    Field { field: String, rules: Vec<(String, u32)> },
    Group { operator: String, weight: u32, inner: Vec<Munged> },
}

/// One search type.
#[derive(Debug, Clone)]
struct SearchType {
    parser: Parser,
    fields: Vec<(String, f32)>,
    munged: Vec<Munged>,
    custom: BTreeMap<String, Vec<MungeStep>>,
    filter: Option<String>,
}

/// All search types by name.
#[derive(Debug, Clone, Default)]
pub struct SearchTypes {
    /// Lower-case name → type.
    types: BTreeMap<String, SearchType>,
}

impl SearchTypes {
    /// Reads and checks `searches.yaml`; fields must be in the schema.
    pub fn load(folder: &ConfigFolder, schema: &Schema) -> Result<Self, ConfigError> {
        let name = folder.display_name(FILE);
        let text = folder.read(FILE)?.ok_or_else(|| ConfigError::new(&name, 0, "is missing"))?;
        Self::parse(&name, &text, schema)
    }

    /// Parses the text of a search type file; `name` is for messages.
    pub fn parse(name: &str, text: &str, schema: &Schema) -> Result<Self, ConfigError> {
        let file = File { name, text, schema };
        let root: BTreeMap<String, BTreeMap<String, Value>> =
            yaml_serde::from_str(text).map_err(|error| {
                let line = error.location().map_or(0, |at| at.line());
                ConfigError::new(name, line, error.to_string())
            })?;
        let mut types = BTreeMap::new();
        for (type_name, settings) in &root {
            types.insert(type_name.to_lowercase(), file.search_type(type_name, settings)?);
        }
        if !types.contains_key(&DEFAULT_TYPE.to_lowercase()) {
            return Err(ConfigError::new(name, 0, format!("the type `{DEFAULT_TYPE}` is missing")));
        }
        Ok(SearchTypes { types })
    }

    fn get(&self, name: &str) -> Option<&SearchType> {
        let name = if name.is_empty() { DEFAULT_TYPE } else { name };
        self.types.get(&name.to_lowercase())
    }

    /// The query of the user's words; a type's own filter comes as a second, unscored part.
    pub fn build(&self, query: &UserQuery) -> (Query, Option<Query>) {
        match query {
            UserQuery::Basic { lookfor, search_type } => self.build_basic(lookfor, search_type),
            UserQuery::Advanced { join, groups } => (self.build_groups(*join, groups), None),
        }
    }

    fn build_basic(&self, lookfor: &str, type_name: &str) -> (Query, Option<Query>) {
        let normal = normalise(lookfor);
        let search_type = self.get(type_name);
        let filter = search_type.and_then(SearchType::filter_query);
        if normal.is_empty() {
            return (Query::All, filter);
        }
        let finish = |text: &str| escape_unquoted_minus(&double_trailing_question_marks(text));
        let Some(search_type) = search_type else {
            return (lucene(finish(&normal)), None);
        };
        let doubled = double_trailing_question_marks(&normal);
        if search_type.is_dismax(&normal) {
            return (search_type.dismax(escape_unquoted_minus(&doubled)), filter);
        }
        if has_advanced_syntax(&doubled) && doubled.contains(':') {
            return (lucene(escape_unquoted_minus(&doubled)), None);
        }
        (lucene(escape_unquoted_minus(&search_type.munge(&doubled))), filter)
    }

    fn build_groups(&self, join: BoolWord, groups: &[QueryGroup]) -> Query {
        let mut all = Bool::default();
        for group in groups {
            let rows: Vec<Query> = group
                .terms
                .iter()
                .filter_map(|term| self.build_row(&term.lookfor, &term.search_type))
                .collect();
            match (rows.is_empty(), group.bool_word) {
                (true, BoolWord::Not) => return lucene("NOT ".to_owned()),
                (true, _) => {}
                (false, BoolWord::Not) => {
                    all.must_not.push(Query::Bool(Bool { should: rows, ..Bool::default() }));
                }
                (false, BoolWord::And) => {
                    all.must.push(Query::Bool(Bool { must: rows, ..Bool::default() }));
                }
                (false, BoolWord::Or) => {
                    all.must.push(Query::Bool(Bool { should: rows, ..Bool::default() }));
                }
            }
        }
        if join != BoolWord::And {
            all.should = std::mem::take(&mut all.must);
        }
        if all.must.is_empty() && all.should.is_empty() {
            if all.must_not.is_empty() {
                return Query::All;
            }
            all.must.push(Query::All);
        }
        match join {
            BoolWord::Not => Query::Bool(Bool {
                must: vec![Query::All],
                must_not: vec![Query::Bool(all)],
                ..Bool::default()
            }),
            _ => Query::Bool(all),
        }
    }

    /// One row of an advanced search; `None` if nothing is left of it.
    fn build_row(&self, lookfor: &str, type_name: &str) -> Option<Query> {
        let normal = escape_unquoted_minus(&normalise(lookfor));
        if normal.is_empty() {
            return None;
        }
        let Some(search_type) = self.get(type_name) else { return Some(lucene(normal)) };
        let query = if search_type.is_dismax(&normal) {
            search_type.dismax(normal)
        } else {
            lucene(search_type.munge(&normal))
        };
        Some(match search_type.filter_query() {
            Some(filter) => Query::Bool(Bool { must: vec![query, filter], ..Bool::default() }),
            None => query,
        })
    }
}

fn lucene(text: String) -> Query {
    Query::Lucene { text, default_field: DEFAULT_FIELD.to_owned() }
}

impl SearchType {
    fn is_dismax(&self, text: &str) -> bool {
        !self.fields.is_empty() && (self.parser == Parser::EDisMax || !has_advanced_syntax(text))
    }

    fn dismax(&self, text: String) -> Query {
        let fields = self.fields.clone();
        match self.parser {
            Parser::EDisMax => Query::EDisMax { text, fields },
            Parser::Classic => Query::ClassicDisMax { text, fields },
        }
    }

    fn filter_query(&self) -> Option<Query> {
        let (field, value) = self.filter.as_deref()?.split_once(':')?;
        Some(Query::In {
            field: field.to_owned(),
            values: vec![value.trim_matches('"').to_owned()],
        })
    }

    /// The text in Lucene syntax over the type's munged fields (§4.4).
    fn munge(&self, text: &str) -> String {
        if self.munged.is_empty() {
            return format!("({text})");
        }
        let advanced = has_advanced_syntax(text);
        let parts: Vec<String> =
            self.munged.iter().map(|m| self.munge_one(m, text, advanced)).collect();
        format!("({})", parts.join(" OR "))
    }

    fn munge_one(&self, munged: &Munged, text: &str, advanced: bool) -> String {
        let weighted = |body: String, weight: u32| match weight {
            0 => body,
            weight => format!("{body}^{weight}"),
        };
        match munged {
            Munged::Field { field, rules } => {
                let clauses: Vec<String> = rules
                    .iter()
                    .map(|(rule, weight)| {
                        weighted(format!("{field}:({})", self.apply(rule, text, advanced)), *weight)
                    })
                    .collect();
                clauses.join(" OR ")
            }
            Munged::Group { operator, weight, inner } => {
                let parts: Vec<String> =
                    inner.iter().map(|m| self.munge_one(m, text, advanced)).collect();
                weighted(format!("({})", parts.join(&format!(" {operator} "))), *weight)
            }
        }
    }

    fn apply(&self, rule: &str, text: &str, advanced: bool) -> String {
        match rule {
            "onephrase" if advanced => {
                let quote = text.contains(char::is_whitespace)
                    && !text.contains('"')
                    && !text.contains(" NOT ");
                if quote { format!("\"{text}\"") } else { text.to_owned() }
            }
            "onephrase" => format!("\"{}\"", tokens(text).join(" ").replace('"', "")),
            "and" if !advanced => tokens(text).join(" AND "),
            "or" if !advanced => tokens(text).join(" OR "),
            _ => match self.custom.get(rule) {
                Some(steps) => steps.iter().fold(text.to_owned(), |text, step| step.run(&text)),
                None => text.to_owned(),
            },
        }
    }
}

impl MungeStep {
    fn run(&self, text: &str) -> String {
        match self {
            MungeStep::Append(end) => format!("{text}{end}"),
            MungeStep::Prepend(start) => format!("{start}{text}"),
            MungeStep::Lowercase => text.to_lowercase(),
            MungeStep::Uppercase => text.to_uppercase(),
            MungeStep::UcFirst => crate::text::uc_first(text),
            MungeStep::Replace(pattern, with) => {
                pattern.replace_all(text, with.as_str()).into_owned()
            }
        }
    }
}

/// The file being read, for messages.
struct File<'a> {
    name: &'a str,
    text: &'a str,
    schema: &'a Schema,
}

impl File<'_> {
    fn error(&self, near: &str, message: impl Into<String>) -> ConfigError {
        let line = self.text.lines().position(|line| line.contains(near)).map_or(0, |at| at + 1);
        ConfigError::new(self.name, line, message)
    }

    fn search_type(
        &self,
        type_name: &str,
        settings: &BTreeMap<String, Value>,
    ) -> Result<SearchType, ConfigError> {
        for key in settings.keys() {
            if !KEYS.contains(&key.as_str()) {
                let message = format!("search type `{type_name}` has the unknown key `{key}`");
                return Err(self.error(key, message).with_suggestion(key, KEYS));
            }
        }
        let parser = match settings.get("DismaxHandler").and_then(Value::as_str) {
            Some("edismax") => Parser::EDisMax,
            None | Some("dismax") => Parser::Classic,
            Some(other) => {
                let message = format!("`{other}` is not a DismaxHandler: edismax or dismax");
                return Err(self.error(other, message));
            }
        };
        let mut found = SearchType {
            parser,
            fields: Vec::new(),
            munged: Vec::new(),
            custom: BTreeMap::new(),
            filter: settings.get("FilterQuery").and_then(Value::as_str).map(str::to_owned),
        };
        for value in sequence(settings.get("DismaxFields")) {
            let text = value.as_str().unwrap_or_default();
            let (field, weight) = match text.split_once('^') {
                Some((field, weight)) => (field, weight.parse().ok()),
                None => (text, Some(1.0)),
            };
            let weight = weight.ok_or_else(|| {
                self.error(text, format!("`{text}` has a weight that is no number"))
            })?;
            self.check_field(field)?;
            found.fields.push((field.to_owned(), weight));
        }
        if let Some(value) = settings.get("QueryFields") {
            found.munged = self.munged(value)?;
        }
        if let Some(Value::Mapping(rules)) = settings.get("CustomMunge") {
            for (rule, steps) in rules {
                let steps = sequence(Some(steps))
                    .iter()
                    .map(|step| self.munge_step(step))
                    .collect::<Result<_, _>>()?;
                found.custom.insert(rule.as_str().unwrap_or_default().to_owned(), steps);
            }
        }
        Ok(found)
    }

    fn check_field(&self, field: &str) -> Result<(), ConfigError> {
        let bare = field.trim_start_matches('-');
        if self.schema.field(bare).is_some() {
            return Ok(());
        }
        let names = self.schema.fields().map(|(name, _)| name);
        let mut error = self.error(bare, format!("`{bare}` is no field of schema.toml"));
        error.suggestion = nearest(bare, names).map(str::to_owned);
        Err(error)
    }

    fn munged(&self, value: &Value) -> Result<Vec<Munged>, ConfigError> {
        let mut found = Vec::new();
        let Value::Mapping(entries) = value else {
            return Err(self.error("QueryFields", "QueryFields must map fields to rules"));
        };
        for (key, rules) in entries {
            if let Some(field) = key.as_str().filter(|key| key.parse::<u32>().is_err()) {
                self.check_field(field)?;
                let rules = sequence(Some(rules)).iter().map(rule_and_weight).collect();
                found.push(Munged::Field { field: field.to_owned(), rules });
                continue;
            }
            let Value::Mapping(group) = rules else {
                return Err(self.error("QueryFields", "a numbered group must hold rules"));
            };
            let mut inner = group.clone();
            let head = inner.remove(Value::from(0)).or_else(|| inner.remove("0"));
            let (operator, weight) = head.as_ref().map_or(("AND".into(), 0), rule_and_weight);
            found.push(Munged::Group {
                operator,
                weight,
                inner: self.munged(&Value::Mapping(inner))?,
            });
        }
        Ok(found)
    }

    fn munge_step(&self, step: &Value) -> Result<MungeStep, ConfigError> {
        let step = sequence(Some(step));
        let text = |at: usize| step.get(at).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(match text(0).as_str() {
            "append" => MungeStep::Append(text(1)),
            "prepend" => MungeStep::Prepend(text(1)),
            "lowercase" => MungeStep::Lowercase,
            "uppercase" => MungeStep::Uppercase,
            "ucfirst" => MungeStep::UcFirst,
            "preg_replace" => {
                let pattern = text(1);
                let bare = pattern.trim_matches('/');
                let regex = Regex::new(bare).map_err(|error| {
                    self.error(bare, format!("the pattern `{pattern}` is not understood: {error}"))
                })?;
                MungeStep::Replace(regex, text(2))
            }
            other => {
                let known =
                    ["append", "prepend", "lowercase", "uppercase", "ucfirst", "preg_replace"];
                let error = self.error(other, format!("`{other}` is no munge operation"));
                return Err(error.with_suggestion(other, known));
            }
        })
    }
}

fn sequence(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Sequence(items)) => items,
        _ => &[],
    }
}

/// `[rule, weight]`; weights are cut to whole numbers, `~` is none.
fn rule_and_weight(value: &Value) -> (String, u32) {
    let items = sequence(Some(value));
    let rule = items.first().and_then(Value::as_str).unwrap_or_default().to_owned();
    let weight = items.get(1).and_then(|w| w.as_u64().or_else(|| w.as_str()?.parse().ok()));
    (rule, weight.and_then(|w| u32::try_from(w).ok()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> SearchTypes {
        let schema = Schema::load(&ConfigFolder::BuiltIn).unwrap();
        SearchTypes::load(&ConfigFolder::BuiltIn, &schema).unwrap()
    }

    fn text_of(query: &Query) -> String {
        match query {
            Query::EDisMax { text, .. } => format!("edismax {text}"),
            Query::ClassicDisMax { text, .. } => format!("dismax {text}"),
            Query::Lucene { text, .. } => format!("lucene {text}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn appendix_b() {
        let types = shipped();
        for (lookfor, search_type, expected) in [
            ("cat -dog", "AllFields", "edismax cat \\-dog"),
            ("cat !-dog", "allfields", "edismax cat -dog"),
            ("0306406152", "", "edismax 9780306406157"),
            ("0-306-40615-2", "AllFields", "edismax 0-306-40615-2"),
            ("who? me", "AllFields", "edismax ((who?) OR (who\\?)) me"),
            ("AND OR", "AllFields", "All"),
            (
                "foo bar",
                "TitleStart",
                "lucene (title_txtP_l:(\"foo bar\") OR title_alt_txtP_l_mv:(\"foo bar\"))",
            ),
            (
                "foo bar",
                "CallNumber",
                "lucene (callnumber-search:(foobar)^1000 OR callnumber-search:(foobar*) OR dewey-search:(foobar)^1000 OR dewey-search:(foobar*))",
            ),
            (
                "foo bar",
                "topic",
                "lucene (topic:(foo AND bar)^50 OR topic_add_txt_mv:(foo AND bar) OR topic_facet:(foo AND bar))",
            ),
            ("foo bar", "ids", "lucene (id:(foo OR bar))"),
            ("foo bar", "nosuch", "lucene foo bar"),
            ("foo*", "publisher", "lucene (publisher:(foo*)^100 OR publisher:(foo*))"),
            ("foo bar", "publisher", "dismax foo bar"),
            ("x*", "description", "lucene (x*)"),
            (
                "a NOT b",
                "TitleStart",
                "lucene (title_txtP_l:(a NOT b) OR title_alt_txtP_l_mv:(a NOT b))",
            ),
            ("foo:bar", "topic", "lucene foo:bar"),
        ] {
            let query =
                UserQuery::Basic { lookfor: lookfor.into(), search_type: search_type.into() };
            assert_eq!(text_of(&types.build(&query).0), expected, "{lookfor} {search_type}");
        }
        let journal =
            UserQuery::Basic { lookfor: "*:*".into(), search_type: "JournalTitle".into() };
        assert!(matches!(types.build(&journal), (Query::All, Some(Query::In { .. }))));
    }

    #[test]
    fn errors_name_line_and_nearest_word() {
        let schema = Schema::load(&ConfigFolder::BuiltIn).unwrap();
        for (text, expected) in [
            (
                "AllFields:\n  DismaxFeilds:\n    - title\n",
                "s:2: search type `AllFields` has the unknown key `DismaxFeilds`; did you mean `DismaxFields`?",
            ),
            (
                "AllFields:\n  DismaxFields:\n    - titel^5\n",
                "s:3: `titel` is no field of schema.toml; did you mean `title`?",
            ),
            ("Title:\n  DismaxFields:\n    - title\n", "the type `AllFields` is missing"),
            ("AllFields: [", "s:"),
        ] {
            let error = SearchTypes::parse("s", text, &schema).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
