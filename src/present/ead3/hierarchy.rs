//! The series above a record.

use crate::present::ApiValue;
use crate::present::view::{RecordView, RuleSet};
use crate::xml::Element;

/// `add-data/parent` that are series, from inside out.
fn series<'r>(view: &'r RecordView<'_>) -> Vec<Element<'r>> {
    if view.rules() != RuleSet::Ead3 {
        return Vec::new();
    }
    let parents = view.root().map(|root| root.find_all("add-data/parent")).unwrap_or_default();
    let is_series =
        |parent: &Element<'_>| matches!(parent.attr("level"), Some("series" | "subseries"));
    parents.into_iter().filter(is_series).rev().collect()
}

/// `hierarchyParentId`.
pub(in crate::present) fn parent_ids(view: &RecordView<'_>) -> ApiValue {
    let series = series(view);
    if series.is_empty() {
        return view.list("hierarchy_parent_id");
    }
    let source = view.text("datasource_str_mv");
    ApiValue::texts(series.iter().map(|parent| format!("{source}.{}", parent.attr_or_empty("id"))))
}

/// `hierarchyParentTitle`.
pub(in crate::present) fn parent_titles(view: &RecordView<'_>) -> ApiValue {
    let series = series(view);
    if series.is_empty() {
        return view.list("hierarchy_parent_title");
    }
    ApiValue::texts(series.iter().map(|parent| parent.attr_or_empty("title")))
}
