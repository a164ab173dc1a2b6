//! Tantivy called directly: the same records with their main fields, read, indexed, searched with
//! fetch of stored records, and counted with its exact terms aggregation. Prints `name TAB value`.
//!
//! `tantivy INDEX-FOLDER LOG WORD FILES…`: the index is built if the folder is missing. The log and
//! the word, whose hits are counted by facets, are percent-encoded as in requests.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a measurement says what it expects"
)]

use kirjo::formats::{ReadOptions, Reader, parse_marc, write_marc_json};
use kirjo::generate::LoggedQuery;
use kirjo::marc::Record;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::{AggContextParams, AggregationCollector, AggregationLimitsGuard};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{AllQuery, BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, Field, IndexRecordOption, STORED, STRING, Schema, TEXT};
use tantivy::{Index, Searcher, TantivyDocument, Term};

/// Subfields of one index field: tags, codes.
const TEXTS: [(&str, &[&str], &str); 4] = [
    ("title", &["245"], "ab"),
    ("author", &["100", "700", "710"], "a"),
    ("topic", &["650", "651"], "ax"),
    (
        "allfields",
        &["100", "245", "264", "490", "500", "520", "650", "651", "655", "700", "710"],
        "abcx",
    ),
];

/// Facets of which the values of a record are subfields, with the most different ones first.
const HEADINGS: [(&str, &[&str], &str); 8] = [
    ("author_facet", &["100", "700", "710"], "a"),
    ("topic_facet", &["650"], "ax"),
    ("topic_id_str_mv", &["650", "651", "655"], "0"),
    ("publisherStr", &["264"], "b"),
    ("geographic_facet", &["651"], "a"),
    ("genre_facet", &["655"], "a"),
    ("classification_str_mv", &["084"], "a"),
    ("language", &["041"], "a"),
];
/// Facets of paths and of years.
const PATH: &str = "format";
const YEAR: &str = "main_date_str";

/// Values that a terms aggregation shows, and repetitions of each.
const SHOWN: usize = 30;
const REPETITIONS: usize = 5;

fn facets() -> impl Iterator<Item = &'static str> {
    HEADINGS.into_iter().map(|(name, ..)| name).chain([PATH, YEAR])
}

fn schema() -> Schema {
    let mut schema = Schema::builder();
    schema.add_text_field("id", STRING);
    schema.add_text_field("record", STORED);
    TEXTS.iter().for_each(|(name, ..)| {
        schema.add_text_field(name, TEXT);
    });
    facets().for_each(|name| {
        schema.add_text_field(name, STRING | FAST);
    });
    schema.build()
}

/// Every value of the facets once, as many as Kirjo gives the record.
fn facet_values(record: &Record) -> Vec<(&'static str, String)> {
    let mut values = Vec::new();
    let mut add = |name: &'static str, value: String| {
        if !value.is_empty() && !values.contains(&(name, value.clone())) {
            values.push((name, value));
        }
    };
    for (name, tags, codes) in HEADINGS {
        for part in tags.iter().flat_map(|tag| record.each(tag)).flat_map(|f| f.subfields()) {
            if codes.contains(part.code) {
                add(name, part.value.trim_end_matches([' ', ',', ':', '.', '/']).to_owned());
            }
        }
    }
    let form: String = [record.leader_at(6), record.leader_at(7)].iter().collect();
    add(PATH, format!("0/{form}/"));
    let year = record.control("008").get(7..11).unwrap_or("");
    if year.bytes().all(|digit| digit.is_ascii_digit()) {
        add(YEAR, year.to_owned());
    }
    values
}

fn build(folder: &Path, files: &[PathBuf]) -> Index {
    std::fs::create_dir_all(folder).expect("a folder");
    let index = Index::create_in_dir(folder, schema()).expect("a new index");
    let schema = index.schema();
    let field = |name: &str| schema.get_field(name).expect("a field of the schema");
    let started = Instant::now();
    let mut writer = index.writer_with_num_threads(2, 400_000_000).expect("a writer");
    let mut count = 0_u64;
    for raw in Reader::open(files, ReadOptions::default()).expect("the files") {
        let raw = raw.expect("generated records are sound");
        let (record, _) = parse_marc(raw.form, &raw.bytes).expect("a sound record");
        let mut document = TantivyDocument::default();
        document.add_text(field("id"), record.control("001"));
        document.add_text(field("record"), write_marc_json(&record));
        for (name, tags, codes) in TEXTS {
            for part in tags.iter().flat_map(|tag| record.each(tag)).flat_map(|f| f.subfields()) {
                if codes.contains(part.code) {
                    document.add_text(field(name), part.value);
                }
            }
        }
        for (name, value) in facet_values(&record) {
            document.add_text(field(name), value);
        }
        writer.add_document(document).expect("a document");
        count += 1;
    }
    writer.commit().expect("a commit");
    writer.wait_merging_threads().expect("merges");
    println!("ingest records/s\t{:.0}", count as f64 / started.elapsed().as_secs_f64());
    index
}

