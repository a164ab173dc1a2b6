//! `utils.json`: what the reference's helper functions give.

use crate::allow::AllowList;
use crate::folder::Folder;
use crate::key_folding::is_han;
use crate::report::say;
use crate::settings::{Profile, value_map};
use kirjo::config::{FieldMapping, MappingKind, SourceSettings};
use kirjo::mapping::{MapContext, MetadataRecord, NoLinks, Outputs, Warnings};
use kirjo::record::{Field, Form, IndexRecord, RecordFacts, RecordFormat};
use kirjo::text::{self, DeweyCallNumber, LcCallNumber, TextRules};
use serde_json::{Value, json};
use std::sync::Arc;

/// One line for each call whose result is not as expected and not allowed.
pub fn differences(table: &str, folder: &Folder, allowed: &AllowList) -> Vec<String> {
    let table: Value = serde_json::from_str(table).expect("JSON");
    let profile = Profile::read(folder).expect("profile.json");
    let mut faults = Vec::new();
    for (function, calls) in table.as_object().expect("functions by name") {
        let Some(calls) = calls.as_array() else { continue };
        let (mut equal, mut han) = (0, 0);
        for (number, call) in calls.iter().enumerate() {
            let args = call["args"].as_array().expect("arguments");
            let expected = &call["result"];
            let Some(actual) = result(function, args, &profile.ingest.text, &table) else {
                say(&format!("skipped: {function} has no counterpart"));
                break;
            };
            if same(&actual, expected) {
                equal += 1;
            } else if is_key(function) && first(args).chars().any(|c| is_han(u32::from(c))) {
                han += 1;
            } else if !allowed.allows(&format!("functions/{function}"), &first(args)) {
                faults.push(format!(
                    "{function} {number} {args:?}: expected {expected}, actual {actual}"
                ));
            }
        }
        let left = if han > 0 { format!(", {han} with Han characters") } else { String::new() };
        say(&format!("{function}: {equal}/{}{left}", calls.len()));
    }
    faults
}

/// Functions that fold keys: Han characters stay as they are there (row `han-keys`).
fn is_key(function: &str) -> bool {
    matches!(function, "normalizeKey" | "createTitleKey")
}

fn first(args: &[Value]) -> String {
    args.first()
        .map(|arg| arg.as_str().map_or_else(|| arg.to_string(), str::to_owned))
        .unwrap_or_default()
}

fn same(actual: &Value, expected: &Value) -> bool {
    match (actual.as_f64(), expected.as_f64()) {
        (Some(a), Some(e)) => (a - e).abs() <= e.abs() * 1e-12,
        _ => actual == expected,
    }
}

