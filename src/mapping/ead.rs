//! EAD 2002 records (ingest-ead §3, §4).

mod unit_date;

use super::archival_unit::{
    ArchivalUnit, LevelNames, access_restrictions, extents, licence_in, put_main_date, terms,
    text_of, text_or_empty, wgs84_position,
};
use super::main_work::main_work;
use super::payload::{Payload, full_record};
use super::{MapContext, MappingError, MetadataRecord, Warnings};
use crate::record::{Field, IndexRecord, RawRecord, RecordFacts};
use crate::text::{link_media_type, trim, unique, url_encode};
use crate::xml::{Element, Tree};
use std::borrow::Cow;

const LEVEL_NAMES: LevelNames = LevelNames {
    fonds: "fonds",
    collection: "collection",
    without_series: &["series", "subseries", ""],
};

/// An EAD 2002 record: a component of a finding aid, or a description that stands alone.
#[derive(Debug)]
pub struct EadRecord {
    tree: Tree,
}

impl EadRecord {
    /// Parses the record.
    pub fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        Ok(EadRecord { tree: Payload::open(raw)?.tree })
    }

    fn unit(&self) -> ArchivalUnit<'_> {
        ArchivalUnit::new(self.tree.root())
    }
}

impl MetadataRecord for EadRecord {
    fn facts(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> RecordFacts {
        let unit = self.unit();
        let id = record_id(&unit);
        let main_author = authors(&unit).into_iter().next().unwrap_or_default();
        RecordFacts {
            linking_ids: (!id.is_empty()).then(|| id.clone()).into_iter().collect(),
            id,
            format: format(&unit).into_owned(),
            work_ids: main_work("", "", &main_author),
            main_author,
            access_restrictions: access_restrictions(context),
            ..RecordFacts::default()
        }
    }

    fn index_fields(&mut self, context: &MapContext<'_>, warnings: &mut Warnings) -> IndexRecord {
        let unit = self.unit();
        let mut record = IndexRecord::new();
        record.set("record_format", "ead");
        record.set("ctrlnum", unit.root.attr_or_empty("id"));
        record.set_all("allfields", unit.all_texts(true));
        put_description(&unit, &mut record);
        put_people(&unit, &mut record);
        let topics = terms(unit.root.find_all("controlaccess/subject"));
        record.set_all("topic", topics.iter().map(String::as_str));
        record.set_all("topic_facet", topics);
        put_places(&unit, &mut record);
        put_format(&unit, &mut record);
        put_details(&unit, &mut record);

        let unit_id = text_or_empty(unit.in_did("unitid"));
        let title = unit.put_titles(&mut record, context, &LEVEL_NAMES, &format(&unit), &unit_id);
        if context.source.params.flag("addIdToHierarchyTitle", true) {
            // The title begins with the unit id already; clients are used to seeing it twice.
            let whole = format!("{unit_id} {title}");
            record.set("title_in_hierarchy", trim(&whole));
        }
        record.set("identifier", unit_id);
        unit.put_hierarchy(&mut record, &record_id(&unit), None);
        put_date(&unit, &mut record, warnings);

        let has_link = locations(&unit).any(|location| location.attr("href").is_some());
        unit.put_availability(&mut record, context, has_link);
        unit.put_rights(&mut record);
        put_usage_rights(&unit, &mut record);
        record
    }

    fn full_record(&mut self, _context: &MapContext<'_>) -> String {
        full_record(&self.tree)
    }
}

/// `add-data@identifier`, else the unit id (ingest-ead §2.2).
fn record_id(unit: &ArchivalUnit<'_>) -> String {
    if let Some(id) = unit.given_id() {
        return id.to_owned();
    }
    unit.in_did("unitid").map_or_else(String::new, |unit_id| {
        url_encode(&unit_id.attr("identifier").map_or_else(|| unit_id.text(), Cow::Borrowed))
    })
}

fn format<'t>(unit: &ArchivalUnit<'t>) -> Cow<'t, str> {
    match unit.root.find("controlaccess/genreform") {
        Some(genre) => text_of(genre),
        None => Cow::Borrowed(unit.root.attr_or_empty("level")),
    }
}

/// Every link of the record to a digital object.
fn locations<'t>(unit: &ArchivalUnit<'t>) -> impl Iterator<Item = Element<'t>> + use<'t> {
    unit.each_in_did("daogrp").flat_map(|group| group.each("daoloc"))
}

/// `format`, with its own names for what has been digitised, and `format_ext_str_mv`.
fn put_format(unit: &ArchivalUnit<'_>, record: &mut IndexRecord) {
    let mut format = format(unit).into_owned();
    let is_digitized = unit.in_did("daogrp").is_some();
    if is_digitized && matches!(format.as_str(), "collection" | "series" | "fonds" | "item") {
        format.insert_str(0, "digitized_");
    }
    let has_image = locations(unit)
        .any(|location| matches!(location.attr_or_empty("role"), "image_full" | "image_reference"));
    let extended = [format.as_str()].into_iter().chain(has_image.then_some("Image"));
    record.set_all("format_ext_str_mv", extended);
    record.set("format", format);
}

