//! The second phase: marked records are mapped and go to the index.
//!
//! The order of commits (`ARCHITECTURE.md`, commit protocol): documents into the store, marked with
//! the coming generation; the index commits with that generation in its payload; the store takes
//! the marks off. Whichever half is missing after a crash is repeated by [`bring_up_to_date`].

use super::links::StoreLinks;
use super::prepare::raw_of;
use super::report::{IngestReport, Progress};
use super::storing::IngestError;
use super::{Workplace, context};
use crate::engine::EngineDocument;
use crate::mapping::{DriverFields, index_id, is_hidden_part, map};
use crate::record::{IndexRecord, RecordId};
use crate::store::{Snapshot, StoredRecord, encode_document};
use crate::text::format_timestamp;
use rayon::prelude::*;

/// Records mapped at a time.
const CHUNK: usize = 1000;
/// Documents between two commits of the index.
const COMMIT_EVERY: u64 = 100_000;

/// A marked record with what becomes of it in the index.
struct Outcome {
    ordinal: u64,
    id: String,
    /// `None`: the index does not hold it.
    document: Option<IndexRecord>,
    /// The document as the store keeps it.
    encoded: Option<Vec<u8>>,
    warnings: Vec<String>,
}

/// Compares store and index after a start or crash, and repeats the half that is missing.
pub fn bring_up_to_date(
    workplace: &Workplace,
    progress: &dyn Progress,
) -> Result<IngestReport, IngestError> {
    let indexed = workplace.engine.generation()?;
    let counts = workplace.store.snapshot()?.counts()?;
    if indexed < counts.generation {
        tracing::warn!(
            store = counts.generation,
            index = indexed,
            "the index is older than the store and is built anew"
        );
        return rebuild(workplace, progress);
    }
    workplace.store.write(|batch| {
        batch.reopen_above(indexed)?;
        batch.settle(indexed)
    })?;
    index_marked(workplace, progress)
}

/// Empties the index and fills it from the store.
pub fn rebuild(
    workplace: &Workplace,
    progress: &dyn Progress,
) -> Result<IngestReport, IngestError> {
    workplace.engine.clear()?;
    workplace.store.write(|batch| batch.mark_all().map(drop))?;
    index_marked(workplace, progress)
}

/// Works off all marks.
pub(super) fn index_marked(
    workplace: &Workplace,
    progress: &dyn Progress,
) -> Result<IngestReport, IngestError> {
    let mut report = IngestReport::default();
    let counts = workplace.store.snapshot()?.counts()?;
    if counts.dirty == 0 {
        return Ok(report);
    }
    progress.phase("indexing", Some(counts.dirty));
    let mut generation = counts.generation.max(workplace.engine.generation()?) + 1;
    let mut uncommitted = 0;
    // The pool maps the next chunk while this thread writes the last one. One snapshot serves the
    // whole run: a record marked in it is mapped afresh wherever another one needs it.
    let snapshot = workplace.store.snapshot()?;
    let (to_write, mapped) = crossbeam_channel::bounded::<Result<Vec<Outcome>, IngestError>>(1);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut start = 0;
            loop {
                let chunk = map_chunk(workplace, &snapshot, &mut start);
                let ended = !matches!(&chunk, Ok(outcomes) if !outcomes.is_empty());
                if to_write.send(chunk).is_err() || ended {
                    return;
                }
            }
        });
        for outcomes in mapped {
            let outcomes = outcomes?;
            let done = outcomes.len() as u64;
            workplace.store.write(|batch| {
                for outcome in &outcomes {
                    batch.put_document(outcome.ordinal, outcome.encoded.as_deref(), generation)?;
                }
                Ok(())
            })?;
            for outcome in outcomes {
                to_index(workplace, &outcome, &mut report)?;
            }
            uncommitted += done;
            progress.advance(done);
            if uncommitted >= COMMIT_EVERY {
                commit(workplace, generation)?;
                generation += 1;
                uncommitted = 0;
            }
        }
        Ok::<(), IngestError>(())
    })?;
    commit(workplace, generation)?;
    Ok(report)
}

