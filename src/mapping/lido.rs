//! LIDO 1.0 and 1.1, the format of museum objects → facts and index fields (ingest-lido).
//!
//! One topic a file; all of them look at the record through [`view::View`].

mod all_fields;
mod calendar;
mod classification;
mod dates;
mod description;
mod events;
mod exact_dates;
mod facts;
mod gml;
mod hierarchy;
mod identifiers;
mod images;
mod names;
mod physical;
mod places;
mod rights;
#[cfg(test)]
mod sample;
mod subjects;
mod textual_dates;
mod titles;
mod view;

use super::payload::{Payload, full_record};
use super::{MapContext, MappingError, MetadataRecord, Warnings};
use crate::record::{IndexRecord, RawRecord, RecordFacts, RecordFormat};
use crate::xml::{Element, NodeId, Tree};
use titles::Titles;
use view::View;

/// One museum object.
#[derive(Debug)]
pub struct LidoRecord {
    tree: Tree,
    lido: NodeId,
    /// Needed by the facts and by the fields; the settings do not change in between.
    titles: Option<Titles>,
}

impl LidoRecord {
    /// Reads a `lidoWrap` with one `lido` in it, or a bare `lido`; refuses everything else.
    pub fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        let Payload { tree, .. } = Payload::open(raw)?;
        let root = tree.root();
        let lido = if root.name() == "lido" { Some(root) } else { root.child("lido") };
        let lido = lido.map(Element::id).ok_or_else(|| {
            MappingError::Unusable(format!(
                "the record <{}> holds no `lido` element; check the source's format and record path",
                root.name()
            ))
        })?;
        Ok(LidoRecord { tree, lido, titles: None })
    }

    fn local_id(&self) -> String {
        let id = self.tree.element(self.lido).child("lidoRecID");
        id.map(|id| id.trimmed().into_owned()).unwrap_or_default()
    }
}

impl MetadataRecord for LidoRecord {
    fn facts(&mut self, context: &MapContext<'_>, warnings: &mut Warnings) -> RecordFacts {
        let id = self.local_id();
        let view = View::new(self.tree.element(self.lido), context);
        let titles = self.titles.get_or_insert_with(|| Titles::of(&view));
        facts::facts(&view, id, titles, warnings)
    }

    fn index_fields(&mut self, context: &MapContext<'_>, warnings: &mut Warnings) -> IndexRecord {
        let id = self.local_id();
        let view = View::new(self.tree.element(self.lido), context);
        let titles = &*self.titles.get_or_insert_with(|| Titles::of(&view));
        let collection = hierarchy::collection(&view);
        let source = context.source.id.as_str();
        let mut record = IndexRecord::new();
        record.set("record_format", RecordFormat::Lido.name());
        titles.set_fields(&view, &mut record);
        description::set_field(&view, titles, &mut record);
        names::set_fields(&view, &mut record);
        subjects::set_fields(&view, &mut record);
        places::set_fields(&view, &mut record, warnings);
        dates::set_fields(&view, &mut record, warnings);
        classification::set_fields(&view, &mut record);
        physical::set_fields(&view, &mut record);
        identifiers::set_fields(&view, &collection, &mut record, warnings);
        record.set("collection", collection);
        rights::set_fields(&view, &mut record);
        images::set_fields(&view, &mut record);
        record.set("source_str_mv", source);
        record.set("datasource_str_mv", source);
        hierarchy::set_fields(&view, &id, titles, &mut record);
        all_fields::set_field(&view, &mut record);
        record
    }

