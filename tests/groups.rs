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
use kirjo::engine::{EngineFacet, EngineRequest, SortField};
use kirjo::formats::ReadOptions;
use kirjo::ingest::{
    IngestOptions, IngestReport, SilentProgress, Workplace, check, delete_ids, ingest,
    regroup_source,
};
use kirjo::query::Query;
use kirjo::record::RecordFormat;
use kirjo::store::{Snapshot, Store};
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
        let report = self.read(source, records);
        assert_eq!((report.read, report.rejected), (records.len() as u64, 0), "{report}");
    }

    fn read(&mut self, source: &str, records: &[&Vec<u8>]) -> IngestReport {
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
        ingest(&self.workplace, &source, &[file], &read, &options, &SilentProgress).expect("ends")
    }

    /// What came of the records, as far as their order must not matter.
    fn state(&self) -> State {
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
        let answers = self.answers(&snapshot);
        State { groups, documents, answers }
    }

    /// Answers to searches: hits by title, counts of facets. Scores are left out, because deleted
    /// versions count in them until their segments are merged.
    fn answers(&self, snapshot: &Snapshot) -> Vec<String> {
        let word = |field: &str, text: &str| Query::Word { field: field.into(), text: text.into() };
        let queries = [
            Query::All,
            word("allfields", "history"),
            word("title", "suomen"),
            word("building", "0/Kaupunki/"),
            Query::Exists { field: "isbn".into() },
            Query::Pattern { field: "author".into(), pattern: "s*".into() },
        ];
        let answer = |query: Query| {
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
        };
        queries.into_iter().map(answer).collect()
    }
}

