//! zstd dictionaries, trained on the first records that come: what small records of one kind share
//! is stored once instead of in each of them.

use super::StoreError;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use zstd::bulk::{Compressor, Decompressor};

/// 20 µs for a record of 2 kB. Level 3 takes 7 µs and leaves 5 to 8 % more; levels above 6 gain less
/// than that and take twice the time.
const LEVEL: i32 = 6;
/// Size of a dictionary.
const DICTIONARY_BYTES: usize = 112 << 10;
/// The samples make up as many dictionaries, or it is made smaller.
const SAMPLES_PER_DICTIONARY: usize = 16;
/// Fewer samples teach nothing.
const LEAST_SAMPLES: usize = 400;
/// More samples teach little more and take time; a dictionary of fewer is made again when twice as
/// many are at hand.
pub(super) const ENOUGH_SAMPLES: usize = 2000;
/// What of a sample is looked at.
const SAMPLE_BYTES: usize = 32 << 10;
/// Contexts that are kept for the next call.
const KEPT: usize = 16;
/// No entry unpacks to more than this.
const MAX_UNPACKED: usize = 256 << 20;

/// Method of an entry, its first byte: bytes as they are, zstd alone, zstd with dictionary n - 2.
const PLAIN: u8 = 0;
const ALONE: u8 = 1;
const FIRST: u8 = 2;

/// A dictionary with the contexts of zstd that have it loaded.
struct Contexts {
    /// Empty for zstd alone.
    dictionary: Vec<u8>,
    packing: Mutex<Vec<Compressor<'static>>>,
    unpacking: Mutex<Vec<Decompressor<'static>>>,
}

impl Contexts {
    fn new(dictionary: Vec<u8>) -> Self {
        Contexts { dictionary, packing: Mutex::default(), unpacking: Mutex::default() }
    }

    fn with<C, T>(
        kept: &Mutex<Vec<C>>,
        new: impl FnOnce() -> std::io::Result<C>,
        work: impl FnOnce(&mut C) -> std::io::Result<T>,
    ) -> std::io::Result<T> {
        let free = kept.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut context = free.map_or_else(new, Ok)?;
        let done = work(&mut context)?;
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(context);
        }
        Ok(done)
    }

    fn pack(&self, plain: &[u8]) -> std::io::Result<Vec<u8>> {
        let new = || {
            let mut context = Compressor::with_dictionary(LEVEL, &self.dictionary)?;
            // The entry says itself which dictionary it wants and how long it is.
            context.include_contentsize(false)?;
            context.include_dictid(false)?;
            // Four bytes, which are looked at when it is unpacked; entries of before have none.
            context.include_checksum(true)?;
            Ok(context)
        };
        Self::with(&self.packing, new, |context| context.compress(plain))
    }

    fn unpack(&self, packed: &[u8], length: usize) -> std::io::Result<Vec<u8>> {
        let new = || Decompressor::with_dictionary(&self.dictionary);
        Self::with(&self.unpacking, new, |context| context.decompress(packed, length))
    }
}

/// A dictionary as the store keeps it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Trained {
    /// What it is for, such as `record marc`.
    pub(super) purpose: String,
    /// Samples it was made of.
    pub(super) samples: u64,
    /// The dictionary.
    pub(super) bytes: Vec<u8>,
}

#[derive(Default)]
struct Known {
    /// By number.
    all: Vec<Arc<Contexts>>,
    /// Purpose → number of the newest, and its samples.
    newest: HashMap<String, (u8, u64)>,
}

/// All dictionaries of a store. They are never changed or removed.
pub(super) struct Dictionaries {
    alone: Contexts,
    known: RwLock<Known>,
}

impl Dictionaries {
    pub(super) fn new() -> Self {
        Dictionaries { alone: Contexts::new(Vec::new()), known: RwLock::default() }
    }

    /// Takes in a dictionary that is durable in the store. Its number is the count before it.
    pub(super) fn add(&self, trained: Trained) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Ok(number) = u8::try_from(known.all.len()) {
            known.newest.insert(trained.purpose, (number, trained.samples));
            known.all.push(Arc::new(Contexts::new(trained.bytes)));
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.known.read().unwrap_or_else(PoisonError::into_inner).all.len() as u64
    }

