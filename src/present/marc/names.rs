//! Persons and bodies of a MARC record (record-fields §4.3).

use super::fields::{single, trimmed_joined, values};
use super::notes;
use super::punctuation::strip;
use crate::marc::{DataField, Record};
use crate::present::ApiValue;

/// Roles that make a presenter, as Finna is configured.
const PRESENTER_ROLES: [&str; 60] = [
    "esitt",
    "joht",
    "esittäjä",
    "johtaja",
    "kertoja",
    "laulaja",
    "laulusolisti",
    "muusikko",
    "näyttelijä",
    "piano",
    "puhuja",
    "selostaja",
    "soittaja",
    "tanssija",
    "berättare",
    "dansare",
    "inläsare",
    "kommentator",
    "musiker",
    "röst",
    "skådespelare",
    "sångare",
    "tal",
    "vokalist",
    "act",
    "actor",
    "cmm",
    "commentator",
    "cnd",
    "conductor",
    "dnc",
    "dancer",
    "hst",
    "host",
    "itr",
    "instrumentalist",
    "mod",
    "moderator",
    "mus",
    "musician",
    "nrt",
    "narrator",
    "osp",
    "onscreen presenter",
    "pan",
    "panelist",
    "sng",
    "singer",
    "spk",
    "speaker",
    "stl",
    "storyteller",
    "sht",
    "supporting host",
    "tch",
    "teacher",
    "vac",
    "voice actor",
    "voc",
    "vocalist",
];

/// True for the roles of presenters.
pub(super) fn is_presenter(role: &str) -> bool {
    !role.is_empty() && PRESENTER_ROLES.contains(&role)
}

const TAGS: [&str; 4] = ["100", "110", "700", "710"];

/// A person or body with a name.
struct Author<'r> {
    field: DataField<'r>,
    names: String,
    /// All roles, lower-cased and joined.
    role: String,
}

impl Author<'_> {
    fn is_presenter(&self) -> bool {
        is_presenter(self.role.trim_matches([' ', '.']))
    }

    fn is_main(&self) -> bool {
        self.field.tag == "100" || self.field.tag == "110"
    }
}

/// 100, 110, 700, 710; added entries with a title are works, not persons.
fn authors(record: &Record) -> impl Iterator<Item = Author<'_>> {
    TAGS.into_iter()
        .flat_map(|tag| record.each(tag))
        .filter(|field| !(field.tag == "700" && field.first('t').is_some()))
        .map(|field| {
            let mut roles: Vec<&str> = values(field, "4").map(strip).collect();
            if roles.is_empty() {
                roles = values(field, "e").map(strip).collect();
            }
            Author {
                field,
                names: trimmed_joined(field, "abc"),
                role: roles.join(", ").to_lowercase(),
            }
        })
        .filter(|author| !author.names.is_empty())
}

/// `nonPresenterAuthors`.
pub(in crate::present) fn non_presenters(record: &Record) -> Vec<ApiValue> {
    authors(record)
        .filter(|author| !author.is_presenter())
        .map(|author| {
            let field = author.field;
            let personal = field.tag == "100" || field.tag == "700";
            ApiValue::object([
                ("name", strip(&author.names).into()),
                ("name_alt", strip(&linked_names(record, field)).into()),
                ("date", strip(&trimmed_joined(field, "d")).into()),
                ("role", author.role.as_str().into()),
                ("id", single(field, '0').into()),
                ("type", if personal { "Personal Name" } else { "Corporate Name" }.into()),
            ])
        })
        .collect()
}

/// The names in the other script: the 880 that $6 links to.
fn linked_names(record: &Record, field: DataField<'_>) -> String {
    linked(record, field).map(|other| trimmed_joined(other, "abc")).unwrap_or_default()
}

/// The 880 field that a field's $6 (`880-01`) names; its own $6 names this field's tag back.
fn linked<'r>(record: &'r Record, field: DataField<'_>) -> Option<DataField<'r>> {
    let (tag, number) = single(field, '6').split_once('-')?;
    let number = number.get(..2)?;
    record.each(tag).find(|other| {
        single(*other, '6').split_once('-').is_some_and(|(back, other_number)| {
            back == field.tag.as_str() && other_number.get(..2) == Some(number)
        })
    })
}

/// `primaryAuthors`: the same, but main entries count even when they present.
pub(in crate::present) fn primary(record: &Record) -> Vec<String> {
    authors(record)
        .filter(|author| author.is_main() || !author.is_presenter())
        .map(|author| strip(&author.names).to_owned())
        .collect()
}

/// `presenters`.
pub(in crate::present) fn presenters(record: &Record) -> ApiValue {
    let presenters = authors(record).filter_map(|Author { field, names, .. }| {
        let role = match single(field, '4') {
            "" => single(field, 'e'),
            code => code,
        };
        let lower = role.to_lowercase();
        let role = strip(&lower);
        if !is_presenter(role.trim_matches([' ', '.'])) {
            return None;
        }
        Some(ApiValue::object([
            ("name", strip(&names).into()),
            ("date", strip(&trimmed_joined(field, "d")).into()),
            ("role", role.into()),
            ("id", single(field, '0').into()),
        ]))
    });
    ApiValue::object([
        ("presenters", ApiValue::List(presenters.collect())),
        ("details", notes::texts(record, "511", "a", true)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marc::Tag;

    /// Works in added entries and roles without a name are no presenters (record-fields §4.3).
    #[test]
    fn presenters_are_named_persons() {
        let mut record = Record::new("");
        let fields: [(&str, &[(char, &str)]); 4] = [
            ("700", &[('a', "Bach"), ('t', "Laulu"), ('4', "sng")]),
            ("700", &[('e', "laulaja.")]),
            ("700", &[('a', "Kuu, Kaisa,"), ('e', "lukija,"), ('4', "nrt")]),
            ("100", &[('a', "Aho, Aino,"), ('d', "1901-"), ('e', "laulaja."), ('0', "x1")]),
        ];
        for (tag, subfields) in fields {
            record.push_data(Tag::parse(tag).expect("a tag"), ' ', ' ');
            for (code, value) in subfields {
                record.push_subfield(*code, value);
            }
        }
        let person = |name: &str, date: &str, role: &str, id: &str| {
            let pairs = [("name", name), ("date", date), ("role", role), ("id", id)];
            ApiValue::object(pairs.map(|(key, value)| (key, value.into())))
        };
        let expected = ApiValue::object([
            (
                "presenters",
                ApiValue::List(vec![
                    person("Aho, Aino", "1901-", "laulaja", "x1"),
                    person("Kuu, Kaisa", "", "nrt", ""),
                ]),
            ),
            ("details", ApiValue::List(Vec::new())),
        ]);
        assert_eq!(presenters(&record), expected);
    }
}
