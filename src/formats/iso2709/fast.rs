//! ISO 2709 whose every number is right, whose fields stand in the order of the directory, and
//! whose text is UTF-8: read in one pass over the text, which the record then keeps as it is.

use super::{ENTRY, FIELD_END, LEADER, RECORD_END, number};
use crate::formats::encoding::{Encoding, MISLABELLED_UTF8};
use crate::formats::field_text::SUBFIELD;
use crate::formats::warn;
use crate::marc::{Record, Tag};

/// The record; `None` if anything is not as it should be. Warnings are added only to a record.
pub(super) fn read(bytes: &[u8], encoding: Encoding, warnings: &mut Vec<String>) -> Option<Record> {
    let leader = bytes.get(..LEADER)?;
    let base = number(&leader[12..17])?;
    if number(&leader[..5])? != bytes.len()
        || bytes.last() != Some(&RECORD_END)
        || base <= LEADER
        || base >= bytes.len()
        || !(base - LEADER - 1).is_multiple_of(ENTRY)
        || bytes[base - 1] != FIELD_END
        || !matches!(encoding, Encoding::Detect | Encoding::Utf8)
    {
        return None;
    }
    let text = std::str::from_utf8(&bytes[base..bytes.len() - 1]).ok()?;
    let directory = &bytes[LEADER..base - 1];
    let leader = std::str::from_utf8(leader).ok().filter(|leader| leader.is_ascii())?;
    let record = Record::over_text(leader, text.to_owned(), directory.len() / ENTRY);
    let mut fields =
        Fields { directory: directory.as_chunks().0.iter(), record, start: 0, piece: None };
    for_each_control(text.as_bytes(), |at, byte| fields.control(text, at, byte))?;
    if fields.start != text.len() || fields.directory.next().is_some() {
        return None;
    }
    let mut record = fields.record;
    if record.leader_at(9) == ' ' && !text.is_ascii() {
        record.set_leader_at(9, 'a');
        if encoding == Encoding::Detect {
            warn(warnings, MISLABELLED_UTF8);
        }
    }
    Some(record)
}

/// The fields as far as they are read.
struct Fields<'b> {
    directory: std::slice::Iter<'b, [u8; ENTRY]>,
    record: Record,
    /// Where the current field begins.
    start: usize,
    /// Where the current subfield begins, its code included; its field is pushed already.
    piece: Option<usize>,
}

impl Fields<'_> {
    /// Takes a control character of the text; `None` if it has no place there.
    fn control(&mut self, text: &str, at: usize, byte: u8) -> Option<()> {
        match byte {
            SUBFIELD => {
                match self.piece {
                    Some(piece) => self.subfield(text, piece, at)?,
                    None => self.begin(text, at)?,
                }
                self.piece = Some(at + 1);
            }
            FIELD_END => {
                let entry = self.entry(at)?;
                match self.piece.take() {
                    Some(piece) => self.subfield(text, piece, at)?,
                    None if entry.is_control() => {
                        self.record.push_control_range(entry, self.start..at);
                    }
                    // Nothing but indicators.
                    None if at == self.start + 2 => {
                        self.begin(text, at)?;
                    }
                    None => return None,
                }
                self.directory.next();
                self.start = at + 1;
            }
            b'\t' | b'\n' | b'\r' => {}
            _ => return None,
        }
        Some(())
    }

    /// Tag of the current field, if the directory says that it ends here.
    fn entry(&self, end: usize) -> Option<Tag> {
        let entry = self.directory.as_slice().first()?;
        let (length, offset) = (number(&entry[3..7])?, number(&entry[7..])?);
        (offset == self.start && length == end + 1 - self.start)
            .then_some(Tag::new([entry[0], entry[1], entry[2]]))
    }

    /// Begins a data field whose first delimiter is here.
    fn begin(&mut self, text: &str, at: usize) -> Option<()> {
        let entry = self.directory.as_slice().first()?;
        let indicators = text.as_bytes().get(self.start..at)?;
        let [ind1 @ b' '..0x7F, ind2 @ b' '..0x7F] = *indicators else { return None };
        let tag = Tag::new([entry[0], entry[1], entry[2]]);
        self.record.push_data(tag, char::from(ind1), char::from(ind2));
        Some(())
    }

    /// Adds the subfield between a delimiter and here; an empty one is skipped.
    fn subfield(&mut self, text: &str, piece: usize, end: usize) -> Option<()> {
        if piece == end {
            return Some(());
        }
        let code = *text.as_bytes().get(piece)?;
        if code.is_ascii() {
            self.record.push_subfield_range(char::from(code), piece + 1..end);
        } else {
            let code = text.get(piece..end)?.chars().next()?;
            self.record.push_subfield_range(code, piece + code.len_utf8()..end);
        }
        Some(())
    }
}

const LANES: usize = 8;

/// Calls a function for every byte below 20, eight bytes at a time.
fn for_each_control(bytes: &[u8], mut control: impl FnMut(usize, u8) -> Option<()>) -> Option<()> {
    let (words, rest) = bytes.as_chunks::<LANES>();
    for (at, word) in words.iter().enumerate() {
        // A lane's highest bit is set if its byte is 20 or more: from its own highest bit, or by
        // adding 60 to the other seven, which never carries over.
        let lanes = u64::from_le_bytes(*word);
        let printable = ((lanes & 0x7F7F_7F7F_7F7F_7F7F) + 0x6060_6060_6060_6060) | lanes;
        let mut controls = !printable & 0x8080_8080_8080_8080;
        while controls != 0 {
            let lane = controls.trailing_zeros() as usize / 8;
            control(at * LANES + lane, word[lane])?;
            controls &= controls - 1;
        }
    }
    let start = words.len() * LANES;
    for (at, byte) in rest.iter().enumerate().filter(|(_, byte)| **byte < 0x20) {
        control(start + at, *byte)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_bytes_are_found() {
        let bytes: Vec<u8> = (0..=255).chain((0..=255).rev()).chain([0x1F, b'a', 0x1E]).collect();
        let mut found = Vec::new();
        for_each_control(&bytes, |at, byte| {
            found.push((at, byte));
            Some(())
        });
        let expected: Vec<(usize, u8)> =
            bytes.iter().copied().enumerate().filter(|(_, byte)| *byte < 0x20).collect();
        assert_eq!(found, expected);
    }
}
