//! The rules of comparison (README of the golden data).

use kirjo::record::RecordFormat;
use kirjo::xml::{Child, Element};
use serde_json::{Map, Value};
use std::fmt;

/// How a field differs, from harmless to wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Class {
    /// Same values in another order.
    Order,
    /// Same value, but a text instead of a list or the other way round.
    Shape,
    /// The field is not there.
    Missing,
    /// The field should not be there.
    Extra,
    /// Other values.
    Wrong,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Class::Order => "order",
            Class::Shape => "shape",
            Class::Missing => "missing",
            Class::Extra => "extra",
            Class::Wrong => "wrong",
        })
    }
}

/// One field that is not as expected.
#[derive(Clone, Debug)]
pub struct Difference {
    pub field: String,
    pub class: Class,
    pub expected: Value,
    pub actual: Value,
}

/// Not part of the record: times of ingest, and what is compared on its own.
const IGNORED: [&str; 3] = ["first_indexed", "last_indexed", "fullrecord"];

/// Absent, null, false, empty text and empty list are one; numbers are their text.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Bool(false) => Value::Null,
        Value::Bool(true) => Value::String("1".into()),
        Value::String(text) if text.is_empty() => Value::Null,
        Value::Array(all) if all.is_empty() => Value::Null,
        Value::Number(number) => Value::String(number.to_string()),
        Value::Array(all) => Value::Array(
            all.iter()
                .map(|v| match v {
                    Value::String(_) => v.clone(),
                    other => canonical(other),
                })
                .collect(),
        ),
        // A node of an XML library that the reference's dump shows as an object.
        Value::Object(map) if map.len() == 1 && map.contains_key("0") => canonical(&map["0"]),
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(k, v)| (k.clone(), canonical(v)))
                .filter(|(_, v)| !v.is_null())
                .collect(),
        ),
        other => other.clone(),
    }
}

fn sorted(value: &Value) -> Vec<String> {
    let mut all: Vec<String> = match value {
        Value::Array(all) => all.iter().map(Value::to_string).collect(),
        Value::Null => Vec::new(),
        one => vec![one.to_string()],
    };
    all.sort();
    all
}

fn class(name: &str, actual: &Value, expected: &Value) -> Option<Class> {
    if actual == expected {
        return None;
    }
    match (actual, expected) {
        (Value::Null, _) => return Some(Class::Missing),
        (_, Value::Null) => return Some(Class::Extra),
        _ => {}
    }
    let (mut a, mut e) = (sorted(actual), sorted(expected));
    if matches!(name, "allfields" | "warnings_str_mv") {
        a.dedup();
        e.dedup();
        return (a != e).then_some(Class::Wrong);
    }
    if a != e {
        return Some(Class::Wrong);
    }
    let both_lists = actual.is_array() && expected.is_array();
    Some(if both_lists { Class::Order } else { Class::Shape })
}

/// [`objects`] for those keys only that the expectation names.
pub fn named(actual: &Value, expected: &Value) -> (Vec<Difference>, usize) {
    let mut actual = actual.clone();
    if let (Some(actual), Some(expected)) = (actual.as_object_mut(), expected.as_object()) {
        actual.retain(|name, _| expected.contains_key(name));
    }
    objects(&actual, expected)
}

/// Compares two objects field by field: differences, and how many fields there are.
pub fn objects(actual: &Value, expected: &Value) -> (Vec<Difference>, usize) {
    let empty = Map::new();
    let actual = actual.as_object().unwrap_or(&empty);
    let expected = expected.as_object().unwrap_or(&empty);
    let mut names: Vec<&String> = actual.keys().chain(expected.keys()).collect();
    names.sort();
    names.dedup();
    names.retain(|name| !IGNORED.contains(&name.as_str()));
    let mut differences = Vec::new();
    let mut count = 0;
    for name in names {
        let of = |map: &Map<String, Value>| map.get(name).map_or(Value::Null, canonical);
        let (a, e) = (of(actual), of(expected));
        if a.is_null() && e.is_null() {
            continue;
        }
        count += 1;
        if let Some(class) = class(name, &a, &e) {
            differences.push(Difference { field: name.clone(), class, expected: e, actual: a });
        }
    }
    (differences, count)
}

/// Compares two lists as sets.
pub fn sets(name: &str, actual: &Value, expected: &Value) -> (Vec<Difference>, usize) {
    let (mut a, mut e) = (sorted(actual), sorted(expected));
    a.dedup();
    e.dedup();
    if a == e {
        return (Vec::new(), 1);
    }
    let difference = Difference {
        field: name.to_owned(),
        class: Class::Wrong,
        expected: expected.clone(),
        actual: actual.clone(),
    };
    (vec![difference], 1)
}

/// Compares full records: JSON as JSON, XML as trees without white space between elements.
pub fn full_records(
    format: RecordFormat,
    actual: &Value,
    expected: &Value,
) -> (Vec<Difference>, usize) {
    let is_marc = matches!(format, RecordFormat::Marc | RecordFormat::MarcAuthority);
    let read = |value: &Value| -> Value {
        let text = value.as_str().unwrap_or_default();
        if is_marc && text.starts_with('{') {
            return serde_json::from_str(text).unwrap_or(Value::Null);
        }
        kirjo::xml::parse(text).map_or(Value::Null, |tree| tree_value(tree.root()))
    };
    let (a, e) = (read(actual), read(expected));
    if a == e && !a.is_null() {
        return (Vec::new(), 1);
    }
    let (a, e) = first_difference(a, e);
    let field = "fullrecord".to_owned();
    (vec![Difference { field, class: Class::Wrong, expected: e, actual: a }], 1)
}

fn tree_value(element: Element<'_>) -> Value {
    let attributes: Map<String, Value> = element
        .attributes()
        .map(|(name, value)| (name.to_owned(), Value::String(value.to_owned())))
        .collect();
    let mut children: Vec<Value> = Vec::new();
    for child in element.nodes() {
        match child {
            Child::Element(inner) => children.push(tree_value(inner)),
            Child::Text(text) => {
                let words: Vec<&str> = text.split_whitespace().collect();
                if !words.is_empty() {
                    children.push(Value::String(words.join(" ")));
                }
            }
        }
    }
    serde_json::json!([element.name(), attributes, children])
}

/// Goes down to the smallest part that differs, to keep messages short.
fn first_difference(a: Value, e: Value) -> (Value, Value) {
    match (&a, &e) {
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            match x.iter().zip(y).find(|(x, y)| x != y) {
                Some((x, y)) => first_difference(x.clone(), y.clone()),
                None => (a, e),
            }
        }
        (Value::Object(x), Value::Object(y)) if x.keys().eq(y.keys()) => {
            match x.iter().find(|(key, value)| y.get(*key) != Some(*value)) {
                Some((key, value)) => first_difference(value.clone(), y[key].clone()),
                None => (a, e),
            }
        }
        _ => (a, e),
    }
}
