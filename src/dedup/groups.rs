//! From records that match to groups: a pure function of a set of records, so that no history and
//! no order of arrival shows in its result (dedup.md §3, with the records in a fixed order).

use super::compare::excludes;
use super::features::Features;
use crate::text::natural_order;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// A record that is examined more often than this keeps the group it has.
const MOST_EXAMINATIONS: u32 = 8;

/// The order in which records are examined and named: by source, then by id.
pub fn record_order(a: &Features, b: &Features) -> Ordering {
    a.source.cmp(&b.source).then_with(|| natural_order(&a.id, &b.id))
}

/// What two classes of records of different sources have in common; at least one direction matches.
/// The records of a class are of one source and compared alike, so that many copies of a record cost
/// one comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Number of the first class.
    pub a: usize,
    /// Number of the second.
    pub b: usize,
    /// The kinds of keys they share.
    pub shared: Shared,
    /// `b` matches when `a` is examined.
    pub ab: bool,
    /// `a` matches when `b` is examined.
    pub ba: bool,
}

/// Kinds of keys that two records share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shared {
    /// An ISBN.
    pub isbn: bool,
    /// Another id.
    pub id: bool,
    /// The key of title and author.
    pub title: bool,
}

impl Shared {
    /// What these two share.
    pub fn of(a: &Features, b: &Features) -> Self {
        Shared {
            isbn: super::compare::share(&a.isbns, &b.isbns),
            id: super::compare::share(&a.ids, &b.ids),
            title: a.title_key.is_some() && a.title_key == b.title_key,
        }
    }
}

/// A kind of key, and whether the candidates are in a group already.
type KeySearch = (fn(Shared) -> bool, bool);

/// The searches of one examination: which key, and whether candidates are in a group already.
const SEARCHES: [KeySearch; 6] = [
    (|shared| shared.isbn, true),
    (|shared| shared.id, true),
    (|shared| shared.isbn, false),
    (|shared| shared.id, false),
    (|shared| shared.title, true),
    (|shared| shared.title, false),
];

/// Groups of two or more records, each at most one of a source. `records` are in
/// [`record_order`]; `classes` has the class of each; the groups hold positions, ascending.
pub fn groups(records: &[&Features], classes: &[usize], pairs: &[Pair]) -> Vec<Vec<usize>> {
    let mut state = State::new(records, classes, pairs);
    loop {
        let waiting: Vec<usize> = state.waiting.iter().copied().collect();
        if waiting.is_empty() {
            break;
        }
        for record in waiting {
            if state.waiting.remove(&record) {
                state.examine(record);
            }
        }
    }
    let mut found: Vec<Vec<usize>> = state.groups;
    found.retain(|group| group.len() > 1);
    found.iter_mut().for_each(|group| group.sort_unstable());
    found.sort();
    found
}

struct State<'a> {
    records: &'a [&'a Features],
    /// Class of each record.
    classes: &'a [usize],
    /// Records of each class, in order.
    of_class: Vec<Vec<usize>>,
    /// For each class those that match when one of its records is examined.
    matching: Vec<Vec<(usize, Shared)>>,
    group_of: Vec<Option<usize>>,
    groups: Vec<Vec<usize>>,
    waiting: BTreeSet<usize>,
    examinations: Vec<u32>,
}

