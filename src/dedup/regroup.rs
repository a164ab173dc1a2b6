//! What a set of changed records does to the groups.
//!
//! Groups are a pure function of each connected set of matching records ([`super::groups`]), so it is
//! enough to find the sets that the changes touch, before or after, and to group each of them from
//! the start. Sets without a changed record, and without one that a changed record used to match,
//! are as they were.

use super::compare::{excludes, is_same};
use super::features::Features;
use super::groups::{Pair, Shared, groups, record_order};
use crate::store::StoreError;
use crate::text::natural_order;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Live records of sources with `dedup`, by ordinal.
pub trait Catalogue {
    /// Features of a record; `None` if it takes no part in deduplication.
    fn features(&self, record: u64) -> Result<Option<Arc<Features>>, StoreError>;

    /// Records that have this key and are not of this source.
    fn sharing(&self, key: u64, source: u64) -> Result<Vec<u64>, StoreError>;

    /// Component parts of a host.
    fn parts(&self, host: u64) -> Result<Vec<u64>, StoreError>;

    /// Hosts of a component part.
    fn hosts(&self, part: u64) -> Result<Vec<u64>, StoreError>;

    /// The members of the group that a record is in now, itself included; none if it is in none.
    fn group(&self, record: u64) -> Result<Vec<u64>, StoreError>;
}

/// A record that changed since the groups were made.
#[derive(Debug, Clone)]
pub struct Changed {
    /// Its ordinal.
    pub record: u64,
    /// Its features then, if they were others.
    pub before: Option<Features>,
}

/// New groups of the touched records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Regrouped {
    /// All records whose group may have changed; those in none of `groups` are in no group now.
    pub touched: BTreeSet<u64>,
    /// Groups of two or more, members in [`record_order`], with the id of each group.
    pub groups: Vec<NewGroup>,
    /// Changed records that were worked off, among them some of which another change tells.
    pub examined: u64,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroup {
    /// Id of the group: made of the least id of its members, so that it depends on nothing else.
    pub id: String,
    /// Its members.
    pub members: Vec<u64>,
}

/// Hash of a source's id, as keys carry it.
pub fn source_hash(source: &str) -> u64 {
    let digest = blake3::hash(source.as_bytes());
    let (front, _) = digest.as_bytes().split_at(8);
    front.try_into().map_or(0, u64::from_le_bytes)
}

/// Id of the group whose least member id is this: 24 hexadecimal digits, as the peer's are.
pub fn group_id(least: &str) -> String {
    let digest = blake3::hash(least.as_bytes());
    let hex = digest.to_hex();
    hex.as_str().get(..24).unwrap_or_default().to_owned()
}

