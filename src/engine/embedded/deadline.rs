//! The end of a search's time, looked at from wherever work is done.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Documents, or terms, between two looks at the clock.
pub(super) const CLOCK_INTERVAL: u64 = 4096;

/// When a search gives up, and whether it has.
#[derive(Debug, Default)]
pub(super) struct Deadline {
    at: Option<Instant>,
    passed: AtomicBool,
}

impl Deadline {
    pub(super) fn new(at: Option<Instant>) -> Self {
        Deadline { at, passed: AtomicBool::new(false) }
    }

    /// Looks at the clock; once passed, a deadline stays so.
    pub(super) fn check(&self) -> bool {
        let Some(at) = self.at else { return false };
        let passed = self.passed.load(Ordering::Relaxed) || Instant::now() >= at;
        if passed {
            self.passed.store(true, Ordering::Relaxed);
        }
        passed
    }

    /// True if a look at the clock found the time over.
    pub(super) fn has_passed(&self) -> bool {
        self.passed.load(Ordering::Relaxed)
    }
}
