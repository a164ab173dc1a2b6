//! `search-golden/query-builder.jsonl`: parameters of a request → the request that Finna's own
//! programs send to Solr.

use kirjo::api::{Params, search_request};
use kirjo::config::{ConfigFolder, FacetSettings, Schema, SearchSettings};
use kirjo::query::{SearchRules, SearchTypes};
use kirjo::search::{SolrParams, SolrRequest};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(serde::Deserialize)]
pub struct Case {
    pub id: String,
    area: String,
    #[serde(default)]
    params: Vec<(String, String)>,
    #[serde(default)]
    config: BTreeMap<String, Value>,
    specs: Option<Box<RawValue>>,
    solr: Option<Map<String, Value>>,
    #[serde(rename = "retryQ")]
    retry_query: Option<String>,
    #[serde(rename = "hierarchicalFacetRequest")]
    hierarchical_facets: Option<Map<String, Value>>,
    error: Option<Value>,
    #[serde(rename = "workKeysQuery")]
    work_keys: Option<Value>,
}

/// The cases, one a line.
pub fn cases(text: &str) -> Vec<Case> {
    text.lines().map(|line| serde_json::from_str(line).expect("a case")).collect()
}

impl Case {
    /// Name for messages and the allow-list.
    pub fn name(&self) -> String {
        format!("search/{}/{}", self.area, self.id)
    }

    /// What differs: field, expected, actual.
    pub fn differences(&self) -> Vec<(String, String, String)> {
        let expected = self.expected();
        let actual = self.actual();
        let names: std::collections::BTreeSet<&String> =
            expected.keys().chain(actual.keys()).collect();
        names
            .into_iter()
            .filter_map(|name| {
                let shown = |map: &BTreeMap<String, String>| {
                    map.get(name).cloned().unwrap_or_else(|| "(absent)".to_owned())
                };
                let (expected, actual) = (shown(&expected), shown(&actual));
                (expected != actual).then(|| (name.clone(), expected, actual))
            })
            .collect()
    }

    fn expected(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        if let Some(error) = &self.error {
            found.insert("error.status".to_owned(), text(&error["status"]));
            if !self.config.contains_key("config/Index/search_filters") {
                found.insert("error.message".to_owned(), text(&error["statusMessage"]));
            }
            return found;
        }
        if let Some(work_keys) = &self.work_keys {
            found.insert("work_keys.id".to_owned(), text(&work_keys["id"]));
            found.insert("work_keys.self".to_owned(), text(&work_keys["includeSelf"]));
            return found;
        }
        for (name, value) in self.solr.iter().flatten() {
            found.insert(name.clone(), comparable(name, value));
        }
        for (name, value) in self.hierarchical_facets.iter().flatten() {
            found.insert(format!("hierarchical.{name}"), comparable(name, value));
        }
        if let Some(retry) = &self.retry_query {
            found.insert("retryQ".to_owned(), retry.clone());
        }
        found
    }

    fn actual(&self) -> BTreeMap<String, String> {
        let refused = |status: u16, message: &str| {
            let mut found = BTreeMap::new();
            found.insert("error.status".to_owned(), status.to_string());
            if !self.config.contains_key("config/Index/search_filters") {
                found.insert("error.message".to_owned(), message.to_owned());
            }
            found
        };
        let facets = FacetSettings::load(&ConfigFolder::BuiltIn).expect("the facet settings");
        let params = Params::from_pairs(self.params.iter().cloned());
        let request = match search_request(&params, &facets) {
            Ok(request) => request,
            Err((status, message)) => return refused(status, &message),
        };
        match SolrRequest::new(&request, &self.rules(), &facets) {
            Err(error) => refused(400, &error.to_string()),
            Ok(SolrRequest::WorkKeys { id, include_self }) => BTreeMap::from([
                ("work_keys.id".to_owned(), id),
                ("work_keys.self".to_owned(), include_self.to_string()),
            ]),
            Ok(SolrRequest::Select(select)) => {
                let mut found = BTreeMap::new();
                insert_all(&mut found, "", &select.params);
                found.insert("defType".to_owned(), select.parser.to_owned());
                if let Some(params) = &select.hierarchical_facets {
                    insert_all(&mut found, "hierarchical.", params);
                    found.insert("hierarchical.defType".to_owned(), select.parser.to_owned());
                }
                if let Some(retry) = select.retry_query {
                    found.insert("retryQ".to_owned(), retry);
                }
                found
            }
        }
    }