/// Every word in any of the fields.
fn query(index: &Index, words: &str) -> Box<dyn Query> {
    let fields: Vec<Field> =
        TEXTS.iter().map(|(name, ..)| index.schema().get_field(name).expect("a field")).collect();
    let mut analyser = index.tokenizers().get("default").expect("the analyser of TEXT");
    let mut stream = analyser.token_stream(words);
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    while stream.advance() {
        let text = stream.token().text.clone();
        let any = fields.iter().map(|field| {
            let term = Term::from_field_text(*field, &text);
            let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
            (Occur::Should, Box::new(query) as Box<dyn Query>)
        });
        clauses.push((Occur::Must, Box::new(BooleanQuery::new(any.collect()))));
    }
    Box::new(BooleanQuery::new(clauses))
}

fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

/// Median time of exact terms aggregations of these fields, all in one request.
fn aggregate(index: &Index, searcher: &Searcher, query: &dyn Query, fields: &[&str]) -> f64 {
    let terms = |field: &&str| {
        let terms = serde_json::json!({"field": field, "size": SHOWN, "segment_size": 10_000_000});
        ((*field).to_owned(), serde_json::json!({ "terms": terms }))
    };
    let asked: serde_json::Map<_, _> = fields.iter().map(terms).collect();
    let asked: Aggregations = serde_json::from_value(asked.into()).expect("an aggregation");
    let mut times: Vec<Duration> = (0..REPETITIONS)
        .map(|_| {
            let limits = AggregationLimitsGuard::new(Some(8 << 30), Some(100_000_000));
            let context = AggContextParams::new(limits, index.tokenizers().clone());
            let collector = AggregationCollector::from_aggs(asked.clone(), context);
            let started = Instant::now();
            std::hint::black_box(searcher.search(query, &collector).expect("an answer"));
            started.elapsed()
        })
        .collect();
    percentile(&mut times, 50)
}

/// Different values and values a record of a facet.
fn spread(searcher: &Searcher, field: &str) -> (usize, f64) {
    let (mut different, mut values) = (HashSet::new(), 0_u64);
    for segment in searcher.segment_readers() {
        let Some(column) = segment.fast_fields().str(field).expect("a column") else { continue };
        values += u64::from(column.ords().values.num_vals());
        let mut stream = column.dictionary().stream().expect("a dictionary");
        while stream.advance() {
            different.insert(stream.key().to_vec());
        }
    }
    (different.len(), values as f64 / searcher.num_docs() as f64)
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn main() {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(folder), Some(log), Some(word)) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        println!("usage: tantivy INDEX-FOLDER LOG WORD FILES…");
        return;
    };
    let files: Vec<PathBuf> = arguments.collect();
    let index = if folder.join("meta.json").exists() {
        Index::open_in_dir(&folder).expect("the index")
    } else {
        build(&folder, &files)
    };
    let searcher = index.reader().expect("a reader").searcher();
    let log = std::fs::read_to_string(log).expect("the log");
    let queries: Vec<LoggedQuery> =
        log.lines().map(|line| serde_json::from_str(line).expect("a query")).collect();
    for kind in ["term", "two_words"] {
        let mut times = Vec::new();
        for asked in queries.iter().filter(|query| query.kind == kind).take(1000) {
            let text = decoded(asked.path.trim_start_matches("/search?lookfor="));
            let started = Instant::now();
            let query = query(&index, &text);
            let collectors = (Count, TopDocs::with_limit(20).order_by_score());
            let (_, top) = searcher.search(&query, &collectors).expect("an answer");
            for (_, address) in top {
                std::hint::black_box(searcher.doc::<TantivyDocument>(address).expect("stored"));
            }
            times.push(started.elapsed());
        }
        println!("{kind} p50 ms\t{:.3}", percentile(&mut times, 50));
        println!("{kind} p99 ms\t{:.3}", percentile(&mut times, 99));
    }
    let all: Vec<&str> = facets().collect();
    let (different, each) = spread(&searcher, "author_facet");
    println!("author facet values\t{different}");
    println!("author facet values a record\t{each:.3}");
    let alone = aggregate(&index, &searcher, &AllQuery, &["author_facet"]);
    println!("author facet of everything ms\t{alone:.3}");
    println!("ten facets of everything ms\t{:.3}", aggregate(&index, &searcher, &AllQuery, &all));
    let query = query(&index, &decoded(&word.to_string_lossy()));
    let hits = searcher.search(&query, &Count).expect("an answer");
    println!("ten facets of a query ms\t{:.3}", aggregate(&index, &searcher, &query, &all));
    println!("ten facets of a query hits\t{hits}");
}
