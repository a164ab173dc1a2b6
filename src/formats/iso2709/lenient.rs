//! ISO 2709 with wrong numbers: the field terminators say where fields are, the directory which
//! tag each one has.

use super::{ENTRY, FIELD_END, LEADER, RECORD_END, finish, number, writer};
use crate::formats::encoding::{Encoding, charset_of};
use crate::formats::{FormatError, warn};
use crate::marc::{Record, Tag};
use std::ops::Range;

/// The warning the peer gives as well.
const FIELD_END_NOT_FOUND: &str = "Invalid MARC record (end of field not found)";

/// Reads what can be read.
pub(super) fn read(
    bytes: &[u8],
    encoding: Encoding,
    warnings: &mut Vec<String>,
) -> Result<Record, FormatError> {
    let body = if let Some(end) = memchr::memchr(RECORD_END, bytes) {
        &bytes[..end]
    } else {
        warn(warnings, "truncated");
        bytes
    };
    if body.len() < LEADER {
        return Err(FormatError::NoDirectory("shorter than a leader"));
    }
    if number(&body[..5]) != Some(body.len() + 1) {
        warn(warnings, "record length");
    }
    let Directory { start, entries, data } =
        Directory::find(body).ok_or(FormatError::NoDirectory("no tags before the fields"))?;
    let data = &body[data..];
    let chunks = chunks_of(data);
    if chunks.is_empty() {
        return Err(FormatError::NoDirectory("no fields after it"));
    }
    if data.last() != Some(&FIELD_END) {
        warn(warnings, FIELD_END_NOT_FOUND);
    }
    let leader = leader_text(&body[..start]);
    let scheme = leader.as_bytes().get(9).copied().unwrap_or(b' ');
    let charset = charset_of(encoding, scheme, data, warnings);
    let fields = if entries.len() == chunks.len() {
        by_chunk(&entries, &chunks)
    } else if let Some(fields) = by_length(&entries, &chunks) {
        warn(warnings, "field terminator inside a field");
        fields
    } else {
        by_offset(&entries, &chunks, data, warnings)
    };
    let mut writer = writer(&leader, data, charset, warnings);
    for (tag, content) in fields {
        writer.field(tag, &data[content]);
    }
    Ok(finish(writer))
}

/// The leader's text; what is not ASCII becomes blank, for every position has a code of one letter.
/// Digits that length and base address have too many are dropped.
fn leader_text(bytes: &[u8]) -> String {
    let mut text: String = String::from_utf8_lossy(bytes)
        .chars()
        .map(|c| if c.is_ascii() && !c.is_ascii_control() { c } else { ' ' })
        .collect();
    for number in [0, 12] {
        let digits = text.bytes().skip(number).take_while(u8::is_ascii_digit).count();
        let surplus = digits.saturating_sub(5).min(text.len().saturating_sub(LEADER));
        text.replace_range(number..number + surplus, "");
    }
    text
}

/// A directory entry; a number that cannot be read is absent.
struct Entry {
    tag: Tag,
    length: Option<usize>,
    offset: Option<usize>,
}

impl Entry {
    fn from_bytes(entry: &[u8]) -> Self {
        Entry {
            tag: Tag::new([entry[0], entry[1], entry[2]]),
            length: number(&entry[3..7]),
            offset: number(&entry[7..ENTRY]),
        }
    }
}

/// A tag of three letters or digits and so many digits after it.
pub(super) fn is_entry(entry: &[u8], digits: usize) -> bool {
    entry.len() == ENTRY
        && entry[..3].iter().all(u8::is_ascii_alphanumeric)
        && entry[3..].iter().filter(|byte| byte.is_ascii_digit()).count() >= digits
}

/// What stands before the fields, and where they begin.
struct Directory {
    start: usize,
    entries: Vec<Entry>,
    data: usize,
}

/// True if the entries' fields follow each other and fill the data, whatever their tags are.
fn cover(entries: &[u8], data: usize) -> bool {
    let mut expected = 0;
    let follow = entries.chunks_exact(ENTRY).all(|entry| {
        let (length, offset) = (number(&entry[3..7]), number(&entry[7..]));
        let follows = offset == Some(expected);
        expected += length.unwrap_or(0);
        follows && length.is_some()
    });
    follow && expected == data
}

impl Directory {
    fn new(body: &[u8], entries: Range<usize>, data: usize) -> Self {
        let start = entries.start;
        let entries = body[entries].chunks_exact(ENTRY).map(Entry::from_bytes).collect();
        Directory { start, entries, data }
    }

    fn find(body: &[u8]) -> Option<Self> {
        let first_end = memchr::memchr(FIELD_END, body);
        first_end
            .and_then(|end| Self::up_to_terminator(body, end))
            .or_else(|| Self::of_long_numbers(body))
            .or_else(|| first_end.and_then(|end| Self::backwards(body, end)))
            .or_else(|| Self::forwards(body))
            .or_else(|| Self::by_base_address(body))
    }

