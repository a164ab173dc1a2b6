//! Files → raw records: the only thing the rest of the program sees of input.

use super::detect::{HEAD, detect_form, utf16};
use super::input::{Limits, Stream, Streams, Unreadable};
use super::iso2709::Iso2709Cutter;
use super::lines::LinesCutter;
use super::marc_json::JsonCutter;
use super::piece::{Piece, too_long};
use super::utf16::Utf16;
use super::warn;
use super::window::Window;
use super::xml_stream::{RecordPath, Selection, Unit, XmlCutter, id_of_broken, units};
use super::xml_text::clean_xml_as;
use crate::record::{Form, Position, RawRecord, RecordFormat, Rejected};
use std::collections::VecDeque;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How to read. The default recognises everything by content.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The source's format; `None` recognises it record by record.
    pub format: Option<RecordFormat>,
    /// Which element of an XML file is a record; `None` takes the format's own (ingest-common §9).
    pub record_path: Option<RecordPath>,
    /// Identifier of a harvest for records that come without one; for files of one record.
    pub oai_id: Option<String>,
    /// Longer records are rejected: 64 MiB, XML 32 MiB (reliability §3, ingest-common §15.3).
    pub max_record_bytes: usize,
    /// See `max_record_bytes`.
    pub max_xml_record_bytes: usize,
    /// Compressed input may unpack to so many times its size …
    pub max_unpack_ratio: u64,
    /// … and to so many bytes for each file.
    pub max_unpacked_bytes: u64,
    /// Bytes read at once.
    pub block_bytes: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions {
            format: None,
            record_path: None,
            oai_id: None,
            max_record_bytes: 64 << 20,
            max_xml_record_bytes: 32 << 20,
            max_unpack_ratio: 500,
            max_unpacked_bytes: 1 << 40,
            block_bytes: 256 << 10,
        }
    }
}

/// Unpacked bytes before the ratio counts: small files of one repeated record compress very well.
const FREE_UNPACKED_BYTES: u64 = 256 << 20;

/// An iterator over all records of all inputs, in the order they stand there. Memory does not grow
/// with the size of the input.
pub struct Reader {
    streams: Streams,
    current: Option<Current>,
    options: ReadOptions,
}

impl Reader {
    /// Opens files, directories (all files in them, sorted by name, hidden ones left out) and `-`
    /// for standard input. A path that cannot be found is an error here; what goes wrong later is
    /// a [`Rejected`].
    pub fn open<P: AsRef<Path>>(
        paths: impl IntoIterator<Item = P>,
        options: ReadOptions,
    ) -> io::Result<Self> {
        let paths: Vec<PathBuf> = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        let streams = Streams::open(&paths, limits(&options))?;
        Ok(Reader { streams, current: None, options })
    }

    /// Reads one stream, compressed or not; `name` is how messages call it.
    pub fn from_stream(
        name: &str,
        bytes: impl Read + Send + 'static,
        options: ReadOptions,
    ) -> Self {
        let streams = Streams::of_stream(name, Box::new(bytes), limits(&options));
        Reader { streams, current: None, options }
    }
}

fn limits(options: &ReadOptions) -> Limits {
    Limits {
        ratio: options.max_unpack_ratio,
        free: FREE_UNPACKED_BYTES,
        total: options.max_unpacked_bytes,
    }
}

impl Iterator for Reader {
    type Item = Result<RawRecord, Rejected>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(current) = &mut self.current {
                if let Some(item) = current.next() {
                    return Some(item);
                }
                self.current = None;
            }
            match self.streams.next()? {
                Ok(stream) => match Current::open(stream, &self.options) {
                    Ok(current) => self.current = current,
                    Err(rejected) => return Some(Err(*rejected)),
                },
                Err(Unreadable { name, reason }) => {
                    let position = Position { file: name, offset: 0, ordinal: 0 };
                    let bytes = Vec::new();
                    let rejected = Rejected { position, id: None, reason, bytes, ends_input: true };
                    return Some(Err(rejected));
                }
            }
        }
    }
}

