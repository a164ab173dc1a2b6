//! API fields that are read from the MARC record (record-fields §4).

pub(super) mod fields;
pub(super) mod images;
pub(super) mod links;
pub(super) mod names;
pub(super) mod notes;
pub(super) mod parts;
pub(super) mod punctuation;
pub(super) mod series;
pub(super) mod subjects;
pub(super) mod urls;
