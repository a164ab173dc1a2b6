//! Look-ups of other records for the drivers, answered by a snapshot of the store.

use super::indexing::ALL_FIELDS;
use super::prepare::raw_of;
use super::{Workplace, context};
use crate::mapping::{ComponentPart, LinkedRecord, Outputs, RecordLinks, Warnings, map, open};
use crate::record::{IndexRecord, RawRecord, SourceId};
use crate::store::{Snapshot, StoreError, StoredRecord};

/// Parts that a host may have.
const MAX_PARTS: usize = 10_000;

/// Component parts of a host that take part in deduplication.
pub(super) fn parts_of(snapshot: &Snapshot, host: u64) -> Result<Vec<u64>, StoreError> {
    let Some(record) = snapshot.record(host)? else { return Ok(Vec::new()) };
    let mut parts = Vec::new();
    for id in &record.linking_ids {
        parts.extend(snapshot.parts(&record.source, id)?);
    }
    distinct(snapshot, parts, host)
}

/// Hosts of a component part that take part in deduplication.
pub(super) fn hosts_of(snapshot: &Snapshot, part: u64) -> Result<Vec<u64>, StoreError> {
    let Some(record) = snapshot.record(part)? else { return Ok(Vec::new()) };
    let mut hosts = Vec::new();
    for id in &record.host_ids {
        hosts.extend(snapshot.linked(&record.source, id)?);
    }
    distinct(snapshot, hosts, part)
}

fn distinct(snapshot: &Snapshot, mut kin: Vec<u64>, itself: u64) -> Result<Vec<u64>, StoreError> {
    kin.sort_unstable();
    kin.dedup();
    let mut found = Vec::with_capacity(kin.len());
    for ordinal in kin {
        if ordinal != itself && snapshot.features(ordinal)?.is_some() {
            found.push(ordinal);
        }
    }
    Ok(found)
}

/// Links through the store.
pub(super) struct StoreLinks<'a> {
    pub(super) workplace: &'a Workplace,
    pub(super) snapshot: &'a Snapshot,
}

impl StoreLinks<'_> {
    /// Records that name one of these ids as their host, whatever their state.
    pub(super) fn part_ordinals(&self, source: &str, linking_ids: &[String]) -> Vec<u64> {
        let mut ordinals: Vec<u64> = Vec::new();
        let settings = self.workplace.sources.get(source);
        let others = settings.map_or(&[][..], |settings| &settings.component_part_sources);
        for source in std::iter::once(source).chain(others.iter().map(SourceId::as_str)) {
            for id in linking_ids {
                ordinals.extend(self.snapshot.parts(source, id).unwrap_or_default());
            }
        }
        ordinals.sort_unstable();
        ordinals.dedup();
        ordinals
    }

    /// Live records with their ordinals; a damaged entry is treated as missing and logged.
    fn records(&self, ordinals: Vec<u64>) -> Vec<(u64, StoredRecord)> {
        let mut found = Vec::new();
        for ordinal in ordinals.into_iter().take(MAX_PARTS) {
            match self.snapshot.record(ordinal) {
                Ok(Some(record)) if !record.deleted && !record.suppressed => {
                    found.push((ordinal, record));
                }
                Ok(_) => {}
                Err(error) => tracing::error!(ordinal, %error, "a linked record cannot be read"),
            }
        }
        found.sort_by(|(_, a), (_, b)| a.id.cmp(&b.id));
        found
    }
}

impl RecordLinks for StoreLinks<'_> {
    fn by_linking_id(&self, source: &str, linking_id: &str) -> Option<LinkedRecord> {
        let mut ordinals = self.snapshot.linked(source, linking_id).ok()?;
        for source in self.workplace.sources.hosts_beside(source) {
            ordinals.extend(self.snapshot.linked(source, linking_id).ok()?);
        }
        let (_, host) = self.records(ordinals).into_iter().next()?;
        let settings = self.workplace.sources.get(&host.source)?;
        let raw = raw_of(&host);
        let mut opened = open(&raw).ok()?;
        // The title needs no links of its own.
        let context = context(&self.workplace.ingest, settings, &crate::mapping::NoLinks);
        let title = opened.facts(&context, &mut Warnings::default()).title;
        Some(LinkedRecord { id: host.id, title })
    }

    fn has_parts(&self, source: &str, linking_ids: &[String]) -> bool {
        !self.records(self.part_ordinals(source, linking_ids)).is_empty()
    }

    fn parts(&self, source: &str, linking_ids: &[String]) -> Vec<ComponentPart> {
        let records = self.records(self.part_ordinals(source, linking_ids)).into_iter();
        records.map(|(_, part)| ComponentPart { raw: raw_of(&part), id: part.id }).collect()
    }

    fn holdings(&self, source: &str, linking_ids: &[String]) -> Vec<RawRecord> {
        let mut found = Vec::new();
        for ordinal in self.part_ordinals(source, linking_ids) {
            match self.snapshot.record(ordinal) {
                // Holdings are stored as suppressed; so is what an operator hides.
                Ok(Some(record)) if !record.deleted && record.suppressed => {
                    let raw = raw_of(&record);
                    if open(&raw).is_ok_and(|opened| opened.holdings_of().is_some()) {
                        found.push((record.id, raw));
                    }
                }
                Ok(_) => {}
                Err(error) => tracing::error!(ordinal, %error, "holdings cannot be read"),
            }
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        found.into_iter().map(|(_, raw)| raw).collect()
    }

    fn index_record(&self, id: &str) -> Option<IndexRecord> {
        let ordinal = self.snapshot.ordinal(id).ok()??;
        // What the store leaves out of documents is made again.
        let is_whole =
            !self.workplace.ingest.copy_from_parent_record.iter().any(|f| f == ALL_FIELDS);
        if is_whole && !self.snapshot.is_marked(ordinal).ok()? {
            return self.snapshot.document(ordinal).ok()?;
        }
        // Not indexed yet: map it now, its own hosts left aside.
        let (_, record) = self.records(vec![ordinal]).into_iter().next()?;
        let settings = self.workplace.sources.get(&record.source)?;
        let context = context(&self.workplace.ingest, settings, &crate::mapping::NoLinks);
        let mapped = map(&raw_of(&record), &context, Outputs::Index).ok()?;
        Some(mapped.index)
    }
}