/// Groups of everything that these changes touch.
pub fn regroup(catalogue: &impl Catalogue, changed: &[Changed]) -> Result<Regrouped, StoreError> {
    let mut search = Search::new(catalogue);
    let mut done = Regrouped::default();
    let mut parts: BTreeSet<u64> = BTreeSet::new();
    // Hosts and single records whose sets are to be grouped.
    let mut seeds: Vec<u64> = Vec::new();
    for change in changed {
        done.touched.insert(change.record);
        let was_part = change.before.as_ref().map(|before| before.is_part);
        match search.features(change.record)? {
            Some(now) if now.is_part => {
                parts.insert(change.record);
            }
            Some(_) => seeds.push(change.record),
            None => {}
        }
        if was_part == Some(true) {
            parts.insert(change.record);
        }
        if let Some(before) = change.before.as_ref().filter(|before| !before.is_part) {
            seeds.extend(search.neighbours(change.record, before)?);
        }
        seeds.extend(catalogue.group(change.record)?);
    }
    // Classes of records, by number.
    let mut sets: Vec<Vec<usize>> = Vec::new();
    let mut seen: BTreeSet<u64> = BTreeSet::new();
    let mut seen_parts: BTreeSet<u64> = BTreeSet::new();
    loop {
        while let Some(seed) = seeds.pop() {
            match search.features(seed)? {
                Some(features) if features.is_part => {
                    parts.insert(seed);
                }
                Some(_) if seen.insert(seed) => {
                    let set = search.connected(seed, &mut seen)?;
                    for member in search.members(&set, seed) {
                        seeds.extend(catalogue.group(member)?);
                    }
                    sets.push(set);
                }
                _ => {
                    done.touched.insert(seed);
                }
            }
        }
        // Parts follow their hosts, and take their former companions' hosts along.
        for part in std::mem::take(&mut parts) {
            done.touched.insert(part);
            if seen_parts.insert(part) {
                seeds.extend(catalogue.hosts(part)?);
                parts.extend(catalogue.group(part)?);
            }
        }
        if seeds.is_empty() && parts.is_empty() {
            break;
        }
    }
    done.touched.extend(&seen);
    for set in &sets {
        for members in search.grouped(set)? {
            done.groups.push(search.named(members)?);
        }
    }
    // Parts of hosts that are or were in a group.
    let of_groups = done.groups.clone();
    for group in &of_groups {
        for members in search.grouped_parts(&group.members, &mut done.touched)? {
            done.groups.push(search.named(members)?);
        }
    }
    let grouped: BTreeSet<u64> =
        of_groups.iter().flat_map(|group| group.members.iter().copied()).collect();
    for host in seen.difference(&grouped) {
        if !catalogue.group(*host)?.is_empty() {
            done.touched.extend(catalogue.parts(*host)?);
        }
    }
    done.examined = seen.len() as u64;
    done.groups.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(done)
}

/// The parts of a host, in order.
type PartSet = Vec<(u64, Arc<Features>)>;

/// Records of a source whose features are the same but for their ids: what matches one of them
/// matches all, so that a work of which thousands of records cannot be told apart is compared once.
struct Class {
    features: Arc<Features>,
    /// Those that were found so far.
    members: Vec<u64>,
    /// The classes that match, what is shared, and the directions; `None`: not looked for yet.
    matches: Option<Vec<(usize, Shared, bool, bool)>>,
}

/// Features but for the id.
struct Alike(Arc<Features>);

impl PartialEq for Alike {
    fn eq(&self, other: &Self) -> bool {
        let Features {
            id: _,
            source,
            is_part,
            is_hidden,
            access,
            format,
            mapped_formats,
            isbns,
            ids,
            issns,
            year,
            pages,
            series_issn,
            series_numbering,
            title,
            numbers,
            author,
            title_key,
        } = &*self.0;
        let other = &*other.0;
        *source == other.source
            && *is_part == other.is_part
            && *is_hidden == other.is_hidden
            && *access == other.access
            && *format == other.format
            && *mapped_formats == other.mapped_formats
            && *isbns == other.isbns
            && *ids == other.ids
            && *issns == other.issns
            && *year == other.year
            && *pages == other.pages
            && *series_issn == other.series_issn
            && *series_numbering == other.series_numbering
            && *title == other.title
            && *numbers == other.numbers
            && *author == other.author
            && *title_key == other.title_key
    }
}

impl Eq for Alike {}

impl Hash for Alike {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // What differs most; equality looks at the rest.
        let Features { source, title, author, year, pages, isbns, ids, .. } = &*self.0;
        (source, &title.start, &author.start, year, pages, isbns, ids).hash(state);
    }
}

/// Look-ups of one run, each feature read once.
struct Search<'c, C> {
    catalogue: &'c C,
    features: HashMap<u64, Option<Arc<Features>>>,
    classes: Vec<Class>,
    known: FxHashMap<Alike, usize>,
    class_of: HashMap<u64, usize>,
}

impl<'c, C: Catalogue> Search<'c, C> {
    fn new(catalogue: &'c C) -> Self {
        let features = HashMap::new();
        let (classes, known, class_of) = (Vec::new(), FxHashMap::default(), HashMap::new());
        Search { catalogue, features, classes, known, class_of }
    }

