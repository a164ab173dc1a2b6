//! ISO 2709 without what follows from the rest: lengths and offsets are digits that compress badly
//! and can be counted. What cannot be put together again byte by byte is not packed.

/// End of a field and of the directory.
const FIELD_END: u8 = 0x1E;
/// End of a record.
const RECORD_END: u8 = 0x1D;
/// Bytes of the leader.
const LEADER: usize = 24;
/// Bytes of an entry of the directory: tag, four digits of length, five of offset.
const ENTRY: usize = 12;
const TAG: usize = 3;

/// The record without record length, base address, and lengths and offsets of fields: what is left
/// of the leader, the tags, the fields. `None` if that loses anything.
pub(super) fn pack(raw: &[u8]) -> Option<Vec<u8>> {
    let (leader, rest) = raw.split_at_checked(LEADER)?;
    let directory_end = rest.iter().position(|byte| *byte == FIELD_END)?;
    let (directory, fields) = rest.split_at_checked(directory_end)?;
    let mut packed = Vec::with_capacity(raw.len());
    packed.extend_from_slice(leader.get(5..12)?);
    packed.extend_from_slice(leader.get(17..)?);
    for entry in directory.chunks(ENTRY) {
        packed.extend_from_slice(entry.get(..TAG)?);
    }
    packed.extend_from_slice(fields);
    (unpack(&packed)? == raw).then_some(packed)
}

/// The record that was packed; `None` if these bytes are not one.
pub(super) fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let (leader, rest) = packed.split_at_checked(LEADER - 10)?;
    let tags_end = rest.iter().position(|byte| *byte == FIELD_END)?;
    let (tags, fields) = rest.split_at_checked(tags_end)?;
    let fields = fields.strip_prefix(&[FIELD_END])?.strip_suffix(&[RECORD_END])?;
    let base = LEADER + tags.len() / TAG * ENTRY + 1;
    let length = base + fields.len() + 1;
    let (status, map) = leader.split_at_checked(7)?;
    let mut raw = Vec::with_capacity(length);
    digits(&mut raw, length, 5)?;
    raw.extend_from_slice(status);
    digits(&mut raw, base, 5)?;
    raw.extend_from_slice(map);
    let mut ends = memchr::memchr_iter(FIELD_END, fields);
    let mut start = 0;
    for tag in tags.chunks(TAG) {
        let end = ends.next()? + 1;
        raw.extend_from_slice(tag);
        digits(&mut raw, end - start, 4)?;
        digits(&mut raw, start, 5)?;
        start = end;
    }
    raw.push(FIELD_END);
    raw.extend_from_slice(fields);
    raw.push(RECORD_END);
    Some(raw)
}

/// A number in so many digits, zeros in front.
fn digits(out: &mut Vec<u8>, number: usize, width: u32) -> Option<()> {
    let mut unit = 10_usize.checked_pow(width)?;
    if number >= unit {
        return None;
    }
    while unit > 1 {
        unit /= 10;
        out.push(b'0' + u8::try_from(number / unit % 10).ok()?);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RECORD: &[u8] =
        b"00061nam a2200049 a 4500001000300000245000800003\x1E42\x1E10\x1FaOho\x1E\x1D";

    #[test]
    fn counted_digits_are_left_out() {
        let packed = pack(RECORD).expect("a record as it should be");
        assert_eq!(packed, b"nam a22 a 4500001245\x1E42\x1E10\x1FaOho\x1E\x1D");
        assert_eq!(unpack(&packed).as_deref(), Some(RECORD));
    }

    #[test]
    fn what_would_change_is_not_packed() {
        let with = |at: usize, byte: u8| {
            let mut record = RECORD.to_vec();
            record[at] = byte;
            record
        };
        // A wrong length, a wrong base address, an offset that is not the next one, blanks for
        // zeros, a second record behind it.
        for record in [with(4, b'4'), with(16, b'0'), with(47, b'4'), with(0, b' ')] {
            assert_eq!(pack(&record), None, "{}", String::from_utf8_lossy(&record));
        }
        assert_eq!(pack(&[RECORD, RECORD].concat()), None);
        assert_eq!(pack(b""), None);
        assert_eq!(unpack(b"nam"), None);
    }

    proptest! {
        #[test]
        fn never_lossy(raw in prop::collection::vec(prop_oneof![Just(0x1E_u8), Just(0x1D), b'0'..=b'9', any::<u8>()], 0..200)) {
            if let Some(packed) = pack(&raw) {
                prop_assert_eq!(unpack(&packed), Some(raw.clone()));
            }
            // Damaged bytes are refused or give something, and do not panic.
            let _any = unpack(&raw);
        }
    }
}
