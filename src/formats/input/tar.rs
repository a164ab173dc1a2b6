//! tar as a row of streams, read front to back.

use super::Stream;
use super::members::{Members, Problem, member_name};
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

const BLOCK: usize = 512;
/// Long names and pax headers are kept in memory while they are read.
const MAX_HEADER: u64 = 1 << 20;

/// A tar archive that is being read.
pub(super) struct TarStream {
    name: Arc<str>,
    archive: Arc<Mutex<Archive>>,
}

impl TarStream {
    pub(super) fn new(name: Arc<str>, bytes: Box<dyn Read + Send>) -> Self {
        let archive = Archive { bytes, left: 0, padding: 0 };
        TarStream { name, archive: Arc::new(Mutex::new(archive)) }
    }
}

impl Members for TarStream {
    fn next_member(&mut self) -> Option<Result<Stream, Problem>> {
        let found = self.archive.lock().unwrap_or_else(PoisonError::into_inner).next_file();
        match found {
            Ok(Some(path)) => {
                let bytes = Box::new(Member(Arc::clone(&self.archive)));
                Some(Ok(Stream { name: member_name(&self.name, &path), bytes }))
            }
            Ok(None) => None,
            Err(error) => Some(Err(Problem {
                name: Arc::clone(&self.name),
                reason: format!("the tar archive cannot be read: {error}"),
                is_fatal: true,
            })),
        }
    }
}

/// The bytes of the member that was found last.
struct Member(Arc<Mutex<Archive>>);

impl Read for Member {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).read_member(buffer)
    }
}

struct Archive {
    bytes: Box<dyn Read + Send>,
    /// What is unread of the current member.
    left: u64,
    /// Zeros after it, up to a whole block.
    padding: u64,
}

impl Archive {
    /// Goes on to the next member that is a file; its path.
    fn next_file(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut long_path: Option<Vec<u8>> = None;
        let mut size: Option<u64> = None;
        loop {
            let skip = self.left.saturating_add(self.padding);
            if io::copy(&mut (&mut self.bytes).take(skip), &mut io::sink())? < skip {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            (self.left, self.padding) = (0, 0);
            let mut block = [0; BLOCK];
            match self.bytes.read_exact(&mut block) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                other => other?,
            }
            if block.iter().all(|byte| *byte == 0) {
                return Ok(None);
            }
            let header = ::tar::Header::from_byte_slice(&block);
            if !checksum_is_right(header)? {
                return Err(io::Error::other("a header has a wrong checksum"));
            }
            let length = match size.take() {
                Some(size) => size,
                None => header.entry_size()?,
            };
            self.left = length;
            self.padding = (BLOCK as u64 - length % BLOCK as u64) % BLOCK as u64;
            let kind = header.entry_type();
            if kind.is_gnu_longname() {
                let mut path = self.header_text(length)?;
                path.truncate(path.iter().position(|byte| *byte == 0).unwrap_or(path.len()));
                long_path = Some(path);
            } else if kind.is_pax_local_extensions() {
                let text = self.header_text(length)?;
                for (key, value) in pax_records(&text) {
                    match key {
                        b"path" => long_path = Some(value.to_vec()),
                        b"size" => {
                            size = std::str::from_utf8(value).ok().and_then(|v| v.parse().ok());
                        }
                        _ => {}
                    }
                }
            } else if kind.is_file() || kind.is_contiguous() {
                let path = long_path.take().unwrap_or_else(|| header.path_bytes().into_owned());
                let is_hidden = path
                    .split(|byte| *byte == b'/')
                    .next_back()
                    .is_some_and(|n| n.starts_with(b"."));
                if !is_hidden {
                    return Ok(Some(path));
                }
            } else {
                long_path = None;
            }
        }
    }

    fn header_text(&mut self, length: u64) -> io::Result<Vec<u8>> {
        if length > MAX_HEADER {
            return Err(io::Error::other("a member's name is too long"));
        }
        let mut text = Vec::new();
        (&mut self.bytes).take(length).read_to_end(&mut text)?;
        self.left = self.left.saturating_sub(text.len() as u64);
        Ok(text)
    }

    fn read_member(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if length == 0 {
            return Ok(0);
        }
        let read = self.bytes.read(&mut buffer[..length])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}

fn checksum_is_right(header: &::tar::Header) -> io::Result<bool> {
    let bytes = header.as_bytes();
    let sum = |range: &[u8]| range.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    Ok(sum(&bytes[..148]) + sum(&bytes[156..]) + 8 * u32::from(b' ') == header.cksum()?)
}

/// `length key=value\n` …
fn pax_records(mut text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    std::iter::from_fn(move || {
        let blank = text.iter().position(|byte| *byte == b' ')?;
        let length: usize = std::str::from_utf8(&text[..blank]).ok()?.parse().ok()?;
        let record = text.get(blank + 1..length)?;
        text = text.get(length..)?;
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let equals = record.iter().position(|byte| *byte == b'=')?;
        Some((&record[..equals], &record[equals + 1..]))
    })
}
