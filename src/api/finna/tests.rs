//! The face over a service of the test's own, without sockets.

mod callbacks;

use super::*;
use crate::record::{FullRecord, IndexRecord, RecordFormat};
use crate::search::{
    Documents, FacetCount, FacetResult, SearchOutcome, SearchRequest, StoredDocument,
};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Two records, one facet; remembers what it was asked.
#[derive(Default)]
struct Shelf {
    asked: Mutex<Vec<SearchRequest>>,
    ids: Mutex<Vec<Vec<String>>>,
    version: AtomicU64,
}

fn document(id: &str) -> Arc<StoredDocument> {
    let mut fields = IndexRecord::new();
    fields.set("id", id);
    fields.set("title", format!("Title of {id}"));
    fields.set_all("format", ["0/Book/", "1/Book/Book/"]);
    Arc::new(StoredDocument {
        id: id.to_owned(),
        format: RecordFormat::Dc,
        fields,
        full_record: FullRecord::Text("<dc/>".to_owned()).into(),
        group: Vec::new(),
    })
}

impl SearchService for Shelf {
    fn search(&self, request: &SearchRequest) -> Result<SearchOutcome, SearchError> {
        self.asked.lock().expect("unpoisoned").push(request.clone());
        if let crate::query::UserQuery::Basic { lookfor, .. } = &request.query {
            match lookfor.as_str() {
                "broken" => return Err(SearchError::Invalid("no".into())),
                "slow" => return Err(SearchError::TimedOut(5)),
                "down" => return Err(SearchError::Unavailable("disk".into())),
                "nothing" => return Ok(SearchOutcome::default()),
                _ => {}
            }
        }
        let count = |value: &str, count| FacetCount { value: value.to_owned(), count };
        let facets =
            request.facets.iter().filter(|facet| facet.field == "main_date_str").map(|facet| {
                FacetResult {
                    field: facet.field.clone(),
                    values: vec![count("1999", 2), count("x", 1)],
                }
            });
        let hits: Vec<_> = ["a.1", "a.2"].into_iter().map(document).take(request.limit).collect();
        Ok(SearchOutcome { total: 2, hits: hits.into(), facets: facets.collect(), next: None })
    }

    fn version(&self) -> Option<u64> {
        Some(self.version.load(Ordering::Relaxed))
    }

    fn records(&self, ids: &[String]) -> Result<Documents, SearchError> {
        self.ids.lock().expect("unpoisoned").push(ids.to_vec());
        let known = ids.iter().filter(|id| id.starts_with("a."));
        Ok(known.map(|id| document(id)).collect::<Vec<_>>().into())
    }
}

fn face() -> (Finna, Arc<Shelf>) {
    let shelf = Arc::new(Shelf::default());
    let service: Arc<dyn SearchService> = Arc::<Shelf>::clone(&shelf);
    (Finna::new(service, &ConfigFolder::BuiltIn).expect("valid configuration"), shelf)
}

fn request<'a>(method: Method, path: &'a str, query: &'a str) -> Request<'a> {
    Request { method, path, query, content_type: "", body: b"", deadline: None }
}

fn get(path: &str, query: &str) -> (u16, String) {
    let answer = face().0.answer(&request(Method::Get, path, query));
    (answer.status, String::from_utf8(answer.body).expect("UTF-8"))
}

