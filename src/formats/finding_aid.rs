//! A finding aid (EAD 2002 or EAD3) → one record a component (ingest-ead §2).
//!
//! The document comes in as one parsed tree; components go out one at a time, in document order,
//! as XML text of their own: their own description, what they inherit from the levels above, and
//! an `add-data` element that says where in the archive they stand. The walk visits every element
//! once, and what a level hands down is gathered once for all components below it, so the time
//! grows with the size of input and output only.

mod component;
mod identity;
mod inherited;

use crate::config::SourceSettings;
use crate::xml::{Element, Tree};
use component::Parts;
use identity::{Archive, ParentEntry, component_id, parent_entry};
use inherited::Inherited;
use std::cell::OnceCell;
use std::rc::Rc;

/// The two generations of Encoded Archival Description.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standard {
    /// `eadheader`, `daogrp`, `geogname` with text.
    Ead2002,
    /// `control`, `daoset`, names in `part`.
    Ead3,
}

/// How a source wants its finding aids split (ingest-ead §2, splitter settings).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SplitSettings {
    /// The title of a parent gets the parent's unit id in front.
    pub prepend_parent_title_with_unit_id: bool,
    /// Children of `did` that components do not inherit; EAD3 adds `dao` and `daoset`.
    pub non_inherited_fields: Vec<String>,
    /// The `unitid@label` that carries the identifying unit id; empty = any (EAD3).
    pub unit_id_label: String,
    /// A finding aid without the identifier that its components begin with takes another one:
    /// the unit id of the archive (EAD 2002), the record id (EAD3). The peer gives the components
    /// of all such finding aids the same ids.
    pub second_id: bool,
}

impl SplitSettings {
    /// The settings that a source states, by the peer's names or in snake case.
    pub fn of(source: &SourceSettings) -> Self {
        let get = |snake: &str, camel: &str| {
            let params = &source.splitter;
            params.get(snake).or_else(|| params.get(camel)).map_or("", String::as_str)
        };
        let prepends = get("prepend_parent_title_with_unit_id", "prependParentTitleWithUnitId");
        let fields = get("non_inherited_fields", "nonInheritedFields").split(',');
        SplitSettings {
            prepend_parent_title_with_unit_id: !matches!(prepends, "" | "0" | "false"),
            non_inherited_fields: fields
                .map(|field| field.trim().to_owned())
                .filter(|field| !field.is_empty())
                .collect(),
            unit_id_label: get("unit_id_label", "unitIdLabel").to_owned(),
            second_id: false,
        }
    }
}

/// One component of a finding aid, ready to be a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Component {
    /// The record: one element, without declaration.
    pub xml: String,
    /// What could not be taken over as it stands.
    pub warnings: Vec<String>,
}

/// The components of the finding aid in `tree`, whose document element is `ead`: each `archdesc`,
/// then every element with a `level` below its `dsc` (ingest-ead §2). Empty if there is no
/// `archdesc`: then it is no finding aid, and the record stands for itself.
pub fn components<'t>(
    tree: &'t Tree,
    standard: Standard,
    settings: &SplitSettings,
) -> impl Iterator<Item = Component> + use<'t> {
    Splitter::new(tree, standard, settings)
}

/// Where in the finding aid the walk is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// `archdesc`, the component at the top.
    Top,
    Dsc,
    Inside,
}

/// An open element of the walk, with what its children want to know of it.
struct Level<'t> {
    element: Element<'t>,
    /// Its first `did`; looked for once, for every child asks.
    did: OnceCell<Option<Element<'t>>>,
    /// What components below this element inherit; gathered when the first one asks.
    inherited: Option<Rc<Inherited<'t>>>,
    /// Set when the element is a component.
    id: Option<String>,
    /// The series above, nearest first (EAD3).
    series: Option<Rc<ParentEntry<'t>>>,
}

impl<'t> Level<'t> {
    fn new(element: Element<'t>) -> Self {
        Level { element, did: OnceCell::new(), inherited: None, id: None, series: None }
    }

    fn did(&self) -> Option<Element<'t>> {
        *self.did.get_or_init(|| self.element.child("did"))
    }
}

struct Splitter<'t> {
    walk: Box<dyn Iterator<Item = (Place, Element<'t>)> + 't>,
    standard: Standard,
    settings: SplitSettings,
    archive: Archive<'t>,
    /// Ancestors of the element the walk stands at, outermost first.
    levels: Vec<Level<'t>>,
    /// `bibliography` and `accessrestrict` of the `archdesc`, which every component shares.
    shared: Rc<Inherited<'t>>,
    nothing: Rc<Inherited<'t>>,
    count: u32,
}

