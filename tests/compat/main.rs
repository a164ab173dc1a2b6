//! The compatibility suite: what a client of Finna sends and what it may rely on.
//!
//! Each case of the `.yaml` files in this folder names the rule that it comes from. The cases run
//! in process over the sample records and the records of `records/`; with `KIRJO_COMPAT_URL` they
//! run against a server instead, through `curl`:
//!
//! ```text
//! KIRJO_COMPAT_URL=http://127.0.0.1:8080 cargo test --test compat    # `kirjo serve --demo`
//! KIRJO_COMPAT_URL=https://api.finna.fi cargo test --test compat
//! ```
//!
//! Cases that need data which the server does not have are left out and counted: `needs: samples`
//! runs only where the sample records are, `needs: records` only in process.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    unreachable_pub,
    reason = "a test says what it expects"
)]

#[path = "../demo/mod.rs"]
mod demo;

mod cases;
mod matching;
mod server;

use cases::Needs;
use kirjo::present::{ApiField, RuleSet};
use server::Server;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn cases_hold() {
    let server = Server::from_environment();
    let (mut run, mut left_out) = (0, BTreeMap::<&str, usize>::new());
    let mut faults = Vec::new();
    for case in cases::all() {
        if !server.has(case.needs) {
            *left_out.entry(case.needs.name()).or_default() += 1;
            continue;
        }
        run += 1;
        let answer = server.ask(&case);
        let found = case.faults(&answer);
        if !found.is_empty() {
            faults.push(format!(
                "{} ({}: {})\n  {} {}\n    {}",
                case.file,
                case.name,
                case.rule,
                case.method,
                case.request,
                found.join("\n    ")
            ));
        }
    }
    println!("compatibility against {}: {run} cases run", server.name());
    for (needs, count) in left_out {
        println!("SKIPPED {count} cases that need {needs}");
    }
    assert!(faults.is_empty(), "{} of {run} cases fail:\n{}", faults.len(), faults.join("\n"));
}

/// Every record field has a case for each of its rule sets.
#[test]
fn every_field_is_covered() {
    let mut covered: BTreeSet<(String, String)> = BTreeSet::new();
    for case in cases::all() {
        if let Some(format) = &case.format {
            covered.extend(case.fields().map(|field| (field.to_owned(), format.clone())));
        }
    }
    let mut missing = Vec::new();
    for field in ApiField::all() {
        for rules in field.rules {
            let is_covered = match rules {
                RuleSet::Index => covered.iter().any(|(name, format)| {
                    name == field.name && !field.rules.iter().any(|own| own.name() == format)
                }),
                own => covered.contains(&(field.name.to_owned(), own.name().to_owned())),
            };
            if !is_covered {
                missing.push(format!("{} ({})", field.name, rules.name()));
            }
        }
    }
    let pairs: usize = ApiField::all().iter().map(|field| field.rules.len()).sum();
    println!("{} of {pairs} pairs of field and format have a case", pairs - missing.len());
    assert!(missing.is_empty(), "without a case: {}", missing.join(", "));
}

/// Every vector of finna-api §13 is tested under its number, in a table of the sources; those that an
/// answer can show have a case as well.
#[test]
fn every_vector_is_covered() {
    const SOURCES: [&str; 6] = [
        include_str!("../../src/api/json.rs"),
        include_str!("../../src/api/params.rs"),
        include_str!("../../src/api/finna/output.rs"),
        include_str!("../../src/api/finna/paging.rs"),
        include_str!("../../src/api/finna/href.rs"),
        include_str!("../../src/query/filters/tests.rs"),
    ];
    let sections = [("13.1", 1), ("13.2", 1), ("13.3", 7), ("13.4", 6), ("13.5", 7)];
    let inside = ["13.1.1", "13.2.1", "13.3.1"];
    let asked: BTreeSet<String> = cases::all().into_iter().filter_map(|case| case.vector).collect();
    let mut known = BTreeSet::new();
    for (section, rows) in sections {
        for row in 1..=rows {
            let vector = format!("{section}.{row}");
            let quoted = format!("\"{vector}\"");
            assert!(SOURCES.iter().any(|source| source.contains(&quoted)), "{vector}: no table");
            let has_case = asked.contains(&vector) != inside.contains(&vector.as_str());
            assert!(has_case, "{vector}: a case for what an answer shows, none for the rest");
            known.insert(vector);
        }
    }
    assert!(asked.is_subset(&known), "{asked:?}");
}

