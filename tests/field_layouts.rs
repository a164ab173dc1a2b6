//! How a field is laid out in the index is nobody's business: a start field beside whose values the
//! whole values are indexed, and a string that is searched by its column, answer as those that have
//! all their terms in postings.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expects")]

use kirjo::config::Schema;
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::engine::{Engine, EngineAnswer, EngineDocument, EngineFacet, EngineRequest, SortField};
use kirjo::query::{Query, RangeEnd};
use kirjo::record::IndexRecord;
use proptest::prelude::*;
use std::sync::Arc;

/// All terms in postings: nothing is copied to a whole field.
const PLAIN: &str = r#"
[fields]
id = "string i s dv"
title = "string s"
title_l = "start i"
titles = "string mv s"
titles_l = "start mv i"
key = "string i dv"
keys = "string mv i dv"
[suffixes]
[dynamic]
names = []
[copies]
title = ["title_l"]
titles = ["titles_l"]
"#;

/// The same fields, smaller.
const SMALL: &str = r#"
[fields]
id = "string i s dv"
title = "string s"
title_l = "start i"
title_lr = "whole i"
titles = "string mv s"
titles_l = "start mv i"
titles_lr = "whole mv i"
key = "string scan dv"
keys = "string mv scan dv"
[suffixes]
[dynamic]
names = []
[copies]
title = ["title_l", "title_lr"]
titles = ["titles_l", "titles_lr"]
"#;

const FIELDS: [&str; 4] = ["title_l", "titles_l", "key", "keys"];

/// Titles of few words, so that beginnings are shared and differ in their endings.
fn title() -> impl Strategy<Value = String> {
    let word = prop_oneof![Just("a"), Just("ab"), Just("Sota"), Just("sotaa"), Just("ja")];
    prop::collection::vec(word, 0..7).prop_map(|words| words.join(" "))
}

fn documents() -> impl Strategy<Value = Vec<(String, Vec<String>)>> {
    prop::collection::vec((title(), prop::collection::vec(title(), 0..3)), 1..25)
}

fn end() -> impl Strategy<Value = RangeEnd> {
    prop_oneof![
        Just(RangeEnd::Open),
        title().prop_map(RangeEnd::Inclusive),
        title().prop_map(RangeEnd::Exclusive),
    ]
}

fn query() -> impl Strategy<Value = Query> {
    let field = || (0..FIELDS.len()).prop_map(|at| FIELDS[at].to_owned());
    let pattern = (title(), 0..4_u8, 0..30_usize).prop_map(|(text, what, at)| {
        let at = at.min(text.len());
        let (front, back) = text.split_at(at);
        match what {
            0 => format!("{text}*"),
            1 => format!("{front}*"),
            2 => format!("{front}?{}", back.get(1..).unwrap_or("")),
            _ => format!("*{back}"),
        }
    });
    prop_oneof![
        3 => (field(), title()).prop_map(|(field, text)| Query::Word { field, text }),
        2 => (field(), title())
            .prop_map(|(field, text)| Query::Phrase { field, text, slop: 0 }),
        3 => (field(), pattern).prop_map(|(field, pattern)| Query::Pattern { field, pattern }),
        2 => (field(), title(), 1..3_u8)
            .prop_map(|(field, text, edits)| Query::Fuzzy { field, text, edits }),
        1 => (field(), title())
            .prop_map(|(field, text)| Query::Regex { field, pattern: text.replace('a', ".") }),
        2 => (field(), end(), end())
            .prop_map(|(field, lower, upper)| Query::Range { field, lower, upper }),
        2 => (field(), prop::collection::vec(title(), 0..4))
            .prop_map(|(field, values)| Query::In { field, values }),
        1 => field().prop_map(|field| Query::Exists { field }),
    ]
}

fn engine(schema: &str, documents: &[(String, Vec<String>)]) -> EmbeddedEngine {
    let schema = Schema::parse("schema", schema).expect("a schema");
    let engine = EmbeddedEngine::in_memory(Arc::new(schema)).expect("an index in memory");
    for (ordinal, (title, titles)) in (0u64..).zip(documents) {
        let id = format!("s.{ordinal:02}");
        let mut fields = IndexRecord::new();
        fields.set("id", id.as_str());
        for name in ["title", "key"] {
            if !title.is_empty() {
                fields.set(name, title.as_str());
            }
        }
        for name in ["titles", "keys"] {
            fields.set_all(name, titles.iter().map(String::as_str));
        }
        engine.upsert(EngineDocument { ordinal, id: &id, fields: &fields }).expect("an upsert");
        if ordinal == 9 {
            engine.commit(1).expect("a first segment");
        }
    }
    engine.commit(2).expect("a commit");
    engine
}

fn answer(engine: &EmbeddedEngine, query: &Query) -> EngineAnswer {
    let request = EngineRequest {
        query: query.clone(),
        filters: Vec::new(),
        sort: SortField::Score,
        after: None,
        offset: 0,
        limit: 100,
        facets: ["key", "keys"].iter().map(|field| EngineFacet::new(*field)).collect(),
        deadline: None,
    };
    engine.search(&request).expect("an answer")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn layouts_answer_alike(
        documents in documents(),
        queries in prop::collection::vec(query(), 40),
    ) {
        let (plain, small) = (engine(PLAIN, &documents), engine(SMALL, &documents));
        for query in queries {
            prop_assert_eq!(answer(&plain, &query), answer(&small, &query), "{:?}", query);
        }
    }
}

/// Whatever is asked with is found, in either layout: the comparison above is not one of nothings.
#[test]
fn beginnings_and_keys_are_found() {
    let title = "Sodan ja rauhan pitkä historia";
    let documents = vec![(title.to_owned(), vec![title.to_owned()]); 2];
    for schema in [PLAIN, SMALL] {
        let engine = engine(schema, &documents);
        for field in ["title_l", "titles_l"] {
            let mut beginning = String::new();
            for word in title.split(' ') {
                beginning.push_str(word);
                for text in [beginning.clone(), format!("{beginning} ")] {
                    let query = Query::Word { field: field.to_owned(), text };
                    assert_eq!(answer(&engine, &query).total, 2, "{query:?}");
                }
                let text = format!("{beginning}x");
                let query = Query::Word { field: field.to_owned(), text };
                assert_eq!(answer(&engine, &query).total, 0, "{query:?}");
                beginning.push(' ');
            }
        }
        for field in ["key", "keys"] {
            for (text, expected) in [(title, 2), ("Sodan", 0), ("", 0)] {
                let query = Query::Word { field: field.to_owned(), text: text.to_owned() };
                assert_eq!(answer(&engine, &query).total, expected, "{query:?}");
            }
            let query = Query::Pattern { field: field.to_owned(), pattern: "Sod*".to_owned() };
            assert_eq!(answer(&engine, &query).total, 2, "{query:?}");
        }
    }
}
