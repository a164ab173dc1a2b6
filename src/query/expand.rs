//! User text in the tree → nodes that an engine without a parser can run.

use super::ast::{Bool, DisMaxSettings, DisMaxText, Query};
use super::clauses::tokens;
use super::edismax::{escape_other_colons, escaped_form};
use super::lucene::{self, Clause, Occur, SyntaxError, What};
use super::search_types::DEFAULT_FIELD;
use crate::config::Schema;
use std::sync::Arc;

/// Why a query cannot be run: the client is told `Invalid search`, the log this text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    /// The text is no query.
    #[error("the query `{text}` cannot be parsed: {reason}")]
    Syntax {
        /// Text as parsed.
        text: String,
        /// What the parser met.
        reason: String,
    },
    /// A field prefix names no field of the schema.
    #[error("undefined field {0}")]
    UnknownField(String),
}

/// A text in Lucene syntax, spelt out: every clause with its sign, everything else escaped. It
/// parses to the same query.
pub fn canonical_text(text: &str) -> Result<String, ExpandError> {
    match lucene::parse(text) {
        Ok(clauses) => Ok(lucene::print(&clauses)),
        Err(error) => Err(syntax(text, &error)),
    }
}

/// Replaces every text node by what it means for the fields of the schema.
pub fn expand(query: Query, schema: &Schema) -> Result<Query, ExpandError> {
    Ok(match query {
        Query::EDisMax(text) => boosted(edismax(&text, schema)?, &text.settings, schema)?,
        Query::ClassicDisMax(text) => boosted(classic(&text)?, &text.settings, schema)?,
        Query::Lucene { text, default_field } => {
            let clauses = lucene::parse(&text).map_err(|error| syntax(&text, &error))?;
            let scope = Scope { default: Default::Field(&default_field), schema, edismax: false };
            scope.group(&clauses, true)?
        }
        Query::Bool(Bool { must, should, must_not }) => {
            let all = |queries: Vec<Query>| -> Result<Vec<Query>, ExpandError> {
                queries.into_iter().map(|query| expand(query, schema)).collect()
            };
            Query::Bool(Bool { must: all(must)?, should: all(should)?, must_not: all(must_not)? })
        }
        Query::DisMax(parts) => Query::DisMax(
            parts.into_iter().map(|part| expand(part, schema)).collect::<Result<_, _>>()?,
        ),
        Query::Boost(inner, weight) => Query::Boost(Box::new(expand(*inner, schema)?), weight),
        other => other,
    })
}

/// An eDisMax text never fails on syntax: what cannot be parsed is searched as plain words. Only
/// too many clauses are an error.
fn edismax(text: &DisMaxText, schema: &Schema) -> Result<Query, ExpandError> {
    let DisMaxText { text, settings } = text;
    if text.is_empty() || text == "*:*" {
        return Ok(Query::All);
    }
    let is_field = |name: &str| schema.field(name).is_some();
    let scope = Scope { default: Default::Fields(&settings.fields), schema, edismax: true };
    let attempt = |text: &str| {
        let clauses = lucene::parse(text)?;
        Ok(scope.group(&clauses, true))
    };
    match attempt(&escape_other_colons(text, &is_field)) {
        Ok(Ok(query)) => Ok(query),
        Err(error @ SyntaxError::TooMany) => Err(syntax(text, &error)),
        _ => match attempt(&escaped_form(text, &is_field)) {
            Ok(query) => query,
            Err(error) => Err(syntax(text, &error)),
        },
    }
}

fn syntax(text: &str, error: &SyntaxError) -> ExpandError {
    ExpandError::Syntax { text: text.to_owned(), reason: error.to_string() }
}

/// Classic DisMax: words and phrases, `+` and `-`, everything else is text (§4.3).
fn classic(text: &DisMaxText) -> Result<Query, ExpandError> {
    let DisMaxText { text, settings } = text;
    if text == "*:*" {
        return Ok(Query::All);
    }
    let plain =
        if text.matches('"').count() % 2 == 1 { text.replace('"', "") } else { text.clone() };
    let scope_fields = Default::Fields(&settings.fields);
    let mut parts = Bool::default();
    let tokens = tokens(&plain);
    if tokens.len() > lucene::MAX_CLAUSES {
        return Err(syntax(text, &SyntaxError::TooMany));
    }
    for token in &tokens {
        let (excluded, token) = match token.as_bytes() {
            [b'-', _, ..] => (true, &token[1..]),
            [b'+', _, ..] => (false, &token[1..]),
            _ => (false, token.as_str()),
        };
        let what = match token.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
            Some(phrase) => What::Phrase { text: phrase.to_owned(), slop: 0 },
            None => What::Word(token.to_owned()),
        };
        let query = scope_fields.leaf(&what);
        if excluded { parts.must_not.push(query) } else { parts.must.push(query) }
    }
    Ok(match (parts.must.is_empty(), parts.must_not.is_empty()) {
        (true, true) => Query::All,
        (true, false) => Query::None,
        _ => Query::Bool(parts),
    })
}

/// The boost queries of a DisMax text as optional clauses.
fn boosted(query: Query, settings: &DisMaxSettings, schema: &Schema) -> Result<Query, ExpandError> {
    let mut boosts = Vec::new();
    for (_, text) in settings.params.iter().filter(|(name, _)| name == "bq") {
        let default_field = DEFAULT_FIELD.to_owned();
        boosts.push(expand(Query::Lucene { text: text.clone(), default_field }, schema)?);
    }
    if boosts.is_empty() {
        return Ok(query);
    }
    Ok(Query::Bool(Bool { must: vec![query], should: boosts, ..Bool::default() }))
}

