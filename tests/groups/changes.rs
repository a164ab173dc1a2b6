//! Any sequence of deliveries, deletions and suppressions leads to what is left, read in at once
//! (dedup.md §9.6).

use crate::orders::{next_random, shuffle};
use crate::place::{Place, Unit};
use kirjo::ingest::{IdChange, SilentProgress, change_ids, regroup_source};
use std::collections::BTreeSet;

/// What a unit is called in its source.
fn id_of(unit: &Unit) -> String {
    if let Some(id) = crate::real::id_of(&unit.bytes) {
        return String::from_utf8(id).expect("an id is text");
    }
    let text = String::from_utf8_lossy(&unit.bytes);
    let (_, after) = text.split_once("tag=\"001\">").expect("a control number");
    after.split('<').next().expect("its text").to_owned()
}

/// Changes sources at random and compares what comes of it with what is left, `rounds` times.
pub(crate) fn change_at_random(all: &[Unit], rounds: u64, seed: u64) {
    let ids: Vec<String> = all.iter().map(id_of).collect();
    let (mut all_left, mut all_withheld, mut in_advance) = (0, 0, 0);
    for round in 0..rounds {
        let mut state = 0x9E37_79B9_7F4A_7C15 ^ (seed + round);
        let (mut live, mut withheld) = (BTreeSet::new(), BTreeSet::new());
        let mut place = Place::new();
        for _ in 0..60 {
            let mut picked: Vec<usize> = (0..all.len()).collect();
            shuffle(&mut picked, &mut state);
            let first = &all[picked[0]];
            picked.retain(|at| all[*at].goes_with(first));
            picked.truncate(1 + next_random(&mut state) % 40);
            let change = match next_random(&mut state) % 8 {
                0 => IdChange::Delete,
                1 => IdChange::Suppress,
                2 => IdChange::Unsuppress,
                3 => {
                    regroup_source(&place.workplace, None, true, &SilentProgress).expect("grouped");
                    continue;
                }
                _ => {
                    let units: Vec<&Unit> = picked.iter().map(|at| &all[*at]).collect();
                    place.ingest(&units);
                    live.extend(picked);
                    continue;
                }
            };
            let named: Vec<String> = picked.iter().map(|at| ids[*at].clone()).collect();
            let source = place.settings(first.source);
            change_ids(&place.workplace, &source, &named, change, &SilentProgress).expect("done");
            for at in picked {
                match change {
                    // It stays withheld, should it come again.
                    IdChange::Delete => drop(live.remove(&at)),
                    // Whether it is there, was there or is to come.
                    IdChange::Suppress => drop(withheld.insert(at)),
                    IdChange::Unsuppress => drop(withheld.remove(&at)),
                }
            }
        }
        let found = place.state();
        let left = live.difference(&withheld).map(|at| all[*at].clone()).collect::<Vec<_>>();
        let expected = Place::in_bulk(&left).state();
        all_left += left.len();
        all_withheld += live.len() - left.len();
        in_advance += withheld.difference(&live).count();
        assert_eq!(found.groups, expected.groups, "seed {seed}, round {round}");
        assert_eq!(found.documents, expected.documents, "seed {seed}, round {round}");
        assert_eq!(found.answers[..6], expected.answers[..6], "seed {seed}, round {round}");
    }
    println!(
        "{rounds} rounds: {all_left} records left, {all_withheld} withheld, {in_advance} withheld \
         that are not there"
    );
    assert!(all_left > 20 && all_withheld > 0 && in_advance > 0);
}
