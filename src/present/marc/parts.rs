//! Component parts inside their host's record (record-fields §4.4).

use super::fields::trimmed_joined;
use super::names::is_presenter;
use crate::marc::{DataField, Record};
use crate::present::ApiValue;
use crate::text::trim;

const ARRANGER_ROLES: [&str; 5] = ["arr", "arranger", "arrangör", "sov", "sovittaja"];

#[derive(Default)]
struct Part {
    id: String,
    title: String,
    authors: Vec<String>,
    uniform_title: String,
    duration: String,
}

/// `embeddedComponentParts`: 979, else the works in 700 and 730.
pub(in crate::present) fn embedded(record: &Record) -> ApiValue {
    let mut parts: Vec<Part> = record.each("979").map(merged_part).collect();
    if parts.is_empty() {
        parts = analytical_parts(record);
    }
    let shown = parts.into_iter().zip(1_i64..).map(|(part, number)| {
        let (presenters, others): (Vec<&String>, Vec<&String>) =
            part.authors.iter().partition(|author| role_of(author).is_some_and(is_presenter));
        let (arrangers, others): (Vec<&String>, Vec<&String>) = others
            .into_iter()
            .partition(|author| role_of(author).is_some_and(|role| ARRANGER_ROLES.contains(&role)));
        ApiValue::object([
            ("number", ApiValue::Int(number)),
            ("id", part.id.as_str().into()),
            ("title", part.title.as_str().into()),
            ("authors", ApiValue::texts(&part.authors)),
            ("uniformTitle", part.uniform_title.as_str().into()),
            ("duration", part.duration.as_str().into()),
            ("presenters", ApiValue::texts(presenters)),
            ("arrangers", ApiValue::texts(arrangers)),
            ("otherAuthors", ApiValue::texts(others)),
        ])
    });
    ApiValue::List(shown.collect())
}

/// `Name, role`.
fn role_of(author: &str) -> Option<&str> {
    author.rsplit_once(", ").map(|(_, role)| role)
}

fn merged_part(field: DataField<'_>) -> Part {
    let mut part = Part::default();
    for subfield in field.subfields() {
        let value = trim(subfield.value);
        if value.is_empty() {
            continue;
        }
        match subfield.code {
            'a' => value.clone_into(&mut part.id),
            'b' => value.clone_into(&mut part.title),
            'c' | 'd' => part.authors.push(value.to_owned()),
            'e' => value.clone_into(&mut part.uniform_title),
            'f' => part.duration = duration(value),
            _ => {}
        }
    }
    part
}

/// `HHMMSS` with colons; no duration at all for zeros.
fn duration(text: &str) -> String {
    let characters: Vec<char> = text.chars().take(6).collect();
    if characters.iter().collect::<String>() == "000000" {
        return String::new();
    }
    let two = |from: usize| characters.iter().skip(from).take(2).collect::<String>();
    format!("{}:{}:{}", two(0), two(2), two(4))
}

fn analytical_parts(record: &Record) -> Vec<Part> {
    let mut parts = Vec::new();
    for field in record.each("700").filter(|f| f.ind2 == '2' && f.first('t').is_some()) {
        let author = trimmed_joined(field, "aqbcde");
        let authors = if author.is_empty() { Vec::new() } else { vec![author] };
        let title = trimmed_joined(field, "tmnrhigpslok");
        parts.push(Part { title, authors, ..Part::default() });
    }
    for field in record.each("730").filter(|f| f.ind2 == '2') {
        let rest = trimmed_joined(field, "mnrhigpslok");
        let name = trimmed_joined(field, "a");
        let title = trimmed_joined(field, "t");
        if name.is_empty() && title.is_empty() {
            continue;
        }
        let (title, uniform_title) =
            if title.is_empty() { (name, String::new()) } else { (title, name) };
        let title = if rest.is_empty() { title } else { format!("{title} {rest}") };
        parts.push(Part { title, uniform_title, ..Part::default() });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marc::Tag;

    /// Works of 730 need a name (record-fields §4.4).
    #[test]
    fn parts_of_added_entries() {
        let parts = |subfields: &[(char, &str)]| {
            let mut record = Record::new("");
            record.push_data(Tag::new(*b"730"), '0', '2');
            for (code, value) in subfields {
                record.push_subfield(*code, value);
            }
            let parts = analytical_parts(&record).into_iter();
            parts.map(|part| [part.title, part.uniform_title].join("/")).collect::<Vec<_>>()
        };
        for (subfields, expected) in [
            (&[('a', "Sarja,"), ('t', "Nimi"), ('n', "1")][..], &["Nimi 1/Sarja,"][..]),
            (&[('a', "Raamattu."), ('p', "VT.")], &["Raamattu. VT./"]),
            (&[('m', "piano")], &[]),
        ] {
            assert_eq!(parts(subfields), expected, "{subfields:?}");
        }
    }
}
