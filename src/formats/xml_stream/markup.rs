//! One piece of markup at a time: what begins at a `<`.

use std::ops::Range;

/// Longest start tag: 1 024 attributes of 1 KiB, and then some.
pub(super) const MAX_TAG: usize = 4 << 20;

/// What a `<` begins. Ranges are relative to it.
#[derive(Debug, PartialEq, Eq, Clone)]
pub(super) enum Markup {
    Start {
        name: Range<usize>,
        is_empty: bool,
    },
    End {
        name: Range<usize>,
    },
    /// `<?xml … ?>`.
    Declaration,
    Doctype {
        has_internal_subset: bool,
    },
    /// Comments, CDATA sections, processing instructions.
    Other,
    /// Nothing that XML knows.
    Malformed(&'static str),
}

/// Reads the markup at the front, which must be a `<`, and its length. `None` if it goes on after
/// the bytes.
pub(super) fn markup(bytes: &[u8]) -> Option<(Markup, usize)> {
    match *bytes.get(1)? {
        b'/' => end_tag(bytes),
        b'?' => {
            let end = find(bytes, 2, b"?>")?;
            let is_declaration =
                bytes.starts_with(b"<?xml") && bytes.get(5).is_some_and(u8::is_ascii_whitespace);
            Some((if is_declaration { Markup::Declaration } else { Markup::Other }, end))
        }
        b'!' => {
            for (opening, closing) in [(&b"<!--"[..], &b"-->"[..]), (b"<![CDATA[", b"]]>")] {
                if bytes.starts_with(opening) {
                    return Some((Markup::Other, find(bytes, opening.len(), closing)?));
                }
                if opening.starts_with(bytes) {
                    return None;
                }
            }
            if bytes.starts_with(b"<!DOCTYPE") {
                return doctype(bytes);
            }
            if b"<!DOCTYPE".starts_with(bytes) {
                return None;
            }
            Some((Markup::Malformed("`<!` begins nothing"), 2))
        }
        byte if is_name_start(byte) => start_tag(bytes),
        _ => Some((Markup::Malformed("`<` in text"), 1)),
    }
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes.get(from..)?, what).map(|at| from + at + what.len())
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || byte >= 0x80
}

fn is_name(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'.')
}

/// End of the name that begins at `from`.
fn name_end(bytes: &[u8], from: usize) -> Option<usize> {
    bytes.get(from..)?.iter().position(|byte| !is_name(*byte)).map(|length| from + length)
}

fn end_tag(bytes: &[u8]) -> Option<(Markup, usize)> {
    let name_end = name_end(bytes, 2)?;
    let rest = &bytes[name_end..];
    let blanks = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
    if rest[blanks] != b'>' || name_end == 2 {
        return Some((Markup::Malformed("broken end tag"), 2));
    }
    Some((Markup::End { name: 2..name_end }, name_end + blanks + 1))
}

fn start_tag(bytes: &[u8]) -> Option<(Markup, usize)> {
    let name_end = name_end(bytes, 1)?;
    let mut quote = None;
    let too_long = bytes.len() > MAX_TAG;
    for (at, byte) in bytes.iter().enumerate().skip(name_end) {
        match (*byte, quote) {
            (b'<', _) => return Some((Markup::Malformed("`<` in a tag"), name_end)),
            (b'"' | b'\'', None) => quote = Some(*byte),
            (byte, Some(open)) if byte == open => quote = None,
            (b'>', None) => {
                let is_empty = bytes[at - 1] == b'/';
                return Some((Markup::Start { name: 1..name_end, is_empty }, at + 1));
            }
            _ => {}
        }
    }
    too_long.then_some((Markup::Malformed("tag without an end"), name_end))
}

/// A document type; the internal subset may hold quotes, comments and `>`.
fn doctype(bytes: &[u8]) -> Option<(Markup, usize)> {
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate().skip(9) {
        match (*byte, quote) {
            (byte, Some(open)) if byte == open => quote = None,
            (b'"' | b'\'', None) => quote = Some(*byte),
            // One with an internal subset is refused, so its end does not matter.
            (b'[' | b'>', None) => {
                let has_internal_subset = *byte == b'[';
                return Some((Markup::Doctype { has_internal_subset }, at + 1));
            }
            (b'<', None) => return Some((Markup::Malformed("broken DOCTYPE"), at)),
            _ => {}
        }
    }
    (bytes.len() > MAX_TAG).then_some((Markup::Malformed("DOCTYPE without an end"), 9))
}

/// Value of an attribute by local name, from the bytes of a start tag. References in it are left as
/// they are.
pub(super) fn attribute<'t>(tag: &'t [u8], wanted: &[u8]) -> Option<&'t [u8]> {
    let mut rest = tag.get(name_end(tag, 1)?..)?;
    loop {
        let equals = memchr::memchr(b'=', rest)?;
        let name = super::local(rest[..equals].trim_ascii());
        let value = rest[equals + 1..].trim_ascii_start();
        let quote = *value.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
        let end = memchr::memchr(quote, &value[1..])?;
        if name == wanted {
            return Some(&value[1..=end]);
        }
        rest = &value[end + 2..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_told_apart() {
        use Markup::{Declaration, Doctype, End, Malformed, Other, Start};
        for (text, expected) in [
            ("<a>", Some((Start { name: 1..2, is_empty: false }, 3))),
            ("<a/>x", Some((Start { name: 1..2, is_empty: true }, 4))),
            ("<p:a b='>' c=\"/\">", Some((Start { name: 1..4, is_empty: false }, 17))),
            ("<a b='", None),
            ("<a", None),
            ("<", None),
            ("</a >", Some((End { name: 2..3 }, 5))),
            ("</a", None),
            ("</>", Some((Malformed("broken end tag"), 2))),
            ("</a b>", Some((Malformed("broken end tag"), 2))),
            ("<a <b>", Some((Malformed("`<` in a tag"), 2))),
            ("< b", Some((Malformed("`<` in text"), 1))),
            ("<?xml version='1.0'?>", Some((Declaration, 21))),
            ("<?xml-stylesheet ?>", Some((Other, 19))),
            ("<!-- <a> -->", Some((Other, 12))),
            ("<!-- <a>", None),
            ("<!-", None),
            ("<![CDATA[ ]] > ]]>", Some((Other, 18))),
            ("<!DOCTYPE a SYSTEM \"[>\">", Some((Doctype { has_internal_subset: false }, 24))),
            ("<!DOCTYPE a [", Some((Doctype { has_internal_subset: true }, 13))),
            ("<!ELEMENT", Some((Malformed("`<!` begins nothing"), 2))),
        ] {
            assert_eq!(markup(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn attributes_are_found_by_local_name() {
        let tag = br#"<h a="1" x:status = 'deleted' status="no">"#;
        assert_eq!(attribute(tag, b"status"), Some(&b"deleted"[..]));
        assert_eq!(attribute(tag, b"a"), Some(&b"1"[..]));
        assert_eq!(attribute(tag, b"b"), None);
        assert_eq!(attribute(b"<h a=1>", b"a"), None);
    }
}
