//! Articles of the Directory of Open Access Journals (ingest-qdc §5).

use super::dublin_core::{DublinCore, linking_ids, put_full_text, put_origin, put_titles};
use super::main_work::main_work;
use super::payload::full_record;
use super::{MapContext, MappingError, MetadataRecord, Warnings};
use crate::record::{IndexRecord, RawRecord, RecordFacts};
use crate::text::normalize_languages;
use crate::xml::Element;

const FORMAT: &str = "Article";

/// A record of the journal directory.
#[derive(Debug)]
pub struct DoajRecord {
    document: DublinCore,
}

impl DoajRecord {
    /// Reads one record; a missing `recordID` is taken from the OAI identifier.
    pub fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        Ok(DoajRecord { document: DublinCore::open(raw)? })
    }

    /// Texts on a path without their closing punctuation (N2).
    fn clean(&self, path: &str, context: &MapContext<'_>) -> Vec<String> {
        let strip = |element: Element<'_>| {
            context.ingest.text.strip_trailing_punctuation(&element.trimmed())
        };
        self.document.root().find_all(path).into_iter().map(strip).collect()
    }

    fn year(&self) -> String {
        let date = self.document.first("publicationDate");
        let year = date.get(..4).filter(|year| year.bytes().all(|b| b.is_ascii_digit()));
        year.unwrap_or_default().to_owned()
    }
}

impl MetadataRecord for DoajRecord {
    fn facts(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> RecordFacts {
        let title = self.document.clean_title(context);
        let title_for_filing = context.ingest.text.sort_title(&title, true);
        let author = self.document.root().find("authors/author/name");
        let main_author = author.map(|name| name.trimmed().into_owned()).unwrap_or_default();
        RecordFacts {
            id: self.document.id.clone(),
            linking_ids: linking_ids(&self.document),
            work_ids: main_work(&title_for_filing, &title, &main_author),
            full_title: title.clone(),
            title,
            title_for_filing,
            format: FORMAT.to_owned(),
            main_author,
            publication_year: self.year(),
            ..RecordFacts::default()
        }
    }

    fn index_fields(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> IndexRecord {
        let document = &self.document;
        let rules = &context.ingest.text;
        let mut record = IndexRecord::new();
        record.set("record_format", "doaj");
        put_origin(&mut record, document, context.source);
        let texts = document
            .root()
            .descendants()
            .map(|element| rules.strip_trailing_punctuation(&element.trimmed()));
        record.set_all("allfields", texts);
        let language = document.first("language");
        let codes = language.split(' ').map(str::to_owned).collect();
        record.set_all("language", normalize_languages(codes));
        record.set("format", FORMAT);
        record.set_all("author", self.clean("authors/author/name", context));
        let title = self.document.clean_title(context);
        let sort = rules.sort_title(&title, true);
        put_titles(&mut record, title, sort, 2);
        let publisher = self.clean("publisher", context).into_iter().next();
        record.set_all("publisher", [publisher.unwrap_or_default()]);
        record.set("publishDate", self.year());
        let topics = self.clean("keywords/keyword", context);
        record.set_all("topic", topics.iter().map(String::as_str));
        record.set_all("topic_facet", topics);
        record.set("url", document.first("fullTextUrl"));
        put_full_text(&mut record, document.root(), context);
        record
    }

    fn full_record(&mut self, _context: &MapContext<'_>) -> String {
        full_record(&self.document.tree)
    }
}

#[cfg(test)]
mod tests {
    use super::super::payload::tests::{fields, raw, values};
    use super::*;

    #[test]
    fn everything_inside_is_found() {
        let xml = "<x:doajArticle xmlns:x=\"http://doaj.org/features/oai_doaj/1.0/\">\
            <x:language>eng fin</x:language><x:publicationDate>2019-03</x:publicationDate>\
            <x:title>On bogs : a study.</x:title>\
            <x:authors><x:author><x:name>A B</x:name></x:author><x:author><x:name>C Doe.</x:name></x:author></x:authors>\
            <x:keywords><x:keyword>bogs</x:keyword><x:keyword>peat</x:keyword></x:keywords>\
            <x:fullTextUrl>http://x</x:fullTextUrl></x:doajArticle>";
        let mut record = DoajRecord::open(&raw(xml, Some("oai:d:1"))).expect("well-formed");
        let found = fields(&mut record, &[]);
        for (field, expected) in [
            ("language", vec!["eng", "fin"]),
            ("publishDate", vec!["2019"]),
            ("title_short", vec!["On bogs"]),
            ("title_sub", vec!["a study"]),
            ("author", vec!["A B", "C Doe"]),
            ("topic", vec!["bogs", "peat"]),
            ("url", vec!["http://x"]),
            ("ctrlnum", vec!["1"]),
            ("datasource_str_mv", vec!["src"]),
        ] {
            assert_eq!(values(&found, field), expected, "{field}");
        }
        assert!(values(&found, "allfields").contains(&"peat"));
    }
}
