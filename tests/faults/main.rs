//! Faults of the disk and ends of the process at every step of an ingest. After each: the next start
//! needs no hand, a step of work that was acknowledged is wholly there and any other wholly there or
//! wholly not, store and index agree, and the same work once more leads to the same groups and
//! documents as without a fault.
//!
//! A part of the points runs always; all of them with `just faults`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a test says what it expects"
)]

mod disk;
mod updates;
mod work;

use disk::{Disk, End, Fault, STORE, random};
use std::path::Path;
use work::{Opened, STEPS, Work};

/// The process ends at a step of the disk. `power_lost`: what was not synced is gone as well.
fn crash(work: &Work, at: u64, end: End, power_lost: bool) -> bool {
    let disk = Disk::new(Fault::Crash { at, end }, at);
    let acknowledged = Opened::new(work, &disk).map_or(0, |opened| opened.all(work).0);
    let completed = acknowledged == STEPS;
    work.holds(&disk.restarted(power_lost), acknowledged, &format!("crash at step {at}, {end:?}"));
    completed
}

/// Crashes at every `every`th step until the work is completed before.
fn crash_at_steps(every: u64, power_lost: bool, end: impl Fn(u64) -> End) {
    let work = Work::new();
    let (mut at, mut points) = (1, 0);
    while !crash(&work, at, end(at), power_lost) {
        points += 1;
        // Merges run in threads of their own, so the count of steps differs a little.
        assert!(at < 100_000, "the work never ends");
        at += every;
    }
    println!("{points} crashes, the last before step {at}, power lost: {power_lost}");
    assert!(points > 5, "only {points} points");
}

/// A crash left a file of the index under the very name that the next process gave it, so that none
/// could commit any more.
#[test]
fn crash_at_each_step_of_an_update_by_a_process_of_its_own() {
    updates::crash_at_each_step_of_an_update();
}

fn turn(at: u64) -> End {
    [End::Missing, End::Zeroed, End::Random][usize::try_from(at % 3).expect("small")]
}

#[test]
fn crash_at_some_steps() {
    crash_at_steps(151, false, |_| End::Missing);
}

/// The first steps make the store: a crash among them left a file that was refused.
#[test]
fn crash_at_each_of_the_first_steps() {
    let work = Work::new();
    for at in 1_u64..40 {
        let power_lost = at.is_multiple_of(2);
        assert!(!crash(&work, at, turn(at), power_lost), "the work is longer than that");
    }
}

#[test]
fn power_lost_at_some_steps() {
    crash_at_steps(157, true, |_| End::Missing);
}

#[test]
#[ignore = "minutes; `just faults`"]
fn crash_at_step_n() {
    crash_at_steps(1, false, |_| End::Missing);
    crash_at_steps(1, true, |_| End::Missing);
}

#[test]
#[ignore = "minutes; `just faults`"]
fn torn_write_last_block() {
    for end in [End::Missing, End::Zeroed, End::Random] {
        crash_at_steps(5, false, |_| end);
    }
}

#[test]
fn some_torn_writes() {
    crash_at_steps(163, false, turn);
}

/// The last bytes of files of the index are gone, zeroed or random: the index is made anew.
fn torn_index_files(positions: u64) {
    let work = Work::new();
    let disk = Disk::new(Fault::Nothing, 1);
    assert_eq!(Opened::new(&work, &disk).expect("opened").all(&work).0, STEPS);
    let mut state = 77;
    let (mut kinds, mut damages) = (std::collections::BTreeSet::new(), 0);
    for name in disk.names().into_iter().filter(|name| name != Path::new(STORE)) {
        let kind = name.extension().map_or_else(|| name.clone(), Into::into);
        if !kinds.insert(kind) {
            continue;
        }
        for position in 0..positions {
            let damaged = disk.restarted(false);
            let end = turn(position);
            let length = 1 + usize::try_from(random(&mut state) % 4096).expect("small");
            damaged.damage(&name, |bytes| {
                let keep = bytes.len().saturating_sub(length);
                match end {
                    End::Missing => bytes.truncate(keep),
                    End::Zeroed => bytes[keep..].fill(0),
                    End::Random => bytes[keep..]
                        .fill_with(|| u8::try_from(random(&mut state) & 0xFF).expect("a byte")),
                }
            });
            work.holds(&damaged, STEPS, &format!("{} {end:?} {length}", name.display()));
            damages += 1;
        }
    }
    println!("{damages} damages of {} kinds of files: {kinds:?}", kinds.len());
}

#[test]
fn some_torn_index_files() {
    torn_index_files(1);
}

