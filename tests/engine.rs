//! The embedded engine against a plain model: random documents, updates and deletes in random
//! commits must give the same hits, order and counts as walking a list.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    clippy::cast_precision_loss,
    reason = "a test says what it expects"
)]

use kirjo::config::{ConfigFolder, Schema};
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::engine::{Engine, EngineDocument, EngineFacet, EngineRequest, SortField};
use kirjo::query::{
    Bool, DisMaxSettings, DisMaxText, Filter, GeoFigure, GeoPoint, GeoShape, Query, RangeEnd,
};
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
        after: None,
        offset: 0,
        limit: 100,
        facets: ["format", "topic_facet"].iter().map(|field| EngineFacet::new(*field)).collect(),
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

/// An index that is emptied forgets the deletions before: none of them takes a new document away.
#[test]
fn a_cleared_index_takes_the_same_documents_again() {
    let engine = EmbeddedEngine::in_memory(schema()).expect("an index in memory");
    let put_all = || {
        for ordinal in 0..40_u64 {
            let id = format!("s.{ordinal:02}");
            let mut fields = IndexRecord::new();
            fields.set("id", id.as_str());
            engine.upsert(EngineDocument { ordinal, id: &id, fields: &fields }).expect("an upsert");
        }
    };
    for round in 1..=30 {
        put_all();
        engine.commit(2 * round).expect("a commit");
        engine.clear().expect("cleared");
        put_all();
        engine.commit(2 * round + 1).expect("a commit");
        assert_eq!(engine.document_count(), 40, "round {round}");
    }
    engine.clear().expect("cleared");
    engine.commit(100).expect("a commit");
    assert_eq!((engine.document_count(), engine.generation().expect("a generation")), (0, 100));
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
    one.set("online_boolean", "1");
    one.set("items_int", "3");
    let mut two = IndexRecord::new();
    two.set("id", "a.2");
    two.set("title", "Kivi ja kallio");
    two.set("main_date_str", "-0100");
    two.set("online_boolean", "0");
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
        ("last_indexed:\"2024-05-01T10:00:00Z\"", vec![1]),
        ("last_indexed:[2024-05-01T00:00:00Z TO 2024-05-01T00:00:00Z+1DAY]", vec![1]),
        // A record without the field is neither true nor false.
        ("online_boolean:1", vec![1]),
        ("online_boolean:true", vec![1]),
        ("online_boolean:false", vec![2]),
        ("online_boolean:0", vec![2]),
        ("free_online_boolean:false", vec![]),
        ("online_boolean:*", vec![1, 2]),
        ("items_int:3", vec![1]),
        ("items_int:[1 TO 5]", vec![1]),
        ("items_int:4", vec![]),
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
    for text in [
        "nofield:x",
        "(a",
        "last_indexed:[x TO *]",
        "last_indexed:2024",
        "last_indexed:2024*",
        "last_indexed:[2024-05-01 TO *]",
        "last_indexed:[20240501 TO *]",
        "last_indexed:[2024-05-01T00:00:00Z TO 2025]",
        "items_int:three",
        "items_int:3*",
        "location_geo:nowhere",
    ] {
        assert!(engine.search(&request(lucene(text), vec![])).is_err(), "{text}");
    }
}

fn engine_of(documents: &[IndexRecord], batch: usize) -> EmbeddedEngine {
    let engine = EmbeddedEngine::in_memory(schema()).expect("an index in memory");
    for (at, fields) in documents.iter().enumerate() {
        let document = EngineDocument { ordinal: at as u64, id: fields.first("id"), fields };
        engine.upsert(document).expect("an upsert");
        if at % batch == batch - 1 {
            engine.commit(at as u64).expect("a commit");
        }
    }
    engine.commit(1_000_000).expect("a commit");
    engine
}

fn found(engine: &EmbeddedEngine, query: Query) -> Vec<u64> {
    let asked = EngineRequest { sort: SortField::Score, facets: vec![], ..request(query, vec![]) };
    engine.search(&asked).expect("an answer").hits.iter().map(|hit| hit.ordinal).collect()
}

