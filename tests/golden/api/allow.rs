//! `tests/api-golden-allow.toml`: differences that are meant, each with its row of
//! `docs/compatibility.md`.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entries {
    field: Vec<Entry>,
    facet: Vec<Entry>,
    answer: Vec<Entry>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Field as `format/field`, or the name of a facet or answer case.
    at: String,
    /// Rows of `docs/compatibility.md`.
    rows: Vec<String>,
}

/// What may differ.
pub struct AllowList {
    entries: Entries,
    used: RefCell<BTreeSet<String>>,
}

impl AllowList {
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(root.join("tests/api-golden-allow.toml"))
            .expect("tests/api-golden-allow.toml");
        let entries: Entries = toml::from_str(&text).expect("a well-formed allow-list");
        let page = std::fs::read_to_string(root.join("docs/compatibility.md")).expect("the page");
        for entry in entries.field.iter().chain(&entries.facet).chain(&entries.answer) {
            assert!(!entry.rows.is_empty(), "{}: no row", entry.at);
            for row in &entry.rows {
                let is_there = page.lines().any(|line| line.starts_with(&format!("| {row} |")));
                assert!(is_there, "{}: no row `{row}` in docs/compatibility.md", entry.at);
            }
        }
        AllowList { entries, used: RefCell::default() }
    }

    fn allows(&self, entries: &[Entry], at: &str) -> bool {
        let found = entries.iter().any(|entry| entry.at == at);
        if found {
            self.used.borrow_mut().insert(at.to_owned());
        }
        found
    }

    pub fn allows_field(&self, format: &str, field: &str) -> bool {
        self.allows(&self.entries.field, &format!("{format}/{field}"))
    }

    pub fn allows_facet(&self, case: &str) -> bool {
        self.allows(&self.entries.facet, case)
    }

    pub fn allows_answer(&self, case: &str) -> bool {
        self.allows(&self.entries.answer, case)
    }

    /// Entries that nothing differs at. Only the recordings of the default folder must use all.
    pub fn unused(&self) -> Vec<String> {
        if std::env::var_os("KIRJO_GOLDEN_DIR").is_some() {
            return Vec::new();
        }
        let used = self.used.borrow();
        let entries = &self.entries;
        let all = entries.field.iter().chain(&entries.facet).chain(&entries.answer);
        all.filter(|entry| !used.contains(&entry.at))
            .map(|entry| format!("{}: nothing differs any more; remove the entry", entry.at))
            .collect()
    }
}
