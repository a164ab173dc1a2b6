//! A store of the version before, brought to the present one: version 3 knew the hosts of a record,
//! but not the other records that it links to, nor what came under an identifier of OAI-PMH.

use super::codec::{decode_record, encode_record};
use super::tables::{Doing, FORMAT_VERSION, NUMBERS, RECORDS, VERSION};
use super::{Store, StoreError, StoredRecord, WriteBatch};
use rayon::prelude::*;
use redb::{ReadableTable, ReadableTableMetadata};

/// Records read at a time.
const CHUNK: usize = 4000;

/// Gives the ids that a record links to ([`StoredRecord::linked_ids`]).
pub type LinkedIds<'f> = dyn Fn(&StoredRecord) -> Vec<String> + Sync + 'f;

impl Store {
    /// Brings a store of the version before to the present one: `linked_ids` is asked for each live
    /// record, and what links to others is marked for the index. One transaction: whenever it ends
    /// early, the store is the old one. Returns how many records were written anew, `None` for a
    /// store of the present version.
    pub fn migrate(&self, linked_ids: &LinkedIds<'_>) -> Result<Option<u64>, StoreError> {
        let doing = "reading the version of the store";
        let numbers = self.medium.begin_read(doing)?.open_table(NUMBERS).doing(doing)?;
        if numbers.get(VERSION).doing(doing)?.is_none_or(|found| found.value() == FORMAT_VERSION) {
            return Ok(None);
        }
        let done = self.write(|batch| {
            let count = self.learn_links(batch, linked_ids)?;
            batch.put_version()?;
            Ok(count)
        })?;
        tracing::warn!("the store has format version {FORMAT_VERSION} now");
        Ok(Some(done))
    }

