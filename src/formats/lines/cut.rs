//! A stream of lines → records.

use super::{aleph, mnemonic, tagged};
use crate::formats::piece::{Piece, skip_past};
use crate::formats::window::Window;
use crate::record::Form;

/// Cuts the lines of one record out of a stream.
pub(in crate::formats) struct LinesCutter {
    form: Form,
    /// Bytes of the window that are whole lines of the current record.
    scanned: usize,
}

impl LinesCutter {
    pub(in crate::formats) fn new(form: Form) -> Self {
        LinesCutter { form, scanned: 0 }
    }

    pub(in crate::formats) fn next(&mut self, window: &mut Window, limit: usize) -> Option<Piece> {
        loop {
            let bytes = window.bytes();
            if let Some(at) = memchr::memchr(b'\n', &bytes[self.scanned..]) {
                let line_start = self.scanned;
                let line_end = line_start + at + 1;
                let line = &bytes[line_start..line_end];
                if line.trim_ascii().is_empty() {
                    if line_start == 0 {
                        window.consume(line_end);
                        continue;
                    }
                    if self.form != Form::AlephSequential {
                        return Some(self.cut(window, line_start));
                    }
                } else if line_start > 0 && self.starts_record(&bytes[..line_start], line) {
                    return Some(self.cut(window, line_start));
                }
                self.scanned = line_end;
                continue;
            }
            if bytes.len() > limit {
                self.scanned = 0;
                let piece = Piece::too_long(window, usize::MAX, limit);
                skip_past(window, b'\n');
                return Some(piece);
            }
            if !window.fill() {
                break;
            }
        }
        // The last line need not have an end; it may begin a record of its own.
        let bytes = window.bytes();
        let last = &bytes[self.scanned..];
        let length = match self.scanned {
            0 => bytes.len(),
            scanned if last.trim_ascii().is_empty() => scanned,
            scanned if self.starts_record(&bytes[..scanned], last) => scanned,
            _ => bytes.len(),
        };
        if bytes.trim_ascii().is_empty() {
            window.consume(usize::MAX);
            return None;
        }
        Some(self.cut(window, length))
    }

    fn cut(&mut self, window: &mut Window, length: usize) -> Piece {
        self.scanned = 0;
        Piece::cut(window, length)
    }

    /// Does this line begin another record than the lines before it?
    fn starts_record(&self, before: &[u8], line: &[u8]) -> bool {
        match self.form {
            Form::AlephSequential => {
                let number = |text: &[u8]| {
                    let digits: Option<[u8; aleph::NUMBER]> =
                        text.get(..aleph::NUMBER)?.try_into().ok();
                    digits.filter(|digits| digits.iter().all(u8::is_ascii_digit))
                };
                number(line).is_some() && number(before) != number(line)
            }
            Form::Mnemonic => mnemonic::is_leader(line),
            _ => tagged::is_leader(line),
        }
    }
}
