//! Links to other records (record-fields §4.5, `otherLinks`).

use super::fields::{single, values};
use super::punctuation::strip;
use crate::marc::{DataField, Record};
use crate::present::ApiValue;
use crate::present::view::RecordView;
use crate::text::trim;

const LINKING: [&str; 11] =
    ["760", "762", "765", "767", "770", "772", "775", "776", "780", "785", "730"];

/// `otherLinks`: 787.
pub(in crate::present) fn other_links(record: &Record) -> ApiValue {
    let links = record.each("787").map(|field| {
        let isn = match single(field, 'z') {
            "" => single(field, 'x'),
            isbn => isbn,
        };
        ApiValue::object([
            ("heading", single(field, 'i').replace(':', "").into()),
            ("title", single(field, 't').into()),
            ("author", single(field, 'a').into()),
            ("isn", isn.into()),
        ])
    });
    ApiValue::List(links.collect())
}

/// `recordLinks`.
pub(in crate::present) fn record_links(view: &RecordView<'_>) -> ApiValue {
    let record = view.marc();
    let links = LINKING
        .into_iter()
        .flat_map(|tag| record.each(tag))
        .filter(|field| if field.tag == "730" { field.ind2 == ' ' } else { field.ind1 != '1' })
        .map(|field| item(view, field));
    ApiValue::List(links.collect())
}

fn item(view: &RecordView<'_>, field: DataField<'_>) -> ApiValue {
    let mut title = [single(field, 't'), single(field, 'x'), single(field, 'z')]
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or("")
        .to_owned();
    let qualifier = single(field, 'c');
    if !qualifier.is_empty() {
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(qualifier);
    }
    let value = match field.tag.as_str() {
        "775" | "776" => {
            let shown = field.subfields().filter(|s| !"ilw4678".contains(s.code));
            shown.map(|s| s.value).collect::<Vec<_>>().join(" ")
        }
        "730" if title.is_empty() => {
            single(field, 'a').clone_into(&mut title);
            title.clone()
        }
        _ => title.clone(),
    };
    let note = note(field);
    let translated = view.translate(&note).map_or(ApiValue::Null, ApiValue::from);
    ApiValue::object([
        ("title", note.into()),
        ("value", strip(&value).into()),
        ("link", target(view, field, title)),
        ("translated", translated),
    ])
}

fn note(field: DataField<'_>) -> String {
    let own = strip(single(field, 'i').trim_end_matches(':'));
    if !own.is_empty() {
        return own.to_owned();
    }
    let last = match field.tag.as_str() {
        "780" => '7',
        "785" => '8',
        _ => return format!("note_{}", field.tag),
    };
    let kind = if field.ind2 == ' ' { '0' } else { field.ind2 };
    if ('0'..=last).contains(&kind) {
        format!("note_{}_{kind}", field.tag)
    } else {
        format!("note_{}", field.tag)
    }
}

/// The best way to find the other record: its id, a number, else its title.
fn target(view: &RecordView<'_>, field: DataField<'_>, title: String) -> ApiValue {
    let numbers: Vec<&str> = values(field, "w").collect();
    let last = |wanted: fn(&str) -> Option<String>| numbers.iter().rev().find_map(|w| wanted(w));
    let found = last(|w| match coded(w) {
        None if !trim(w).is_empty() => Some(w.to_owned()),
        _ => None,
    })
    .map(|id| ("bib", id))
    .or_else(|| {
        let oclc = last(|w| match coded(w) {
            Some(("OCoLC", number)) => Some(oclc_number(number)),
            _ => None,
        });
        oclc.map(|number| ("oclc", number))
    })
    .or_else(|| {
        let dlc = last(|w| match coded(w) {
            Some(("DLC", number)) => Some(number.to_owned()),
            _ => None,
        });
        dlc.map(|number| ("dlc", number))
    });
    if let Some((kind, value)) = found {
        return ApiValue::object([("type", kind.into()), ("value", value.into())]);
    }
    for code in ['z', 'x'] {
        let number = single(field, code);
        if !number.is_empty() {
            return ApiValue::object([
                ("type", "isn".into()),
                ("value", number.into()),
                ("exclude", view.id().into()),
            ]);
        }
    }
    ApiValue::object([("type", "title".into()), ("value", title.into())])
}

/// The first `(code)text` anywhere in a $w.
fn coded(number: &str) -> Option<(&str, &str)> {
    let (_, after) = number.split_once('(')?;
    let (code, text) = after.split_once(')')?;
    (!code.is_empty() && !text.is_empty()).then_some((code, text))
}

fn oclc_number(text: &str) -> String {
    let without: String = text.chars().filter(|c| !c.is_ascii_lowercase()).collect();
    trim(&without).to_owned()
}
