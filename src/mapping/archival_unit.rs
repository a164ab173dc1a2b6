//! What records of EAD 2002 and EAD3 have in common (ingest-ead §3): place in the archive, titles,
//! text for searching, online use.

use super::{MapContext, Warnings};
use crate::record::IndexRecord;
use crate::text::{extract_year, is_iso8601, trim};
use crate::xml::Element;
use std::borrow::Cow;

/// Access restrictions come from the source's settings alone (`accessRestrictions`).
pub(super) fn access_restrictions(context: &MapContext<'_>) -> String {
    context.source.params.get("accessRestrictions").unwrap_or_default().to_owned()
}

/// One unit of an archive: a component cut out of its finding aid, or a record that stands alone.
#[derive(Clone, Copy)]
pub(super) struct ArchivalUnit<'t> {
    pub(super) root: Element<'t>,
    /// The first `did`.
    pub(super) did: Option<Element<'t>>,
    add_data: Option<Element<'t>>,
    /// `add-data/archive`: the finding aid as a whole.
    pub(super) archive: Option<Element<'t>>,
    /// The direct parent in the archive.
    pub(super) parent: Option<Element<'t>>,
}

/// Texts of formats that stand for the levels at which neither series nor, for the first two,
/// unit id belong to the title (ingest-ead §6).
pub(super) struct LevelNames {
    pub(super) fonds: &'static str,
    pub(super) collection: &'static str,
    pub(super) without_series: &'static [&'static str],
}

impl LevelNames {
    pub(super) fn is_whole_archive(&self, format: &str) -> bool {
        format == self.fonds || format == self.collection
    }

    fn has_no_series(&self, format: &str) -> bool {
        self.is_whole_archive(format) || self.without_series.contains(&format)
    }
}

/// Direct text of an element. White space at the ends belongs to the text only where an element
/// holds nothing else and says nothing else; elsewhere it is layout (ingest-ead §1, stored form).
pub(super) fn text_of(element: Element<'_>) -> Cow<'_, str> {
    let is_plain = element.attributes().next().is_none() && element.children().next().is_none();
    if is_plain { element.text() } else { element.trimmed() }
}

/// [`text_of`] of an element that may be missing.
pub(super) fn text_or_empty(element: Option<Element<'_>>) -> Cow<'_, str> {
    element.map_or(Cow::Borrowed(""), text_of)
}

/// Extents of a unit, without empty ones and the dash that stands for "nothing".
pub(super) fn extents<'t>(physical: impl Iterator<Item = Element<'t>>) -> Vec<String> {
    let texts = physical.flat_map(|physical| physical.each("extent")).map(text_of);
    texts.filter(|text| !text.is_empty() && text != "-").map(Cow::into_owned).collect()
}

/// Trimmed texts of elements, without empty ones and the dash that stands for "nothing".
pub(super) fn terms<'t>(elements: impl IntoIterator<Item = Element<'t>>) -> Vec<String> {
    let texts = elements.into_iter().map(Element::trimmed);
    texts.filter(|text| !text.is_empty() && text != "-").map(Cow::into_owned).collect()
}

impl<'t> ArchivalUnit<'t> {
    pub(super) fn new(root: Element<'t>) -> Self {
        let add_data = root.child("add-data");
        ArchivalUnit {
            root,
            did: root.child("did"),
            add_data,
            archive: add_data.and_then(|data| data.child("archive")),
            parent: add_data.and_then(|data| data.child("parent")),
        }
    }

