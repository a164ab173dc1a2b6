//! Small updates, each by a process of its own, until segments are merged.

use crate::disk::{Disk, End, Fault};
use crate::work::{Opened, Work};
use kirjo::formats::ReadOptions;
use kirjo::ingest::{IngestOptions, SilentProgress, check, ingest};
use kirjo::record::RecordFormat;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Updates before the one that is cut off: with its own segment they are merged.
const BEFORE: usize = 7;

/// Files of one record each.
fn files(folder: &Path) -> Vec<PathBuf> {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-records/marc/city-library.mrc");
    let bytes = std::fs::read(sample).expect("a sample file");
    let records = bytes.split_inclusive(|byte| *byte == 0x1D).take(3).enumerate();
    let file = |(number, record): (usize, &[u8])| {
        let file = folder.join(format!("{number}.mrc"));
        std::fs::write(&file, record).expect("written");
        file
    };
    records.map(file).collect()
}

/// Reads a record again, as a newer one, and lets merges end.
fn update(opened: &Opened, work: &Work, file: &Path, disk: &Disk) -> Result<(), String> {
    let read = ReadOptions { format: Some(RecordFormat::Marc), ..ReadOptions::default() };
    let options = IngestOptions { touch: true, ..IngestOptions::default() };
    let source = work.source("kaupunki");
    let files = [file.to_owned()];
    ingest(&opened.workplace, &source, &files, &read, &options, &SilentProgress)
        .map_err(|error| error.to_string())?;
    let mut steps = disk.steps();
    loop {
        std::thread::sleep(Duration::from_millis(10));
        if disk.steps() == steps {
            return Ok(());
        }
        steps = disk.steps();
    }
}

/// Crashes at each step of an update; the next processes go on.
pub(crate) fn crash_at_each_step_of_an_update() {
    let work = Work::new();
    let folder = tempfile::tempdir().expect("a folder");
    let files = files(folder.path());
    let before = Disk::new(Fault::Nothing, 1);
    for file in files.iter().cycle().take(BEFORE) {
        let opened = Opened::new(&work, &before).expect("opened");
        update(&opened, &work, file, &before).expect("updated");
    }
    let mut at = 1;
    loop {
        let disk = before.restarted(false);
        disk.set(Fault::Crash { at: disk.steps() + at, end: End::Missing });
        let done = Opened::new(&work, &disk)
            .and_then(|opened| update(&opened, &work, &files[1], &disk))
            .is_ok();
        let what = format!("crash at step {at} of an update");
        let is_cut = disk.restarted(false);
        for file in &files {
            let opened = Opened::new(&work, &is_cut).unwrap_or_else(|e| panic!("{what}: {e}"));
            update(&opened, &work, file, &is_cut).unwrap_or_else(|e| panic!("{what}: {e}"));
            let found = check(&opened.workplace).expect("a check");
            assert_eq!(found.problems, Vec::<String>::new(), "{what}");
            assert_eq!(found.indexed, files.len() as u64, "{what}");
        }
        if done && disk.steps() < at {
            break;
        }
        at += 1;
    }
    println!("{at} crashes");
    assert!(at > 60, "only {at} points");
}
