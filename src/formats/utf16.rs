//! UTF-16 → UTF-8 as a stream.

use super::window::Window;
use encoding_rs::{CoderResult, Decoder, Encoding};
use std::io::{self, Read};

const BLOCK: usize = 64 << 10;

/// The UTF-8 of a stream in UTF-16; lone surrogates become U+FFFD.
pub(super) struct Utf16 {
    source: Window,
    decoder: Decoder,
    /// Decoded bytes, and how many of them are read.
    decoded: Vec<u8>,
    read: usize,
    ended: bool,
}

impl Utf16 {
    /// The byte-order mark is to be consumed already.
    pub(super) fn new(source: Window, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_without_bom_handling();
        Utf16 { source, decoder, decoded: Vec::new(), read: 0, ended: false }
    }

    fn decode(&mut self) -> io::Result<()> {
        if self.source.bytes().is_empty() {
            self.source.fill();
        }
        if let Some(error) = self.source.take_error() {
            return Err(error);
        }
        let is_last = self.source.bytes().is_empty();
        self.decoded.resize(BLOCK, 0);
        let (result, consumed, written, _) =
            self.decoder.decode_to_utf8(self.source.bytes(), &mut self.decoded, is_last);
        self.source.consume(consumed);
        self.decoded.truncate(written);
        self.read = 0;
        self.ended = is_last && result == CoderResult::InputEmpty;
        Ok(())
    }
}

impl Read for Utf16 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.decoded.len() && !self.ended {
            self.decode()?;
        }
        let waiting = &self.decoded[self.read..];
        let length = waiting.len().min(buffer.len());
        buffer[..length].copy_from_slice(&waiting[..length]);
        self.read += length;
        Ok(length)
    }
}

/// Bytes that a part of a UTF-8 text has in UTF-16. Parts may be cut anywhere.
pub(super) fn utf16_length(text: &[u8]) -> u64 {
    let units: usize =
        text.iter().map(|byte| usize::from(byte & 0xC0 != 0x80) + usize::from(*byte >= 0xF0)).sum();
    units as u64 * 2
}
