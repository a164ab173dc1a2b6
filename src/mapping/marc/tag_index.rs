//! Where the fields of each tag stand in a record.

use crate::marc::Record;

const TAGS: usize = 1000;

/// Number of a tag of three digits; other tags are asked for by no rule.
fn number(tag: &[u8]) -> Option<u16> {
    match *tag {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] => {
            Some(u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0'))
        }
        _ => None,
    }
}

/// Where the data fields of each tag stand. The rules ask for some two hundred tags and a record
/// holds some thirty, so the answer "none" must cost next to nothing.
#[derive(Clone, Debug)]
pub(super) struct TagIndex {
    /// One bit a tag: there is a field with subfields.
    present: [u64; TAGS.div_ceil(64)],
    /// Tag and position, sorted; fields without subfields are left out.
    fields: Vec<(u16, u32)>,
    /// Tags that have a field without subfields.
    without_subfields: Vec<u16>,
}

impl TagIndex {
    pub(super) fn new(record: &Record) -> Self {
        let mut index = TagIndex {
            present: [0; TAGS.div_ceil(64)],
            fields: Vec::with_capacity(record.field_count()),
            without_subfields: Vec::new(),
        };
        for (position, field) in record.data_fields_at() {
            let Some(tag) = number(field.tag.as_str().as_bytes()) else { continue };
            if field.is_empty() {
                index.without_subfields.push(tag);
            } else {
                index.present[usize::from(tag) / 64] |= 1 << (tag % 64);
                index.fields.push((tag, position));
            }
        }
        index.fields.sort_by_key(|(tag, _)| *tag);
        index
    }

    /// Tag and position of each field of this tag that has subfields.
    pub(super) fn positions(&self, tag: &str) -> &[(u16, u32)] {
        let Some(tag) = number(tag.as_bytes()) else { return &[] };
        if self.present[usize::from(tag) / 64] & (1 << (tag % 64)) == 0 {
            return &[];
        }
        let start = self.fields.partition_point(|(t, _)| *t < tag);
        let rest = self.fields.get(start..).unwrap_or(&[]);
        let length = rest.iter().take_while(|(t, _)| *t == tag).count();
        rest.get(..length).unwrap_or(&[])
    }

    /// True if a field of this tag has no subfields.
    pub(super) fn has_empty(&self, tag: &str) -> bool {
        !self.without_subfields.is_empty()
            && number(tag.as_bytes()).is_some_and(|n| self.without_subfields.contains(&n))
    }
}
