//! How fast records are cut and parsed, on the records of the US Government Publishing Office.
//! Needs the golden data (`KIRJO_GOLDEN_DIR`); says so and measures nothing without it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "a test says what it expects"
)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kirjo::formats::{ReadOptions, Reader, parse_marc};
use kirjo::record::RawRecord;
use rayon::prelude::*;
use std::hint::black_box;
use std::io::{Cursor, Read};
use std::path::PathBuf;

/// Unpacked bytes of a file of the golden data.
fn unpacked(part: &str) -> Option<Vec<u8>> {
    let root = std::env::var_os("KIRJO_GOLDEN_DIR")
        .map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let path = root.join(part);
    let Ok(file) = std::fs::File::open(&path) else {
        eprintln!("SKIPPED: {} is not there (set KIRJO_GOLDEN_DIR)", path.display());
        return None;
    };
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).expect("gzip");
    Some(bytes)
}

fn raw_records(bytes: &[u8]) -> Vec<RawRecord> {
    let reader = Reader::from_stream("bench", Cursor::new(bytes.to_vec()), ReadOptions::default());
    reader.map(|raw| raw.expect("a record")).collect()
}

fn readers(criterion: &mut Criterion) {
    for (name, part) in [
        ("iso2709", "records/marc/gpo-cgp-utf8.mrc.gz"),
        ("marcxml", "records/marcxml/libraries-mixed.xml.gz"),
        ("marc8", "records/marc/libraries-mixed-marc8.mrc.gz"),
    ] {
        let Some(bytes) = unpacked(part) else { continue };
        let records = raw_records(&bytes);
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).throughput(Throughput::Elements(records.len() as u64));
        group.bench_function("cut", |bencher| {
            bencher.iter(|| {
                let input = Cursor::new(bytes.clone());
                Reader::from_stream("bench", input, ReadOptions::default()).map(black_box).count()
            });
        });
        group.bench_function("parse", |bencher| {
            bencher.iter(|| {
                for raw in &records {
                    black_box(parse_marc(raw.form, &raw.bytes).is_ok());
                }
            });
        });
        group.bench_function("cut and parse", |bencher| {
            bencher.iter(|| {
                let input = Cursor::new(bytes.clone());
                Reader::from_stream("bench", input, ReadOptions::default())
                    .map(|raw| {
                        let raw = raw.expect("a record");
                        black_box(parse_marc(raw.form, &raw.bytes).is_ok())
                    })
                    .count()
            });
        });
        // As an ingest does it: one thread cuts, all cores parse.
        group.bench_function("cut and parse on all cores", |bencher| {
            bencher.iter_batched(
                || Cursor::new(bytes.clone()),
                |input| {
                    Reader::from_stream("bench", input, ReadOptions::default())
                        .par_bridge()
                        .filter(|raw| {
                            let raw = raw.as_ref().expect("a record");
                            parse_marc(raw.form, &raw.bytes).is_ok()
                        })
                        .count()
                },
                BatchSize::LargeInput,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, readers);
criterion_main!(benches);
