//! The database file, its tables and its version.

use super::codec::{
    FEATURES_PURPOSE, PackedRecord, document_purpose, encode_document, pack_record, plain_document,
    plain_record, record_purpose,
};
use super::dictionaries::{Dictionaries, ENOUGH_SAMPLES, Trained, damaged, train};
use super::matching::Matching;
use super::medium::Medium;
use super::read::Snapshot;
use super::write::{StoredRecord, WriteBatch};
use crate::record::IndexRecord;
use redb::{Durability, MultimapTableDefinition, ReadableTable, TableDefinition, WriteTransaction};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Version of the tables below. A store of the version before is migrated ([`Store::migrate`]), any
/// other is refused.
pub(super) const FORMAT_VERSION: u64 = 4;
/// The version that is migrated.
pub(super) const VERSION_BEFORE: u64 = 3;
/// The database file in the data directory.
const FILE: &str = "store.redb";
/// Tells other processes which one has the store open.
pub(super) const PID_FILE: &str = "kirjo.pid";

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
/// Hash of source and linking id, and ordinal of a record that can be linked to by it.
pub(super) const LINKS: TableDefinition<u128, ()> = TableDefinition::new("linked");
/// Hash of source and host id, and ordinal of a component part that names it.
pub(super) const PARTS: TableDefinition<u128, ()> = TableDefinition::new("part of");
/// Hash of source and linking id, and ordinal of a record that links to it otherwise than as a part.
pub(super) const LINKERS: TableDefinition<u128, ()> = TableDefinition::new("linked from");
/// Hash of source and identifier of OAI-PMH, and ordinal of a live record that came under it.
pub(super) const DELIVERED: TableDefinition<u128, ()> = TableDefinition::new("delivered as");
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
/// Number → encoded [`super::dictionaries::Trained`]. Numbers follow each other.
pub(super) const DICTIONARIES: TableDefinition<u64, &[u8]> = TableDefinition::new("dictionaries");
/// Named numbers: format version, next ordinal, generation.
pub(super) const NUMBERS: TableDefinition<&str, u64> = TableDefinition::new("numbers");

pub(super) const NEXT_ORDINAL: &str = "next ordinal";
pub(super) const GENERATION: &str = "generation";
pub(super) const VERSION: &str = "format version";

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
        "the store {path} has format version {found}, this kirjo reads version {FORMAT_VERSION} \
         and migrates the one before; export the records with the kirjo that wrote it, and ingest \
         them into a new data directory"
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
    /// A record cannot be packed.
    #[error("packing the record {id} for the store: {reason}")]
    Unpackable {
        /// Its id.
        id: String,
        /// Why not.
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
    pub(super) medium: Medium,
    path: PathBuf,
    pub(super) dictionaries: Arc<Dictionaries>,
    /// Numbers of dictionaries are given one after the other.
    learning: Mutex<()>,
    /// Transactions since the store was opened.
    version: AtomicU64,
    /// For each source the other ones whose records may be hosts or parts of its own.
    kin_sources: RwLock<Arc<KinSources>>,
}

