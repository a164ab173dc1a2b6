//! Between the phases: groups of the records that changed, and of those that they touch.

use super::Workplace;
use super::indexing::follow_up;
use super::links::{hosts_of, parts_of};
use super::prepare::matching_again;
use super::report::{IngestReport, Progress};
use super::storing::IngestError;
use crate::dedup::{Catalogue, Changed, Features, Regrouped, regroup};
use crate::store::{Matching, Snapshot, Store, StoreError};
use rayon::prelude::*;
use std::sync::Arc;

/// Changed records worked off in one transaction.
const CHUNK: usize = 10_000;
/// Records whose keys are written in one transaction, in the order of keys.
const KEYS_CHUNK: usize = 500_000;
/// Records whose features are read at a time.
const READ_CHUNK: usize = 4000;

/// What a run over the changed records did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RegroupReport {
    /// Records looked at.
    pub examined: u64,
    /// Groups that came, went or have other members.
    pub changed: u64,
}

/// A snapshot of the store, as deduplication looks at it.
pub(super) struct StoreCatalogue<'a>(pub(super) &'a Snapshot);

impl Catalogue for StoreCatalogue<'_> {
    fn features(&self, record: u64) -> Result<Option<Arc<Features>>, StoreError> {
        let Some(bytes) = self.0.features(record)? else { return Ok(None) };
        Ok(Some(Arc::new(decoded(record, &bytes)?)))
    }

    fn sharing(&self, key: u64, source: u64) -> Result<Vec<u64>, StoreError> {
        self.0.sharing(key, source)
    }

    fn parts(&self, host: u64) -> Result<Vec<u64>, StoreError> {
        parts_of(self.0, host)
    }

    fn hosts(&self, part: u64) -> Result<Vec<u64>, StoreError> {
        hosts_of(self.0, part)
    }

    fn group(&self, record: u64) -> Result<Vec<u64>, StoreError> {
        let Some(group) = self.0.group_of(record)? else { return Ok(Vec::new()) };
        Ok(self.0.group(group)?.map(|group| group.members).unwrap_or_default())
    }
}

pub(super) fn decoded(record: u64, bytes: &[u8]) -> Result<Features, StoreError> {
    Features::decode(bytes).ok_or_else(|| StoreError::Damaged {
        ordinal: record,
        reason: "its features are of another version; run `kirjo dedup --all`".to_owned(),
    })
}

/// Works off all notes of changed records.
pub(super) fn regroup_marked(
    workplace: &Workplace,
    progress: &dyn Progress,
) -> Result<RegroupReport, IngestError> {
    let mut report = RegroupReport::default();
    let waiting = workplace.store.snapshot()?.counts()?.to_regroup;
    if waiting == 0 {
        return Ok(report);
    }
    progress.phase("grouping", Some(waiting));
    write_keys(&workplace.store)?;
    loop {
        let snapshot = workplace.store.snapshot()?;
        let notes = snapshot.to_regroup(CHUNK)?;
        if notes.is_empty() {
            return Ok(report);
        }
        let mut changed = Vec::with_capacity(notes.len());
        for (record, before) in notes {
            let before = (!before.is_empty()).then(|| decoded(record, &before)).transpose()?;
            changed.push(Changed { record, before });
        }
        let Regrouped { touched, groups, examined } =
            regroup(&StoreCatalogue(&snapshot), &changed)?;
        drop(snapshot);
        let touched: Vec<u64> = touched.into_iter().collect();
        let groups: Vec<(String, Vec<u64>)> =
            groups.into_iter().map(|group| (group.id, group.members)).collect();
        let done: Vec<u64> = changed.iter().map(|change| change.record).collect();
        report.examined += examined;
        report.changed +=
            workplace.store.write(|batch| batch.put_groups(&touched, &groups, &done))?;
        progress.advance(done.len() as u64);
    }
}

/// Writes the keys of all noted records, before any of them is looked up. A crash in between leaves
/// the notes, and the keys are written again.
fn write_keys(store: &Store) -> Result<(), StoreError> {
    let snapshot = store.snapshot()?;
    for chunk in snapshot.noted()?.chunks(KEYS_CHUNK) {
        let keys = chunk.par_iter().map(|record| snapshot.keys(*record));
        let lists = keys.collect::<Result<Vec<_>, StoreError>>()?;
        let mut keys: Vec<(u128, u64)> = Vec::with_capacity(lists.iter().map(Vec::len).sum());
        lists.into_iter().for_each(|list| keys.extend(list));
        if !keys.is_empty() {
            keys.par_sort_unstable();
            store.write(|batch| batch.put_keys(&keys))?;
        }
    }
    Ok(())
}

/// Reads the features of records anew, of one source or of all, and groups again whatever is then
/// different (after a change of `dedup`, of format mappings or of ignored ids). `all`: looks at
/// every record again, different or not.
pub fn regroup_source(
    workplace: &Workplace,
    source: Option<&str>,
    all: bool,
    progress: &dyn Progress,
) -> Result<(RegroupReport, IngestReport), IngestError> {
    let snapshot = workplace.store.snapshot()?;
    let records = match source {
        Some(source) => snapshot.of_source(source)?,
        None => snapshot.all_records()?,
    };
    progress.phase("comparing", Some(records.len() as u64));
    for chunk in records.chunks(READ_CHUNK) {
        let found: Vec<(u64, Option<Matching>)> = chunk
            .par_iter()
            .map(|record| Ok((*record, matching_of(workplace, &snapshot, *record)?)))
            .collect::<Result<_, StoreError>>()?;
        workplace.store.write(|batch| {
            for (record, matching) in &found {
                batch.put_matching(*record, matching.as_ref())?;
            }
            Ok(())
        })?;
        progress.advance(chunk.len() as u64);
    }
    drop(snapshot);
    if all {
        workplace.store.write(|batch| batch.regroup_all().map(drop))?;
    }
    let report = regroup_marked(workplace, progress)?;
    Ok((report, follow_up(workplace, progress)?))
}

/// What a stored record is compared by, read from the record itself.
fn matching_of(
    workplace: &Workplace,
    snapshot: &Snapshot,
    ordinal: u64,
) -> Result<Option<Matching>, StoreError> {
    Ok(snapshot.record(ordinal)?.and_then(|record| matching_again(workplace, &record)))
}
