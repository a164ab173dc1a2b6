//! What may be done with the material an EAD3 record describes (ingest-ead §7).

use crate::mapping::archival_unit::licence_in;
use crate::xml::Element;
use std::borrow::Cow;

const LICENCE_HOSTS: [&str; 2] = ["creativecommons.org/", "rightsstatements.org/"];

/// The licence that `userestrict`, else `accessrestrict`, names by address or in words; without one
/// use is restricted.
pub(super) fn usage_rights(root: Element<'_>) -> Cow<'_, str> {
    let mut in_words = None;
    for paragraph in paragraphs(root, "userestrict") {
        for reference in paragraph.each("ref") {
            if let Some(address) = licence_address(reference) {
                return address.into();
            }
            if let Some(licence) = licence_in(&reference.text()) {
                return licence.to_owned().into();
            }
        }
        if in_words.is_none() {
            in_words = licence_in(&paragraph.text()).map(str::to_owned);
        }
    }
    if let Some(licence) = in_words {
        return licence.into();
    }
    for paragraph in paragraphs(root, "accessrestrict") {
        if let Some(address) = licence_address(paragraph) {
            return address.into();
        }
        if let Some(licence) = licence_in(&paragraph.text()) {
            return licence.to_owned().into();
        }
    }
    "restricted".into()
}

fn paragraphs<'t>(root: Element<'t>, name: &'static str) -> impl Iterator<Item = Element<'t>> {
    root.each(name).flat_map(|element| element.each("p"))
}

fn licence_address(element: Element<'_>) -> Option<&str> {
    let address = element.attr("href")?;
    let host = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://"))?;
    LICENCE_HOSTS.iter().any(|known| host.starts_with(known)).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::parse;

    #[test]
    fn the_first_licence_counts() {
        const BY: &str = "https://creativecommons.org/licenses/by/4.0/";
        for (xml, expected) in [
            ("<c/>", "restricted"),
            ("<c><userestrict><p>Kysy arkistosta</p></userestrict></c>", "restricted"),
            ("<c><userestrict><p> CC BY 4.0</p></userestrict></c>", "CC BY 4.0"),
            ("<c><userestrict><p>julkinen aineisto</p></userestrict></c>", "julkinen aineisto"),
            (
                "<c><userestrict><p>(No known copyright restrictions.)</p></userestrict></c>",
                "No known copyright restrictions",
            ),
            (
                "<c><userestrict><p>CC0</p><p>x <ref href=\"https://creativecommons.org/licenses/by/4.0/\">y</ref></p></userestrict></c>",
                BY,
            ),
            (
                "<c><userestrict><p>CC0 <ref href=\"https://example.org/\">Public domain</ref></p></userestrict></c>",
                "Public domain",
            ),
            (
                "<c><accessrestrict><p href=\"http://rightsstatements.org/page/InC/1.0/\">x</p></accessrestrict></c>",
                "http://rightsstatements.org/page/InC/1.0/",
            ),
            ("<c><accessrestrict><p>Julkinen</p></accessrestrict></c>", "Julkinen"),
            ("<c><accessrestrict><p>ÄCC</p></accessrestrict></c>", "restricted"),
        ] {
            assert_eq!(usage_rights(parse(xml).expect("well-formed").root()), expected, "{xml}");
        }
    }
}
