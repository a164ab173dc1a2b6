//! Reading `searches.yaml`: VuFind's `searchspecs.yaml` unchanged, checked against the schema.

use super::super::ast::DisMaxSettings;
use super::extra_params::{CONDITIONS, Condition, ExtraParam};
use super::munge::{MungeStep, Munged};
use super::search_type::{Parser, SearchType};
use super::{SearchTypes, TypeEntry};
use crate::config::{ConfigError, ConfigFolder, Schema, nearest};
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::Arc;
use yaml_serde::{Mapping, Value};

const FILE: &str = "searches.yaml";
const DEFAULT_TYPE: &str = "AllFields";
/// Key of the parameters that belong to no type.
const EXTRA_PARAMS: &str = "GlobalExtraParams";

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

const OPERATIONS: [&str; 6] =
    ["append", "prepend", "lowercase", "uppercase", "ucfirst", "preg_replace"];

const RULES: [&str; 4] = ["onephrase", "and", "or", "identity"];

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
        let root: Mapping = yaml_serde::from_str(text).map_err(|error| {
            let line = error.location().map_or(0, |at| at.line());
            ConfigError::new(name, line, error.to_string())
        })?;
        let mut found = SearchTypes::default();
        for (type_name, settings) in &root {
            let type_name = type_name.as_str().unwrap_or_default();
            if type_name == EXTRA_PARAMS {
                found.extra_params = file.extra_params(settings)?;
                continue;
            }
            let usual = file.search_type(type_name, settings)?;
            let exact = match settings.get("ExactSettings") {
                None | Some(Value::Null) => None,
                Some(exact) => Some(file.search_type(type_name, exact)?),
            };
            found.types.insert(type_name.to_lowercase(), TypeEntry { usual, exact });
        }
        if !found.types.contains_key(&DEFAULT_TYPE.to_lowercase()) {
            return Err(ConfigError::new(name, 0, format!("the type `{DEFAULT_TYPE}` is missing")));
        }
        Ok(found)
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

    fn search_type(&self, type_name: &str, settings: &Value) -> Result<SearchType, ConfigError> {
        let Value::Mapping(settings) = settings else {
            return Err(self.error(type_name, format!("search type `{type_name}` has no keys")));
        };
        for key in settings.keys().map(|key| key.as_str().unwrap_or_default()) {
            if !KEYS.contains(&key) {
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
            dismax: self.dismax(parser, settings)?,
            text_steps: self.steps(settings.get("DismaxMunge"))?,
            filter: settings.get("FilterQuery").and_then(Value::as_str).map(str::to_owned),
            ..SearchType::default()
        };
        if let Some(Value::Mapping(rules)) = settings.get("CustomMunge") {
            for (rule, steps) in rules {
                let rule = rule.as_str().unwrap_or_default().to_owned();
                found.custom.insert(rule, self.steps(Some(steps))?);
            }
        }
        if let Some(value) = settings.get("QueryFields") {
            found.munged = self.munged(value, &found.custom)?;
        }
        Ok(found)
    }

    fn dismax(
        &self,
        parser: Parser,
        settings: &Mapping,
    ) -> Result<Option<Arc<DisMaxSettings>>, ConfigError> {
        let mut fields = Vec::new();
        for value in sequence(settings.get("DismaxFields")) {
            let field = scalar(value);
            let one = DisMaxSettings::new(&field, Vec::new()).ok_or_else(|| {
                self.error(&field, format!("`{field}` has a weight that is no number"))
            })?;
            for (name, _) in &one.fields {
                self.check_field(name)?;
            }
            fields.push(field);
        }
        if fields.is_empty() {
            return Ok(None);
        }
        let mut params: Vec<(String, String)> = sequence(settings.get("DismaxParams"))
            .iter()
            .map(|pair| {
                let pair = sequence(Some(pair));
                let part = |at: usize| pair.get(at).map(scalar).unwrap_or_default();
                (part(0), part(1))
            })
            .collect();
        if !params.iter().any(|(name, _)| name == "mm") {
            params.push(("mm".to_owned(), parser.usual_minimum().to_owned()));
        }
        Ok(DisMaxSettings::new(&fields.join(" "), params).map(Arc::new))
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

    fn munged(
        &self,
        value: &Value,
        custom: &BTreeMap<String, Vec<MungeStep>>,
    ) -> Result<Vec<Munged>, ConfigError> {
        let Value::Mapping(entries) = value else {
            return Err(self.error("QueryFields", "QueryFields must map fields to rules"));
        };
        let mut found = Vec::new();
        for (key, rules) in entries {
            if let Some(field) = key.as_str().filter(|key| key.parse::<f64>().is_err()) {
                self.check_field(field)?;
                let rules: Vec<(String, u32)> =
                    sequence(Some(rules)).iter().map(rule_and_weight).collect();
                for (rule, _) in &rules {
                    self.check_rule(rule, custom)?;
                }
                found.push(Munged::Field { field: field.to_owned(), rules });
                continue;
            }
            let Value::Mapping(group) = rules else {
                return Err(self.error("QueryFields", "a numbered group must hold rules"));
            };
            let mut parts = group.iter();
            let (operator, weight) = parts
                .next()
                .map_or_else(|| ("AND".to_owned(), 0), |(_, head)| rule_and_weight(head));
            let inner = parts.map(|(field, rules)| (field.clone(), rules.clone())).collect();
            let inner = self.munged(&Value::Mapping(inner), custom)?;
            found.push(Munged::Group { operator, weight, inner });
        }
        Ok(found)
    }

    fn check_rule(
        &self,
        rule: &str,
        custom: &BTreeMap<String, Vec<MungeStep>>,
    ) -> Result<(), ConfigError> {
        if RULES.contains(&rule) || custom.contains_key(rule) {
            return Ok(());
        }
        let known = RULES.into_iter().chain(custom.keys().map(String::as_str));
        let message = format!("`{rule}` is neither a rule nor a name of CustomMunge");
        Err(self.error(rule, message).with_suggestion(rule, known))
    }

    fn steps(&self, steps: Option<&Value>) -> Result<Vec<MungeStep>, ConfigError> {
        sequence(steps).iter().map(|step| self.step(step)).collect()
    }

    fn step(&self, step: &Value) -> Result<MungeStep, ConfigError> {
        let step = sequence(Some(step));
        let text = |at: usize| step.get(at).map(scalar).unwrap_or_default();
        Ok(match text(0).as_str() {
            "append" => MungeStep::Append(text(1)),
            "prepend" => MungeStep::Prepend(text(1)),
            "lowercase" => MungeStep::Lowercase,
            "uppercase" => MungeStep::Uppercase,
            "ucfirst" => MungeStep::UcFirst,
            "preg_replace" => {
                let pattern = text(1);
                let regex = php_pattern(&pattern).map_err(|reason| {
                    let near = pattern.trim_matches('/');
                    self.error(near, format!("the pattern `{pattern}` is not understood: {reason}"))
                })?;
                MungeStep::Replace(regex, php_replacement(&text(2)))
            }
            other => {
                let error = self.error(other, format!("`{other}` is no munge operation"));
                return Err(error.with_suggestion(other, OPERATIONS));
            }
        })
    }

    fn extra_params(&self, value: &Value) -> Result<Vec<ExtraParam>, ConfigError> {
        let mut found = Vec::new();
        for entry in sequence(Some(value)) {
            let values = match entry.get("value") {
                Some(Value::Sequence(values)) => values.iter().map(scalar).collect(),
                Some(value) => vec![scalar(value)],
                None => Vec::new(),
            };
            let param = entry.get("param").map(scalar).unwrap_or_default();
            if param.is_empty() || values.is_empty() {
                let message = format!("an entry of {EXTRA_PARAMS} needs `param` and `value`");
                return Err(self.error(EXTRA_PARAMS, message));
            }
            let mut conditions = Vec::new();
            for condition in sequence(entry.get("conditions")) {
                let Value::Mapping(condition) = condition else {
                    let message = format!("a condition of {EXTRA_PARAMS} must be `name: values`");
                    return Err(self.error("conditions", message));
                };
                for (name, list) in condition {
                    let name = name.as_str().unwrap_or_default();
                    let list = match list {
                        Value::Sequence(list) => list.iter().map(scalar).collect(),
                        one => vec![scalar(one)],
                    };
                    conditions.push(Condition::named(name, list).ok_or_else(|| {
                        self.error(name, format!("`{name}` is no condition of {EXTRA_PARAMS}"))
                            .with_suggestion(name, CONDITIONS)
                    })?);
                }
            }
            found.push(ExtraParam { param, values, conditions });
        }
        Ok(found)
    }
}

/// A value as text; what is no scalar is empty.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => String::new(),
    }
}

