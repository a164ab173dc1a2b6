//! The mapping files of `index-config` against the reference's tables.

use crate::folder::Folder;
use crate::settings::value_map;
use kirjo::config::{ConfigFolder, IngestSettings, MappingKind, ValueMap};
use serde_json::Value;

/// Slips of the reference's tables that our files do not repeat: table, key, row of
/// `docs/compatibility.md`.
const CORRECTED: [(&str, &str, &str); 5] = [
    ("language_codes", "hye", "language-armenian"),
    ("lido_resource_type", "Kivipiirros", "lido-format-slip"),
    ("usage_rights_ext", "Creative Commons Attribution-ShareAlike 4.0", "rights-patterns"),
    ("usage_rights_ext", "http://rightsstatements.org/vocab/InC-OW-EU/1.0/", "rights-patterns"),
    ("usage_rights_ext", "http://rightsstatements.org/page/InC-OW-EU/1.0/", "rights-patterns"),
];

/// Tables that are compared in a way of their own, and the one that nothing here uses: the base
/// distribution's map of languages, which goes the other way.
const OTHERWISE: [&str; 3] = ["forward_role", "forward_id_role", "iso639-1_to_iso639-2"];

/// Rights statements of many shapes, for the tables of patterns.
const RIGHTS: [&str; 43] = [
    "Creative Commons Attribution-ShareAlike 4.0",
    "http://rightsstatements.org/vocab/InC-OW-EU/1.0/",
    "http://rightsstatements.org/page/InC-OW-EU/1.0/",
    "CC0",
    "CC0 1.0",
    "CC BY 4.0",
    "CC BY",
    "CCBY4.0",
    "CC-BY-4.0",
    "CC BY-SA 4.0",
    "CC BY-NC-SA 4.0",
    "CC BY-NC-ND",
    "CC BY-ND 3.0",
    "CC BY-NC",
    "CC BY NC SA",
    "cc by 4.0",
    "CC BY Kuvaaja",
    "https://creativecommons.org/licenses/by/4.0/",
    "http://creativecommons.org/licenses/by-sa/4.0/deed.fi",
    "https://creativecommons.org/licenses/by-nc/4.0/",
    "https://creativecommons.org/licenses/by-nd/4.0/",
    "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    "https://creativecommons.org/licenses/by-nc-nd/4.0/",
    "https://creativecommons.org/publicdomain/mark/1.0/",
    "Creative Commons Attribution 4.0",
    "Creative Commons Attribution-NonCommercial-NoDerivs 4.0",
    "Creative Commons Attribution-NonCommercial 4.0",
    "Creative Commons Attribution-NoDerivs 4.0",
    "Creative Commons Public Domain",
    "Public Domain Mark",
    "public domain",
    "No known copyright restrictions",
    "InC",
    "InC-EDU 1.0",
    "InC-OW-EU",
    "http://rightsstatements.org/page/InC/1.0/",
    "http://rightsstatements.org/page/InC-EDU/1.0/",
    "NC-NCUP",
    "Copyright not evaluated",
    "restricted",
    "Ei lisensiointia",
    "Kaikki oikeudet pidätetään",
    "",
];

/// One line for each key that maps otherwise.
pub fn differences(folder: &Folder) -> Vec<String> {
    let mut faults = Vec::new();
    for file in folder.list("ingest-golden/mappings", ".json") {
        let name = file.trim_end_matches(".json");
        if OTHERWISE.contains(&name) {
            continue;
        }
        let table = folder.json(&format!("ingest-golden/mappings/{file}")).expect("a table");
        let kind = table["type"].as_str().and_then(MappingKind::named).expect("a kind");
        let Some(text) = ConfigFolder::BuiltIn.read(&format!("mappings/{name}.map")).expect("read")
        else {
            faults.push(format!("index-config/mappings/{name}.map is missing"));
            continue;
        };
        let ours = ValueMap::parse(name, &text, kind).unwrap_or_else(|error| panic!("{error}"));
        let theirs = value_map(name, &table["entries"], kind);
        let keys: Vec<String> = match kind {
            MappingKind::Normal => table["entries"]
                .as_array()
                .expect("entries")
                .iter()
                .filter_map(|entry| entry[0].as_str().map(str::to_owned))
                .filter(|key| !key.starts_with("##"))
                .chain(["no such key".to_owned()])
                .collect(),
            _ => RIGHTS.map(str::to_owned).to_vec(),
        };
        for key in keys {
            let (a, e) = (ours.map(&key), theirs.map(&key));
            if CORRECTED.iter().any(|(table, slip, _)| *table == name && *slip == key) {
                if a == e {
                    faults.push(format!("{name}: `{key}` is no slip any more"));
                }
            } else if a != e {
                faults.push(format!("{name}: `{key}` gives {a:?} instead of {e:?}"));
            }
        }
        if kind == MappingKind::Normal {
            let own = keys_of(&text).filter(|key| !is_key(&table, key));
            faults.extend(own.map(|key| format!("{name}: `{key}` is not in the reference's")));
        }
        if ours.special != theirs.special {
            faults.push(format!("{name}: {:?} instead of {:?}", ours.special, theirs.special));
        }
    }
    faults
}

