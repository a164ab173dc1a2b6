//! API fields that are read from an EAD record (record-fields §6.1); some serve EAD3 as well.

use super::ApiValue;
use super::images::Image;
use super::online::{self, Link};
use super::rights;
use super::view::RecordView;
use crate::config::Locale;
use crate::text::trim;
use crate::xml::Element;
use icu_normalizer::ComposingNormalizerBorrowed;
use std::borrow::Cow;

/// Where the National Archives explain their series.
const PORTTI: &str = " http://wiki.narc.fi/portti";

/// Texts of elements in the first `did`: further ones are not looked at.
pub(super) fn unit_texts<'r>(root: Option<Element<'r>>, name: &str) -> Vec<Cow<'r, str>> {
    let unit = root.and_then(|root| root.child("did"));
    unit.into_iter().flat_map(|unit| unit.each(name)).map(Element::text).collect()
}

/// The rule that governs use, else that which governs access: all its paragraphs.
fn restriction_paragraphs<'r>(view: &'r RecordView<'_>) -> Vec<Element<'r>> {
    let Some(root) = view.root() else { return Vec::new() };
    let of_use = root.find_all("userestrict/p");
    if of_use.is_empty() { root.find_all("accessrestrict/p") } else { of_use }
}

/// The first paragraph on use or access, as one text.
pub(super) fn access_restrictions(view: &RecordView<'_>) -> ApiValue {
    match restriction_paragraphs(view).first() {
        Some(paragraph) => ApiValue::from(paragraph.text()),
        None => ApiValue::EMPTY,
    }
}

/// Unit titles that are no beginning of the record's title.
pub(super) fn alternative_titles(view: &RecordView<'_>) -> ApiValue {
    let nfkc = ComposingNormalizerBorrowed::new_nfkc();
    let title = view.text("title");
    let ids = unit_texts(view.root(), "unitid");
    let titles = unit_texts(view.root(), "unittitle");
    let titles = titles.iter().map(|title| trim(title)).enumerate().filter(|(at, own)| {
        let with_id = ids.get(*at).map(|id| format!("{id} {own}"));
        let begins = |text: &str| title.starts_with(nfkc.normalize(text).as_ref());
        !begins(own) && !with_id.is_some_and(|text| begins(&text))
    });
    ApiValue::texts(titles.map(|(_, title)| title))
}

fn bibliography_texts<'r>(view: &'r RecordView<'_>) -> Vec<Cow<'r, str>> {
    let Some(root) = view.root() else { return Vec::new() };
    root.descendants()
        .filter(|element| element.name() == "bibliography")
        .filter_map(|element| element.child("p"))
        .map(Element::text)
        .collect()
}

/// `bibliography` without the archives' own guide.
pub(super) fn bibliography_notes(view: &RecordView<'_>) -> ApiValue {
    ApiValue::texts(bibliography_texts(view).into_iter().filter(|text| !text.contains(PORTTI)))
}

/// `otherfindaid`.
pub(super) fn finding_aids(view: &RecordView<'_>) -> ApiValue {
    let found = view.root().map(|root| root.find_all("otherfindaid/p")).unwrap_or_default();
    ApiValue::texts(found.into_iter().map(Element::text))
}

/// Identifier, else text, of the first unit id.
pub(super) fn identifier(view: &RecordView<'_>) -> ApiValue {
    let Some(unit_id) = view.root().and_then(|root| root.find("did/unitid")) else {
        return ApiValue::Null;
    };
    match unit_id.attr_or_empty("identifier") {
        "" => ApiValue::from(unit_id.text()),
        identifier => ApiValue::from(identifier),
    }
}

/// Text of the first unit id.
pub(super) fn unit_id(view: &RecordView<'_>) -> ApiValue {
    let unit_id = view.root().and_then(|root| root.find("did/unitid"));
    unit_id.map_or(ApiValue::Null, |unit_id| ApiValue::from(unit_id.text()))
}

/// The rule on use as rights of the images.
pub(super) fn image_rights(view: &RecordView<'_>) -> ApiValue {
    let paragraphs = restriction_paragraphs(view);
    let Some(first) = paragraphs.first() else { return ApiValue::Null };
    let first = first.text();
    let copyright = rights::mapped(&first);
    let language = match view.locale() {
        Locale::Fi => "fin",
        Locale::Sv => "swe",
        Locale::EnGb => "eng",
        Locale::Se => "",
    };
    let in_language: Vec<Cow<'_, str>> = paragraphs
        .iter()
        .filter(|paragraph| !language.is_empty() && paragraph.attr("lang") == Some(language))
        .map(|paragraph| paragraph.text())
        .collect();
    let description = if in_language.is_empty() {
        paragraphs.iter().map(|paragraph| paragraph.text()).collect()
    } else {
        in_language
    };
    ApiValue::object([
        ("copyright", copyright.into()),
        ("link", rights::link(copyright, view.locale()).into()),
        ("description", ApiValue::texts(description)),
    ])
}