impl<'t> Splitter<'t> {
    fn new(tree: &'t Tree, standard: Standard, settings: &SplitSettings) -> Self {
        let mut settings = settings.clone();
        if standard == Standard::Ead3 {
            settings.non_inherited_fields.extend(["dao".to_owned(), "daoset".to_owned()]);
        }
        let archive = Archive::of(tree.root(), standard, &settings);
        let walk = tree.root().each("archdesc").flat_map(|top| {
            let inside = top.each("dsc").flat_map(|dsc| {
                let below = dsc.descendants().map(|element| (Place::Inside, element));
                std::iter::once((Place::Dsc, dsc)).chain(below)
            });
            std::iter::once((Place::Top, top)).chain(inside)
        });
        let nothing = Rc::new(Inherited::new());
        Splitter {
            walk: Box::new(walk),
            standard,
            settings,
            archive,
            levels: vec![Level::new(tree.root())],
            shared: Rc::clone(&nothing),
            nothing,
            count: 0,
        }
    }

    /// Closes the levels that `element` is not inside of.
    fn climb_to_parent_of(&mut self, element: Element<'t>) {
        while let Some(level) = self.levels.last()
            && Some(level.element) != element.parent()
        {
            self.levels.pop();
        }
    }

    /// What the open levels hand down, nearest first. Each level's share is gathered once.
    fn inherited(&mut self) -> Rc<Inherited<'t>> {
        let known = self.levels.iter().rposition(|level| level.inherited.is_some());
        let mut above = known
            .and_then(|at| self.levels.get(at)?.inherited.clone())
            .unwrap_or_else(|| Rc::clone(&self.nothing));
        for level in self.levels.iter_mut().skip(known.map_or(0, |at| at + 1)) {
            if level.did().is_some() {
                let fields = &self.settings.non_inherited_fields;
                above = Rc::new(Inherited::of_did(level.element, fields, &above));
            }
            level.inherited = Some(Rc::clone(&above));
        }
        above
    }

    fn component(&mut self, element: Element<'t>, place: Place) -> Component {
        self.count += 1;
        let id = component_id(element, self.standard, &self.settings, &self.archive, self.count);
        let parent = match self.levels.as_slice() {
            [] => None,
            [rest @ .., parent] => parent_entry(
                element,
                parent,
                rest.last(),
                self.standard,
                &self.settings,
                (self.count > 1).then_some(&self.archive),
            ),
        };
        let above = self.levels.last().and_then(|level| level.series.clone());
        let inherited = self.inherited();
        if place == Place::Top {
            self.shared = Rc::new(Inherited::of_archive(element));
        }
        let shared = if place == Place::Top { &self.nothing } else { &self.shared };
        let written_id = match (place, self.standard) {
            (Place::Top, Standard::Ead2002) => None,
            (Place::Top, Standard::Ead3) => Some(self.archive.id.as_str()),
            _ => Some(id.as_str()),
        };
        let parts = Parts {
            element,
            inherited: [inherited.as_ref(), shared.as_ref()],
            id: written_id,
            archive: &self.archive,
            sequence: self.count,
            parent: parent.as_ref(),
            series: above.as_deref(),
        };
        let xml = component::write(&parts);
        let warnings = if inherited.is_cut() || shared.is_cut() {
            vec!["inherited description too long".to_owned()]
        } else {
            Vec::new()
        };
        let series = match parent {
            Some(entry) if entry.is_series() => Some(Rc::new(ParentEntry { next: above, ..entry })),
            _ => above,
        };
        self.levels.push(Level { id: Some(id), series, ..Level::new(element) });
        Component { xml, warnings }
    }
}

impl Iterator for Splitter<'_> {
    type Item = Component;

    fn next(&mut self) -> Option<Component> {
        loop {
            let (place, element) = self.walk.next()?;
            self.climb_to_parent_of(element);
            let is_component = match place {
                Place::Top => true,
                Place::Dsc => false,
                Place::Inside => element.attr("level").is_some(),
            };
            if is_component {
                return Some(self.component(element, place));
            }
            self.levels.push(Level::new(element));
        }
    }
}

/// True for `c`, `c01` … `c12`: the elements that hold components of their own.
fn is_component_name(name: &str) -> bool {
    name.strip_prefix('c').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
