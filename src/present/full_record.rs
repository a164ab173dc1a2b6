//! `fullRecord` (record-fields §3.9): the stored record, MARC as MARCXML, some formats without what
//! may not be passed on.

use super::view::{RecordView, RuleSet};
use super::{ApiValue, aipa, forward, qdc};
use crate::marc::{Field, Record, Tag};
use std::fmt::Write as _;

const MARC_HEAD: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
    "<collection xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"",
    " xmlns=\"http://www.loc.gov/MARC21/slim\"",
    " xsi:schemaLocation=\"http://www.loc.gov/MARC21/slim",
    " http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd\">"
);

/// The record as text.
pub(super) fn text(view: &RecordView<'_>) -> ApiValue {
    match view.rules() {
        RuleSet::Marc => ApiValue::from(marcxml(view.marc())),
        RuleSet::Qdc | RuleSet::Lrmi => qdc::filtered(view),
        RuleSet::Aipa => aipa::filtered(view),
        RuleSet::Forward => forward::filtered(view),
        RuleSet::Lido | RuleSet::Ead | RuleSet::Ead3 | RuleSet::Index => {
            ApiValue::from(view.full_record())
        }
    }
}

/// Without the summaries, which may be bought in; component parts by their ids alone.
fn marcxml(record: &Record) -> String {
    let mut out = String::with_capacity(4096);
    out.push_str(MARC_HEAD);
    // The peer's XML library prints an element without content short.
    if !has_leader(record) && record.fields().next().is_none() {
        out.push_str("<record/></collection>\n");
        return out;
    }
    out.push_str("<record>");
    // A record that came without a leader shows none.
    if has_leader(record) {
        out.push_str("<leader>");
        escape(record.leader(), &mut out);
        out.push_str("</leader>");
    }
    for field in record.fields() {
        match field {
            Field::Control(control) => {
                let _ = write!(out, "<controlfield tag=\"{}\">", Escaped(control.tag.as_str()));
                escape(control.value, &mut out);
                out.push_str("</controlfield>");
            }
            Field::Data(data) => {
                if data.tag == "520" || data.tag == "979" {
                    continue;
                }
                open_field(data.tag, data.ind1, data.ind2, &mut out);
                let mut filled = data.subfields().filter(|s| !s.value.is_empty()).peekable();
                if filled.peek().is_none() {
                    out.push_str("/>");
                    continue;
                }
                out.push('>');
                for subfield in filled {
                    push_subfield(subfield.code, subfield.value, &mut out);
                }
                out.push_str("</datafield>");
            }
        }
    }
    let parts = record.each("979").flat_map(|f| f.subfields().filter(|s| s.code == 'a'));
    let mut parts = parts.map(|s| s.value).peekable();
    if parts.peek().is_some() {
        open_field(Tag::new(*b"979"), ' ', ' ', &mut out);
        out.push('>');
        for id in parts {
            push_subfield('a', id, &mut out);
        }
        out.push_str("</datafield>");
    }
    out.push_str("</record></collection>\n");
    out
}

/// False for the blank leader that stands for a missing one.
fn has_leader(record: &Record) -> bool {
    record.leader().contains(|c| c != ' ' && c != '0')
}

fn open_field(tag: Tag, ind1: char, ind2: char, out: &mut String) {
    let mut buffers = ([0; 4], [0; 4]);
    let _ = write!(
        out,
        "<datafield tag=\"{}\" ind1=\"{}\" ind2=\"{}\"",
        Escaped(tag.as_str()),
        Escaped(ind1.encode_utf8(&mut buffers.0)),
        Escaped(ind2.encode_utf8(&mut buffers.1)),
    );
}

fn push_subfield(code: char, value: &str, out: &mut String) {
    let mut buffer = [0; 4];
    let _ = write!(out, "<subfield code=\"{}\">", Escaped(code.encode_utf8(&mut buffer)));
    escape(value, out);
    out.push_str("</subfield>");
}

/// Text of an attribute.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = String::with_capacity(self.0.len());
        escape(self.0, &mut out);
        f.write_str(&out.replace('"', "&quot;"))
    }
}

/// Text between tags.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            _ => out.push(c),
        }
    }
}
