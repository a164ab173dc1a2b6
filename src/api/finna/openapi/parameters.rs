//! The parameters that the document lists: one table for all endpoints.

use super::shapes::{self, object};
use crate::api::finna::routes::Endpoint;
use crate::api::finna::sort::SORTS;
use crate::present::{ApiField, ApiValue};
use std::borrow::Cow;

/// `lng`, as Finna's document lists them.
const LANGUAGES: [&str; 4] = ["en-gb", "fi", "sv", "se"];

/// A documented parameter.
pub(in crate::api::finna) struct Parameter {
    /// Name as it is sent.
    pub(in crate::api::finna) name: &'static str,
    /// Endpoints that read it.
    on: &'static [Endpoint],
    /// True if a POST may send it in the body; `lng` is read from the query alone.
    pub(in crate::api::finna) in_body: bool,
    schema: fn() -> ApiValue,
    description: &'static str,
    is_required: bool,
    is_extension: bool,
}

const SEARCH: &[Endpoint] = &[Endpoint::Search];
const RECORD: &[Endpoint] = &[Endpoint::Record];
const BOTH: &[Endpoint] = &[Endpoint::Search, Endpoint::Record];
const LISTED: &[Endpoint] = &[Endpoint::List];
const SEARCH_AND_LIST: &[Endpoint] = &[Endpoint::Search, Endpoint::List];
const ALL: &[Endpoint] = &[Endpoint::Search, Endpoint::Record, Endpoint::List];
const COVER: &[Endpoint] = &[Endpoint::Cover];

const fn of(
    name: &'static str,
    on: &'static [Endpoint],
    schema: fn() -> ApiValue,
    description: &'static str,
) -> Parameter {
    Parameter {
        name,
        on,
        in_body: true,
        schema,
        description,
        is_required: false,
        is_extension: false,
    }
}

static PARAMETERS: [Parameter; 31] = [
    of(
        "lookfor",
        SEARCH,
        text,
        "Words to search for, in Lucene's syntax. Without it everything is found",
    ),
    of("type", SEARCH, search_type, "Search type: AllFields, Title, Author, Subject, …"),
    of("id", RECORD, text, "Id of one record"),
    of("id[]", RECORD, texts, "Ids of several records"),
    Parameter { is_required: true, ..of("id", LISTED, text, "Id of the list") },
    of("field[]", ALL, texts, FIELDS_NOTE),
    of(
        "filter[]",
        SEARCH,
        texts,
        "Filters, `field:\"value\"` or `field:\"[from TO to]\"`; `~` before the field for any of its values, `-` for none",
    ),
    of("facet[]", SEARCH, texts, "Index fields whose values are counted"),
    of(
        "facetFilter[]",
        SEARCH,
        texts,
        "`field:\"regular expression\"`: which values of a facet are given; parents of a match are kept",
    ),
    of(
        "sort",
        SEARCH_AND_LIST,
        sort,
        "Order of the records; any beginning of a name will do, anything else is the default",
    ),
    of(
        "page",
        SEARCH_AND_LIST,
        page,
        "Page of the result; at most 100 000 records can be paged through",
    ),
    of("limit", SEARCH_AND_LIST, limit, "Records of a page"),
    of("prettyPrint", ALL, boolean, "Indents the answer"),
    Parameter {
        in_body: false,
        ..of("lng", ALL, language, "Language of display texts; read from the query string only")
    },
    of(
        "callback",
        BOTH,
        callback,
        "Name of a function, such as `done`, `app.done` or `done[0]`, at most 128 characters: the answer is JSONP",
    ),
    Parameter {
        is_extension: true,
        ..of(
            "cursor",
            SEARCH,
            text,
            "Pages without a ceiling, in place of `page`: `*` for the first page, then `nextCursor` of the page before; the last page has none",
        )
    },
    Parameter {
        is_extension: true,
        ..of(
            "facetMultiselect",
            SEARCH,
            switch,
            "With `1` the values of a facet are counted as if the `~` filters on its own field were not there",
        )
    },
    of(
        "join",
        SEARCH,
        bool_word,
        "Advanced search, when there is no `lookfor`: how the groups are joined, by default with AND",
    ),
    of(
        "lookfor0[]",
        SEARCH,
        texts,
        "Advanced search: words of the first group; `lookfor1[]` … for more",
    ),
    of("type0[]", SEARCH, texts, "Advanced search: search types of the first group's words"),
    of(
        "bool0[]",
        SEARCH,
        texts,
        "Advanced search: `AND`, `OR` or `NOT`, how the first group's words are joined",
    ),
    of(
        "hiddenFilters[]",
        SEARCH,
        texts,
        "As `filter[]`, but no facet value counts as applied through them",
    ),
    of("orfilter[]", SEARCH, texts, "The former way to write `filter[]=~…`"),
    of(
        "search_daterange_mv_type",
        SEARCH,
        date_match,
        "How a filter on `search_daterange_mv` matches: ranges that overlap it (the default), or lie within it",
    ),
    of("search", SEARCH, versions, "`versions` with `id`: all versions of the work"),
    of("id", SEARCH, text, "The record whose versions `search=versions` looks for"),
    of("overrideIds[]", SEARCH, texts, "Ids of records; they take the place of the query"),
    of("id", COVER, text, "Id of the record"),
    of("index", COVER, number, "Number of the image, from 0"),
    of("size", COVER, size, "Size of the image"),
    of("source", COVER, text, "Backend of the record; there is one, `Solr`"),
];

