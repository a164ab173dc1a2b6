//! The peer's settings → ours: `datasources.ini` and mapping files of RecordManager.

use super::ini::ini_value;
use super::mapping_files::MappingSetting;
use super::source_files::DRIVER_PARAMS;
use super::{ConfigError, FieldRule, MappingKind, ValueMap};
use std::fmt::Write as _;

/// Settings that have a counterpart: the peer's name, ours, and how the value is written.
const KEYS: [(&str, &str, Kind); 19] = [
    ("institution", "institution", Kind::Text),
    ("format", "format", Kind::Text),
    ("idPrefix", "id_prefix", Kind::Text),
    ("solrIdPrefix", "index_id_prefix", Kind::Text),
    ("indexUnprefixedIds", "index_unprefixed_ids", Kind::Flag),
    ("index", "index", Kind::Flag),
    ("dedup", "dedup", Kind::Flag),
    ("componentParts", "component_parts", Kind::Text),
    ("indexMergedParts", "index_merged_parts", Kind::Flag),
    ("componentPartSourceId", "component_part_source_id", Kind::List),
    ("keepMissingHierarchyMembers", "keep_missing_hierarchy_members", Kind::Flag),
    ("recordXPath", "record_xpath", Kind::Text),
    ("oaiIDXPath", "oai_id_xpath", Kind::Text),
    ("preTransformation", "pre_transformation", Kind::Transformation),
    ("institutionInBuilding", "institution_in_building", Kind::Text),
    (
        "addInstitutionToBuildingBeforeMapping",
        "add_institution_to_building_before_mapping",
        Kind::Flag,
    ),
    ("fieldRules", "field_rules", Kind::Rules),
    ("authority", "authority", Kind::Table),
    ("authority_id_regex", "authority_id_regex", Kind::Table),
];

/// Settings that become a table of their own.
const TABLES: [(&str, &str); 2] =
    [("recordSplitterParams", "record_splitter_params"), ("suppressOnField", "suppress_on_field")];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Flag,
    List,
    Rules,
    Transformation,
    Table,
}

/// One line `name = value`, `name[] = value` or `name[sub] = value`.
pub(super) struct Entry<'t> {
    /// 0 if the setting has no line of its own.
    pub(super) line: usize,
    pub(super) name: &'t str,
    /// What stands in brackets; `Some("")` for `[]`.
    pub(super) sub: Option<&'t str>,
    pub(super) value: String,
}

/// A section of the file.
pub(super) struct Section<'t> {
    pub(super) id: &'t str,
    pub(super) entries: Vec<Entry<'t>>,
}

/// Turns a `datasources.ini` into one file for each source: path inside the configuration folder,
/// TOML text. What has no counterpart stays as a comment. `name` is how messages call the file.
pub fn import_peer_settings(name: &str, text: &str) -> Result<Vec<(String, String)>, ConfigError> {
    let sections = sections(name, text)?;
    sections.iter().map(|section| Ok((path(section.id), source(name, section)?))).collect()
}

/// Checks a mapping file of the peer and gives the path it gets: `x.map.sample` becomes
/// `mappings/x.map`. The syntax is the same.
pub fn import_peer_mapping(name: &str, text: &str) -> Result<(String, String), ConfigError> {
    ValueMap::parse(name, text, MappingKind::Normal)?;
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let base = base.find(".map").and_then(|at| base.get(..at)).unwrap_or(base);
    Ok((format!("mappings/{base}.map"), text.to_owned()))
}

fn path(id: &str) -> String {
    format!("sources/{id}.toml")
}

fn sections<'t>(name: &str, text: &'t str) -> Result<Vec<Section<'t>>, ConfigError> {
    let mut sections: Vec<Section<'t>> = Vec::new();
    for (number, line) in (1..).zip(text.strip_prefix('\u{FEFF}').unwrap_or(text).lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with([';', '#']) {
            continue;
        }
        if let Some(id) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            let id = id.trim();
            if !id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
                || id.is_empty()
            {
                let message = format!(
                    "`{id}` cannot be the id of a source; use letters, digits, `_` and `-`"
                );
                return Err(ConfigError::new(name, number, message));
            }
            sections.push(Section { id, entries: Vec::new() });
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            let message = format!("`{line}` is neither `[source]` nor `key = value`");
            return Err(ConfigError::new(name, number, message));
        };
        let Some(section) = sections.last_mut() else {
            let message = "a setting stands before the first `[source]`";
            return Err(ConfigError::new(name, number, message));
        };
        let key = key.trim();
        let (key, sub) = match key.split_once('[') {
            Some((key, sub)) => (key.trim(), Some(sub.trim_end_matches(']').trim())),
            None => (key, None),
        };
        let value = ini_value(value).map_err(|message| ConfigError::new(name, number, message))?;
        section.entries.push(Entry { line: number, name: key, sub, value });
    }
    Ok(sections)
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A key as TOML wants it: bare if it can be.
fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { quoted(name) }
}

