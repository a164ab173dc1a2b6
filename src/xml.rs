//! A small XML tree for records: local names only, text by range, cheap to walk and to build.
//!
//! The readers cut one record out of a file; this module turns it into a [`Tree`] that the drivers
//! of LIDO, EAD, Dublin Core and their cousins walk. Prefixes and namespace declarations are
//! dropped on reading (decision 4.4), so `lido:term` and `term` are one name.

mod parse;
mod write;

pub(crate) use parse::{MAX_DEPTH, Sink, is_legal, walk};
pub use parse::{XmlError, parse};
pub(crate) use write::escape;

use std::borrow::Cow;

/// Index of a node in its [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct NodeId(u32);

const NONE: NodeId = NodeId(u32::MAX);

#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
}

#[derive(Clone, Debug)]
enum Kind {
    Element { name: Span, attributes: Vec<(Span, Span)> },
    Text(Span),
}

#[derive(Clone, Debug)]
struct Node {
    kind: Kind,
    parent: NodeId,
    next: NodeId,
    first_child: NodeId,
    last_child: NodeId,
}

/// One XML document: an arena of nodes and one string that holds every name, value and text.
#[derive(Clone, Debug)]
pub struct Tree {
    nodes: Vec<Node>,
    text: String,
}

impl Tree {
    /// A tree that holds one empty element.
    pub fn new(root_name: &str) -> Self {
        let mut tree = Tree { nodes: Vec::new(), text: String::new() };
        tree.push_element(NONE, root_name);
        tree
    }

    fn with_capacity(bytes: usize) -> Self {
        Tree { nodes: Vec::with_capacity(bytes / 40 + 1), text: String::with_capacity(bytes) }
    }

    /// The document element.
    pub fn root(&self) -> Element<'_> {
        Element { tree: self, id: NodeId(0) }
    }

    /// The element with this id; ids come from [`Element::id`] and the `append` functions.
    pub fn element(&self, id: NodeId) -> Element<'_> {
        Element { tree: self, id }
    }

    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    fn str(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    fn intern(&mut self, text: &str) -> Span {
        let start = length_u32(self.text.len());
        self.text.push_str(text);
        Span { start, end: length_u32(self.text.len()) }
    }

    fn push_node(&mut self, parent: NodeId, kind: Kind) -> NodeId {
        let id = NodeId(length_u32(self.nodes.len()));
        self.nodes.push(Node { kind, parent, next: NONE, first_child: NONE, last_child: NONE });
        if parent != NONE {
            let last = std::mem::replace(&mut self.nodes[parent.0 as usize].last_child, id);
            if last == NONE {
                self.nodes[parent.0 as usize].first_child = id;
            } else {
                self.nodes[last.0 as usize].next = id;
            }
        }
        id
    }

    fn push_element(&mut self, parent: NodeId, name: &str) -> NodeId {
        let name = self.intern(name);
        self.push_node(parent, Kind::Element { name, attributes: Vec::new() })
    }

    /// Adds an empty element as the last child of `parent`.
    pub fn append_element(&mut self, parent: NodeId, name: &str) -> NodeId {
        self.push_element(parent, name)
    }

    /// Adds text as the last child of `parent`; empty text adds nothing.
    pub fn append_text(&mut self, parent: NodeId, text: &str) {
        if text.is_empty() {
            return;
        }
        let span = self.intern(text);
        self.push_node(parent, Kind::Text(span));
    }

    /// Sets an attribute, replacing an earlier value of the same name.
    pub fn set_attribute(&mut self, element: NodeId, name: &str, value: &str) {
        let (name_span, value_span) = (self.intern(name), self.intern(value));
        let existing = self.element(element).attributes().position(|(n, _)| n == name);
        if let Some(Node { kind: Kind::Element { attributes, .. }, .. }) =
            self.nodes.get_mut(element.0 as usize)
        {
            match existing {
                Some(at) => attributes[at].1 = value_span,
                None => attributes.push((name_span, value_span)),
            }
        }
    }

    /// Copies `source` with its attributes and everything below it under `parent`, leaving out
    /// every descendant element for which `keep` is false.
    pub fn append_copy(
        &mut self,
        parent: NodeId,
        source: Element<'_>,
        keep: &dyn Fn(Element<'_>) -> bool,
    ) -> NodeId {
        let copy = self.push_element(parent, source.name());
        for (name, value) in source.attributes() {
            self.set_attribute(copy, name, value);
        }
        for child in source.nodes() {
            match child {
                Child::Text(text) => self.append_text(copy, text),
                Child::Element(element) if keep(element) => {
                    self.append_copy(copy, element, keep);
                }
                Child::Element(_) => {}
            }
        }
        copy
    }
}

/// Lengths stay below 4 GiB: the readers refuse larger records long before (32 MiB).
fn length_u32(length: usize) -> u32 {
    #[expect(clippy::expect_used, reason = "the readers refuse records over 64 MiB")]
    u32::try_from(length).expect("a record is far smaller than 4 GiB")
}

/// A child of an element: text or another element.
#[derive(Clone, Copy, Debug)]
pub enum Child<'t> {
    /// Text up to the next element.
    Text(&'t str),
    /// An element with all that is in it.
    Element(Element<'t>),
}

/// One element of a [`Tree`]; cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Element<'t> {
    tree: &'t Tree,
    id: NodeId,
}

impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.id == other.id
    }
}

