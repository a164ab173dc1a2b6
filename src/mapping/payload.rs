//! Raw record → XML tree of the record itself, for the formats that are plain XML.

use super::MappingError;
use crate::record::RawRecord;
use crate::xml::{Child, Element, Tree, parse};

/// An XML record without what a harvester put around it.
#[derive(Debug)]
pub(crate) struct Payload {
    pub(crate) tree: Tree,
    /// Identifier of the record in the harvested repository.
    pub(crate) oai_id: Option<String>,
}

impl Payload {
    /// Parses the record. An OAI-PMH `record` gives the element under `metadata`, and its header the
    /// identifier if the reader knew none (ingest-qdc §1).
    pub(crate) fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        let tree = parse(&String::from_utf8_lossy(&raw.bytes))?;
        let root = tree.root();
        let known_id = raw.oai_id.clone();
        let (Some(header), Some(metadata)) = (root.child("header"), root.child("metadata")) else {
            return Ok(Payload { tree, oai_id: known_id });
        };
        let oai_id = known_id.or_else(|| {
            header
                .child("identifier")
                .map(|id| id.trimmed().into_owned())
                .filter(|id| !id.is_empty())
        });
        let Some(content) = metadata.children().next() else {
            return Err(MappingError::Unusable(
                "the OAI-PMH record has no content under <metadata>".to_owned(),
            ));
        };
        Ok(Payload { tree: tree_of(content), oai_id })
    }
}

/// A tree of its own for one element.
fn tree_of(element: Element<'_>) -> Tree {
    let mut tree = Tree::new(element.name());
    let root = tree.root().id();
    for (name, value) in element.attributes() {
        tree.set_attribute(root, name, value);
    }
    for child in element.nodes() {
        match child {
            Child::Text(text) => tree.append_text(root, text),
            Child::Element(inner) => {
                tree.append_copy(root, inner, &|_| true);
            }
        }
    }
    tree
}

/// The record as it is stored and answered: with declaration, without white space between elements.
pub(crate) fn full_record(tree: &Tree) -> String {
    format!("<?xml version=\"1.0\"?>\n{}\n", tree.root().to_compact_xml())
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::{MapContext, MetadataRecord, NoLinks, Warnings};
    use super::*;
    use crate::config::{DriverParams, IngestSettings, SourceSettings};
    use crate::record::{Form, IndexRecord, Position, RecordFormat};

    /// Index fields of a record with settings of a source `src` and these driver parameters.
    pub(in crate::mapping) fn fields(
        record: &mut dyn MetadataRecord,
        params: &[(&str, &str)],
    ) -> IndexRecord {
        let pairs = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut source = SourceSettings::new("src", RecordFormat::Qdc);
        source.params = DriverParams(pairs.collect());
        let context = MapContext {
            ingest: &IngestSettings::default(),
            source: &source,
            links: &NoLinks,
            current_year: 2025,
        };
        record.index_fields(&context, &mut Warnings::default())
    }

    /// Values of a field.
    pub(in crate::mapping) fn values<'a>(record: &'a IndexRecord, field: &str) -> Vec<&'a str> {
        record.texts(field).collect()
    }

    /// A record of the given XML, as a reader would hand it on.
    pub(in crate::mapping) fn raw(xml: &str, oai_id: Option<&str>) -> RawRecord {
        RawRecord {
            position: Position { file: "test.xml".into(), offset: 0, ordinal: 0 },
            form: Form::Xml,
            format: RecordFormat::Qdc,
            bytes: xml.as_bytes().to_vec(),
            oai_id: oai_id.map(str::to_owned),
            deleted: false,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn envelopes_are_taken_off() {
        let inner = "<dc lang=\"fi\">a<title>T</title></dc>";
        let wrapped = format!(
            "<record><header><identifier>oai:x:1</identifier></header><metadata>\n{inner}</metadata></record>"
        );
        for (xml, oai_id, expected_id) in [
            (inner, None, None),
            (inner, Some("oai:y:2"), Some("oai:y:2")),
            (wrapped.as_str(), None, Some("oai:x:1")),
            (wrapped.as_str(), Some("oai:y:2"), Some("oai:y:2")),
        ] {
            let payload = Payload::open(&raw(xml, oai_id)).expect("well-formed");
            assert_eq!(payload.tree.root().to_xml(), inner);
            assert_eq!(payload.oai_id.as_deref(), expected_id);
        }
        let empty = "<record><header/><metadata> </metadata></record>";
        let error = Payload::open(&raw(empty, None)).expect_err("no content").to_string();
        assert!(error.contains("<metadata>"), "{error}");
        // A record element of another kind is the record itself.
        let ese = Payload::open(&raw("<record><title>T</title></record>", None)).expect("ok");
        assert_eq!(ese.tree.root().name(), "record");
        assert_eq!(
            full_record(&ese.tree),
            "<?xml version=\"1.0\"?>\n<record><title>T</title></record>\n"
        );
    }
}
