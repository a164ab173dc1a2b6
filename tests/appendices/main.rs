//! The appendices of search-semantics, row by row, from the parameters of a request to the query,
//! the filters and the order that it means. Every row of A, B and B2 is either here or listed with
//! the reason why no request can show it.

#![allow(
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects"
)]

mod table_a;
mod table_b;
mod trees;

use kirjo::api::{Params, search_request};
use kirjo::config::{ConfigFolder, FacetSettings, Schema, SearchSettings};
use kirjo::query::{SearchRules, SearchTypes};
use kirjo::search::{SolrRequest, SolrSelect};
use regex::{Captures, Regex};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

/// One request.
struct Row {
    /// `A1` … `A86`, `B1` …, `S109` …
    name: &'static str,
    /// `search.toml`.
    settings: &'static str,
    /// Search types in the place of the shipped ones.
    types: &'static str,
    /// Parameters, not encoded but for `&`.
    request: &'static str,
    /// Parser, minimum and query; ` + ` filters; ` | ` order and boosts, where they are not the
    /// usual ones; ` / retry ` the second attempt. A query within the query is
    /// `⟦parser type minimum: text⟧`.
    shown: &'static str,
}

const fn row(
    name: &'static str,
    settings: &'static str,
    types: &'static str,
    request: &'static str,
    shown: &'static str,
) -> Row {
    Row { name, settings, types, request, shown }
}

const ANY_CASE: &str = "[text]\ncase_sensitive_booleans = false\ncase_sensitive_ranges = false\n";
const ALL_BUT_AND: &str = "[text]\ncase_sensitive_booleans = [\"AND\"]\n";
const EXACT: &str = "[text]\nexact_phrase_search = true\n";
const SOURCES: &str = "[records]\nsources = [\"helka\", \"piki\", \"arto\"]\n";
const TIE_BY_ID: &str = "[order]\ntie_breaker = \"id\"\n";
const TIE_BY_TITLE: &str = "[order]\ntie_breaker = \"title desc,id\"\n";

/// The search types that the rows of appendix A are about.
const OWN: &str = r#"
AllFields: {DismaxFields: [a]}
plain: {DismaxFields: [field_a]}
other: {DismaxFields: [field_b]}
both: {DismaxFields: [a], QueryFields: {a: [[and, 100]]}}
exact: {DismaxFields: [a, b], ExactSettings: {DismaxFields: [c, d]}}
filtered: {DismaxFields: [a], FilterQuery: "a:filter"}
filter: {FilterQuery: "a:filter"}
munged: {DismaxFields: [field_a], QueryFields: {field_a: [[and, 100]], field_c: [[and, 200]]}}
any: {QueryFields: {field_a: [[or, ~]]}}
boosted: {DismaxFields: [test], DismaxParams: [[bq, boost]]}
chain:
  DismaxFields: [a]
  DismaxMunge: [[preg_replace, '/ \+ /', ' and '], [preg_replace, '/~1/', ' + 1'], [preg_replace, '/~/', ''], [lowercase]]
groups:
  QueryFields: {A: [[onephrase, 500], [and, 200]], 0: {0: [AND, 50], C: [[onephrase, 200]], D: [[identity, ~]], -E: [[or, ~]]}, B: [[or, 0]]}
"#;
const BOOST_IN: &str = r#"
AllFields: {DismaxFields: [a]}
plain: {DismaxFields: [field_a]}
other: {DismaxFields: [field_b]}
GlobalExtraParams: [{param: bq, value: "a:foo", conditions: [{SearchTypeIn: [plain]}]}]
"#;
const BOOST_NOT_IN: &str = r#"
AllFields: {DismaxFields: [a]}
plain: {DismaxFields: [field_a]}
other: {DismaxFields: [field_b]}
GlobalExtraParams: [{param: bq, value: "a:foo", conditions: [{SearchTypeNotIn: [plain]}]}]
"#;
/// Fields of the types above.
const OWN_FIELDS: [&str; 13] =
    ["a", "b", "c", "d", "field_a", "field_b", "field_c", "test", "A", "B", "C", "D", "E"];

const TYPES: [&str; 6] =
    ["AllFields", "Title", "Author", "Subject", "JournalTitle", "Classification"];
/// Types of classic DisMax.
const CLASSIC: [&str; 1] = ["publisher"];

static SCHEMA: LazyLock<Arc<Schema>> =
    LazyLock::new(|| Arc::new(Schema::load(&ConfigFolder::BuiltIn).expect("the schema")));

/// Fields with weights of the shipped types → name of the type.
static NAMES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let field_list = |settings: &str, request: &str| {
        let select = select(&rules(settings, ""), request);
        param(&select, "qf").expect("a type with fields").to_owned()
    };
    let mut names: BTreeMap<String, String> = TYPES
        .iter()
        .chain(&CLASSIC)
        .map(|name| (field_list("", &format!("lookfor=x&type={name}")), (*name).to_owned()))
        .collect();
    names.insert(field_list(EXACT, "lookfor=\"x\"&type=Title"), "Title exact".to_owned());
    names
});

