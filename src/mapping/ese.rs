//! Europeana Semantic Elements (ingest-qdc §4).

use super::MapContext;
use super::dublin_core::{is_web_address, isbns, leading_year, put_titles};
use super::main_work::main_work;
use super::payload::{Payload, full_record};
use super::{MappingError, MetadataRecord, Warnings};
use crate::record::{IndexRecord, RawRecord, RecordFacts};
use crate::text::normalize_languages;
use crate::xml::{Element, Tree};
use std::borrow::Cow;

/// A record in ESE. It has no local id of its own; the identifier of the harvest stands in.
#[derive(Debug)]
pub struct EseRecord {
    tree: Tree,
    /// Empty when the harvest names the record.
    id: String,
}

impl EseRecord {
    /// Reads one record. In a file without identifiers of a harvest, `recordID` or else the first
    /// `identifier` has to do.
    pub fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        let Payload { tree, oai_id } = Payload::open(raw)?;
        let mut record = EseRecord { tree, id: String::new() };
        if oai_id.is_none() {
            let own = ["recordID", "identifier"].map(|name| record.first(name));
            record.id = own.into_iter().find(|id| !id.is_empty()).unwrap_or_default();
        }
        Ok(record)
    }

    fn values<'t>(&'t self, name: &'t str) -> impl Iterator<Item = Cow<'t, str>> {
        self.tree.root().each(name).map(Element::trimmed)
    }

    fn first(&self, name: &str) -> String {
        self.values(name).next().map(Cow::into_owned).unwrap_or_default()
    }

    fn year(&self) -> String {
        let year =
            self.values("date").find_map(|date| leading_year(&date, false).map(str::to_owned));
        year.unwrap_or_default()
    }
}

impl MetadataRecord for EseRecord {
    fn facts(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> RecordFacts {
        let title = self.first("title");
        let title_for_filing = context.ingest.text.sort_title(&title, true);
        let main_author = self.first("creator");
        let format = self.first("type");
        RecordFacts {
            id: self.id.clone(),
            linking_ids: if self.id.is_empty() { Vec::new() } else { vec![self.id.clone()] },
            work_ids: main_work(&title_for_filing, &title, &main_author),
            full_title: title.clone(),
            title,
            title_for_filing,
            format: if format.is_empty() { "Unknown".to_owned() } else { format },
            main_author,
            isbns: isbns(self.values("identifier"), false),
            publication_year: self.year(),
            ..RecordFacts::default()
        }
    }

    fn index_fields(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> IndexRecord {
        let mut record = IndexRecord::new();
        record.set("record_format", "ese");
        record.set("ctrlnum", self.first("recordID"));
        record.set("source_str_mv", context.source.id.as_str());
        record.set("datasource_str_mv", context.source.id.as_str());
        let texts = self.tree.root().children().map(|child| child.trimmed().into_owned());
        record.set_all("allfields", texts);
        let languages = self.first("language");
        let codes = languages.split(' ').map(str::to_owned).collect();
        record.set_all("language", normalize_languages(codes));
        record.set("format", self.first("type"));
        record.set("author", self.first("creator"));
        record.set_all("author2", self.values("contributor").map(Cow::into_owned));
        let title = self.first("title");
        let sort = context.ingest.text.sort_title(&title, true);
        put_titles(&mut record, title, sort, 3);
        record.set_all("publisher", [self.first("publisher")]);
        record.set("publishDate", self.year());
        record.set_all("isbn", isbns(self.values("identifier"), false));
        for field in ["topic", "topic_facet"] {
            record.set_all(field, self.values("subject").map(Cow::into_owned));
        }
        let addresses = self.values("identifier").chain(self.values("description"));
        let url = addresses.filter(|value| is_web_address(value)).last();
        record.set("url", url.map(Cow::into_owned).unwrap_or_default());
        record
    }

    fn full_record(&mut self, _context: &MapContext<'_>) -> String {
        full_record(&self.tree)
    }
}

#[cfg(test)]
mod tests {
    use super::super::payload::tests::{fields, raw, values};
    use super::*;

    #[test]
    fn ids_and_fields() {
        let xml = "<record><identifier>i1</identifier><identifier>http://x</identifier>\
            <title>A : b : c</title><language>fi sv</language><type>IMAGE</type>\
            <date>1850-1860</date><date>1850</date></record>";
        for (oai_id, expected) in [(None, "i1"), (Some("oai:x:1"), "")] {
            assert_eq!(EseRecord::open(&raw(xml, oai_id)).expect("well-formed").id, expected);
        }
        let mut record = EseRecord::open(&raw(xml, None)).expect("well-formed");
        let found = fields(&mut record, &[]);
        for (field, expected) in [
            ("title_short", vec!["A"]),
            ("title_sub", vec!["b"]),
            ("language", vec!["fi", "sv"]),
            ("publishDate", vec!["1850"]),
            ("url", vec!["http://x"]),
            ("ctrlnum", vec![]),
        ] {
            assert_eq!(values(&found, field), expected, "{field}");
        }
    }
}
