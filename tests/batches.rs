//! An index made in random batches, with updates, deletions and merges between them, answers as
//! one made at once: the same hits, counts and facets always, the same order by relevance as soon
//! as no deleted document is left in it (reliability §3).

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what it expects"
)]

mod demo;

use kirjo::config::{Schema, SearchSettings};
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::engine::{Engine, EngineDocument, EngineFacet, EngineRequest, FacetValues, SortField};
use kirjo::query::{SearchRules, SearchTypes, UserQuery};
use kirjo::record::IndexRecord;
use kirjo::search::{SearchRequest, SortOrder};
use proptest::prelude::*;
use proptest::sample::Index as Pick;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use tantivy::directory::RamDirectory;
use tantivy::{Index, IndexWriter};

const FACETS: [&str; 6] =
    ["format", "building", "language", "topic_facet", "author_facet", "main_date_str"];
const CASES: u32 = 120;
/// Ids that documents come under.
const IDS: u8 = 40;

/// A part of the shipped schema and search types: writing a segment costs by the field, and here
/// there are thousands of segments.
const SCHEMA: &str = r#"
[fields]
id = "string i s dv"
allfields = "text mv i"
allfields_unstemmed = "proper mv i"
author = "proper mv i s"
author2 = "proper mv i s"
author_facet = "string mv i s dv"
building = "string mv i dv"
format = "string mv i s dv"
language = "string mv i s dv"
last_indexed = "date i s dv"
main_date_str = "string i dv"
title = "text i s"
title_sort = "string scan dv"
title_txtP = "proper i s"
title_txtP_l = "start i"
title_txtP_lr = "whole i"
topic = "text mv i s"
topic_facet = "string mv i dv"
[suffixes]
[dynamic]
names = []
[copies]
allfields = ["allfields_unstemmed"]
title = ["title_txtP", "title_txtP_l", "title_txtP_lr"]
"#;
const TYPES: &str = "
AllFields:
  DismaxFields: [title_txtP^8600, title^750, author^300, author2^50, topic^400, allfields_unstemmed^4010, allfields]
  DismaxHandler: edismax
Title: {DismaxFields: [title_txtP^4500, title^300], DismaxHandler: edismax}
Author: {DismaxFields: [author^100, author2], DismaxHandler: edismax}
Subject: {DismaxFields: [topic^100], DismaxHandler: edismax}
TitleStart: {QueryFields: {title_txtP_l: [[onephrase, ~]]}}
TitleKey: {QueryFields: {title_sort: [[onephrase, ~]]}}
";

/// Records to index, and words to search for.
struct Corpus {
    records: Vec<IndexRecord>,
    words: Vec<String>,
    /// Titles and keys to sort by of records that have more than four words in them.
    titles: Vec<(String, String)>,
    rules: SearchRules,
}

static CORPUS: LazyLock<Corpus> = LazyLock::new(|| {
    let everything = SearchRequest {
        query: UserQuery::Basic { lookfor: String::new(), search_type: "AllFields".into() },
        filters: vec!["finna.deduplication:\"0\"".to_owned()],
        hidden_filters: Vec::new(),
        facets: Vec::new(),
        sort: SortOrder::Title,
        after: None,
        offset: 0,
        limit: 400,
    };
    let samples = demo::samples().service.search(&everything).expect("the sample records");
    let mut words = Vec::new();
    let records: Vec<IndexRecord> = samples
        .hits
        .map(|hit| hit.expect("a document"))
        .map(|hit| {
            let mut fields = hit.fields.clone();
            let text: Vec<String> = ["title", "author", "author2", "topic", "contents"]
                .iter()
                .flat_map(|name| fields.texts(name).map(str::to_owned).collect::<Vec<_>>())
                .collect();
            let text = text.join(" ");
            words.extend(
                text.split(|c: char| !c.is_alphanumeric())
                    .filter(|word| word.chars().count() > 1)
                    .map(str::to_owned),
            );
            // What the store keeps of members of groups only.
            fields.set("allfields", text);
            fields
        })
        .collect();
    words.sort();
    words.dedup();
    let titles = records.iter().map(|fields| (fields.first("title"), fields.first("title_sort")));
    let titles: Vec<(String, String)> = titles
        .filter(|(title, key)| {
            let is_plain = |c: char| c.is_alphanumeric() || " ,.".contains(c);
            title.split(' ').count() > 4 && title.chars().chain(key.chars()).all(is_plain)
        })
        .map(|(title, key)| (title.to_owned(), key.to_owned()))
        .collect();
    assert!(records.len() > 300 && words.len() > 1000, "the samples are a small library");
    assert!(titles.len() > 20, "{} long titles", titles.len());
    let schema = Arc::new(Schema::parse("schema.toml", SCHEMA).expect("a schema"));
    let types = SearchTypes::parse("searches.yaml", TYPES, &schema).expect("search types");
    let rules = SearchRules { types, settings: SearchSettings::default(), schema };
    Corpus { records, words, titles, rules }
});