/// Maps the next marked records; none are left when the chunk is empty.
fn map_chunk(
    workplace: &Workplace,
    snapshot: &Snapshot,
    start: &mut u64,
) -> Result<Vec<Outcome>, IngestError> {
    let ordinals = snapshot.unindexed(*start, CHUNK)?;
    *start = ordinals.last().map_or(u64::MAX, |last| last + 1);
    ordinals
        .par_iter()
        .map(|ordinal| {
            let mut outcome = outcome(workplace, snapshot, *ordinal)?;
            let document = outcome.document.as_ref();
            outcome.encoded =
                document.map(|fields| encode_document(*ordinal, fields)).transpose()?;
            Ok(outcome)
        })
        .collect()
}

fn commit(workplace: &Workplace, generation: u64) -> Result<(), IngestError> {
    workplace.engine.commit(generation)?;
    workplace.store.write(|batch| batch.settle(generation))?;
    Ok(())
}

fn to_index(
    workplace: &Workplace,
    outcome: &Outcome,
    report: &mut IngestReport,
) -> Result<(), IngestError> {
    for warning in &outcome.warnings {
        *report.warnings.entry(warning.clone()).or_default() += 1;
    }
    match &outcome.document {
        Some(fields) => {
            for (name, _) in fields.iter() {
                if !workplace.schema.is_declared(name) {
                    *report.unknown_fields.entry(name.to_owned()).or_default() += 1;
                }
            }
            let id = fields.first("id");
            workplace.engine.upsert(EngineDocument { ordinal: outcome.ordinal, id, fields })?;
            report.indexed += 1;
        }
        None => workplace.engine.delete(&outcome.id)?,
    }
    Ok(())
}

fn outcome(
    workplace: &Workplace,
    snapshot: &Snapshot,
    ordinal: u64,
) -> Result<Outcome, IngestError> {
    let Some(record) = snapshot.record(ordinal)? else {
        return Ok(Outcome {
            ordinal,
            id: String::new(),
            document: None,
            encoded: None,
            warnings: Vec::new(),
        });
    };
    let Some(settings) = workplace.sources.get(&record.source) else {
        let warning = format!("source {} has no settings any more", record.source);
        return Ok(Outcome {
            ordinal,
            id: record.id,
            document: None,
            encoded: None,
            warnings: vec![warning],
        });
    };
    let id = index_id(&RecordId::new(record.id.as_str()), settings).into_owned();
    if record.deleted || record.suppressed || !settings.index {
        return Ok(Outcome { ordinal, id, document: None, encoded: None, warnings: Vec::new() });
    }
    let links = StoreLinks { workplace, snapshot };
    let context = context(&workplace.ingest, settings, &links);
    let mapped = match map(&raw_of(&record), &context, DriverFields::Drop) {
        Ok(mapped) => mapped,
        Err(error) => {
            let warning = format!("cannot be mapped: {error}");
            tracing::error!(id = record.id, %error, "a stored record cannot be mapped");
            return Ok(Outcome {
                ordinal,
                id,
                document: None,
                encoded: None,
                warnings: vec![warning],
            });
        }
    };
    let hidden = is_hidden_part(&mapped.facts, &context) && !settings.index_merged_parts;
    if hidden || mapped.facts.suppressed {
        return Ok(Outcome {
            ordinal,
            id,
            document: None,
            encoded: None,
            warnings: mapped.warnings,
        });
    }
    let mut document = mapped.index;
    stamp(&mut document, &record);
    Ok(Outcome { ordinal, id, document: Some(document), encoded: None, warnings: mapped.warnings })
}

/// Times of the first import and of the last change (ingest-common §11.1).
fn stamp(document: &mut IndexRecord, record: &StoredRecord) {
    document.set("first_indexed", format_timestamp(record.created));
    document.set("last_indexed", format_timestamp(record.changed));
}
