//! Laws that every search keeps, on random queries over the sample records: paging is complete,
//! facets count what filters find, operators narrow and widen, any request is answered.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expects")]

mod demo;

use demo::Demo;
use kirjo::api::{Method, Request};
use kirjo::search::{Documents, FacetOrder, FacetRequest, SearchRequest, SortOrder, UserQuery};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

/// Facet fields: hierarchical, with many values, with several values a record.
const FACETS: [&str; 6] =
    ["format", "building", "language", "topic_facet", "author_facet", "main_date_str"];

struct Corpus {
    demo: Demo,
    /// Words of titles and topics.
    words: Vec<String>,
}

static CORPUS: LazyLock<Corpus> = LazyLock::new(|| {
    let demo = demo::samples();
    let outcome = demo.service.search(&request("", "AllFields", &[])).expect("everything");
    let mut words: Vec<String> = outcome
        .hits
        .all()
        .expect("documents")
        .iter()
        .flat_map(|hit| hit.fields.texts("title").chain(hit.fields.texts("topic")))
        .flat_map(|text| text.split_whitespace())
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
        .filter(|word| word.chars().count() > 1 && word.chars().all(char::is_alphanumeric))
        .collect();
    words.sort();
    words.dedup();
    assert!(words.len() > 100, "the samples hold words");
    Corpus { demo, words }
});

fn request(lookfor: &str, search_type: &str, filters: &[String]) -> SearchRequest {
    SearchRequest {
        query: UserQuery::Basic { lookfor: lookfor.into(), search_type: search_type.into() },
        filters: filters.to_vec(),
        hidden_filters: Vec::new(),
        facets: Vec::new(),
        sort: SortOrder::Relevance,
        after: None,
        offset: 0,
        limit: 400,
    }
}

fn facet(field: &str) -> FacetRequest {
    FacetRequest {
        field: field.to_owned(),
        limit: None,
        order: FacetOrder::Count,
        ignores_own_choice: false,
    }
}

/// Value and count of every value of a field among the hits.
fn counts(lookfor: &str, filters: &[String], field: &str) -> Vec<(String, u64)> {
    let request = SearchRequest {
        facets: vec![facet(field)],
        limit: 0,
        ..request(lookfor, "AllFields", filters)
    };
    let outcome = CORPUS.demo.service.search(&request).expect(lookfor);
    let values = outcome.facets.into_iter().flat_map(|result| result.values);
    values.map(|count| (count.value, count.count)).collect()
}

/// The ids of all hits.
fn ids(lookfor: &str, filters: &[String]) -> BTreeSet<String> {
    counts(lookfor, filters, "id").into_iter().map(|(id, _)| id).collect()
}

fn total(lookfor: &str, filters: &[String]) -> u64 {
    let request = SearchRequest { limit: 0, ..request(lookfor, "AllFields", filters) };
    CORPUS.demo.service.search(&request).expect(lookfor).total
}

fn word(at: Index) -> &'static str {
    at.get::<String>(&CORPUS.words)
}

/// A simple query: a word, a beginning of a word, a phrase, one of two words, everything.
fn query() -> impl Strategy<Value = String> {
    (any::<Index>(), any::<Index>(), 0..6).prop_map(|(a, b, form)| {
        let (a, b) = (word(a), word(b));
        let start: String = a.chars().take(2).collect();
        match form {
            0 => String::new(),
            1 => a.to_owned(),
            2 => format!("{start}*"),
            3 => format!("({a} OR {b})"),
            4 => format!("\"{a}\""),
            _ => format!("title:{start}*"),
        }
    })
}

/// A filter on a value that some record has.
fn filter() -> impl Strategy<Value = String> {
    (select(&FACETS[..]), any::<Index>(), select(vec!["", "~", "-"])).prop_map(
        |(field, at, sign)| {
            let values = counts("", &[], field);
            format!("{sign}{field}:\"{}\"", at.get(&values).0)
        },
    )
}

/// A query as a group that can stand beside operators. (A `*` at the start of a text would go.)
fn grouped(query: &str) -> String {
    if query.is_empty() { "id:[* TO *]".to_owned() } else { format!("({query})") }
}

