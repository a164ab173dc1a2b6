//! The one table of API record fields (record-fields §2). A field exists here or nowhere.

use super::view::{Kind, RecordView};
use super::{
    ApiValue, ead, ead3, forward, full_record, images, lido, lrmi, marc, numbers, online, open_url,
    people, qdc, rights, subjects,
};

/// The shape of a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// A text.
    Text,
    /// An integer; flags are 1 or missing.
    Integer,
    /// A list of texts.
    Texts,
    /// A list of lists of texts.
    TextLists,
    /// An object.
    Object,
    /// A list of objects.
    Objects,
    /// A list of objects with value and display name.
    Pairs,
}

/// A field that can be asked for with `field[]`.
pub struct ApiField {
    /// Name, with regard to case.
    pub name: &'static str,
    /// Shape of the value.
    pub kind: FieldType,
    /// Given when the client names no fields.
    pub by_default: bool,
    /// Where the value comes from, for the reference page.
    pub note: &'static str,
    render: fn(&RecordView<'_>) -> ApiValue,
}

impl ApiField {
    /// The field of this name.
    pub fn named(name: &str) -> Option<&'static ApiField> {
        FIELDS.iter().find(|field| field.name == name)
    }

    /// The fields that are given when none are named, in order.
    pub fn defaults() -> impl Iterator<Item = &'static ApiField> {
        FIELDS.iter().filter(|field| field.by_default)
    }

    /// Every field, by name.
    pub fn all() -> &'static [ApiField] {
        &FIELDS
    }

    pub(super) fn value(&self, view: &RecordView<'_>) -> ApiValue {
        (self.render)(view)
    }
}

impl std::fmt::Debug for ApiField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiField({})", self.name)
    }
}