/// Documents at places: Helsinki, Tampere, a box over Lapland, a triangle around Turku, a box over
/// the 180th meridian, a line along the 60th parallel, and none.
fn places() -> EmbeddedEngine {
    let shapes: [&[&str]; 7] = [
        &["POINT(24.94 60.17)"],
        &["POINT (23.76 61.5)", "POINT(24.94 60.2)"],
        &["ENVELOPE(22.0, 29.0, 70.0, 66.5)"],
        &["POLYGON((22.0 60.3,22.6 60.3,22.3 60.7,22.0 60.3))"],
        &["ENVELOPE(170.0, -170.0, 10.0, -10.0)"],
        &["LINESTRING(20 60,30 60)"],
        &["nowhere", "POINT(200 95)"],
    ];
    let documents: Vec<IndexRecord> = (0..)
        .zip(shapes)
        .map(|(number, shapes)| {
            let mut fields = IndexRecord::new();
            fields.set("id", format!("p.{number}"));
            fields.set_all("location_geo", shapes.iter().copied());
            fields
        })
        .collect();
    engine_of(&documents, 3)
}

/// Points, and the area whose ring they are.
type Run<'p> = (&'p [(f64, f64)], Option<usize>);

#[test]
fn places_are_found() {
    let engine = places();
    let circle = |latitude, longitude, kilometres| GeoShape::Circle {
        centre: GeoPoint { latitude, longitude },
        kilometres,
    };
    let ring = |points: &[(f64, f64)]| {
        let point = |(longitude, latitude): &(f64, f64)| GeoPoint {
            latitude: *latitude,
            longitude: *longitude,
        };
        GeoShape::Polygon(points.iter().map(point).collect())
    };
    let area = |west, south, east, north| GeoShape::Box { west, south, east, north };
    let figures = |figures: &[Run<'_>]| {
        let figure = |(points, area): &Run<'_>| GeoFigure { points: points.to_vec(), area: *area };
        GeoShape::Figures(figures.iter().map(figure).collect())
    };
    let around: &[(f64, f64)] =
        &[(24.0, 60.1), (26.0, 60.1), (26.0, 60.3), (24.0, 60.3), (24.0, 60.1)];
    let hole: &[(f64, f64)] =
        &[(24.9, 60.15), (25.0, 60.15), (25.0, 60.18), (24.9, 60.18), (24.9, 60.15)];
    let turku: &[(f64, f64)] = &[(22.2, 60.35), (22.4, 60.35), (22.3, 60.45), (22.2, 60.35)];
    let cases: [(&str, Vec<GeoShape>, &[u64]); 17] = [
        ("two areas", vec![figures(&[(around, Some(0)), (turku, Some(1))])], &[0, 1, 3]),
        ("an area with a hole", vec![figures(&[(around, Some(0)), (hole, Some(0))])], &[1]),
        ("areas that overlap", vec![figures(&[(around, Some(0)), (hole, Some(1))])], &[0, 1]),
        ("a line", vec![figures(&[(&[(22.0, 60.0), (22.0, 68.0)], None)])], &[2, 3, 5]),
        ("points", vec![figures(&[(&[(24.94, 60.2)], None), (&[(25.0, 60.0)], None)])], &[1, 5]),
        ("elsewhere", vec![figures(&[(&[(1.0, 1.0), (2.0, 2.0)], None)])], &[]),
        ("around Helsinki", vec![circle(60.17, 24.94, 5.0)], &[0, 1]),
        ("the parallel too", vec![circle(60.17, 24.94, 19.0)], &[0, 1, 5]),
        ("Tampere only", vec![circle(61.5, 23.76, 1.0)], &[1]),
        ("either", vec![circle(61.5, 23.76, 1.0), circle(68.0, 25.0, 0.0)], &[1, 2]),
        ("south of Lapland", vec![circle(66.0, 25.0, 50.0)], &[]),
        ("nearer to Lapland", vec![circle(66.0, 25.0, 56.0)], &[2]),
        ("inside the triangle", vec![area(22.25, 60.4, 22.35, 60.5)], &[3]),
        ("beside the triangle", vec![area(22.5, 60.5, 22.7, 60.7)], &[]),
        ("over the meridian", vec![area(179.0, -1.0, -179.0, 1.0)], &[4]),
        (
            "a ring",
            vec![ring(&[(23.0, 61.0), (24.0, 61.0), (24.0, 62.0), (23.0, 62.0), (23.0, 61.0)])],
            &[1],
        ),
        ("around the globe", vec![area(-180.0, -90.0, 180.0, 90.0)], &[0, 1, 2, 3, 4, 5]),
    ];
    for (name, shapes, expected) in cases {
        let query = Query::Geo { field: "location_geo".into(), shapes };
        assert_eq!(found(&engine, query), expected, "{name}");
    }
    let lucene = |text: &str| Query::Lucene { text: text.into(), default_field: "title".into() };
    for (text, expected) in [
        ("location_geo:\"Intersects(ENVELOPE(22, 30, 65, 61))\"", &[1][..]),
        ("(location_geo:\"Intersects(POINT(25 68))\" OR id:p.1)", &[1, 2]),
        ("NOT location_geo:\"Intersects(ENVELOPE(-180, 180, 90, -90))\"", &[6]),
    ] {
        let mut hits = found(&engine, lucene(text));
        hits.sort_unstable();
        assert_eq!(hits, expected, "{text}");
    }
    // The nearer the better.
    let centre = GeoPoint { latitude: 61.5, longitude: 23.76 };
    let near = Query::Near { field: "location_geo".into(), centre, kilometres: 300.0 };
    assert_eq!(found(&engine, near)[0], 1);
    let wrong = Query::Geo { field: "title".into(), shapes: vec![area(0.0, 0.0, 1.0, 1.0)] };
    assert!(engine.search(&request(wrong, vec![])).is_err());
}

