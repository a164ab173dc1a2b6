//! One raw unit of a file → the records that go into the store.

use super::{Workplace, context, now};
use crate::config::{IngestSettings, SourceSettings};
use crate::dedup::{Features, source_hash};
use crate::formats::{RECORD_END, StoredForm, finding_aid};
use crate::mapping::{MapContext, MappingError, NoLinks, Warnings, is_suppressed, open};
use crate::record::{Form, Position, RawRecord, RecordFacts, RecordFormat, RecordId, Rejected};
use crate::store::{Matching, StoredRecord};
use std::sync::Arc;

/// What one record of the input asks for.
#[derive(Debug)]
pub(super) enum Prepared {
    /// Store it.
    Put {
        record: Box<StoredRecord>,
        hash: Box<[u8; 32]>,
        matching: Option<Matching>,
        position: Position,
        from_harvest: bool,
        /// Its end is missing.
        is_cut: bool,
    },
    /// Delete what came under this identifier of OAI-PMH (ingest-common §11.2), but for the records
    /// of these ids, which came after the notice.
    DeleteDelivered { oai_id: String, position: Position, kept: Vec<String> },
    /// Delete this id.
    Delete { id: String, position: Position, from_harvest: bool },
    /// A finding aid was read to its end: members of the same unit that it no longer has go.
    UnitEnd { main_id: String, members: Vec<String> },
    /// Nothing can be done with it.
    Reject(Box<Rejected>),
}

impl Prepared {
    /// Bytes of its record.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Prepared::Put { record, .. } => record.raw.len(),
            Prepared::Reject(rejected) => rejected.bytes.len(),
            Prepared::Delete { .. }
            | Prepared::DeleteDelivered { .. }
            | Prepared::UnitEnd { .. } => 0,
        }
    }

    /// The id of a record that came in a harvest envelope.
    pub(super) fn harvested_id(&self) -> Option<&str> {
        match self {
            Prepared::Put { record, from_harvest: true, .. } => Some(&record.id),
            Prepared::Delete { id, from_harvest: true, .. } => Some(id),
            _ => None,
        }
    }
}

/// A stored record in the shape that drivers read.
pub(super) fn raw_of(record: &StoredRecord) -> RawRecord {
    RawRecord {
        position: Position { file: Arc::from("store"), offset: 0, ordinal: 0 },
        format: record.format,
        form: record.form,
        bytes: record.raw.clone(),
        oai_id: record.oai_id.clone(),
        deleted: record.deleted,
        warnings: record.reader_warnings.clone(),
    }
}

/// The records of a unit: a finding aid gives its components, everything else itself.
pub fn unit_records(
    raw: RawRecord,
    source: &SourceSettings,
) -> Result<Vec<RawRecord>, MappingError> {
    let (raw, _) = StoredForm::open(raw);
    let standard = match raw.format {
        RecordFormat::Ead => finding_aid::Standard::Ead2002,
        RecordFormat::Ead3 => finding_aid::Standard::Ead3,
        _ => return Ok(vec![raw]),
    };
    if raw.form != Form::Xml || raw.deleted {
        return Ok(vec![raw]);
    }
    let text = String::from_utf8_lossy(&raw.bytes);
    let tree = crate::xml::parse(&text)?;
    if tree.root().child("archdesc").is_none() {
        return Ok(vec![raw]);
    }
    let settings =
        finding_aid::SplitSettings { second_id: true, ..finding_aid::SplitSettings::of(source) };
    let components = finding_aid::components(&tree, standard, &settings);
    let records = components.map(|component| RawRecord {
        position: raw.position.clone(),
        format: raw.format,
        form: Form::Xml,
        bytes: component.xml.into_bytes(),
        oai_id: raw.oai_id.clone(),
        deleted: false,
        warnings: raw.warnings.iter().cloned().chain(component.warnings).collect(),
    });
    Ok(records.collect())
}