    /// True if a dictionary made of so many samples would be worth having.
    pub(super) fn wants(&self, purpose: &str, samples: usize) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if samples < LEAST_SAMPLES || known.all.len() >= usize::from(u8::MAX - FIRST) {
            return false;
        }
        let before = known.newest.get(purpose).map_or(0, |(_, samples)| *samples);
        before < ENOUGH_SAMPLES as u64 && samples as u64 >= 2 * before
    }

    fn contexts(&self, purpose: &str) -> Option<(u8, Arc<Contexts>)> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let (number, _) = known.newest.get(purpose)?;
        Some((*number, Arc::clone(known.all.get(usize::from(*number))?)))
    }

    /// Bytes as an entry of the store: method, length, packed bytes.
    pub(super) fn pack(
        &self,
        purpose: &str,
        ordinal: u64,
        plain: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let (method, packed) = match self.contexts(purpose) {
            Some((number, contexts)) => (FIRST + number, contexts.pack(plain)),
            None => (ALONE, self.alone.pack(plain)),
        };
        let packed = packed.map_err(|e| damaged(ordinal, e))?;
        if packed.len() >= plain.len() {
            return Ok([&[PLAIN], plain].concat());
        }
        let mut entry = Vec::with_capacity(packed.len() + 6);
        entry.push(method);
        let mut length = plain.len();
        while length > 0x7F {
            entry.push(u8::try_from(length & 0x7F).unwrap_or_default() | 0x80);
            length >>= 7;
        }
        entry.push(u8::try_from(length).unwrap_or_default());
        entry.extend_from_slice(&packed);
        Ok(entry)
    }

    /// The bytes in an entry.
    pub(super) fn unpack(&self, ordinal: u64, entry: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (method, rest) = entry.split_first().ok_or_else(|| damaged(ordinal, "too short"))?;
        if *method == PLAIN {
            return Ok(rest.to_vec());
        }
        let (length, packed) =
            length(rest).ok_or_else(|| damaged(ordinal, "its length is impossible"))?;
        let plain = if *method == ALONE {
            self.alone.unpack(packed, length)
        } else {
            let number = usize::from(method - FIRST);
            let contexts = {
                let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
                known.all.get(number).map(Arc::clone)
            };
            let reason = || format!("the dictionary {number} it was packed with is not there");
            contexts.ok_or_else(|| damaged(ordinal, reason()))?.unpack(packed, length)
        };
        let plain = plain.map_err(|e| damaged(ordinal, e))?;
        if plain.len() == length { Ok(plain) } else { Err(damaged(ordinal, "it is cut off")) }
    }
}

/// Length of the unpacked bytes, seven bits a byte, and what follows.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut length = 0;
    for (at, byte) in bytes.iter().enumerate().take(5) {
        length |= usize::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 {
            let (_, rest) = bytes.split_at_checked(at + 1)?;
            return (length <= MAX_UNPACKED).then_some((length, rest));
        }
    }
    None
}

pub(super) fn damaged(ordinal: u64, reason: impl ToString) -> StoreError {
    StoreError::Damaged { ordinal, reason: reason.to_string() }
}

/// A dictionary for such bytes; `None` if they have nothing in common.
pub(super) fn train(samples: &[Vec<u8>]) -> Option<Vec<u8>> {
    let samples: Vec<&[u8]> = samples
        .iter()
        .take(ENOUGH_SAMPLES)
        .map(|sample| sample.get(..SAMPLE_BYTES).unwrap_or(sample))
        .collect();
    let bytes: usize = samples.iter().map(|sample| sample.len()).sum();
    zstd::dict::from_samples(&samples, DICTIONARY_BYTES.min(bytes / SAMPLES_PER_DICTIONARY)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<Vec<u8>> {
        (0..600_u32)
            .map(|n| {
                let (author, year) = (n * 31 % 97, 1900 + n % 100);
                format!("Kirja numero {n}, tekijä {author}, Helsinki : Otava, {year}. sivuja {n}")
                    .into_bytes()
            })
            .collect()
    }

    #[test]
    fn entries_survive_new_dictionaries() {
        let dictionaries = Dictionaries::new();
        let samples = samples();
        let alone = dictionaries.pack("a", 0, &samples[0]).expect("packed");
        assert!(!dictionaries.wants("a", 100) && dictionaries.wants("a", samples.len()));
        for count in [300, 600] {
            let bytes = train(&samples[..count]).expect("a dictionary");
            dictionaries.add(Trained { purpose: "a".into(), samples: count as u64, bytes });
        }
        assert!(!dictionaries.wants("a", 700) && dictionaries.wants("a", 1200));
        let packed = dictionaries.pack("a", 0, &samples[0]).expect("packed");
        assert!(packed.len() * 3 < alone.len() * 2, "{} of {}", packed.len(), alone.len());
        for entry in [alone, packed] {
            assert_eq!(dictionaries.unpack(0, &entry).expect("unpacked"), samples[0]);
            for bit in 0..8 * entry.len() {
                let mut flipped = entry.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                let found = dictionaries.unpack(0, &flipped);
                // The first byte may say that the rest is not packed.
                let is_told = found.as_ref().map_or(true, |found| *found == samples[0]);
                assert!(is_told || flipped[0] == PLAIN, "bit {bit}");
            }
            for cut in 0..entry.len() {
                assert_ne!(dictionaries.unpack(0, &entry[..cut]).ok(), Some(samples[0].clone()));
            }
        }
        let other = Dictionaries::new();
        assert!(other.unpack(7, &[FIRST, 3, 1, 2, 3]).is_err());
        assert!(other.unpack(7, &[ALONE, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1]).is_err());
        assert_eq!(other.unpack(7, &other.pack("a", 7, b"").expect("packed")).expect("empty"), b"");
    }
}
