//! The embedded engine against a plain model: random documents, updates and deletes in random
//! commits must give the same hits, order and counts as walking a list.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "a test says what it expects"
)]

use kirjo::config::{ConfigFolder, Schema};
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::engine::{Engine, EngineDocument, EngineFacet, EngineRequest, SortField};
use kirjo::query::{Bool, Filter, Query};
use kirjo::record::IndexRecord;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug, Clone)]
struct Document {
    title: Option<&'static str>,
    formats: Vec<&'static str>,
    topics: Vec<&'static str>,
}

#[derive(Debug, Clone)]
enum Step {
    Put(u8, Document),
    Delete(u8),
    Commit,
}

fn document() -> impl Strategy<Value = Document> {
    let title = prop_oneof![
        Just(None),
        Just(Some("alku")),
        Just(Some("kissa")),
        Just(Some("Äiti")),
        Just(Some("zebra"))
    ];
    let formats = prop::collection::vec(
        prop_oneof![Just("0/Book/"), Just("1/Book/eBook/"), Just("0/Map/")],
        0..3,
    );
    let topics =
        prop::collection::vec(prop_oneof![Just("sota"), Just("rauha"), Just("meri")], 0..3);
    (title, formats, topics).prop_map(|(title, mut formats, mut topics)| {
        formats.sort_unstable();
        formats.dedup();
        topics.sort_unstable();
        topics.dedup();
        Document { title, formats, topics }
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0u8..30, document()).prop_map(|(id, document)| Step::Put(id, document)),
        2 => (0u8..30).prop_map(Step::Delete),
        1 => Just(Step::Commit),
    ];
    prop::collection::vec(step, 1..60)
}

fn schema() -> Arc<Schema> {
    Arc::new(Schema::load(&ConfigFolder::BuiltIn).expect("the built-in schema is right"))
}

fn fields(id: &str, document: &Document) -> IndexRecord {
    let mut fields = IndexRecord::new();
    fields.set("id", id);
    fields.set("title_sort", document.title.unwrap_or(""));
    fields.set("title", document.title.unwrap_or(""));
    fields.set_all("format", document.formats.iter().copied());
    fields.set_all("topic_facet", document.topics.iter().copied());
    fields
}

fn request(query: Query, filters: Vec<Query>) -> EngineRequest {
    EngineRequest {
        query,
        filters: filters.into_iter().map(|query| Filter { query, tag: None }).collect(),
        sort: SortField::Field { name: "title_sort", descending: false },
        offset: 0,
        limit: 100,
        facets: ["format", "topic_facet"]
            .iter()
            .map(|field| EngineFacet { field: (*field).to_owned(), limit: None, by_value: false })
            .collect(),
        deadline: None,
    }
}

