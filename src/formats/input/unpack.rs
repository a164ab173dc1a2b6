//! gzip and zstd by their first bytes, with limits against bombs.

use super::Stream;
use super::members::Members;
use super::tar::TarStream;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What compressed input may unpack to.
#[derive(Clone, Debug)]
pub(in crate::formats) struct Limits {
    /// Unpacked bytes for each packed byte, once `free` bytes are unpacked.
    pub(in crate::formats) ratio: u64,
    /// Unpacked bytes below which the ratio does not matter.
    pub(in crate::formats) free: u64,
    /// Unpacked bytes of one compressed stream.
    pub(in crate::formats) total: u64,
}

/// What a stream turned out to be.
pub(super) enum Unpacked {
    Plain(Stream),
    Archive(Box<dyn Members>),
}

/// Compression in compression, as in `x.gz.gz`.
const MAX_LAYERS: usize = 3;
const HEAD: usize = 512;

/// Takes off every layer of compression.
pub(super) fn unpack(stream: Stream, limits: &Limits) -> io::Result<Unpacked> {
    let Stream { name, mut bytes } = stream;
    for _ in 0..=MAX_LAYERS {
        let mut head = Vec::with_capacity(HEAD);
        (&mut bytes).take(HEAD as u64).read_to_end(&mut head)?;
        let is = |magic: &[u8]| head.starts_with(magic);
        let (gzip, zstd) = (is(b"\x1F\x8B"), is_zstd(&head));
        let refusal = if is(b"PK\x03\x04") {
            Some("a zip archive can be read from a file only; unpack it first")
        } else if is(b"BZh") || is(b"\xFD7zXZ\0") {
            Some("compressed with bzip2 or xz; use gzip or zstd")
        } else {
            None
        };
        if let Some(reason) = refusal {
            return Err(io::Error::other(reason));
        }
        let is_tar = is_tar(&head);
        let whole = io::Cursor::new(head).chain(bytes);
        if is_tar {
            return Ok(Unpacked::Archive(Box::new(TarStream::new(name, Box::new(whole)))));
        }
        if !gzip && !zstd {
            return Ok(Unpacked::Plain(Stream { name, bytes: Box::new(whole) }));
        }
        let packed = Arc::new(AtomicU64::new(0));
        let counted = CountedInput { inner: whole, count: Arc::clone(&packed) };
        let inner: Box<dyn Read + Send> = if gzip {
            Box::new(flate2::read::MultiGzDecoder::new(counted))
        } else {
            Box::new(zstd::stream::read::Decoder::new(counted)?)
        };
        bytes = Box::new(Guarded::new(inner, packed, limits.clone()));
    }
    Err(io::Error::other(format!("compressed more than {MAX_LAYERS} times over")))
}

/// A frame, or a frame to be skipped.
fn is_zstd(head: &[u8]) -> bool {
    head.starts_with(b"\x28\xB5\x2F\xFD") || matches!(head, [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..])
}

/// The magic word alone may stand in any text: the check sum of the first header must be right too.
fn is_tar(head: &[u8]) -> bool {
    const SUM: std::ops::Range<usize> = 148..156;
    if head.len() < HEAD || head.get(257..262) != Some(b"ustar") {
        return false;
    }
    let bytes = head.iter().enumerate();
    let sum: u32 = bytes.map(|(at, b)| u32::from(if SUM.contains(&at) { b' ' } else { *b })).sum();
    ::tar::Header::from_byte_slice(head).cksum().is_ok_and(|stated| stated == sum)
}

struct CountedInput<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for CountedInput<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.count.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

/// Unpacked bytes that stop with an error when they become too many.
pub(super) struct Guarded {
    inner: Box<dyn Read + Send>,
    packed: Arc<AtomicU64>,
    unpacked: u64,
    limits: Limits,
}

impl Guarded {
    pub(super) fn new(inner: Box<dyn Read + Send>, packed: Arc<AtomicU64>, limits: Limits) -> Self {
        Guarded { inner, packed, unpacked: 0, limits }
    }
}

impl Read for Guarded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.unpacked = self.unpacked.saturating_add(length as u64);
        let allowed = self.packed.load(Ordering::Relaxed).saturating_mul(self.limits.ratio);
        if self.unpacked > self.limits.total
            || self.unpacked > self.limits.free && self.unpacked > allowed
        {
            return Err(io::Error::other(format!(
                "refused: unpacks to more than {} times its size or {} bytes",
                self.limits.ratio, self.limits.total
            )));
        }
        Ok(length)
    }
}
