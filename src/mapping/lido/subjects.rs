//! What the object shows or is about (ingest-lido §6).

use super::view::{View, trimmed};
use crate::mapping::authority::AuthorityIds;
use crate::record::IndexRecord;
use crate::text::trim;
use crate::xml::Element;

/// Sets `topic`, `topic_facet` and `topic_id_str_mv`.
pub(super) fn set_fields(view: &View<'_, '_>, record: &mut IndexRecord) {
    let authority = AuthorityIds::new(view.context.source);
    let (mut topics, mut ids): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for subject in &view.subjects {
        let kind = subject.attr_or_empty("type").to_lowercase();
        if kind == "iconclass" {
            continue;
        }
        for concept in subject.each("subjectConcept") {
            ids.extend(
                concept
                    .each("conceptID")
                    .filter(|id| is_address_type(id.attr_or_empty("type")))
                    .filter_map(|id| authority.add_namespace(&trimmed(id)?, "topic")),
            );
            if kind != "aihe" {
                concept.each("term").for_each(|term| split_terms(&term.text(), &mut topics));
            }
        }
        if kind != "aihe" {
            topics.extend(actor_names(*subject));
        }
    }
    record.set_all("topic", topics.iter().map(String::as_str));
    record.set_all("topic_facet", topics);
    record.set_all("topic_id_str_mv", ids);
}

fn is_address_type(kind: &str) -> bool {
    kind.eq_ignore_ascii_case("uri") || kind.eq_ignore_ascii_case("url")
}

/// Museums write several subjects into one term: `kahvi, pannut`.
fn split_terms(terms: &str, topics: &mut Vec<String>) {
    topics.extend(terms.split(',').map(trim).filter(|term| !term.is_empty()).map(str::to_owned));
}

fn actor_names(subject: Element<'_>) -> impl Iterator<Item = String> {
    subject
        .each("subjectActor")
        .flat_map(|holder| holder.each("actor"))
        .flat_map(|actor| actor.each("nameActorSet"))
        .flat_map(|set| set.each("appellationValue"))
        .filter_map(|name| trimmed(name).map(std::borrow::Cow::into_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::lido::sample;

    #[test]
    fn topics_and_their_ids() {
        let xml = sample::descriptive(
            "esine",
            "<objectRelationWrap><subjectWrap><subjectSet>\
             <subject><subjectActor><actor><nameActorSet><appellationValue> Toimija, Toini \
             </appellationValue></nameActorSet></actor></subjectActor><subjectConcept>\
             <conceptID type='URL'>http://a</conceptID><conceptID type='local'>7</conceptID>\
             <term>kahvi, pannut,</term><term> </term></subjectConcept></subject>\
             <subject type='Aihe'><subjectConcept><conceptID type='uri'>p2</conceptID>\
             <term>lause</term></subjectConcept></subject>\
             <subject type='Iconclass'><subjectConcept><conceptID type='uri'>p3</conceptID>\
             <term>25H</term></subjectConcept></subject>\
             </subjectSet></subjectWrap></objectRelationWrap>",
        );
        sample::with_view(&xml, &[], |view| {
            let mut record = IndexRecord::new();
            set_fields(view, &mut record);
            let texts = |name: &str| record.texts(name).collect::<Vec<_>>().join(" | ");
            assert_eq!(texts("topic"), "kahvi | pannut | Toimija, Toini");
            assert_eq!(texts("topic_facet"), texts("topic"));
            assert_eq!(texts("topic_id_str_mv"), "http://a | p2");
        });
    }
}
