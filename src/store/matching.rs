//! What the store keeps for deduplication beside the record: features, keys, groups. What they mean
//! is not its affair.

use super::StoreError;
use super::tables::Doing;
use redb::ReadableTable;

/// What a record is compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// The features, encoded.
    pub features: Vec<u8>,
    /// Keys under which the record is found.
    pub keys: Vec<u64>,
    /// Number of its source, so that records of one source need not be read.
    pub source: u64,
}

impl Matching {
    /// Source, number of keys, keys, features.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(10 + 8 * self.keys.len() + self.features.len());
        out.extend_from_slice(&self.source.to_le_bytes());
        // A record has a handful of keys; more than the number can say are not looked up by.
        let count = u16::try_from(self.keys.len()).unwrap_or(u16::MAX);
        out.extend_from_slice(&count.to_le_bytes());
        for key in self.keys.iter().take(usize::from(count)) {
            out.extend_from_slice(&key.to_le_bytes());
        }
        out.extend_from_slice(&self.features);
        out
    }
}

/// A stored [`Matching`], read in place.
#[derive(Debug, Clone, Copy)]
pub(super) struct StoredMatching<'b> {
    pub(super) source: u64,
    keys: &'b [u8],
    pub(super) features: &'b [u8],
}

impl<'b> StoredMatching<'b> {
    pub(super) fn read(ordinal: u64, bytes: &'b [u8]) -> Result<Self, StoreError> {
        let parts = || {
            let (source, rest) = bytes.split_first_chunk::<8>()?;
            let (count, rest) = rest.split_first_chunk::<2>()?;
            let length = usize::from(u16::from_le_bytes(*count)) * 8;
            let (keys, features) = rest.split_at_checked(length)?;
            Some(StoredMatching { source: u64::from_le_bytes(*source), keys, features })
        };
        parts().ok_or_else(|| StoreError::Damaged {
            ordinal,
            reason: "its features are too short".to_owned(),
        })
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = u64> + use<'b> {
        let (keys, _) = self.keys.as_chunks::<8>();
        keys.iter().map(|key| u64::from_le_bytes(*key))
    }
}

/// Key of the table of keys.
pub(super) fn key_of(key: u64, ordinal: u64) -> u128 {
    (u128::from(key) << 64) | u128::from(ordinal)
}

/// The ordinal in a key of the table of keys.
pub(super) fn ordinal_of(key: u128) -> u64 {
    u64::try_from(key & u128::from(u64::MAX)).unwrap_or_default()
}

/// The upper half of the key of a link. Links never cross sources.
pub(super) fn link_hash(source: &str, id: &str) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(source.as_bytes()).update(&[0]).update(id.as_bytes());
    let digest = hasher.finalize();
    let (front, _) = digest.as_bytes().split_at(8);
    front.try_into().map_or(0, u64::from_le_bytes)
}

/// Ordinals under a hash in a table of links.
pub(super) fn ordinals_of(
    table: &impl ReadableTable<u128, ()>,
    hash: u64,
    doing: &'static str,
) -> Result<Vec<u64>, StoreError> {
    let entries = table.range(key_of(hash, 0)..=key_of(hash, u64::MAX)).doing(doing)?;
    entries.map(|entry| Ok(ordinal_of(entry.doing(doing)?.0.value()))).collect()
}

/// A group of records.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// Ordinals of its members; none if it is no more.
    pub members: Vec<u64>,
}

impl Group {
    pub(super) fn encode(&self, ordinal: u64) -> Result<Vec<u8>, StoreError> {
        postcard::to_allocvec(self)
            .map_err(|e| StoreError::Damaged { ordinal, reason: e.to_string() })
    }

    pub(super) fn decode(ordinal: u64, bytes: &[u8]) -> Result<Self, StoreError> {
        postcard::from_bytes(bytes)
            .map_err(|e| StoreError::Damaged { ordinal, reason: e.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_back() {
        let matching = Matching { features: vec![1, 2, 3], keys: vec![7, u64::MAX], source: 9 };
        let bytes = matching.encode();
        let read = StoredMatching::read(0, &bytes).expect("good bytes");
        assert_eq!(read.features, [1, 2, 3]);
        assert_eq!(read.keys().collect::<Vec<_>>(), matching.keys);
        assert!(StoredMatching::read(0, &bytes[..20]).is_err());
        assert!(key_of(1, u64::MAX) < key_of(2, 0));
    }
}
