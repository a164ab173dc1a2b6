//! Links of an EAD3 record that are no images.

use super::images::is_image_set;
use super::{preferred_codes, unit};
use crate::present::ApiValue;
use crate::present::online::{self, Link};
use crate::present::view::RecordView;
use crate::xml::Element;

/// Digital objects of the sets, then of the unit; those in the preferred language if there are any.
pub(in crate::present) fn links(view: &RecordView<'_>) -> Vec<Link> {
    let Some(unit) = unit(view) else { return Vec::new() };
    let sets =
        unit.each("daoset").filter(|set| !is_image_set(*set)).flat_map(|set| set.each("dao"));
    let codes = preferred_codes(view);
    let mut found: Vec<(bool, Link)> = Vec::new();
    for object in sets.chain(unit.each("dao")) {
        let url = object.attr_or_empty("href");
        if url.is_empty() || object.attr("linkrole") == Some("image/jpeg") {
            continue;
        }
        let link = link(object, url);
        if online::is_allowed(&link.url, &link.description) {
            found.push((codes.contains(&object.attr_or_empty("lang")), link));
        }
    }
    let any = found.iter().any(|(preferred, _)| *preferred);
    found.into_iter().filter(|(preferred, _)| *preferred || !any).map(|(_, link)| link).collect()
}

fn link(object: Element<'_>, url: &str) -> Link {
    let note = || object.find("descriptivenote/p").map(|note| note.trimmed().into_owned());
    let description = match object.attr_or_empty("linktitle") {
        "" => note().filter(|text| !text.is_empty()).unwrap_or_else(|| url.to_owned()),
        title => title.to_owned(),
    };
    let role = object.attr_or_empty("linkrole");
    let is_recording = role.starts_with("audio/") || role.starts_with("video/");
    let on_request = object.attr_or_empty("actuate").eq_ignore_ascii_case("onrequest")
        && object.attr("show") == Some("none");
    let kind = if role == "image/tiff" || (is_recording && on_request) {
        "download"
    } else {
        "external-link"
    };
    Link { url: url.to_owned(), description, extra: vec![("linkType", ApiValue::from(kind))] }
}
