//! `index-config/sources/*.toml`: settings of one data source each (ingest-common §5, §6).

use super::{FieldMapping, FieldRule, ValueFilter};
use crate::record::{RecordFormat, SourceId};
use std::collections::BTreeMap;

/// What becomes of the parts of a host record (§12).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComponentParts {
    /// Hosts of journals stay as they are; nothing is hidden.
    #[default]
    AsIs,
    /// All parts are merged into their hosts and hidden.
    MergeAll,
    /// All but articles are merged and hidden.
    MergeNonArticles,
    /// All but electronic articles are merged and hidden.
    MergeNonEarticles,
}

/// What stands at the top of `building` (§8.6).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Deserialize)]
pub enum InstitutionInBuilding {
    /// The institution of the source's settings.
    #[default]
    #[serde(rename = "institution")]
    Institution,
    /// The id of the source.
    #[serde(rename = "source")]
    Source,
    /// The institution that the driver found.
    #[serde(rename = "driver")]
    Driver,
    /// Institution and source, as two levels.
    #[serde(rename = "institution/source")]
    InstitutionAndSource,
    /// Nothing.
    #[serde(rename = "none")]
    Nothing,
}

/// Settings of a data source.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct SourceSettings {
    /// Id of the source: the name of its file.
    pub id: SourceId,
    /// The driver for its records.
    pub format: RecordFormat,
    /// Value of `institution`, and top of `building`.
    pub institution: String,
    /// Prefix of record ids; the source id if not set, may be empty.
    pub id_prefix: String,
    /// The source takes part in deduplication.
    pub dedup: bool,
    /// Parameters of the driver.
    pub params: DriverParams,
    /// Authority type → namespace, `*` for all others (N19).
    pub authority: BTreeMap<String, String>,
    /// Authority type → pattern that ids must match, `*` for all others (N19).
    pub authority_id_regex: BTreeMap<String, String>,
    /// Replaces the prefix in the index only.
    pub index_id_prefix: Option<String>,
    /// Ids in the index have no prefix.
    pub index_unprefixed_ids: bool,
    /// Records are indexed, not only stored.
    pub index: bool,
    /// How parts of host records are treated.
    pub component_parts: ComponentParts,
    /// Hidden parts are indexed all the same.
    pub index_merged_parts: bool,
    /// The peer's test for hidden parts instead of the documented one (§12.3).
    pub peer_hidden_parts: bool,
    /// Other sources whose records may be parts of ours.
    pub component_part_sources: Vec<SourceId>,
    /// Members that a finding aid no longer has are kept (§11.3).
    pub keep_missing_hierarchy_members: bool,
    /// Which element of a file is a record (§9); `None`: the usual one of the format.
    pub record_xpath: Option<String>,
    /// Where an identifier outside the record is found.
    pub oai_id_xpath: Option<String>,
    /// Parameters of the splitter of finding aids.
    pub splitter: BTreeMap<String, String>,
    /// Mappings by field, the shared ones included.
    pub mappings: Vec<(String, FieldMapping)>,
    /// Top level of `building`; `None`: the institution, if `building` is hierarchical.
    pub institution_in_building: Option<InstitutionInBuilding>,
    /// The institution goes into `building` before the mappings, not after.
    pub institution_before_mapping: bool,
    /// Fixed values: field, value.
    pub extra_fields: Vec<(String, String)>,
    /// Rules that copy, move or delete fields.
    pub field_rules: Vec<FieldRule>,
    /// A record with such a value counts as suppressed: field, alternatives (§11.4).
    pub suppress_on_field: Vec<(String, Vec<ValueFilter>)>,
}

impl SourceSettings {
    /// Settings of a source about which nothing is known but its id: the id is its institution.
    pub fn new(id: impl Into<String>, format: RecordFormat) -> Self {
        let id: String = id.into();
        SourceSettings {
            format,
            institution: id.clone(),
            id_prefix: id.clone(),
            id: SourceId::new(id),
            dedup: false,
            params: DriverParams::default(),
            authority: BTreeMap::new(),
            authority_id_regex: BTreeMap::new(),
            index_id_prefix: None,
            index_unprefixed_ids: false,
            index: true,
            component_parts: ComponentParts::default(),
            index_merged_parts: true,
            peer_hidden_parts: false,
            component_part_sources: Vec::new(),
            keep_missing_hierarchy_members: false,
            record_xpath: None,
            oai_id_xpath: None,
            splitter: BTreeMap::new(),
            mappings: Vec::new(),
            institution_in_building: None,
            institution_before_mapping: false,
            extra_fields: Vec::new(),
            field_rules: Vec::new(),
            suppress_on_field: Vec::new(),
        }
    }
}

/// Driver parameters as written: `name = value`, a name may occur several times (ingest-common §6).
#[derive(Debug, Clone, Default)]
pub struct DriverParams(pub Vec<(String, String)>);

impl DriverParams {
    /// Value of a parameter; `None` if it is not set. Booleans read as `1` or the empty text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// True for `1`, false for the empty text or `0`, else `default`.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.get(name).map_or(default, |value| !value.is_empty() && value != "0")
    }

    /// All values of a repeated parameter.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_parameters() {
        let pairs = [("online", "1"), ("freeOnline", ""), ("splitTitles", "0"), ("online", "c")];
        let params = DriverParams(pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec());
        assert_eq!(params.get("online"), Some("c"));
        assert!(!params.flag("freeOnline", true));
        assert!(!params.flag("splitTitles", true));
        assert_eq!(params.all("online").collect::<Vec<_>>(), ["1", "c"]);
        assert_eq!(params.get("nothing"), None);
        assert!(params.flag("nothing", true));
    }
}