fn rules(settings: &str, types: &str) -> SearchRules {
    let settings = SearchSettings::parse("search.toml", settings).expect("settings");
    if types.is_empty() {
        let types = SearchTypes::load(&ConfigFolder::BuiltIn, &SCHEMA).expect("search types");
        return SearchRules { types, settings, schema: Arc::clone(&SCHEMA) };
    }
    let fields: String = OWN_FIELDS.iter().map(|name| format!("{name} = \"text i\"\n")).collect();
    let schema = format!(
        "[fields]\nid = \"string i\"\n{fields}[suffixes]\n[dynamic]\nnames = []\n[copies]\n"
    );
    let schema = Arc::new(Schema::parse("schema.toml", &schema).expect("a schema"));
    let types = SearchTypes::parse("searches.yaml", types, &schema).expect("search types");
    SearchRules { types, settings, schema }
}

fn select(rules: &SearchRules, request: &str) -> SolrSelect {
    let pairs = request.split('&').filter_map(|pair| pair.split_once('='));
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.replace("%26", "&")));
    let params = Params::from_pairs(pairs);
    let facets = FacetSettings::load(&ConfigFolder::BuiltIn).expect("the facet settings");
    let request = search_request(&params, &facets).expect("a search");
    match SolrRequest::new(&request, rules, &facets).expect("a request") {
        SolrRequest::Select(select) => select,
        other @ SolrRequest::WorkKeys { .. } => panic!("{other:?}"),
    }
}

fn param<'s>(select: &'s SolrSelect, name: &str) -> Option<&'s str> {
    select.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Nested queries with the name of their type in the place of its fields.
fn short(query: &str) -> String {
    static NESTED: LazyLock<Regex> = LazyLock::new(|| {
        let pattern =
            r#"_query_:"\{!(e?dismax) qf=\\"([^"\\]*)\\" mm=\\'([^'\\]*)\\'\}((?:[^"\\]|\\.)*)""#;
        Regex::new(pattern).expect("a pattern")
    });
    static ESCAPED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\\(.)").expect("a pattern"));
    let short = NESTED.replace_all(query, |found: &Captures<'_>| {
        let name = NAMES.get(&found[2]).map_or(&found[2], String::as_str);
        let text = ESCAPED.replace_all(&found[4], "$1");
        format!("⟦{} {name} {}: {text}⟧", &found[1], &found[3])
    });
    short.into_owned()
}

/// A request as its row shows it.
fn shown(row: &Row) -> String {
    let select = select(&rules(row.settings, row.types), row.request);
    let mut shown = select.parser.to_owned();
    if let Some(mm) = param(&select, "mm") {
        shown = format!("{shown} {mm}");
    }
    shown = format!("{shown}: {}", short(param(&select, "q").expect("a query")));
    if row.name == "A64" {
        shown = format!("{shown} of {}", param(&select, "qf").expect("fields"));
    }
    let is_automatic = |filter: &str| {
        matches!(filter, "-merged_child_boolean:true" | "-hidden_component_boolean:true")
            || filter.starts_with("{!terms f=source_str_mv ")
    };
    let of = |name: &'static str| {
        select.params.iter().filter(move |(known, _)| known == name).map(|(_, value)| value)
    };
    let filters: Vec<String> = of("fq")
        .filter(|filter| !is_automatic(filter))
        .map(|filter| filter.replace('\u{1F}', "␟"))
        .collect();
    if !filters.is_empty() {
        shown = format!("{shown} + {}", filters.join("; "));
    }
    if let Some(sort) = param(&select, "sort").filter(|sort| *sort != "score desc,id asc") {
        shown = format!("{shown} | sort {sort}");
    }
    for boost in of("bq").filter(|boost| !boost.contains("recipDistance")) {
        shown = format!("{shown} | bq {boost}");
    }
    match select.retry_query {
        Some(retry) => format!("{shown} / retry {}", short(&retry)),
        None => shown,
    }
}

fn check(rows: &[Row]) {
    let differing: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let found = shown(row);
            (found != row.shown)
                .then(|| format!("{} {}\n  {}\n  {found}", row.name, row.request, row.shown))
        })
        .collect();
    assert!(differing.is_empty(), "expected, found:\n{}", differing.join("\n"));
}

#[test]
fn appendix_a() {
    check(&table_a::A);
}

#[test]
fn appendix_b() {
    check(&table_b::B);
    check(&table_b::B2);
}

/// No row is left out, and none is both tested and excused.
#[test]
fn every_row_is_here() {
    let queries = table_a::A.iter().map(|row| row.name);
    let tested: BTreeSet<&str> = queries.chain(trees::TREES.iter().map(|tree| tree.row)).collect();
    let excused: BTreeSet<&str> = table_a::NOT_APPLICABLE.iter().map(|(name, _)| *name).collect();
    assert!(table_a::NOT_APPLICABLE.iter().all(|(_, why)| !why.is_empty()));
    assert_eq!(tested.intersection(&excused).count(), 0);
    let all: BTreeSet<String> = (1..=86).map(|number| format!("A{number}")).collect();
    let found: BTreeSet<String> = tested.union(&excused).map(|name| (*name).to_owned()).collect();
    assert_eq!(found, all);
    let names: Vec<&str> = table_b::B.iter().map(|row| row.name).collect();
    assert_eq!(names, (1..=26).map(|number| format!("B{number}")).collect::<Vec<_>>());
    let names: BTreeSet<&str> = table_b::B2.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), table_b::B2.len(), "each name once");
    assert_eq!(names.len(), 42, "as many as the appendix has");
}