enum Cutter {
    Iso2709(Iso2709Cutter),
    Json(JsonCutter),
    Lines(LinesCutter, Form),
    Xml(Box<XmlCutter>),
}

/// The stream that is being read.
struct Current {
    name: Arc<str>,
    window: Window,
    cutter: Cutter,
    was_utf16: bool,
    format: Option<RecordFormat>,
    oai_id: Option<String>,
    /// Format of the record before, for deletions that do not tell theirs.
    last_format: RecordFormat,
    limit: usize,
    ordinal: u64,
    /// Records of one piece that are still to be handed on.
    waiting: VecDeque<Result<RawRecord, Rejected>>,
}

impl Current {
    /// Looks at the start of a stream; `None` if it is empty.
    fn open(stream: Stream, options: &ReadOptions) -> Result<Option<Self>, Box<Rejected>> {
        let Stream { name, bytes } = stream;
        let mut window = Window::new(bytes, options.block_bytes);
        window.fill_to(HEAD);
        let utf16 = utf16(window.bytes());
        if let Some((encoding, mark)) = utf16 {
            window.consume(mark);
            let text = Utf16::new(window, encoding);
            window = Window::of_utf16(text, mark as u64, options.block_bytes);
            window.fill_to(HEAD);
        }
        if window.bytes().starts_with(b"\xEF\xBB\xBF") {
            window.consume(3);
        }
        let is_blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
        while window.bytes().iter().all(is_blank) {
            window.consume(usize::MAX);
            if !window.fill() {
                break;
            }
        }
        window.fill_to(HEAD);
        let form = detect_form(window.bytes());
        let reject = |window: &Window, reason: String| {
            let bytes = window.bytes();
            Box::new(Rejected {
                position: Position { file: Arc::clone(&name), offset: 0, ordinal: 0 },
                id: None,
                reason,
                bytes: bytes[..bytes.len().min(1024)].to_vec(),
                ends_input: true,
            })
        };
        if let Some(error) = window.take_error() {
            return Err(reject(&window, format!("cannot be read: {error}")));
        }
        if window.bytes().is_empty() {
            return Ok(None);
        }
        let Some(form) = form else {
            let reason = "neither XML nor any form of MARC".to_owned();
            return Err(reject(&window, reason));
        };
        let selection = Selection { path: options.record_path.clone(), format: options.format };
        let cutter = match form {
            Form::Iso2709 => Cutter::Iso2709(Iso2709Cutter::default()),
            Form::MarcJson => Cutter::Json(JsonCutter::default()),
            Form::Xml | Form::MarcXml => {
                Cutter::Xml(Box::new(XmlCutter::new(selection, utf16.is_some())))
            }
            _ => Cutter::Lines(LinesCutter::new(form), form),
        };
        let limit = match cutter {
            Cutter::Xml(_) => options.max_xml_record_bytes,
            _ => options.max_record_bytes,
        };
        Ok(Some(Current {
            name,
            window,
            cutter,
            was_utf16: utf16.is_some(),
            format: options.format,
            oai_id: options.oai_id.clone(),
            last_format: options.format.unwrap_or(RecordFormat::Dc),
            limit,
            ordinal: 0,
            waiting: VecDeque::new(),
        }))
    }

    fn next(&mut self) -> Option<Result<RawRecord, Rejected>> {
        loop {
            if let Some(waiting) = self.waiting.pop_front() {
                return Some(waiting);
            }
            let Some(piece) = self.cut() else {
                let error = self.window.take_error()?;
                let piece = Piece { offset: self.window.offset(), bytes: Vec::new(), fault: None };
                return Some(Err(self.reject(piece, format!("cannot be read on: {error}"), true)));
            };
            // A record that ends where reading failed has more to it.
            if self.window.has_failed() && self.window.bytes().is_empty() && self.is_partial(&piece)
            {
                let error = self.window.take_error()?;
                return Some(Err(self.reject(piece, format!("cannot be read on: {error}"), true)));
            }
            self.take(piece);
        }
    }

