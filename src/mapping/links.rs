//! Hosts and parts: the fields that tie records together (ingest-common §12).

use super::{LinkedRecord, MapContext, Warnings};
use crate::config::ComponentParts;
use crate::record::{IndexRecord, RecordFacts};

/// The parts of this record become part of it: it is no part itself, and its source wants all
/// parts merged, or it is not a journal, or only electronic articles stay on their own.
pub fn takes_in_parts(facts: &RecordFacts, context: &MapContext<'_>) -> bool {
    if !facts.host_record_ids.is_empty() || facts.linking_ids.is_empty() {
        return false;
    }
    let is = |formats: &[String]| formats.contains(&facts.format);
    let is_journal = is(&context.ingest.journal_formats);
    match context.source.component_parts {
        ComponentParts::MergeAll => true,
        ComponentParts::MergeNonEarticles if is_journal => true,
        _ => !is_journal && !is(&context.ingest.ejournal_formats),
    }
}

/// The record lives on only in its host (§12.3).
pub fn is_hidden_part(facts: &RecordFacts, context: &MapContext<'_>) -> bool {
    if facts.host_record_ids.is_empty() {
        return false;
    }
    let (ingest, source) = (context.ingest, context.source);
    let is_earticle = ingest.earticle_formats.contains(&facts.format);
    let is_article = ingest.article_formats.contains(&facts.format);
    match source.component_parts {
        ComponentParts::AsIs => false,
        ComponentParts::MergeAll => true,
        ComponentParts::MergeNonArticles if !source.peer_hidden_parts => {
            !is_article && !is_earticle
        }
        ComponentParts::MergeNonArticles | ComponentParts::MergeNonEarticles => !is_earticle,
    }
}

/// Steps 2 and 3: hosts of a part, or prefixes of the ids of any other record, and the own
/// hierarchy of a record that has parts. Gives the hosts that were found.
pub(super) fn add(
    index: &mut IndexRecord,
    facts: &RecordFacts,
    index_id: &str,
    context: &MapContext<'_>,
    warnings: &mut Warnings,
) -> Vec<LinkedRecord> {
    let source = context.source;
    if facts.host_record_ids.is_empty() {
        add_prefixes(index, &source.id_prefix);
        if facts.is_component_part {
            add_place_in_host(index, facts);
        }
        if facts.linking_ids.is_empty() {
            warnings.add("linking_id missing");
        } else if context.links.has_parts(source.id.as_str(), &facts.linking_ids) {
            index.set("is_hierarchy_id", index_id);
            index.set("is_hierarchy_title", facts.title.as_str());
        }
        return Vec::new();
    }
    let mut hosts: Vec<LinkedRecord> = Vec::new();
    for host_id in &facts.host_record_ids {
        for host in context.links.all_by_linking_id(source.id.as_str(), host_id) {
            if !hosts.iter().any(|known| known.id == host.id) {
                hosts.push(host);
            }
        }
    }
    for host in &hosts {
        index.push("hierarchy_parent_id", host.index_id.as_str());
        index.push("hierarchy_parent_title", host.title.as_str());
    }
    if let Some(first) = hosts.first() {
        index.set("container_title", first.title.as_str());
    } else {
        warnings.add("host record missing");
        index.set("container_title", facts.container_title.as_str());
    }
    add_place_in_host(index, facts);
    if is_hidden_part(facts, context) {
        index.set("hidden_component_boolean", "1");
    }
    hosts
}

/// Where in its host a part stands; also for a part that does not say which host that is.
fn add_place_in_host(index: &mut IndexRecord, facts: &RecordFacts) {
    for (field, value) in [
        ("container_volume", &facts.volume),
        ("container_issue", &facts.issue),
        ("container_start_page", &facts.start_page),
        ("container_reference", &facts.container_reference),
    ] {
        index.set(field, value.as_str());
    }
}

/// Ids that a driver gives for a hierarchy are those of its own source.
fn add_prefixes(index: &mut IndexRecord, prefix: &str) {
    if prefix.is_empty() {
        return;
    }
    for field in ["hierarchy_top_id", "hierarchy_parent_id", "is_hierarchy_id"] {
        if let Some(field) = index.get_mut(field) {
            for text in super::texts_mut(field) {
                *text = format!("{prefix}.{text}");
            }
        }
    }
}

