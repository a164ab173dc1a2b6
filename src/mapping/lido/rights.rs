//! Who holds the rights and what may be done with the images (ingest-lido §5, §9).

use super::view::{View, list, text_at, written};
use crate::record::IndexRecord;
use crate::xml::Element;
use std::borrow::Cow;

/// Sets `rights` and the usage rights, one for each resource set.
pub(super) fn set_fields(view: &View<'_, '_>, record: &mut IndexRecord) {
    let holder = view
        .resources
        .iter()
        .flat_map(|set| list(Some(*set), "rightsResource/rightsHolder"))
        .find_map(|holder| text_at(holder, "legalBodyName/appellationValue"));
    record.set("rights", holder.unwrap_or_default());
    let usage: Vec<Cow<'_, str>> = view.resources.iter().map(|set| usage_rights(*set)).collect();
    record.set_all("usage_rights_str_mv", usage.iter().map(AsRef::as_ref));
    record.set_all("usage_rights_ext_str_mv", usage);
}

/// The code of the first right, empty if that is; `restricted` where no right is given a code.
fn usage_rights(set: Element<'_>) -> Cow<'_, str> {
    set.find("rightsResource/rightsType/conceptID").map_or(Cow::Borrowed("restricted"), written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::lido::sample;

    #[test]
    fn one_usage_right_for_each_set() {
        let set = |rights: &str| format!("<resourceSet>{rights}</resourceSet>");
        let code = |code: &str| {
            format!(
                "<rightsResource><rightsType><conceptID>{code}</conceptID><conceptID>no\
                 </conceptID></rightsType><rightsHolder><legalBodyName><appellationValue>M {code}</appellationValue></legalBodyName></rightsHolder></rightsResource>"
            )
        };
        for (sets, usage, holder) in [
            (String::new(), &[][..], ""),
            (set(""), &["restricted"], ""),
            (set(&code("")) + &set(&code("CC0")), &["", "CC0"], "M "),
            (set("") + &set(&code("CC0")), &["restricted", "CC0"], "M CC0"),
        ] {
            let xml = format!(
                "<lido><administrativeMetadata><resourceWrap>{sets}</resourceWrap>\
                 </administrativeMetadata></lido>"
            );
            sample::with_view(&xml, &[], |view| {
                let mut record = IndexRecord::new();
                set_fields(view, &mut record);
                for field in ["usage_rights_str_mv", "usage_rights_ext_str_mv"] {
                    assert_eq!(record.texts(field).collect::<Vec<_>>(), usage, "{sets}");
                }
                assert_eq!(record.first("rights"), holder);
            });
        }
    }
}
