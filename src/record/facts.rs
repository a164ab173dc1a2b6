//! What a driver knows about a record beside its index fields: identity, links, and the values
//! that deduplication and component parts need (ingest-golden README, `driver`).

/// A title or author with its kind, as work keys need it.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Title {
    /// `title` or `uniform` for titles, `author` for authors.
    #[serde(rename = "type")]
    pub kind: String,
    /// The text as in the record.
    pub value: String,
}

/// One set of work identification data (ingest-common §13).
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkIds {
    /// Empty for the main work, `analytical` for works inside it.
    #[serde(rename = "type", default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Authors of the work.
    pub authors: Vec<Title>,
    /// The authors in another script (MARC 880).
    pub authors_alt_script: Vec<Title>,
    /// Titles of the work.
    pub titles: Vec<Title>,
    /// The titles in another script.
    pub titles_alt_script: Vec<Title>,
}

/// The accessors of a driver, all at once. Empty text = not known.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordFacts {
    /// Local id, without the source's prefix; empty when the record has none.
    pub id: String,
    /// Ids by which component parts refer to the record.
    pub linking_ids: Vec<String>,
    /// The record describes a part of a host.
    pub is_component_part: bool,
    /// Ids of the hosts of a component part.
    pub host_record_ids: Vec<String>,
    /// Title for display.
    pub title: String,
    /// Title for sorting and deduplication.
    pub title_for_filing: String,
    /// Title with everything that belongs to it.
    pub full_title: String,
    /// The driver's own format code before mapping, e.g. `Book`; the first if there are several.
    pub format: String,
    /// Volume of the host.
    pub volume: String,
    /// Issue of the host.
    pub issue: String,
    /// First page in the host.
    pub start_page: String,
    /// Title of the host as the part gives it.
    pub container_title: String,
    /// Where in the host, as written.
    pub container_reference: String,
    /// Main author, last name first.
    pub main_author: String,
    /// Ids that name the work everywhere, `(type)id`.
    pub unique_ids: Vec<String>,
    /// ISBN-13s.
    pub isbns: Vec<String>,
    /// ISSNs.
    pub issns: Vec<String>,
    /// ISSN of the series.
    pub series_issn: String,
    /// Number in the series.
    pub series_numbering: String,
    /// Year of publication, four digits.
    pub publication_year: String,
    /// Number of pages.
    pub page_count: String,
    /// Restriction of access: `metadata`, or nothing.
    pub access_restrictions: String,
    /// Not to be shown.
    pub suppressed: bool,
    /// What identifies the work, for work keys.
    pub work_ids: Vec<WorkIds>,
}
