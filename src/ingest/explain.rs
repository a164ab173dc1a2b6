//! Why two records are one, or are not (`kirjo match`, `kirjo dedup --explain`).

use super::prepare::raw_of;
use super::storing::IngestError;
use super::{Workplace, context};
use crate::dedup::{Features, Shared, Verdict, compare, source_hash};
use crate::mapping::{NoLinks, Warnings, open};
use crate::store::Snapshot;

/// Two records side by side.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Features of the first.
    pub a: Features,
    /// Features of the second.
    pub b: Features,
    /// Keys that they share; without any they are never compared.
    pub shared: Shared,
    /// Verdict when the first is examined.
    pub ab: Verdict,
    /// Verdict when the second is examined.
    pub ba: Verdict,
}

/// A record that shares a key with the one explained.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Id of the record.
    pub id: String,
    /// Both are in the same group.
    pub is_companion: bool,
    /// The two side by side.
    pub comparison: Comparison,
}

/// Why a record takes no part in deduplication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// The record is suppressed: it is kept, but nobody is to see it.
    Suppressed,
    /// Its source takes no part.
    Source,
    /// The settings of its source have changed, and it was not looked at since.
    NotYet,
}

/// What deduplication makes of a record.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// What is compared.
    pub features: Features,
    /// Why it takes no part in deduplication, if it does not.
    pub left_out: Option<LeftOut>,
    /// Id of its group, and the ids of the group's members.
    pub group: Option<(String, Vec<String>)>,
    /// Records of other sources that share a key.
    pub candidates: Vec<Candidate>,
}

/// Compares two stored records by id, whether or not their sources take part in deduplication.
pub fn compare_records(workplace: &Workplace, a: &str, b: &str) -> Result<Comparison, IngestError> {
    let snapshot = workplace.store.snapshot()?;
    let (_, a) = features_of(workplace, &snapshot, a)?;
    let (_, b) = features_of(workplace, &snapshot, b)?;
    Ok(side_by_side(a, b))
}

fn side_by_side(a: Features, b: Features) -> Comparison {
    Comparison { shared: Shared::of(&a, &b), ab: compare(&a, &b), ba: compare(&b, &a), a, b }
}

/// Ids of the members of a group; `None` if the id is not that of a group. A group that is no more
/// has none.
pub fn group_members(workplace: &Workplace, id: &str) -> Result<Option<Vec<String>>, IngestError> {
    let snapshot = workplace.store.snapshot()?;
    let Some(ordinal) = snapshot.ordinal(id)? else { return Ok(None) };
    let Some(group) = snapshot.group(ordinal)? else { return Ok(None) };
    let mut members = Vec::with_capacity(group.members.len());
    for member in group.members {
        members.extend(snapshot.record(member)?.map(|record| record.id));
    }
    Ok(Some(members))
}

/// The group of a stored record, and every record that was compared with it.
pub fn explain(workplace: &Workplace, id: &str) -> Result<Explanation, IngestError> {
    let snapshot = workplace.store.snapshot()?;
    let (ordinal, features) = features_of(workplace, &snapshot, id)?;
    let group_of = snapshot.group_of(ordinal)?;
    let group = match group_of {
        Some(group) => snapshot.group(group)?,
        None => None,
    };
    let mut members = Vec::new();
    for member in group.iter().flat_map(|group| &group.members) {
        members.extend(snapshot.record(*member)?.map(|record| record.id));
    }
    let left_out = match snapshot.features(ordinal)? {
        Some(_) => None,
        None if snapshot.record(ordinal)?.is_some_and(|record| record.suppressed) => {
            Some(LeftOut::Suppressed)
        }
        None => {
            let settings = workplace.sources.get(&features.source);
            let takes_part = settings.is_some_and(|settings| settings.dedup);
            Some(if takes_part { LeftOut::NotYet } else { LeftOut::Source })
        }
    };
    let source = source_hash(&features.source);
    let mut found = Vec::new();
    for key in features.lookup_keys() {
        found.extend(snapshot.sharing(key, source)?);
    }
    found.extend(group.iter().flat_map(|group| &group.members).filter(|m| **m != ordinal));
    found.sort_unstable();
    found.dedup();
    let mut candidates = Vec::with_capacity(found.len());
    for other in found {
        let Some(bytes) = snapshot.features(other)? else { continue };
        let candidate = super::regrouping::decoded(other, &bytes)?;
        candidates.push(Candidate {
            id: candidate.id.clone(),
            is_companion: group_of.is_some() && snapshot.group_of(other)? == group_of,
            comparison: side_by_side(features.clone(), candidate),
        });
    }
    Ok(Explanation {
        left_out,
        features,
        group: group.map(|group| (group.id, members)),
        candidates,
    })
}

/// Features of a stored record, read from the record itself.
fn features_of(
    workplace: &Workplace,
    snapshot: &Snapshot,
    id: &str,
) -> Result<(u64, Features), IngestError> {
    let unusable = |reason: &str| IngestError::Record { id: id.to_owned(), reason: reason.into() };
    let ordinal = snapshot.ordinal(id)?.ok_or_else(|| unusable("is not in the store"))?;
    let record = snapshot.record(ordinal)?.filter(|record| !record.deleted);
    let record = record.ok_or_else(|| unusable("is deleted"))?;
    let settings = workplace.sources.get(&record.source);
    let settings = settings.ok_or_else(|| unusable("belongs to a source without settings"))?;
    let mut opened = open(&raw_of(&record)).map_err(|error| unusable(&error.to_string()))?;
    let context = context(&workplace.ingest, settings, &NoLinks);
    let facts = opened.facts(&context, &mut Warnings::default());
    Ok((ordinal, Features::of(&record.id, &facts, &context)))
}
