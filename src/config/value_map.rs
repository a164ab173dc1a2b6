//! Mapping files (`index-config/mappings/*.map`): a source's own words → the index's vocabulary
//! (ingest-common §7).

use super::ConfigError;
use regex::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How the keys of a mapping file are meant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum MappingKind {
    /// A value is looked up as it stands.
    #[default]
    Normal,
    /// Keys are patterns; the first that is found in the value is replaced in it.
    Regexp,
    /// Keys are patterns; every one that is found gives a result.
    RegexpMulti,
}

impl MappingKind {
    /// Names as written behind the file name in settings.
    pub const ALL: [(MappingKind, &'static str); 3] = [
        (MappingKind::Normal, "normal"),
        (MappingKind::Regexp, "regexp"),
        (MappingKind::RegexpMulti, "regexp-multi"),
    ];

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, n)| *n == name).map(|(kind, _)| *kind)
    }
}

/// What a key becomes. The shape is kept: a list gives several values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// One value, empty to drop the key.
    One(String),
    /// Several values.
    List(Vec<String>),
}

/// The keys that are not values of a record but states of the field.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SpecialKeys {
    /// `##default`: for a value that no key fits.
    pub default: Option<Target>,
    /// `##empty` and `##emptyarray`: for a field without values, as a text or a list.
    pub empty: Option<Target>,
    /// `##mappedempty` and `##mappedemptyarray`: for a field whose values were all mapped away.
    pub mapped_empty: Option<Target>,
}

#[derive(Clone, Debug)]
enum Keys {
    Exact(FxHashMap<String, Target>),
    Patterns { patterns: Vec<(Regex, Target)>, all: bool },
}

/// One mapping file, ready for look-up.
#[derive(Clone, Debug)]
pub struct ValueMap {
    keys: Keys,
    /// Keys of the form `##…`.
    pub special: SpecialKeys,
}

impl ValueMap {
    /// Reads a mapping file: `key = value` lines, `key[] = value` for lists, `;` for comments.
    /// `name` is how messages call the file.
    pub fn parse(name: &str, text: &str, kind: MappingKind) -> Result<Self, ConfigError> {
        let mut entries: Vec<(String, Target, usize)> = Vec::new();
        let mut places: FxHashMap<String, usize> = FxHashMap::default();
        for (number, line) in (1..).zip(text.strip_prefix('\u{FEFF}').unwrap_or(text).lines()) {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with(';') {
                continue;
            }
            let Some((key, value)) = line.split_once(" = ").or_else(|| line.split_once('=')) else {
                let message = format!("`{line}` has no `=`; write `key = value`");
                return Err(ConfigError::new(name, number, message));
            };
            let (key, value) = (key.trim(), value.trim().to_owned());
            let (key, in_list) = match key.strip_suffix("[]") {
                Some(key) => (key, true),
                None => (key, false),
            };
            let Some(at) = places.get(key) else {
                places.insert(key.to_owned(), entries.len());
                let target = if in_list { Target::List(vec![value]) } else { Target::One(value) };
                entries.push((key.to_owned(), target, number));
                continue;
            };
            match (&mut entries[*at].1, in_list) {
                (Target::One(old), false) => *old = value,
                (Target::List(values), true) => values.push(value),
                _ => {
                    let message =
                        format!("`{key}` is written both as `{key}` and `{key}[]`; use one form");
                    return Err(ConfigError::new(name, number, message));
                }
            }
        }
        Self::build(name, entries, kind)
    }

    /// A map of entries in order, for callers that have no file.
    pub fn from_entries(
        name: &str,
        entries: impl IntoIterator<Item = (String, Target)>,
        kind: MappingKind,
    ) -> Result<Self, ConfigError> {
        Self::build(name, entries.into_iter().map(|(key, to)| (key, to, 0)).collect(), kind)
    }

