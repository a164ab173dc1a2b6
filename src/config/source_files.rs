//! Reading of `index-config/sources/*.toml`.

use super::folder::{line_of, nearest, parse_toml};
use super::mapping_files::{MappingFiles, MappingSetting, Place};
use super::{
    ComponentParts, ConfigError, ConfigFolder, DriverParams, FieldMapping, FieldRule,
    IngestSettings, InstitutionInBuilding, SourceSettings, ValueFilter,
};
use crate::record::{RecordFormat, SourceId};
use std::collections::{BTreeMap, HashMap};
use toml::Spanned;

/// Folder of the files; the name of a file is the id of its source.
const FOLDER: &str = "sources";

/// Parameters of drivers (ingest-common §6 and the specifications of the formats).
pub(super) const DRIVER_PARAMS: [&str; 43] = [
    "003InLinkingID",
    "accessRestrictions",
    "addIdToHierarchyTitle",
    "allowTitleToMatchFormat",
    "almaNormalization",
    "buildingFields",
    "categoriesIn650",
    "classifications",
    "collectionFields",
    "collectionInBuilding",
    "defaultDisplayLanguage",
    "enrichTitleWithYearRange",
    "enumerationFrom362",
    "eventTypeSynonyms",
    "freeOnline",
    "freeOnlineDefault",
    "fullTextUrlXPaths",
    "fullTextXpaths",
    "geoCenterField",
    "geoDisplayField",
    "geoField",
    "holdingsInBuilding",
    "idIn999",
    "indexHierarchies",
    "institutionInBuilding",
    "itemSubBuilding",
    "itemSubLocationInBuilding",
    "kohaNormalization",
    "kohaUseHomeBranch",
    "mergeTitleSets",
    "mergeTitleValues",
    "online",
    "parentIdType",
    "preferredFormatTypes",
    "prependTitleWithSubtitle",
    "projectIdIn960",
    "restrictedLocations",
    "sequenceUnitIdLabel",
    "signumLabel",
    "splitTitles",
    "subBuilding",
    "subLocationInBuilding",
    "unitIdLabel",
];

/// A value of a parameter: booleans and numbers are written as such.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(untagged)]
enum Scalar {
    Flag(bool),
    Number(i64),
    Text(String),
}

impl Scalar {
    fn into_text(self) -> String {
        match self {
            Scalar::Flag(true) => "1".to_owned(),
            Scalar::Flag(false) => String::new(),
            Scalar::Number(number) => number.to_string(),
            Scalar::Text(text) => text,
        }
    }
}

#[derive(Debug, Clone, serde::Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(Scalar),
    Many(Vec<Scalar>),
}

impl OneOrMany {
    fn into_texts(self) -> Vec<String> {
        match self {
            OneOrMany::One(one) => vec![one.into_text()],
            OneOrMany::Many(all) => all.into_iter().map(Scalar::into_text).collect(),
        }
    }
}

/// A source file as written.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
struct Written {
    institution: String,
    format: Spanned<String>,
    id_prefix: Option<String>,
    #[serde(alias = "solr_id_prefix")]
    index_id_prefix: Option<String>,
    #[serde(default)]
    index_unprefixed_ids: bool,
    index: Option<bool>,
    #[serde(default)]
    dedup: bool,
    #[serde(default)]
    component_parts: ComponentParts,
    index_merged_parts: Option<bool>,
    #[serde(default)]
    peer_hidden_parts: bool,
    #[serde(default)]
    component_part_source_id: Vec<String>,
    #[serde(default)]
    keep_missing_hierarchy_members: bool,
    record_xpath: Option<Spanned<String>>,
    oai_id_xpath: Option<Spanned<String>>,
    #[serde(default)]
    pre_transformation: Vec<Spanned<String>>,
    #[serde(default)]
    record_splitter_params: BTreeMap<String, OneOrMany>,
    #[serde(default)]
    mappings: BTreeMap<String, Spanned<MappingSetting>>,
    institution_in_building: Option<InstitutionInBuilding>,
    #[serde(default)]
    add_institution_to_building_before_mapping: bool,
    #[serde(default)]
    extra_fields: BTreeMap<String, OneOrMany>,
    #[serde(default)]
    field_rules: Vec<Spanned<String>>,
    #[serde(default)]
    suppress_on_field: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    driver_params: BTreeMap<Spanned<String>, OneOrMany>,
    #[serde(default)]
    authority: BTreeMap<String, String>,
    #[serde(default)]
    authority_id_regex: BTreeMap<String, String>,
}

