//! What queries find: appendices A–C of search-semantics on a small index, from the text of a
//! request to the ids of its hits.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expects")]

use kirjo::config::{ConfigFolder, Schema};
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::engine::{Engine, EngineDocument, EngineFacet, EngineRequest, SortField};
use kirjo::query::{BoolWord, FilterList, QueryGroup, QueryTerm, SearchRules, UserQuery};
use kirjo::record::IndexRecord;
use std::sync::{Arc, LazyLock};

/// Id, title, further fields.
type Document = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const DOCUMENTS: [Document; 14] = [
    ("cat", "cat", &[("building", "0/A/"), ("building", "1/A/b/")]),
    ("dog", "dog", &[("building", "0/B/")]),
    ("cat-dog", "cat dog", &[("building", "0/A/"), ("building", "0/B/")]),
    ("mouse", "cat and mouse", &[("topic", "felines"), ("topic", "cat")]),
    ("kissa", "kissa", &[("format", "0/Book/")]),
    ("koira", "koira", &[("format", "0/Journal/"), ("title_full", "koira")]),
    ("pair", "kissa koira", &[]),
    ("kitten", "kissanpentu koira", &[]),
    ("or", "kissa or koira", &[]),
    ("foo", "foo:bar", &[]),
    ("isbn", "x1", &[("isbn", "9780306406157"), ("callnumber-raw", "78.3 SIB")]),
    ("1900", "x2", &[("search_daterange_mv", "[1900 TO 1910]"), ("main_date_str", "1900")]),
    ("bc", "x3", &[("search_daterange_mv", "[-0050 TO 0050]")]),
    (
        "gap",
        "x4",
        &[("search_daterange_mv", "[1800 TO 1810]"), ("search_daterange_mv", "[1905 TO 1906]")],
    ),
];

struct Index {
    engine: EmbeddedEngine,
    rules: SearchRules,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let schema = Arc::new(Schema::load(&ConfigFolder::BuiltIn).expect("the schema"));
    let rules = SearchRules::load(&ConfigFolder::BuiltIn, Arc::clone(&schema)).expect("the rules");
    let engine = EmbeddedEngine::in_memory(schema).expect("an index");
    for (ordinal, (id, title, further)) in (1..).zip(DOCUMENTS) {
        let mut fields = IndexRecord::new();
        fields.set("id", id);
        for name in ["title", "title_short", "allfields"] {
            fields.push(name, title);
        }
        for (name, value) in further {
            fields.push(*name, *value);
        }
        engine.upsert(EngineDocument { ordinal, id, fields: &fields }).expect("an entry");
    }
    engine.commit(1).expect("a generation");
    Index { engine, rules }
});

/// The ids that a query finds, in the order of the documents; `error` for a query that cannot be
/// understood.
fn found(query: &UserQuery, filters: &[&str]) -> String {
    let rules = &INDEX.rules;
    let built = rules.types.build(query, &rules.settings, "").expect("nothing is forbidden");
    let filters: Vec<String> = filters.iter().map(|f| (*f).to_owned()).collect();
    let list = FilterList::new(&[], &filters, &rules.settings, false).expect("few filters");
    let Ok(mut filters) = list.meaning(&rules.schema) else { return "error".to_owned() };
    if let Some(text) = built.type_filter {
        let query = kirjo::query::Query::Lucene { text, default_field: "allfields".into() };
        filters.push(kirjo::query::Filter { query, tag: None });
    }
    let request = EngineRequest {
        query: built.query,
        filters,
        sort: SortField::Score,
        after: None,
        offset: 0,
        limit: 0,
        facets: vec![EngineFacet { by_value: true, ..EngineFacet::new("id") }],
        deadline: None,
    };
    match INDEX.engine.search(&request) {
        Err(_) => "error".to_owned(),
        Ok(answer) => {
            let ids: Vec<&str> =
                answer.facets.iter().flatten().map(|(id, _)| id.as_str()).collect();
            let all = DOCUMENTS.iter().map(|(id, ..)| *id).filter(|id| ids.contains(id));
            all.collect::<Vec<_>>().join(" ")
        }
    }
}

fn basic(lookfor: &str, search_type: &str) -> UserQuery {
    UserQuery::Basic { lookfor: lookfor.into(), search_type: search_type.into() }
}

/// All ids but these.
fn all_but(left_out: &[&str]) -> String {
    let ids = DOCUMENTS.iter().map(|(id, ..)| *id).filter(|id| !left_out.contains(id));
    ids.collect::<Vec<_>>().join(" ")
}

