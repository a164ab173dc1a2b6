//! What the documents say is what the server does: `docs/record-fields.md` follows the field table,
//! and real answers fit the schemas of the OpenAPI document.
//!
//! `KIRJO_WRITE_DOCS=1 cargo test --test documents` writes the page anew.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what it expects"
)]

mod demo;

use kirjo::api::{Method, Request};
use kirjo::present::{ApiField, RuleSet};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

const PAGE: &str = "docs/record-fields.md";

fn record_fields_page() -> String {
    let mut page = String::from(
        "# Record fields\n\n\
         Every field that `field[]` can ask for. This page is made from the field table of `src/present/table.rs`\n\
         (`KIRJO_WRITE_DOCS=1 cargo test --test documents`); the OpenAPI document at `/v1?openapi` has the same\n\
         fields with their schemas.\n\n\
         | column | meaning |\n|---|---|\n\
         | type | `s` text, `i` integer, `[x]` list of x, `{x}` object of x by text, `x\\|y` one or the other; names are schemas of the OpenAPI document. An object without entries is `[]`. |\n\
         | D | given when the client names no fields |\n\
         | lng | may depend on `lng`: translated names, or texts of that language are preferred |\n\
         | filled by | rule sets: `index` serves every format that has none of its own; `lrmi` and `aipa` follow `qdc` where they are not named |\n\n\
         | field | type | D | lng | filled by | source |\n|---|---|---|---|---|---|\n",
    );
    for field in ApiField::all() {
        let rules: Vec<&str> = field.rules.iter().map(|rules| rules.name()).collect();
        let flag = |is_set: bool| if is_set { "•" } else { "" };
        let _written = writeln!(
            page,
            "| `{}` | `{}` | {} | {} | {} | {} |",
            field.name,
            field.shape.replace('|', "\\|"),
            flag(field.by_default),
            flag(field.varies),
            rules.join(", "),
            field.note
        );
    }
    page
}

#[test]
fn the_page_of_record_fields_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = record_fields_page();
    if std::env::var_os("KIRJO_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "{PAGE} is stale: run KIRJO_WRITE_DOCS=1 cargo test --test documents");
}

#[test]
fn fields_of_the_table_are_sensible() {
    let defaults: Vec<&str> = ApiField::defaults().map(|field| field.name).collect();
    assert_eq!(defaults.len(), 14);
    for field in ApiField::all() {
        let rules: BTreeSet<&str> = field.rules.iter().map(|rules| rules.name()).collect();
        assert_eq!(rules.len(), field.rules.len(), "{}: a rule set twice", field.name);
        assert!(field.name == "__index__" || !field.rules.is_empty(), "{}", field.name);
        assert!(!field.rules.contains(&RuleSet::Lrmi) || field.rules.len() > 1, "{}", field.name);
    }
}

fn get(demo: &demo::Demo, path: &str, query: &str) -> Value {
    let answer = demo.finna.answer(&Request {
        method: Method::Get,
        path,
        query,
        content_type: "",
        body: b"",
        deadline: None,
    });
    serde_json::from_slice(&answer.body).expect("JSON")
}

/// What does not fit a schema, by the rules of OpenAPI 3.0 that the document uses.
fn faults(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').expect("a local reference");
        let target = document.pointer(pointer).expect("a schema");
        return faults(document, target, value, at, found);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        faults(document, part, value, at, found);
    }
    if let Some(alternatives) = schema["anyOf"].as_array() {
        let fits = alternatives.iter().any(|alternative| {
            let mut inner = Vec::new();
            faults(document, alternative, value, at, &mut inner);
            inner.is_empty()
        });
        if !fits {
            found.push(format!("{at}: fits none of the alternatives: {value}"));
        }
    }
    let is_of_type = match schema["type"].as_str() {
        None => true,
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        Some(other) => panic!("{at}: type {other}"),
    };
    if !is_of_type {
        found.push(format!("{at}: is no {}: {value}", schema["type"]));
        return;
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        found.push(format!("{at}: is none of {words:?}: {value}"));
    }
    if let Some(list) = value.as_array() {
        if schema["maxItems"].as_u64().is_some_and(|most| list.len() as u64 > most) {
            found.push(format!("{at}: too many elements"));
        }
        for (number, item) in list.iter().enumerate() {
            faults(document, &schema["items"], item, &format!("{at}[{number}]"), found);
        }
    }
    if let Some(object) = value.as_object() {
        for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(key) {
                found.push(format!("{at}: {key} is missing"));
            }
        }
        for (key, inner) in object {
            let schema = match &schema["properties"][key] {
                Value::Null => &schema["additionalProperties"],
                property => property,
            };
            faults(document, schema, inner, &format!("{at}.{key}"), found);
        }
    }
}

#[test]
fn answers_fit_the_schemas() {
    let demo = demo::samples();
    let document = get(&demo, "/v1", "openapi");
    let schema = document.pointer("/components/schemas/SearchResponse").expect("the schema");
    let fields: String =
        ApiField::all().iter().map(|field| format!("&field[]={}", field.name)).collect();
    let facets = "&facet[]=format&facet[]=building&facet[]=language&facet[]=main_date_str";
    let mut found = Vec::new();
    let mut records = 0;
    for lng in ["fi", "sv", "en-gb"] {
        for page in 1..=4 {
            let query = format!("lookfor=&limit=100&page={page}&lng={lng}{fields}{facets}");
            let answer = get(&demo, "/v1/search", &query);
            records += answer["records"].as_array().map_or(0, Vec::len);
            faults(&document, schema, &answer, "answer", &mut found);
        }
    }
    println!("{records} records with all fields checked against the schemas");
    assert!(records > 800, "{records}");
    found.truncate(20);
    assert!(found.is_empty(), "{}", found.join("\n"));
    let error = document.pointer("/components/schemas/Error").expect("the schema");
    let refusal = get(&demo, "/v1/search", "limit=x");
    faults(&document, error, &refusal, "refusal", &mut found);
    faults(&document, error, &get(&demo, "/v1/search", "limit=0"), "no refusal", &mut found);
    assert!(found.len() >= 2 && found.iter().all(|f| f.starts_with("no refusal")), "{found:?}");
}
