//! Series of a MARC record (record-fields §4.8).

use super::fields::{single, trimmed, unique};
use super::punctuation::strip;
use crate::marc::DataField;
use crate::present::view::RecordView;
use crate::present::{ApiValue, people};

const TRACED: [(&str, &str); 3] = [("440", "anp"), ("800", "abcdfnpqtlv"), ("830", "av")];

/// 440, 800 and 830, else 490, else the index fields.
pub(in crate::present) fn series(view: &RecordView<'_>) -> ApiValue {
    let record = view.marc();
    let mut found: Vec<ApiValue> = TRACED
        .iter()
        .flat_map(|(tag, codes)| record.each(tag).filter_map(|field| item(field, codes)))
        .collect();
    if found.is_empty() {
        found = record.each("490").filter_map(|field| item(field, "av")).collect();
    }
    if found.is_empty() { people::index_series(view) } else { ApiValue::List(unique(found)) }
}

fn item(field: DataField<'_>, codes: &str) -> Option<ApiValue> {
    let mut values = trimmed(field, codes);
    let name = values.next()?;
    let rest = values.collect::<Vec<_>>().join(" ");
    let of_830 = |code: char| if field.tag == "830" { strip(single(field, code)) } else { "" };
    Some(ApiValue::object([
        ("name", strip(name).into()),
        ("additional", rest.into()),
        ("issn", strip(single(field, 'x')).into()),
        ("partName", of_830('p').into()),
        ("partNumber", of_830('n').into()),
    ]))
}
