//! A disk in memory on which a data directory lies, and which can be made to fail: at a step, when
//! it is full, at random, on every write. A step is a write, a sync, a change of length, a rename or
//! a removal.

use redb::StorageBackend;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, OwnedBytes, TerminatingWrite,
    WatchCallback, WatchHandle, WritePtr,
};

/// Name of the store's file; all others are the index's.
pub const STORE: &str = "store.redb";

const SECTOR: usize = 512;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Nothing,
    /// The process ends at this step; a write is cut off in the middle and ends as told.
    Crash {
        at: u64,
        end: End,
    },
    /// There is room for so many bytes.
    Full(usize),
    /// One in so many steps and reads fails.
    Errors {
        one_in: u64,
    },
    /// Every step fails.
    ReadOnly,
}

/// What of a write is there after a crash, where it was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Missing,
    Zeroed,
    Random,
}

#[derive(Debug, Clone, Default)]
struct State {
    /// As processes see them.
    files: BTreeMap<PathBuf, Arc<Vec<u8>>>,
    /// What a loss of power leaves.
    durable: BTreeMap<PathBuf, Arc<Vec<u8>>>,
    steps: u64,
    failures: u64,
    random: u64,
    is_dead: bool,
}

/// A handle of the disk; all clones see the same bytes.
#[derive(Debug, Clone)]
pub struct Disk {
    state: Arc<Mutex<State>>,
    fault: Arc<Mutex<Fault>>,
    locks: Arc<Locks>,
}