fn exact(field: &str, value: &str) -> Query {
    Query::Phrase { field: field.into(), text: value.into(), slop: 0 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn counts_and_order_are_those_of_a_list(steps in steps(), wanted in 0usize..3) {
        let engine = EmbeddedEngine::in_memory(schema()).expect("an index in memory");
        let mut model: BTreeMap<String, Document> = BTreeMap::new();
        let mut generation = 0;
        for step in steps {
            match step {
                Step::Put(number, document) => {
                    let id = format!("s.{number:02}");
                    let fields = fields(&id, &document);
                    let document_of_engine =
                        EngineDocument { ordinal: u64::from(number), id: &id, fields: &fields };
                    engine.upsert(document_of_engine).expect("an upsert");
                    model.insert(id, document);
                }
                Step::Delete(number) => {
                    let id = format!("s.{number:02}");
                    engine.delete(&id).expect("a delete");
                    model.remove(&id);
                }
                Step::Commit => {
                    generation += 1;
                    engine.commit(generation).expect("a commit");
                }
            }
        }
        engine.commit(generation + 1).expect("the last commit");
        prop_assert_eq!(engine.generation().expect("a generation"), generation + 1);
        prop_assert_eq!(engine.document_count(), model.len() as u64);

        // Facet counts of everything, and of one filter; each count is that of its filter.
        let topic = ["sota", "rauha", "meri"][wanted];
        for filters in [vec![], vec![exact("topic_facet", topic)]] {
            let matching: Vec<(&String, &Document)> = model
                .iter()
                .filter(|(_, d)| filters.is_empty() || d.topics.contains(&topic))
                .collect();
            let answer = engine.search(&request(Query::All, filters.clone())).expect("an answer");
            prop_assert_eq!(answer.total, matching.len() as u64);
            let mut expected: BTreeMap<&str, u64> = BTreeMap::new();
            matching.iter().flat_map(|(_, d)| &d.formats).for_each(|f| *expected.entry(f).or_default() += 1);
            let mut expected: Vec<(String, u64)> =
                expected.into_iter().map(|(value, count)| (value.to_owned(), count)).collect();
            expected.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            prop_assert_eq!(&answer.facets[0], &expected);
            for (value, count) in &answer.facets[0] {
                let mut narrower = filters.clone();
                narrower.push(exact("format", value));
                let narrowed = engine.search(&request(Query::All, narrower)).expect("an answer");
                prop_assert_eq!(narrowed.total, *count);
            }

            // By title, missing titles last, equal titles by id; any page of it.
            let mut order: Vec<(Option<&str>, &str)> =
                matching.iter().map(|(id, d)| (d.title, id.as_str())).collect();
            order.sort_by_key(|(title, id)| (title.is_none(), *title, *id));
            let expected: Vec<u64> =
                order.iter().map(|(_, id)| id[2..].parse().expect("a number")).collect();
            let found: Vec<u64> = answer.hits.iter().map(|hit| hit.ordinal).collect();
            prop_assert_eq!(&found, &expected);
            let page = EngineRequest { offset: 2, limit: 3, ..request(Query::All, filters) };
            let found: Vec<u64> =
                engine.search(&page).expect("a page").hits.iter().map(|hit| hit.ordinal).collect();
            let expected: Vec<u64> = expected.into_iter().skip(2).take(3).collect();
            prop_assert_eq!(found, expected);
        }

        // Two alternatives count as the union of both, an exclusion as the rest.
        let total = |query: Query| engine.search(&request(query, vec![])).expect("an answer").total;
        let book = || exact("format", "0/Book/");
        let map = || exact("format", "0/Map/");
        let either = Query::Bool(Bool { should: vec![book(), map()], ..Bool::default() });
        let both = Query::Bool(Bool { must: vec![book(), map()], ..Bool::default() });
        let neither = Query::Bool(Bool {
            must: vec![Query::All],
            must_not: vec![book()],
            ..Bool::default()
        });
        prop_assert_eq!(total(either) + total(both), total(book()) + total(map()));
        prop_assert_eq!(total(neither) + total(book()), total(Query::All));
    }
}

#[test]
fn words_phrases_and_ranges() {
    let engine = EmbeddedEngine::in_memory(schema()).expect("an index in memory");
    let mut one = IndexRecord::new();
    one.set("id", "a.1");
    one.set("title", "Seitsemän veljestä & muita kertomuksia");
    one.set_all("author", ["Kivi, Aleksis", "Järnefelt, Eero"]);
    one.set("main_date_str", "1870");
    one.set_all("isbn", ["9789510123454"]);
    one.set_all("search_daterange_mv", ["[1870-01-01 TO 1873-12-31]"]);
    one.set("last_indexed", "2024-05-01T10:00:00Z");
    let mut two = IndexRecord::new();
    two.set("id", "a.2");
    two.set("title", "Kivi ja kallio");
    two.set("main_date_str", "-0100");
    two.set_all("search_daterange_mv", ["-0100", "1900"]);
    for (ordinal, fields) in [(1, &one), (2, &two)] {
        let id = fields.first("id");
        engine.upsert(EngineDocument { ordinal, id, fields }).expect("an upsert");
    }
    engine.commit(1).expect("a commit");
    let lucene = |text: &str| Query::Lucene { text: text.into(), default_field: "title".into() };
    for (text, expected) in [
        ("veljestä", vec![1]),
        ("VELJESTÄ seitsemän", vec![1]),
        ("\"seitsemän veljestä\"", vec![1]),
        ("\"veljestä seitsemän\"", vec![]),
        ("\"veljestä ja muita\"", vec![1]),
        ("author:\"aleksis järnefelt\"", vec![]),
        ("title_txtP:kalli*", vec![2]),
        ("title_txtP:k?vi", vec![2]),
        ("title_txtP:kalio~1", vec![2]),
        ("main_date_str:[1800 TO 1900]", vec![1]),
        ("isbn:978-951-0-12345-4", vec![1]),
        ("search_daterange_mv:[1872 TO 1880]", vec![1]),
        ("search_daterange_mv:[1800 TO 1850]", vec![]),
        ("search_daterange_mv:[-0200 TO -0050]", vec![2]),
        ("last_indexed:[2024-05-01T00:00:00Z TO *]", vec![1]),
        ("author:*", vec![1]),
        ("*:* NOT author:*", vec![2]),
        ("kivi OR veljestä", vec![2, 1]),
    ] {
        let mut asked = request(lucene(text), vec![]);
        asked.facets.clear();
        asked.sort = SortField::Field { name: "id", descending: true };
        let answer = engine.search(&asked).unwrap_or_else(|error| panic!("{text}: {error}"));
        let found: Vec<u64> = answer.hits.iter().map(|hit| hit.ordinal).collect();
        let mut expected = expected;
        expected.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(found, expected, "{text}");
    }
    for text in ["nofield:x", "(a", "last_indexed:[x TO *]"] {
        assert!(engine.search(&request(lucene(text), vec![])).is_err(), "{text}");
    }
}
