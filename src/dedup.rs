//! Which records are one and the same: features, comparison, groups.
//!
//! Everything here is a pure function: of facts (features and keys), of two records (comparison),
//! of a set of records (groups). Where the records are kept is the caller's affair.

mod compare;
mod distance;
mod features;
mod groups;
mod keys;
mod merge;
mod regroup;

pub use compare::{Rule, Verdict, compare, excludes, is_same};
pub use features::{Features, Folded};
pub use groups::{Pair, Shared, groups, record_order};
pub use keys::DedupKeys;
pub use merge::{
    GROUP_ID, IS_MEMBER, IS_MERGED, MEMBER_IDS, complete_member, mark_member, merged_document,
    merged_in_order,
};
pub use regroup::{Catalogue, Changed, NewGroup, Regrouped, group_id, regroup, source_hash};
