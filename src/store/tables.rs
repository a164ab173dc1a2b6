//! The database file, its tables and its version.

use super::read::Snapshot;
use super::write::WriteBatch;
use redb::{
    Database, Durability, MultimapTableDefinition, ReadableDatabase, ReadableTable, TableDefinition,
};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Version of the tables below; a store of another version is refused.
const FORMAT_VERSION: u64 = 2;
/// Tells other processes which one has the store open.
const PID_FILE: &str = "kirjo.pid";
/// Memory for pages of the database.
const CACHE_BYTES: usize = 96 << 20;

/// Id of a record or group → its ordinal, which is never given twice, and the beginning of the hash
/// of what was ingested (0 for tombstones and groups), so that an unchanged record costs one
/// look-up.
pub(super) const IDS: TableDefinition<&str, (u64, u128)> = TableDefinition::new("ids");
/// Ordinal → encoded [`super::StoredRecord`].
pub(super) const RECORDS: TableDefinition<u64, &[u8]> = TableDefinition::new("records");
/// Ordinal → encoded index fields, as they are in the index.
pub(super) const DOCUMENTS: TableDefinition<u64, &[u8]> = TableDefinition::new("documents");
/// Source → ordinals of its records, tombstones included.
pub(super) const SOURCES: MultimapTableDefinition<&str, u64> =
    MultimapTableDefinition::new("sources");
/// `source NUL linking id` → ordinals of the records that can be linked to by it.
pub(super) const LINKS: MultimapTableDefinition<&str, u64> = MultimapTableDefinition::new("links");
/// `source NUL host id` → ordinals of the component parts that name it.
pub(super) const PARTS: MultimapTableDefinition<&str, u64> = MultimapTableDefinition::new("parts");
/// Main record id → ordinals of the other records split from the same unit.
pub(super) const SPLIT: MultimapTableDefinition<&str, u64> = MultimapTableDefinition::new("split");
/// Ordinals that the index does not show as the store has them, with the generation that
/// indexes them (0: none yet).
pub(super) const DIRTY: TableDefinition<u64, u64> = TableDefinition::new("dirty");
/// Ordinal → what deduplication compares, with the keys under which the record is found
/// ([`super::matching`]).
pub(super) const FEATURES: TableDefinition<u64, &[u8]> = TableDefinition::new("features");
/// Key and ordinal (upper and lower 64 bits) → source of the record.
pub(super) const KEYS: TableDefinition<u128, u64> = TableDefinition::new("keys");
/// Ordinals whose groups have to be found again → their features when they were last grouped;
/// empty if those are the present ones.
pub(super) const REGROUP: TableDefinition<u64, &[u8]> = TableDefinition::new("regroup");
/// Ordinal of a record → ordinal of its group.
pub(super) const GROUP_OF: TableDefinition<u64, u64> = TableDefinition::new("group of");
/// Ordinal of a group → its id and members; a group that is no more has no members.
pub(super) const GROUPS: TableDefinition<u64, &[u8]> = TableDefinition::new("groups");
/// Named numbers: format version, next ordinal, generation.
pub(super) const NUMBERS: TableDefinition<&str, u64> = TableDefinition::new("numbers");

pub(super) const NEXT_ORDINAL: &str = "next ordinal";
pub(super) const GENERATION: &str = "generation";
const VERSION: &str = "format version";

/// What went wrong in the store, and while doing what.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database reports an error.
    #[error("{doing}: {source}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the database says.
        source: Box<redb::Error>,
    },
    /// Another process has the store open.
    #[error(
        "the store {path} is in use by another kirjo process{}; only one at a time can open a data \
         directory: wait until it ends, or stop it",
        .pid.as_ref().map(|pid| format!(" (pid {pid})")).unwrap_or_default()
    )]
    InUse {
        /// The database file.
        path: PathBuf,
        /// The other process, if it has said which one it is.
        pid: Option<String>,
    },
    /// The store was written by another version of Kirjo.
    #[error(
        "the store {path} has format version {found}, this kirjo reads version {FORMAT_VERSION}; \
         ingest the records again into a new data directory"
    )]
    Version {
        /// The database file.
        path: PathBuf,
        /// Version found.
        found: u64,
    },
    /// An entry cannot be decoded.
    #[error("record {ordinal} in the store is damaged: {reason}")]
    Damaged {
        /// The record's number.
        ordinal: u64,
        /// Why it cannot be read.
        reason: String,
    },
    /// The folder cannot be made.
    #[error("making the data directory {path}: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// Adds what was being done to an error of the database.
