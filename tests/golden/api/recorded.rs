//! The recordings as a search service and as documents.

use super::json::{Json, list, pairs, read_json, text};
use flate2::read::GzDecoder;
use kirjo::api::finna::Finna;
use kirjo::api::{Method, Request};
use kirjo::config::{ConfigFolder, FacetSettings, Locale, Schema, Translations};
use kirjo::present::ApiValue;
use kirjo::record::{FullRecord, GroupMember, IndexRecord, RecordFormat};
use kirjo::search::{
    Documents, FacetCount, FacetResult, SearchError, SearchOutcome, SearchRequest, SearchService,
    StoredDocument,
};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

pub fn translations(folder: &Path) -> Arc<Translations> {
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
pub struct Recorded {
    pub documents: Vec<Arc<StoredDocument>>,
    pub total: u64,
    pub counts: Vec<FacetResult>,
}

impl SearchService for Recorded {
    fn search(&self, request: &SearchRequest) -> Result<SearchOutcome, SearchError> {
        if request.facets.iter().any(|facet| facet.field == "nosuch") {
            return Err(SearchError::Invalid("no such field".into()));
        }
        let asked = |result: &&FacetResult| request.facets.iter().any(|f| f.field == result.field);
        let facets = self.counts.iter().filter(asked).cloned().collect();
        let hits: Vec<_> = self.documents.iter().take(request.limit).cloned().collect();
        Ok(SearchOutcome { total: self.total, hits: hits.into(), facets, next: None })
    }

    fn records(&self, _ids: &[String]) -> Result<Documents, SearchError> {
        Ok(self.documents.clone().into())
    }
}

pub fn finna(service: Recorded, texts: &Arc<Translations>) -> Finna {
    let facets = FacetSettings::load(&ConfigFolder::BuiltIn).expect("valid");
    let schema = Schema::load(&ConfigFolder::BuiltIn).expect("valid");
    Finna::with_settings(Arc::new(service), facets, Arc::clone(texts), Arc::new(schema))
}

pub fn stored(format: &str, solr: &ApiValue) -> StoredDocument {
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
        full_record: FullRecord::Text(text(solr, "fullrecord").to_owned()).into(),
        group: group(solr),
    }
}

/// The dedup group that a document was found with.
fn group(solr: &ApiValue) -> Vec<GroupMember> {
    let members = solr.get("dedup_data").map_or(&[][..], pairs).iter();
    let mut group: Vec<GroupMember> = members
        .map(|(source, member)| GroupMember {
            source: source.to_string(),
            id: text(member, "id").to_owned(),
            priority: match member.get("priority") {
                Some(ApiValue::Int(priority)) => *priority,
                _ => 0,
            },
        })
        .collect();
    group.sort_by_key(|member| member.priority);
    group
}

pub const FORMATS: [&str; 11] =
    ["marc", "lido", "ead", "ead3", "qdc", "dc", "forward", "lrmi", "aipa", "ese", "doaj"];

pub fn lines(folder: &Path, format: &str) -> Vec<ApiValue> {
    let file = std::fs::File::open(folder.join(format!("{format}.jsonl.gz"))).expect("recording");
    BufReader::new(GzDecoder::new(file))
        .lines()
        .map(|line| serde_json::from_str::<Json>(&line.expect("line")).expect("JSON").0)
        .collect()
}

pub fn counts(value: &ApiValue) -> Vec<FacetResult> {
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

pub fn get<'a>(path: &'a str, query: &'a str) -> Request<'a> {
    Request { method: Method::Get, path, query, content_type: "", body: b"", deadline: None }
}