/// Where words without a field prefix are searched.
#[derive(Clone, Copy)]
enum Default<'a> {
    Field(&'a str),
    Fields(&'a [(String, f32)]),
}

impl Default<'_> {
    fn leaf(self, what: &What) -> Query {
        match self {
            Default::Field(field) => leaf(field, what),
            Default::Fields(fields) => {
                if matches!(what, What::All | What::Any) {
                    return Query::All;
                }
                let part = |(field, weight): &(String, f32)| match *weight {
                    1.0 => leaf(field, what),
                    weight => Query::Boost(Box::new(leaf(field, what)), weight),
                };
                Query::DisMax(fields.iter().map(part).collect())
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Scope<'a> {
    default: Default<'a>,
    schema: &'a Schema,
    edismax: bool,
}

impl Scope<'_> {
    fn group(self, clauses: &[Clause], top: bool) -> Result<Query, ExpandError> {
        // A text that is one group means what the group means at the top.
        if let (
            [Clause { occur: Occur::Must, field, what: What::Group(inner), boost: None }],
            true,
        ) = (clauses, top)
        {
            return match field {
                None => self.group(inner, true),
                Some(field) => self.inside(field)?.group(inner, true),
            };
        }
        let mut parts = Bool::default();
        for clause in clauses {
            let query = self.clause(clause)?;
            match clause.occur {
                Occur::Must => parts.must.push(query),
                Occur::Should => parts.should.push(query),
                Occur::MustNot => parts.must_not.push(query),
            }
        }
        if parts.must.is_empty() && parts.should.is_empty() {
            if parts.must_not.is_empty() {
                return Ok(Query::All);
            }
            if !top && !self.edismax {
                return Ok(Query::None);
            }
            parts.must.push(Query::All);
        }
        let single = parts.must.len() == 1 && parts.should.is_empty() && parts.must_not.is_empty();
        match parts.must.pop() {
            Some(only) if single => Ok(only),
            last => {
                parts.must.extend(last);
                Ok(Query::Bool(parts))
            }
        }
    }

    /// The scope of `field:(…)`.
    fn inside<'f>(self, field: &'f str) -> Result<Scope<'f>, ExpandError>
    where
        Self: 'f,
    {
        if self.schema.field(field).is_none() {
            return Err(ExpandError::UnknownField(field.to_owned()));
        }
        Ok(Scope { default: Default::Field(field), ..self })
    }

    fn clause(self, clause: &Clause) -> Result<Query, ExpandError> {
        let query = match (clause.field.as_deref(), &clause.what) {
            (Some("_query_"), What::Phrase { text, .. }) if !self.edismax => {
                expand(nested(text)?, self.schema)?
            }
            // Functions do not score here: every document gets the same.
            (Some("_val_"), What::Phrase { .. }) if !self.edismax => Query::All,
            (Some(field), What::Group(clauses)) => self.inside(field)?.group(clauses, false)?,
            (Some(field), _) if self.schema.field(field).is_none() => {
                return Err(ExpandError::UnknownField(field.to_owned()));
            }
            (None, What::Group(clauses)) => self.group(clauses, false)?,
            (_, What::All) => Query::All,
            (Some(field), what) => leaf(field, what),
            (None, what) => self.default.leaf(what),
        };
        Ok(match clause.boost {
            Some(weight) => Query::Boost(Box::new(query), weight),
            None => query,
        })
    }
}

/// `{!edismax qf="a^2 b" mm='0%'}text` inside a query in Lucene syntax.
fn nested(text: &str) -> Result<Query, ExpandError> {
    let wrong = || ExpandError::Syntax {
        text: text.to_owned(),
        reason: "a nested query must be {!edismax qf=\"…\"}text or {!dismax qf=\"…\"}text"
            .to_owned(),
    };
    let (parser, mut rest) =
        text.strip_prefix("{!").and_then(|rest| rest.split_once(' ')).ok_or_else(wrong)?;
    let mut params: Vec<(String, String)> = Vec::new();
    let text = loop {
        rest = rest.trim_start_matches(' ');
        if let Some(text) = rest.strip_prefix('}') {
            break text;
        }
        let (name, value) = rest.split_once('=').ok_or_else(wrong)?;
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or_else(wrong)?;
        let (value, after) = value[1..].split_once(quote).ok_or_else(wrong)?;
        params.push((name.to_owned(), value.to_owned()));
        rest = after;
    };
    let at = params.iter().position(|(name, _)| name == "qf").ok_or_else(wrong)?;
    let (_, qf) = params.remove(at);
    let settings = Arc::new(DisMaxSettings::new(&qf, params).ok_or_else(wrong)?);
    let text = DisMaxText { text: text.to_owned(), settings };
    match parser {
        "edismax" => Ok(Query::EDisMax(text)),
        "dismax" => Ok(Query::ClassicDisMax(text)),
        _ => Err(wrong()),
    }
}

fn leaf(field: &str, what: &What) -> Query {
    let field = field.to_owned();
    match what {
        What::Word(text) => Query::Word { field, text: text.clone() },
        What::Phrase { text, slop } => Query::Phrase { field, text: text.clone(), slop: *slop },
        What::Pattern(pattern) => Query::Pattern { field, pattern: pattern.clone() },
        What::Fuzzy { text, edits: 0 } => Query::Word { field, text: text.clone() },
        What::Fuzzy { text, edits } => Query::Fuzzy { field, text: text.clone(), edits: *edits },
        What::Regex(pattern) => Query::Regex { field, pattern: pattern.clone() },
        What::Range { lower, upper } => {
            Query::Range { field, lower: lower.clone(), upper: upper.clone() }
        }
        What::Any => Query::Exists { field },
        What::All => Query::All,
        What::Group(_) => Query::None,
    }
}
