//! The second phase: marked records are mapped and go to the index.
//!
//! The order of commits (`ARCHITECTURE.md`, commit protocol): documents into the store, marked with
//! the coming generation; the index commits with that generation in its payload; the store takes
//! the marks off. Whichever half is missing after a crash is repeated by [`bring_up_to_date`].

use super::links::{HostFields, StoreLinks};
use super::prepare::{linked_ids, raw_of};
use super::protocol::{self, Observed, Step};
use super::regrouping::regroup_marked;
use super::report::{IngestReport, Progress};
use super::storing::IngestError;
use super::{Workplace, context};
use crate::dedup::{
    Features, GROUP_ID, IS_MEMBER, IS_MERGED, complete_member, mark_member, merged_document,
};
use crate::engine::EngineDocument;
use crate::mapping::{Outputs, index_id, is_hidden_part, map};
use crate::record::{IndexRecord, RecordId};
use crate::store::{Group, Snapshot, Store};
use crate::text::format_timestamp;
use rayon::prelude::*;
use std::sync::Arc;

/// The text of all fields: a quarter of a document, and nothing shows it.
const ALL_FIELDS: &str = "allfields";

/// The store keeps a document without the text of all fields, unless a group's document is going to
/// be made of it. Whoever wants it whole asks for [`index_document`].
fn is_dispensable(document: &IndexRecord) -> bool {
    document.contains(IS_MERGED) || !document.contains(GROUP_ID)
}

/// Records mapped at a time.
const CHUNK: usize = 2000;
/// Documents between two commits of the index.
const COMMIT_EVERY: usize = 100_000;
/// As many marked documents are a bulk load, if they are half as many as the index has: their
/// segments are merged at the end.
const BULK: u64 = 50_000;

/// A marked record with what becomes of it in the index.
struct Outcome {
    ordinal: u64,
    id: String,
    /// Its id in the index so far, if that was another one.
    former_id: Option<String>,
    /// `None`: the index does not hold it.
    document: Option<IndexRecord>,
    /// The document as the store keeps it.
    encoded: Option<Vec<u8>>,
    warnings: Vec<String>,
}

impl Outcome {
    /// The index does not hold it.
    fn nothing(ordinal: u64, id: String) -> Self {
        Outcome {
            ordinal,
            id,
            former_id: None,
            document: None,
            encoded: None,
            warnings: Vec::new(),
        }
    }

    fn encoded(mut self, store: &Store) -> Result<Self, IngestError> {
        let document = self.document.as_mut();
        self.encoded = document
            .map(|fields| {
                let left_out = is_dispensable(fields).then(|| fields.remove(ALL_FIELDS)).flatten();
                let encoded = store.encode_document(self.ordinal, fields);
                if let Some(texts) = left_out {
                    fields.put(ALL_FIELDS, texts);
                }
                encoded
            })
            .transpose()?;
        Ok(self)
    }
}

/// Compares store and index after a start or crash, and does whatever is missing.
pub fn bring_up_to_date(
    workplace: &Workplace,
    progress: &dyn Progress,
) -> Result<IngestReport, IngestError> {
    migrate(workplace)?;
    follow_up(workplace, progress)
}

/// A store of the version before does not know what its records link to; the records tell.
fn migrate(workplace: &Workplace) -> Result<(), IngestError> {
    let migrated = workplace.store.migrate(&|record| linked_ids(workplace, record))?;
    if let Some(count) = migrated {
        tracing::warn!("{count} records that link to others are indexed again");
    }
    Ok(())
}

/// Empties the index and fills it from the store.
pub fn rebuild(
    workplace: &Workplace,
    progress: &dyn Progress,
) -> Result<IngestReport, IngestError> {
    migrate(workplace)?;
    let mut run = Run::new(workplace, progress);
    run.take(Step::Rebuild)?;
    run.finish()
}

/// Groups what changed and brings the index to where the store is.
pub(super) fn follow_up(
    workplace: &Workplace,
    progress: &dyn Progress,
) -> Result<IngestReport, IngestError> {
    Run::new(workplace, progress).finish()
}

