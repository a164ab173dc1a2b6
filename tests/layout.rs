//! House rules that a program can check: arrows between modules go downward only, files are where
//! the house keeps them, and only one module knows each outside engine.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "a test says what it expects"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// From the street to the ground: a module uses only those further down.
const ORDER: [&str; 18] = [
    "main", "cli", "bench", "generate", "api", "ingest", "search", "present", "engine", "query",
    "dedup", "mapping", "formats", "store", "config", "record", "marc", "text",
];
/// Ground that everybody may use and that uses nothing.
const GROUND: &str = "xml";

/// Crates that belong to one module.
const OWNED: [(&str, &str); 3] = [("tantivy", "engine"), ("redb", "store"), ("actix_web", "api")];

fn source_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("the source folder can be listed");
    for entry in entries.map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            source_files(&entry, found);
        } else if entry.extension().is_some_and(|end| end == "rs") {
            found.push(entry);
        }
    }
}

fn sources() -> Vec<(PathBuf, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&root, &mut files);
    files
        .into_iter()
        .filter(|path| path.file_name().is_some_and(|name| name != "lib.rs"))
        .map(|path| {
            let inner = path.strip_prefix(&root).expect("below src").to_owned();
            let first = inner.components().next().expect("a name").as_os_str().to_string_lossy();
            let module = first.trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).expect("source is UTF-8");
            (inner, module, text)
        })
        .collect()
}

fn rank(module: &str) -> usize {
    if module == GROUND {
        return ORDER.len();
    }
    ORDER
        .iter()
        .position(|name| *name == module)
        .unwrap_or_else(|| panic!("module `{module}` has no place in tests/layout.rs ORDER"))
}

/// Names right after every `crate::` or `kirjo::` of the code, comments left out.
fn used_modules(text: &str, module: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or("");
        let prefix = if module == "main" { "kirjo::" } else { "crate::" };
        for (at, _) in code.match_indices(prefix) {
            let name: String = code[at + prefix.len()..]
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect();
            if !name.is_empty() {
                found.push((number + 1, name));
            }
        }
    }
    found
}

#[test]
fn arrows_go_downward() {
    let mut upward = Vec::new();
    for (path, module, text) in sources() {
        for (line, used) in used_modules(&text, &module) {
            if used != module && rank(&used) <= rank(&module) {
                upward.push(format!("src/{}:{line}: {module} uses {used}", path.display()));
            }
        }
    }
    assert!(upward.is_empty(), "upward arrows:\n{}", upward.join("\n"));
}

#[test]
fn an_upward_arrow_would_be_seen() {
    let used = used_modules(
        "use crate::api::Finna; // crate::cli\nlet x = crate::text::trim(y);",
        "store",
    );
    assert_eq!(used, [(1, "api".to_owned()), (2, "text".to_owned())]);
    assert!(rank("api") < rank("store") && rank("text") > rank("store"));
}

#[test]
fn outside_engines_have_one_owner() {
    for (path, module, text) in sources() {
        for (name, owner) in OWNED {
            let uses = text.lines().any(|line| {
                let code = line.split("//").next().unwrap_or("");
                code.contains(&format!("{name}::"))
            });
            assert!(
                !uses || module == owner,
                "src/{} uses {name}: only {owner} may",
                path.display()
            );
        }
    }
}

#[test]
fn names_and_places() {
    for (path, module, text) in sources() {
        let shown = path.display();
        let name = path.file_stem().expect("a name").to_string_lossy();
        assert_ne!(name, "mod", "src/{shown}: write foo.rs beside foo/");
        for vague in ["util", "common", "helper", "manager"] {
            assert!(!name.contains(vague), "src/{shown}: name it for what it does");
        }
        assert!(
            name == "tests" || text.trim_start().starts_with("//!"),
            "src/{shown}: a file begins with what it is for"
        );
        if module == "main" {
            assert!(text.lines().count() < 60, "src/main.rs stays thin");
        }
    }
}
