//! Qualified Dublin Core (ingest-qdc §2), and the rules of it that LRMI and AIPA share.

mod dates;
mod languages;
mod links;
mod online;
mod places;
mod rights;

pub(super) use online::{FileLinks, put_online};

use super::dublin_core::{
    DublinCore, full_text, is_prose, linking_ids, put_author_facet, put_format, put_full_text,
    put_main_date, put_origin, put_titles,
};
use super::main_work::main_work;
use super::payload::full_record;
use super::{MapContext, MappingError, MetadataRecord, Warnings};
use crate::record::{IndexRecord, RawRecord, RecordFacts};
use std::borrow::Cow;

/// A record in qualified Dublin Core.
#[derive(Debug)]
pub struct QdcRecord {
    document: DublinCore,
}

impl QdcRecord {
    /// Reads one record; a missing `recordID` is taken from the OAI identifier.
    pub fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        Ok(QdcRecord { document: DublinCore::open(raw)? })
    }
}

impl MetadataRecord for QdcRecord {
    fn facts(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> RecordFacts {
        RecordFacts {
            format: format(&self.document, context),
            ..own_facts(&self.document, context)
        }
    }

    fn index_fields(&mut self, context: &MapContext<'_>, warnings: &mut Warnings) -> IndexRecord {
        let mut record = shared_fields(&self.document, context, warnings);
        record.set("record_format", "qdc");
        put_format(&mut record, &format(&self.document, context));
        put_own_fields(&mut record, &self.document, context, warnings);
        let links = FileLinks::of(&self.document, context);
        links.put(&mut record);
        put_online(&mut record, &self.document, context, links.make_online());
        record.set_all("url", links::urls(&self.document));
        record
    }

    fn full_record(&mut self, _context: &MapContext<'_>) -> String {
        full_record(&self.document.tree)
    }
}

/// A title as displayed and as sorted, and all other titles.
#[derive(Debug, Default)]
pub(super) struct Titles {
    pub(super) title: String,
    pub(super) sort: String,
    pub(super) others: Vec<String>,
}

/// The first title that is not an alternative one; if all are, the first.
fn titles(document: &DublinCore, context: &MapContext<'_>) -> Titles {
    let mut all: Vec<String> = document.full_values("title").map(Cow::into_owned).collect();
    if all.is_empty() {
        return Titles::default();
    }
    let is_main = |title: crate::xml::Element<'_>| title.attr("type") != Some("alternative");
    let main = document.root().each("title").position(is_main).unwrap_or(0);
    let title = all.remove(main);
    Titles { sort: context.ingest.text.sort_title(&title, true), title, others: all }
}

/// The format of the type that the source prefers, else of the first; each kind of type counts
/// with its first non-empty value (ingest-qdc §2).
fn format(document: &DublinCore, context: &MapContext<'_>) -> String {
    let mut kinds: Vec<(&str, Cow<'_, str>)> = Vec::new();
    for element in document.root().each("type") {
        let kind = element.attr("type").filter(|kind| !kind.is_empty()).unwrap_or("no_type");
        let value = element.trimmed();
        if !value.is_empty() && !kinds.iter().any(|(known, _)| *known == kind) {
            kinds.push((kind, value));
        }
    }
    let preferred = context.source.params.get("preferredFormatTypes").unwrap_or_default();
    preferred
        .split(',')
        .find_map(|wanted| kinds.iter().find(|(kind, _)| *kind == wanted.trim()))
        .or(kinds.first())
        .map_or_else(|| "Unknown".to_owned(), |(_, value)| value.clone().into_owned())
}

/// Facts of QDC and AIPA, all but the format.
pub(super) fn own_facts(document: &DublinCore, context: &MapContext<'_>) -> RecordFacts {
    let author = document.first("creator").into_owned();
    shared_facts(document, context, titles(document, context), author)
}

/// Facts that do not depend on the flavour, about the work of this title and author.
pub(super) fn shared_facts(
    document: &DublinCore,
    context: &MapContext<'_>,
    titles: Titles,
    main_author: String,
) -> RecordFacts {
    let identifiers = links::identifier_facts(document);
    RecordFacts {
        id: document.id.clone(),
        linking_ids: linking_ids(document),
        work_ids: main_work(&titles.sort, &titles.title, &main_author),
        title_for_filing: titles.sort,
        full_title: titles.title.clone(),
        title: titles.title,
        main_author,
        unique_ids: identifiers.unique_ids,
        isbns: identifiers.isbns,
        issns: identifiers.issns,
        series_numbering: series_numbering(document),
        publication_year: dates::publication_year(document),
        access_restrictions: restrictions(context).to_owned(),
        ..RecordFacts::default()
    }
}

fn restrictions<'a>(context: &MapContext<'a>) -> &'a str {
    context.source.params.get("accessRestrictions").unwrap_or_default()
}

