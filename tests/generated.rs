//! Generated records through the whole ingest: each is sound, and its copies in other sources find
//! each other.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a test says what it expects")]

use kirjo::config::{ConfigFolder, IngestSettings, Schema, Sources};
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::formats::ReadOptions;
use kirjo::generate::Corpus;
use kirjo::ingest::{IngestOptions, SilentProgress, Workplace, check, ingest};
use kirjo::record::RecordFormat;
use kirjo::store::Store;
use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::sync::Arc;

const RECORDS: u64 = 4000;
const SOURCES: usize = 4;

#[test]
fn generated_records_are_sound_and_find_their_copies() {
    let folder = tempfile::tempdir().expect("a folder");
    let corpus = Corpus::new(RECORDS, 7, "joukko", SOURCES);
    let sources = corpus.sources();
    let settings_folder = folder.path().join("config/sources");
    std::fs::create_dir_all(&settings_folder).expect("a folder");
    let file_of = |source: &str| folder.path().join(format!("{source}.mrc"));
    for source in &sources {
        let file = settings_folder.join(format!("{source}.toml"));
        std::fs::write(file, Corpus::settings(source)).expect("written");
    }
    let mut truth = Vec::new();
    {
        let mut outputs: Vec<Box<dyn Write + Send + '_>> = Vec::new();
        for source in &sources {
            outputs.push(Box::new(File::create(file_of(source)).expect("a file")));
        }
        corpus.write(&mut outputs, &mut truth, &mut |_| {}).expect("written");
    }
    let config = ConfigFolder::choose(Some(&folder.path().join("config")));
    let usual = ConfigFolder::BuiltIn;
    let schema = Arc::new(Schema::load(&usual).expect("the schema"));
    let settings = Arc::new(IngestSettings::load(&usual).expect("the ingest settings"));
    let place = Workplace {
        store: Arc::new(Store::open(&folder.path().join("data")).expect("a store")),
        engine: Arc::new(EmbeddedEngine::in_memory(Arc::clone(&schema)).expect("an index")),
        schema,
        sources: Arc::new(Sources::load(&config, &settings).expect("the sources")),
        ingest: settings,
    };
    let mut added = 0;
    for source in &sources {
        let read = ReadOptions { format: Some(RecordFormat::Marc), ..ReadOptions::default() };
        let settings = place.sources.get(source).expect("its settings");
        let options = IngestOptions::default();
        let report = ingest(&place, settings, &[file_of(source)], &read, &options, &SilentProgress)
            .expect("the ingest ends");
        assert_eq!(report.rejected, 0, "{report}");
        assert!(report.warnings.is_empty(), "{report}");
        assert!(report.unknown_fields.is_empty(), "{report}");
        added += report.added;
    }
    assert_eq!(added, RECORDS);
    let checked = check(&place).expect("the check ends");
    assert!(checked.problems.is_empty(), "{:?}", checked.problems);

    let truth = String::from_utf8(truth).expect("text");
    let work_of: HashMap<&str, &str> = truth.lines().filter_map(|l| l.split_once('\t')).collect();
    let snapshot = place.store.snapshot().expect("a snapshot");
    let mut groups: HashMap<u64, Vec<u64>> = HashMap::new();
    // Works that have one record in each of several sources: a group takes no two of one source.
    let mut works: HashMap<&str, Vec<(String, u64)>> = HashMap::new();
    let mut work_of_ordinal: HashMap<u64, &str> = HashMap::new();
    for ordinal in snapshot.all_records().expect("ordinals") {
        let record = snapshot.record(ordinal).expect("readable").expect("there");
        let work = work_of[record.id.as_str()];
        work_of_ordinal.insert(ordinal, work);
        if let Some(group) = snapshot.group_of(ordinal).expect("readable") {
            groups.entry(group).or_default().push(ordinal);
        }
        works.entry(work).or_default().push((record.source, ordinal));
    }
    let (mut together, mut right, mut to_find, mut found) = (0_u32, 0_u32, 0_u32, 0_u32);
    for members in groups.values() {
        for (at, member) in members.iter().enumerate() {
            for other in &members[at + 1..] {
                together += 1;
                right += u32::from(work_of_ordinal[member] == work_of_ordinal[other]);
            }
        }
    }
    for copies in works.values_mut() {
        copies.sort();
        if copies.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            continue;
        }
        for (at, (_, one)) in copies.iter().enumerate() {
            for (_, other) in &copies[at + 1..] {
                let group = |ordinal| snapshot.group_of(ordinal).expect("readable");
                to_find += 1;
                found += u32::from(group(*one).is_some() && group(*one) == group(*other));
            }
        }
    }
    let (precision, recall) =
        (f64::from(right) / f64::from(together), f64::from(found) / f64::from(to_find));
    println!(
        "{} groups, {together} pairs in groups, {right} of one work; {found} of {to_find} pairs \
         found: precision {precision:.3}, recall {recall:.3}",
        groups.len()
    );
    assert!(precision > 0.97, "precision {precision:.3}");
    assert!(recall > 0.5, "recall {recall:.3}");
}
