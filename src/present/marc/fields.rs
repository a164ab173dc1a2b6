//! The peer's ways of reading subfields (record-fields §1): F, F1, S, A.

use crate::marc::{DataField, Record};
use crate::text::trim;

/// Subfield values of a field with these codes, in record order, untrimmed.
pub(super) fn values<'r>(
    field: DataField<'r>,
    codes: &str,
) -> impl Iterator<Item = &'r str> + use<'r> {
    let codes: Vec<char> = codes.chars().collect();
    field.subfields().filter(move |s| codes.contains(&s.code)).map(|s| s.value)
}

/// F: the values joined with a blank, one text a field; fields without such subfields are skipped.
pub(in crate::present) fn joined(record: &Record, tag: &str, codes: &str) -> Vec<String> {
    record
        .each(tag)
        .filter_map(|field| {
            let found: Vec<&str> = values(field, codes).collect();
            (!found.is_empty()).then(|| found.join(" "))
        })
        .collect()
}

/// F1: the first of F, or the empty text.
pub(super) fn first_joined(record: &Record, tag: &str, codes: &str) -> String {
    joined(record, tag, codes).into_iter().next().unwrap_or_default()
}

/// S: the first subfield of this code, trimmed, or the empty text.
pub(super) fn single(field: DataField<'_>, code: char) -> &str {
    trim(field.first(code).unwrap_or(""))
}

/// A: the values trimmed, empty ones (also `0`) left out.
pub(super) fn trimmed<'r>(
    field: DataField<'r>,
    codes: &str,
) -> impl Iterator<Item = &'r str> + use<'r> {
    values(field, codes).map(trim).filter(|value| !value.is_empty() && *value != "0")
}

/// A, joined with a blank.
pub(super) fn trimmed_joined(field: DataField<'_>, codes: &str) -> String {
    trimmed(field, codes).collect::<Vec<_>>().join(" ")
}

/// Keeps the first of equal values.
pub(in crate::present) fn unique<T: PartialEq>(values: Vec<T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::with_capacity(values.len());
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}