#[derive(Debug, Clone)]
enum Step {
    Put(u8, Pick),
    Delete(u8),
    Commit,
    /// All segments into one, as the engine's own merges may do at any time.
    Merge,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        24 => (0..IDS, any::<Pick>()).prop_map(|(id, record)| Step::Put(id, record)),
        6 => (0..IDS).prop_map(Step::Delete),
        3 => Just(Step::Commit),
        1 => Just(Step::Merge),
    ];
    prop::collection::vec(step, 15..80)
}

fn open(directory: &RamDirectory) -> EmbeddedEngine {
    let schema = Arc::clone(&CORPUS.rules.schema);
    EmbeddedEngine::in_directory(directory.clone(), schema).expect("an index")
}

fn put(engine: &EmbeddedEngine, number: u8, record: Pick) {
    let id = format!("s.{number:02}");
    let mut fields = record.get(&CORPUS.records).clone();
    fields.set("id", id.as_str());
    let document = EngineDocument { ordinal: u64::from(number), id: &id, fields: &fields };
    engine.upsert(document).expect("an upsert");
}

/// Merges what is committed; the engine that wrote it has to be closed. The number of segments
/// before, and of deleted documents in them.
fn merge(directory: &RamDirectory) -> (usize, u32) {
    let index = Index::open(directory.clone()).expect("the index");
    let segments = index.searchable_segment_metas().expect("the segments");
    let ids: Vec<_> = segments.iter().map(|segment| segment.id()).collect();
    let deleted = segments.iter().map(|segment| segment.num_deleted_docs()).sum();
    let mut writer: IndexWriter = index.writer_with_num_threads(1, 15 << 20).expect("a writer");
    if ids.len() > 1 || deleted > 0 {
        writer.merge(&ids).wait().expect("a merge");
    }
    writer.wait_merging_threads().expect("merged");
    (ids.len(), deleted)
}

/// What a search answers: total, ordinals with scores in order, facets.
type Answer = (u64, Vec<(u64, f32)>, Vec<FacetValues>);

fn ask(engine: &EmbeddedEngine, lookfor: &str, search_type: &str, sort: SortField) -> Answer {
    let rules = &CORPUS.rules;
    let query = UserQuery::Basic { lookfor: lookfor.into(), search_type: search_type.into() };
    let built = rules.types.build(&query, &rules.settings, "").expect("nothing is forbidden");
    let request = EngineRequest {
        query: built.query,
        filters: Vec::new(),
        sort,
        after: None,
        offset: 0,
        limit: 100,
        facets: FACETS.iter().map(|field| EngineFacet::new(*field)).collect(),
        deadline: None,
    };
    let answer = engine.search(&request).expect(lookfor);
    let hits = answer.hits.iter().map(|hit| (hit.ordinal, hit.score)).collect();
    (answer.total, hits, answer.facets)
}

/// Searches of all kinds on some words of the records.
fn searches(words: &[Pick]) -> Vec<(String, &'static str)> {
    let word = |at: usize| words[at].get::<String>(&CORPUS.words).as_str();
    let start: String = word(2).chars().take(2).collect();
    let (title, key) = words[0].get::<(String, String)>(&CORPUS.titles);
    let five: Vec<&str> = title.split(' ').take(5).collect();
    vec![
        (String::new(), "AllFields"),
        (word(0).to_owned(), "AllFields"),
        (format!("{} OR {}", word(0), word(1)), "AllFields"),
        (format!("{} NOT {}", word(1), word(2)), "AllFields"),
        (format!("{start}*"), "AllFields"),
        (format!("{}~1", word(3)), "Title"),
        (format!("\"{} {}\"~9", word(0), word(3)), "AllFields"),
        (word(2).to_owned(), "Author"),
        (word(3).to_owned(), "Subject"),
        (word(1).to_owned(), "TitleStart"),
        (five.join(" "), "TitleStart"),
        (key.clone(), "TitleKey"),
    ]
}

fn ordinals(answer: &Answer) -> Vec<u64> {
    answer.1.iter().map(|(ordinal, _)| *ordinal).collect()
}

