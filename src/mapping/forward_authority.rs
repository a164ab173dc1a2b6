//! Persons and companies of the film register (`forwardAuthority`).

use super::forward::main_works;
use super::payload::{Payload, full_record};
use super::{MapContext, MappingError, MetadataRecord, Warnings};
use crate::record::{IndexRecord, RawRecord, RecordFacts, WorkIds};
use crate::text::extract_year;
use crate::xml::{Element, Tree};

/// Codes of `AgentDateEventType`.
const BIRTH: &str = "51";
const DEATH: &str = "52";

/// A record about an agent in EN 15907.
#[derive(Debug)]
pub struct ForwardAuthorityRecord {
    tree: Tree,
}

impl ForwardAuthorityRecord {
    /// Reads one record.
    pub fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        Ok(ForwardAuthorityRecord { tree: Payload::open(raw)?.tree })
    }

    /// The agent: the first child of the root.
    fn agent(&self) -> Option<Element<'_>> {
        main_works(&self.tree).next()
    }

    fn value(&self, path: &str) -> String {
        let element = self.agent().and_then(|agent| agent.find(path));
        element.map(|element| element.trimmed().into_owned()).unwrap_or_default()
    }

    /// Kind and number of the identifier; the line between them is there even without them.
    fn id(&self) -> String {
        format!(
            "{}_{}",
            self.value("AgentIdentifier/IDTypeName"),
            self.value("AgentIdentifier/IDValue")
        )
    }

    /// Year and place of the first event of this kind.
    fn event(&self, kind: &str) -> (String, String) {
        let event = self.agent().and_then(|agent| {
            agent.each("AgentDate").find(|date| {
                date.child("AgentDateEventType").is_some_and(|event| event.trimmed() == kind)
            })
        });
        let value = |name: &str| {
            let element = event.and_then(|event| event.child(name));
            element.map(|element| element.trimmed().into_owned()).unwrap_or_default()
        };
        (extract_year(&value("DateText")), value("LocationName"))
    }

    fn record_source(&self, context: &MapContext<'_>) -> String {
        let names: Vec<String> = self
            .agent()
            .map(|agent| agent.find_all("RecordSource/SourceName"))
            .unwrap_or_default()
            .into_iter()
            .map(|name| name.trimmed().into_owned())
            .collect();
        if names.is_empty() { context.source.id.as_str().to_owned() } else { names.join(". ") }
    }
}

/// `Affiliation: Position`, or what there is of them.
fn occupation(affiliation: Element<'_>) -> String {
    let value =
        |name: &str| affiliation.child(name).map(|e| e.trimmed().into_owned()).unwrap_or_default();
    let (place, position) = (value("Affiliation"), value("ProfessionalPosition"));
    match (place.is_empty(), position.is_empty()) {
        (true, _) => position,
        (_, true) => place,
        _ => format!("{place}: {position}"),
    }
}

impl MetadataRecord for ForwardAuthorityRecord {
    fn facts(&mut self, _context: &MapContext<'_>, _warnings: &mut Warnings) -> RecordFacts {
        let id = self.id();
        RecordFacts {
            linking_ids: vec![id.clone()],
            id,
            work_ids: vec![WorkIds::default()],
            ..RecordFacts::default()
        }
    }

    fn index_fields(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> IndexRecord {
        let source = context.source.id.as_str();
        let mut record = IndexRecord::new();
        record.set("record_format", "forwardAuthority");
        record.set("record_type", self.value("AgentIdentifier/IDTypeName"));
        for field in ["source", "source_str_mv", "datasource_str_mv"] {
            record.set(field, source);
        }
        let heading = self.value("CAgentName/PersonName");
        let texts = [self.record_source(context), self.value("BiographicalNote"), heading.clone()];
        record.set_all("allfields", texts.into_iter().filter(|text| !text.is_empty()));
        record.set("heading", heading);
        let (birth_date, birth_place) = self.event(BIRTH);
        record.set("birth_date", birth_date);
        record.set("birth_place", birth_place);
        let (death_date, death_place) = self.event(DEATH);
        record.set("death_date", death_date);
        record.set("death_place", death_place);
        if let Some(agent) = self.agent() {
            let places = agent.find_all("AgentPlace/LocationName");
            record.set_all("related_place", places.into_iter().map(|p| p.trimmed().into_owned()));
            record.set_all("occupation", agent.each("ProfessionalAffiliation").map(occupation));
        }
        record
    }

    fn full_record(&mut self, _context: &MapContext<'_>) -> String {
        full_record(&self.tree)
    }
}

#[cfg(test)]
mod tests {
    use super::super::payload::tests::raw;
    use super::*;

    #[test]
    fn events_and_occupations() {
        let xml = "<persons><Agent>\
            <AgentDate><DateText>1700</DateText></AgentDate>\
            <AgentDate><AgentDateEventType>51</AgentDateEventType><LocationName>Turku</LocationName></AgentDate>\
            <AgentDate><AgentDateEventType>51</AgentDateEventType><DateText>1884-11-09</DateText></AgentDate>\
            <ProfessionalAffiliation><Affiliation>A</Affiliation></ProfessionalAffiliation>\
            <ProfessionalAffiliation><ProfessionalPosition>p</ProfessionalPosition></ProfessionalAffiliation>\
            <AgentIdentifier><IDValue>7</IDValue></AgentIdentifier></Agent></persons>";
        let record = ForwardAuthorityRecord::open(&raw(xml, None)).expect("well-formed");
        assert_eq!(record.event(BIRTH), (String::new(), "Turku".to_owned()));
        assert_eq!(record.event(DEATH), (String::new(), String::new()));
        assert_eq!(record.id(), "_7");
        let agent = record.agent().expect("there");
        let occupations: Vec<_> = agent.each("ProfessionalAffiliation").map(occupation).collect();
        assert_eq!(occupations, ["A", "p"]);
    }
}
