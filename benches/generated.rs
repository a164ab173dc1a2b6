//! Steps of ingest over records of a fixed seed: making, parsing, mapping, deduplication, JSON.

#![allow(clippy::expect_used, reason = "a bench says what it expects")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kirjo::config::{IngestSettings, SourceSettings};
use kirjo::dedup::{DedupKeys, Features, is_same};
use kirjo::formats::{parse_marc, write_marc_json};
use kirjo::generate::Corpus;
use kirjo::mapping::{MapContext, MarcRecord, MetadataRecord, NoLinks, Warnings};
use kirjo::record::{Form, Position, RawRecord, RecordFormat};
use std::hint::black_box;
use std::io::Write;

const RECORDS: u64 = 2000;

fn corpus() -> Vec<u8> {
    let mut bytes = Vec::new();
    {
        let mut outputs: Vec<Box<dyn Write + Send + '_>> = vec![Box::new(&mut bytes)];
        Corpus::new(RECORDS, 1, "bench", 1)
            .write(&mut outputs, &mut std::io::sink(), &mut |_| {})
            .expect("memory can be written");
    }
    bytes
}

fn steps(criterion: &mut Criterion) {
    let bytes = corpus();
    let raws: Vec<RawRecord> = bytes
        .split_inclusive(|byte| *byte == 0x1D)
        .map(|bytes| RawRecord {
            position: Position { file: "bench".into(), offset: 0, ordinal: 0 },
            form: Form::Iso2709,
            format: RecordFormat::Marc,
            bytes: bytes.to_vec(),
            oai_id: None,
            deleted: false,
            warnings: Vec::new(),
        })
        .collect();
    let ingest = IngestSettings::default();
    let source = SourceSettings::new("bench", RecordFormat::Marc);
    let context =
        MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2024 };
    let mut group = criterion.benchmark_group("generated");
    group.throughput(Throughput::Elements(RECORDS)).sample_size(10);
    group.bench_function("make", |bencher| bencher.iter(corpus));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| raws.iter().filter(|raw| parse_marc(raw.form, &raw.bytes).is_ok()).count());
    });
    group.bench_function("map", |bencher| {
        bencher.iter(|| {
            for raw in &raws {
                let mut record = MarcRecord::open(raw).expect("a sound record");
                let mut warnings = Warnings::default();
                black_box(record.facts(&context, &mut warnings));
                black_box(record.index_fields(&context, &mut warnings));
            }
        });
    });
    let facts = raws.iter().map(|raw| {
        let mut record = MarcRecord::open(raw).expect("a sound record");
        record.facts(&context, &mut Warnings::default())
    });
    let facts: Vec<_> = facts.collect();
    group.bench_function("dedup keys and features", |bencher| {
        bencher.iter(|| {
            for facts in &facts {
                black_box(DedupKeys::of(facts, &ingest.text));
                black_box(Features::of(&facts.id, facts, &context));
            }
        });
    });
    let features: Vec<_> =
        facts.iter().map(|facts| Features::of(&facts.id, facts, &context)).collect();
    group.bench_function("dedup comparisons", |bencher| {
        bencher.iter(|| features.iter().zip(&features[1..]).filter(|(a, b)| is_same(a, b)).count());
    });
    let records: Vec<_> =
        raws.iter().map(|raw| parse_marc(raw.form, &raw.bytes).expect("sound").0).collect();
    group.bench_function("full record as JSON", |bencher| {
        bencher.iter(|| records.iter().map(|record| write_marc_json(record).len()).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);
