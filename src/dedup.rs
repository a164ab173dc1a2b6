//! Which records are one and the same: keys, comparison, groups.

pub mod keys;

pub use keys::DedupKeys;
