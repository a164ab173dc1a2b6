//! People, families and corporations of an EAD3 record and what they did (ingest-ead §5.2).

use crate::mapping::MapContext;
use crate::mapping::authority::AuthorityIds;
use crate::record::IndexRecord;
use crate::text::{trim, unique};
use crate::xml::Element;
use std::borrow::Cow;

/// Roles of somebody the material is about.
const SUBJECT_ROLES: [&str; 4] = ["aihe", "förekommer", "handlar om", "refereras till"];

/// Roles in which somebody had to do with the material without having made it.
const SECOND_AUTHOR_ROLES: [&str; 8] = [
    "brevmottagare",
    "donator",
    "inlämnare",
    "insamlare",
    "keruun järjestäjä",
    "kerääjä",
    "luovuttaja",
    "vastaanottaja",
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Author,
    SecondAuthor,
    /// Another form of a name.
    Variant,
    Subject,
}

#[derive(Debug)]
struct Name<'t> {
    kind: Kind,
    text: String,
    id: &'t str,
    /// As written.
    role: &'t str,
}

impl Name<'_> {
    fn id_with_role(&self) -> Option<String> {
        (!self.id.is_empty() && !self.role.is_empty())
            .then(|| format!("{}###{}", self.id, self.role))
    }
}

/// The names of a record by where they stand.
#[derive(Debug)]
pub(super) struct Names<'t> {
    people: Vec<Name<'t>>,
    corporate: Vec<Name<'t>>,
    relations: Vec<Name<'t>>,
}

impl<'t> Names<'t> {
    pub(super) fn of(root: Element<'t>) -> Self {
        let origins: Vec<Element<'t>> =
            root.child("did").into_iter().flat_map(|did| did.each("origination")).collect();
        let mut people = Vec::new();
        let mut corporate = Vec::new();
        for place in root.each("controlaccess").chain(origins) {
            for name in place.each("name").chain(place.each("persname")) {
                add_parts(name, &mut people);
            }
            for name in place.each("corpname") {
                add_parts(name, &mut corporate);
            }
        }
        let relations = root.each("relations").flat_map(|relations| relations.each("relation"));
        let relations = relations
            .filter(|relation| relation.attr("relationtype") == Some("cpfrelation"))
            .map(related)
            .collect();
        Names { people, corporate, relations }
    }

    /// The first author, or the empty text.
    pub(super) fn main_author(&self) -> &str {
        self.authors().next().unwrap_or_default()
    }

    fn authors(&self) -> impl Iterator<Item = &str> {
        texts(&self.people, Kind::Author).chain(texts(&self.relations, Kind::Author))
    }

    /// Names of those the material is about.
    pub(super) fn subjects(&self) -> impl Iterator<Item = &str> {
        [&self.relations, &self.people, &self.corporate]
            .into_iter()
            .flat_map(|names| texts(names, Kind::Subject))
    }

    /// Ids of those the material is about.
    pub(super) fn subject_ids(&self) -> impl Iterator<Item = &'t str> {
        [&self.relations, &self.people, &self.corporate]
            .into_iter()
            .flatten()
            .filter(|name| name.kind == Kind::Subject && !name.id.is_empty())
            .map(|name| name.id)
    }

    /// Author fields.
    pub(super) fn put(&self, record: &mut IndexRecord, context: &MapContext<'_>) {
        let corporate = || texts(&self.corporate, Kind::Author);
        let second = || texts(&self.relations, Kind::SecondAuthor);
        record.set("author_sort", self.main_author());
        record.set_all("author", self.authors());
        record.set_all("author_variant", texts(&self.people, Kind::Variant));
        record.set_all("author_corporate", corporate());
        record.set_all("author2", second());
        record.set_all("author_facet", self.authors().chain(second()).chain(corporate()));

        let authority = AuthorityIds::new(context.source);
        let with_namespace = |id: &str| authority.add_namespace(id, "author");
        let has_name = |name: &&Name<'_>| matches!(name.kind, Kind::Author | Kind::Variant);
        let of_kind = |kind| self.relations.iter().filter(move |name| name.kind == kind);
        let mut ids: Vec<String> = self
            .corporate
            .iter()
            .filter(has_name)
            .chain(self.people.iter().filter(has_name))
            .chain(of_kind(Kind::Author))
            .chain(of_kind(Kind::SecondAuthor))
            .filter(|name| !name.id.is_empty())
            .map(|name| name.id.to_owned())
            .collect();
        unique(&mut ids);
        record.set_all("author2_id_str_mv", ids.iter().filter_map(|id| with_namespace(id)));
        let roles = self
            .people
            .iter()
            .filter(has_name)
            .chain(self.corporate.iter().filter(has_name))
            .chain(self.relations.iter().filter(|name| name.kind != Kind::Subject))
            .filter_map(Name::id_with_role)
            .filter_map(|id| with_namespace(&id));
        record.set_all("author2_id_role_str_mv", roles);
    }
}

fn texts<'n>(names: &'n [Name<'_>], kind: Kind) -> impl Iterator<Item = &'n str> {
    names
        .iter()
        .filter(move |name| name.kind == kind && !name.text.is_empty())
        .map(|name| name.text.as_str())
}

/// Every part of a name element that is a name.
fn add_parts<'t>(element: Element<'t>, names: &mut Vec<Name<'t>>) {
    let role = element.attr_or_empty("relator");
    let is_subject = SUBJECT_ROLES.contains(&trim(role).to_lowercase().as_str());
    for part in element.each("part") {
        let local_type =
            part.attr("localtype").map_or(Cow::Borrowed(""), |t| t.to_lowercase().into());
        if local_type == "suhteen ajallinen kattavuus" {
            continue;
        }
        let kind = match local_type.as_ref() {
            _ if is_subject => Kind::Subject,
            "" | "ensisijainen nimi" => Kind::Author,
            // The second is misspelt in the data.
            "varianttinimi" | "vaihtehtoinen nimi" | "vanhentunut nimi" => Kind::Variant,
            _ => continue,
        };
        names.push(Name {
            kind,
            text: part.trimmed().into_owned(),
            id: element.attr_or_empty("identifier"),
            role,
        });
    }
}

fn related(relation: Element<'_>) -> Name<'_> {
    let role = relation.attr_or_empty("arcrole");
    let lower = trim(role).to_lowercase();
    let kind = if SUBJECT_ROLES.contains(&lower.as_str()) {
        Kind::Subject
    } else if SECOND_AUTHOR_ROLES.contains(&lower.as_str()) {
        Kind::SecondAuthor
    } else {
        Kind::Author
    };
    let entry = relation.child("relationentry");
    let text = entry.map_or_else(String::new, |entry| entry.trimmed().into_owned());
    Name { kind, text, id: relation.attr_or_empty("href"), role }
}
