//! How the rules look at a record: fields by tag, subfields by code, and the values of field
//! specifications: joined or split, cleaned or raw (ingest-marc §2).

use super::specs::Script;
pub(super) use super::specs::{Codes, Spec, alternate, both, normal};
pub(super) use super::tag_index::TagIndex;
use crate::mapping::{MapContext, Warnings};
use crate::marc::{DataField, Record};
use crate::text::{TextRules, trim};
use std::cell::RefCell;
use std::fmt;

/// A record together with the settings and the place for warnings.
pub(super) struct View<'r> {
    record: &'r Record,
    index: &'r TagIndex,
    pub(super) context: &'r MapContext<'r>,
    warnings: RefCell<&'r mut Warnings>,
}

impl<'r> View<'r> {
    pub(super) fn new(
        record: &'r Record,
        index: &'r TagIndex,
        context: &'r MapContext<'r>,
        warnings: &'r mut Warnings,
    ) -> Self {
        View { record, index, context, warnings: RefCell::new(warnings) }
    }

    pub(super) fn record(&self) -> &'r Record {
        self.record
    }

    /// The word lists that N2 needs.
    pub(super) fn rules(&self) -> &'r TextRules {
        &self.context.ingest.text
    }

    /// N2.
    pub(super) fn clean(&self, text: &str) -> String {
        self.rules().strip_trailing_punctuation(text)
    }

    pub(super) fn warn(&self, warning: impl Into<String>) {
        self.warnings.borrow_mut().add(warning);
    }

    /// Value of a driver parameter, the empty text if it is not set.
    pub(super) fn param(&self, name: &str) -> &'r str {
        self.context.source.params.get(name).unwrap_or("")
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.context.source.params.flag(name, false)
    }

    /// Character of the leader.
    pub(super) fn leader(&self, position: usize) -> char {
        self.record.leader_at(position)
    }

    /// Part of the first control field of this tag; what lies beyond its end is left out.
    pub(super) fn control_part(&self, tag: &str, start: usize, length: usize) -> &'r str {
        part(self.record.control(tag), start, length)
    }

    /// Data fields of a tag that have subfields.
    pub(super) fn each(&self, tag: &str) -> impl Iterator<Item = DataField<'r>> + use<'r> {
        let record = self.record;
        self.index
            .positions(tag)
            .iter()
            .filter_map(move |(_, position)| record.data_field_at(*position))
    }

    pub(super) fn has(&self, tag: &str) -> bool {
        !self.index.positions(tag).is_empty()
    }

    pub(super) fn first(&self, tag: &str) -> Option<DataField<'r>> {
        self.each(tag).next()
    }

    /// First value with this code in the first field of the tag, trimmed.
    pub(super) fn first_sub(&self, tag: &str, code: char) -> &'r str {
        self.first(tag).map_or("", |field| sub(&field, code))
    }

    /// Every value of one code in every field of a tag, trimmed.
    pub(super) fn values(&self, tag: &str, code: char) -> impl Iterator<Item = &'r str> + use<'r> {
        let record = self.record;
        self.index
            .positions(tag)
            .iter()
            .filter_map(move |(_, position)| record.data_field_at(*position))
            .flat_map(move |field| subs(&field, code))
    }

    /// The 880 fields linked to a field through `$6` (ingest-marc §2).
    pub(super) fn linked(
        &self,
        field: &DataField<'r>,
    ) -> impl Iterator<Item = DataField<'r>> + use<'r> {
        let tag = field.tag;
        let positions = self.index.positions("880");
        let link = if positions.is_empty() { "" } else { sub(field, '6') };
        let occurrence = link_parts(link).1;
        let record = self.record;
        let positions = if link.is_empty() { &[] } else { positions };
        positions.iter().filter_map(move |(_, position)| record.data_field_at(*position)).filter(
            move |other| {
                let (to, number) = link_parts(sub(other, '6'));
                tag == to && number == occurrence
            },
        )
    }

    /// Warns of fields that the rules ask for and that hold nothing.
    fn note_missing_subfields(&self, tag: &str) {
        if self.index.has_empty(tag) {
            self.warn(format!("missing subfields in {tag}"));
        }
    }

    /// Calls `take` with the text of each field of each specification, joined and not cleaned.
    fn joined(&self, specs: &[Spec], mut take: impl FnMut(&str)) {
        let mut buffer = String::new();
        for spec in specs {
            self.note_missing_subfields(spec.tag);
            for field in self.each(spec.tag) {
                if spec.required.is_some_and(|code| field.first(code).is_none()) {
                    continue;
                }
                if spec.script != Script::Alternate {
                    buffer.clear();
                    join_into(&field, spec.codes, &mut buffer);
                    if !buffer.is_empty() {
                        take(&buffer);
                    }
                }
                if spec.script != Script::Normal {
                    for linked in self.linked(&field) {
                        buffer.clear();
                        join_trimmed_into(&linked, spec.codes, &mut buffer);
                        if !buffer.is_empty() {
                            take(&buffer);
                        }
                    }
                }
            }
        }
    }

    /// The values of the specifications, one a field, through N2.
    pub(super) fn gather(&self, specs: &[Spec]) -> Vec<String> {
        let mut values = Vec::new();
        self.gather_into(specs, &mut values);
        values
    }

    /// [`View::gather`] at the end of a list.
    pub(super) fn gather_into(&self, specs: &[Spec], values: &mut Vec<String>) {
        self.joined(specs, |text| values.push(self.clean(text)));
    }

    /// The values of the specifications, each subfield its own value, through N2.
    pub(super) fn split(&self, specs: &[Spec]) -> Vec<String> {
        let mut values = Vec::new();
        self.split_into(specs, &mut values);
        values
    }

    /// [`View::split`] at the end of a list.
    pub(super) fn split_into(&self, specs: &[Spec], values: &mut Vec<String>) {
        self.split_raw(specs, |text| values.push(self.clean(text)));
    }

    /// Calls `take` with every subfield value of the specifications as it is; empty values too, as
    /// the peer does (they fall when the index record is cleaned).
    pub(super) fn split_raw(&self, specs: &[Spec], mut take: impl FnMut(&'r str)) {
        for spec in specs {
            self.note_missing_subfields(spec.tag);
            for field in self.each(spec.tag) {
                if spec.required.is_some_and(|code| field.first(code).is_none()) {
                    continue;
                }
                let mut values = |field: &DataField<'r>| {
                    field
                        .subfields()
                        .filter(|s| spec.codes.has(s.code))
                        .for_each(|s| take(s.value));
                };
                if spec.script != Script::Alternate {
                    values(&field);
                }
                if spec.script != Script::Normal {
                    self.linked(&field).for_each(|linked| values(&linked));
                }
            }
        }
    }

    /// `first(specs)`: the first field that exists decides, even if it gives nothing.
    pub(super) fn first_of(&self, specs: &[Spec]) -> String {
        for spec in specs {
            self.note_missing_subfields(spec.tag);
            if let Some(field) = self.first(spec.tag) {
                let mut text = String::new();
                join_into(&field, spec.codes, &mut text);
                return self.clean(&text);
            }
        }
        String::new()
    }

    /// `all(tag, codes)` raw: the values of all occurrences joined by a space.
    pub(super) fn all_raw(&self, tag: &str, codes: &str) -> String {
        self.note_missing_subfields(tag);
        let codes = Codes::of(codes);
        let mut text = String::new();
        for field in self.each(tag) {
            join_into(&field, codes, &mut text);
        }
        text
    }

    /// `all(tag, codes)`: as [`View::all_raw`], then N2.
    pub(super) fn all(&self, tag: &str, codes: &str) -> String {
        self.clean(&self.all_raw(tag, codes))
    }
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("record", self.record).finish_non_exhaustive()
    }
}