/// One image a `daogrp`.
pub(super) fn images(view: &RecordView<'_>) -> Vec<Image> {
    let groups = view.root().and_then(|root| root.child("did"));
    let groups: Vec<Element<'_>> =
        groups.into_iter().flat_map(|unit| unit.each("daogrp")).collect();
    let mut images = Vec::new();
    for group in groups {
        let mut image = Image::default();
        for location in group.each("daoloc") {
            let size = match location.attr_or_empty("role") {
                "image_thumbnail" => "small",
                "image_reference" => "medium",
                "image_full" => "large",
                _ => continue,
            };
            let url = location.attr_or_empty("href");
            if online::is_loadable(url) {
                match image.urls.iter_mut().find(|(known, _)| known == size) {
                    Some((_, slot)) => url.clone_into(slot),
                    None => image.urls.push((size.into(), url.to_owned())),
                }
            }
        }
        if image.urls.is_empty() {
            continue;
        }
        for (size, others) in [("small", ["medium", "large"]), ("medium", ["large", "small"])] {
            if !image.has(size)
                && let Some(url) = others.iter().find_map(|other| image.url(other))
            {
                let url = url.to_owned();
                image.urls.push((size.into(), url));
            }
        }
        let description = group.find("dapdesc/p").map(Element::text).unwrap_or_default();
        if description != "Fotografi" {
            image.detail("description", description);
        }
        image.detail("rights", image_rights(view));
        images.push(image);
    }
    images
}

/// `physical` and `material` of the index.
pub(super) fn physical_descriptions(view: &RecordView<'_>) -> ApiValue {
    ApiValue::texts(view.texts("physical").into_iter().chain(view.texts("material")))
}

/// `physloc`.
pub(super) fn physical_locations(view: &RecordView<'_>) -> ApiValue {
    ApiValue::texts(unit_texts(view.root(), "physloc"))
}

/// The index's description, taken apart again.
pub(super) fn summary(view: &RecordView<'_>) -> ApiValue {
    ApiValue::texts(view.text("description").split("   /   "))
}

/// Objects that are no images, then the archives' guide.
pub(super) fn links(view: &RecordView<'_>) -> Vec<Link> {
    let Some(root) = view.root() else { return Vec::new() };
    let mut links = Vec::new();
    for location in root.descendants().filter(|element| element.name() == "daoloc") {
        if matches!(location.attr_or_empty("role"), "image_thumbnail" | "image_reference") {
            continue;
        }
        let url = location.attr_or_empty("href");
        if url.is_empty() {
            continue;
        }
        let own = || location.find("daodesc/p").map(Element::text);
        let own_direct = || location.child("daodesc").map(Element::text);
        let of_parent = || location.parent()?.find("daodesc/p").map(Element::text);
        let filled = |text: &Cow<'_, str>| !text.trim().is_empty();
        let description = own()
            .filter(filled)
            .or_else(|| own_direct().filter(filled))
            .or_else(|| of_parent().filter(filled))
            .unwrap_or(Cow::Borrowed(url));
        push_allowed(&mut links, url, &description);
    }
    for text in bibliography_texts(view) {
        if let Some(at) = text.find(PORTTI) {
            let (name, url) = text.split_at(at);
            push_allowed(&mut links, url.trim_start(), name);
        }
    }
    links
}

fn push_allowed(links: &mut Vec<Link>, url: &str, description: &str) {
    if online::is_allowed(url, description) {
        let description = description.to_owned();
        links.push(Link { url: url.to_owned(), description, extra: Vec::new() });
    }
}

/// 1 when the record has digital objects.
pub(super) fn is_digitized(view: &RecordView<'_>) -> ApiValue {
    let found = view.root().and_then(|root| root.find("did/daogrp"));
    if found.is_some() { ApiValue::Int(1) } else { ApiValue::Null }
}

/// 1 when the record's parent is not the archive itself.
pub(super) fn is_part_of_series(view: &RecordView<'_>) -> ApiValue {
    let (parent, top) = (view.text("hierarchy_parent_id"), view.text("hierarchy_top_id"));
    if !parent.is_empty() && !top.is_empty() && parent != top {
        ApiValue::Int(1)
    } else {
        ApiValue::Null
    }
}
