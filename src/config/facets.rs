//! `index-config/facets.toml`: which facet fields are hierarchical, ordered or translated in another
//! way than the default (finna-facets §1).

use super::folder::{ConfigError, ConfigFolder};
use serde::Deserialize;
use std::collections::BTreeMap;

const FILE: &str = "facets.toml";
/// More values of a plain facet than this are never given (finna-api §8.2).
const LIMIT_CEILING: usize = 100;

/// Order of a facet's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueOrder {
    /// Highest count first.
    #[default]
    Count,
    /// By value.
    Value,
    /// Top level by display name in the order of the language, deeper levels by count.
    TopByName,
}

/// How one facet field is answered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FacetField {
    /// Values of the form `1/a/b/`, answered as a tree, without limit.
    #[serde(default)]
    pub hierarchical: bool,
    /// Order of the values.
    #[serde(default)]
    pub order: ValueOrder,
    /// Text domain of the display names; none: values are shown as they are.
    #[serde(default)]
    pub domain: Option<String>,
}

/// All facet settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FacetSettings {
    /// Values of a plain facet.
    pub limit: usize,
    #[serde(default)]
    fields: BTreeMap<String, FacetField>,
    #[serde(skip)]
    plain: FacetField,
}

impl FacetSettings {
    /// Reads `facets.toml`.
    pub fn load(folder: &ConfigFolder) -> Result<Self, ConfigError> {
        let settings: FacetSettings = folder.toml(FILE)?;
        if !(1..=LIMIT_CEILING).contains(&settings.limit) {
            let message = format!("`limit` must lie between 1 and {LIMIT_CEILING}");
            return Err(ConfigError::new(folder.display_name(FILE), 0, message));
        }
        Ok(settings)
    }

    /// The settings of a field; a field that is not listed is plain: by count, untranslated.
    pub fn field(&self, name: &str) -> &FacetField {
        self.fields.get(name).unwrap_or(&self.plain)
    }

    /// True for the fields whose values are paths.
    pub fn is_hierarchical(&self, name: &str) -> bool {
        self.field(name).hierarchical
    }

    /// The fields that are listed.
    pub fn listed_fields(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// The fields whose values are ordered by value, not by count.
    pub fn fields_by_value(&self) -> impl Iterator<Item = &str> {
        let by_value = self.fields.iter().filter(|(_, field)| field.order == ValueOrder::Value);
        by_value.map(|(name, _)| name.as_str())
    }

    /// The fields whose values are paths.
    pub fn hierarchical_fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|(_, field)| field.hierarchical).map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_settings_follow_the_facet_table() {
        let settings = FacetSettings::load(&ConfigFolder::BuiltIn).expect("valid");
        assert_eq!(settings.limit, 30);
        let hierarchical: Vec<&str> = settings.hierarchical_fields().collect();
        assert_eq!(
            hierarchical,
            [
                "building",
                "category_str_mv",
                "format",
                "format_ext_str_mv",
                "sector_str_mv",
                "usage_rights_ext_str_mv"
            ]
        );
        assert_eq!(settings.field("building").order, ValueOrder::TopByName);
        assert_eq!(settings.field("language").domain.as_deref(), Some("langcode"));
        assert_eq!(settings.field("no_such_field"), &FacetField::default());
    }
}
