//! Which record is a copy of which work, and where it stands in the file.
//!
//! Works with the same number of copies lie together in a row of *slots*; the file takes the slots
//! in a scattered order. So everything about a record follows from its place by arithmetic.

use super::random::scatter;

/// No work has more copies.
const MOST_COPIES: u64 = 120;
/// Slots of a family: a host and its parts.
const FAMILY: u64 = 8;
/// Share of all records that are parts of hosts.
const PARTS: f64 = 0.15;

/// A record's place among the works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    /// Number of the record, from zero; its id is made of it.
    pub(super) record: u64,
    pub(super) work: u64,
    /// Which copy of the work, from zero.
    pub(super) copy: u64,
    pub(super) copies: u64,
    /// The record of the host, if this is a part.
    pub(super) host: Option<u64>,
    /// The record has parts.
    pub(super) is_host: bool,
}

/// The layout of a corpus.
#[derive(Debug)]
pub(super) struct Works {
    records: u64,
    /// First slot, first work, copies; by slot.
    classes: Vec<(u64, u64, u64)>,
    family_slots: u64,
    seed: u64,
}

impl Works {
    /// Copies a work follow a power law with this exponent.
    pub(super) fn new(records: u64, exponent: f64, seed: u64) -> Self {
        let weights: Vec<f64> = (1..=MOST_COPIES).map(|k| (k as f64).powf(-exponent)).collect();
        let copies: f64 = (1..).zip(&weights).map(|(k, w)| f64::from(k) * w).sum();
        let works = |k: u64| {
            (records as f64 * weights.get(k as usize - 1).copied().unwrap_or(0.0) / copies) as u64
        };
        let in_groups: u64 = (2..=MOST_COPIES).map(|k| works(k) * k).sum();
        let alone = records - in_groups.min(records);
        let mut classes = vec![(0, 0, 1)];
        let (mut slot, mut work) = (alone, alone);
        for k in (2..=MOST_COPIES).filter(|k| works(*k) > 0) {
            classes.push((slot, work, k));
            slot += works(k) * k;
            work += works(k);
        }
        let families = (records as f64 * PARTS / (FAMILY - 1) as f64) as u64;
        let family_slots = (families * FAMILY).min(alone / FAMILY * FAMILY);
        Works { records, classes, family_slots, seed }
    }

    /// The slot that stands at this place of the file.
    pub(super) fn at(&self, place: u64) -> Slot {
        self.of_record(self.scattered(place))
    }

    pub(super) fn of_record(&self, record: u64) -> Slot {
        let class = self.classes.partition_point(|(first, ..)| *first <= record).max(1) - 1;
        let (first, work, copies) = self.classes.get(class).copied().unwrap_or((0, 0, 1));
        let (work, copy) = (work + (record - first) / copies, (record - first) % copies);
        let in_family = record < self.family_slots;
        let head = record / FAMILY * FAMILY;
        let host = (in_family && head != record).then_some(head);
        Slot { record, work, copy, copies, host, is_host: in_family && head == record }
    }

    /// A permutation of the records: rounds of a keyed exchange of halves, walked until it lands
    /// among them.
    fn scattered(&self, place: u64) -> u64 {
        let half_bits = (64 - self.records.max(2).leading_zeros()).div_ceil(2);
        let mask = (1_u64 << half_bits) - 1;
        let mut at = place;
        loop {
            let (mut left, mut right) = (at >> half_bits, at & mask);
            for round in 0..4 {
                let key = self.seed.wrapping_add(round * 0x9E37_79B9);
                (left, right) = (right, left ^ (scatter(right ^ scatter(key)) & mask));
            }
            at = (left << half_bits) | right;
            if at < self.records {
                return at;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_once_and_groups_as_the_law_says() {
        let works = Works::new(100_000, 2.6, 7);
        let mut seen = vec![false; 100_000];
        let (mut grouped, mut parts) = (0, 0);
        for place in 0..100_000 {
            let slot = works.at(place);
            assert!(!std::mem::replace(&mut seen[slot.record as usize], true));
            assert!(slot.copy < slot.copies);
            grouped += u32::from(slot.copies > 1);
            if let Some(host) = slot.host {
                assert!(works.of_record(host).is_host);
                parts += 1;
            }
        }
        // 54 % by the law; the numbers of large groups are rounded down.
        assert!((50_000..55_000).contains(&grouped), "{grouped} records in groups");
        assert!((14_500..15_100).contains(&parts), "{parts} parts");
    }

    #[test]
    fn small_corpora() {
        for records in 0..40 {
            let works = Works::new(records, 2.6, 1);
            let mut found: Vec<u64> = (0..records).map(|place| works.at(place).record).collect();
            found.sort_unstable();
            assert_eq!(found, (0..records).collect::<Vec<_>>());
        }
    }
}
