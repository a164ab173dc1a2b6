//! Places in JSON and what may stand there.

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

/// What is expected of a value; all that is said must hold.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Matcher {
    /// The value itself.
    #[serde(default)]
    is: Option<Value>,
    /// Not there at all.
    #[serde(default)]
    absent: bool,
    /// A pattern that fits somewhere in the text.
    #[serde(default)]
    matches: Option<String>,
    /// At least this number.
    #[serde(default)]
    at_least: Option<i64>,
    /// At most this number.
    #[serde(default)]
    at_most: Option<i64>,
    /// `object`, `list`, `text` or `number`.
    #[serde(default)]
    kind: Option<String>,
    /// Keys of an object, each of them there.
    #[serde(default)]
    keys: Vec<String>,
    /// Number of elements.
    #[serde(default)]
    count: Option<usize>,
    /// An element of the list.
    #[serde(default)]
    contains: Option<Value>,
}

impl Matcher {
    /// What is wrong with the value at a place.
    pub fn fault(&self, at: &str, value: Option<&Value>) -> Option<String> {
        let Some(value) = value else {
            return (!self.absent).then(|| format!("{at}: is missing"));
        };
        let shown = || value.to_string().chars().take(200).collect::<String>();
        if self.absent {
            return Some(format!("{at}: is there: {}", shown()));
        }
        let wrong = |what: String| Some(format!("{at}: {what}, have {}", shown()));
        if let Some(expected) = &self.is
            && expected != value
        {
            return wrong(format!("want {expected}"));
        }
        if let Some(pattern) = &self.matches {
            let regex = Regex::new(pattern).expect("a pattern");
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if !regex.is_match(&text) {
                return wrong(format!("does not match {pattern}"));
            }
        }
        let number = value.as_i64();
        if let Some(least) = self.at_least
            && number.is_none_or(|number| number < least)
        {
            return wrong(format!("want at least {least}"));
        }
        if let Some(most) = self.at_most
            && number.is_none_or(|number| number > most)
        {
            return wrong(format!("want at most {most}"));
        }
        if let Some(kind) = &self.kind {
            let is = match value {
                Value::Object(_) => "object",
                Value::Array(_) => "list",
                Value::String(_) => "text",
                Value::Number(_) => "number",
                Value::Bool(_) | Value::Null => "other",
            };
            if is != kind {
                return wrong(format!("want a {kind}"));
            }
        }
        if let Some(key) = self.keys.iter().find(|key| value.get(key.as_str()).is_none()) {
            return wrong(format!("key {key} is missing"));
        }
        if let Some(count) = self.count {
            let found = value.as_array().map_or(0, Vec::len);
            if found != count {
                return wrong(format!("want {count} elements, have {found}"));
            }
        }
        if let Some(element) = &self.contains
            && !value.as_array().is_some_and(|list| list.contains(element))
        {
            return wrong(format!("does not contain {element}"));
        }
        None
    }
}

/// The values at a path; `[*]` stands for every element, and must have some.
pub fn values_at<'v>(json: &'v Value, path: &str) -> Vec<Option<&'v Value>> {
    let mut values = vec![Some(json)];
    for step in path.replace('[', ".[").split('.').filter(|step| !step.is_empty()) {
        values = match step.strip_prefix('[').and_then(|step| step.strip_suffix(']')) {
            Some("*") => values
                .into_iter()
                .flat_map(|value| match value.and_then(Value::as_array) {
                    Some(list) if !list.is_empty() => list.iter().map(Some).collect(),
                    _ => vec![None],
                })
                .collect(),
            Some(index) => {
                let index: usize = index.parse().expect("an index");
                values.into_iter().map(|value| value?.get(index)).collect()
            }
            None => values.into_iter().map(|value| value?.get(step)).collect(),
        };
    }
    values
}

/// JSON as it is easily read, written as PHP writes it.
pub fn php(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '/' => out.push_str("\\/"),
            c if c.is_ascii() => out.push(c),
            c => {
                let mut units = [0_u16; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out
}

/// Both texts from where they begin to differ.
pub fn difference(want: &str, have: &str) -> String {
    let same = want.bytes().zip(have.bytes()).take_while(|(a, b)| a == b).count();
    let near = |text: &str| {
        let from = same.saturating_sub(60);
        let bytes = text.as_bytes().get(from..).unwrap_or(&[]);
        String::from_utf8_lossy(&bytes[..bytes.len().min(400)]).into_owned()
    };
    format!("want …{}\n    have …{}", near(want), near(have))
}