/// Scores are Lucene's: by the documents that have the field, summed for words that mean the same,
/// the best field of a word, all words added.
#[test]
fn scores_are_those_of_lucene() {
    let texts =
        [("kissa", "x"), ("kissa koira", "x"), ("koira", "kissa"), ("and one", ""), ("", "")];
    let documents: Vec<IndexRecord> = (0..)
        .zip(texts)
        .map(|(number, (title, topic))| {
            let mut fields = IndexRecord::new();
            fields.set("id", format!("s.{number}"));
            for (name, text) in [("title_txtP", title), ("author", topic)] {
                if !text.is_empty() {
                    fields.set(name, text);
                }
            }
            fields
        })
        .collect();
    let engine = engine_of(&documents, 100);
    let scores = |query: Query| -> Vec<(u64, f32)> {
        let asked =
            EngineRequest { sort: SortField::Score, facets: vec![], ..request(query, vec![]) };
        let answer = engine.search(&asked).expect("an answer");
        answer.hits.iter().map(|hit| (hit.ordinal, hit.score)).collect()
    };
    let word = |field: &str, text: &str| Query::Word { field: field.into(), text: text.into() };
    // Four documents have a title, of 1, 2, 1 and 2 words.
    let bm25 = |n: f32, documents: f32, length: f32, mean: f32| {
        (1.0 + (documents - n + 0.5) / (n + 0.5)).ln() / (1.0 + 1.2 * (0.25 + 0.75 * length / mean))
    };
    let close = |found: &[(u64, f32)], expected: &[(u64, f32)]| {
        assert_eq!(found.len(), expected.len(), "{found:?} {expected:?}");
        for (a, b) in found.iter().zip(expected) {
            assert!(a.0 == b.0 && (a.1 - b.1).abs() < 1e-5, "{found:?} {expected:?}");
        }
    };
    let short = bm25(2.0, 4.0, 1.0, 1.5);
    let long = bm25(2.0, 4.0, 2.0, 1.5);
    close(&scores(word("title_txtP", "kissa")), &[(0, short), (1, long)]);
    let author = bm25(1.0, 3.0, 1.0, 1.0);
    let boosted = Query::Boost(Box::new(word("title_txtP", "kissa")), 3.0);
    let best = Query::DisMax(vec![boosted, word("author", "kissa")]);
    close(&scores(best), &[(0, short * 3.0), (1, long * 3.0), (2, author)]);
    let constant = Query::Boost(
        Box::new(Query::Pattern { field: "title_txtP".into(), pattern: "kis*".into() }),
        2.0,
    );
    close(&scores(constant), &[(0, 2.0), (1, 2.0)]);
    let all = Query::Bool(Bool {
        must: vec![word("title_txtP", "kissa"), word("title_txtP", "koira")],
        ..Bool::default()
    });
    close(&scores(all), &[(1, long * 2.0)]);
}