    fn features(&mut self, record: u64) -> Result<Option<Arc<Features>>, StoreError> {
        if let Some(known) = self.features.get(&record) {
            return Ok(known.clone());
        }
        let found = self.catalogue.features(record)?;
        self.features.insert(record, found.clone());
        Ok(found)
    }

    /// The class of a record with these features.
    fn class(&mut self, record: u64, features: &Arc<Features>) -> usize {
        if let Some(class) = self.class_of.get(&record) {
            return *class;
        }
        let alike = Alike(Arc::clone(features));
        let class = *self.known.entry(alike).or_insert(self.classes.len());
        if class == self.classes.len() {
            let features = Arc::clone(features);
            self.classes.push(Class { features, members: Vec::new(), matches: None });
        }
        self.classes[class].members.push(record);
        self.class_of.insert(record, class);
        class
    }

    /// Classes of other sources that share a key with these features, with all their records that
    /// have it: the class of records that match have all of theirs.
    fn sharing(&mut self, features: &Features) -> Result<BTreeSet<usize>, StoreError> {
        let source = source_hash(&features.source);
        let mut candidates: BTreeSet<u64> = BTreeSet::new();
        for key in features.lookup_keys() {
            candidates.extend(self.catalogue.sharing(key, source)?);
        }
        let mut found = BTreeSet::new();
        for candidate in candidates {
            if let Some(other) = self.features(candidate)?
                && other.source != features.source
            {
                found.insert(self.class(candidate, &other));
            }
        }
        Ok(found)
    }

    /// Records of other sources that match these features of a record in either direction.
    fn neighbours(&mut self, record: u64, features: &Features) -> Result<Vec<u64>, StoreError> {
        let mut found = Vec::new();
        for class in self.sharing(features)? {
            let Class { features: other, members, .. } = &self.classes[class];
            if is_same(features, other) || is_same(other, features) {
                found.extend(members.iter().filter(|member| **member != record));
            }
        }
        Ok(found)
    }

    /// Finds what matches a class, and gives those classes.
    fn matches(&mut self, class: usize) -> Result<Vec<usize>, StoreError> {
        if self.classes[class].matches.is_none() {
            let features = Arc::clone(&self.classes[class].features);
            let mut matches = Vec::new();
            for other in self.sharing(&features)? {
                let candidate = &self.classes[other].features;
                let (to, from) = (is_same(&features, candidate), is_same(candidate, &features));
                if to || from {
                    matches.push((other, Shared::of(&features, candidate), to, from));
                }
            }
            self.classes[class].matches = Some(matches);
        }
        let found = self.classes[class].matches.iter().flatten();
        Ok(found.map(|(other, ..)| *other).collect())
    }

    /// All classes that a chain of matches ties to the one of this record.
    fn connected(&mut self, seed: u64, seen: &mut BTreeSet<u64>) -> Result<Vec<usize>, StoreError> {
        let Some(features) = self.features(seed)? else { return Ok(Vec::new()) };
        let mut set = vec![self.class(seed, &features)];
        let mut placed: BTreeSet<usize> = set.iter().copied().collect();
        let mut at = 0;
        while let Some(class) = set.get(at).copied() {
            at += 1;
            for other in self.matches(class)? {
                if placed.insert(other) {
                    set.push(other);
                }
            }
        }
        // Records of a class that nothing matches may not all be known, and need not be.
        if set.len() > 1 {
            seen.extend(set.iter().flat_map(|class| &self.classes[*class].members));
        }
        Ok(set)
    }

    /// The records of a connected set: of one class alone only the one that it was found by.
    fn members(&self, set: &[usize], seed: u64) -> Vec<u64> {
        match set {
            [_] => vec![seed],
            _ => set.iter().flat_map(|class| self.classes[*class].members.clone()).collect(),
        }
    }

