use super::*;
use crate::config::{ConfigFolder, Schema};
use crate::query::QueryTerm;

const TITLE: &str = "title_short^500 title_txtP^4500 title^300 title_alt^200 title_new^100 title_old series^100 series2";

fn shipped() -> SearchTypes {
    let schema = Schema::load(&ConfigFolder::BuiltIn).expect("valid");
    SearchTypes::load(&ConfigFolder::BuiltIn, &schema).expect("valid")
}

fn own(text: &str) -> SearchTypes {
    let fields: String =
        ["a", "b", "c", "d", "field_a", "field_b", "field_c", "test", "A", "B", "C", "D", "E"]
            .map(|name| format!("{name} = \"text i\"\n"))
            .concat();
    let schema = format!(
        "[fields]\nid = \"string i\"\n{fields}[suffixes]\n[dynamic]\nnames = []\n[copies]\n"
    );
    let schema = Schema::parse("schema", &schema).expect("valid");
    let text = format!("AllFields:\n  DismaxFields: [a]\n{text}");
    SearchTypes::parse("types", &text, &schema).expect("valid")
}

fn shown(built: &BuiltQuery) -> String {
    let query = match &built.query {
        Query::EDisMax(text) => format!("edismax {}", text.text),
        Query::ClassicDisMax(text) => format!("dismax {}", text.text),
        Query::Lucene { text, .. } => format!("lucene {text}"),
        other => format!("{other:?}"),
    };
    match &built.type_filter {
        Some(filter) => format!("{query} + {filter}"),
        None => query,
    }
}

fn basic(types: &SearchTypes, lookfor: &str, search_type: &str) -> String {
    let query = UserQuery::Basic { lookfor: lookfor.into(), search_type: search_type.into() };
    shown(&types.build(&query, &SearchSettings::default(), "").expect("allowed"))
}

fn group(bool_word: BoolWord, rows: &[(&str, &str)]) -> QueryGroup {
    let terms = rows
        .iter()
        .map(|(lookfor, search_type)| QueryTerm {
            lookfor: (*lookfor).to_owned(),
            search_type: (*search_type).to_owned(),
        })
        .collect();
    QueryGroup { bool_word, terms }
}

fn advanced(types: &SearchTypes, join: BoolWord, groups: Vec<QueryGroup>) -> String {
    let query = UserQuery::Advanced { join, groups };
    let shown = shown(&types.build(&query, &SearchSettings::default(), "").expect("allowed"));
    shown.replace(TITLE, "TITLE")
}

/// Appendix B of search-semantics, and B2 as far as one type is concerned.
#[test]
fn appendix_b() {
    let types = shipped();
    for (lookfor, search_type, expected) in [
        ("cat -dog", "AllFields", "edismax cat \\-dog"),
        ("cat !-dog", "allfields", "edismax cat -dog"),
        ("-dog", "AllFields", "edismax -dog"),
        ("0306406152", "AllFields", "edismax 9780306406157"),
        ("0-306-40615-2", "AllFields", "edismax 0-306-40615-2"),
        ("a  :  b", "AllFields", "edismax a   b"),
        ("who? me", "AllFields", "edismax ((who?) OR (who\\?)) me"),
        ("AND OR", "AllFields", "edismax *:*"),
        ("(a b) -c", "AllFields", "edismax (a b) \\-c"),
        (
            "foo bar",
            "TitleStart",
            "lucene (title_txtP_l:(\"foo bar\") OR title_alt_txtP_l_mv:(\"foo bar\"))",
        ),
        (
            "foo bar",
            "CallNumber",
            "lucene (callnumber-search:(foobar)^1000 OR callnumber-search:(foobar*) OR dewey-search:(foobar)^1000 OR dewey-search:(foobar*))",
        ),
        (
            "foo bar",
            "topic",
            "lucene (topic:(foo AND bar)^50 OR topic_add_txt_mv:(foo AND bar) OR topic_facet:(foo AND bar))",
        ),
        ("foo bar", "ids", "lucene (id:(foo OR bar))"),
        ("foo bar", "nosuch", "lucene foo bar"),
        ("", "nosuch", "lucene *:*"),
        ("foo*", "publisher", "lucene (publisher:(foo*)^100 OR publisher:(foo*))"),
        ("foo bar", "publisher", "dismax foo bar"),
        ("84.2*", "Classification", "lucene (classification_txt_mv:(84.2*))"),
        ("x*", "description", "lucene (x*)"),
        ("*:*", "JournalTitle", "edismax *:* + format:0/Journal/"),
        (
            "a NOT b",
            "TitleStart",
            "lucene (title_txtP_l:(a NOT b) OR title_alt_txtP_l_mv:(a NOT b))",
        ),
        ("foo:bar", "topic", "lucene foo:bar"),
        ("title:koira?", "Title", "edismax title:((koira?) OR (koira\\?))"),
        ("(OCoLC)ocn00987 65", "oclc_num", "lucene (oclc_num:(98765))"),
        (
            "OR a",
            "topic",
            "lucene (topic:(OR AND a)^50 OR topic_add_txt_mv:(OR AND a) OR topic_facet:(OR AND a))",
        ),
        ("\"kissa:koira\" x*", "topic", "lucene \"kissa:koira\" x*"),
    ] {
        assert_eq!(basic(&types, lookfor, search_type), expected, "{lookfor} {search_type}");
    }
}

