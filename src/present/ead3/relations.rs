//! `recordLinks` of an EAD3 record.

use crate::present::ApiValue;
use crate::present::view::RecordView;
use crate::xml::Element;

/// Relations to other units.
pub(in crate::present) fn record_links(view: &RecordView<'_>) -> ApiValue {
    let relations = view.root().map(|root| root.find_all("relations/relation")).unwrap_or_default();
    let source = view.text("datasource_str_mv");
    let links = relations.into_iter().filter_map(|relation| {
        let analog = relation.attr_or_empty("encodinganalog");
        let href = relation.attr_or_empty("href");
        let shown = relation.attr("relationtype") == Some("resourcerelation")
            && !matches!(analog, "" | "ahaa:AI30" | "ahaa:AI41")
            && !href.is_empty();
        if !shown {
            return None;
        }
        let entry = relation.child("relationentry").map(Element::text).unwrap_or_default();
        let value = if entry.is_empty() { href.into() } else { ApiValue::from(entry) };
        let link = ApiValue::object([
            ("value", href.into()),
            ("type", "identifier".into()),
            ("filter", ApiValue::object([("datasource_str_mv", source.into())])),
        ]);
        Some(ApiValue::object([
            ("value", value),
            ("detail", relation.attr_or_empty("arcrole").into()),
            ("link", link),
        ]))
    });
    ApiValue::List(links.collect())
}