    /// A directory that begins where it should and ends at the first field terminator.
    fn up_to_terminator(body: &[u8], first_end: usize) -> Option<Self> {
        let entries = body.get(LEADER..first_end)?;
        if entries.is_empty() || !entries.len().is_multiple_of(ENTRY) {
            return None;
        }
        let count = entries.len() / ENTRY;
        let having = |digits| entries.chunks_exact(ENTRY).filter(|e| is_entry(e, digits)).count();
        let data = first_end + 1;
        let is_directory = having(6) * 2 >= count
            || having(0) == count && chunks_of(&body[data..]).len() == count
            || cover(entries, body.len() - data);
        is_directory.then(|| Self::new(body, LEADER..first_end, data))
    }

    /// A directory in which lengths over 9 999 and offsets over 99 999 have a digit more, after a
    /// leader to which the same may have happened, with or without its terminator. Each offset must
    /// follow from the lengths before, and there must be a field for each entry.
    fn of_long_numbers(body: &[u8]) -> Option<Self> {
        (LEADER - 1..LEADER + 4).find_map(|start| {
            let mut entries = Vec::new();
            let (mut at, mut expected) = (start, 0);
            while let Some((entry, length)) = body.get(at..).and_then(|b| long_entry(b, expected)) {
                expected += entry.length.unwrap_or(0);
                entries.push(entry);
                at += length;
            }
            let data = if body.get(at) == Some(&FIELD_END) { at + 1 } else { at };
            let fits = !entries.is_empty() && chunks_of(body.get(data..)?).len() == entries.len();
            fits.then_some(Directory { start, entries, data })
        })
    }

    /// A directory that ends at the first field terminator but begins elsewhere, because the leader
    /// is not 24 bytes long or there is something before it.
    fn backwards(body: &[u8], first_end: usize) -> Option<Self> {
        let mut start = first_end;
        while start >= LEADER - 2 + ENTRY && is_entry(&body[start - ENTRY..start], 9) {
            start -= ENTRY;
        }
        (start < first_end).then(|| Self::new(body, start..first_end, first_end + 1))
    }

    /// A directory whose terminator is missing.
    fn forwards(body: &[u8]) -> Option<Self> {
        let entries = body.get(LEADER..)?.chunks_exact(ENTRY);
        let count = entries.take_while(|entry| is_entry(entry, 9)).count();
        let end = LEADER + count * ENTRY;
        let data = if body.get(end) == Some(&FIELD_END) { end + 1 } else { end };
        (count > 0).then(|| Self::new(body, LEADER..end, data))
    }

    /// As the leader says, if anything there can be read.
    fn by_base_address(body: &[u8]) -> Option<Self> {
        let base =
            number(body.get(12..17)?).filter(|base| (LEADER + 1..body.len()).contains(base))?;
        body[LEADER..base - 1]
            .chunks_exact(ENTRY)
            .any(|entry| is_entry(entry, 5))
            .then(|| Self::new(body, LEADER..base - 1, base))
    }
}

/// The entry at the front whose offset is as expected, and its length.
fn long_entry(bytes: &[u8], expected: usize) -> Option<(Entry, usize)> {
    let tag: [u8; 3] = bytes.get(..3)?.try_into().ok()?;
    if !tag.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    [(4, 5), (5, 5), (4, 6), (5, 6), (6, 6), (6, 5), (4, 7), (5, 7)].into_iter().find_map(
        |(digits, offset_digits)| {
            let length = number(bytes.get(3..3 + digits)?)?;
            let end = 3 + digits + offset_digits;
            let offset = number(bytes.get(3 + digits..end)?)?;
            let entry = Entry { tag: Tag::new(tag), length: Some(length), offset: Some(offset) };
            (offset == expected).then_some((entry, end))
        },
    )
}

/// The pieces between field terminators; the last one need not have a terminator.
fn chunks_of(data: &[u8]) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let mut start = 0;
    for end in memchr::memchr_iter(FIELD_END, data) {
        chunks.push(start..end);
        start = end + 1;
    }
    if start < data.len() {
        chunks.push(start..data.len());
    }
    chunks
}

/// As many pieces as entries: piece and entry belong together in order. The order is that of the
/// offsets if they can be believed, else that of the directory; this repairs lengths and offsets
/// that were not computed anew and those that outgrew their digits.
fn by_chunk(entries: &[Entry], chunks: &[Range<usize>]) -> Vec<(Tag, Range<usize>)> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    if offsets_are_sane(entries, chunks) {
        let mut by_offset = order.clone();
        by_offset.sort_by_key(|at| entries[*at].offset);
        // Offsets that were exchanged are starts of fields as well: lengths tell.
        if lengths_that_fit(&by_offset, entries, chunks)
            >= lengths_that_fit(&order, entries, chunks)
        {
            order = by_offset;
        }
    }
    let mut chunk_of = vec![0; entries.len()];
    for (chunk, entry) in order.into_iter().enumerate() {
        chunk_of[entry] = chunk;
    }
    entries.iter().zip(chunk_of).map(|(entry, chunk)| (entry.tag, chunks[chunk].clone())).collect()
}

/// Entries whose length is that of their piece, if the pieces are theirs in this order.
fn lengths_that_fit(order: &[usize], entries: &[Entry], chunks: &[Range<usize>]) -> usize {
    let pairs = order.iter().zip(chunks);
    pairs.filter(|(at, chunk)| entries[**at].length == Some(chunk.len() + 1)).count()
}

