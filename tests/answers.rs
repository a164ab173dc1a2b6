//! Requests over the sample records, from the query string to the bytes of the answer.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "a test says what it expects"
)]

mod demo;

use demo::Demo;
use kirjo::api::{Answer, Method, Request};
use serde_json::Value;
use std::sync::LazyLock;

static DEMO: LazyLock<Demo> = LazyLock::new(demo::samples);

fn ask(method: Method, path: &str, query: &str, body: &str) -> Answer {
    DEMO.finna.answer(&Request {
        method,
        path,
        query,
        content_type: "application/x-www-form-urlencoded",
        body: body.as_bytes(),
        deadline: None,
    })
}

fn get(path: &str, query: &str) -> (u16, Value) {
    let answer = ask(Method::Get, path, query, "");
    let json = serde_json::from_slice(&answer.body).unwrap_or_else(|error| {
        panic!("{query}: {error}: {}", String::from_utf8_lossy(&answer.body))
    });
    (answer.status, json)
}

fn search(query: &str) -> Value {
    let (status, json) = get("/v1/search", query);
    assert_eq!((status, &json["status"]), (200, &Value::from("OK")), "{query}: {json}");
    json
}

fn count(query: &str) -> u64 {
    search(query)["resultCount"].as_u64().expect("a number")
}

/// Documents that a search shows: parts that live on in their hosts are hidden, and so are the
/// members of groups behind the documents of these.
fn everything() -> u64 {
    DEMO.documents - 24 - 106
}

fn encode(text: &str) -> String {
    kirjo::text::url_encode(text)
}

/// Every item of a facet with its children, as (value, count).
fn items(facet: &Value) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    for item in facet.as_array().into_iter().flatten() {
        let value = item["value"].as_str().map_or_else(|| item["value"].to_string(), str::to_owned);
        found.push((value, item["count"].as_u64().expect("a count")));
        found.extend(items(&item["children"]));
    }
    found
}

#[test]
fn everything_is_found_and_counted() {
    // 365 records and 41 groups.
    assert_eq!(DEMO.documents, 406);
    assert_eq!(count("lookfor=&limit=0"), everything());
    assert_eq!(everything(), 276);
    // One by one all records but the 24 hidden parts.
    assert_eq!(count("lookfor=&limit=0&filter[]=finna.deduplication:%220%22"), 341);
    assert_eq!(count("lookfor=&limit=0&filter[]=finna.deduplication:%221%22"), everything());
    assert_eq!(count("lookfor=kaupunki.200131&type=id"), 1, "a hidden part is found by its id");
}

#[test]
fn every_facet_count_is_the_count_of_its_filter() {
    let fields = ["format", "building", "language", "sector_str_mv", "main_date_str"];
    for lookfor in ["", "kirja", "suomi OR meri"] {
        let facets: String = fields.iter().map(|field| format!("&facet[]={field}")).collect();
        let base = format!("lookfor={}&limit=0", encode(lookfor));
        let answer = search(&format!("{base}{facets}"));
        let mut checked = 0;
        for field in fields {
            for (value, expected) in items(&answer["facets"][field]) {
                let filter = encode(&format!("{field}:\"{value}\""));
                let found = count(&format!("{base}&filter[]={filter}"));
                assert_eq!(found, expected, "{lookfor}: {field} {value}");
                checked += 1;
            }
        }
        assert!(checked > 20, "{lookfor}: only {checked} values");
    }
}

#[test]
fn facet_filters_keep_the_match_under_its_parent() {
    let answer = search("lookfor=&limit=0&facet[]=format&facetFilter[]=format:%221/Book/eBook/%22");
    let top = answer["facets"]["format"].as_array().expect("a list");
    assert_eq!(top.len(), 1, "{answer}");
    assert_eq!(top[0]["value"], "0/Book/");
    let children: Vec<&Value> = top[0]["children"].as_array().expect("children").iter().collect();
    assert_eq!(children.len(), 1, "{answer}");
    assert_eq!(children[0]["value"], "1/Book/eBook/");
}

#[test]
fn or_and_not_filters() {
    let filtered = |filters: &[&str]| {
        let filters: String =
            filters.iter().map(|filter| format!("&filter[]={}", encode(filter))).collect();
        count(&format!("lookfor=&limit=0{filters}"))
    };
    let books = filtered(&["format:\"0/Book/\""]);
    let journals = filtered(&["format:\"0/Journal/\""]);
    assert!(books > 0 && journals > 0);
    assert_eq!(filtered(&["~format:\"0/Book/\"", "~format:\"0/Journal/\""]), books + journals);
    assert_eq!(filtered(&["-format:\"0/Book/\""]), everything() - books);
    assert_eq!(filtered(&["format:0/Book/"]), books);
    let fifties = filtered(&["main_date_str:\"[1950 TO 1959]\""]);
    let dates = filtered(&["search_daterange_mv:\"[1950 TO 1959]\""]);
    assert!(fifties > 0 && dates >= fifties, "{fifties} {dates}");
}