/// Tag and occurrence of a `$6`: `TAG-OCC[/script[/orientation]]`.
fn link_parts(link: &str) -> (&str, &str) {
    let (tag, rest) = link.split_once('-').unwrap_or((link, ""));
    (tag, rest.split('/').next().unwrap_or(""))
}

/// First value with this code, trimmed; the empty text if there is none.
pub(super) fn sub<'r>(field: &DataField<'r>, code: char) -> &'r str {
    field.first(code).map_or("", trim)
}

/// All values with this code, trimmed.
pub(super) fn subs<'r>(
    field: &DataField<'r>,
    code: char,
) -> impl Iterator<Item = &'r str> + use<'r> {
    field.subfields().filter(move |s| s.code == code).map(|s| trim(s.value))
}

/// `join(f, codes)`: values in record order, untrimmed, one space between.
pub(super) fn join(field: &DataField<'_>, codes: &str) -> String {
    let mut text = String::new();
    join_into(field, Codes::of(codes), &mut text);
    text
}

pub(super) fn join_into(field: &DataField<'_>, codes: Codes, text: &mut String) {
    for subfield in field.subfields().filter(|s| codes.has(s.code)) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(subfield.value);
    }
}

/// As [`join_into`], each value trimmed: the way of linked 880 fields.
pub(super) fn join_trimmed_into(field: &DataField<'_>, codes: Codes, text: &mut String) {
    for subfield in field.subfields().filter(|s| codes.has(s.code)) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(trim(subfield.value));
    }
}

/// Part of a text by bytes, as far as there is one; empty where it would cut a character.
pub(super) fn part(text: &str, start: usize, length: usize) -> &str {
    let end = text.len().min(start.saturating_add(length));
    text.get(start..end).unwrap_or("")
}