/// Reads one unit as far as storing needs it: ids, links, hash.
pub(super) fn prepare(
    unit: Result<RawRecord, Rejected>,
    source: &SourceSettings,
    ingest: &IngestSettings,
) -> Vec<Prepared> {
    let raw = match unit {
        Ok(raw) => raw,
        Err(rejected) => return vec![Prepared::Reject(Box::new(rejected))],
    };
    // What was exported stands alone, whatever else its finding aid had.
    let (raw, exported) = StoredForm::open(raw);
    let is_finding_aid = matches!(raw.format, RecordFormat::Ead | RecordFormat::Ead3);
    let whole = is_finding_aid.then(|| (raw.position.clone(), raw.bytes.clone()));
    let keep_missing = source.keep_missing_hierarchy_members || exported.is_some();
    let refuse = |position: Position, bytes: Vec<u8>, id: Option<String>, reason: String| {
        Prepared::Reject(Box::new(Rejected { position, id, reason, bytes, ends_input: false }))
    };
    let position = raw.position.clone();
    let records = match unit_records(raw, source) {
        Ok(records) => records,
        Err(error) => {
            let bytes = whole.map(|(_, bytes)| bytes).unwrap_or_default();
            return vec![refuse(position, bytes, None, error.to_string())];
        }
    };
    let mut prepared = Vec::with_capacity(records.len() + 1);
    let of = exported.and_then(|exported| exported.of);
    let mut main_id = of.map(|id| RecordId::with_prefix(&source.id_prefix, &id).to_string());
    let mut members = Vec::new();
    let has_components = records.len() > 1;
    for raw in records {
        match prepare_record(raw, source, ingest, main_id.as_deref()) {
            Prepared::Reject(reject) if has_components && main_id.is_none() => {
                let reason = format!(
                    "{}; the components of this finding aid were not stored either, for nothing \
                     tells them from those of another",
                    reject.reason
                );
                let bytes = whole.map(|(_, bytes)| bytes).unwrap_or_default();
                return vec![refuse(reject.position, bytes, reject.id, reason)];
            }
            other => {
                if let Prepared::Put { record, .. } = &other
                    && is_finding_aid
                {
                    members.push(record.id.clone());
                    main_id.get_or_insert_with(|| record.id.clone());
                }
                prepared.push(other);
            }
        }
    }
    if let Some(main_id) = main_id.filter(|_| !keep_missing) {
        prepared.push(Prepared::UnitEnd { main_id, members });
    }
    prepared
}

/// Reads a stored record anew.
pub(super) fn prepare_again(
    record: &StoredRecord,
    source: &SourceSettings,
    ingest: &IngestSettings,
) -> Prepared {
    prepare_record(raw_of(record), source, ingest, record.main_id.as_deref())
}

