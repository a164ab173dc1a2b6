//! The golden data: records with settings, and what the reference pipeline made of them.
//!
//! The data are read from `KIRJO_GOLDEN_DIR` (default `../shared/data`); what is not there is
//! skipped with a line that says so. To work on one format:
//!
//! ```text
//! KIRJO_GOLDEN_FORMAT=lido cargo test --test golden records
//! ```
//!
//! prints its first differences (`KIRJO_GOLDEN_LIMIT`, default 40; `KIRJO_GOLDEN_CASE=musketti`
//! for cases whose name holds a text, `KIRJO_GOLDEN_FIELD=index.author` likewise for fields).
//! All differences go to `target/golden-report.json`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "golden data that cannot be read are a failed test"
)]
#![expect(unreachable_pub, reason = "the modules of a test have no other readers")]

mod allow;
mod api;
mod cases;
mod compare;
mod finding_aids;
mod folder;
mod key_folding;
mod mapping_files;
mod pairs;
mod report;
mod run;
mod scenarios;
mod search_requests;
mod settings;
mod text_functions;

use allow::AllowList;
use folder::Folder;
use report::{Report, say};

/// Formats whose differences must all be in `tests/golden-allow.toml`.
const REQUIRED: [&str; 14] = [
    "marc",
    "marcauthority",
    "ead",
    "ead3",
    "eaccpf",
    "lido",
    "qdc",
    "dc",
    "forward",
    "forwardauthority",
    "lrmi",
    "aipa",
    "doaj",
    "ese",
];

/// One report for every format: cases of `ingest-golden`, `mutants` and `records-golden`.
#[test]
fn records() {
    let Some(folder) = Folder::find() else { return };
    let filter = report::Filter::from_environment();
    let mut report = Report::default();
    for case in run::all(&folder, &filter) {
        report.add(case);
    }
    let allowed = AllowList::read();
    report.print(&filter, &allowed);
    report.write();
    if filter.is_whole() {
        let mut faults = report.not_allowed(&allowed, &REQUIRED);
        faults.extend(allowed.stale(&report, &REQUIRED));
        assert!(faults.is_empty(), "{} differences:\n{}", faults.len(), faults.join("\n"));
    }
}

/// `utils.json`: text, ISBN, date, coordinate and call number functions.
#[test]
fn functions() {
    let Some(folder) = Folder::find() else { return };
    let Some(text) = folder.text("ingest-golden/utils.json") else { return };
    let faults = text_functions::differences(&text, &folder, &AllowList::read());
    assert!(faults.is_empty(), "{} differences:\n{}", faults.len(), faults.join("\n"));
}

/// `key-folding.tsv.gz`: key folding of every code point.
#[test]
fn key_folding_of_code_points() {
    let Some(folder) = Folder::find() else { return };
    let Some(text) = folder.unpacked("ingest-golden/key-folding.tsv.gz") else { return };
    let tally = key_folding::compare(&String::from_utf8_lossy(&text));
    say(&tally.summary());
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
}

/// The mapping files of `index-config` give what the reference's tables give.
#[test]
fn mapping_files_of_index_config() {
    let Some(folder) = Folder::find() else { return };
    let mut faults = mapping_files::differences(&folder);
    faults.extend(mapping_files::missing(&folder));
    faults.extend(mapping_files::rows_missing());
    faults.extend(mapping_files::role_differences(&folder));
    faults.extend(mapping_files::extension_differences(&folder));
    faults.extend(mapping_files::article_differences(&folder));
    assert!(faults.is_empty(), "{} differences:\n{}", faults.len(), faults.join("\n"));
}

/// `query-builder.jsonl`: requests and what is asked of the index for them. Differences must all be
/// in `tests/golden-allow.toml`.
#[test]
fn search_requests() {
    let Some(folder) = Folder::find() else { return };
    let Some(text) = folder.text("search-golden/query-builder.jsonl") else { return };
    let allowed = AllowList::read();
    let cases = search_requests::cases(&text);
    let mut faults = Vec::new();
    let mut used = Vec::new();
    for case in &cases {
        let name = case.name();
        for (field, expected, actual) in case.differences() {
            if allowed.allows(&name, &field) {
                used.push((name.clone(), field));
            } else {
                faults.push(format!("{name} {field}\n  expected {expected}\n  actual   {actual}"));
            }
        }
    }
    say(&format!(
        "search requests: {} cases, {} differences, {} of them allowed",
        cases.len(),
        faults.len() + used.len(),
        used.len()
    ));
    faults.extend(allowed.stale_in("search/", &used));
    assert!(faults.is_empty(), "{} differences:\n{}", faults.len(), faults.join("\n"));
}
