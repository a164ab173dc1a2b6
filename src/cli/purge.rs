//! `kirjo purge`: what was deleted long ago leaves the store.

use super::Places;
use super::progress::Shown;
use super::workplace::{Settings, known_source, open_existing};
use anyhow::{Context, Result};
use clap::Args;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[derive(Debug, Args)]
pub(super) struct PurgeArgs {
    #[command(flatten)]
    places: Places,
    /// Only records of this source (and groups without members)
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// Keep what was deleted in the last so many days
    #[arg(long, value_name = "DAYS", default_value_t = 14)]
    days_to_keep: u32,
    /// Count, but change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(arguments: &PurgeArgs) -> Result<()> {
    let settings = Settings::load(&arguments.places)?;
    let progress = Shown::new();
    let workplace = open_existing(&arguments.places, &settings, &progress)?;
    progress.finish();
    if let Some(source) = &arguments.source {
        known_source(&workplace, source)?;
    }
    let kept = Duration::from_secs(u64::from(arguments.days_to_keep) * 86_400);
    let before = SystemTime::now().checked_sub(kept).unwrap_or(UNIX_EPOCH);
    let before = before.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let is_old = |record: &crate::store::StoredRecord| {
        // A clock that was put back leaves times in the future; they count as today.
        u64::try_from(record.changed).unwrap_or(0) <= before
            && arguments.source.as_ref().is_none_or(|source| record.source == *source)
    };
    let purged = workplace.store.purge(is_old, arguments.dry_run).context("cannot purge")?;
    let (records, groups) = (purged.records, purged.groups);
    let what = if arguments.dry_run { "would be removed" } else { "removed" };
    eprintln!("{records} deleted records and {groups} groups without members {what}");
    Ok(())
}
