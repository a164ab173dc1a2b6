//! Images, sound and film of a LIDO record (record-fields §5.3).

use super::{best, best_text, each, is_blank, resource_sets};
use crate::present::images::Image;
use crate::present::online::is_loadable;
use crate::present::rights::{link, mapped};
use crate::present::view::RecordView;
use crate::present::{ApiValue, lido};
use crate::xml::Element;
use std::borrow::Cow;

type Pairs = Vec<(Cow<'static, str>, ApiValue)>;

/// Formats that browsers do not show.
const UNDISPLAYABLE: [&str; 7] = ["tif", "tiff", "3d-pdf", "3d model", "glb", "obj", "gltf"];

/// A file of a resource.
struct File<'r> {
    kind: &'r str,
    url: Cow<'r, str>,
    format: String,
    element: Element<'r>,
}

fn files(set: Element<'_>) -> impl Iterator<Item = File<'_>> {
    set.each("resourceRepresentation").filter_map(|representation| {
        let resource = representation.child("linkResource")?;
        let url = resource.trimmed();
        if !is_loadable(&url) {
            return None;
        }
        Some(File {
            kind: representation.attr_or_empty("type"),
            url,
            format: resource.attr_or_empty("formatResource").to_lowercase(),
            element: representation,
        })
    })
}

/// An image a resource set; what is known of the set goes to its last one.
pub(in crate::present) fn images(view: &RecordView<'_>) -> Vec<Image> {
    let mut images = Vec::new();
    for set in resource_sets(view) {
        for (mut image, high_resolution) in images_of_set(set, view.locale().code()) {
            fill_sizes(&mut image);
            image.detail("rights", set_rights(view, set));
            if let Some(files) = high_resolution {
                image.detail("highResolution", files);
                describe(view, set, &mut image);
            }
            images.push(image);
        }
    }
    images
}

/// The images of a set with their high-resolution files; usually one.
fn images_of_set(set: Element<'_>, language: &str) -> Vec<(Image, Option<ApiValue>)> {
    let mut finished: Vec<(Image, Option<ApiValue>)> = Vec::new();
    let mut image = Image::default();
    let mut files_found: Pairs = Vec::new();
    for file in files(set) {
        let displayable = !UNDISPLAYABLE.contains(&file.format.as_str());
        let sizes: &[&'static str] = match file.kind {
            "" => &["large", "medium", "small"],
            "image_thumb" | "thumb" => &["small"],
            "medium" => &["medium"],
            "image_large" | "large" | "zoomview" => &["large"],
            "image_master" => &["master"],
            "image_original" => &[],
            _ => continue,
        };
        if !displayable && file.kind != "image_original" {
            continue;
        }
        if file.kind.is_empty() && !image.urls.is_empty() {
            finished.push((std::mem::take(&mut image), None));
        }
        for size in sizes {
            match image.urls.iter_mut().find(|(known, _)| known == size) {
                Some((_, url)) => file.url.as_ref().clone_into(url),
                None => image.urls.push(((*size).into(), file.url.as_ref().to_owned())),
            }
        }
        let high = match file.kind {
            "image_master" => "master",
            "image_original" => "original",
            _ => continue,
        };
        let item = high_resolution_file(set, &file, language);
        match files_found.iter_mut().find(|(known, _)| known == high) {
            Some((_, ApiValue::List(list))) => list.push(item),
            _ => files_found.push((Cow::Borrowed(high), ApiValue::List(vec![item]))),
        }
    }
    if !image.urls.is_empty() {
        finished.push((image, Some(ApiValue::Object(files_found))));
    }
    finished
}

fn fill_sizes(image: &mut Image) {
    let order: [(&'static str, &[&str]); 3] = [
        ("small", &["medium", "large", "master"]),
        ("medium", &["small", "large", "master"]),
        ("large", &["medium", "small", "master"]),
    ];
    for (size, others) in order {
        if image.has(size) {
            continue;
        }
        if let Some(url) = others.iter().find_map(|other| image.url(other)).map(str::to_owned) {
            image.urls.push((size.into(), url));
        }
    }
}

/// A file to be fetched as it is, with its measures.
fn high_resolution_file(set: Element<'_>, file: &File<'_>, language: &str) -> ApiValue {
    let mut data: Pairs = Vec::new();
    for measurements in file.element.each("resourceMeasurementsSet") {
        let text =
            |name: &str| best_text(&each(measurements, name), language).trim().to_lowercase();
        let key: &'static str = match text("measurementType").as_str() {
            "width" | "leveys" | "bredd" => "width",
            "height" | "korkeus" | "höjd" => "height",
            "size" | "koko" | "storlek" => "size",
            _ => continue,
        };
        let unit = match text("measurementUnit").as_str() {
            "pikseli" | "pixel" | "pixels" => "pixel".to_owned(),
            "tavua" | "tavu" | "byte" | "bytes" => "byte".to_owned(),
            other => other.to_owned(),
        };
        let value = ApiValue::object([
            ("unit", unit.into()),
            ("value", measured(&text("measurementValue"))),
        ]);
        data.push((key.into(), value));
    }
    let resource_id = set.child("resourceID").map(Element::trimmed).unwrap_or_default();
    ApiValue::object([
        ("data", ApiValue::Object(data)),
        ("url", file.url.as_ref().into()),
        ("format", if file.format.is_empty() { "jpg" } else { file.format.as_str() }.into()),
        ("resourceID", resource_id.into()),
    ])
}

/// A value as it is; several are the sizes of parts and are added up.
fn measured(text: &str) -> ApiValue {
    let parts: Vec<&str> = text.split_whitespace().collect();
    if parts.len() < 2 {
        return ApiValue::from(text);
    }
    let sizes: Option<Vec<i64>> = parts.iter().map(|part| part.parse().ok()).collect();
    let sum = sizes.and_then(|sizes| sizes.into_iter().try_fold(0_i64, i64::checked_add));
    sum.map_or_else(|| ApiValue::from(text), ApiValue::Int)
}

/// Rights of a set, else those of the record.
fn set_rights(view: &RecordView<'_>, set: Element<'_>) -> ApiValue {
    let mut pairs: Pairs = Vec::new();
    let resources = each(set, "rightsResource");
    let types: Vec<Element<'_>> = resources.iter().flat_map(|r| each(*r, "rightsType")).collect();
    let name = types
        .iter()
        .flat_map(|kind| kind.each("conceptID"))
        .filter(|id| id.attr_or_empty("type").eq_ignore_ascii_case("copyright"))
        .map(|id| id.trimmed().into_owned())
        .find(|name| !name.is_empty());
    if let Some(name) = &name {
        let copyright = mapped(name);
        pairs.push(("copyright".into(), copyright.into()));
        pairs.push(("link".into(), link(copyright, view.locale()).into()));
    }
    let holders: Vec<ApiValue> = resources
        .iter()
        .flat_map(|resource| resource.each("rightsHolder"))
        .filter_map(|holder| {
            let name = holder.find("legalBodyName/appellationValue")?.trimmed();
            if name.is_empty() {
                return None;
            }
            let link = holder.child("legalBodyWeblink").map(Element::trimmed).unwrap_or_default();
            Some(ApiValue::object([("name", name.into()), ("link", link.into())]))
        })
        .collect();
    if !holders.is_empty() {
        pairs.push(("rightsHolders".into(), ApiValue::List(holders)));
    }
    let credits: Vec<Element<'_>> = resources.iter().flat_map(|r| each(*r, "creditLine")).collect();
    let credit = best_text(&credits, view.locale().code());
    if !credit.trim().is_empty() {
        pairs.push(("creditLine".into(), credit.trim().into()));
    }
    let copyright = pairs.first().and_then(|(_, value)| value.as_text()).unwrap_or("").to_owned();
    // Only the first term is looked at to see whether there are any.
    let terms = types.first().map(|kind| each(*kind, "term")).unwrap_or_default();
    if terms.first().is_some_and(|term| !is_blank(*term)) {
        let term = best_text(&terms, view.locale().code()).trim().to_owned();
        if term != copyright {
            pairs.push(("description".into(), ApiValue::texts([term])));
        }
    }
    if pairs.is_empty() {
        return lido::rights::image_rights(view);
    }
    ApiValue::Object(pairs)
}

/// What else a set tells about its image.
fn describe(view: &RecordView<'_>, set: Element<'_>, image: &mut Image) {
    let language = view.locale().code();
    let text = |elements: Vec<Element<'_>>| best_text(&elements, language).trim().to_owned();
    image.detail("identifier", text(each(set, "resourceID")));
    image.detail("type", text(set.find_all("resourceType/term")));
    let relations: Vec<String> = set
        .find_all("resourceRelType/term")
        .into_iter()
        .map(|term| term.trimmed().into_owned())
        .filter(|term| !term.is_empty())
        .collect();
    if !relations.is_empty() {
        image.detail("relationTypes", ApiValue::texts(relations));
    }
    if let Some(best) = best(&each(set, "resourceDescription"), language) {
        let is_name = best.attr("type") == Some("displayLink");
        let key = if is_name { "resourceName" } else { "resourceDescription" };
        image.detail(key, best.trimmed());
    }
    image.detail("dateTaken", text(set.find_all("resourceDateTaken/displayDate")));
    let perspectives: Vec<String> = set
        .find_all("resourcePerspective/term")
        .into_iter()
        .map(|term| term.trimmed().into_owned())
        .filter(|term| !term.is_empty())
        .collect();
    if !perspectives.is_empty() {
        image.detail("perspectives", ApiValue::texts(perspectives));
    }
}

/// Sound, then film.
pub(in crate::present) fn links(view: &RecordView<'_>) -> Vec<Pairs> {
    let mut sounds = Vec::new();
    let mut films = Vec::new();
    for set in resource_sets(view) {
        let mut names = set.each("resourceDescription");
        let name = names.find(|name| name.attr("type") == Some("displayLink"));
        let description = name.map(Element::trimmed).unwrap_or_default();
        for file in files(set) {
            let url = file.url.as_ref();
            let format = file.format.as_str();
            let mut pairs: Pairs =
                vec![("desc".into(), description.as_ref().into()), ("url".into(), url.into())];
            match (file.kind, format) {
                ("preview_audio", "mp3" | "wav") => {
                    pairs.push(("codec".into(), format.into()));
                    pairs.push(("type".into(), "audio".into()));
                    pairs.push(("embed".into(), "audio".into()));
                    sounds.push(pairs);
                }
                ("preview_video", "mp4" | "video/mp4" | "mov" | "video/quicktime") => {
                    let kind =
                        if format.ends_with("mp4") { "video/mp4" } else { "video/quicktime" };
                    let source = ApiValue::object([("src", url.into()), ("type", kind.into())]);
                    pairs.push(("embed".into(), "video".into()));
                    pairs.push(("format".into(), format.into()));
                    pairs.push(("videoSources".into(), source));
                    films.push(pairs);
                }
                ("preview_video", "text/html") => {
                    pairs.push(("embed".into(), "iframe".into()));
                    pairs.push(("format".into(), format.into()));
                    films.push(pairs);
                }
                _ => {}
            }
        }
    }
    sounds.into_iter().chain(films).collect()
}