fn series_numbering(document: &DublinCore) -> String {
    let numbering = relations(document, "numberinseries").next();
    numbering.map(Cow::into_owned).unwrap_or_default()
}

/// Relations of one type, in document order.
fn relations<'t>(
    document: &'t DublinCore,
    kind: &'static str,
) -> impl Iterator<Item = Cow<'t, str>> {
    document
        .root()
        .each("relation")
        .filter(move |relation| relation.attr("type") == Some(kind))
        .map(crate::xml::Element::trimmed)
}

/// The fields that QDC, LRMI and AIPA fill alike.
pub(super) fn shared_fields(
    document: &DublinCore,
    context: &MapContext<'_>,
    warnings: &mut Warnings,
) -> IndexRecord {
    let mut record = IndexRecord::new();
    put_origin(&mut record, document, context.source);
    record.set_all("publisher", [document.first("publisher").into_owned()]);
    let year = dates::publication_year(document);
    put_main_date(&mut record, &year);
    record.set("publishDate", year);
    let ranges = dates::ranges(document);
    record.set("publication_daterange", ranges.first().cloned().unwrap_or_default());
    record.set_all("search_daterange_mv", ranges);
    let identifiers = links::identifier_facts(document);
    record.set_all("isbn", identifiers.isbns);
    record.set_all("issn", identifiers.issns);
    record.set_all("doi_str_mv", identifiers.dois);
    put_descriptions(&mut record, document, context);
    record.set_all("series", relations(document, "ispartofseries").map(Cow::into_owned));
    let parents = document.values("isPartOf").chain(relations(document, "ispartof"));
    record.set_all("hierarchy_parent_title", parents.map(Cow::into_owned));
    record.set("thumbnail", online::thumbnail(document));
    places::put_coverage(&mut record, document, context, warnings);
    let rights = rights::usage_rights(document);
    record.set_all("usage_rights_ext_str_mv", rights.iter().map(String::as_str));
    record.set_all("usage_rights_str_mv", rights);
    put_full_text(&mut record, document.root(), context);
    record
}

/// Prose descriptions as `contents`; the one in the language of display as `description`.
fn put_descriptions(record: &mut IndexRecord, document: &DublinCore, context: &MapContext<'_>) {
    let language = context.source.params.get("defaultDisplayLanguage").unwrap_or("en");
    let prose: Vec<(Option<&str>, String)> = document
        .root()
        .each("description")
        .map(|element| (element.attr("lang"), full_text(element).into_owned()))
        .filter(|(_, text)| is_prose(text))
        .collect();
    let shown = prose
        .iter()
        .find(|(of, _)| *of == Some(language))
        .or(prose.first())
        .map(|(_, text)| text.clone());
    record.set("description", shown.unwrap_or_default());
    record.set_all("contents", prose.into_iter().map(|(_, text)| text));
}

