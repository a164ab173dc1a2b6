//! Links of a MARC record (record-fields §4.9).

use super::fields::{single, unique};
use super::punctuation::strip;
use crate::marc::{DataField, Record};
use crate::present::ApiValue;
use crate::present::online::{self, Link};

/// 856, then 555; without block rule and media types.
pub(in crate::present) fn links(record: &Record) -> Vec<Link> {
    let mut links = Vec::new();
    for (tag, described_by) in [("856", &['y', 'z', '3'][..]), ("555", &['a'][..])] {
        for field in record.each(tag) {
            let url = single(field, 'u');
            if !looks_like_url(url) {
                continue;
            }
            links.push(item(field, url, described_by));
        }
    }
    let kept = links.into_iter().filter(|link| online::is_allowed(&link.url, &link.description));
    unique(kept.collect())
}

fn item(field: DataField<'_>, url: &str, described_by: &[char]) -> Link {
    let code = described_by.iter().find(|code| !single(field, **code).is_empty());
    let description = code.map_or(url, |code| single(field, *code)).to_owned();
    let part =
        if field.tag == "856" && code != Some(&'3') { strip(single(field, '3')) } else { "" };
    let extra = if part.is_empty() { Vec::new() } else { vec![("part", ApiValue::from(part))] };
    Link { url: url.to_owned(), description, extra }
}

/// A dot between letters or digits, or a known scheme.
fn looks_like_url(text: &str) -> bool {
    let schemes = ["http://", "https://", "ftp://", "ftps://"];
    schemes.iter().any(|scheme| text.starts_with(scheme))
        || text.as_bytes().windows(3).any(|window| {
            matches!(window, [a, b'.', b] if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric())
        })
}