/// At least a thousand cases; `PROPTEST_CASES` for more.
fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: usual.cases.max(1000),
        max_shrink_iters: 200,
        failure_persistence: None,
        ..usual
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn pages_make_up_the_whole(
        query in query(),
        filters in prop::collection::vec(filter(), 0..3),
        size in 5_usize..100,
        sort in select(vec![SortOrder::Relevance, SortOrder::Title, SortOrder::DateDescending]),
        deduplicated in any::<bool>(),
    ) {
        let mut filters = filters;
        if !deduplicated {
            filters.push("finna.deduplication:\"0\"".to_owned());
        }
        let mut seen = BTreeSet::new();
        let mut shown = 0;
        let mut offset = 0;
        let total = loop {
            let request =
                SearchRequest { sort, offset, limit: size, ..request(&query, "AllFields", &filters) };
            let outcome = CORPUS.demo.service.search(&request).expect("an answer");
            let hits = outcome.hits.all().expect("documents");
            shown += hits.len() as u64;
            seen.extend(hits.iter().map(|hit| hit.id.clone()));
            offset += size;
            if hits.len() < size {
                break outcome.total;
            }
        };
        prop_assert_eq!(shown, total);
        prop_assert_eq!(seen.len() as u64, total);
        let ids = ids(&query, &filters);
        if deduplicated {
            // A group is shown by one of its members.
            prop_assert_eq!(seen.len(), ids.len());
        } else {
            prop_assert_eq!(seen, ids);
        }
    }

    #[test]
    fn a_walk_by_cursor_meets_what_pages_show(
        query in query(),
        filters in prop::collection::vec(filter(), 0..2),
        size in 5_usize..100,
        sort in select(vec![
            SortOrder::Relevance,
            SortOrder::Title,
            SortOrder::Author,
            SortOrder::DateAscending,
            SortOrder::DateDescending,
            SortOrder::LastIndexed,
        ]),
    ) {
        let whole = SearchRequest { sort, limit: 1000, ..request(&query, "AllFields", &filters) };
        let find = |request: &SearchRequest| CORPUS.demo.service.search(request).expect("an answer");
        let of = |hits: Documents| {
            hits.map(|hit| hit.expect("a document").id.clone()).collect::<Vec<_>>()
        };
        let whole_outcome = find(&whole);
        let (total, expected) = (whole_outcome.total, of(whole_outcome.hits));
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = find(&SearchRequest { after, limit: size, ..whole.clone() });
            prop_assert_eq!(page.total, total);
            seen.extend(of(page.hits));
            let Some(next) = page.next else { break };
            // It goes to the client and back as text.
            after = Some(next.to_string().parse().expect("own cursor"));
        }
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn a_facet_may_ignore_the_choice_within_itself(
        query in query(),
        field in select(&FACETS[..]),
        other in filter(),
        pick in any::<Index>(),
    ) {
        // Another choice within the field would be ignored as well.
        let others = if other.starts_with(&format!("~{field}:")) { vec![] } else { vec![other] };
        let mut free = counts(&query, &others, field);
        let (query, others) = if free.is_empty() { (String::new(), vec![]) } else { (query, others) };
        if free.is_empty() {
            free = counts(&query, &others, field);
        }
        let chosen = format!("~{field}:\"{}\"", pick.get(&free).0);
        let request = SearchRequest {
            facets: vec![FacetRequest { ignores_own_choice: true, ..facet(field) }],
            limit: 0,
            ..request(&query, "AllFields", &[others, vec![chosen]].concat())
        };
        let outcome = CORPUS.demo.service.search(&request).expect("an answer");
        let values = outcome.facets.into_iter().flat_map(|result| result.values);
        let found: Vec<_> = values.map(|count| (count.value, count.count)).collect();
        prop_assert_eq!(found, free);
    }

    #[test]
    fn facets_count_what_filters_find(
        query in query(),
        filters in prop::collection::vec(filter(), 0..2),
        field in select(&FACETS[..]),
        picks in prop::collection::vec(any::<Index>(), 2),
    ) {
        let values = counts(&query, &filters, field);
        for pick in picks.iter().filter(|_| !values.is_empty()) {
            let (value, count) = pick.get(&values);
            let mut narrowed = filters.clone();
            narrowed.push(format!("{field}:\"{value}\""));
            prop_assert_eq!(total(&query, &narrowed), *count, "{}:{}", field, value);
        }
    }

    #[test]
    fn parents_count_their_children(query in query(), field in select(vec!["format", "building"])) {
        let values = counts(&query, &[], field);
        for (value, count) in values.iter().filter(|(value, _)| value.starts_with("0/")) {
            let below = format!("1/{}", value.trim_start_matches("0/"));
            let children: Vec<&(String, u64)> =
                values.iter().filter(|(value, _)| value.starts_with(&below)).collect();
            let mut stops = vec![format!("{field}:\"{value}\"")];
            stops.extend(children.iter().map(|(child, _)| format!("-{field}:\"{child}\"")));
            let stopping = total(&query, &stops);
            let sum: u64 = children.iter().map(|(_, count)| count).sum();
            prop_assert!(children.iter().all(|(_, child)| child <= count));
            prop_assert!(*count <= sum + stopping);
        }
    }

    #[test]
    fn operators_narrow_and_widen(a in query(), b in query()) {
        let (a, b) = (grouped(&a), grouped(&b));
        let (of_a, of_b) = (ids(&a, &[]), ids(&b, &[]));
        let both: BTreeSet<String> = of_a.intersection(&of_b).cloned().collect();
        let either: BTreeSet<String> = of_a.union(&of_b).cloned().collect();
        let without: BTreeSet<String> = of_a.difference(&of_b).cloned().collect();
        prop_assert_eq!(&ids(&format!("{a} AND {b}"), &[]), &both);
        prop_assert_eq!(ids(&format!("{a} {b}"), &[]), both);
        prop_assert_eq!(ids(&format!("{a} OR {b}"), &[]), either);
        prop_assert_eq!(ids(&format!("{a} NOT {b}"), &[]), without);
        prop_assert_eq!(ids(&format!("NOT (NOT {a})"), &[]), of_a);
    }

    #[test]
    fn order_and_repetition_of_filters_do_not_matter(
        query in query(),
        (filters, shuffled) in prop::collection::vec(filter(), 1..5)
            .prop_flat_map(|filters| (Just(filters.clone()), Just(filters).prop_shuffle())),
        repeated in any::<Index>(),
    ) {
        let mut changed = shuffled.clone();
        changed.push(repeated.get(&shuffled).clone());
        prop_assert_eq!(ids(&query, &filters), ids(&query, &changed));
    }

    #[test]
    fn any_request_is_answered(
        pieces in prop::collection::vec(
            prop_oneof![
                select(vec![
                    "&lookfor=", "&type=", "&filter[]=", "&facet[]=", "&sort=", "&page=", "&limit=",
                    "&lookfor0[]=", "&type0[]=", "&bool0[]=", "&join=", "&hiddenFilters[]=", "&field[]=",
                    "&facetFilter[]=", "&coordinates=", "&daterange[]=", "&overrideIds[]=", "&search=",
                    "AllFields", "Title", "topic", "CallNumber", "publisher", "id", "versions",
                    "title:", "format:", "search_daterange_mv:", "location_geo:", "~building:", "-", "(",
                    ")", "\"", "*", "?", "~", "^2", "[a TO b]", "{!geofilt sfield=location_geo pt=60,24 d=5}",
                    " AND ", " OR ", " NOT ", "kissa", "a b", "[1900 TO 2000]", "within|", "/", "\\", ":",
                    "%00", "%FF", "+", "20", "AND", "_query_:\"{!edismax qf=title}x\"", "0/Book/", "{!",
                ]).prop_map(str::to_owned),
                "\\PC{0,5}",
            ],
            0..40,
        ),
    ) {
        let query = pieces.concat();
        prop_assume!(query.len() <= 8192);
        let answer = CORPUS.demo.finna.answer(&Request {
            method: Method::Get,
            path: "/v1/search",
            query: &query,
            content_type: "",
            body: &[],
            deadline: None,
        });
        prop_assert!([200, 400].contains(&answer.status), "{}: {}", answer.status, query);
        let body: Result<serde_json::Value, _> = serde_json::from_slice(&answer.body);
        prop_assert!(body.is_ok(), "{}", query);
    }
}

