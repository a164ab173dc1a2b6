//! `kirjo index`: rebuild, check, stats.

use super::Places;
use super::output::show;
use super::progress::Shown;
use super::workplace::{
    Settings, close, index_folder, let_go, must_exist, open_as_it_is, open_damaged, open_existing,
};
use crate::ingest::check;
use anyhow::{Context, Result, bail};
use clap::Subcommand;
use std::collections::BTreeMap;

#[derive(Debug, Subcommand)]
pub(super) enum IndexCommand {
    /// Make the index anew from the record store (after a change of index-config/)
    Rebuild(Places),
    /// Compare store, groups and index and say what is wrong
    Check(Places),
    /// Count records by source and format, and the bytes that they take
    Stats(Places),
}

pub(super) fn run(command: &IndexCommand) -> Result<()> {
    let progress = Shown::new();
    match command {
        IndexCommand::Rebuild(places) => {
            let settings = Settings::load(places)?;
            must_exist(places)?;
            let folder = index_folder(&places.data);
            // Opening the store first makes sure that nobody else uses the data directory.
            drop(crate::store::Store::open(&places.data)?);
            if folder.exists() {
                std::fs::remove_dir_all(&folder)
                    .with_context(|| format!("cannot remove {}", folder.display()))?;
            }
            let workplace = open_as_it_is(places, &settings)?;
            let report = crate::ingest::rebuild(&workplace, &progress)?;
            close(workplace, report.indexed, &progress)?;
            progress.finish();
            eprintln!("{} documents indexed", report.indexed);
        }
        IndexCommand::Check(places) => {
            let settings = Settings::load(places)?;
            let (workplace, why) = open_damaged(places, &settings, &progress)?;
            progress.finish();
            let found = check(&workplace);
            let_go(workplace);
            let mut found = found?;
            found.problems.extend(why);
            for problem in &found.problems {
                eprintln!("{problem}");
            }
            eprintln!(
                "{} records, {} groups, {} documents in the store, {} in the index, generation {}",
                found.records, found.groups, found.documents, found.indexed, found.generation
            );
            if !found.problems.is_empty() {
                bail!(
                    "{} problems; `kirjo index rebuild` makes the index anew; what a damaged store \
                     still has, `kirjo export` writes",
                    found.problems.len()
                );
            }
        }
        IndexCommand::Stats(places) => {
            let settings = Settings::load(places)?;
            let workplace = open_existing(places, &settings, &progress)?;
            progress.finish();
            let mut counts: BTreeMap<(String, &str), (u64, u64)> = BTreeMap::new();
            workplace.store.snapshot()?.each_record(|_, record| {
                let entry = counts.entry((record.source, record.format.name())).or_default();
                if record.deleted { entry.1 += 1 } else { entry.0 += 1 }
            })?;
            let lines = counts.into_iter().map(|((source, format), (live, deleted))| {
                format!("{source}\t{format}\t{live}\t{deleted} deleted\n")
            });
            show(&lines.collect::<String>())?;
            for table in workplace.store.sizes()?.iter().filter(|table| table.entries > 0) {
                let (name, entries, pages) = (&table.name, table.entries, table.pages);
                eprintln!(
                    "{name}: {entries} entries, {pages} bytes, {} of them in use",
                    table.stored
                );
            }
        }
    }
    Ok(())
}
