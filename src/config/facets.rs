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
    /// All levels by display name in the order of the language; of hierarchical fields only.
    AllByName,
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
    /// Beginnings of values, such as `0/Book/`: of the levels that these name, only values that
    /// begin so are shown. Of hierarchical fields.
    #[serde(default)]
    pub only: Vec<String>,
    /// Beginnings of values that are not shown, nor what lies below them. Of hierarchical fields.
    #[serde(default)]
    pub without: Vec<String>,
}

impl FacetField {
    /// True if a value of a hierarchical field may be shown (search-semantics §9.2). What lies
    /// below a hidden value is not looked at here: it has no parent then.
    pub fn shows(&self, value: &str) -> bool {
        let begins_with = |beginnings: &[String]| {
            beginnings.iter().any(|beginning| value.starts_with(beginning.as_str()))
        };
        let is_narrowed = self.only.iter().any(|beginning| level(beginning) == level(value));
        !begins_with(&self.without) && (!is_narrowed || begins_with(&self.only))
    }
}

/// The number before the first `/`; 0 for values of another form.
fn level(value: &str) -> usize {
    value.split_once('/').and_then(|(level, _)| level.parse().ok()).unwrap_or(0)
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
    #[test]
    fn values_may_be_hidden() {
        let field = |only: &[&str], without: &[&str]| {
            let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
            FacetField { only: owned(only), without: owned(without), ..FacetField::default() }
        };
        let values = ["0/Book/", "0/AV/", "1/Book/Part/", "1/AV/Film/", "x"];
        for (only, without, shown) in [
            (&[][..], &[][..], "0/Book/ 0/AV/ 1/Book/Part/ 1/AV/Film/ x"),
            (&["0/Book/"], &[], "0/Book/ 1/Book/Part/ 1/AV/Film/"),
            (&["1/AV/"], &[], "0/Book/ 0/AV/ 1/AV/Film/ x"),
            (&["0/AV/", "1/Book/"], &[], "0/AV/ 1/Book/Part/"),
            (&[], &["0/Book/", "1/AV/F"], "0/AV/ 1/Book/Part/ x"),
            (&["0/Book/"], &["0/Book/"], "1/Book/Part/ 1/AV/Film/"),
        ] {
            let field = field(only, without);
            let kept: Vec<&str> = values.into_iter().filter(|value| field.shows(value)).collect();
            assert_eq!(kept.join(" "), shown, "{only:?} {without:?}");
        }
    }
}
