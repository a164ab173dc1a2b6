//! `record_xpath`: which elements of a file are records.

use super::local;
use std::str::FromStr;

/// A path such as `/collection/record`, `//record` or `//metadata/dc`; prefixes do not count
/// (ingest-common §9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordPath {
    steps: Vec<String>,
    /// The path begins at the root, not anywhere.
    is_absolute: bool,
}

impl FromStr for RecordPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || {
            format!(
                "record_xpath `{text}` is not supported; write element names as in \
                 `/collection/record`, `//record` or `//metadata/dc`"
            )
        };
        let (is_absolute, steps) = match text.strip_prefix("//") {
            Some(steps) => (false, steps),
            None => (true, text.strip_prefix('/').ok_or_else(refuse)?),
        };
        let is_name = |step: &str| {
            let rest = step.trim_start_matches(|c: char| c.is_alphabetic() || c == '_');
            rest.len() < step.len()
                && rest.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))
                && !step.ends_with(':')
        };
        if !steps.split('/').all(is_name) {
            return Err(refuse());
        }
        let local = |step: &str| step.rsplit(':').next().unwrap_or(step).to_owned();
        Ok(RecordPath { steps: steps.split('/').map(local).collect(), is_absolute })
    }
}

impl RecordPath {
    /// Does an element match? `above` gives the names of the elements around it, the nearest first;
    /// names may have prefixes.
    pub(super) fn matches<'n>(
        &self,
        name: &'n [u8],
        above: impl IntoIterator<Item = &'n [u8]>,
    ) -> bool {
        let mut names = std::iter::once(name).chain(above);
        let steps = self.steps.iter().rev();
        let mut fits = steps.map(|step| names.next().is_some_and(|n| local(n) == step.as_bytes()));
        fits.all(|fits| fits) && (!self.is_absolute || names.next().is_none())
    }

    /// Name of the record element.
    pub(super) fn record_name(&self) -> &str {
        self.steps.last().map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_by_local_name() {
        for (path, element, expected) in [
            ("//record", "record", true),
            ("//record", "collection/marc:record", true),
            ("//m:record", "collection/record", true),
            ("//record", "collection/records", false),
            ("/collection/record", "collection/record", true),
            ("/collection/record", "x/collection/record", false),
            ("/record", "collection/record", false),
            ("//metadata/dc", "OAI-PMH/ListRecords/record/metadata/oai_dc:dc", true),
            ("//metadata/dc", "metadata/x/dc", false),
            ("//a/b/c", "b/c", false),
        ] {
            let path: RecordPath = path.parse().expect(path);
            let names: Vec<&[u8]> = element.split('/').rev().map(str::as_bytes).collect();
            assert_eq!(path.matches(names[0], names[1..].iter().copied()), expected, "{element}");
        }
    }

    #[test]
    fn other_xpaths_are_refused() {
        for path in ["", "record", "/", "//", "//*", "//a[1]", "/a//b", "//a/@b", "//a:", "//1"] {
            assert!(path.parse::<RecordPath>().is_err(), "{path}");
        }
    }
}