    /// The groups of a connected set.
    fn grouped(&mut self, set: &[usize]) -> Result<Vec<Vec<u64>>, StoreError> {
        if set.len() < 2 {
            return Ok(Vec::new());
        }
        let mut records: Vec<(u64, usize, Arc<Features>)> = Vec::new();
        for (number, class) in set.iter().enumerate() {
            for member in self.classes[*class].members.clone() {
                let features = self.features(member)?;
                records.extend(features.map(|features| (member, number, features)));
            }
        }
        records.sort_by(|(_, _, a), (_, _, b)| record_order(a, b));
        let number: HashMap<usize, usize> =
            set.iter().enumerate().map(|(number, class)| (*class, number)).collect();
        let mut pairs = Vec::new();
        for (a, class) in set.iter().enumerate() {
            for (other, shared, ab, ba) in self.classes[*class].matches.iter().flatten() {
                // Every pair was found from both of its ends.
                if let Some(b) = number.get(other).copied().filter(|b| *b > a) {
                    pairs.push(Pair { a, b, shared: *shared, ab: *ab, ba: *ba });
                }
            }
        }
        let features: Vec<&Features> = records.iter().map(|(_, _, features)| &**features).collect();
        let classes: Vec<usize> = records.iter().map(|(_, class, _)| *class).collect();
        let found = groups(&features, &classes, &pairs).into_iter();
        let ordinal = |at: usize| records.get(at).map(|(record, ..)| *record);
        Ok(found.map(|group| group.into_iter().filter_map(ordinal).collect()).collect())
    }

    fn named(&mut self, members: Vec<u64>) -> Result<NewGroup, StoreError> {
        let mut least: Option<Arc<Features>> = None;
        for member in &members {
            let Some(features) = self.features(*member)? else { continue };
            if least.as_ref().is_none_or(|known| features.id < known.id) {
                least = Some(features);
            }
        }
        let id = group_id(least.as_ref().map_or("", |features| features.id.as_str()));
        Ok(NewGroup { id, members })
    }

    /// Groups of the parts of grouped hosts: only where the whole set of parts of one host
    /// corresponds, one by one, to that of another (dedup.md §3.5).
    fn grouped_parts(
        &mut self,
        hosts: &[u64],
        touched: &mut BTreeSet<u64>,
    ) -> Result<Vec<Vec<u64>>, StoreError> {
        let mut sets: Vec<PartSet> = Vec::new();
        for host in hosts {
            let parts = self.catalogue.parts(*host)?;
            touched.extend(&parts);
            sets.extend(self.part_set(&parts)?);
        }
        // The sets that correspond: position of the first of them → positions of all.
        let mut alike: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, set) in sets.iter().enumerate() {
            let first = alike.iter().find(|(_, all)| {
                let mut others = all.iter().filter_map(|other| sets.get(*other));
                others.clone().any(|other| corresponds(set, other))
                    && !others.any(|other| sets_exclude(set, other))
            });
            let first = first.map_or(at, |(first, _)| *first);
            alike.entry(first).or_default().push(at);
        }
        let mut found = Vec::new();
        for all in alike.values().filter(|all| all.len() > 1) {
            let sets: Vec<&PartSet> = all.iter().filter_map(|at| sets.get(*at)).collect();
            let length = sets.first().map_or(0, |set| set.len());
            for place in 0..length {
                let members = sets.iter().filter_map(|set| set.get(place)).map(|(part, _)| *part);
                found.push(members.collect());
            }
        }
        Ok(found)
    }

    /// The parts of a host in order; `None` if there are none, or if some cannot be compared or
    /// belong to another host as well.
    fn part_set(&mut self, parts: &[u64]) -> Result<Option<PartSet>, StoreError> {
        let mut set = Vec::with_capacity(parts.len());
        for part in parts {
            let Some(features) = self.features(*part)? else { return Ok(None) };
            if self.catalogue.hosts(*part)?.len() > 1 {
                return Ok(None);
            }
            set.push((*part, features));
        }
        set.sort_by(|(_, a), (_, b)| natural_order(&a.id, &b.id));
        Ok((!set.is_empty()).then_some(set))
    }
}

