//! Searches over a million documents, in process and one at a time: median and 95th percentile of
//! what the goals are set for. `KIRJO_BENCH_INDEX` names the folder where the index is kept, so
//! that it is built once.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a bench says what it expects"
)]

#[path = "search/corpus.rs"]
mod corpus;

use kirjo::config::{ConfigFolder, Schema};
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::engine::{Engine, EngineFacet, EngineRequest, SortField};
use kirjo::query::{Bool, Filter, Query, SearchRules, UserQuery};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::{AggContextParams, AggregationCollector, AggregationLimitsGuard};
use tantivy::query::AllQuery;

const FRONT_PAGE: [&str; 8] = [
    "format",
    "building",
    "language",
    "author_facet",
    "topic_facet",
    "main_date_str",
    "geographic_facet",
    "sector_str_mv",
];

fn main() {
    let Some(engine) = corpus::engine() else {
        println!("skipped: no records under KIRJO_GOLDEN_DIR");
        return;
    };
    println!("{} documents", engine.document_count());
    let words = words();
    let pairs: Vec<String> = (0..200)
        .map(|at| format!("{} {}", words[at * 7 % words.len()], words[(at * 13 + 5) % words.len()]))
        .collect();
    let rules = rules();
    let all_fields = |text: &str| {
        let lookfor = text.to_owned();
        let asked = UserQuery::Basic { lookfor, search_type: "AllFields".into() };
        rules.types.build(&asked, &rules.settings, "score desc,id asc").expect("a query").query
    };
    let by_title = SortField::Field { name: "title_sort", descending: false };
    let facets = |fields: &[&str]| fields.iter().map(|field| facet(field, 30)).collect::<Vec<_>>();

    let page = |text: &String| EngineRequest { limit: 20, ..request(all_fields(text)) };
    measure("two words, 20 hits", &pairs, |text| engine_time(&engine, &page(text)));
    let titles = |text: &String| EngineRequest { sort: by_title, ..page(text) };
    measure("the same by title", &pairs, |text| engine_time(&engine, &titles(text)));
    let with = |text: &String| EngineRequest { facets: facets(&FRONT_PAGE[..3]), ..page(text) };
    measure("two words and 3 facets", &pairs, |text| engine_time(&engine, &with(text)));
    let large = |text: &String| EngineRequest { facets: facets(&FRONT_PAGE), ..page(text) };
    measure("one word and 8 facets", &words[..100], |text| engine_time(&engine, &large(text)));

    let front = EngineRequest {
        facets: facets(&FRONT_PAGE),
        limit: 20,
        sort: SortField::Field { name: "last_indexed", descending: true },
        ..request(Query::All)
    };
    let cold = engine_time(&engine, &front);
    println!("everything with 8 facets, first time: {cold:.1?}");
    engine.keep_warm(vec![front.clone()]).expect("a warm search");
    let pages: Vec<usize> = (0..50).map(|page| page * 20).collect();
    let warm = |offset: &usize| EngineRequest { offset: *offset, ..front.clone() };
    measure("everything with 8 facets, any page", &pages, |offset| {
        engine_time(&engine, &warm(offset))
    });

    let deep: Vec<usize> = (0..20).map(|page| 99_980 - page * 20).collect();
    let score = |offset: &usize| EngineRequest { offset: *offset, ..page(&words[0]) };
    measure("page 5 000 of a word by relevance", &deep, |o| engine_time(&engine, &score(o)));
    let all = |offset: &usize| EngineRequest { offset: *offset, limit: 20, ..request(Query::All) };
    measure("page 5 000 of everything by relevance", &deep, |o| engine_time(&engine, &all(o)));
    let title = |offset: &usize| EngineRequest { sort: by_title, ..all(offset) };
    measure("page 5 000 of everything by title", &deep, |o| engine_time(&engine, &title(o)));

    count_against_the_library(&engine);
    hostile(&engine, &all_fields);
}

fn rules() -> SearchRules {
    let schema = Schema::load(&ConfigFolder::BuiltIn).expect("the built-in schema");
    SearchRules::load(&ConfigFolder::BuiltIn, Arc::new(schema)).expect("the built-in rules")
}

/// Everything but the hidden members of groups.
fn request(query: Query) -> EngineRequest {
    let member = Query::In { field: "merged_child_boolean".into(), values: vec!["true".into()] };
    let hidden =
        Query::Bool(Bool { must: vec![Query::All], must_not: vec![member], ..Bool::default() });
    EngineRequest {
        query,
        filters: vec![Filter { query: hidden, tag: None }],
        sort: SortField::Score,
        after: None,
        offset: 0,
        limit: 0,
        facets: Vec::new(),
        deadline: None,
    }
}

