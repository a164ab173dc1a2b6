//! Writing a record front to back, without a copy of it in between: fields come in the order of
//! their tags.

/// A record that is being written. Tags are three digits, values hold no control characters.
#[derive(Debug, Default)]
pub(super) struct Writer {
    directory: Vec<(u16, u32, u32)>,
    data: String,
    is_open: bool,
    /// Letters with accents are written as letter and accent.
    pub(super) decomposes: bool,
}

impl Writer {
    pub(super) fn clear(&mut self) {
        self.directory.clear();
        self.data.clear();
        self.is_open = false;
    }

    /// Bytes that the record has so far.
    pub(super) fn len(&self) -> usize {
        25 + self.directory.len() * 12 + self.data.len()
    }

    /// Begins a field; the text that follows is its content.
    pub(super) fn field(&mut self, tag: u16, indicators: &str) -> &mut String {
        self.end_field();
        self.directory.push((tag, 0, self.data.len() as u32));
        self.is_open = true;
        self.data.push_str(indicators);
        &mut self.data
    }

    /// A field whose content is at hand: `$` begins a subfield.
    pub(super) fn put(&mut self, tag: u16, indicators: &str, content: &str) {
        let data = self.field(tag, indicators);
        content.chars().for_each(|c| data.push(if c == '$' { '\u{1F}' } else { c }));
    }

    pub(super) fn text(&mut self) -> &mut String {
        &mut self.data
    }

    fn end_field(&mut self) {
        if !std::mem::replace(&mut self.is_open, false) {
            return;
        }
        if let Some((_, length, start)) = self.directory.last_mut() {
            if self.decomposes {
                decompose(&mut self.data, *start as usize);
            }
            self.data.push('\u{1E}');
            *length = self.data.len() as u32 - *start;
        }
    }

    /// Takes over the fields of another record, which are of later tags.
    pub(super) fn append(&mut self, tail: &mut Writer) {
        self.end_field();
        tail.end_field();
        let moved = self.data.len() as u32;
        let entries = tail.directory.iter().map(|(tag, len, start)| (*tag, *len, start + moved));
        self.directory.extend(entries);
        self.data.push_str(&tail.data);
        self.is_open = false;
    }

    /// Writes the finished record; the leader's positions 05–09 and 17–19 are given.
    pub(super) fn finish(&mut self, kind: &str, level: &str, out: &mut Vec<u8>) {
        use std::io::Write as _;
        self.end_field();
        let base = 24 + self.directory.len() * 12 + 1;
        let total = base + self.data.len() + 1;
        // Writing to memory does not fail.
        let _written = write!(out, "{total:05}{kind}22{base:05}{level}4500");
        for (tag, length, start) in &self.directory {
            let (mut entry, mut rest) = ([b'0'; 12], [u32::from(*tag), *length, *start]);
            for (value, end, digits) in [(0, 3, 3), (1, 7, 4), (2, 12, 5)] {
                for at in (end - digits..end).rev() {
                    entry[at] = b'0' + (rest[value] % 10) as u8;
                    rest[value] /= 10;
                }
            }
            out.extend_from_slice(&entry);
        }
        out.push(0x1E);
        out.extend_from_slice(self.data.as_bytes());
        out.push(0x1D);
    }
}

/// Takes the accented letters of the tables apart, from `start` on.
fn decompose(text: &mut String, start: usize) {
    let Some(field) = text.get(start..).filter(|field| !field.is_ascii()) else { return };
    let mut apart = String::with_capacity(field.len() * 2);
    for letter in field.chars() {
        let (base, accent) = match letter {
            'ä' => ('a', '\u{308}'),
            'Ä' => ('A', '\u{308}'),
            'ö' => ('o', '\u{308}'),
            'Ö' => ('O', '\u{308}'),
            'å' => ('a', '\u{30A}'),
            'Å' => ('A', '\u{30A}'),
            'é' => ('e', '\u{301}'),
            plain => {
                apart.push(plain);
                continue;
            }
        };
        apart.extend([base, accent]);
    }
    text.truncate(start);
    text.push_str(&apart);
}
