//! The commit protocol between store and index (`ARCHITECTURE.md`): what is to be done next, given
//! what is durable. Pure, so that a test can drive it through every crash.

/// What store and index show, and what this process holds in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Observed {
    /// Generation that the store believes the index to have.
    pub(super) store: u64,
    /// Generation of the index.
    pub(super) index: u64,
    /// Highest generation for which documents are written in the store and still marked.
    pub(super) written: Option<u64>,
    /// Some records are marked and have no document of a coming generation.
    pub(super) unindexed: bool,
    /// Some records wait to be grouped.
    pub(super) to_regroup: bool,
    /// Generation of the changes that this process has given to the index and not committed.
    pub(super) buffered: Option<u64>,
    /// Enough of them for a commit.
    pub(super) full: bool,
}

/// What is to be done. Each step is durable as a whole, or did not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The index is older than the store, or lost: empty it, mark everything.
    Rebuild,
    /// Documents were written for a generation whose commit never came: mark them again.
    Reopen,
    /// The index has this generation: take its marks off.
    Settle(u64),
    /// Find the groups of what changed.
    Regroup,
    /// Write documents of this generation to the store, and give them to the index.
    Write(u64),
    /// Commit the index with this generation.
    Commit(u64),
    /// Store and index agree.
    Rest,
}

