//! The same records give the same groups and the same documents, in whatever order and portions
//! they come.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "a test says what it expects"
)]

mod changes;
mod orders;
mod place;
mod real;

use kirjo::ingest::{IdChange, IngestReport, SilentProgress, change_ids, check, regroup_source};
use orders::compare_orders;
use place::{Place, State, Unit};
use real::{id_of, real_file, real_others, real_records};
use std::collections::BTreeMap;
use std::path::Path;

/// The MARC records of the three sample libraries.
fn records() -> Vec<Unit> {
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-records").join(name);
        std::fs::read(path).expect("a sample file")
    };
    let mut all = Vec::new();
    for (source, name) in
        [("kaupunki", "marc/city-library.mrc"), ("yliopisto", "marc/university.mrc")]
    {
        let bytes = read(name);
        let records = bytes.split_inclusive(|byte| *byte == 0x1D);
        all.extend(records.map(|record| Unit { source, bytes: record.to_vec() }));
    }
    let xml = String::from_utf8(read("marcxml/research-library.xml")).expect("UTF-8");
    let end = "</record>";
    let mut rest = xml.as_str();
    while let Some(start) = rest.find("<record") {
        let stop = rest[start..].find(end).expect("an end") + start + end.len();
        all.push(Unit { source: "tutkimus", bytes: rest.as_bytes()[start..stop].to_vec() });
        rest = &rest[stop..];
    }
    all
}

/// Compares orders of the samples.
fn shuffled(rounds: u64, seed: u64) {
    let State { groups, .. } = compare_orders(&records(), rounds, seed, 40);
    assert!(groups.values().any(|members| members.len() == 3), "{groups:?}");
}

/// Compares orders of real records; `least` groups come of them.
fn real(all: Option<Vec<Unit>>, least: usize, rounds: u64) {
    let Some(all) = all else { return };
    let start = std::time::Instant::now();
    let State { groups, documents, answers } = compare_orders(&all, rounds, 31, 400);
    let found = answers.iter().filter(|answer| !answer.starts_with("0 ")).count();
    println!(
        "{} records, {} groups, {} documents, {found} of {} searches with hits: the same in \
         {rounds} orders, {:.0} s",
        all.len(),
        groups.len(),
        documents.len(),
        answers.len(),
        start.elapsed().as_secs_f64()
    );
    assert!(groups.len() >= least, "{} groups", groups.len());
    assert!(found >= 3, "{answers:?}");
}

#[test]
fn the_order_of_real_records_does_not_matter() {
    real(real_records(40), 20, 1);
}

#[test]
#[ignore = "minutes; `just faults`"]
fn the_order_of_real_records_does_not_matter_twenty_times() {
    real(real_records(400), 200, 20);
}

#[test]
fn the_order_of_other_real_records_does_not_matter() {
    real(real_others(12), 0, 1);
}

#[test]
#[ignore = "minutes; `just faults`"]
fn the_order_of_other_real_records_does_not_matter_twenty_times() {
    real(real_others(100), 0, 20);
}

#[test]
fn the_order_of_records_does_not_matter() {
    shuffled(1, 7);
}

#[test]
#[ignore = "minutes; `just faults`"]
fn the_order_of_records_does_not_matter_twenty_times() {
    shuffled(20, 100);
}

#[test]
fn deleting_and_adding_again_leads_back() {
    let all = records();
    let place = Place::in_bulk(&all);
    let expected = place.state();
    let (_, members) =
        expected.groups.iter().find(|(_, members)| members.len() == 3).expect("a group of three");
    let source_of = |id: &str| {
        let source = id.split('.').next().expect("a prefix");
        place.settings(source)
    };
    for id in members {
        change_ids(
            &place.workplace,
            &source_of(id),
            std::slice::from_ref(id),
            IdChange::Delete,
            &SilentProgress,
        )
        .expect("deleted");
        place.state();
    }
    assert!(!place.state().groups.values().any(|group| group == members));
    let mut place = place;
    for source in ["yliopisto", "kaupunki", "tutkimus"] {
        let records: Vec<&Unit> = all.iter().filter(|unit| unit.source == source).collect();
        place.ingest(&records);
    }
    assert_eq!(place.state(), expected);
    // Looking at everything again changes nothing.
    let (report, indexed) =
        regroup_source(&place.workplace, None, true, &SilentProgress).expect("grouped");
    assert_eq!((report.changed, indexed.indexed), (0, 0));
    assert_eq!(place.state(), expected);
}

