//! Look-ups of other records for the drivers, answered by a snapshot of the store.

use super::prepare::raw_of;
use super::{Workplace, context};
use crate::mapping::{
    ComponentPart, LinkedRecord, Outputs, RecordLinks, Warnings, index_id, map, open,
};
use crate::record::{IndexRecord, RawRecord, RecordId, SourceId};
use crate::store::{Snapshot, StoreError, StoredRecord};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Parts that a host may have.
const MAX_PARTS: usize = 10_000;
/// Records under one linking id that are looked at.
const MOST_LINKED: usize = 100_000;
/// Hosts that a part may have under one linking id.
const MAX_HOSTS: usize = 100;

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

/// What hosts give to their parts, so that a host of many is mapped once for all that are mapped
/// together. Holds for one snapshot.
#[derive(Default)]
pub(super) struct HostFields(Mutex<HashMap<u64, Option<Arc<IndexRecord>>>>);

impl HostFields {
    fn of(&self, host: u64, map: impl FnOnce() -> Option<IndexRecord>) -> Option<Arc<IndexRecord>> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fields) = known().get(&host) {
            return fields.clone();
        }
        // Two threads may map the same host, which does no harm.
        let fields = map().map(Arc::new);
        known().insert(host, fields.clone());
        fields
    }
}

/// Links through the store.
pub(super) struct StoreLinks<'a> {
    pub(super) workplace: &'a Workplace,
    pub(super) snapshot: &'a Snapshot,
    pub(super) hosts: &'a HostFields,
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

    /// The live record of an ordinal; a damaged entry is treated as missing and logged.
    fn live(&self, ordinal: u64) -> Option<StoredRecord> {
        match self.snapshot.record(ordinal) {
            Ok(record) => record.filter(|record| !record.deleted && !record.suppressed),
            Err(error) => {
                tracing::error!(ordinal, %error, "a linked record cannot be read");
                None
            }
        }
    }

    /// The first `limit` live records by id, whatever order they came in.
    fn first_records(&self, ordinals: Vec<u64>, limit: usize) -> Vec<StoredRecord> {
        let mut found: Vec<StoredRecord> = Vec::new();
        let keep_first = |found: &mut Vec<StoredRecord>| {
            found.sort_by(|a, b| a.id.cmp(&b.id));
            found.truncate(limit);
        };
        let ordinals = ordinals.into_iter().take(MOST_LINKED);
        for record in ordinals.filter_map(|ordinal| self.live(ordinal)) {
            found.push(record);
            if found.len() >= 2 * limit {
                keep_first(&mut found);
            }
        }
        keep_first(&mut found);
        found
    }

    /// The fields that parts take over, of a host whose own hosts and parts are left aside: so they
    /// depend on nothing but its record and its holdings, however records came.
    fn map_host(&self, ordinal: u64) -> Option<IndexRecord> {
        let record = self.live(ordinal)?;
        let settings = self.workplace.sources.get(&record.source)?;
        let links = HoldingsOnly(self);
        let context = context(&self.workplace.ingest, settings, &links);
        let mut mapped = map(&raw_of(&record), &context, Outputs::Index).ok()?.index;
        let mut fields = IndexRecord::new();
        for name in &self.workplace.ingest.copy_from_parent_record {
            if let Some(values) = mapped.remove(name) {
                fields.put(name.clone(), values);
            }
        }
        Some(fields)
    }
}

impl StoreLinks<'_> {
    /// The first `limit` records with a linking id, by id.
    fn linked(&self, source: &str, linking_id: &str, limit: usize) -> Vec<LinkedRecord> {
        let hosts_beside = self.workplace.sources.hosts_beside(source);
        let sources = std::iter::once(source).chain(hosts_beside);
        let ordinals = sources.map(|source| self.snapshot.linked(source, linking_id));
        // What cannot be read is logged where the record itself is.
        let Ok(ordinals) = ordinals.collect::<Result<Vec<_>, StoreError>>() else {
            return Vec::new();
        };
        let records = self.first_records(ordinals.concat(), limit);
        records.into_iter().filter_map(|record| self.named(record)).collect()
    }

    fn named(&self, record: StoredRecord) -> Option<LinkedRecord> {
        let settings = self.workplace.sources.get(&record.source)?;
        let raw = raw_of(&record);
        let mut opened = open(&raw).ok()?;
        // The title needs no links of its own.
        let context = context(&self.workplace.ingest, settings, &crate::mapping::NoLinks);
        let title = opened.facts(&context, &mut Warnings::default()).title;
        let index_id = index_id(&RecordId::new(record.id.as_str()), settings).into_owned();
        Some(LinkedRecord { id: record.id, index_id, title })
    }
}

impl RecordLinks for StoreLinks<'_> {
    fn by_linking_id(&self, source: &str, linking_id: &str) -> Option<LinkedRecord> {
        self.linked(source, linking_id, 1).pop()
    }

    fn all_by_linking_id(&self, source: &str, linking_id: &str) -> Vec<LinkedRecord> {
        self.linked(source, linking_id, MAX_HOSTS)
    }

    fn has_parts(&self, source: &str, linking_ids: &[String]) -> bool {
        self.part_ordinals(source, linking_ids).into_iter().any(|part| self.live(part).is_some())
    }

    fn parts(&self, source: &str, linking_ids: &[String]) -> Vec<ComponentPart> {
        let records = self.first_records(self.part_ordinals(source, linking_ids), MAX_PARTS);
        let part = |part: StoredRecord| ComponentPart {
            raw: raw_of(&part),
            changed: part.changed,
            id: part.id,
        };
        records.into_iter().map(part).collect()
    }

    fn holdings(&self, source: &str, linking_ids: &[String]) -> Vec<RawRecord> {
        let mut found = Vec::new();
        for ordinal in self.part_ordinals(source, linking_ids) {
            match self.snapshot.record(ordinal) {
                // Holdings are stored as suppressed; what is withheld is for nobody.
                Ok(Some(record)) if !record.deleted && record.suppressed && !record.withheld => {
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

    fn host_fields(&self, id: &str) -> Option<Arc<IndexRecord>> {
        let ordinal = self.snapshot.ordinal(id).ok()??;
        self.hosts.of(ordinal, || self.map_host(ordinal))
    }
}

/// The links of a host whose fields its parts take over.
struct HoldingsOnly<'a>(&'a StoreLinks<'a>);

impl RecordLinks for HoldingsOnly<'_> {
    fn by_linking_id(&self, _: &str, _: &str) -> Option<LinkedRecord> {
        None
    }

    fn holdings(&self, source: &str, linking_ids: &[String]) -> Vec<RawRecord> {
        self.0.holdings(source, linking_ids)
    }
}
