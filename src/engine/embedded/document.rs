//! Index record → tantivy document.

use super::geography::Shape;
use super::layout::{Layout, Slot};
use crate::config::{FieldKind, Schema};
use crate::engine::EngineDocument;
use crate::query::{parse_date_span, parse_stored_instant};
use tantivy::TantivyDocument;

/// Strings longer than this are cut: tantivy drops longer terms (engine-mapping §3).
const MAX_TERM: usize = 32_766;

/// Fields that only the full record needs.
const NOT_INDEXED: [&str; 1] = ["fullrecord"];

pub(super) fn build(
    document: EngineDocument<'_>,
    layout: &Layout,
    schema: &Schema,
) -> TantivyDocument {
    let mut out = TantivyDocument::new();
    out.add_u64(layout.ordinal, document.ordinal);
    out.add_text(layout.id, document.id);
    for (name, field) in document.fields.iter() {
        if name == "id" || NOT_INDEXED.contains(&name) {
            continue;
        }
        // A start field and the whole field beside it are one: what fills one fills the other.
        let targets = std::iter::once(name)
            .chain(schema.pair_of(name))
            .chain(schema.copies_of(name).iter().map(String::as_str));
        for target in targets {
            let Some(slot) = layout.slot(target) else { continue };
            let values = field.values();
            let taken = if slot.spec.multi { values.len() } else { values.len().min(1) };
            for (at, value) in values[..taken].iter().enumerate() {
                // A document counts once for a value, however often it has it.
                let again = slot.spec.doc_values && values[..at].contains(value);
                if !again {
                    add_value(&mut out, &slot, value.as_str());
                }
            }
            if !slot.spec.doc_values && taken > 0 {
                out.add_text(layout.present, target);
            }
        }
    }
    out
}

/// Adds a value in the form of its field; a value that is none for the field is left out.
fn add_value(out: &mut TantivyDocument, slot: &Slot, value: &str) {
    match slot.spec.kind {
        FieldKind::String => out.add_text(slot.main, cut(value)),
        FieldKind::Boolean => out.add_text(slot.main, truth(value)),
        FieldKind::Text
        | FieldKind::Proper
        | FieldKind::Start
        | FieldKind::Whole
        | FieldKind::Isn
        | FieldKind::CallNumber => out.add_text(slot.main, value),
        FieldKind::Int => {
            if let Ok(number) = value.trim().parse() {
                out.add_i64(slot.main, number);
            }
        }
        FieldKind::Date => {
            if let Some(at) = parse_stored_instant(value) {
                out.add_i64(slot.main, at);
            }
        }
        FieldKind::DateRange => {
            if let (Some(span), Some(upper)) = (parse_date_span(value), slot.upper) {
                out.add_i64(slot.main, span.from);
                out.add_i64(upper, span.to);
            }
        }
        FieldKind::Geo | FieldKind::Point => {
            if let (Some(shape), Some(place)) = (Shape::parse(value), slot.place) {
                let bounds = shape.bounds();
                out.add_f64(slot.main, bounds.west);
                out.add_f64(place.east, bounds.east);
                out.add_f64(place.south, bounds.south);
                out.add_f64(place.north, bounds.north);
                out.add_text(place.shape, if shape.is_box() { "" } else { value });
            }
        }
    }
}

/// The term of a truth value: Solr takes `1`, or a text that begins with `t`, for true.
pub(super) fn truth(value: &str) -> &'static str {
    if matches!(value.as_bytes().first(), Some(b'1' | b't' | b'T')) { "true" } else { "false" }
}

fn cut(value: &str) -> &str {
    let mut end = value.len().min(MAX_TERM);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    &value[..end]
}