#[test]
fn texts_of_all_types() {
    for (search_type, lookfor, expected) in [
        ("AllFields", "cat -dog", "cat-dog".to_owned()),
        ("AllFields", "cat NOT dog", "cat mouse".to_owned()),
        ("AllFields", "cat !-dog", "cat mouse".to_owned()),
        ("AllFields", "-dog", all_but(&["dog", "cat-dog"])),
        ("AllFields", "", all_but(&[])),
        ("AllFields", "*:*", all_but(&[])),
        ("AllFields", "()", all_but(&[])),
        ("AllFields", "cat OR dog", "cat dog cat-dog mouse".to_owned()),
        // `a OR b AND c`: b and c required; `a b OR c`: a required.
        ("AllFields", "mouse OR cat AND dog", "cat-dog".to_owned()),
        ("AllFields", "cat dog OR mouse", "cat cat-dog mouse".to_owned()),
        ("AllFields", "NOT (NOT cat)", "cat cat-dog mouse".to_owned()),
        ("AllFields", "cat (NOT dog)", "cat mouse".to_owned()),
        ("AllFields", "kissa or koira", "or".to_owned()),
        ("AllFields", "kissa OR koira", "kissa koira pair kitten or".to_owned()),
        ("AllFields", "kissa*", "kissa pair kitten or".to_owned()),
        ("AllFields", "k?ira", "koira pair kitten or".to_owned()),
        ("AllFields", "koirra~", "koira pair kitten or".to_owned()),
        ("AllFields", "\"cat dog\"", "cat-dog".to_owned()),
        ("AllFields", "\"dog cat\"", String::new()),
        ("AllFields", "\"dog cat\"~2", "cat-dog".to_owned()),
        ("AllFields", "\"dog cat\" ~2", "cat-dog".to_owned()),
        // What the grammar refuses is searched as words.
        ("AllFields", "cat AND", "mouse".to_owned()),
        ("AllFields", "kissa* \"koira", "pair or".to_owned()),
        ("AllFields", "\"cat dog", "cat-dog".to_owned()),
        ("AllFields", "title:cat", "cat cat-dog mouse".to_owned()),
        ("AllFields", "building:\"0/B/\"", "dog cat-dog".to_owned()),
        ("AllFields", "nofield:cat", String::new()),
        ("AllFields", "foo:bar", "foo".to_owned()),
        ("AllFields", "0306406152", "isbn".to_owned()),
        ("AllFields", "cat & dog", String::new()),
        ("AllFields", "cat / dog", "cat-dog".to_owned()),
        ("Title", "Cat", "cat cat-dog mouse".to_owned()),
        ("ISN", "978-0-306-40615-7", "isbn".to_owned()),
        ("TitleStart", "cat and", "mouse".to_owned()),
        ("TitleStart", "mouse", String::new()),
        ("TitleExact", "Cat Dog", "cat-dog".to_owned()),
        ("TitleExact", "cat", "cat".to_owned()),
        ("CallNumber", "78.3 sib", "isbn".to_owned()),
        ("CallNumber", "78", "isbn".to_owned()),
        ("JournalTitle", "koira", "koira".to_owned()),
        ("JournalTitle", "*:*", "koira".to_owned()),
        ("topic", "felines", "mouse".to_owned()),
        ("topic", "NOT felines", String::new()),
        ("topic", "a AND", "error".to_owned()),
        ("topic", "nofield:x", "error".to_owned()),
        ("id", "cat", "cat".to_owned()),
        ("ids", "cat dog", "cat dog".to_owned()),
        ("nosuch", "cat dog", "cat-dog".to_owned()),
        ("nosuch", "nofield:cat", "error".to_owned()),
        ("publisher", "-x", String::new()),
        ("nosuch", "_query_:\"{!edismax qf=\\\"title\\\" mm='0%'}cat dog\"", "cat-dog".to_owned()),
        ("nosuch", "_query_:\"cat\"", "error".to_owned()),
    ] {
        assert_eq!(found(&basic(lookfor, search_type), &[]), expected, "{search_type}: {lookfor}");
    }
}

