//! A medium that takes no writes, as redb wants it: what it writes when it opens a database that was
//! not closed stays in memory.

use redb::StorageBackend;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{Error, ErrorKind};
use std::sync::{Mutex, MutexGuard, PoisonError};

const BLOCK: usize = 4096;

/// The bytes of a medium with changes of our own.
#[derive(Debug)]
pub(super) struct Overlay {
    medium: Box<dyn StorageBackend>,
    changes: Mutex<Changes>,
}

#[derive(Debug)]
struct Changes {
    length: u64,
    blocks: BTreeMap<u64, Vec<u8>>,
}

impl Overlay {
    pub(super) fn new(medium: Box<dyn StorageBackend>) -> Result<Self, Error> {
        let length = medium.len()?;
        Ok(Overlay { medium, changes: Mutex::new(Changes { length, blocks: BTreeMap::new() }) })
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A block as it is on the medium; zeros beyond its end.
    fn original(&self, number: u64) -> Result<Vec<u8>, Error> {
        let mut block = vec![0; BLOCK];
        let start = number * BLOCK as u64;
        let there = self.medium.len()?.saturating_sub(start).min(BLOCK as u64);
        if let Some(part) = block.get_mut(..usize::try_from(there).map_err(Error::other)?)
            && !part.is_empty()
        {
            self.medium.read(start, part)?;
        }
        Ok(block)
    }
}

/// Cuts a range into pieces of blocks: number, start in the block, length.
fn pieces(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let position = offset + at as u64;
        let start = usize::try_from(position % BLOCK as u64).unwrap_or(0);
        let taken = (BLOCK - start).min(length - at);
        at += taken;
        (taken > 0).then_some((position / BLOCK as u64, start, taken))
    })
}

impl StorageBackend for Overlay {
    fn len(&self) -> Result<u64, Error> {
        Ok(self.changes().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let changes = self.changes();
        if offset + out.len() as u64 > changes.length {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let mut rest = out;
        for (number, start, length) in pieces(offset, rest.len()) {
            let (piece, further) = rest.split_at_mut(length);
            match changes.blocks.get(&number) {
                Some(block) => {
                    let part = block.get(start..start + length);
                    piece.copy_from_slice(part.ok_or(ErrorKind::UnexpectedEof)?);
                }
                None => self.medium.read(number * BLOCK as u64 + start as u64, piece)?,
            }
            rest = further;
        }
        Ok(())
    }

    fn set_len(&self, length: u64) -> Result<(), Error> {
        let mut changes = self.changes();
        // Blocks that go and come again would be zeros, and blocks beyond the medium are no others.
        let first = length.div_ceil(BLOCK as u64);
        changes.blocks.retain(|number, _| *number < first);
        for number in changes.length / BLOCK as u64..first {
            if let Entry::Vacant(place) = changes.blocks.entry(number) {
                place.insert(self.original(number)?);
            }
        }
        // What comes after the end is zeros when it comes again.
        let tail = usize::try_from(length % BLOCK as u64).map_err(Error::other)?;
        if length < changes.length && tail > 0 {
            let number = length / BLOCK as u64;
            let mut block = match changes.blocks.remove(&number) {
                Some(block) => block,
                None => self.original(number)?,
            };
            block.iter_mut().skip(tail).for_each(|byte| *byte = 0);
            changes.blocks.insert(number, block);
        }
        changes.length = length;
        Ok(())
    }

    fn sync_data(&self) -> Result<(), Error> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
        let mut changes = self.changes();
        let mut rest = data;
        for (number, start, length) in pieces(offset, data.len()) {
            let (piece, further) = rest.split_at(length);
            let block = match changes.blocks.entry(number) {
                Entry::Occupied(place) => place.into_mut(),
                Entry::Vacant(place) => place.insert(self.original(number)?),
            };
            let part = block.get_mut(start..start + length);
            part.ok_or(ErrorKind::UnexpectedEof)?.copy_from_slice(piece);
            rest = further;
        }
        changes.length = changes.length.max(offset + data.len() as u64);
        Ok(())
    }

    fn close(&self) -> Result<(), Error> {
        self.medium.close()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use redb::backends::InMemoryBackend;

    #[test]
    fn changes_stay_in_memory() {
        let medium = InMemoryBackend::new();
        medium.set_len(10_000).expect("memory");
        medium.write(0, &[7; 10_000]).expect("memory");
        let overlay = Overlay::new(Box::new(medium)).expect("memory");
        overlay.write(4090, &[1; 20]).expect("memory");
        overlay.set_len(20_000).expect("memory");
        let mut bytes = vec![9; 20_000];
        overlay.read(0, &mut bytes).expect("memory");
        let expected =
            [vec![7; 4090], vec![1; 20], vec![7; 10_000 - 4110], vec![0; 10_000]].concat();
        assert_eq!(bytes, expected);
        assert!(overlay.read(19_999, &mut [0; 2]).is_err());
        overlay.set_len(4100).expect("memory");
        overlay.set_len(4200).expect("memory");
        overlay.read(4090, &mut bytes[..110]).expect("memory");
        assert_eq!(bytes[..110], [vec![1; 10], vec![0; 100]].concat());
        overlay.medium.read(4090, &mut bytes[..20]).expect("memory");
        assert_eq!(bytes[..20], [7; 20]);
    }
}
