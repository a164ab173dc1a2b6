//! Store and index against each other (`kirjo index check`).

use super::Workplace;
use super::storing::IngestError;
use std::collections::HashSet;

/// Problems listed one by one; more are counted only.
const SHOWN: usize = 20;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Records in the store, tombstones included.
    pub records: u64,
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
    let more = wrong.len().saturating_sub(SHOWN);
    problems.extend(wrong.into_iter().take(SHOWN));
    if more > 0 {
        problems.push(format!("and {more} more"));
    }
    Ok(CheckReport {
        records: counts.records,
        documents: counts.documents,
        indexed: indexed.len() as u64,
        generation,
        problems,
    })
}
