//! Films in EN 15907 as exchanged by Forward (ingest-qdc §8).
//!
//! An `ExchangeSet` holds the film, its main work, and after it the images and videos that belong
//! to it.

mod agents;
mod events;
mod relators;

use super::authority::AuthorityIds;
use super::dublin_core::{put_author_facet, put_whole_year};
use super::main_work::main_work;
use super::payload::{Payload, full_record};
use super::{ComponentPart, MapContext, MappingError, MetadataRecord, Warnings};
use crate::record::{IndexRecord, RawRecord, RecordFacts};
use crate::text::{convert_author_last_first, extract_year};
use crate::xml::{Element, Tree};
use agents::{Agent, agents};
use relators::Authors;

/// A film with its materials.
#[derive(Debug)]
pub struct ForwardRecord {
    tree: Tree,
}

impl ForwardRecord {
    /// Reads one exchange set.
    pub fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        Ok(ForwardRecord { tree: Payload::open(raw)?.tree })
    }

    /// Takes in the works of component parts; all stand in the order of their part numbers
    /// (ingest-qdc §8.2).
    fn take_in(&mut self, parts: &[ForwardRecord]) {
        let root = self.tree.root();
        let mut works: Vec<Element<'_>> = std::iter::once(root)
            .chain(parts.iter().map(|part| part.tree.root()))
            .flat_map(Element::children)
            .collect();
        works.sort_by_key(|work| part_number(*work));
        let mut tree = Tree::new(root.name());
        let new_root = tree.root().id();
        for (name, value) in root.attributes() {
            tree.set_attribute(new_root, name, value);
        }
        for work in works {
            tree.append_copy(new_root, work, &|_| true);
        }
        self.tree = tree;
    }

    fn main(&self) -> Option<Element<'_>> {
        main_works(&self.tree).next()
    }

    fn value(&self, path: &str) -> String {
        let element = self.main().and_then(|main| main.find(path));
        element.map(text).unwrap_or_default()
    }

    /// Trimmed texts of all elements on a path of the main work.
    fn values(&self, path: &str) -> Vec<String> {
        let elements = self.main().map(|main| main.find_all(path)).unwrap_or_default();
        elements.into_iter().map(text).collect()
    }

    fn id(&self) -> String {
        let Some(identifier) = self.main().and_then(|main| main.child("Identifier")) else {
            return String::new();
        };
        match identifier.attr("IDTypeName") {
            Some(kind) if !kind.is_empty() => format!("{kind}_{}", identifier.trimmed()),
            _ => text(identifier),
        }
    }

    /// The first primary author, family name first.
    fn main_author(&self, context: &MapContext<'_>) -> String {
        let Some(main) = self.main() else { return String::new() };
        let agents = agents(main);
        match Authors::of(&agents, context.ingest).primary.first() {
            Some(agent) if agent.name.contains(',') => agent.name.to_string(),
            Some(agent) => convert_author_last_first(&agent.name),
            None => String::new(),
        }
    }

    /// Host ids, if the source names the kind of agent that stands for them.
    fn host_ids(&self, kind: &str) -> Vec<String> {
        if kind.is_empty() {
            return Vec::new();
        }
        let agents = self.main().map(|main| main.find_all("HasAgent/AgentIdentifier"));
        let mut identifiers = agents.unwrap_or_default().into_iter();
        identifiers
            .find(|id| id.child("IDTypeName").is_some_and(|name| name.trimmed() == kind))
            .and_then(|id| id.child("IDValue"))
            .map(|value| format!("{kind}_{}", value.trimmed()))
            .into_iter()
            .collect()
    }

    /// Synopsis, then description of content, each in Finnish or else in the first language.
    fn description(&self) -> String {
        let descriptions: Vec<Element<'_>> =
            self.main().map(|main| main.each("ContentDescription").collect()).unwrap_or_default();
        let has = |description: &Element<'_>, name: &str, value: &str| {
            description.child(name).is_some_and(|child| child.trimmed() == value)
        };
        let texts: Vec<String> = ["Synopsis", "Content description"]
            .iter()
            .filter_map(|kind| {
                let mut of_kind = descriptions.iter().filter(|d| has(d, "DescriptionType", kind));
                let finnish = of_kind.clone().find(|d| has(d, "Language", "fi"));
                finnish.or_else(|| of_kind.next())?.child("DescriptionText").map(text)
            })
            .filter(|text| !text.is_empty())
            .collect();
        texts.join(" ")
    }

    /// Names of the agents whose activity says that the film is a production of theirs.
    fn publishers(&self) -> Vec<String> {
        let is_producer = |agent: &Element<'_>| {
            let activity = agent.child("Activity");
            activity.is_some_and(|a| !a.attr_or_empty("elokuva-elotuotantoyhtio").is_empty())
        };
        let agents = self.main().into_iter().flat_map(|main| main.each("HasAgent"));
        let names = agents.filter(is_producer).filter_map(|agent| agent.child("AgentName"));
        names.map(text).collect()
    }
}

