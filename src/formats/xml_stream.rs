//! XML streams of any format → one record at a time, by element (ingest-common §9, §15.3).
//!
//! The cutter never builds a tree: it follows tags, so that memory is bounded by one record and a
//! broken record costs nothing but itself. [`units`] then looks inside a piece for the envelopes of
//! OAI-PMH and SRU.

mod cut;
mod markup;
mod path;
mod units;

pub(super) use cut::XmlCutter;
pub use path::RecordPath;
pub(super) use units::{
    EXPORTED, Selection, Unit, after_start_tag, id_of_broken, recognise_head, root_names, units,
};

/// Local part of a qualified name.
fn local(name: &[u8]) -> &[u8] {
    memchr::memrchr(b':', name).map_or(name, |colon| &name[colon + 1..])
}
