//! The first phase: read, compare with what is stored, write, in that order of threads.

use super::deleting::{Notices, id_hash};
use super::indexing::follow_up;
use super::prepare::{Prepared, prepare};
use super::report::{IngestReport, Progress};
use super::{Workplace, now};
use crate::config::SourceSettings;
use crate::engine::EngineError;
use crate::formats::{ReadOptions, Reader};
use crate::record::{Position, RawRecord, RecordFormat, Rejected};
use crate::store::{Change, PackedRecord, StoreError, StoredRecord};
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::Instant;

/// Units handed from thread to thread at a time.
const CHUNK: usize = 512;
/// Bytes in a chunk, for formats whose units are whole finding aids.
const CHUNK_BYTES: usize = 4 << 20;
/// Chunks waiting between two threads.
const WAITING: usize = 2;
/// Records in one transaction of the store: a quarter of what the run has stored, between these.
/// A transaction writes every page that it touches, and hashed keys touch nearly all of them: the
/// larger the transaction, the fewer the writes; what is small is acknowledged soon.
const BATCH: std::ops::RangeInclusive<usize> = 4000..=16_000;
/// Bytes of records in one transaction, about.
const BATCH_BYTES: usize = 32 << 20;
/// Reasons kept for the report; all are in the reject file.
const KEPT_REASONS: usize = 20;