    /// First element on a path inside the `did`.
    pub(super) fn in_did(&self, path: &str) -> Option<Element<'t>> {
        self.did?.find(path)
    }

    /// All children of the `did` with this name.
    pub(super) fn each_in_did<'n>(
        &self,
        name: &'n str,
    ) -> impl Iterator<Item = Element<'t>> + use<'t, 'n> {
        self.did.into_iter().flat_map(move |did| did.each(name))
    }

    /// The id that the splitter gave the unit.
    pub(super) fn given_id(&self) -> Option<&'t str> {
        self.add_data?.attr("identifier")
    }

    /// Text of the first `unittitle`.
    pub(super) fn title(&self) -> Cow<'t, str> {
        text_or_empty(self.in_did("unittitle"))
    }

    fn archive_attr(&self, name: &str) -> &'t str {
        self.archive.map_or("", |archive| archive.attr_or_empty(name))
    }

    /// Title of the archive with its subtitle.
    fn archive_title(&self) -> String {
        let (title, subtitle) = (self.archive_attr("title"), self.archive_attr("subtitle"));
        if subtitle.is_empty() { title.to_owned() } else { format!("{title} : {subtitle}") }
    }

    /// `hierarchy_…` fields. `own_sequence` is what the unit itself says of its place, if anything.
    pub(super) fn put_hierarchy(
        &self,
        record: &mut IndexRecord,
        record_id: &str,
        own_sequence: Option<&str>,
    ) {
        record.set("hierarchytype", "Default");
        if self.archive.is_some() {
            record.set("hierarchy_top_id", self.archive_attr("id"));
            record.set("hierarchy_top_title", self.archive_title());
            let sequence = own_sequence.map_or_else(
                || self.archive_attr("sequence").to_owned(),
                |own| format!("{own:0>7}"),
            );
            record.set("hierarchy_sequence_str", sequence.as_str());
            record.set("hierarchy_sequence", sequence);
        }
        if let Some(parent) = self.parent {
            record.set("hierarchy_parent_id", parent.attr_or_empty("id"));
            record.set("hierarchy_parent_title", parent.attr_or_empty("title"));
        } else {
            let title = self.title();
            record.set("is_hierarchy_id", record_id);
            record.set("hierarchy_top_id", record_id);
            record.set("is_hierarchy_title", title.as_ref());
            record.set("hierarchy_top_title", title);
        }
    }

    /// Every text of the record in document order, then the title of the archive, and that of the
    /// parent if `with_parent`.
    pub(super) fn all_texts(&self, with_parent: bool) -> Vec<String> {
        let texts = self.root.descendants().map(Element::trimmed);
        let mut all: Vec<String> =
            texts.filter(|text| !text.is_empty()).map(Cow::into_owned).collect();
        let parent_title = match self.parent {
            Some(parent) if with_parent => parent.attr_or_empty("title"),
            _ => "",
        };
        let titles = [self.archive_title(), parent_title.to_owned()];
        all.extend(titles.into_iter().filter(|title| !title.is_empty()));
        all
    }

    /// `series`, `title_sub`, `title_short`, `title`, `title_full`, `title_sort`; the title.
    pub(super) fn put_titles(
        &self,
        record: &mut IndexRecord,
        context: &MapContext<'_>,
        names: &LevelNames,
        format: &str,
        unit_id: &str,
    ) -> String {
        let parent_attr = |name| self.parent.map_or("", |parent| parent.attr_or_empty(name));
        if !names.has_no_series(format) && parent_attr("id") != self.archive_attr("id") {
            record.set("series", parent_attr("title"));
        }
        let short = self.title();
        let sub = if names.is_whole_archive(format) { "" } else { unit_id };
        let prepends = match context.source.params.get("prependTitleWithSubtitle") {
            None | Some("1") => true,
            Some(value) => value == "children" && self.parent.is_some(),
        };
        let title = if prepends && !sub.is_empty() && sub != short {
            format!("{sub} {short}")
        } else {
            short.clone().into_owned()
        };
        record.set("title_sub", sub);
        record.set("title_short", short);
        record.set("title_sort", context.ingest.text.sort_title(&title, false));
        record.set("title_full", title.as_str());
        record.set("title", title.as_str());
        title
    }

    /// `source_str_mv`, `datasource_str_mv`, `online_…` and `free_online_…`.
    pub(super) fn put_availability(
        &self,
        record: &mut IndexRecord,
        context: &MapContext<'_>,
        has_link: bool,
    ) {
        let source_id = context.source.id.as_str();
        let institution = record.first("institution");
        let source = if institution.is_empty() { source_id } else { institution }.to_owned();
        record.set("source_str_mv", source.as_str());
        record.set("datasource_str_mv", source_id);
        let params = &context.source.params;
        if !params.flag("online", has_link) {
            return;
        }
        record.set("online_boolean", "1");
        record.set("online_str_mv", source.as_str());
        let is_free = if params.get("freeOnline").is_some() {
            params.flag("freeOnline", true)
        } else {
            !self.is_restricted() && params.flag("freeOnlineDefault", true)
        };
        if is_free {
            record.set("free_online_boolean", "1");
            record.set("free_online_str_mv", source);
        }
    }

    fn is_restricted(&self) -> bool {
        let restriction = self.root.child("accessrestrict");
        restriction.is_some_and(|e| e.each("p").any(|p| !p.trimmed().is_empty()))
    }

    /// `rights`: conditions given in the `did`.
    pub(super) fn put_rights(&self, record: &mut IndexRecord) {
        let mut text = text_or_empty(self.in_did("userestrict/p"));
        if text.is_empty() {
            text = text_or_empty(self.in_did("accessrestrict/p"));
        }
        record.set("rights", text);
    }
}

/// `main_date` and `main_date_str` of the moment at which a unit begins.
pub(super) fn put_main_date(record: &mut IndexRecord, start: &str) {
    record.set("main_date_str", extract_year(start));
    if is_iso8601(start) {
        record.set("main_date", start);
    }
}