#[test]
#[ignore = "minutes; `just faults`"]
fn torn_index_files_at_twenty_positions() {
    torn_index_files(60);
}

/// No room at some point of the work; when there is room again, it goes on without a restart.
fn disk_full(step: usize) {
    let work = Work::new();
    let whole = Disk::new(Fault::Nothing, 1);
    assert_eq!(Opened::new(&work, &whole).expect("opened").all(&work).0, STEPS);
    let (mut room, mut points) = (0, 0);
    while room < whole.bytes() + step {
        let disk = Disk::new(Fault::Full(room), 1);
        match Opened::new(&work, &disk) {
            Ok(opened) => {
                let (acknowledged, error) = opened.all(&work);
                if let Some(error) = error {
                    assert!(work::is_clear(&error), "{error}");
                }
                disk.set(Fault::Nothing);
                opened.holds_still(&work, acknowledged, &format!("room for {room} bytes"));
                drop(opened);
                work.holds(&disk.restarted(false), STEPS, &format!("room for {room} bytes"));
            }
            Err(_) => work.holds(&disk.restarted(false), 0, &format!("room for {room} bytes")),
        }
        points += 1;
        room += step;
    }
    println!("{points} points up to {} bytes", whole.bytes());
}

#[test]
fn disk_full_at_some_points() {
    disk_full(700 << 10);
}

#[test]
#[ignore = "minutes; `just faults`"]
fn disk_full_at_every_64_kib() {
    disk_full(64 << 10);
}

/// Reads and writes fail at random; the work is tried again, then the disk is well again.
fn io_errors(seeds: std::ops::Range<u64>) {
    let work = Work::new();
    let (mut failures, mut broken_off) = (0, 0);
    for seed in seeds.clone() {
        let one_in = if seed % 2 == 0 { 100 } else { 10 };
        let disk = Disk::new(Fault::Nothing, seed * 7919 + 1);
        disk.set(Fault::Errors { one_in });
        let what = format!("seed {seed}, one error in {one_in}");
        // A start that fails is tried again; ten in a row and the disk gets well.
        let opened = (0..10).find_map(|_| Opened::new(&work, &disk).ok());
        if let Some(opened) = opened {
            let mut acknowledged = 0;
            for _ in 0..3 {
                let (reached, error) = opened.rest(&work, acknowledged);
                broken_off += usize::from(error.is_some());
                acknowledged = reached;
            }
            failures += disk.failures();
            disk.set(Fault::Nothing);
            opened.holds_still(&work, acknowledged, &what);
            drop(opened);
            work.holds(&disk.restarted(false), STEPS, &what);
        } else {
            failures += disk.failures();
            work.holds(&disk.restarted(false), 0, &what);
        }
    }
    println!("{failures} errors for {} seeds, {broken_off} steps broken off", seeds.count());
    assert!(failures > 0);
}

#[test]
fn io_error_rate_of_some_seeds() {
    io_errors(0..6);
}

#[test]
#[ignore = "minutes; `just faults`"]
fn io_error_rate_of_a_hundred_seeds() {
    io_errors(100..200);
}

/// Nothing can be written any more: an ingest says so, searches go on.
#[test]
fn readonly_dir() {
    let work = Work::new();
    let disk = Disk::new(Fault::Nothing, 1);
    let opened = Opened::new(&work, &disk).expect("opened");
    assert_eq!(opened.steps_of(&work, 0, 2).0, 2);
    let before = (opened.found(), opened.state());
    disk.set(Fault::ReadOnly);
    let (reached, error) = opened.rest(&work, 2);
    let error = error.expect("nothing can be written");
    println!("readonly: {error}");
    assert_eq!(reached, 2);
    assert!(error.contains("read-only"), "{error}");
    assert!((opened.found(), opened.state()) == before, "other answers");
    disk.set(Fault::Nothing);
    opened.holds_still(&work, 2, "read-only");
}

/// The same once more changes nothing and commits nothing, cut off anywhere or not.
#[test]
fn idempotent_ingest() {
    let work = Work::new();
    let disk = Disk::new(Fault::Nothing, 1);
    let opened = Opened::new(&work, &disk).expect("opened");
    assert_eq!(opened.steps_of(&work, 0, 3).0, 3);
    let generation = opened.generation();
    let state = opened.state();
    for step in 0..3 {
        let report = work.step(&opened.workplace, step).expect("done again");
        assert_eq!((report.stored(), report.deleted, report.indexed), (0, 0, 0), "{report}");
    }
    assert_eq!((opened.generation(), opened.state()), (generation, state));
}