impl Disk {
    pub fn new(fault: Fault, seed: u64) -> Self {
        let state = State { random: seed | 1, ..State::default() };
        let fault = Arc::new(Mutex::new(fault));
        Disk { state: Arc::new(Mutex::new(state)), fault, locks: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic while the disk was held")
    }

    pub fn set(&self, fault: Fault) {
        *self.fault.lock().expect("no panic while the disk was held") = fault;
    }

    pub fn steps(&self) -> u64 {
        self.state().steps
    }

    pub fn failures(&self) -> u64 {
        self.state().failures
    }

    pub fn bytes(&self) -> usize {
        self.state().files.values().map(|file| file.len()).sum()
    }

    /// The disk as the next process finds it: with everything that was written, or after a loss of
    /// power with what was synced. The process before has no hold on it.
    pub fn restarted(&self, power_lost: bool) -> Self {
        let mut state = self.state().clone();
        if power_lost {
            state.files = state.durable.clone();
        }
        (state.is_dead, state.steps, state.failures) = (false, 0, 0);
        let fault = Arc::new(Mutex::new(Fault::Nothing));
        Disk { state: Arc::new(Mutex::new(state)), fault, locks: Arc::default() }
    }

    pub fn names(&self) -> Vec<PathBuf> {
        self.state().files.keys().cloned().collect()
    }

    /// Changes the bytes of a file at rest.
    pub fn damage(&self, name: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        change(Arc::make_mut(self.state().files.get_mut(name).expect("such a file")));
    }

    /// Removes the files of the index.
    pub fn remove_index(&self) {
        self.state().files.retain(|name, _| name == Path::new(STORE));
    }

    fn error(state: &mut State, kind: ErrorKind) -> Error {
        state.failures += 1;
        kind.into()
    }

    fn read(&self, state: &mut State) -> Result<(), Error> {
        if state.is_dead {
            return Err(ErrorKind::BrokenPipe.into());
        }
        match *self.fault.lock().expect("no panic while the disk was held") {
            Fault::Errors { one_in } if random(&mut state.random).is_multiple_of(one_in) => {
                Err(Self::error(state, ErrorKind::Other))
            }
            _ => Ok(()),
        }
    }

    /// Counts a step that makes the disk `more` bytes fuller. Gives the end of a write that is cut
    /// off by a crash.
    fn step(&self, state: &mut State, more: usize) -> Result<Option<End>, Error> {
        self.read(state)?;
        state.steps += 1;
        let fault = *self.fault.lock().expect("no panic while the disk was held");
        match fault {
            Fault::Crash { at, end } if state.steps >= at => {
                state.is_dead = true;
                Ok(Some(end))
            }
            Fault::Full(room) => {
                let used: usize = state.files.values().map(|file| file.len()).sum();
                if more > 0 && used + more > room {
                    return Err(Self::error(state, ErrorKind::StorageFull));
                }
                Ok(None)
            }
            Fault::ReadOnly => Err(Self::error(state, ErrorKind::ReadOnlyFilesystem)),
            _ => Ok(None),
        }
    }

    /// A step other than a write: a crash at it means that it did not happen.
    fn whole_step(&self, state: &mut State) -> Result<(), Error> {
        match self.step(state, 0)? {
            Some(_) => Err(ErrorKind::BrokenPipe.into()),
            None => Ok(()),
        }
    }

    /// Writes into a file, or at a crash a part of it.
    fn write(&self, name: &Path, offset: usize, data: &[u8]) -> Result<(), Error> {
        let state = &mut *self.state();
        let length = state.files.get(name).map_or(0, |file| file.len());
        let more = (offset + data.len()).saturating_sub(length);
        let end = self.step(state, more)?;
        let file = Arc::make_mut(state.files.entry(name.to_owned()).or_default());
        if file.len() < offset + data.len() {
            file.resize(offset + data.len(), 0);
        }
        let Some(end) = end else {
            file[offset..offset + data.len()].copy_from_slice(data);
            return Ok(());
        };
        // A disk writes a sector or does not.
        let sectors = data.len() / SECTOR + 1;
        let cut = usize::try_from(random(&mut state.random)).unwrap_or(0) % sectors * SECTOR;
        file[offset..offset + cut].copy_from_slice(&data[..cut]);
        match if data.len() <= SECTOR { End::Missing } else { end } {
            End::Missing => file.truncate((offset + cut).max(length)),
            End::Zeroed => file[offset + cut..offset + data.len()].fill(0),
            End::Random => file[offset + cut..offset + data.len()]
                .fill_with(|| u8::try_from(random(&mut state.random) & 0xFF).unwrap_or(0)),
        }
        Err(ErrorKind::BrokenPipe.into())
    }
}

/// Numbers that look random but are the same in every run (xorshift).
pub fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state >> 3
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64, Error> {
        let state = &mut *self.state();
        self.read(state)?;
        Ok(state.files.get(Path::new(STORE)).map_or(0, |file| file.len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let state = &mut *self.state();
        Disk::read(self, state)?;
        let offset = usize::try_from(offset).map_err(Error::other)?;
        let file = state.files.get(Path::new(STORE));
        let bytes = file.and_then(|file| file.get(offset..offset + out.len()));
        out.copy_from_slice(bytes.ok_or(ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), Error> {
        let state = &mut *self.state();
        let len = usize::try_from(len).map_err(Error::other)?;
        let before = state.files.get(Path::new(STORE)).map_or(0, |file| file.len());
        if self.step(state, len.saturating_sub(before))?.is_some() {
            return Err(ErrorKind::BrokenPipe.into());
        }
        Arc::make_mut(state.files.entry(STORE.into()).or_default()).resize(len, 0);
        Ok(())
    }

    fn sync_data(&self) -> Result<(), Error> {
        let state = &mut *self.state();
        self.whole_step(state)?;
        if let Some(file) = state.files.get(Path::new(STORE)) {
            state.durable.insert(STORE.into(), Arc::clone(file));
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
        let offset = usize::try_from(offset).map_err(Error::other)?;
        Disk::write(self, Path::new(STORE), offset, data)
    }
}

type Locks = (Mutex<BTreeSet<PathBuf>>, Condvar);

/// A lock, while it is held.
struct Held {
    locks: Arc<Locks>,
    name: PathBuf,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.locks.0.lock().expect("no panic while the locks were held").remove(&self.name);
        self.locks.1.notify_all();
    }
}

/// A file of the index while it is written.
struct Writer {
    disk: Disk,
    name: PathBuf,
    length: usize,
}

impl Write for Writer {
    fn write(&mut self, data: &[u8]) -> Result<usize, Error> {
        self.disk.write(&self.name, self.length, data)?;
        self.length += data.len();
        Ok(data.len())
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

impl TerminatingWrite for Writer {
    fn terminate_ref(&mut self, _: AntiCallToken) -> Result<(), Error> {
        // The bytes are synced here; the name is with the folder.
        self.disk.whole_step(&mut self.disk.state())
    }
}

impl Directory for Disk {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let bytes = self.atomic_read(path)?;
        Ok(Arc::new(OwnedBytes::new(bytes)))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        let state = &mut *self.state();
        self.whole_step(state).map_err(|error| DeleteError::IoError {
            io_error: Arc::new(error),
            filepath: path.to_owned(),
        })?;
        let removed = state.files.remove(path);
        removed.map(drop).ok_or_else(|| DeleteError::FileDoesNotExist(path.to_owned()))
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        let state = &mut *self.state();
        self.read(state).map_err(|e| OpenReadError::wrap_io_error(e, path.to_owned()))?;
        Ok(state.files.contains_key(path))
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        {
            let state = &mut *self.state();
            self.whole_step(state)
                .map_err(|e| OpenWriteError::wrap_io_error(e, path.to_owned()))?;
            if state.files.contains_key(path) {
                return Err(OpenWriteError::FileAlreadyExists(path.to_owned()));
            }
            state.files.insert(path.to_owned(), Arc::default());
        }
        let writer = Writer { disk: self.clone(), name: path.to_owned(), length: 0 };
        Ok(WritePtr::new(Box::new(writer)))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let state = &mut *self.state();
        self.read(state).map_err(|e| OpenReadError::wrap_io_error(e, path.to_owned()))?;
        let file = state.files.get(path);
        let file = file.ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_owned()))?;
        Ok(file.to_vec())
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> Result<(), Error> {
        let state = &mut *self.state();
        if self.step(state, data.len())?.is_some() {
            return Err(ErrorKind::BrokenPipe.into());
        }
        state.files.insert(path.to_owned(), Arc::new(data.to_vec()));
        Ok(())
    }

    fn sync_directory(&self) -> Result<(), Error> {
        let state = &mut *self.state();
        self.whole_step(state)?;
        // Names become durable; the store's bytes have their own sync.
        let store = state.durable.get(Path::new(STORE)).map(Arc::clone);
        state.durable = state.files.clone();
        state.durable.remove(Path::new(STORE));
        if let Some(store) = store {
            state.durable.insert(STORE.into(), store);
        }
        Ok(())
    }

    /// As the lock of an operating system: it ends with the process.
    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        let (locks, freed) = &*self.locks;
        let mut held = locks.lock().expect("no panic while the locks were held");
        while held.contains(&lock.filepath) {
            if !lock.is_blocking {
                return Err(LockError::LockBusy);
            }
            held = freed.wait(held).expect("no panic while the locks were held");
        }
        held.insert(lock.filepath.clone());
        let held = Held { locks: Arc::clone(&self.locks), name: lock.filepath.clone() };
        Ok(DirectoryLock::from(Box::new(held)))
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
