//! A record's place among the records of the same work.

/// A record of a dedup group, as answers name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// Source that the record comes from.
    pub source: String,
    /// Id of the record in the index.
    pub id: String,
    /// Rank in the group; the lowest is shown first.
    pub priority: i64,
}
