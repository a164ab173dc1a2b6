//! Opening what the commands work on: configuration, store, index.

use super::Places;
use crate::config::{ConfigFolder, IngestSettings, Schema, Sources};
use crate::engine::embedded::EmbeddedEngine;
use crate::engine::{Engine, EngineError};
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
    let workplace = open_as_it_is(places, settings)?;
    bring_up_to_date(&workplace, progress).context("cannot bring the index up to date")?;
    Ok(workplace)
}

/// Opens store and index, whatever they hold.
pub(super) fn open_as_it_is(places: &Places, settings: &Settings) -> Result<Workplace> {
    let data = &places.data;
    let store = Store::open(data)
        .with_context(|| format!("cannot open the data directory {}", data.display()))?;
    let engine = open_index(&index_folder(data), &settings.schema)?;
    let engine: Arc<dyn Engine> = Arc::new(engine);
    Ok(Workplace {
        store: Arc::new(store),
        engine,
        schema: Arc::clone(&settings.schema),
        ingest: Arc::clone(&settings.ingest),
        sources: Arc::clone(&settings.sources),
    })
}

/// Opens the index; a damaged one is put away, to be made anew from the store.
fn open_index(folder: &Path, schema: &Arc<Schema>) -> Result<EmbeddedEngine> {
    let shown = folder.display();
    let opened = match EmbeddedEngine::open(folder, Arc::clone(schema)) {
        Err(error @ EngineError::Damaged(_)) => {
            tracing::warn!(folder = %shown, %error, "the index is made anew from the store");
            std::fs::remove_dir_all(folder)
                .with_context(|| format!("cannot remove the damaged index in {shown}"))?;
            EmbeddedEngine::open(folder, Arc::clone(schema))
        }
        other => other,
    };
    opened.with_context(|| format!("cannot open the index in {shown}"))
}

/// Ends the work on a data directory that this process alone had open. If that was a bulk load (it
/// wrote `written` records or documents, half of what is there or more), the pages of the store are
/// packed together: they have been split and moved all the while.
pub(super) fn close(workplace: Workplace, written: u64, progress: &dyn Progress) -> Result<()> {
    let counts = workplace.store.snapshot()?.counts()?;
    let Workplace { store, engine, .. } = workplace;
    drop(engine);
    if let Some(mut store) = Arc::into_inner(store)
        && written > 0
        && written * 2 >= counts.records
    {
        progress.phase("compacting", None);
        store.compact().context("cannot compact the store; nothing is lost")?;
    }
    Ok(())
}
