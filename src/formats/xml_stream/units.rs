//! A piece of XML → the records in it, out of the envelopes of OAI-PMH and SRU.

use super::markup::{Markup, attribute, markup};
use super::{RecordPath, local};
use crate::record::{Form, RecordFormat};
use crate::xml;
use std::ops::Range;

/// Which elements are records.
#[derive(Clone, Debug, Default)]
pub(in crate::formats) struct Selection {
    pub(in crate::formats) path: Option<RecordPath>,
    pub(in crate::formats) format: Option<RecordFormat>,
}

/// The element that `kirjo export` puts around records which would not be found without; it holds
/// one, whatever path is looked for.
pub(in crate::formats) const EXPORTED: &str = "kirjo-record";

/// Record elements of every format that can be told by its element.
const ALL_NAMES: [&str; 12] = [
    "record",
    "lido",
    "ead",
    "dc",
    "qualifieddc",
    "qdc",
    "lrmi",
    "ExchangeSet",
    "eac-cpf",
    "doajArticle",
    "dcterms",
    "ProvidedCHO",
];

/// Record elements of a format, by local name.
fn names(format: Option<RecordFormat>) -> &'static [&'static str] {
    use RecordFormat as F;
    match format {
        None => &ALL_NAMES,
        Some(F::Marc | F::MarcAuthority) => &["record"],
        Some(F::Ead | F::Ead3) => &["ead"],
        Some(F::Lido) => &["lido"],
        Some(F::Qdc | F::Aipa) => &["qualifieddc", "qdc", "dcterms", "dc"],
        Some(F::Dc) => &["dc", "dcterms", "ProvidedCHO"],
        Some(F::Lrmi) => &["lrmi", "dc"],
        Some(F::Forward) => &["ExchangeSet"],
        Some(F::ForwardAuthority) => &["elokuva_henkilot", "ExchangeSet"],
        Some(F::Eaccpf) => &["eac-cpf"],
        Some(F::Doaj) => &["doajArticle"],
        Some(F::Ese) => &["record", "ProvidedCHO"],
    }
}

/// A root that may be without records: an answer to another question, an empty collection.
pub(super) fn may_be_empty(root: &str) -> bool {
    let containers =
        ["OAI-PMH", "searchRetrieveResponse", "explainResponse", "collection", "records"];
    containers.iter().any(|name| name.as_bytes() == local(root.as_bytes()))
}

impl Selection {
    /// Is this element to be cut out? `depth` elements are around it. `record` always is, for it
    /// may be an envelope.
    pub(super) fn is_record<'n, A: IntoIterator<Item = &'n [u8]>>(
        &self,
        name: &'n [u8],
        depth: usize,
        above: impl FnOnce() -> A,
    ) -> bool {
        let short = local(name);
        if short == b"record" || short == EXPORTED.as_bytes() {
            return true;
        }
        match &self.path {
            Some(path) => path.matches(name, above()),
            None => self.is_named(short) || depth == 0 && self.is_component(short),
        }
    }

    /// Is a record with these elements outermost ([`root_names`]) found inside an element?
    pub(in crate::formats) fn finds(&self, names: [Option<&[u8]>; 2], outer: &[u8]) -> bool {
        let [Some(root), inner] = names else { return false };
        let finds = |name: &[u8], above: &[&[u8]]| match &self.path {
            Some(path) => path.matches(name, above.iter().copied()),
            None => self.is_named(local(name)),
        };
        match inner.filter(|_| local(root) == b"lidoWrap") {
            Some(inner) => finds(inner, &[root, outer]),
            None => finds(root, &[outer]),
        }
    }

    fn is_named(&self, short: &[u8]) -> bool {
        names(self.format).iter().any(|name| name.as_bytes() == short)
    }

    /// A component of a finding aid as a document of its own: `c`, `c01` … `c12`.
    fn is_component(&self, short: &[u8]) -> bool {
        use RecordFormat as F;
        matches!(self.format, None | Some(F::Ead | F::Ead3))
            && matches!(short, [b'c'] | [b'c', b'0'..=b'9', b'0'..=b'9'])
    }

