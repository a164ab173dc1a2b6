//! The database on its medium. redb refuses everything after the first error of its medium, so it is
//! opened anew then: a disk that was full and has room again needs no restart.

use super::overlay::Overlay;
use super::tables::{Doing, PID_FILE, StoreError};
use redb::backends::FileBackend;
use redb::{Database, DatabaseError, ReadTransaction, ReadableDatabase, StorageBackend};
use std::io::Error;
use std::ops::Bound;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Memory for pages of the database.
const CACHE_BYTES: usize = 96 << 20;

type Open = dyn Fn(Arc<AtomicBool>) -> Result<Database, StoreError> + Send + Sync;
/// Gives access to bytes that are only read.
type Bytes = dyn Fn() -> Result<Box<dyn StorageBackend>, Error> + Send + Sync;

/// A database that can be opened again.
pub(super) struct Medium {
    open: Box<Open>,
    bytes: Box<Bytes>,
    /// The medium has reported an error since the database was opened.
    failed: Arc<AtomicBool>,
    /// `None`: opening it again has failed so far.
    database: Mutex<Option<Arc<Database>>>,
    /// For reads, while it cannot be opened for writing.
    read_only: Mutex<Option<Database>>,
}

impl Medium {
    /// A file, made if it is missing.
    pub(super) fn file(path: &Path) -> Result<Self, StoreError> {
        let (path, again) = (path.to_owned(), path.to_owned());
        let bytes = move || {
            let backend = FileBackend::new(std::fs::File::open(&again)?).map_err(Error::other)?;
            Ok(Box::new(backend) as Box<dyn StorageBackend>)
        };
        let open = move |failed| open_file(&path, failed);
        Self::new(Box::new(open), Box::new(bytes))
    }

    /// Any medium: `open` gives access to the same bytes each time.
    pub(super) fn custom(
        open: impl Fn() -> Box<dyn StorageBackend> + Send + Sync + 'static,
    ) -> Result<Self, StoreError> {
        let access = Arc::new(open);
        let again = Arc::clone(&access);
        let bytes = move || Ok(again());
        let open = move |failed| open_watched(access(), failed).doing("opening the store");
        Self::new(Box::new(open), Box::new(bytes))
    }

    fn new(open: Box<Open>, bytes: Box<Bytes>) -> Result<Self, StoreError> {
        let failed = Arc::new(AtomicBool::new(false));
        let database = Mutex::new(Some(Arc::new(open(Arc::clone(&failed))?)));
        Ok(Medium { open, bytes, failed, database, read_only: Mutex::default() })
    }

    /// The database, opened again if it has failed and nobody works with it any more.
    pub(super) fn get(&self) -> Result<Arc<Database>, StoreError> {
        let mut database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        if self.failed.load(Ordering::Acquire)
            && let Some(failed) = database.take()
        {
            match Arc::try_unwrap(failed) {
                Ok(failed) => drop(failed),
                // Its errors come out there.
                Err(used) => return Ok(Arc::clone(database.insert(used))),
            }
        }
        if let Some(database) = &*database {
            return Ok(Arc::clone(database));
        }
        self.failed.store(false, Ordering::Release);
        drop(self.read_only().take());
        let opened = Arc::new((self.open)(Arc::clone(&self.failed))?);
        tracing::warn!("the store is open again, after it was closed or its medium had an error");
        Ok(Arc::clone(database.insert(opened)))
    }

    fn read_only(&self) -> MutexGuard<'_, Option<Database>> {
        self.read_only.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to read. On a medium that has failed and takes no writes any more the last commit can
    /// still be read; the next attempt to write opens the database again.
    pub(super) fn begin_read(&self, doing: &'static str) -> Result<ReadTransaction, StoreError> {
        if let Some(database) = &*self.read_only() {
            return database.begin_read().doing(doing);
        }
        let error = match self.get() {
            Ok(database) => return database.begin_read().doing(doing),
            Err(error) => error,
        };
        let Ok(bytes) = (self.bytes)().and_then(Overlay::new) else { return Err(error) };
        let failed = Arc::default();
        let Ok(database) = open_watched(Box::new(bytes), failed) else { return Err(error) };
        tracing::error!(%error, "the store can only be read");
        self.read_only().insert(database).begin_read().doing(doing)
    }

