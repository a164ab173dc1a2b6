//! From a driver's fields to the finished index record: the steps that all formats share, in their
//! order (ingest-golden README, "Order of steps"; ingest-common §8, §12, §13).

use super::{
    MapContext, MappingError, MetadataRecord, Warnings, building, clean, field_maps, links,
    work_keys,
};
use crate::config::SourceSettings;
use crate::record::{Field, IndexRecord, RawRecord, RecordFacts, RecordId};
use std::borrow::Cow;

/// Fields that `allfields` does not repeat when it is put together from the others.
const NOT_IN_ALLFIELDS: [&str; 6] =
    ["fullrecord", "thumbnail", "id", "recordtype", "record_format", "ctrlnum"];

/// A record as deduplication, store and index need it.
#[derive(Debug, Clone)]
pub struct MappedRecord {
    /// Stored id, with the prefix of its source.
    pub id: RecordId,
    /// Identity, links and values for deduplication.
    pub facts: RecordFacts,
    /// The driver's own fields, if they were asked for.
    pub driver_fields: Option<IndexRecord>,
    /// What the index gets. `fullrecord`, `first_indexed` and `last_indexed` are the caller's.
    pub index: IndexRecord,
    /// Last change of the newest part that was merged into it, seconds since 1970.
    pub newest_part: Option<i64>,
    /// What was odd about the record.
    pub warnings: Vec<String>,
    /// The text answered as the full record; empty if only the index fields were asked for.
    pub full_record: String,
}

/// What [`map`] gives beside the index fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outputs {
    /// Nothing: saves copies.
    #[default]
    Index,
    /// The driver's fields as they were before the shared steps, to see at which step a value
    /// changed, and the text of the full record.
    All,
}

/// Maps one raw record of a source.
pub fn map(
    raw: &RawRecord,
    context: &MapContext<'_>,
    outputs: Outputs,
) -> Result<MappedRecord, MappingError> {
    let mut record = super::open(raw)?;
    map_opened(record.as_mut(), raw, context, outputs)
}

/// Maps a record that its driver has opened from `raw`.
pub fn map_opened(
    record: &mut dyn MetadataRecord,
    raw: &RawRecord,
    context: &MapContext<'_>,
    outputs: Outputs,
) -> Result<MappedRecord, MappingError> {
    let (source, ingest) = (context.source, context.ingest);
    let mut warnings = Warnings::default();
    raw.warnings.iter().for_each(|warning| warnings.add(warning));

    let mut facts = record.facts(context, &mut warnings);
    let local_id = match (facts.id.as_str(), raw.oai_id.as_deref()) {
        ("", None | Some("")) => {
            let message = "the record has no id and no OAI identifier; give it one of them";
            return Err(MappingError::Unusable(message.into()));
        }
        ("", Some(oai_id)) => oai_id,
        (id, _) => id,
    };
    let id = RecordId::with_prefix(&source.id_prefix, local_id);
    let holdings = context.links.holdings(source.id.as_str(), &facts.linking_ids);
    if !holdings.is_empty() {
        record.append_holdings(&holdings, &mut warnings);
    }
    let mut newest_part = None;
    if links::takes_in_parts(&facts, context) {
        let parts = context.links.parts(source.id.as_str(), &facts.linking_ids);
        record.merge_parts(&parts, context, &mut warnings);
        newest_part = parts.iter().map(|part| part.changed).max();
    }

    let mut index = record.index_fields(context, &mut warnings);
    if !index.contains("restricted_str") {
        // A setting of every source (ingest-qdc §2), whatever its format.
        index.set("restricted_str", source.params.get("accessRestrictions").unwrap_or_default());
    }
    facts.suppressed |= is_suppressed(&index, source);
    let kept = (outputs == Outputs::All).then(|| index.clone());
    let index_id = index_id(&id, source).into_owned();
    index.set("id", index_id.as_str());
    let hosts = links::add(&mut index, &facts, &index_id, context, &mut warnings);
    work_keys::add(&mut index, &facts.work_ids, ingest);

    if !index.contains("institution") {
        index.set("institution", source.institution.as_str());
    }
    for (field, value) in &source.extra_fields {
        if index.contains(field) {
            index.push(field.clone(), value.as_str());
        } else {
            index.set(field.clone(), value.as_str());
        }
    }
    if source.institution_before_mapping {
        building::add_institution(&mut index, context);
    }
    source.field_rules.iter().for_each(|rule| field_maps::apply_rule(rule, &mut index));
    for (field, mapping) in &source.mappings {
        field_maps::apply(mapping, field, &mut index);
    }
    if !source.institution_before_mapping {
        building::add_institution(&mut index, context);
    }
    for field in &ingest.hierarchical_facets {
        building::expand(&mut index, field);
    }
    building::flatten(&mut index);
    add_allfields(&mut index, ingest.format_in_allfields);
    clean::clean(&mut index, ingest);
    links::copy_from_hosts(&mut index, &hosts, context);
    if let Some(field) = &ingest.warnings_field {
        index.set_all(field.clone(), warnings.as_slice().iter().map(String::as_str));
    }
    let full_record = match outputs {
        Outputs::All => record.full_record(context),
        Outputs::Index => String::new(),
    };
    Ok(MappedRecord {
        id,
        facts,
        driver_fields: kept,
        index,
        newest_part,
        warnings: warnings.into_vec(),
        full_record,
    })
}

