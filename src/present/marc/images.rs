//! Images and covers of a MARC record (record-fields §4.6).

use super::fields::single;
use crate::marc::{DataField, Record};
use crate::present::images::Image;
use crate::present::online::is_loadable;

const REFUSED: [&str; 2] = ["btj.com/", "http://data.kirjavalitys.fi/"];

fn is_image(field: DataField<'_>) -> bool {
    let kind = single(field, 'q');
    kind == "image/jpeg"
        || kind.eq_ignore_ascii_case("image")
        || single(field, '3').eq_ignore_ascii_case("image")
}

fn is_pdf(field: DataField<'_>, url: &str) -> bool {
    (single(field, 'q') == "application/pdf" || url.to_ascii_lowercase().ends_with(".pdf"))
        && matches!(field.ind2, ' ' | '0')
}

fn urls(record: &Record) -> impl Iterator<Item = (DataField<'_>, &str)> {
    record
        .each("856")
        .map(|field| (field, single(field, 'u')))
        .filter(|(_, url)| is_loadable(url) && !REFUSED.iter().any(|refused| url.contains(refused)))
}

/// The images, of one size each.
pub(in crate::present) fn images(record: &Record) -> Vec<Image> {
    urls(record)
        .filter(|(field, _)| is_image(*field))
        .map(|(_, url)| Image::of_one_size(url))
        .collect()
}

/// A PDF whose first page can stand for a cover.
pub(in crate::present) fn has_pdf_cover(record: &Record) -> bool {
    urls(record).any(|(field, url)| is_pdf(field, url))
}
