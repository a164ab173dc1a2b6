//! Learning materials in LRMI, a flavour of qualified Dublin Core (ingest-qdc §6).

use super::authority::AuthorityIds;
use super::dublin_core::{DublinCore, full_text, put_author_facet, put_format};
use super::payload::full_record;
use super::qdc::{FileLinks, Titles, put_online, shared_facts, shared_fields};
use super::{MapContext, MappingError, MetadataRecord, Warnings};
use crate::record::{IndexRecord, RawRecord, RecordFacts};
use crate::text::{normalize_languages, unique};
use crate::xml::Element;

const FORMAT: &str = "LearningMaterial";

/// A record in LRMI.
#[derive(Debug)]
pub struct LrmiRecord {
    document: DublinCore,
}

impl LrmiRecord {
    /// Reads one record; a missing `recordID` is taken from the OAI identifier.
    pub fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        Ok(LrmiRecord { document: DublinCore::open(raw)? })
    }
}

impl MetadataRecord for LrmiRecord {
    fn facts(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> RecordFacts {
        let titles = titles(self.document.root(), context);
        let author = persons(self.document.root()).next().unwrap_or_default();
        RecordFacts {
            format: FORMAT.to_owned(),
            ..shared_facts(&self.document, context, titles, author)
        }
    }

    fn index_fields(&mut self, context: &MapContext<'_>, warnings: &mut Warnings) -> IndexRecord {
        let root = self.document.root();
        let mut record = shared_fields(&self.document, context, warnings);
        record.set("record_format", "lrmi");
        put_format(&mut record, FORMAT);
        put_titles(&mut record, titles(root, context));
        put_authors(&mut record, root);
        record.set_all("allfields", leaf_texts(root));
        record.set_all("language", languages(root));
        let topics: Vec<String> = root.find_all("about/thing/name").into_iter().map(text).collect();
        record.set_all("topic", topics.iter().map(String::as_str));
        record.set_all("topic_facet", topics);
        Education::of(root, context).put(&mut record);
        record.set_all("educational_material_type_str_mv", root.each("type").map(text));
        let links = links(root, context);
        links.put(&mut record);
        let has_material = root.child("material").is_some();
        put_online(&mut record, &self.document, context, has_material);
        record
    }

    fn full_record(&mut self, _context: &MapContext<'_>) -> String {
        full_record(&self.document.tree)
    }
}

fn text(element: Element<'_>) -> String {
    element.trimmed().into_owned()
}

/// The Finnish title, else the first; the others are all but the first.
fn titles(root: Element<'_>, context: &MapContext<'_>) -> Titles {
    let finnish = root.each("title").find(|title| title.attr("lang") == Some("fi"));
    let Some(shown) = finnish.or(root.child("title")) else { return Titles::default() };
    let title = full_text(shown).into_owned();
    Titles {
        sort: context.ingest.text.sort_title(&title, true),
        title,
        others: root.each("title").skip(1).map(|other| full_text(other).into_owned()).collect(),
    }
}

fn put_titles(record: &mut IndexRecord, titles: Titles) {
    record.set("title_sort", titles.sort);
    record.set_all("title_alt", titles.others);
    record.set("title_short", titles.title.as_str());
    record.set("title_full", titles.title.as_str());
    record.set("title", titles.title);
}

fn persons(root: Element<'_>) -> impl Iterator<Item = String> {
    root.find_all("author/person/name").into_iter().map(text)
}

fn put_authors(record: &mut IndexRecord, root: Element<'_>) {
    let persons: Vec<String> = persons(root).collect();
    let first = persons.first().cloned();
    record.set("author_sort", first.clone().unwrap_or_default());
    record.set_all("author", first);
    record.set_all("author2", persons.into_iter().chain(root.each("author").map(text)));
    let organisations = root.find_all("author/organization/legalName");
    record.set_all("author_corporate", organisations.into_iter().map(text));
    put_author_facet(record);
}

/// Languages of the materials, then of the whole.
fn languages(root: Element<'_>) -> Vec<String> {
    let of_materials = root.each("material").filter_map(|material| material.child("inLanguage"));
    let mut languages: Vec<String> =
        of_materials.chain(root.each("inLanguage")).map(text).collect();
    unique(&mut languages);
    normalize_languages(languages)
}

/// Elements whose text is of no use in a search.
const UNSEARCHED: [&str; 13] = [
    "format",
    "id",
    "identifier",
    "date",
    "dateCreated",
    "dateModified",
    "filesize",
    "inLanguage",
    "position",
    "recordID",
    "rights",
    "targetUrl",
    "url",
];

/// Texts of all elements that hold no other element.
fn leaf_texts(root: Element<'_>) -> Vec<String> {
    root.descendants()
        .filter(|element| element.children().next().is_none())
        .filter(|element| !UNSEARCHED.contains(&element.name()))
        .map(text)
        .filter(|text| !text.is_empty())
        .collect()
}

/// Every material with an address.
fn links(root: Element<'_>, context: &MapContext<'_>) -> FileLinks {
    let source = context.source.id.as_str();
    let mut links = FileLinks::default();
    let value =
        |material: Element<'_>, name: &str| material.child(name).map(text).unwrap_or_default();
    for material in root.each("material") {
        let url = value(material, "url");
        let name = value(material, "name");
        let name = if name.is_empty() { url.as_str() } else { name.as_str() };
        links.add(&url, name, source, &value(material, "format"));
    }
    links
}

/// What LRMI says about teaching; AIPA gathers it from the records inside.
#[derive(Debug, Default)]
pub(super) struct Education {
    topic_ids: Vec<String>,
    audiences: Vec<String>,
    levels: Vec<String>,
    aims: Vec<String>,
    subjects: Vec<String>,
}

impl Education {
    pub(super) fn of(root: Element<'_>, context: &MapContext<'_>) -> Self {
        let resource = root.child("learningResource");
        let in_resource = |path: &str, name: &str| -> Vec<String> {
            let elements = resource.map(|resource| resource.find_all(path)).unwrap_or_default();
            elements
                .into_iter()
                .map(|element| text(element.child(name).unwrap_or(element)))
                .collect()
        };
        let roles = root.find_all("educationalAudience/educationalRole");
        Education {
            topic_ids: topic_ids(root, context),
            audiences: roles.into_iter().map(text).collect(),
            levels: in_resource("educationalLevel", "name"),
            aims: in_resource("teaches", "name"),
            subjects: in_resource("educationalAlignment/educationalSubject", "targetName"),
        }
    }

