//! The parts of a record that the topics look at, found once.
//!
//! The peer addresses elements by paths in which every step but the last means the first element
//! of its name; [`list`] keeps that, for records repeat their wraps by mistake.

use super::events::Events;
use crate::mapping::MapContext;
use crate::xml::Element;
use rustc_hash::FxHashSet;
use std::borrow::Cow;

/// One record and what it is read with.
pub(super) struct View<'t, 'c> {
    pub(super) context: &'c MapContext<'c>,
    /// The `lido` element.
    pub(super) lido: Element<'t>,
    /// The first language version of the descriptive part; others give only identifiers.
    pub(super) identification: Option<Element<'t>>,
    pub(super) classification: Option<Element<'t>>,
    pub(super) relations: Option<Element<'t>>,
    pub(super) administrative: Option<Element<'t>>,
    pub(super) repositories: Vec<Element<'t>>,
    pub(super) subjects: Vec<Element<'t>>,
    pub(super) resources: Vec<Element<'t>>,
    pub(super) events: Events<'t>,
    /// The work type, as written: the record's format.
    pub(super) work_type: Cow<'t, str>,
}

impl<'t, 'c> View<'t, 'c> {
    pub(super) fn new(lido: Element<'t>, context: &'c MapContext<'c>) -> Self {
        let descriptive = lido.child("descriptiveMetadata");
        let part = |name| descriptive.and_then(|part| part.child(name));
        let (identification, classification, relations) = (
            part("objectIdentificationWrap"),
            part("objectClassificationWrap"),
            part("objectRelationWrap"),
        );
        let administrative = lido.child("administrativeMetadata");
        let work_type = list(classification, "objectWorkTypeWrap/objectWorkType")
            .find_map(|kind| text_at(kind, "term"))
            .unwrap_or_default();
        View {
            context,
            lido,
            identification,
            classification,
            relations,
            administrative,
            repositories: list(identification, "repositoryWrap/repositorySet").collect(),
            subjects: list(relations, "subjectWrap/subjectSet")
                .flat_map(|set| set.each("subject"))
                .collect(),
            resources: list(administrative, "resourceWrap/resourceSet").collect(),
            events: Events::new(descriptive, &work_type, context),
            work_type,
        }
    }

    /// Every language version of the descriptive part.
    pub(super) fn descriptive_versions(&self) -> impl Iterator<Item = Element<'t>> {
        self.lido.each("descriptiveMetadata")
    }

    /// A driver parameter of the source (ingest-lido, `D(name, default)`).
    pub(super) fn flag(&self, parameter: &str, default: bool) -> bool {
        self.context.source.params.flag(parameter, default)
    }

    /// The text without punctuation at its end, periods included, and without blanks around it.
    pub(super) fn without_final_punctuation(&self, text: &str) -> Option<String> {
        let rules = &self.context.ingest.text;
        let stripped = rules.strip_trailing_punctuation_of(text, ".", false);
        non_empty_trimmed(&stripped)
    }
}

/// The elements on the last step of `path`, below the first element on each step before.
pub(super) fn list<'t, 'p>(
    from: Option<Element<'t>>,
    path: &'p str,
) -> impl Iterator<Item = Element<'t>> + use<'t, 'p> {
    let (parent, last) = match path.rsplit_once('/') {
        Some((head, last)) => (from.and_then(|element| element.find(head)), last),
        None => (from, path),
    };
    parent.into_iter().flat_map(move |parent| parent.each(last))
}

/// The text as the peer keeps it: white space beside a tag goes, except in an element that holds
/// nothing but text and has no attributes.
pub(super) fn written(element: Element<'_>) -> Cow<'_, str> {
    let is_plain = element.attributes().next().is_none() && element.children().next().is_none();
    if is_plain { element.text() } else { element.trimmed() }
}

/// [`written`] text of the first element on `path`, if there is any.
pub(super) fn text_at<'t>(from: Element<'t>, path: &str) -> Option<Cow<'t, str>> {
    non_empty(written(from.find(path)?))
}

/// Trimmed text of the first element on `path`, if there is any.
pub(super) fn trimmed_at<'t>(from: Element<'t>, path: &str) -> Option<Cow<'t, str>> {
    non_empty(from.find(path)?.trimmed())
}

/// Trimmed text of the element, if there is any.
pub(super) fn trimmed(element: Element<'_>) -> Option<Cow<'_, str>> {
    non_empty(element.trimmed())
}

/// The values, each once, in the order met.
pub(super) fn distinct<'v>(values: &'v [Cow<'_, str>]) -> Vec<&'v str> {
    let mut met = FxHashSet::default();
    values.iter().map(AsRef::as_ref).filter(|value| met.insert(*value)).collect()
}

/// The text, if it is not empty.
pub(super) fn non_empty(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    (!text.is_empty()).then_some(text)
}

fn non_empty_trimmed(text: &str) -> Option<String> {
    let text = crate::text::trim(text);
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::parse;

    #[test]
    fn only_the_last_step_of_a_list_repeats() {
        let tree =
            parse("<a><w><s>1</s><s> 2 </s></w><w><s>3</s></w><e> </e></a>").expect("well-formed");
        let root = tree.root();
        let texts: Vec<_> = list(Some(root), "w/s").map(Element::trimmed).collect();
        assert_eq!(texts, ["1", "2"]);
        assert_eq!(list(Some(root), "w").count(), 2);
        assert_eq!(list(Some(root), "x/s").count(), 0);
        assert_eq!(list(None, "w").count(), 0);
        assert_eq!(trimmed_at(root, "w/s").as_deref(), Some("1"));
        assert_eq!(trimmed_at(root, "e"), None);
    }
}
