//! Store, groups and index against each other (`kirjo index check`).

use super::Workplace;
use super::storing::IngestError;
use crate::dedup::{GROUP_ID, IS_MEMBER};
use crate::store::Snapshot;
use std::collections::{HashMap, HashSet};

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

/// Reads every entry of the store and compares it with the index.
pub fn check(workplace: &Workplace) -> Result<CheckReport, IngestError> {
    let snapshot = workplace.store.snapshot()?;
    let counts = snapshot.counts()?;
    let generation = workplace.engine.generation()?;
    let mut problems = workplace.engine.check()?;
    if generation != counts.generation {
        problems.push(format!(
            "the index has generation {generation}, the store expects {}",
            counts.generation
        ));
    }
    if counts.dirty > 0 {
        problems.push(format!("{} records wait to be indexed", counts.dirty));
    }
    if counts.to_regroup > 0 {
        problems.push(format!("{} records wait to be grouped", counts.to_regroup));
    }
    let indexed = workplace.engine.ordinals()?;
    let in_index: HashSet<u64> = indexed.iter().copied().collect();
    if in_index.len() != indexed.len() {
        let twice = indexed.len() - in_index.len();
        problems.push(format!("{twice} documents are in the index more than once"));
    }
    let mut wrong: Vec<String> = Vec::new();
    let mut documents = HashSet::new();
    snapshot.each_document(|ordinal, fields| {
        documents.insert(ordinal);
        if !in_index.contains(&ordinal) {
            wrong.push(format!("{} is in the store but not in the index", fields.first("id")));
        }
    })?;
    for ordinal in in_index.difference(&documents) {
        wrong.push(format!("record {ordinal} is in the index but has no document in the store"));
    }
    snapshot.each_record(|ordinal, record| {
        if record.deleted && documents.contains(&ordinal) {
            wrong.push(format!("{} is deleted but has a document", record.id));
        }
    })?;
    check_groups(&snapshot, &mut wrong)?;
    let more = wrong.len().saturating_sub(SHOWN);
    problems.extend(wrong.into_iter().take(SHOWN));
    if more > 0 {
        problems.push(format!("and {more} more"));
    }
    Ok(CheckReport {
        records: counts.records,
        groups: counts.groups,
        documents: counts.documents,
        indexed: indexed.len() as u64,
        generation,
        problems,
    })
}

/// G1 to G4 of dedup.md §1: a record is in one group at most, and both know it; a group has two or
/// more members, of different sources, and all of them are to be seen. Then the documents: members
/// are hidden where the group is shown, and nowhere else.
fn check_groups(snapshot: &Snapshot, wrong: &mut Vec<String>) -> Result<(), IngestError> {
    let mut groups = Vec::new();
    snapshot.each_group(|ordinal, group| groups.push((ordinal, group)))?;
    let mut members: HashMap<u64, u64> = HashMap::new();
    for (ordinal, group) in &groups {
        let name = &group.id;
        if group.members.len() < 2 {
            wrong.push(format!("group {name} has a single member"));
        }
        let mut sources = HashSet::new();
        let is_shown = snapshot.document(*ordinal)?.is_some();
        for member in &group.members {
            if members.insert(*member, *ordinal).is_some() {
                wrong.push(format!("record {member} is in two groups, one of them {name}"));
            }
            match snapshot.record(*member)? {
                Some(record) if record.deleted || record.suppressed => {
                    wrong.push(format!("{} is in group {name}, but deleted or hidden", record.id));
                }
                Some(record) => {
                    if !sources.insert(record.source) {
                        wrong.push(format!("{} is the second of its source in {name}", record.id));
                    }
                }
                None => wrong.push(format!("group {name} has a member {member} that is not there")),
            }
            let Some(document) = snapshot.document(*member)? else { continue };
            if document.first(GROUP_ID) != name {
                wrong.push(format!("{} does not show its group {name}", document.first("id")));
            }
            if document.contains(IS_MEMBER) != is_shown {
                let id = document.first("id");
                let how = if is_shown { "shown beside" } else { "hidden without" };
                wrong.push(format!("{id} is {how} its group {name}"));
            }
        }
    }
    let mut linked: HashMap<u64, u64> = HashMap::new();
    snapshot.each_member(|record, group| {
        linked.insert(record, group);
    })?;
    for (record, group) in &linked {
        if members.get(record) != Some(group) {
            wrong.push(format!("record {record} names a group that does not list it"));
        }
    }
    for record in members.keys().filter(|record| !linked.contains_key(record)) {
        wrong.push(format!("record {record} does not name the group that lists it"));
    }
    Ok(())
}