    fn build(
        name: &str,
        entries: Vec<(String, Target, usize)>,
        kind: MappingKind,
    ) -> Result<Self, ConfigError> {
        let mut special = SpecialKeys::default();
        let mut exact = FxHashMap::default();
        let mut patterns = Vec::new();
        for (key, target, line) in entries {
            match key.as_str() {
                "##default" => special.default = Some(target),
                "##empty" => special.empty = Some(target),
                "##emptyarray" => special.empty = Some(listed(target)),
                "##mappedempty" => special.mapped_empty = Some(target),
                "##mappedemptyarray" => special.mapped_empty = Some(listed(target)),
                _ if key.starts_with("##") => {
                    let known = [
                        "##default",
                        "##empty",
                        "##emptyarray",
                        "##mappedempty",
                        "##mappedemptyarray",
                    ];
                    let message = format!("unknown special key `{key}`");
                    return Err(ConfigError::new(name, line, message).with_suggestion(&key, known));
                }
                _ if kind == MappingKind::Normal => {
                    exact.insert(key, target);
                }
                _ => {
                    let pattern = RegexBuilder::new(&key)
                        .dot_matches_new_line(true)
                        .build()
                        .map_err(|error| pattern_error(name, line, &key, &error))?;
                    patterns.push((pattern, template(target)));
                }
            }
        }
        let keys = match kind {
            MappingKind::Normal => Keys::Exact(exact),
            MappingKind::Regexp => Keys::Patterns { patterns, all: false },
            MappingKind::RegexpMulti => Keys::Patterns { patterns, all: true },
        };
        Ok(ValueMap { keys, special })
    }

    /// The results for one value, in `out`; a value that no key fits gives `##default` or itself.
    pub fn map_into(&self, value: &str, out: &mut Vec<String>) {
        let before = out.len();
        match &self.keys {
            Keys::Exact(map) => {
                if let Some(target) = map.get(value) {
                    push(target, out);
                    return;
                }
            }
            Keys::Patterns { patterns, all } => {
                for (pattern, target) in patterns {
                    if !pattern.is_match(value) {
                        continue;
                    }
                    match target {
                        Target::One(to) => out.push(pattern.replace_all(value, to).into_owned()),
                        Target::List(list) => out.extend(
                            list.iter().map(|to| pattern.replace_all(value, to).into_owned()),
                        ),
                    }
                    if !all {
                        return;
                    }
                }
                if out.len() > before {
                    return;
                }
            }
        }
        match &self.special.default {
            Some(target) => push(target, out),
            None => out.push(value.to_owned()),
        }
    }

    /// True if the result of a value can be a list: patterns with several results, or a key that
    /// is written `key[]`.
    pub fn gives_list(&self, value: &str) -> bool {
        let is_list = |target: Option<&Target>| matches!(target, Some(Target::List(_)));
        let default = self.special.default.as_ref();
        match &self.keys {
            Keys::Exact(map) => is_list(map.get(value).or(default)),
            Keys::Patterns { patterns, all } => {
                let mut found = patterns.iter().filter(|(pattern, _)| pattern.is_match(value));
                match found.next() {
                    None => is_list(default),
                    Some((_, target)) => *all || is_list(Some(target)),
                }
            }
        }
    }

    /// The results for one value.
    pub fn map(&self, value: &str) -> Vec<String> {
        let mut out = Vec::with_capacity(1);
        self.map_into(value, &mut out);
        out
    }

    /// The map without what it gives for empty fields.
    #[must_use]
    pub fn without_empty(&self) -> Self {
        let mut map = self.clone();
        map.special.empty = None;
        map
    }
}

fn push(target: &Target, out: &mut Vec<String>) {
    match target {
        Target::One(value) => out.push(value.clone()),
        Target::List(values) => out.extend_from_slice(values),
    }
}

fn listed(target: Target) -> Target {
    match target {
        Target::One(value) => Target::List(vec![value]),
        list @ Target::List(_) => list,
    }
}

fn pattern_error(name: &str, line: usize, key: &str, error: &regex::Error) -> ConfigError {
    let reason = error.to_string();
    let reason = reason.lines().last().unwrap_or("").trim_start_matches("error: ");
    let advice = if reason.contains("look-around") || reason.contains("backreferences") {
        "; look-around and back-references are not supported, write several patterns instead"
    } else {
        ""
    };
    ConfigError::new(name, line, format!("pattern `{key}` cannot be used: {reason}{advice}"))
}

/// PHP's replacement syntax (`$1`, `${1}`, `\1`) in that of the regex crate, where `$1x` would
/// name a group `1x`.
fn template(target: Target) -> Target {
    let convert = |text: &str| {
        let mut out = String::with_capacity(text.len() + 4);
        let mut rest = text;
        while let Some(at) = rest.find(['$', '\\']) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let is_dollar = from.starts_with('$');
            let after = &from[1..];
            let inner = if is_dollar { after.strip_prefix('{') } else { None };
            let digits_from = inner.unwrap_or(after);
            let digits = digits_from.bytes().take(2).take_while(u8::is_ascii_digit).count();
            let closed = inner.is_none() || digits_from.as_bytes().get(digits) == Some(&b'}');
            if digits > 0 && closed {
                out.push_str("${");
                out.push_str(&digits_from[..digits]);
                out.push('}');
                rest = &digits_from[digits + usize::from(inner.is_some())..];
            } else {
                out.push_str(if is_dollar { "$$" } else { "\\" });
                rest = after;
            }
        }
        out.push_str(rest);
        out
    };
    match target {
        Target::One(text) => Target::One(convert(&text)),
        Target::List(texts) => Target::List(texts.iter().map(|t| convert(t)).collect()),
    }
}