pub(super) trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError>;
}

impl<T, E: Into<redb::Error>> Doing<T> for Result<T, E> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|error| StoreError::Database { doing, source: Box::new(error.into()) })
    }
}

/// An open store: one writer at a time, any number of snapshots.
pub struct Store {
    database: Database,
    path: PathBuf,
    /// Transactions since the store was opened.
    version: AtomicU64,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens `store.redb` in a folder, or makes it; the folder is made if it is missing.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)
            .map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
        let path = folder.join("store.redb");
        let opened = Database::builder().set_cache_size(CACHE_BYTES).create(&path);
        let database = match opened {
            Err(redb::DatabaseError::DatabaseAlreadyOpen) => {
                let pid = std::fs::read_to_string(folder.join(PID_FILE)).ok();
                return Err(StoreError::InUse { path, pid });
            }
            other => other.doing("opening the store")?,
        };
        let store = Store { database, path, version: AtomicU64::new(0) };
        store.prepare()?;
        // For the message above only: the lock itself is on the database file and ends with the
        // process, so a file that cannot be written does no harm.
        if let Err(error) = std::fs::write(folder.join(PID_FILE), std::process::id().to_string()) {
            tracing::warn!(%error, "cannot note the process id in the data directory");
        }
        Ok(store)
    }

    /// Makes the tables of a new store, and checks the version of an old one.
    fn prepare(&self) -> Result<(), StoreError> {
        let doing = "preparing the tables of the store";
        let transaction = self.database.begin_write().doing(doing)?;
        {
            let mut numbers = transaction.open_table(NUMBERS).doing(doing)?;
            let found = numbers.get(VERSION).doing(doing)?.map(|version| version.value());
            match found {
                Some(FORMAT_VERSION) => {}
                Some(found) => {
                    return Err(StoreError::Version { path: self.path.clone(), found });
                }
                None => {
                    numbers.insert(VERSION, FORMAT_VERSION).doing(doing)?;
                }
            }
            for table in [RECORDS, DOCUMENTS, FEATURES, REGROUP, GROUPS] {
                transaction.open_table(table).doing(doing)?;
            }
            transaction.open_table(KEYS).doing(doing)?;
            transaction.open_table(GROUP_OF).doing(doing)?;
            transaction.open_table(IDS).doing(doing)?;
            transaction.open_table(DIRTY).doing(doing)?;
            for table in [SOURCES, LINKS, PARTS, SPLIT] {
                transaction.open_multimap_table(table).doing(doing)?;
            }
        }
        transaction.commit().doing(doing)
    }

    /// The store as it is now; later changes do not show in it.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Snapshot::open(self.database.begin_read().doing("opening a snapshot of the store")?)
    }

    /// A number that is another one after every change. What was read after asking for it holds for
    /// it, or will never be asked for under it again.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Runs changes as one transaction: all of them are durable when it returns, or none is there.
    pub fn write<T>(
        &self,
        work: impl FnOnce(&mut WriteBatch<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut transaction = self.database.begin_write().doing("opening a transaction")?;
        transaction.set_durability(Durability::Immediate).map_err(|error| {
            StoreError::Database {
                doing: "asking for a durable transaction",
                source: Box::new(error.into()),
            }
        })?;
        let done = {
            let mut batch = WriteBatch::open(&transaction)?;
            work(&mut batch)?
        };
        transaction.commit().doing("committing a transaction")?;
        self.version.fetch_add(1, Ordering::Release);
        Ok(done)
    }

    /// Checks the pages of the database file; true if nothing had to be repaired.
    pub fn check_pages(&mut self) -> Result<bool, StoreError> {
        self.database.check_integrity().doing("checking the pages of the store")
    }

    /// Where the database file is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
