//! Links to images and other files, and what they make of the record (ingest-lido §9).

use super::view::{View, trimmed};
use crate::record::IndexRecord;
use crate::text::{link_media_type, unique};
use crate::xml::Element;

/// Types of representations that are images; a representation without type counts as one.
const IMAGES: &[&str] = &[
    "",
    "image_thumb",
    "thumb",
    "medium",
    "image_large",
    "large",
    "zoomview",
    "image_master",
    "image_original",
];

const LARGEST_IMAGES: &[&str] = &["image_original", "image_master"];

/// Sets the thumbnail, media types and the fields of what is online.
pub(super) fn set_fields(view: &View<'_, '_>, record: &mut IndexRecord) {
    let links: Vec<Link<'_>> = view.resources.iter().flat_map(|set| links(*set)).collect();
    if let Some(first) = links.first() {
        record.set("thumbnail", first.url.as_ref());
    }
    let mut media_types: Vec<String> = links
        .iter()
        .map(|link| link_media_type(&link.url, link.format, link.kind))
        .filter(|media_type| !media_type.is_empty())
        .collect();
    unique(&mut media_types);
    record.set_all("media_type_str_mv", media_types);

    let source = view.context.source.id.as_str();
    if view.flag("online", !links.is_empty()) {
        record.set("online_boolean", "1");
        record.set("online_str_mv", source);
        if view.flag("freeOnline", view.flag("freeOnlineDefault", true)) {
            record.set("free_online_boolean", "1");
            record.set("free_online_str_mv", source);
        }
        if links.iter().any(|link| LARGEST_IMAGES.contains(&link.kind)) {
            record.set("hires_image_boolean", "1");
            record.set("hires_image_str_mv", source);
        }
    }
}

struct Link<'t> {
    url: std::borrow::Cow<'t, str>,
    /// Media type or file extension, as the record has it.
    format: &'t str,
    /// Size of an image.
    kind: &'t str,
}

fn links(set: Element<'_>) -> impl Iterator<Item = Link<'_>> {
    set.each("resourceRepresentation").flat_map(|representation| {
        let kind = representation.attr_or_empty("type");
        representation.each("linkResource").filter_map(move |link| {
            Some(Link { url: trimmed(link)?, format: link.attr_or_empty("formatResource"), kind })
        })
    })
}

/// True if a resource set shows the object.
pub(super) fn has_image_link(set: Element<'_>) -> bool {
    links(set).any(|link| IMAGES.contains(&link.kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::lido::sample;

    fn fields(representations: &str, parameters: &[(&str, &str)], names: &[&str]) -> Vec<String> {
        let xml = format!(
            "<lido><administrativeMetadata><resourceWrap><resourceSet>{representations}\
             </resourceSet></resourceWrap></administrativeMetadata></lido>"
        );
        sample::with_view(&xml, parameters, |view| {
            let mut record = IndexRecord::new();
            set_fields(view, &mut record);
            names.iter().map(|name| record.texts(name).collect::<Vec<_>>().join(" | ")).collect()
        })
    }

    fn link(kind: &str, format: &str, url: &str) -> String {
        format!(
            "<resourceRepresentation type='{kind}'><linkResource formatResource='{format}'>{url}\
             </linkResource></resourceRepresentation>"
        )
    }

    #[test]
    fn links_and_media_types() {
        let links = link("", "image/tiff", " ")
            + &link("", "notvalid", "http://x/a.aspx?id=1")
            + &link("", "png", " http://x/b ")
            + &link("", "image/tiff", "http://x/c.jpg")
            + &link("thumb", "", "http://x/d");
        assert_eq!(
            fields(&links, &[], &["thumbnail", "media_type_str_mv"]),
            ["http://x/a.aspx?id=1", "image/png | image/tiff | image/jpeg"]
        );
    }

    #[test]
    fn online_free_and_large() {
        let names = ["online_boolean", "online_str_mv", "free_online_str_mv", "hires_image_str_mv"];
        let (small, large) = (link("thumb", "", "http://x"), link("image_master", "", "http://x"));
        for (links, parameters, expected) in [
            ("", &[][..], ["", "", "", ""]),
            ("", &[("online", "1")], ["1", "src", "src", ""]),
            (&small, &[], ["1", "src", "src", ""]),
            (&large, &[], ["1", "src", "src", "src"]),
            (&large, &[("online", "")], ["", "", "", ""]),
            (&large, &[("freeOnline", "")], ["1", "src", "", "src"]),
            (&large, &[("freeOnlineDefault", "")], ["1", "src", "", "src"]),
            (&large, &[("freeOnlineDefault", ""), ("freeOnline", "1")], ["1", "src", "src", "src"]),
        ] {
            assert_eq!(fields(links, parameters, &names), expected, "{links} {parameters:?}");
        }
    }

    #[test]
    fn which_links_are_images() {
        for (kind, url, expected) in [
            ("", "http://x", true),
            ("zoomview", "x", true),
            ("thumb", " ", false),
            ("pdf", "x", false),
        ] {
            let tree = crate::xml::parse(&format!("<set>{}</set>", link(kind, "", url)));
            assert_eq!(has_image_link(tree.expect("well-formed").root()), expected, "{kind} {url}");
        }
    }
}