#[derive(Debug, PartialEq)]
struct State {
    /// Group id → ids of its members.
    groups: BTreeMap<String, Vec<String>>,
    /// Id → document without its times.
    documents: BTreeMap<String, String>,
    /// Answers to the same searches.
    answers: Vec<String>,
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

/// Records of a file of real ones; `None` if they are not at hand.
fn real_file(name: &str) -> Option<Vec<Vec<u8>>> {
    let root = std::env::var_os("KIRJO_GOLDEN_DIR")
        .map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let path = root.join(format!("records/marc/{name}.mrc.gz"));
    let Ok(file) = std::fs::File::open(&path) else {
        println!("SKIPPED: {} is not there (set KIRJO_GOLDEN_DIR)", path.display());
        return None;
    };
    let mut bytes = Vec::new();
    let mut unpacked = flate2::read::MultiGzDecoder::new(file);
    std::io::Read::read_to_end(&mut unpacked, &mut bytes).expect("a whole file");
    Some(bytes.split_inclusive(|byte| *byte == 0x1D).map(<[u8]>::to_vec).collect())
}

/// Control number of an ISO 2709 record, if it has one in the usual place.
fn id_of(record: &[u8]) -> Option<Vec<u8>> {
    let base: usize = std::str::from_utf8(record.get(12..17)?).ok()?.parse().ok()?;
    let is_first = record.get(24..27)? == b"001";
    let id = record.get(base..)?.split(|byte| *byte == 0x1E).next()?;
    (is_first && !id.trim_ascii().is_empty()).then(|| id.to_vec())
}

/// Real records, each with another id: all of them in one source, parts of them in two others.
/// `None` if they are not at hand.
fn real_records(limit: usize) -> Option<Vec<(&'static str, Vec<u8>)>> {
    let mut all = Vec::new();
    let mut ids = std::collections::HashSet::new();
    for name in [
        "libraries-mixed-utf8",
        "nordic-utf8",
        "mma-watson-utf8",
        "folio-mixed-utf8",
        "gpo-cgp-utf8",
        "libraries-mixed-marc8",
    ] {
        let records = real_file(name)?;
        let usable = records.into_iter().filter(|record| {
            record.get(5) != Some(&b'd') && id_of(record).is_some_and(|id| ids.insert(id))
        });
        for (number, record) in usable.take(limit).enumerate() {
            let others: &[&str] = match number % 4 {
                0 => &["yliopisto", "tutkimus"],
                1 => &["yliopisto"],
                _ => &[],
            };
            for source in ["kaupunki"].iter().chain(others) {
                all.push((*source, record.clone()));
            }
        }
    }
    Some(all)
}

fn shuffled(rounds: u64, seed: u64) {
    let all = records();
    let State { groups, .. } = compare_orders(&all, rounds, seed, 40);
    assert!(groups.values().any(|members| members.len() == 3), "{groups:?}");
}

/// Reads the records in so many orders, in portions of up to `most`, the last hundred one by one;
/// always the same comes of it as in bulk.
fn compare_orders(all: &[(&'static str, Vec<u8>)], rounds: u64, seed: u64, most: usize) -> State {
    let expected = in_bulk(all).state();
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
                // Each portion is of one source.
                let (source, _) = all[order[at]];
                let left = order.len() - at;
                let limit = if left <= 100 { 1 } else { 1 + next_random(&mut state) % most };
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
        assert_eq!(found.groups, expected.groups, "seed {seed}, round {round}");
        assert_eq!(found.documents, expected.documents, "seed {seed}, round {round}");
        assert_eq!(found.answers, expected.answers, "seed {seed}, round {round}");
    }
    expected
}

/// Compares orders of real records.
fn real(limit: usize, rounds: u64) {
    let Some(all) = real_records(limit) else { return };
    let start = std::time::Instant::now();
    let State { groups, documents, answers } = compare_orders(&all, rounds, 31, 400);
    let found = answers.iter().filter(|answer| !answer.starts_with("0 ")).count();
    println!(
        "{} records, {} groups, {} documents, {found} searches with hits: the same in {rounds} \
         orders, {:.0} s",
        all.len(),
        groups.len(),
        documents.len(),
        start.elapsed().as_secs_f64()
    );
    assert!(groups.len() >= limit / 2, "{} groups", groups.len());
    assert!(found >= 4, "{answers:?}");
}

#[test]
fn the_order_of_real_records_does_not_matter() {
    real(40, 1);
}

#[test]
#[ignore = "minutes; `just faults`"]
fn the_order_of_real_records_does_not_matter_twenty_times() {
    real(400, 20);
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
        expected.groups.iter().find(|(_, members)| members.len() == 3).expect("a group of three");
    let source_of = |id: &str| {
        let source = id.split('.').next().expect("a prefix");
        place.workplace.sources.get(source).expect("settings").clone()
    };
    for id in members {
        delete_ids(&place.workplace, &source_of(id), std::slice::from_ref(id), &SilentProgress)
            .expect("deleted");
        place.state();
    }
    assert!(!place.state().groups.values().any(|group| group == members));
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

/// Older and newer versions of records, in either order: what comes last counts, whatever the dates
/// in the records say, and the report tells what became of each.
fn versions(limit: usize) {
    let (Some(older), Some(newer)) =
        (real_file("gpo-older-versions-utf8"), real_file("gpo-cgp-utf8"))
    else {
        return;
    };
    let mut old: BTreeMap<Vec<u8>, &Vec<u8>> = BTreeMap::new();
    let mut repeated = 0;
    for record in &older {
        let id = id_of(record).expect("a control number");
        // The first of a file is kept, any other is reported.
        match old.entry(id) {
            std::collections::btree_map::Entry::Vacant(place) => drop(place.insert(record)),
            std::collections::btree_map::Entry::Occupied(_) => repeated += 1,
        }
    }
    let id = |record: &Vec<u8>| id_of(record).expect("a control number");
    let newer: Vec<&Vec<u8>> = newer
        .iter()
        .filter(|record| old.contains_key(&id(record)))
        .chain(newer.iter().filter(|record| !old.contains_key(&id(record))).take(limit))
        .collect();
    let by_id: BTreeMap<Vec<u8>, &Vec<u8>> =
        newer.iter().map(|record| (id(record), *record)).collect();
    let older: Vec<&Vec<u8>> = older.iter().collect();
    let (old_count, new_count) = (old.len() as u64, newer.len() as u64);
    assert!(new_count >= old_count && repeated > 0);
    for old_first in [true, false] {
        let mut place = Place::new();
        let (first, second) = if old_first { (&older, &newer) } else { (&newer, &older) };
        let one = place.read("kaupunki", first);
        let two = place.read("kaupunki", second);
        let same =
            newer.iter().filter(|record| old.get(&id(record)) == Some(record)).count() as u64;
        let counts = |report: &IngestReport| {
            [report.read, report.added, report.updated, report.unchanged, report.rejected]
        };
        let of_old =
            |added, updated, unchanged| [old_count + repeated, added, updated, unchanged, repeated];
        let changed = old_count - same;
        if old_first {
            assert_eq!(counts(&one), of_old(old_count, 0, 0), "{one}");
            assert_eq!(counts(&two), [new_count, new_count - old_count, changed, same, 0], "{two}");
        } else {
            assert_eq!(counts(&one), [new_count, new_count, 0, 0, 0], "{one}");
            assert_eq!(counts(&two), of_old(0, changed, same), "{two}");
        }
        let found = check(&place.workplace).expect("a check");
        assert_eq!((found.problems, found.indexed), (Vec::new(), new_count));
        let snapshot = place.workplace.store.snapshot().expect("a snapshot");
        let mut wrong = 0;
        snapshot
            .each_record(|_, record| {
                let id = id_of(&record.raw).expect("a control number");
                let last = if old_first { None } else { old.get(&id).copied() };
                let last = last.or_else(|| by_id.get(&id).copied());
                wrong += usize::from(Some(&record.raw) != last);
            })
            .expect("records");
        assert_eq!(wrong, 0, "old first: {old_first}");
        println!("old first: {old_first}; {one}; {two}");
    }
}

#[test]
fn the_version_that_comes_last_counts() {
    versions(50);
}

#[test]
#[ignore = "minutes; `just faults`"]
fn the_version_that_comes_last_counts_in_a_whole_catalogue() {
    versions(usize::MAX);
}
