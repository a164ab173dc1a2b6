//! A data directory to read records into, and what came of them.

use kirjo::config::{ConfigFolder, IngestSettings, Schema, SourceSettings, Sources};
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::engine::{EngineFacet, EngineRequest, SortField};
use kirjo::formats::ReadOptions;
use kirjo::ingest::{IngestOptions, IngestReport, SilentProgress, Workplace, check, ingest};
use kirjo::query::Query;
use kirjo::store::{Snapshot, Store, StoredRecord};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// Links that are searched for.
const SEARCHED_LINKS: usize = 300;

/// What a file has one or more of: a record, or a whole finding aid.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub(crate) source: &'static str,
    pub(crate) bytes: Vec<u8>,
}

impl Unit {
    /// XML stands in a file with other XML, ISO 2709 with its like.
    fn is_xml(&self) -> bool {
        self.bytes.trim_ascii_start().starts_with(b"<")
    }

    /// They can stand in one file.
    pub(crate) fn goes_with(&self, other: &Unit) -> bool {
        self.source == other.source && self.is_xml() == other.is_xml()
    }
}

/// How the records of a source are read.
pub(crate) fn read_options(source: &SourceSettings) -> ReadOptions {
    let record_path = source.record_xpath.as_deref().map(|path| path.parse().expect("a path"));
    ReadOptions { format: Some(source.format), record_path, ..ReadOptions::default() }
}

/// A data directory whose index lies in memory.
pub(crate) struct Place {
    pub(crate) workplace: Workplace,
    folder: tempfile::TempDir,
    files: usize,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = ConfigFolder::BuiltIn;
        let schema = Arc::new(Schema::load(&config).expect("the schema"));
        let settings = Arc::new(IngestSettings::load(&config).expect("the ingest settings"));
        let sources = Arc::new(Sources::load(&config, &settings).expect("the sources"));
        let engine = EmbeddedEngine::in_memory(Arc::clone(&schema)).expect("an index in memory");
        let workplace = Workplace {
            store: Arc::new(Store::open(folder.path()).expect("a store")),
            engine: Arc::new(engine),
            schema,
            ingest: settings,
            sources,
        };
        Place { workplace, folder, files: 0 }
    }

    /// Everything at once, source by source.
    pub(crate) fn in_bulk(all: &[Unit]) -> Self {
        let mut place = Place::new();
        let mut left: Vec<&Unit> = all.iter().collect();
        while let Some(first) = left.first().copied() {
            let (these, others): (Vec<&Unit>, Vec<&Unit>) =
                left.into_iter().partition(|unit| unit.goes_with(first));
            place.ingest(&these);
            left = others;
        }
        place
    }

    pub(crate) fn settings(&self, source: &str) -> SourceSettings {
        self.workplace.sources.get(source).expect("settings").clone()
    }

    /// Reads units that go into one file; none of them is rejected.
    pub(crate) fn ingest(&mut self, units: &[&Unit]) {
        let report = self.read(units);
        let whole = report.rejected == 0 && report.read >= units.len() as u64;
        assert!(whole, "{} units: {report}", units.len());
    }

    pub(crate) fn read(&mut self, units: &[&Unit]) -> IngestReport {
        self.files += 1;
        let file: PathBuf = self.folder.path().join(format!("{}.records", self.files));
        let first = units.first().expect("a unit");
        let mut bytes: Vec<u8> = Vec::new();
        if first.is_xml() {
            bytes.extend_from_slice(b"<collection>");
        }
        units.iter().for_each(|unit| bytes.extend_from_slice(&unit.bytes));
        if first.is_xml() {
            bytes.extend_from_slice(b"</collection>");
        }
        std::fs::write(&file, bytes).expect("written");
        let source = self.settings(first.source);
        let read = read_options(&source);
        let options = IngestOptions::default();
        ingest(&self.workplace, &source, &[file], &read, &options, &SilentProgress).expect("ends")
    }

    /// What came of the records, as far as their order must not matter.
    pub(crate) fn state(&self) -> State {
        let found = check(&self.workplace).expect("a check");
        assert_eq!(found.problems, Vec::<String>::new());
        let snapshot = self.workplace.store.snapshot().expect("a snapshot");
        let mut groups = Vec::new();
        snapshot.each_group(|_, group| groups.push(group)).expect("groups");
        let id = |member: &u64| snapshot.record(*member).expect("readable").expect("there").id;
        let groups =
            groups.iter().map(|g| (g.id.clone(), g.members.iter().map(id).collect())).collect();
        let mut documents = BTreeMap::new();
        snapshot
            .each_document(|_, mut fields| {
                fields.remove("first_indexed");
                fields.remove("last_indexed");
                documents.insert(fields.first("id").to_owned(), format!("{fields:?}"));
            })
            .expect("documents");
        State { groups, documents, answers: self.answers(&snapshot) }
    }

    /// Answers to searches: hits by title, counts of facets; then what the links in the records
    /// find, as they are written and as they are stored, for documents in the store have no text of
    /// all fields. Scores are left out, because deleted versions count in them until their segments
    /// are merged.
    fn answers(&self, snapshot: &Snapshot) -> Vec<String> {
        let word = |field: &str, text: &str| Query::Word { field: field.into(), text: text.into() };
        let mut queries = vec![
            Query::All,
            word("allfields", "history"),
            word("title", "suomen"),
            word("building", "0/Kirjola/"),
            Query::Exists { field: "isbn".into() },
            Query::Pattern { field: "author".into(), pattern: "s*".into() },
        ];
        queries.extend(self.links(snapshot).iter().map(|link| word("allfields", link)));
        queries.into_iter().map(|query| self.answer(snapshot, query)).collect()
    }

    fn answer(&self, snapshot: &Snapshot, query: Query) -> String {
        let request = EngineRequest {
            query,
            filters: Vec::new(),
            sort: SortField::Field { name: "title_sort", descending: false },
            after: None,
            offset: 0,
            limit: usize::MAX,
            facets: ["author_facet", "format", "building", "language"]
                .map(EngineFacet::new)
                .to_vec(),
            deadline: None,
        };
        let answer = self.workplace.engine.search(&request).expect("an answer");
        let id = |ordinal| snapshot.document(ordinal).expect("readable").expect("there");
        let ids: Vec<String> =
            answer.hits.iter().map(|hit| id(hit.ordinal).first("id").to_owned()).collect();
        format!("{} {ids:?} {:?}", answer.total, answer.facets)
    }

    /// Some of the ids that records link to, as written with the prefix of the source, and the ids
    /// of the records that they mean.
    fn links(&self, snapshot: &Snapshot) -> Vec<String> {
        let mut links = BTreeSet::new();
        let look = |_, record: StoredRecord| {
            for linked in &record.linked_ids {
                for meant in snapshot.linked(&record.source, linked).expect("readable") {
                    links.insert(snapshot.record(meant).expect("readable").expect("there").id);
                }
                links.insert(format!("{}.{linked}", record.source));
            }
        };
        snapshot.each_record(look).expect("records");
        let every = links.len().div_ceil(SEARCHED_LINKS).max(1);
        links.into_iter().step_by(every).collect()
    }
}

/// All that must be the same.
#[derive(Debug, PartialEq)]
pub(crate) struct State {
    /// Group id → ids of its members.
    pub(crate) groups: BTreeMap<String, Vec<String>>,
    /// Id → document without its times.
    pub(crate) documents: BTreeMap<String, String>,
    /// Answers to the same searches.
    pub(crate) answers: Vec<String>,
}
