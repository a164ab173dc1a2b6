//! Odd documents: whatever elements, attributes and texts come together, the small XML drivers
//! answer without panic, say the same twice, and write a full record that can be read again.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what it expects"
)]

use kirjo::config::{DriverParams, IngestSettings, SourceSettings};
use kirjo::mapping::{MapContext, NoLinks, Warnings, open};
use kirjo::record::{Form, Position, RawRecord, RecordFormat};
use kirjo::xml;
use proptest::prelude::*;

const FORMATS: [RecordFormat; 8] = [
    RecordFormat::Qdc,
    RecordFormat::Dc,
    RecordFormat::Lrmi,
    RecordFormat::Aipa,
    RecordFormat::Doaj,
    RecordFormat::Ese,
    RecordFormat::Forward,
    RecordFormat::ForwardAuthority,
];

const NAMES: [&str; 40] = [
    "title",
    "date",
    "issued",
    "language",
    "identifier",
    "isFormatOf",
    "relation",
    "file",
    "rights",
    "coverage",
    "description",
    "creator",
    "author",
    "person",
    "name",
    "about",
    "thing",
    "material",
    "url",
    "type",
    "recordID",
    "item",
    "learningResource",
    "educationalLevel",
    "Work",
    "Title",
    "TitleText",
    "PartDesignation",
    "Value",
    "HasAgent",
    "Activity",
    "AgentName",
    "AgentIdentifier",
    "ProductionEvent",
    "ProductionEventType",
    "AgentDate",
    "DateText",
    "publicationDate",
    "metadata",
    "header",
];

const ATTRIBUTES: [&str; 8] = [
    "type",
    "lang",
    "format",
    "href",
    "bundle",
    "elokuva-genre",
    "IDTypeName",
    "elokuva-elonet-materiaali-video-url",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9-/., :äÄ€\u{10348}]{0,24}",
        proptest::sample::select(vec![
            "978-951-44-9650-5",
            "https://doi.org/%FF%C3",
            "URN:NBN:fi:ä",
            "63,5 , -20.1",
            "http://",
            "-20201-é/0015",
            "geocoding",
            "LRMI",
            "lon,lat",
            "D02",
            " : ",
            " : a : ",
        ])
        .prop_map(str::to_owned),
    ]
}

fn escaped(text: &str) -> String {
    let legal = |c: &char| matches!(c, '\t' | '\n' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    text.chars()
        .filter(legal)
        .map(|c| match c {
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '&' => "&amp;".to_owned(),
            '"' => "&quot;".to_owned(),
            _ => c.to_string(),
        })
        .collect()
}

fn element() -> impl Strategy<Value = String> {
    let leaf = text().prop_map(|text| escaped(&text));
    leaf.prop_recursive(4, 48, 6, |inner| {
        let attributes = proptest::collection::btree_map(
            proptest::sample::select(ATTRIBUTES.to_vec()),
            text(),
            0..3,
        );
        (
            proptest::sample::select(NAMES.to_vec()),
            attributes,
            proptest::collection::vec(inner, 0..6),
        )
            .prop_map(|(name, attributes, children)| {
                let mut tag = format!("<{name}");
                for (name, value) in attributes {
                    tag.extend([" ", name, "=\"", &escaped(&value), "\""]);
                }
                format!("{tag}>{}</{name}>", children.concat())
            })
    })
}

fn raw(format: RecordFormat, xml: &str) -> RawRecord {
    RawRecord {
        position: Position { file: "odd.xml".into(), offset: 0, ordinal: 0 },
        format,
        form: Form::Xml,
        bytes: xml.as_bytes().to_vec(),
        oai_id: None,
        deleted: false,
        warnings: Vec::new(),
    }
}

proptest! {
    #[test]
    fn odd_documents(children in proptest::collection::vec(element(), 0..12)) {
        let xml = format!("<record>{}</record>", children.concat());
        let ingest = IngestSettings::default();
        let mut source = SourceSettings::new("odd", RecordFormat::Qdc);
        source.params = DriverParams(vec![
            ("fullTextXpaths".to_owned(), "//description".to_owned()),
            ("parentIdType".to_owned(), "D02".to_owned()),
        ]);
        let context =
            MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2025 };
        for format in FORMATS {
            let raw = raw(format, &xml);
            let Ok(mut record) = open(&raw) else { continue };
            let mut warnings = Warnings::default();
            let facts = record.facts(&context, &mut warnings);
            let fields = record.index_fields(&context, &mut warnings);
            prop_assert_eq!(record.index_fields(&context, &mut warnings), fields);
            let full = record.full_record(&context);
            let again = RawRecord { bytes: full.clone().into_bytes(), ..raw };
            let read = open(&again);
            prop_assert!(read.is_ok(), "{format}: {full}");
            if let Ok(mut read) = read {
                prop_assert_eq!(read.facts(&context, &mut warnings).id, facts.id);
            }
            prop_assert!(xml::parse(&full).is_ok());
        }
    }
}