    fn cut(&mut self) -> Option<Piece> {
        match &mut self.cutter {
            Cutter::Iso2709(cutter) => cutter.next(&mut self.window, self.limit),
            Cutter::Json(cutter) => cutter.next(&mut self.window, self.limit),
            Cutter::Lines(cutter, _) => cutter.next(&mut self.window, self.limit),
            Cutter::Xml(cutter) => cutter.next(&mut self.window, self.limit),
        }
    }

    /// Does the piece lack what ends a record?
    fn is_partial(&self, piece: &Piece) -> bool {
        match &self.cutter {
            Cutter::Iso2709(_) => piece.bytes.last() != Some(&super::iso2709::RECORD_END),
            Cutter::Lines(..) => true,
            Cutter::Json(_) | Cutter::Xml(_) => piece.fault.is_some(),
        }
    }

    /// Puts what a piece gives in the queue.
    fn take(&mut self, piece: Piece) {
        let too_long = (piece.bytes.len() > self.limit).then(|| too_long(self.limit));
        if let Some(reason) = piece.fault.clone().or(too_long) {
            let ends_input = self.window.bytes().is_empty();
            let rejected = self.reject(piece, reason, ends_input);
            self.waiting.push_back(Err(rejected));
            return;
        }
        let Cutter::Xml(cutter) = &self.cutter else {
            let position = self.position(piece.offset);
            let form = match &self.cutter {
                Cutter::Json(_) => Form::MarcJson,
                Cutter::Lines(_, form) => *form,
                _ => Form::Iso2709,
            };
            self.waiting.push_back(Ok(RawRecord {
                position,
                format: self.format.unwrap_or(RecordFormat::Marc),
                form,
                bytes: piece.bytes,
                oai_id: self.oai_id.clone(),
                deleted: false,
                warnings: Vec::new(),
            }));
            return;
        };
        let mut warnings = Vec::new();
        let text = clean_xml_as(cutter.encoding(), &piece.bytes, &mut warnings);
        let outer: Vec<&[u8]> = cutter.outer().collect();
        if self.was_utf16 && text.contains('\u{FFFD}') {
            warn(&mut warnings, "invalid UTF-16");
        }
        match units(&text, &outer, cutter.selection()) {
            Ok(units) => {
                let is_whole = text.len() == piece.bytes.len() && !self.was_utf16;
                for unit in units {
                    let start = if is_whole { unit.start as u64 } else { 0 };
                    let raw = self.raw_record(unit, piece.offset + start, warnings.clone());
                    self.waiting.push_back(Ok(raw));
                }
            }
            Err(reason) => {
                drop(text);
                let rejected = self.reject(piece, reason, false);
                self.waiting.push_back(Err(rejected));
            }
        }
    }

    fn raw_record(&mut self, unit: Unit, offset: u64, warnings: Vec<String>) -> RawRecord {
        let format = unit.format.unwrap_or(self.last_format);
        self.last_format = format;
        RawRecord {
            position: self.position(offset),
            format,
            form: unit.form,
            bytes: unit.text.into_bytes(),
            oai_id: unit.oai_id.or_else(|| self.oai_id.clone()),
            deleted: unit.deleted,
            warnings,
        }
    }

    fn position(&mut self, offset: u64) -> Position {
        let ordinal = self.ordinal;
        self.ordinal += 1;
        Position { file: Arc::clone(&self.name), offset, ordinal }
    }

    fn reject(&mut self, piece: Piece, reason: String, ends_input: bool) -> Rejected {
        let position = self.position(piece.offset);
        let id = match &self.cutter {
            Cutter::Xml(_) => id_of_broken(&piece.bytes),
            _ => None,
        };
        Rejected { position, id, reason, bytes: piece.bytes, ends_input }
    }
}

#[cfg(test)]
mod tests;
