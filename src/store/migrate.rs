//! A store of the format version before this one, written anew.
//!
//! The new store is filled beside the old one and takes its place when it is complete, so a crash
//! leaves the old one as it was. Version 2 kept every entry compressed for itself, the hash of what
//! was ingested in the record too, and links under texts.

use super::StoredRecord;
use super::dictionaries::damaged;
use super::matching::{key_of, link_hash};
use super::medium::Medium;
use super::tables::{
    DIRTY, DOCUMENTS, Doing, FEATURES, FORMAT_VERSION, GROUP_OF, GROUPS, IDS, KEYS, LINKS, NUMBERS,
    PARTS, RECORDS, REGROUP, SOURCES, SPLIT, Store, StoreError, VERSION,
};
use crate::record::{Form, IndexRecord, RecordFormat};
use crate::store::codec::{FEATURES_PURPOSE, encode_document, encode_record};
use redb::{
    Database, ReadTransaction, ReadableDatabase, ReadableMultimapTable, ReadableTable,
    ReadableTableMetadata, TableDefinition, TableError,
};
use std::path::Path;

/// The version that is understood.
const OLD_VERSION: u64 = 2;
/// Entries written in one transaction.
const CHUNK: usize = 4000;
/// No entry of version 2 unpacks to more than this.
const MAX_UNPACKED: usize = 256 << 20;

/// A record of version 2.
#[derive(serde::Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
struct OldRecord {
    id: String,
    source: String,
    format: RecordFormat,
    form: Form,
    raw: Vec<u8>,
    oai_id: Option<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "the table of ids has it"))]
    hash: [u8; 32],
    deleted: bool,
    suppressed: bool,
    created: i64,
    changed: i64,
    linking_ids: Vec<String>,
    host_ids: Vec<String>,
    main_id: Option<String>,
    reader_warnings: Vec<String>,
}

impl From<OldRecord> for StoredRecord {
    fn from(old: OldRecord) -> Self {
        StoredRecord {
            id: old.id,
            source: old.source,
            format: old.format,
            form: old.form,
            raw: old.raw,
            oai_id: old.oai_id,
            deleted: old.deleted,
            suppressed: old.suppressed,
            created: old.created,
            changed: old.changed,
            linking_ids: old.linking_ids,
            host_ids: old.host_ids,
            main_id: old.main_id,
            reader_warnings: old.reader_warnings,
        }
    }
}

/// The database, or nothing if it was of version 2: then it is to be opened again.
pub(super) fn if_older(database: Database, path: &Path) -> Result<Option<Database>, StoreError> {
    if version(&database)? != Some(OLD_VERSION) {
        return Ok(Some(database));
    }
    let beside = path.with_extension("migrating");
    let failed = |source| StoreError::Replace { path: path.to_owned(), source };
    // What a crash has left.
    if beside.exists() {
        std::fs::remove_file(&beside).map_err(failed)?;
    }
    let mut new = Store::on(Medium::file(&beside)?, beside.clone())?;
    copy(&database.begin_read().doing("reading the old store")?, &new)?;
    new.compact()?;
    drop(new);
    // Nobody else has either file open until here.
    std::fs::rename(&beside, path).map_err(failed)?;
    tracing::warn!("the store has format version {FORMAT_VERSION} now");
    Ok(None)
}

fn version(database: &Database) -> Result<Option<u64>, StoreError> {
    let doing = "reading the version of the store";
    match database.begin_read().doing(doing)?.open_table(NUMBERS) {
        Ok(numbers) => Ok(numbers.get(VERSION).doing(doing)?.map(|version| version.value())),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(error).doing(doing),
    }
}

fn copy(old: &ReadTransaction, new: &Store) -> Result<(), StoreError> {
    let doing = "copying the old store";
    let transaction = new.medium.get()?.begin_write().doing(doing)?;
    macro_rules! copy_tables {
        ($($table:ident)*) => {$({
            let mut to = transaction.open_table($table).doing(doing)?;
            for entry in old.open_table($table).doing(doing)?.iter().doing(doing)? {
                let (key, value) = entry.doing(doing)?;
                to.insert(key.value(), value.value()).doing(doing)?;
            }
        })*};
    }
    copy_tables!(IDS DIRTY KEYS REGROUP GROUP_OF GROUPS NUMBERS);
    transaction
        .open_table(NUMBERS)
        .doing(doing)?
        .insert(VERSION, FORMAT_VERSION)
        .doing(doing)
        .map(drop)?;
    for table in [SOURCES, SPLIT] {
        let mut to = transaction.open_multimap_table(table).doing(doing)?;
        for entry in old.open_multimap_table(table).doing(doing)?.iter().doing(doing)? {
            let (key, ordinals) = entry.doing(doing)?;
            for ordinal in ordinals {
                to.insert(key.value(), ordinal.doing(doing)?.value()).doing(doing)?;
            }
        }
    }
    transaction.commit().doing(doing)?;
    in_chunks(old, RECORDS, "records", |chunk| write_records(new, chunk))?;
    in_chunks(old, DOCUMENTS, "documents", |chunk| write_documents(new, chunk))?;
    in_chunks(old, FEATURES, "features", |chunk| {
        new.learn_features(chunk.len(), chunk.iter().map(|(_, bytes)| bytes.clone()))?;
        write_entries(new, FEATURES, chunk, |ordinal, bytes| {
            new.dictionaries.pack(FEATURES_PURPOSE, ordinal, &bytes)
        })
    })
}

