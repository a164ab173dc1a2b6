//! The OpenAPI document (finna-api §10), made from the tables that the code runs on: routes,
//! parameters, record fields, the shapes inside them.

mod parameters;
mod shapes;

pub(super) use parameters::{Parameter, parameters_of};

use super::routes::{Endpoint, ROUTES, Route};
use crate::api::{Method, json, operations};
use crate::present::ApiValue;
use shapes::{list, object, reference};
use std::borrow::Cow;

const TERMS: &str = "https://www.kiwi.fi/display/Finna/Finna+API+Terms+of+Use";
const DESCRIPTION: &str = "Search and fetch records as the Finna API does.\n\n\
    Parameters and endpoints marked as *Kirjo extensions* do not exist in Finna; an answer that does \
    not ask for one is the same as without them. Limits: 8 KiB of address (414), 64 KiB of body \
    (413), 50 facets (400), 64 MiB of answer (400), a time limit for each search (503), and a rate for \
    each client (429 with `Retry-After`).";
/// Where the bulk of the API is; `/v1` is the shorter way to the same.
const SERVERS: [&str; 2] = ["/api/v1", "/v1"];

type Pairs = Vec<(Cow<'static, str>, ApiValue)>;

/// The document as JSON text.
pub(super) fn document() -> String {
    let info = object([
        ("title", "Finna".into()),
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("description", DESCRIPTION.into()),
        ("termsOfService", TERMS.into()),
    ]);
    let servers = SERVERS.map(|url| object([("url", url.into())]));
    let tag = |name: &'static str, description: &'static str| {
        object([("name", name.into()), ("description", description.into())])
    };
    let tags = [
        tag("Search", "Searching"),
        tag("Record", "Records by their ids"),
        tag("List", "Users' lists"),
        tag("Cover", "Images of records"),
        tag("Operation", "Kirjo extensions: for those who run the server"),
    ];
    let document = object([
        ("openapi", "3.0.3".into()),
        ("info", info),
        ("servers", list(servers)),
        ("tags", list(tags)),
        ("paths", ApiValue::Object(paths())),
        ("components", object([("schemas", shapes::schemas())])),
    ]);
    json::write(&document, true)
}

/// An operation of the document.
struct Operation {
    summary: &'static str,
    tag: &'static str,
    /// Media type and schema of a success.
    success: (&'static str, ApiValue),
    /// Further statuses: what they mean.
    others: &'static [(&'static str, &'static str)],
}

impl Operation {
    fn of(endpoint: Endpoint) -> Option<Self> {
        let json = |schema| ("application/json", reference(schema));
        let operation = match endpoint {
            Endpoint::Search => Operation {
                summary: "Search for records",
                tag: "Search",
                success: json("SearchResponse"),
                others: &[],
            },
            Endpoint::Record => Operation {
                summary: "Fetch records by id",
                tag: "Record",
                success: json("SearchResponse"),
                others: &[],
            },
            Endpoint::List => Operation {
                summary: "Fetch a public list of a user; this server has none",
                tag: "List",
                success: json("ListResponse"),
                others: &[],
            },
            Endpoint::Cover => Operation {
                summary: "An image of a record",
                tag: "Cover",
                success: (
                    "image/gif",
                    object([("type", "string".into()), ("format", "binary".into())]),
                ),
                others: &[("302", "The image is at the address of the header Location")],
            },
            // Pages about the API are no part of it.
            Endpoint::Root | Endpoint::Viewer(_) => return None,
        };
        Some(operation)
    }

    fn responses(&self) -> ApiValue {
        let (kind, schema) = &self.success;
        let mut content: Pairs = vec![(Cow::Borrowed(*kind), object([("schema", schema.clone())]))];
        let mut refusal: Pairs =
            vec![("application/json".into(), object([("schema", reference("Error"))]))];
        if matches!(self.tag, "Search" | "Record") {
            let script = object([("schema", object([("type", "string".into())]))]);
            content.push(("application/javascript".into(), script.clone()));
            refusal.push(("application/javascript".into(), script));
        }
        let described = |text: &'static str, content: Pairs| {
            object([("description", text.into()), ("content", ApiValue::Object(content))])
        };
        let text = if self.tag == "Cover" { "No image: a transparent one" } else { "Success" };
        let mut responses: Pairs = vec![("200".into(), described(text, content))];
        responses.extend(self.others.iter().map(|(status, text)| {
            (Cow::Borrowed(*status), object([("description", (*text).into())]))
        }));
        responses.push(("default".into(), described("Refusal", refusal)));
        ApiValue::Object(responses)
    }

    fn get(&self, endpoint: Endpoint) -> ApiValue {
        let parameters = parameters_of(endpoint).map(Parameter::in_query);
        object([
            ("summary", self.summary.into()),
            ("operationId", format!("get{:?}", NamePart(endpoint)).into()),
            ("tags", ApiValue::texts([self.tag])),
            ("parameters", ApiValue::List(parameters.collect())),
            ("responses", self.responses()),
        ])
    }

    fn post(&self, endpoint: Endpoint) -> ApiValue {
        let properties =
            parameters_of(endpoint).filter(|parameter| parameter.in_body).map(Parameter::in_form);
        let form = object([
            ("type", "object".into()),
            ("properties", ApiValue::Object(properties.collect())),
        ]);
        let content = object([("application/x-www-form-urlencoded", object([("schema", form)]))]);
        let query = parameters_of(endpoint).filter(|parameter| !parameter.in_body);
        object([
            ("summary", format!("{}, with parameters in the body", self.summary).into()),
            ("description", "A parameter that is in the query as well is read from there.".into()),
            ("operationId", format!("post{:?}", NamePart(endpoint)).into()),
            ("tags", ApiValue::texts([self.tag])),
            ("parameters", ApiValue::List(query.map(Parameter::in_query).collect())),
            ("requestBody", object([("content", content)])),
            ("responses", self.responses()),
        ])
    }
}

/// The endpoint's name in `operationId`.
struct NamePart(Endpoint);

impl std::fmt::Debug for NamePart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

fn paths() -> Pairs {
    let mut paths: Pairs = Vec::new();
    for route in &ROUTES {
        let Some(operation) = Operation::of(route.endpoint) else { continue };
        let path = path_in_document(route);
        if paths.iter().any(|(known, _)| *known == path) {
            continue;
        }
        let mut item: Pairs = Vec::new();
        // `/list` has no short form, and covers have a place of their own.
        match route.endpoint {
            Endpoint::List => item.push(("servers".into(), server("/api/v1"))),
            Endpoint::Cover => item.push(("servers".into(), server("/"))),
            _ => {}
        }
        item.push(("get".into(), operation.get(route.endpoint)));
        if route.endpoint.allows(Method::Post) {
            item.push(("post".into(), operation.post(route.endpoint)));
        }
        paths.push((Cow::Borrowed(path), ApiValue::Object(item)));
    }
    for route in &operations::ROUTES {
        let response = |text: &'static str| {
            let content = object([(route.kind, object([("schema", shapes::of("s"))]))]);
            object([("description", text.into()), ("content", content)])
        };
        let mut responses: Pairs = vec![("200".into(), response(route.summary))];
        if let Some(text) = route.unavailable {
            responses.push(("503".into(), response(text)));
        }
        let get = object([
            ("summary", route.summary.into()),
            ("operationId", format!("get{}", route.name).into()),
            ("tags", ApiValue::texts(["Operation"])),
            ("x-kirjo-extension", ApiValue::Bool(true)),
            ("responses", ApiValue::Object(responses)),
        ]);
        let item = object([("servers", server("/")), ("get", get)]);
        paths.push((Cow::Borrowed(route.path), item));
    }
    paths
}

