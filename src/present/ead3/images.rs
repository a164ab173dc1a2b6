//! Images of an EAD3 record (record-fields §6.3), in the peer's own order.

use super::{notes, unit};
use crate::present::ApiValue;
use crate::present::images::Image;
use crate::present::online::is_loadable;
use crate::present::view::RecordView;
use crate::xml::Element;
use std::borrow::Cow;

/// Kinds of image sets: mark, type, size.
const KINDS: [(&str, &str, &str); 5] = [
    ("Bittikartta - Fullres - Jakelukappale", "fullres", "large"),
    ("fullsize", "fullres", "large"),
    ("Bittikartta - Pikkukuva - Jakelukappale", "medium", "medium"),
    ("thumbnail", "medium", "medium"),
    ("OCR-data - Alto - Jakelukappale", "ocr", "ocr"),
];

/// Formats that browsers do not show.
const UNDISPLAYABLE: [&str; 7] = ["tif", "tiff", "3d-pdf", "3d model", "glb", "obj", "gltf"];

/// The size key of objects that do not name their kind themselves, a slip of the peer's.
const UNNAMED_SIZE: &str = "1";

fn kind(mark: &str) -> Option<(&'static str, &'static str)> {
    KINDS.iter().find(|(known, ..)| *known == mark).map(|(_, kind, size)| (*kind, *size))
}

/// True for sets that hold nothing but renderings of images.
pub(super) fn is_image_set(set: Element<'_>) -> bool {
    let mark = set.attr_or_empty("localtype");
    mark.ends_with(" - Jakelukappale") && kind(mark).is_some()
}

/// The image that is being put together.
struct Draft {
    image: Image,
    pdf: Vec<(Cow<'static, str>, ApiValue)>,
}

impl Draft {
    fn finish(mut self, originals: &[ApiValue]) -> Image {
        let first = self.image.urls.first().map(|(_, url)| url.clone()).unwrap_or_default();
        let first_is_pdf = self.pdf.first().map_or(ApiValue::Bool(false), |(_, pdf)| pdf.clone());
        for size in ["small", "medium", "large"] {
            if !self.image.has(size) {
                self.image.urls.push((size.into(), first.clone()));
                self.pdf.push((size.into(), first_is_pdf.clone()));
            }
        }
        self.image.is_pdf = self.pdf.iter().any(|(_, pdf)| *pdf == ApiValue::Bool(true));
        self.image.detail("pdf", ApiValue::Object(self.pdf));
        let high_resolution = if originals.is_empty() {
            ApiValue::EMPTY
        } else {
            ApiValue::object([("original", ApiValue::List(originals.to_vec()))])
        };
        self.image.detail("highResolution", high_resolution);
        self.image
    }
}

/// Images that were complete when the next began, then the last of each set.
pub(in crate::present) fn images(view: &RecordView<'_>) -> Vec<Image> {
    let Some(unit) = unit(view) else { return Vec::new() };
    let (mut complete, mut lasts) = (Vec::new(), Vec::new());
    for set in std::iter::once(unit).chain(unit.each("daoset")) {
        let set_type = kind(set.attr_or_empty("localtype")).map_or("large", |(kind, _)| kind);
        let mut originals: Vec<ApiValue> = Vec::new();
        let mut draft: Option<Draft> = None;
        for object in set.each("dao") {
            let (url, title) = (object.attr_or_empty("href"), object.attr_or_empty("linktitle"));
            if title.is_empty() || object.attr("show") == Some("none") || !is_loadable(url) {
                continue;
            }
            let role = object.attr_or_empty("linkrole");
            let format = role.split_once('/').map_or("jpg", |(_, format)| format);
            if UNDISPLAYABLE.contains(&format) {
                originals.push(ApiValue::object([
                    ("data", ApiValue::EMPTY),
                    ("url", url.into()),
                    ("format", format.into()),
                ]));
                continue;
            }
            let own = object.attr_or_empty("localtype");
            let size = kind(own).map_or(UNNAMED_SIZE, |(_, size)| size);
            if draft.as_ref().is_some_and(|draft| draft.image.has(size)) {
                complete.extend(draft.take().map(|draft| draft.finish(&originals)));
            }
            let kind = if own.is_empty() { set_type } else { own };
            let draft = draft.get_or_insert_with(|| begin(view, set, object, kind));
            draft.image.urls.push((size.into(), url.to_owned()));
            draft.pdf.push((size.into(), ApiValue::Bool(role == "application/pdf")));
        }
        lasts.extend(draft.map(|draft| draft.finish(&originals)));
    }
    complete.append(&mut lasts);
    complete
}

fn begin(view: &RecordView<'_>, set: Element<'_>, object: Element<'_>, kind: &str) -> Draft {
    let mut image = Image::default();
    image.detail("description", object.attr_or_empty("linktitle"));
    image.detail("rights", notes::image_rights(view));
    let note = set.find("descriptivenote/p").map(Element::text).unwrap_or_default();
    image.detail("descId", note);
    image.detail("sort", object.attr_or_empty("label"));
    image.detail("type", kind);
    Draft { image, pdf: Vec::new() }
}
