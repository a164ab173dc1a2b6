//! Figures of deduplication and updates, printed. Run with
//! `cargo test --release --test figures -- --ignored --nocapture`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    clippy::cast_precision_loss,
    reason = "a test says what it expects, and figures are for people"
)]

use kirjo::config::{ConfigFolder, IngestSettings, Schema, Sources};
use kirjo::dedup::{Features, is_same};
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::formats::ReadOptions;
use kirjo::ingest::{IngestOptions, SilentProgress, Workplace, check, ingest, regroup_source};
use kirjo::record::{FullRecord, RecordFormat};
use kirjo::store::Store;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Records of the last figure, unless `KIRJO_FIGURES_RECORDS` says another number.
const MANY: usize = 200_000;
/// Works; each is in both sources.
const WORKS: usize = 20_000;

/// One ISO 2709 record: ISBN, author, title, year, pages.
fn marc(number: usize, note: &str) -> Vec<u8> {
    let id = format!("{number:08}");
    let isbn = format!("  \u{1F}a978{number:010}");
    let author = format!("1 \u{1F}aTekijä{}, Aino.", number % 997);
    let title =
        format!("10\u{1F}aKertomus {} metsästä ja merestä :\u{1F}bkirja {number}.", number % 7919);
    let fields = [
        ("001", id),
        ("020", isbn),
        ("100", author),
        ("245", title),
        ("260", format!("  \u{1F}aHelsinki :\u{1F}bOtava,\u{1F}c{}.", 1950 + number % 70)),
        ("300", format!("  \u{1F}a{} sivua", 100 + number % 300)),
        ("500", format!("  \u{1F}a{note}")),
    ];
    let (mut directory, mut data) = (String::new(), String::new());
    for (tag, value) in fields {
        let field = format!("{value}\u{1E}");
        directory.push_str(&format!("{tag}{:04}{:05}", field.len(), data.len()));
        data.push_str(&field);
    }
    let base = 24 + directory.len() + 1;
    let length = base + data.len() + 1;
    format!("{length:05}nam a22{base:05} a 4500{directory}\u{1E}{data}\u{1D}").into_bytes()
}

fn workplace(data: &Path) -> Workplace {
    let config = ConfigFolder::BuiltIn;
    let schema = Arc::new(Schema::load(&config).expect("the schema"));
    let settings = Arc::new(IngestSettings::load(&config).expect("the ingest settings"));
    let sources = Arc::new(Sources::load(&config, &settings).expect("the sources"));
    let engine = EmbeddedEngine::open(&data.join("index"), Arc::clone(&schema)).expect("an index");
    Workplace {
        store: Arc::new(Store::open(data).expect("a store")),
        engine: Arc::new(engine),
        schema,
        ingest: settings,
        sources,
    }
}

fn put(
    workplace: &Workplace,
    source: &str,
    file: &Path,
    records: impl Iterator<Item = Vec<u8>>,
) -> f64 {
    let bytes: Vec<u8> = records.flatten().collect();
    std::fs::write(file, bytes).expect("written");
    let source = workplace.sources.get(source).expect("settings").clone();
    let read = ReadOptions { format: Some(RecordFormat::Marc), ..ReadOptions::default() };
    let start = Instant::now();
    let files = [file.to_owned()];
    let options = IngestOptions::default();
    let report =
        ingest(workplace, &source, &files, &read, &options, &SilentProgress).expect("an ingest");
    let took = start.elapsed().as_secs_f64();
    println!("{}: {report}", source.id);
    took
}

#[test]
#[ignore = "figures; minutes"]
fn figures() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let workplace = workplace(&data);
    let file = folder.path().join("records.mrc");
    for source in ["kaupunki", "yliopisto"] {
        let took = put(&workplace, source, &file, (0..WORKS).map(|n| marc(n, source)));
        println!("{source}: {:.0} records/s from file to searchable", WORKS as f64 / took);
    }
    let snapshot = workplace.store.snapshot().expect("a snapshot");
    println!("{:?}", snapshot.counts().expect("counts"));

    let start = Instant::now();
    let (report, _) = regroup_source(&workplace, None, true, &SilentProgress).expect("grouped");
    let took = start.elapsed().as_secs_f64();
    println!(
        "features and groups of {} records anew: {took:.2} s, {:.0} examinations/s",
        report.examined,
        report.examined as f64 / took
    );
    assert_eq!(report.changed, 0);

    let mut features = Vec::new();
    for ordinal in snapshot.all_records().expect("records").into_iter().take(2000) {
        let bytes = snapshot.features(ordinal).expect("readable").expect("features");
        features.push(Features::decode(&bytes).expect("this version"));
    }
    let start = Instant::now();
    let mut same = 0_u64;
    for pair in features.iter().flat_map(|a| features.iter().take(500).map(move |b| (a, b))) {
        same += u64::from(is_same(pair.0, pair.1));
    }
    let pairs = features.len() * 500;
    println!(
        "one comparison: {:.0} ns ({same} same)",
        start.elapsed().as_nanos() as f64 / pairs as f64
    );

    let ordinals = snapshot.all_records().expect("records");
    let start = Instant::now();
    let mut bytes = 0;
    for number in 0..ordinals.len() {
        let ordinal = ordinals[number * 7919 % ordinals.len()];
        bytes += black_box(snapshot.record(ordinal).expect("readable").expect("there")).raw.len();
    }
    println!(
        "one record read: {:.2} µs ({bytes} bytes)",
        start.elapsed().as_micros() as f64 / ordinals.len() as f64
    );
    drop(snapshot);

    let changed = WORKS * 2 / 100;
    let took =
        put(&workplace, "kaupunki", &file, (0..changed).map(|n| marc(n * 50 + 1, "uusi painos")));
    println!("update of 1 % ({changed} records) until visible: {took:.2} s");
    assert_eq!(check(&workplace).expect("a check").problems, Vec::<String>::new());
}

