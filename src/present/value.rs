//! The value of an API field before it becomes text: PHP's view of data, in which lists and objects
//! are one kind of thing.

use std::borrow::Cow;

/// A value of an API record or facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiValue {
    /// Removed by normalisation.
    Null,
    /// `true` becomes 1 in answers, `false` is removed.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A text.
    Text(String),
    /// Values under the keys 0, 1, 2 …
    List(Vec<ApiValue>),
    /// Values under textual keys, in order.
    Object(Vec<(Cow<'static, str>, ApiValue)>),
}

impl ApiValue {
    /// The empty list, PHP's `[]`.
    pub const EMPTY: ApiValue = ApiValue::List(Vec::new());

    /// An object from pairs.
    pub fn object<const N: usize>(pairs: [(&'static str, ApiValue); N]) -> Self {
        ApiValue::Object(pairs.map(|(key, value)| (Cow::Borrowed(key), value)).into())
    }

    /// A list of texts.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        ApiValue::List(texts.into_iter().map(|text| ApiValue::Text(text.into())).collect())
    }

    /// A text, or nothing for the empty one.
    pub fn text_or_null(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { ApiValue::Null } else { ApiValue::Text(text) }
    }

    /// The value under a key of an object.
    pub fn get(&self, key: &str) -> Option<&ApiValue> {
        match self {
            ApiValue::Object(pairs) => pairs.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            ApiValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub fn as_list(&self) -> Option<&[ApiValue]> {
        match self {
            ApiValue::List(items) => Some(items),
            _ => None,
        }
    }

    /// True for `[]`, filled lists and objects aside.
    pub fn is_empty_array(&self) -> bool {
        match self {
            ApiValue::List(items) => items.is_empty(),
            ApiValue::Object(pairs) => pairs.is_empty(),
            _ => false,
        }
    }
}

impl From<&str> for ApiValue {
    fn from(text: &str) -> Self {
        ApiValue::Text(text.to_owned())
    }
}

impl From<String> for ApiValue {
    fn from(text: String) -> Self {
        ApiValue::Text(text)
    }
}

impl From<Cow<'_, str>> for ApiValue {
    fn from(text: Cow<'_, str>) -> Self {
        ApiValue::Text(text.into_owned())
    }
}

impl<T: Into<ApiValue>> From<Option<T>> for ApiValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(ApiValue::Null, Into::into)
    }
}

impl From<Vec<ApiValue>> for ApiValue {
    fn from(items: Vec<ApiValue>) -> Self {
        ApiValue::List(items)
    }
}
