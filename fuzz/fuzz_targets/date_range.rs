//! Date ranges and filters: a span is never reversed, a filter is understood or refused.

#![no_main]

use kirjo::config::{ConfigFolder, Schema, SearchSettings};
use kirjo::query::{FilterList, FilterPart, parse_date_span};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static SCHEMA: LazyLock<Schema> =
    LazyLock::new(|| Schema::load(&ConfigFolder::BuiltIn).expect("the schema"));

fuzz_target!(|text: &str| {
    if let Some(span) = parse_date_span(text) {
        assert!(span.from <= span.to);
    }
    let visible = [
        text.to_owned(),
        format!("search_daterange_mv:{text}"),
        format!("~building:{text}"),
        format!("{{!geofilt sfield=location_geo {text}"),
        format!("location_geo:Intersects({text})"),
    ];
    let settings = SearchSettings::default();
    if let Ok(list) = FilterList::new(&[], &visible, &settings, false) {
        let _meaning = list.meaning(&SCHEMA);
        let _priority = list.building_priority();
        let _shown: Vec<String> = list.parts.iter().map(FilterPart::solr).collect();
    }
});