/// The next step.
pub(super) fn next(observed: &Observed) -> Step {
    let Observed { store, index, written, unindexed, to_regroup, buffered, full } = *observed;
    match buffered {
        Some(generation) if unindexed && !full => Step::Write(generation),
        Some(generation) => Step::Commit(generation),
        None if index < store => Step::Rebuild,
        None if written.is_some_and(|generation| generation > index) => Step::Reopen,
        None if written.is_some() || store < index => Step::Settle(index),
        None if to_regroup => Step::Regroup,
        None if unindexed => Step::Write(index + 1),
        None => Step::Rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Content of a record, counted up with every change; 0 is a deleted one.
    type Content = u32;

    /// What is on disk: it survives a crash.
    #[derive(Debug, Clone, Default)]
    struct Disk {
        records: BTreeMap<u8, Content>,
        documents: BTreeMap<u8, Content>,
        marks: BTreeMap<u8, u64>,
        regroup: bool,
        store: u64,
        index: u64,
        indexed: BTreeMap<u8, Content>,
    }

    /// A process with its memory: it does not.
    #[derive(Debug, Clone, Default)]
    struct Process {
        buffered: Option<u64>,
        full: bool,
        /// Changes of the index; `None` for a removal.
        changes: Vec<(u8, Option<Content>)>,
        cleared: bool,
    }

    impl Disk {
        fn observe(&self, process: &Process) -> Observed {
            Observed {
                store: self.store,
                index: self.index,
                written: self.marks.values().copied().max().filter(|generation| *generation > 0),
                unindexed: self.marks.values().any(|generation| *generation == 0),
                to_regroup: self.regroup,
                buffered: process.buffered,
                full: process.full,
            }
        }

        fn mark_all(&mut self) {
            self.marks = self.records.keys().map(|record| (*record, 0)).collect();
        }

        /// An acknowledged batch.
        fn store(&mut self, record: u8, content: Content) {
            self.records.insert(record, content);
            self.marks.insert(record, 0);
            self.regroup = true;
        }

        /// One step; `batch` is how many documents are written at a time.
        fn take(&mut self, step: Step, process: &mut Process, batch: usize) {
            match step {
                Step::Rebuild => {
                    process.cleared = true;
                    process.changes.clear();
                    self.mark_all();
                    process.buffered = Some(self.store.max(self.index) + 1);
                    process.full = false;
                }
                Step::Reopen => {
                    for generation in self.marks.values_mut() {
                        if *generation > self.index {
                            *generation = 0;
                        }
                    }
                }
                Step::Settle(generation) => {
                    self.marks.retain(|_, marked| *marked == 0 || *marked > generation);
                    self.store = generation;
                }
                Step::Regroup => self.regroup = false,
                Step::Write(generation) => {
                    let unindexed: Vec<u8> = self
                        .marks
                        .iter()
                        .filter(|(_, generation)| **generation == 0)
                        .map(|(record, _)| *record)
                        .take(batch)
                        .collect();
                    for record in unindexed {
                        let content = self.records.get(&record).copied().filter(|c| *c > 0);
                        match content {
                            Some(content) => self.documents.insert(record, content),
                            None => self.documents.remove(&record),
                        };
                        self.marks.insert(record, generation);
                        process.changes.push((record, content));
                    }
                    process.buffered = Some(generation);
                    process.full = process.changes.len() >= 2 * batch;
                }
                Step::Commit(generation) => {
                    if std::mem::take(&mut process.cleared) {
                        self.indexed.clear();
                    }
                    for (record, content) in process.changes.drain(..) {
                        match content {
                            Some(content) => self.indexed.insert(record, content),
                            None => self.indexed.remove(&record),
                        };
                    }
                    self.index = generation;
                    process.buffered = None;
                    process.full = false;
                }
                Step::Rest => {}
            }
        }

        fn assert_agreement(&self) {
            let live: BTreeMap<u8, Content> =
                self.records.iter().filter(|(_, c)| **c > 0).map(|(r, c)| (*r, *c)).collect();
            assert_eq!(self.documents, live);
            assert_eq!(self.indexed, live);
            assert_eq!(self.store, self.index);
            assert!(self.marks.is_empty() && !self.regroup);
        }
    }

    #[derive(Debug, Clone)]
    enum Event {
        /// A batch is stored; only a process whose index holds nothing back takes one.
        Store(u8, bool),
        /// So many steps, then the process is killed.
        StepsThenCrash(usize),
        /// Work until there is nothing to do.
        Finish,
        /// The index folder is lost, or put back from an old copy.
        LoseIndex,
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            4 => (0_u8..12, prop::bool::weighted(0.8)).prop_map(|(r, kept)| Event::Store(r, kept)),
            4 => (0_usize..9).prop_map(Event::StepsThenCrash),
            2 => Just(Event::Finish),
            1 => Just(Event::LoseIndex),
        ]
    }

    fn finish(disk: &mut Disk, process: &mut Process, batch: usize) {
        for _ in 0..200 {
            let step = next(&disk.observe(process));
            if step == Step::Rest {
                disk.assert_agreement();
                return;
            }
            disk.take(step, process, batch);
        }
        panic!("no end: {disk:?} {process:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Whatever happens, the next start brings store and index together, and nothing that was
        /// stored is lost.
        #[test]
        fn every_crash_is_mended(
            events in prop::collection::vec(event(), 1..40),
            batch in 1_usize..4,
        ) {
            let mut disk = Disk::default();
            let mut process = Process::default();
            let mut acknowledged: BTreeMap<u8, Content> = BTreeMap::new();
            for (number, event) in events.into_iter().enumerate() {
                match event {
                    Event::Store(record, is_kept) => {
                        if process.buffered.is_some() {
                            continue;
                        }
                        let content = if is_kept { u32::try_from(number).unwrap_or(0) + 1 } else { 0 };
                        disk.store(record, content);
                        acknowledged.insert(record, content);
                    }
                    Event::StepsThenCrash(steps) => {
                        for _ in 0..steps {
                            let step = next(&disk.observe(&process));
                            disk.take(step, &mut process, batch);
                        }
                        process = Process::default();
                    }
                    Event::Finish => finish(&mut disk, &mut process, batch),
                    Event::LoseIndex => {
                        process = Process::default();
                        disk.indexed.clear();
                        disk.index = 0;
                    }
                }
                prop_assert_eq!(&disk.records, &acknowledged);
            }
            finish(&mut disk, &mut process, batch);
        }
    }

    /// A crash after each single step of a small history.
    #[test]
    fn a_crash_after_every_step() {
        for crash in 0..40 {
            let mut disk = Disk::default();
            let mut process = Process::default();
            let mut steps = 0;
            for round in 1..4 {
                for record in 0..5 {
                    disk.store(record, if (record + round) % 3 == 0 { 0 } else { round.into() });
                }
                loop {
                    if steps == crash {
                        process = Process::default();
                    }
                    steps += 1;
                    let step = next(&disk.observe(&process));
                    if step == Step::Rest {
                        break;
                    }
                    disk.take(step, &mut process, 2);
                }
                disk.assert_agreement();
            }
            assert!(steps > 20, "the history is too short: {steps} steps");
        }
    }
}