fn result(function: &str, args: &[Value], rules: &TextRules, table: &Value) -> Option<Value> {
    let arg = first(args);
    let text = arg.as_str();
    let second = args.get(1).and_then(Value::as_str);
    Some(match function {
        "normalizeKey" => json!(text::normalize_key(text)),
        "createTitleKey" => json!(rules.title_key(text)),
        "hasTrailingPunctuation" => json!(text::has_trailing_punctuation(text)),
        "stripTrailingPunctuation" => {
            json!(rules.strip_trailing_punctuation_of(text, second.unwrap_or(""), false))
        }
        "stripLeadingPunctuation" => json!(text::strip_leading_punctuation(text)),
        "stripPunctuation" => json!(text::strip_punctuation(text)),
        "stripLeadingArticle" => json!(rules.strip_leading_article(text)),
        "createSortTitle" => {
            json!(rules.sort_title(text, args.get(1).and_then(Value::as_bool).unwrap_or(true)))
        }
        "splitTitle" => json!(rules.first_sentence(text)),
        "extractYear" => json!(text::extract_year(text)),
        "isbn10to13" => text::isbn10_to_13(text).map_or(json!(false), Value::String),
        "normalizeISBN" => json!(text::normalize_isbn(text).unwrap_or_default()),
        "coordinateToDecimal" => {
            let degrees = text::coordinate_to_decimal(text);
            if degrees.is_nan() { json!("NaN") } else { json!(degrees) }
        }
        "validateISO8601Date" if text::is_iso8601(text) => {
            let moment: jiff::Timestamp = text.parse().expect("a moment");
            json!(moment.as_second())
        }
        "validateISO8601Date" => json!(false),
        "authorMatch" => json!(text::authors_match(text, second.unwrap_or(""))),
        "getAuthorInitials" => json!(text::author_initials(text)),
        "convertAuthorLastFirst" => json!(text::convert_author_last_first(text)),
        "normalizeLanguageStrings" => {
            let values = args[0].as_array().expect("a list");
            let values = values.iter().map(|v| v.as_str().expect("a text").to_owned()).collect();
            json!(text::normalize_languages(values))
        }
        "normalizeRelator" => json!(text::normalize_relator(text)),
        "getCenterCoordinates" | "getGeoDisplayField" => json!(text::center_of_wkt(text)),
        "LcCallNumber" => {
            let number = LcCallNumber::parse(text);
            json!({"valid": number.is_valid(), "sortKey": number.sort_key()})
        }
        "DeweyCallNumber" => {
            let number = DeweyCallNumber::parse(text);
            let class = |precision| match number.number(precision) {
                class if class.is_empty() => Value::Null,
                class => Value::String(class),
            };
            json!({"valid": number.is_valid(), "hundreds": class(100), "tens": class(10),
                   "ones": class(1), "search": number.search_string(), "sortKey": number.sort_key()})
        }
        "fieldMapper" => mapped_field(text, &args[1], &table["fieldMapperMaps"]),
        _ => return None,
    })
}

/// A record with one field, `format` when it is to be mapped.
struct OneField(IndexRecord);

impl MetadataRecord for OneField {
    fn facts(&mut self, _: &MapContext<'_>, _: &mut Warnings) -> RecordFacts {
        RecordFacts { id: "1".into(), ..RecordFacts::default() }
    }

    fn index_fields(&mut self, _: &MapContext<'_>, _: &mut Warnings) -> IndexRecord {
        self.0.clone()
    }

    fn full_record(&mut self, _: &MapContext<'_>) -> String {
        String::new()
    }
}

/// The pipeline's result for a field `f` with one mapping.
fn mapped_field(name: &str, value: &Value, maps: &Value) -> Value {
    let spec = &maps[name];
    let types = spec["types"].as_array().expect("types");
    let levels = spec["maps"].as_array().expect("maps").iter().enumerate().map(|(number, map)| {
        let kind = types.get(number).and_then(Value::as_str).expect("a type");
        Arc::new(value_map(name, map, MappingKind::named(kind).expect("a kind")))
    });
    let mut source = SourceSettings::new("src", RecordFormat::Dc);
    source.mappings = vec![("f".into(), FieldMapping { levels: levels.collect() })];
    let mut record = IndexRecord::new();
    let text = |value: &Value| match value {
        Value::Array(levels) => kirjo::record::Value::Path(
            levels.iter().map(|l| l.as_str().expect("a level").to_owned()).collect(),
        ),
        value => value.as_str().expect("a text").into(),
    };
    match value {
        Value::Array(values) => {
            record.put("f", Field::Many(values.iter().map(text).collect()));
        }
        Value::Null => {}
        value => record.put("f", Field::One(text(value))),
    }
    let ingest = kirjo::config::IngestSettings {
        non_indexed_values: Vec::new(),
        ..kirjo::config::IngestSettings::default()
    };
    let context =
        MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2026 };
    let raw = crate::cases::raw("x", RecordFormat::Dc, Form::Xml, Vec::new(), "");
    let mapped = kirjo::mapping::map_opened(&mut OneField(record), &raw, &context, Outputs::Index)
        .expect("maps");
    let document = crate::run::document(&mapped.index);
    match (&document["f"], value) {
        // The pipeline removes empty lists, the reference's function gives them.
        (Value::Null, Value::Array(_)) => json!([]),
        (found, _) => found.clone(),
    }
}
