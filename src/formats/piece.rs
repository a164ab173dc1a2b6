//! What a cutter hands on: a piece of a file, not yet looked into.

use super::window::Window;

/// A record's bytes, or bytes that are none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Offset of the first byte.
    pub(super) offset: u64,
    pub(super) bytes: Vec<u8>,
    /// Why it cannot be a record.
    pub(super) fault: Option<String>,
}

/// Bytes kept of a piece that is too long to be kept whole.
const KEPT: usize = 64 << 10;

impl Piece {
    /// Cuts off the front of the window.
    pub(super) fn cut(window: &mut Window, length: usize) -> Self {
        let bytes = window.bytes();
        let bytes = bytes[..length.min(bytes.len())].to_vec();
        let offset = window.offset();
        window.consume(length);
        Piece { offset, bytes, fault: None }
    }

    /// Cuts off so much of a record that is over the limit, and keeps its beginning.
    pub(super) fn too_long(window: &mut Window, length: usize, limit: usize) -> Self {
        let offset = window.offset();
        let bytes = window.bytes();
        let kept = bytes[..bytes.len().min(KEPT).min(length)].to_vec();
        window.consume(length);
        Piece { offset, bytes: kept, fault: Some(too_long(limit)) }
    }

    pub(super) fn with_fault(mut self, fault: impl Into<String>) -> Self {
        self.fault = Some(fault.into());
        self
    }
}

/// Why a record over the limit is none.
pub(super) fn too_long(limit: usize) -> String {
    format!("longer than the limit of {limit} bytes")
}

/// Reads on past a record that is too long, up to and with the byte that ends it.
pub(super) fn skip_past(window: &mut Window, end: u8) {
    loop {
        if let Some(at) = memchr::memchr(end, window.bytes()) {
            window.consume(at + 1);
            return;
        }
        window.consume(usize::MAX);
        if !window.fill() {
            return;
        }
    }
}
