//! The full record of a stored one, made when it is asked for.

use super::links::StoreLinks;
use super::prepare::raw_of;
use super::{Workplace, context};
use crate::mapping::{Warnings, open};
use crate::store::StoredRecord;

/// A function that makes the text of the API field `fullRecord`: MARC-in-JSON or XML. Empty for a
/// record whose source has no settings any more, or that no driver can open.
pub fn full_record(workplace: &Workplace) -> Box<dyn Fn(&StoredRecord) -> String + Send + Sync> {
    let workplace = workplace.clone();
    Box::new(move |record| make(&workplace, record).unwrap_or_default())
}

fn make(workplace: &Workplace, record: &StoredRecord) -> Option<String> {
    let settings = workplace.sources.get(&record.source)?;
    let mut opened = open(&raw_of(record)).ok()?;
    let snapshot = workplace.store.snapshot().ok()?;
    let links = StoreLinks { workplace, snapshot: &snapshot };
    let context = context(&workplace.ingest, settings, &links);
    // Links and merged parts become part of the record while its facts are gathered.
    let facts = opened.facts(&context, &mut Warnings::default());
    if crate::mapping::takes_in_parts(&facts, &context) {
        let parts =
            crate::mapping::RecordLinks::parts(&links, settings.id.as_str(), &facts.linking_ids);
        opened.merge_parts(&parts, &context, &mut Warnings::default());
    }
    Some(opened.full_record(&context))
}
