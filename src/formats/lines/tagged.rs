//! Tagged lines as pasted from a screen: `245 10 |a Title |c author`.

use super::{leader_text, skip_line, tag_of};
use crate::formats::field_text::{FieldWriter, SUBFIELD};

/// How subfields are marked in a record.
#[derive(Clone, Copy)]
struct Marker {
    sign: &'static [u8],
    /// A blank follows the code and belongs to the marker.
    has_blank: bool,
}

const MARKERS: [Marker; 3] = [
    Marker { sign: b"$", has_blank: false },
    Marker { sign: b"|", has_blank: true },
    Marker { sign: "‡".as_bytes(), has_blank: true },
];
/// `24510‡aTitle^`, without anything between tag and indicators.
const DENSE: Marker = Marker { sign: "‡".as_bytes(), has_blank: false };

impl Marker {
    /// Length of the marker with its code if the text begins with one, and the code.
    fn at(self, text: &[u8]) -> Option<(usize, u8)> {
        let rest = text.strip_prefix(self.sign)?;
        let code = *rest.first().filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit())?;
        let blank = match rest.get(1) {
            Some(b' ') if self.has_blank => 1,
            Some(_) if self.has_blank => return None,
            _ => 0,
        };
        Some((self.sign.len() + 1 + blank, code))
    }

    fn count(self, lines: &[&[u8]]) -> usize {
        lines
            .iter()
            .flat_map(|line| (0..line.len()).map(|at| &line[at..]))
            .filter(|text| self.at(text).is_some())
            .count()
    }
}

pub(super) fn is_leader(line: &[u8]) -> bool {
    line.starts_with(b"LDR")
        || line.starts_with(b"000") && matches!(line.get(3), Some(b' ' | b'\t'))
}

pub(super) fn leader(lines: &[&[u8]]) -> Option<String> {
    let line = lines.iter().find(|line| is_leader(line))?;
    let content = line.get(4..).unwrap_or(&[]);
    // Indicators of the leader, written as two blanks or `__`, are not part of it.
    Some(leader_text(unquoted(content)).replace('_', " "))
}

pub(super) fn fields(lines: &[&[u8]], writer: &mut FieldWriter<'_>) {
    let marker = MARKERS.into_iter().rev().max_by_key(|marker| marker.count(lines));
    let mut marker = marker.unwrap_or(DENSE);
    let is_dense = lines.iter().any(|line| {
        line.get(5..).is_some_and(|rest| DENSE.at(rest).is_some())
            && !matches!(line.get(3), Some(b' ' | b'\t'))
    });
    let (indicators, subfields) = if is_dense { (3, 5) } else { (4, 7) };
    if is_dense {
        marker = DENSE;
    }
    for line in lines.iter().filter(|line| !is_leader(line)) {
        let line = if is_dense { line.strip_suffix(b"^").unwrap_or(line) } else { line };
        let Some(tag) = tag_of(line) else {
            skip_line(line, writer.warnings);
            continue;
        };
        if tag.is_control() {
            writer.field(tag, unquoted(line.get(4..).unwrap_or(&[])));
            continue;
        }
        let indicator = |at: usize| match line.get(at) {
            Some(byte) if byte.is_ascii_graphic() && *byte != b'_' => *byte,
            _ => b' ',
        };
        let mut content = vec![indicator(indicators), indicator(indicators + 1)];
        push_subfields(unquoted(line.get(subfields..).unwrap_or(&[])), marker, &mut content);
        writer.field(tag, &content);
    }
}

/// Text before the first marker is ignored, values without text are left out; a value's end is
/// trimmed, for the blank before the next marker is not part of it.
fn push_subfields(text: &[u8], marker: Marker, content: &mut Vec<u8>) {
    let mut value_start = None;
    let mut at = 0;
    let mut close = |from: Option<(usize, u8)>, to: usize| {
        if let Some((from, code)) = from {
            let value = text[from..to].trim_ascii_end();
            if !value.is_empty() {
                content.extend([SUBFIELD, code]);
                content.extend_from_slice(value);
            }
        }
    };
    while at < text.len() {
        if let Some((length, code)) = marker.at(&text[at..]) {
            close(value_start, at);
            at += length;
            value_start = Some((at, code));
        } else {
            at += 1;
        }
    }
    close(value_start, text.len());
}

fn unquoted(text: &[u8]) -> &[u8] {
    text.trim_ascii_end()
        .strip_prefix(b"'")
        .and_then(|rest| rest.strip_suffix(b"'"))
        .unwrap_or(text)
}