fn put_description(unit: &ArchivalUnit<'_>, record: &mut IndexRecord) {
    let Some(scope) = unit.root.child("scopecontent") else { return };
    if scope.child("p").is_some() {
        let paragraphs: Vec<Cow<'_, str>> = scope.each("p").map(Element::trimmed).collect();
        record.set("description", paragraphs.join("   /   "));
    } else {
        record.set("description", text_of(scope));
    }
}

fn authors(unit: &ArchivalUnit<'_>) -> Vec<String> {
    terms(unit.root.find_all("controlaccess/persname"))
}

fn put_people(unit: &ArchivalUnit<'_>, record: &mut IndexRecord) {
    let authors = authors(unit);
    let second = text_or_empty(unit.in_did("origination/persname"));
    let corporate = terms(unit.root.find_all("controlaccess/corpname"));
    let origin = text_or_empty(unit.in_did("origination/corpname"));
    record.set("author_sort", authors.first().map_or("", String::as_str));
    let mut facet = authors.clone();
    record.set_all("author", authors);
    if !second.is_empty() {
        facet.push(second.clone().into_owned());
        record.set("author2", second);
    }
    // The corporation an archive comes from counts for more than those it tells of.
    if origin.is_empty() {
        facet.extend(corporate.iter().cloned());
        record.set_all("author_corporate", corporate);
    } else {
        facet.push(origin.clone().into_owned());
        record.set("author_corporate", origin);
    }
    record.set_all("author_facet", facet);
}

/// `geographic`, `geographic_facet` and the position of the last place that has one (§4.2).
fn put_places(unit: &ArchivalUnit<'_>, record: &mut IndexRecord) {
    let mut names = Vec::new();
    for place in unit.root.find_all("controlaccess/geogname") {
        let coordinates = place.child("geographiccoordinates");
        if place.child("part").is_none() && coordinates.is_none() {
            names.extend(terms([place]));
            continue;
        }
        names.extend(terms(place.each("part")));
        for (lon, lat) in place.each("geographiccoordinates").filter_map(wgs84_position) {
            record.set("location_geo", format!("POINT({lon} {lat})"));
            record.set("center_coords", format!("{lon} {lat}"));
        }
    }
    record.set_all("geographic", names.iter().map(String::as_str));
    record.set_all("geographic_facet", names);
}

fn put_details(unit: &ArchivalUnit<'_>, record: &mut IndexRecord) {
    // A keeper without a name is a keeper: the source's own institution must not step in.
    if let Some(keeper) = unit.in_did("repository/corpname").or_else(|| unit.in_did("repository")) {
        record.put("institution", Field::One(text_of(keeper).into()));
    }

    let languages = unit.in_did("langmaterial").into_iter().flat_map(|m| m.each("language"));
    let codes = languages.map(|language| {
        let code = language.attr("langcode").map_or_else(|| language.text(), Cow::Borrowed);
        trim(&code).to_lowercase()
    });
    record.set_all("language", codes.filter(|code| !code.is_empty()));

    record.set_all("physical", extents(unit.each_in_did("physdesc")));
    record.set("material", text_or_empty(unit.in_did("physdesc")));
    record.set("measurements", text_or_empty(unit.in_did("dimensions")));

    let first_group = unit.in_did("daogrp").into_iter().flat_map(|group| group.each("daoloc"));
    let mut thumbnails =
        first_group.filter(|location| location.attr("role") == Some("image_thumbnail"));
    record.set("thumbnail", thumbnails.next().map_or("", |t| t.attr_or_empty("href")));

    let links = locations(unit).filter_map(|location| location.attr("href"));
    let mut types: Vec<String> = links.map(|link| link_media_type(link, "", "")).collect();
    types.retain(|media_type| !media_type.is_empty());
    unique(&mut types);
    record.set_all("media_type_str_mv", types);
}

/// Date fields, and the years behind the titles (§4.1).
fn put_date(unit: &ArchivalUnit<'_>, record: &mut IndexRecord, warnings: &mut Warnings) {
    let Some(element) = unit.in_did("unitdate") else { return };
    let Some(date) = unit_date::parse(&element.text(), warnings) else { return };
    record.set("search_daterange_mv", date.range.as_str());
    record.set("unit_daterange", date.range.as_str());
    put_main_date(record, &date.start);
    let years = date.years();
    if years.is_empty() {
        return;
    }
    let suffix = format!("({years})");
    for name in ["title_full", "title_sort", "title", "title_short"] {
        let title = record.first(name);
        if !title.ends_with(&years) && !title.ends_with(&suffix) {
            let title = format!("{title} {suffix}");
            record.set(name, title);
        }
    }
}

/// The first licence in `userestrict`, else in `accessrestrict` (§7).
fn put_usage_rights(unit: &ArchivalUnit<'_>, record: &mut IndexRecord) {
    let paragraphs = ["userestrict", "accessrestrict"]
        .into_iter()
        .filter_map(|name| unit.root.child(name))
        .flat_map(|element| element.each("p"));
    for paragraph in paragraphs {
        if let Some(licence) = licence_in(&paragraph.text()) {
            record.set_all("usage_rights_str_mv", [licence]);
            record.set_all("usage_rights_ext_str_mv", [licence]);
            return;
        }
    }
}

#[cfg(test)]
mod tests;
