//! A stream → JSON objects: one alone, in an array, or one a line (ingest-marc §1.1).

use crate::formats::piece::Piece;
use crate::formats::window::Window;

/// Cuts the outermost objects out of a stream.
#[derive(Default)]
pub(in crate::formats) struct JsonCutter {
    scanned: usize,
    depth: usize,
    in_string: bool,
    after_backslash: bool,
}

impl JsonCutter {
    pub(in crate::formats) fn next(&mut self, window: &mut Window, limit: usize) -> Option<Piece> {
        if self.scanned == 0
            && let Some(junk) = skip_to_object(window)
        {
            return Some(junk);
        }
        loop {
            if let Some(piece) = self.scan(window) {
                *self = JsonCutter::default();
                return Some(piece);
            }
            if self.scanned > limit {
                let piece = Piece::too_long(window, self.scanned, limit);
                *self = JsonCutter::default();
                skip_line(window);
                return Some(piece);
            }
            if !window.fill() {
                break;
            }
        }
        *self = JsonCutter::default();
        let length = window.bytes().len();
        (length > 0).then(|| Piece::cut(window, length).with_fault("JSON ends inside an object"))
    }

    /// Goes on with the object at the front of the window.
    fn scan(&mut self, window: &mut Window) -> Option<Piece> {
        let bytes = window.bytes();
        while let Some(byte) = bytes.get(self.scanned) {
            let at = self.scanned;
            self.scanned += 1;
            if *byte == b'\n' {
                let rest = &bytes[self.scanned..];
                let starts = starts_record(rest);
                // Not enough to tell yet: look again when there is more.
                if starts.is_none() && rest.len() < LOOK_AHEAD {
                    self.scanned = at;
                    return None;
                }
                // A line end cannot stand in a string, so this object has lost its own end.
                if starts == Some(true) {
                    let piece = Piece::cut(window, self.scanned);
                    return Some(piece.with_fault("JSON object without an end"));
                }
            }
            if self.in_string {
                match byte {
                    _ if self.after_backslash => self.after_backslash = false,
                    b'\\' => self.after_backslash = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(Piece::cut(window, at + 1));
                    }
                }
                _ => {}
            }
        }
        None
    }
}

/// Bytes after a line end that are enough to tell a record's first key.
const LOOK_AHEAD: usize = 64;

/// Do these bytes at the start of a line begin a record? `None` if there are too few to tell.
fn starts_record(line: &[u8]) -> Option<bool> {
    let mut rest = line;
    for expected in [&b"{"[..], b"\""] {
        rest = match rest.strip_prefix(expected) {
            Some(after) => after.trim_ascii_start(),
            None if rest.is_empty() => return None,
            None => return Some(false),
        };
    }
    let keys = [&b"leader\""[..], b"fields\"", b"v\":2", b"v\":3"];
    if keys.iter().any(|key| rest.starts_with(key)) {
        return Some(true);
    }
    if keys.iter().any(|key| key.starts_with(rest)) { None } else { Some(false) }
}

/// Consumes what stands between objects; a piece if that is not just blanks and commas.
fn skip_to_object(window: &mut Window) -> Option<Piece> {
    let is_between =
        |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']' | 0);
    loop {
        let bytes = window.bytes();
        match bytes.iter().position(|byte| !is_between(*byte)) {
            Some(at) if bytes[at] == b'{' => {
                window.consume(at);
                return None;
            }
            Some(at) => {
                window.consume(at);
                let offset = window.offset();
                let end = memchr::memchr2(b'{', b'\n', window.bytes());
                let length = end.unwrap_or(window.bytes().len()).max(1);
                let piece = Piece::cut(window, length);
                return Some(Piece { offset, ..piece.with_fault("not a JSON object") });
            }
            None => {
                window.consume(usize::MAX);
                if !window.fill() {
                    return None;
                }
            }
        }
    }
}

/// Goes on to the next line, after an object that is too long.
fn skip_line(window: &mut Window) {
    crate::formats::piece::skip_past(window, b'\n');
}
