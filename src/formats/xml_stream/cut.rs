//! A stream → elements that are records, or hold one in an envelope.

use super::local;
use super::markup::{MAX_TAG, Markup, attribute, markup};
use super::units::{Selection, may_be_empty};
use crate::formats::piece::Piece;
use crate::formats::window::Window;
use crate::xml::MAX_DEPTH;
use encoding_rs::Encoding;

/// Names kept of the elements around records; deeper ones are only counted.
const MAX_OUTER: usize = 256;

/// Cuts records out of a stream.
pub(in crate::formats) struct XmlCutter {
    selection: Selection,
    is_utf8: bool,
    /// The character set that the declaration names, if it is not UTF-8.
    encoding: Option<&'static Encoding>,
    /// Names of the open elements outside of records, the outermost first.
    outer: Vec<Vec<u8>>,
    /// Open elements for which there is no room in `outer`.
    uncounted: usize,
    /// Bytes of the window that are scanned.
    scanned: usize,
    open: Option<Open>,
    /// Something outside of records was broken and told.
    junk_told: bool,
    mode: Mode,
    cut_any: bool,
    root: Option<String>,
}

#[derive(PartialEq, Eq)]
enum Mode {
    Reading,
    /// Nothing is read until the next document begins.
    Refused,
}

/// The record that is being read; it begins at the front of the window.
struct Open {
    name: Vec<u8>,
    /// Ranges of the names of open elements, relative to the record.
    stack: Vec<(usize, usize)>,
    /// The last tag opened `metadata` or `recordData`, so what comes next is a payload.
    payload_next: bool,
    fault: Option<String>,
}

impl XmlCutter {
    /// `is_utf8`: the stream has been made UTF-8 already, so declarations do not count.
    pub(in crate::formats) fn new(selection: Selection, is_utf8: bool) -> Self {
        XmlCutter {
            selection,
            is_utf8,
            encoding: None,
            outer: Vec::new(),
            uncounted: 0,
            scanned: 0,
            open: None,
            junk_told: false,
            mode: Mode::Reading,
            cut_any: false,
            root: None,
        }
    }

