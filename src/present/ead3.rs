//! API fields that are read from an EAD3 record (record-fields §6.2, §6.3).

pub(super) mod hierarchy;
pub(super) mod images;
pub(super) mod links;
pub(super) mod names;
pub(super) mod notes;
pub(super) mod relations;
pub(super) mod subjects;

use super::view::RecordView;
use crate::config::Locale;
use crate::xml::Element;

/// The language that records are written in when nothing is said.
const DEFAULT_LANGUAGE: &str = "fin";

/// The marks of the preferred language; none without one.
fn preferred_codes(view: &RecordView<'_>) -> &'static [&'static str] {
    match view.preferred_language() {
        Some(Locale::Fi) => &["fi", "fin"],
        Some(Locale::Sv) => &["sv", "swe"],
        Some(Locale::EnGb) => &["en", "eng"],
        Some(Locale::Se) | None => &[],
    }
}

/// How strictly a language is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// The preferred language, else the default one, else any.
    Any,
    /// Nothing but the preferred language as soon as any language is named.
    Strict,
}

/// DL: the filled texts of a node's children in the wished language; the node's own language holds
/// for all of them.
fn texts_in(view: &RecordView<'_>, nodes: &[Element<'_>], child: &str, wish: Wish) -> Vec<String> {
    let codes = preferred_codes(view);
    let (mut preferred, mut default, mut all) = (Vec::new(), Vec::new(), Vec::new());
    let mut any_language = false;
    for node in nodes {
        let own = node.attr_or_empty("lang");
        for element in node.each(child) {
            let text = element.trimmed();
            if text.is_empty() {
                continue;
            }
            let language = if own.is_empty() { element.attr_or_empty("lang") } else { own };
            any_language |= !language.is_empty();
            if codes.contains(&language) {
                preferred.push(text.clone().into_owned());
            }
            if language == DEFAULT_LANGUAGE {
                default.push(text.clone().into_owned());
            }
            all.push(text.into_owned());
        }
    }
    if !preferred.is_empty() || (wish == Wish::Strict && any_language) {
        preferred
    } else if wish == Wish::Any && !default.is_empty() {
        default
    } else {
        all
    }
}

/// The first `did`; further ones are not looked at.
fn unit<'r>(view: &'r RecordView<'_>) -> Option<Element<'r>> {
    view.root()?.child("did")
}

/// Child elements of the record.
fn each<'r>(view: &'r RecordView<'_>, name: &str) -> Vec<Element<'r>> {
    view.root().map(|root| root.each(name).collect()).unwrap_or_default()
}
