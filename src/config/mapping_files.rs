//! The mapping files that settings name, each read once.

use super::{ConfigError, ConfigFolder, FieldMapping, MappingKind, ValueMap};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Folder of the mapping files inside the configuration.
const FOLDER: &str = "mappings";

/// A mapping in settings: one file, or one file for each level of a hierarchy; `file` or
/// `file,kind`.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(untagged)]
pub(super) enum MappingSetting {
    One(String),
    Levels(Vec<String>),
}

impl MappingSetting {
    pub(super) fn levels(&self) -> &[String] {
        match self {
            MappingSetting::One(one) => std::slice::from_ref(one),
            MappingSetting::Levels(levels) => levels,
        }
    }
}

/// Reader of mapping files.
#[derive(Debug)]
pub(super) struct MappingFiles<'f> {
    folder: &'f ConfigFolder,
    read: RefCell<BTreeMap<(String, MappingKind), Arc<ValueMap>>>,
}

impl<'f> MappingFiles<'f> {
    pub(super) fn new(folder: &'f ConfigFolder) -> Self {
        MappingFiles { folder, read: RefCell::default() }
    }

    /// The mapping of a setting; `None` for an empty one, which removes a shared mapping. `place`
    /// is where the setting stands, for messages.
    pub(super) fn mapping(
        &self,
        setting: &MappingSetting,
        place: &Place<'_>,
    ) -> Result<Option<FieldMapping>, ConfigError> {
        let levels: Vec<Arc<ValueMap>> = setting
            .levels()
            .iter()
            .filter(|level| !level.trim().is_empty())
            .map(|level| self.map(level, place))
            .collect::<Result<_, _>>()?;
        Ok((!levels.is_empty()).then_some(FieldMapping { levels }))
    }

    fn map(&self, setting: &str, place: &Place<'_>) -> Result<Arc<ValueMap>, ConfigError> {
        let (file, kind) = setting.split_once(',').unwrap_or((setting, "normal"));
        let (file, kind) = (file.trim(), kind.trim());
        let kind = MappingKind::named(kind).ok_or_else(|| {
            let known = MappingKind::ALL.map(|(_, name)| name);
            let message =
                format!("unknown kind of mapping `{kind}`; known are {}", known.join(", "));
            place.error(message).with_suggestion(kind, known)
        })?;
        let key = (file.to_owned(), kind);
        if let Some(map) = self.read.borrow().get(&key) {
            return Ok(Arc::clone(map));
        }
        let path = format!("{FOLDER}/{file}");
        let Some(text) = self.folder.read(&path)? else {
            let known = self.folder.list(FOLDER, "map")?;
            let names = known.iter().filter_map(|name| name.strip_prefix("mappings/"));
            let message = format!("there is no mapping file {FOLDER}/{file}");
            return Err(place.error(message).with_suggestion(file, names));
        };
        let map = Arc::new(ValueMap::parse(&self.folder.display_name(&path), &text, kind)?);
        self.read.borrow_mut().insert(key, Arc::clone(&map));
        Ok(map)
    }
}

/// Where a setting stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) line: usize,
}

impl Place<'_> {
    pub(super) fn error(&self, message: impl Into<String>) -> ConfigError {
        ConfigError::new(self.file, self.line, message)
    }
}
