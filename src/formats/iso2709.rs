//! ISO 2709: leader, directory, fields (ingest-marc §1.2, §1.7).
//!
//! A sound UTF-8 record takes the fast path, which copies its text once. Anything else takes the
//! lenient path, which trusts the field terminators more than the numbers.

mod cut;
mod fast;
mod lenient;
mod write;

pub(super) use cut::Iso2709Cutter;
pub(super) use write::write;

use super::FormatError;
use super::encoding::{Charset, Encoding};
use super::field_text::{FieldWriter, SUBFIELD, is_stray_control};
use crate::marc::{Field, Record};

pub(crate) const RECORD_END: u8 = 0x1D;
pub(super) const FIELD_END: u8 = 0x1E;
const LEADER: usize = 24;
const ENTRY: usize = 12;

/// Reads one record, with or without its terminator, blanks before it skipped.
pub(super) fn read(
    bytes: &[u8],
    encoding: Encoding,
    warnings: &mut Vec<String>,
) -> Result<Record, FormatError> {
    let bytes = skip_blank(bytes);
    if let Some(record) = fast::read(bytes, encoding, warnings) {
        return Ok(record);
    }
    lenient::read(bytes, encoding, warnings)
}

/// Drops a byte-order mark and what may stand between records: NUL, line ends, blanks.
pub(super) fn skip_blank(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let start = bytes.iter().position(|byte| !is_blank(*byte)).unwrap_or(bytes.len());
    &bytes[start..]
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | b'\n' | b'\r' | b' ' | b'\t' | 0x1A)
}

/// Decimal number of a few digits; nothing else is allowed.
fn number(digits: &[u8]) -> Option<usize> {
    let (mut value, mut is_number) = (0_usize, true);
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        is_number &= digit <= 9;
        value = value.wrapping_mul(10).wrapping_add(usize::from(digit));
    }
    is_number.then_some(value)
}

fn writer<'w>(
    leader: &str,
    data: &[u8],
    charset: Charset,
    warnings: &'w mut Vec<String>,
) -> FieldWriter<'w> {
    // Written without short-circuit so that it becomes vector code.
    let has_controls = data.iter().fold(false, |found, byte| {
        found | (is_stray_control(*byte) & !(RECORD_END..=SUBFIELD).contains(byte))
    });
    let record = Record::with_capacity(leader, data.len());
    FieldWriter { record, charset, has_controls, warnings }
}

/// A record that was converted says so in leader/09, and what described its old character set goes:
/// field 066 and the script part of `$6`.
pub(super) fn finish(writer: FieldWriter<'_>) -> Record {
    let FieldWriter { mut record, charset, .. } = writer;
    if charset == Charset::Utf8 {
        if record.leader_at(9) == ' ' && !record.is_ascii() {
            record.set_leader_at(9, 'a');
        }
        return record;
    }
    record.set_leader_at(9, 'a');
    if charset == Charset::BrokenUtf8 {
        return record;
    }
    without_character_sets(&record)
}

fn without_character_sets(record: &Record) -> Record {
    let mut kept = Record::with_capacity(record.leader(), record.text_len());
    for field in record.fields().filter(|field| field.tag() != "066") {
        match field {
            Field::Data(data) => {
                kept.push_data(data.tag, data.ind1, data.ind2);
                for subfield in data.subfields() {
                    let value = match subfield.code {
                        '6' => subfield.value.split('/').next().unwrap_or(""),
                        _ => subfield.value,
                    };
                    kept.push_subfield(subfield.code, value);
                }
            }
            Field::Control(_) => kept.push_field(field),
        }
    }
    kept
}

#[cfg(test)]
mod tests;