    /// Does a start tag of the same name end a record, because such elements never lie in each
    /// other?
    pub(super) fn ends_record(&self, name: &[u8]) -> bool {
        let short = local(name);
        ALL_NAMES.iter().any(|known| known.as_bytes() == short)
            || self.path.is_none() && !self.is_component(short)
    }

    /// What is looked for, for messages.
    pub(super) fn describe(&self) -> String {
        match (&self.path, self.format) {
            (Some(path), _) => format!("record element <{}>", path.record_name()),
            (None, Some(_)) => {
                format!("record element <{}>", names(self.format).join(">, <"))
            }
            (None, None) => "record of a known format (set its format and record_xpath)".into(),
        }
    }
}

const EMPTY_ENVELOPE: &str = "the envelope of the record is empty";

/// A record found in a piece.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::formats) struct Unit {
    /// Offset in the piece's text.
    pub(in crate::formats) start: usize,
    pub(in crate::formats) text: String,
    /// `None` if nothing tells: the record is deleted and its format not given.
    pub(in crate::formats) format: Option<RecordFormat>,
    pub(in crate::formats) form: Form,
    pub(in crate::formats) oai_id: Option<String>,
    pub(in crate::formats) deleted: bool,
}

/// The records in a whole element. `outer` names the elements around it, the nearest first.
pub(in crate::formats) fn units(
    text: &str,
    outer: &[&[u8]],
    selection: &Selection,
) -> Result<Vec<Unit>, String> {
    let bytes = text.as_bytes();
    let Some(Element { name, .. }) = first_element(bytes, 0) else {
        return Err("no XML element".to_owned());
    };
    let name = &bytes[name];
    if local(name) != b"record" {
        return unit(text, 0..text.len(), selection, &Envelope::default()).map(|unit| vec![unit]);
    }
    let children = children(bytes, is_marc);
    let child = |wanted: &[u8]| children.iter().find(|c| local(&bytes[c.name.clone()]) == wanted);
    let is_marc_record = children.iter().any(|c| is_marc(&bytes[c.name.clone()]));
    let (header, metadata) = (child(b"header"), child(b"metadata").or(child(b"recordData")));
    let matches_path =
        selection.path.as_ref().is_none_or(|path| path.matches(name, outer.iter().copied()));
    if is_marc_record || header.is_none() && metadata.is_none() {
        if matches_path && (selection.path.is_some() || selection.is_named(b"record")) {
            let whole = unit(text, 0..text.len(), selection, &Envelope::default())?;
            return Ok(vec![whole]);
        }
        if selection.path.is_some() && matching(bytes, outer, selection).is_empty() {
            return Ok(Vec::new());
        }
        return inner_units(text, 0, outer, selection, &Envelope::default());
    }
    let envelope = header
        .map_or_else(Envelope::default, |header| Envelope::of_header(&text[header.range.clone()]));
    if envelope.deleted {
        return Ok(vec![Unit {
            start: 0,
            text: String::new(),
            format: selection.format,
            form: form_of(selection.format),
            oai_id: envelope.oai_id,
            deleted: true,
        }]);
    }
    let Some(metadata) = metadata else {
        // Some leave out `metadata` and put the payload beside the header.
        let payload = children.iter().find(|child| {
            let name = &bytes[child.name.clone()];
            !matches!(local(name), b"header" | b"about")
        });
        let Some(payload) = payload else { return Err(EMPTY_ENVELOPE.to_owned()) };
        let above: Vec<&[u8]> = std::iter::once(name).chain(outer.iter().copied()).collect();
        let (start, range) = (payload.range.start, payload.range.clone());
        return inner_units(&text[range], start, &above, selection, &envelope);
    };
    let inside = &text[metadata.range.clone()];
    let above: Vec<&[u8]> =
        [&bytes[metadata.name.clone()], name].into_iter().chain(outer.iter().copied()).collect();
    let Some(payload) = first_element_below(inside.as_bytes()) else {
        // SRU may pack the record as escaped text.
        let unpacked = xml::parse(inside).map_err(|error| error.to_string())?.root().deep_text();
        if unpacked.trim().is_empty() {
            return Err(EMPTY_ENVELOPE.to_owned());
        }
        return inner_units(unpacked.trim(), metadata.range.start, &above, selection, &envelope);
    };
    let start = metadata.range.start + payload.start;
    inner_units(&inside[payload], start, &above, selection, &envelope)
}

