//! Cases as the files have them.

use crate::matching::{self, Matcher};
use crate::server::Answer;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Which data a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Needs {
    /// Any server with records: the case is about rules alone.
    #[default]
    Nothing,
    /// The sample records.
    Samples,
    /// The records of this suite.
    Records,
}

impl Needs {
    pub fn name(self) -> &'static str {
        match self {
            Needs::Nothing => "nothing",
            Needs::Samples => "the sample records",
            Needs::Records => "the suite's own records",
        }
    }
}

/// A request and what its answer must be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    #[serde(skip)]
    pub file: String,
    pub name: String,
    /// Where the rule stands.
    pub rule: String,
    /// Number of the test vector of finna-api §13 that the case asks for.
    #[serde(default)]
    pub vector: Option<String>,
    /// Path and query as sent. For `fields` it is made of them.
    #[serde(default)]
    pub request: String,
    #[serde(default = "get")]
    pub method: String,
    #[serde(default)]
    pub body: String,
    #[serde(default, rename = "content-type")]
    pub content_type: Option<String>,
    #[serde(default)]
    pub needs: Needs,
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, Matcher>,
    /// The body, byte for byte.
    #[serde(default)]
    exactly: Option<String>,
    /// Pattern that the body must match.
    #[serde(default)]
    text: Option<Matcher>,
    /// Places in the JSON body, `records[0].title`, `records[*].id`.
    #[serde(default)]
    json: Vec<Place>,
    /// Id of a record whose `fields` are compared.
    #[serde(default)]
    record: Option<String>,
    /// Rule set of that record.
    #[serde(default)]
    pub format: Option<String>,
    /// API fields with their values, key order included; `null` for a field that is missing.
    #[serde(default)]
    fields: Vec<FieldValue>,
    /// Language of `fields`.
    #[serde(default)]
    lng: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    at: String,
    #[serde(flatten)]
    is: Matcher,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldValue {
    field: String,
    /// JSON as the answer writes it.
    is: String,
}

fn get() -> String {
    "GET".to_owned()
}

fn ok() -> u16 {
    200
}

/// The cases of every file.
pub fn all() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a file of cases");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let read: Vec<Case> =
            yaml_serde::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        cases.extend(read.into_iter().map(|mut case| {
            case.file.clone_from(&name);
            if let Some(id) = &case.record {
                let lng = case.lng.as_deref().unwrap_or("fi");
                let fields: String =
                    case.fields.iter().map(|f| format!("&field[]={}", f.field)).collect();
                let id = kirjo::text::url_encode(id);
                case.request = format!("/v1/record?id={id}{fields}&lng={lng}");
            }
            case
        }));
    }
    cases
}

impl Case {
    /// A plain request that nothing is expected of.
    pub fn get(request: &str) -> Self {
        Case {
            file: String::new(),
            name: String::new(),
            rule: String::new(),
            vector: None,
            request: request.to_owned(),
            method: get(),
            body: String::new(),
            content_type: None,
            needs: Needs::default(),
            status: ok(),
            headers: BTreeMap::new(),
            exactly: None,
            text: None,
            json: Vec::new(),
            record: None,
            format: None,
            fields: Vec::new(),
            lng: None,
        }
    }

    /// Fields of the record that the case compares with a value.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let places = self.json.iter().filter_map(|place| place.at.strip_prefix("records[0]."));
        let places = places.map(|at| at.split(['.', '[']).next().unwrap_or(at));
        self.fields.iter().map(|value| value.field.as_str()).chain(places)
    }

    pub fn expects_something(&self) -> bool {
        self.status != 200
            || !self.headers.is_empty()
            || self.exactly.is_some()
            || self.text.is_some()
            || !self.json.is_empty()
            || !self.fields.is_empty()
    }

    /// What is wrong with an answer.
    pub fn faults(&self, answer: &Answer) -> Vec<String> {
        let mut faults = Vec::new();
        if answer.status != self.status {
            faults.push(format!("status {} instead of {}", answer.status, self.status));
        }
        for (name, matcher) in &self.headers {
            let value = answer.header(name).map(Value::from);
            faults.extend(matcher.fault(&format!("header {name}"), value.as_ref()));
        }
        let body = String::from_utf8_lossy(&answer.body);
        if let Some(expected) = &self.exactly
            && *expected != body
        {
            faults.push(format!("want {expected}\n    have {body}"));
        }
        if let Some(matcher) = &self.text {
            faults.extend(matcher.fault("body", Some(&Value::from(body.as_ref()))));
        }
        if !self.json.is_empty() {
            match serde_json::from_slice::<Value>(&answer.body) {
                Err(error) => faults.push(format!("no JSON: {error}")),
                Ok(json) => {
                    for place in &self.json {
                        for value in matching::values_at(&json, &place.at) {
                            faults.extend(place.is.fault(&place.at, value));
                        }
                    }
                }
            }
        }
        if !self.fields.is_empty() {
            let inner: Vec<String> = self
                .fields
                .iter()
                .filter(|value| value.is != "null")
                .map(|value| format!("\"{}\":{}", value.field, matching::php(&value.is)))
                .collect();
            let records = if inner.is_empty() {
                String::new()
            } else {
                format!("\"records\":[{{{}}}],", inner.join(","))
            };
            let expected = format!("{{\"resultCount\":1,{records}\"status\":\"OK\"}}");
            if expected != body {
                faults.push(matching::difference(&expected, &body));
            }
        }
        faults
    }
}
