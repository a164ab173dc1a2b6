use super::*;
use crate::config::ConfigFolder;
use crate::query::Query;

fn schema() -> Schema {
    Schema::load(&ConfigFolder::BuiltIn).expect("valid")
}

fn list_with(settings: &SearchSettings, hidden: &[&str], visible: &[&str]) -> FilterList {
    let strings = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    FilterList::new(&strings(hidden), &strings(visible), settings, false).expect("few filters")
}

/// The filters of a request in Solr's language, without the automatic ones.
fn shown(visible: &[&str]) -> Vec<String> {
    let list = list_with(&SearchSettings::default(), &[], visible);
    let shown = list.parts.iter().map(FilterPart::solr);
    shown
        .filter(|f| f != "-merged_child_boolean:true" && f != "-hidden_component_boolean:true")
        .collect()
}

#[test]
fn forms_in_solr() {
    for (input, expected) in [
        ("format:0/Book/", "format:\"0/Book/\""),
        ("format:\"0/Book/\"", "format:\"0/Book/\""),
        ("format: \"0/Book/\"", "format:\"\\\"0/Book/\""),
        ("title:a\"b\\c", "title:\"a\\\"b\\\\c\""),
        ("-format:\"0/Book/\"", "-format:\"0/Book/\""),
        ("main_date_str:\"[1900 TO *]\"", "main_date_str:[1900 TO *]"),
        ("author_facet:Sib*", "author_facet:Sib*"),
        ("main_date_str:{1900 TO 1950}", "main_date_str:\"{1900 TO 1950}\""),
        ("main_date_str:[1900 TO 1950}", "main_date_str:\"[1900 TO 1950}\""),
        ("main_date_str:[ TO 1]", "main_date_str:\"[ TO 1]\""),
        ("(format:\"a\" OR format:\"b\")", "(format:\"a\" OR format:\"b\")"),
        ("nocolon", "nocolon:\"\""),
        ("~(format:x OR y:z)", "{!tag=(format_filter}(format:((format:\"x OR y:z)\")"),
        ("*:*", "*:*"),
        ("search_daterange_mv:within|[1 TO 2]", "{!field f=search_daterange_mv op=Within}[1 TO 2]"),
    ] {
        assert_eq!(shown(&[input]), [expected], "{input}");
    }
    // Appendix A of search-semantics, row 76.
    assert_eq!(
        shown(&["~format:bar", "~format:baz", "building:main"]),
        ["building:\"main\"", "{!tag=format_filter}format:(format:\"bar\" OR format:\"baz\")"]
    );
}

/// The vectors of finna-api §13.5 by number.
#[test]
fn vectors_of_the_specification() {
    for (vector, input, expected) in [
        ("13.5.1", "format:0/Book/", "format:\"0/Book/\""),
        ("13.5.1", "format:\"0/Book/\"", "format:\"0/Book/\""),
        ("13.5.1", "format: \"0/Book/\"", "format:\"\\\"0/Book/\""),
        (
            "13.5.2",
            "~building:0/Helmet/",
            "{!tag=building_filter}building:(building:\"0/Helmet/\")",
        ),
        ("13.5.3", "-format:\"0/Book/\"", "-format:\"0/Book/\""),
        ("13.5.4", "title:\"a:b\"", "title:\"a:b\""),
        ("13.5.5", "main_date_str:\"[1900 TO *]\"", "main_date_str:[1900 TO *]"),
        ("13.5.6", "author_facet:Sib*", "author_facet:Sib*"),
        (
            "13.5.7",
            "(format:\"0/Book/\" OR format:\"0/Map/\")",
            "(format:\"0/Book/\" OR format:\"0/Map/\")",
        ),
    ] {
        assert_eq!(shown(&[input]), [expected], "vector {vector}: {input}");
    }
}

