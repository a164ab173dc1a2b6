//! Store, groups and index against each other (`kirjo index check`).

use super::Workplace;
use super::caught::caught;
use super::indexing::is_shown;
use super::storing::IngestError;
use crate::dedup::{GROUP_ID, IS_MEMBER};
use crate::store::{Entries, Snapshot, StoreError, StoredRecord};
use std::collections::{HashMap, HashSet};
use std::fmt::Display;

/// Problems listed one by one; more are counted only.
const SHOWN: usize = 20;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Records in the store, tombstones included.
    pub records: u64,
    /// Dedup groups.
    pub groups: u64,
    /// Documents that the store has.
    pub documents: u64,
    /// Documents that the index shows.
    pub indexed: u64,
    /// Generation of both.
    pub generation: u64,
    /// What is wrong, in words; empty if nothing is.
    pub problems: Vec<String>,
}

/// Reads every entry of the store and compares it with the others and with the index. What is
/// damaged is told, and the rest is checked all the same.
pub fn check(workplace: &Workplace) -> Result<CheckReport, IngestError> {
    let snapshot = workplace.store.snapshot()?;
    let mut check =
        Check { workplace, snapshot: &snapshot, report: CheckReport::default(), wrong: 0 };
    let pages = caught(|| workplace.store.check_pages());
    if let Some(why) = failure(pages) {
        check.report.problems.push(format!("the store is damaged: {why}"));
    }
    check.part("the counts of the store", Check::counts);
    let in_index = check.part("the index", Check::index).flatten();
    if let Some(documents) =
        check.part("the records of the store", |check| check.records(in_index.as_ref()))
    {
        for ordinal in in_index.iter().flatten().filter(|ordinal| !documents.contains(ordinal)) {
            check.wrong(format!(
                "record {ordinal} is in the index but has no document in the store"
            ));
        }
    }
    check.part("the groups of the store", Check::groups);
    if check.wrong > SHOWN {
        check.report.problems.push(format!("and {} more", check.wrong - SHOWN));
    }
    Ok(check.report)
}

/// What went wrong, as an error or as a panic.
fn failure<T, E: Display>(done: Result<Result<T, E>, String>) -> Option<String> {
    match done {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(panic) => Some(panic),
    }
}

/// A check, as far as it has come.
struct Check<'a> {
    workplace: &'a Workplace,
    snapshot: &'a Snapshot,
    report: CheckReport,
    /// Entries that are wrong, shown or not.
    wrong: usize,
}

