//! EAD3 records (ingest-ead §3, §5).

mod format;
mod names;
mod rights;
mod subjects;
mod title_years;
mod unit_dates;

use super::archival_unit::{
    ArchivalUnit, LevelNames, access_restrictions, extents, put_main_date, text_of, text_or_empty,
};
use super::html_entities::decode_entities;
use super::main_work::main_work;
use super::payload::{Payload, full_record};
use super::{MapContext, MappingError, MetadataRecord, Warnings};
use crate::record::{Field, IndexRecord, RawRecord, RecordFacts};
use crate::text::{link_media_type, trim, unique, url_encode};
use crate::xml::{Element, Tree};
use names::Names;
use std::borrow::Cow;
use std::fmt::Write;

const LEVEL_NAMES: LevelNames = LevelNames {
    fonds: "Document/Arkisto",
    collection: "Document/Kokoelma",
    without_series: &["series", "subseries", "Määrittämätön"],
};

/// An EAD3 record: a component of a finding aid, or a description that stands alone.
#[derive(Debug)]
pub struct Ead3Record {
    tree: Tree,
}

impl Ead3Record {
    /// Parses the record.
    pub fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        Ok(Ead3Record { tree: Payload::open(raw)?.tree })
    }

    fn unit(&self) -> ArchivalUnit<'_> {
        ArchivalUnit::new(self.tree.root())
    }
}

