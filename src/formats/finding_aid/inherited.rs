//! What components take over from the levels above them (ingest-ead §2.1, rule *merge*).
//!
//! Merging the `did` of every ancestor, nearest first, keeps only the first element of a name at
//! each place, so everything handed down fits a small tree without repeated names. It is made once
//! for each level and shared by the components below.

use crate::xml::Element;
use rustc_hash::FxHashMap;

/// Elements that one component may inherit. A real `did` has a few dozen.
const MAX_ELEMENTS: usize = 512;
/// Bytes of text and attributes that one component may inherit. Without a limit a small file could
/// ask for gigabytes: every component repeats what its ancestors say.
const MAX_BYTES: usize = 64 << 10;

/// Number of an element in an [`Inherited`]; 0 stands for the component itself.
pub(super) type Slot = usize;

/// The component itself, under which inherited elements are hung.
pub(super) const ROOT: Slot = 0;

#[derive(Default)]
pub(super) struct Inherited<'t> {
    /// Slot 0 has no source.
    sources: Vec<Option<Element<'t>>>,
    children: Vec<Vec<Slot>>,
    by_name: FxHashMap<(Slot, &'t str), Slot>,
    bytes: usize,
    cut: bool,
}

impl<'t> Inherited<'t> {
    pub(super) fn new() -> Self {
        Inherited { sources: vec![None], children: vec![Vec::new()], ..Inherited::default() }
    }

    /// The `did` of `level` without `left_out`, completed by what its own ancestors hand down.
    pub(super) fn of_did(
        level: Element<'t>,
        left_out: &[String],
        above: &Inherited<'t>,
    ) -> Inherited<'t> {
        let mut all = Inherited::new();
        let dids: Vec<Element<'t>> = level.each("did").collect();
        // A level should have one; of several the peer takes the last first.
        for did in dids.into_iter().rev() {
            let Some(slot) = all.slot_for(ROOT, did) else { continue };
            for child in did.children() {
                if !left_out.iter().any(|name| name == child.name()) {
                    all.merge(slot, child);
                }
            }
        }
        all.merge_all(ROOT, above, ROOT);
        all
    }

    /// What every component takes from the description of the whole archive.
    pub(super) fn of_archive(archdesc: Element<'t>) -> Inherited<'t> {
        let mut all = Inherited::new();
        for name in ["bibliography", "accessrestrict"] {
            for element in archdesc.each(name) {
                all.merge(ROOT, element);
            }
        }
        all
    }

    /// True if something was left out because it was too much.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    pub(super) fn len(&self) -> usize {
        self.sources.len()
    }

    pub(super) fn children(&self, slot: Slot) -> &[Slot] {
        self.children.get(slot).map_or(&[], Vec::as_slice)
    }

    pub(super) fn source(&self, slot: Slot) -> Option<Element<'t>> {
        self.sources.get(slot).copied().flatten()
    }

    pub(super) fn child(&self, slot: Slot, name: &str) -> Option<Slot> {
        self.by_name.get(&(slot, name)).copied()
    }

    fn merge(&mut self, target: Slot, source: Element<'t>) {
        if let Some(slot) = self.slot_for(target, source) {
            for child in source.children() {
                self.merge(slot, child);
            }
        }
    }

    fn merge_all(&mut self, target: Slot, from: &Inherited<'t>, slot: Slot) {
        for child in from.children(slot) {
            if let Some(source) = from.source(*child)
                && let Some(own) = self.slot_for(target, source)
            {
                self.merge_all(own, from, *child);
            }
        }
    }

    /// The slot of `source`'s name under `target`, made from `source` if there is none yet.
    fn slot_for(&mut self, target: Slot, source: Element<'t>) -> Option<Slot> {
        let key = (target, source.name());
        if let Some(slot) = self.by_name.get(&key) {
            return Some(*slot);
        }
        let attributes: usize = source.attributes().map(|(n, v)| n.len() + v.len()).sum();
        let bytes = self.bytes + source.name().len() + attributes + source.trimmed().len();
        if self.sources.len() > MAX_ELEMENTS || bytes > MAX_BYTES {
            self.cut = true;
            return None;
        }
        self.bytes = bytes;
        let slot = self.sources.len();
        self.sources.push(Some(source));
        self.children.push(Vec::new());
        self.children.get_mut(target)?.push(slot);
        self.by_name.insert(key, slot);
        Some(slot)
    }
}