/// What an envelope says of its record.
#[derive(Default, Clone)]
struct Envelope {
    oai_id: Option<String>,
    deleted: bool,
}

impl Envelope {
    fn of_header(text: &str) -> Self {
        let status = attribute(text.as_bytes(), b"status").unwrap_or(b"");
        let oai_id = xml::parse(text)
            .ok()
            .and_then(|tree| Some(tree.root().child("identifier")?.trimmed().into_owned()))
            .filter(|id| !id.is_empty());
        Envelope { oai_id, deleted: status.eq_ignore_ascii_case(b"deleted") }
    }
}

/// The identifier in the header of an envelope that may be broken.
pub(in crate::formats) fn id_of_broken(bytes: &[u8]) -> Option<String> {
    let mut at = 0;
    let mut in_header = false;
    while let Some(found) = next_markup(bytes, at) {
        at = found.end;
        match found.markup {
            Markup::Start { name, is_empty: false } => match local(&bytes[name]) {
                b"header" => in_header = true,
                b"identifier" if in_header => {
                    let end = at + memchr::memchr(b'<', &bytes[at..])?;
                    let id = String::from_utf8_lossy(bytes[at..end].trim_ascii()).into_owned();
                    return (!id.is_empty()).then_some(id);
                }
                _ => {}
            },
            Markup::End { name } if local(&bytes[name.clone()]) == b"header" => return None,
            _ => {}
        }
    }
    None
}

/// The records in a payload, or in an element that is no record itself: the outermost elements that
/// match; if none does, the payload as a whole.
fn inner_units(
    text: &str,
    start: usize,
    above: &[&[u8]],
    selection: &Selection,
    envelope: &Envelope,
) -> Result<Vec<Unit>, String> {
    let found = matching(text.as_bytes(), above, selection);
    if found.is_empty() {
        let mut whole = unit(text, 0..text.len(), selection, envelope)?;
        whole.start = start;
        return Ok(vec![whole]);
    }
    found
        .into_iter()
        .map(|range| {
            let mut found = unit(text, range, selection, envelope)?;
            found.start += start;
            Ok(found)
        })
        .collect()
}

fn matching(bytes: &[u8], above: &[&[u8]], selection: &Selection) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut stack: Vec<&[u8]> = Vec::new();
    let mut at = 0;
    while let Some(element) = next_markup(bytes, at) {
        at = element.end;
        match element.markup {
            Markup::Start { name, is_empty } => {
                let name = &bytes[name];
                let is_match = match &selection.path {
                    Some(path) => {
                        let around = stack.iter().rev().chain(above).copied();
                        path.matches(name, around)
                    }
                    None => selection.is_named(local(name)),
                };
                if is_match {
                    let end = element_end(bytes, element.start);
                    found.push(element.start..end);
                    at = end;
                } else if !is_empty {
                    stack.push(name);
                }
            }
            Markup::End { .. } => {
                stack.pop();
            }
            _ => {}
        }
    }
    found
}

