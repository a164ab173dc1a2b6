//! AIPA: a learning package in qualified Dublin Core with LRMI records inside (ingest-qdc §7).

use super::dublin_core::{DublinCore, full_text, is_prose, put_format};
use super::lrmi::{Education, merge_values};
use super::payload::full_record;
use super::qdc::{FileLinks, own_facts, put_online, put_own_fields, shared_fields};
use super::{MapContext, MappingError, MetadataRecord, Warnings};
use crate::record::{IndexRecord, RawRecord, RecordFacts};
use std::borrow::Cow;

const FORMAT: &str = "AIPA";

/// A record in AIPA.
#[derive(Debug)]
pub struct AipaRecord {
    document: DublinCore,
}

impl AipaRecord {
    /// Reads one record; a missing `recordID` is taken from the OAI identifier.
    pub fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        Ok(AipaRecord { document: DublinCore::open(raw)? })
    }
}

impl MetadataRecord for AipaRecord {
    fn facts(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> RecordFacts {
        RecordFacts { format: FORMAT.to_owned(), ..own_facts(&self.document, context) }
    }

    fn index_fields(&mut self, context: &MapContext<'_>, warnings: &mut Warnings) -> IndexRecord {
        let root = self.document.root();
        let mut record = shared_fields(&self.document, context, warnings);
        record.set("record_format", "aipa");
        put_format(&mut record, FORMAT);
        put_own_fields(&mut record, &self.document, context, warnings);
        let links = FileLinks::of(&self.document, context);
        links.put(&mut record);
        put_online(&mut record, &self.document, context, links.make_online());
        let types = root.each("type").map(|kind| kind.trimmed().into_owned());
        record.set_all("educational_material_type_str_mv", types);
        for item in root.each("item") {
            if item.attr_or_empty("format").eq_ignore_ascii_case("lrmi") {
                let descriptions = item.each("description").map(full_text);
                let prose = descriptions.filter(|text| is_prose(text));
                merge_values(&mut record, "contents", prose.map(Cow::into_owned).collect());
                Education::of(item, context).merge(&mut record);
            }
        }
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
    fn records_inside_are_merged() {
        let item = |format: &str, text: &str| {
            format!(
                "<item format=\"{format}\"><description>{text}</description><learningResource>\
                 <educationalLevel>l</educationalLevel><teaches>{text}</teaches></learningResource></item>"
            )
        };
        let xml = format!(
            "<qualifieddc><description>one</description><type>video</type>{}{}{}</qualifieddc>",
            item("LRMI", "one"),
            item("lrmi", "two"),
            item("other", "three")
        );
        let mut record = AipaRecord::open(&raw(&xml, Some("oai:x:1"))).expect("well-formed");
        let fields = fields(&mut record, &[]);
        for (field, expected) in [
            ("contents", vec!["one", "two"]),
            ("educational_level_str_mv", vec!["l"]),
            ("educational_aim_str_mv", vec!["one", "two"]),
            ("educational_material_type_str_mv", vec!["video"]),
            ("format", vec!["AIPA"]),
            ("record_format", vec!["aipa"]),
        ] {
            assert_eq!(values(&fields, field), expected, "{field}");
        }
    }
}
