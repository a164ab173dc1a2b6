//! The work during which the disk fails: three libraries are read in, everything is grouped again, a
//! few records are deleted.

use crate::disk::Disk;
use kirjo::config::{ConfigFolder, IngestSettings, Schema, SourceSettings, Sources};
use kirjo::engine::EngineError;
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::formats::ReadOptions;
use kirjo::ingest::{
    IdChange, IngestOptions, IngestReport, SilentProgress, Workplace, bring_up_to_date, change_ids,
    check, ingest, regroup_source,
};
use kirjo::record::RecordFormat;
use kirjo::store::Store;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Steps of the work; each is acknowledged as a whole.
pub const STEPS: usize = 5;
const LIBRARIES: [(&str, &str); 3] = [
    ("kaupunki", "marc/city-library.mrc"),
    ("yliopisto", "marc/university.mrc"),
    ("tutkimus", "marcxml/research-library.xml"),
];
const DELETED: [&str; 4] = ["200101", "200105", "200110", "200120"];

/// Groups and documents, without times.
pub type State = (BTreeMap<String, Vec<String>>, BTreeMap<String, String>);

pub struct Work {
    schema: Arc<Schema>,
    ingest: Arc<IngestSettings>,
    sources: Arc<Sources>,
    /// Live ids after so many steps.
    ids: Vec<BTreeSet<String>>,
    last: State,
}

pub struct Opened {
    pub workplace: Workplace,
}

impl Work {
    pub fn new() -> Self {
        let config = ConfigFolder::BuiltIn;
        let schema = Arc::new(Schema::load(&config).expect("the schema"));
        let settings = Arc::new(IngestSettings::load(&config).expect("the ingest settings"));
        let sources = Arc::new(Sources::load(&config, &settings).expect("the sources"));
        let mut work = Work {
            schema,
            ingest: settings,
            sources,
            ids: vec![BTreeSet::new()],
            last: State::default(),
        };
        let disk = Disk::new(crate::disk::Fault::Nothing, 1);
        let opened = Opened::new(&work, &disk).expect("a sound disk");
        for step in 0..STEPS {
            work.step(&opened.workplace, step).expect("a sound disk");
            let ids = opened.ids();
            work.ids.push(ids);
        }
        work.last = opened.state();
        println!("the work takes {} steps of the disk, {} bytes", disk.steps(), disk.bytes());
        assert!(work.last.0.len() > 10 && work.last.1.len() > 200, "the samples are there");
        work
    }

    pub fn source(&self, id: &str) -> SourceSettings {
        self.sources.get(id).expect("settings").clone()
    }

    pub fn step(&self, workplace: &Workplace, step: usize) -> Result<IngestReport, String> {
        let source = |id: &str| self.source(id);
        let done = match LIBRARIES.get(step) {
            Some((id, file)) => {
                let file: PathBuf =
                    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-records").join(file);
                let read =
                    ReadOptions { format: Some(RecordFormat::Marc), ..ReadOptions::default() };
                let options = IngestOptions::default();
                ingest(workplace, &source(id), &[file], &read, &options, &SilentProgress)
            }
            None if step == 3 => {
                regroup_source(workplace, None, true, &SilentProgress).map(|(_, report)| report)
            }
            None => {
                let ids = DELETED.map(str::to_owned);
                change_ids(workplace, &source("kaupunki"), &ids, IdChange::Delete, &SilentProgress)
            }
        };
        done.map_err(|error| chain(&error))
    }

    /// The invariant: what is said at the top of this test.
    pub fn holds(&self, disk: &Disk, acknowledged: usize, what: &str) {
        let opened = Opened::new(self, disk).unwrap_or_else(|e| panic!("{what}: no start: {e}"));
        opened.holds_still(self, acknowledged, what);
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// It says that there is no room, or that this follows from an error before.
pub fn is_clear(error: &str) -> bool {
    ["storage", "no storage space", "Previous I/O error", "writer", "killed"]
        .iter()
        .any(|word| error.contains(word))
}

impl Opened {
    /// What every start does.
    pub fn new(work: &Work, disk: &Disk) -> Result<Self, String> {
        let medium = disk.clone();
        let store =
            Store::on_medium(move || Box::new(medium.clone())).map_err(|error| chain(&error))?;
        let open = || EmbeddedEngine::in_directory(disk.clone(), Arc::clone(&work.schema));
        let engine = match open() {
            Err(EngineError::Damaged(_)) => {
                disk.remove_index();
                open()
            }
            other => other,
        };
        let workplace = Workplace {
            store: Arc::new(store),
            engine: Arc::new(engine.map_err(|error| chain(&error))?),
            schema: Arc::clone(&work.schema),
            ingest: Arc::clone(&work.ingest),
            sources: Arc::clone(&work.sources),
        };
        bring_up_to_date(&workplace, &SilentProgress).map_err(|error| chain(&error))?;
        Ok(Opened { workplace })
    }

    /// Works off the steps until one fails. Gives how many are acknowledged, and the error.
    pub fn all(&self, work: &Work) -> (usize, Option<String>) {
        self.rest(work, 0)
    }

    pub fn rest(&self, work: &Work, first: usize) -> (usize, Option<String>) {
        self.steps_of(work, first, STEPS)
    }

    pub fn steps_of(&self, work: &Work, first: usize, end: usize) -> (usize, Option<String>) {
        for step in first..end {
            if let Err(error) = work.step(&self.workplace, step) {
                return (step, Some(error));
            }
        }
        (end, None)
    }

    pub fn holds_still(&self, work: &Work, acknowledged: usize, what: &str) {
        bring_up_to_date(&self.workplace, &SilentProgress)
            .unwrap_or_else(|e| panic!("{what}: not brought up to date: {}", chain(&e)));
        let found = check(&self.workplace).unwrap_or_else(|e| panic!("{what}: {}", chain(&e)));
        assert_eq!(found.problems, Vec::<String>::new(), "{what}");
        let ids = self.ids();
        let next = work.ids.get(acknowledged + 1);
        assert!(
            ids == work.ids[acknowledged] || Some(&ids) == next,
            "{what}: {acknowledged} steps were acknowledged, there are {} records",
            ids.len()
        );
        let (reached, error) = self.all(work);
        assert_eq!((reached, error), (STEPS, None), "{what}");
        let found = check(&self.workplace).unwrap_or_else(|e| panic!("{what}: {}", chain(&e)));
        assert_eq!(found.problems, Vec::<String>::new(), "{what}");
        assert!(self.state() == work.last, "{what}: other groups or documents");
    }

    pub fn generation(&self) -> u64 {
        self.workplace.engine.generation().expect("a generation")
    }

    /// What the index holds.
    pub fn found(&self) -> Vec<u64> {
        let mut ordinals = self.workplace.engine.ordinals().expect("readable");
        ordinals.sort_unstable();
        ordinals
    }

    fn ids(&self) -> BTreeSet<String> {
        let snapshot = self.workplace.store.snapshot().expect("a snapshot");
        let mut ids = BTreeSet::new();
        snapshot
            .each_record(|_, record| {
                if !record.deleted {
                    ids.insert(record.id);
                }
            })
            .expect("records");
        ids
    }

    pub fn state(&self) -> State {
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
        (groups, documents)
    }
}