impl MetadataRecord for Ead3Record {
    fn facts(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> RecordFacts {
        let unit = self.unit();
        let id = record_id(&unit);
        let title = unit.title().into_owned();
        let title_for_filing = context.ingest.text.sort_title(&title, true);
        let main_author = Names::of(unit.root).main_author().to_owned();
        RecordFacts {
            linking_ids: (!id.is_empty()).then(|| id.clone()).into_iter().collect(),
            id,
            work_ids: main_work(&title_for_filing, &title, &main_author),
            title,
            title_for_filing,
            format: format::of(unit.root),
            main_author,
            access_restrictions: access_restrictions(context),
            ..RecordFacts::default()
        }
    }

    fn index_fields(&mut self, context: &MapContext<'_>, warnings: &mut Warnings) -> IndexRecord {
        let unit = self.unit();
        let mut record = IndexRecord::new();
        record.set("record_format", "ead3");
        record.set("ctrlnum", unit.root.attr_or_empty("id"));
        record.set_all("allfields", unit.all_texts(false));
        record.set("description", description(unit.root));
        let names = Names::of(unit.root);
        names.put(&mut record, context);
        subjects::put(unit.root, &names, &mut record, context);
        put_details(&unit, &mut record, context);

        let format = format::of(unit.root);
        let sub = subtitle(&unit, context);
        let title = unit.put_titles(&mut record, context, &LEVEL_NAMES, &format, &sub);
        let sequence = sequence(&unit, context);
        if let Some(sequence) = &sequence
            && context.source.params.flag("addIdToHierarchyTitle", true)
        {
            let whole = format!("{sequence} {title}");
            record.set("title_in_hierarchy", trim(&whole));
        }
        unit.put_hierarchy(&mut record, &record_id(&unit), sequence.as_deref());
        record.set("format_ext_str_mv", format.as_str());
        record.set("format", format);
        put_dates(&unit, &mut record, context, warnings);

        let set = unit.in_did("daoset");
        let has_link = set.is_some_and(|set| set.each("dao").any(|dao| dao.attr("href").is_some()));
        unit.put_availability(&mut record, context, has_link);
        unit.put_rights(&mut record);
        let rights = rights::usage_rights(unit.root);
        record.set_all("usage_rights_str_mv", [rights.as_ref()]);
        record.set_all("usage_rights_ext_str_mv", [rights]);
        record
    }

    fn full_record(&mut self, _context: &MapContext<'_>) -> String {
        full_record(&self.tree)
    }
}

/// `add-data@identifier`, else `control/recordid` (ingest-ead §2.2).
fn record_id(unit: &ArchivalUnit<'_>) -> String {
    unit.given_id().map_or_else(
        || url_encode(&text_or_empty(unit.root.find("control/recordid"))),
        str::to_owned,
    )
}

/// The identifying unit id: the one with the label that the source names, else the first (§5.1).
fn unit_id<'t>(unit: &ArchivalUnit<'t>, context: &MapContext<'_>) -> &'t str {
    let mut identified = unit
        .each_in_did("unitid")
        .filter_map(|id| Some((id.attr_or_empty("label"), id.attr("identifier")?)))
        .peekable();
    let first = identified.peek().map_or("", |(_, id)| id);
    match context.source.params.get("unitIdLabel") {
        Some(wanted) if !wanted.is_empty() => {
            identified.find(|(label, _)| *label == wanted).map_or(first, |(_, id)| id)
        }
        _ => first,
    }
}

/// The signature shown before the title (§5.1 `title_sub`).
fn subtitle<'t>(unit: &ArchivalUnit<'t>, context: &MapContext<'_>) -> Cow<'t, str> {
    let label = context.source.params.get("signumLabel").unwrap_or_default();
    let mut ids = unit.each_in_did("unitid");
    text_or_empty(if label.is_empty() {
        ids.next()
    } else {
        ids.find(|id| id.attr_or_empty("label") == label)
    })
}

/// The unit's own place among its siblings.
fn sequence<'t>(unit: &ArchivalUnit<'t>, context: &MapContext<'_>) -> Option<Cow<'t, str>> {
    let label = context.source.params.get("sequenceUnitIdLabel").unwrap_or("sequence");
    let id = unit.each_in_did("unitid").find(|id| id.attr("label") == Some(label))?;
    Some(text_of(id)).filter(|text| !text.is_empty())
}

/// Paragraphs of all `scopecontent`, lines kept apart.
fn description(root: Element<'_>) -> String {
    let mut description = String::new();
    for paragraph in root.each("scopecontent").flat_map(|scope| scope.each("p")) {
        let text = paragraph.text();
        let decoded = decode_entities(&text);
        let text = trim(&decoded);
        if text.is_empty() {
            continue;
        }
        for line in text.replace("\r\n", "\n").split(['\n', '\r']) {
            let separator = if description.is_empty() { "" } else { "   /   " };
            // Writing to a string cannot fail.
            let _ = write!(description, "{separator}{line}");
        }
    }
    description
}

fn put_details(unit: &ArchivalUnit<'_>, record: &mut IndexRecord, context: &MapContext<'_>) {
    let keepers = unit
        .each_in_did("repository")
        .filter(|repository| repository.attr("encodinganalog") == Some("ahaa:AI42"));
    let institution = keepers
        .filter_map(|keeper| keeper.each("corpname").find_map(|name| name.attr("identifier")))
        .last();
    // Set even if unknown: the source's own institution must not step in.
    let institution = institution.unwrap_or_default();
    record.put("institution", Field::One(institution.into()));

    let unit_id = unit_id(unit, context);
    let identifier = match unit_id.split_once('/') {
        Some((before, after)) if !before.is_empty() => after,
        _ => unit_id,
    };
    record.set("identifier", identifier);

    let languages = unit.in_did("langmaterial").into_iter().flat_map(|m| m.each("language"));
    let codes = languages.filter_map(|language| language.attr("langcode"));
    record.set_all("language", codes.filter(|code| !code.is_empty()));

    record.set_all("physical", extents(unit.in_did("physdesc").into_iter()));
    let materials = unit.each_in_did("physdesc").map(|physical| {
        let text = text_of(physical);
        match physical.attr("label") {
            Some(label) => format!("{text} {label}"),
            None => text.into_owned(),
        }
    });
    record.set_all("material", materials);
    record.set("measurements", text_or_empty(unit.in_did("dimensions")));
    record.set_all(
        "contents",
        unit.root
            .find("index/index")
            .into_iter()
            .flat_map(|index| index.each("indexentry"))
            .map(|entry| text_or_empty(entry.find("name/part")).into_owned())
            .filter(|text| !text.is_empty()),
    );

    let in_sets = || unit.each_in_did("daoset").flat_map(|set| set.each("dao"));
    let thumbnail = unit
        .each_in_did("dao")
        .chain(in_sets())
        .filter(|dao| dao.attr("localtype") == Some("thumbnail"))
        .find_map(|dao| dao.attr("href"));
    record.set("thumbnail", thumbnail.unwrap_or_default());
    let mut types: Vec<String> = in_sets()
        .filter_map(|dao| {
            Some(link_media_type(dao.attr("href")?, dao.attr_or_empty("linkrole"), ""))
        })
        .filter(|media_type| !media_type.is_empty())
        .collect();
    unique(&mut types);
    record.set_all("media_type_str_mv", types);
}

/// Date fields, and the years behind the titles (§5.4).
fn put_dates(
    unit: &ArchivalUnit<'_>,
    record: &mut IndexRecord,
    context: &MapContext<'_>,
    warnings: &mut Warnings,
) {
    let ranges = unit_dates::of(unit, warnings);
    let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else { return };
    record.set("unit_daterange", last.text());
    record.set_all("search_daterange_mv", ranges.iter().map(unit_dates::DateRange::text));
    put_main_date(record, &first.start);
    let year = record.first("main_date_str").to_owned();
    record.set("era_facet", year);
    let mode = context.source.params.get("enrichTitleWithYearRange");
    let Some(years) = title_years::TitleYears::new(first, mode) else { return };
    for name in ["title_full", "title_sort", "title", "title_short"] {
        if let Some(title) = years.added_to(record.first(name)) {
            record.set(name, title);
        }
    }
}

#[cfg(test)]
mod tests;