fn facet(field: &str, limit: usize) -> EngineFacet {
    EngineFacet { limit: Some(limit), ..EngineFacet::new(field) }
}

fn engine_time(engine: &EmbeddedEngine, request: &EngineRequest) -> Duration {
    let started = Instant::now();
    std::hint::black_box(engine.search(request).expect("an answer"));
    started.elapsed()
}

/// Runs each case once after a warm-up of the first ten and prints the percentiles. Every case is
/// a request of its own, so none is answered from what was answered before.
fn measure<T>(name: &str, cases: &[T], run: impl Fn(&T) -> Duration) {
    let mut times: Vec<Duration> = cases.iter().map(run).skip(3).collect();
    times.sort_unstable();
    let at = |share: f64| {
        let place = (times.len() as f64 * share) as usize;
        times[place.min(times.len() - 1)]
    };
    println!("{name}: p50 {:.2?}, p95 {:.2?}, max {:.2?}", at(0.5), at(0.95), at(1.0));
}

/// Frequent and less frequent words of titles.
fn words() -> Vec<String> {
    let index = tantivy::Index::open_in_dir(corpus::folder()).expect("the index");
    let searcher = index.reader().expect("a reader").searcher();
    let field = searcher.schema().get_field("title_txtP").expect("a field");
    let mut counted: std::collections::BTreeMap<String, u32> = std::collections::BTreeMap::new();
    for reader in searcher.segment_readers() {
        let inverted = reader.inverted_index(field).expect("postings");
        let mut terms = inverted.terms().stream().expect("terms");
        while terms.advance() {
            let term = String::from_utf8_lossy(terms.key()).into_owned();
            if term.len() > 2 && term.chars().all(char::is_alphabetic) {
                *counted.entry(term).or_default() += terms.value().doc_freq;
            }
        }
    }
    let mut words: Vec<(u32, String)> = counted.into_iter().map(|(term, n)| (n, term)).collect();
    words.sort_unstable_by(|a, b| b.cmp(a));
    println!("most frequent words of titles: {:?}", &words[..5]);
    words.into_iter().take(600).map(|(_, word)| word).collect()
}

/// Own counting of a field of many values against the library's exact terms aggregation.
fn count_against_the_library(engine: &EmbeddedEngine) {
    let index = tantivy::Index::open_in_dir(corpus::folder()).expect("the index");
    let searcher = index.reader().expect("a reader").searcher();
    for field in ["author_facet", "topic_facet"] {
        let everything = EngineRequest { filters: Vec::new(), ..request(Query::All) };
        let own: Vec<Duration> = (10..20)
            .map(|limit| {
                let facets = vec![facet(field, limit)];
                engine_time(engine, &EngineRequest { facets, ..everything.clone() })
            })
            .collect();
        let own = own.into_iter().min().expect("times");
        let aggregations: Aggregations = serde_json::from_value(serde_json::json!({
            "f": {"terms": {"field": field, "size": 10, "segment_size": 10_000_000}}
        }))
        .expect("an aggregation");
        let library = (0..3).map(|_| {
            let limits = AggregationLimitsGuard::new(Some(8 << 30), Some(100_000_000));
            let context = AggContextParams::new(limits, index.tokenizers().clone());
            let collector = AggregationCollector::from_aggs(aggregations.clone(), context);
            let started = Instant::now();
            std::hint::black_box(searcher.search(&AllQuery, &collector).expect("an answer"));
            started.elapsed()
        });
        let library = library.min().expect("times");
        let all = EngineRequest { facets: vec![EngineFacet::new(field)], ..everything };
        let values = engine.search(&all).expect("an answer").facets[0].len();
        let times = library.as_secs_f64() / own.as_secs_f64();
        println!(
            "{field}, {values} values: own {own:.2?}, library {library:.2?}, {times:.1} times"
        );
    }
}

/// Queries that would be expensive where work is not bounded.
fn hostile(engine: &EmbeddedEngine, all_fields: &dyn Fn(&str) -> Query) {
    for text in ["of* a*", "report~2", "\"of the\"~1000000", "united states of america", "repo?t*"]
    {
        let asked = EngineRequest { limit: 20, ..request(all_fields(text)) };
        println!("{text}: {:.1?}", engine_time(engine, &asked));
    }
    let lucene =
        |text: &str| Query::Lucene { text: text.into(), default_field: "allfields".into() };
    for text in ["*a*", "/.*a.*b.*/", "title_sort:[a TO z]", "main_date_str:[* TO 2000]"] {
        let deadline = Some(Instant::now() + Duration::from_secs(10));
        let asked = EngineRequest { limit: 20, deadline, ..request(lucene(text)) };
        println!("{text}: {:.1?}", engine_time(engine, &asked));
    }
}
