//! Where the golden data are.

use crate::report::say;
use flate2::read::MultiGzDecoder;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Parts that the folder may have.
const PARTS: [&str; 5] =
    ["ingest-golden", "records-golden", "dedup-golden", "search-golden", "api-golden"];

/// The folder of the golden data.
#[derive(Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder, if it is there.
    pub fn find() -> Option<Self> {
        let path = std::env::var_os("KIRJO_GOLDEN_DIR").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
            PathBuf::from,
        );
        if PARTS.iter().any(|part| path.join(part).is_dir()) {
            return Some(Folder(path));
        }
        say(&format!("skipped: no golden data in {}; set KIRJO_GOLDEN_DIR", path.display()));
        None
    }

    /// No other folder was asked for.
    pub fn is_usual() -> bool {
        std::env::var_os("KIRJO_GOLDEN_DIR").is_none()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let found = std::fs::read(self.path(name));
        if found.is_err() {
            say(&format!("skipped: {name} is not there"));
        }
        found.ok()
    }

    pub fn text(&self, name: &str) -> Option<String> {
        String::from_utf8(self.bytes(name)?).ok()
    }

    pub fn json(&self, name: &str) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.bytes(name)?).ok()
    }

    /// A file that may be packed with gzip.
    pub fn unpacked(&self, name: &str) -> Option<Vec<u8>> {
        let bytes = self.bytes(name)?;
        if !bytes.starts_with(&[0x1F, 0x8B]) {
            return Some(bytes);
        }
        let mut out = Vec::new();
        MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut out).ok()?;
        Some(out)
    }

    /// Lines of packed JSON.
    pub fn json_lines(&self, name: &str) -> Vec<serde_json::Value> {
        let Some(bytes) = self.unpacked(name) else { return Vec::new() };
        String::from_utf8_lossy(&bytes)
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line of JSON"))
            .collect()
    }

    /// Members of a packed tar archive: base name, content.
    pub fn members(&self, name: &str) -> Vec<(String, Vec<u8>)> {
        let Some(bytes) = self.unpacked(name) else { return Vec::new() };
        let mut archive = tar::Archive::new(bytes.as_slice());
        let mut members = Vec::new();
        for entry in archive.entries().expect("a tar archive") {
            let mut entry = entry.expect("a member");
            let path = entry.path().expect("a path").into_owned();
            let base = path.file_name().map(|n| n.to_string_lossy().into_owned());
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("the member's content");
            members.extend(base.map(|base| (base, content)));
        }
        members
    }

    /// Names of the entries of a sub-folder that end so, sorted.
    pub fn list(&self, name: &str, end: &str) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.path(name))
            .map(|entries| {
                entries
                    .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                    .filter(|name| name.ends_with(end))
                    .collect()
            })
            .unwrap_or_default();
        names.sort();
        names
    }
}
