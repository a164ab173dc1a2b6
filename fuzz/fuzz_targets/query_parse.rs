//! Query text: any text becomes a query or an error; a printed query means the same.

#![no_main]

use kirjo::config::{ConfigFolder, Schema};
use kirjo::query::{
    Query, SearchRules, UserQuery, canonical_text, describe, expand, query_cost,
};
use libfuzzer_sys::fuzz_target;
use std::sync::{Arc, LazyLock};

static RULES: LazyLock<SearchRules> = LazyLock::new(|| {
    let schema = Arc::new(Schema::load(&ConfigFolder::BuiltIn).expect("the schema"));
    SearchRules::load(&ConfigFolder::BuiltIn, schema).expect("the search rules")
});

const TYPES: [&str; 6] = ["AllFields", "Title", "publisher", "topic", "CallNumber", "nosuch"];

fuzz_target!(|text: &str| {
    let lucene = |text: &str| Query::Lucene { text: text.to_owned(), default_field: "title".into() };
    if let Ok(printed) = canonical_text(text) {
        assert_eq!(canonical_text(&printed).as_deref(), Ok(printed.as_str()));
        assert_eq!(expand(lucene(&printed), &RULES.schema), expand(lucene(text), &RULES.schema));
    }
    for search_type in TYPES {
        let query = UserQuery::Basic { lookfor: text.to_owned(), search_type: search_type.into() };
        for query in [query.with_escaped_colons(), query] {
            let built = RULES.types.build(&query, &RULES.settings, "").expect("nothing is forbidden");
            if let Ok(query) = expand(built.query, &RULES.schema) {
                assert!(query_cost(&query).lookups <= 64 * 1024);
                describe(&query);
            }
        }
    }
});
