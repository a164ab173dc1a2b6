//! Metadata record → index record, by format: one driver a format, one topic a file.

mod aipa;
mod archival_unit;
mod authority;
mod building;
mod clean;
mod context;
mod dc;
mod doaj;
mod dublin_core;
mod eaccpf;
mod ead;
mod ead3;
mod ese;
mod field_maps;
mod forward;
mod forward_authority;
mod html_entities;
mod lido;
mod links;
mod lrmi;
mod main_work;
mod marc;
mod online_link;
mod open;
mod payload;
mod pipeline;
mod qdc;
mod work_keys;

pub use aipa::AipaRecord;
pub use dc::DcRecord;
pub use doaj::DoajRecord;
pub use eaccpf::EaccpfRecord;
pub use ead::EadRecord;
pub use ead3::Ead3Record;
pub use ese::EseRecord;
pub use forward::ForwardRecord;
pub use forward_authority::ForwardAuthorityRecord;
pub use lido::LidoRecord;
pub use lrmi::LrmiRecord;
pub use marc::{MarcAuthorityRecord, MarcRecord};
pub use qdc::QdcRecord;

pub use context::{
    ComponentPart, LinkedRecord, MapContext, MappingError, MetadataRecord, NoLinks, RecordLinks,
    Warnings,
};
pub use field_maps::mapped_formats;
pub use links::{is_hidden_part, takes_in_parts};
pub use open::open;
pub use pipeline::{MappedRecord, Outputs, index_id, is_suppressed, map, map_opened};

use crate::record::{Field, Value};

/// The values of a field, to be changed in place.
fn values_mut(field: &mut Field) -> &mut [Value] {
    match field {
        Field::One(value) => std::slice::from_mut(value),
        Field::Many(values) => values,
    }
}

/// The values of a field that are texts, to be changed in place.
fn texts_mut(field: &mut Field) -> impl Iterator<Item = &mut String> {
    values_mut(field).iter_mut().filter_map(|value| match value {
        Value::Text(text) => Some(text),
        Value::Path(_) => None,
    })
}