/// Every offset is the start of its own piece, or each follows from the one before by its length.
fn offsets_are_sane(entries: &[Entry], chunks: &[Range<usize>]) -> bool {
    let mut spans: Vec<(usize, Option<usize>)> = Vec::with_capacity(entries.len());
    for entry in entries {
        match entry.offset {
            Some(offset) => spans.push((offset, entry.length)),
            None => return false,
        }
    }
    spans.sort_unstable();
    let at_starts = spans.iter().zip(chunks).all(|((offset, _), chunk)| *offset == chunk.start);
    at_starts
        || spans.windows(2).all(|pair| {
            pair[0].1.is_some_and(|length| length > 0 && pair[0].0 + length == pair[1].0)
        })
}

/// Pieces more than entries that may still be told apart by their lengths.
const MAX_SURPLUS: usize = 16;

/// A few pieces more than entries, because fields hold their own terminator: shares them out in
/// order so that lengths differ least. What a field has too many become fields of the same tag.
fn by_length(entries: &[Entry], chunks: &[Range<usize>]) -> Option<Vec<(Tag, Range<usize>)>> {
    let surplus = chunks.len().checked_sub(entries.len())?;
    if !(1..=MAX_SURPLUS).contains(&surplus) {
        return None;
    }
    let width = surplus + 1;
    // Cost of having shared out entries up to here with so many surplus pieces used, and how many
    // of them the last entry took.
    let mut best = vec![usize::MAX; width];
    best[0] = 0;
    let mut taken: Vec<u8> = Vec::with_capacity(entries.len() * width);
    for (at, entry) in entries.iter().enumerate() {
        let wanted = entry.length?;
        let mut next = vec![usize::MAX; width];
        let mut choice = vec![0; width];
        for used in 0..width {
            for extra in 0..=used {
                let before = best[used - extra];
                let first = at + used - extra;
                let (Some(from), Some(to)) = (chunks.get(first), chunks.get(first + extra)) else {
                    continue;
                };
                let length = to.end + 1 - from.start;
                let cost = before.saturating_add(length.abs_diff(wanted));
                if cost < next[used] {
                    next[used] = cost;
                    choice[used] = u8::try_from(extra).unwrap_or(0);
                }
            }
        }
        best = next;
        taken.extend(choice);
    }
    // Pieces that fit nothing would go to the last entries: then offsets tell more.
    let total: usize = chunks.last()?.end;
    if best[surplus] > total / 4 {
        return None;
    }
    let mut fields = Vec::with_capacity(chunks.len());
    let mut used = surplus;
    for (at, entry) in entries.iter().enumerate().rev() {
        let extra = usize::from(taken[at * width + used]);
        let first = at + used - extra;
        fields.extend((first..=first + extra).rev().map(|at| (entry.tag, chunks[at].clone())));
        used -= extra;
    }
    fields.reverse();
    Some(fields)
}

/// Fewer or more pieces than entries: believe offsets that begin a piece, take the rest by offset
/// and length.
fn by_offset(
    entries: &[Entry],
    chunks: &[Range<usize>],
    data: &[u8],
    warnings: &mut Vec<String>,
) -> Vec<(Tag, Range<usize>)> {
    let mut offsets: Vec<usize> = entries.iter().filter_map(|entry| entry.offset).collect();
    offsets.sort_unstable();
    let mut used = vec![false; chunks.len()];
    let mut fields = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(offset) = entry.offset else {
            warn(warnings, &format!("field {} cannot be found", entry.tag));
            continue;
        };
        if let Ok(at) = chunks.binary_search_by_key(&offset, |chunk| chunk.start)
            && !used[at]
        {
            used[at] = true;
            // Another field that begins inside this piece has lost the terminator before it.
            let next = offsets[offsets.partition_point(|other| *other <= offset)..].first();
            let end = match next {
                Some(next) if *next < chunks[at].end => {
                    warn(warnings, FIELD_END_NOT_FOUND);
                    (next - 1).max(offset)
                }
                _ => chunks[at].end,
            };
            fields.push((entry.tag, offset..end));
            continue;
        }
        let end = entry.length.filter(|length| *length > 0).map(|length| offset + length);
        if let Some(end) = end.filter(|end| *end <= data.len()) {
            let content = &data[offset..end];
            let stop = memchr::memchr(FIELD_END, content).unwrap_or(content.len());
            if stop + 1 != content.len() {
                warn(warnings, FIELD_END_NOT_FOUND);
            }
            fields.push((entry.tag, offset..offset + stop));
            // The piece this came from is accounted for.
            let at = chunks.partition_point(|chunk| chunk.end < offset);
            if let Some(used) = used.get_mut(at) {
                *used = true;
            }
        } else {
            warn(warnings, &format!("field {} cannot be found", entry.tag));
        }
    }
    let lost = used.iter().filter(|used| !**used).count();
    if lost > 0 {
        warn(warnings, &format!("{lost} fields without a directory entry were dropped"));
    }
    fields
}