/// Marked ordinals by what they are.
#[derive(Default)]
struct Marked {
    /// Records that have and had no group, as far as the index knows.
    alone: Vec<u64>,
    /// Other records.
    members: Vec<u64>,
    /// Groups.
    groups: Vec<u64>,
}

impl Marked {
    fn count(&self) -> u64 {
        (self.alone.len() + self.members.len() + self.groups.len()) as u64
    }

    fn sort(snapshot: &Snapshot) -> Result<Self, IngestError> {
        let mut marked = Marked::default();
        for ordinal in snapshot.unindexed(0, usize::MAX)? {
            let is_member = |document: IndexRecord| document.contains(IS_MEMBER);
            if snapshot.group_of(ordinal)?.is_some() {
                marked.members.push(ordinal);
            } else if snapshot.group(ordinal)?.is_some() {
                marked.groups.push(ordinal);
            } else if former_document(snapshot, ordinal).is_some_and(is_member) {
                marked.members.push(ordinal);
            } else {
                marked.alone.push(ordinal);
            }
        }
        Ok(marked)
    }
}

/// One run over the marks: the steps of the protocol, and what lies in memory between them.
struct Run<'a> {
    workplace: &'a Workplace,
    progress: &'a dyn Progress,
    report: IngestReport,
    /// Generation of what the index was given and has not committed.
    buffered: Option<u64>,
    /// Enough of it for a commit.
    full: bool,
    /// What is still to be written.
    marked: Option<Marked>,
    /// It makes up so much of the index that the segments are merged at the end.
    is_bulk: bool,
}

impl<'a> Run<'a> {
    fn new(workplace: &'a Workplace, progress: &'a dyn Progress) -> Self {
        let report = IngestReport::default();
        Run {
            workplace,
            progress,
            report,
            buffered: None,
            full: false,
            marked: None,
            is_bulk: false,
        }
    }

    /// Takes steps until store and index agree. After a failure the store knows what the index was
    /// given and has not committed, so the index may forget it.
    fn finish(self) -> Result<IngestReport, IngestError> {
        let engine = Arc::clone(&self.workplace.engine);
        let done = self.steps();
        if done.is_err() {
            engine.abandon();
        }
        done
    }

    fn steps(mut self) -> Result<IngestReport, IngestError> {
        loop {
            match protocol::next(&self.observe()?) {
                Step::Rest => {
                    if self.is_bulk {
                        self.progress.phase("merging", None);
                        self.workplace.engine.compact()?;
                    }
                    return Ok(self.report);
                }
                step => self.take(step)?,
            }
        }
    }

    fn observe(&self) -> Result<Observed, IngestError> {
        let snapshot = self.workplace.store.snapshot()?;
        let (unindexed, written) = snapshot.marks()?;
        Ok(Observed {
            store: snapshot.generation()?,
            index: self.workplace.engine.generation()?,
            written,
            unindexed,
            to_regroup: !snapshot.to_regroup(1)?.is_empty(),
            buffered: self.buffered,
            full: self.full,
        })
    }

    fn take(&mut self, step: Step) -> Result<(), IngestError> {
        let Workplace { store, engine, .. } = self.workplace;
        match step {
            Step::Rebuild => {
                let (stored, indexed) = (store.snapshot()?.generation()?, engine.generation()?);
                if indexed < stored {
                    tracing::warn!(
                        store = stored,
                        index = indexed,
                        "the index is older than the store and is built anew"
                    );
                }
                regroup_marked(self.workplace, self.progress)?;
                engine.clear()?;
                store.write(|batch| batch.mark_all().map(drop))?;
                self.buffered = Some(stored.max(indexed) + 1);
            }
            Step::Reopen => {
                let indexed = engine.generation()?;
                store.write(|batch| batch.reopen_above(indexed))?;
            }
            Step::Settle(generation) => store.write(|batch| batch.settle(generation))?,
            Step::Regroup => {
                self.report.regrouped += regroup_marked(self.workplace, self.progress)?.changed;
            }
            Step::Write(generation) => {
                self.buffered = Some(generation);
                self.write_marked(generation)?;
            }
            Step::Commit(generation) => {
                engine.commit(generation)?;
                self.buffered = None;
                self.full = false;
            }
            Step::Rest => {}
        }
        Ok(())
    }