/// Why an ingest stopped.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The input cannot be opened.
    #[error("cannot open the input: {0}")]
    Input(#[source] std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A record is bad and `--strict` was asked for.
    #[error("{0}; stopped because of --strict")]
    Strict(String),
    /// A record that was named cannot be used.
    #[error("the record {id} {reason}")]
    Record {
        /// Its id.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The reject file cannot be written.
    #[error("writing the reject file {path}: {source}")]
    RejectFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// How to ingest.
#[derive(Debug, Clone, Default)]
pub struct IngestOptions {
    /// Records of the source that the input does not have are deleted, if the input was read whole.
    pub replace: bool,
    /// So many records without a readable id may be among those that replace a source: their former
    /// versions are deleted, as nothing tells which they are.
    pub max_errors: u64,
    /// Treat every record of the input as a deletion.
    pub delete: bool,
    /// Stop at the first bad record.
    pub strict: bool,
    /// Count, but change nothing.
    pub dry_run: bool,
    /// Records that come as they are stored are dated anew (ingest-common §11.1).
    pub touch: bool,
    /// Where rejected records go; the file is made when the first one comes.
    pub reject_file: Option<PathBuf>,
}

/// Ingests files into a source, then brings the index up to date.
pub fn ingest(
    workplace: &Workplace,
    source: &SourceSettings,
    inputs: &[PathBuf],
    read: &ReadOptions,
    options: &IngestOptions,
    progress: &dyn Progress,
) -> Result<IngestReport, IngestError> {
    let start = Instant::now();
    let mut run = Run {
        workplace,
        options,
        source,
        report: IngestReport::default(),
        seen: HashSet::new(),
        seen_in_file: HashSet::new(),
        unnamed: 0,
        cut_short: None,
        file: String::new(),
        refused_unit: None,
        rejects: None,
        done: 0,
    };
    workplace.store.relate_sources(workplace.sources.related());
    progress.phase("reading", None);
    run.read_and_store(inputs, read, progress)?;
    if options.replace {
        let is_empty = |path: &&PathBuf| path.metadata().is_ok_and(|m| m.is_file() && m.len() == 0);
        if let Some(path) = inputs.iter().find(is_empty) {
            run.cut_short.get_or_insert_with(|| format!("{} is empty", path.display()));
        }
        run.remove_unseen()?;
    }
    run.finish_rejects()?;
    let mut report = run.report;
    report.cut_short = run.cut_short;
    if !options.dry_run {
        let indexed = follow_up(workplace, progress)?;
        report.regrouped = indexed.regrouped;
        report.indexed = indexed.indexed;
        report.warnings = indexed.warnings;
        report.unknown_fields = indexed.unknown_fields;
    }
    report.took = start.elapsed();
    Ok(report)
}

type Units = Vec<Result<RawRecord, Rejected>>;

/// One run over the input.
struct Run<'a> {
    workplace: &'a Workplace,
    options: &'a IngestOptions,
    source: &'a SourceSettings,
    report: IngestReport,
    /// Ids of the whole run, for `--replace`.
    seen: HashSet<u128>,
    /// Records that were rejected and have no readable id.
    unnamed: u64,
    /// Why the input is not known as a whole.
    cut_short: Option<String>,
    /// Ids of the file being read: a second record of the same id would overwrite the first.
    seen_in_file: HashSet<u128>,
    file: String,
    /// Main record of a finding aid that is being rejected.
    refused_unit: Option<String>,
    rejects: Option<BufWriter<File>>,
    done: u64,
}

/// The file on disk: for a member of an archive the archive, which is one delivery.
fn outer_file(file: &str) -> &str {
    let ends = [".tar/", ".tar.gz/", ".tgz/", ".tar.zst/", ".zip/"];
    let cut = ends.iter().filter_map(|end| file.find(end).map(|at| at + end.len() - 1)).min();
    cut.and_then(|at| file.get(..at)).unwrap_or(file)
}

impl Run<'_> {
    /// One thread cuts the files, the pool reads the records, this thread writes.
    fn read_and_store(
        &mut self,
        inputs: &[PathBuf],
        read: &ReadOptions,
        progress: &dyn Progress,
    ) -> Result<(), IngestError> {
        let (to_prepare, units) = crossbeam_channel::bounded::<Units>(WAITING);
        let (to_store, prepared) = crossbeam_channel::bounded::<Vec<Prepared>>(WAITING);
        let (source, ingest) = (self.source, &self.workplace.ingest);
        let reader = Reader::open(inputs, read.clone()).map_err(IngestError::Input)?;
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let mut chunk: Units = Vec::with_capacity(CHUNK);
                let mut bytes = 0;
                for unit in reader {
                    bytes += unit.as_ref().map_or(0, |raw| raw.bytes.len());
                    chunk.push(unit);
                    if chunk.len() >= CHUNK || bytes >= CHUNK_BYTES {
                        bytes = 0;
                        let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK));
                        // The other side has stopped: so does this one.
                        if to_prepare.send(full).is_err() {
                            return;
                        }
                    }
                }
                // If the other side has stopped, nobody wants the rest.
                let _sent = to_prepare.send(chunk).is_ok();
            });
            scope.spawn(move || {
                for chunk in units {
                    let ready: Vec<Prepared> = chunk
                        .into_par_iter()
                        .flat_map_iter(|unit| prepare(unit, source, ingest))
                        .collect();
                    if to_store.send(ready).is_err() {
                        return;
                    }
                }
            });
            let mut waiting: Vec<Prepared> = Vec::new();
            let mut bytes = 0;
            for chunk in prepared {
                bytes += chunk.iter().map(Prepared::bytes).sum::<usize>();
                waiting.extend(chunk);
                let enough = usize::try_from(self.done / 4).unwrap_or(usize::MAX);
                let enough = enough.clamp(*BATCH.start(), *BATCH.end());
                if waiting.len() >= enough || bytes >= BATCH_BYTES {
                    bytes = 0;
                    self.store_batch(std::mem::take(&mut waiting), progress)?;
                }
            }
            self.store_batch(waiting, progress)
        })
    }

    /// Writes a batch as one transaction and counts what became of its records.
    fn store_batch(
        &mut self,
        batch: Vec<Prepared>,
        progress: &dyn Progress,
    ) -> Result<(), IngestError> {
        let mut rejected: Vec<Rejected> = Vec::new();
        let mut work: Vec<Option<Prepared>> = Vec::with_capacity(batch.len());
        // A harvest may bring several versions of a record, oldest first: only the last is work,
        // so that the same files once more change nothing.
        let mut harvested: HashMap<u128, usize> = HashMap::new();
        let mut notices = Notices::default();
        let mut records = 0;
        for prepared in batch {
            records += u64::from(!matches!(prepared, Prepared::UnitEnd { .. }));
            if let Some(reason) = self.refusal(&prepared, &work)? {
                if let Prepared::Put { record, position, .. } = prepared {
                    let (id, bytes) = (Some(record.id), record.raw);
                    rejected.push(Rejected { position, id, reason, bytes, ends_input: false });
                }
                continue;
            }
            let (hash, place) = (prepared.harvested_id().map(id_hash), work.len());
            match prepared {
                Prepared::Reject(reject) => rejected.push(*reject),
                Prepared::DeleteDelivered { oai_id, position, kept } => {
                    for earlier in notices.deleted(&oai_id, place) {
                        let earlier = work.get_mut(earlier).and_then(Option::take);
                        self.superseded(earlier)?;
                    }
                    work.push(Some(Prepared::DeleteDelivered { oai_id, position, kept }));
                }
                Prepared::UnitEnd { main_id, .. }
                    if self.refused_unit.as_ref() == Some(&main_id) =>
                {
                    self.refused_unit = None;
                }
                put => {
                    if let Prepared::Put { record, .. } = &put
                        && let Some(oai_id) = &record.oai_id
                    {
                        notices.delivered(oai_id, place, &record.id, &mut work);
                    }
                    work.push(Some(put));
                }
            }
            if let Some(hash) = hash.filter(|_| work.len() > place)
                && let Some(earlier) = harvested.insert(hash, place)
            {
                let earlier = work.get_mut(earlier).and_then(Option::take);
                self.superseded(earlier)?;
            }
        }
        let work: Vec<Prepared> = work.into_iter().flatten().collect();
        self.report.read += records;
        for reject in rejected {
            self.reject(&reject)?;
        }
        if self.options.dry_run {
            self.count_only(&work)?;
        } else {
            self.apply(work)?;
        }
        self.done += records;
        progress.advance(records);
        if !self.options.dry_run {
            progress.acknowledge(self.done);
        }
        Ok(())
    }

    /// Why a record must not be stored; nothing of what is no record.
    fn refusal(
        &mut self,
        prepared: &Prepared,
        waiting: &[Option<Prepared>],
    ) -> Result<Option<String>, IngestError> {
        let Prepared::Put { record, position, from_harvest, is_cut, .. } = prepared else {
            return Ok(None);
        };
        let refused = self.repeated(record, position, *from_harvest);
        if !is_cut {
            return Ok(refused);
        }
        let reason = format!("the end of the record {} is missing", record.id);
        self.cut_short.get_or_insert_with(|| format!("{position}: {reason}"));
        // Less of a record than what is stored, or is going to be, must not take its place.
        let waits = waiting.iter().flatten().any(
            |other| matches!(other, Prepared::Put { record: other, .. } if other.id == record.id),
        );
        if refused.is_none() && (waits || self.is_live(&record.id)?) {
            return Ok(Some(format!("{reason}; the version before it is kept")));
        }
        Ok(refused)
    }

    /// Reports the version of a harvested record that a later one of the batch replaces. It is not
    /// a bad record, so `--strict` goes on.
    fn superseded(&mut self, earlier: Option<Prepared>) -> Result<(), IngestError> {
        let (id, position, bytes) = match earlier {
            Some(Prepared::Put { record, position, .. }) => (record.id, position, record.raw),
            Some(Prepared::Delete { id, position, .. }) => (id, position, Vec::new()),
            Some(Prepared::DeleteDelivered { oai_id, position, .. }) => {
                (oai_id, position, Vec::new())
            }
            _ => return Ok(()),
        };
        let reason = format!("a later version of {id} follows in the same harvest and is kept");
        let id = Some(id);
        self.write_reject(&Rejected { position, id, reason, bytes, ends_input: false })
    }

    /// Why this record must not be stored: one before it in the same file has its id. Harvested
    /// files list changes in order, so there the later one counts.
    fn repeated(
        &mut self,
        record: &StoredRecord,
        position: &Position,
        from_harvest: bool,
    ) -> Option<String> {
        let file = outer_file(&position.file);
        if self.file != file {
            self.seen_in_file.clear();
            file.clone_into(&mut self.file);
        }
        let id = &record.id;
        if record.main_id.is_some() && record.main_id == self.refused_unit {
            return Some(format!("{id} belongs to a finding aid that was rejected"));
        }
        let hash = id_hash(id);
        if self.options.replace {
            self.seen.insert(hash);
        }
        let first = self.seen_in_file.insert(hash);
        let is_unit = matches!(record.format, RecordFormat::Ead | RecordFormat::Ead3);
        if !first && !from_harvest && is_unit && record.main_id.is_none() {
            // Its components would mix with those of the finding aid before it.
            self.refused_unit = Some(id.clone());
        }
        (!first && !from_harvest).then(|| {
            format!(
                "another record with the id {id} stands before it in the file; the first is kept"
            )
        })
    }

    fn apply(&mut self, work: Vec<Prepared>) -> Result<(), IngestError> {
        let IngestOptions { delete, touch, .. } = *self.options;
        let records = work.iter().filter_map(|prepared| match prepared {
            Prepared::Put { record, matching, .. } => Some((&**record, matching.as_ref())),
            _ => None,
        });
        self.workplace.store.learn_records(&records.collect::<Vec<_>>())?;
        let packed = self.pack_new(&work)?;
        let (report, source) = (&mut self.report, self.source.id.as_str());
        self.workplace.store.write(|batch| {
            for (prepared, packed) in work.into_iter().zip(packed) {
                let change = match prepared {
                    Prepared::Put { record, .. } if delete => {
                        batch.delete_of(&record.source, &record.id, now())?
                    }
                    Prepared::Put { record, hash, matching, .. } => {
                        let id = touch.then(|| record.id.clone());
                        let change =
                            batch.put(*record, &hash, matching.as_ref(), packed.as_ref())?;
                        if let Some(id) = id.filter(|_| change == Change::Unchanged) {
                            batch.touch(&id, now())?;
                        }
                        change
                    }
                    Prepared::Delete { id, .. } => batch.delete_of(source, &id, now())?,
                    Prepared::DeleteDelivered { oai_id, kept, .. } => {
                        let mut change = Change::Missing;
                        for id in batch.delivered(source, &oai_id)? {
                            if kept.contains(&id) {
                                continue;
                            }
                            if change == Change::Deleted {
                                report.removed += 1;
                            }
                            change = batch.delete_of(source, &id, now())?;
                        }
                        change
                    }
                    Prepared::UnitEnd { main_id, members } => {
                        let kept: HashSet<&str> = members.iter().map(String::as_str).collect();
                        for id in batch.split_members(&main_id)? {
                            if !kept.contains(id.as_str())
                                && batch.delete_of(source, &id, now())? == Change::Deleted
                            {
                                report.removed += 1;
                            }
                        }
                        continue;
                    }
                    Prepared::Reject(_) => continue,
                };
                match change {
                    Change::Added => report.added += 1,
                    Change::Updated => report.updated += 1,
                    Change::Unchanged => report.unchanged += 1,
                    Change::Deleted => report.deleted += 1,
                    Change::Missing => {
                        report.unchanged += 1;
                        report.missing += 1;
                    }
                }
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Packs the records that the store does not have, all threads at it, so that the one that
    /// writes need not.
    fn pack_new(&self, work: &[Prepared]) -> Result<Vec<Option<PackedRecord>>, IngestError> {
        let store = &self.workplace.store;
        let snapshot = store.snapshot()?;
        let packed = work.par_iter().map(|prepared| match prepared {
            Prepared::Put { record, matching, .. }
                if !self.options.delete && snapshot.ordinal(&record.id)?.is_none() =>
            {
                store.pack_record(record, matching.as_ref()).map(Some)
            }
            _ => Ok(None),
        });
        Ok(packed.collect::<Result<_, StoreError>>()?)
    }

    /// What [`Run::apply`] would count.
    fn count_only(&mut self, work: &[Prepared]) -> Result<(), IngestError> {
        let snapshot = self.workplace.store.snapshot()?;
        for prepared in work {
            let source = self.source.id.as_str();
            let (id, hash) = match prepared {
                Prepared::Put { record, hash, .. } => (record.id.clone(), Some(hash)),
                Prepared::Delete { id, .. } => (id.clone(), None),
                Prepared::DeleteDelivered { oai_id, kept, .. } => {
                    let found = snapshot.delivered(source, oai_id)?;
                    let mut gone = found.into_iter().filter(|id| !kept.contains(id));
                    let Some(first) = gone.next() else {
                        self.report.unchanged += 1;
                        self.report.missing += 1;
                        continue;
                    };
                    self.report.removed += gone.count() as u64;
                    (first, None)
                }
                Prepared::UnitEnd { .. } | Prepared::Reject(_) => continue,
            };
            let stored = match hash {
                Some(_) => snapshot.ordinal(&id)?.map(|ordinal| snapshot.record(ordinal)),
                None => snapshot.live_of(source, &id)?.map(|record| Ok(Some(record))),
            };
            let stored = stored.transpose()?.flatten().filter(|record| !record.deleted);
            let hash = hash.filter(|_| !self.options.delete);
            match (stored, hash) {
                (None, Some(_)) => self.report.added += 1,
                (Some(_), Some(hash)) if snapshot.is_known(&id, hash)? => {
                    self.report.unchanged += 1;
                }
                (Some(_), Some(_)) => self.report.updated += 1,
                (Some(_), None) => self.report.deleted += 1,
                (None, None) => {
                    self.report.unchanged += 1;
                    self.report.missing += 1;
                }
            }
        }
        Ok(())
    }

    fn is_live(&self, id: &str) -> Result<bool, IngestError> {
        let snapshot = self.workplace.store.snapshot()?;
        let ordinal = snapshot.ordinal(id)?;
        let record = ordinal.map(|ordinal| snapshot.record(ordinal)).transpose()?.flatten();
        Ok(record.is_some_and(|record| !record.deleted))
    }

    /// Why records that the input does not have may be there all the same.
    fn doubt(&self) -> Option<String> {
        if let Some(reason) = &self.cut_short {
            return Some(format!("the input is not whole ({reason})"));
        }
        if self.seen.is_empty() {
            return Some("the input has no usable record".to_owned());
        }
        let (unnamed, most) = (self.unnamed, self.options.max_errors);
        (unnamed > most).then(|| {
            format!(
                "{unnamed} rejected records have no readable id, so what they replace is not known \
                 (--max-errors {unnamed} deletes it nevertheless)"
            )
        })
    }

    /// Deletes the live records of the source that this run did not see, if it saw all that there
    /// is.
    fn remove_unseen(&mut self) -> Result<(), IngestError> {
        if let Some(doubt) = self.doubt() {
            self.report.not_replaced = Some(doubt);
            return Ok(());
        }
        let snapshot = self.workplace.store.snapshot()?;
        let mut unseen = Vec::new();
        for ordinal in snapshot.of_source(self.source.id.as_str())? {
            let live = snapshot.record(ordinal)?.filter(|record| !record.deleted);
            unseen.extend(live.map(|r| r.id).filter(|id| !self.seen.contains(&id_hash(id))));
        }
        drop(snapshot);
        self.report.removed += unseen.len() as u64;
        if self.options.dry_run {
            return Ok(());
        }
        self.workplace
            .store
            .write(|batch| unseen.iter().try_for_each(|id| batch.delete(id, now()).map(drop)))?;
        Ok(())
    }

    fn reject(&mut self, reject: &Rejected) -> Result<(), IngestError> {
        if reject.ends_input {
            self.cut_short.get_or_insert_with(|| reject.to_string());
        }
        match &reject.id {
            // Its former version is better than none.
            Some(id) if self.options.replace => {
                let prefix = format!("{}.", self.source.id_prefix);
                self.seen.insert(id_hash(id));
                self.seen.insert(id_hash(&format!("{prefix}{id}")));
            }
            Some(_) => {}
            None => self.unnamed += 1,
        }
        if self.options.strict {
            self.report.rejected += 1;
            return Err(IngestError::Strict(reject.to_string()));
        }
        self.write_reject(reject)
    }

    fn write_reject(&mut self, reject: &Rejected) -> Result<(), IngestError> {
        self.report.rejected += 1;
        tracing::debug!(position = %reject.position, reason = reject.reason, "record rejected");
        if self.report.reject_reasons.len() < KEPT_REASONS {
            self.report.reject_reasons.push(reject.to_string());
        }
        let Some(path) = &self.options.reject_file else { return Ok(()) };
        let failed = |source| IngestError::RejectFile { path: path.clone(), source };
        if self.rejects.is_none() {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(failed)?;
            }
            self.rejects = Some(BufWriter::new(File::create(path).map_err(failed)?));
            self.report.reject_file = Some(path.clone());
        }
        let line = serde_json::json!({
            "source": self.source.id.as_str(),
            "file": &*reject.position.file,
            "record": reject.position.ordinal + 1,
            "offset": reject.position.offset,
            "id": reject.id,
            "reason": reject.reason,
            "bytes": String::from_utf8_lossy(&reject.bytes),
        });
        match &mut self.rejects {
            Some(file) => writeln!(file, "{line}").map_err(failed),
            None => Ok(()),
        }
    }

    fn finish_rejects(&mut self) -> Result<(), IngestError> {
        match (&mut self.rejects, &self.options.reject_file) {
            (Some(file), Some(path)) => file
                .flush()
                .map_err(|source| IngestError::RejectFile { path: path.clone(), source }),
            _ => Ok(()),
        }
    }
}
