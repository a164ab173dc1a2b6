//! The API against recorded answers of the peer: record fields, facets, whole answers.
//!
//! The recordings are not part of this project: `KIRJO_GOLDEN_DIR` names the folder they are in.
//! `KIRJO_GOLDEN_SHOW=marc/title` prints the cases of a field that differ.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a recording that cannot be read is a failed test"
)]

use flate2::read::GzDecoder;
use kirjo::api::finna::Finna;
use kirjo::api::{Method, Request, normalise, write};
use kirjo::config::{ConfigFolder, FacetSettings, Locale, Schema, Translations};
use kirjo::present::{ApiField, ApiValue, Document, Occasion};
use kirjo::record::{IndexRecord, RecordFormat};
use kirjo::search::{
    FacetCount, FacetResult, SearchError, SearchOutcome, SearchRequest, SearchService,
    StoredDocument,
};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// JSON with its keys in the order written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Json(ApiValue);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Json;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json(ApiValue::Null))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
                Ok(Json(ApiValue::Bool(value)))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
                Ok(Json(ApiValue::Int(value)))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
                Ok(Json(ApiValue::Int(i64::try_from(value).expect("small"))))
            }
            fn visit_str<E>(self, value: &str) -> Result<Json, E> {
                Ok(Json(ApiValue::from(value)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
                let mut items = Vec::new();
                while let Some(Json(item)) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Json(ApiValue::List(items)))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
                let mut pairs = Vec::new();
                while let Some((key, Json(value))) = map.next_entry::<String, Json>()? {
                    pairs.push((key.into(), value));
                }
                Ok(Json(ApiValue::Object(pairs)))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

fn golden_dir(test: &str) -> Option<PathBuf> {
    let given = std::env::var_os("KIRJO_GOLDEN_DIR").map(PathBuf::from);
    let folder = given.unwrap_or_else(|| "../shared/data".into()).join("api-golden");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED {test}: no recordings in {} (set KIRJO_GOLDEN_DIR)", folder.display());
    None
}

fn read_json(path: &Path) -> ApiValue {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str::<Json>(&text).expect("JSON").0
}

fn text<'v>(value: &'v ApiValue, key: &str) -> &'v str {
    value.get(key).and_then(ApiValue::as_text).unwrap_or("")
}

