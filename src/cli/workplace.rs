//! Opening what the commands work on: configuration, store, index.

use super::Places;
use crate::config::{ConfigFolder, IngestSettings, Schema, Sources};
use crate::engine::Engine;
use crate::engine::embedded::EmbeddedEngine;
use crate::ingest::{Progress, Workplace, bring_up_to_date};
use crate::store::Store;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folder of the index inside the data directory.
pub(super) fn index_folder(data: &Path) -> PathBuf {
    data.join("index")
}

/// The configuration that ingest and search need.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) folder: ConfigFolder,
    pub(super) schema: Arc<Schema>,
    pub(super) ingest: Arc<IngestSettings>,
    pub(super) sources: Arc<Sources>,
}

impl Settings {
    pub(super) fn load(places: &Places) -> Result<Self> {
        let folder = ConfigFolder::choose(places.config.as_deref());
        let schema = Arc::new(Schema::load(&folder)?);
        let ingest = Arc::new(IngestSettings::load(&folder)?);
        let sources = Arc::new(Sources::load(&folder, &ingest)?);
        Ok(Settings { folder, schema, ingest, sources })
    }
}

/// Opens store and index, and repeats whatever a crash has left undone.
pub(super) fn open(
    places: &Places,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Workplace> {
    let data = &places.data;
    let store = Store::open(data)
        .with_context(|| format!("cannot open the data directory {}", data.display()))?;
    let engine = EmbeddedEngine::open(&index_folder(data), Arc::clone(&settings.schema))
        .with_context(|| format!("cannot open the index in {}", index_folder(data).display()))?;
    let engine: Arc<dyn Engine> = Arc::new(engine);
    let workplace = Workplace {
        store: Arc::new(store),
        engine,
        schema: Arc::clone(&settings.schema),
        ingest: Arc::clone(&settings.ingest),
        sources: Arc::clone(&settings.sources),
    };
    bring_up_to_date(&workplace, progress).context("cannot bring the index up to date")?;
    Ok(workplace)
}
