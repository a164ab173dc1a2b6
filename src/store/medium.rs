//! The database on its medium. redb refuses everything after the first error of its medium, so it is
//! opened anew then: a disk that was full and has room again needs no restart.

use super::migrate;
use super::tables::{Doing, PID_FILE, StoreError};
use redb::backends::FileBackend;
use redb::{Database, StorageBackend};
use std::io::Error;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Memory for pages of the database.
const CACHE_BYTES: usize = 96 << 20;

type Open = dyn Fn(Arc<AtomicBool>) -> Result<Database, StoreError> + Send + Sync;

/// A database that can be opened again.
pub(super) struct Medium {
    open: Box<Open>,
    /// The medium has reported an error since the database was opened.
    failed: Arc<AtomicBool>,
    /// `None`: opening it again has failed so far.
    database: Mutex<Option<Arc<Database>>>,
}

impl Medium {
    /// A file, made if it is missing, and brought to the present format version.
    pub(super) fn file(path: &Path) -> Result<Self, StoreError> {
        let path = path.to_owned();
        Self::new(Box::new(move |failed| {
            match migrate::if_older(open_file(&path, Arc::clone(&failed))?, &path)? {
                Some(database) => Ok(database),
                None => open_file(&path, failed),
            }
        }))
    }

    /// Any medium: `open` gives access to the same bytes each time.
    pub(super) fn custom(
        open: impl Fn() -> Box<dyn StorageBackend> + Send + Sync + 'static,
    ) -> Result<Self, StoreError> {
        Self::new(Box::new(move |failed| open_watched(open(), failed).doing("opening the store")))
    }

    fn new(open: Box<Open>) -> Result<Self, StoreError> {
        let failed = Arc::new(AtomicBool::new(false));
        let database = Mutex::new(Some(Arc::new(open(Arc::clone(&failed))?)));
        Ok(Medium { open, failed, database })
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
        let opened = Arc::new((self.open)(Arc::clone(&self.failed))?);
        tracing::warn!("the store is open again after an error of its medium");
        Ok(Arc::clone(database.insert(opened)))
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
        Err(redb::DatabaseError::DatabaseAlreadyOpen) => {
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
) -> Result<Database, redb::DatabaseError> {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES).create_with_backend(Watched { medium, failed })
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

type Bound = std::ops::Bound<u64>;

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

    fn try_lock_range(&self, start: Bound, end: Bound) -> Result<bool, redb::BackendError> {
        self.medium.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound, end: Bound) -> Result<bool, redb::BackendError> {
        self.medium.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound, end: Bound) -> Result<(), redb::BackendError> {
        self.medium.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound, end: Bound) -> Result<(), redb::BackendError> {
        self.medium.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound, end: Bound) -> Result<(), redb::BackendError> {
        self.medium.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound, end: Bound) -> Result<bool, redb::BackendError> {
        self.medium.query_lock_range(start, end)
    }
}
