//! The bytes of one field → control field or data field (ingest-marc §1.2), for every form of MARC
//! that separates subfields by a byte.

use super::encoding::{Charset, utf8_or_repaired};
use super::warn;
use crate::marc::{Record, Tag, decode_escapes, decode_marc8};
use std::borrow::Cow;

pub(super) const SUBFIELD: u8 = 0x1F;

/// Adds fields to a record, decoding their text.
pub(super) struct FieldWriter<'w> {
    pub(super) record: Record,
    pub(super) charset: Charset,
    /// False if the record is known to hold no control characters.
    pub(super) has_controls: bool,
    pub(super) warnings: &'w mut Vec<String>,
}

impl FieldWriter<'_> {
    /// Adds a field from the bytes between two field terminators.
    pub(super) fn field(&mut self, tag: Tag, content: &[u8]) {
        match self.charset {
            Charset::Utf8 | Charset::BrokenUtf8 => {
                let text = utf8_or_repaired(content, self.warnings);
                self.text(tag, &text);
            }
            Charset::Latin1 => {
                let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(content);
                self.text(tag, &text);
            }
            Charset::Marc8 => self.marc8(tag, content),
        }
    }

    /// Adds a field from its text.
    pub(super) fn text(&mut self, tag: Tag, text: &str) {
        let first = memchr::memchr(SUBFIELD, text.as_bytes());
        let Some(first) = first else {
            if tag.is_control() {
                let value = self.without_controls(text);
                self.record.push_control(tag, &value);
            } else {
                self.without_subfields(tag, text);
            }
            return;
        };
        let (indicators, subfields) = (&text[..first], &text[first + 1..]);
        self.indicators(tag, indicators);
        for piece in subfields.split('\u{1F}') {
            let mut characters = piece.chars();
            if let Some(code) = characters.next() {
                let value = self.without_controls(characters.as_str());
                self.record.push_subfield(code, &value);
            }
        }
    }

    /// A data field without any delimiter: its text becomes `a`, less two indicators if they look
    /// like some [decision of ingest-marc §1.2]. Nothing but indicators is a field without
    /// subfields.
    fn without_subfields(&mut self, tag: Tag, text: &str) {
        let indicator = |c: char| c == ' ' || c.is_ascii_digit();
        let mut characters = text.chars();
        let (first, second) = (characters.next(), characters.next());
        let (ind1, ind2, value) = match (first, second) {
            (Some(one), Some(two)) if indicator(one) && indicator(two) => {
                (one, two, characters.as_str())
            }
            (Some(one), None) if indicator(one) => (one, ' ', ""),
            _ => (' ', ' ', text),
        };
        self.record.push_data(tag, ind1, ind2);
        let value = self.without_controls(value);
        if !value.is_empty() {
            self.record.push_subfield('a', &value);
            warn(self.warnings, &format!("no subfield delimiter in {tag}"));
        }
    }

    /// Begins a data field. Indicators are characters, not bytes; text after them that lost its
    /// delimiter is kept as `a`, a third indicator is dropped.
    fn indicators(&mut self, tag: Tag, indicators: &str) {
        let mut characters = indicators.chars();
        let (ind1, ind2) = (characters.next(), characters.next());
        let missing = match (ind1, ind2) {
            (None, _) => Some("indicator 1 missing"),
            (_, None) => Some("indicator 2 missing"),
            _ => None,
        };
        if let Some(warning) = missing {
            warn(self.warnings, warning);
        }
        let visible = |c: Option<char>| c.filter(|c| !c.is_control()).unwrap_or(' ');
        self.record.push_data(tag, visible(ind1), visible(ind2));
        let rest = characters.as_str();
        if rest.chars().nth(1).is_some() {
            let value = self.without_controls(rest);
            self.record.push_subfield('a', &value);
            warn(self.warnings, &format!("no subfield delimiter in {tag}"));
        }
    }

    fn marc8(&mut self, tag: Tag, content: &[u8]) {
        let mut pieces = content.split(|byte| *byte == SUBFIELD);
        let head = decode_marc8(pieces.next().unwrap_or(&[]), self.warnings);
        if content.contains(&SUBFIELD) {
            self.indicators(tag, &head);
        } else if tag.is_control() {
            self.record.push_control(tag, &head);
        } else {
            self.without_subfields(tag, &head);
        }
        for piece in pieces.filter(|piece| !piece.is_empty()) {
            let text = decode_marc8(piece, self.warnings);
            let mut characters = text.chars();
            if let Some(code) = characters.next() {
                self.record.push_subfield(code, characters.as_str());
            }
        }
    }

    fn without_controls<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        if !self.has_controls {
            Cow::Borrowed(text)
        } else if text.contains('\u{1B}') {
            Cow::Owned(decode_escapes(text, self.warnings))
        } else {
            without_controls(text)
        }
    }
}

/// Drops C0 characters other than TAB, LF and CR (ingest-marc §1.7).
pub(super) fn without_controls(text: &str) -> Cow<'_, str> {
    if text.bytes().any(is_stray_control) {
        Cow::Owned(text.chars().filter(|c| !u8::try_from(*c).is_ok_and(is_stray_control)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// C0 characters that no text needs.
pub(super) fn is_stray_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')
}
