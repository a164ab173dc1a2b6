//! Everything that says what a search means: search types, settings, fields.

use super::search_types::SearchTypes;
use crate::config::{ConfigError, ConfigFolder, Schema, SearchSettings};
use std::sync::Arc;

/// The rules of searches, read from `index-config/`.
#[derive(Debug, Clone, Default)]
pub struct SearchRules {
    /// `searches.yaml`.
    pub types: SearchTypes,
    /// `search.toml`.
    pub settings: SearchSettings,
    /// `schema.toml`.
    pub schema: Arc<Schema>,
}

impl SearchRules {
    /// Reads and checks `searches.yaml` and `search.toml` for a schema.
    pub fn load(folder: &ConfigFolder, schema: Arc<Schema>) -> Result<Self, ConfigError> {
        let types = SearchTypes::load(folder, &schema)?;
        let settings = SearchSettings::load(folder)?;
        Ok(SearchRules { types, settings, schema })
    }
}
