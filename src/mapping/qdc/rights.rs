//! Usage rights of QDC (ingest-qdc §2).

use super::super::dublin_core::DublinCore;
use crate::xml::Element;

/// Statements of rights in no particular language; if there are none, the first of all. A document
/// that says nothing is restricted.
pub(super) fn usage_rights(document: &DublinCore) -> Vec<String> {
    let is_neutral = |rights: &Element<'_>| {
        rights.attr("lang").is_none() && matches!(rights.attr("type"), None | Some("url"))
    };
    let neutral: Vec<String> =
        document.root().each("rights").filter(is_neutral).map(statement).collect();
    if !neutral.is_empty() {
        return neutral;
    }
    match document.root().child("rights") {
        Some(first) => vec![statement(first)],
        None => vec!["restricted".to_owned()],
    }
}

/// Licences of Creative Commons are known by capitals.
fn statement(rights: Element<'_>) -> String {
    let text = rights.trimmed();
    if text.starts_with("cc") { text.to_uppercase() } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::super::payload::tests::raw;
    use super::*;

    #[test]
    fn choice_of_statement() {
        for (content, expected) in [
            ("", vec!["restricted"]),
            ("<rights>cc by 4.0</rights><rights lang=\"fi\">x</rights>", vec!["CC BY 4.0"]),
            (
                "<rights lang=\"fi\">a</rights><rights type=\"url\">http://cc</rights><rights>b</rights>",
                vec!["http://cc", "b"],
            ),
            ("<rights lang=\"fi\">a</rights><rights type=\"x\">b</rights>", vec!["a"]),
        ] {
            let xml = format!("<dc>{content}</dc>");
            let document = DublinCore::open(&raw(&xml, None)).expect("well-formed");
            assert_eq!(usage_rights(&document), expected, "{content}");
        }
    }
}