fn prepare_record(
    raw: RawRecord,
    source: &SourceSettings,
    ingest: &IngestSettings,
    main_id: Option<&str>,
) -> Prepared {
    let from_harvest = raw.oai_id.is_some();
    let prefixed = |local: &str| RecordId::with_prefix(&source.id_prefix, local).to_string();
    let reject = |raw: RawRecord, id: Option<String>, reason: String| {
        Prepared::Reject(Box::new(Rejected {
            position: raw.position,
            id,
            reason,
            bytes: raw.bytes,
            ends_input: false,
        }))
    };
    if raw.deleted {
        match &raw.oai_id {
            Some(oai_id) => {
                let (oai_id, position) = (oai_id.clone(), raw.position);
                return Prepared::DeleteDelivered { oai_id, position, kept: Vec::new() };
            }
            None if raw.bytes.is_empty() => {
                return reject(raw, None, "a deletion without an id".to_owned());
            }
            None => {}
        }
    }
    let mut warnings = Warnings::default();
    let (facts, linked_ids, deleted) = match open(&raw) {
        Ok(mut opened) => {
            let context = context(ingest, source, &NoLinks);
            let mut facts = opened.facts(&context, &mut warnings);
            let (deleted, linked_ids) = (opened.is_deleted(), opened.linked_ids(&context));
            if let Some(record) = opened.holdings_of() {
                facts.host_record_ids = vec![record.to_owned()];
                facts.suppressed = true;
            } else if !source.suppress_on_field.is_empty() {
                let fields = opened.index_fields(&context, &mut warnings);
                facts.suppressed |= is_suppressed(&fields, source);
            }
            (facts, linked_ids, deleted)
        }
        Err(error) => {
            let reason = error.to_string();
            return reject(raw, None, reason);
        }
    };
    let local = match (facts.id.as_str(), raw.oai_id.as_deref()) {
        ("", None | Some("")) => {
            let reason = "the record has no id, and no identifier stands in an envelope around it";
            return reject(raw, None, reason.to_owned());
        }
        ("", Some(oai_id)) => oai_id,
        (id, _) => id,
    };
    let id = prefixed(local);
    if id.len() > MAX_ID {
        let shown: String = id.chars().take(60).collect();
        return reject(raw, None, format!("the id `{shown}…` is longer than {MAX_ID} bytes"));
    }
    if deleted || raw.deleted {
        return Prepared::Delete { id, position: raw.position, from_harvest };
    }
    let matching = matching(&id, &facts, &context(ingest, source, &NoLinks));
    let is_cut = is_cut(&raw);
    let (linking_ids, host_ids) = (short(facts.linking_ids), short(facts.host_record_ids));
    let linked_ids = short(linked_ids);
    let mut hasher = blake3::Hasher::new();
    hasher.update(raw.format.name().as_bytes());
    hasher.update(&raw.bytes);
    hasher.update(raw.oai_id.as_deref().unwrap_or("").as_bytes());
    if source.id_prefix != source.id.as_str() {
        // Another source may have the same ids; a record that it takes over is a changed one.
        hasher.update(&[0]).update(source.id.as_str().as_bytes());
    }
    // What the source's settings make of the record: other settings make it another one.
    hasher.update(&[0, u8::from(facts.suppressed)]);
    for id in linking_ids.iter().chain(&host_ids).chain(&linked_ids) {
        hasher.update(id.as_bytes()).update(&[0]);
    }
    if let Some(matching) = &matching {
        hasher.update(&matching.features);
    }
    let at = now();
    Prepared::Put {
        record: Box::new(StoredRecord {
            id,
            source: source.id.as_str().to_owned(),
            format: raw.format,
            form: raw.form,
            deleted: false,
            suppressed: facts.suppressed,
            withheld: false,
            created: at,
            changed: at,
            linking_ids,
            host_ids,
            linked_ids,
            main_id: main_id.map(str::to_owned),
            reader_warnings: raw.warnings,
            oai_id: raw.oai_id,
            raw: raw.bytes,
        }),
        hash: Box::new(*hasher.finalize().as_bytes()),
        matching,
        position: raw.position,
        from_harvest,
        is_cut,
    }
}

/// The end of this record is missing: its length in the leader is more than what there is.
fn is_cut(raw: &RawRecord) -> bool {
    let bytes = &raw.bytes;
    let length = bytes.get(..5).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    raw.form == Form::Iso2709
        && bytes.last() != Some(&RECORD_END)
        && length.is_some_and(|length: usize| length > bytes.len() + 1)
}

/// The ids that a stored record links to, for a store that does not know them yet.
pub(super) fn linked_ids(workplace: &Workplace, record: &StoredRecord) -> Vec<String> {
    let Some(settings) = workplace.sources.get(&record.source) else { return Vec::new() };
    let Ok(mut opened) = open(&raw_of(record)) else { return Vec::new() };
    short(opened.linked_ids(&context(&workplace.ingest, settings, &NoLinks)))
}

/// Ids that the store takes as keys.
fn short(ids: Vec<String>) -> Vec<String> {
    ids.into_iter().filter(|id| id.len() <= MAX_ID).collect()
}

/// What a record is compared by; nothing if its source takes no part in deduplication or nobody is
/// to see it.
fn matching(id: &str, facts: &RecordFacts, context: &MapContext<'_>) -> Option<Matching> {
    if !context.source.dedup || facts.suppressed {
        return None;
    }
    let features = Features::of(id, facts, context);
    Some(Matching {
        keys: features.lookup_keys(),
        source: source_hash(&features.source),
        features: features.encode(),
    })
}

/// [`matching`] of a stored record, as the settings are now.
pub(super) fn matching_again(workplace: &Workplace, record: &StoredRecord) -> Option<Matching> {
    if record.deleted || record.suppressed {
        return None;
    }
    let settings = workplace.sources.get(&record.source).filter(|source| source.dedup)?;
    let context = context(&workplace.ingest, settings, &NoLinks);
    let mut opened = open(&raw_of(record)).ok()?;
    let facts = opened.facts(&context, &mut Warnings::default());
    matching(&record.id, &facts, &context)
}

/// Longest id that the store and index take as a key.
pub(super) const MAX_ID: usize = 1024;
