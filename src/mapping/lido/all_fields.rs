//! Every text of the record, for searches that name no field (ingest-lido §10).

use super::identifiers::record_source;
use super::view::{View, trimmed};
use crate::record::IndexRecord;
use crate::xml::Element;
use std::borrow::Cow;

/// Sets `allfields`; the hierarchy fields of `record` must have been set.
pub(super) fn set_field(view: &View<'_, '_>, record: &mut IndexRecord) {
    let mut texts: Vec<String> = Vec::with_capacity(128);
    collect(view.lido, &mut texts);
    for field in [
        "is_hierarchy_title",
        "hierarchy_parent_title",
        "hierarchy_top_title",
        "title_in_hierarchy",
    ] {
        texts.extend(record.texts(field).map(str::to_owned));
    }
    // The peer adds an empty text where nobody is named.
    texts.push(record_source(view).unwrap_or_default().into_owned());
    record.set_all("allfields", texts);
}

/// The parser limits how deep elements may lie, so the recursion is bounded.
fn collect(element: Element<'_>, texts: &mut Vec<String>) {
    for child in element.children() {
        if !is_skipped(child.name()) {
            texts.extend(trimmed(child).map(Cow::into_owned));
            collect(child, texts);
        }
    }
}

/// Elements that nobody searches the inside of.
fn is_skipped(name: &str) -> bool {
    matches!(
        name,
        "conceptID"
            | "eventType"
            | "legalBodyWeblink"
            | "linkResource"
            | "objectMeasurementsWrap"
            | "recordMetadataDate"
            | "recordType"
            | "resourceWrap"
            | "relatedWorksWrap"
            | "rightsType"
            | "roleActor"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::lido::sample;

    #[test]
    fn texts_in_document_order() {
        let xml = "<lido> x <lidoRecID>1</lidoRecID><a>b <conceptID>no</conceptID><c>d</c> e</a>\
            <administrativeMetadata><resourceWrap><a>no</a></resourceWrap><recordWrap>\
            <recordSource><legalBodyName><appellationValue>M</appellationValue></legalBodyName>\
            </recordSource></recordWrap></administrativeMetadata></lido>";
        sample::with_view(xml, &[], |view| {
            let mut record = IndexRecord::new();
            record.set("is_hierarchy_title", "top");
            set_field(view, &mut record);
            let found: Vec<&str> = record.texts("allfields").collect();
            assert_eq!(found, ["1", "b  e", "d", "M", "top", "M"]);
        });
    }
}
