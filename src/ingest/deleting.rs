//! Deletions: by id, and by the identifiers of a harvest.

use super::indexing::follow_up;
use super::prepare::Prepared;
use super::report::{IngestReport, Progress};
use super::storing::IngestError;
use super::{Workplace, now};
use crate::config::SourceSettings;
use crate::store::Change;
use std::collections::HashMap;
use std::time::Instant;

/// Id with the prefix of its source, whether it was given with it or without.
fn full_id(source: &SourceSettings, id: &str) -> String {
    let prefix = &source.id_prefix;
    let rest = id.strip_prefix(prefix.as_str());
    if prefix.is_empty() || rest.is_some_and(|rest| rest.starts_with('.')) {
        id.to_owned()
    } else {
        format!("{prefix}.{id}")
    }
}

/// What [`delete_ids`] would delete.
pub fn count_ids(
    workplace: &Workplace,
    source: &SourceSettings,
    ids: &[String],
) -> Result<IngestReport, IngestError> {
    let snapshot = workplace.store.snapshot()?;
    let mut report = IngestReport { read: ids.len() as u64, ..IngestReport::default() };
    for id in ids {
        let found = snapshot.live_of(source.id.as_str(), &full_id(source, id))?;
        report.deleted += u64::from(found.is_some());
    }
    report.missing = report.read - report.deleted;
    report.unchanged = report.missing;
    Ok(report)
}

/// Deletes records of a source by id, with or without its prefix; with the main record of a finding
/// aid its components.
pub fn delete_ids(
    workplace: &Workplace,
    source: &SourceSettings,
    ids: &[String],
    progress: &dyn Progress,
) -> Result<IngestReport, IngestError> {
    let start = Instant::now();
    let mut report = IngestReport { read: ids.len() as u64, ..IngestReport::default() };
    workplace.store.relate_sources(workplace.sources.related());
    workplace.store.write(|batch| {
        for id in ids {
            let id = full_id(source, id);
            if batch.delete_of(source.id.as_str(), &id, now())? != Change::Deleted {
                report.unchanged += 1;
                report.missing += 1;
                continue;
            }
            report.deleted += 1;
            for component in batch.split_members(&id)? {
                let change = batch.delete_of(source.id.as_str(), &component, now())?;
                report.removed += u64::from(change == Change::Deleted);
            }
        }
        Ok(())
    })?;
    let indexed = follow_up(workplace, progress)?;
    report.regrouped = indexed.regrouped;
    report.indexed = indexed.indexed;
    report.took = start.elapsed();
    Ok(report)
}

/// What a batch has under each identifier of OAI-PMH: deletions that follow records take their place,
/// records that follow a deletion are left by it, so that the same files once more change nothing.
#[derive(Default)]
pub(super) struct Notices {
    /// Places of records.
    records: HashMap<u128, Vec<usize>>,
    /// Place of the last deletion.
    deletions: HashMap<u128, usize>,
}

impl Notices {
    /// Notes a deletion, and gives the places of what it supersedes.
    pub(super) fn deleted(&mut self, oai_id: &str, place: usize) -> Vec<usize> {
        let hash = id_hash(oai_id);
        let earlier = self.deletions.insert(hash, place);
        self.records.remove(&hash).unwrap_or_default().into_iter().chain(earlier).collect()
    }

    /// Notes a record, and tells the deletion before it.
    pub(super) fn delivered(
        &mut self,
        oai_id: &str,
        place: usize,
        id: &str,
        work: &mut [Option<Prepared>],
    ) {
        let hash = id_hash(oai_id);
        self.records.entry(hash).or_default().push(place);
        let deletion = self.deletions.get(&hash).and_then(|deletion| work.get_mut(*deletion));
        if let Some(Some(Prepared::DeleteDelivered { kept, .. })) = deletion {
            kept.push(id.to_owned());
        }
    }
}

/// Ids by hash: a million ids in 16 MB, no two alike in practice.
pub(super) fn id_hash(id: &str) -> u128 {
    let hash = blake3::hash(id.as_bytes());
    let (front, _) = hash.as_bytes().split_at(16);
    front.try_into().map_or(0, u128::from_le_bytes)
}