    /// The shipped rules with the case's settings and search types.
    fn rules(&self) -> SearchRules {
        let settings = SearchSettings::parse("search.toml", &self.settings()).expect("settings");
        let shipped = Arc::new(Schema::load(&ConfigFolder::BuiltIn).expect("the schema"));
        let Some(specs) = &self.specs else {
            let types = SearchTypes::load(&ConfigFolder::BuiltIn, &shipped).expect("search types");
            return SearchRules { types, settings, schema: shipped };
        };
        // The cases' own types use fields of their own.
        let names: BTreeMap<String, Value> = serde_json::from_str(specs.get()).expect("types");
        let fields: std::collections::BTreeSet<&str> =
            names.values().flat_map(field_names).collect();
        let fields: String = fields.iter().map(|name| format!("{name} = \"text i\"\n")).collect();
        let schema = format!(
            "[fields]\nid = \"string i\"\n{fields}[suffixes]\n[dynamic]\nnames = []\n[copies]\n"
        );
        let schema = Arc::new(Schema::parse("schema.toml", &schema).expect("a schema"));
        let id = "\"AllFields\": {\"DismaxFields\": [\"id\"]},";
        let specs = specs.get().replacen('{', &format!("{{{id}"), 1);
        let types = SearchTypes::parse("searches.yaml", &specs, &schema).expect("search types");
        SearchRules { types, settings, schema }
    }

    /// The case's settings in the form of `search.toml`.
    fn settings(&self) -> String {
        let mut sections: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (name, value) in &self.config {
            let list = |value: &Value| {
                let items: Vec<String> =
                    text(value).split(',').map(|item| format!("{item:?}")).collect();
                format!("[{}]", items.join(", "))
            };
            let (section, key, value) = match name.as_str() {
                "searches/General/case_sensitive_bools" if value.is_string() => {
                    ("text", "case_sensitive_booleans", list(value))
                }
                "searches/General/case_sensitive_bools" => {
                    ("text", "case_sensitive_booleans", value.to_string())
                }
                "searches/General/case_sensitive_ranges" => {
                    ("text", "case_sensitive_ranges", value.to_string())
                }
                "searches/General/enable_exact_phrase_search" => {
                    ("text", "exact_phrase_search", value.to_string())
                }
                "searches/General/unicode_normalization_form" => {
                    ("text", "unicode_form", value.to_string())
                }
                "config/Index/search_filters" => ("text", "forbidden_patterns", value.to_string()),
                "searches/General/tie_breaker_sort" => ("order", "tie_breaker", value.to_string()),
                "searches/Records/sources" => ("records", "sources", list(value)),
                "searches/Records/apiExcludedSources" => {
                    ("records", "api_excluded_sources", list(value))
                }
                "searches/Records/deduplication" => ("records", "deduplication", value.to_string()),
                other => panic!("{}: no setting for {other}", self.id),
            };
            sections.entry(section).or_default().push(format!("{key} = {value}\n"));
        }
        let sections = sections.iter().map(|(name, keys)| format!("[{name}]\n{}", keys.concat()));
        sections.collect()
    }
}

/// The fields that a search type names.
fn field_names(settings: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    let dismax = settings["DismaxFields"].as_array().into_iter().flatten();
    found.extend(dismax.filter_map(Value::as_str));
    if let Some(exact) = settings.get("ExactSettings") {
        found.extend(field_names(exact));
    }
    let mut groups: Vec<&Value> = settings.get("QueryFields").into_iter().collect();
    while let Some(group) = groups.pop() {
        for (name, rules) in group.as_object().into_iter().flatten() {
            match rules {
                Value::Object(_) => groups.push(rules),
                _ if name.parse::<u32>().is_err() => found.push(name.trim_start_matches('-')),
                _ => {}
            }
        }
    }
    found
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Lists as they are compared: without order, but for the filters on `building`.
fn lines(mut values: Vec<String>) -> String {
    let buildings: Vec<String> =
        values.iter().filter(|value| value.contains("building:\"")).cloned().collect();
    values.sort();
    if buildings.len() > 1 {
        values.push(format!("in this order: {buildings:?}"));
    }
    values.join("\n")
}

fn comparable(name: &str, value: &Value) -> String {
    match value {
        Value::Array(items) => lines(items.iter().map(text).collect()),
        one if is_list(name) => lines(vec![text(one)]),
        one => text(one),
    }
}

fn is_list(name: &str) -> bool {
    matches!(name, "fq" | "bq" | "bf" | "facet.field")
}

fn insert_all(found: &mut BTreeMap<String, String>, prefix: &str, params: &SolrParams) {
    let mut all: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, value) in params {
        all.entry(name).or_default().push(value.clone());
    }
    for (name, values) in all {
        let shown = if is_list(name) { lines(values) } else { values.join("\n") };
        found.insert(format!("{prefix}{name}"), shown);
    }
}
