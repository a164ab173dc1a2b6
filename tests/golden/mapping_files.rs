//! The mapping files of `index-config` against the reference's tables.

use crate::folder::Folder;
use crate::settings::value_map;
use kirjo::config::{ConfigFolder, MappingKind, ValueMap};
use serde_json::Value;

/// Slips of the reference's tables that our files do not repeat: table, key, row of
/// `docs/compatibility.md`.
const CORRECTED: [(&str, &str, &str); 2] = [
    ("language_codes", "hye", "language-armenian"),
    ("lido_resource_type", "Kivipiirros", "lido-format-slip"),
];

/// Rights statements of many shapes, for the tables of patterns. The reference takes
/// `Creative Commons Attribution-ShareAlike` for BY, and misses InC-OW-EU under `/vocab/` (row
/// `rights-patterns`), so neither is here.
const RIGHTS: [&str; 40] = [
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
        let table = folder.json(&format!("ingest-golden/mappings/{file}")).expect("a table");
        let kind = table["type"].as_str().and_then(MappingKind::named).expect("a kind");
        let Some(text) = ConfigFolder::BuiltIn.read(&format!("mappings/{name}.map")).expect("read")
        else {
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
            if CORRECTED.iter().any(|(table, slip, _)| *table == name && *slip == key) {
                continue;
            }
            let (a, e) = (ours.map(&key), theirs.map(&key));
            if a != e {
                faults.push(format!("{name}: `{key}` gives {a:?} instead of {e:?}"));
            }
        }
        if ours.special != theirs.special {
            faults.push(format!("{name}: {:?} instead of {:?}", ours.special, theirs.special));
        }
    }
    faults
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