impl Written {
    fn into_settings(
        self,
        id: &str,
        name: &str,
        text: &str,
        ingest: &IngestSettings,
        files: &MappingFiles<'_>,
    ) -> Result<SourceSettings, ConfigError> {
        let place = |at: usize| Place { file: name, line: line_of(text, at) };
        let format: RecordFormat = self.format.as_ref().parse().map_err(|message: String| {
            let known = RecordFormat::ALL.map(|(_, name)| name);
            place(self.format.span().start)
                .error(message)
                .with_suggestion(self.format.as_ref(), known)
        })?;
        for transformation in &self.pre_transformation {
            if transformation.as_ref() != "strip_namespaces" {
                let message = format!(
                    "`{}` is not supported: only `strip_namespaces` is, which always happens; \
                     transform the records before they are ingested",
                    transformation.as_ref()
                );
                return Err(place(transformation.span().start).error(message));
            }
        }
        for path in [&self.record_xpath, &self.oai_id_xpath].into_iter().flatten() {
            check_path(path.as_ref()).map_err(|message| place(path.span().start).error(message))?;
        }
        let mut own: BTreeMap<String, Option<FieldMapping>> = BTreeMap::new();
        for (field, setting) in &self.mappings {
            let mapping = files.mapping(setting.as_ref(), &place(setting.span().start))?;
            own.insert(field.clone(), mapping);
        }
        let mut field_rules = Vec::with_capacity(self.field_rules.len());
        for rule in &self.field_rules {
            let parsed = FieldRule::parse(rule.as_ref());
            field_rules.push(parsed.map_err(|message| place(rule.span().start).error(message))?);
        }
        let mut suppress_on_field = Vec::with_capacity(self.suppress_on_field.len());
        for (field, filter) in &self.suppress_on_field {
            let filters = suppression(filter.as_ref())
                .map_err(|message| place(filter.span().start).error(message))?;
            suppress_on_field.push((field.clone(), filters));
        }
        let mut params = Vec::new();
        for (param, values) in self.driver_params {
            let known = DRIVER_PARAMS.contains(&param.as_ref().as_str());
            if !known {
                let message = format!("unknown driver parameter `{}`", param.as_ref());
                return Err(place(param.span().start)
                    .error(message)
                    .with_suggestion(param.as_ref(), DRIVER_PARAMS));
            }
            let param = param.into_inner();
            params.extend(values.into_texts().into_iter().map(|value| (param.clone(), value)));
        }
        let usual = SourceSettings::new(id, format);
        let splitter = self.record_splitter_params.into_iter();
        let extra = self.extra_fields.into_iter();
        Ok(SourceSettings {
            institution: self.institution,
            id_prefix: self.id_prefix.unwrap_or(usual.id_prefix),
            dedup: self.dedup,
            params: DriverParams(params),
            authority: self.authority,
            authority_id_regex: self.authority_id_regex,
            index_id_prefix: self.index_id_prefix,
            index_unprefixed_ids: self.index_unprefixed_ids,
            index: self.index.unwrap_or(usual.index),
            component_parts: self.component_parts,
            index_merged_parts: self.index_merged_parts.unwrap_or(usual.index_merged_parts),
            peer_hidden_parts: self.peer_hidden_parts,
            component_part_sources: self
                .component_part_source_id
                .into_iter()
                .map(SourceId::new)
                .collect(),
            keep_missing_hierarchy_members: self.keep_missing_hierarchy_members,
            record_xpath: self.record_xpath.map(Spanned::into_inner),
            oai_id_xpath: self.oai_id_xpath.map(Spanned::into_inner),
            splitter: splitter.map(|(key, value)| (key, value.into_texts().join(","))).collect(),
            mappings: ingest.mappings_for(format, own),
            institution_in_building: self.institution_in_building,
            institution_before_mapping: self.add_institution_to_building_before_mapping,
            extra_fields: extra
                .flat_map(|(field, values)| {
                    values.into_texts().into_iter().map(move |value| (field.clone(), value))
                })
                .collect(),
            field_rules,
            suppress_on_field,
            ..usual
        })
    }
}

/// `/a/b`, `//b` and `//a/b` are understood, with or without prefixes (§9).
fn check_path(path: &str) -> Result<(), String> {
    let steps = path.strip_prefix("//").or_else(|| path.strip_prefix('/'));
    let is_name = |step: &str| {
        !step.is_empty()
            && step.chars().all(|c| c.is_alphanumeric() || matches!(c, ':' | '_' | '-' | '.' | '*'))
    };
    match steps {
        Some(steps) if steps.split('/').all(is_name) => Ok(()),
        _ => Err(format!("`{path}` is not supported; write a path such as `//record` or `/a/b/c`")),
    }
}

/// Alternatives with `|` between them, or one `/pattern/` (§11.4).
fn suppression(text: &str) -> Result<Vec<ValueFilter>, String> {
    let is_pattern = text.len() > 1 && text.starts_with('/') && text.rfind('/') > Some(0);
    if is_pattern {
        return Ok(vec![ValueFilter::parse(text)?]);
    }
    Ok(text.split('|').map(|value| ValueFilter::Equal(value.to_owned())).collect())
}