/// Merged segments and deleted documents of all cases, to see that there were any.
static MERGED: AtomicUsize = AtomicUsize::new(0);
static DELETED: AtomicUsize = AtomicUsize::new(0);
static HITS: AtomicUsize = AtomicUsize::new(0);

fn note(merged: (usize, u32)) {
    MERGED.fetch_add(merged.0, Ordering::Relaxed);
    DELETED.fetch_add(usize::try_from(merged.1).unwrap_or(0), Ordering::Relaxed);
}

fn batches_are_one(steps: &[Step], words: &[Pick]) -> Result<(), TestCaseError> {
    let directory = RamDirectory::create();
    let mut engine = open(&directory);
    let mut model: BTreeMap<u8, Pick> = BTreeMap::new();
    let mut generation = 0;
    for step in steps {
        match step {
            Step::Put(id, record) => {
                put(&engine, *id, *record);
                model.insert(*id, *record);
            }
            Step::Delete(id) => {
                engine.delete(&format!("s.{id:02}")).expect("a deletion");
                model.remove(id);
            }
            Step::Commit | Step::Merge => {
                generation += 1;
                engine.commit(generation).expect("a commit");
                if matches!(step, Step::Merge) {
                    drop(engine);
                    note(merge(&directory));
                    engine = open(&directory);
                }
            }
        }
    }
    engine.commit(generation + 1).expect("the last commit");

    let whole_directory = RamDirectory::create();
    let whole = open(&whole_directory);
    for (id, record) in &model {
        put(&whole, *id, *record);
    }
    whole.commit(1).expect("one commit");

    let by_title = SortField::Field { name: "title_sort", descending: false };
    let newest = SortField::Field { name: "last_indexed", descending: true };
    prop_assert_eq!(engine.document_count(), model.len() as u64);
    for (lookfor, search_type) in searches(words) {
        let other = if lookfor.is_empty() { newest } else { by_title };
        for sort in [other, SortField::Score] {
            let mut batches = ask(&engine, &lookfor, search_type, sort);
            let mut at_once = ask(&whole, &lookfor, search_type, sort);
            prop_assert_eq!(batches.0, at_once.0, "{}: {}", search_type, lookfor);
            prop_assert_eq!(&batches.2, &at_once.2, "{}: {}", search_type, lookfor);
            // Deleted documents still count in the scores, as they do in Lucene.
            if sort == SortField::Score {
                batches.1.sort_by_key(|(ordinal, _)| *ordinal);
                at_once.1.sort_by_key(|(ordinal, _)| *ordinal);
            }
            prop_assert_eq!(ordinals(&batches), ordinals(&at_once), "{}: {}", search_type, lookfor);
            HITS.fetch_add(batches.1.len(), Ordering::Relaxed);
        }
    }

    drop(engine);
    note(merge(&directory));
    let engine = open(&directory);
    for (lookfor, search_type) in searches(words) {
        let merged = ask(&engine, &lookfor, search_type, SortField::Score);
        let at_once = ask(&whole, &lookfor, search_type, SortField::Score);
        prop_assert_eq!(ordinals(&merged), ordinals(&at_once), "{}: {}", search_type, lookfor);
        prop_assert_eq!((&merged.0, &merged.2), (&at_once.0, &at_once.2));
        for (a, b) in merged.1.iter().zip(&at_once.1) {
            prop_assert!(
                (a.1 - b.1).abs() <= 1e-6 * b.1.abs().max(1.0),
                "{}: {:?} {:?}",
                lookfor,
                a,
                b
            );
        }
    }
    Ok(())
}

#[test]
fn an_index_of_batches_is_the_index_made_at_once() {
    let started = std::time::Instant::now();
    let config = ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    };
    // The same cases in every run: a failure can be had again.
    let rng = proptest::test_runner::TestRng::deterministic_rng(
        proptest::test_runner::RngAlgorithm::ChaCha,
    );
    let cases = config.cases;
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(config, rng);
    let words = prop::collection::vec(any::<Pick>(), 4);
    let outcome = runner.run(&(steps(), words), |(steps, words)| batches_are_one(&steps, &words));
    if let Err(error) = outcome {
        panic!("{error}");
    }
    let of = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    println!(
        "{cases} cases in {:.1?}: {} segments merged, {} deleted documents taken out, {} hits compared",
        started.elapsed(),
        of(&MERGED),
        of(&DELETED),
        of(&HITS)
    );
    assert!(of(&MERGED) > 2 * cases as usize && of(&DELETED) > cases as usize);
    assert!(of(&HITS) > 30 * cases as usize);
}
