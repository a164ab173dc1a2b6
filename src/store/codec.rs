//! Values of the tables as bytes: a version byte, then postcard, compressed by zstd.

use super::StoreError;
use crate::record::IndexRecord;
use crate::store::StoredRecord;

const RECORD: u8 = 1;
const DOCUMENT: u8 = 2;
/// Records are small: the lowest level costs a third of level 3 and gives up a few per cent.
const LEVEL: i32 = 1;
/// No entry unpacks to more than this.
const MAX_UNPACKED: usize = 256 << 20;

fn damaged(ordinal: u64, reason: impl ToString) -> StoreError {
    StoreError::Damaged { ordinal, reason: reason.to_string() }
}

fn encode<T: serde::Serialize>(
    version: u8,
    ordinal: u64,
    value: &T,
) -> Result<Vec<u8>, StoreError> {
    let plain = postcard::to_allocvec(value).map_err(|e| damaged(ordinal, e))?;
    let packed = zstd::bulk::compress(&plain, LEVEL).map_err(|e| damaged(ordinal, e))?;
    let mut out = Vec::with_capacity(packed.len() + 5);
    out.push(version);
    let length = u32::try_from(plain.len()).map_err(|e| damaged(ordinal, e))?;
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&packed);
    Ok(out)
}

fn decode<T: serde::de::DeserializeOwned>(
    version: u8,
    ordinal: u64,
    bytes: &[u8],
) -> Result<T, StoreError> {
    let Some((head, packed)) = bytes.split_first_chunk::<5>() else {
        return Err(damaged(ordinal, "too short"));
    };
    let [found, length @ ..] = *head;
    if found != version {
        return Err(damaged(ordinal, format!("unknown version {found}")));
    }
    let length = usize::try_from(u32::from_le_bytes(length)).map_err(|e| damaged(ordinal, e))?;
    if length > MAX_UNPACKED {
        return Err(damaged(ordinal, "its length is impossible"));
    }
    let plain = zstd::bulk::decompress(packed, length).map_err(|e| damaged(ordinal, e))?;
    postcard::from_bytes(&plain).map_err(|e| damaged(ordinal, e))
}

pub(super) fn encode_record(ordinal: u64, record: &StoredRecord) -> Result<Vec<u8>, StoreError> {
    encode(RECORD, ordinal, record)
}

pub(super) fn decode_record(ordinal: u64, bytes: &[u8]) -> Result<StoredRecord, StoreError> {
    decode(RECORD, ordinal, bytes)
}

/// Index fields as the store keeps them; made outside the transaction, in many threads.
pub fn encode_document(ordinal: u64, fields: &IndexRecord) -> Result<Vec<u8>, StoreError> {
    encode(DOCUMENT, ordinal, fields)
}

pub(super) fn decode_document(ordinal: u64, bytes: &[u8]) -> Result<IndexRecord, StoreError> {
    decode(DOCUMENT, ordinal, bytes)
}
