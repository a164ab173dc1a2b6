//! The full record of a stored one, made when it is asked for.

use super::links::{HostFields, StoreLinks};
use super::prepare::raw_of;
use super::{Workplace, context};
use crate::mapping::{RecordLinks, Warnings, open, takes_in_parts};
use crate::record::FullRecord;
use crate::store::{Snapshot, StoredRecord};

/// Makes the full record of a stored one, as it is in a snapshot.
type MakeFullRecord = dyn Fn(&Snapshot, &StoredRecord) -> FullRecord + Send + Sync;

/// A function that makes the full record of a stored one, as it is in the snapshot. None for a
/// record whose source has no settings any more, or that no driver can open.
pub fn full_record(workplace: &Workplace) -> Box<MakeFullRecord> {
    let workplace = workplace.clone();
    Box::new(move |snapshot, record| {
        make(&workplace, snapshot, record).unwrap_or_else(FullRecord::none)
    })
}

fn make(workplace: &Workplace, snapshot: &Snapshot, record: &StoredRecord) -> Option<FullRecord> {
    let settings = workplace.sources.get(&record.source)?;
    let mut opened = open(&raw_of(record)).ok()?;
    let hosts = HostFields::default();
    let links = StoreLinks { workplace, snapshot, hosts: &hosts };
    let context = context(&workplace.ingest, settings, &links);
    let source = settings.id.as_str();
    // Few records have parts or holdings, and all that decides about them is much work.
    if !links.part_ordinals(source, &record.linking_ids).is_empty() {
        let mut ignored = Warnings::default();
        let facts = opened.facts(&context, &mut ignored);
        let holdings = links.holdings(source, &facts.linking_ids);
        if !holdings.is_empty() {
            opened.append_holdings(&holdings, &mut ignored);
        }
        if takes_in_parts(&facts, &context) {
            let parts = links.parts(source, &facts.linking_ids);
            opened.merge_parts(&parts, &context, &mut ignored);
        }
    }
    Some(opened.into_full_record(&context))
}
