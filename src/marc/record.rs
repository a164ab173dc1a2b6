//! The in-memory record: built front to back, then only read; edits make a new record.

use std::fmt;
use std::ops::Range;

/// A field's tag, three bytes as found (usually digits).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag([u8; 3]);

impl Tag {
    /// The tag of these bytes, whatever they are.
    pub const fn new(bytes: [u8; 3]) -> Self {
        Tag(bytes)
    }

    /// The tag of a text of three ASCII characters.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 3] = text.as_bytes().try_into().ok()?;
        text.is_ascii().then_some(Tag(bytes))
    }

    /// The tag as text; `???` if it is none.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// The bytes as found.
    pub fn bytes(self) -> [u8; 3] {
        self.0
    }

    /// 001…009 hold plain text instead of subfields.
    pub fn is_control(self) -> bool {
        matches!(self.0, [b'0', b'0', b'1'..=b'9'])
    }
}

impl PartialEq<str> for Tag {
    fn eq(&self, other: &str) -> bool {
        self.0 == *other.as_bytes()
    }
}

impl PartialEq<&str> for Tag {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    start: u32,
    end: u32,
}

impl Span {
    fn of(range: Range<usize>) -> Self {
        Span { start: index(range.start), end: index(range.end) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Control(Span),
    /// Indicators, and the range of the record's subfields.
    Data {
        ind1: char,
        ind2: char,
        subfields: Span,
    },
}

/// One MARC record: leader of 24 characters, then fields in record order.
#[derive(Clone, Debug, Default)]
pub struct Record {
    leader: String,
    /// Every value, and perhaps what stood between them where they were read from.
    text: String,
    fields: Vec<(Tag, Content)>,
    subfields: Vec<(char, Span)>,
}

/// Records are equal if they have the same leader and fields, however their text is kept.
impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.leader == other.leader && self.fields().eq(other.fields())
    }
}

impl Eq for Record {}

impl Record {
    /// A record without fields. The leader is cut or padded to 24 characters; the positions that
    /// hold lengths (0–4, 12–16) become `00000`, as the peer keeps them (ingest-marc §1.7).
    pub fn new(leader: &str) -> Self {
        Record { leader: normalised(leader), ..Record::default() }
    }

    /// [`Record::new`] with room for a record of this many bytes.
    pub fn with_capacity(leader: &str, bytes: usize) -> Self {
        let mut record = Record::new(leader);
        record.text.reserve(bytes);
        record.fields.reserve(bytes / 40 + 1);
        record.subfields.reserve(bytes / 25 + 1);
        record
    }

    /// A record whose values will be ranges of this text; nothing is copied when they are added.
    pub(crate) fn over_text(leader: &str, text: String, fields: usize) -> Self {
        let subfields = Vec::with_capacity(text.len() / 20 + 4);
        Record { text, fields: Vec::with_capacity(fields), subfields, ..Record::new(leader) }
    }

    /// [`Record::push_control`] with a range of the record's text.
    pub(crate) fn push_control_range(&mut self, tag: Tag, value: Range<usize>) {
        self.fields.push((tag, Content::Control(Span::of(value))));
    }

    /// [`Record::push_subfield`] with a range of the record's text; the field pushed last must be a
    /// data field.
    pub(crate) fn push_subfield_range(&mut self, code: char, value: Range<usize>) {
        self.subfields.push((code, Span::of(value)));
        let end = index(self.subfields.len());
        if let Some((_, Content::Data { subfields, .. })) = self.fields.last_mut() {
            subfields.end = end;
        }
    }

    fn intern(&mut self, text: &str) -> Span {
        let start = index(self.text.len());
        self.text.push_str(text);
        Span { start, end: index(self.text.len()) }
    }

    /// Adds a control field at the end.
    pub fn push_control(&mut self, tag: Tag, value: &str) {
        let span = self.intern(value);
        self.fields.push((tag, Content::Control(span)));
    }

    /// Adds a data field without subfields at the end.
    pub fn push_data(&mut self, tag: Tag, ind1: char, ind2: char) {
        let at = index(self.subfields.len());
        let subfields = Span { start: at, end: at };
        self.fields.push((tag, Content::Data { ind1, ind2, subfields }));
    }

