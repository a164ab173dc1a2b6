//! `index-config/schema.toml`: the index fields, their types and copies (index-schema §3).

use super::folder::{ConfigError, ConfigFolder, line_of, parse_toml};
use std::collections::BTreeMap;

const FILE: &str = "schema.toml";

/// How the values of a field are analysed and what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// One term, byte for byte.
    String,
    /// Words, folded, split and stemmed.
    Text,
    /// Words, folded and split.
    Proper,
    /// Every beginning of the value, by words.
    Start,
    /// The whole value, folded.
    Whole,
    /// Standard numbers.
    Isn,
    /// Call numbers.
    CallNumber,
    /// True or absent.
    Boolean,
    /// Whole number.
    Int,
    /// Instant, UTC.
    Date,
    /// Span of time.
    DateRange,
    /// WKT shapes.
    Geo,
    /// `lat,lon`.
    Point,
}

const KINDS: [(&str, FieldKind); 13] = [
    ("string", FieldKind::String),
    ("text", FieldKind::Text),
    ("proper", FieldKind::Proper),
    ("start", FieldKind::Start),
    ("whole", FieldKind::Whole),
    ("isn", FieldKind::Isn),
    ("callnumber", FieldKind::CallNumber),
    ("boolean", FieldKind::Boolean),
    ("int", FieldKind::Int),
    ("date", FieldKind::Date),
    ("daterange", FieldKind::DateRange),
    ("geo", FieldKind::Geo),
    ("point", FieldKind::Point),
];

/// What the index does with one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldSpec {
    /// Type.
    pub kind: FieldKind,
    /// Several values.
    pub multi: bool,
    /// Searched and filtered.
    pub indexed: bool,
    /// Comes back as given.
    pub stored: bool,
    /// Has a column: facets and sorting.
    pub doc_values: bool,
    /// Searched by reading the column: it takes no postings, and a search takes time with the
    /// number of documents instead of matches.
    pub scanned: bool,
}

