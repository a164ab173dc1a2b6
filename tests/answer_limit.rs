//! The longest answer and what it takes: 64 MiB, however much was asked for. Alone in its process,
//! because it looks at the process's memory.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what it expects"
)]

use kirjo::api::{Finna, Method, Request};
use kirjo::config::ConfigFolder;
use kirjo::record::{FullRecord, IndexRecord, LazyRecord, RecordFormat};
use kirjo::search::{
    Documents, SearchError, SearchOutcome, SearchRequest, SearchService, StoredDocument,
};
use std::sync::Arc;

const MIB: usize = 1 << 20;

/// Any number of records of a mebibyte: LIDO that holds the text `filler` again and again.
struct Heavy {
    filler: &'static str,
}

impl Heavy {
    fn documents(&self, count: usize) -> Documents {
        let filler = self.filler;
        Documents::new((0..count).map(move |number| {
            let mut fields = IndexRecord::new();
            fields.set("id", format!("a.{number}"));
            fields.set("description", filler.repeat(MIB / 8 / filler.len()));
            let full_record = LazyRecord::new(|| {
                FullRecord::Text(format!("<lido>{}</lido>", filler.repeat(MIB / filler.len())))
            });
            let (id, group) = (format!("a.{number}"), Vec::new());
            let format = RecordFormat::Lido;
            Ok(Arc::new(StoredDocument { id, format, fields, full_record, group }))
        }))
    }
}

impl SearchService for Heavy {
    fn search(&self, request: &SearchRequest) -> Result<SearchOutcome, SearchError> {
        let hits = self.documents(request.limit);
        Ok(SearchOutcome { total: 1000, hits, ..SearchOutcome::default() })
    }

    fn records(&self, ids: &[String]) -> Result<Documents, SearchError> {
        Ok(self.documents(ids.len()))
    }
}

/// A figure of `/proc/self/status` in bytes; none where there is no such file.
fn memory(figure: &str) -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(figure))?;
    line.split_whitespace().nth(1)?.parse::<usize>().ok().map(|kibibytes| kibibytes << 10)
}

fn ask(finna: &Finna, path: &str, query: &str) -> (u16, usize, String) {
    let method = Method::Get;
    let (content_type, body, deadline) = ("", &b""[..], None);
    let answer = finna.answer(&Request { method, path, query, content_type, body, deadline });
    let start = answer.body.iter().take(200).copied().collect();
    (answer.status, answer.body.len(), String::from_utf8(start).expect("ASCII"))
}

#[test]
fn no_answer_takes_more_than_twice_the_limit() {
    let ids: Vec<String> = (0..500).map(|number| format!("id[]=a.{number}")).collect();
    let ids = ids.join("&");
    let fields = "field[]=id&field[]=fullRecord&field[]=rawData";
    // Plain text; letters that take three times their bytes in JSON; signs that take six times.
    for filler in ["plain text ", "ääkkönen ", "\t\u{1}"] {
        let finna = Finna::new(Arc::new(Heavy { filler }), &ConfigFolder::BuiltIn).expect("a face");
        let before = memory("VmRSS:");
        for (path, query, count) in [
            ("/v1/search", format!("limit=10&{fields}"), 10),
            ("/v1/search", format!("limit=100&{fields}"), 100),
            ("/v1/search", format!("limit=100&callback=f&prettyPrint=1&{fields}"), 100),
            ("/v1/record", format!("{ids}&{fields}"), 500),
            ("/v1/search", "limit=100&field[]=id".to_owned(), 100),
        ] {
            let (status, length, start) = ask(&finna, path, &query);
            println!("{filler:?} {count:>3} records: {status}, {length} bytes");
            if !query.contains("fullRecord") {
                assert_eq!(status, 200, "the size of what is not shown does not matter");
            } else if count == 10 {
                assert!(status == 200 && length > 10 * MIB && length <= 64 * MIB, "{status}");
            } else {
                let message =
                    "The answer would be longer than 64 MiB, ask for fewer records or fields";
                assert!(status == 400 && start.contains(message), "{status} {start}");
            }
        }
        let (Some(before), Some(peak)) = (before, memory("VmHWM:")) else {
            println!("SKIPPED: no /proc/self/status to read the memory from");
            continue;
        };
        let taken = peak.saturating_sub(before);
        println!("{filler:?}: {} MiB at most", taken / MIB);
        assert!(taken <= 128 * MIB, "{} MiB", taken / MIB);
    }
}
