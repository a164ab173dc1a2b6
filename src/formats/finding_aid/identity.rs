//! Ids and titles of an archive and its components (ingest-ead §2, §2.2, §2.3).

use super::{Level, SplitSettings, Standard};
use crate::text::{cut_bytes, url_encode};
use crate::xml::Element;
use std::borrow::Cow;
use std::rc::Rc;

/// Bytes of an id and of a title that other components repeat: enough for every real one (the
/// index keeps 1 024 characters), and a small file cannot ask for gigabytes.
const MAX_ID: usize = 1024;
const MAX_TITLE: usize = 2048;

fn short_id(id: String) -> String {
    if id.len() <= MAX_ID { id } else { cut_bytes(&id, MAX_ID).to_owned() }
}

fn short_title(title: Cow<'_, str>) -> Cow<'_, str> {
    match title {
        Cow::Borrowed(text) => Cow::Borrowed(cut_bytes(text, MAX_TITLE)),
        Cow::Owned(text) if text.len() <= MAX_TITLE => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(cut_bytes(&text, MAX_TITLE).to_owned()),
    }
}

/// What all components say of the archive they belong to.
pub(super) struct Archive<'t> {
    pub(super) id: String,
    pub(super) title: Cow<'t, str>,
    /// Empty in EAD3.
    pub(super) subtitle: Cow<'t, str>,
}

impl<'t> Archive<'t> {
    pub(super) fn of(ead: Element<'t>, standard: Standard, settings: &SplitSettings) -> Self {
        match standard {
            Standard::Ead2002 => {
                let mut id = ead.find("eadheader/eadid").map_or_else(String::new, id_or_text);
                if id.is_empty() && settings.second_id {
                    id = ead.find("archdesc/did/unitid").map_or_else(String::new, id_or_text);
                }
                let titles = ead.find("eadheader/filedesc/titlestmt");
                let text = |name| {
                    titles.and_then(|t| t.child(name)).map_or(Cow::Borrowed(""), Element::text)
                };
                Archive {
                    id: short_id(id),
                    title: short_title(text("titleproper")),
                    subtitle: short_title(text("subtitle")),
                }
            }
            Standard::Ead3 => {
                let dids = ead.find_all("archdesc/did");
                let mut id = labelled_id(&dids, settings, None).unwrap_or_default();
                if id.is_empty() && settings.second_id {
                    let record_id = ead.find("control/recordid");
                    id = record_id.map_or_else(String::new, |id| url_encode(id.text().trim()));
                }
                let id = short_id(id);
                let titles: Vec<Element<'t>> =
                    dids.iter().flat_map(|did| did.each("unittitle")).collect();
                let finnish = titles
                    .iter()
                    .find(|title| matches!(title.attr_or_empty("lang"), "" | "fi" | "fin"));
                let title = finnish.or(titles.first()).map_or(Cow::Borrowed(""), |t| t.text());
                let title = if title.is_empty() { Cow::Owned(id.clone()) } else { title };
                Archive { id, title: short_title(title), subtitle: Cow::Borrowed("") }
            }
        }
    }
}

/// A `parent` of `add-data`, and the series above it.
#[derive(Clone)]
pub(super) struct ParentEntry<'t> {
    pub(super) id: String,
    pub(super) title: Cow<'t, str>,
    /// EAD3 only.
    pub(super) level: Option<&'t str>,
    pub(super) next: Option<Rc<ParentEntry<'t>>>,
}

impl ParentEntry<'_> {
    /// Series and subseries stay visible in every record below them (EAD3).
    pub(super) fn is_series(&self) -> bool {
        matches!(self.level, Some("series" | "subseries"))
    }
}

fn id_or_text(unit_id: Element<'_>) -> String {
    match unit_id.attr("identifier") {
        Some(identifier) => url_encode(identifier),
        None => url_encode(&unit_id.text()),
    }
}

