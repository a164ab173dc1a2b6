//! What a reader hands on: the bytes of one record, where they were, or why there are none.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The driver that understands a record: the `format` setting of a source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordFormat {
    /// MARC 21 bibliographic and holdings records.
    Marc,
    /// EAD 2002 finding aids and their parts.
    Ead,
    /// EAD3 finding aids and their parts.
    Ead3,
    /// LIDO: objects of museums.
    Lido,
    /// Qualified Dublin Core.
    Qdc,
    /// Simple Dublin Core.
    Dc,
    /// Films (EN 15907).
    Forward,
    /// Learning materials.
    Lrmi,
    /// MARC 21 authority records.
    MarcAuthority,
    /// EAC-CPF: persons and organisations of archives.
    Eaccpf,
    /// Learning packages: qualified Dublin Core with items inside.
    Aipa,
    /// Articles of DOAJ.
    Doaj,
    /// Europeana semantic elements.
    Ese,
    /// Persons and organisations of films.
    ForwardAuthority,
}

impl RecordFormat {
    /// Every format with its name as written in settings (`format = "ead3"`).
    pub const ALL: [(RecordFormat, &'static str); 14] = [
        (RecordFormat::Marc, "marc"),
        (RecordFormat::Ead, "ead"),
        (RecordFormat::Ead3, "ead3"),
        (RecordFormat::Lido, "lido"),
        (RecordFormat::Qdc, "qdc"),
        (RecordFormat::Dc, "dc"),
        (RecordFormat::Forward, "forward"),
        (RecordFormat::Lrmi, "lrmi"),
        (RecordFormat::MarcAuthority, "marcauthority"),
        (RecordFormat::Eaccpf, "eaccpf"),
        (RecordFormat::Aipa, "aipa"),
        (RecordFormat::Doaj, "doaj"),
        (RecordFormat::Ese, "ese"),
        (RecordFormat::ForwardAuthority, "forwardauthority"),
    ];

    /// The name as written in settings.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
    }
}

impl fmt::Display for RecordFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for RecordFormat {
    type Err = String;

    /// Case does not count (`marcAuthority` and `marcauthority` are one).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.to_ascii_lowercase();
        Self::ALL.iter().find(|(_, name)| *name == lower).map(|(format, _)| *format).ok_or_else(
            || {
                let names: Vec<&str> = Self::ALL.iter().map(|(_, name)| *name).collect();
                format!("unknown record format `{text}`; known are {}", names.join(", "))
            },
        )
    }
}

/// How the bytes of a record are written. MARC has several forms, everything else is XML.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Form {
    /// ISO 2709, the exchange format.
    Iso2709,
    /// MARCXML.
    MarcXml,
    /// MARC-in-JSON.
    MarcJson,
    /// Aleph sequential lines.
    AlephSequential,
    /// Lines as on a screen.
    TaggedLines,
    /// XML of any other format.
    Xml,
    /// MARCMaker lines: `=245  10$aTitle`.
    Mnemonic,
}

/// Where a record stands in the input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Position {
    /// File as named on the command line; inside an archive `archive.tar.gz/member.xml`.
    pub file: Arc<str>,
    /// Byte offset in the unpacked file.
    pub offset: u64,
    /// 0-based number of the record in the file.
    pub ordinal: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: record {} at byte {}", self.file, self.ordinal + 1, self.offset)
    }
}

/// One record as cut out of its file, not yet parsed.
#[derive(Clone, Debug)]
pub struct RawRecord {
    /// Where it was.
    pub position: Position,
    /// The driver for it: the one asked for, else what the content looks like.
    pub format: RecordFormat,
    /// How its bytes are written.
    pub form: Form,
    /// The record's own bytes: an ISO 2709 record with its terminator, or one XML element. XML is
    /// always UTF-8 of legal characters. Empty when the envelope only says that it is deleted.
    pub bytes: Vec<u8>,
    /// Identifier from an OAI-PMH header around the record.
    pub oai_id: Option<String>,
    /// The envelope says that the record is deleted.
    pub deleted: bool,
    /// What the reader had to mend; becomes part of the record's warnings.
    pub warnings: Vec<String>,
}

/// A piece of input that gave no record, and why.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// Where it was.
    pub position: Position,
    /// Id, if one could be read.
    pub id: Option<String>,
    /// Why, for the operator.
    pub reason: String,
    /// The bytes as found (at most the reader's record limit), for the reject file.
    pub bytes: Vec<u8>,
    /// Nothing could be read from there on: what else the input had is not known.
    pub ends_input: bool,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.position, self.reason)
    }
}
