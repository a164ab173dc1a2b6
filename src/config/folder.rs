//! Where configuration comes from: a folder on disk, or the copy built into the binary.

use include_dir::{Dir, include_dir};
use serde::de::DeserializeOwned;
use std::fmt;
use std::path::{Path, PathBuf};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/index-config");

/// What is wrong in which file and line, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file, as the user knows it.
    pub file: String,
    /// 1-based; 0 when the error is about the whole file.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// The nearest valid word, when one is near.
    pub suggestion: Option<String>,
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.suggestion {
            Some(word) => write!(f, "; did you mean `{word}`?"),
            None => Ok(()),
        }
    }
}

impl ConfigError {
    /// An error in this line of this file, without suggestion.
    pub fn new(file: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        ConfigError { file: file.into(), line, message: message.into(), suggestion: None }
    }

    /// Adds the nearest of `known` to `word`, if one is near enough to be a slip of the hand.
    #[must_use]
    pub fn with_suggestion<'a>(
        mut self,
        word: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        self.suggestion = nearest(word, known).map(str::to_owned);
        self
    }
}

/// The known word nearest to `word`, if at most a third of it has to change.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// A configuration folder: files by relative path with `/`.
#[derive(Debug, Clone)]
pub enum ConfigFolder {
    /// A folder that the user may edit.
    Disk(PathBuf),
    /// The copy inside the binary.
    BuiltIn,
}

impl ConfigFolder {
    /// The folder given on the command line; else `./index-config` if there is one; else the
    /// configuration built into the binary.
    pub fn choose(given: Option<&Path>) -> Self {
        match given {
            Some(path) => ConfigFolder::Disk(path.to_owned()),
            None if Path::new("index-config").is_dir() => ConfigFolder::Disk("index-config".into()),
            None => ConfigFolder::BuiltIn,
        }
    }

    /// How messages name a file of this folder.
    pub fn display_name(&self, file: &str) -> String {
        match self {
            ConfigFolder::Disk(path) => path.join(file).display().to_string(),
            ConfigFolder::BuiltIn => format!("(built-in) index-config/{file}"),
        }
    }

    /// Text of a file, `None` if there is no such file.
    pub fn read(&self, file: &str) -> Result<Option<String>, ConfigError> {
        let error = |message: String| ConfigError::new(self.display_name(file), 0, message);
        match self {
            ConfigFolder::Disk(path) => match std::fs::read(path.join(file)) {
                Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|e| {
                    error(format!("is not UTF-8 at byte {}", e.utf8_error().valid_up_to()))
                }),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(e) => Err(error(format!("cannot be read: {e}"))),
            },
            ConfigFolder::BuiltIn => match BUILT_IN.get_file(file) {
                None => Ok(None),
                Some(found) => found
                    .contents_utf8()
                    .map(|text| Some(text.to_owned()))
                    .ok_or_else(|| error("is not UTF-8".into())),
            },
        }
    }

    /// Names of the files in a sub-folder that end with `.extension`, sorted, relative to the root.
    pub fn list(&self, folder: &str, extension: &str) -> Result<Vec<String>, ConfigError> {
        let mut names: Vec<String> = match self {
            ConfigFolder::Disk(path) => match std::fs::read_dir(path.join(folder)) {
                Ok(entries) => entries
                    .filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.to_owned()))
                    .collect(),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
                Err(e) => {
                    let name = self.display_name(folder);
                    return Err(ConfigError::new(name, 0, format!("cannot be listed: {e}")));
                }
            },
            ConfigFolder::BuiltIn => BUILT_IN.get_dir(folder).map_or_else(Vec::new, |dir| {
                dir.files()
                    .filter_map(|file| Some(file.path().file_name()?.to_str()?.to_owned()))
                    .collect()
            }),
        };
        names.retain(|name| name.rsplit_once('.').is_some_and(|(_, end)| end == extension));
        names.sort();
        Ok(names.into_iter().map(|name| format!("{folder}/{name}")).collect())
    }

    /// A TOML file as a typed value; a missing file is an error.
    pub fn toml<T: DeserializeOwned>(&self, file: &str) -> Result<T, ConfigError> {
        let name = self.display_name(file);
        let text = self.read(file)?.ok_or_else(|| ConfigError::new(&name, 0, "is missing"))?;
        parse_toml(&name, &text)
    }
}

/// Parses TOML; errors carry the line and, for an unknown key, the nearest known one.
pub(super) fn parse_toml<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| line_of(text, span.start));
        let message = error.message().to_owned();
        let words: Vec<String> = message.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let problem = ConfigError::new(name, line, &message);
        match words.split_first() {
            Some((word, known)) if message.starts_with("unknown") => {
                problem.with_suggestion(word, known.iter().map(String::as_str))
            }
            _ => problem,
        }
    })
}

/// 1-based line of a byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[allow(dead_code, reason = "only its name matters here")]
        institution: String,
    }

    #[test]
    fn unknown_keys_are_reported_with_line_and_nearest_key() {
        let error = parse_toml::<Sample>("x.toml", "# note\n\ninstitutoin = \"a\"\n").unwrap_err();
        assert_eq!((error.line, error.suggestion.as_deref()), (3, Some("institution")));
        assert!(error.to_string().starts_with("x.toml:3: unknown field `institutoin`"), "{error}");
        let error = parse_toml::<Sample>("x.toml", "institution = 5").unwrap_err();
        assert_eq!(error.line, 1);
    }
}
