//! One search type: fields for a DisMax parser, rules for texts that need the Lucene parser.

use super::super::ast::DisMaxSettings;
use super::super::clauses::escape_phrase;
use super::munge::{MungeStep, Munged, Munges};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How a type's text is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Parser {
    EDisMax,
    #[default]
    Classic,
}

impl Parser {
    /// Name of the request handler and of the parser.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Parser::EDisMax => "edismax",
            Parser::Classic => "dismax",
        }
    }

    /// `mm` of a type that does not set it.
    pub(super) const fn usual_minimum(self) -> &'static str {
        match self {
            Parser::EDisMax => "0%",
            Parser::Classic => "100%",
        }
    }
}

/// One search type.
#[derive(Debug, Clone, Default)]
pub(super) struct SearchType {
    pub(super) parser: Parser,
    pub(super) dismax: Option<Arc<DisMaxSettings>>,
    /// Changes on the raw text.
    pub(super) text_steps: Vec<MungeStep>,
    pub(super) munged: Vec<Munged>,
    pub(super) custom: BTreeMap<String, Vec<MungeStep>>,
    pub(super) filter: Option<String>,
}

impl SearchType {
    /// True if operators in the text go to the eDisMax parser.
    pub(super) fn is_edismax(&self) -> bool {
        self.parser == Parser::EDisMax && self.dismax.is_some()
    }

    pub(super) fn dismax(&self) -> Option<&Arc<DisMaxSettings>> {
        self.dismax.as_ref()
    }

    pub(super) fn filter(&self) -> Option<&str> {
        self.filter.as_deref()
    }

    pub(super) fn changes_text(&self) -> bool {
        !self.text_steps.is_empty()
    }

    pub(super) fn changed_text(&self, text: &str) -> String {
        self.text_steps.iter().fold(text.to_owned(), |text, step| step.run(&text))
    }

    /// The text in Lucene syntax over the type's munged fields, with its filter (§4.4).
    pub(super) fn munged(&self, text: &str, is_advanced: bool) -> String {
        let query = if self.munged.is_empty() {
            text.to_owned()
        } else {
            Munges::of(text, is_advanced, &self.custom).over(&self.munged, "OR")
        };
        self.filtered(query)
    }

    /// The text as part of a larger query in Lucene syntax (§4.5).
    pub(super) fn nested(&self, text: &str, is_advanced: bool) -> String {
        match &self.dismax {
            Some(dismax) if self.is_edismax() || !is_advanced => {
                self.filtered(self.nested_dismax(dismax, text))
            }
            _ => self.munged(text, is_advanced),
        }
    }

    fn filtered(&self, query: String) -> String {
        match &self.filter {
            Some(filter) => format!("(({query}) AND ({filter}))"),
            None => format!("({query})"),
        }
    }

    fn nested_dismax(&self, dismax: &DisMaxSettings, text: &str) -> String {
        let mut inner = format!("{{!{} qf=\"{}\" ", self.parser.name(), dismax.qf);
        let params: Vec<String> = dismax
            .params
            .iter()
            .map(|(name, value)| format!("{name}='{}'", value.replace('\'', "\\'")))
            .collect();
        inner.push_str(&params.join(" "));
        inner.push('}');
        inner.push_str(text);
        format!("_query_:\"{}\"", escape_phrase(&inner).replace('\'', "\\'"))
    }

    /// With the boosts that the DisMax parser would have applied as optional clauses.
    pub(super) fn boosted(&self, query: String) -> String {
        let params = self.dismax.iter().flat_map(|dismax| &dismax.params);
        let boosts: Vec<String> = params
            .flat_map(|(name, value)| match name.as_str() {
                "bq" => vec![value.clone()],
                "bf" => value.split(' ').filter(|part| !part.is_empty()).map(function).collect(),
                _ => Vec::new(),
            })
            .collect();
        if boosts.is_empty() {
            return query;
        }
        format!("({query}) AND (*:* OR {})", boosts.join(" OR "))
    }
}

/// A boost function as a clause.
fn function(text: &str) -> String {
    let (name, weight) = match text.split_once('^') {
        Some((name, weight)) => (name, format!("^{weight}")),
        None => (text, String::new()),
    };
    format!("_val_:\"{}\"{weight}", name.replace('"', "\\\""))
}