/// A field of the driver has a value that the source's settings do not want (ingest-common §11.4).
pub fn is_suppressed(fields: &IndexRecord, source: &SourceSettings) -> bool {
    source.suppress_on_field.iter().any(|(field, filters)| {
        fields.texts(field).any(|value| filters.iter().any(|filter| filter.fits(value)))
    })
}

/// The id in the index for a stored id (ingest-common §10).
pub fn index_id<'i>(id: &'i RecordId, source: &SourceSettings) -> Cow<'i, str> {
    let stored = id.as_str();
    let local = || stored.split_once('.').map_or(stored, |(_, local)| local);
    match &source.index_id_prefix {
        _ if source.index_unprefixed_ids => Cow::Borrowed(local()),
        Some(prefix) => Cow::Owned(format!("{prefix}.{}", local())),
        None => Cow::Borrowed(stored),
    }
}

/// Step 9: `allfields` of all other values, if the driver has made none.
fn add_allfields(index: &mut IndexRecord, with_format: bool) {
    if !index.contains("allfields") {
        let mut values: Vec<String> = index
            .iter()
            .filter(|(name, _)| !NOT_IN_ALLFIELDS.contains(name))
            .flat_map(|(_, field)| field.values())
            .map(|value| value.as_str().to_owned())
            .collect();
        crate::text::unique_ignoring_case(&mut values);
        index.set_all("allfields", values);
    }
    if with_format {
        let formats: Vec<String> = index.texts("format").map(folded_format).collect();
        index.extend("allfields", formats);
    }
}

/// A format as a word that can be searched: folded, its digits as letters (`0/Book/` →
/// `axbook`).
fn folded_format(format: &str) -> String {
    let mut word = String::with_capacity(format.len() + 4);
    for c in crate::text::normalize_key(format).chars() {
        match c {
            '0'..='9' => {
                word.push(char::from(b'a' + (c as u8 - b'0')));
                word.push('x');
            }
            _ => word.push(c),
        }
    }
    word
}

