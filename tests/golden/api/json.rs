//! JSON whose keys keep their order, and ways into it.

use kirjo::api::write;
use kirjo::present::ApiValue;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::path::Path;

/// JSON with its keys in the order written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json(pub ApiValue);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Json;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json(ApiValue::Null))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
                Ok(Json(ApiValue::Bool(value)))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
                Ok(Json(ApiValue::Int(value)))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
                Ok(Json(ApiValue::Int(i64::try_from(value).expect("small"))))
            }
            fn visit_str<E>(self, value: &str) -> Result<Json, E> {
                Ok(Json(ApiValue::from(value)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
                let mut items = Vec::new();
                while let Some(Json(item)) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Json(ApiValue::List(items)))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
                let mut pairs = Vec::new();
                while let Some((key, Json(value))) = map.next_entry::<String, Json>()? {
                    pairs.push((key.into(), value));
                }
                Ok(Json(ApiValue::Object(pairs)))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

pub fn read_json(path: &Path) -> ApiValue {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str::<Json>(&text).expect("JSON").0
}

pub fn text<'v>(value: &'v ApiValue, key: &str) -> &'v str {
    value.get(key).and_then(ApiValue::as_text).unwrap_or("")
}

pub fn pairs(value: &ApiValue) -> &[(Cow<'static, str>, ApiValue)] {
    match value {
        ApiValue::Object(pairs) => pairs,
        _ => &[],
    }
}

pub fn list(value: Option<&ApiValue>) -> &[ApiValue] {
    value.and_then(ApiValue::as_list).unwrap_or(&[])
}

/// Objects with sorted keys, to tell differences of order alone.
pub fn sorted(value: &ApiValue) -> ApiValue {
    match value {
        ApiValue::Object(pairs) => {
            let mut pairs: Vec<_> = pairs.iter().map(|(k, v)| (k.clone(), sorted(v))).collect();
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            ApiValue::Object(pairs)
        }
        ApiValue::List(items) => ApiValue::List(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

pub fn json(value: Option<&ApiValue>) -> String {
    value.map_or("(missing)".into(), |value| write(value, false))
}