/// The items of a list; anything else has none.
fn sequence(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Sequence(items)) => items,
        _ => &[],
    }
}

/// `[rule, weight]`; weights are cut to whole numbers, none is 0.
fn rule_and_weight(value: &Value) -> (String, u32) {
    let items = sequence(Some(value));
    let rule = items.first().map(scalar).unwrap_or_default();
    let weight = items.get(1).map(scalar).unwrap_or_default();
    let whole: String = weight.chars().take_while(|c| c.is_ascii_digit()).collect();
    (rule, whole.parse().unwrap_or(0))
}

/// A pattern with PHP's delimiters and flags.
fn php_pattern(pattern: &str) -> Result<Regex, String> {
    let mut characters = pattern.chars();
    let close = match characters.next() {
        None => return Err("it is empty".to_owned()),
        Some('(') => ')',
        Some('{') => '}',
        Some('[') => ']',
        Some('<') => '>',
        Some(c) if c.is_alphanumeric() || c == '\\' => {
            return Err("it does not start with a delimiter such as `/`".to_owned());
        }
        Some(c) => c,
    };
    let (body, flags) = characters
        .as_str()
        .rsplit_once(close)
        .ok_or_else(|| format!("the closing `{close}` is missing"))?;
    if let Some(flag) = flags.chars().find(|flag| !"imsxu".contains(*flag)) {
        return Err(format!("the flag `{flag}` is not supported"));
    }
    let flags: String = flags.chars().filter(|flag| *flag != 'u').collect();
    let body = body.replace("\\/", "/");
    let whole = if flags.is_empty() { body } else { format!("(?{flags}){body}") };
    Regex::new(&whole).map_err(|error| error.to_string())
}

