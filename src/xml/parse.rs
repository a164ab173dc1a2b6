//! XML text → [`Tree`], with the limits of the XML policy (reliability §3).

use super::{Kind, NONE, Node, NodeId, Tree};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// Elements inside each other.
pub(crate) const MAX_DEPTH: usize = 256;
const MAX_ATTRIBUTES: usize = 1024;
const MAX_TEXT: usize = 16 << 20;

/// Why a piece of XML could not be read, with the byte where it was noticed.
#[derive(Debug, thiserror::Error)]
pub enum XmlError {
    /// The text breaks a rule of XML.
    #[error("XML is not well-formed at byte {at}: {reason}")]
    NotWellFormed {
        /// Offset in bytes.
        at: u64,
        /// What is wrong.
        reason: String,
    },
    /// There is no element.
    #[error("XML holds no element")]
    Empty,
    /// There is something after the document element.
    #[error("XML goes on at byte {at} after the document element")]
    Trailing {
        /// Offset in bytes.
        at: u64,
    },
    /// A document type with declarations of its own: refused, whatever they declare.
    #[error("XML has a DOCTYPE with an internal subset, which is refused")]
    InternalSubset,
    /// Only the five entities of XML itself are known.
    #[error("XML names the unknown entity `&{name};` at byte {at}")]
    UnknownEntity {
        /// What stands between `&` and `;`.
        name: String,
        /// Offset in bytes.
        at: u64,
    },
    /// A reference to a character that XML forbids.
    #[error("XML has a character reference `&{name};` to no legal character at byte {at}")]
    BadCharacter {
        /// What stands between `&` and `;`.
        name: String,
        /// Offset in bytes.
        at: u64,
    },
    /// More elements in each other than any record has.
    #[error("XML elements lie deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// More attributes than any element has.
    #[error("an XML element has more than {MAX_ATTRIBUTES} attributes")]
    TooManyAttributes,
    /// A longer text than any record has.
    #[error("an XML text is longer than {MAX_TEXT} bytes")]
    TextTooLong,
}

/// Takes what a document holds, in the order it stands there.
pub(crate) trait Sink {
    /// An element begins; local name.
    fn start(&mut self, name: &str);
    /// An attribute of the element that began last; local name. Declarations of namespaces are
    /// left out.
    fn attribute(&mut self, name: &str, value: &str);
    /// The element that began last has no more attributes.
    fn opened(&mut self) {}
    /// Text, or a piece of it.
    fn text(&mut self, text: &str);
    /// The element that is open ends.
    fn end(&mut self);
}

/// Reads one document. Only the five predefined entities and character references are resolved;
/// comments and processing instructions are dropped; characters that XML 1.0 does not allow are
/// expected to be gone already.
pub fn parse(text: &str) -> Result<Tree, XmlError> {
    let mut builder = Builder { tree: Tree::with_capacity(text.len()), open: Vec::new() };
    walk(text, &mut builder)?;
    Ok(builder.tree)
}

/// [`parse`] without a tree: hands everything to a sink. If it fails, the sink has had what came
/// before the fault.
pub(crate) fn walk(text: &str, sink: &mut impl Sink) -> Result<(), XmlError> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = Reader::from_str(text);
    let mut place = Place::default();
    loop {
        let from = reader.buffer_position();
        let event = reader.read_event().map_err(|error| XmlError::NotWellFormed {
            at: reader.error_position(),
            reason: error.to_string(),
        })?;
        let at = reader.buffer_position();
        match event {
            Event::Start(tag) => {
                place.open(from, at)?;
                start(&tag, at, sink)?;
            }
            Event::Empty(tag) => {
                place.open(from, at)?;
                start(&tag, at, sink)?;
                place.open.pop();
                sink.end();
            }
            Event::End(_) => {
                place.open.pop();
                sink.end();
            }
            Event::Text(content) => place.text(&content.xml10_content(), at, sink)?,
            Event::CData(content) => place.text(&content.xml10_content(), at, sink)?,
            Event::GeneralRef(name) => {
                let character = resolve(&name, at)?;
                place.text(character.encode_utf8(&mut [0; 4]), at, sink)?;
            }
            Event::DocType(doctype) => {
                if doctype.contains('[') {
                    return Err(XmlError::InternalSubset);
                }
            }
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof => break,
        }
    }
    match (place.has_root, place.open.last()) {
        (false, _) => Err(XmlError::Empty),
        (true, Some(tag)) => {
            let tag = usize::try_from(*tag).ok().and_then(|tag| text.get(tag + 1..)).unwrap_or("");
            let end = tag.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
            let name = local(&tag[..end.unwrap_or(tag.len())]);
            Err(XmlError::NotWellFormed {
                at: reader.buffer_position(),
                reason: format!("element <{name}> is not closed"),
            })
        }
        (true, None) => Ok(()),
    }
}

