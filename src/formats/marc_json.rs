//! MARC-in-JSON, and the three shapes the peer's database had before it (ingest-marc §1.5).

mod cut;
mod write;

pub(super) use cut::JsonCutter;
pub(super) use write::write;

use super::field_text::FieldWriter;
use super::{FormatError, warn};
use crate::formats::encoding::Charset;
use crate::marc::{Record, Tag};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Reads one object, or the first one of an array.
pub(super) fn read(bytes: &[u8], warnings: &mut Vec<String>) -> Result<Record, FormatError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = super::encoding::utf8_or_repaired(bytes, warnings);
    let value = match first_value(&text) {
        Ok(value) => value,
        Err(error) => match without_lone_surrogates(&text) {
            Cow::Owned(mended) => {
                warn(warnings, "lone surrogate in JSON");
                first_value(&mended)?
            }
            Cow::Borrowed(_) => return Err(error.into()),
        },
    };
    match value {
        Json::List(values) => values
            .into_iter()
            .next()
            .ok_or(FormatError::NoRecord("JSON"))
            .and_then(|value| record_of(&value, warnings)),
        value => record_of(&value, warnings),
    }
}

fn first_value(text: &str) -> Result<Json, serde_json::Error> {
    serde_json::from_str(text)
}

/// JSON that keeps the order of keys and keys that occur twice; numbers and the like become text.
#[derive(Debug)]
enum Json {
    Null,
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    fn text(&self) -> &str {
        match self {
            Json::Text(text) => text,
            _ => "",
        }
    }

    fn list(&self) -> &[Json] {
        match self {
            Json::List(values) => values,
            _ => &[],
        }
    }

    fn members(&self) -> &[(String, Json)] {
        match self {
            Json::Object(members) => members,
            _ => &[],
        }
    }

    /// First character of a member's text, blank if there is none.
    fn indicator(&self, key: &str) -> char {
        self.get(key).and_then(|value| value.text().chars().next()).unwrap_or(' ')
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Text(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element()? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = entries.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

fn record_of(value: &Json, warnings: &mut Vec<String>) -> Result<Record, FormatError> {
    let Json::Object(members) = value else { return Err(FormatError::NoRecord("JSON")) };
    if let Some(version) = value.get("v") {
        return match version.text() {
            "2" | "3" => Ok(older(value.get("f").unwrap_or(&Json::Null), warnings)),
            _ => Err(FormatError::UnrecognizedJson),
        };
    }
    match (value.get("leader"), value.get("fields")) {
        (None, None) if members.iter().any(|(key, _)| Tag::parse(key).is_some()) => {
            Ok(oldest(value, warnings))
        }
        (None, None) => Err(FormatError::UnrecognizedJson),
        (leader, fields) => {
            Ok(current(leader.map_or("", Json::text), fields.unwrap_or(&Json::Null), warnings))
        }
    }
}

fn tag_of(key: &str, warnings: &mut Vec<String>) -> Option<Tag> {
    let tag = Tag::parse(key);
    if tag.is_none() {
        warn(warnings, &format!("tag `{key}` is not three characters"));
    }
    tag
}

fn start(leader: &str, warnings: &mut Vec<String>) -> Record {
    if leader.is_empty() {
        warn(warnings, "no leader");
    }
    Record::new(leader)
}

/// `{"leader": …, "fields": [{"245": {"ind1": …, "ind2": …, "subfields": [{"a": …}]}}]}`.
fn current(leader: &str, fields: &Json, warnings: &mut Vec<String>) -> Record {
    let mut record = start(leader, warnings);
    for (key, field) in fields.list().iter().flat_map(Json::members) {
        let Some(tag) = tag_of(key, warnings) else { continue };
        match field {
            Json::Object(_) => {
                record.push_data(tag, field.indicator("ind1"), field.indicator("ind2"));
                let subfields = field.get("subfields").map_or(&[][..], Json::list);
                push_subfields(&mut record, subfields.iter().flat_map(Json::members));
            }
            _ => record.push_control(tag, field.text()),
        }
    }
    record
}

fn push_subfields<'j>(record: &mut Record, subfields: impl Iterator<Item = &'j (String, Json)>) {
    for (code, value) in subfields {
        if let Some(code) = code.chars().next() {
            record.push_subfield(code, value.text());
        }
    }
}

/// Versions 2 and 3: tag → list; `{"i1", "i2", "s": [{"c": "a", "v": …}]}`, in version 3
/// `"s": [{"a": …}]`.
fn older(fields: &Json, warnings: &mut Vec<String>) -> Record {
    let mut record = start(fields.get("000").map_or("", leader_of), warnings);
    for (key, values) in fields.members().iter().filter(|(key, _)| key != "000") {
        let Some(tag) = tag_of(key, warnings) else { continue };
        for field in one_or_many(values) {
            if let Json::Text(text) = field {
                record.push_control(tag, text);
                continue;
            }
            record.push_data(tag, field.indicator("i1"), field.indicator("i2"));
            for subfield in field.get("s").map_or(&[][..], Json::list) {
                match (subfield.get("c"), subfield.get("v")) {
                    (Some(code), Some(value)) => {
                        let code = code.text().chars().next().unwrap_or(' ');
                        record.push_subfield(code, value.text());
                    }
                    _ => push_subfields(&mut record, subfield.members().iter()),
                }
            }
        }
    }
    record
}

/// Version 1: tag → list of texts as in ISO 2709.
fn oldest(value: &Json, warnings: &mut Vec<String>) -> Record {
    let record = start(value.get("000").map_or("", leader_of), warnings);
    let mut writer = FieldWriter { record, charset: Charset::Utf8, has_controls: true, warnings };
    for (key, values) in value.members().iter().filter(|(key, _)| key != "000") {
        let Some(tag) = tag_of(key, writer.warnings) else { continue };
        for field in one_or_many(values) {
            writer.text(tag, field.text());
        }
    }
    writer.record
}

fn leader_of(value: &Json) -> &str {
    one_or_many(value).first().map_or("", Json::text)
}

fn one_or_many(value: &Json) -> &[Json] {
    match value {
        Json::List(values) => values,
        Json::Null => &[],
        one => std::slice::from_ref(one),
    }
}

/// `\ud800` without its other half cannot be text; it becomes `\ufffd`.
fn without_lone_surrogates(text: &str) -> Cow<'_, str> {
    let unit_at = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut out = String::new();
    let (mut kept, mut at) = (0, 0);
    while let Some(found) = memchr::memchr(b'\\', &text.as_bytes()[at..]) {
        let escape = at + found;
        at = match unit_at(escape) {
            Some(0xD800..0xDC00)
                if unit_at(escape + 6).is_some_and(|low| (0xDC00..0xE000).contains(&low)) =>
            {
                escape + 12
            }
            Some(0xD800..0xE000) => {
                out.push_str(&text[kept..escape]);
                out.push_str("\\ufffd");
                kept = escape + 6;
                kept
            }
            _ => (escape + 2).min(text.len()),
        };
        // After `\` there may stand a character of several bytes.
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;
