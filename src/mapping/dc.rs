//! Simple Dublin Core (ingest-qdc §3).

use super::dublin_core::{
    DublinCore, doi, full_text, is_prose, is_web_address, isbns, leading_year, linking_ids,
    put_author_facet, put_format, put_full_text, put_origin, put_titles, put_whole_year,
};
use super::main_work::main_work;
use super::payload::full_record;
use super::{MapContext, MappingError, MetadataRecord, Warnings};
use crate::record::{IndexRecord, RawRecord, RecordFacts};
use crate::text::{normalize_languages, unique};
use std::borrow::Cow;

/// A record in simple Dublin Core.
#[derive(Debug)]
pub struct DcRecord {
    document: DublinCore,
}

impl DcRecord {
    /// Reads one record; a missing `recordID` is taken from the OAI identifier.
    pub fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        Ok(DcRecord { document: DublinCore::open(raw)? })
    }

    /// Values without their closing punctuation (N2).
    fn clean<'t>(
        &'t self,
        name: &'static str,
        context: &MapContext<'t>,
    ) -> impl Iterator<Item = String> + 't {
        let rules = &context.ingest.text;
        self.document.values(name).map(move |value| rules.strip_trailing_punctuation(&value))
    }

    /// The year of the first date that begins with one.
    fn year(&self) -> String {
        let mut dates = self.document.values("date");
        let year = dates.find_map(|date| leading_year(&date, true).map(str::to_owned));
        year.unwrap_or_default()
    }
}

/// Languages of the first element: codes between blanks, glued ones cut into threes.
fn languages(text: &str) -> Vec<String> {
    let mut codes = Vec::new();
    for word in text.split(' ') {
        let mut code = String::new();
        for c in word.chars() {
            if code.len() + c.len_utf8() > 3 {
                codes.push(std::mem::take(&mut code));
            }
            code.push(c);
        }
        codes.push(code);
    }
    normalize_languages(codes)
}

/// Web addresses among the identifiers and then the descriptions.
fn urls(document: &DublinCore) -> impl Iterator<Item = String> {
    let stated = document.values("identifier").chain(document.values("description"));
    stated.filter(|value| is_web_address(value)).map(Cow::into_owned)
}

/// A field that holds a single text for one value and a list for several different ones.
fn put_one_or_all(
    record: &mut IndexRecord,
    field: &'static str,
    values: impl IntoIterator<Item = String>,
) {
    let mut values: Vec<String> = values.into_iter().filter(|value| !value.is_empty()).collect();
    unique(&mut values);
    let mut values = values.into_iter();
    record.set(field, values.next().unwrap_or_default());
    record.extend(field, values);
}

impl MetadataRecord for DcRecord {
    fn facts(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> RecordFacts {
        let title = self.document.clean_title(context);
        let title_for_filing = context.ingest.text.sort_title(&title, true);
        let main_author = self.document.first("creator").into_owned();
        let kind = self.document.first("type");
        RecordFacts {
            id: self.document.id.clone(),
            linking_ids: linking_ids(&self.document),
            work_ids: main_work(&title_for_filing, &title, &main_author),
            full_title: title.clone(),
            title,
            title_for_filing,
            format: if kind.is_empty() { "Other".to_owned() } else { kind.into_owned() },
            main_author,
            isbns: isbns(self.document.values("identifier"), false),
            publication_year: self.year(),
            ..RecordFacts::default()
        }
    }

    fn index_fields(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> IndexRecord {
        let document = &self.document;
        let rules = &context.ingest.text;
        let mut record = IndexRecord::new();
        record.set("record_format", "dc");
        put_origin(&mut record, document, context.source);
        record.set_all("allfields", document.clean_texts(context));
        record.set_all("language", languages(&document.first("language")).into_iter().take(1));
        put_format(&mut record, &document.first("type"));
        put_one_or_all(&mut record, "author", self.clean("creator", context));
        record.set_all("author2", self.clean("contributor", context));
        put_author_facet(&mut record);
        let title = self.document.clean_title(context);
        let sort = rules.sort_title(&title, true);
        put_titles(&mut record, title, sort, 2);
        record.set_all("publisher", [self.clean("publisher", context).next().unwrap_or_default()]);
        let year = self.year();
        if !year.is_empty() {
            put_whole_year(&mut record, &year);
            record.set("publishDate", year);
        }
        record.set_all("isbn", isbns(document.values("identifier"), false));
        record.set_all("doi_str_mv", document.values("identifier").filter_map(|id| doi(&id)));
        let subjects: Vec<String> = document
            .full_values("subject")
            .map(|subject| rules.strip_trailing_punctuation(&subject))
            .collect();
        record.set_all("topic", subjects.iter().map(String::as_str));
        record.set_all("topic_facet", subjects);
        put_one_or_all(&mut record, "url", urls(document));
        let prose =
            document.root().each("description").map(full_text).filter(|text| is_prose(text));
        record.set_all("contents", prose.map(|text| rules.strip_trailing_punctuation(&text)));
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
    use crate::record::Field;

    #[test]
    fn language_codes() {
        for (text, expected) in [
            ("en", vec!["en"]),
            ("ENGfin swe", vec!["eng", "fin", "swe"]),
            ("  ", vec![]),
            ("äö", vec!["ä", "ö"]),
        ] {
            assert_eq!(languages(text), expected, "{text}");
        }
    }

    #[test]
    fn addresses() {
        let one = "<dc><identifier>http://i</identifier></dc>";
        let two = "<dc><description>http://d</description><identifier>http://i</identifier></dc>";
        for (xml, expected) in [
            (one, Some(Field::One("http://i".into()))),
            (two, Some(Field::Many(vec!["http://i".into(), "http://d".into()]))),
            ("<dc/>", None),
        ] {
            let mut record = DcRecord::open(&raw(xml, None)).expect("well-formed");
            assert_eq!(fields(&mut record, &[]).get("url"), expected.as_ref(), "{xml}");
        }
    }

    #[test]
    fn creators_and_years() {
        let xml = "<dc><creator>A,</creator><creator>B</creator><contributor>C</contributor>\
                   <date>spring 2013</date><date>2014-05-03</date></dc>";
        let mut record = DcRecord::open(&raw(xml, None)).expect("well-formed");
        let found = fields(&mut record, &[]);
        assert_eq!(values(&found, "author"), ["A", "B"]);
        assert_eq!(values(&found, "author_facet"), ["A", "B", "C"]);
        assert_eq!(found.first("publishDate"), "2014");
        assert_eq!(found.first("publication_daterange"), "[2014-01-01 TO 2014-12-31]");
    }
}