/// A real catalogue: what the store takes, and what a read costs.
#[test]
#[ignore = "figures; minutes"]
fn store_of_a_catalogue() {
    let root = std::env::var_os("KIRJO_GOLDEN_DIR")
        .map_or_else(|| "../shared/data".into(), std::path::PathBuf::from);
    let file = root.join("records/marc/gpo-cgp-utf8.mrc.gz");
    if !file.exists() {
        println!("SKIPPED: {} is not there (set KIRJO_GOLDEN_DIR)", file.display());
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let place = workplace(folder.path());
    let source = place.sources.get("kaupunki").expect("settings").clone();
    let read = ReadOptions { format: Some(RecordFormat::Marc), ..ReadOptions::default() };
    let start = Instant::now();
    let report =
        ingest(&place, &source, &[file], &read, &IngestOptions::default(), &SilentProgress)
            .expect("an ingest");
    println!("{report}");
    println!("{:.0} records/s", report.read as f64 / start.elapsed().as_secs_f64());

    let snapshot = place.store.snapshot().expect("a snapshot");
    let ordinals = snapshot.all_records().expect("records");
    let each = |what: &str, mut read: Box<dyn FnMut(u64) -> usize + '_>| {
        let mut bytes = 0;
        // Once to warm up, once to measure.
        let mut start = Instant::now();
        for round in 0..2 {
            start = Instant::now();
            bytes = 0;
            for number in 0..ordinals.len() {
                let ordinal = ordinals[(number * 7919 + round) % ordinals.len()];
                bytes += black_box(read(ordinal));
            }
        }
        let took = start.elapsed().as_secs_f64() * 1e6 / ordinals.len() as f64;
        println!("{what}: {took:.2} µs ({bytes} bytes in all)");
        bytes
    };
    let record = |ordinal: u64| snapshot.record(ordinal).expect("readable").expect("there");
    let raw = each("one record read", Box::new(|ordinal| record(ordinal).raw.len()));
    let document = |ordinal: u64| snapshot.document(ordinal).expect("readable");
    let _fields = each(
        "one document read",
        Box::new(|ordinal| document(ordinal).expect("there").iter().count()),
    );
    let full = kirjo::ingest::full_record(&place);
    let _text = each(
        "one full record made",
        Box::new(|ordinal| match full(&snapshot, &record(ordinal)) {
            FullRecord::Marc(record) => record.field_count(),
            FullRecord::Text(text) => text.len(),
        }),
    );
    drop(snapshot);
    for table in place.store.sizes().expect("sizes") {
        println!("{table:?}");
    }
    let Workplace { store, .. } = place;
    drop(full);
    let mut store = Arc::into_inner(store).expect("nobody else has it");
    let start = Instant::now();
    store.compact().expect("compacted");
    let bytes = std::fs::metadata(store.path()).expect("a file").len();
    println!(
        "store {bytes} bytes for {raw} bytes of records: {:.3}; compacted in {:.2} s",
        bytes as f64 / raw as f64,
        start.elapsed().as_secs_f64()
    );
    assert!(bytes as f64 <= 0.7 * raw as f64);
}

/// A change of one in a hundred of many records.
#[test]
#[ignore = "figures; minutes"]
fn update_of_one_per_cent() {
    let many = std::env::var("KIRJO_FIGURES_RECORDS").ok().and_then(|n| n.parse().ok());
    let many: usize = many.unwrap_or(MANY);
    let folder = tempfile::tempdir().expect("a folder");
    let place = workplace(&folder.path().join("data"));
    let file = folder.path().join("records.mrc");
    let mut at = 0;
    let mut took = 0.0;
    while at < many {
        let end = many.min(at + 100_000);
        took += put(&place, "kaupunki", &file, (at..end).map(|n| marc(n, "ensimmäinen painos")));
        at = end;
    }
    println!("{many} records: {:.0} records/s", many as f64 / took);
    let changed = many / 100;
    let took =
        put(&place, "kaupunki", &file, (0..changed).map(|n| marc(n * 100 + 1, "uusi painos")));
    println!("update of 1 % ({changed} of {many} records) until visible: {took:.2} s");
    assert_eq!(check(&place).expect("a check").problems, Vec::<String>::new());
}