impl Check<'_> {
    /// Notes an entry that is wrong; many of them are counted only.
    fn wrong(&mut self, what: String) {
        self.wrong += 1;
        if self.wrong <= SHOWN {
            self.report.problems.push(what);
        }
    }

    /// One part of the check; what ends it early is a problem.
    fn part<T>(
        &mut self,
        what: &str,
        work: impl FnOnce(&mut Self) -> Result<T, IngestError>,
    ) -> Option<T> {
        let why = match caught(|| work(self)) {
            Ok(Ok(done)) => return Some(done),
            Ok(Err(error)) => error.to_string(),
            Err(panic) => panic,
        };
        self.report.problems.push(format!("{what} cannot be checked to the end: {why}"));
        None
    }

    /// Reads one entry; `None` if it is damaged.
    fn read<T>(
        &mut self,
        ordinal: u64,
        what: &str,
        read: impl FnOnce(&Snapshot) -> Result<T, StoreError>,
    ) -> Option<T> {
        let snapshot = self.snapshot;
        let why = match caught(|| read(snapshot)) {
            Ok(Ok(found)) => return Some(found),
            Ok(Err(error)) => error.to_string(),
            Err(panic) => panic,
        };
        self.wrong(format!("{what} {ordinal} cannot be read: {why}"));
        None
    }

    fn counts(&mut self) -> Result<(), IngestError> {
        let counts = self.snapshot.counts()?;
        let report = &mut self.report;
        report.records = counts.records;
        report.groups = counts.groups;
        report.documents = counts.documents;
        report.generation = counts.generation;
        if counts.dirty > 0 {
            report.problems.push(format!("{} records wait to be indexed", counts.dirty));
        }
        if counts.to_regroup > 0 {
            report.problems.push(format!("{} records wait to be grouped", counts.to_regroup));
        }
        Ok(())
    }

    /// Ordinals of the index; `None` if its files are damaged.
    fn index(&mut self) -> Result<Option<HashSet<u64>>, IngestError> {
        let engine = &self.workplace.engine;
        let damaged = engine.check()?;
        if !damaged.is_empty() {
            self.report.problems.extend(damaged);
            return Ok(None);
        }
        let (generation, expected) = (engine.generation()?, self.snapshot.generation()?);
        if generation != expected {
            self.report.problems.push(format!(
                "the index has generation {generation}, the store expects {expected}"
            ));
        }
        let indexed = engine.ordinals()?;
        self.report.indexed = indexed.len() as u64;
        let in_index: HashSet<u64> = indexed.iter().copied().collect();
        if in_index.len() != indexed.len() {
            let twice = indexed.len() - in_index.len();
            self.report.problems.push(format!("{twice} documents are in the index more than once"));
        }
        Ok(Some(in_index))
    }

    /// Records with their ids, documents, features and keys; gives the ordinals of documents.
    fn records(&mut self, in_index: Option<&HashSet<u64>>) -> Result<HashSet<u64>, IngestError> {
        let mut documents = HashSet::new();
        let mut found = Entries::default();
        for ordinal in 0..self.snapshot.next_ordinal()? {
            let document = self.read(ordinal, "the document of record", |s| s.document(ordinal));
            let id_shown = document.flatten().map(|document| document.first("id").to_owned());
            if let Some(id) = &id_shown {
                documents.insert(ordinal);
                if in_index.is_some_and(|in_index| !in_index.contains(&ordinal)) {
                    self.wrong(format!("{id} is in the store but not in the index"));
                }
            }
            match self.read(ordinal, "record", |snapshot| snapshot.record(ordinal)) {
                Some(Some(record)) => self.record(ordinal, &record, id_shown, &mut found)?,
                Some(None) => {
                    let is_group = self.read(ordinal, "group", |s| Ok(s.group(ordinal)?.is_some()));
                    found.groups += u64::from(is_group == Some(true));
                    if let Some(id) = id_shown.filter(|_| is_group == Some(false)) {
                        self.wrong(format!("the document {id} belongs to no record and no group"));
                    }
                }
                None => {}
            }
        }
        let entries = self.snapshot.entries()?;
        found.ids = found.records + found.groups;
        let tables = [
            ("records", entries.records, found.records),
            ("groups", entries.groups, found.groups),
            ("ids", entries.ids, found.ids),
            ("documents", entries.documents, documents.len() as u64),
            ("features", entries.features, found.features),
            ("keys", entries.keys, found.keys),
        ];
        for (table, has, found) in tables {
            if has != found {
                self.wrong(format!(
                    "the table of {table} has {has} entries, those of the records are {found}"
                ));
            }
        }
        Ok(documents)
    }

    fn record(
        &mut self,
        ordinal: u64,
        record: &StoredRecord,
        id_shown: Option<String>,
        found: &mut Entries,
    ) -> Result<(), IngestError> {
        found.records += 1;
        let id = &record.id;
        if self.snapshot.ordinal(id)? != Some(ordinal) {
            self.wrong(format!("{id} is record {ordinal}, but its id leads elsewhere"));
        }
        let settings = self.workplace.sources.get(&record.source);
        let gone = match record {
            StoredRecord { deleted: true, .. } => Some("deleted"),
            StoredRecord { suppressed: true, .. } => Some("suppressed"),
            _ => None,
        };
        match gone {
            Some(how) if id_shown.is_some() => {
                self.wrong(format!("{id} is {how} but has a document"));
            }
            None if id_shown.is_none()
                && settings.is_some_and(|settings| settings.index)
                && is_shown(self.workplace, self.snapshot, ordinal).unwrap_or(false) =>
            {
                self.wrong(format!("{id} has no document, and is not hidden"));
            }
            _ => {}
        }
        let features = self.read(ordinal, "the features of record", |snapshot| {
            Ok((snapshot.features(ordinal)?.is_some(), snapshot.keys(ordinal)?))
        });
        let Some((has_features, keys)) = features else { return Ok(()) };
        found.features += u64::from(has_features);
        match gone {
            Some(how) if has_features => {
                self.wrong(format!("{id} is {how} but takes part in deduplication"));
            }
            None if !has_features && settings.is_some_and(|settings| settings.dedup) => {
                self.wrong(format!(
                    "{id} takes no part in deduplication, though its source does; `kirjo dedup` \
                     mends that"
                ));
            }
            _ => {}
        }
        let (mut keys, mut lacking) = (keys, 0);
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            if self.snapshot.has_key(key)? { found.keys += 1 } else { lacking += 1 }
        }
        // Those of noted records are written when they are grouped.
        if lacking > 0 && !self.snapshot.is_noted(ordinal)? {
            self.wrong(format!("{id} is not found by {lacking} of its keys"));
        }
        Ok(())
    }

    /// G1 to G4 of dedup.md §1: a record is in one group at most, and both know it; a group has two or
    /// more members, of different sources, and all of them are to be seen. Then the documents: members
    /// are hidden where the group is shown, and nowhere else.
    fn groups(&mut self) -> Result<(), IngestError> {
        let snapshot = self.snapshot;
        let mut groups = Vec::new();
        snapshot.each_group(|ordinal, group| groups.push((ordinal, group)))?;
        let mut members: HashMap<u64, u64> = HashMap::new();
        for (ordinal, group) in &groups {
            let name = &group.id;
            if group.members.len() < 2 {
                self.wrong(format!("group {name} has a single member"));
            }
            let mut sources = HashSet::new();
            // What cannot be read has been told where all documents are read.
            let document_of = |ordinal| snapshot.document(ordinal).ok().flatten();
            let is_shown = document_of(*ordinal).is_some();
            for member in &group.members {
                if members.insert(*member, *ordinal).is_some() {
                    self.wrong(format!("record {member} is in two groups, one of them {name}"));
                }
                match snapshot.record(*member)? {
                    Some(record) if record.deleted || record.suppressed => {
                        self.wrong(format!(
                            "{} is in group {name}, but deleted or hidden",
                            record.id
                        ));
                    }
                    Some(record) => {
                        if !sources.insert(record.source) {
                            self.wrong(format!(
                                "{} is the second of its source in {name}",
                                record.id
                            ));
                        }
                    }
                    None => {
                        self.wrong(format!("group {name} has a member {member} that is not there"))
                    }
                }
                let Some(document) = document_of(*member) else { continue };
                if document.first(GROUP_ID) != name {
                    self.wrong(format!("{} does not show its group {name}", document.first("id")));
                }
                if document.contains(IS_MEMBER) != is_shown {
                    let id = document.first("id");
                    let how = if is_shown { "shown beside" } else { "hidden without" };
                    self.wrong(format!("{id} is {how} its group {name}"));
                }
            }
        }
        let mut linked: HashMap<u64, u64> = HashMap::new();
        snapshot.each_member(|record, group| {
            linked.insert(record, group);
        })?;
        for (record, group) in &linked {
            if members.get(record) != Some(group) {
                self.wrong(format!("record {record} names a group that does not list it"));
            }
        }
        for record in members.keys().filter(|record| !linked.contains_key(record)) {
            self.wrong(format!("record {record} does not name the group that lists it"));
        }
        Ok(())
    }
}