/// Where in the document the reader is.
#[derive(Default)]
struct Place {
    has_root: bool,
    /// Offsets of the start tags of open elements.
    open: Vec<u64>,
}

impl Place {
    fn open(&mut self, tag: u64, at: u64) -> Result<(), XmlError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(XmlError::TooDeep);
        }
        if self.open.is_empty() && self.has_root {
            return Err(XmlError::Trailing { at });
        }
        self.has_root = true;
        self.open.push(tag);
        Ok(())
    }

    fn text(&self, text: &str, at: u64, sink: &mut impl Sink) -> Result<(), XmlError> {
        if text.len() > MAX_TEXT {
            return Err(XmlError::TextTooLong);
        }
        if !self.open.is_empty() {
            sink.text(text);
            Ok(())
        } else if text.trim().is_empty() {
            Ok(())
        } else if self.has_root {
            Err(XmlError::Trailing { at })
        } else {
            Err(XmlError::NotWellFormed { at, reason: "text before the first element".into() })
        }
    }
}

fn start(tag: &BytesStart<'_>, at: u64, sink: &mut impl Sink) -> Result<(), XmlError> {
    let element = tag.name();
    let element = element.as_ref();
    check_name(element, at)?;
    let element = local(element);
    sink.start(element);
    let mut count = 0;
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| XmlError::NotWellFormed {
            at,
            reason: format!("in the start tag of <{element}>: {error}"),
        })?;
        let name: &str = attribute.key.as_ref();
        if name == "xmlns" || name.starts_with("xmlns:") {
            continue;
        }
        check_name(name, at)?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| {
            XmlError::NotWellFormed { at, reason: format!("attribute {name}: {error}") }
        })?;
        count += 1;
        if count > MAX_ATTRIBUTES {
            return Err(XmlError::TooManyAttributes);
        }
        sink.attribute(local(name), &value);
    }
    sink.opened();
    Ok(())
}

/// The reader takes anything up to a blank or `=` for a name. A local name that is none could not be
/// written again; letters outside of ASCII are taken as they are.
fn check_name(name: &str, at: u64) -> Result<(), XmlError> {
    let is_start = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii();
    let is_part = |part: &str| {
        let mut bytes = part.bytes();
        bytes.next().is_some_and(is_start)
            && bytes
                .all(|byte| is_start(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
    };
    let (prefix, local) = name.split_once(':').unwrap_or(("x", name));
    if is_part(prefix) && is_part(local) {
        return Ok(());
    }
    Err(XmlError::NotWellFormed {
        at,
        reason: format!("`{name}` is no name of an element or attribute"),
    })
}

fn resolve(name: &str, at: u64) -> Result<char, XmlError> {
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let Some(number) = name.strip_prefix('#') else {
                return Err(XmlError::UnknownEntity { name: name.to_owned(), at });
            };
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            code.ok()
                .and_then(char::from_u32)
                .filter(|c| is_legal(*c))
                .ok_or_else(|| XmlError::BadCharacter { name: name.to_owned(), at })?
        }
    };
    Ok(character)
}

/// The characters that XML 1.0 allows.
pub(crate) fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

struct Builder {
    tree: Tree,
    open: Vec<NodeId>,
}

impl Sink for Builder {
    fn start(&mut self, name: &str) {
        let parent = self.open.last().copied().unwrap_or(NONE);
        let id = self.tree.push_element(parent, name);
        self.open.push(id);
    }

    fn attribute(&mut self, name: &str, value: &str) {
        let spans = (self.tree.intern(name), self.tree.intern(value));
        let element = self.open.last().and_then(|id| self.tree.nodes.get_mut(id.0 as usize));
        if let Some(Node { kind: Kind::Element { attributes, .. }, .. }) = element {
            // Names that differ by their prefix only have become one; the last value counts.
            let known = attributes.iter_mut().find(|(known, _)| {
                self.tree.text.get(known.start as usize..known.end as usize) == Some(name)
            });
            match known {
                Some(known) => known.1 = spans.1,
                None => attributes.push(spans),
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(parent) = self.open.last() {
            self.extend_text(*parent, text);
        }
    }

    fn end(&mut self) {
        self.open.pop();
    }
}

impl Builder {
    /// Joins adjoining pieces (text, references, CDATA) into one text node.
    fn extend_text(&mut self, parent: NodeId, text: &str) {
        let last = self.tree.nodes[parent.0 as usize].last_child;
        let end = self.tree.text.len();
        if let Some(Node { kind: Kind::Text(span), .. }) = self.tree.nodes.get_mut(last.0 as usize)
            && span.end as usize == end
        {
            self.tree.text.push_str(text);
            span.end = super::length_u32(self.tree.text.len());
            return;
        }
        self.tree.append_text(parent, text);
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}
