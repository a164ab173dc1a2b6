//! Identifiers of QDC: ISBN, ISSN, DOI, URN and web addresses (ingest-qdc §2).

use super::super::dublin_core::{DublinCore, doi, is_web_address, isbns};
use crate::text::normalize_key;
use std::borrow::Cow;

/// What the identifiers of a document amount to.
#[derive(Debug, Default)]
pub(super) struct IdentifierFacts {
    pub(super) isbns: Vec<String>,
    pub(super) issns: Vec<String>,
    pub(super) dois: Vec<String>,
    /// URNs as deduplication compares them.
    pub(super) unique_ids: Vec<String>,
}

/// Reads `identifier`, `isFormatOf` and `relation`.
pub(super) fn identifier_facts(document: &DublinCore) -> IdentifierFacts {
    let typed = |name: &'static str, kind: &'static str| {
        let elements = document.root().each(name);
        elements.filter(move |element| element.attr("type") == Some(kind))
    };
    let issns = typed("relation", "issn").chain(typed("identifier", "issn"));
    let dois = typed("identifier", "doi").map(|element| {
        let identifier = element.trimmed();
        doi(&identifier).unwrap_or_else(|| identifier.into_owned())
    });
    IdentifierFacts {
        isbns: isbns(document.values("identifier").chain(document.values("isFormatOf")), true),
        issns: issns.map(|element| element.trimmed().into_owned()).collect(),
        dois: dois.collect(),
        unique_ids: document.values("identifier").filter_map(|id| urn_key(&id)).collect(),
    }
}

fn urn_key(identifier: &str) -> Option<String> {
    let lower = identifier.to_lowercase();
    lower.starts_with("urn:").then(|| format!("(urn){}", normalize_key(&lower)))
}

/// URNs that the Finnish resolver answers.
const RESOLVED_URNS: [&str; 4] =
    ["urn:nbn:fi:", "urn:isbn:978951", "urn:isbn:978-951", "urn:isbn:951"];

/// Web addresses among identifiers and descriptions, the permanent address, and resolver addresses
/// of URNs that none of these holds already.
pub(super) fn urls(document: &DublinCore) -> Vec<String> {
    let stated = document.values("identifier").chain(document.values("description"));
    let mut urls: Vec<String> =
        stated.filter(|value| is_web_address(value)).map(Cow::into_owned).collect();
    let permanent = document.first("permaddress");
    if !permanent.is_empty() {
        urls.push(permanent.into_owned());
    }
    for identifier in document.values("identifier") {
        let lower = identifier.to_lowercase();
        let resolved = RESOLVED_URNS.iter().any(|prefix| lower.starts_with(prefix));
        if resolved && !urls.iter().any(|url| url.to_lowercase().contains(&lower)) {
            urls.push(format!("http://urn.fi/{identifier}"));
        }
    }
    urls
}

#[cfg(test)]
mod tests {
    use super::super::super::payload::tests::raw;
    use super::*;

    fn document(content: &str) -> DublinCore {
        DublinCore::open(&raw(&format!("<dc>{content}</dc>"), None)).expect("well-formed")
    }

    #[test]
    fn identifiers() {
        let document = document(
            "<identifier>978-951-44-9650-5</identifier><isFormatOf>951-44-9650-1 (nid.)</isFormatOf>\
             <identifier>URN:ISBN:951-44-9650-1</identifier>\
             <identifier type=\"issn\">1797-1993</identifier><relation type=\"issn\">1797-1985</relation>\
             <identifier type=\"doi\">http://doi.org/10.1/a%2Fb#c</identifier>\
             <identifier type=\"doi\">10.1/b</identifier><identifier>https://doi.org/10.1/c</identifier>",
        );
        let facts = identifier_facts(&document);
        assert_eq!(facts.isbns[0], "9789514496505");
        assert_eq!(facts.issns, ["1797-1985", "1797-1993"]);
        assert_eq!(facts.dois, ["10.1/a/b", "10.1/b"]);
        assert_eq!(facts.unique_ids, ["(urn)urnisbn9514496501"]);
    }

    #[test]
    fn addresses() {
        let document = document(
            "<description>http://d</description><identifier>http://x/URN:NBN:fi:1</identifier>\
             <identifier>urn:nbn:fi:1</identifier><identifier>URN:ISBN:951-2</identifier>\
             <identifier>urn:isbn:5</identifier><permaddress>http://p</permaddress>",
        );
        assert_eq!(
            urls(&document),
            ["http://x/URN:NBN:fi:1", "http://d", "http://p", "http://urn.fi/URN:ISBN:951-2"]
        );
    }
}