    fn lists(self) -> [(&'static str, Vec<String>); 5] {
        [
            ("topic_id_str_mv", self.topic_ids),
            ("educational_audience_str_mv", self.audiences),
            ("educational_level_str_mv", self.levels),
            ("educational_aim_str_mv", self.aims),
            ("educational_subject_str_mv", self.subjects),
        ]
    }

    pub(super) fn put(self, record: &mut IndexRecord) {
        for (field, values) in self.lists() {
            record.set_all(field, values);
        }
    }

    /// Adds to the fields what they do not hold yet.
    pub(super) fn merge(self, record: &mut IndexRecord) {
        for (field, values) in self.lists() {
            merge_values(record, field, values);
        }
    }
}

/// Adds the values that a list does not hold yet.
pub(super) fn merge_values(record: &mut IndexRecord, field: &'static str, values: Vec<String>) {
    for value in values {
        if !record.texts(field).any(|known| known == value) {
            record.push(field, value);
        }
    }
}

/// Identifiers of named things that are web addresses, with `http` whatever they had, so that they compare equal.
fn topic_ids(root: Element<'_>, context: &MapContext<'_>) -> Vec<String> {
    let authority = AuthorityIds::new(context.source);
    let is_named =
        |thing: &Element<'_>| thing.child("name").is_some_and(|name| !name.trimmed().is_empty());
    root.find_all("about/thing")
        .into_iter()
        .filter(is_named)
        .filter_map(|thing| {
            let text = thing.child("identifier")?.trimmed();
            let rest = ["http://", "https://"]
                .iter()
                .filter_map(|scheme| text.split_once(scheme).map(|(_, rest)| rest))
                .max_by_key(|rest| rest.len())?;
            (!rest.is_empty()).then(|| format!("http://{rest}"))
        })
        .filter_map(|id| authority.add_namespace(&id, "topic"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::payload::tests::{fields, raw, values};
    use super::*;

    fn record(content: &str) -> LrmiRecord {
        LrmiRecord::open(&raw(&format!("<dc>{content}</dc>"), Some("oai:x:1")))
            .expect("well-formed")
    }

    #[test]
    fn titles_in_finnish_first() {
        for (content, title, others) in [
            ("<title lang='sv'>S</title><title lang='fi'>F</title>", "F", vec!["F"]),
            ("<title lang='sv'>S</title><title lang='en'>E</title>", "S", vec!["E"]),
            ("", "", vec![]),
        ] {
            let fields = fields(&mut record(content), &[]);
            assert_eq!(fields.first("title"), title, "{content}");
            assert_eq!(values(&fields, "title_alt"), others, "{content}");
        }
    }

    #[test]
    fn people_topics_and_teaching() {
        let fields = fields(
            &mut record(
                "<author><person><name>A, B</name></person><person><name>C</name></person>\
                 <organization><legalName>O</legalName></organization></author>\
                 <about><thing><name>t</name><identifier>https://x.fi/p1</identifier></thing></about>\
                 <about><thing><name>u</name><identifier>https:broken</identifier></thing></about>\
                 <about><thing><identifier>https://x.fi/p2</identifier></thing></about>\
                 <learningResource><educationalLevel><name>n</name></educationalLevel>\
                 <educationalLevel>plain</educationalLevel><teaches>aim</teaches>\
                 <educationalAlignment><educationalSubject><targetName>s</targetName></educationalSubject>\
                 </educationalAlignment></learningResource>\
                 <educationalAudience><educationalRole>r</educationalRole></educationalAudience>",
            ),
            &[],
        );
        for (field, expected) in [
            ("author", vec!["A, B"]),
            ("author2", vec!["A, B", "C", ""]),
            ("author_corporate", vec!["O"]),
            ("author_facet", vec!["A, B", "A, B", "C", "", "O"]),
            ("topic", vec!["t", "u"]),
            ("topic_id_str_mv", vec!["http://x.fi/p1"]),
            ("educational_level_str_mv", vec!["n", "plain"]),
            ("educational_aim_str_mv", vec!["aim"]),
            ("educational_subject_str_mv", vec!["s"]),
            ("educational_audience_str_mv", vec!["r"]),
            ("allfields", vec!["A, B", "C", "O", "t", "u", "n", "plain", "aim", "s", "r"]),
            ("online_boolean", vec![]),
        ] {
            assert_eq!(values(&fields, field), expected, "{field}");
        }
    }

    #[test]
    fn materials() {
        let mut record = record(
            "<material><url>https://x.fi/a.mp4</url><inLanguage>fi</inLanguage></material>\
             <material><name>No address</name><inLanguage>sv</inLanguage></material>\
             <inLanguage>fi</inLanguage><rights>restrictedAccess</rights>",
        );
        let found = fields(&mut record, &[]);
        assert_eq!(
            values(&found, "online_urls_str_mv"),
            [
                r#"{"url":"https:\/\/x.fi\/a.mp4","text":"https:\/\/x.fi\/a.mp4","source":"src","mediaType":"video\/mp4"}"#
            ]
        );
        assert_eq!(values(&found, "language"), ["fi", "sv"]);
        assert_eq!(found.first("online_boolean"), "1");
        assert!(!found.contains("free_online_boolean"));
        assert!(fields(&mut record, &[("freeOnline", "1")]).contains("free_online_boolean"));
        assert!(!fields(&mut record, &[("online", "")]).contains("online_boolean"));
    }
}
