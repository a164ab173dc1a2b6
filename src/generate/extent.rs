//! What makes a record as long as its size says: notes as many as measured, then contents and
//! items in what is left.

use super::Corpus;
use super::iso2709::Writer;
use super::names::capitalise;
use super::work::{Work, near};
use super::works::Slot;
use std::fmt::Write as _;

/// Records with a summary, in percent, and its longest length in bytes (chosen).
const SUMMARIES: f64 = 25.0;
const SUMMARY: usize = 1200;
/// A note's shortest and longest length in bytes (chosen).
const NOTE: (usize, usize) = (20, 220);
/// Plain notes share this much of the room, in percent; items get the rest (chosen).
const NOTES: usize = 60;
/// Room in bytes from which contents take this share of it, in percent (chosen).
const ROOM_OF_CONTENTS: usize = 1500;
const CONTENTS: usize = 40;
/// Notes of contents with their titles in subfields, in percent: some one record of a hundred
/// (measured over four sets of libraries: 0.5 to 1.6 %).
const CONTENTS_APART: f64 = 10.0;
/// Longest note of contents: a field ends at 9 999 bytes, and accents may be taken apart.
const LONGEST: usize = 8000;
/// Room from which items say all that a library knows of them (chosen); short items fill less.
const ROOM_OF_WIDE_ITEMS: usize = 500;
const WIDE_ITEM: usize = 150;
const SHORT_ITEM: usize = 34;

impl Corpus {
    /// Notes: as many as measured, a summary among them in some records, and contents where a long
    /// record has room. Returns the room that is left.
    pub(super) fn write_notes(&self, work: &mut Work, room: usize, to: &mut Writer) -> usize {
        let share = near(work.size, &mut work.rest);
        let mut count = self.counts.notes.count(share, &mut work.rest);
        let end = to.len() + room;
        let mut summary = 0;
        if count > 1 && room > NOTE.1 && work.rest.chance(SUMMARIES) {
            summary = (room / 2).min(SUMMARY);
            count -= 1;
        }
        let mut contents = if room > ROOM_OF_CONTENTS { room / 100 * CONTENTS } else { 0 };
        for left in (1..=count).rev() {
            to.put(500, "  ", "$a");
            let room = end.saturating_sub(to.len() + summary + contents);
            let each = (room * NOTES / 100 / left).clamp(NOTE.0, NOTE.1);
            if each > 45 && work.rest.chance(40.0) {
                to.text().push_str(work.rest.pick(&self.notes));
            } else {
                let length = each / 2 + work.rest.below(each as u64) as usize;
                self.push_text(work, length.max(NOTE.0), to.text());
            }
        }
        while contents > NOTE.1 {
            let length = contents.min(LONGEST / 2 + work.rest.below(LONGEST as u64 / 2) as usize);
            self.write_contents(work, length, to);
            contents -= length;
        }
        if summary > 0 {
            to.put(520, "  ", "$a");
            self.push_text(work, summary.saturating_sub(18), to.text());
        }
        end.saturating_sub(to.len())
    }

    /// Titles and names of the parts of a thing, of about so many bytes: as a text, or each title
    /// in its own subfield, which makes it one to search for.
    fn write_contents(&self, work: &mut Work, length: usize, to: &mut Writer) {
        let apart = work.rest.chance(CONTENTS_APART);
        to.field(505, if apart { "00" } else { "0 " });
        let (start, end) = (to.len(), to.len() + length);
        let (title, name) = if apart { ("\u{1F}t", " /\u{1F}r") } else { (" -- ", " / ") };
        while to.len() < end {
            let is_first = to.len() == start;
            to.text().push_str(if is_first && !apart { "\u{1F}a" } else { title });
            let length = 25 + work.rest.below(90) as usize;
            self.push_text(work, length, to.text());
            if work.rest.chance(40.0) {
                to.text().push_str(name);
                self.names.person(self.ranks.persons.draw(&mut work.rest), to.text());
            }
        }
    }

    /// A sentence of words, names and numbers, of about so many bytes.
    fn push_text(&self, work: &mut Work, length: usize, text: &mut String) {
        let (first, end) = (text.len(), text.len() + length);
        while text.len() < end {
            if text.len() > first {
                text.push(' ');
            }
            let start = text.len();
            if work.rest.chance(6.0) {
                self.names.person(self.ranks.persons.draw(&mut work.rest), text);
            } else if work.rest.chance(4.0) {
                // Small numbers more often: pages and years, not only numbers of things.
                let scale = work.rest.below(14);
                let _ = write!(text, "{}", work.rest.below(2_000_000) >> scale);
            } else {
                self.words.push(work.language, self.words.rank(&mut work.rest), text);
            }
            if start == first {
                capitalise(text, start);
            }
        }
        text.push('.');
    }

    /// Fields of items, which no search sees, fill what is left of a record.
    pub(super) fn write_items(&self, slot: Slot, work: &mut Work, room: usize, to: &mut Writer) {
        let end = to.len() + room;
        let wide = room > ROOM_OF_WIDE_ITEMS;
        let each = if wide { WIDE_ITEM } else { SHORT_ITEM };
        while to.len() + each < end {
            let (item, day) = (work.rest.below(100_000_000), work.rest.below(336));
            let (place, year) = (item % 40, item % 25);
            let (month, day, volume) = (1 + day / 28, 1 + day % 28, 1 + item % 99);
            let text = to.field(949, "  ");
            let _ = write!(text, "\u{1F}bP{place:03}\u{1F}hosasto {place}");
            if wide {
                let _ = write!(
                    text,
                    "\u{1F}a3003{item:08}\u{1F}c{volume}.{}\u{1F}d20{year:02}-{month:02}-{day:02}\u{1F}e0\
                     \u{1F}f28 vrk\u{1F}lvuosikerta {volume}\u{1F}nnumero {month}\u{1F}t1\
                     \u{1F}ukäytettävissä\u{1F}vlainattava",
                    slot.work % 10,
                );
            }
        }
    }
}