type Entries = Vec<(u64, Vec<u8>)>;

/// Hands the entries of a table on, some at a time, and says how far it is.
fn in_chunks(
    old: &ReadTransaction,
    table: TableDefinition<u64, &[u8]>,
    what: &str,
    mut write: impl FnMut(Entries) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let doing = "reading the old store";
    let table = old.open_table(table).doing(doing)?;
    let total = table.len().doing(doing)?;
    tracing::warn!("bringing the store to format version {FORMAT_VERSION}: {total} {what}");
    let mut chunk = Entries::new();
    for (done, entry) in table.iter().doing(doing)?.enumerate() {
        let (ordinal, bytes) = entry.doing(doing)?;
        chunk.push((ordinal.value(), bytes.value().to_vec()));
        if chunk.len() == CHUNK {
            write(std::mem::take(&mut chunk))?;
        }
        if (done + 1) % 100_000 == 0 {
            tracing::warn!("{} of {total} {what}", done + 1);
        }
    }
    write(chunk)
}

fn write_entries<T>(
    new: &Store,
    table: TableDefinition<u64, &[u8]>,
    chunk: Vec<(u64, T)>,
    mut encode: impl FnMut(u64, T) -> Result<Vec<u8>, StoreError>,
) -> Result<(), StoreError> {
    let doing = "writing the new store";
    let transaction = new.medium.get()?.begin_write().doing(doing)?;
    {
        let mut to = transaction.open_table(table).doing(doing)?;
        for (ordinal, value) in chunk {
            to.insert(ordinal, encode(ordinal, value)?.as_slice()).doing(doing)?;
        }
    }
    transaction.commit().doing(doing)
}

fn write_records(new: &Store, chunk: Entries) -> Result<(), StoreError> {
    let doing = "writing the new store";
    let records: Vec<(u64, StoredRecord)> = chunk
        .into_iter()
        .map(|(ordinal, bytes)| Ok((ordinal, decode::<OldRecord>(1, ordinal, &bytes)?.into())))
        .collect::<Result<_, StoreError>>()?;
    new.learn_records(&records.iter().map(|(_, record)| (record, None)).collect::<Vec<_>>())?;
    let transaction = new.medium.get()?.begin_write().doing(doing)?;
    {
        let mut links = transaction.open_table(LINKS).doing(doing)?;
        let mut parts = transaction.open_table(PARTS).doing(doing)?;
        for (ordinal, record) in &records {
            for id in &record.linking_ids {
                let key = key_of(link_hash(&record.source, id), *ordinal);
                links.insert(key, ()).doing(doing)?;
            }
            for id in &record.host_ids {
                let key = key_of(link_hash(&record.source, id), *ordinal);
                parts.insert(key, ()).doing(doing)?;
            }
        }
    }
    transaction.commit().doing(doing)?;
    write_entries(new, RECORDS, records, |ordinal, record| {
        encode_record(&new.dictionaries, ordinal, &record)
    })
}

fn write_documents(new: &Store, chunk: Entries) -> Result<(), StoreError> {
    let documents: Vec<(u64, IndexRecord)> = chunk
        .into_iter()
        .map(|(ordinal, bytes)| Ok((ordinal, decode(2, ordinal, &bytes)?)))
        .collect::<Result<_, StoreError>>()?;
    new.learn_documents(&documents.iter().map(|(_, fields)| fields).collect::<Vec<_>>())?;
    write_entries(new, DOCUMENTS, documents, |ordinal, fields| {
        encode_document(&new.dictionaries, ordinal, &fields)
    })
}