    fn learn_links(
        &self,
        batch: &mut WriteBatch<'_>,
        linked_ids: &LinkedIds<'_>,
    ) -> Result<u64, StoreError> {
        let doing = "reading the records of the old store";
        let records = self.medium.begin_read(doing)?.open_table(RECORDS).doing(doing)?;
        let total = records.len().doing(doing)?;
        tracing::warn!("bringing the store to format version {FORMAT_VERSION}: {total} records");
        let mut entries = records.iter().doing(doing)?;
        let (mut read, mut written) = (0, 0);
        loop {
            let mut chunk: Vec<(u64, Vec<u8>)> = Vec::with_capacity(CHUNK);
            for entry in entries.by_ref().take(CHUNK) {
                let (ordinal, bytes) = entry.doing(doing)?;
                chunk.push((ordinal.value(), bytes.value().to_vec()));
            }
            if chunk.is_empty() {
                return Ok(written);
            }
            read += chunk.len();
            let linking: Vec<(u64, StoredRecord, Vec<u8>)> = chunk
                .into_par_iter()
                .map(|(ordinal, bytes)| {
                    let mut record = decode_record(&self.dictionaries, ordinal, &bytes)?;
                    if record.deleted {
                        return Ok(None);
                    }
                    record.linked_ids = linked_ids(&record);
                    if record.linked_ids.is_empty() && record.oai_id.is_none() {
                        return Ok(None);
                    }
                    let encoded = encode_record(&self.dictionaries, ordinal, &record)?;
                    Ok(Some((ordinal, record, encoded)))
                })
                .filter_map(Result::transpose)
                .collect::<Result<_, StoreError>>()?;
            for (ordinal, record, encoded) in linking {
                batch.put_delivered(ordinal, &record)?;
                if record.linked_ids.is_empty() {
                    continue;
                }
                written += 1;
                batch.put_linked_ids(ordinal, &record, &encoded)?;
            }
            if read % 100_000 < CHUNK {
                tracing::warn!("{read} of {total} records");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Form, RecordFormat};
    use crate::store::tables::{LINKERS, VERSION_BEFORE};
    use redb::{Database, ReadableDatabase};

    fn record(number: u64) -> StoredRecord {
        StoredRecord {
            id: format!("s.{number}"),
            source: "s".into(),
            format: RecordFormat::Marc,
            form: Form::Iso2709,
            raw: format!("raw bytes of record {number}").into_bytes(),
            oai_id: None,
            deleted: false,
            suppressed: false,
            withheld: false,
            created: 5,
            changed: 6,
            linking_ids: vec![number.to_string()],
            host_ids: if number > 0 { vec!["0".into()] } else { Vec::new() },
            linked_ids: Vec::new(),
            main_id: None,
            reader_warnings: Vec::new(),
        }
    }

    /// A store as version 3 wrote it, nothing marked: records without links look the same in both.
    fn write_old(folder: &std::path::Path, records: u64) {
        let store = Store::open(folder).expect("a store");
        let put = |batch: &mut WriteBatch<'_>| {
            for number in 0..records {
                batch.put(record(number), &[1; 32], None, None)?;
            }
            batch.delete("s.4", 7)?;
            for number in 0..records {
                batch.put_document(number, None, 1)?;
            }
            batch.settle(1)
        };
        store.write(put).expect("written");
        drop(store);
        let database = Database::open(folder.join("store.redb")).expect("a database");
        let transaction = database.begin_write().expect("a transaction");
        let mut numbers = transaction.open_table(NUMBERS).expect("a table");
        numbers.insert(VERSION, VERSION_BEFORE).expect("written");
        drop(numbers);
        assert!(transaction.delete_table(LINKERS).expect("deleted"));
        transaction.commit().expect("committed");
    }

    fn version_of(folder: &std::path::Path) -> u64 {
        let database = Database::open(folder.join("store.redb")).expect("a database");
        let transaction = database.begin_read().expect("a transaction");
        let numbers = transaction.open_table(NUMBERS).expect("a table");
        numbers.get(VERSION).expect("readable").expect("a version").value()
    }

    /// Every second record links to the one after it.
    fn links_of(record: &StoredRecord) -> Vec<String> {
        let number: u64 = record.id[2..].parse().expect("a number");
        if number.is_multiple_of(2) { vec![(number + 1).to_string()] } else { Vec::new() }
    }

    #[test]
    fn version_3_learns_its_links() {
        let folder = tempfile::tempdir().expect("a folder");
        write_old(folder.path(), 9001);
        for migrated in [Some(4500), None] {
            let store = Store::open(folder.path()).expect("opened");
            assert_eq!(store.migrate(&links_of).expect("migrated"), migrated);
            let snapshot = store.snapshot().expect("a snapshot");
            for number in [0, 1, 17, 8998, 9000] {
                let found = snapshot.record(number).expect("readable").expect("there");
                let expected = record(number);
                assert_eq!(found, StoredRecord { linked_ids: links_of(&expected), ..expected });
                assert_eq!(snapshot.is_marked(number).expect("readable"), number % 2 == 0);
            }
            assert!(!snapshot.is_marked(4).expect("readable"), "a tombstone");
        }
        assert_eq!(version_of(folder.path()), FORMAT_VERSION);
        // What links is marked when the record it means changes its ids.
        let store = Store::open(folder.path()).expect("opened");
        let index_all = |batch: &mut WriteBatch<'_>| {
            (0..9001).try_for_each(|number| batch.put_document(number, None, 2))?;
            batch.settle(2)
        };
        store.write(index_all).expect("written");
        let other = StoredRecord { linking_ids: vec!["x".into()], ..record(17) };
        let put = |batch: &mut WriteBatch<'_>| batch.put(other, &[2; 32], None, None);
        store.write(put).expect("written");
        let marked = store.snapshot().expect("a snapshot").unindexed(0, 10).expect("readable");
        assert_eq!(marked, [0, 16, 17], "its host, what links to it, itself");
    }

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        write_old(folder.path(), 100);
        let store = Store::open(folder.path()).expect("opened");
        // An entry that cannot be read.
        store
            .write(|batch| {
                batch.records.insert(60, [9, 9, 9].as_slice()).doing("damaging a record").map(drop)
            })
            .expect("written");
        let error = store.migrate(&links_of).expect_err("damaged").to_string();
        assert!(error.contains("record 60"), "{error}");
        let snapshot = store.snapshot().expect("a snapshot");
        assert_eq!(snapshot.record(0).expect("readable").expect("there"), record(0));
        drop((snapshot, store));
        assert_eq!(version_of(folder.path()), VERSION_BEFORE);
    }

    #[test]
    fn any_other_version_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::create(folder.path().join("store.redb")).expect("a database");
        let transaction = database.begin_write().expect("a transaction");
        let mut numbers = transaction.open_table(NUMBERS).expect("a table");
        numbers.insert(VERSION, 2).expect("written");
        drop(numbers);
        transaction.commit().expect("committed");
        drop(database);
        let error = Store::open(folder.path()).expect_err("refused").to_string();
        assert!(error.contains("format version 2") && error.contains("export"), "{error}");
    }
}