fn error(message: &str) -> String {
    format!(r#"{{"status":"ERROR","statusMessage":"{message}"}}"#)
}

#[test]
fn statuses_and_texts() {
    for (path, query, status, message) in [
        ("/v1/search", "limit=101", 400, "Invalid limit"),
        ("/v1/search", "lookfor=broken", 400, "Invalid search"),
        ("/v1/search", "lookfor=slow", 503, "Search took too long"),
        ("/v1/search", "lookfor=down", 503, "Search service unavailable"),
        ("/v1/search", "facet[]=", 400, "Invalid search"),
        ("/v1/search", "lookfor[]=a&lookfor[]=b", 400, "Unsupported search URL."),
        ("/v1/search", "lookfor=a&callback=1", 400, "Invalid callback"),
        ("/v1/record", "", 400, "Missing id"),
        ("/v1/record", "id=", 400, "Error loading record"),
        ("/v1/record", "id=nosuch", 400, "Error loading record"),
        ("/v1/search/", "", 404, "Not found"),
        ("/V1/search", "", 404, "Not found"),
        ("/", "", 404, "Not found"),
    ] {
        assert_eq!(get(path, query), (status, error(message)), "{path}?{query}");
    }
}

#[test]
fn envelopes() {
    for (path, query, expected) in [
        ("/v1/search", "lookfor=nothing", r#"{"resultCount":0,"status":"OK"}"#),
        ("/v1/search", "limit=0", r#"{"resultCount":2,"status":"OK"}"#),
        ("/v1/search", "field=id", r#"{"resultCount":2,"status":"OK"}"#),
        ("/api/v1/search", "field[]=nosuch", r#"{"resultCount":2,"status":"OK"}"#),
        (
            "/v1/search",
            "field[]=title&field[]=id&limit=1",
            r#"{"resultCount":2,"records":[{"title":"Title of a.1","id":"a.1"}],"status":"OK"}"#,
        ),
        ("/v1/record", "id[]=", r#"{"resultCount":0,"status":"OK"}"#),
        (
            "/api/v1/record",
            "id[]=a.2&id[]=no&id[]=a.1&id[]=a.2&field[]=id",
            r#"{"resultCount":2,"records":[{"id":"a.2"},{"id":"a.1"}],"status":"OK"}"#,
        ),
        (
            "/v1/record",
            "id=a.1&field[]=formats&lng=sv&callback=f.g&prettyPrint=0",
            r#"f.g({"resultCount":1,"records":[{"formats":[{"value":"0\/Book\/","translated":"Bok"},{"value":"1\/Book\/Book\/","translated":"Bok"}]}],"status":"OK"});"#,
        ),
        (
            "/v1/search",
            "field[]=x&facet=main_date_str&facetFilter[]=main_date_str:9$&filter=main_date_str:1999",
            r#"{"resultCount":2,"facets":{"main_date_str":[{"value":"1999","translated":"1999","count":2,"isApplied":1,"href":"?filter%5B%5D=main_date_str%3A%221999%22&type=AllFields"}]},"status":"OK"}"#,
        ),
    ] {
        assert_eq!(get(path, query), (200, expected.to_owned()), "{path}?{query}");
    }
}

#[test]
fn methods_and_headers() {
    let (finna, _) = face();
    let has = |answer: &Answer, name: &str, value: &str| {
        answer.headers.iter().any(|(n, v)| *n == name && v == value)
    };
    let options = finna.answer(&request(Method::Options, "/v1/search", "limit=x"));
    assert_eq!((options.status, options.body.len()), (204, 0));
    assert!(has(&options, "Access-Control-Allow-Methods", "GET, POST, OPTIONS"));
    assert!(has(&options, "Access-Control-Max-Age", "86400"));
    let other = finna.answer(&request(Method::Other, "/v1/search", ""));
    assert_eq!(other.status, 405);
    let root = finna.answer(&request(Method::Get, "/v1", ""));
    assert!(has(&root, "Location", "/swagger-ui/?url=%2Fapi%3Fopenapi"));
    let jsonp = finna.answer(&request(Method::Get, "/v1/record", "callback=f"));
    assert!(has(&jsonp, "Content-Type", "application/javascript"));
    for answer in [&options, &other, &root, &jsonp] {
        assert!(has(answer, "Access-Control-Allow-Origin", "*"));
        assert!(has(answer, "X-Content-Type-Options", "nosniff"));
    }
}

#[test]
fn post_bodies_add_to_the_query() {
    let (finna, shelf) = face();
    let form = Request {
        content_type: "application/x-www-form-urlencoded; charset=UTF-8",
        body: b"lookfor=from+body&limit=7&filter[]=a:1",
        ..request(Method::Post, "/v1/search", "limit=3&lng=sv")
    };
    assert_eq!(finna.answer(&form).status, 200);
    let parts = Request {
        content_type: "multipart/form-data; boundary=B",
        body: b"--B\r\nContent-Disposition: form-data; name=\"lookfor\"\r\n\r\nparts\r\n--B--\r\n",
        ..request(Method::Post, "/v1/search", "")
    };
    assert_eq!(finna.answer(&parts).status, 200);
    let json = Request {
        content_type: "application/json",
        body: b"{\"lookfor\":\"x\"}",
        ..request(Method::Post, "/v1/search", "")
    };
    assert_eq!(finna.answer(&json).status, 200);
    let asked = shelf.asked.lock().expect("unpoisoned");
    let words = |at: usize| match &asked[at].query {
        crate::query::UserQuery::Basic { lookfor, .. } => lookfor.clone(),
        other => format!("{other:?}"),
    };
    assert_eq!((words(0), asked[0].limit), ("from body".to_owned(), 3));
    assert_eq!(asked[0].filters, ["a:1"]);
    assert_eq!(words(1), "parts");
    assert_eq!(words(2), "");
}

#[test]
fn ids_are_looked_up_in_batches() {
    let (finna, shelf) = face();
    let query: Vec<String> = (0..250).map(|n| format!("id[]=b.{n}")).collect();
    let query = query.join("&");
    let answer = finna.answer(&request(Method::Get, "/v1/record", &query));
    assert_eq!(answer.body, br#"{"resultCount":0,"status":"OK"}"#);
    let sizes: Vec<usize> = shelf.ids.lock().expect("unpoisoned").iter().map(Vec::len).collect();
    assert_eq!(sizes, [100, 100, 50]);
}

#[test]
fn records_are_ready_while_the_data_are_the_same() {
    let (finna, shelf) = face();
    let asked = request(Method::Get, "/v1/record", "id=a.1&field[]=id");
    let lookups = || shelf.ids.lock().expect("unpoisoned").len();
    assert!(finna.at_hand(&asked).is_none());
    let first = finna.answer_and_keep(&asked);
    assert_eq!(finna.at_hand(&asked).as_deref(), Some(&first));
    assert_eq!(lookups(), 1);
    // The other path and HEAD are the same request; another language is another one.
    let same = request(Method::Head, "/api/v1/record", "id=a.1&field[]=id");
    assert!(finna.at_hand(&same).is_some());
    for (method, path, query) in [
        (Method::Post, "/v1/record", "id=a.1&field[]=id"),
        (Method::Get, "/v1/search", "id=a.1&field[]=id"),
        (Method::Get, "/v1/record", "id=a.1&field[]=id&lng=sv"),
    ] {
        assert!(finna.at_hand(&request(method, path, query)).is_none(), "{path}?{query}");
    }
    shelf.version.fetch_add(1, Ordering::Relaxed);
    assert!(finna.at_hand(&asked).is_none(), "the data have changed");
    finna.answer_and_keep(&request(Method::Get, "/v1/record", "id=no"));
    assert!(finna.at_hand(&request(Method::Get, "/v1/record", "id=no")).is_none(), "a refusal");
}

#[test]
fn answers_beyond_their_limit_are_refused() {
    let whole = get("/v1/search", "callback=f").1;
    for (limit, status) in [(whole.len(), 200), (whole.len() - 40, 400), (10, 400)] {
        let (finna, _) = face();
        let finna = finna.with_max_answer(limit);
        for (path, query) in [("/v1/search", "callback=f"), ("/v1/record", "id[]=a.1&id[]=a.2")] {
            let answer = finna.answer(&request(Method::Get, path, query));
            assert_eq!(answer.status, status, "{path} {limit}");
            if status == 400 {
                let body = String::from_utf8(answer.body).expect("UTF-8");
                assert!(body.contains("ask for fewer records or fields"), "{body}");
                assert_eq!(body.starts_with("f({"), query.starts_with("callback"), "{body}");
            }
        }
    }
}

#[test]
fn too_much_is_refused() {
    let facets: Vec<String> = (0..51).map(|n| format!("facet[]=f{n}")).collect();
    assert_eq!(get("/v1/search", &facets.join("&")), (400, error("Too many facets")));
    let filters: Vec<String> = (0..51).map(|n| format!("facetFilter[]=f{n}:x")).collect();
    assert_eq!(get("/v1/search", &filters.join("&")), (400, error("Too many facet filters")));
}

proptest::proptest! {
    #[test]
    fn no_query_string_can_do_harm(query in "(lookfor|type|limit|page|facet|filter|field|id|sort|join|bool0|lookfor0|facetFilter|callback)(\\[[0-9a]?\\])?=[a-z0-9:\"\\[\\]()~*%+&=\\\\-]{0,40}") {
        let (finna, _) = face();
        for path in ["/v1/search", "/v1/record"] {
            let answer = finna.answer(&request(Method::Get, path, &query));
            proptest::prop_assert!(matches!(answer.status, 200 | 400));
        }
    }
}