#[test]
fn filters() {
    for (filters, expected) in [
        (&["~building:\"0/A/\"", "~building:\"1/A/b/\"", "building:\"0/B/\""][..], "cat-dog"),
        (&["~building:0/A/", "~building:0/B/"], "cat dog cat-dog"),
        (&["-building:0/A/", "format:0/Book/"], "kissa"),
        (&["main_date_str:[1890 TO 1900]"], "1900"),
        (&["main_date_str:\"[* TO 1899]\""], ""),
        (&["format:0/*"], "kissa koira"),
        (&["format:*"], "kissa koira"),
        (&["title:\"cat dog\""], "cat-dog"),
        (&["title:\"dog cat\""], ""),
        (&["(title:cat AND NOT title:dog)", "-(title:mouse)"], "cat"),
        (&["search_daterange_mv:overlap|[1900 TO 1905]"], "1900 gap"),
        (&["search_daterange_mv:overlap|[1820 TO 1904]"], "1900"),
        (&["search_daterange_mv:within|[1900 TO 1950]"], "1900"),
        (&["search_daterange_mv:within|[1800 TO *]"], "1900 gap"),
        (&["search_daterange_mv:within|[-0099 TO 0100]"], "bc"),
        (&["-search_daterange_mv:[1900 TO 1950]", "search_daterange_mv:*"], "bc"),
        (
            &["~search_daterange_mv:[1908 TO 1910]", "~search_daterange_mv:[0001 TO 0002]"],
            "1900 bc",
        ),
        (&["search_daterange_mv:overlap|[1910 TO 1900]"], "error"),
        (&["search_daterange_mv:overlap|[2020-13 TO 2021]"], "error"),
        (&["nofield:x"], "error"),
        (&["nocolon"], "error"),
        (&["~(format:x OR y:z)"], "error"),
        (&["(format:x AND)"], "error"),
    ] {
        assert_eq!(found(&basic("", "AllFields"), filters), expected, "{filters:?}");
    }
}

#[test]
fn groups() {
    use BoolWord::{And, Not, Or};
    let group = |bool_word: BoolWord, rows: &[(&str, &str)]| QueryGroup {
        bool_word,
        terms: rows
            .iter()
            .map(|(lookfor, search_type)| QueryTerm {
                lookfor: (*lookfor).to_owned(),
                search_type: (*search_type).to_owned(),
            })
            .collect(),
    };
    for (join, groups, expected) in [
        (And, vec![group(And, &[("cat", "Title"), ("dog", "Title")])], "cat-dog".to_owned()),
        (
            Or,
            vec![group(Or, &[("mouse", "Title"), ("dog", "Title")])],
            "dog cat-dog mouse".to_owned(),
        ),
        (
            And,
            vec![group(And, &[("cat", "Title")]), group(Not, &[("dog", "AllFields")])],
            "cat mouse".to_owned(),
        ),
        (
            Or,
            vec![
                group(And, &[("cat", "Title")]),
                group(And, &[("dog", "Title")]),
                group(Not, &[("mouse", "AllFields")]),
            ],
            "cat dog cat-dog".to_owned(),
        ),
        (
            And,
            vec![
                group(Not, &[("cat", "Title")]),
                group(Not, &[("dog", "Title"), ("koira", "Title")]),
            ],
            all_but(&["cat", "cat-dog", "mouse", "dog", "koira", "pair", "kitten", "or"]),
        ),
        (
            Not,
            vec![group(And, &[("cat", "Title")]), group(And, &[("dog", "Title")])],
            all_but(&["cat", "dog", "cat-dog", "mouse"]),
        ),
        (
            And,
            vec![group(And, &[("cat", "Title")]), group(Not, &[("()", "Title")])],
            "error".to_owned(),
        ),
        (
            And,
            vec![group(And, &[("cat", "Title"), ("()", "Title")])],
            "cat cat-dog mouse".to_owned(),
        ),
        (And, vec![], all_but(&[])),
        // The text of an unknown type stands without parentheses: its first word is required.
        (
            And,
            vec![group(Or, &[("cat mouse", "nosuch"), ("dog", "Title")])],
            "cat cat-dog mouse".to_owned(),
        ),
        (And, vec![group(And, &[("koira", "JournalTitle")])], "koira".to_owned()),
        (And, vec![group(And, &[("nofield:x", "topic")])], "error".to_owned()),
        (And, vec![group(And, &[("\"cat dog\" -x \\ ' \"", "Title")])], String::new()),
    ] {
        let query = UserQuery::Advanced { join, groups };
        assert_eq!(found(&query, &[]), expected, "{query:?}");
    }
    let ids = UserQuery::Ids(vec!["cat".into(), "koira".into(), "no\"such".into()]);
    assert_eq!(found(&ids, &[]), "cat koira");
}
