//! How many bytes the tables take, for `kirjo index stats` and the figures.

use super::tables::{
    DELIVERED, DICTIONARIES, DIRTY, DOCUMENTS, Doing, FEATURES, GROUP_OF, GROUPS, IDS, KEYS,
    LINKERS, LINKS, NUMBERS, PARTS, RECORDS, REGROUP, SOURCES, SPLIT, Store, StoreError,
};
use redb::{ReadableTableMetadata, TableHandle, TableStats};

/// What one table takes of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSize {
    /// Its name.
    pub name: String,
    /// Entries.
    pub entries: u64,
    /// Bytes of its keys and values.
    pub stored: u64,
    /// Bytes of its pages: what is stored, what finds it, and room that is left.
    pub pages: u64,
}

impl TableSize {
    fn new(name: &str, entries: u64, stats: &TableStats) -> Self {
        let pages = stats.stored_bytes() + stats.metadata_bytes() + stats.fragmented_bytes();
        TableSize { name: name.to_owned(), entries, stored: stats.stored_bytes(), pages }
    }
}

impl Store {
    /// The tables, the largest first.
    pub fn sizes(&self) -> Result<Vec<TableSize>, StoreError> {
        let doing = "measuring the tables of the store";
        let transaction = self.medium.begin_read(doing)?;
        let mut sizes = Vec::new();
        macro_rules! measure {
            ($open:ident: $($table:ident)*) => {$({
                let table = transaction.$open($table).doing(doing)?;
                let stats = table.stats().doing(doing)?;
                sizes.push(TableSize::new($table.name(), table.len().doing(doing)?, &stats));
            })*};
        }
        measure!(open_table:
            IDS RECORDS DOCUMENTS DIRTY FEATURES KEYS LINKS PARTS LINKERS DELIVERED REGROUP GROUP_OF GROUPS
            DICTIONARIES NUMBERS);
        {
            use redb::MultimapTableHandle as _;
            measure!(open_multimap_table: SOURCES SPLIT);
        }
        sizes.sort_by_key(|size: &TableSize| std::cmp::Reverse(size.pages));
        Ok(sizes)
    }
}
