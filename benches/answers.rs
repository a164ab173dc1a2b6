//! Answers over generated records of a fixed seed: each kind of query of the log, facets of
//! everything, rendering. Each request differs a little, so that none is answered from memory.

#![allow(clippy::expect_used, missing_docs, reason = "a bench says what it expects")]

#[path = "../tests/demo/mod.rs"]
mod demo;

use criterion::{Criterion, criterion_group, criterion_main};
use kirjo::api::{Method, Request};
use kirjo::config::ConfigFolder;
use kirjo::generate::Corpus;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

const RECORDS: u64 = 20_000;
const SOURCES: usize = 3;

/// Copies what is in a folder into another one.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("readable").path();
        let copied = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            copy(&entry, &copied);
        } else {
            std::fs::copy(&entry, &copied).expect("copied");
        }
    }
}

struct Place {
    demo: demo::Demo,
    queries: BTreeMap<String, Vec<String>>,
}

fn place() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    let corpus = Corpus::new(RECORDS, 1, "bench", SOURCES);
    let mut records = vec![Vec::new(); SOURCES];
    {
        let mut outputs: Vec<Box<dyn Write + Send + '_>> = Vec::new();
        for bytes in &mut records {
            outputs.push(Box::new(bytes));
        }
        corpus.write(&mut outputs, &mut std::io::sink(), &mut |_| {}).expect("memory");
    }
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("index-config"), folder.path());
    let settings = folder.path().join("sources");
    let mut files = Vec::new();
    for (source, bytes) in corpus.sources().into_iter().zip(&records) {
        std::fs::write(settings.join(format!("{source}.toml")), Corpus::settings(&source))
            .expect("written");
        let file = folder.path().join(format!("{source}.mrc"));
        std::fs::write(&file, bytes).expect("written");
        files.push((source, file));
    }
    let demo = demo::build(&ConfigFolder::choose(Some(folder.path())), &files);
    let mut queries: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for query in (0..5000).map(|number| corpus.query(number)) {
        queries.entry(query.kind).or_default().push(query.path);
    }
    Place { demo, queries }
}

impl Place {
    /// Answers one request and returns the length of its body.
    fn answer(&self, path: &str) -> usize {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let path = format!("/v1{path}");
        let answer = self.demo.finna.answer(&Request {
            method: Method::Get,
            path: &path,
            query,
            content_type: "",
            body: &[],
            deadline: None,
        });
        assert_eq!(answer.status, 200, "{path}?{query}");
        answer.body.len()
    }
}

fn answers(criterion: &mut Criterion) {
    let place = place();
    let mut asked = 0_u64;
    let mut another = move || {
        asked += 1;
        format!("&filter%5B%5D=-language%3A%22x{asked}%22")
    };
    let mut group = criterion.benchmark_group("answer");
    group.sample_size(20);
    for (kind, paths) in &place.queries {
        let mut paths = paths.iter().cycle();
        group.bench_function(kind.as_str(), |bencher| {
            bencher.iter(|| {
                let path = paths.next().expect("a query of each kind");
                let more = if kind == "record" { String::new() } else { another() };
                place.answer(&format!("{path}{more}"))
            });
        });
    }
    for facet in ["format", "building", "author_facet", "topic_facet"] {
        group.bench_function(format!("facet {facet} of everything"), |bencher| {
            bencher.iter(|| {
                place.answer(&format!("/search?lookfor=&limit=0&facet[]={facet}{}", another()))
            });
        });
    }
    for (what, fields) in [
        ("20 records, default fields", ""),
        ("20 records, only ids", "&field[]=id"),
        ("20 records, the whole record", "&field[]=fullRecord&field[]=rawData"),
    ] {
        group.bench_function(what, |bencher| {
            bencher.iter(|| place.answer(&format!("/search?lookfor={fields}{}", another())));
        });
    }
    group.finish();
}

criterion_group!(benches, answers);
criterion_main!(benches);