type Render = fn(&RecordView<'_>) -> ApiValue;

const fn row(name: &'static str, kind: FieldType, note: &'static str, render: Render) -> ApiField {
    ApiField { name, kind, by_default: false, note, render }
}

const fn default(
    name: &'static str,
    kind: FieldType,
    note: &'static str,
    render: Render,
) -> ApiField {
    ApiField { name, kind, by_default: true, note, render }
}

fn raw_data(view: &RecordView<'_>) -> ApiValue {
    view.raw_data()
}

const EMPTY: ApiValue = ApiValue::EMPTY;
const NULL: ApiValue = ApiValue::Null;

use FieldType::{Integer, Object, Objects, Pairs, Text, TextLists, Texts};

static FIELDS: [ApiField; 106] = [
    row("__index__", Text, "always missing here", |_| NULL),
    row(
        "accessRestrictions",
        Texts,
        "MARC 506; LIDO rightsType; EAD userestrict, accessrestrict; QDC rights",
        |v| match v.kind() {
            Kind::Marc => marc::notes::access_restrictions(v.marc()),
            Kind::Lido => lido::rights::access_restrictions(v),
            Kind::Ead => ead::access_restrictions(v),
            Kind::Ead3 => ead3::notes::access_restrictions(v),
            Kind::Qdc | Kind::Lrmi | Kind::Aipa => qdc::access_restrictions(v),
            Kind::Forward => forward::access_restrictions(v),
            Kind::Index => EMPTY,
        },
    ),
    row("alternativeTitles", Texts, "MARC 246; index title_alt; EAD unittitle", |v| {
        match v.kind() {
            Kind::Marc => marc::notes::alternative_titles(v.marc()),
            Kind::Lido | Kind::Qdc | Kind::Lrmi | Kind::Aipa => v.list("title_alt"),
            Kind::Ead | Kind::Ead3 => ead::alternative_titles(v),
            Kind::Forward => forward::alternative_titles(v),
            Kind::Index => NULL,
        }
    }),
    row(
        "authors",
        Object,
        "index author, author2, author_corporate and their roles; MARC 1xx, 7xx",
        people::authors,
    ),
    row("awards", Texts, "MARC 586; Forward Award", |v| match v.kind() {
        Kind::Marc => marc::notes::texts(v.marc(), "586", "a", false),
        Kind::Forward => forward::awards(v),
        _ => EMPTY,
    }),
    row("bibliographicLevel", Text, "MARC leader 7", |v| match v.kind() {
        Kind::Marc => marc::notes::bibliographic_level(v.marc()),
        _ => NULL,
    }),
    row("bibliographyNotes", Texts, "MARC 504; EAD bibliography", |v| match v.kind() {
        Kind::Marc => marc::notes::texts(v.marc(), "504", "a", false),
        Kind::Ead => ead::bibliography_notes(v),
        _ => EMPTY,
    }),
    default("buildings", Pairs, "index building", |v| people::hierarchical(v, "building")),
    row("callNumbers", Texts, "index callnumber-raw", |v| {
        ApiValue::texts(v.fields().texts("callnumber-raw"))
    }),
    row("childRecordCount", Integer, "records below this one in its hierarchy", |_| {
        ApiValue::Int(0)
    }),
    row("classifications", Object, "MARC 050, 060, 080, 084", |v| match v.kind() {
        Kind::Marc => marc::notes::classifications(v.marc()),
        _ => NULL,
    }),
    row("cleanDoi", Text, "index doi_str_mv", |v| v.scalar("doi_str_mv")),
    row("cleanIsbn", Text, "first valid ISBN as ISBN-10 if it has one", numbers::clean_isbn),
    row("cleanIssn", Text, "first ISSN", numbers::clean_issn),
    row("cleanOclcNumber", Text, "index oclc_num", |v| v.scalar("oclc_num")),
    row("collections", Texts, "LIDO relatedWork", |v| match v.kind() {
        Kind::Lido => lido::works::collections(v),
        _ => NULL,
    }),
    row("containerEndPage", Text, "MARC 773 $g", |v| match v.kind() {
        Kind::Marc => marc::notes::container_end_page(v.marc()),
        _ => NULL,
    }),
    row("containerIssue", Text, "index container_issue", |v| v.scalar("container_issue")),
    row("containerReference", Text, "index container_reference", |v| {
        v.scalar("container_reference")
    }),
    row("containerStartPage", Text, "index container_start_page", |v| {
        v.scalar("container_start_page")
    }),
    row("containerTitle", Text, "index container_title; MARC 773 $t", |v| match v.kind() {
        Kind::Marc => ApiValue::text_or_null(marc::notes::container_title(v)),
        _ => v.scalar("container_title"),
    }),
    row("containerVolume", Text, "index container_volume", |v| v.scalar("container_volume")),
    row("corporateAuthors", Texts, "index author_corporate", |v| v.list("author_corporate")),
    row("dedupIds", Texts, "ids of the records of the same group", |_| NULL),
    row("dissertationNote", Text, "MARC 502, 509, 920", |v| match v.kind() {
        Kind::Marc => marc::notes::dissertation_note(v.marc()),
        _ => NULL,
    }),
    row("edition", Text, "index edition", |v| v.scalar("edition")),
    row("embeddedComponentParts", Objects, "MARC 979, else 700 and 730", |v| match v.kind() {
        Kind::Marc => marc::parts::embedded(v.marc()),
        _ => NULL,
    }),
    row("events", Object, "LIDO events", |v| match v.kind() {
        Kind::Lido => lido::events::events(v),
        _ => NULL,
    }),
    row("findingAids", Texts, "MARC 555; EAD otherfindaid", |v| match v.kind() {
        Kind::Marc => marc::notes::texts(v.marc(), "555", "a", false),
        Kind::Ead => ead::finding_aids(v),
        Kind::Ead3 => ead3::notes::finding_aids(v),
        _ => EMPTY,
    }),
    default("formats", Pairs, "index format", |v| people::hierarchical(v, "format")),
    row("fullRecord", Text, "the stored record", full_record::text),
    row("generalNotes", Texts, "MARC 500; QDC description; Forward elokuva_huomautukset", |v| {
        match v.kind() {
            Kind::Marc => marc::notes::texts(v.marc(), "500", "a", false),
            Kind::Qdc => qdc::general_notes(v),
            Kind::Forward => forward::general_notes(v),
            _ => EMPTY,
        }
    }),
    row("genres", Texts, "index genre", |v| v.list("genre")),
    row("geoCenter", Object, "index center_coords", numbers::geo_center),
    row("geoLocations", Texts, "index location_geo", |v| v.list("location_geo")),
    row("hierarchicalPlaceNames", Texts, "MARC 752", |v| match v.kind() {
        Kind::Marc => marc::notes::place_names(v.marc()),
        _ => EMPTY,
    }),
    row("hierarchyParentId", Texts, "index hierarchy_parent_id; EAD3 series", |v| {
        ead3::hierarchy::parent_ids(v)
    }),
    row("hierarchyParentTitle", Texts, "index hierarchy_parent_title; EAD3 series", |v| {
        ead3::hierarchy::parent_titles(v)
    }),
    row("hierarchyTopId", Texts, "index hierarchy_top_id", |v| v.list("hierarchy_top_id")),
    row("hierarchyTopTitle", Texts, "index hierarchy_top_title", |v| v.list("hierarchy_top_title")),
    row("humanReadablePublicationDates", Texts, "MARC 260, 264 $c; index publishDate", |v| match v
        .kind()
    {
        Kind::Marc => ApiValue::texts(marc::notes::publication(v.marc(), 'c')),
        Kind::Qdc | Kind::Lrmi | Kind::Aipa => qdc::publication_dates(v),
        _ => v.list("publishDate"),
    }),
    default("id", Text, "index id", |v| ApiValue::from(v.id())),
    row(
        "identifierString",
        Text,
        "LIDO workID; EAD unitid; QDC wikidata identifier; LRMI identifiers",
        |v| match v.kind() {
            Kind::Lido => lido::works::identifier(v),
            Kind::Ead => ead::identifier(v),
            Kind::Ead3 => ead3::notes::identifier(v),
            Kind::Qdc | Kind::Aipa => qdc::identifier(v),
            Kind::Lrmi => lrmi::identifiers(v),
            _ => NULL,
        },
    ),
    default("imageRights", Object, "rights of the images", rights::image_rights),
    default("images", Texts, "addresses of the images", images::images),
    row("imagesExtended", Objects, "images with rights and sizes", images::extended),
    row("inscriptions", TextLists, "LIDO inscriptions", |v| match v.kind() {
        Kind::Lido => lido::works::inscriptions(v),
        _ => NULL,
    }),
    row("institutions", Pairs, "index institution", people::institutions),
    row("isbns", Texts, "index isbn; MARC 020, 773; LIDO, QDC identifiers", |v| {
        ApiValue::texts(numbers::isbns(v))
    }),
    row("isCollection", Integer, "1 for the top of a hierarchy", numbers::is_collection),
    row("isDigitized", Integer, "1 for archive material with digital objects", |v| {
        match v.kind() {
            Kind::Ead | Kind::Ead3 => ead::is_digitized(v),
            _ => NULL,
        }
    }),
    row("isPartOfArchiveSeries", Integer, "1 below a series of an archive", |v| match v.kind() {
        Kind::Ead | Kind::Ead3 => ead::is_part_of_series(v),
        _ => NULL,
    }),
    row("issns", Texts, "index issn; MARC 022; LIDO workID", |v| {
        ApiValue::texts(numbers::issns(v))
    }),
    default("languages", Texts, "index language", |v| v.list("language")),
    row("lccn", Text, "index lccn, normalised", numbers::lccn),
    row("manufacturer", Text, "MARC 264, 260", |v| match v.kind() {
        Kind::Marc => marc::notes::manufacturer(v.marc()),
        _ => NULL,
    }),
    row("measurements", Texts, "LIDO objectMeasurements", |v| match v.kind() {
        Kind::Lido => lido::works::measurements(v),
        _ => NULL,
    }),
    row("newerTitles", Texts, "index title_new", |v| match v.kind() {
        Kind::Marc => EMPTY,
        _ => v.list("title_new"),
    }),
    default("nonPresenterAuthors", Objects, "authors that are no presenters", |v| {
        people::non_presenter_authors(v)
    }),
    row("oclc", Texts, "index oclc_num", |v| v.list("oclc_num")),
    default("onlineUrls", Objects, "index online_urls_str_mv", online::online_urls),
    row("openUrl", Text, "OpenURL parameters", open_url::open_url),
    row("originalLanguages", Texts, "index original_lng_str_mv; MARC 041 $h", |v| match v.kind() {
        Kind::Marc => marc::notes::original_languages(v.marc()),
        _ => v.list("original_lng_str_mv"),
    }),
    row("otherLinks", Objects, "MARC 787", |v| match v.kind() {
        Kind::Marc => marc::links::other_links(v.marc()),
        _ => NULL,
    }),
    row("physicalDescriptions", Texts, "index physical; LIDO extent; EAD physdesc", |v| {
        match v.kind() {
            Kind::Lido => lido::works::extents(v),
            Kind::Ead => ead::physical_descriptions(v),
            Kind::Ead3 => ead3::notes::physical_descriptions(v),
            Kind::Qdc | Kind::Lrmi | Kind::Aipa => qdc::physical_descriptions(v),
            _ => v.list("physical"),
        }
    }),
    row("physicalLocations", Texts, "LIDO repository; EAD physloc", |v| match v.kind() {
        Kind::Lido => lido::works::physical_locations(v),
        Kind::Ead | Kind::Ead3 => ead::physical_locations(v),
        _ => NULL,
    }),
    row("placesOfPublication", Texts, "MARC 260, 264 $a", |v| match v.kind() {
        Kind::Marc => ApiValue::texts(marc::notes::publication(v.marc(), 'a')),
        _ => EMPTY,
    }),
    row("playingTimes", Texts, "MARC 306; Forward", |v| match v.kind() {
        Kind::Marc => marc::notes::playing_times(v.marc()),
        Kind::Forward => forward::playing_times(v),
        _ => EMPTY,
    }),
    default("presenters", Object, "MARC 1xx, 7xx, 511; Forward agents", |v| match v.kind() {
        Kind::Marc => marc::names::presenters(v.marc()),
        Kind::Forward => forward::presenters(v),
        _ => EMPTY,
    }),
    row("previousTitles", Texts, "index title_old", |v| match v.kind() {
        Kind::Marc => EMPTY,
        _ => v.list("title_old"),
    }),
    row("primaryAuthors", Texts, "index author; MARC 1xx, 7xx", |v| {
        ApiValue::texts(people::primary_authors(v))
    }),
    row("productionCredits", Texts, "MARC 508", |v| match v.kind() {
        Kind::Marc => marc::notes::texts(v.marc(), "508", "a", false),
        _ => EMPTY,
    }),
    row("projectedPublicationDate", Text, "MARC 263", |v| match v.kind() {
        Kind::Marc => marc::notes::projected_date(v.marc()),
        _ => NULL,
    }),
    row("publicationDates", Texts, "index publishDate", |v| v.list("publishDate")),
    row("publicationEndDate", Text, "MARC 008", |v| match v.kind() {
        Kind::Marc => marc::notes::end_date(v.marc()),
        _ => NULL,
    }),
    row("publicationFrequency", Texts, "MARC 310", |v| match v.kind() {
        Kind::Marc => marc::notes::texts(v.marc(), "310", "ab", false),
        _ => EMPTY,
    }),
    row("publicationInfo", Texts, "MARC 260, 264 $a", |v| match v.kind() {
        Kind::Marc => ApiValue::texts(marc::notes::publication(v.marc(), 'a')),
        _ => NULL,
    }),
    row("publishers", Texts, "index publisher", |v| v.list("publisher")),
    default("rating", Object, "always zero: there are no ratings", |_| {
        ApiValue::object([("count", ApiValue::Int(0)), ("average", ApiValue::Int(0))])
    }),
    row("rawData", Object, "all index fields", raw_data),
    row("recordLinks", Objects, "MARC 76x-78x, 730; EAD3, QDC relations", |v| match v.kind() {
        Kind::Marc => marc::links::record_links(v),
        Kind::Ead3 => ead3::relations::record_links(v),
        Kind::Qdc | Kind::Lrmi | Kind::Aipa => qdc::record_links(v),
        _ => NULL,
    }),
    row("recordPage", Text, "path of the record's page", |v| {
        ApiValue::from(online::record_page(v))
    }),
    row("relationshipNotes", Texts, "MARC 580", |v| match v.kind() {
        Kind::Marc => marc::notes::texts(v.marc(), "580", "a", false),
        _ => EMPTY,
    }),
    row("secondaryAuthors", Texts, "index author2", |v| v.list("author2")),
    row("sectors", Pairs, "index sector_str_mv", people::sectors),
    default("series", Objects, "MARC 440, 490, 800, 830; QDC relation; index series", |v| match v
        .kind()
    {
        Kind::Marc => marc::series::series(v),
        Kind::Qdc | Kind::Lrmi | Kind::Aipa => qdc::series(v),
        _ => people::index_series(v),
    }),
    row("sfxObjectId", Text, "MARC 090", |v| match v.kind() {
        Kind::Marc => marc::notes::sfx_object_id(v.marc()),
        _ => NULL,
    }),
    row("shortTitle", Text, "index title_short; MARC 245", |v| match v.kind() {
        Kind::Marc => marc::notes::title_part(v.marc(), "a"),
        _ => v.scalar("title_short"),
    }),
    row("source", Pairs, "index source_str_mv", people::sources),
    row("subjectActors", Texts, "LIDO subjectActor; EAD3 names", |v| match v.kind() {
        Kind::Lido => lido::subjects::actors(v),
        Kind::Ead3 => ead3::names::subject_actors(v),
        _ => NULL,
    }),
    row("subjectDetails", Texts, "LIDO titles", |v| match v.kind() {
        Kind::Lido => lido::subjects::details(v),
        _ => NULL,
    }),
    row("subjectPlaces", Texts, "LIDO subjectPlace", |v| match v.kind() {
        Kind::Lido => lido::subjects::places(v),
        _ => NULL,
    }),
    default("subjects", TextLists, "subject headings", subjects::subjects),
    row("subjectsExtended", Objects, "subject headings with type, source and id", |v| {
        subjects::extended(v)
    }),
    row("subTitle", Text, "index title_sub; MARC 245", |v| match v.kind() {
        Kind::Marc => marc::notes::title_part(v.marc(), "bnp"),
        _ => v.scalar("title_sub"),
    }),
    row("summary", Texts, "MARC 520; index description; EAD3 scopecontent", |v| match v.kind() {
        Kind::Marc => marc::notes::summary(v.marc()),
        Kind::Lido => lido::summary::summary(v),
        Kind::Ead => ead::summary(v),
        Kind::Ead3 => ead3::notes::summary(v),
        Kind::Forward => forward::summary(v),
        Kind::Lrmi => lrmi::summary(v),
        _ => v.list("description"),
    }),
    row("systemDetails", Texts, "MARC 538", |v| match v.kind() {
        Kind::Marc => marc::notes::system_details(v.marc()),
        _ => EMPTY,
    }),
    row("targetAudienceNotes", Texts, "MARC 521", |v| match v.kind() {
        Kind::Marc => marc::notes::texts(v.marc(), "521", "a", false),
        _ => EMPTY,
    }),
    default("title", Text, "index title; MARC 245", |v| ApiValue::text_or_null(people::title(v))),
    row("titleSection", Text, "MARC 245", |v| match v.kind() {
        Kind::Marc => marc::notes::title_section(v.marc()),
        _ => NULL,
    }),
    row("titleStatement", Text, "MARC 245; EAD3 bibliography", |v| match v.kind() {
        Kind::Marc => marc::notes::title_part(v.marc(), "c"),
        Kind::Ead3 => ead3::notes::title_statement(v),
        _ => NULL,
    }),
    row("toc", Texts, "index contents; MARC 505", |v| match v.kind() {
        Kind::Marc => marc::notes::contents(v.marc()),
        _ => v.list("contents"),
    }),
    row("uniformTitles", Texts, "MARC 130, 240", |v| match v.kind() {
        Kind::Marc => marc::notes::uniform_titles(v.marc()),
        _ => NULL,
    }),
    row("unitId", Text, "EAD unitid", |v| match v.kind() {
        Kind::Ead | Kind::Ead3 => ead::unit_id(v),
        _ => NULL,
    }),
    default("urls", Objects, "links of the record", online::urls),
    row("year", Text, "index main_date_str", |v| v.scalar("main_date_str")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_by_its_name() {
        assert_eq!(ApiField::all().len(), 106);
        for field in ApiField::all() {
            assert_eq!(ApiField::named(field.name).map(|f| f.name), Some(field.name));
            assert!(!field.note.is_empty(), "{}", field.name);
        }
        for unknown in ["", "Title", "corporateAuthor", "isbn"] {
            assert!(ApiField::named(unknown).is_none(), "{unknown}");
        }
    }
}
