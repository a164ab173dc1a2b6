//! MARC 21 value types: leader, fields, subfields; and the MARC-8 character sets.
//!
//! A [`Record`] keeps all its text in one string; fields and subfields are ranges of it, so that
//! reading a record costs three allocations however many fields it has.

mod marc8;
mod record;

pub(crate) use marc8::{decode as decode_marc8, decode_escapes};
pub use record::{ControlField, DataField, Field, Record, Subfield, Tag};