impl<'a> State<'a> {
    fn new(records: &'a [&'a Features], classes: &'a [usize], pairs: &[Pair]) -> Self {
        let count = classes.iter().max().map_or(0, |most| most + 1);
        let mut of_class = vec![Vec::new(); count];
        for (record, class) in classes.iter().enumerate() {
            of_class[*class].push(record);
        }
        let mut matching = vec![Vec::new(); count];
        for pair in pairs {
            for (matches, from, to) in [(pair.ab, pair.a, pair.b), (pair.ba, pair.b, pair.a)] {
                if matches && let Some(list) = matching.get_mut(from) {
                    list.push((to, pair.shared));
                }
            }
        }
        State {
            records,
            classes,
            of_class,
            matching,
            group_of: vec![None; records.len()],
            groups: Vec::new(),
            waiting: (0..records.len()).collect(),
            examinations: vec![0; records.len()],
        }
    }

    fn group_of(&self, record: usize) -> Option<usize> {
        self.group_of.get(record).copied().flatten()
    }

    fn members(&self, group: usize) -> &[usize] {
        self.groups.get(group).map_or(&[], Vec::as_slice)
    }

    /// A group takes a record if it has no other one of its source, and none that it contradicts.
    fn takes(&self, group: usize, record: usize) -> bool {
        let Some(new) = self.records.get(record) else { return false };
        self.members(group).iter().filter(|member| **member != record).all(|member| {
            self.records
                .get(*member)
                .is_some_and(|known| known.source != new.source && !excludes(known, new))
        })
    }

    fn examine(&mut self, record: usize) {
        if let Some(count) = self.examinations.get_mut(record) {
            *count += 1;
        }
        match self.best_match(record) {
            Some(candidate) => self.link(record, candidate),
            None => {
                if let Some(group) = self.group_of(record) {
                    self.leave(record, group);
                }
            }
        }
    }

    /// The candidate to join: of the first search that finds any, the one in the largest group, or
    /// else the first.
    fn best_match(&self, record: usize) -> Option<usize> {
        let classes = self.matching.get(*self.classes.get(record)?)?;
        for (shares, grouped) in SEARCHES {
            let mut first: Option<usize> = None;
            let mut best: Option<(usize, usize, usize)> = None;
            for (class, _) in classes.iter().filter(|(_, shared)| shares(*shared)) {
                for candidate in self.of_class.get(*class)? {
                    match self.group_of(*candidate) {
                        None if !grouped => {
                            first = Some(first.map_or(*candidate, |known| known.min(*candidate)));
                            // The others of the class come later.
                            break;
                        }
                        Some(group) if grouped => {
                            self.consider(record, *candidate, group, &mut best)
                        }
                        _ => {}
                    }
                }
            }
            let found = best.map(|(_, _, candidate)| candidate).or(first);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Keeps the candidate (with its group and the size of that) if its group is the largest so far
    /// that takes the record, or the one that came first of such; of a group the first candidate.
    fn consider(
        &self,
        record: usize,
        candidate: usize,
        group: usize,
        best: &mut Option<(usize, usize, usize)>,
    ) {
        let size = self.members(group).len();
        match best {
            Some((known, _, first)) if *known == group => *first = (*first).min(candidate),
            Some((known, most, _)) if (*most, group) > (size, *known) => {}
            _ if self.takes(group, record) => *best = Some((group, size, candidate)),
            _ => {}
        }
    }

    fn link(&mut self, record: usize, candidate: usize) {
        let own = self.group_of(record);
        self.waiting.remove(&candidate);
        match (self.group_of(candidate), own) {
            (Some(group), Some(own)) if group == own => {}
            (Some(group), _) => {
                self.enter(record, group);
                if let Some(own) = own {
                    self.leave(record, own);
                }
            }
            (None, Some(own)) if self.takes(own, candidate) => self.enter(candidate, own),
            (None, own) => {
                let group = self.groups.len();
                self.groups.push(Vec::new());
                self.enter(record, group);
                self.enter(candidate, group);
                if let Some(own) = own {
                    self.leave(record, own);
                }
            }
        }
    }

    fn enter(&mut self, record: usize, group: usize) {
        if let Some(slot) = self.group_of.get_mut(record) {
            *slot = Some(group);
        }
        if let Some(members) = self.groups.get_mut(group) {
            members.push(record);
        }
    }

    /// Takes a record out of a group; those that stay are looked at again, one that stays alone is
    /// in no group any more.
    fn leave(&mut self, record: usize, group: usize) {
        if self.group_of(record) == Some(group) {
            self.group_of[record] = None;
        }
        let Some(members) = self.groups.get_mut(group) else { return };
        members.retain(|member| *member != record);
        let staying = if members.len() == 1 { std::mem::take(members) } else { members.clone() };
        let is_dissolved = staying.len() == 1;
        for member in staying {
            if is_dissolved && let Some(slot) = self.group_of.get_mut(member) {
                *slot = None;
            }
            if self.examinations.get(member).is_some_and(|count| *count < MOST_EXAMINATIONS) {
                self.waiting.insert(member);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(source: &str, number: usize) -> Features {
        Features {
            id: format!("{source}.{number}"),
            source: source.to_owned(),
            ..Features::default()
        }
    }

    fn pair(a: usize, b: usize, kind: char) -> Pair {
        let shared = Shared { isbn: kind == 'i', id: kind == 'd', title: kind == 't' };
        Pair { a, b, shared, ab: true, ba: true }
    }

    fn grouped(sources: &str, pairs: &[Pair]) -> Vec<Vec<usize>> {
        let records: Vec<Features> = sources
            .chars()
            .enumerate()
            .map(|(number, source)| record(&source.to_string(), number))
            .collect();
        let classes: Vec<usize> = (0..records.len()).collect();
        groups(&records.iter().collect::<Vec<_>>(), &classes, pairs)
    }

    #[test]
    fn small_sets() {
        for (sources, pairs, expected) in [
            ("ab", vec![pair(0, 1, 't')], vec![vec![0, 1]]),
            ("ab", vec![], vec![]),
            ("abc", vec![pair(0, 1, 'i'), pair(1, 2, 'd')], vec![vec![0, 1, 2]]),
            // Two copies in one source: one joins.
            ("aab", vec![pair(0, 2, 'i'), pair(1, 2, 'i')], vec![vec![0, 2]]),
            // Who is examined first takes the place, even with a weaker key.
            ("aab", vec![pair(0, 2, 't'), pair(1, 2, 'i')], vec![vec![0, 2]]),
            // In one examination an ISBN comes before a title.
            ("abb", vec![pair(0, 1, 't'), pair(0, 2, 'i')], vec![vec![0, 2]]),
        ] {
            assert_eq!(grouped(sources, &pairs), expected, "{sources} {pairs:?}");
        }
    }

    #[test]
    fn a_group_takes_nobody_who_contradicts_a_member() {
        let mut records = [record("a", 1), record("b", 2), record("c", 3)];
        records[0].issns = vec!["1".into()];
        records[2].issns = vec!["2".into()];
        let pairs = [pair(0, 1, 'i'), pair(1, 2, 'i')];
        let records: Vec<&Features> = records.iter().collect();
        assert_eq!(groups(&records, &[0, 1, 2], &pairs), [[0, 1]]);
    }

    proptest! {
        /// G2 and G3, and every member matches another one.
        #[test]
        fn groups_are_sound(
            sources in "[a-e]{2,14}",
            links in prop::collection::vec((0_usize..14, 0_usize..14, "[idt]", any::<bool>()), 0..40),
        ) {
            let mut letters: Vec<char> = sources.chars().collect();
            letters.sort_unstable();
            let mut seen = std::collections::HashSet::new();
            let mut pairs = Vec::new();
            for (a, b, kind, both) in links {
                let (a, b) = (a.min(b), a.max(b));
                if b < letters.len() && letters[a] != letters[b] && seen.insert((a, b)) {
                    let kind = kind.chars().next().unwrap_or('t');
                    pairs.push(Pair { ba: both, ..pair(a, b, kind) });
                }
            }
            let sorted: String = letters.iter().collect();
            let found = grouped(&sorted, &pairs);
            let mut used = std::collections::HashSet::new();
            for group in &found {
                prop_assert!(group.len() > 1);
                let mut of: Vec<char> = group.iter().map(|member| letters[*member]).collect();
                of.dedup();
                prop_assert_eq!(of.len(), group.len());
                for member in group {
                    prop_assert!(used.insert(*member));
                    let is_tied = pairs.iter().any(|pair| {
                        (pair.a == *member && group.contains(&pair.b))
                            || (pair.b == *member && group.contains(&pair.a))
                    });
                    prop_assert!(is_tied);
                }
            }
        }

        /// Classes are a shorter way to say the same: every pair of records of two classes.
        #[test]
        fn classes_are_their_records(
            classes in prop::collection::vec((0_usize..4, 1_usize..5), 2..8),
            links in prop::collection::vec(
                (0_usize..8, 0_usize..8, "[idt]", any::<bool>(), any::<bool>()), 0..14),
        ) {
            let mut records: Vec<(usize, usize)> = Vec::new();
            for (class, (source, count)) in classes.iter().enumerate() {
                records.extend((0..*count).map(|_| (*source, class)));
            }
            // By source, the classes of a source mixed.
            records.sort_by_key(|(source, _)| *source);
            let mut at = 0;
            while at < records.len() {
                let end = at + records[at..].iter().take_while(|r| r.0 == records[at].0).count();
                records[at..end].reverse();
                if end - at > 2 {
                    records.swap(at, end - 2);
                }
                at = end;
            }
            let mut seen = std::collections::HashSet::new();
            let mut of_classes = Vec::new();
            for (a, b, kind, ab, ba) in links {
                let (a, b) = (a.min(b), a.max(b));
                if b < classes.len() && classes[a].0 != classes[b].0 && seen.insert((a, b)) {
                    let kind = kind.chars().next().unwrap_or('t');
                    of_classes.push(Pair { ab, ba: ba || !ab, ..pair(a, b, kind) });
                }
            }
            let mut of_records = Vec::new();
            for known in &of_classes {
                for (a, (_, first)) in records.iter().enumerate() {
                    for (b, (_, second)) in records.iter().enumerate() {
                        if (*first, *second) == (known.a, known.b) {
                            of_records.push(Pair { a, b, ..*known });
                        }
                    }
                }
            }
            let list: Vec<Features> = records
                .iter()
                .enumerate()
                .map(|(number, (source, _))| record(&source.to_string(), number))
                .collect();
            let list: Vec<&Features> = list.iter().collect();
            let single: Vec<usize> = (0..list.len()).collect();
            let class_of: Vec<usize> = records.iter().map(|(_, class)| *class).collect();
            prop_assert_eq!(
                groups(&list, &class_of, &of_classes),
                groups(&list, &single, &of_records)
            );
        }
    }
}