/// The hostile queries of the parser: each is answered or refused at once.
#[test]
fn hostile_queries() {
    let many = |piece: &str, count: usize| piece.repeat(count);
    for (search_type, text, answered) in [
        ("AllFields", format!("{}a{}", many("(", 50_000), many(")", 50_000)), true),
        ("topic", format!("{}a{}", many("(", 50_000), many(")", 50_000)), false),
        ("AllFields", many("a ", 5_000), false),
        ("publisher", many("a ", 5_000), false),
        ("topic", many("a OR ", 5_000), false),
        ("AllFields", many("NOT ", 2_000), true),
        ("AllFields", many("\"", 8_001), true),
        ("AllFields", many("?", 50), true),
        ("AllFields", many("\\", 8_000), true),
        ("AllFields", "\"a b\"~1000000".to_owned(), true),
        ("AllFields", "*a*".to_owned(), true),
        ("AllFields", "a~ b~2 c~0.1".to_owned(), true),
        ("AllFields", "title:[* TO *] id:[a TO *]".to_owned(), true),
    ] {
        let start = std::time::Instant::now();
        let found = CORPUS
            .demo
            .service
            .search(&SearchRequest { limit: 1, ..request(&text, search_type, &[]) });
        let shown: String = text.chars().take(20).collect();
        assert_eq!(found.is_ok(), answered, "{search_type} {shown}: {found:?}");
        assert!(start.elapsed() < Duration::from_secs(5), "{search_type} {shown}");
    }
}
