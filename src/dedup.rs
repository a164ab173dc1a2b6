//! Which records are one and the same: features, comparison, groups.
//!
//! Everything here is a pure function: of facts (features and keys), of two records (comparison),
//! of a set of records (groups). Where the records are kept is the caller's affair.

mod compare;
mod distance;
mod features;
mod keys;

pub use compare::{Rule, Verdict, compare, excludes, is_same};
pub use features::{Features, Folded};
pub use keys::DedupKeys;
