//! User text in the tree → nodes that an engine without a parser can run.

use super::ast::{Bool, Query};
use super::clauses::tokens;
use super::edismax::{escape_other_colons, escaped_form};
use super::lucene::{self, Clause, Occur, What};
use crate::config::Schema;

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

/// Replaces every text node by what it means for the fields of the schema.
pub fn expand(query: Query, schema: &Schema) -> Result<Query, ExpandError> {
    Ok(match query {
        Query::EDisMax { text, fields } => expand_edismax(&text, &fields, schema),
        Query::ClassicDisMax { text, fields } => classic(&text, &fields),
        Query::Lucene { text, default_field } => {
            let clauses = lucene::parse(&text)
                .map_err(|e| ExpandError::Syntax { text, reason: e.to_string() })?;
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

/// An eDisMax text never fails: what cannot be parsed is searched as plain words.
fn expand_edismax(text: &str, fields: &[(String, f32)], schema: &Schema) -> Query {
    if text.is_empty() || text == "*:*" {
        return Query::All;
    }
    let is_field = |name: &str| schema.field(name).is_some();
    let scope = Scope { default: Default::Fields(fields), schema, edismax: true };
    let attempt = |text: &str| {
        let clauses = lucene::parse(text).ok()?;
        scope.group(&clauses, true).ok()
    };
    attempt(&escape_other_colons(text, &is_field))
        .or_else(|| attempt(&escaped_form(text, &is_field)))
        .unwrap_or(Query::None)
}

/// Classic DisMax: words and phrases, `+` and `-`, everything else is text; all must match.
fn classic(text: &str, fields: &[(String, f32)]) -> Query {
    let text = if text.matches('"').count() % 2 == 1 { text.replace('"', "") } else { text.into() };
    let scope_fields = Default::Fields(fields);
    let mut parts = Bool::default();
    for token in tokens(&text).iter().take(lucene::MAX_CLAUSES) {
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
    match (parts.must.is_empty(), parts.must_not.is_empty()) {
        (true, true) => Query::All,
        (true, false) => Query::None,
        _ => Query::Bool(parts),
    }
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

    fn clause(self, clause: &Clause) -> Result<Query, ExpandError> {
        let query = match (&clause.field, &clause.what) {
            (Some(field), _) if field != "*" && self.schema.field(field).is_none() => {
                return Err(ExpandError::UnknownField(field.clone()));
            }
            (Some(field), What::Group(clauses)) => {
                Scope { default: Default::Field(field), ..self }.group(clauses, false)?
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