    /// First the records that stand alone, as many as one commit takes; then those that are or were
    /// in a group, and the documents of groups, all for one commit, so that no search sees a group
    /// together with its members, or neither.
    fn write_marked(&mut self, generation: u64) -> Result<(), IngestError> {
        let snapshot = self.workplace.store.snapshot()?;
        let mut marked = if let Some(marked) = self.marked.take() {
            marked
        } else {
            let marked = Marked::sort(&snapshot)?;
            let (count, engine) = (marked.count(), &self.workplace.engine);
            if count >= BULK && count >= engine.document_count() / 2 {
                engine.expect_bulk()?;
                self.is_bulk = true;
            }
            self.progress.phase("indexing", Some(count));
            marked
        };
        let rest = marked.alone.split_off(marked.alone.len().min(COMMIT_EVERY));
        let alone = std::mem::replace(&mut marked.alone, rest);
        self.write(&snapshot, &alone, generation)?;
        self.full = true;
        if !marked.alone.is_empty() {
            self.marked = Some(marked);
            return Ok(());
        }
        self.write(&snapshot, &marked.members, generation)?;
        drop(snapshot);
        self.write_groups(&marked.groups, generation)
    }

    /// The pool maps the next chunk while this thread writes the last one. One snapshot serves the
    /// whole run: a record marked in it is mapped afresh wherever another one needs it.
    fn write(
        &mut self,
        snapshot: &Snapshot,
        ordinals: &[u64],
        generation: u64,
    ) -> Result<(), IngestError> {
        let workplace = self.workplace;
        let (to_write, mapped) = crossbeam_channel::bounded::<Result<Vec<Outcome>, IngestError>>(1);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for chunk in ordinals.chunks(CHUNK) {
                    let outcomes = map_chunk(workplace, snapshot, chunk);
                    let failed = outcomes.is_err();
                    if to_write.send(outcomes).is_err() || failed {
                        return;
                    }
                }
            });
            for outcomes in mapped {
                self.write_outcomes(outcomes?, generation)?;
            }
            Ok(())
        })
    }

    /// Documents of groups, made of the documents of their members, which the store has by now.
    fn write_groups(&mut self, groups: &[u64], generation: u64) -> Result<(), IngestError> {
        let snapshot = self.workplace.store.snapshot()?;
        for chunk in groups.chunks(CHUNK) {
            let outcomes: Vec<Vec<Outcome>> = chunk
                .par_iter()
                .map(|ordinal| group_outcomes(self.workplace, &snapshot, *ordinal))
                .collect::<Result<_, _>>()?;
            self.write_outcomes(outcomes.into_iter().flatten().collect(), generation)?;
        }
        Ok(())
    }

    fn write_outcomes(
        &mut self,
        outcomes: Vec<Outcome>,
        generation: u64,
    ) -> Result<(), IngestError> {
        self.workplace.store.write(|batch| {
            for outcome in &outcomes {
                batch.put_document(outcome.ordinal, outcome.encoded.as_deref(), generation)?;
            }
            Ok(())
        })?;
        let done = outcomes.len() as u64;
        for outcome in outcomes {
            to_index(self.workplace, &outcome, &mut self.report)?;
        }
        self.progress.advance(done);
        Ok(())
    }
}

fn map_chunk(
    workplace: &Workplace,
    snapshot: &Snapshot,
    ordinals: &[u64],
) -> Result<Vec<Outcome>, IngestError> {
    let hosts = HostFields::default();
    let outcomes = ordinals
        .par_iter()
        .map(|ordinal| outcome(workplace, snapshot, &hosts, *ordinal))
        .collect::<Result<Vec<_>, IngestError>>()?;
    let store = &workplace.store;
    store.learn_documents(
        &outcomes.iter().filter_map(|o| o.document.as_ref()).collect::<Vec<_>>(),
    )?;
    outcomes.into_par_iter().map(|outcome| outcome.encoded(store)).collect()
}

