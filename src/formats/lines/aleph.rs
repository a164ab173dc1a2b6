//! Aleph sequential: `000000001 24510 L $$aTitle`.

use super::{leader_text, skip_line, tag_of};
use crate::formats::field_text::{FieldWriter, SUBFIELD};
use crate::formats::warn;
use crate::marc::Tag;

/// Bytes of the record number at the start of each line.
pub(super) const NUMBER: usize = 9;
const TAG: usize = 10;
const INDICATORS: usize = 13;
const DATA: usize = 18;

pub(super) fn leader(lines: &[&[u8]]) -> Option<String> {
    let line = lines.iter().find(|line| line.get(TAG..TAG + 3) == Some(b"LDR"))?;
    Some(leader_text(line.get(DATA..)?).replace('^', " "))
}

pub(super) fn fields(lines: &[&[u8]], writer: &mut FieldWriter<'_>) {
    let mut content = Vec::new();
    for line in lines {
        let tag = line.get(TAG..).and_then(tag_of);
        let (Some(tag), Some(indicators), Some(data)) =
            (tag, line.get(INDICATORS..INDICATORS + 2), line.get(DATA..))
        else {
            skip_line(line, writer.warnings);
            continue;
        };
        if tag == "LDR" {
            continue;
        }
        content.clear();
        if tag.is_control() || tag == "FMT" {
            content.extend(data.iter().map(|byte| if *byte == b'^' { b' ' } else { *byte }));
            if tag == "FMT" {
                let text = String::from_utf8_lossy(&content).into_owned();
                writer.record.push_control(tag, &text);
            } else {
                writer.field(tag, &content);
            }
            continue;
        }
        content.extend_from_slice(indicators);
        let mut rest = data;
        while let Some(at) = memchr::memmem::find(rest, b"$$") {
            content.extend_from_slice(&rest[..at]);
            content.push(SUBFIELD);
            rest = &rest[at + 2..];
        }
        content.extend_from_slice(rest);
        writer.field(tag, &content);
        if tag == "DEL" && data.starts_with(b"$$aY") {
            writer.record.set_leader_at(5, 'd');
        }
    }
    add_number(lines, writer);
}

/// A record without 001 has its number all the same.
fn add_number(lines: &[&[u8]], writer: &mut FieldWriter<'_>) {
    if writer.record.controls("001").next().is_some() {
        return;
    }
    if let Some(number) = lines.first().and_then(|line| line.get(..NUMBER)) {
        warn(writer.warnings, "001 taken from the record number");
        writer.field(Tag::new(*b"001"), number);
    }
}