#[test]
fn what_is_left_counts_however_it_came_about() {
    changes::change_at_random(&records(), 3, 500);
}

#[test]
#[ignore = "minutes; `just faults`"]
fn what_is_left_counts_however_it_came_about_a_hundred_times() {
    changes::change_at_random(&records(), 100, 1000);
}

/// Older and newer versions of records, in either order: what comes last counts, whatever the dates
/// in the records say, and the report tells what became of each.
fn versions(limit: usize) {
    let (Some(older), Some(newer)) =
        (real_file("gpo-older-versions-utf8"), real_file("gpo-cgp-utf8"))
    else {
        return;
    };
    let mut old: BTreeMap<Vec<u8>, &Vec<u8>> = BTreeMap::new();
    let mut repeated = 0;
    for record in &older {
        let id = id_of(record).expect("a control number");
        // The first of a file is kept, any other is reported.
        match old.entry(id) {
            std::collections::btree_map::Entry::Vacant(place) => drop(place.insert(record)),
            std::collections::btree_map::Entry::Occupied(_) => repeated += 1,
        }
    }
    let id = |record: &Vec<u8>| id_of(record).expect("a control number");
    let newer: Vec<&Vec<u8>> = newer
        .iter()
        .filter(|record| old.contains_key(&id(record)))
        .chain(newer.iter().filter(|record| !old.contains_key(&id(record))).take(limit))
        .collect();
    let by_id: BTreeMap<Vec<u8>, &Vec<u8>> =
        newer.iter().map(|record| (id(record), *record)).collect();
    let older: Vec<&Vec<u8>> = older.iter().collect();
    let (old_count, new_count) = (old.len() as u64, newer.len() as u64);
    assert!(new_count >= old_count && repeated > 0);
    for old_first in [true, false] {
        let mut place = Place::new();
        let unit = |record: &&Vec<u8>| Unit { source: "kaupunki", bytes: (*record).clone() };
        let units = |records: &[&Vec<u8>]| records.iter().map(unit).collect::<Vec<_>>();
        let (older, newer) = (units(&older), units(&newer));
        let (first, second) = if old_first { (&older, &newer) } else { (&newer, &older) };
        let one = place.read(&first.iter().collect::<Vec<_>>());
        let two = place.read(&second.iter().collect::<Vec<_>>());
        let same =
            newer.iter().filter(|unit| old.get(&id(&unit.bytes)) == Some(&&unit.bytes)).count();
        let same = same as u64;
        let counts = |report: &IngestReport| {
            [report.read, report.added, report.updated, report.unchanged, report.rejected]
        };
        let of_old =
            |added, updated, unchanged| [old_count + repeated, added, updated, unchanged, repeated];
        let changed = old_count - same;
        if old_first {
            assert_eq!(counts(&one), of_old(old_count, 0, 0), "{one}");
            assert_eq!(counts(&two), [new_count, new_count - old_count, changed, same, 0], "{two}");
        } else {
            assert_eq!(counts(&one), [new_count, new_count, 0, 0, 0], "{one}");
            assert_eq!(counts(&two), of_old(0, changed, same), "{two}");
        }
        let found = check(&place.workplace).expect("a check");
        assert_eq!((found.problems, found.indexed), (Vec::new(), new_count));
        let snapshot = place.workplace.store.snapshot().expect("a snapshot");
        let mut wrong = 0;
        snapshot
            .each_record(|_, record| {
                let id = id_of(&record.raw).expect("a control number");
                let last = if old_first { None } else { old.get(&id).copied() };
                let last = last.or_else(|| by_id.get(&id).copied());
                wrong += usize::from(Some(&record.raw) != last);
            })
            .expect("records");
        assert_eq!(wrong, 0, "old first: {old_first}");
        println!("old first: {old_first}; {one}; {two}");
    }
}

#[test]
fn the_version_that_comes_last_counts() {
    versions(50);
}

#[test]
#[ignore = "minutes; `just faults`"]
fn the_version_that_comes_last_counts_in_a_whole_catalogue() {
    versions(usize::MAX);
}