/// PHP's replacement text (`\1`, `$1`, `${1}`) in the form of the regex crate.
fn php_replacement(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let digits = |text: &str| text.bytes().take(2).take_while(u8::is_ascii_digit).count();
        let (number, length) = match c {
            '\\' | '$' if digits(after) > 0 => (after.get(..digits(after)), digits(after)),
            '$' if after.starts_with('{') => {
                let inner = &after[1..];
                let length = digits(inner);
                let closed = length > 0 && inner[length..].starts_with('}');
                (closed.then(|| &inner[..length]), length + 2)
            }
            _ => (None, 0),
        };
        if let Some(number) = number {
            out.push_str(&format!("${{{number}}}"));
            rest = &after[length..];
            continue;
        }
        let doubled = c == '\\' && after.starts_with('\\');
        out.push_str(if c == '$' { "$$" } else { &rest[..c.len_utf8()] });
        rest = if doubled { &after[1..] } else { after };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_and_replacements_of_php() {
        for (pattern, text, with, expected) in [
            ("/[ \"]/", "a b\"c", "", "abc"),
            ("/\\\\:/", "a\\:b", ":", "a:b"),
            ("/:/", "a:b", "\\:", "a\\:b"),
            ("#(a)(b)#i", "xAB", "\\2$1", "xBA"),
            ("/a\\/b/", "a/b", "${0}$", "a/b$"),
            ("/x/u", "x", "\\\\", "\\"),
        ] {
            let regex = php_pattern(pattern).expect(pattern);
            let found = regex.replace_all(text, php_replacement(with).as_str()).into_owned();
            assert_eq!(found, expected, "{pattern}");
        }
        for pattern in ["", "abc", "/abc", "/a/e", "/(?<=a)b/"] {
            assert!(php_pattern(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn errors_name_line_and_nearest_word() {
        let schema = Schema::load(&ConfigFolder::BuiltIn).expect("valid");
        for (text, expected) in [
            (
                "AllFields:\n  DismaxFeilds:\n    - title\n",
                "s:2: search type `AllFields` has the unknown key `DismaxFeilds`; did you mean `DismaxFields`?",
            ),
            (
                "AllFields:\n  DismaxFields:\n    - titel^5\n",
                "s:3: `titel` is no field of schema.toml; did you mean `title`?",
            ),
            (
                "AllFields:\n  DismaxFields:\n    - title^x\n",
                "s:3: `title^x` has a weight that is no number",
            ),
            (
                "AllFields:\n  QueryFields:\n    title:\n      - [onephrsae, 5]\n",
                "s:4: `onephrsae` is neither a rule nor a name of CustomMunge; did you mean `onephrase`?",
            ),
            (
                "AllFields:\n  CustomMunge:\n    x:\n      - [apend, y]\n",
                "s:4: `apend` is no munge operation; did you mean `append`?",
            ),
            (
                "GlobalExtraParams:\n  - param: bq\n    value: x\n    conditions:\n      - SearchTypIn: [a]\n",
                "s:5: `SearchTypIn` is no condition of GlobalExtraParams; did you mean `SearchTypeIn`?",
            ),
            ("Title:\n  DismaxFields:\n    - title\n", "the type `AllFields` is missing"),
            ("AllFields: [", "s:"),
        ] {
            let error = SearchTypes::parse("s", text, &schema).expect_err(text).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