    /// Adds a subfield to the field pushed last; does nothing if that is a control field.
    pub fn push_subfield(&mut self, code: char, value: &str) {
        let span = self.intern(value);
        if let Some((_, Content::Data { subfields, .. })) = self.fields.last_mut() {
            self.subfields.push((code, span));
            subfields.end = index(self.subfields.len());
        }
    }

    /// Adds a copy of a field of any record at the end.
    pub fn push_field(&mut self, field: Field<'_>) {
        match field {
            Field::Control(control) => self.push_control(control.tag, control.value),
            Field::Data(data) => {
                self.push_data(data.tag, data.ind1, data.ind2);
                for subfield in data.subfields() {
                    self.push_subfield(subfield.code, subfield.value);
                }
            }
        }
    }

    /// The leader, always 24 characters.
    pub fn leader(&self) -> &str {
        &self.leader
    }

    /// Replaces the leader, with the care of [`Record::new`].
    pub fn set_leader(&mut self, leader: &str) {
        self.leader = normalised(leader);
    }

    /// Sets one character of the leader (0–23).
    pub fn set_leader_at(&mut self, position: usize, to: char) {
        self.leader = self
            .leader
            .chars()
            .enumerate()
            .map(|(at, c)| if at == position { to } else { c })
            .collect();
    }

    /// True if leader and fields hold nothing but ASCII.
    pub fn is_ascii(&self) -> bool {
        self.leader.is_ascii()
            && self.text.is_ascii()
            && self.subfields.iter().all(|(code, _)| code.is_ascii())
            && self.data_fields().all(|field| field.ind1.is_ascii() && field.ind2.is_ascii())
    }

    /// Bytes of all values together.
    pub fn text_len(&self) -> usize {
        self.text.len()
    }

    /// Character of the leader; blank if the leader is not ASCII there.
    pub fn leader_at(&self, position: usize) -> char {
        self.leader.chars().nth(position).unwrap_or(' ')
    }

    fn str(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// All fields in record order.
    pub fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.fields.iter().map(|(tag, content)| match content {
            Content::Control(span) => {
                Field::Control(ControlField { tag: *tag, value: self.str(*span) })
            }
            Content::Data { ind1, ind2, subfields } => Field::Data(DataField {
                tag: *tag,
                ind1: *ind1,
                ind2: *ind2,
                record: self,
                subfields: *subfields,
            }),
        })
    }

    /// Data fields of any tag, those without subfields included.
    pub fn data_fields(&self) -> impl Iterator<Item = DataField<'_>> {
        self.fields().filter_map(|field| match field {
            Field::Data(data) => Some(data),
            Field::Control(_) => None,
        })
    }

    /// Number of fields of both kinds.
    pub fn field_count(&self) -> usize {
        self.fields.len()
    }

    /// Data fields with their positions among all fields.
    pub fn data_fields_at(&self) -> impl Iterator<Item = (u32, DataField<'_>)> {
        (0..).zip(self.fields()).filter_map(|(position, field)| match field {
            Field::Data(data) => Some((position, data)),
            Field::Control(_) => None,
        })
    }

    /// The data field at this position among all fields.
    pub fn data_field_at(&self, position: u32) -> Option<DataField<'_>> {
        match self.fields.get(position as usize)? {
            (tag, Content::Data { ind1, ind2, subfields }) => Some(DataField {
                tag: *tag,
                ind1: *ind1,
                ind2: *ind2,
                record: self,
                subfields: *subfields,
            }),
            _ => None,
        }
    }

    /// Data fields of this tag that have subfields: fields without any are invisible to the rules
    /// (ingest-marc §2).
    pub fn each<'r>(&'r self, tag: &str) -> impl Iterator<Item = DataField<'r>> + use<'r> {
        let tag = Tag::parse(tag);
        self.fields.iter().filter_map(move |(t, content)| match content {
            Content::Data { ind1, ind2, subfields }
                if Some(*t) == tag && subfields.start != subfields.end =>
            {
                Some(DataField {
                    tag: *t,
                    ind1: *ind1,
                    ind2: *ind2,
                    record: self,
                    subfields: *subfields,
                })
            }
            _ => None,
        })
    }

    /// Values of all control fields of this tag.
    pub fn controls<'r>(&'r self, tag: &str) -> impl Iterator<Item = &'r str> + use<'r> {
        let tag = Tag::parse(tag);
        self.fields.iter().filter_map(move |(t, content)| match content {
            Content::Control(span) if Some(*t) == tag => Some(self.str(*span)),
            _ => None,
        })
    }

    /// Value of the first control field of this tag, or the empty text.
    pub fn control(&self, tag: &str) -> &str {
        self.controls(tag).next().unwrap_or("")
    }
}