fn server(url: &'static str) -> ApiValue {
    list([object([("url", url.into())])])
}

/// The path without the part that is the server's address in the document.
fn path_in_document(route: &Route) -> &'static str {
    SERVERS.iter().find_map(|server| route.path.strip_prefix(server)).unwrap_or(route.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    fn parsed() -> Value {
        serde_json::from_str(&document()).expect("JSON")
    }

    /// Every path of the document under each of its servers.
    fn documented(document: &Value) -> BTreeSet<String> {
        let urls = |value: &Value| -> Vec<String> {
            let servers = value["servers"].as_array().cloned().unwrap_or_default();
            servers.iter().map(|s| s["url"].as_str().expect("a url").to_owned()).collect()
        };
        let everywhere = urls(document);
        let mut found = BTreeSet::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            let own = urls(item);
            for server in if own.is_empty() { &everywhere } else { &own } {
                found.insert(format!("{}{path}", server.trim_end_matches('/')));
            }
        }
        found
    }

    #[test]
    fn document_and_routes_name_the_same_addresses() {
        let finna = ROUTES.iter().filter(|route| Operation::of(route.endpoint).is_some());
        let mut routes: BTreeSet<String> = finna.map(|route| route.path.to_owned()).collect();
        routes.extend(operations::ROUTES.iter().map(|route| route.path.to_owned()));
        assert_eq!(documented(&parsed()), routes);
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_schema_is_used() {
        let text = document();
        let parsed = parsed();
        let mark = "#\\/components\\/schemas\\/";
        let mut used = BTreeSet::new();
        for (at, _) in text.match_indices(mark) {
            let name = text[at + mark.len()..].chars().take_while(char::is_ascii_alphanumeric);
            let name: String = name.collect();
            let pointer = format!("/components/schemas/{name}");
            assert!(parsed.pointer(&pointer).is_some(), "{pointer}");
            used.insert(name);
        }
        let schemas = parsed["components"]["schemas"].as_object().expect("schemas");
        let defined: BTreeSet<String> = schemas.keys().cloned().collect();
        // Finna's document names it, and refers to it nowhere.
        used.insert("Success".to_owned());
        assert_eq!(defined, used);
    }

    #[test]
    fn parameters_stand_in_finnas_order_and_extensions_are_marked() {
        let parsed = parsed();
        let names = |path: &str| -> Vec<String> {
            let list = parsed["paths"][path]["get"]["parameters"].as_array().expect("a list");
            list.iter().map(|p| p["name"].as_str().expect("a name").to_owned()).collect()
        };
        let search = names("/search");
        assert_eq!(
            search[..12],
            [
                "lookfor",
                "type",
                "field[]",
                "filter[]",
                "facet[]",
                "facetFilter[]",
                "sort",
                "page",
                "limit",
                "prettyPrint",
                "lng",
                "callback"
            ]
        );
        assert_eq!(
            names("/record")[..6],
            ["id", "id[]", "field[]", "prettyPrint", "lng", "callback"]
        );
        for (path, item) in parsed["paths"].as_object().expect("paths") {
            for parameter in item["get"]["parameters"].as_array().into_iter().flatten() {
                let says =
                    parameter["description"].as_str().expect("text").contains("Kirjo extension");
                assert_eq!(parameter["x-kirjo-extension"] == true, says, "{path} {parameter}");
            }
        }
    }

    #[test]
    fn operation_ids_are_unique() {
        let parsed = parsed();
        let paths = parsed["paths"].as_object().expect("paths").values();
        let ids: Vec<&str> = paths
            .flat_map(|item| ["get", "post"].map(|method| &item[method]["operationId"]))
            .filter_map(Value::as_str)
            .collect();
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(distinct.len(), ids.len(), "{ids:?}");
    }
}
