//! Subject headings of a MARC record (record-fields §4.10).

use super::fields::{single, unique};
use crate::marc::{DataField, Record};
use crate::present::ApiValue;
use crate::text::trim;

const TAGS: [&str; 10] = ["600", "610", "611", "630", "648", "650", "651", "653", "656", "690"];

/// The headings in record order, each with its parts.
fn headings(record: &Record) -> impl Iterator<Item = (DataField<'_>, Vec<&str>)> {
    record.data_fields().filter(|field| TAGS.contains(&field.tag.as_str())).filter_map(|field| {
        let parts: Vec<&str> = field
            .subfields()
            .filter(|subfield| !subfield.code.is_ascii_digit())
            .map(|subfield| subfield.value)
            .collect();
        (!parts.is_empty()).then_some((field, parts))
    })
}

/// `subjects`.
pub(in crate::present) fn subjects(record: &Record) -> ApiValue {
    let lists: Vec<ApiValue> = headings(record).map(|(_, parts)| ApiValue::texts(parts)).collect();
    ApiValue::List(unique(lists))
}

/// `subjectsExtended`.
pub(in crate::present) fn extended(record: &Record) -> ApiValue {
    let names = |tag: &str| -> Vec<&str> {
        record.each(tag).map(|field| single(field, 'a')).filter(|name| !name.is_empty()).collect()
    };
    let (persons, bodies) = (names("600"), names("610"));
    let items: Vec<ApiValue> = headings(record)
        .map(|(field, parts)| {
            let first = parts.first().map_or("", |part| trim(part));
            let authority = if persons.contains(&first) {
                "Personal Name"
            } else if bodies.contains(&first) {
                "Corporate Name"
            } else {
                ""
            };
            ApiValue::object([
                ("heading", ApiValue::texts(parts)),
                ("type", kind(field).into()),
                ("source", source(field).into()),
                ("id", single(field, '0').into()),
                ("authType", authority.into()),
            ])
        })
        .collect();
    ApiValue::List(unique(items))
}

fn kind(field: DataField<'_>) -> &'static str {
    match field.tag.as_str() {
        "600" => "personal name",
        "610" => "corporate name",
        "611" => "meeting name",
        "630" => "uniform title",
        "648" => "chronological",
        "650" | "690" => "topic",
        "651" => "geographic",
        "656" => "occupation",
        _ => "",
    }
}

fn source(field: DataField<'_>) -> &str {
    match field.ind2 {
        '0' => "lcsh",
        '1' => "lcshac",
        '2' => "mesh",
        '3' => "nal",
        '4' => "unknown",
        '5' => "cash",
        '6' => "rvm",
        _ => single(field, '2'),
    }
}
