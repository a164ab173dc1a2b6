//! One component as XML text (ingest-ead §2.1): what it says itself, `add-data`, what it inherits.
//!
//! Written straight to text, for a tree in between would cost more than the writing.

use super::identity::{Archive, ParentEntry};
use super::inherited::{Inherited, ROOT, Slot};
use super::is_component_name;
use crate::xml::{Child, Element, escape};
use std::fmt::Write;

/// Series above the parent that a record names; more are not worth their weight.
const MAX_SERIES: usize = 16;

/// All that goes into the record of a component.
pub(super) struct Parts<'a, 't> {
    pub(super) element: Element<'t>,
    /// From the levels above, and from the description of the whole archive.
    pub(super) inherited: [&'a Inherited<'t>; 2],
    /// `add-data@identifier`; left out where the record's own unit id is its id.
    pub(super) id: Option<&'a str>,
    pub(super) archive: &'a Archive<'t>,
    pub(super) sequence: u32,
    pub(super) parent: Option<&'a ParentEntry<'t>>,
    /// Series above the parent.
    pub(super) series: Option<&'a ParentEntry<'t>>,
}

/// The record of the component. Text directly inside the component's own element is not part of
/// the description and is left out; text elsewhere keeps its place among the elements.
pub(super) fn write(parts: &Parts<'_, '_>) -> String {
    let mut out = String::with_capacity(2048);
    let mut used = parts.inherited.map(|inherited| vec![false; inherited.len()]);
    let name = parts.element.name();
    open_tag(parts.element, &mut out);
    out.push('>');
    for child in parts.element.children().filter(|child| !is_component_name(child.name())) {
        let own = parts.inherited.iter().zip(&mut used).find_map(|(inherited, used)| {
            let slot = inherited.child(ROOT, child.name())?;
            let used = take(used, slot)?;
            Some((inherited, slot, used))
        });
        match own {
            Some((inherited, slot, used)) => merged(child, inherited, slot, used, &mut out),
            None => copy(child, &mut out),
        }
    }
    add_data(parts, &mut out);
    for (inherited, used) in parts.inherited.iter().zip(&used) {
        rest(inherited, ROOT, used, &mut out);
    }
    close_tag(name, &mut out);
    out
}

/// Marks the slot as used and gives the marks back, or `None` if it was used before: only the
/// first element of a name takes inherited parts.
fn take(used: &mut Vec<bool>, slot: Slot) -> Option<&mut Vec<bool>> {
    let mark = used.get_mut(slot)?;
    if std::mem::replace(mark, true) { None } else { Some(used) }
}

fn open_tag(element: Element<'_>, out: &mut String) {
    out.push('<');
    out.push_str(element.name());
    for (name, value) in element.attributes() {
        attribute(name, value, out);
    }
}

fn close_tag(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(value, true, out);
    out.push('"');
}

/// Closes the start tag as `<a/>` if nothing was written after it, else writes the end tag.
fn finish(name: &str, content_from: usize, out: &mut String) {
    if out.len() == content_from {
        out.pop();
        out.push_str("/>");
    } else {
        close_tag(name, out);
    }
}

/// Blank text between elements is layout; in mixed content it separates words.
fn is_layout_only(element: Element<'_>) -> bool {
    let mut has_elements = false;
    for child in element.nodes() {
        match child {
            Child::Element(_) => has_elements = true,
            Child::Text(text) if !text.trim_ascii().is_empty() => return false,
            Child::Text(_) => {}
        }
    }
    has_elements
}

fn copy(element: Element<'_>, out: &mut String) {
    open_tag(element, out);
    out.push('>');
    let from = out.len();
    let layout_only = is_layout_only(element);
    for child in element.nodes() {
        match child {
            Child::Text(_) if layout_only => {}
            Child::Text(text) => escape(text, false, out),
            Child::Element(inner) if is_component_name(inner.name()) => {}
            Child::Element(inner) => copy(inner, out),
        }
    }
    finish(element.name(), from, out);
}

/// The component's own element, with the inherited children that it lacks at its end.
fn merged(
    element: Element<'_>,
    inherited: &Inherited<'_>,
    slot: Slot,
    used: &mut Vec<bool>,
    out: &mut String,
) {
    open_tag(element, out);
    out.push('>');
    let from = out.len();
    let layout_only = is_layout_only(element);
    for child in element.nodes() {
        match child {
            Child::Text(_) if layout_only => {}
            Child::Text(text) => escape(text, false, out),
            Child::Element(inner) if is_component_name(inner.name()) => {}
            Child::Element(inner) => match inherited.child(slot, inner.name()) {
                Some(inner_slot) if take(used, inner_slot).is_some() => {
                    merged(inner, inherited, inner_slot, used, out);
                }
                _ => copy(inner, out),
            },
        }
    }
    rest(inherited, slot, used, out);
    finish(element.name(), from, out);
}

/// The inherited children of `slot` that nothing of the component's own took.
fn rest(inherited: &Inherited<'_>, slot: Slot, used: &[bool], out: &mut String) {
    for child in inherited.children(slot) {
        if used.get(*child).copied().unwrap_or(false) {
            continue;
        }
        let Some(source) = inherited.source(*child) else { continue };
        open_tag(source, out);
        out.push('>');
        let from = out.len();
        escape(&source.trimmed(), false, out);
        rest(inherited, *child, used, out);
        finish(source.name(), from, out);
    }
}

fn add_data(parts: &Parts<'_, '_>, out: &mut String) {
    out.push_str("<add-data");
    if let Some(id) = parts.id {
        attribute("identifier", id, out);
    }
    out.push_str("><archive");
    attribute("id", &parts.archive.id, out);
    attribute("title", &parts.archive.title, out);
    // Writing to a string cannot fail.
    let _ = write!(out, " sequence=\"{:07}\"", parts.sequence);
    if !parts.archive.subtitle.is_empty() {
        attribute("subtitle", &parts.archive.subtitle, out);
    }
    out.push_str("/>");
    let series = std::iter::successors(parts.series, |entry| entry.next.as_deref());
    for entry in parts.parent.into_iter().chain(series.take(MAX_SERIES)) {
        out.push_str("<parent");
        attribute("id", &entry.id, out);
        attribute("title", &entry.title, out);
        if let Some(level) = entry.level {
            attribute("level", level, out);
        }
        out.push_str("/>");
    }
    close_tag("add-data", out);
}