/// A leader of 24 characters without lengths.
fn normalised(leader: &str) -> String {
    if let Some(ascii) = leader.as_bytes().first_chunk::<24>().filter(|l| l.is_ascii()) {
        let mut kept = *ascii;
        kept[..5].fill(b'0');
        kept[12..17].fill(b'0');
        return String::from_utf8_lossy(&kept).into_owned();
    }
    let given = leader.chars().chain(std::iter::repeat(' ')).take(24);
    let kept = given.enumerate().map(|(at, c)| if matches!(at, 0..5 | 12..17) { '0' } else { c });
    kept.collect()
}

/// Lengths stay below 4 GiB: the readers refuse larger records long before.
fn index(length: usize) -> u32 {
    #[expect(clippy::expect_used, reason = "the readers refuse records over 64 MiB")]
    u32::try_from(length).expect("a record is far smaller than 4 GiB")
}

/// A field of either kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field<'r> {
    /// A field of text.
    Control(ControlField<'r>),
    /// A field of subfields.
    Data(DataField<'r>),
}

impl Field<'_> {
    /// The field's tag.
    pub fn tag(&self) -> Tag {
        match self {
            Field::Control(field) => field.tag,
            Field::Data(field) => field.tag,
        }
    }
}

/// 001–009: a tag and a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlField<'r> {
    /// 001–009; other tags where a form has them, such as `FMT`.
    pub tag: Tag,
    /// The text, untrimmed.
    pub value: &'r str,
}

/// A field with indicators and subfields.
#[derive(Clone, Copy)]
pub struct DataField<'r> {
    /// 010–999, or letters.
    pub tag: Tag,
    /// First indicator, blank if missing.
    pub ind1: char,
    /// Second indicator, blank if missing.
    pub ind2: char,
    record: &'r Record,
    subfields: Span,
}

/// A subfield: code and value, untrimmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subfield<'r> {
    /// Any character; a letter or digit by the standard.
    pub code: char,
    /// The text, untrimmed.
    pub value: &'r str,
}

impl<'r> DataField<'r> {
    /// Subfields in record order.
    pub fn subfields(&self) -> impl Iterator<Item = Subfield<'r>> + use<'r> {
        let record = self.record;
        let range = self.subfields.start as usize..self.subfields.end as usize;
        record
            .subfields
            .get(range)
            .unwrap_or(&[])
            .iter()
            .map(move |(code, span)| Subfield { code: *code, value: record.str(*span) })
    }

    /// True if the field has no subfields.
    pub fn is_empty(&self) -> bool {
        self.subfields.start == self.subfields.end
    }

    /// First value with this code, as found; `None` if the code is absent.
    pub fn first(&self, code: char) -> Option<&'r str> {
        self.subfields().find(|s| s.code == code).map(|s| s.value)
    }
}

impl PartialEq for DataField<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.tag, self.ind1, self.ind2) == (other.tag, other.ind1, other.ind2)
            && self.subfields().eq(other.subfields())
    }
}

impl Eq for DataField<'_> {}

impl fmt::Debug for DataField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.tag, self.ind1, self.ind2)?;
        self.subfields().try_for_each(|s| write!(f, " ${} {}", s.code, s.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_subfields_keep_their_order() {
        let mut record = Record::new("01195cam a22004094i 4500xx");
        assert_eq!(record.leader(), "00000cam a2200000".to_owned() + "4i 4500");
        record.push_control(Tag::parse("001").expect("tag"), "12");
        record.push_data(Tag::parse("245").expect("tag"), '1', '0');
        record.push_subfield('a', "Title /");
        record.push_subfield('c', "by");
        record.push_data(Tag::parse("500").expect("tag"), ' ', ' ');
        assert_eq!(record.control("001"), "12");
        let title = record.each("245").next().expect("there");
        assert_eq!(title.first('c'), Some("by"));
        assert_eq!(record.each("500").count(), 0);
        assert_eq!(record.data_fields().count(), 2);
        let mut copy = Record::new(record.leader());
        record.fields().for_each(|field| copy.push_field(field));
        assert_eq!(copy, record);
    }
}
