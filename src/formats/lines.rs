//! MARC as lines of text: Aleph sequential, tagged lines, mnemonic (ingest-marc §1.6).
//!
//! Each line becomes the bytes an ISO 2709 field would have, so that indicators, subfields and
//! character sets are read in one place.

mod aleph;
mod cut;
mod mnemonic;
mod tagged;

pub(super) use cut::LinesCutter;

use super::encoding::{Encoding, charset_of};
use super::field_text::FieldWriter;
use super::{FormatError, warn};
use crate::marc::{Record, Tag};
use crate::record::Form;

/// Reads one record of the given line form.
pub(super) fn read(
    form: Form,
    bytes: &[u8],
    encoding: Encoding,
    warnings: &mut Vec<String>,
) -> Result<Record, FormatError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let lines: Vec<&[u8]> = bytes
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.trim_ascii().is_empty())
        .collect();
    let leader = match form {
        Form::AlephSequential => aleph::leader(&lines),
        Form::Mnemonic => mnemonic::leader(&lines),
        _ => tagged::leader(&lines),
    };
    if leader.is_none() {
        warn(warnings, "no leader");
    }
    let leader = leader.unwrap_or_default();
    let scheme = leader.as_bytes().get(9).copied().unwrap_or(b' ');
    let charset = charset_of(encoding, scheme, bytes, warnings);
    let record = Record::with_capacity(&leader, bytes.len());
    let mut writer = FieldWriter { record, charset, has_controls: true, warnings };
    match form {
        Form::AlephSequential => aleph::fields(&lines, &mut writer),
        Form::Mnemonic => mnemonic::fields(&lines, &mut writer),
        _ => tagged::fields(&lines, &mut writer),
    }
    if writer.record.fields().next().is_none() {
        return Err(FormatError::NoRecord("text"));
    }
    Ok(super::iso2709::finish(writer))
}

/// Leader text of which everything is ASCII.
fn leader_text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { ' ' }).collect()
}

/// The tag at the start of a line, if there is one.
fn tag_of(bytes: &[u8]) -> Option<Tag> {
    let tag: [u8; 3] = bytes.get(..3)?.try_into().ok()?;
    tag.iter().all(u8::is_ascii_alphanumeric).then_some(Tag::new(tag))
}

/// Tells a line that is no field.
fn skip_line(line: &[u8], warnings: &mut Vec<String>) {
    let start = String::from_utf8_lossy(&line[..line.len().min(20)]);
    warn(warnings, &format!("line is no field: `{start}`"));
}

#[cfg(test)]
mod tests;