const FIELDS_NOTE: &str = "Record fields to give, in this order";

/// The parameters that an endpoint reads, in the order of the document.
pub(in crate::api::finna) fn parameters_of(
    endpoint: Endpoint,
) -> impl Iterator<Item = &'static Parameter> {
    PARAMETERS.iter().filter(move |parameter| parameter.on.contains(&endpoint))
}

impl Parameter {
    fn described(&self) -> String {
        if self.name == "field[]" {
            let defaults: Vec<&str> = ApiField::defaults().map(|field| field.name).collect();
            return format!("{}. Without it: {}", self.description, defaults.join(", "));
        }
        if self.is_extension {
            format!("Kirjo extension. {}", self.description)
        } else {
            self.description.to_owned()
        }
    }

    /// As a parameter of the query string.
    pub(in crate::api::finna) fn in_query(&self) -> ApiValue {
        let mut pairs: Vec<(Cow<'static, str>, ApiValue)> = vec![
            ("name".into(), self.name.into()),
            ("in".into(), "query".into()),
            ("description".into(), self.described().into()),
        ];
        if self.is_required {
            pairs.push(("required".into(), ApiValue::Bool(true)));
        }
        if self.name.ends_with("[]") {
            pairs.push(("style".into(), "form".into()));
            pairs.push(("explode".into(), ApiValue::Bool(true)));
        }
        if self.is_extension {
            pairs.push(("x-kirjo-extension".into(), ApiValue::Bool(true)));
        }
        pairs.push(("schema".into(), (self.schema)()));
        ApiValue::Object(pairs)
    }

    /// As a property of a form.
    pub(in crate::api::finna) fn in_form(&self) -> (Cow<'static, str>, ApiValue) {
        let mut schema = (self.schema)();
        if let ApiValue::Object(pairs) = &mut schema {
            pairs.insert(0, ("description".into(), self.described().into()));
        }
        (Cow::Borrowed(self.name), schema)
    }
}

fn text() -> ApiValue {
    shapes::of("s")
}

fn texts() -> ApiValue {
    shapes::of("[s]")
}

fn boolean() -> ApiValue {
    object([("type", "boolean".into())])
}

fn search_type() -> ApiValue {
    object([("type", "string".into()), ("default", "AllFields".into())])
}

fn one_of<const N: usize>(words: [&'static str; N], default: &'static str) -> ApiValue {
    object([
        ("type", "string".into()),
        ("enum", ApiValue::texts(words)),
        ("default", default.into()),
    ])
}

/// Words without a default: pages that fill defaults in would send them with every request.
fn words<const N: usize>(words: [&'static str; N]) -> ApiValue {
    object([("type", "string".into()), ("enum", ApiValue::texts(words))])
}

fn sort() -> ApiValue {
    one_of(SORTS.map(|sort| sort.name), SORTS[0].name)
}

fn language() -> ApiValue {
    one_of(LANGUAGES, "fi")
}

fn bool_word() -> ApiValue {
    words(["AND", "OR", "NOT"])
}

fn date_match() -> ApiValue {
    words(["overlap", "within"])
}

fn versions() -> ApiValue {
    words(["versions"])
}

fn size() -> ApiValue {
    one_of(["small", "medium", "large", "master"], "large")
}

fn callback() -> ApiValue {
    // The plain names among those that are taken; nothing and `0` mean no callback.
    let pattern = "^([A-Za-z_$][A-Za-z0-9_$]{0,127}|0)?$";
    object([("type", "string".into()), ("pattern", pattern.into())])
}

fn switch() -> ApiValue {
    object([
        ("type", "string".into()),
        ("enum", ApiValue::texts(["0", "1"])),
        ("default", "0".into()),
    ])
}

fn number() -> ApiValue {
    object([
        ("type", "integer".into()),
        ("minimum", ApiValue::Int(0)),
        ("default", ApiValue::Int(0)),
    ])
}

fn page() -> ApiValue {
    object([
        ("type", "integer".into()),
        ("minimum", ApiValue::Int(1)),
        ("default", ApiValue::Int(1)),
    ])
}

fn limit() -> ApiValue {
    object([
        ("type", "integer".into()),
        ("minimum", ApiValue::Int(0)),
        ("maximum", ApiValue::Int(100)),
        ("default", ApiValue::Int(20)),
    ])
}
