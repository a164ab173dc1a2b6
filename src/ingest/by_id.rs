//! What an operator does to records of a source that are named by their ids.

use super::indexing::follow_up;
use super::prepare::{MAX_ID, Prepared, matching_again, prepare_again};
use super::report::{IngestReport, Progress};
use super::storing::IngestError;
use super::{Workplace, now};
use crate::config::SourceSettings;
use crate::store::{Change, StoreError, StoredRecord, WriteBatch};
use std::time::Instant;

/// What becomes of records that are named by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum IdChange {
    /// They are deleted, with the main record of a finding aid its components.
    Delete,
    /// They are suppressed, and stay so when their source delivers them again (ingest-common §11.4).
    Suppress,
    /// That ends.
    Unsuppress,
}

/// What is to be told of an id that no record has had.
const IN_ADVANCE: &str = "there is no record of this id; it is suppressed should it come";

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

/// Changes records of a source by id, with or without its prefix.
pub fn change_ids(
    workplace: &Workplace,
    source: &SourceSettings,
    ids: &[String],
    change: IdChange,
    progress: &dyn Progress,
) -> Result<IngestReport, IngestError> {
    let start = Instant::now();
    let mut report = IngestReport { read: ids.len() as u64, ..IngestReport::default() };
    workplace.store.relate_sources(workplace.sources.related());
    let snapshot = workplace.store.snapshot()?;
    workplace.store.write(|batch| {
        for id in ids {
            let id = full_id(source, id);
            let done = match change {
                _ if id.len() > MAX_ID => Change::Missing,
                IdChange::Delete => delete(batch, source, &id, &mut report)?,
                IdChange::Suppress => {
                    batch.withhold(source.id.as_str(), &id, source.format, now())?
                }
                IdChange::Unsuppress => match snapshot.record_of(source.id.as_str(), &id)? {
                    Some(record) => release(workplace, batch, source, record)?,
                    None => Change::Missing,
                },
            };
            count(&mut report, done);
        }
        Ok(())
    })?;
    drop(snapshot);
    let indexed = follow_up(workplace, progress)?;
    report.regrouped = indexed.regrouped;
    report.indexed = indexed.indexed;
    for (text, count) in indexed.warnings {
        *report.warnings.entry(text).or_default() += count;
    }
    report.took = start.elapsed();
    Ok(report)
}

fn release(
    workplace: &Workplace,
    batch: &mut WriteBatch<'_>,
    source: &SourceSettings,
    stored: StoredRecord,
) -> Result<Change, StoreError> {
    let again = (!stored.deleted).then(|| prepare_again(&stored, source, &workplace.ingest));
    // A tombstone, or what other settings make something else of: the next delivery tells what.
    let suppressed = match again {
        Some(Prepared::Put { record, hash, matching, .. }) if record.id == stored.id => {
            return batch.release(*record, &hash, matching.as_ref());
        }
        Some(Prepared::Put { record, .. }) => record.suppressed,
        _ => false,
    };
    let record = StoredRecord { suppressed, ..stored };
    let matching = matching_again(workplace, &record);
    batch.release(record, &[0; 32], matching.as_ref())
}

fn count(report: &mut IngestReport, change: Change) {
    match change {
        Change::Updated => report.updated += 1,
        Change::Added => {
            report.updated += 1;
            *report.warnings.entry(IN_ADVANCE.to_owned()).or_default() += 1;
        }
        Change::Unchanged => report.unchanged += 1,
        Change::Deleted => report.deleted += 1,
        Change::Missing => {
            report.unchanged += 1;
            report.missing += 1;
        }
    }
}

fn delete(
    batch: &mut WriteBatch<'_>,
    source: &SourceSettings,
    id: &str,
    report: &mut IngestReport,
) -> Result<Change, StoreError> {
    let source = source.id.as_str();
    let done = batch.delete_of(source, id, now())?;
    if done == Change::Deleted {
        for component in batch.split_members(id)? {
            let change = batch.delete_of(source, &component, now())?;
            report.removed += u64::from(change == Change::Deleted);
        }
    }
    Ok(done)
}

/// What [`change_ids`] would count, but for the components of finding aids.
pub fn count_ids(
    workplace: &Workplace,
    source: &SourceSettings,
    ids: &[String],
    change: IdChange,
) -> Result<IngestReport, IngestError> {
    let snapshot = workplace.store.snapshot()?;
    let mut report = IngestReport { read: ids.len() as u64, ..IngestReport::default() };
    for id in ids {
        let id = full_id(source, id);
        let found = snapshot.record_of(source.id.as_str(), &id)?;
        let is_new = found.is_none() && snapshot.ordinal(&id)?.is_none();
        let done = match (found, change) {
            _ if id.len() > MAX_ID => Change::Missing,
            (None, IdChange::Suppress) if is_new => Change::Added,
            (None, _) => Change::Missing,
            (Some(record), IdChange::Delete) if record.deleted => Change::Missing,
            (Some(_), IdChange::Delete) => Change::Deleted,
            (Some(record), _) if record.withheld == (change == IdChange::Suppress) => {
                Change::Unchanged
            }
            (Some(_), _) => Change::Updated,
        };
        count(&mut report, done);
    }
    Ok(report)
}
