//! A stream → ISO 2709 records, by the record terminator (ingest-marc §1.2).

use super::lenient::is_entry;
use super::{ENTRY, FIELD_END, LEADER, RECORD_END, is_blank, number};
use crate::formats::piece::{Piece, skip_past};
use crate::formats::window::Window;

/// Cuts records out of a stream.
#[derive(Default)]
pub(in crate::formats) struct Iso2709Cutter {
    /// Bytes of the window known to hold no terminator.
    scanned: usize,
}

impl Iso2709Cutter {
    pub(in crate::formats) fn next(&mut self, window: &mut Window, limit: usize) -> Option<Piece> {
        if self.scanned == 0 {
            skip_blanks(window);
        }
        loop {
            let found = memchr::memchr(RECORD_END, &window.bytes()[self.scanned..])
                .map(|at| at + self.scanned);
            if let Some(at) = found.filter(|at| *at < limit) {
                self.scanned = 0;
                let record = &window.bytes()[..=at];
                let length = hidden_record(record).unwrap_or(record.len());
                return Some(Piece::cut(window, length));
            }
            self.scanned = window.bytes().len();
            if self.scanned > limit {
                let length = std::mem::take(&mut self.scanned);
                let piece = Piece::too_long(window, found.unwrap_or(length), limit);
                skip_past(window, RECORD_END);
                return Some(piece);
            }
            if !window.fill() {
                break;
            }
        }
        self.scanned = 0;
        let rest = window.bytes();
        let length = hidden_record(rest).unwrap_or(rest.len());
        (length > 0).then(|| Piece::cut(window, length))
    }
}

/// Consumes what may stand between records.
fn skip_blanks(window: &mut Window) {
    loop {
        let bytes = window.bytes();
        let blank = bytes.iter().position(|byte| !is_blank(*byte));
        let length = blank.unwrap_or(bytes.len());
        window.consume(length);
        if blank.is_some() || !window.fill() {
            return;
        }
    }
}

/// Where in a piece up to a terminator another record begins: the one before it has lost its end,
/// or is not a record.
fn hidden_record(piece: &[u8]) -> Option<usize> {
    if number(piece.get(..5)?) == Some(piece.len()) {
        return None;
    }
    // `45` at leader/20 is the only thing all leaders share.
    memchr::memmem::find_iter(piece, b"45")
        .filter_map(|at| at.checked_sub(20))
        .find(|at| *at > 0 && is_start(&piece[*at..]))
}

/// Leader and first directory entry are as they should be.
fn is_start(bytes: &[u8]) -> bool {
    let (Some(leader), Some(entry)) = (bytes.get(..LEADER), bytes.get(LEADER..LEADER + ENTRY))
    else {
        return false;
    };
    let base = number(&leader[12..17]).unwrap_or(0);
    number(&leader[..5]).is_some()
        && &leader[10..12] == b"22"
        && base > LEADER
        && (base - LEADER - 1).is_multiple_of(ENTRY)
        && bytes.get(base - 1).is_none_or(|byte| *byte == FIELD_END)
        && is_entry(entry, 9)
}
