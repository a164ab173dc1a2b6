//! MARCXML (ingest-marc §1.4): elements by local name in any namespace, attributes in any order.

use super::field_text::without_controls;
use super::{FormatError, clean_xml, warn};
use crate::marc::{Field, Record, Tag};
use crate::xml::{self, Sink};

const NAMESPACE: &str = "http://www.loc.gov/MARC21/slim";

/// Reads the first MARC record in a document: as root or anywhere below it. A `record` or
/// `collection` without anything in it is a record without fields, as the peer takes it; its id can
/// only be one given from outside.
pub(super) fn read(bytes: &[u8], warnings: &mut Vec<String>) -> Result<Record, FormatError> {
    let text = clean_xml(bytes, warnings);
    let mut builder = Builder {
        record: Record::with_capacity("", text.len() / 2),
        leader: None,
        parent: None,
        is_done: false,
        is_empty: true,
        depth: 0,
        current: Current::Other,
        value: String::new(),
        has_ind1: false,
        has_ind2: false,
        warnings,
    };
    xml::walk(&text, &mut builder)?;
    builder.finish()
}

/// Part of a record that is being read.
enum Current {
    Other,
    Leader,
    Field {
        tag: Option<Tag>,
        is_data: bool,
        ind1: char,
        ind2: char,
    },
    /// In a data field of this tag.
    Subfield {
        tag: Tag,
        code: Option<char>,
    },
    /// In a data field of this tag, between subfields.
    Between(Tag),
}

struct Builder<'w> {
    record: Record,
    leader: Option<String>,
    /// Depth of the element that holds the fields.
    parent: Option<usize>,
    is_done: bool,
    /// There are no elements but those that hold records.
    is_empty: bool,
    depth: usize,
    current: Current,
    value: String,
    has_ind1: bool,
    has_ind2: bool,
    warnings: &'w mut Vec<String>,
}

impl Sink for Builder<'_> {
    fn start(&mut self, name: &str) {
        self.depth += 1;
        if self.is_done {
            return;
        }
        self.is_empty &= matches!(name, "record" | "collection");
        let is_data = match name {
            "subfield" if self.parent.is_some_and(|parent| self.depth == parent + 2) => {
                if let Current::Between(tag) = self.current {
                    self.current = Current::Subfield { tag, code: None };
                    self.value.clear();
                }
                return;
            }
            "leader" | "controlfield" => false,
            "datafield" => true,
            _ => return,
        };
        if *self.parent.get_or_insert(self.depth - 1) != self.depth - 1 {
            return;
        }
        self.value.clear();
        (self.has_ind1, self.has_ind2) = (false, false);
        self.current = match name {
            "leader" => Current::Leader,
            _ => Current::Field { tag: None, is_data, ind1: ' ', ind2: ' ' },
        };
    }

    fn attribute(&mut self, name: &str, value: &str) {
        if self.is_done {
            return;
        }
        let warnings = &mut *self.warnings;
        match (&mut self.current, name) {
            (Current::Field { tag, .. }, "tag") => *tag = Some(tag_of(value, warnings)),
            (Current::Field { ind1, .. }, "ind1") => {
                self.has_ind1 = true;
                *ind1 = value.chars().next().unwrap_or(' ');
            }
            (Current::Field { ind2, .. }, "ind2") => {
                self.has_ind2 = true;
                *ind2 = value.chars().next().unwrap_or(' ');
            }
            (Current::Subfield { code, .. }, "code") => *code = value.chars().next(),
            _ => {}
        }
    }

    fn opened(&mut self) {
        if let Current::Field { tag, is_data: true, ind1, ind2 } = self.current {
            for (found, warning) in
                [(self.has_ind1, "indicator 1 missing"), (self.has_ind2, "indicator 2 missing")]
            {
                if !found {
                    warn(self.warnings, warning);
                }
            }
            let tag = tag.unwrap_or_else(|| tag_of("", self.warnings));
            self.record.push_data(tag, ind1, ind2);
            self.current = Current::Between(tag);
        }
    }

    fn text(&mut self, text: &str) {
        let depth = self.depth.checked_sub(self.parent.unwrap_or(0));
        match self.current {
            Current::Subfield { .. } if depth == Some(2) => self.value.push_str(text),
            Current::Leader | Current::Field { .. } if depth == Some(1) => {
                self.value.push_str(text);
            }
            _ => {}
        }
    }

    fn end(&mut self) {
        self.depth -= 1;
        let Some(parent) = self.parent.filter(|_| !self.is_done) else { return };
        match self.current {
            Current::Subfield { tag, code } if self.depth == parent + 1 => {
                match code {
                    Some(code) => self.record.push_subfield(code, &self.value),
                    None => warn(self.warnings, &format!("a subfield of {tag} has no code")),
                }
                self.current = Current::Between(tag);
            }
            Current::Leader if self.depth == parent => {
                self.leader.get_or_insert_with(|| std::mem::take(&mut self.value));
                self.current = Current::Other;
            }
            Current::Field { tag, is_data: false, .. } if self.depth == parent => {
                let tag = tag.unwrap_or_else(|| tag_of("", self.warnings));
                self.record.push_control(tag, &self.value);
                self.current = Current::Other;
            }
            Current::Between(_) if self.depth == parent => self.current = Current::Other,
            _ => {}
        }
        self.is_done = self.depth < parent;
    }
}