/// The mapping of one field: one map for each level of a hierarchy, nearly always just one.
#[derive(Clone, Debug, Default)]
pub struct FieldMapping {
    /// Never empty in practice; an empty list maps nothing.
    pub levels: Vec<Arc<ValueMap>>,
}

impl FieldMapping {
    /// A mapping of a single level.
    pub fn single(map: ValueMap) -> Self {
        FieldMapping { levels: vec![Arc::new(map)] }
    }

    /// The map of a level of a hierarchy; levels beyond the last use the first map.
    pub fn level(&self, number: usize) -> Option<&ValueMap> {
        self.levels.get(number).or_else(|| self.levels.first()).map(Arc::as_ref)
    }

    /// The mapping without what its first level gives for empty fields.
    #[must_use]
    pub fn without_empty(&self) -> Self {
        let mut levels = self.levels.clone();
        if let Some(first) = levels.first_mut() {
            *first = Arc::new(first.without_empty());
        }
        FieldMapping { levels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASIC: &str =
        "; comment\nval1 = a/b\nval2 =\nval3[] = a\nval3[] = b\n\nfi=val4 = c\n##default = def\n";
    const PATTERNS: &str = "([a-z]+)(\\d) = $1/$2\n([a-z]+) = string\n^\\d+(.*)$ = $1\n^FOO.*[] = BAR\n^FOO.*[] = BAZ\n##default = def\n";

    fn map(text: &str, kind: MappingKind) -> ValueMap {
        ValueMap::parse("x.map", text, kind).expect("a good map")
    }

    #[test]
    fn exact_keys() {
        let basic = map(BASIC, MappingKind::Normal);
        for (value, expected) in [
            ("val1", vec!["a/b"]),
            ("val2", vec![""]),
            ("val3", vec!["a", "b"]),
            ("fi=val4", vec!["c"]),
            ("val4", vec!["def"]),
            ("", vec!["def"]),
        ] {
            assert_eq!(basic.map(value), expected, "{value}");
        }
        assert!(basic.gives_list("val3") && !basic.gives_list("val1"));
    }

    #[test]
    fn patterns() {
        let first = map(PATTERNS, MappingKind::Regexp);
        for (value, expected) in [
            ("val1", vec!["val/1"]),
            ("val", vec!["string"]),
            ("!21!", vec!["def"]),
            ("21!", vec!["!"]),
            ("FOO123", vec!["BAR", "BAZ"]),
        ] {
            assert_eq!(first.map(value), expected, "{value}");
        }
        let all = map(
            "([a-z]+)(\\d) = $1/$2\n([a-z]+) = string\n^\\d+(.*)$ = $1\n",
            MappingKind::RegexpMulti,
        );
        assert_eq!(all.map("val1"), ["val/1", "string1"]);
        assert_eq!(all.map("21"), [""]);
        assert_eq!(all.map("!"), ["!"]);
        let replaced = map("^(a)(b) = ${2}x$1x\\2$$x\\\n", MappingKind::Regexp);
        assert_eq!(replaced.map("ab"), ["bxaxb$$x\\"]);
    }

    #[test]
    fn faults_name_file_and_line() {
        for (text, kind, line, part) in [
            ("a = b\nnonsense", MappingKind::Normal, 2, "has no `=`"),
            ("a = b\na[] = c", MappingKind::Normal, 2, "use one form"),
            ("\n##defautl = x", MappingKind::Normal, 2, "unknown special key"),
            ("(?=a) = b", MappingKind::Regexp, 1, "look-around"),
            ("(a = b", MappingKind::Regexp, 1, "cannot be used"),
        ] {
            let error = ValueMap::parse("x.map", text, kind).expect_err(text);
            assert_eq!((error.file.as_str(), error.line), ("x.map", line), "{error}");
            assert!(error.message.contains(part), "{error}");
        }
        let error = ValueMap::parse("x.map", "##defautl = x", MappingKind::Normal).unwrap_err();
        assert_eq!(error.suggestion.as_deref(), Some("##default"));
    }
}
