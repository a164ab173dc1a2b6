//! Links of records: `urls`, `onlineUrls`, `recordPage` (record-fields §3.7, §3.10).

use super::view::{RecordView, RuleSet, pair};
use super::{ApiValue, ead, ead3, forward, lido, marc, numbers};
use serde::de::{Deserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt::{self, Write as _};

type Pairs = Vec<(Cow<'static, str>, ApiValue)>;

/// A link with what its format tells about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) url: String,
    /// Shown as `desc`; empty: none.
    pub(super) description: String,
    pub(super) extra: Vec<(&'static str, ApiValue)>,
}

/// `urls`; missing when there are none.
pub(super) fn urls(view: &RecordView<'_>) -> ApiValue {
    let mut items: Vec<Pairs> = match view.rules() {
        RuleSet::Marc => with_media(marc::urls::links(view.marc())),
        RuleSet::Ead => with_media(ead::links(view)),
        RuleSet::Ead3 => with_media(ead3::links::links(view)),
        RuleSet::Lido => {
            let mut items = with_media(index_links(view));
            items.extend(lido::media::links(view));
            items
        }
        RuleSet::Qdc | RuleSet::Lrmi | RuleSet::Aipa => with_media(index_links(view)),
        RuleSet::Forward => forward::links(view),
        RuleSet::Index => {
            let url = |url: &&str| vec![(Cow::Borrowed("url"), ApiValue::from(*url))];
            view.texts("url").iter().map(url).collect()
        }
    };
    if items.is_empty() {
        return ApiValue::Null;
    }
    for item in &mut items {
        let description = item.iter().position(|(key, _)| key == "desc");
        let Some(at) = description else { continue };
        let key = item.get(at).and_then(|(_, value)| value.as_text());
        let text = key.and_then(|key| view.translate(&format!("link_{key}")));
        if let Some(text) = text {
            item.remove(at);
            item.push(("translated".into(), text.into()));
        }
    }
    ApiValue::List(items.into_iter().map(ApiValue::Object).collect())
}

/// The index's links that may be shown.
fn index_links(view: &RecordView<'_>) -> Vec<Link> {
    let urls = view.texts("url").into_iter().filter(|url| is_allowed(url, ""));
    urls.map(|url| Link { url: url.to_owned(), description: String::new(), extra: Vec::new() })
        .collect()
}

fn with_media(links: Vec<Link>) -> Vec<Pairs> {
    links
        .into_iter()
        .map(|link| {
            let media = media(&link.url);
            let mut item: Pairs = vec![("url".into(), link.url.into())];
            if !link.description.is_empty() {
                item.push(("desc".into(), link.description.into()));
            }
            item.extend(link.extra.into_iter().map(|(key, value)| (Cow::Borrowed(key), value)));
            item.extend(media);
            item
        })
        .collect()
}

/// What the extension of an address tells: `type`, `codec`, `embed`. A bare host has one as well,
/// as in the peer.
fn media(url: &str) -> Pairs {
    let Some(codec) = extension(url) else { return Vec::new() };
    let kind = match codec.to_ascii_lowercase().as_str() {
        "wav" | "mp3" => "audio",
        "jpg" | "png" | "tif" => "image",
        _ => "",
    };
    let mut pairs: Pairs = Vec::new();
    if !kind.is_empty() {
        pairs.push(("type".into(), kind.into()));
    }
    pairs.push(("codec".into(), codec.into()));
    if kind == "audio" {
        pairs.push(("embed".into(), kind.into()));
    }
    pairs
}

fn extension(url: &str) -> Option<&str> {
    let path = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    let (_, extension) = path.rsplit_once('.')?;
    let fits =
        matches!(extension.len(), 3 | 4) && extension.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then_some(extension)
}

/// False for schemes that are no links for readers, and for the cover and description services that
/// libraries may not show on.
pub(super) fn is_allowed(url: &str, description: &str) -> bool {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    ["http", "https", "tel", "mailto", "maps"].contains(&scheme)
        && !is_blocked(url)
        && !is_blocked(description)
}

fn is_blocked(text: &str) -> bool {
    let asks =
        |kind: &str| text.contains("get_add_info.cgi") && text.contains(&format!("type={kind}"));
    asks("PRES")
        || asks("IMAGE")
        || text.contains("ProductRequestServlet")
        || (text.contains("booky.fi")
            && (text.contains("image.php?") || text.contains("description.php?")))
}

/// True for addresses that the server could fetch.
pub(super) fn is_loadable(url: &str) -> bool {
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    host.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

/// A JSON object's pairs in the order written.
struct OrderedObject(Vec<(String, serde_json::Value)>);

impl<'de> serde::Deserialize<'de> for OrderedObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = OrderedObject;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(OrderedObject(pairs))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

struct OnlineUrl {
    pairs: Vec<(String, String)>,
    sources: Vec<String>,
}

impl OnlineUrl {
    fn get(&self, key: &str) -> &str {
        self.pairs.iter().find(|(k, _)| k == key).map_or("", |(_, value)| value)
    }
}

/// `onlineUrls`: links of the record, or of its whole group, by address.
pub(super) fn online_urls(view: &RecordView<'_>) -> ApiValue {
    // Films come from a video service, and none is configured.
    if view.rules() == RuleSet::Forward {
        return ApiValue::EMPTY;
    }
    let values = view.texts("online_urls_str_mv");
    let mut merged: Vec<OnlineUrl> = Vec::with_capacity(values.len());
    for value in values {
        let Ok(OrderedObject(pairs)) = serde_json::from_str(value) else { continue };
        let pairs: Vec<(String, String)> = pairs
            .into_iter()
            .filter_map(|(key, value)| Some((key, value.as_str()?.to_owned())))
            .collect();
        let sources: Vec<String> =
            pairs.iter().filter(|(key, _)| key == "source").map(|(_, v)| v.clone()).collect();
        let item = OnlineUrl { pairs, sources };
        match merged.iter_mut().find(|known| known.get("url") == item.get("url")) {
            None => merged.push(item),
            Some(known) => {
                let text = item.get("text").to_owned();
                if known.get("text").is_empty() && !text.is_empty() {
                    match known.pairs.iter_mut().find(|(key, _)| key == "text") {
                        Some((_, slot)) => *slot = text,
                        None => known.pairs.push(("text".into(), text)),
                    }
                }
                known.sources.extend(item.sources);
            }
        }
    }
    let items = merged.iter().filter_map(|item| {
        let media = media(item.get("url"));
        if media.iter().any(|(key, value)| key == "type" && value.as_text() == Some("image")) {
            return None;
        }
        let mut pairs: Pairs = item
            .pairs
            .iter()
            .map(|(key, value)| match key.as_str() {
                "source" => ("source".into(), source_pair(view, &item.sources)),
                _ => (Cow::Owned(key.clone()), ApiValue::from(value.as_str())),
            })
            .collect();
        pairs.extend(media);
        Some(ApiValue::Object(pairs))
    });
    ApiValue::List(items.collect())
}

/// The source's name; a single source without one shows its key, as in the peer.
fn source_pair(view: &RecordView<'_>, sources: &[String]) -> ApiValue {
    if let [source] = sources {
        let key = format!("source_{source}");
        return pair(source, view.translate(&key).unwrap_or(&key));
    }
    let names =
        sources.iter().map(|source| view.translate(&format!("source_{source}")).unwrap_or(source));
    ApiValue::object([
        ("value", ApiValue::texts(sources.iter().cloned())),
        ("translated", ApiValue::texts(names)),
    ])
}

/// `recordPage`: a path on the site that shows records.
pub(super) fn record_page(view: &RecordView<'_>) -> String {
    let collection = matches!(numbers::is_collection(view), ApiValue::Int(1));
    let mut path = String::from(if collection { "/Collection/" } else { "/Record/" });
    for byte in view.id().bytes() {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b'!'
            | b'$'
            | b'&'
            | b'\''
            | b'('
            | b')'
            | b'*'
            | b'+'
            | b','
            | b';'
            | b'='
            | b':'
            | b'@' => path.push(byte as char),
            _ => {
                let _ = write!(path, "%{byte:02X}");
            }
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions() {
        for (url, expected) in [
            ("https://example.org/a.mp3", Some("mp3")),
            ("https://example.org", Some("org")),
            ("http://a.b/c.html", Some("html")),
            ("http://a.b/c.h", None),
            ("ftp://a.b/c.pdf", None),
            ("http://a.b/c.pdf?x", None),
            ("http://localhost", None),
        ] {
            assert_eq!(extension(url), expected, "{url}");
        }
    }

    #[test]
    fn blocked_links() {
        for (url, description, allowed) in [
            ("https://a.example/x", "", true),
            ("ftp://a.example/x", "", false),
            ("Mailto:a@example.org", "", false),
            ("www.example.org", "", false),
            ("http://armas.btj.fi/cgi-bin/get_add_info.cgi?type=PRES&n=1", "", false),
            ("http://x.example/", "http://data.kirjavalitys.fi/ProductRequestServlet?x", false),
            ("http://www.booky.fi/image.php?id=1", "", false),
        ] {
            assert_eq!(is_allowed(url, description), allowed, "{url}");
        }
    }
}