/// Queries that would be expensive where work is not bounded (reliability §4).
#[test]
fn hostile_queries_stay_inside_their_budget() {
    let mut documents = Vec::new();
    for number in 0..4000u32 {
        let mut fields = IndexRecord::new();
        fields.set("id", format!("h.{number:05}"));
        let words: Vec<String> = (0..20)
            .map(|at| format!("{:x}", number.wrapping_mul(2_654_435_761).rotate_left(at)))
            .collect();
        let text = format!("aaaa bbbb {}", words.join(" "));
        fields.set("title", text.clone());
        fields.set("allfields", text);
        fields.set("main_date_str", (number % 2000).to_string());
        fields.set_all("search_daterange_mv", [format!("[{} TO *]", 1000 + number % 1000)]);
        fields.set_all("topic_facet", words);
        documents.push(fields);
    }
    let engine = engine_of(&documents, 1500);
    let fields = "title^2 allfields^2 allfields_unstemmed topic author^3 title_full";
    let settings = Arc::new(DisMaxSettings::new(fields, Vec::new()).expect("fields and weights"));
    let edismax =
        |text: String| Query::EDisMax(DisMaxText { text, settings: Arc::clone(&settings) });
    let lucene = |text: &str| Query::Lucene { text: text.into(), default_field: "title".into() };
    let cases: Vec<(&str, Query)> = vec![
        ("wildcards on both sides", lucene("*a*")),
        ("any number of wildcards", lucene("*a*b*c*d*e*f*")),
        ("fifty single characters", lucene(&"?".repeat(50))),
        ("a wildcard alone", edismax("*".into())),
        ("many wildcards", edismax((0..200).map(|n| format!("{n:x}* ")).collect())),
        ("fuzzy", edismax("aaba~2 bbab~2".into())),
        ("many fuzzy words", edismax((0..100).map(|n| format!("{n:06x}~2 ")).collect())),
        ("wide proximity", edismax("\"aaaa bbbb\"~1000000".into())),
        ("a long phrase", edismax(format!("\"{}\"", "aaaa bbbb ".repeat(400)))),
        ("a phrase of synonyms", edismax(format!("\"{}\"", "and one two ".repeat(60)))),
        ("ranges over everything", edismax("title:[* TO *] main_date_str:[0 TO 9]".into())),
        ("open spans", lucene("search_daterange_mv:[* TO *]")),
        ("parentheses", edismax("(".repeat(100_000))),
        ("nested groups", edismax(format!("{}a{}", "(".repeat(60), ")".repeat(60)))),
        ("thousands of words", edismax("aaaa ".repeat(5000))),
        ("thousands of alternatives", edismax("aaaa OR ".repeat(3000))),
        ("a regular expression", lucene("/(a+)+$|(b|bb)*c/")),
        ("a large regular expression", lucene("/((a{1,100}){1,100}){1,100}/")),
        ("a long pattern", lucene(&format!("{}*", "a?".repeat(2000)))),
        ("exclusions", lucene("*:* NOT (*a* OR *b*)")),
    ];
    let budget = std::time::Duration::from_secs(4);
    for (name, query) in cases {
        let started = std::time::Instant::now();
        let deadline = Some(started + budget);
        let facets = vec![EngineFacet::new("topic_facet")];
        let asked = EngineRequest {
            sort: SortField::Score,
            limit: 20,
            facets,
            deadline,
            ..request(query, vec![])
        };
        let outcome = engine.search(&asked);
        let took = started.elapsed();
        assert!(took < budget + std::time::Duration::from_millis(500), "{name}: {took:?}");
        println!(
            "{name}: {took:.0?}, {}",
            match outcome {
                Ok(answer) => format!("{} hits", answer.total),
                Err(error) => error.to_string(),
            }
        );
    }
    // A deadline that has passed is an error, not half an answer.
    let asked = EngineRequest {
        deadline: Some(std::time::Instant::now()),
        ..request(lucene("aaaa"), vec![])
    };
    assert!(matches!(engine.search(&asked), Err(kirjo::engine::EngineError::TimedOut)));
    // The deepest page, and one beyond all hits.
    for (offset, expected) in [(99_980, 0), (3990, 10)] {
        let asked =
            EngineRequest { offset, limit: 20, facets: vec![], ..request(lucene("aaaa"), vec![]) };
        assert_eq!(engine.search(&asked).expect("a page").hits.len(), expected);
    }
}

