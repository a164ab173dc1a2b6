//! Files and links to the material itself, and whether it may be read freely (ingest-qdc §2).

use super::super::MapContext;
use super::super::dublin_core::DublinCore;
use super::super::online_link::OnlineLink;
use crate::record::IndexRecord;
use crate::text::{link_media_type, unique};
use crate::xml::Element;
use std::borrow::Cow;

/// Longest text that is taken for a web address.
const MAX_URL: usize = 4096;
/// Longest statement of rights that is compared with the patterns.
const MAX_RIGHTS: usize = 1024;

/// Links of a document as the index holds them.
#[derive(Debug, Default)]
pub(in crate::mapping) struct FileLinks {
    links: Vec<String>,
    media_types: Vec<String>,
    has_files: bool,
}

impl FileLinks {
    /// Links in `relation`, then in `file`.
    pub(in crate::mapping) fn of(document: &DublinCore, context: &MapContext<'_>) -> Self {
        let source = context.source.id.as_str();
        let mut found = FileLinks::default();
        for relation in document.values("relation") {
            let is_link = relation.starts_with("http://") || relation.starts_with("https://");
            if is_link && relation.len() <= MAX_URL {
                found
                    .links
                    .push(OnlineLink { url: &relation, source, ..OnlineLink::default() }.to_json());
            }
        }
        for file in document.root().each("file") {
            found.has_files = true;
            let text = file.attr_or_empty("name");
            found.add(&file_url(file), text, source, file.attr_or_empty("type"));
        }
        found
    }

    /// Adds a file; one without an address is left out.
    pub(in crate::mapping) fn add(&mut self, url: &str, text: &str, source: &str, format: &str) {
        if url.is_empty() {
            return;
        }
        let media_type = link_media_type(url, format, "");
        self.links.push(OnlineLink { url, text, source, media_type: &media_type }.to_json());
        if !media_type.is_empty() {
            self.media_types.push(media_type);
        }
    }

    /// True if there is something to open.
    pub(in crate::mapping) fn make_online(&self) -> bool {
        self.has_files || !self.links.is_empty()
    }

    /// Writes `online_urls_str_mv` and `media_type_str_mv`.
    pub(in crate::mapping) fn put(&self, record: &mut IndexRecord) {
        let mut media_types = self.media_types.clone();
        unique(&mut media_types);
        record.set_all("online_urls_str_mv", self.links.iter().map(String::as_str));
        record.set_all("media_type_str_mv", media_types);
    }
}

fn file_url(file: Element<'_>) -> Cow<'_, str> {
    match file.attr("href") {
        Some(href) if !href.is_empty() => Cow::Borrowed(crate::text::trim(href)),
        _ => file.trimmed(),
    }
}

/// Address of the first file in the bundle of thumbnails.
pub(super) fn thumbnail(document: &DublinCore) -> String {
    document
        .root()
        .each("file")
        .find(|file| file.attr_or_empty("bundle").eq_ignore_ascii_case("thumbnail"))
        .map(|file| file_url(file).into_owned())
        .unwrap_or_default()
}

/// Writes the fields on being online and free, unless the source says so itself (parameters
/// `online`, `freeOnline`, `freeOnlineDefault`).
pub(in crate::mapping) fn put_online(
    record: &mut IndexRecord,
    document: &DublinCore,
    context: &MapContext<'_>,
    has_links: bool,
) {
    let params = &context.source.params;
    let source = context.source.id.as_str();
    if !params.flag("online", has_links) {
        return;
    }
    record.set("online_boolean", "1");
    record.set("online_str_mv", source);
    let free = match params.get("freeOnline") {
        Some(_) => params.flag("freeOnline", true),
        None => document
            .values("rights")
            .find_map(|rights| is_open(&rights))
            .unwrap_or_else(|| params.flag("freeOnlineDefault", true)),
    };
    if free {
        record.set("free_online_boolean", "1");
        record.set("free_online_str_mv", source);
    }
}

/// What a statement of rights says about access; `None` if nothing.
fn is_open(rights: &str) -> Option<bool> {
    const OPEN: [&str; 2] = ["openaccess", "info:eu-repo/semantics/openaccess"];
    const RESTRICTED: [&str; 3] =
        ["closedaccess", "restrictedaccess", "info:eu-repo/semantics/restrictedaccess"];
    const RESTRICTED_WITHIN: [&str; 3] =
        ["restricted access", "rajattu käyttöoikeus", "tillgången är begränsad"];
    if rights.len() > MAX_RIGHTS {
        return None;
    }
    let lower = rights.to_lowercase();
    if OPEN.contains(&lower.as_str()) {
        Some(true)
    } else if RESTRICTED.contains(&lower.as_str())
        || RESTRICTED_WITHIN.iter().any(|phrase| lower.contains(phrase))
    {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_open_and_restricted() {
        let long = format!("restricted access{}", " ".repeat(1100));
        for (rights, expected) in [
            ("openAccess", Some(true)),
            ("info:eu-repo/semantics/openAccess", Some(true)),
            ("openAccess!", None),
            ("closedAccess", Some(false)),
            ("RESTRICTEDACCESS", Some(false)),
            ("This has Restricted access only", Some(false)),
            ("RAJATTU KÄYTTÖOIKEUS / Tillgången", Some(false)),
            (long.as_str(), None),
            ("", None),
        ] {
            assert_eq!(is_open(rights), expected, "{rights:.40}");
        }
    }
}