    fn full_record(&mut self, _context: &MapContext<'_>) -> String {
        if self.tree.root().id() == self.lido {
            let xml = self.tree.root().to_compact_xml();
            format!("<?xml version=\"1.0\"?>\n<lidoWrap>{xml}</lidoWrap>\n")
        } else {
            full_record(&self.tree)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Form, Position};

    fn raw(xml: &str) -> RawRecord {
        RawRecord {
            position: Position { file: "test.xml".into(), offset: 0, ordinal: 0 },
            format: RecordFormat::Lido,
            form: Form::Xml,
            bytes: xml.as_bytes().to_vec(),
            oai_id: Some("oai:test:1".into()),
            deleted: false,
            warnings: Vec::new(),
        }
    }

    fn map(xml: &str) -> (RecordFacts, IndexRecord, String) {
        let mut record = LidoRecord::open(&raw(xml)).expect("a LIDO record");
        sample::with_context(&[], |context| {
            let mut warnings = Warnings::default();
            let facts = record.facts(context, &mut warnings);
            (facts, record.index_fields(context, &mut warnings), record.full_record(context))
        })
    }

    #[test]
    fn wrapped_and_bare_records_are_one() {
        const INNER: &str = "<l:lidoRecID>src.M1:2</l:lidoRecID> <l:descriptiveMetadata/>";
        let wrapped = format!("<l:lidoWrap xmlns:l='x'><l:lido>{INNER}</l:lido></l:lidoWrap>");
        let bare = format!("<l:lido xmlns:l='x'>{INNER}</l:lido>");
        assert_eq!(map(&wrapped), map(&bare));
        let (facts, fields, full) = map(&bare);
        assert_eq!((facts.id.as_str(), facts.linking_ids.len()), ("src.M1:2", 1));
        assert_eq!(fields.first("record_format"), "lido");
        assert_eq!(fields.first("datasource_str_mv"), "src");
        assert_eq!(
            full,
            "<?xml version=\"1.0\"?>\n<lidoWrap><lido><lidoRecID>src.M1:2</lidoRecID>\
             <descriptiveMetadata/></lido></lidoWrap>\n"
        );
    }

    #[test]
    fn facts_of_an_object() {
        let actor = |name: &str| {
            format!(
                "<eventActor><actorInRole><actor><nameActorSet><appellationValue>{name}\
                 </appellationValue></nameActorSet></actor></actorInRole></eventActor>"
            )
        };
        let xml = sample::descriptive(
            "maalaus",
            &format!(
                "<objectIdentificationWrap><titleWrap><titleSet><appellationValue>\"Talo\"\
                 </appellationValue><appellationValue lang='sv'>Huset</appellationValue></titleSet>\
                 </titleWrap><repositoryWrap><repositorySet><workID type='isbn'>9514920988</workID>\
                 <workID type='issn'>0357-5284</workID></repositorySet></repositoryWrap>\
                 </objectIdentificationWrap><eventWrap><eventSet><event><eventType>\
                 <term>valmistus</term></eventType>{}{}</event></eventSet></eventWrap>",
                actor("Maalari, Maija"),
                actor("Apulainen, Antti")
            ),
        );
        let (facts, ..) = map(&xml);
        assert_eq!((facts.title.as_str(), facts.title_for_filing.as_str()), ("\"Talo\"", "Talo\""));
        assert_eq!((facts.main_author.as_str(), facts.format.as_str()), ("Maalari, Maija", ""));
        assert_eq!(
            (facts.isbns, facts.issns),
            (vec!["9789514920981".into()], vec!["0357-5284".into()])
        );
        let [work] = facts.work_ids.as_slice() else { panic!("one work") };
        let values = |entries: &[crate::record::Title]| {
            entries
                .iter()
                .map(|entry| format!("{}={}", entry.kind, entry.value))
                .collect::<Vec<_>>()
        };
        assert_eq!(values(&work.titles), ["title=\"Talo\"", "title=Huset"]);
        assert_eq!(values(&work.authors), ["author=Maalari, Maija", "author=Apulainen, Antti"]);
    }

    #[test]
    fn a_record_without_id_has_nothing_to_link_to() {
        let (facts, ..) = map("<lidoWrap><lido><lidoRecID> </lidoRecID></lido></lidoWrap>");
        assert_eq!((facts.id.as_str(), facts.linking_ids.len()), ("", 0));
    }

    #[test]
    fn other_records_are_refused() {
        for (xml, expected) in [
            ("<ead/>", "<ead> holds no `lido` element"),
            ("<lidoWrap><x/></lidoWrap>", "<lidoWrap> holds no `lido` element"),
            ("<lido>", "not closed"),
        ] {
            let error = LidoRecord::open(&raw(xml)).expect_err(xml).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    proptest::proptest! {
        /// Elements of LIDO in any order, depth and number do no harm.
        #[test]
        fn no_record_is_too_strange(steps in proptest::collection::vec((0..NAMES.len(), 0_usize..4, 0..TEXTS.len()), 0..80)) {
            let mut tree = Tree::new("lido");
            let mut open = vec![tree.root().id()];
            for (name, up, text) in steps {
                open.truncate(open.len().saturating_sub(up).max(1));
                let parent = open[open.len() - 1];
                for name in NAMES[name].split('/') {
                    open.push(tree.append_element(*open.last().unwrap_or(&parent), name));
                }
                let last = open[open.len() - 1];
                tree.set_attribute(last, "type", TEXTS[text]);
                tree.append_text(last, TEXTS[text]);
            }
            map(&tree.root().to_xml());
        }
    }

    const NAMES: &[&str] = &[
        "lidoRecID",
        "descriptiveMetadata/objectIdentificationWrap/titleWrap/titleSet/appellationValue",
        "descriptiveMetadata/eventWrap/eventSet/event/eventType/term",
        "descriptiveMetadata/objectRelationWrap/subjectWrap/subjectSet/subject",
        "objectRelationWrap/relatedWorksWrap/relatedWorkSet/relatedWorkRelType/term",
        "relatedWork/displayObject",
        "administrativeMetadata/resourceWrap/resourceSet/resourceRepresentation/linkResource",
        "repositoryWrap/repositorySet/workID",
        "repositoryLocation/gml/Point/pos",
        "eventDate/displayDate",
        "date/earliestDate",
        "latestDate",
        "eventActor/actorInRole/actor/nameActorSet/appellationValue",
        "objectMeasurementsWrap/objectMeasurementsSet/objectMeasurements/extentMeasurements",
        "subjectConcept/conceptID",
        "displaySubject",
    ];

    const TEXTS: &[&str] = &[
        "",
        " ",
        "valmistus",
        "käyttö",
        "-",
        "–é",
        "60.1 24.9",
        "9514920096",
        "isbn",
        "uri",
        "1930-luvun alku",
        "31.2.1945-9999",
        "kokoelma",
        "image_thumb",
        "99999999999",
    ];
}
