//! Index fields as Solr returns them (index-schema §1): fields that are stored come back as they
//! were put in, fields that have docValues alone sorted and each value once, others not at all.

use super::ApiValue;
use super::view::{RecordView, RuleSet};
use crate::config::{FieldKind, Schema};
use crate::record::IndexRecord;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::sync::Arc;

/// Stored fields that answers leave out all the same.
const HIDDEN: [&str; 4] = ["_version_", "fullrecord", "spelling", "spellingShingle"];

/// How a field comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Never,
    One,
    Stored,
    Sorted,
}

/// The index's fields as answers see them.
#[derive(Debug, Clone)]
pub(super) struct ReturnedFields {
    schema: Arc<Schema>,
    /// Copy → original.
    originals: FxHashMap<String, String>,
    /// Fields whose values are paths.
    hierarchical: Vec<String>,
    /// Documents come as Solr returns them already.
    as_given: bool,
}

impl ReturnedFields {
    pub(super) fn new(schema: Arc<Schema>, hierarchical: Vec<String>) -> Self {
        let mut originals = FxHashMap::default();
        for (original, _) in schema.fields() {
            for copy in schema.copies_of(original) {
                originals.insert(copy.clone(), original.to_owned());
            }
        }
        ReturnedFields { schema, originals, hierarchical, as_given: false }
    }

    /// For documents that come as Solr returns them: nothing is sorted, copied or left out.
    pub(super) fn as_given(&mut self) {
        self.as_given = true;
        self.originals.clear();
    }

    fn shape(&self, name: &str) -> Shape {
        // A field that the schema does not know is shown as it is.
        let Some(spec) = self.schema.field(name) else { return Shape::Stored };
        match (spec.stored, spec.doc_values, spec.multi) {
            (_, _, multi) if self.as_given => {
                if multi {
                    Shape::Stored
                } else {
                    Shape::One
                }
            }
            (false, false, _) => Shape::Never,
            _ if HIDDEN.contains(&name) => Shape::Never,
            (_, _, false) => Shape::One,
            (true, _, true) => Shape::Stored,
            (false, true, true) => Shape::Sorted,
        }
    }

    /// Values of a field in the order Solr gives them; none for fields that are searched only.
    pub(super) fn values<'f>(&self, fields: &'f IndexRecord, name: &str) -> Vec<&'f str> {
        let source = match self.originals.get(name) {
            Some(original) if !fields.contains(name) => original,
            _ => name,
        };
        match self.shape(name) {
            Shape::Never => Vec::new(),
            Shape::One => fields.texts(source).take(1).collect(),
            Shape::Stored => fields.texts(source).collect(),
            Shape::Sorted => {
                let mut texts: Vec<&str> = fields.texts(source).collect();
                texts.sort_unstable();
                texts.dedup();
                texts
            }
        }
    }

    /// `rawData`: every index field that comes back, hierarchical ones with their names. MARC and
    /// the QDC family leave their description out (record-fields §2).
    pub(super) fn raw_data(&self, view: &RecordView<'_>) -> ApiValue {
        let without_description = view.rules() == RuleSet::Marc || view.is_qdc_family();
        let fields = view.fields();
        let copies = fields
            .iter()
            .flat_map(|(name, _)| self.schema.copies_of(name))
            .map(String::as_str)
            .filter(|copy| !self.as_given && !fields.contains(copy));
        let names = fields.iter().map(|(name, _)| name).chain(copies);
        let pairs = names
            .filter(|name| !(without_description && *name == "description"))
            .filter_map(|name| {
                let shape = self.shape(name);
                if shape == Shape::Never {
                    return None;
                }
                let values = self.values(fields, name);
                let hierarchical = self.hierarchical.iter().any(|field| field == name);
                let shown = |text: &&str| {
                    if hierarchical {
                        view.hierarchical_pair(text)
                    } else {
                        self.scalar(name, text)
                    }
                };
                let value = match shape {
                    Shape::One => values.first().map_or(ApiValue::Null, shown),
                    _ => ApiValue::List(values.iter().map(shown).collect()),
                };
                Some((Cow::Owned(name.to_owned()), value))
            });
        let mut pairs: Vec<_> = pairs.collect();
        if !view.group().is_empty() {
            let members = view.group().iter().map(|member| {
                let about = ApiValue::object([
                    ("id", member.id.as_str().into()),
                    ("priority", ApiValue::Int(member.priority)),
                ]);
                (Cow::Owned(member.source.clone()), about)
            });
            pairs.push(("dedup_data".into(), ApiValue::Object(members.collect())));
        }
        ApiValue::Object(pairs)
    }

    /// A value of its field's type: truth values and numbers are no texts.
    fn scalar(&self, name: &str, text: &str) -> ApiValue {
        match self.schema.field(name).map(|spec| spec.kind) {
            Some(FieldKind::Boolean) => ApiValue::Bool(text == "true" || text == "1"),
            Some(FieldKind::Int) => {
                text.parse().map_or_else(|_| ApiValue::from(text), ApiValue::Int)
            }
            _ => ApiValue::from(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigFolder;

    #[test]
    fn fields_come_back_as_the_schema_says() {
        let schema = Arc::new(Schema::load(&ConfigFolder::BuiltIn).expect("valid"));
        let returned = ReturnedFields::new(schema, Vec::new());
        let mut fields = IndexRecord::new();
        fields.set_all("building", ["1/b/c/", "0/b/", "0/b/"]);
        fields.set_all("format", ["1/b/c/", "0/b/"]);
        fields.set_all("doi_str_mv", ["b", "a"]);
        fields.set_all("callnumber-raw", ["x"]);
        fields.set_all("allfields", ["x"]);
        fields.set("title", "T");
        for (name, expected) in [
            ("building", &["0/b/", "1/b/c/"][..]),
            ("format", &["1/b/c/", "0/b/"]),
            ("doi_str_mv", &["a", "b"]),
            ("callnumber-raw", &[]),
            ("callnumber-search", &["x"]),
            ("title_txtP", &["T"]),
            ("title_txtP_l", &[]),
            ("allfields", &[]),
            ("spelling", &[]),
            ("absent", &[]),
        ] {
            assert_eq!(returned.values(&fields, name), expected, "{name}");
        }
    }
}
