//! Settings as the golden data state them: `profile.json`, `mappings/*.json`, and `dataSource` of
//! each case.

use crate::folder::Folder;
use kirjo::config::{
    ConfigFolder, FieldMapping, IngestSettings, LengthLimits, MappingKind, SourceSettings, Target,
    ValueMap, source_from_params,
};
use kirjo::record::RecordFormat;
use kirjo::text::TextRules;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Settings that the cases state, beside mappings.
const KNOWN: [&str; 15] = [
    "institution",
    "format",
    "idPrefix",
    "index",
    "dedup",
    "driverParams",
    "authority",
    "authority_id_regex",
    "extraFields",
    "fieldRules",
    "institutionInBuilding",
    "componentParts",
    "indexMergedParts",
    "recordSplitterParams",
    // Follows from the format.
    "recordSplitterClass",
];

/// The shared settings, and the mapping tables that cases name.
pub struct Profile {
    pub ingest: IngestSettings,
    format_mappings: BTreeMap<String, String>,
    mappings: Mutex<BTreeMap<String, Arc<ValueMap>>>,
    folder: Folder,
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(all) => all.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "1".to_owned(),
        Value::Bool(false) | Value::Null => String::new(),
        other => other.to_string(),
    };
    value
        .as_object()
        .map(|map| map.iter().map(|(k, v)| (k.clone(), text(v))).collect())
        .unwrap_or_default()
}

/// Entries `[[key, value or list], …]` as a map.
pub fn value_map(name: &str, entries: &Value, kind: MappingKind) -> ValueMap {
    let entries = entries.as_array().expect("a list of entries").iter().map(|entry| {
        let target = match &entry[1] {
            Value::Array(_) => Target::List(strings(&entry[1])),
            value => Target::One(value.as_str().expect("a text").to_owned()),
        };
        (entry[0].as_str().expect("a key").to_owned(), target)
    });
    ValueMap::from_entries(name, entries, kind).expect("a good map")
}

impl Profile {
    /// Reads `profile.json`.
    pub fn read(folder: &Folder) -> Option<Self> {
        let profile = folder.json("ingest-golden/profile.json")?;
        let limits = profile["fieldLengthLimits"].as_object()?;
        let limits = limits.iter().map(|(name, limit)| {
            (name.as_str(), usize::try_from(limit.as_u64().unwrap_or(0)).expect("a length"))
        });
        let ingest = IngestSettings {
            text: TextRules {
                articles: strings(&profile["articles"]),
                abbreviations: strings(&profile["abbreviations"]),
                full_title_prefixes: strings(&profile["fullTitlePrefixKeys"]),
            },
            hierarchical_facets: strings(&profile["hierarchicalFacets"]),
            copy_from_parent_record: strings(&profile["copyFromParentRecord"]),
            length_limits: LengthLimits::new(limits),
            ..IngestSettings::default()
        };
        let mut read = Profile {
            ingest,
            format_mappings: pairs(&profile["formatMappingByRecordFormat"]).into_iter().collect(),
            mappings: Mutex::default(),
            folder: folder.clone(),
        };
        let defaults = pairs(&profile["defaultMappings"]);
        read.ingest.default_mappings = defaults
            .into_iter()
            .map(|(field, file)| (field, read.field_mapping(&[file])))
            .collect();
        Some(read)
    }

    /// The mapping of settings such as `usage_rights.map,regexp`, one a level.
    fn field_mapping(&self, levels: &[String]) -> FieldMapping {
        let level = |setting: &String| {
            let mut mappings = self.mappings.lock().expect("the lock");
            if let Some(known) = mappings.get(setting) {
                return known.clone();
            }
            let (file, kind) = setting.split_once(',').unwrap_or((setting, "normal"));
            let kind = MappingKind::named(kind.trim()).expect("a kind of mapping");
            let name = file.trim().trim_end_matches(".map");
            let json = self
                .folder
                .json(&format!("ingest-golden/mappings/{name}.json"))
                .expect("the mapping table");
            let map = Arc::new(value_map(name, &json["entries"], kind));
            mappings.insert(setting.clone(), map.clone());
            map
        };
        FieldMapping { levels: levels.iter().map(level).collect() }
    }

    /// Settings of a source, read as `kirjo convert --params` reads them; the mappings are the
    /// reference's tables. Cases of `records-golden` state none and use the usual mapping of their
    /// format.
    pub fn source(&self, id: &str, format: RecordFormat, settings: &Value) -> SourceSettings {
        let mut own: BTreeMap<String, Option<FieldMapping>> = BTreeMap::new();
        for (key, value) in settings.as_object().expect("settings") {
            if let Some(field) = key.strip_suffix("_mapping") {
                let levels: Vec<String> =
                    strings(value).into_iter().filter(|level| !level.is_empty()).collect();
                let mapping = (!levels.is_empty()).then(|| self.field_mapping(&levels));
                own.insert(field.to_owned(), mapping);
            } else {
                assert!(KNOWN.contains(&key.as_str()), "unknown setting {key}");
            }
        }
        let params = json!({"source": id, "format": format.name(), "dataSource": settings});
        let folder = ConfigFolder::BuiltIn;
        let read = source_from_params(id, &params.to_string(), id, &self.ingest, &folder);
        let mut source = read.expect("good parameters").settings;
        assert_eq!(source.format, format, "{id}");
        source.mappings = self.ingest.mappings_for(format, own);
        source
    }

    /// The settings of every record of `records-golden`.
    pub fn source_of_real_records(&self, format: RecordFormat) -> SourceSettings {
        let mut settings = json!({"institution": "TestInst", "dedup": true});
        if let Some(mapping) = self.format_mappings.get(format.name()) {
            settings["format_mapping"] = Value::String(mapping.clone());
        }
        self.source("rec", format, &settings)
    }
}