/// Keys of the text of a map.
fn keys_of(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.starts_with([';', '#']))
        .filter_map(|line| line.split_once(" ="))
        .map(|(key, _)| key.trim().trim_end_matches("[]"))
}

fn entries(table: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let entries = table["entries"].as_array().into_iter().flatten();
    entries.map(|entry| (entry[0].as_str().unwrap_or_default(), &entry[1]))
}

fn is_key(table: &Value, key: &str) -> bool {
    entries(table).any(|(theirs, _)| theirs == key)
}

/// The row of each corrected slip is there.
pub fn rows_missing() -> Vec<String> {
    let rows = include_str!("../../docs/compatibility.md");
    let has_row = |row: &str| rows.contains(&format!("| {row} |"));
    CORRECTED
        .iter()
        .map(|(_, _, row)| *row)
        .chain(["forward-role-slips"])
        .filter(|row| !has_row(row))
        .map(|row| format!("docs/compatibility.md has no row {row}"))
        .collect()
}

/// Roles of Forward agents: the reference has keys in upper case, which never fit, and commas
/// behind some results (row `forward-role-slips`).
pub fn role_differences(folder: &Folder) -> Vec<String> {
    let map = |name: &str, kind| {
        let text = ConfigFolder::BuiltIn.read(&format!("mappings/{name}.map")).expect("read");
        ValueMap::parse(name, &text.expect("the map"), kind).expect("a good map")
    };
    let table =
        |name: &str| folder.json(&format!("ingest-golden/mappings/{name}.json")).expect("a table");
    let (roles, ids) =
        (map("forward_role", MappingKind::Normal), map("forward_id_role", MappingKind::Regexp));
    let mut faults = Vec::new();
    let mut check = |key: &str, actual: Vec<String>, expected: &str| {
        if actual != [expected] {
            faults.push(format!("role `{key}` gives {actual:?} instead of {expected}"));
        }
    };
    for (key, value) in entries(&table("forward_role")) {
        let key = key.to_lowercase();
        check(&key, roles.map(&key), value.as_str().expect("a role"));
    }
    for (key, value) in entries(&table("forward_id_role")) {
        let (_, role) = key.rsplit_once("###").expect("a role");
        let (_, code) = value.as_str().and_then(|v| v.rsplit_once("###")).expect("a code");
        let expected = format!("x###{}", code.trim_end_matches(','));
        check(role, ids.map(&format!("x###{role}")), &expected);
    }
    faults
}

/// `link_media_type` against the keys of the table of media types, which are the reference's
/// extensions; one stands there with two types, of which the first counts.
pub fn extension_differences(folder: &Folder) -> Vec<String> {
    let path = "ingest-golden/mappings/media_type_default.json";
    let table = folder.json(path).expect("the table of media types");
    entries(&table)
        .filter(|(key, _)| *key != "text/sub")
        .filter_map(|(key, value)| {
            let (_, extension) = key.split_once('/')?;
            let actual = kirjo::text::link_media_type("https://x.org/a", extension, "");
            (*value != actual).then(|| format!("{extension} is {actual:?} instead of {value}"))
        })
        .collect()
}

/// Articles of the shipped settings that are not the reference's.
pub fn article_differences(folder: &Folder) -> Vec<String> {
    let profile = folder.json("ingest-golden/profile.json").expect("the profile");
    let settings = IngestSettings::load(&ConfigFolder::BuiltIn).expect("good settings");
    let ours = serde_json::json!(settings.text.articles);
    let is_equal = ours == profile["articles"];
    (!is_equal)
        .then(|| format!("articles: {ours} instead of {}", profile["articles"]))
        .into_iter()
        .collect()
}

/// Tables of the shared configuration that `index-config` has no file for.
pub fn missing(folder: &Folder) -> Vec<String> {
    let Some(profile) = folder.json("ingest-golden/profile.json") else { return Vec::new() };
    ["defaultMappings", "formatMappingByRecordFormat"]
        .iter()
        .filter_map(|key| profile[*key].as_object())
        .flat_map(|map| map.values())
        .filter_map(Value::as_str)
        .map(|setting| setting.split(',').next().unwrap_or(setting))
        .filter(|file| {
            let path = format!("mappings/{file}");
            !matches!(ConfigFolder::BuiltIn.read(&path), Ok(Some(_)))
        })
        .map(|file| format!("index-config/mappings/{file} is missing"))
        .collect()
}
