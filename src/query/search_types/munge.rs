//! Munges: what a text becomes in one field (search-semantics §4.4).

use super::super::clauses::tokens;
use crate::text::uc_first;
use regex::Regex;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One step of a custom munge.
#[derive(Debug, Clone)]
pub(super) enum MungeStep {
    Append(String),
    Prepend(String),
    Lowercase,
    Uppercase,
    UcFirst,
    Replace(Regex, String),
}

/// A field with its rules, or a group of them with its own operator.
#[derive(Debug, Clone)]
pub(super) enum Munged {
    Field { field: String, rules: Vec<(String, u32)> },
    Group { operator: String, weight: u32, inner: Vec<Munged> },
}

impl MungeStep {
    pub(super) fn run(&self, text: &str) -> String {
        match self {
            MungeStep::Append(end) => format!("{text}{end}"),
            MungeStep::Prepend(start) => format!("{start}{text}"),
            MungeStep::Lowercase => text.to_lowercase(),
            MungeStep::Uppercase => text.to_uppercase(),
            MungeStep::UcFirst => uc_first(text),
            MungeStep::Replace(pattern, with) => {
                pattern.replace_all(text, with.as_str()).into_owned()
            }
        }
    }
}

/// The forms of one text.
pub(super) struct Munges<'a> {
    text: &'a str,
    one_phrase: Cow<'a, str>,
    and: Cow<'a, str>,
    or: Cow<'a, str>,
    custom: &'a BTreeMap<String, Vec<MungeStep>>,
}

impl<'a> Munges<'a> {
    pub(super) fn of(
        text: &'a str,
        is_advanced: bool,
        custom: &'a BTreeMap<String, Vec<MungeStep>>,
    ) -> Self {
        if is_advanced {
            let blank = text.contains(|c: char| c.is_ascii_whitespace() || c == '\x0B');
            let one_phrase = if blank && !text.contains('"') && !text.contains(" NOT ") {
                Cow::Owned(format!("\"{text}\""))
            } else {
                Cow::Borrowed(text)
            };
            return Munges { text, one_phrase, and: text.into(), or: text.into(), custom };
        }
        let tokens = tokens(text);
        Munges {
            text,
            one_phrase: format!("\"{}\"", tokens.join(" ").replace('"', "")).into(),
            and: tokens.join(" AND ").into(),
            or: tokens.join(" OR ").into(),
            custom,
        }
    }

    fn form(&self, rule: &str) -> Cow<'_, str> {
        if let Some(steps) = self.custom.get(rule) {
            return steps.iter().fold(self.text.to_owned(), |text, step| step.run(&text)).into();
        }
        Cow::Borrowed(match rule {
            "onephrase" => &self.one_phrase,
            "and" => &self.and,
            "or" => &self.or,
            _ => self.text,
        })
    }

    /// The clauses of all fields, joined.
    pub(super) fn over(&self, munged: &[Munged], operator: &str) -> String {
        let weighted = |body: String, weight: u32| match weight {
            0 => body,
            weight => format!("{body}^{weight}"),
        };
        let clauses: Vec<String> = munged
            .iter()
            .flat_map(|part| match part {
                Munged::Field { field, rules } => rules
                    .iter()
                    .map(|(rule, weight)| {
                        weighted(format!("{field}:({})", self.form(rule)), *weight)
                    })
                    .collect(),
                // The blanks around the operator are doubled, as the peer's are.
                Munged::Group { operator, weight, inner } => {
                    let inner = self.over(inner, &format!(" {operator} "));
                    vec![weighted(format!("({inner})"), *weight)]
                }
            })
            .collect();
        clauses.join(&format!(" {operator} "))
    }
}
