//! The index record: field name → value or values, in the order they were set.

use std::borrow::Cow;

/// Name of an index field; nearly always a constant.
pub type FieldName = Cow<'static, str>;

/// A value on its way to the index.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Value {
    /// A plain text.
    Text(String),
    /// A ready-made hierarchy, e.g. `[location, sub-location]`; exists only until the hierarchy
    /// step (ingest-common §8.7).
    Path(Vec<String>),
}

impl Value {
    /// The text, or the first level of a path.
    pub fn as_str(&self) -> &str {
        match self {
            Value::Text(text) => text,
            Value::Path(levels) => levels.first().map_or("", String::as_str),
        }
    }
}

impl<T: Into<String>> From<T> for Value {
    fn from(text: T) -> Self {
        Value::Text(text.into())
    }
}

/// A field's content. The shape (single or list) is kept, for it is visible in the index document.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Field {
    /// A single value.
    One(Value),
    /// A list.
    Many(Vec<Value>),
}

impl Field {
    /// The values of either shape.
    pub fn values(&self) -> &[Value] {
        match self {
            Field::One(value) => std::slice::from_ref(value),
            Field::Many(values) => values,
        }
    }
}

/// The format-free record: the only thing that crosses from mapping to index and deduplication.
///
/// Some sixty fields, so a list searched from the front beats a hash map.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct IndexRecord {
    fields: Vec<(FieldName, Field)>,
}

impl IndexRecord {
    /// A record without fields.
    pub fn new() -> Self {
        IndexRecord { fields: Vec::with_capacity(64) }
    }

    /// Sets a single-valued field, replacing what was there; an empty text removes the field.
    pub fn set(&mut self, name: impl Into<FieldName>, value: impl Into<String>) {
        let (name, value) = (name.into(), value.into());
        if value.is_empty() {
            self.remove(&name);
        } else {
            self.put(name, Field::One(Value::Text(value)));
        }
    }

    /// Sets a multi-valued field, replacing what was there; empty texts inside are kept (lists
    /// such as `author_role` run parallel to another), an empty list removes the field.
    pub fn set_all<V: Into<Value>>(
        &mut self,
        name: impl Into<FieldName>,
        values: impl IntoIterator<Item = V>,
    ) {
        let name = name.into();
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            self.remove(&name);
        } else {
            self.put(name, Field::Many(values));
        }
    }

    /// Sets a field as it is.
    pub fn put(&mut self, name: impl Into<FieldName>, field: Field) {
        let name = name.into();
        match self.get_mut(&name) {
            Some(slot) => *slot = field,
            None => self.fields.push((name, field)),
        }
    }

    /// Adds a value to a list; a single value that is there becomes the first of the list.
    pub fn push(&mut self, name: impl Into<FieldName>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        match self.get_mut(&name) {
            Some(Field::Many(values)) => values.push(value),
            Some(one) => {
                let first = std::mem::replace(one, Field::Many(Vec::new()));
                if let (Field::One(first), Field::Many(values)) = (first, one) {
                    values.extend([first, value]);
                }
            }
            None => self.fields.push((name, Field::Many(vec![value]))),
        }
    }

    /// [`IndexRecord::push`] for each value.
    pub fn extend<V: Into<Value>>(
        &mut self,
        name: impl Into<FieldName>,
        values: impl IntoIterator<Item = V>,
    ) {
        let name = name.into();
        for value in values {
            self.push(name.clone(), value);
        }
    }

    /// The field of this name.
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, field)| field)
    }

    /// The field of this name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Field> {
        self.fields.iter_mut().find(|(n, _)| n == name).map(|(_, field)| field)
    }

    /// True if there is such a field.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Takes a field out.
    pub fn remove(&mut self, name: &str) -> Option<Field> {
        let at = self.fields.iter().position(|(n, _)| n == name)?;
        Some(self.fields.remove(at).1)
    }

    /// First value of the field, or the empty text.
    pub fn first(&self, name: &str) -> &str {
        self.get(name).and_then(|field| field.values().first()).map_or("", Value::as_str)
    }

    /// All values of the field as text.
    pub fn texts<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.get(name).map_or(&[][..], Field::values).iter().map(Value::as_str)
    }

    /// Every field in the order it was first set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Field)> {
        self.fields.iter().map(|(name, field)| (name.as_ref(), field))
    }

    /// Every field, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Field)> {
        self.fields.iter_mut().map(|(name, field)| {
            let name: &FieldName = name;
            (name.as_ref(), field)
        })
    }

    /// Keeps the fields for which the test is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Field) -> bool) {
        self.fields.retain_mut(|(name, field)| keep(name, field));
    }

    /// Number of fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// True if there is no field.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_and_pushing() {
        let mut record = IndexRecord::new();
        record.set("title", "A");
        record.push("title", "B");
        assert_eq!(record.texts("title").collect::<Vec<_>>(), ["A", "B"]);
        record.set("title", "");
        assert!(!record.contains("title"));
        record.set_all("author_role", ["", "aut"]);
        assert_eq!(record.texts("author_role").collect::<Vec<_>>(), ["", "aut"]);
        record.push("building", Value::Path(vec!["x".into(), "y".into()]));
        assert_eq!(record.first("building"), "x");
        assert_eq!(record.first("nothing"), "");
    }
}