/// The settings of all sources.
#[derive(Debug, Clone, Default)]
pub struct Sources(Vec<SourceSettings>);

impl FromIterator<SourceSettings> for Sources {
    fn from_iter<I: IntoIterator<Item = SourceSettings>>(sources: I) -> Self {
        let mut sources: Vec<SourceSettings> = sources.into_iter().collect();
        sources.sort_by(|a, b| a.id.cmp(&b.id));
        Sources(sources)
    }
}

impl Sources {
    /// Reads every file in `sources/`.
    pub fn load(folder: &ConfigFolder, ingest: &IngestSettings) -> Result<Self, ConfigError> {
        let files = MappingFiles::new(folder);
        let mut sources = Vec::new();
        for file in folder.list(FOLDER, "toml")? {
            let name = folder.display_name(&file);
            let text =
                folder.read(&file)?.ok_or_else(|| ConfigError::new(&name, 0, "has vanished"))?;
            let id = file.trim_start_matches("sources/").trim_end_matches(".toml");
            check_id(id).map_err(|message| ConfigError::new(&name, 0, message))?;
            let written: Written = parse_toml(&name, &text)?;
            sources.push(written.into_settings(id, &name, &text, ingest, &files)?);
        }
        // File names are in another order than ids: `a-b.toml` comes before `a.toml`.
        sources.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Sources(sources))
    }

    /// For each source the others whose records may be hosts or parts of its own
    /// (ingest-common §12.1).
    pub fn related(&self) -> HashMap<String, Vec<String>> {
        let mut related: HashMap<String, Vec<String>> = HashMap::new();
        for host in &self.0 {
            for part in &host.component_part_sources {
                for (source, other) in [(&host.id, part), (part, &host.id)] {
                    let others = related.entry(source.to_string()).or_default();
                    others.push(other.to_string());
                }
            }
        }
        related
    }

    /// Sources beside `id` in which hosts of its parts are looked for.
    pub fn hosts_beside(&self, id: &str) -> impl Iterator<Item = &str> {
        let takes = move |host: &&SourceSettings| {
            host.component_part_sources.iter().any(|part| part.as_str() == id)
        };
        self.0.iter().filter(takes).map(|host| host.id.as_str())
    }

    /// The settings of a source.
    pub fn get(&self, id: &str) -> Option<&SourceSettings> {
        self.0
            .binary_search_by(|source| source.id.as_str().cmp(id))
            .ok()
            .and_then(|at| self.0.get(at))
    }

    /// All sources by id.
    pub fn iter(&self) -> impl Iterator<Item = &SourceSettings> {
        self.0.iter()
    }

    /// The source id nearest to a misspelt one.
    pub fn nearest(&self, id: &str) -> Option<&str> {
        nearest(id, self.0.iter().map(|source| source.id.as_str()))
    }
}

/// The text before the first period of a record id is its source, so a source id has none.
fn check_id(id: &str) -> Result<(), String> {
    if id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) && !id.is_empty() {
        return Ok(());
    }
    Err(format!("`{id}` cannot be the id of a source; use letters, digits, `_` and `-`"))
}

impl SourceSettings {
    /// Settings from the text of a source file; `name` is for messages.
    pub(super) fn parse(
        id: &str,
        name: &str,
        text: &str,
        ingest: &IngestSettings,
        folder: &ConfigFolder,
    ) -> Result<Self, ConfigError> {
        check_id(id).map_err(|message| ConfigError::new(name, 0, message))?;
        let written: Written = parse_toml(name, text)?;
        written.into_settings(id, name, text, ingest, &MappingFiles::new(folder))
    }