    pub(in crate::formats) fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The character set of the piece cut last.
    pub(in crate::formats) fn encoding(&self) -> Option<&'static Encoding> {
        self.encoding
    }

    /// Names of the elements around the piece cut last, the nearest first.
    pub(in crate::formats) fn outer(&self) -> impl Iterator<Item = &[u8]> {
        self.outer.iter().rev().map(Vec::as_slice)
    }

    pub(in crate::formats) fn next(&mut self, window: &mut Window, limit: usize) -> Option<Piece> {
        loop {
            let found = memchr::memchr(b'<', &window.bytes()[self.scanned..]);
            self.scanned = found.map_or(window.bytes().len(), |at| self.scanned + at);
            if self.open.is_none() {
                window.consume(self.scanned);
                self.scanned = 0;
            }
            if self.open.is_some() && self.scanned > limit {
                return Some(self.give_up(window, limit));
            }
            let read = found.and_then(|_| markup(&window.bytes()[self.scanned..]));
            let Some((markup, length)) = read else {
                if self.open.is_none() && window.bytes().len() > limit.max(MAX_TAG) {
                    // A comment or the like without an end.
                    return Some(self.junk(window, "markup without an end"));
                }
                if self.open.is_some() && window.bytes().len() > limit {
                    return Some(self.give_up(window, limit));
                }
                if window.fill() {
                    continue;
                }
                return self.at_end(window);
            };
            let piece = if self.mode == Mode::Refused {
                self.refused(window, &markup, length);
                None
            } else if self.open.is_some() {
                self.inside(window, &markup, length)
            } else {
                self.outside(window, &markup, length)
            };
            if piece.is_some() {
                return piece;
            }
        }
    }

    /// Markup between records; it is at the front of the window.
    fn outside(&mut self, window: &mut Window, markup: &Markup, length: usize) -> Option<Piece> {
        match markup {
            Markup::Start { name, is_empty } => {
                let name = window.bytes()[name.clone()].to_vec();
                if self.root.is_none() {
                    self.root = Some(String::from_utf8_lossy(&name).into_owned());
                }
                if self.selection.is_record(&name, self.outer.len() + self.uncounted, || {
                    self.outer.iter().rev().map(Vec::as_slice)
                }) {
                    self.junk_told = false;
                    self.cut_any = true;
                    if *is_empty {
                        return Some(Piece::cut(window, length));
                    }
                    self.begin(name, length);
                    return None;
                }
                if !is_empty {
                    if self.outer.len() < MAX_OUTER {
                        self.outer.push(name);
                    } else {
                        self.uncounted += 1;
                    }
                }
            }
            Markup::End { name } => {
                let name = window.bytes()[name.clone()].to_vec();
                self.close_outer(&name);
            }
            Markup::Declaration => self.begin_document(&window.bytes()[..length]),
            Markup::Doctype { has_internal_subset: true } => {
                self.mode = Mode::Refused;
                let piece = Piece::cut(window, length);
                return Some(piece.with_fault(crate::xml::XmlError::InternalSubset.to_string()));
            }
            Markup::Malformed(reason) => {
                if !self.junk_told {
                    return Some(self.junk(window, reason));
                }
            }
            Markup::Doctype { .. } | Markup::Other => {}
        }
        window.consume(length);
        None
    }

    fn close_outer(&mut self, name: &[u8]) {
        if self.uncounted > 0 {
            self.uncounted -= 1;
        } else if let Some(at) = self.outer.iter().rposition(|open| open == name) {
            self.outer.truncate(at);
        }
    }

    fn begin(&mut self, name: Vec<u8>, tag_length: usize) {
        let stack = vec![(1, 1 + name.len())];
        self.open = Some(Open { name, stack, payload_next: false, fault: None });
        self.scanned = tag_length;
    }

    fn begin_document(&mut self, declaration: &[u8]) {
        self.outer.clear();
        self.uncounted = 0;
        self.mode = Mode::Reading;
        if self.is_utf8 {
            return;
        }
        self.encoding = attribute(declaration, b"encoding")
            .and_then(Encoding::for_label)
            // A declaration that can be read as ASCII is not in UTF-16, whatever it says.
            .filter(|encoding| encoding.is_ascii_compatible() && *encoding != encoding_rs::UTF_8);
    }

    /// After a document type that is refused: only a new document ends it.
    fn refused(&mut self, window: &mut Window, markup: &Markup, length: usize) {
        if *markup == Markup::Declaration {
            self.begin_document(&window.bytes()[..length]);
        }
        window.consume(length);
    }

    /// Markup in a record; it is at `scanned`.
    fn inside(&mut self, window: &mut Window, markup: &Markup, length: usize) -> Option<Piece> {
        let at = self.scanned;
        let offset = window.offset() + at as u64;
        let bytes = window.bytes();
        let open = self.open.as_mut()?;
        match markup {
            Markup::Start { name, is_empty } => {
                let (start, end) = (at + name.start, at + name.end);
                let name = &bytes[start..end];
                if local(name) == local(&open.name)
                    && self.selection.ends_record(&open.name)
                    && !open.expects_payload(bytes)
                {
                    let reason = open.fault.take().unwrap_or_else(|| {
                        let name = String::from_utf8_lossy(name);
                        format!("<{name}> begins at byte {offset} before the last one has ended")
                    });
                    return Some(self.end(window, at, Some(reason)));
                }
                if let Some(nested) = open.envelope_begins(bytes, name) {
                    let reason = "a record begins before the last one has ended";
                    return Some(self.end(window, nested, Some(reason.to_owned())));
                }
                open.payload_next = matches!(local(name), b"metadata" | b"recordData");
                if !is_empty && open.fault.is_none() {
                    open.stack.push((start, end));
                    if open.stack.len() > MAX_DEPTH {
                        open.fault = Some(crate::xml::XmlError::TooDeep.to_string());
                    }
                }
            }
            Markup::End { name } => {
                let name = &bytes[at + name.start..at + name.end];
                open.payload_next = false;
                let fits = open.stack.last().is_some_and(|(from, to)| &bytes[*from..*to] == name);
                if open.fault.is_none() && fits {
                    open.stack.pop();
                    if open.stack.is_empty() {
                        return Some(self.end(window, at + length, None));
                    }
                } else {
                    let reason = open.fault.take().unwrap_or_else(|| {
                        let expected = open.stack.last().map_or(&[][..], |(a, b)| &bytes[*a..*b]);
                        format!(
                            "XML is not well-formed at byte {offset}: </{}> where </{}> is expected",
                            String::from_utf8_lossy(name),
                            String::from_utf8_lossy(expected)
                        )
                    });
                    if name == open.name {
                        return Some(self.end(window, at + length, Some(reason)));
                    }
                    let is_around = self.outer.iter().any(|outer| outer == name);
                    if is_around {
                        return Some(self.end(window, at, Some(reason)));
                    }
                    open.fault = Some(reason);
                }
            }
            Markup::Doctype { .. } | Markup::Declaration => {
                if open.fault.is_none() {
                    open.fault =
                        Some(format!("a document begins inside a record at byte {offset}"));
                }
                if *markup == Markup::Declaration {
                    let reason = open.fault.take();
                    return Some(self.end(window, at, reason));
                }
            }
            Markup::Malformed(reason) => {
                if open.fault.is_none() {
                    let reason = format!("XML is not well-formed at byte {offset}: {reason}");
                    open.fault = Some(reason);
                }
            }
            Markup::Other => {}
        }
        self.scanned = at + length;
        None
    }

    /// Ends the open record.
    fn end(&mut self, window: &mut Window, length: usize, fault: Option<String>) -> Piece {
        self.open = None;
        self.scanned = 0;
        // What is left of a broken record outside of it is not told again.
        self.junk_told = fault.is_some();
        let piece = Piece::cut(window, length);
        Piece { fault, ..piece }
    }

    /// The open record is too long to be kept: goes on to where another one may begin.
    fn give_up(&mut self, window: &mut Window, limit: usize) -> Piece {
        let name = self.open.take().map(|open| open.name).unwrap_or_default();
        self.junk_told = true;
        // Of markup without an end, at least its first byte.
        let length = std::mem::take(&mut self.scanned) + 1;
        let piece = Piece::too_long(window, length, limit);
        let closing = [b"</", &name[..]].concat();
        let opening = [b"<", &name[..]].concat();
        let keep = closing.len();
        loop {
            let bytes = window.bytes();
            let ends = memchr::memmem::find(bytes, &closing);
            let begins = memchr::memmem::find(bytes, &opening);
            if let Some(at) = ends.into_iter().chain(begins).min() {
                window.consume(at);
                return piece;
            }
            window.consume(bytes.len().saturating_sub(keep));
            if !window.fill() {
                window.consume(usize::MAX);
                return piece;
            }
        }
    }

    /// Tells once of something broken between records.
    fn junk(&mut self, window: &mut Window, reason: &str) -> Piece {
        self.junk_told = true;
        let offset = window.offset();
        let bytes = window.bytes();
        let bytes = bytes[..bytes.len().min(64)].to_vec();
        window.consume(1);
        let fault = format!("XML is not well-formed at byte {offset}: {reason}");
        Piece { offset, bytes, fault: Some(fault) }
    }

    fn at_end(&mut self, window: &mut Window) -> Option<Piece> {
        if self.open.is_some() {
            let name = self.open.take().map(|open| (open.name, open.fault));
            let reason = name.map(|(name, fault)| {
                fault.unwrap_or_else(|| {
                    format!("the file ends inside <{}>", String::from_utf8_lossy(&name))
                })
            });
            self.outer.clear();
            let length = window.bytes().len();
            return Some(self.end(window, length, reason));
        }
        if self.mode == Mode::Refused {
            window.consume(usize::MAX);
            return None;
        }
        let offset = window.offset();
        window.consume(usize::MAX);
        let reason = match (self.outer.first(), self.root.take()) {
            (Some(outer), _) if !self.junk_told => {
                format!("the file ends inside <{}>", String::from_utf8_lossy(outer))
            }
            (_, Some(root)) if !self.cut_any && !may_be_empty(&root) => {
                format!("no {} in a file with the root <{root}>", self.selection.describe())
            }
            (_, None) if !self.cut_any && !self.junk_told => "no XML element".to_owned(),
            _ => return None,
        };
        self.outer.clear();
        self.cut_any = true;
        Some(Piece { offset, bytes: Vec::new(), fault: Some(reason) })
    }
}

impl Open {
    /// A payload may have the name of its envelope: a MARC `record` in one of OAI-PMH.
    fn expects_payload(&self, bytes: &[u8]) -> bool {
        let in_payload = |(from, to): &(usize, usize)| {
            matches!(local(&bytes[*from..*to]), b"metadata" | b"recordData")
        };
        match self.fault {
            None => self.stack.iter().any(in_payload),
            // The stack is not to be trusted any more.
            Some(_) => self.payload_next,
        }
    }

    /// The first child of an envelope in what looked like a payload: the open record has lost its
    /// end, and a new one began at its parent. Where.
    fn envelope_begins(&self, bytes: &[u8], name: &[u8]) -> Option<usize> {
        let (from, to) = *self.stack.last().filter(|_| self.stack.len() > 1)?;
        let is_first_child =
            matches!(local(name), b"header" | b"recordSchema" | b"recordPacking" | b"recordData");
        (is_first_child && self.fault.is_none() && bytes[from..to] == self.name).then(|| from - 1)
    }
}
