//! Any query string: an answer with an expected status whose body is JSON, bare or in a callback.
#![no_main]

#[path = "../../tests/demo/mod.rs"]
mod demo;

use kirjo::api::{Method, Request};
use kirjo::config::ConfigFolder;
use libfuzzer_sys::fuzz_target;
use std::path::Path;
use std::sync::LazyLock;

/// Some hundred records.
static DEMO: LazyLock<demo::Demo> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sample-records");
    let files = [("kaupunki", "marc/city-library.mrc"), ("taide", "lido/art-museum.xml")];
    let files = files.map(|(source, file)| (source.to_owned(), folder.join(file)));
    demo::build(&ConfigFolder::BuiltIn, &files)
});

const PATHS: [&str; 5] = ["/v1/search", "/v1/record", "/api/v1/list", "/Cover/Show", "/v1"];

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let choice = usize::from(*choice);
    let path = PATHS[choice % PATHS.len()];
    let method = if choice & 0x80 == 0 { Method::Get } else { Method::Post };
    let (query, body) = match rest.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (rest, &[][..]),
    };
    let query = String::from_utf8_lossy(query);
    let answer = DEMO.finna.answer(&Request {
        method,
        path,
        query: &query,
        content_type: "application/x-www-form-urlencoded",
        body,
        deadline: None,
    });
    assert!(matches!(answer.status, 200 | 302 | 400 | 404 | 405 | 413 | 414 | 503), "{}", answer.status);
    let kind = answer.headers.iter().find(|(name, _)| *name == "Content-Type");
    match kind.map(|(_, kind)| kind.as_str()) {
        Some("application/json") => {
            serde_json::from_slice::<serde_json::Value>(&answer.body).expect("JSON");
        }
        Some("application/javascript") => {
            let inner = answer.body.strip_suffix(b");").expect("an end");
            let open = inner.iter().position(|byte| *byte == b'(').expect("a beginning");
            serde_json::from_slice::<serde_json::Value>(&inner[open + 1..]).expect("JSON");
        }
        Some("image/gif") | None => {}
        Some(other) => panic!("{other}"),
    }
});
