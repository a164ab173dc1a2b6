//! `dedup-golden/scenarios`: records that are linked to one another.

use crate::cases::raw;
use crate::compare;
use crate::folder::Folder;
use crate::report::{CaseResult, Filter};
use crate::run::{current_year, document};
use crate::settings::Profile;
use kirjo::config::SourceSettings;
use kirjo::mapping::{
    ComponentPart, DriverFields, LinkedRecord, MapContext, NoLinks, RecordLinks, Warnings,
    is_hidden_part,
};
use kirjo::record::{Form, IndexRecord, RawRecord, RecordFacts, RecordFormat};
use serde_json::Value;
use std::collections::BTreeMap;

/// Scenarios in which links matter and groups do not.
const LINKED: [&str; 7] = [
    "component-as-is",
    "component-merge-all",
    "component-merge-all-noindex",
    "component-music",
    "component-non-articles",
    "component-non-earticles",
    "component-orphan",
];

/// A stored record, as far as links need it.
struct Stored {
    id: String,
    source: String,
    raw: RawRecord,
    facts: RecordFacts,
}

/// A store in memory.
struct Database<'a> {
    profile: &'a Profile,
    sources: BTreeMap<String, SourceSettings>,
    records: Vec<Stored>,
}

impl Database<'_> {
    fn context<'c>(&'c self, source: &str, links: &'c dyn RecordLinks) -> MapContext<'c> {
        MapContext {
            ingest: &self.profile.ingest,
            source: &self.sources[source],
            links,
            current_year: current_year(),
        }
    }

    fn store(&mut self, source: &str, raw: RawRecord) {
        let mut opened = kirjo::mapping::open(&raw).expect("a record");
        let context = self.context(source, &NoLinks);
        let facts = opened.facts(&context, &mut Warnings::default());
        let id = format!("{}.{}", context.source.id_prefix, facts.id);
        self.records.push(Stored { id, source: source.to_owned(), raw, facts });
        self.records.sort_by(|a, b| a.id.cmp(&b.id));
    }

    fn parts_of<'d>(
        &'d self,
        source: &'d str,
        ids: &'d [String],
    ) -> impl Iterator<Item = &'d Stored> {
        self.records.iter().filter(move |record| {
            record.source == source
                && record.facts.host_record_ids.iter().any(|host| ids.contains(host))
        })
    }
}

impl RecordLinks for Database<'_> {
    fn by_linking_id(&self, source: &str, linking_id: &str) -> Option<LinkedRecord> {
        let is_host = |record: &&Stored| {
            record.source == source && record.facts.linking_ids.iter().any(|id| id == linking_id)
        };
        let host = self.records.iter().find(is_host)?;
        Some(LinkedRecord { id: host.id.clone(), title: host.facts.title.clone() })
    }

    fn has_parts(&self, source: &str, linking_ids: &[String]) -> bool {
        self.parts_of(source, linking_ids).next().is_some()
    }

    fn parts(&self, source: &str, linking_ids: &[String]) -> Vec<ComponentPart> {
        self.parts_of(source, linking_ids)
            .map(|part| ComponentPart { id: part.id.clone(), raw: part.raw.clone() })
            .collect()
    }

    fn index_record(&self, id: &str) -> Option<IndexRecord> {
        let record = self.records.iter().find(|record| record.id == id)?;
        let context = self.context(&record.source, &NoLinks);
        kirjo::mapping::map(&record.raw, &context, DriverFields::Drop).ok().map(|m| m.index)
    }
}

/// Results of the scenarios: one for each document.
pub fn all(folder: &Folder, profile: &Profile, filter: &Filter) -> Vec<CaseResult> {
    if !filter.wants_format("marc") || !folder.path("dedup-golden").is_dir() {
        return Vec::new();
    }
    let mut results = Vec::new();
    for name in LINKED {
        if let Some(scenario) = folder.json(&format!("dedup-golden/scenarios/{name}.json")) {
            results.extend(linked(name, &scenario, profile));
        }
    }
    results.retain(|result| filter.wants_case(&result.name));
    results
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn linked(name: &str, scenario: &Value, profile: &Profile) -> Vec<CaseResult> {
    let sources = scenario["sources"].as_object().expect("sources");
    let sources = sources.iter().map(|(id, settings)| {
        let format: RecordFormat = text(settings, "format").parse().expect("a format");
        (id.clone(), profile.source(id, format, settings))
    });
    let mut database = Database { profile, sources: sources.collect(), records: Vec::new() };
    for operation in scenario["ops"].as_array().expect("operations") {
        if operation["op"] == "store" {
            let (source, oai_id) = (text(operation, "source"), text(operation, "oaiId"));
            let bytes = text(operation, "record").as_bytes().to_vec();
            database.store(source, raw(name, RecordFormat::Marc, Form::MarcXml, bytes, oai_id));
        }
    }
    let mut documents: BTreeMap<String, Value> = BTreeMap::new();
    for record in &database.records {
        let context = database.context(&record.source, &database);
        if is_hidden_part(&record.facts, &context) && !context.source.index_merged_parts {
            continue;
        }
        let mapped = kirjo::mapping::map(&record.raw, &context, DriverFields::Drop).expect("maps");
        documents.insert(record.id.clone(), document(&mapped.index));
    }
    let mut results = Vec::new();
    for expected in scenario["expected"]["documents"].as_array().expect("documents") {
        let id = text(expected, "id");
        let mut result = CaseResult::new(&format!("dedup/{name}/{id}"), "marc");
        match documents.remove(id) {
            Some(actual) => {
                let (differences, count) = compare::objects(&actual, expected);
                result.add("index", count, differences);
            }
            None => result.fail("no such document"),
        }
        results.push(result);
    }
    for id in documents.keys() {
        let mut result = CaseResult::new(&format!("dedup/{name}/{id}"), "marc");
        result.fail("the reference has no such document");
        results.push(result);
    }
    results
}
