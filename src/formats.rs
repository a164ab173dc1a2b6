//! Bytes → records: every form MARC is written in, and XML records of all formats.
//!
//! Two steps, so that the first can run in one thread and the second in many: [`Reader`] cuts files
//! into raw records with positions, and [`parse_marc`] (or [`crate::xml::parse`]) reads one of them.
//! Nothing here knows what a field means. Rules: ingest-marc §1, ingest-common §9, §11.5, §15.3.

mod detect;
mod encoding;
mod field_text;
pub mod finding_aid;
mod input;
mod iso2709;
mod lines;
mod marc_json;
mod marcxml;
mod piece;
mod reader;
mod stored_form;
mod utf16;
mod window;
mod xml_stream;
mod xml_text;

pub use detect::{DetectedFormat, detect};
pub use encoding::Encoding;
pub(crate) use iso2709::RECORD_END;
pub use reader::{ReadOptions, Reader};
pub use stored_form::StoredForm;
pub use xml_stream::RecordPath;
pub use xml_text::clean_xml;

use crate::marc::Record;
use crate::record::Form;
use crate::xml::XmlError;

/// Why bytes gave no record, or a record no bytes.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The bytes hold no directory, so no field has a tag.
    #[error("no directory: {0}")]
    NoDirectory(&'static str),
    /// The XML is broken; the position is relative to the record.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The JSON is broken; line and column are relative to the record.
    #[error("JSON cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON of another shape (ingest-marc §1.5).
    #[error("Unrecognized MARC JSON format")]
    UnrecognizedJson,
    /// Well-formed, but without anything that makes a record.
    #[error("no MARC record in this {0}")]
    NoRecord(&'static str),
    /// The form is not one of MARC.
    #[error("{0:?} is not a form of MARC")]
    NotMarc(Form),
    /// ISO 2709 cannot hold the record: a field is over 9 999 or the record over 99 999 bytes.
    #[error("ISO 2709 cannot hold this record: {0}; write MARCXML or MARC-in-JSON instead")]
    TooLong(String),
}

/// Reads one MARC record as a [`Reader`] cut it. What had to be mended is told in the warnings.
pub fn parse_marc(form: Form, bytes: &[u8]) -> Result<(Record, Vec<String>), FormatError> {
    parse_marc_as(form, bytes, Encoding::Detect)
}

/// [`parse_marc`] with the source's `encoding` setting (ingest-marc §1.3); XML and JSON are UTF-8
/// whatever it says.
pub fn parse_marc_as(
    form: Form,
    bytes: &[u8],
    encoding: Encoding,
) -> Result<(Record, Vec<String>), FormatError> {
    let mut warnings = Vec::new();
    let record = match form {
        Form::Iso2709 => iso2709::read(bytes, encoding, &mut warnings)?,
        Form::MarcXml => marcxml::read(bytes, &mut warnings)?,
        Form::MarcJson => marc_json::read(bytes, &mut warnings)?,
        Form::AlephSequential | Form::TaggedLines | Form::Mnemonic => {
            lines::read(form, bytes, encoding, &mut warnings)?
        }
        Form::Xml => return Err(FormatError::NotMarc(form)),
    };
    Ok((record, warnings))
}

/// The record as ISO 2709, fields sorted by tag, UTF-8 (leader/09 `a` if anything is not ASCII).
/// An error if it is too long for that form.
pub fn write_iso2709(record: &Record) -> Result<Vec<u8>, FormatError> {
    iso2709::write(record)
}

/// The record as MARC-in-JSON, byte for byte as the peer stores it (`fullrecord`).
pub fn write_marc_json(record: &Record) -> String {
    marc_json::write(record)
}

/// The record as a MARCXML `record` element with namespace; empty subfields are left out.
pub fn write_marcxml(record: &Record) -> String {
    marcxml::write(record)
}

/// Adds a warning unless it is there already.
fn warn(warnings: &mut Vec<String>, warning: &str) {
    if !warnings.iter().any(|known| known == warning) {
        warnings.push(warning.to_owned());
    }
}
