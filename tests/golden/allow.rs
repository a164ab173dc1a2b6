//! `tests/golden-allow.toml`: differences that are meant, each with its row of
//! `docs/compatibility.md`. The list can only shrink: an entry that fits nothing is a fault.

use crate::compare::Difference;
use crate::folder::Folder;
use crate::report::{Report, say};
use std::path::Path;

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct AllowList {
    #[serde(default)]
    allow: Vec<Entry>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Name of a case; one `*` stands for any text.
    case: String,
    /// `index.author`, `driver.isbns`, `warnings`, `failure`; `*` as above.
    field: String,
    /// Id of the row of `docs/compatibility.md`.
    row: String,
    /// Only values with letters of this script may differ.
    script: Option<Script>,
}

#[derive(serde::Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Script {
    Han,
}

impl Script {
    fn is_in(self, value: &serde_json::Value) -> bool {
        let Script::Han = self;
        let han = |c: char| matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}');
        value.to_string().contains(han)
    }
}

impl AllowList {
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(root.join("tests/golden-allow.toml"))
            .expect("tests/golden-allow.toml");
        let list: AllowList = toml::from_str(&text).expect("a well-formed allow-list");
        if let Ok(rows) = std::fs::read_to_string(root.join("docs/compatibility.md")) {
            for entry in &list.allow {
                assert!(
                    rows.contains(&entry.row),
                    "tests/golden-allow.toml: no row `{}` in docs/compatibility.md",
                    entry.row
                );
            }
        }
        list
    }

    pub fn allows(&self, case: &str, field: &str) -> bool {
        self.allow.iter().any(|entry| {
            entry.script.is_none() && fits(&entry.case, case) && fits(&entry.field, field)
        })
    }

    /// As [`AllowList::allows`], with a look at the values.
    pub fn allows_difference(&self, case: &str, field: &str, difference: &Difference) -> bool {
        self.allow.iter().any(|entry| {
            fits(&entry.case, case)
                && fits(&entry.field, field)
                && entry.script.is_none_or(|script| script.is_in(&difference.actual))
        })
    }

    /// Entries about the required formats that no difference needs any more. Other folders than
    /// the usual one may lack the cases that an entry is for: there it is only said.
    pub fn stale(&self, report: &Report, required: &[&str]) -> Vec<String> {
        let is_needed = |entry: &Entry| {
            report.cases.iter().any(|case| {
                fits(&entry.case, &case.name)
                    && (!required.contains(&case.format.as_str())
                        || (case.failure.is_some() && fits(&entry.field, "failure"))
                        || case.differences().any(|(name, _)| fits(&entry.field, &name)))
            })
        };
        self.told(|entry| {
            !["functions/", "search/"].iter().any(|start| entry.case.starts_with(start))
                && !is_needed(entry)
        })
    }

    /// Entries about cases whose names start so that allowed nothing.
    pub fn stale_in(&self, start: &str, used: &[(String, String)]) -> Vec<String> {
        self.told(|entry| {
            let is_used = |(case, field): &(String, String)| {
                fits(&entry.case, case) && fits(&entry.field, field)
            };
            entry.case.starts_with(start) && !used.iter().any(is_used)
        })
    }

    /// The faults of stale entries.
    fn told(&self, is_stale: impl Fn(&Entry) -> bool) -> Vec<String> {
        let stale: Vec<String> = self
            .allow
            .iter()
            .filter(|entry| is_stale(entry))
            .map(|entry| {
                format!(
                    "tests/golden-allow.toml: nothing differs at `{}` `{}` ({}); remove the entry",
                    entry.case, entry.field, entry.row
                )
            })
            .collect();
        if Folder::is_usual() {
            return stale;
        }
        stale.iter().for_each(|line| say(line));
        Vec::new()
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}