#[test]
fn callbacks() {
    let answer = ask(Method::Get, "/v1/search", "lookfor=sinuhe&limit=1&callback=a.b", "");
    let body = String::from_utf8(answer.body).expect("UTF-8");
    assert!(body.starts_with("a.b({") && body.ends_with("});"), "{body:.40}");
    let header = |name: &str| {
        answer.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    };
    assert_eq!(header("Content-Type"), Some("application/javascript"));
    assert_eq!(header("Access-Control-Allow-Origin"), Some("*"));
    let (status, json) = get("/v1/search", "lookfor=sinuhe&callback=alert(1)");
    assert_eq!((status, &json["status"]), (400, &Value::from("ERROR")));
}

#[test]
fn refusals_have_finnas_statuses_and_texts() {
    for (path, query, status, message) in [
        ("/v1/search", "lookfor=a&limit=101", 400, "Invalid limit"),
        ("/v1/search", "lookfor=a&limit=x", 400, "Invalid limit"),
        ("/v1/search", "lookfor=a&limit=", 400, "Invalid limit"),
        ("/v1/search", "lookfor=a&filter[]=nosuchfield:x", 400, "Invalid search"),
        ("/v1/search", "lookfor=a&facet[]=nosuchfield", 400, "Invalid search"),
        ("/v1/search", "lookfor=a+AND&type=topic", 400, "Invalid search"),
        ("/v1/search", "lookfor[]=a&lookfor[]=b", 400, "Unsupported search URL."),
        ("/v1/search", "lookfor0[]=a&bool0[]=XOR", 400, "Unknown or invalid boolean operator: XOR"),
        ("/v1/record", "", 400, "Missing id"),
        ("/v1/record", "id=", 400, "Error loading record"),
        ("/v1/record", "id=no.such", 400, "Error loading record"),
    ] {
        let (found, json) = get(path, query);
        assert_eq!((found, &json["statusMessage"]), (status, &Value::from(message)), "{query}");
        assert_eq!(json["status"], "ERROR");
    }
}