/// `lat, lon` in WGS84 as longitude and latitude; anything but two parts is no place.
pub(super) fn wgs84_position(coordinates: Element<'_>) -> Option<(String, String)> {
    if coordinates.attr_or_empty("coordinatesystem") != "WGS84" {
        return None;
    }
    let text = coordinates.text();
    let (lat, lon) = text.split_once(',').filter(|(_, lon)| !lon.contains(','))?;
    Some((trim(lon).to_owned(), trim(lat).to_owned()))
}

/// A text that names a licence or says that use is free (ingest-ead §7).
pub(super) fn licence_in(text: &str) -> Option<&str> {
    const UNRESTRICTED: &str = "No known copyright restrictions";
    let text = trim(text);
    if text.contains(UNRESTRICTED) {
        return Some(UNRESTRICTED);
    }
    let starts = |word: &str| text.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word));
    ["CC", "Public", "Julkinen"].into_iter().any(starts).then_some(text)
}

/// Days of a month of the proleptic Gregorian calendar; `None` if there is no such month.
pub(super) fn days_in_month(year: i16, month: i8) -> Option<i8> {
    jiff::civil::Date::new(year, month, 1).ok().map(jiff::civil::Date::days_in_month)
}

/// A year, month and day of which the day, or month and day, are dropped if they do not exist:
/// what a record says wrongly must not become another day. The warning is given once.
pub(super) fn existing_day(
    (year, month, day): (i16, i8, i8),
    warning: &str,
    warnings: &mut Warnings,
) -> (i16, Option<i8>, Option<i8>) {
    let (month, day) = match days_in_month(year, month) {
        None => (None, None),
        Some(days) if !(1..=days).contains(&day) => (Some(month), None),
        Some(_) => return (year, Some(month), Some(day)),
    };
    warnings.add(warning);
    (year, month, day)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::{DriverParams, IngestSettings, SourceSettings};
    use crate::mapping::{MappingError, MetadataRecord, NoLinks};
    use crate::record::{RawRecord, RecordFacts, RecordFormat};

    /// What a driver made of a record.
    pub(in crate::mapping) struct Mapped {
        pub(in crate::mapping) facts: RecordFacts,
        pub(in crate::mapping) record: IndexRecord,
        pub(in crate::mapping) warnings: Vec<String>,
    }

    /// Maps a record with driver parameters; the source is called `src`.
    pub(in crate::mapping) fn map(
        open: impl Fn(&RawRecord) -> Result<Box<dyn MetadataRecord>, MappingError>,
        xml: &str,
        params: &[(&str, &str)],
    ) -> Mapped {
        let params = params.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let mut source = SourceSettings::new("src", RecordFormat::Ead);
        source.params = DriverParams(params);
        let mut ingest = IngestSettings::default();
        ingest.text.articles.push("the ".to_owned());
        let context =
            MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2025 };
        let raw = crate::mapping::payload::tests::raw(xml, None);
        let mut driver = open(&raw).expect("well-formed");
        let mut warnings = Warnings::default();
        let facts = driver.facts(&context, &mut warnings);
        let record = driver.index_fields(&context, &mut warnings);
        Mapped { facts, record, warnings: warnings.into_vec() }
    }

    /// All values of a field with `|` between them.
    pub(in crate::mapping) fn values(record: &IndexRecord, field: &str) -> String {
        record.texts(field).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn licences() {
        for (text, expected) in [
            ("CC BY", Some("CC BY")),
            (" cc0 ", Some("cc0")),
            ("public domain", Some("public domain")),
            ("JULKINEN", Some("JULKINEN")),
            ("x No known copyright restrictions y", Some("No known copyright restrictions")),
            ("Ei julkinen", None),
            ("C", None),
            ("ääää", None),
            ("", None),
        ] {
            assert_eq!(licence_in(text), expected, "{text}");
        }
    }

    #[test]
    fn days_that_do_not_exist() {
        for (day, expected) in [
            ((1900, 2, 28), (1900, Some(2), Some(28))),
            ((1900, 2, 29), (1900, Some(2), None)),
            ((1904, 2, 29), (1904, Some(2), Some(29))),
            ((1904, 2, 0), (1904, Some(2), None)),
            ((1904, 13, 1), (1904, None, None)),
            ((0, 2, 29), (0, Some(2), Some(29))),
        ] {
            let mut warnings = Warnings::default();
            assert_eq!(existing_day(day, "bad", &mut warnings), expected, "{day:?}");
            assert_eq!(warnings.as_slice().is_empty(), expected.2.is_some(), "{day:?}");
        }
    }

    #[test]
    fn white_space_of_texts() {
        for (xml, expected) in [
            ("<a> x </a>", " x "),
            ("<a b=\"\"> x </a>", "x"),
            ("<a> x <b/> y </a>", "x  y"),
            ("<a>\n <b/>\n</a>", ""),
        ] {
            assert_eq!(text_of(crate::xml::parse(xml).expect("ok").root()), expected, "{xml}");
        }
    }
}