    /// Checks all pages as they are on the medium. What redb would repair is repaired in memory
    /// only: a file that it has begun to repair in vain cannot be opened any more, not even to save
    /// what is whole.
    pub(super) fn check_pages(&self) -> Result<(), StoreError> {
        let doing = "checking the pages of the store";
        let bytes = (self.bytes)().and_then(Overlay::new);
        let bytes = bytes.map_err(redb::StorageError::from).doing(doing)?;
        let mut database = open_watched(Box::new(bytes), Arc::default()).doing(doing)?;
        // `false` says that room was counted as used which is not: no page is damaged.
        database.check_integrity().map(drop).doing(doing)
    }

    /// Closes the database in order, if nobody works with it.
    pub(super) fn close(&self) {
        let mut database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        match database.take().map(Arc::try_unwrap) {
            Some(Ok(alone)) => drop(alone),
            Some(Err(used)) => *database = Some(used),
            None => {}
        }
    }

    /// The database for somebody who has it alone.
    pub(super) fn alone(&mut self) -> Result<&mut Database, StoreError> {
        drop(self.get()?);
        let database = self.database.get_mut().unwrap_or_else(PoisonError::into_inner);
        let alone = database.as_mut().and_then(Arc::get_mut);
        alone.ok_or(redb::StorageError::PreviousIo).doing("taking the store for oneself")
    }
}

fn open_file(path: &Path, failed: Arc<AtomicBool>) -> Result<Database, StoreError> {
    let doing = "opening the store";
    let mut options = std::fs::OpenOptions::new();
    let opened = options.read(true).write(true).create(true).truncate(false).open(path);
    let file = opened.map_err(redb::StorageError::from).doing(doing)?;
    match open_watched(Box::new(FileBackend::new(file).doing(doing)?), failed) {
        Err(DatabaseError::DatabaseAlreadyOpen) => {
            let folder = path.parent().unwrap_or_else(|| Path::new("."));
            let pid = std::fs::read_to_string(folder.join(PID_FILE)).ok();
            Err(StoreError::InUse { path: path.to_owned(), pid })
        }
        other => other.doing(doing),
    }
}

fn open_watched(
    medium: Box<dyn StorageBackend>,
    failed: Arc<AtomicBool>,
) -> Result<Database, DatabaseError> {
    start_anew(&*medium).map_err(redb::StorageError::from)?;
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES).create_with_backend(Watched { medium, failed })
}

/// A database whose making was cut off has room, and perhaps a first page without redb's sign, but
/// nothing was ever written into it: it is made again. One that holds anything is never touched: if
/// only its beginning is damaged, redb refuses it and the operator decides.
fn start_anew(medium: &dyn StorageBackend) -> Result<(), Error> {
    const SIGN: &[u8] = b"redb\x1A\x0A\xA9\x0D\x0A";
    const FIRST_PAGE: u64 = 4096;
    let length = medium.len()?;
    if length < FIRST_PAGE {
        return Ok(());
    }
    let mut sign = [0; SIGN.len()];
    medium.read(0, &mut sign)?;
    if sign == SIGN {
        return Ok(());
    }
    let mut piece = vec![0; 64 << 10];
    let mut at = FIRST_PAGE;
    while at < length {
        let left = usize::try_from(length - at).unwrap_or(usize::MAX);
        let end = left.min(piece.len());
        medium.read(at, &mut piece[..end])?;
        if piece[..end].iter().any(|byte| *byte != 0) {
            return Ok(());
        }
        at += end as u64;
    }
    // Somebody else may be making it this very moment.
    match medium.try_lock_range(Bound::Unbounded, Bound::Unbounded) {
        Ok(false) => Ok(()),
        Ok(true) | Err(_) => medium.set_len(0),
    }
}

