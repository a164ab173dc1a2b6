//! The OpenAPI document (finna-api §10), made from the table of record fields.

use crate::api::json;
use crate::present::{ApiField, ApiValue, FieldType};
use std::borrow::Cow;

const TERMS: &str = "https://www.kiwi.fi/display/Finna/Finna+API+Terms+of+Use";
const SORTS: [&str; 7] = [
    "relevance,id asc",
    "main_date_str desc",
    "main_date_str asc",
    "callnumber",
    "author",
    "title",
    "last_indexed desc,id asc",
];
const LANGUAGES: [&str; 4] = ["en-gb", "fi", "sv", "se"];

/// The document as JSON text.
pub(super) fn document() -> String {
    let info = object([
        ("title", "Finna".into()),
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("description", "Search and fetch records as the Finna API does.".into()),
        ("termsOfService", TERMS.into()),
    ]);
    let document = object([
        ("openapi", "3.0.3".into()),
        ("info", info),
        ("servers", list([object([("url", "/api/v1".into())])])),
        ("paths", object([("/record", record_path()), ("/search", search_path())])),
        ("components", object([("schemas", schemas())])),
    ]);
    json::write(&document, true)
}

fn object<const N: usize>(pairs: [(&'static str, ApiValue); N]) -> ApiValue {
    ApiValue::object(pairs)
}

fn list<const N: usize>(items: [ApiValue; N]) -> ApiValue {
    ApiValue::List(items.into())
}

fn reference(schema: &str) -> ApiValue {
    object([("$ref", format!("#/components/schemas/{schema}").into())])
}

fn of_type(kind: &str) -> ApiValue {
    object([("type", kind.into())])
}

fn array_of(items: ApiValue) -> ApiValue {
    object([("type", "array".into()), ("items", items)])
}

fn parameter(name: &str, description: &str, schema: ApiValue) -> ApiValue {
    let mut pairs: Vec<(Cow<'static, str>, ApiValue)> = vec![
        ("name".into(), name.into()),
        ("in".into(), "query".into()),
        ("description".into(), description.into()),
    ];
    if name.ends_with("[]") {
        pairs.push(("style".into(), "form".into()));
        pairs.push(("explode".into(), ApiValue::Bool(true)));
    }
    pairs.push(("schema".into(), schema));
    ApiValue::Object(pairs)
}

fn texts(name: &str, description: &str) -> ApiValue {
    parameter(name, description, array_of(of_type("string")))
}

fn fields() -> ApiValue {
    let defaults: Vec<&str> = ApiField::defaults().map(|field| field.name).collect();
    let description = format!("Record fields to give. Without it: {}", defaults.join(", "));
    texts("field[]", &description)
}

fn common() -> [ApiValue; 3] {
    let languages = object([
        ("type", "string".into()),
        ("enum", ApiValue::texts(LANGUAGES)),
        ("default", "fi".into()),
    ]);
    [
        parameter("prettyPrint", "Indent the answer", of_type("boolean")),
        parameter("lng", "Language of display texts", languages),
        parameter("callback", "Name of a function: the answer is JSONP", of_type("string")),
    ]
}

fn operation(summary: &str, tag: &str, mut parameters: Vec<ApiValue>) -> ApiValue {
    parameters.extend(common());
    let content = |schema: &str| {
        let json = object([("schema", reference(schema))]);
        object([("application/json", json)])
    };
    let response = |description: &str, schema: &str| {
        object([("description", description.into()), ("content", content(schema))])
    };
    let responses = object([
        ("200", response("Records found", "SearchResponse")),
        ("default", response("Refusal", "Error")),
    ]);
    let get = object([
        ("summary", summary.into()),
        ("tags", ApiValue::texts([tag])),
        ("parameters", ApiValue::List(parameters)),
        ("responses", responses),
    ]);
    object([("get", get)])
}

fn record_path() -> ApiValue {
    let parameters = vec![
        parameter("id", "Id of one record", of_type("string")),
        texts("id[]", "Ids of several records"),
        fields(),
    ];
    operation("Fetch records by id", "Record", parameters)
}

fn search_path() -> ApiValue {
    let with_default =
        |kind: &str, default: ApiValue| object([("type", kind.into()), ("default", default)]);
    let sort = object([
        ("type", "string".into()),
        ("enum", ApiValue::texts(SORTS)),
        ("default", SORTS[0].into()),
    ]);
    let page = object([
        ("type", "integer".into()),
        ("minimum", ApiValue::Int(1)),
        ("default", ApiValue::Int(1)),
    ]);
    let limit = object([
        ("type", "integer".into()),
        ("minimum", ApiValue::Int(0)),
        ("maximum", ApiValue::Int(100)),
        ("default", ApiValue::Int(20)),
    ]);
    let parameters = vec![
        parameter("lookfor", "Words to search for", of_type("string")),
        parameter("type", "Search type", with_default("string", "AllFields".into())),
        fields(),
        texts("filter[]", "Filters, field:value; ~ before the field for any, - for none"),
        texts("facet[]", "Index fields to count"),
        texts("facetFilter[]", "field:regular expression, which facet values to give"),
        parameter("sort", "Order of the records", sort),
        parameter("page", "Page of the result", page),
        parameter("limit", "Records of a page", limit),
    ];
    operation("Search for records", "Search", parameters)
}

fn schemas() -> ApiValue {
    let status =
        |word: &str| object([("type", "string".into()), ("enum", ApiValue::texts([word]))]);
    let error = object([
        ("type", "object".into()),
        ("properties", object([("status", status("ERROR")), ("statusMessage", of_type("string"))])),
    ]);
    let response = object([
        ("type", "object".into()),
        ("required", ApiValue::texts(["resultCount", "status"])),
        (
            "properties",
            object([
                ("resultCount", of_type("integer")),
                ("records", array_of(reference("Record"))),
                (
                    "facets",
                    object([
                        ("type", "object".into()),
                        ("additionalProperties", array_of(reference("Facet"))),
                    ]),
                ),
                ("status", status("OK")),
            ]),
        ),
    ]);
    let facet = object([
        ("type", "object".into()),
        (
            "properties",
            object([
                ("value", of_type("string")),
                ("translated", of_type("string")),
                ("count", of_type("integer")),
                ("isApplied", of_type("integer")),
                ("href", of_type("string")),
                ("children", array_of(reference("Facet"))),
            ]),
        ),
    ]);
    let pair = object([
        ("type", "object".into()),
        ("properties", object([("value", of_type("string")), ("translated", of_type("string"))])),
    ]);
    let properties = ApiField::all().iter().map(|field| {
        let mut schema = match field.kind {
            FieldType::Text => of_type("string"),
            FieldType::Integer => of_type("integer"),
            FieldType::Texts => array_of(of_type("string")),
            FieldType::TextLists => array_of(array_of(of_type("string"))),
            FieldType::Object => of_type("object"),
            FieldType::Objects => array_of(of_type("object")),
            FieldType::Pairs => array_of(reference("TranslatedField")),
        };
        if let ApiValue::Object(pairs) = &mut schema {
            pairs.insert(0, ("description".into(), field.note.into()));
        }
        (Cow::Borrowed(field.name), schema)
    });
    let record =
        object([("type", "object".into()), ("properties", ApiValue::Object(properties.collect()))]);
    object([
        ("Error", error),
        ("SearchResponse", response),
        ("Record", record),
        ("Facet", facet),
        ("TranslatedField", pair),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        let text = document();
        let parsed: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let mark = "#\\/components\\/schemas\\/";
        for (at, _) in text.match_indices(mark) {
            let name = text[at + mark.len()..].chars().take_while(char::is_ascii_alphabetic);
            let name: String = name.collect();
            let pointer = format!("/components/schemas/{name}");
            assert!(parsed.pointer(&pointer).is_some(), "{pointer}");
        }
        assert_eq!(parsed["paths"]["/search"]["get"]["parameters"][8]["name"], "limit");
        assert!(parsed.pointer("/components/schemas/Record/properties/title").is_some());
    }
}