    /// Settings of a source that has no file: its id is its institution, the shared mappings apply.
    pub fn plain(id: &str, format: RecordFormat, ingest: &IngestSettings) -> Self {
        let mut settings = SourceSettings::new(id, format);
        settings.mappings = ingest.mappings_for(format, BTreeMap::new());
        settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(files: &[(&str, &str)]) -> Result<Sources, ConfigError> {
        let dir = tempfile::tempdir().expect("a folder");
        for folder in ["sources", "mappings"] {
            std::fs::create_dir_all(dir.path().join(folder)).expect("a folder");
        }
        std::fs::write(dir.path().join("mappings/own.map"), "a = A\n##default = B")
            .expect("a file");
        for (file, text) in files {
            std::fs::write(dir.path().join(file), text).expect("a file");
        }
        Sources::load(&ConfigFolder::Disk(dir.path().to_owned()), &IngestSettings::default())
    }

    #[test]
    fn all_keys() {
        let text = r#"
            institution = "Helka"
            format = "MARC"
            id_prefix = ""
            solr_id_prefix = "h"
            dedup = true
            component_parts = "merge_non_earticles"
            index_merged_parts = false
            component_part_source_id = ["other"]
            record_xpath = "//marc:record"
            pre_transformation = ["strip_namespaces"]
            institution_in_building = "institution/source"
            field_rules = ["copy a b", "delete c match=\"/x/\""]
            [record_splitter_params]
            unitIdLabel = "tekninen"
            prependParentTitleWithUnitId = true
            nonInheritedFields = ["origination", "container"]
            [mappings]
            building = ["own.map", "own.map,regexp"]
            language = ""
            [extra_fields]
            sector_str_mv = ["lib", "lib/pub"]
            [suppress_on_field]
            format = "A|B"
            title = "/^x/i"
            [driver_params]
            holdingsInBuilding = false
            subLocationInBuilding = "c"
            fullTextXpaths = ["//a", "//b"]
            [authority]
            "*" = "fin11"
        "#;
        let sources = load(&[("sources/helka.toml", text)]).expect("good settings");
        let source = sources.get("helka").expect("there");
        assert_eq!((source.institution.as_str(), source.id_prefix.as_str()), ("Helka", ""));
        assert_eq!(source.index_id_prefix.as_deref(), Some("h"));
        assert!(source.dedup && source.index && !source.index_merged_parts);
        assert_eq!(source.component_parts, ComponentParts::MergeNonEarticles);
        assert_eq!(source.component_part_sources, [SourceId::new("other")]);
        assert_eq!(source.splitter["prependParentTitleWithUnitId"], "1");
        assert_eq!(source.splitter["nonInheritedFields"], "origination,container");
        assert_eq!(
            source.institution_in_building,
            Some(InstitutionInBuilding::InstitutionAndSource)
        );
        assert_eq!(source.field_rules.len(), 2);
        let fields: Vec<&str> = source.mappings.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["building", "building_available_str_mv"]);
        assert_eq!(source.mappings[0].1.levels.len(), 2);
        assert_eq!(source.extra_fields.len(), 2);
        let fits = |at: usize, value: &str| {
            source.suppress_on_field[at].1.iter().any(|filter| filter.fits(value))
        };
        assert!(fits(0, "B") && !fits(0, "A|B") && fits(1, "Xyz") && !fits(1, "ax"));
        assert_eq!(source.params.get("holdingsInBuilding"), Some(""));
        assert_eq!(source.params.all("fullTextXpaths").count(), 2);
        assert!(sources.get("hel").is_none());
        assert_eq!(sources.nearest("helkka"), Some("helka"));
    }

    #[test]
    fn faults_have_line_and_suggestion() {
        let head = "institution = \"I\"\nformat = \"marc\"\n";
        for (text, line, part, suggestion) in [
            ("format = \"marc\"", 1, "missing field `institution`", None),
            ("institution = \"I\"\nformat = \"mark\"", 2, "unknown record format", Some("marc")),
            (
                &format!("{head}institutoin = 1"),
                3,
                "unknown field `institutoin`",
                Some("institution"),
            ),
            (&format!("{head}component_parts = \"merge_al\""), 3, "merge_al", Some("merge_all")),
            (
                &format!("{head}field_rules = [\n\"copy a b\",\n\"cpy a b\"]"),
                5,
                "does not begin",
                None,
            ),
            (
                &format!("{head}[mappings]\nformat = \"ovn.map\""),
                4,
                "no mapping file",
                Some("own.map"),
            ),
            (
                &format!("{head}[driver_params]\nonline = true\nfreeOnlin = true"),
                5,
                "unknown driver parameter",
                Some("freeOnline"),
            ),
            (&format!("{head}[driver_params]\nuseHILCC = true"), 4, "unknown driver", None),
            (&format!("{head}record_xpath = \"//a[@b]\""), 3, "not supported", None),
            (&format!("{head}pre_transformation = [\"x.xsl\"]"), 3, "not supported", None),
            (&format!("{head}[suppress_on_field]\na = \"/(/\""), 4, "cannot be used", None),
        ] {
            let error = load(&[("sources/s.toml", text)]).expect_err(text);
            assert!(error.file.ends_with("s.toml"), "{error}");
            assert!(error.message.contains(part), "{error}");
            assert_eq!((error.line, error.suggestion.as_deref()), (line, suggestion), "{error}");
        }
        let error = load(&[("sources/a b.toml", head)]).expect_err("a bad id");
        assert!(error.message.contains("cannot be the id"), "{error}");
    }

    #[test]
    fn a_source_without_file() {
        let ingest = IngestSettings::load(&ConfigFolder::BuiltIn).expect("settings");
        let source = SourceSettings::plain("test", RecordFormat::Lido, &ingest);
        assert_eq!(source.institution, "test");
        assert!(source.mappings.iter().any(|(field, _)| field == "format"));
        assert!(Sources::load(&ConfigFolder::BuiltIn, &ingest).is_ok());
    }
}
