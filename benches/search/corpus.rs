//! A million documents from the real catalogues, repeated under new ids with some words and names
//! changed, so that fields of many values have as many as a large catalogue.

use kirjo::config::{ConfigFolder, IngestSettings, Schema, SourceSettings};
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::engine::{Engine, EngineDocument};
use kirjo::mapping::{MapContext, NoLinks, Outputs, map};
use kirjo::record::{Form, IndexRecord, Position, RawRecord, RecordFormat};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

const FILES: [&str; 5] = [
    "gpo-cgp-utf8",
    "libraries-mixed-utf8",
    "folio-mixed-utf8",
    "mma-watson-utf8",
    "gpo-older-versions-utf8",
];

fn wanted() -> u64 {
    let text = std::env::var("KIRJO_BENCH_DOCUMENTS").ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(1_000_000)
}

/// Where the index lies.
pub(crate) fn folder() -> PathBuf {
    std::env::var_os("KIRJO_BENCH_INDEX").map_or_else(
        || std::env::temp_dir().join(format!("kirjo-bench-{}", wanted())),
        PathBuf::from,
    )
}

/// Opens the index of `KIRJO_BENCH_INDEX` (default: a folder of the system's temporary one), built
/// first if it does not hold `KIRJO_BENCH_DOCUMENTS` documents. `None` without the records.
pub(crate) fn engine() -> Option<EmbeddedEngine> {
    let wanted: u64 = std::env::var("KIRJO_BENCH_DOCUMENTS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000);
    let folder = std::env::var_os("KIRJO_BENCH_INDEX")
        .map_or_else(|| std::env::temp_dir().join(format!("kirjo-bench-{wanted}")), PathBuf::from);
    let schema = Arc::new(Schema::load(&ConfigFolder::BuiltIn).expect("the built-in schema"));
    let engine = EmbeddedEngine::open(&folder, schema).expect("an index");
    if engine.document_count() == wanted {
        return Some(engine);
    }
    let golden = std::env::var_os("KIRJO_GOLDEN_DIR")
        .map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let records = records(&golden.join("records/marc"));
    if records.is_empty() {
        return None;
    }
    println!("building {wanted} documents of {} records in {}", records.len(), folder.display());
    let started = Instant::now();
    engine.clear().expect("a clear index");
    for ordinal in 0..wanted {
        let round = ordinal / records.len() as u64;
        let record = &records[usize::try_from(ordinal % records.len() as u64).expect("small")];
        let id = format!("bench.{ordinal:07}");
        let fields = varied(record, &id, ordinal, round);
        engine.upsert(EngineDocument { ordinal, id: &id, fields: &fields }).expect("an upsert");
        if ordinal % 100_000 == 99_999 {
            println!("{ordinal} documents in {:.0?}", started.elapsed());
        }
    }
    engine.commit(1).expect("a commit");
    engine.compact().expect("merged segments");
    println!("built in {:.0?}", started.elapsed());
    Some(engine)
}

fn records(folder: &Path) -> Vec<IndexRecord> {
    let ingest = IngestSettings::default();
    let source = SourceSettings::new("bench", RecordFormat::Marc);
    let context =
        MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2024 };
    let mut found = Vec::new();
    for name in FILES {
        let Ok(file) = std::fs::File::open(folder.join(format!("{name}.mrc.gz"))) else {
            continue;
        };
        let mut bytes = Vec::new();
        flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes).expect("a gzip file");
        for record in bytes.split_inclusive(|byte| *byte == 0x1D) {
            let raw = RawRecord {
                position: Position { file: name.into(), offset: 0, ordinal: 0 },
                form: Form::Iso2709,
                format: RecordFormat::Marc,
                bytes: record.to_vec(),
                oai_id: None,
                deleted: false,
                warnings: Vec::new(),
            };
            let mapped = map(&raw, &context, Outputs::Index);
            found.extend(mapped.ok().map(|mapped| mapped.index));
        }
    }
    found
}

/// Round 0 is the record itself; later ones get another part number, other names and dates, and
/// every tenth is a hidden member of a group.
fn varied(record: &IndexRecord, id: &str, ordinal: u64, round: u64) -> IndexRecord {
    let mut fields = record.clone();
    fields.remove("fullrecord");
    fields.set("id", id);
    let day = ordinal % 28 + 1;
    let (month, year) = (ordinal / 28 % 12 + 1, 2000 + ordinal / 336 % 24);
    fields.set("first_indexed", format!("{year}-{month:02}-{day:02}T10:00:00Z"));
    fields.set("last_indexed", format!("{year}-{month:02}-{day:02}T{:02}:00:00Z", ordinal % 24));
    if ordinal % 10 == 9 {
        fields.set("merged_child_boolean", "1");
    }
    if round == 0 {
        return fields;
    }
    for name in ["title", "title_short", "title_full", "title_sort"] {
        let text = format!("{} osa {round}", record.first(name));
        if record.contains(name) {
            fields.set(name, text);
        }
    }
    for name in ["author_facet", "topic_facet"] {
        let values: Vec<String> = record
            .texts(name)
            .enumerate()
            .map(
                |(at, value)| if at == 0 { format!("{value} ({round})") } else { value.to_owned() },
            )
            .collect();
        if !values.is_empty() {
            fields.set_all(name, values);
        }
    }
    fields
}