/// Step 11: a part inherits fields of its hosts, each value once.
pub(super) fn copy_from_hosts(
    index: &mut IndexRecord,
    hosts: &[LinkedRecord],
    context: &MapContext<'_>,
) {
    let fields = &context.ingest.copy_from_parent_record;
    if fields.is_empty() {
        return;
    }
    for host in hosts {
        let Some(record) = context.links.host_fields(&host.id) else { continue };
        for field in fields {
            for value in record.texts(field) {
                if !index.texts(field).any(|known| known == value) {
                    index.push(field.clone(), value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{IngestSettings, SourceSettings};
    use crate::mapping::RecordLinks;
    use crate::record::RecordFormat;
    use std::sync::Arc;

    struct OneHost;

    impl RecordLinks for OneHost {
        fn by_linking_id(&self, _: &str, linking_id: &str) -> Option<LinkedRecord> {
            let host =
                LinkedRecord { id: "src.9".into(), index_id: "src.9".into(), title: "Host".into() };
            ["9", "nine"].contains(&linking_id).then_some(host)
        }

        fn has_parts(&self, _: &str, linking_ids: &[String]) -> bool {
            linking_ids.iter().any(|id| id == "9")
        }

        fn host_fields(&self, _: &str) -> Option<Arc<IndexRecord>> {
            let mut host = IndexRecord::new();
            host.set_all("building", ["0/A/", "0/B/"]);
            Some(Arc::new(host))
        }
    }

    fn with(
        facts: &RecordFacts,
        source: &SourceSettings,
        ingest: &IngestSettings,
    ) -> (IndexRecord, Vec<String>) {
        let context = MapContext { ingest, source, links: &OneHost, current_year: 2026 };
        let mut index = IndexRecord::new();
        index.set_all("building", ["0/A/"]);
        let mut warnings = Warnings::default();
        let hosts = add(&mut index, facts, "src.1", &context, &mut warnings);
        copy_from_hosts(&mut index, &hosts, &context);
        (index, warnings.into_vec())
    }

    #[test]
    fn parts_know_their_hosts() {
        let ingest = IngestSettings {
            copy_from_parent_record: vec!["building".into()],
            ..IngestSettings::default()
        };
        let source = SourceSettings::new("src", RecordFormat::Marc);
        let mut facts = RecordFacts {
            host_record_ids: vec!["9".into(), "nine".into(), "8".into()],
            container_title: "In the record".into(),
            volume: "3".into(),
            ..RecordFacts::default()
        };
        let (index, warnings) = with(&facts, &source, &ingest);
        assert_eq!(index.texts("hierarchy_parent_id").collect::<Vec<_>>(), ["src.9"]);
        assert_eq!(index.first("container_title"), "Host");
        assert_eq!(index.first("container_volume"), "3");
        assert_eq!(index.texts("building").collect::<Vec<_>>(), ["0/A/", "0/B/"]);
        assert!(warnings.is_empty());
        facts.host_record_ids = vec!["8".into()];
        let (index, warnings) = with(&facts, &source, &ingest);
        assert!(!index.contains("hierarchy_parent_id"));
        assert_eq!(index.first("container_title"), "In the record");
        assert_eq!(warnings, ["host record missing"]);
    }

    #[test]
    fn hosts_head_their_hierarchy() {
        let source = SourceSettings::new("src", RecordFormat::Marc);
        let facts = RecordFacts {
            linking_ids: vec!["9".into()],
            title: "Own".into(),
            ..RecordFacts::default()
        };
        let (index, _) = with(&facts, &source, &IngestSettings::default());
        assert_eq!(index.first("is_hierarchy_id"), "src.1");
        assert_eq!(index.first("is_hierarchy_title"), "Own");
    }

    #[test]
    fn who_is_merged_and_hidden() {
        use ComponentParts::{AsIs, MergeAll, MergeNonArticles, MergeNonEarticles};
        let ingest = IngestSettings::default();
        let mut source = SourceSettings::new("src", RecordFormat::Marc);
        // Mode, format of the part, hidden?, hidden by the peer's test?
        for (mode, format, hidden, peer) in [
            (AsIs, "Track", false, false),
            (MergeAll, "eArticle", true, true),
            (MergeNonArticles, "Article", false, true),
            (MergeNonArticles, "eArticle", false, false),
            (MergeNonArticles, "Track", true, true),
            (MergeNonEarticles, "Article", true, true),
            (MergeNonEarticles, "eArticle", false, false),
        ] {
            source.component_parts = mode;
            for (peers_test, expected) in [(false, hidden), (true, peer)] {
                source.peer_hidden_parts = peers_test;
                let facts = RecordFacts {
                    format: format.into(),
                    host_record_ids: vec!["9".into()],
                    ..RecordFacts::default()
                };
                let context = MapContext {
                    ingest: &ingest,
                    source: &source,
                    links: &OneHost,
                    current_year: 0,
                };
                assert_eq!(is_hidden_part(&facts, &context), expected, "{mode:?} {format}");
                assert!(!takes_in_parts(&facts, &context));
            }
        }
        for (mode, format, merged) in [
            (AsIs, "Book", true),
            (AsIs, "Serial", false),
            (AsIs, "eJournal", false),
            (MergeAll, "Serial", true),
            (MergeNonEarticles, "Serial", true),
            (MergeNonEarticles, "eJournal", false),
            (MergeNonArticles, "Serial", false),
        ] {
            source.component_parts = mode;
            let facts = RecordFacts {
                format: format.into(),
                linking_ids: vec!["1".into()],
                ..RecordFacts::default()
            };
            let context =
                MapContext { ingest: &ingest, source: &source, links: &OneHost, current_year: 0 };
            assert_eq!(takes_in_parts(&facts, &context), merged, "{mode:?} {format}");
        }
    }
}