#[test]
fn meanings() {
    let phrase =
        |field: &str, text: &str| Query::Phrase { field: field.into(), text: text.into(), slop: 0 };
    let lucene =
        |text: &str| Query::Lucene { text: text.into(), default_field: "allfields".into() };
    let schema = schema();
    let meaning = |filter: &str| {
        list_with(&SearchSettings::default(), &[], &[filter])
            .meaning(&schema)
            .map(|filters| filters.into_iter().next().map(|filter| filter.query))
    };
    for (input, expected) in [
        ("format:0/Book/", phrase("format", "0/Book/")),
        ("main_date_str:[1900 TO *]", lucene("main_date_str:[1900 TO *]")),
        ("author_facet:Sibelius, Jean*", lucene("author_facet:Sibelius, Jean*")),
        ("(a OR b)", lucene("(a OR b)")),
        ("*:*", Query::All),
    ] {
        assert_eq!(meaning(input), Ok(Some(expected)), "{input}");
    }
    for (input, expected) in [
        ("foo:x", FilterError::UnknownField("foo".into())),
        ("nocolon", FilterError::UnknownField("nocolon".into())),
        ("-foo:x", FilterError::UnknownField("foo".into())),
        ("~(format:x OR y:z)", FilterError::UnknownField("(format".into())),
        ("finna.deduplication:x", FilterError::UnknownField("finna.deduplication".into())),
        (
            "search_daterange_mv:overlap|[1950 TO 1900]",
            FilterError::BadDateRange("[1950 TO 1900]".into()),
        ),
        (
            "search_daterange_mv:overlap|[2020-13 TO *]",
            FilterError::BadDateRange("[2020-13 TO *]".into()),
        ),
        ("location_geo:Intersects(1 2)", FilterError::BadShape("Intersects(1 2)".into())),
    ] {
        assert_eq!(meaning(input), Err(expected), "{input}");
    }
    for input in [
        "{!geofilt sfield=location_geo pt=60.2,24.9 d=5}",
        "{!score=none}location_geo:\"Intersects(POINT(24 60))\"",
        "location_geo:\"Intersects(POINT(24 60))\"",
    ] {
        assert!(
            matches!(meaning(input), Ok(Some(Query::Geo { field, .. })) if field == "location_geo"),
            "{input}"
        );
    }
    let tags: Vec<Option<String>> =
        list_with(&SearchSettings::default(), &[], &["~format:a", "building:x"])
            .meaning(&schema)
            .expect("known fields")
            .into_iter()
            .map(|filter| filter.tag)
            .collect();
    assert_eq!(tags, [None, Some("format".into()), None, None]);
}

#[test]
fn sources_and_deduplication() {
    let with_sources = SearchSettings {
        sources: ["helka", "piki", "arto"].map(str::to_owned).to_vec(),
        api_excluded_sources: vec!["piki".into()],
        ..SearchSettings::default()
    };
    let found = list_with(&with_sources, &[], &["finna.deduplication:\"0\"", "online_boolean:1"]);
    let shown: Vec<String> =
        found.parts.iter().map(|part| part.solr().replace('\u{1F}', "␟")).collect();
    assert_eq!(
        shown,
        [
            "-merged_boolean:true",
            "{!terms f=source_str_mv separator=\"␟\" method=docValuesTermsFilter}helka␟arto",
            "-hidden_component_boolean:true",
            "{!terms f=online_str_mv separator=\"␟\" method=docValuesTermsFilter}helka␟piki␟arto",
        ]
    );
    assert_eq!((found.forced_deduplication, found.deduplicates), (Some(false), false));
    assert_eq!(found.active_sources, Some(vec!["helka".to_owned(), "arto".to_owned()]));

    let asked = list_with(&with_sources, &[], &["finna.sources:\"piki\"", "finna.sources:x"]);
    assert_eq!(asked.active_sources, Some(vec!["piki".to_owned()]));
    assert!(asked.parts.iter().any(|part| part.solr() == "finna.sources:\"x\""));
    let lifted = list_with(&with_sources, &[], &["finna.sources:\"\""]);
    assert_eq!(lifted.active_sources, None);

    let available = list_with(
        &with_sources,
        &[],
        &["~building:0/A/", "~building:0/B/", "source_available_str_mv:*"],
    );
    assert_eq!(
        available.parts.last(),
        Some(&FilterPart::Terms {
            field: "building_available_str_mv",
            values: vec!["0/A/".into(), "0/B/".into()],
        })
    );

    let by_id = FilterList::new(&[], &[], &with_sources, true).expect("no filters");
    assert_eq!(by_id.parts.len(), 1);
    let members = SearchSettings {
        raw_hidden_filters: vec!["merged_child_boolean:true".into()],
        ..SearchSettings::default()
    };
    assert!(!list_with(&members, &[], &[]).deduplicates);
}

/// search-semantics §8.
#[test]
fn buildings_in_order() {
    for (filters, expected) in [
        (&["building:\"1/a/x/\"", "-building:\"0/b/\""][..], &["a", "b"][..]),
        (&["building_sub_str_mv:\"a\"", "(building:\"b\" OR building:\"c\")"], &["b", "c"]),
        (&["~building:0/B/", "building:0/A/", "~building:0/C/"], &["A", "B", "C"]),
        (&["building:x*"], &[]),
    ] {
        let list = list_with(&SearchSettings::default(), &[], filters);
        assert_eq!(list.building_priority(), expected, "{filters:?}");
    }
}
