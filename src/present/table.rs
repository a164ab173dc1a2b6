//! The one table of API record fields (record-fields §2). A field exists here or nowhere.

use super::view::{RecordView, RuleSet};
use super::{
    ApiValue, ead, ead3, forward, full_record, images, lido, lrmi, marc, numbers, online, open_url,
    people, qdc, rights, subjects,
};

/// A field that can be asked for with `field[]`.
pub struct ApiField {
    /// Name, with regard to case.
    pub name: &'static str,
    /// Shape of the value: `s` text, `i` integer, `[x]` list, `{x}` object of texts to x, `x|y` one
    /// or the other, anything else an object that the API's description defines. An object without
    /// entries is `[]`.
    pub shape: &'static str,
    /// Given when the client names no fields.
    pub by_default: bool,
    /// Rule sets that fill the field; [`RuleSet::Index`] serves every format that has none of its
    /// own. LRMI and AIPA follow QDC where they are not named.
    pub rules: &'static [RuleSet],
    /// The value may depend on the language of the answer.
    pub varies: bool,
    /// Where the value comes from, for the reference page.
    pub note: &'static str,
    render: Render,
}

type Render = fn(&RecordView<'_>) -> ApiValue;

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

const fn row(
    name: &'static str,
    shape: &'static str,
    rules: &'static [RuleSet],
    varies: bool,
    note: &'static str,
    render: Render,
) -> ApiField {
    ApiField { name, shape, by_default: false, rules, varies, note, render }
}

const fn default(
    name: &'static str,
    shape: &'static str,
    rules: &'static [RuleSet],
    varies: bool,
    note: &'static str,
    render: Render,
) -> ApiField {
    ApiField { name, shape, by_default: true, rules, varies, note, render }
}

fn raw_data(view: &RecordView<'_>) -> ApiValue {
    view.raw_data()
}

const EMPTY: ApiValue = ApiValue::EMPTY;
const NULL: ApiValue = ApiValue::Null;

/// The same in every language.
const SAME: bool = false;
/// Names are translated, or texts of the answer's language preferred.
const VARIES: bool = true;

use RuleSet::{Aipa, Ead, Ead3, Forward, Index, Lido, Lrmi, Marc, Qdc};

static FIELDS: [ApiField; 106] = [
    row("__index__", "s", &[], SAME, "always missing here", |_| NULL),
    row(
        "accessRestrictions",
        "s|[s]",
        &[Marc, Lido, Ead, Ead3, Qdc, Forward],
        VARIES,
        "MARC 506; LIDO rightsType; EAD userestrict, accessrestrict; QDC rights",
        |v| match v.rules() {
            Marc => marc::notes::access_restrictions(v.marc()),
            Lido => lido::rights::access_restrictions(v),
            Ead => ead::access_restrictions(v),
            Ead3 => ead3::notes::access_restrictions(v),
            Qdc | Lrmi | Aipa => qdc::access_restrictions(v),
            Forward => forward::access_restrictions(v),
            Index => EMPTY,
        },
    ),
    row(
        "alternativeTitles",
        "[s]",
        &[Marc, Lido, Ead, Ead3, Qdc, Forward],
        VARIES,
        "MARC 246; index title_alt; EAD unittitle",
        |v| match v.rules() {
            Marc => marc::notes::alternative_titles(v.marc()),
            Lido | Qdc | Lrmi | Aipa => v.list("title_alt"),
            Ead | Ead3 => ead::alternative_titles(v),
            Forward => forward::alternative_titles(v),
            Index => NULL,
        },
    ),
    row(
        "authors",
        "Authors",
        &[Index, Marc],
        SAME,
        "index author, author2, author_corporate and their roles; MARC 1xx, 7xx",
        people::authors,
    ),
    row("awards", "[s]", &[Marc, Forward], SAME, "MARC 586; Forward Award", |v| match v.rules() {
        Marc => marc::notes::texts(v.marc(), "586", "a", false),
        Forward => forward::awards(v),
        _ => EMPTY,
    }),
    row("bibliographicLevel", "s", &[Marc], SAME, "MARC leader 7", |v| match v.rules() {
        Marc => marc::notes::bibliographic_level(v.marc()),
        _ => NULL,
    }),
    row("bibliographyNotes", "[s]", &[Marc, Ead], SAME, "MARC 504; EAD bibliography", |v| match v
        .rules()
    {
        Marc => marc::notes::texts(v.marc(), "504", "a", false),
        Ead => ead::bibliography_notes(v),
        _ => EMPTY,
    }),
    default("buildings", "[TranslatedField]", &[Index], VARIES, "index building", |v| {
        people::hierarchical(v, "building")
    }),
    row("callNumbers", "[s]", &[Index], SAME, "index callnumber-raw", |v| {
        ApiValue::texts(v.fields().texts("callnumber-raw"))
    }),
    row("childRecordCount", "i", &[Index], SAME, "records below this one in its hierarchy", |v| {
        ApiValue::Int(v.children())
    }),
    row("classifications", "{[s]}", &[Marc], SAME, "MARC 050, 060, 080, 084", |v| {
        match v.rules() {
            Marc => marc::notes::classifications(v.marc()),
            _ => NULL,
        }
    }),
    row("cleanDoi", "s", &[Index], SAME, "index doi_str_mv", |v| v.scalar("doi_str_mv")),
    row(
        "cleanIsbn",
        "s",
        &[Index],
        SAME,
        "first valid ISBN as ISBN-10 if it has one",
        numbers::clean_isbn,
    ),
    row("cleanIssn", "s", &[Index], SAME, "first ISSN", numbers::clean_issn),
    row("cleanOclcNumber", "s", &[Index], SAME, "index oclc_num", |v| v.scalar("oclc_num")),
    row("collections", "[s]", &[Lido], VARIES, "LIDO relatedWork", |v| match v.rules() {
        Lido => lido::works::collections(v),
        _ => NULL,
    }),
    row("containerEndPage", "s", &[Marc], SAME, "MARC 773 $g", |v| match v.rules() {
        Marc => marc::notes::container_end_page(v.marc()),
        _ => NULL,
    }),
    row("containerIssue", "s", &[Index], SAME, "index container_issue", |v| {
        v.scalar("container_issue")
    }),
    row("containerReference", "s", &[Index], SAME, "index container_reference", |v| {
        v.scalar("container_reference")
    }),
    row("containerStartPage", "s", &[Index], SAME, "index container_start_page", |v| {
        v.scalar("container_start_page")
    }),
    row("containerTitle", "s", &[Index, Marc], SAME, "index container_title; MARC 773 $t", |v| {
        match v.rules() {
            Marc => ApiValue::text_or_null(marc::notes::container_title(v)),
            _ => v.scalar("container_title"),
        }
    }),
    row("containerVolume", "s", &[Index], SAME, "index container_volume", |v| {
        v.scalar("container_volume")
    }),
    row("corporateAuthors", "[s]", &[Index], SAME, "index author_corporate", |v| {
        v.list("author_corporate")
    }),
    row(
        "dedupIds",
        "[s]",
        &[Index],
        SAME,
        "ids of the records of the same group",
        people::dedup_ids,
    ),
    row("dissertationNote", "s", &[Marc], SAME, "MARC 502, 509, 920", |v| match v.rules() {
        Marc => marc::notes::dissertation_note(v.marc()),
        _ => NULL,
    }),
    row("edition", "s", &[Index], SAME, "index edition", |v| v.scalar("edition")),
    row(
        "embeddedComponentParts",
        "[ComponentPart]",
        &[Marc],
        SAME,
        "MARC 979, else 700 and 730",
        |v| match v.rules() {
            Marc => marc::parts::embedded(v.marc()),
            _ => NULL,
        },
    ),
    row("events", "{[Event]}", &[Lido], VARIES, "LIDO events", |v| match v.rules() {
        Lido => lido::events::events(v),
        _ => NULL,
    }),
    row(
        "findingAids",
        "[s]",
        &[Marc, Ead, Ead3],
        VARIES,
        "MARC 555; EAD otherfindaid",
        |v| match v.rules() {
            Marc => marc::notes::texts(v.marc(), "555", "a", false),
            Ead => ead::finding_aids(v),
            Ead3 => ead3::notes::finding_aids(v),
            _ => EMPTY,
        },
    ),
    default("formats", "[TranslatedField]", &[Index], VARIES, "index format", |v| {
        people::hierarchical(v, "format")
    }),
    row(
        "fullRecord",
        "s",
        &[Index, Marc, Qdc, Forward, Aipa],
        SAME,
        "the stored record",
        full_record::text,
    ),
    row(
        "generalNotes",
        "[s]",
        &[Marc, Qdc, Forward],
        VARIES,
        "MARC 500; QDC description; Forward elokuva_huomautukset",
        |v| match v.rules() {
            Marc => marc::notes::texts(v.marc(), "500", "a", false),
            Qdc => qdc::general_notes(v),
            Forward => forward::general_notes(v),
            _ => EMPTY,
        },
    ),
    row("genres", "[s]", &[Index], SAME, "index genre", |v| v.list("genre")),
    row("geoCenter", "GeoCenter|[]", &[Index], SAME, "index center_coords", numbers::geo_center),
    row("geoLocations", "[s]", &[Index], SAME, "index location_geo", |v| v.list("location_geo")),
    row("hierarchicalPlaceNames", "[s]", &[Marc], SAME, "MARC 752", |v| match v.rules() {
        Marc => marc::notes::place_names(v.marc()),
        _ => EMPTY,
    }),
    row(
        "hierarchyParentId",
        "[s]",
        &[Index, Ead3],
        SAME,
        "index hierarchy_parent_id; EAD3 series",
        |v| ead3::hierarchy::parent_ids(v),
    ),
    row(
        "hierarchyParentTitle",
        "[s]",
        &[Index, Ead3],
        SAME,
        "index hierarchy_parent_title; EAD3 series",
        |v| ead3::hierarchy::parent_titles(v),
    ),
    row("hierarchyTopId", "[s]", &[Index], SAME, "index hierarchy_top_id", |v| {
        v.list("hierarchy_top_id")
    }),
    row("hierarchyTopTitle", "[s]", &[Index], SAME, "index hierarchy_top_title", |v| {
        v.list("hierarchy_top_title")
    }),
    row(
        "humanReadablePublicationDates",
        "[s]",
        &[Index, Marc, Qdc],
        SAME,
        "MARC 260, 264 $c; index publishDate",
        |v| match v.rules() {
            Marc => ApiValue::texts(marc::notes::publication(v.marc(), 'c')),
            Qdc | Lrmi | Aipa => qdc::publication_dates(v),
            _ => v.list("publishDate"),
        },
    ),
    default("id", "s", &[Index], SAME, "index id", |v| ApiValue::from(v.id())),
    row(
        "identifierString",
        "s|[s]",
        &[Lido, Ead, Ead3, Qdc, Lrmi],
        SAME,
        "LIDO workID; EAD unitid; QDC wikidata identifier; LRMI identifiers",
        |v| match v.rules() {
            Lido => lido::works::identifier(v),
            Ead => ead::identifier(v),
            Ead3 => ead3::notes::identifier(v),
            Qdc | Aipa => qdc::identifier(v),
            Lrmi => lrmi::identifiers(v),
            _ => NULL,
        },
    ),
    default(
        "imageRights",
        "s|ImageRights",
        &[Lido, Ead, Ead3, Forward],
        VARIES,
        "rights of the images",
        rights::image_rights,
    ),
    default(
        "images",
        "[s]",
        &[Marc, Lido, Ead, Ead3, Qdc, Lrmi, Forward],
        SAME,
        "addresses of the images",
        images::images,
    ),
    row(
        "imagesExtended",
        "[Image]",
        &[Marc, Lido, Ead, Ead3, Qdc, Lrmi, Forward],
        VARIES,
        "images with rights and sizes",
        images::extended,
    ),
    row("inscriptions", "[[Inscription]]", &[Lido], SAME, "LIDO inscriptions", |v| {
        match v.rules() {
            Lido => lido::works::inscriptions(v),
            _ => NULL,
        }
    }),
    row(
        "institutions",
        "[TranslatedField]",
        &[Index, Ead3],
        VARIES,
        "index institution",
        people::institutions,
    ),
    row(
        "isbns",
        "[s]",
        &[Index, Marc, Lido, Qdc],
        SAME,
        "index isbn; MARC 020, 773; LIDO, QDC identifiers",
        |v| ApiValue::texts(numbers::isbns(v)),
    ),
    row(
        "isCollection",
        "i",
        &[Index, Ead, Ead3],
        SAME,
        "1 for the top of a hierarchy",
        numbers::is_collection,
    ),
    row(
        "isDigitized",
        "i",
        &[Ead, Ead3],
        SAME,
        "1 for archive material with digital objects",
        |v| match v.rules() {
            Ead | Ead3 => ead::is_digitized(v),
            _ => NULL,
        },
    ),
    row("isPartOfArchiveSeries", "i", &[Ead, Ead3], SAME, "1 below a series of an archive", |v| {
        match v.rules() {
            Ead | Ead3 => ead::is_part_of_series(v),
            _ => NULL,
        }
    }),
    row("issns", "[s]", &[Index, Marc, Lido], SAME, "index issn; MARC 022; LIDO workID", |v| {
        ApiValue::texts(numbers::issns(v))
    }),
    default("languages", "[s]", &[Index], SAME, "index language", |v| v.list("language")),
    row("lccn", "s", &[Index], SAME, "index lccn, normalised", numbers::lccn),
    row("manufacturer", "s", &[Marc], SAME, "MARC 264, 260", |v| match v.rules() {
        Marc => marc::notes::manufacturer(v.marc()),
        _ => NULL,
    }),
    row("measurements", "[s]", &[Lido], VARIES, "LIDO objectMeasurements", |v| match v.rules() {
        Lido => lido::works::measurements(v),
        _ => NULL,
    }),
    row("newerTitles", "[s]", &[Index, Marc], SAME, "index title_new", |v| match v.rules() {
        Marc => EMPTY,
        _ => v.list("title_new"),
    }),
    default(
        "nonPresenterAuthors",
        "[AuthorWithRoleAndDate]",
        &[Index, Marc, Lido, Ead3, Forward, Lrmi],
        VARIES,
        "authors that are no presenters",
        |v| people::non_presenter_authors(v),
    ),
    row("oclc", "[s]", &[Index], SAME, "index oclc_num", |v| v.list("oclc_num")),
    default(
        "onlineUrls",
        "[OnlineLink]",
        &[Index, Forward],
        VARIES,
        "index online_urls_str_mv",
        online::online_urls,
    ),
    row("openUrl", "s", &[Index], VARIES, "OpenURL parameters", open_url::open_url),
    row(
        "originalLanguages",
        "[s]",
        &[Index, Marc],
        SAME,
        "index original_lng_str_mv; MARC 041 $h",
        |v| match v.rules() {
            Marc => marc::notes::original_languages(v.marc()),
            _ => v.list("original_lng_str_mv"),
        },
    ),
    row("otherLinks", "[OtherRecordLink]", &[Marc], SAME, "MARC 787", |v| match v.rules() {
        Marc => marc::links::other_links(v.marc()),
        _ => NULL,
    }),
    row(
        "physicalDescriptions",
        "[s]",
        &[Index, Lido, Ead, Ead3, Qdc],
        VARIES,
        "index physical; LIDO extent; EAD physdesc",
        |v| match v.rules() {
            Lido => lido::works::extents(v),
            Ead => ead::physical_descriptions(v),
            Ead3 => ead3::notes::physical_descriptions(v),
            Qdc | Lrmi | Aipa => qdc::physical_descriptions(v),
            _ => v.list("physical"),
        },
    ),
    row(
        "physicalLocations",
        "[s]",
        &[Lido, Ead, Ead3],
        VARIES,
        "LIDO repository; EAD physloc",
        |v| match v.rules() {
            Lido => lido::works::physical_locations(v),
            Ead | Ead3 => ead::physical_locations(v),
            _ => NULL,
        },
    ),
    row("placesOfPublication", "[s]", &[Marc], SAME, "MARC 260, 264 $a", |v| match v.rules() {
        Marc => ApiValue::texts(marc::notes::publication(v.marc(), 'a')),
        _ => EMPTY,
    }),
    row("playingTimes", "[s]", &[Marc, Forward], SAME, "MARC 306; Forward", |v| match v.rules() {
        Marc => marc::notes::playing_times(v.marc()),
        Forward => forward::playing_times(v),
        _ => EMPTY,
    }),
    default(
        "presenters",
        "Presenters|{PresenterGroup}|[]",
        &[Marc, Forward],
        SAME,
        "MARC 1xx, 7xx, 511; Forward agents",
        |v| match v.rules() {
            Marc => marc::names::presenters(v.marc()),
            Forward => forward::presenters(v),
            _ => EMPTY,
        },
    ),
    row("previousTitles", "[s]", &[Index, Marc], SAME, "index title_old", |v| match v.rules() {
        Marc => EMPTY,
        _ => v.list("title_old"),
    }),
    row("primaryAuthors", "[s]", &[Index, Marc], SAME, "index author; MARC 1xx, 7xx", |v| {
        ApiValue::texts(people::primary_authors(v))
    }),
    row("productionCredits", "[s]", &[Marc], SAME, "MARC 508", |v| match v.rules() {
        Marc => marc::notes::texts(v.marc(), "508", "a", false),
        _ => EMPTY,
    }),
    row("projectedPublicationDate", "s", &[Marc], SAME, "MARC 263", |v| match v.rules() {
        Marc => marc::notes::projected_date(v.marc()),
        _ => NULL,
    }),
    row("publicationDates", "[s]", &[Index], SAME, "index publishDate", |v| v.list("publishDate")),
    row("publicationEndDate", "s", &[Marc], SAME, "MARC 008", |v| match v.rules() {
        Marc => marc::notes::end_date(v.marc()),
        _ => NULL,
    }),
    row("publicationFrequency", "[s]", &[Marc], SAME, "MARC 310", |v| match v.rules() {
        Marc => marc::notes::texts(v.marc(), "310", "ab", false),
        _ => EMPTY,
    }),
    row("publicationInfo", "[s]", &[Marc], SAME, "MARC 260, 264 $a", |v| match v.rules() {
        Marc => ApiValue::texts(marc::notes::publication(v.marc(), 'a')),
        _ => NULL,
    }),
    row("publishers", "[s]", &[Index], SAME, "index publisher", |v| v.list("publisher")),
    default("rating", "AverageRating", &[Index], SAME, "always zero: there are no ratings", |_| {
        ApiValue::object([("count", ApiValue::Int(0)), ("average", ApiValue::Int(0))])
    }),
    row("rawData", "{}", &[Index, Marc, Qdc], VARIES, "all index fields", raw_data),
    row(
        "recordLinks",
        "[RecordLink]",
        &[Marc, Ead3, Qdc],
        VARIES,
        "MARC 76x-78x, 730; EAD3, QDC relations",
        |v| match v.rules() {
            Marc => marc::links::record_links(v),
            Ead3 => ead3::relations::record_links(v),
            Qdc | Lrmi | Aipa => qdc::record_links(v),
            _ => NULL,
        },
    ),
    row("recordPage", "s", &[Index], SAME, "path of the record's page", |v| {
        ApiValue::from(online::record_page(v))
    }),
    row("relationshipNotes", "[s]", &[Marc], SAME, "MARC 580", |v| match v.rules() {
        Marc => marc::notes::texts(v.marc(), "580", "a", false),
        _ => EMPTY,
    }),
    row("secondaryAuthors", "[s]", &[Index], SAME, "index author2", |v| v.list("author2")),
    row("sectors", "[TranslatedField]", &[Index], VARIES, "index sector_str_mv", people::sectors),
    default(
        "series",
        "[s]|[Series]",
        &[Index, Marc, Qdc],
        VARIES,
        "MARC 440, 490, 800, 830; QDC relation; index series",
        |v| match v.rules() {
            Marc => marc::series::series(v),
            Qdc | Lrmi | Aipa => qdc::series(v),
            _ => people::index_series(v),
        },
    ),
    row("sfxObjectId", "s", &[Marc], SAME, "MARC 090", |v| match v.rules() {
        Marc => marc::notes::sfx_object_id(v.marc()),
        _ => NULL,
    }),
    row("shortTitle", "s", &[Index, Marc], SAME, "index title_short; MARC 245", |v| {
        match v.rules() {
            Marc => marc::notes::title_part(v.marc(), "a"),
            _ => v.scalar("title_short"),
        }
    }),
    row("source", "[TranslatedField]", &[Index], VARIES, "index source_str_mv", people::sources),
    row(
        "subjectActors",
        "[s]",
        &[Lido, Ead3],
        VARIES,
        "LIDO subjectActor; EAD3 names",
        |v| match v.rules() {
            Lido => lido::subjects::actors(v),
            Ead3 => ead3::names::subject_actors(v),
            _ => NULL,
        },
    ),
    row("subjectDetails", "[s]", &[Lido], SAME, "LIDO titles", |v| match v.rules() {
        Lido => lido::subjects::details(v),
        _ => NULL,
    }),
    row("subjectPlaces", "[s]", &[Lido], SAME, "LIDO subjectPlace", |v| match v.rules() {
        Lido => lido::subjects::places(v),
        _ => NULL,
    }),
    default(
        "subjects",
        "[[s]]",
        &[Index, Marc, Lido, Ead3, Forward, Aipa],
        VARIES,
        "subject headings",
        subjects::subjects,
    ),
    row(
        "subjectsExtended",
        "[Subject]",
        &[Index, Marc, Lido, Ead3, Forward, Aipa],
        VARIES,
        "subject headings with type, source and id",
        |v| subjects::extended(v),
    ),
    row("subTitle", "s", &[Index, Marc], SAME, "index title_sub; MARC 245", |v| match v.rules() {
        Marc => marc::notes::title_part(v.marc(), "bnp"),
        _ => v.scalar("title_sub"),
    }),
    row(
        "summary",
        "[s]",
        &[Index, Marc, Lido, Ead, Ead3, Forward, Lrmi],
        VARIES,
        "MARC 520; index description; EAD3 scopecontent",
        |v| match v.rules() {
            Marc => marc::notes::summary(v.marc()),
            Lido => lido::summary::summary(v),
            Ead => ead::summary(v),
            Ead3 => ead3::notes::summary(v),
            Forward => forward::summary(v),
            Lrmi => lrmi::summary(v),
            _ => v.list("description"),
        },
    ),
    row("systemDetails", "[SystemDetail]", &[Marc], SAME, "MARC 538", |v| match v.rules() {
        Marc => marc::notes::system_details(v.marc()),
        _ => EMPTY,
    }),
    row("targetAudienceNotes", "[s]", &[Marc], SAME, "MARC 521", |v| match v.rules() {
        Marc => marc::notes::texts(v.marc(), "521", "a", false),
        _ => EMPTY,
    }),
    default("title", "s", &[Index, Marc], SAME, "index title; MARC 245", |v| {
        ApiValue::text_or_null(people::title(v))
    }),
    row("titleSection", "s", &[Marc], SAME, "MARC 245", |v| match v.rules() {
        Marc => marc::notes::title_section(v.marc()),
        _ => NULL,
    }),
    row("titleStatement", "s", &[Marc, Ead3], VARIES, "MARC 245; EAD3 bibliography", |v| {
        match v.rules() {
            Marc => marc::notes::title_part(v.marc(), "c"),
            Ead3 => ead3::notes::title_statement(v),
            _ => NULL,
        }
    }),
    row("toc", "[s]", &[Index, Marc], SAME, "index contents; MARC 505", |v| match v.rules() {
        Marc => marc::notes::contents(v.marc()),
        _ => v.list("contents"),
    }),
    row("uniformTitles", "[s]", &[Marc], SAME, "MARC 130, 240", |v| match v.rules() {
        Marc => marc::notes::uniform_titles(v.marc()),
        _ => NULL,
    }),
    row("unitId", "s", &[Ead, Ead3], SAME, "EAD unitid", |v| match v.rules() {
        Ead | Ead3 => ead::unit_id(v),
        _ => NULL,
    }),
    default(
        "urls",
        "[Url]",
        &[Index, Marc, Lido, Ead, Ead3, Qdc, Forward],
        VARIES,
        "links of the record",
        online::urls,
    ),
    row("year", "s", &[Index], SAME, "index main_date_str", |v| v.scalar("main_date_str")),
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
