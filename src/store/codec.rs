//! Values of the tables as bytes: postcard, packed with the dictionary of their kind.

use super::dictionaries::{Dictionaries, damaged};
use super::{Matching, StoreError, StoredRecord, packing};
use crate::record::{Form, IndexRecord, RecordFormat};
use std::borrow::Cow;

/// A record as it is written: everything but the ids that few have, and the raw bytes, which come
/// behind it.
#[derive(serde::Serialize, serde::Deserialize)]
struct Head<'r> {
    id: Cow<'r, str>,
    source: Cow<'r, str>,
    format: RecordFormat,
    form: Form,
    oai_id: Option<Cow<'r, str>>,
    deleted: bool,
    suppressed: bool,
    created: i64,
    changed: i64,
    linking_ids: Cow<'r, [String]>,
    host_ids: Cow<'r, [String]>,
    main_id: Option<Cow<'r, str>>,
    reader_warnings: Cow<'r, [String]>,
    /// [`PACKED`], [`LINKED`] and [`WITHHELD`]. Version 3 had a flag here, whose two values mean
    /// the same.
    form_of_rest: u8,
}

/// The raw bytes are packed by [`packing`].
const PACKED: u8 = 1;
/// Ids that the record links to stand between the head and the raw bytes.
const LINKED: u8 = 2;
/// An operator wants the record suppressed.
const WITHHELD: u8 = 4;

/// What the dictionary of a record is for.
pub(super) fn record_purpose(format: RecordFormat) -> String {
    format!("record {}", format.name())
}

/// What the dictionary of a document is for.
pub(super) fn document_purpose(fields: &IndexRecord) -> String {
    format!("document {}", fields.first("record_format"))
}

/// What the dictionary of all features is for.
pub(super) const FEATURES_PURPOSE: &str = "features";

/// A record as bytes, before they are compressed.
pub(super) fn plain_record(ordinal: u64, record: &StoredRecord) -> Result<Vec<u8>, StoreError> {
    let packed = match record.form {
        Form::Iso2709 => packing::pack(&record.raw),
        _ => None,
    };
    let head = Head {
        id: Cow::Borrowed(&record.id),
        source: Cow::Borrowed(&record.source),
        format: record.format,
        form: record.form,
        oai_id: record.oai_id.as_deref().map(Cow::Borrowed),
        deleted: record.deleted,
        suppressed: record.suppressed,
        created: record.created,
        changed: record.changed,
        linking_ids: Cow::Borrowed(&record.linking_ids),
        host_ids: Cow::Borrowed(&record.host_ids),
        main_id: record.main_id.as_deref().map(Cow::Borrowed),
        reader_warnings: Cow::Borrowed(&record.reader_warnings),
        form_of_rest: if packed.is_some() { PACKED } else { 0 }
            | if record.linked_ids.is_empty() { 0 } else { LINKED }
            | if record.withheld { WITHHELD } else { 0 },
    };
    let mut plain = postcard::to_allocvec(&head).map_err(|e| damaged(ordinal, e))?;
    if !record.linked_ids.is_empty() {
        plain = postcard::to_extend(&record.linked_ids, plain).map_err(|e| damaged(ordinal, e))?;
    }
    plain.extend_from_slice(packed.as_deref().unwrap_or(&record.raw));
    Ok(plain)
}

pub(super) fn encode_record(
    dictionaries: &Dictionaries,
    ordinal: u64,
    record: &StoredRecord,
) -> Result<Vec<u8>, StoreError> {
    let plain = plain_record(ordinal, record)?;
    dictionaries.pack(&record_purpose(record.format), ordinal, &plain)
}

/// A new record and its features as the store keeps them.
#[derive(Debug, Clone)]
pub struct PackedRecord {
    pub(super) record: Vec<u8>,
    pub(super) features: Option<Vec<u8>>,
}

pub(super) fn pack_record(
    dictionaries: &Dictionaries,
    record: &StoredRecord,
    matching: Option<&Matching>,
) -> Result<PackedRecord, StoreError> {
    // It has no ordinal yet: messages name it by its id.
    let named = |error: StoreError| match error {
        StoreError::Damaged { reason, .. } => {
            StoreError::Unpackable { id: record.id.clone(), reason }
        }
        other => other,
    };
    let features = matching.map(|m| dictionaries.pack(FEATURES_PURPOSE, 0, &m.encode()));
    Ok(PackedRecord {
        record: encode_record(dictionaries, 0, record).map_err(named)?,
        features: features.transpose().map_err(named)?,
    })
}

pub(super) fn decode_record(
    dictionaries: &Dictionaries,
    ordinal: u64,
    entry: &[u8],
) -> Result<StoredRecord, StoreError> {
    let plain = dictionaries.unpack(ordinal, entry)?;
    let (head, mut body) =
        postcard::take_from_bytes::<Head<'_>>(&plain).map_err(|e| damaged(ordinal, e))?;
    let mut linked_ids = Vec::new();
    if head.form_of_rest & LINKED != 0 {
        (linked_ids, body) = postcard::take_from_bytes(body).map_err(|e| damaged(ordinal, e))?;
    }
    let raw = if head.form_of_rest & PACKED != 0 {
        packing::unpack(body).ok_or_else(|| damaged(ordinal, "its bytes are not a record"))?
    } else {
        body.to_vec()
    };
    Ok(StoredRecord {
        id: head.id.into_owned(),
        source: head.source.into_owned(),
        format: head.format,
        form: head.form,
        raw,
        oai_id: head.oai_id.map(Cow::into_owned),
        deleted: head.deleted,
        suppressed: head.suppressed,
        withheld: head.form_of_rest & WITHHELD != 0,
        created: head.created,
        changed: head.changed,
        linking_ids: head.linking_ids.into_owned(),
        host_ids: head.host_ids.into_owned(),
        linked_ids,
        main_id: head.main_id.map(Cow::into_owned),
        reader_warnings: head.reader_warnings.into_owned(),
    })
}

/// Index fields as bytes, before they are compressed.
pub(super) fn plain_document(ordinal: u64, fields: &IndexRecord) -> Result<Vec<u8>, StoreError> {
    postcard::to_allocvec(fields).map_err(|e| damaged(ordinal, e))
}

pub(super) fn encode_document(
    dictionaries: &Dictionaries,
    ordinal: u64,
    fields: &IndexRecord,
) -> Result<Vec<u8>, StoreError> {
    let plain = plain_document(ordinal, fields)?;
    dictionaries.pack(&document_purpose(fields), ordinal, &plain)
}

pub(super) fn decode_document(
    dictionaries: &Dictionaries,
    ordinal: u64,
    entry: &[u8],
) -> Result<IndexRecord, StoreError> {
    let plain = dictionaries.unpack(ordinal, entry)?;
    postcard::from_bytes(&plain).map_err(|e| damaged(ordinal, e))
}