/// Ids are keys, never paths (reliability §6): a hundred and more that would like to be one.
#[test]
fn no_id_is_a_path() {
    let server = Server::InProcess;
    let mut ids: Vec<String> = [
        "../",
        "../../../../etc/passwd",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "%252e%252e%252fetc%252fpasswd",
        "..%5c..%5cwindows%5cwin.ini",
        "..%2f..%2fkirjo.redb",
        "....//....//etc/passwd",
        "%c0%ae%c0%ae%c0%afetc",
        "%e0%80%ae%e0%80%ae/",
        "/etc/passwd",
        "//etc/passwd",
        "%2fetc%2fpasswd",
        "C:%5cboot.ini",
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "kaupunki.200101%00",
        "kaupunki.200101%00.json",
        "%00",
        "kaupunki.200101/",
        "kaupunki.200101/../kaupunki.200102",
        "./kaupunki.200101",
        "kaupunki.200101%20",
        "%20kaupunki.200101",
        "kaupunki.200101%0a",
        "KAUPUNKI.200101",
        "kaupunki.*",
        "*",
        "kaupunki.20010?",
        "~root",
        "$HOME",
        "CON",
        "%ff%fe",
    ]
    .map(str::to_owned)
    .to_vec();
    ids.push("a".repeat(4096));
    ids.push("../".repeat(1300));
    let mut asked = 0;
    for id in &ids {
        for (request, status, body) in [
            (
                format!("/v1/record?id={id}&field[]=id"),
                400,
                &br#"{"status":"ERROR","statusMessage":"Error loading record"}"#[..],
            ),
            (format!("/v1/record?id[]={id}"), 200, br#"{"resultCount":0,"status":"OK"}"#),
            (format!("/Cover/Show?source=Solr&id={id}&index=0"), 200, b"GIF89a"),
            (format!("/Cover/Show?id=museo.esine-1&index={id}"), 200, b"GIF89a"),
        ] {
            let answer = server.ask(&cases::Case::get(&request));
            assert_eq!(answer.status, status, "{request}");
            assert!(answer.body.starts_with(body), "{request}");
            asked += 1;
        }
    }
    println!("{asked} requests for ids that look like paths");
    for path in [
        "/v1/../etc/passwd",
        "/v1/%2e%2e/search",
        "/swagger-ui/../v1/search",
        "/swagger-ui/%2e%2e%2fCargo.toml",
        "/swagger-ui/..%5cCargo.toml",
        "/swagger-ui//index.css",
        "/swagger-ui/index.css/",
        "/swagger-ui/index.css%00",
        "/v1/search.json",
        "/v1/search;a=b",
        "/v1/search/x.bat",
        "/v1/search%2f",
        "/v1%2fsearch",
        "//v1/search",
        "/v1/record/kaupunki.200101",
        "/Cover/Show/x.jpg",
        "/Cover",
    ] {
        let answer = server.ask(&cases::Case::get(path));
        assert_eq!(answer.status, 404, "{path}");
    }
}

/// `KIRJO_COMPAT_SHOW=koemarc.300001 cargo test --test compat shows -- --nocapture` prints the
/// fields of a record in the form of a case, to be compared with the rules by eye.
#[test]
fn shows_the_fields_of_a_record() {
    let Ok(id) = std::env::var("KIRJO_COMPAT_SHOW") else { return };
    for field in ApiField::all() {
        println!("{}", server::shown_field(&id, field.name));
    }
}

/// A rule, a name that is given once, and something that is expected.
#[test]
fn cases_are_well_formed() {
    let mut names = BTreeSet::new();
    for case in cases::all() {
        assert!(!case.rule.is_empty(), "{}: {} names no rule", case.file, case.name);
        assert!(names.insert(case.name.clone()), "{}: {} is there twice", case.file, case.name);
        assert!(case.expects_something(), "{}: {} expects nothing", case.file, case.name);
        assert!(case.needs != Needs::Records || case.format.is_some() || !case.request.is_empty());
    }
    assert!(names.len() > 100, "only {} cases", names.len());
}
