//! The part of a stream that is in memory: read by blocks, forgotten as records are cut off.

use super::utf16::{Utf16, utf16_length};
use std::io::{self, Read};

/// Most that is read at once.
const MAX_BLOCK: usize = 8 << 20;

/// Unread bytes of a stream, as far as they are in memory.
pub(super) struct Window {
    source: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// Bytes at the front that are done with.
    start: usize,
    /// Offset in the stream of the first byte that is not.
    offset: u64,
    block: usize,
    /// The bytes were UTF-16; offsets are those of then.
    was_utf16: bool,
    ended: bool,
    error: Option<io::Error>,
}

impl Window {
    pub(super) fn new(source: Box<dyn Read + Send>, block: usize) -> Self {
        Window {
            source,
            buffer: Vec::new(),
            start: 0,
            offset: 0,
            block: block.max(1),
            was_utf16: false,
            ended: false,
            error: None,
        }
    }

    /// A window on the text of a stream in UTF-16 whose first character stands at `offset`.
    pub(super) fn of_utf16(text: Utf16, offset: u64, block: usize) -> Self {
        let mut window = Window::new(Box::new(text), block);
        window.offset = offset;
        window.was_utf16 = true;
        window
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Offset in the stream of the first of [`Window::bytes`].
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Forgets bytes at the front.
    pub(super) fn consume(&mut self, length: usize) {
        let length = length.min(self.buffer.len() - self.start);
        self.offset +=
            if self.was_utf16 { utf16_length(&self.bytes()[..length]) } else { length as u64 };
        self.start += length;
    }

    /// Reads more; false if there is no more.
    pub(super) fn fill(&mut self) -> bool {
        if self.ended {
            return false;
        }
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        // As much again as there is, so that a search that starts anew costs its length twice.
        let wanted = self.block.max(self.buffer.len().min(MAX_BLOCK));
        let kept = self.buffer.len();
        self.buffer.reserve(wanted);
        match (&mut self.source).take(wanted as u64).read_to_end(&mut self.buffer) {
            Ok(_) => self.ended = self.buffer.len() - kept < wanted,
            Err(error) => {
                self.ended = true;
                self.error = Some(error);
            }
        }
        self.buffer.len() > kept
    }

    /// Reads until so many bytes are there, or all there are.
    pub(super) fn fill_to(&mut self, length: usize) {
        while self.bytes().len() < length && self.fill() {}
    }

    /// Why reading ended before the end; told once.
    pub(super) fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// True if reading failed and the error has not been told.
    pub(super) fn has_failed(&self) -> bool {
        self.error.is_some()
    }
}