/// An entry of version 2: its kind, four bytes of length, zstd.
fn decode<T: serde::de::DeserializeOwned>(
    kind: u8,
    ordinal: u64,
    bytes: &[u8],
) -> Result<T, StoreError> {
    let Some(([found, length @ ..], packed)) = bytes.split_first_chunk::<5>() else {
        return Err(damaged(ordinal, "too short"));
    };
    if *found != kind {
        return Err(damaged(ordinal, format!("unknown version {found}")));
    }
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|e| damaged(ordinal, e))?;
    if length > MAX_UNPACKED {
        return Err(damaged(ordinal, "its length is impossible"));
    }
    let plain = zstd::bulk::decompress(packed, length).map_err(|e| damaged(ordinal, e))?;
    postcard::from_bytes(&plain).map_err(|e| damaged(ordinal, e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use redb::MultimapTableDefinition;

    fn encode(kind: u8, value: &impl serde::Serialize) -> Vec<u8> {
        let plain = postcard::to_allocvec(value).expect("bytes");
        let length = u32::try_from(plain.len()).expect("short");
        let mut out = vec![kind];
        out.extend_from_slice(&length.to_le_bytes());
        out.extend(zstd::bulk::compress(&plain, 1).expect("packed"));
        out
    }

    fn old_record(number: u64) -> OldRecord {
        OldRecord {
            id: format!("s.{number}"),
            source: "s".into(),
            format: RecordFormat::Marc,
            form: Form::Iso2709,
            raw: format!("raw bytes of record {number}").into_bytes(),
            oai_id: None,
            hash: [1; 32],
            deleted: false,
            suppressed: false,
            created: 5,
            changed: 6,
            linking_ids: vec![number.to_string()],
            host_ids: if number > 0 { vec!["0".into()] } else { Vec::new() },
            main_id: None,
            reader_warnings: Vec::new(),
        }
    }

    /// A store as version 2 wrote it.
    fn write_old(path: &Path, records: u64) {
        let database = Database::create(path).expect("a database");
        let transaction = database.begin_write().expect("a transaction");
        let mut fields = IndexRecord::default();
        {
            let mut ids = transaction.open_table(IDS).expect("a table");
            let mut stored = transaction.open_table(RECORDS).expect("a table");
            let mut documents = transaction.open_table(DOCUMENTS).expect("a table");
            let mut features = transaction.open_table(FEATURES).expect("a table");
            let mut sources = transaction.open_multimap_table(SOURCES).expect("a table");
            let old_links: MultimapTableDefinition<'_, &str, u64> =
                MultimapTableDefinition::new("links");
            let mut links = transaction.open_multimap_table(old_links).expect("a table");
            for number in 0..records {
                let record = old_record(number);
                ids.insert(record.id.as_str(), (number, 77)).expect("written");
                stored.insert(number, encode(1, &record).as_slice()).expect("written");
                fields.set("id", record.id.as_str());
                documents.insert(number, encode(2, &fields).as_slice()).expect("written");
                let matching = super::super::Matching {
                    features: b"features".to_vec(),
                    keys: vec![number],
                    source: 1,
                };
                features.insert(number, matching.encode().as_slice()).expect("written");
                sources.insert("s", number).expect("written");
                links.insert(format!("s\0{number}").as_str(), number).expect("written");
            }
            let mut numbers = transaction.open_table(NUMBERS).expect("a table");
            numbers.insert(VERSION, 2).expect("written");
            numbers.insert(super::super::tables::NEXT_ORDINAL, records).expect("written");
            numbers.insert(super::super::tables::GENERATION, 4).expect("written");
            for table in [REGROUP, GROUPS] {
                transaction.open_table(table).expect("a table");
            }
            transaction.open_table(DIRTY).expect("a table").insert(1, 0).expect("written");
            transaction.open_table(KEYS).expect("a table");
            transaction.open_table(GROUP_OF).expect("a table");
            transaction.open_multimap_table(SPLIT).expect("a table");
        }
        transaction.commit().expect("committed");
    }

    #[test]
    fn version_2_is_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        write_old(&folder.path().join("store.redb"), 1000);
        // Left by a migration that was killed.
        std::fs::write(folder.path().join("store.migrating"), "half").expect("written");
        for _ in 0..2 {
            let store = Store::open(folder.path()).expect("migrated");
            let snapshot = store.snapshot().expect("a snapshot");
            let counts = snapshot.counts().expect("counts");
            assert_eq!((counts.records, counts.documents, counts.dirty), (1000, 1000, 1));
            assert_eq!(counts.generation, 4);
            for number in [0, 17, 999] {
                let id = format!("s.{number}");
                assert_eq!(snapshot.ordinal(&id).expect("readable"), Some(number));
                let record = snapshot.record(number).expect("readable").expect("there");
                assert_eq!(record, old_record(number).into());
                let fields = snapshot.document(number).expect("readable").expect("there");
                assert_eq!(fields.first("id"), id);
                let linked = snapshot.linked("s", &number.to_string()).expect("readable");
                assert_eq!(linked, [number]);
                let features = snapshot.features(number).expect("readable").expect("there");
                assert_eq!(features, b"features");
            }
            assert_eq!(snapshot.parts("s", "0").expect("readable").len(), 999);
            assert_eq!(snapshot.of_source("s").expect("readable").len(), 1000);
            let files = std::fs::read_dir(folder.path()).expect("a folder").count();
            assert_eq!(files, 2, "store and process id");
        }
    }

    #[test]
    fn any_other_version_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store.redb");
        let database = Database::create(&path).expect("a database");
        let transaction = database.begin_write().expect("a transaction");
        transaction.open_table(NUMBERS).expect("a table").insert(VERSION, 1).expect("written");
        transaction.commit().expect("committed");
        drop(database);
        let error = Store::open(folder.path()).expect_err("refused").to_string();
        assert!(error.contains("format version 1") && error.contains("export"), "{error}");
    }
}
