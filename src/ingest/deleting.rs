//! Deletions by the identifiers of a harvest.

use super::prepare::Prepared;
use std::collections::HashMap;

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
