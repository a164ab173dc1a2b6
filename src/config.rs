//! `index-config/`: what a librarian edits. Read, checked, with errors that name file and line.

mod dedup;
mod facets;
mod field_rules;
mod folder;
mod import;
mod ingest;
mod ini;
mod length_limits;
mod mapping_files;
mod params;
mod schema;
mod search;
mod source_files;
mod sources;
mod translations;
mod value_map;

pub use dedup::{DedupSettings, IgnoredId, MergeRule};
pub use facets::{FacetField, FacetSettings, ValueOrder};
pub use field_rules::{FieldAction, FieldRule, ValueFilter};
pub use folder::{ConfigError, ConfigFolder, nearest};
pub use import::{import_peer_mapping, import_peer_settings};
pub use ingest::{IngestSettings, UnicodeForm};
pub use length_limits::LengthLimits;
pub use params::{SourceParams, source_from_params};
pub use schema::{FieldKind, FieldSpec, Schema};
pub use search::{ForbiddenPattern, QueryForm, SearchSettings};
pub use source_files::Sources;
pub use sources::{ComponentParts, DriverParams, InstitutionInBuilding, SourceSettings};
pub use translations::{DEFAULT_DOMAIN, Locale, Translations};
pub use value_map::{FieldMapping, MappingKind, Target, ValueMap};