impl<'t> Element<'t> {
    /// Where the element stands in its tree.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// Local name, without prefix.
    pub fn name(self) -> &'t str {
        match self.tree.node(self.id) {
            Some(Node { kind: Kind::Element { name, .. }, .. }) => self.tree.str(*name),
            _ => "",
        }
    }

    /// Value of the attribute with this local name.
    pub fn attr(self, name: &str) -> Option<&'t str> {
        self.attributes().find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// Value of the attribute, or the empty string.
    pub fn attr_or_empty(self, name: &str) -> &'t str {
        self.attr(name).unwrap_or("")
    }

    /// All attributes in document order: local name, value.
    pub fn attributes(self) -> impl Iterator<Item = (&'t str, &'t str)> {
        let attributes: &'t [(Span, Span)] = match self.tree.node(self.id) {
            Some(Node { kind: Kind::Element { attributes, .. }, .. }) => attributes,
            _ => &[],
        };
        attributes.iter().map(move |(n, v)| (self.tree.str(*n), self.tree.str(*v)))
    }

    /// The element around this one.
    pub fn parent(self) -> Option<Element<'t>> {
        let parent = self.tree.node(self.id)?.parent;
        (parent != NONE).then_some(Element { tree: self.tree, id: parent })
    }

    /// Text and elements directly inside, in document order.
    pub fn nodes(self) -> impl Iterator<Item = Child<'t>> {
        let tree = self.tree;
        let mut next = tree.node(self.id).map_or(NONE, |n| n.first_child);
        std::iter::from_fn(move || {
            let node = tree.node(next)?;
            let id = std::mem::replace(&mut next, node.next);
            Some(match &node.kind {
                Kind::Text(span) => Child::Text(tree.str(*span)),
                Kind::Element { .. } => Child::Element(Element { tree, id }),
            })
        })
    }

    /// Child elements in document order.
    pub fn children(self) -> impl Iterator<Item = Element<'t>> {
        self.nodes().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    /// Child elements of this name.
    pub fn each<'n>(self, name: &'n str) -> impl Iterator<Item = Element<'t>> + use<'t, 'n> {
        self.children().filter(move |child| child.name() == name)
    }

    /// First child element of this name.
    pub fn child(self, name: &str) -> Option<Element<'t>> {
        self.each(name).next()
    }

    /// First element on a path such as `did/unitid`: the first child of each name at every step.
    pub fn find(self, path: &str) -> Option<Element<'t>> {
        path.split('/').try_fold(self, |element, step| element.child(step))
    }

    /// All elements on a path such as `did/unitid`, over every branch, in document order.
    pub fn find_all(self, path: &str) -> Vec<Element<'t>> {
        path.split('/').fold(vec![self], |level, step| {
            level.iter().flat_map(|element| element.each(step)).collect()
        })
    }

    /// Every element below this one, depth first in document order.
    pub fn descendants(self) -> impl Iterator<Item = Element<'t>> {
        let mut stack: Vec<Element<'t>> = Vec::new();
        let push_children = |stack: &mut Vec<Element<'t>>, of: Element<'t>| {
            let from = stack.len();
            stack.extend(of.children());
            stack[from..].reverse();
        };
        push_children(&mut stack, self);
        std::iter::from_fn(move || {
            let element = stack.pop()?;
            push_children(&mut stack, element);
            Some(element)
        })
    }

    /// Concatenated text directly inside, without that of child elements, untrimmed.
    pub fn text(self) -> Cow<'t, str> {
        let mut texts = self.nodes().filter_map(|child| match child {
            Child::Text(text) => Some(text),
            Child::Element(_) => None,
        });
        let Some(first) = texts.next() else { return Cow::Borrowed("") };
        match texts.next() {
            None => Cow::Borrowed(first),
            Some(second) => {
                let mut all = String::from(first);
                all.push_str(second);
                texts.for_each(|text| all.push_str(text));
                Cow::Owned(all)
            }
        }
    }

    /// [`Element::text`], trimmed as PHP's `trim` does: blank, tab, line ends, NUL, vertical tab.
    pub fn trimmed(self) -> Cow<'t, str> {
        let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\0' | '\x0B');
        match self.text() {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(is_blank)),
            Cow::Owned(text) => Cow::Owned(text.trim_matches(is_blank).to_owned()),
        }
    }

    /// Text of this element and of everything below it, in document order.
    pub fn deep_text(self) -> String {
        fn collect(element: Element<'_>, out: &mut String) {
            for child in element.nodes() {
                match child {
                    Child::Text(text) => out.push_str(text),
                    Child::Element(inner) => collect(inner, out),
                }
            }
        }
        let mut out = String::new();
        collect(self, &mut out);
        out
    }

    /// True if there is neither text (blank text aside) nor an element inside.
    pub fn is_empty(self) -> bool {
        self.nodes().all(|child| matches!(child, Child::Text(text) if text.trim().is_empty()))
    }

    /// The element as XML text, without declaration.
    pub fn to_xml(self) -> String {
        write::element(self, write::Blanks::Keep)
    }

    /// The element as XML text without the white space between elements; text beside other text
    /// and blank text in an element of its own stay.
    pub fn to_compact_xml(self) -> String {
        write::element(self, write::Blanks::Drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_declarations_are_dropped() {
        let tree = parse(
            r#"<?xml version="1.0"?><l:lido xmlns:l="http://x/" l:type="a" xml:lang="fi"><l:term>a &amp; b&#x20AC;</l:term><!-- c --><term><![CDATA[<x>]]></term></l:lido>"#,
        )
        .expect("well-formed");
        let root = tree.root();
        assert_eq!(root.name(), "lido");
        assert_eq!(root.attributes().collect::<Vec<_>>(), [("type", "a"), ("lang", "fi")]);
        let terms: Vec<_> = root.each("term").map(|t| t.text().into_owned()).collect();
        assert_eq!(terms, ["a & b€", "<x>"]);
        assert_eq!(
            root.to_xml(),
            r#"<lido type="a" lang="fi"><term>a &amp; b€</term><term>&lt;x&gt;</term></lido>"#
        );
    }

    #[test]
    fn attributes_that_differ_by_prefix_become_one() {
        let tree = parse(r#"<a xml:lang="fi" id="1" lang="sv"/>"#).expect("well-formed");
        assert_eq!(tree.root().to_xml(), r#"<a lang="sv" id="1"/>"#);
    }

    /// Found by fuzzing: `ind:` was taken for an attribute with an empty local name.
    #[test]
    fn names_that_are_none_are_refused() {
        for text in [
            "<a ind:=\"0\"/>",
            "<a :b=\"0\"/>",
            "<a 1=\"0\"/>",
            "<a b`=\"0\"/>",
            "<a:/>",
            "<1/>",
            "<a:b:c/>",
        ] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.contains("is no name"), "{text}: {error}");
        }
        for text in ["<ä ö-1.x=\"0\"/>", "<_:b xml:lang=\"fi\"/>"] {
            let tree = parse(text).expect(text);
            let written = tree.root().to_xml();
            let again = parse(&written).expect("own output").root().to_xml();
            assert_eq!(again, written, "{text}");
        }
    }

    #[test]
    fn paths_and_text() {
        let tree = parse("<a><b>1<c>x</c>2</b><b><c>y</c></b><d/></a>").expect("well-formed");
        let a = tree.root();
        assert_eq!(a.find("b").expect("there").text(), "12");
        assert_eq!(a.find("b/c").expect("there").text(), "x");
        assert_eq!(a.find_all("b/c").len(), 2);
        assert_eq!(a.deep_text(), "1x2y");
        let names: Vec<_> = a.descendants().map(Element::name).collect();
        assert_eq!(names, ["b", "c", "b", "c", "d"]);
        assert!(a.child("d").expect("there").is_empty());
    }

    #[test]
    fn white_space_between_elements_goes() {
        let tree = parse("<a>\n <b> x </b>\n <c> </c> y <d/>\n</a>").expect("well-formed");
        assert_eq!(tree.root().to_compact_xml(), "<a><b> x </b><c> </c> y <d/></a>");
    }

    #[test]
    fn hostile_input_is_refused() {
        let deep = "<a>".repeat(300) + &"</a>".repeat(300);
        let many_attributes: String =
            (0..1100).fold(String::from("<a"), |s, i| s + &format!(" x{i}=\"\"")) + "/>";
        for (input, expected) in [
            ("", "no element"),
            ("<a><b></a>", "not well-formed"),
            ("<a></a><b/>", "after the document element"),
            ("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "DOCTYPE"),
            ("<a>&x;</a>", "unknown entity"),
            ("<a", "not well-formed"),
            ("<a>&#0;</a>", "character reference"),
            (deep.as_str(), "deeper than"),
            (many_attributes.as_str(), "attributes"),
        ] {
            let error = parse(input).expect_err(input).to_string();
            assert!(error.contains(expected), "{input:.40}: {error}");
        }
        assert!(parse("<!DOCTYPE ead PUBLIC \"x\" \"ead.dtd\"><ead/>").is_ok());
    }

    #[test]
    fn trees_are_built_and_copied() {
        let source = parse("<c><did><unitid>1</unitid></did><c01>inner</c01></c>").expect("ok");
        let mut tree = Tree::new("root");
        let root = tree.root().id();
        let copy = tree.append_copy(root, source.root(), &|e| e.name() != "c01");
        tree.set_attribute(copy, "level", "file");
        tree.set_attribute(copy, "level", "item");
        let data = tree.append_element(copy, "add-data");
        tree.append_text(data, "a<b");
        assert_eq!(
            tree.root().to_xml(),
            "<root><c level=\"item\"><did><unitid>1</unitid></did><add-data>a&lt;b</add-data></c></root>"
        );
    }
}
