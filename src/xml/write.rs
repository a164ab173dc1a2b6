//! [`Element`] → XML text.

use super::{Child, Element};

/// What happens to white space between elements.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Blanks {
    Keep,
    Drop,
}

/// The element and everything in it. Empty elements are written short (`<a/>`).
pub(super) fn element(element: Element<'_>, blanks: Blanks) -> String {
    let mut out = String::new();
    write_element(element, blanks, &mut out);
    out
}

fn write_element(element: Element<'_>, blanks: Blanks, out: &mut String) {
    out.push('<');
    out.push_str(element.name());
    for (name, value) in element.attributes() {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        escape(value, true, out);
        out.push('"');
    }
    let mut children = element.nodes().peekable();
    if children.peek().is_none() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    let drop_blanks = blanks == Blanks::Drop && element.children().next().is_some();
    for child in children {
        match child {
            Child::Text(text) if drop_blanks && text.trim().is_empty() => {}
            Child::Text(text) => escape(text, false, out),
            Child::Element(inner) => write_element(inner, blanks, out),
        }
    }
    out.push_str("</");
    out.push_str(element.name());
    out.push('>');
}

/// Appends text with the characters escaped that XML wants escaped there.
pub(crate) fn escape(text: &str, in_attribute: bool, out: &mut String) {
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'\r' => "&#13;",
            b'"' if in_attribute => "&quot;",
            b'\n' if in_attribute => "&#10;",
            b'\t' if in_attribute => "&#9;",
            _ => continue,
        };
        out.push_str(text.get(written..at).unwrap_or(""));
        out.push_str(escaped);
        written = at + 1;
    }
    out.push_str(text.get(written..).unwrap_or(""));
}