/// The fields of an index record that hold no value.
pub(super) fn is_empty(field: Option<&Field>) -> bool {
    match field {
        None => true,
        Some(Field::One(crate::record::Value::Text(text))) => text.is_empty(),
        Some(field) => field.values().is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{FieldRule, IngestSettings, ValueFilter};
    use crate::mapping::NoLinks;
    use crate::record::{Form, Position, RecordFormat, Title, Value, WorkIds};

    struct Sample(RecordFacts, IndexRecord);

    impl MetadataRecord for Sample {
        fn facts(&mut self, _: &MapContext<'_>, _: &mut Warnings) -> RecordFacts {
            self.0.clone()
        }

        fn index_fields(&mut self, _: &MapContext<'_>, warnings: &mut Warnings) -> IndexRecord {
            warnings.add("odd");
            self.1.clone()
        }

        fn full_record(&mut self, _: &MapContext<'_>) -> String {
            "<r/>".into()
        }
    }

    fn raw(oai_id: Option<&str>) -> RawRecord {
        RawRecord {
            position: Position { file: "x".into(), offset: 0, ordinal: 0 },
            format: RecordFormat::Marc,
            form: Form::Xml,
            bytes: Vec::new(),
            oai_id: oai_id.map(str::to_owned),
            deleted: false,
            warnings: Vec::new(),
        }
    }

    fn map_sample(
        sample: &mut Sample,
        ingest: &IngestSettings,
        source: &SourceSettings,
        oai_id: Option<&str>,
    ) -> Result<MappedRecord, MappingError> {
        let context = MapContext { ingest, source, links: &NoLinks, current_year: 2026 };
        map_opened(sample, &raw(oai_id), &context, Outputs::All)
    }

    fn texts(record: &MappedRecord, field: &str) -> Vec<String> {
        record.index.texts(field).map(str::to_owned).collect()
    }

    #[test]
    fn all_steps() {
        let mut fields = IndexRecord::new();
        fields.set("title", "Ⅳ osa");
        fields.set("format", "Book/eBook");
        fields.set_all("building", [Value::Path(vec!["LocA".into(), "Sub/X".into()])]);
        fields.set_all("isbn", ["978", "978", ""]);
        fields.set("hierarchy_top_id", "7");
        let title = |kind: &str, value: &str| Title { kind: kind.into(), value: value.into() };
        let works = WorkIds {
            authors: vec![title("author", "Hirsjärvi, S."), title("author", "Remes")],
            titles: vec![title("title", "Tutki ja"), title("uniform", "Työ")],
            ..WorkIds::default()
        };
        let facts = RecordFacts {
            id: "1.2".into(),
            linking_ids: vec!["1".into()],
            work_ids: vec![works],
            ..RecordFacts::default()
        };
        let mut ingest = IngestSettings::default();
        ingest.hierarchical_facets.push("format".into());
        let mut source = SourceSettings::new("src", RecordFormat::Marc);
        source.institution = "NLF".into();
        source.extra_fields = vec![("sector_str_mv".into(), "lib".into())];
        source.field_rules = vec![FieldRule::parse("move title title_short").expect("a rule")];
        let mapped = map_sample(&mut Sample(facts, fields), &ingest, &source, None).expect("maps");
        assert_eq!(mapped.id.as_str(), "src.1.2");
        assert_eq!(texts(&mapped, "id"), ["src.1.2"]);
        assert_eq!(texts(&mapped, "building"), ["0/NLF/", "1/NLF/LocA/", "2/NLF/LocA/Sub X/"]);
        assert_eq!(texts(&mapped, "format"), ["0/Book/", "1/Book/eBook/"]);
        assert_eq!(texts(&mapped, "title_short"), ["IV osa"]);
        assert!(!mapped.index.contains("title"));
        assert_eq!(texts(&mapped, "isbn"), ["978"]);
        assert_eq!(texts(&mapped, "hierarchy_top_id"), ["src.7"]);
        assert_eq!(texts(&mapped, "sector_str_mv"), ["lib"]);
        assert_eq!(texts(&mapped, "warnings_str_mv"), ["odd"]);
        assert_eq!(
            texts(&mapped, "work_keys_str_mv"),
            ["AT hirsjarvis tutkija", "AT remes tutkija", "UT tyo"]
        );
        assert!(texts(&mapped, "allfields").contains(&"NLF".to_owned()));
        assert!(mapped.driver_fields.is_some_and(|fields| fields.contains("title")));
        assert_eq!(mapped.full_record, "<r/>");
    }

    #[test]
    fn ids() {
        let ingest = IngestSettings::default();
        let mut source = SourceSettings::new("src", RecordFormat::Marc);
        let mut sample = Sample(RecordFacts::default(), IndexRecord::new());
        let mapped = map_sample(&mut sample, &ingest, &source, Some("oai:x:1")).expect("maps");
        assert_eq!(mapped.id.as_str(), "src.oai:x:1");
        assert!(mapped.index.texts("warnings_str_mv").any(|w| w == "linking_id missing"));
        assert!(map_sample(&mut sample, &ingest, &source, None).is_err());
        let id = RecordId::new("src.a.b");
        source.index_id_prefix = Some("idx".into());
        assert_eq!(index_id(&id, &source), "idx.a.b");
        source.index_unprefixed_ids = true;
        assert_eq!(index_id(&id, &source), "a.b");
    }

    #[test]
    fn unwanted_records() {
        let mut fields = IndexRecord::new();
        fields.set("format", "Draft");
        let facts = RecordFacts { id: "1".into(), ..RecordFacts::default() };
        let mut source = SourceSettings::new("src", RecordFormat::Marc);
        let mut sample = Sample(facts, fields);
        let ingest = IngestSettings::default();
        let mut suppressed = |source: &SourceSettings| {
            map_sample(&mut sample, &ingest, source, None).expect("maps").facts.suppressed
        };
        assert!(!suppressed(&source));
        let filter = ValueFilter::parse("/^dra/i").expect("a filter");
        source.suppress_on_field = vec![("format".into(), vec![filter])];
        assert!(suppressed(&source));
    }

    #[test]
    fn access_restrictions_of_the_source() {
        let facts = RecordFacts { id: "1".into(), ..RecordFacts::default() };
        let mut own = IndexRecord::new();
        own.set("restricted_str", "own");
        let mut source = SourceSettings::new("src", RecordFormat::Dc);
        let ingest = IngestSettings::default();
        let restricted = |fields: &IndexRecord, source: &SourceSettings| {
            let mut sample = Sample(facts.clone(), fields.clone());
            let mapped = map_sample(&mut sample, &ingest, source, None).expect("maps");
            texts(&mapped, "restricted_str")
        };
        assert!(restricted(&IndexRecord::new(), &source).is_empty());
        source.params.0.push(("accessRestrictions".into(), "rr".into()));
        assert_eq!(restricted(&IndexRecord::new(), &source), ["rr"]);
        assert_eq!(restricted(&own, &source), ["own"]);
    }

    #[test]
    fn formats_in_allfields() {
        assert_eq!(folded_format("0/Book/"), "axbook");
        let mut index = IndexRecord::new();
        index.set_all("allfields", ["x"]);
        index.set_all("format", ["1/Book/"]);
        add_allfields(&mut index, true);
        assert_eq!(index.texts("allfields").collect::<Vec<_>>(), ["x", "bxbook"]);
    }
}
