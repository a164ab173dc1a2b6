//! The record store: raw records, their index fields, links and what is still to be indexed.
//!
//! The store is the truth; the index can always be rebuilt from it. Only this module knows redb.
//! Every change of a record and the mark that the index has to follow are one transaction, so a
//! crash between the two halves of a commit loses nothing: what is marked is indexed again.

mod codec;
mod dictionaries;
mod kin;
mod matching;
mod medium;
mod migrate;
mod overlay;
mod packing;
mod purge;
mod read;
mod sizes;
mod tables;
mod write;

pub use codec::PackedRecord;
pub use matching::{Group, Matching};
pub use migrate::LinkedIds;
pub use purge::Purged;
pub use read::{Entries, Snapshot, StoreCounts};
pub use sizes::TableSize;
pub use tables::{KinSources, Store, StoreError};
pub use write::{Change, StoredRecord, WriteBatch};