fn pairs(value: &ApiValue) -> &[(std::borrow::Cow<'static, str>, ApiValue)] {
    match value {
        ApiValue::Object(pairs) => pairs,
        _ => &[],
    }
}

fn list(value: Option<&ApiValue>) -> &[ApiValue] {
    value.and_then(ApiValue::as_list).unwrap_or(&[])
}

fn translations(folder: &Path) -> Arc<Translations> {
    // Every language is complete there: keys that are left out have no text.
    let mut texts = Translations::default();
    for (code, domains) in pairs(&read_json(&folder.join("translations.json"))) {
        for (domain, table) in pairs(domains) {
            for (key, value) in pairs(table) {
                let value = value.as_text().expect("text");
                texts.insert(Locale::from_code(code), domain, key.as_ref(), value);
            }
        }
    }
    Arc::new(texts)
}

/// Answers with what a case says.
#[derive(Default)]
struct Recorded {
    documents: Vec<Arc<StoredDocument>>,
    total: u64,
    counts: Vec<FacetResult>,
}

impl SearchService for Recorded {
    fn search(&self, request: &SearchRequest) -> Result<SearchOutcome, SearchError> {
        if request.facets.iter().any(|facet| facet.field == "nosuch") {
            return Err(SearchError::Invalid("no such field".into()));
        }
        let asked = |result: &&FacetResult| request.facets.iter().any(|f| f.field == result.field);
        let facets = self.counts.iter().filter(asked).cloned().collect();
        let hits = self.documents.iter().take(request.limit).cloned().collect();
        Ok(SearchOutcome { total: self.total, hits, facets })
    }

    fn records(&self, _ids: &[String]) -> Result<Vec<Arc<StoredDocument>>, SearchError> {
        Ok(self.documents.clone())
    }
}

fn finna(service: Recorded, texts: &Arc<Translations>) -> Finna {
    let facets = FacetSettings::load(&ConfigFolder::BuiltIn).expect("valid");
    let schema = Schema::load(&ConfigFolder::BuiltIn).expect("valid");
    Finna::with_settings(Arc::new(service), facets, Arc::clone(texts), Arc::new(schema))
}

fn stored(format: &str, solr: &ApiValue) -> StoredDocument {
    let mut fields = IndexRecord::new();
    let shown = |value: &ApiValue| match value {
        ApiValue::Text(text) => text.clone(),
        ApiValue::Int(number) => number.to_string(),
        ApiValue::Bool(truth) => truth.to_string(),
        other => panic!("no index value: {other:?}"),
    };
    for (name, value) in pairs(solr) {
        match value {
            _ if name == "fullrecord" => {}
            ApiValue::List(values) => fields.set_all(name.to_string(), values.iter().map(shown)),
            ApiValue::Object(_) => {}
            value => fields.set(name.to_string(), shown(value)),
        }
    }
    StoredDocument {
        id: text(solr, "id").to_owned(),
        format: format.parse().unwrap_or(RecordFormat::Dc),
        fields,
        full_record: text(solr, "fullrecord").to_owned(),
    }
}

const FORMATS: [&str; 11] =
    ["marc", "lido", "ead", "ead3", "qdc", "dc", "forward", "lrmi", "aipa", "ese", "doaj"];

fn lines(folder: &Path, format: &str) -> Vec<ApiValue> {
    let file = std::fs::File::open(folder.join(format!("{format}.jsonl.gz"))).expect("recording");
    BufReader::new(GzDecoder::new(file))
        .lines()
        .map(|line| serde_json::from_str::<Json>(&line.expect("line")).expect("JSON").0)
        .collect()
}

/// Objects with sorted keys, to tell differences of order alone.
fn sorted(value: &ApiValue) -> ApiValue {
    match value {
        ApiValue::Object(pairs) => {
            let mut pairs: Vec<_> = pairs.iter().map(|(k, v)| (k.clone(), sorted(v))).collect();
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            ApiValue::Object(pairs)
        }
        ApiValue::List(items) => ApiValue::List(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

fn json(value: Option<&ApiValue>) -> String {
    value.map_or("(missing)".into(), |value| write(value, false))
}

#[derive(Default)]
struct Score {
    equal: usize,
    all: usize,
    emptiness: usize,
    order: usize,
}

include!("api_golden/deviations.rs");

#[test]
fn record_fields() {
    let Some(folder) = golden_dir("record_fields") else { return };
    let texts = translations(&folder);
    let finna = finna(Recorded::default(), &texts);
    let show = std::env::var("KIRJO_GOLDEN_SHOW").unwrap_or_default();
    let mut complaints = Vec::new();
    let (mut all_equal, mut all_fields) = (0, 0);
    for format in FORMATS {
        let mut scores: BTreeMap<String, Score> = BTreeMap::new();
        let mut first: Option<(StoredDocument, ApiValue, ApiValue)> = None;
        for line in lines(&folder, format) {
            let mut expected = line.get("fields").expect("fields").clone();
            if line.get("sameAsFirst").is_none() {
                let solr = line.get("solr").expect("solr").clone();
                first = Some((stored(text(&solr, "record_format"), &solr), solr, expected.clone()));
            } else {
                let (_, _, base) = first.as_ref().expect("a first line");
                let absent: Vec<&str> =
                    list(line.get("absent")).iter().filter_map(ApiValue::as_text).collect();
                let mut merged: Vec<_> = pairs(base)
                    .iter()
                    .filter(|(key, _)| !absent.contains(&key.as_ref()))
                    .cloned()
                    .collect();
                for (key, value) in pairs(&expected) {
                    match merged.iter_mut().find(|(known, _)| known == key) {
                        Some((_, slot)) => *slot = value.clone(),
                        None => merged.push((key.clone(), value.clone())),
                    }
                }
                expected = ApiValue::Object(merged);
            }
            let (document, solr, _) = first.as_ref().expect("a first line");
            let locale = Locale::from_code(text(&line, "lng"));
            let occasion = match text(&line, "mode") {
                "record" => Occasion::single_record(locale),
                _ => Occasion::search(locale),
            };
            let fields: Vec<&'static ApiField> = ApiField::all().iter().collect();
            let shown = Document {
                id: &document.id,
                format: document.format,
                fields: &document.fields,
                full_record: &document.full_record,
            };
            let actual = finna.presenter().record(&shown, &fields, occasion);
            let ApiValue::List(actual) = normalise(ApiValue::List(vec![actual])) else {
                panic!("a list");
            };
            let nothing = ApiValue::EMPTY;
            let actual = actual.first().unwrap_or(&nothing);
            let failing: Vec<&str> =
                list(line.get("serverError")).iter().filter_map(ApiValue::as_text).collect();
            for field in ApiField::all().iter().filter(|f| !failing.contains(&f.name)) {
                let name = field.name;
                let mut want = expected.get(name).cloned();
                let mut have = actual.get(name).cloned();
                if name == "fullRecord" && want == Some(ApiValue::from("@fullrecord")) {
                    want = Some(ApiValue::from(text(solr, "fullrecord")));
                }
                if name == "fullRecord" && !matches!(format, "marc") {
                    want = want.map(|value| parsed(&value));
                    have = have.map(|value| parsed(&value));
                }
                if name == "rawData" {
                    want = want.map(|value| sorted(&raw_data(solr, &value)));
                    have = have.map(|value| sorted(&value));
                }
                if want.is_none() && have.is_none() {
                    continue;
                }
                let score = scores.entry(name.to_owned()).or_default();
                score.all += 1;
                let (wanted, had) = (json(want.as_ref()), json(have.as_ref()));
                if wanted == had {
                    score.equal += 1;
                    continue;
                }
                let empty =
                    |value: &Option<ApiValue>| value.as_ref().is_none_or(ApiValue::is_empty_array);
                if empty(&want) && empty(&have) {
                    score.emptiness += 1;
                }
                if json(want.as_ref().map(sorted).as_ref())
                    == json(have.as_ref().map(sorted).as_ref())
                {
                    score.order += 1;
                }
                if show == format!("{format}/{name}") {
                    println!(
                        "{} {}\n  want {wanted}\n  have {had}",
                        text(&line, "case"),
                        text(&line, "lng")
                    );
                }
            }
        }
        let equal: usize = scores.values().map(|s| s.equal).sum();
        let all: usize = scores.values().map(|s| s.all).sum();
        all_equal += equal;
        all_fields += all;
        println!("{format}: {equal} of {all} fields equal");
        for (name, score) in scores.iter().filter(|(_, s)| s.equal < s.all) {
            let differing = score.all - score.equal;
            println!(
                "  {name}: {differing} of {} differ (emptiness {}, order {})",
                score.all, score.emptiness, score.order
            );
            let allowed = DEVIATIONS.iter().find(|(f, n, ..)| *f == format && n == name);
            match allowed {
                Some((_, _, most, _)) if differing <= *most => {}
                _ => complaints.push(format!("{format}/{name}: {differing} differ")),
            }
        }
    }
    println!("all formats: {all_equal} of {all_fields} fields equal");
    assert!(complaints.is_empty(), "not allowed to differ:\n{}", complaints.join("\n"));
}

/// XML compared by its content.
fn parsed(value: &ApiValue) -> ApiValue {
    match value.as_text().map(kirjo::xml::parse) {
        Some(Ok(tree)) => ApiValue::from(tree.root().to_xml()),
        _ => value.clone(),
    }
}

fn raw_data(solr: &ApiValue, recorded: &ApiValue) -> ApiValue {
    let absent: Vec<&str> =
        list(recorded.get("absent")).iter().filter_map(ApiValue::as_text).collect();
    let changed = recorded.get("changed").expect("changed");
    let mut all: Vec<_> = pairs(solr)
        .iter()
        .filter(|(key, _)| key != "fullrecord" && !absent.contains(&key.as_ref()))
        .filter(|(key, _)| changed.get(key).is_none())
        .cloned()
        .collect();
    all.extend(pairs(changed).iter().cloned());
    ApiValue::Object(all)
}

fn counts(value: &ApiValue) -> Vec<FacetResult> {
    pairs(value)
        .iter()
        .map(|(field, values)| FacetResult {
            field: field.to_string(),
            values: list(Some(values))
                .iter()
                .map(|pair| match list(Some(pair)) {
                    [ApiValue::Text(value), ApiValue::Int(count)] => FacetCount {
                        value: value.clone(),
                        count: u64::try_from(*count).expect("a count"),
                    },
                    other => panic!("no count: {other:?}"),
                })
                .collect(),
        })
        .collect()
}

fn get<'a>(path: &'a str, query: &'a str) -> Request<'a> {
    Request { method: Method::Get, path, query, content_type: "", body: b"", deadline: None }
}

#[test]
fn facets() {
    let Some(folder) = golden_dir("facets") else { return };
    let texts = translations(&folder);
    let (mut equal, mut all, mut complaints) = (0, 0, Vec::new());
    for case in list(Some(&read_json(&folder.join("facets.json")))) {
        let service = Recorded {
            total: 100,
            counts: case.get("solrCounts").map(counts).unwrap_or_default(),
            ..Recorded::default()
        };
        let mut query = text(case, "request").to_owned();
        if !query.contains("lng=") {
            query = format!("{query}&lng={}", text(case, "lng"));
        }
        let answer = finna(service, &texts).answer(&get("/v1/search", &query));
        let body = String::from_utf8(answer.body).expect("UTF-8");
        let expected = match text(case, "json") {
            "" | "[]" => r#"{"resultCount":100,"status":"OK"}"#.to_owned(),
            json => format!(r#"{{"resultCount":100,"facets":{json},"status":"OK"}}"#),
        };
        all += 1;
        let name = text(case, "name");
        if body == expected {
            equal += 1;
        } else if !FACET_DEVIATIONS.iter().any(|(case, _)| *case == name) {
            complaints.push(format!("{name}\n  want {expected}\n  have {body}"));
        }
    }
    println!("facets: {equal} of {all} cases equal");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn whole_answers() {
    let Some(folder) = golden_dir("whole_answers") else { return };
    let texts = translations(&folder);
    let mut documents: HashMap<String, Arc<StoredDocument>> = HashMap::new();
    for format in FORMATS {
        for line in lines(&folder, format) {
            if let Some(solr) = line.get("solr") {
                let document = stored(text(solr, "record_format"), solr);
                documents.insert(text(&line, "case").to_owned(), Arc::new(document));
            }
        }
    }
    let envelopes = folder.join("envelopes");
    let (mut equal, mut all, mut complaints) = (0, 0, Vec::new());
    for case in list(Some(&read_json(&envelopes.join("index.json")))) {
        let name = text(case, "name");
        let records = list(case.get("records"));
        let total = match case.get("resultCount") {
            Some(ApiValue::Int(total)) => u64::try_from(*total).expect("a count"),
            _ => 0,
        };
        let service = Recorded {
            documents: records
                .iter()
                .filter_map(|name| documents.get(name.as_text()?).cloned())
                .collect(),
            total,
            counts: case.get("solrCounts").map(counts).unwrap_or_default(),
        };
        assert_eq!(service.documents.len(), records.len(), "{name}: a record is not there");
        let answer =
            finna(service, &texts).answer(&get(text(case, "endpoint"), text(case, "query")));
        let expected = std::fs::read(envelopes.join(format!("{name}.body"))).expect("body");
        let content_type = list(case.get("headers"))
            .first()
            .and_then(ApiValue::as_text)
            .and_then(|header| header.strip_prefix("Content-type: "))
            .expect("a content type");
        all += 1;
        let same = answer.body == expected
            && case.get("status") == Some(&ApiValue::Int(i64::from(answer.status)))
            && answer.headers.iter().any(|(k, v)| *k == "Content-Type" && v == content_type);
        if same {
            equal += 1;
        } else if !ENVELOPE_DEVIATIONS.iter().any(|(case, _)| *case == name) {
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            let expected = String::from_utf8_lossy(&expected).into_owned();
            let at = body.bytes().zip(expected.bytes()).take_while(|(a, b)| a == b).count();
            let near = |text: &str| {
                text.get(at.saturating_sub(60)..)
                    .unwrap_or("")
                    .chars()
                    .take(200)
                    .collect::<String>()
            };
            complaints.push(format!("{name}\n  want {}\n  have {}", near(&expected), near(&body)));
        }
    }
    println!("whole answers: {equal} of {all} cases equal");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
