//! Persons and bodies of an EAD3 record.

use super::{Wish, each, texts_in};
use crate::present::ApiValue;
use crate::present::view::RecordView;
use crate::xml::Element;

/// Roles of those whom the record is about.
const SUBJECT_ROLES: [&str; 4] = ["aihe", "förekommer", "handlar om", "refereras till"];

/// Relators in words.
const WORDS: [(&str, &str); 26] = [
    ("haastateltava", "ive"),
    ("intervjuare", "ivr"),
    ("valokuvaaja", "pht"),
    ("fotograf", "pht"),
    ("toimittaja", "edt"),
    ("utgivare", "pbl"),
    ("piirtäjä", "drm"),
    ("kuvataiteilija", "art"),
    ("jäljentäjä", "fac"),
    ("inspelare", "rce"),
    ("filmare", "cng"),
    ("kerääjä", "com"),
    ("insamlare", "com"),
    ("kirjoittaja", "rda:writer"),
    ("författare", "rda:writer"),
    ("brevskrivare", "rda:writer"),
    ("vastaanottaja", "rda:addressee"),
    ("brevmottagare", "rda:addressee"),
    ("luovuttaja", "rda:former-owner"),
    ("inlämnare", "rda:former-owner"),
    ("donator", "rda:donor"),
    ("kokoelmanmuodostaja", "rda:collector"),
    ("informantti", "Informant"),
    ("informant", "Informant"),
    ("haastattelija", "haastattelija"),
    ("arkistonmuodostaja", "arkistonmuodostaja"),
];

/// Relators as addresses, without the common beginning.
const ADDRESSES: [(&str, &str); 33] = [
    ("w/P10046", "pbl"),
    ("w/P10053", "cmp"),
    ("w/#P10055", "com"),
    ("w/P10058", "art"),
    ("w/P10061", "rda:writer"),
    ("w/P10064", "pro"),
    ("w/P10066", "drt"),
    ("w/P10204", "lyr"),
    ("w/P10298", "edt"),
    ("w/P10304", "rpy"),
    ("e/P20024", "spk"),
    ("e/#P20052", "rpy"),
    ("e/P20029", "arr"),
    ("e/P20032", "ivr"),
    ("e/P20033", "drm"),
    ("e/P20042", "ctg"),
    ("e/P20047", "ive"),
    ("i/#P40019", "rda:former-owner"),
    ("a/P50045", "rda:collector"),
    ("a/P50190", "cng"),
    ("u/#P60066", "rda:collector"),
    ("u/#P60381", "drm"),
    ("u/#P60429", "pht"),
    ("u/#P60401", "rda:former-owner"),
    ("u/#P60431", "art"),
    ("u/#P60432", "ive"),
    ("u/#P60434", "rda:writer"),
    ("u/#P60456", "rda:addressee"),
    ("u/#P60869", "edt"),
    ("u/P60429", "pht"),
    ("u/P60434", "rda:writer"),
    ("u/P60432", "ive"),
    ("u/P60431", "art"),
];

fn role_code(key: &str) -> Option<&'static str> {
    let table = |known: &[(&str, &'static str)], key: &str| {
        known.iter().find(|(name, _)| *name == key).map(|(_, code)| *code)
    };
    let plain = key.strip_prefix("http://rdaregistry.info/Elements/");
    let hashed = key.strip_prefix("http://www.rdaregistry.info/Elements/");
    match (plain, hashed) {
        (Some(rest), _) if !rest.contains('#') => table(&ADDRESSES, rest),
        (_, Some(rest)) if rest.contains('#') => table(&ADDRESSES, rest),
        _ => table(&WORDS, key),
    }
}

/// A person or body with its relation to the record.
struct Name<'r> {
    element: Element<'r>,
    /// Lower-cased relator.
    relator: String,
    /// Element of the name itself.
    part: &'static str,
}

impl Name<'_> {
    fn is_subject(&self) -> bool {
        SUBJECT_ROLES.contains(&self.relator.as_str())
    }

    fn name(&self, view: &RecordView<'_>) -> String {
        let node = std::slice::from_ref(&self.element);
        texts_in(view, node, self.part, Wish::Any).into_iter().next().unwrap_or_default()
    }

    /// The name with id and role; nothing without a name.
    fn shown(&self, view: &RecordView<'_>) -> Option<ApiValue> {
        let name = self.name(view);
        if name.is_empty() {
            return None;
        }
        let id = match self.element.attr_or_empty("identifier") {
            "" => self.element.attr_or_empty("href"),
            id => id,
        };
        let role = role_code(self.element.attr_or_empty("localtype"))
            .or_else(|| role_code(&self.relator))
            .unwrap_or(&self.relator);
        Some(ApiValue::object([("id", id.into()), ("role", role.into()), ("name", name.into())]))
    }
}

/// Names in `controlaccess`, kind by kind.
fn controlled<'r>(view: &'r RecordView<'_>) -> Vec<Name<'r>> {
    let mut names = Vec::new();
    for access in each(view, "controlaccess") {
        for kind in ["name", "persname", "corpname"] {
            names.extend(access.each(kind).map(|element| Name {
                element,
                relator: element.attr_or_empty("relator").to_lowercase(),
                part: "part",
            }));
        }
    }
    names
}

/// Names in `relations`.
fn related<'r>(view: &'r RecordView<'_>) -> Vec<Name<'r>> {
    let relations = view.root().map(|root| root.find_all("relations/relation")).unwrap_or_default();
    relations
        .into_iter()
        .filter(|relation| relation.attr("relationtype") == Some("cpfrelation"))
        .map(|element| Name {
            element,
            relator: element.attr_or_empty("arcrole").to_lowercase(),
            part: "relationentry",
        })
        .collect()
}

/// `nonPresenterAuthors`.
pub(in crate::present) fn non_presenters(view: &RecordView<'_>) -> Vec<ApiValue> {
    let mut shown: Vec<ApiValue> = controlled(view)
        .iter()
        .filter(|name| !name.is_subject())
        .filter_map(|name| name.shown(view))
        .collect();
    for name in related(view).iter().filter(|name| !name.is_subject()) {
        if let Some(item) = name.shown(view)
            && !shown.contains(&item)
        {
            shown.push(item);
        }
    }
    shown
}

/// `subjectActors`.
pub(in crate::present) fn subject_actors(view: &RecordView<'_>) -> ApiValue {
    let names = controlled(view).into_iter().chain(related(view));
    let names = names.filter(Name::is_subject).map(|name| name.name(view));
    ApiValue::texts(names.filter(|name| !name.is_empty()))
}