impl Builder<'_> {
    fn finish(self) -> Result<Record, FormatError> {
        if self.parent.is_none() {
            if !self.is_empty {
                return Err(FormatError::NoRecord("XML"));
            }
            warn(self.warnings, "the record is empty");
        }
        let mut record = self.record;
        match self.leader {
            Some(leader) => record.set_leader(&leader),
            None => warn(self.warnings, "no leader"),
        }
        Ok(record)
    }
}

/// The tag; one that is not three ASCII characters is cut or padded, for nothing else has a place
/// for it.
fn tag_of(text: &str, warnings: &mut Vec<String>) -> Tag {
    Tag::parse(text).unwrap_or_else(|| {
        warn(warnings, &format!("tag `{text}` is not three characters"));
        let mut bytes = [b' '; 3];
        let ascii = text.bytes().filter(u8::is_ascii_graphic);
        bytes.iter_mut().zip(ascii).for_each(|(slot, byte)| *slot = byte);
        Tag::new(bytes)
    })
}

/// The record as an element.
pub(super) fn write(record: &Record) -> String {
    let mut out = String::with_capacity(record.text_len() * 3 + 200);
    out.push_str("<record xmlns=\"");
    out.push_str(NAMESPACE);
    out.push_str("\"><leader>");
    escape(record.leader(), &mut out);
    out.push_str("</leader>");
    for field in record.fields() {
        match field {
            Field::Control(control) => {
                out.push_str("<controlfield tag=\"");
                escape(control.tag.as_str(), &mut out);
                out.push_str("\">");
                escape(control.value, &mut out);
                out.push_str("</controlfield>");
            }
            Field::Data(data) => {
                out.push_str("<datafield tag=\"");
                escape(data.tag.as_str(), &mut out);
                for (name, indicator) in [("ind1", data.ind1), ("ind2", data.ind2)] {
                    out.push_str("\" ");
                    out.push_str(name);
                    out.push_str("=\"");
                    escape(indicator.encode_utf8(&mut [0; 4]), &mut out);
                }
                out.push_str("\">");
                for subfield in data.subfields().filter(|subfield| !subfield.value.is_empty()) {
                    out.push_str("<subfield code=\"");
                    escape(subfield.code.encode_utf8(&mut [0; 4]), &mut out);
                    out.push_str("\">");
                    escape(subfield.value, &mut out);
                    out.push_str("</subfield>");
                }
                out.push_str("</datafield>");
            }
        }
    }
    out.push_str("</record>");
    out
}

fn escape(text: &str, out: &mut String) {
    for c in without_controls(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Written as it is, a reader turns it into a line feed.
            '\r' => out.push_str("&#13;"),
            c if xml::is_legal(c) => out.push(c),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