#[test]
fn groups() {
    use BoolWord::{And, Not, Or};
    let types = shipped();
    let sub = |text: &str| format!("(_query_:\"{{!edismax qf=\\\"TITLE\\\" mm=\\'0%\\'}}{text}\")");
    for (join, groups, expected) in [
        (
            And,
            vec![group(And, &[("foo bar", "Title"), ("baz", "Title")])],
            format!("lucene (({} AND {}))", sub("foo bar"), sub("baz")),
        ),
        (
            And,
            vec![group(And, &[("a", "Title")]), group(Not, &[("b", "Title"), ("c", "Title")])],
            format!("lucene (({}) AND NOT ({} OR {}))", sub("a"), sub("b"), sub("c")),
        ),
        (
            Or,
            vec![group(And, &[("a", "Title")]), group(Not, &[("b", "Title")])],
            format!("lucene (({}) OR NOT ({}))", sub("a"), sub("b")),
        ),
        (
            Not,
            vec![group(And, &[("a", "Title")]), group(Or, &[("b", "Title")])],
            format!("lucene NOT (({}) OR ({}))", sub("a"), sub("b")),
        ),
        (
            And,
            vec![group(And, &[("a", "Title")]), group(Not, &[("()", "Title")])],
            format!("lucene (({}) AND NOT )", sub("a")),
        ),
        (And, vec![group(And, &[("()", "Title")])], "lucene *:*".to_owned()),
        (And, vec![], "lucene *:*".to_owned()),
        (
            And,
            vec![group(
                And,
                &[("a b", "nosuch"), ("c -d", "TitleStart"), ("e* f", "publisher"), ("k*", "description")],
            )],
            "lucene ((a b AND (title_txtP_l:(\"c \\-d\") OR title_alt_txtP_l_mv:(\"c \\-d\")) AND (publisher:(e* f)^100 OR publisher:(e* f)) AND (k*)))".to_owned(),
        ),
        (
            And,
            vec![group(And, &[("it's \\\"so\\\" -x?", "Title")])],
            format!("lucene (({}))", sub("it\\'s \\\\\\\"so\\\\\\\" \\\\-x?")),
        ),
    ] {
        assert_eq!(advanced(&types, join, groups), expected);
    }
}

