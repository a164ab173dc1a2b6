//! `images` and `imagesExtended` (record-fields §3.5, §3.6): what all formats have in common.

use super::view::{RecordView, RuleSet};
use super::{ApiValue, aipa, ead, ead3, forward, lido, lrmi, marc, numbers, qdc};
use crate::text::url_encode;
use std::borrow::Cow;

/// Keys of sizes that are shown through the cover service.
const COVER_SIZES: [&str; 4] = ["small", "medium", "large", "master"];

/// An image as its format describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Image {
    /// Address by size, in the order found.
    pub(super) urls: Vec<(Cow<'static, str>, String)>,
    /// What else is known, in the order of the answer; `rights` is always there in the answer.
    pub(super) details: Vec<(Cow<'static, str>, ApiValue)>,
    /// One of the sizes is a PDF.
    pub(super) is_pdf: bool,
}

impl Image {
    /// An image that has one address for all sizes and nothing else.
    pub(super) fn of_one_size(url: &str) -> Self {
        let urls = ["small", "medium", "large"].map(|size| (Cow::Borrowed(size), url.to_owned()));
        Image { urls: urls.into(), ..Image::default() }
    }

    /// True if the image has an address of this size.
    pub(super) fn has(&self, size: &str) -> bool {
        self.urls.iter().any(|(known, _)| known == size)
    }

    /// The address of a size.
    pub(super) fn url(&self, size: &str) -> Option<&str> {
        self.urls.iter().find(|(known, _)| known == size).map(|(_, url)| url.as_str())
    }

    /// Adds a detail.
    pub(super) fn detail(&mut self, key: &'static str, value: impl Into<ApiValue>) {
        self.details.push((Cow::Borrowed(key), value.into()));
    }
}

/// The images of a record by the rules of its format.
pub(super) fn find(view: &RecordView<'_>) -> Vec<Image> {
    match view.rules() {
        RuleSet::Marc => marc::images::images(view.marc()),
        RuleSet::Lido => lido::media::images(view),
        RuleSet::Ead => ead::images(view),
        RuleSet::Ead3 => ead3::images::images(view),
        RuleSet::Forward => forward::images(view),
        RuleSet::Qdc => qdc::images(view),
        RuleSet::Lrmi => lrmi::images(view),
        RuleSet::Aipa => aipa::images(view),
        RuleSet::Index => Vec::new(),
    }
}

fn cover(view: &RecordView<'_>, index: usize, size: &str) -> String {
    format!("/Cover/Show?source=Solr&id={}&index={index}&size={size}", url_encode(view.id()))
}

/// `images`: one cover link an image; else that of a PDF that stands for the cover of a book.
pub(super) fn images(view: &RecordView<'_>) -> ApiValue {
    if !view.images().is_empty() {
        let images = view.images().iter().enumerate();
        return ApiValue::texts(images.map(|(index, image)| {
            let size = if image.has("large") { "large" } else { "medium" };
            cover(view, index, size)
        }));
    }
    let has_pdf = match view.rules() {
        RuleSet::Marc => marc::images::has_pdf_cover(view.marc()),
        RuleSet::Qdc => qdc::has_pdf_cover(view),
        _ => false,
    };
    if has_pdf && numbers::clean_isbn_of(&numbers::isbns(view)).is_some() {
        return ApiValue::texts([cover(view, 0, "large")]);
    }
    ApiValue::EMPTY
}

/// `imagesExtended`.
pub(super) fn extended(view: &RecordView<'_>) -> ApiValue {
    let items = view.images().iter().enumerate().map(|(index, image)| {
        let urls = image.urls.iter().map(|(size, url)| {
            let shown = if COVER_SIZES.contains(&size.as_ref()) {
                cover(view, index, size)
            } else {
                url.clone()
            };
            (size.clone(), ApiValue::from(shown))
        });
        let mut item: Vec<(Cow<'static, str>, ApiValue)> =
            vec![("urls".into(), ApiValue::Object(urls.collect()))];
        let mut copyright = String::new();
        let mut has_rights = false;
        for (key, value) in &image.details {
            let value = match key.as_ref() {
                "rights" => {
                    has_rights = true;
                    let (shown, own) = rights_with_default(view, value.clone());
                    copyright = own;
                    shown
                }
                "highResolution" => with_params(view, index, value.clone()),
                _ => value.clone(),
            };
            item.push((key.clone(), value));
        }
        if !has_rights {
            item.push(("rights".into(), rights_with_default(view, ApiValue::object([])).0));
        }
        if is_downloadable(view, image, &copyright) {
            item.push(("downloadable".into(), ApiValue::Int(1)));
        }
        ApiValue::Object(item)
    });
    ApiValue::List(items.collect())
}

/// The rights with the default text for an empty copyright, and the copyright that was there.
fn rights_with_default(view: &RecordView<'_>, rights: ApiValue) -> (ApiValue, String) {
    let own = rights.get("copyright").and_then(ApiValue::as_text).unwrap_or("").to_owned();
    if !own.is_empty() {
        return (rights, own);
    }
    let mut pairs = match rights {
        ApiValue::Object(pairs) => pairs,
        _ => Vec::new(),
    };
    let key = "Image Rights Default";
    let text = ApiValue::from(view.translate(key).unwrap_or(key));
    match pairs.iter_mut().find(|(name, _)| name == "copyright") {
        Some((_, slot)) => *slot = text,
        None => pairs.push(("copyright".into(), text)),
    }
    (ApiValue::Object(pairs), own)
}

/// Adds to each high-resolution file what the cover service needs to give it.
fn with_params(view: &RecordView<'_>, index: usize, sizes: ApiValue) -> ApiValue {
    let ApiValue::Object(sizes) = sizes else { return sizes };
    let number = |at: usize| ApiValue::Int(i64::try_from(at).unwrap_or(i64::MAX));
    let sizes = sizes.into_iter().map(|(size, files)| {
        let ApiValue::List(files) = files else { return (size, files) };
        let files = files.into_iter().enumerate().map(|(key, file)| {
            let ApiValue::Object(mut pairs) = file else { return file };
            let format = pairs.iter().find(|(name, _)| name == "format");
            let format = format.map_or(ApiValue::Null, |(_, value)| value.clone());
            let params = ApiValue::object([
                ("id", view.id().into()),
                ("index", number(index)),
                ("size", ApiValue::from(size.as_ref())),
                ("format", format),
                ("key", number(key)),
                ("type", "highresimg".into()),
            ]);
            pairs.push(("params".into(), params));
            ApiValue::Object(pairs)
        });
        let files = files.collect();
        (size, ApiValue::List(files))
    });
    ApiValue::Object(sizes.collect())
}

/// Free enough to be downloaded (record-fields §3.6).
fn is_downloadable(view: &RecordView<'_>, image: &Image, copyright: &str) -> bool {
    if matches!(view.rules(), RuleSet::Marc | RuleSet::Lrmi | RuleSet::Aipa) {
        return false;
    }
    let usage = view.texts("usage_rights_str_mv");
    let copyright = copyright.to_uppercase();
    !usage.is_empty()
        && !usage.contains(&"usage_F")
        && copyright != "INC"
        && copyright != "CNE"
        && (!image.is_pdf || view.texts("format").contains(&"0/Map/"))
}
