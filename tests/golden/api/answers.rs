//! Facets and whole answers, byte by byte.

use super::allow::AllowList;
use super::json::{list, read_json, text};
use super::recorded::{FORMATS, Recorded, counts, finna, get, lines, stored, translations};
use crate::report::say;
use kirjo::present::ApiValue;
use kirjo::search::StoredDocument;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

pub fn facets(folder: &Path, allowed: &AllowList) -> Vec<String> {
    let texts = translations(folder);
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
        } else if !allowed.allows_facet(name) {
            complaints.push(format!("{name}\n  want {expected}\n  have {body}"));
        }
    }
    say(&format!("facets: {equal} of {all} cases equal"));
    complaints
}

pub fn whole_answers(folder: &Path, allowed: &AllowList) -> Vec<String> {
    let texts = translations(folder);
    let mut documents: HashMap<String, Arc<StoredDocument>> = HashMap::new();
    for format in FORMATS {
        for line in lines(folder, format) {
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
        // Documents that were written by hand are as an index would return them.
        let by_hand = records
            .iter()
            .filter_map(ApiValue::as_text)
            .any(|name| name.starts_with("composed/doc/"));
        let mut finna = finna(service, &texts);
        if by_hand {
            finna = finna.of_returned_documents();
        }
        let answer = finna.answer(&get(text(case, "endpoint"), text(case, "query")));
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
        } else if !allowed.allows_answer(name) {
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
    say(&format!("whole answers: {equal} of {all} cases equal"));
    complaints
}