/// Appendix A of search-semantics, rows 64–75.
#[test]
fn appendix_a() {
    let types = own(concat!(
        "t1:\n  DismaxFields: [a, b]\n  ExactSettings:\n    DismaxFields: [c, d]\n",
        "t2:\n  DismaxFields: [a]\n  FilterQuery: 'a:filter'\n",
        "t3:\n  FilterQuery: 'a:filter'\n",
        "t4:\n  DismaxFields: [field_a]\n  QueryFields: {field_a: [[and, 100]], field_c: [[and, 200]]}\n",
        "t5:\n  QueryFields: {field_a: [[or, ~]]}\n",
        "t6:\n  DismaxFields: [test]\n  DismaxParams: [[bq, boost]]\n",
        "t7:\n  DismaxFields: [test]\n  DismaxParams: [[bf, 'ord(x)^2 recip(y)'], [mm, 50%]]\n",
        "t8:\n  DismaxFields: [a]\n  DismaxMunge: [[preg_replace, '/ \\+ /', ' and '], [preg_replace, '/~1/', ' + 1'], [preg_replace, '/~/', ''], [lowercase]]\n",
        "t9:\n  QueryFields: {A: [[onephrase, 500], [and, 200]], 0: {0: [AND, 50], C: [[onephrase, 200.7]], D: [[identity, ~]], -E: [[or, ~]]}, B: [[or, 0]]}\n",
    ));
    for (lookfor, search_type, expected) in [
        ("\"q\"", "t1", "dismax \"q\""),
        ("q", "t2", "dismax q + a:filter"),
        ("q*", "t2", "lucene ((q*) AND (a:filter))"),
        ("q", "t3", "lucene ((q) AND (a:filter))"),
        ("*:*", "t3", "lucene a:filter"),
        ("value*", "t4", "lucene (field_a:(value*)^100 OR field_c:(value*)^200)"),
        ("\"foo\" \"bar\" \"baz\"", "t5", "lucene (field_a:(\"foo\" OR \"bar\" OR \"baz\"))"),
        ("my friend*", "t6", "lucene ((my friend*)) AND (*:* OR boost)"),
        (
            "my friend*",
            "t7",
            "lucene ((my friend*)) AND (*:* OR _val_:\"ord(x)\"^2 OR _val_:\"recip(y)\")",
        ),
        ("test + test", "t8", "dismax test and test"),
        ("TEST", "t8", "dismax test"),
        (
            "one \"two three\"",
            "t9",
            "lucene (A:(\"one two three\")^500 OR A:(one AND \"two three\")^200 OR (C:(\"one two three\")^200  AND  D:(one \"two three\")  AND  \\-E:(one OR \"two three\"))^50 OR B:(one OR \"two three\"))",
        ),
    ] {
        assert_eq!(basic(&types, lookfor, search_type), expected, "{lookfor} {search_type}");
    }
    let exact = SearchSettings { exact_phrase_search: true, ..SearchSettings::default() };
    for (lookfor, qf) in [(" \"q\" ", "c d"), ("q", "a b"), ("\"a\" OR \"b\"", "")] {
        let query = UserQuery::Basic { lookfor: lookfor.into(), search_type: "t1".into() };
        let built = types.build(&query, &exact, "").expect("allowed");
        let found = match &built.query {
            Query::ClassicDisMax(text) => text.settings.qf.as_str(),
            _ => "",
        };
        assert_eq!(found, qf, "{lookfor}");
    }
}

/// Appendix A of search-semantics, rows 74–75, and the other conditions of §2.
#[test]
fn extra_params() {
    let types = own(concat!(
        "test:\n  DismaxFields: [a]\n  DismaxParams: [[pf, a]]\ntest2:\n  DismaxFields: [b]\n",
        "GlobalExtraParams:\n",
        "  - {param: p1, value: x, conditions: [{SearchTypeIn: [test]}]}\n",
        "  - {param: p2, value: x, conditions: [{SearchTypeNotIn: [test]}]}\n",
        "  - {param: p3, value: x, conditions: [{AllSearchTypesIn: [test]}]}\n",
        "  - {param: p4, value: x, conditions: [{NoDismaxParams: [pf]}]}\n",
        "  - {param: p5, value: x, conditions: [{SortIn: score}, {SearchTypeIn: [test2]}]}\n",
        "  - {param: p6, value: [x, y], conditions: [{SortNotIn: [score]}]}\n",
    ));
    for (rows, sort, expected) in [
        (&[("x", "test"), ("y", "test2")][..], "score", "p1 p5"),
        (&[("x", "test")], "title", "p1 p3 p6 p6"),
        (&[("x", "test2")], "score", "p2 p4 p5"),
    ] {
        let groups = vec![group(BoolWord::And, rows)];
        let query = UserQuery::Advanced { join: BoolWord::And, groups };
        let built = types.build(&query, &SearchSettings::default(), sort).expect("allowed");
        let names: Vec<&str> = built.extra_params.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.join(" "), expected, "{rows:?}");
    }
}

#[test]
fn ids() {
    let query = UserQuery::Ids(vec!["a.1".into(), "b\"2".into()]);
    let built = shipped().build(&query, &SearchSettings::default(), "").expect("allowed");
    assert_eq!(shown(&built), "lucene id:(\"a.1\" OR \"b\\\"2\")");
}