/// Notes errors.
#[derive(Debug)]
struct Watched {
    medium: Box<dyn StorageBackend>,
    failed: Arc<AtomicBool>,
}

impl Watched {
    fn note<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if result.is_err() {
            self.failed.store(true, Ordering::Release);
        }
        result
    }
}

impl StorageBackend for Watched {
    fn len(&self) -> Result<u64, Error> {
        self.note(self.medium.len())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        self.note(self.medium.read(offset, out))
    }

    fn set_len(&self, len: u64) -> Result<(), Error> {
        self.note(self.medium.set_len(len))
    }

    fn sync_data(&self) -> Result<(), Error> {
        self.note(self.medium.sync_data())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
        self.note(self.medium.write(offset, data))
    }

    fn close(&self) -> Result<(), Error> {
        self.medium.close()
    }

    fn try_lock_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, redb::BackendError> {
        self.medium.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, redb::BackendError> {
        self.medium.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), redb::BackendError> {
        self.medium.lock_range(start, end)
    }

    fn lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<(), redb::BackendError> {
        self.medium.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), redb::BackendError> {
        self.medium.unlock_range(start, end)
    }

    fn query_lock_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, redb::BackendError> {
        self.medium.query_lock_range(start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use redb::backends::InMemoryBackend;

    /// A store whose first sector was damaged was taken for one never made, and emptied.
    #[test]
    fn only_nothing_but_zeros_is_made_anew() {
        let medium = InMemoryBackend::new();
        medium.set_len(200_000).expect("memory");
        medium.write(150_000, &[7]).expect("memory");
        start_anew(&medium).expect("memory");
        assert_eq!(medium.len().expect("memory"), 200_000);
        medium.write(150_000, &[0]).expect("memory");
        medium.write(0, b"redb\x1A\x0A\xA9\x0D\x0A").expect("memory");
        start_anew(&medium).expect("memory");
        assert_eq!(medium.len().expect("memory"), 200_000, "a new one that is whole");
        // The first page of one that is being made has everything but the sign.
        medium.write(0, &[0; 9]).expect("memory");
        medium.write(9, &[7; 100]).expect("memory");
        start_anew(&medium).expect("memory");
        assert_eq!(medium.len().expect("memory"), 0);
        medium.set_len(100).expect("memory");
        start_anew(&medium).expect("memory");
        assert_eq!(medium.len().expect("memory"), 100, "no file of ours");
    }

    /// Each opening read the whole store if the process before it had not closed it, and a closed
    /// one kept the room that it had in advance.
    #[test]
    fn a_store_is_open_at_once_and_closed_without_spare_room() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(folder.path()).expect("a store");
        for ordinal in 0..40_u64 {
            let bytes = (0..50_000_u64).map(|at| (at * at * (ordinal + 3)).to_le_bytes()[0]);
            let noise: Vec<u8> = bytes.collect();
            store.write(|batch| batch.put_document(ordinal, Some(&noise), 1)).expect("written");
        }
        let length = |store: &Store| std::fs::metadata(store.path()).expect("a file").len();
        for round in ["written", "opened", "compacted and opened"] {
            let copy = folder.path().join(format!("{round}.redb"));
            std::fs::copy(store.path(), &copy).expect("a copy");
            let repaired = Arc::new(AtomicBool::new(false));
            let noted = Arc::clone(&repaired);
            let mut builder = Database::builder();
            builder.set_repair_callback(move |_| noted.store(true, Ordering::Relaxed));
            drop(builder.open(&copy).expect("it opens"));
            assert!(!repaired.load(Ordering::Relaxed), "{round}: the whole file was read");
            if round == "opened" {
                store.compact().expect("compacted");
            }
            store.close();
            let closed = length(&store);
            drop(store);
            store = Store::open(folder.path()).expect("a store");
            assert!(closed <= 3_000_000, "{round}: {closed} bytes when closed");
        }
    }
}
