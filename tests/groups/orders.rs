//! Records in another order, in portions.

use crate::place::{Place, State, Unit};

/// Numbers that look random but are the same in every run (xorshift).
pub(crate) fn next_random(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state % 1_000_003).expect("small")
}

pub(crate) fn shuffle<T>(list: &mut [T], state: &mut u64) {
    for at in (1..list.len()).rev() {
        list.swap(at, next_random(state) % (at + 1));
    }
}

/// Reads the records in so many orders, in portions of up to `most`, the last hundred one by one;
/// always the same comes of it as in bulk.
pub(crate) fn compare_orders(all: &[Unit], rounds: u64, seed: u64, most: usize) -> State {
    let expected = Place::in_bulk(all).state();
    for round in 0..rounds {
        let mut state = 0x9E37_79B9_7F4A_7C15 ^ (seed + round);
        let mut order: Vec<usize> = (0..all.len()).collect();
        shuffle(&mut order, &mut state);
        let mut place = Place::new();
        let threads = if round % 2 == 0 { 1 } else { 2 };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let mut at = 0;
            while at < order.len() {
                let left = order.len() - at;
                let limit = if left <= 100 { 1 } else { 1 + next_random(&mut state) % most };
                // Each portion is a file.
                let first = &all[order[at]];
                let portion: Vec<&Unit> = order[at..]
                    .iter()
                    .take(limit)
                    .map(|index| &all[*index])
                    .take_while(|unit| unit.goes_with(first))
                    .collect();
                place.ingest(&portion);
                at += portion.len();
            }
        });
        let found = place.state();
        assert_eq!(found.groups, expected.groups, "seed {seed}, round {round}");
        assert_eq!(found.documents, expected.documents, "seed {seed}, round {round}");
        assert_eq!(found.answers, expected.answers, "seed {seed}, round {round}");
    }
    expected
}