/// The index schema: named fields, suffix rules, copies.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    fields: BTreeMap<String, FieldSpec>,
    /// Longest first.
    suffixes: Vec<(String, FieldSpec)>,
    copies: BTreeMap<String, Vec<String>>,
    /// Start field ↔ whole field that has the same values.
    pairs: BTreeMap<String, String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemaFile {
    fields: BTreeMap<String, String>,
    suffixes: BTreeMap<String, String>,
    dynamic: DynamicNames,
    copies: BTreeMap<String, Vec<String>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct DynamicNames {
    names: Vec<String>,
}

impl Schema {
    /// Reads and checks `schema.toml`.
    pub fn load(folder: &ConfigFolder) -> Result<Self, ConfigError> {
        let name = folder.display_name(FILE);
        let text = folder.read(FILE)?.ok_or_else(|| ConfigError::new(&name, 0, "is missing"))?;
        Self::parse(&name, &text)
    }

    /// Parses the text of a schema file; `name` is for messages.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        let file: SchemaFile = parse_toml(name, text)?;
        let spec = |key: &str, value: &str| parse_spec(name, text, key, value);
        let mut schema = Schema::default();
        for (key, value) in &file.fields {
            schema.fields.insert(key.clone(), spec(key, value)?);
        }
        for (key, value) in &file.suffixes {
            schema.suffixes.push((key.clone(), spec(key, value)?));
        }
        schema.suffixes.sort_by_key(|(suffix, _)| std::cmp::Reverse(suffix.len()));
        for dynamic in file.dynamic.names {
            let found = schema.by_suffix(&dynamic).ok_or_else(|| {
                error_at(name, text, &dynamic, "no suffix of [suffixes] fits this name")
            })?;
            schema.fields.insert(dynamic, found);
        }
        for (from, to) in &file.copies {
            for field in to.iter().chain([from]) {
                if !schema.fields.contains_key(field) {
                    return Err(error_at(name, text, field, "is copied but not a field")
                        .with_suggestion(field, schema.fields.keys().map(String::as_str)));
                }
            }
        }
        schema.copies = file.copies;
        schema.pairs = schema.pairs().map_err(|(start, whole)| {
            let message = format!(
                "is copied from the same fields as another start field, and both want the values \
                 of `{whole}`; give it a whole field of its own"
            );
            error_at(name, text, &start, &message)
        })?;
        if !schema.fields.contains_key("id") {
            return Err(ConfigError::new(name, 0, "the field `id` is missing"));
        }
        Ok(schema)
    }

    /// Start and whole fields that are copied from the same fields, both ways; else a start field
    /// and the whole field that another one has.
    fn pairs(&self) -> Result<BTreeMap<String, String>, (String, String)> {
        let origins = |field: &str| -> Vec<&str> {
            let copied = self.copies.iter().filter(|(_, to)| to.iter().any(|to| to == field));
            copied.map(|(from, _)| from.as_str()).collect()
        };
        let of_kind = |kind| {
            self.fields.iter().filter(move |(_, spec)| spec.kind == kind && spec.indexed).collect()
        };
        let wholes: Vec<(&String, &FieldSpec)> = of_kind(FieldKind::Whole);
        let starts: Vec<(&String, &FieldSpec)> = of_kind(FieldKind::Start);
        let mut pairs = BTreeMap::new();
        for (start, spec) in starts {
            let from = origins(start);
            let whole = wholes.iter().find(|(whole, other)| {
                spec.multi == other.multi && !from.is_empty() && origins(whole) == from
            });
            if let Some((whole, _)) = whole {
                if pairs.insert((*whole).clone(), start.clone()).is_some() {
                    return Err((start.clone(), (*whole).clone()));
                }
                pairs.insert(start.clone(), (*whole).clone());
            }
        }
        Ok(pairs)
    }

    /// The whole field with the same values as a start field, or the reverse: both are copies of
    /// the same fields.
    pub fn pair_of(&self, field: &str) -> Option<&str> {
        self.pairs.get(field).map(String::as_str)
    }

    fn by_suffix(&self, field: &str) -> Option<FieldSpec> {
        self.suffixes.iter().find(|(suffix, _)| field.ends_with(suffix.as_str())).map(|(_, s)| *s)
    }

    /// What is known of a field, by name or by suffix; `None` for a field the schema does not have.
    pub fn field(&self, name: &str) -> Option<FieldSpec> {
        self.fields.get(name).copied().or_else(|| self.by_suffix(name))
    }

    /// True if the index has this field from the start, so that it can be searched and counted.
    pub fn is_declared(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// All declared fields, by name.
    pub fn fields(&self) -> impl Iterator<Item = (&str, FieldSpec)> {
        self.fields.iter().map(|(name, spec)| (name.as_str(), *spec))
    }

    /// Fields that also get the values of `field`.
    pub fn copies_of(&self, field: &str) -> &[String] {
        self.copies.get(field).map_or(&[], Vec::as_slice)
    }
}

fn parse_spec(file: &str, text: &str, key: &str, value: &str) -> Result<FieldSpec, ConfigError> {
    let mut words = value.split_whitespace();
    let kind_word = words.next().unwrap_or("");
    let kind = KINDS.iter().find(|(word, _)| *word == kind_word).ok_or_else(|| {
        error_at(file, text, key, &format!("has the unknown type `{kind_word}`"))
            .with_suggestion(kind_word, KINDS.iter().map(|(word, _)| *word))
    })?;
    let mut spec = FieldSpec {
        kind: kind.1,
        multi: false,
        indexed: false,
        stored: false,
        doc_values: false,
        scanned: false,
    };
    for flag in words {
        match flag {
            "mv" => spec.multi = true,
            "i" => spec.indexed = true,
            "s" => spec.stored = true,
            "dv" => spec.doc_values = true,
            "scan" => spec.scanned = true,
            _ => {
                let message =
                    format!("has the unknown flag `{flag}`; known are mv, i, s, dv, scan");
                return Err(error_at(file, text, key, &message));
            }
        }
    }
    if spec.scanned {
        if spec.kind != FieldKind::String || !spec.doc_values || spec.indexed {
            let message = "has the flag `scan`, which goes with the type string and the flag dv, \
                           and stands in the place of i";
            return Err(error_at(file, text, key, message));
        }
        spec.indexed = true;
    }
    Ok(spec)
}

/// An error about a key, with the line where the key stands.
fn error_at(file: &str, text: &str, key: &str, message: &str) -> ConfigError {
    let at = [format!("\n{key} "), format!("\n{key}="), format!("\"{key}\"")]
        .iter()
        .find_map(|pattern| text.find(pattern.as_str()).map(|at| line_of(text, at + 1)))
        .unwrap_or(0);
    ConfigError::new(file, at, format!("field `{key}` {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "[fields]\nid = \"string i s dv\"\n";
    const TAIL: &str = "[suffixes]\n_str = \"string i dv\"\n_txtP_l_mv = \"start mv i\"\n_mv = \"text mv i\"\n[dynamic]\nnames = []\n[copies]\n";

    #[test]
    fn names_and_suffixes_resolve() {
        let schema = Schema::parse("s", &format!("{HEAD}title = \"text i s\"\n{TAIL}")).unwrap();
        assert_eq!(schema.field("title").unwrap().kind, FieldKind::Text);
        assert_eq!(schema.field("x_txtP_l_mv").unwrap().kind, FieldKind::Start);
        assert!(schema.field("x_str").unwrap().doc_values);
        assert_eq!(schema.field("unknown"), None);
    }

    #[test]
    fn errors_name_line_and_nearest_word() {
        for (text, expected) in [
            (
                format!("{HEAD}title = \"txet i\"\n{TAIL}"),
                "s:3: field `title` has the unknown type `txet`; did you mean `text`?",
            ),
            (
                format!("{HEAD}title = \"text x\"\n{TAIL}"),
                "s:3: field `title` has the unknown flag `x`; known are mv, i, s, dv, scan",
            ),
            (
                format!("{HEAD}title = \"string i dv scan\"\n{TAIL}"),
                "s:3: field `title` has the flag `scan`, which goes with the type string",
            ),
            (
                format!("{HEAD}title = \"text scan dv\"\n{TAIL}"),
                "s:3: field `title` has the flag `scan`",
            ),
            (
                format!(
                    "{HEAD}a = \"start i\"\nb = \"start i\"\nc = \"whole i\"\n\
                     {TAIL}id = [\"a\", \"b\", \"c\"]\n"
                ),
                "s:4: field `b` is copied from the same fields as another start field",
            ),
            (
                format!("{HEAD}{TAIL}idd = [\"id\"]\n"),
                "field `idd` is copied but not a field; did you mean `id`?",
            ),
            (format!("{HEAD}{TAIL}\n[sufixes]\n"), "unknown field `sufixes`"),
        ] {
            let error = Schema::parse("s", &text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn the_shipped_schema_is_right() {
        let schema = Schema::load(&ConfigFolder::BuiltIn).unwrap();
        assert!(schema.fields().count() > 150);
        assert_eq!(schema.copies_of("publisher"), ["publisherStr"]);
        assert_eq!(schema.pair_of("title_txtP_l"), Some("title_txtP_lr"));
        assert_eq!(schema.pair_of("title_alt_txtP_lr_mv"), Some("title_alt_txtP_l_mv"));
        assert_eq!(schema.pair_of("title_short_txtP_lr"), None);
    }
}