/// One record from part of a text; an unknown element is an error unless the format is given.
fn unit(
    text: &str,
    range: Range<usize>,
    selection: &Selection,
    envelope: &Envelope,
) -> Result<Unit, String> {
    let part = &text[range.clone()];
    let bytes = part.as_bytes();
    let Some(element) = first_element(bytes, 0) else {
        return Err("no XML element".to_owned());
    };
    let name = &bytes[element.name.clone()];
    let recognised = recognise(bytes, local(name));
    let Some(format) = selection.format.or(recognised) else {
        let name = String::from_utf8_lossy(name);
        return Err(format!("the format of <{name}> is not known; set the source's format"));
    };
    let about = (local(name) == b"ProvidedCHO")
        .then(|| attribute(&bytes[element.start..], b"about"))
        .flatten()
        .map(|about| String::from_utf8_lossy(about).into_owned());
    // The driver, and those who read the full record, expect the wrapper.
    let text = if local(name) == b"lido" {
        format!("<lidoWrap>{part}</lidoWrap>")
    } else {
        part.to_owned()
    };
    Ok(Unit {
        start: range.start,
        text,
        format: Some(format),
        form: form_of(Some(format)),
        oai_id: envelope.oai_id.clone().or(about),
        deleted: envelope.deleted,
    })
}

fn form_of(format: Option<RecordFormat>) -> Form {
    match format {
        Some(RecordFormat::Marc | RecordFormat::MarcAuthority) => Form::MarcXml,
        _ => Form::Xml,
    }
}

/// The format an element looks like.
fn recognise(bytes: &[u8], short: &[u8]) -> Option<RecordFormat> {
    use RecordFormat as F;
    let child_names = || -> Vec<&[u8]> {
        children(bytes, |_| false).into_iter().map(|c| local(&bytes[c.name])).collect()
    };
    let first_child_among = |wanted: &[&[u8]]| {
        let children = children(bytes, |name| wanted.contains(&local(name)));
        children.last().map(|c| local(&bytes[c.name.clone()])).filter(|n| wanted.contains(n))
    };
    Some(match short {
        b"lido" | b"lidoWrap" => F::Lido,
        b"ead" => match first_child_among(&[b"control", b"eadheader"]) {
            Some(b"control") => F::Ead3,
            _ => F::Ead,
        },
        b"qualifieddc" | b"qdc" => {
            if child_names().contains(&&b"item"[..]) {
                F::Aipa
            } else {
                F::Qdc
            }
        }
        b"dcterms" => F::Qdc,
        b"lrmi" => F::Lrmi,
        b"dc" => {
            let learning = [&b"learningResource"[..], b"educationalAudience", b"material"];
            if first_child_among(&learning).is_some() { F::Lrmi } else { F::Dc }
        }
        b"ProvidedCHO" => F::Dc,
        b"ExchangeSet" => F::Forward,
        b"elokuva_henkilot" => F::ForwardAuthority,
        b"eac-cpf" => F::Eaccpf,
        b"doajArticle" => F::Doaj,
        b"c" | [b'c', b'0'..=b'9', b'0'..=b'9'] => F::Ead,
        _ if short == EXPORTED.as_bytes() => {
            let inside = &bytes[first_element_below(bytes)?];
            let name = first_element(inside, 0)?.name;
            return recognise(inside, local(&inside[name]));
        }
        b"collection" | b"record" => {
            let known: [&[u8]; 6] =
                [b"leader", b"controlfield", b"datafield", b"control", b"archdesc", b"record"];
            match first_child_among(&known) {
                Some(b"control" | b"archdesc") => F::Ead3,
                Some(_) => F::Marc,
                None if short == b"record" && !child_names().is_empty() => F::Ese,
                None => return None,
            }
        }
        _ => return None,
    })
}

/// The format of the first record in the first bytes of a file.
pub(in crate::formats) fn recognise_head(bytes: &[u8]) -> Option<RecordFormat> {
    let selection = Selection::default();
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(found) = next_markup(bytes, at) {
        at = found.end;
        let Markup::Start { name, is_empty } = found.markup else {
            depth -= usize::from(matches!(found.markup, Markup::End { .. }) && depth > 0);
            continue;
        };
        let name = &bytes[name];
        let is_envelope = || {
            children(&bytes[found.start..], is_marc).iter().any(|child| {
                let name = local(&bytes[found.start..][child.name.clone()]);
                matches!(name, b"header" | b"metadata" | b"recordData")
            })
        };
        if selection.is_record(name, depth, std::iter::empty)
            && (local(name) != b"record" || !is_envelope())
        {
            return recognise(&bytes[found.start..], local(name));
        }
        depth += usize::from(!is_empty);
    }
    None
}

