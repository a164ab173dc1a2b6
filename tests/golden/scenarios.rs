//! `dedup-golden/scenarios`: several sources are stored, deleted from and deduplicated; groups and
//! every index document are compared. They go through the whole pipeline, store and index included.

use crate::cases::raw;
use crate::compare;
use crate::folder::Folder;
use crate::report::{CaseResult, Filter};
use crate::run::{current_year, document};
use crate::settings::Profile;
use kirjo::config::{ConfigFolder, Schema, SourceSettings, Sources};
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::formats::ReadOptions;
use kirjo::ingest::{
    IdChange, IngestOptions, SilentProgress, Workplace, change_ids, check, index_document, ingest,
    unit_records,
};
use kirjo::mapping::{MapContext, NoLinks, Warnings};
use kirjo::record::{Form, IndexRecord, RecordFormat};
use kirjo::store::Store;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Fields that come from the clock, and those that name a group.
const NOT_COMPARED: [&str; 3] = ["first_indexed", "last_indexed", "fullrecord"];

/// Results of the scenarios: one for each document, and one for the groups.
pub fn all(folder: &Folder, profile: &Profile, filter: &Filter) -> Vec<CaseResult> {
    if !filter.wants_format("marc") || !folder.path("dedup-golden").is_dir() {
        return Vec::new();
    }
    let mut results = Vec::new();
    for file in folder.list("dedup-golden/scenarios", ".json") {
        let scenario = folder.json(&format!("dedup-golden/scenarios/{file}")).expect("a scenario");
        let name = file.trim_end_matches(".json");
        if filter.wants_case(&format!("dedup/{name}")) {
            results.extend(Scenario::new(name, &scenario, profile).results(&scenario));
        }
    }
    results
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// A data directory of its own.
struct Scenario {
    name: String,
    data: tempfile::TempDir,
    workplace: Workplace,
    /// OAI identifier → record id.
    ids: BTreeMap<String, String>,
    files: usize,
    /// Groups as they were at each `groups`.
    snapshots: Vec<Value>,
}

impl Scenario {
    fn new(name: &str, scenario: &Value, profile: &Profile) -> Self {
        let sources = scenario["sources"].as_object().expect("sources").iter();
        let sources: Sources = sources
            .map(|(id, settings)| {
                let format: RecordFormat = text(settings, "format").parse().expect("a format");
                profile.source(id, format, settings)
            })
            .collect();
        let data = tempfile::tempdir().expect("a folder");
        let schema = Arc::new(Schema::load(&ConfigFolder::BuiltIn).expect("the schema"));
        let engine = EmbeddedEngine::in_memory(Arc::clone(&schema)).expect("an index");
        let workplace = Workplace {
            store: Arc::new(Store::open(data.path()).expect("a store")),
            engine: Arc::new(engine),
            schema,
            ingest: Arc::new(profile.ingest.clone()),
            sources: Arc::new(sources),
        };
        let name = name.to_owned();
        let ids = BTreeMap::new();
        Scenario { name, data, workplace, ids, files: 0, snapshots: Vec::new() }
    }

    fn source(&self, id: &str) -> SourceSettings {
        self.workplace.sources.get(id).expect("a source").clone()
    }

    fn results(mut self, scenario: &Value) -> Vec<CaseResult> {
        let mut waiting: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for operation in scenario["ops"].as_array().expect("operations") {
            if operation["op"] == "store" {
                waiting.entry(text(operation, "source")).or_default().push(operation);
                continue;
            }
            for (source, records) in std::mem::take(&mut waiting) {
                self.store(source, &records);
            }
            match text(operation, "op") {
                "delete" => {
                    let id = self.ids[text(operation, "oaiId")].clone();
                    let source = self.source(text(operation, "source"));
                    change_ids(&self.workplace, &source, &[id], IdChange::Delete, &SilentProgress)
                        .expect("deleted");
                }
                "groups" => {
                    let groups = self.groups();
                    self.snapshots.push(groups);
                }
                // Groups follow every change by themselves.
                "dedup" => {}
                other => panic!("the harness does not know the operation {other}"),
            }
        }
        for (source, records) in waiting {
            self.store(source, &records);
        }
        let found = check(&self.workplace).expect("a check");
        assert_eq!(found.problems, Vec::<String>::new(), "{}", self.name);
        self.compare(&scenario["expected"])
    }

    fn store(&mut self, source_id: &str, operations: &[&Value]) {
        let source = self.source(source_id);
        let mut file = String::from("<collection>");
        for operation in operations {
            let record = text(operation, "record");
            let oai_id = text(operation, "oaiId");
            let bytes = record.as_bytes().to_vec();
            let raw = raw(&self.name, RecordFormat::Marc, Form::MarcXml, bytes, oai_id);
            let units = unit_records(raw, &source).expect("a record");
            let mut opened = kirjo::mapping::open(&units[0]).expect("a record");
            let context = MapContext {
                ingest: &self.workplace.ingest,
                source: &source,
                links: &NoLinks,
                current_year: current_year(),
            };
            let local = opened.facts(&context, &mut Warnings::default()).id;
            self.ids.insert(oai_id.to_owned(), format!("{}.{local}", source.id_prefix));
            file.push_str(record);
        }
        file.push_str("</collection>");
        self.files += 1;
        let path = self.data.path().join(format!("{}.xml", self.files));
        std::fs::write(&path, file).expect("written");
        self.ingest(&source, &path, operations.len());
    }

    fn ingest(&self, source: &SourceSettings, path: &Path, records: usize) {
        let read = ReadOptions { format: Some(RecordFormat::Marc), ..ReadOptions::default() };
        let options = IngestOptions::default();
        let files = [path.to_owned()];
        let report = ingest(&self.workplace, source, &files, &read, &options, &SilentProgress);
        let report = report.expect("an ingest");
        assert_eq!(report.added + report.updated, records as u64, "{}: {report}", self.name);
    }

    /// Sorted ids of the members of each group, sorted.
    fn groups(&self) -> Value {
        let snapshot = self.workplace.store.snapshot().expect("a snapshot");
        let mut groups: Vec<Vec<String>> = Vec::new();
        let mut each = Vec::new();
        snapshot.each_group(|_, group| each.push(group)).expect("groups");
        for group in each {
            let id = |member: &u64| snapshot.record(*member).expect("readable").expect("there").id;
            let mut ids: Vec<String> = group.members.iter().map(id).collect();
            ids.sort();
            groups.push(ids);
        }
        groups.sort();
        json!(groups)
    }

    fn compare(&self, expected: &Value) -> Vec<CaseResult> {
        let mut result = CaseResult::new(&format!("dedup/{}/groups", self.name), "marc");
        let sorted = |groups: &Value| {
            let mut groups: Vec<Value> = groups.as_array().cloned().unwrap_or_default();
            groups.sort_by_key(|group| group.to_string());
            Value::Array(groups)
        };
        let mut actual = Map::new();
        let mut wanted = Map::new();
        actual.insert("groups".into(), sorted(&self.groups()));
        wanted.insert("groups".into(), sorted(&expected["groups"]));
        for (at, snapshot) in expected["groupsAfter"].as_array().into_iter().flatten().enumerate() {
            actual.insert(format!("after{at}"), sorted(&self.snapshots[at]));
            wanted.insert(format!("after{at}"), sorted(snapshot));
        }
        let (differences, count) = compare::objects(&Value::Object(actual), &Value::Object(wanted));
        result.add("index", count, differences);
        let mut results = vec![result];

        let mut documents: BTreeMap<String, Value> = BTreeMap::new();
        let mut records: BTreeMap<String, IndexRecord> = BTreeMap::new();
        let snapshot = self.workplace.store.snapshot().expect("a snapshot");
        let mut ordinals = Vec::new();
        snapshot.each_document(|ordinal, _| ordinals.push(ordinal)).expect("documents");
        for ordinal in ordinals {
            let fields = index_document(&self.workplace, &snapshot, ordinal).expect("a document");
            let fields = fields.expect("a document");
            let mut value = document(&fields);
            let key = name_group(&mut value);
            documents.insert(key.clone(), value);
            records.insert(key, fields);
        }
        for expected in expected["documents"].as_array().expect("documents") {
            let mut expected = expected.clone();
            let id = name_group(&mut expected);
            let is_merged = expected["merged_boolean"] == true;
            let mut result = CaseResult::new(&format!("dedup/{}/{id}", self.name), "marc");
            match documents.remove(&id) {
                Some(mut actual) => {
                    let ours = &actual["local_ids_str_mv"];
                    if is_merged && *ours != expected["local_ids_str_mv"] {
                        // Our order of members is another one: told apart, and the rest compared
                        // as of a document in the reference's order.
                        let order = json!({"members": ours});
                        let wanted = json!({"members": expected["local_ids_str_mv"]});
                        let (differences, count) = compare::objects(&order, &wanted);
                        result.add("memberOrder", count, differences);
                        actual = self.in_order(&expected, &records);
                    }
                    if self.name.starts_with("random-") {
                        // The documents of random corpora are stated in part.
                        let stated = expected.as_object().expect("a document");
                        let actual = actual.as_object_mut().expect("a document");
                        actual.retain(|field, _| stated.contains_key(field));
                    }
                    let (differences, count) = compare::objects(&actual, &expected);
                    result.add(if is_merged { "merged" } else { "index" }, count, differences);
                }
                None => result.fail("no such document"),
            }
            results.push(result);
        }
        for id in documents.keys() {
            let mut result = CaseResult::new(&format!("dedup/{}/{id}", self.name), "marc");
            result.fail("the reference has no such document");
            results.push(result);
        }
        results
    }
}

impl Scenario {
    /// The document of a group with its members in the order of the reference's.
    fn in_order(&self, expected: &Value, records: &BTreeMap<String, IndexRecord>) -> Value {
        let ids = expected["local_ids_str_mv"].as_array().expect("ids of members");
        let members: Vec<&IndexRecord> =
            ids.iter().filter_map(|id| records.get(id.as_str()?)).collect();
        let ingest = &self.workplace.ingest;
        let merged = kirjo::dedup::merged_in_order(
            "group",
            &members,
            &ingest.dedup,
            &ingest.hierarchical_facets,
        );
        let mut value = document(&merged);
        name_group(&mut value);
        value
    }
}

/// Takes out what differs from run to run, and names a group by its members.
fn name_group(document: &mut Value) -> String {
    let fields = document.as_object_mut().expect("a document");
    fields.retain(|name, _| !NOT_COMPARED.contains(&name.as_str()));
    let id = text(&Value::Object(fields.clone()), "id").to_owned();
    if fields.contains_key("dedup_id_str_mv") {
        fields.insert("dedup_id_str_mv".into(), json!("group"));
    }
    let Some(members) = fields.get("local_ids_str_mv").and_then(Value::as_array) else {
        return id;
    };
    let mut members: Vec<&str> = members.iter().filter_map(Value::as_str).collect();
    members.sort_unstable();
    let name = members.join("+");
    fields.insert("id".into(), json!("group"));
    name
}
