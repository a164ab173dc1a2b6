//! The ground that every module stands on: ids, positions, and the format-free index record.

mod facts;
mod fields;
mod full_record;
mod group;
mod ids;
mod lazy_record;
mod raw;

pub use facts::{RecordFacts, Title, WorkIds};
pub use fields::{Field, FieldName, IndexRecord, Value};
pub use full_record::FullRecord;
pub use group::GroupMember;
pub use ids::{RecordId, SourceId};
pub use lazy_record::LazyRecord;
pub use raw::{Form, Position, RawRecord, RecordFormat, Rejected};