/// Searches kept warm answer the same, and follow the index.
#[test]
fn warm_searches_follow_the_index() {
    let engine = EmbeddedEngine::in_memory(schema()).expect("an index in memory");
    let member = Query::In { field: "merged_child_boolean".into(), values: vec!["true".into()] };
    let hidden =
        Query::Bool(Bool { must: vec![Query::All], must_not: vec![member], ..Bool::default() });
    let asked = request(Query::All, vec![hidden]);
    engine.keep_warm(vec![asked.clone()]).expect("a warm search");
    for number in 0..20u64 {
        let mut fields = IndexRecord::new();
        fields.set("id", format!("w.{number}"));
        fields.set_all("format", [if number % 2 == 0 { "0/Book/" } else { "0/Map/" }]);
        if number % 5 == 0 {
            fields.set("merged_child_boolean", "1");
        }
        let document = EngineDocument { ordinal: number, id: fields.first("id"), fields: &fields };
        engine.upsert(document).expect("an upsert");
        engine.commit(number).expect("a commit");
        let shown = number - number / 5;
        for _ in 0..2 {
            let answer = engine.search(&asked).expect("an answer");
            assert_eq!(answer.total, shown);
            let counted: u64 = answer.facets[0].iter().map(|(_, count)| count).sum();
            assert_eq!(counted, shown);
        }
    }
}

/// A search of everything that is refused is not prepared for the next generation, which it would
/// keep from being shown.
#[test]
fn a_refused_search_keeps_no_documents_back() {
    let engine = EmbeddedEngine::in_memory(schema()).expect("an index in memory");
    let put = |ordinal: u64| {
        let id = format!("s.{ordinal:02}");
        let mut fields = IndexRecord::new();
        fields.set("id", id.as_str());
        engine.upsert(EngineDocument { ordinal, id: &id, fields: &fields }).expect("an upsert");
    };
    put(1);
    engine.commit(1).expect("a commit");
    let no_dates = Query::Range {
        field: "first_indexed".into(),
        lower: RangeEnd::Inclusive("foo".into()),
        upper: RangeEnd::Inclusive("bar".into()),
    };
    assert!(engine.search(&request(Query::All, vec![no_dates])).is_err());
    put(2);
    engine.commit(2).expect("a commit");
    let answer = engine.search(&request(Query::All, vec![])).expect("an answer");
    assert_eq!(answer.total, 2);
}