fn list(values: &[&str]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    match quoted.as_slice() {
        [one] => format!("[{one}]"),
        all => format!("[\n  {},\n]", all.join(",\n  ")),
    }
}

/// The text of one source's file.
pub(super) fn source(name: &str, section: &Section<'_>) -> Result<String, ConfigError> {
    let mut settings = String::new();
    let mut tables = String::new();
    let mut notes = String::new();
    let mut done: Vec<&str> = Vec::new();
    for entry in &section.entries {
        if done.contains(&entry.name) {
            continue;
        }
        done.push(entry.name);
        let same: Vec<&Entry<'_>> =
            section.entries.iter().filter(|other| other.name == entry.name).collect();
        if let Some((_, ours, kind)) = KEYS.iter().find(|(theirs, _, _)| *theirs == entry.name) {
            setting(name, ours, *kind, &same, &mut settings, &mut tables, &mut notes)?;
        } else if let Some((_, ours)) = TABLES.iter().find(|(theirs, _)| *theirs == entry.name) {
            table(ours, &same, &mut tables);
        } else if entry.name == "driverParams" {
            driver_params(name, &same, &mut tables, &mut notes)?;
        } else if entry.name == "extraFields" {
            extra_fields(name, &same, &mut tables)?;
        } else if !entry.name.ends_with("_mapping") {
            for other in same {
                let _ = writeln!(notes, "# {} = {}", other.name, quoted(&other.value));
            }
        }
    }
    mappings(section, &mut tables);
    let mut text = format!("# Source `{}`, imported from {name}.\n{settings}{tables}", section.id);
    if !notes.is_empty() {
        let _ = write!(text, "\n# Without counterpart here:\n{notes}");
    }
    Ok(text)
}

