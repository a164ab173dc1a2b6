//! The tantivy schema made of `schema.toml`: which columns and postings each field has.

use super::analysis::ChainTokenizer;
use crate::config::{FieldKind, FieldSpec, Schema};
use std::collections::HashMap;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, STRING, SchemaBuilder,
    TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{RawTokenizer, TokenizerManager};

/// Column of the record's number in the store.
pub(super) const ORDINAL: &str = "_ordinal";
/// Names of the fields that a document has and that have no column of their own.
const PRESENT: &str = "_present";
/// tantivy's tokenizer that leaves a value as it is.
const RAW: &str = "raw";
/// The same for truth values: the name tells an index that has `false` from one of before, which
/// had only `true`.
const TRUTH: &str = "kirjo_truth";
/// Tokenizer of start fields beside which the whole values are indexed.
const FIRST_WORDS: &str = "kirjo_first_words";

/// Where the values of one index field go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) spec: FieldSpec,
    /// Postings or column.
    pub(super) main: Field,
    /// Upper ends of a `daterange`, whose lower ends are in `main`.
    pub(super) upper: Option<Field>,
    /// The other columns of a place, whose western borders are in `main`.
    pub(super) place: Option<PlaceFields>,
    /// Field that has the values of a start field whole: beginnings of more than
    /// [`START_WORDS`](super::analysis::START_WORDS) words are found there.
    pub(super) whole: Option<Field>,
}

/// Columns of places beside their western borders; all have one value for each place.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlaceFields {
    pub(super) east: Field,
    pub(super) south: Field,
    pub(super) north: Field,
    /// The shape as WKT, empty if it is its bounding box.
    pub(super) shape: Field,
}

/// The fields of the index.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) schema: tantivy::schema::Schema,
    slots: HashMap<String, Slot>,
    pub(super) ordinal: Field,
    pub(super) present: Field,
    pub(super) id: Field,
}

/// Name of the column of upper ends.
pub(super) fn upper_name(field: &str) -> String {
    format!("{field}.to")
}

/// Names of the columns of places, in the order of [`PlaceFields`].
pub(super) fn place_names(field: &str) -> [String; 4] {
    ["east", "south", "north", "shape"].map(|side| format!("{field}.{side}"))
}

fn postings(tokenizer: &str, positions: bool) -> TextOptions {
    let record =
        if positions { IndexRecordOption::WithFreqsAndPositions } else { IndexRecordOption::Basic };
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(tokenizer)
        .set_index_option(record)
        .set_fieldnorms(positions);
    TextOptions::default().set_indexing_options(indexing)
}

fn tokenizer_name(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "kirjo_text",
        FieldKind::Proper => "kirjo_proper",
        FieldKind::Start => "kirjo_start",
        FieldKind::Whole => "kirjo_whole",
        FieldKind::Isn => "kirjo_isn",
        FieldKind::CallNumber => "kirjo_callnumber",
        FieldKind::Boolean => TRUTH,
        _ => RAW,
    }
}

/// The tokenizers of the chains, under the names that the schema uses.
pub(super) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    for kind in [
        FieldKind::Text,
        FieldKind::Proper,
        FieldKind::Start,
        FieldKind::Whole,
        FieldKind::Isn,
        FieldKind::CallNumber,
    ] {
        manager.register(tokenizer_name(kind), ChainTokenizer::new(kind));
    }
    manager.register(TRUTH, RawTokenizer::default());
    manager.register(FIRST_WORDS, ChainTokenizer::first_words());
    manager
}

impl Layout {
    pub(super) fn new(config: &Schema) -> Self {
        let mut builder = SchemaBuilder::default();
        let ordinal = builder.add_u64_field(ORDINAL, FAST);
        let present = builder.add_text_field(PRESENT, postings(RAW, false));
        let mut slots = HashMap::new();
        for (name, spec) in config.fields().filter(|(_, spec)| spec.indexed) {
            let has_whole = spec.kind == FieldKind::Start && config.pair_of(name).is_some();
            slots.insert(name.to_owned(), add_field(&mut builder, name, spec, has_whole));
        }
        for (name, spec) in config.fields().filter(|(_, spec)| spec.kind == FieldKind::Start) {
            let whole = config.pair_of(name).and_then(|whole| slots.get(whole));
            let whole = whole.map(|slot: &Slot| slot.main);
            if let Some(slot) = slots.get_mut(name).filter(|_| spec.indexed) {
                slot.whole = whole;
            }
        }
        let id = slots.get("id").map(|slot: &Slot| slot.main);
        let id = id.unwrap_or_else(|| builder.add_text_field("id", STRING | FAST));
        Layout { schema: builder.build(), slots, ordinal, present, id }
    }

    /// The slot of a field; `None` if the index does not hold it.
    pub(super) fn slot(&self, field: &str) -> Option<Slot> {
        self.slots.get(field).copied()
    }
}

fn add_field(builder: &mut SchemaBuilder, name: &str, spec: FieldSpec, has_whole: bool) -> Slot {
    let number = NumericOptions::default() | FAST | INDEXED;
    let column = NumericOptions::default() | FAST;
    let main = match spec.kind {
        FieldKind::String if spec.scanned => {
            builder.add_text_field(name, TextOptions::default().set_fast(RAW))
        }
        FieldKind::Start if has_whole => builder.add_text_field(name, postings(FIRST_WORDS, false)),
        FieldKind::String | FieldKind::Boolean => {
            let options = postings(tokenizer_name(spec.kind), false);
            let options = if spec.doc_values { options.set_fast(RAW) } else { options };
            builder.add_text_field(name, options)
        }
        FieldKind::Text | FieldKind::Proper => {
            builder.add_text_field(name, postings(tokenizer_name(spec.kind), true))
        }
        FieldKind::Start | FieldKind::Whole | FieldKind::Isn | FieldKind::CallNumber => {
            builder.add_text_field(name, postings(tokenizer_name(spec.kind), false))
        }
        FieldKind::Int => builder.add_i64_field(name, number),
        FieldKind::Date | FieldKind::DateRange => builder.add_i64_field(name, column.clone()),
        FieldKind::Geo | FieldKind::Point => builder.add_f64_field(name, column.clone()),
    };
    let place = matches!(spec.kind, FieldKind::Geo | FieldKind::Point).then(|| {
        let [east, south, north, shape] = place_names(name);
        PlaceFields {
            east: builder.add_f64_field(&east, column.clone()),
            south: builder.add_f64_field(&south, column.clone()),
            north: builder.add_f64_field(&north, column.clone()),
            shape: builder.add_text_field(&shape, TextOptions::default().set_fast(RAW)),
        }
    });
    let upper = (spec.kind == FieldKind::DateRange)
        .then(|| builder.add_i64_field(&upper_name(name), column));
    Slot { spec, main, upper, place, whole: None }
}