fn is_marc(name: &[u8]) -> bool {
    matches!(local(name), b"leader" | b"controlfield" | b"datafield")
}

/// An element's name and where it is.
struct Element {
    start: usize,
    name: Range<usize>,
    is_empty: bool,
    tag_end: usize,
}

struct Child {
    name: Range<usize>,
    range: Range<usize>,
}

struct Found {
    start: usize,
    end: usize,
    /// With ranges from the start of the text.
    markup: Markup,
}

/// The next piece of markup from `at` on.
fn next_markup(bytes: &[u8], at: usize) -> Option<Found> {
    let start = at + memchr::memchr(b'<', bytes.get(at..)?)?;
    let (found, length) = markup(&bytes[start..])?;
    let shift = |range: Range<usize>| range.start + start..range.end + start;
    let markup = match found {
        Markup::Start { name, is_empty } => Markup::Start { name: shift(name), is_empty },
        Markup::End { name } => Markup::End { name: shift(name) },
        other => other,
    };
    Some(Found { start, end: start + length.max(1), markup })
}

fn first_element(bytes: &[u8], mut at: usize) -> Option<Element> {
    loop {
        let found = next_markup(bytes, at)?;
        if let Markup::Start { name, is_empty } = found.markup {
            return Some(Element { start: found.start, name, is_empty, tag_end: found.end });
        }
        at = found.end;
    }
}

/// Names of the outermost element and of the first one in it.
pub(in crate::formats) fn root_names(bytes: &[u8]) -> [Option<&[u8]>; 2] {
    let root = first_element(bytes, 0);
    let inner = root.as_ref().and_then(|root| first_element(bytes, root.tag_end));
    [root, inner].map(|element| element.and_then(|element| bytes.get(element.name)))
}

/// Where the content of the outermost element begins; `None` for an empty tag.
pub(in crate::formats) fn after_start_tag(bytes: &[u8]) -> Option<usize> {
    first_element(bytes, 0).filter(|root| !root.is_empty).map(|root| root.tag_end)
}

/// Range of the first element inside the element these bytes are.
fn first_element_below(bytes: &[u8]) -> Option<Range<usize>> {
    let outer = first_element(bytes, 0).filter(|outer| !outer.is_empty)?;
    let inner = first_element(bytes, outer.tag_end)?;
    Some(inner.start..element_end(bytes, inner.start))
}

/// End of the element that begins at `start`.
fn element_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(found) = next_markup(bytes, at) {
        at = found.end;
        match found.markup {
            Markup::Start { is_empty: false, .. } => depth += 1,
            Markup::Start { is_empty: true, .. } if depth == 0 => return at,
            Markup::End { .. } => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    bytes.len()
}

/// The elements directly inside an element, up to and with the first whose name says stop; the
/// range of that one is only its start tag.
fn children(bytes: &[u8], stop: impl Fn(&[u8]) -> bool) -> Vec<Child> {
    let mut children = Vec::new();
    let Some(outer) = first_element(bytes, 0).filter(|outer| !outer.is_empty) else {
        return children;
    };
    let mut at = outer.tag_end;
    while let Some(found) = next_markup(bytes, at) {
        at = found.end;
        match found.markup {
            Markup::Start { name, .. } => {
                if stop(&bytes[name.clone()]) {
                    children.push(Child { name, range: found.start..found.end });
                    return children;
                }
                at = element_end(bytes, found.start);
                children.push(Child { name, range: found.start..at });
            }
            Markup::End { .. } => return children,
            _ => {}
        }
    }
    children
}