#[test]
fn records_by_id() {
    let (_, one) = get("/v1/record", "id=kaupunki.200101");
    assert_eq!(one["resultCount"], 1);
    assert_eq!(one["records"][0]["id"], "kaupunki.200101");
    let ids = "id[]=kaupunki.200102&id[]=no.such&id[]=kaupunki.200101&id[]=kaupunki.200102";
    let (_, list) = get("/api/v1/record", &format!("{ids}&field[]=id"));
    assert_eq!(list["resultCount"], 2);
    assert_eq!(list["records"][0]["id"], "kaupunki.200102");
    let posted = ask(Method::Post, "/v1/record", "", "id=kaupunki.200101");
    assert_eq!(posted.status, 200);
    let (_, none) = get("/v1/record", "id[]=no.such");
    assert_eq!(none.to_string(), r#"{"resultCount":0,"status":"OK"}"#);
}

#[test]
fn search_types_fields_sort_and_pages() {
    assert!(count("lookfor=sinuhe&type=Title") >= 2);
    assert!(count("lookfor=waltari&type=Author") >= 2);
    assert_eq!(count("lookfor=waltari&type=Title"), 0);
    assert!(count("lookfor=kissat&type=Subject") + count("lookfor=sota&type=Subject") > 0);
    assert!(count("lookfor=%22tuntematon+sotilas%22") >= 1);
    assert!(count("lookfor=sinuh*") >= 2);
    assert_eq!(count("lookfor=sinuhe+NOT+waltari"), count("lookfor=sinuhe+!-waltari"));
    let by_title = search("lookfor=&sort=title&field[]=title&field[]=id&limit=100");
    assert_eq!(by_title["records"].as_array().map(Vec::len), Some(100));
    let page = |page: u32| {
        let answer = search(&format!("lookfor=&sort=title&field[]=id&limit=50&page={page}"));
        let records = answer["records"].as_array().cloned().unwrap_or_default();
        records.iter().map(|r| r["id"].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    let mut seen: Vec<String> = (1..=8).flat_map(page).collect();
    assert_eq!(seen.len() as u64, everything());
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len() as u64, everything(), "no record twice, none left out");
}

#[test]
fn a_work_of_three_libraries_is_one_hit() {
    let members = ["kaupunki.200101", "tutkimus.000001201", "yliopisto.99010010506"];
    let base = "lookfor=sinuhe&field[]=id&field[]=dedupIds";
    let ids = |answer: &Value| {
        let records = answer["records"].as_array().expect("records").iter();
        records.map(|r| r["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    let hit = |answer: &Value| {
        let mut records = answer["records"].as_array().expect("records").clone();
        records.retain(|r| members.contains(&r["id"].as_str().expect("an id")));
        assert_eq!(records.len(), 1, "{answer}");
        records.remove(0)
    };
    let together = search(base);
    assert_eq!(hit(&together)["id"], members[0], "the first id is shown");
    assert_eq!(hit(&together)["dedupIds"], serde_json::json!(members));
    let alone = search(&format!("{base}&filter[]=finna.deduplication:%220%22"));
    assert!(members.iter().all(|member| ids(&alone).contains(&(*member).to_owned())), "{alone}");
    assert!(alone["records"].as_array().expect("records").iter().all(|r| r["dedupIds"].is_null()));
    assert_eq!(
        alone["resultCount"].as_u64(),
        together["resultCount"].as_u64().map(|count| count + 2)
    );
    // Who asks for a building sees the record of that library.
    let there = search(&format!("{base}&filter[]=building:%220/KIKU/%22"));
    assert_eq!(hit(&there)["id"], "tutkimus.000001201");
    let (_, record) = get("/v1/record", "id=kaupunki.200101&field[]=id&field[]=dedupIds");
    assert_eq!(record["records"][0], serde_json::json!({"id": "kaupunki.200101"}));
}

#[test]
fn a_group_shows_the_links_of_all_its_members() {
    let urls = |answer: &Value, id: &str| {
        let records = answer["records"].as_array().expect("records");
        let record = records.iter().find(|r| r["id"] == id).expect("the member shown");
        let links = record["onlineUrls"].as_array().expect("links").iter();
        links.map(|link| link["source"]["value"].clone()).collect::<Vec<_>>()
    };
    let of_group = "limit=100&filter[]=merged_boolean:true&field[]=id&field[]=onlineUrls";
    let member = "julkaisu.suv-101";
    assert_eq!(urls(&search(of_group), member), ["julkaisu", "yliopisto"]);
    // Only of sources that are searched.
    let narrowed = format!("{of_group}&filter[]=finna.sources:%22kaupunki,julkaisu%22");
    assert_eq!(urls(&search(&narrowed), member), ["julkaisu"]);
    // Alone, the record has its own only.
    let (_, alone) = get("/v1/record", &format!("id={member}&field[]=id&field[]=onlineUrls"));
    assert_eq!(urls(&alone, member), ["julkaisu"]);
}

/// Title and first names of the best hits.
fn best_hits(lookfor: &str, search_type: &str, limit: usize) -> Vec<(String, Vec<String>)> {
    let fields = "field[]=title&field[]=nonPresenterAuthors";
    let lookfor = encode(lookfor);
    let answer = search(&format!("lookfor={lookfor}&type={search_type}&limit={limit}&{fields}"));
    let records = answer["records"].as_array().cloned().unwrap_or_default();
    let name = |author: &Value| author["name"].as_str().unwrap_or("").to_owned();
    records
        .iter()
        .map(|record| {
            let authors = record["nonPresenterAuthors"].as_array();
            let authors = authors.into_iter().flatten().map(name).collect();
            (record["title"].as_str().unwrap_or("").to_owned(), authors)
        })
        .collect()
}

#[test]
fn a_title_typed_whole_comes_first() {
    // A group is found by the title of one member and may be shown by another: by titles alone,
    // records are judged one by one.
    let alone = "&filter[]=finna.deduplication:%220%22";
    // Two records of a work may differ in capitals and punctuation.
    let words = |title: &str| {
        let letters = title.to_lowercase();
        let words = letters.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    for (search_type, filter, expected) in [("AllFields", "", everything()), ("Title", alone, 341)]
    {
        let mut titles = Vec::new();
        for page in 1..=4 {
            let every = format!("lookfor=&sort=title&limit=100&page={page}&field[]=title{filter}");
            for record in search(&every)["records"].as_array().into_iter().flatten() {
                titles.push(record["title"].as_str().expect("a title").to_owned());
            }
        }
        assert_eq!(titles.len() as u64, expected);
        for title in &titles {
            let lookfor = encode(title);
            let asked =
                format!("lookfor={lookfor}&type={search_type}&limit=1&field[]=title{filter}");
            let best = search(&asked)["records"][0]["title"].as_str().unwrap_or("").to_owned();
            assert_eq!(words(&best), words(title), "{search_type}: {best}");
        }
    }
}

#[test]
fn an_authors_works_come_before_works_about_the_author() {
    for (name, works) in [("sibelius", 2), ("Sibelius, Jean", 2), ("kivi", 7), ("waltari", 2)] {
        let found = best_hits(name, "Author", 20);
        let last_name = name.split(',').next().expect("a name").to_lowercase();
        let is_by = |(_, authors): &(String, Vec<String>)| {
            authors.iter().any(|author| author.to_lowercase().starts_with(&last_name))
        };
        assert!(found.len() >= works, "{name}: {found:?}");
        assert!(found[..works].iter().all(is_by), "{name}: {found:?}");
        assert!(found.iter().skip_while(|hit| is_by(hit)).all(|hit| !is_by(hit)), "{found:?}");
    }
    // The biography is found by its title and its subject.
    let about = |search_type: &str| {
        let found = best_hits("sibelius", search_type, 20);
        found.iter().any(|(title, _)| title.starts_with("Jean Sibelius"))
    };
    assert!(about("Title") && about("AllFields") && !about("Author"));
}

/// `å`, `ä` and `ö` are letters of their own; other marks do not count.
#[test]
fn nordic_letters_count_and_accents_do_not() {
    let found = |lookfor: &str| {
        let asked = format!("lookfor={}&type=AllFields&limit=0", encode(lookfor));
        count(&asked)
    };
    // Words that keep their letters in front of what the stemmer takes off.
    for (word, without) in [
        ("väinö", "vaino"),
        ("järvelin", "jarvelin"),
        ("egyptiläinen", "egyptilainen"),
        ("lönnrot", "lonnrot"),
    ] {
        assert!(found(word) > 0 && found(without) == 0, "{word}: {}", found(without));
    }
    for (word, same) in [
        ("schütze", "schutze"),
        ("brüder", "bruder"),
        ("Juslén", "juslen"),
        ("áhčážan", "ahcazan"),
        ("veljestä", "vélj\u{ea}stä"),
        ("café", "cafe"),
    ] {
        assert_eq!(found(word), found(same), "{word}");
    }
    assert!(found("schutze") > 0 && found("ahcazan") > 0 && found("juslen") > 0);
}

#[test]
fn languages_and_options() {
    let translated = |lng: &str| {
        let answer = search(&format!("lookfor=&limit=0&facet[]=format&lng={lng}"));
        let items = answer["facets"]["format"].as_array().expect("a list").clone();
        let book = items.iter().find(|item| item["value"] == "0/Book/").expect("books");
        book["translated"].as_str().expect("a text").to_owned()
    };
    assert_eq!((translated("fi"), translated("sv")), ("Kirja".to_owned(), "Bok".to_owned()));
    assert_eq!(translated("en-gb"), "Book");
    let preflight = ask(Method::Options, "/v1/search", "", "");
    assert_eq!((preflight.status, preflight.body.len()), (204, 0));
    assert!(preflight.headers.iter().any(|(name, _)| *name == "Access-Control-Allow-Methods"));
    let pretty = ask(Method::Get, "/v1/search", "lookfor=sinuhe&limit=1&prettyPrint=1", "");
    assert!(pretty.body.starts_with(b"{\n    \"resultCount\": "));
}

#[test]
fn hostile_requests_get_an_answer() {
    let deep = encode(&"(".repeat(2000));
    let wide = encode(&"a OR ".repeat(1500));
    for query in [
        format!("lookfor={deep}"),
        format!("lookfor={wide}a"),
        "lookfor=%FF%FE&limit=0".to_owned(),
        "lookfor=%22%22%22&limit=0".to_owned(),
        "lookfor=*:*&limit=0".to_owned(),
        "lookfor=title:&limit=0".to_owned(),
        "lookfor=a~0.99999999&limit=0".to_owned(),
        "lookfor=%5B%20TO%20%5D&limit=0".to_owned(),
        "lookfor=/a(/&limit=0".to_owned(),
        "lookfor=a^99999999999999999999&limit=0".to_owned(),
        "facet[]=format&facetFilter[]=format:(a%2B)%2B$&limit=0".to_owned(),
        "lookfor=a&page=99999999999999999999".to_owned(),
        "filter[]=search_daterange_mv:[9999999999+TO+*]&limit=0".to_owned(),
        "filter[]=%22&limit=0".to_owned(),
    ] {
        let answer = ask(Method::Get, "/v1/search", &query, "");
        assert!(matches!(answer.status, 200 | 400), "{query:.80}: {}", answer.status);
        serde_json::from_slice::<Value>(&answer.body).expect("JSON");
    }
}