/// The identifier of the unit id with the label asked for, else of the first that has one. A
/// match equal to `passed_over` (the archive's own id) gives way to a later match.
fn labelled_id(
    dids: &[Element<'_>],
    settings: &SplitSettings,
    passed_over: Option<&str>,
) -> Option<String> {
    let unit_ids = || {
        let all = dids.iter().flat_map(|did| did.each("unitid"));
        all.filter_map(|unit_id| Some((unit_id, url_encode(unit_id.attr("identifier")?))))
    };
    let mut found = None;
    for (unit_id, id) in unit_ids() {
        let wanted = &settings.unit_id_label;
        if wanted.is_empty() || unit_id.attr_or_empty("label") == wanted {
            let is_final = passed_over != Some(id.as_str());
            found = Some(id);
            if is_final {
                break;
            }
        }
    }
    found.or_else(|| unit_ids().next().map(|(_, id)| id))
}

/// The id by which the children of a component know it, and by which the record is known unless
/// it is the `archdesc` (ingest-ead §2.2).
pub(super) fn component_id(
    element: Element<'_>,
    standard: Standard,
    settings: &SplitSettings,
    archive: &Archive<'_>,
    position: u32,
) -> String {
    let numbered = || format!("{}_{position}", archive.id);
    let Some(first) = element.find("did/unitid") else { return numbered() };
    let unit = match standard {
        Standard::Ead2002 => id_or_text(first),
        Standard::Ead3 => {
            let dids: Vec<Element<'_>> = element.each("did").collect();
            match labelled_id(&dids, settings, Some(&archive.id)) {
                Some(unit) if !unit.is_empty() => unit,
                _ => return url_encode(&numbered()),
            }
        }
    };
    if unit == archive.id { unit } else { short_id(format!("{}_{unit}", archive.id)) }
}

/// The direct parent of a component (ingest-ead §2.3); `archive` for all but the first record.
pub(super) fn parent_entry<'t>(
    element: Element<'t>,
    parent: &Level<'t>,
    grandparent: Option<&Level<'t>>,
    standard: Standard,
    settings: &SplitSettings,
    archive: Option<&Archive<'t>>,
) -> Option<ParentEntry<'t>> {
    match standard {
        Standard::Ead2002 => ead_parent(element, parent, grandparent, settings),
        Standard::Ead3 => match parent.did() {
            Some(did) => Some(ead3_parent(did, parent, settings)),
            None => archive.map(|archive| ParentEntry {
                id: archive.id.clone(),
                title: archive.title.clone(),
                level: Some("archive"),
                next: None,
            }),
        },
    }
}

/// The peer takes the title of the grandparent from the third level on; here title and id are of
/// one and the same parent.
fn ead_parent<'t>(
    element: Element<'t>,
    parent: &Level<'t>,
    grandparent: Option<&Level<'t>>,
    settings: &SplitSettings,
) -> Option<ParentEntry<'t>> {
    let did = parent.did().or_else(|| grandparent?.did())?;
    let id = parent.id.as_ref().or_else(|| grandparent?.id.as_ref());
    let mut title = did.child("unittitle").map_or(Cow::Borrowed(""), Element::text);
    let takes_unit_id =
        matches!(element.attr_or_empty("level"), "series" | "subseries" | "item" | "file");
    if settings.prepend_parent_title_with_unit_id && takes_unit_id {
        let unit_id = did.child("unitid").map_or(Cow::Borrowed(""), Element::text);
        if !unit_id.is_empty() {
            title = Cow::Owned(format!("{unit_id} {title}"));
        }
    }
    let title = short_title(title);
    Some(ParentEntry { id: id.cloned().unwrap_or_default(), title, level: None, next: None })
}

fn ead3_parent<'t>(
    did: Element<'t>,
    parent: &Level<'t>,
    settings: &SplitSettings,
) -> ParentEntry<'t> {
    let id = parent.id.clone().unwrap_or_default();
    let first = did.child("unittitle");
    let title = first
        .map(Element::text)
        .filter(|title| !title.is_empty())
        .or_else(|| first?.attr("label").filter(|label| !label.is_empty()).map(Cow::Borrowed))
        .unwrap_or_else(|| Cow::Owned(id.clone()));
    let prefix = settings.prepend_parent_title_with_unit_id.then(|| analogue_unit_id(did));
    let title = match prefix {
        Some(prefix) if !prefix.is_empty() => Cow::Owned(format!("{prefix} {title}")),
        _ => title,
    };
    ParentEntry { id, title: short_title(title), level: parent.element.attr("level"), next: None }
}

/// The signature a reader knows a unit by: its own last part of the analogue unit ids, else of the
/// first unit id that has a text (technical ones are in an attribute; ingest-ead §10.1).
fn analogue_unit_id(did: Element<'_>) -> String {
    let is_analogue = |unit_id: &Element<'_>| unit_id.attr_or_empty("label") == "Analoginen";
    let texts: Vec<Cow<'_, str>> =
        did.each("unitid").filter(is_analogue).map(Element::text).collect();
    let whole = if texts.is_empty() {
        let mut others = did.each("unitid").map(Element::text).filter(|text| !text.is_empty());
        others.next().map_or_else(String::new, Cow::into_owned)
    } else {
        texts.join("+")
    };
    match whole.rsplit_once('/') {
        Some((_, last)) => last.to_owned(),
        None => whole,
    }
}