fn to_index(
    workplace: &Workplace,
    outcome: &Outcome,
    report: &mut IngestReport,
) -> Result<(), IngestError> {
    for warning in &outcome.warnings {
        *report.warnings.entry(warning.clone()).or_default() += 1;
    }
    if let Some(id) = &outcome.former_id {
        workplace.engine.delete(id)?;
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

/// What becomes of a record in the index, and of the id that it has had there: another source, or
/// other settings, can give it another one.
fn outcome(
    workplace: &Workplace,
    snapshot: &Snapshot,
    hosts: &HostFields,
    ordinal: u64,
) -> Result<Outcome, IngestError> {
    let former_id = former_document(snapshot, ordinal).map(|fields| fields.first("id").to_owned());
    let outcome = mapped(workplace, snapshot, hosts, ordinal)?;
    Ok(Outcome { former_id: former_id.filter(|former| *former != outcome.id), ..outcome })
}

/// The document of a record before it is made anew. One that is damaged is as good as none: what
/// stands in the way of its own mending would stop everything else as well.
fn former_document(snapshot: &Snapshot, ordinal: u64) -> Option<IndexRecord> {
    snapshot.document(ordinal).unwrap_or_else(|error| {
        tracing::error!(ordinal, %error, "a document is damaged and made anew");
        None
    })
}

fn mapped(
    workplace: &Workplace,
    snapshot: &Snapshot,
    hosts: &HostFields,
    ordinal: u64,
) -> Result<Outcome, IngestError> {
    let Some(record) = snapshot.record(ordinal)? else {
        return Ok(Outcome::nothing(ordinal, String::new()));
    };
    let Some(settings) = workplace.sources.get(&record.source) else {
        let warning = format!("source {} has no settings any more", record.source);
        return Ok(Outcome { warnings: vec![warning], ..Outcome::nothing(ordinal, record.id) });
    };
    let id = index_id(&RecordId::new(record.id.as_str()), settings).into_owned();
    if record.deleted || record.suppressed || !settings.index {
        return Ok(Outcome::nothing(ordinal, id));
    }
    let links = StoreLinks { workplace, snapshot, hosts };
    let context = context(&workplace.ingest, settings, &links);
    let mapped = match map(&raw_of(&record), &context, Outputs::Index) {
        Ok(mapped) => mapped,
        Err(error) => {
            let warning = format!("cannot be mapped: {error}");
            tracing::error!(id = record.id, %error, "a stored record cannot be mapped");
            return Ok(Outcome { warnings: vec![warning], ..Outcome::nothing(ordinal, id) });
        }
    };
    let hidden = is_hidden_part(&mapped.facts, &context) && !settings.index_merged_parts;
    if hidden || mapped.facts.suppressed {
        return Ok(Outcome { warnings: mapped.warnings, ..Outcome::nothing(ordinal, id) });
    }
    let mut document = mapped.index;
    let changed = mapped.newest_part.unwrap_or_default().max(record.changed);
    stamp(&mut document, record.created, changed);
    if let Some(group) = snapshot.group_of(ordinal)?
        && let Some(group) = snapshot.group(group)?
    {
        mark_member(&mut document, &group.id, shown_members(workplace, snapshot, &group)? > 1);
    }
    let (document, warnings) = (Some(document), mapped.warnings);
    Ok(Outcome { document, warnings, ..Outcome::nothing(ordinal, id) })
}

/// Members of a group that the index shows.
fn shown_members(
    workplace: &Workplace,
    snapshot: &Snapshot,
    group: &Group,
) -> Result<usize, IngestError> {
    let mut shown = 0;
    for member in &group.members {
        shown += usize::from(is_shown_member(workplace, snapshot, *member)?);
    }
    Ok(shown)
}

/// The settings of its source let the index show this member of a group.
fn is_shown_member(
    workplace: &Workplace,
    snapshot: &Snapshot,
    member: u64,
) -> Result<bool, IngestError> {
    let features = snapshot.features(member)?;
    let Some(features) = features.as_deref().and_then(Features::decode) else { return Ok(false) };
    let settings = workplace.sources.get(&features.source);
    Ok(settings.is_some_and(|settings| {
        settings.index && (settings.index_merged_parts || !features.is_hidden)
    }))
}

/// The document of a group, and those of members that take fields over from it. One that shows fewer
/// than two records has none, and a member that would then be hidden for nothing is shown again; one
/// that is shown beside its group is hidden.
fn group_outcomes(
    workplace: &Workplace,
    snapshot: &Snapshot,
    ordinal: u64,
) -> Result<Vec<Outcome>, IngestError> {
    let Some(group) = snapshot.group(ordinal)? else { return Ok(Vec::new()) };
    let (settings, hierarchies) = (&workplace.ingest.dedup, &workplace.ingest.hierarchical_facets);
    let are_completed = !settings.copied_fields.is_empty();
    let mut outcomes = Vec::with_capacity(1);
    let (mut members, mut documents) = (Vec::new(), Vec::new());
    for member in &group.members {
        let is_kept = !are_completed && is_shown_member(workplace, snapshot, *member)?;
        let (mut member, is_new) = match snapshot.document(*member) {
            Ok(document) if is_kept => {
                (Outcome { document, ..Outcome::nothing(*member, String::new()) }, false)
            }
            // It has values of the others, as they were, is damaged, or is to go.
            _ => (outcome(workplace, snapshot, &HostFields::default(), *member)?, true),
        };
        if let Some(document) = member.document.take() {
            documents.push(document);
            members.push((member, is_new));
        } else if is_new && !matches!(snapshot.document(member.ordinal), Ok(None)) {
            outcomes.push(member);
        }
    }
    let is_merged = members.len() > 1;
    let merged = is_merged.then(|| merged_document(&group.id, &documents, settings, hierarchies));
    for ((member, is_new), mut document) in members.into_iter().zip(documents) {
        let is_other = document.contains(IS_MEMBER) != is_merged;
        if let Some(merged) = &merged {
            if is_other {
                mark_member(&mut document, &group.id, true);
            }
            complete_member(&mut document, merged, settings, hierarchies);
        } else {
            document.remove(IS_MEMBER);
        }
        if is_other
            || is_new && former_document(snapshot, member.ordinal).as_ref() != Some(&document)
        {
            let id = document.first("id").to_owned();
            let changed = Outcome { id, document: Some(document), ..member };
            outcomes.push(changed.encoded(&workplace.store)?);
        }
    }
    let merged = Outcome { document: merged, ..Outcome::nothing(ordinal, group.id) };
    outcomes.push(merged.encoded(&workplace.store)?);
    Ok(outcomes)
}

/// True if the index is to hold a record.
pub(super) fn is_shown(
    workplace: &Workplace,
    snapshot: &Snapshot,
    ordinal: u64,
) -> Result<bool, IngestError> {
    Ok(outcome(workplace, snapshot, &HostFields::default(), ordinal)?.document.is_some())
}

/// The document of a record or group as the index has it, whole; `None` if the index does not hold
/// it.
pub fn index_document(
    workplace: &Workplace,
    snapshot: &Snapshot,
    ordinal: u64,
) -> Result<Option<IndexRecord>, IngestError> {
    if snapshot.group(ordinal)?.is_some() {
        let outcomes = group_outcomes(workplace, snapshot, ordinal)?;
        return Ok(outcomes.into_iter().find(|o| o.ordinal == ordinal).and_then(|o| o.document));
    }
    match snapshot.document(ordinal)? {
        Some(fields) if is_dispensable(&fields) => {
            Ok(outcome(workplace, snapshot, &HostFields::default(), ordinal)?.document)
        }
        stored => Ok(stored),
    }
}

/// Times of the first import and of the last change, its merged parts' included (ingest-common
/// §11.1).
fn stamp(document: &mut IndexRecord, created: i64, changed: i64) {
    document.set("first_indexed", format_timestamp(created));
    document.set("last_indexed", format_timestamp(changed));
}