/// The works of an exchange set: its children with the name of the first.
pub(super) fn main_works(tree: &Tree) -> impl Iterator<Item = Element<'_>> {
    let first = tree.root().children().next().map(Element::name);
    tree.root().children().filter(move |child| Some(child.name()) == first)
}

fn text(element: Element<'_>) -> String {
    element.trimmed().into_owned()
}

fn part_number(work: Element<'_>) -> i64 {
    let value = work.find("Title/PartDesignation/Value").map(text).unwrap_or_default();
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    value.get(..digits).and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Elements that say nothing for a search, with all below them.
const UNSEARCHED: [&str; 8] = [
    "Identifier",
    "RecordSource",
    "TitleRelationship",
    "Activity",
    "AgentIdentifier",
    "ProductionEventType",
    "DescriptionType",
    "Language",
];

fn searched_texts(element: Element<'_>, context: &MapContext<'_>, texts: &mut Vec<String>) {
    for child in element.children().filter(|child| !UNSEARCHED.contains(&child.name())) {
        let text = context.ingest.text.strip_trailing_punctuation(&child.trimmed());
        if !text.is_empty() {
            texts.push(text);
        }
        searched_texts(child, context, texts);
    }
}

fn put_agents(record: &mut IndexRecord, agents: &[Agent<'_>], context: &MapContext<'_>) {
    let Authors { primary, secondary, corporate } = Authors::of(agents, context.ingest);
    record.set("author_sort", primary.first().map(|a| a.name.to_string()).unwrap_or_default());
    for (list, names, roles) in [
        (primary, "author", "author_role"),
        (secondary, "author2", "author2_role"),
        (corporate, "author_corporate", "author_corporate_role"),
    ] {
        record.set_all(names, list.iter().map(|agent| agent.name.as_ref()));
        record.set_all(roles, list.iter().map(|agent| agent.relator.as_str()));
    }
    put_author_facet(record);
    let authority = AuthorityIds::new(context.source);
    let namespaced = |id: &str| authority.add_namespace(id, "author");
    record.set_all("author2_id_str_mv", agents.iter().filter_map(|a| namespaced(a.id.as_deref()?)));
    let with_roles = agents.iter().filter(|agent| !agent.relator.is_empty());
    record.set_all(
        "author2_id_role_str_mv",
        with_roles.filter_map(|a| namespaced(&format!("{}###{}", a.id.as_deref()?, a.relator))),
    );
}

impl MetadataRecord for ForwardRecord {
    fn facts(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> RecordFacts {
        let id = self.id();
        let title = self.value("IdentifyingTitle");
        let title_for_filing = context.ingest.text.sort_title(&title, true);
        let main_author = self.main_author(context);
        let host_record_ids =
            self.host_ids(context.source.params.get("parentIdType").unwrap_or_default());
        RecordFacts {
            linking_ids: if id.is_empty() { Vec::new() } else { vec![id.clone()] },
            id,
            is_component_part: !host_record_ids.is_empty(),
            host_record_ids,
            work_ids: main_work(&title_for_filing, &title, &main_author),
            title,
            title_for_filing,
            format: self.format().to_owned(),
            main_author,
            ..RecordFacts::default()
        }
    }

    fn index_fields(&mut self, context: &MapContext<'_>, _warnings: &mut Warnings) -> IndexRecord {
        let source = context.source.id.as_str();
        let mut record = IndexRecord::new();
        record.set("record_format", "forward");
        record.set("source_str_mv", source);
        record.set("datasource_str_mv", source);
        record.set("ctrlnum", self.id());
        if let Some(main) = self.main() {
            let mut texts = Vec::new();
            searched_texts(main, context, &mut texts);
            record.set_all("allfields", texts);
            put_agents(&mut record, &agents(main), context);
        }
        let title = self.value("IdentifyingTitle");
        let others = self.values("Title/TitleText").into_iter().filter(|other| *other != title);
        record.set_all("title_alt", others);
        record.set("title_sort", context.ingest.text.sort_title(&title, true));
        record.set("title_short", title.as_str());
        record.set("title_full", title.as_str());
        record.set("title", title);
        let date = self.value("YearOfReference");
        let year = extract_year(&date);
        if !year.is_empty() {
            put_whole_year(&mut record, &year);
        }
        record.set("publishDate", date);
        record.set("description", self.description());
        for (path, fields) in [
            ("SubjectTerms/Term", ["topic", "topic_facet"]),
            ("CountryOfReference/Country/RegionName", ["geographic", "geographic_facet"]),
        ] {
            let values = self.values(path);
            for field in fields {
                record.set_all(field, values.iter().map(String::as_str));
            }
        }
        let genres = self.genres();
        record.set_all("genre", genres.iter().map(String::as_str));
        record.set_all("genre_facet", genres);
        record.set_all("publisher", self.publishers());
        let thumbnail = self.thumbnail();
        record.set("format", self.format());
        let format = std::iter::once(self.format());
        record.set_all("format_ext_str_mv", format.chain(thumbnail.map(|_| "Image")));
        record.set("thumbnail", thumbnail.unwrap_or_default());
        record.set_all("url", self.urls());
        self.put_online(&mut record, context);
        let mut events = self.main().into_iter().flat_map(|main| main.each("ProductionEvent"));
        if events.any(|event| event.attr("elonet-tag") == Some("skftunniste")) {
            record.set_all("building", ["skf"]);
        }
        record.set_all("language", self.languages("elokuva-elonet-materiaali-video-kieli"));
        let subtitles = self.languages("elokuva-elonet-materiaali-video-alatekstikieli");
        record.set_all("subtitle_lng_str_mv", subtitles);
        record.set_all("question_category_str_mv", self.question_categories());
        record
    }

    fn merge_parts(
        &mut self,
        parts: &[ComponentPart],
        _context: &MapContext<'_>,
        warnings: &mut Warnings,
    ) {
        let mut read = Vec::with_capacity(parts.len());
        for part in parts {
            match ForwardRecord::open(&part.raw) {
                Ok(record) => read.push(record),
                Err(error) => warnings.add(format!("component part {} left out: {error}", part.id)),
            }
        }
        if !read.is_empty() {
            self.take_in(&read);
        }
    }

    fn full_record(&mut self, _context: &MapContext<'_>) -> String {
        full_record(&self.tree)
    }
}

#[cfg(test)]
mod tests {
    use super::super::payload::tests::{fields, raw, values};
    use super::*;

    fn record(content: &str) -> ForwardRecord {
        let xml = format!("<ExchangeSet>{content}</ExchangeSet>");
        ForwardRecord::open(&raw(&xml, None)).expect("well-formed")
    }

    fn part(number: &str, title: &str) -> String {
        format!(
            "<W><Title><TitleText>{title}</TitleText><PartDesignation><Value>{number}</Value>\
             </PartDesignation></Title></W>"
        )
    }

    #[test]
    fn parts_are_put_in_order() {
        let mut host = record(&(part("", "host") + &part("3", "three")));
        let parts = [record(&part("10", "ten")), record(&part("2", "two"))];
        host.take_in(&parts);
        let titles: Vec<String> = main_works(&host.tree).map(Element::deep_text).collect();
        assert_eq!(titles, ["host", "two2", "three3", "ten10"]);
    }

    #[test]
    fn authors_in_three_lists() {
        let agent = |code: &str, name: &str| {
            format!("<HasAgent><Activity>{code}</Activity><AgentName>{name}</AgentName></HasAgent>")
        };
        let agents: String =
            [("cmp", "A B"), ("D02", "C D"), ("E10", "E"), ("cmm", "F"), ("b99", "G")]
                .map(|(code, name)| agent(code, name))
                .concat();
        let found = fields(&mut record(&format!("<W>{agents}</W>")), &[]);
        for (field, expected) in [
            ("author", vec!["C D", "A B", "F"]),
            ("author_role", vec!["d02", "cmp", "cmm"]),
            ("author_sort", vec!["C D"]),
            ("author2", vec!["F"]),
            ("author_corporate", vec!["E"]),
        ] {
            assert_eq!(values(&found, field), expected, "{field}");
        }
    }

    #[test]
    fn descriptions_and_dates() {
        let description = |kind: &str, language: &str, text: &str| {
            format!(
                "<ContentDescription><DescriptionType>{kind}</DescriptionType>\
                 <DescriptionText>{text}</DescriptionText><Language>{language}</Language>\
                 </ContentDescription>"
            )
        };
        let content = [
            description("Synopsis", "en", "no"),
            description("Content description", "sv", "second"),
            description("Synopsis", "fi", "first"),
            "<YearOfReference>unknown</YearOfReference>".to_owned(),
        ]
        .concat();
        let found = fields(&mut record(&format!("<W>{content}</W>")), &[]);
        assert_eq!(found.first("description"), "first second");
        assert_eq!(found.first("publishDate"), "unknown");
        assert!(!found.contains("main_date") && !found.contains("search_daterange_mv"));
    }

    #[test]
    fn events() {
        let event = |attributes: &str| {
            format!("<ProductionEvent><ProductionEventType {attributes}/></ProductionEvent>")
        };
        let main = event("elokuva-laji1fin=\"Pitkä\" elokuva-genre=\"draama\"")
            + &event("elokuva-elonet-url=\"http://page\"")
            + "<ProductionEvent elonet-tag=\"skftunniste\"><elokuva_laji2fin>a, b</elokuva_laji2fin></ProductionEvent>";
        let video = event(
            "elokuva-elonet-materiaali-video-url=\"http://video\" video-tyyppi=\"traileri\" \
             elokuva-elonet-materiaali-video-kieli=\"fi,sv\"",
        ) + &event("elokuva-elonet-materiaali-kuva-url=\"http://image\"");
        let flag =
            "<Title><PartDesignation><Value online-video=\"1\">1</Value></PartDesignation></Title>";
        let found = fields(&mut record(&format!("<W>{main}</W><W>{flag}{video}</W>")), &[]);
        for (field, expected) in [
            ("format", vec!["VideoFeature"]),
            ("format_ext_str_mv", vec!["VideoFeature", "Image"]),
            ("thumbnail", vec!["http://image"]),
            ("genre", vec!["draama", "", "", "a", "b"]),
            ("url", vec!["http://page", "http://video"]),
            ("building", vec!["skf"]),
            ("language", vec!["fi", "sv"]),
            ("free_online_boolean", vec!["1"]),
            (
                "online_urls_str_mv",
                vec![r#"{"url":"http:\/\/video","text":"traileri","source":"src"}"#],
            ),
        ] {
            assert_eq!(values(&found, field), expected, "{field}");
        }
    }

    #[test]
    fn hosts() {
        let content = "<W><HasAgent><AgentIdentifier><IDTypeName>x</IDTypeName><IDValue>1</IDValue>\
            </AgentIdentifier></HasAgent><HasAgent><AgentIdentifier><IDTypeName>set</IDTypeName>\
            <IDValue>2</IDValue></AgentIdentifier></HasAgent></W>";
        assert_eq!(record(content).host_ids("set"), ["set_2"]);
        assert!(record(content).host_ids("").is_empty());
        assert!(record("").host_ids("set").is_empty());
    }
}