/// Sources by source.
pub type KinSources = HashMap<String, Vec<String>>;

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Store {
    /// True if there is a store in the folder.
    pub fn exists(folder: &Path) -> bool {
        folder.join(FILE).exists()
    }

    /// Opens the store in a folder, or makes it; the folder is made if it is missing.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)
            .map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
        let path = folder.join(FILE);
        let store = Store::on(Medium::file(&path)?, path)?;
        // For the message above only: the lock itself is on the database file and ends with the
        // process, so a file that cannot be written does no harm.
        if let Err(error) = std::fs::write(folder.join(PID_FILE), std::process::id().to_string()) {
            tracing::warn!(%error, "cannot note the process id in the data directory");
        }
        Ok(store)
    }

    /// A store on any medium, for tests that let it fail.
    #[doc(hidden)]
    pub fn on_medium(
        open: impl Fn() -> Box<dyn redb::StorageBackend> + Send + Sync + 'static,
    ) -> Result<Self, StoreError> {
        Store::on(Medium::custom(open)?, PathBuf::from("(a medium of its own)"))
    }

    pub(super) fn on(medium: Medium, path: PathBuf) -> Result<Self, StoreError> {
        let dictionaries = Arc::new(Dictionaries::new());
        let (learning, version) = (Mutex::default(), AtomicU64::new(0));
        let store =
            Store { medium, path, dictionaries, learning, version, kin_sources: RwLock::default() };
        store.prepare()?;
        store.load_dictionaries()?;
        Ok(store)
    }

    fn load_dictionaries(&self) -> Result<(), StoreError> {
        let doing = "reading the dictionaries of the store";
        let transaction = self.medium.begin_read(doing)?;
        for entry in transaction.open_table(DICTIONARIES).doing(doing)?.iter().doing(doing)? {
            let (number, bytes) = entry.doing(doing)?;
            let trained: Trained =
                postcard::from_bytes(bytes.value()).map_err(|e| damaged(number.value(), e))?;
            self.dictionaries.add(trained);
        }
        Ok(())
    }

    /// Makes the tables that are missing, and checks the version of an old store.
    fn prepare(&self) -> Result<(), StoreError> {
        let doing = "preparing the tables of the store";
        let transaction = self.begin_write()?;
        {
            let mut numbers = transaction.open_table(NUMBERS).doing(doing)?;
            let found = numbers.get(VERSION).doing(doing)?.map(|version| version.value());
            match found {
                Some(FORMAT_VERSION | VERSION_BEFORE) => {}
                Some(found) => {
                    return Err(StoreError::Version { path: self.path.clone(), found });
                }
                None => {
                    numbers.insert(VERSION, FORMAT_VERSION).doing(doing)?;
                }
            }
            for table in [RECORDS, DOCUMENTS, FEATURES, REGROUP, GROUPS, DICTIONARIES] {
                transaction.open_table(table).doing(doing)?;
            }
            transaction.open_table(KEYS).doing(doing)?;
            transaction.open_table(GROUP_OF).doing(doing)?;
            transaction.open_table(IDS).doing(doing)?;
            transaction.open_table(DIRTY).doing(doing)?;
            for table in [LINKS, PARTS, LINKERS, DELIVERED] {
                transaction.open_table(table).doing(doing)?;
            }
            for table in [SOURCES, SPLIT] {
                transaction.open_multimap_table(table).doing(doing)?;
            }
        }
        transaction.commit().doing(doing)
    }

    /// The store as it is now; later changes do not show in it.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let transaction = self.medium.begin_read("opening a snapshot of the store")?;
        Snapshot::open(transaction, Arc::clone(&self.dictionaries))
    }

    /// A number that is another one after every change. What was read after asking for it holds for
    /// it, or will never be asked for under it again.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Tells which sources have hosts and parts of each other's records, from the next transaction
    /// on: a change of one marks the other for the index.
    pub fn relate_sources(&self, related: KinSources) {
        *self.kin_sources.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(related);
    }

    /// Runs changes as one transaction: all of them are durable when it returns, or none is there.
    pub fn write<T>(
        &self,
        work: impl FnOnce(&mut WriteBatch<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.transact(|transaction| {
            let kin = self.kin_sources.read().unwrap_or_else(PoisonError::into_inner).clone();
            let mut batch = WriteBatch::open(transaction, &self.dictionaries, kin)?;
            let done = work(&mut batch)?;
            batch.mark_restocked()?;
            Ok(done)
        })
    }

    /// The same for changes of the tables themselves.
    pub(super) fn transact<T>(
        &self,
        work: impl FnOnce(&WriteTransaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let transaction = self.begin_write()?;
        let done = work(&transaction)?;
        transaction.commit().doing("committing a transaction")?;
        self.version.fetch_add(1, Ordering::Release);
        Ok(done)
    }

    /// Every transaction is made so that the next opening need not read the whole file, even if
    /// this process ends without closing it: the store is open at once, however large, and can be
    /// read on a medium that takes no writes.
    fn begin_write(&self) -> Result<WriteTransaction, StoreError> {
        let doing = "opening a transaction";
        let mut transaction = self.medium.get()?.begin_write().doing(doing)?;
        transaction.set_quick_repair(true);
        transaction.set_durability(Durability::Immediate).map_err(|error| {
            StoreError::Database {
                doing: "asking for a durable transaction",
                source: Box::new(error.into()),
            }
        })?;
        Ok(transaction)
    }

    /// Makes dictionaries for records that are about to be written, if their kinds have none yet.
    /// Records that come before there is one are packed without.
    pub fn learn_records(
        &self,
        records: &[(&StoredRecord, Option<&Matching>)],
    ) -> Result<(), StoreError> {
        let mut by_purpose: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, (record, _)) in records.iter().enumerate() {
            by_purpose.entry(record_purpose(record.format)).or_default().push(at);
        }
        for (purpose, places) in by_purpose {
            let some = places.iter().filter_map(|at| records.get(*at));
            self.learn(&purpose, places.len(), some.map(|(record, _)| plain_record(0, record)))?;
        }
        let matching = || records.iter().filter_map(|(_, matching)| *matching);
        self.learn_features(matching().count(), matching().map(Matching::encode))
    }

    /// The same for so many features.
    pub(super) fn learn_features(
        &self,
        count: usize,
        features: impl Iterator<Item = Vec<u8>>,
    ) -> Result<(), StoreError> {
        self.learn(FEATURES_PURPOSE, count, features.map(Ok))
    }

    /// The same for documents.
    pub fn learn_documents(&self, documents: &[&IndexRecord]) -> Result<(), StoreError> {
        let mut by_purpose: BTreeMap<String, Vec<&IndexRecord>> = BTreeMap::new();
        for document in documents {
            by_purpose.entry(document_purpose(document)).or_default().push(document);
        }
        for (purpose, some) in by_purpose {
            self.learn(&purpose, some.len(), some.iter().map(|fields| plain_document(0, fields)))?;
        }
        Ok(())
    }

    fn learn(
        &self,
        purpose: &str,
        count: usize,
        samples: impl Iterator<Item = Result<Vec<u8>, StoreError>>,
    ) -> Result<(), StoreError> {
        let _alone = self.learning.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.dictionaries.wants(purpose, count) {
            return Ok(());
        }
        // From the whole length of what is there, not from its beginning only.
        let every = samples.step_by((count / ENOUGH_SAMPLES).max(1));
        let samples = every.collect::<Result<Vec<_>, StoreError>>()?;
        let Some(bytes) = train(&samples) else { return Ok(()) };
        let trained = Trained { purpose: purpose.to_owned(), samples: count as u64, bytes };
        let number = self.dictionaries.count();
        let encoded = postcard::to_allocvec(&trained).map_err(|e| damaged(number, e))?;
        self.write(|batch| batch.put_dictionary(number, &encoded))?;
        self.dictionaries.add(trained);
        Ok(())
    }

    /// A new record as the store keeps it; made outside the transaction, in many threads.
    pub fn pack_record(
        &self,
        record: &StoredRecord,
        matching: Option<&Matching>,
    ) -> Result<PackedRecord, StoreError> {
        pack_record(&self.dictionaries, record, matching)
    }

    /// Index fields as the store keeps them; made outside the transaction, in many threads.
    pub fn encode_document(
        &self,
        ordinal: u64,
        fields: &IndexRecord,
    ) -> Result<Vec<u8>, StoreError> {
        encode_document(&self.dictionaries, ordinal, fields)
    }

    /// Packs the pages of the database file together and gives the rest of it back. Takes as long
    /// as copying it; nobody may be reading.
    pub fn compact(&mut self) -> Result<(), StoreError> {
        self.medium.alone()?.compact().map(drop).doing("compacting the store")
    }

    /// Closes the database file, for the end of a process in which others may still hold the store:
    /// the file loses the room that it has in advance. A transaction that runs keeps it open; one
    /// that comes later opens it again.
    pub fn close(&self) {
        self.medium.close();
    }

    /// Reads every page of the database file and compares its checksum; an error if one is damaged.
    /// Nothing is changed, and nobody may write meanwhile. The database may panic on bytes that make
    /// no sense.
    pub fn check_pages(&self) -> Result<(), StoreError> {
        self.medium.check_pages()
    }

    /// Where the database file is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