/// Texts, languages, names, titles and subjects: what LRMI reads from other elements.
pub(super) fn put_own_fields(
    record: &mut IndexRecord,
    document: &DublinCore,
    context: &MapContext<'_>,
    warnings: &mut Warnings,
) {
    let texts = document.root().children().map(|child| child.trimmed().into_owned());
    record.set_all("allfields", texts);
    record.set_all("language", languages::languages(document, warnings));
    put_authors(record, document, context);
    let titles = titles(document, context);
    record.set_all("title_alt", titles.others);
    put_titles(record, titles.title, titles.sort, 3);
    let subjects: Vec<String> = document
        .full_values("subject")
        .filter(|subject| !subject.is_empty())
        .map(Cow::into_owned)
        .collect();
    record.set_all("topic", subjects.iter().map(String::as_str));
    record.set_all("topic_facet", subjects);
}

fn put_authors(record: &mut IndexRecord, document: &DublinCore, context: &MapContext<'_>) {
    let clean = |name: Cow<'_, str>| context.ingest.text.strip_trailing_punctuation(&name);
    let named: Vec<String> = document.values("author").map(clean).collect();
    let authors: Vec<String> = match named.first() {
        Some(first) => vec![first.clone()],
        None => document.values("creator").map(clean).collect(),
    };
    record.set("author_sort", authors.first().cloned().unwrap_or_default());
    record.set_all("author", authors);
    record.set_all("author2", document.values("contributor").map(clean).chain(named));
    put_author_facet(record);
}

#[cfg(test)]
mod tests {
    use super::super::payload::tests::{fields, raw, values};
    use super::*;

    fn record(content: &str) -> QdcRecord {
        QdcRecord::open(&raw(&format!("<dc>{content}</dc>"), Some("oai:x:1"))).expect("well-formed")
    }

    #[test]
    fn formats() {
        let types = "<type/><type type=\"a\"/><type>first</type><type type=\"a\">of a</type>\
                     <type type=\"b\">of b</type>";
        for (content, preferred, expected) in [
            (types, "", "first"),
            (types, "c, b,a", "of b"),
            (types, "no_type", "first"),
            ("", "a", "Unknown"),
        ] {
            let fields = fields(&mut record(content), &[("preferredFormatTypes", preferred)]);
            assert_eq!(fields.first("format"), expected, "{preferred}");
        }
    }

    #[test]
    fn titles_names_and_descriptions() {
        let content = "<title type=\"alternative\">Alt</title><title>A <i>b</i> : c : d</title>\
            <creator>C.</creator><author>First,</author><author>Second</author>\
            <contributor>D</contributor><subject/><subject>s</subject>\
            <description lang=\"fi\">f</description><description lang=\"en\">e</description>\
            <description>http://x</description><description>1.5</description>";
        let found = fields(&mut record(content), &[]);
        for (field, expected) in [
            ("title", vec!["A b : c : d"]),
            ("title_short", vec!["A b"]),
            ("title_sub", vec!["c"]),
            ("title_alt", vec!["Alt"]),
            ("author", vec!["First"]),
            ("author2", vec!["D", "First", "Second"]),
            ("topic", vec!["s"]),
            ("contents", vec!["f", "e"]),
            ("description", vec!["e"]),
            ("url", vec!["http://x"]),
        ] {
            assert_eq!(values(&found, field), expected, "{field}");
        }
        let swedish = fields(&mut record(content), &[("defaultDisplayLanguage", "sv")]);
        assert_eq!(swedish.first("description"), "f");
    }

    #[test]
    fn coverage() {
        let content = "<coverage type=\"temporal\"> 2010-luku.</coverage>\
            <coverage type=\"spatial\">Vantaa</coverage><coverage type=\"spatial\">63.0,27.0</coverage>\
            <coverage type=\"geocoding\">-63.5,27.1</coverage>\
            <coverage type=\"geocoding\" format=\"lon,lat\">20.0,60.0</coverage>\
            <coverage type=\"geocoding\">120.0,60.0</coverage>";
        let found = fields(&mut record(content), &[]);
        assert_eq!(values(&found, "era"), ["2010-luku"]);
        assert_eq!(values(&found, "geographic"), ["Vantaa"]);
        assert_eq!(values(&found, "location_geo"), ["POINT(27.1 -63.5)", "POINT(20.0 60.0)"]);
    }
}
