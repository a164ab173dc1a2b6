//! The same records give the same groups and the same documents, in whatever order and portions
//! they come.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "a test says what it expects"
)]

use kirjo::config::{ConfigFolder, IngestSettings, Schema, Sources};
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::formats::ReadOptions;
use kirjo::ingest::{
    IngestOptions, SilentProgress, Workplace, check, delete_ids, ingest, regroup_source,
};
use kirjo::record::RecordFormat;
use kirjo::store::Store;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A data directory whose index lies in memory.
struct Place {
    workplace: Workplace,
    folder: tempfile::TempDir,
    files: usize,
}

impl Place {
    fn new() -> Self {
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

    fn ingest(&mut self, source: &str, records: &[&Vec<u8>]) {
        self.files += 1;
        let file: PathBuf = self.folder.path().join(format!("{}.records", self.files));
        let mut bytes: Vec<u8> = Vec::new();
        let is_xml = records.first().is_some_and(|record| record.starts_with(b"<"));
        if is_xml {
            bytes.extend_from_slice(b"<collection>");
        }
        records.iter().for_each(|record| bytes.extend_from_slice(record));
        if is_xml {
            bytes.extend_from_slice(b"</collection>");
        }
        std::fs::write(&file, bytes).expect("written");
        let source = self.workplace.sources.get(source).expect("settings").clone();
        let read = ReadOptions { format: Some(RecordFormat::Marc), ..ReadOptions::default() };
        let options = IngestOptions::default();
        let report = ingest(&self.workplace, &source, &[file], &read, &options, &SilentProgress)
            .expect("ends");
        assert_eq!((report.read, report.rejected), (records.len() as u64, 0), "{report}");
    }

    /// Group id → ids of its members, and id → document without its times.
    fn state(&self) -> (BTreeMap<String, Vec<String>>, BTreeMap<String, String>) {
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
        (groups, documents)
    }
}

/// The MARC records of the three sample libraries.
fn records() -> Vec<(&'static str, Vec<u8>)> {
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-records").join(name);
        std::fs::read(path).expect("a sample file")
    };
    let mut all = Vec::new();
    for (source, name) in
        [("kaupunki", "marc/city-library.mrc"), ("yliopisto", "marc/university.mrc")]
    {
        let bytes = read(name);
        all.extend(bytes.split_inclusive(|byte| *byte == 0x1D).map(|r| (source, r.to_vec())));
    }
    let xml = String::from_utf8(read("marcxml/research-library.xml")).expect("UTF-8");
    let end = "</record>";
    let mut rest = xml.as_str();
    while let Some(start) = rest.find("<record") {
        let stop = rest[start..].find(end).expect("an end") + start + end.len();
        all.push(("tutkimus", rest.as_bytes()[start..stop].to_vec()));
        rest = &rest[stop..];
    }
    all
}

/// Numbers that look random but are the same in every run (xorshift).
fn next_random(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state % 1_000_003).expect("small")
}

fn shuffle<T>(list: &mut [T], state: &mut u64) {
    for at in (1..list.len()).rev() {
        list.swap(at, next_random(state) % (at + 1));
    }
}

/// Everything at once, source by source.
fn in_bulk(all: &[(&'static str, Vec<u8>)]) -> Place {
    let mut place = Place::new();
    for source in ["tutkimus", "kaupunki", "yliopisto"] {
        let records: Vec<&Vec<u8>> =
            all.iter().filter(|(s, _)| *s == source).map(|r| &r.1).collect();
        place.ingest(source, &records);
    }
    place
}

fn shuffled(rounds: u64, seed: u64) {
    let all = records();
    let expected = in_bulk(&all).state();
    assert!(expected.0.values().any(|members| members.len() == 3), "{:?}", expected.0);
    for round in 0..rounds {
        let mut state = 0x9E37_79B9_7F4A_7C15 ^ (seed + round);
        let mut order: Vec<usize> = (0..all.len()).collect();
        shuffle(&mut order, &mut state);
        let mut place = Place::new();
        let threads = if round % 2 == 0 { 1 } else { 2 };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let mut at = 0;
            while at < order.len() {
                // Portions of one to forty records, each of one source.
                let (source, _) = all[order[at]];
                let limit = 1 + next_random(&mut state) % 40;
                let portion: Vec<&Vec<u8>> = order[at..]
                    .iter()
                    .take(limit)
                    .map(|index| &all[*index])
                    .take_while(|(s, _)| *s == source)
                    .map(|(_, record)| record)
                    .collect();
                place.ingest(source, &portion);
                at += portion.len();
            }
        });
        let found = place.state();
        assert_eq!(found.0, expected.0, "seed {seed}, round {round}");
        assert_eq!(found.1, expected.1, "seed {seed}, round {round}");
    }
}

#[test]
fn the_order_of_records_does_not_matter() {
    shuffled(1, 7);
}

#[test]
#[ignore = "minutes; `just faults`"]
fn the_order_of_records_does_not_matter_twenty_times() {
    shuffled(20, 100);
}

#[test]
fn deleting_and_adding_again_leads_back() {
    let all = records();
    let place = in_bulk(&all);
    let expected = place.state();
    let (_, members) =
        expected.0.iter().find(|(_, members)| members.len() == 3).expect("a group of three");
    let source_of = |id: &str| {
        let source = id.split('.').next().expect("a prefix");
        place.workplace.sources.get(source).expect("settings").clone()
    };
    for id in members {
        delete_ids(&place.workplace, &source_of(id), std::slice::from_ref(id), &SilentProgress)
            .expect("deleted");
        place.state();
    }
    assert!(!place.state().0.values().any(|group| group == members));
    let mut place = place;
    for source in ["yliopisto", "kaupunki", "tutkimus"] {
        let records: Vec<&Vec<u8>> =
            all.iter().filter(|(s, _)| *s == source).map(|r| &r.1).collect();
        place.ingest(source, &records);
    }
    assert_eq!(place.state(), expected);
    // Looking at everything again changes nothing.
    let (report, indexed) =
        regroup_source(&place.workplace, None, true, &SilentProgress).expect("grouped");
    assert_eq!((report.changed, indexed.indexed), (0, 0));
    assert_eq!(place.state(), expected);
}