/// No matter what joins them, these sets do not belong together.
fn sets_exclude(parts: &[(u64, Arc<Features>)], others: &[(u64, Arc<Features>)]) -> bool {
    parts
        .iter()
        .zip(others)
        .any(|((_, part), (_, other))| part.source == other.source || excludes(part, other))
}

fn corresponds(parts: &[(u64, Arc<Features>)], others: &[(u64, Arc<Features>)]) -> bool {
    parts.len() == others.len()
        && parts
            .iter()
            .zip(others)
            .all(|((_, part), (_, other))| part.source != other.source && is_same(part, other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Records in memory, with the groups as they were written last.
    #[derive(Default, Clone)]
    struct Shelf {
        records: BTreeMap<u64, Arc<Features>>,
        /// Part → host.
        hosts: BTreeMap<u64, u64>,
        groups: Vec<Vec<u64>>,
    }

    impl Catalogue for Shelf {
        fn features(&self, record: u64) -> Result<Option<Arc<Features>>, StoreError> {
            Ok(self.records.get(&record).cloned())
        }

        fn sharing(&self, key: u64, source: u64) -> Result<Vec<u64>, StoreError> {
            let has = |features: &Features| {
                source_hash(&features.source) != source && features.lookup_keys().contains(&key)
            };
            Ok(self.records.iter().filter(|(_, f)| has(f)).map(|(record, _)| *record).collect())
        }

        fn parts(&self, host: u64) -> Result<Vec<u64>, StoreError> {
            let of_host = self.hosts.iter().filter(|(_, of)| **of == host);
            Ok(of_host.map(|(part, _)| *part).collect())
        }

        fn hosts(&self, part: u64) -> Result<Vec<u64>, StoreError> {
            let host = self.hosts.get(&part).filter(|host| self.records.contains_key(host));
            Ok(host.copied().into_iter().collect())
        }

        fn group(&self, record: u64) -> Result<Vec<u64>, StoreError> {
            Ok(self.groups.iter().find(|g| g.contains(&record)).cloned().unwrap_or_default())
        }
    }

    impl Shelf {
        /// Stores a record or takes it away, and says what changed.
        fn set(
            &mut self,
            record: u64,
            features: Option<Features>,
            host: Option<u64>,
        ) -> Vec<Changed> {
            let before = self.records.get(&record).map(|known| (**known).clone());
            let mut changed = vec![Changed { record, before }];
            for kin in self.hosts.get(&record).copied().into_iter().chain(host) {
                changed.push(Changed { record: kin, before: None });
            }
            for (part, of) in &self.hosts {
                if *of == record {
                    changed.push(Changed { record: *part, before: None });
                }
            }
            self.hosts.remove(&record);
            self.records.remove(&record);
            if let Some(features) = features {
                if let Some(host) = host {
                    self.hosts.insert(record, host);
                }
                self.records.insert(record, Arc::new(features));
            }
            changed
        }

        fn regroup(&mut self, changed: &[Changed]) {
            let done = regroup(self, changed).expect("a shelf never fails");
            self.groups.retain_mut(|group| {
                group.retain(|member| !done.touched.contains(member));
                !group.is_empty()
            });
            for group in done.groups {
                assert!(group.members.iter().all(|member| done.touched.contains(member)));
                self.groups.push(group.members);
            }
            self.groups.iter_mut().for_each(|group| group.sort_unstable());
            self.groups.sort();
            assert!(self.groups.iter().all(|group| group.len() > 1), "{:?}", self.groups);
        }
    }

    /// Few values, so that much matches: source, ISBN, title with author, year, host.
    fn features(record: u64, choice: (u8, u8, u8, u8), is_part: bool) -> Features {
        let (source, isbn, title, year) = choice;
        let text = |n: u8| if n == 0 { Vec::new() } else { vec![n.to_string()] };
        let folded = |text: &str| super::super::Folded {
            start: text.as_bytes().to_vec(),
            bytes: u32::try_from(text.len()).expect("short"),
            characters: u32::try_from(text.len()).expect("short"),
        };
        Features {
            id: format!("{source}.{record}"),
            source: source.to_string(),
            is_part,
            isbns: text(isbn),
            year: text(year).concat(),
            title: folded(["kalevala", "kanteletar", "sota"][usize::from(title)]),
            author: folded("lonnrot"),
            title_key: Some(title.to_string()),
            ..Features::default()
        }
    }

    type Step = (u64, Option<((u8, u8, u8, u8), Option<u64>)>, bool);

    fn step() -> impl Strategy<Value = Step> {
        let choice = (0_u8..4, 0_u8..4, 0_u8..3, 0_u8..3);
        let kept = (choice, prop::option::weighted(0.3, 0_u64..4));
        (0_u64..12, prop::option::weighted(0.85, kept), any::<bool>())
    }

    /// Sources and hosts as a store would have them: an ordinal keeps its source, and parts have
    /// hosts of their own source.
    fn sound(record: u64, choice: (u8, u8, u8, u8), host: Option<u64>) -> (Features, Option<u64>) {
        let source = u8::try_from(record % 4).expect("small");
        let host = host.map(|_| record % 4).filter(|host| *host != record);
        (features(record, (source, choice.1, choice.2, choice.3), host.is_some()), host)
    }

    /// Parts of three hosts that are one work: the first and the last contradict each other.
    #[test]
    fn groups_of_parts_do_not_contradict_themselves() {
        let mut shelf = Shelf::default();
        let mut changes = Vec::new();
        for source in 0..3_u8 {
            let host = u64::from(source);
            changes.extend(shelf.set(host, Some(features(host, (source, 1, 1, 0), false)), None));
        }
        for (source, issn) in [(0, "1"), (1, ""), (2, "2")] {
            let part = 4 + u64::from(source);
            let mut features = features(part, (source, 1, 1, 0), true);
            features.issns =
                Some(issn.to_owned()).filter(|issn| !issn.is_empty()).into_iter().collect();
            changes.extend(shelf.set(part, Some(features), Some(u64::from(source))));
        }
        shelf.regroup(&changes);
        assert_eq!(shelf.groups, [vec![0, 1, 2], vec![4, 5]]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// Step by step, in bulk, and in any order: the same groups.
        #[test]
        fn the_way_does_not_matter(steps in prop::collection::vec(step(), 1..40)) {
            let mut shelf = Shelf::default();
            let mut waiting = Vec::new();
            for (record, kept, runs) in steps {
                let (features, host) = match kept {
                    Some((choice, host)) => {
                        let (features, host) = sound(record, choice, host);
                        (Some(features), host)
                    }
                    None => (None, None),
                };
                for change in shelf.set(record, features, host) {
                    // The first note of a record tells what the groups were made of.
                    let known = waiting.iter_mut().find(|c: &&mut Changed| c.record == change.record);
                    match known {
                        Some(known) if known.before.is_none() => known.before = change.before,
                        Some(_) => {}
                        None => waiting.push(change),
                    }
                }
                if runs {
                    shelf.regroup(&std::mem::take(&mut waiting));
                }
            }
            shelf.regroup(&waiting);
            let mut bulk = Shelf { groups: Vec::new(), ..shelf.clone() };
            let all: Vec<Changed> = bulk.records.keys().rev()
                .map(|record| Changed { record: *record, before: None }).collect();
            bulk.regroup(&all);
            prop_assert_eq!(&shelf.groups, &bulk.groups);
            let before = shelf.groups.clone();
            shelf.regroup(&all);
            prop_assert_eq!(&shelf.groups, &before);
        }
    }
}
