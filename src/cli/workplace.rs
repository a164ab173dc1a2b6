//! Opening what the commands work on: configuration, store, index.

use super::Places;
use crate::config::{ConfigFolder, IngestSettings, Schema, Sources};
use crate::engine::embedded::EmbeddedEngine;
use crate::engine::{Engine, EngineError};
use crate::ingest::{Progress, Workplace, bring_up_to_date, caught};
use crate::store::Store;
use anyhow::{Context, Result, bail};
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

impl Settings {
    /// The same with the settings of sources as their files are now; an error in one of them leaves
    /// everything as it is.
    pub(super) fn with_new_sources(&self) -> Result<Self> {
        let sources = Sources::load(&self.folder, &self.ingest)
            .context("the settings of sources have changed and cannot be used")?;
        Ok(Settings { sources: Arc::new(sources), ..self.clone() })
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

/// The same for commands that read: a data directory without a store is a slip of the hand, not a
/// new one.
pub(super) fn open_existing(
    places: &Places,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Workplace> {
    must_exist(places)?;
    open(places, settings, progress)
}

/// The same for commands that save what can be saved: a store that is damaged may be read, though
/// not brought up to date. Gives the reason then.
pub(super) fn open_damaged(
    places: &Places,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<(Workplace, Option<String>)> {
    must_exist(places)?;
    let workplace = open_as_it_is(places, settings)?;
    let why = match caught(|| bring_up_to_date(&workplace, progress)) {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(panic) => Some(panic),
    };
    let why = why.map(|why| format!("the index cannot be brought up to date: {why}"));
    Ok((workplace, why))
}

/// Lets go of a store that may be damaged.
pub(super) fn let_go(workplace: Workplace) {
    if let Err(panic) = caught(move || drop(workplace)) {
        tracing::warn!(reason = panic, "the store could not be closed in order");
    }
}

/// An error if the data directory holds no store.
pub(super) fn must_exist(places: &Places) -> Result<()> {
    if !Store::exists(&places.data) {
        let shown = places.data.display();
        bail!("there is no store in {shown}; give its folder as --data, `kirjo ingest` makes one");
    }
    Ok(())
}

/// An error if nothing is known of a source: it has neither settings nor records.
pub(super) fn known_source(workplace: &Workplace, id: &str) -> Result<()> {
    let sources = &workplace.sources;
    if sources.get(id).is_some() || !workplace.store.snapshot()?.of_source(id)?.is_empty() {
        return Ok(());
    }
    if let Some(near) = sources.nearest(id) {
        bail!("there is no source `{id}`; did you mean `{near}`?");
    }
    let known: Vec<&str> = sources.iter().map(|source| source.id.as_str()).collect();
    bail!("there is no source `{id}`; there are {}", known.join(", "))
}

/// Opens store and index, whatever they hold.
pub(super) fn open_as_it_is(places: &Places, settings: &Settings) -> Result<Workplace> {
    let data = &places.data;
    let doing = || format!("cannot open the data directory {}", data.display());
    // redb trusts its file as tantivy does.
    let store = caught(|| Store::open(data))
        .map_err(|panic| anyhow::anyhow!("the store is damaged: {panic}"))
        .with_context(doing)?
        .with_context(doing)?;
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
    // tantivy trusts its files and panics on what cannot be.
    let first = caught(|| EmbeddedEngine::open(folder, Arc::clone(schema)));
    let opened = match first.unwrap_or_else(|panic| Err(EngineError::Damaged(panic.into()))) {
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
