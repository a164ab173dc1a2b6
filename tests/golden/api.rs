//! The API against recorded answers of the reference: record fields, facets, whole answers.
//!
//! `KIRJO_GOLDEN_SHOW=marc/title cargo test --test golden api -- --nocapture` prints the cases of a
//! field that differ.

mod allow;
mod answers;
mod fields;
mod json;
mod recorded;

use crate::report::say;
use allow::AllowList;
use std::path::{Path, PathBuf};

fn folder() -> Option<PathBuf> {
    let given = std::env::var_os("KIRJO_GOLDEN_DIR").map(PathBuf::from);
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = given.unwrap_or_else(default).join("api-golden");
    if folder.is_dir() {
        return Some(folder);
    }
    say(&format!("skipped: no API recordings in {}; set KIRJO_GOLDEN_DIR", folder.display()));
    None
}

#[test]
fn api_answers_as_recorded() {
    let Some(folder) = folder() else { return };
    let allowed = AllowList::read();
    let mut faults = fields::differences(&folder, &allowed);
    faults.extend(answers::facets(&folder, &allowed));
    faults.extend(answers::whole_answers(&folder, &allowed));
    faults.extend(allowed.unused());
    assert!(faults.is_empty(), "not allowed to differ:\n{}", faults.join("\n"));
}