/// Writes one setting of [`KEYS`].
fn setting(
    file: &str,
    ours: &str,
    kind: Kind,
    same: &[&Entry<'_>],
    settings: &mut String,
    tables: &mut String,
    notes: &mut String,
) -> Result<(), ConfigError> {
    let values: Vec<&str> = same.iter().map(|entry| entry.value.as_str()).collect();
    let last = values.last().copied().unwrap_or("");
    // Writing to a string does not fail.
    let _ = match kind {
        Kind::Text if ours == "institution_in_building" && last.is_empty() => {
            // `none` has been read as a false value.
            writeln!(settings, "{ours} = \"none\"")
        }
        Kind::Text => writeln!(settings, "{ours} = {}", quoted(last)),
        Kind::Flag => writeln!(settings, "{ours} = {}", !matches!(last, "" | "0")),
        Kind::List => writeln!(settings, "{ours} = {}", list(&values)),
        Kind::Rules => {
            for entry in same {
                FieldRule::parse(&entry.value)
                    .map_err(|message| ConfigError::new(file, entry.line, message))?;
            }
            writeln!(settings, "{ours} = {}", list(&values))
        }
        Kind::Transformation => {
            // Prefixes never count here, so taking them away is no transformation.
            for value in values.iter().filter(|value| !value.contains("strip")) {
                let _ = writeln!(notes, "# preTransformation = {}", quoted(value));
            }
            Ok(())
        }
        Kind::Table => {
            table(ours, same, tables);
            Ok(())
        }
    };
    Ok(())
}

fn table(ours: &str, same: &[&Entry<'_>], tables: &mut String) {
    let _ = writeln!(tables, "\n[{ours}]");
    let name = |entry: &Entry<'_>| key(entry.sub.filter(|sub| !sub.is_empty()).unwrap_or("*"));
    for (at, entry) in same.iter().enumerate() {
        let name_of_entry = name(entry);
        // Of a name that comes again the last value counts.
        let comes_again = same.iter().skip(at + 1).any(|later| name(later) == name_of_entry);
        if !comes_again {
            let _ = writeln!(tables, "{name_of_entry} = {}", quoted(&entry.value));
        }
    }
}

/// `name=value` lines, `name[]=value` for one of several values; a parameter that no driver knows
/// becomes a comment.
fn driver_params(
    file: &str,
    same: &[&Entry<'_>],
    tables: &mut String,
    notes: &mut String,
) -> Result<(), ConfigError> {
    let mut pairs: Vec<(String, Vec<String>)> = Vec::new();
    for entry in same {
        let (param, value) = entry.value.split_once('=').unwrap_or((entry.value.as_str(), "true"));
        let param = param.trim();
        let param = param.strip_suffix("[]").map_or(param, str::trim_end);
        if !DRIVER_PARAMS.contains(&param) {
            let _ = writeln!(notes, "# driverParams: {}", quoted(&entry.value));
            continue;
        }
        let written = match value.trim().to_ascii_lowercase().as_str() {
            "true" | "on" | "yes" => "true".to_owned(),
            "false" | "off" | "no" | "none" => "false".to_owned(),
            _ => quoted(&ini_value(value).map_err(|message| {
                ConfigError::new(file, entry.line, format!("driver parameter {param}: {message}"))
            })?),
        };
        match pairs.iter_mut().find(|(known, _)| known == param) {
            Some((_, values)) => values.push(written),
            None => pairs.push((param.to_owned(), vec![written])),
        }
    }
    write_pairs("driver_params", &pairs, tables);
    Ok(())
}

/// `field:value` lines.
fn extra_fields(file: &str, same: &[&Entry<'_>], tables: &mut String) -> Result<(), ConfigError> {
    let mut pairs: Vec<(String, Vec<String>)> = Vec::new();
    for entry in same {
        let Some((field, value)) = entry.value.split_once(':') else {
            let message = format!("`{}` is not `field:value`", entry.value);
            return Err(ConfigError::new(file, entry.line, message));
        };
        match pairs.iter_mut().find(|(known, _)| known == field) {
            Some((_, values)) => values.push(quoted(value)),
            None => pairs.push((field.to_owned(), vec![quoted(value)])),
        }
    }
    write_pairs("extra_fields", &pairs, tables);
    Ok(())
}

fn write_pairs(name: &str, pairs: &[(String, Vec<String>)], tables: &mut String) {
    if pairs.is_empty() {
        return;
    }
    let _ = writeln!(tables, "\n[{name}]");
    for (field, values) in pairs {
        let value = match values.as_slice() {
            [one] => one.clone(),
            all => format!("[{}]", all.join(", ")),
        };
        let _ = writeln!(tables, "{} = {value}", key(field));
    }
}

fn mappings(section: &Section<'_>, tables: &mut String) {
    let mut fields: Vec<(&str, Vec<String>)> = Vec::new();
    for entry in &section.entries {
        let Some(field) = entry.name.strip_suffix("_mapping") else { continue };
        match fields.iter_mut().find(|(known, _)| *known == field) {
            Some((_, levels)) if entry.sub.is_some() => levels.push(entry.value.clone()),
            Some((_, levels)) => *levels = vec![entry.value.clone()],
            None => fields.push((field, vec![entry.value.clone()])),
        }
    }
    if fields.is_empty() {
        return;
    }
    let _ = writeln!(tables, "\n[mappings]");
    for (field, levels) in fields {
        let setting = MappingSetting::Levels(levels);
        let value = match setting.levels() {
            [one] => quoted(one),
            all => {
                let all: Vec<&str> = all.iter().map(String::as_str).collect();
                list(&all)
            }
        };
        let _ = writeln!(tables, "{} = {value}", key(field));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ComponentParts, ConfigFolder, IngestSettings, Sources};

    const INI: &str = r#"; sources of a library
[helka]
url = "https://example.org/oai" ; harvested
institution = Helka
format = marc
dedup = true
idPrefix = ""
componentParts = merge_non_earticles
institutionInBuilding = none
format_mapping[] = marc_format_to_hierarchy.map
format_mapping[] = own.map,regexp
building_mapping = ""
driverParams[] = "subLocationInBuilding=c"
driverParams[] = kohaNormalization=true
driverParams[] = noSuchThing=1
extraFields[] = sector_str_mv:lib
extraFields[] = sector_str_mv:lib/pub
extraFields[] = url:https://x
fieldRules[] = 'copy a b match="/x/"'
fieldRules[] = "copy a c match=\"/suot/i\" default=\"n n\"" ; as PHP has it
driverParams[] = "classifications=\"245a=title\""
driverParams[] = "fullTextXpaths[]=//a"
driverParams[] = "fullTextXpaths[]=//b"
recordSplitterParams[nonInheritedFields] = origination
recordSplitterParams[nonInheritedFields] = "origination,container"
suppressOnField[format] = "A|B"
authority[*] = fin11
preTransformation[] = strip_namespaces.xsl

[Museo-1]
institution = "Museo; pieni"
format = lido
recordXPath = //lido:lido
preTransformation[] = own.xsl
"#;

    #[test]
    fn what_is_written_can_be_read() {
        let files = import_peer_settings("datasources.ini", INI).expect("a good file");
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["sources/helka.toml", "sources/Museo-1.toml"]);
        let dir = tempfile::tempdir().expect("a folder");
        for folder in ["sources", "mappings"] {
            std::fs::create_dir(dir.path().join(folder)).expect("a folder");
        }
        for map in ["marc_format_to_hierarchy", "own"] {
            std::fs::write(dir.path().join(format!("mappings/{map}.map")), "a = b").expect("a map");
        }
        for (name, text) in &files {
            std::fs::write(dir.path().join(name), text).expect("a file");
        }
        let folder = ConfigFolder::Disk(dir.path().to_owned());
        let sources = Sources::load(&folder, &IngestSettings::default()).expect("good settings");
        let helka = sources.get("helka").expect("there");
        assert_eq!((helka.institution.as_str(), helka.id_prefix.as_str()), ("Helka", ""));
        assert!(helka.dedup);
        assert_eq!(helka.component_parts, ComponentParts::MergeNonEarticles);
        assert_eq!(helka.mappings[0].1.levels.len(), 2);
        assert_eq!(helka.params.get("subLocationInBuilding"), Some("c"));
        assert!(helka.params.flag("kohaNormalization", false));
        assert_eq!(helka.extra_fields.len(), 3);
        assert_eq!(helka.params.get("classifications"), Some("245a=title"));
        assert_eq!(helka.params.all("fullTextXpaths").collect::<Vec<_>>(), ["//a", "//b"]);
        assert_eq!(helka.splitter["nonInheritedFields"], "origination,container");
        assert_eq!(helka.field_rules.len(), 2);
        let escaped = &helka.field_rules[1];
        assert!(escaped.filter.as_ref().is_some_and(|filter| filter.fits("Suot")));
        assert_eq!(escaped.default.as_deref(), Some("n n"));
        assert_eq!(helka.authority["*"], "fin11");
        let museo = sources.get("Museo-1").expect("there");
        assert_eq!(museo.institution, "Museo; pieni");
        assert_eq!(museo.record_xpath.as_deref(), Some("//lido:lido"));
        assert!(files[0].1.contains("# url = \"https://example.org/oai\""), "{}", files[0].1);
        assert!(files[0].1.contains("# driverParams: \"noSuchThing=1\""), "{}", files[0].1);
        assert!(files[1].1.contains("# preTransformation = \"own.xsl\""), "{}", files[1].1);
    }

    #[test]
    fn faults_name_the_line() {
        for (text, line, part) in [
            ("a = b", 1, "before the first"),
            ("[x]\nnonsense", 2, "neither"),
            ("[a.b]", 1, "cannot be the id"),
            ("[x]\nfieldRules[] = do this", 2, "does not begin"),
            ("[x]\nextraFields[] = nothing", 2, "`field:value`"),
            ("[x]\n\nfieldRules[] = \"copy a b match=\"/x/\"\"", 3, "stands behind"),
            ("[x]\ndriverParams[] = 'classifications=\"245a'", 2, "never closed"),
        ] {
            let error = import_peer_settings("d.ini", text).expect_err(text);
            assert_eq!((error.file.as_str(), error.line), ("d.ini", line), "{error}");
            assert!(error.message.contains(part), "{error}");
        }
    }

    #[test]
    fn mapping_files() {
        let (path, text) = import_peer_mapping("conf/x.map.sample.finna", "a = b").expect("good");
        assert_eq!((path.as_str(), text.as_str()), ("mappings/x.map", "a = b"));
        assert!(import_peer_mapping("x.map", "nonsense").is_err());
    }

    proptest::proptest! {
        /// No text of settings or mappings panics, and what is imported is TOML.
        #[test]
        fn any_text_is_borne(
            lines in proptest::collection::vec(
                r"(\[[a-z]{1,3}\]|[a-zA-Z]{1,9}(\[[*a-z]{0,3}\])? ?= ?\PC{0,12}|driverParams\[\] = \PC{0,9}|institution = \PC{0,5}|format_mapping\[\] = \PC{0,9}|\PC{0,10}|a = (\$|\\|[0-9{}])*)",
                0..12,
            ),
        ) {
            let text = lines.join("\n");
            for kind in [MappingKind::Normal, MappingKind::Regexp, MappingKind::RegexpMulti] {
                if let Ok(map) = ValueMap::parse("x.map", &text, kind) {
                    map.map("a1");
                    map.gives_list("a1");
                }
            }
            for (_, toml) in import_peer_settings("x.ini", &text).unwrap_or_default() {
                let parsed: Result<toml::Table, _> = toml::from_str(&toml);
                proptest::prop_assert!(parsed.is_ok(), "{} from {}", toml, text);
            }
            drop(FieldRule::parse(&text));
        }
    }
}
