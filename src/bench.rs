//! Replaying a log of queries against a Finna-compatible address, and telling how long answers took.

mod compare;
mod page;
mod replay;

pub use compare::{comparison, comparison_page};
pub use page::page;
pub use replay::{Load, LoadError, replay};

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name of the row of all queries together.
pub const ALL: &str = "all";

/// Longest time that is told apart, an hour in microseconds.
const LONGEST: u64 = 3_600_000_000;

/// What one run measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// What was asked, and how.
    pub url: String,
    /// Requests a second that were intended; `None` at full speed.
    pub rate: Option<f64>,
    /// Connections at most at once.
    pub connections: usize,
    /// Requests before the measurement.
    pub warm_up: usize,
    /// Length of the measurement in seconds.
    pub seconds: f64,
    /// Version of this program.
    pub version: String,
    /// By kind of query, and [`ALL`].
    pub kinds: BTreeMap<String, Latencies>,
}

/// How long the answers to one kind of query took, in microseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Latencies {
    /// Requests, those that failed included.
    pub requests: u64,
    /// No answer, or one with another status than 200.
    pub errors: u64,
    /// Bytes of the bodies.
    pub bytes: u64,
    /// Mean of the answers.
    pub mean: u64,
    /// Median.
    pub p50: u64,
    /// 90th percentile.
    pub p90: u64,
    /// 95th percentile.
    pub p95: u64,
    /// 99th percentile.
    pub p99: u64,
    /// 99.9th percentile.
    pub p999: u64,
    /// The slowest answer.
    pub max: u64,
    /// Percentile and latency, for plots.
    pub curve: Vec<(f64, u64)>,
}

/// What is gathered while a run goes on.
#[derive(Debug)]
struct Tally {
    times: Histogram<u64>,
    errors: u64,
    bytes: u64,
}

impl Tally {
    fn new() -> Self {
        #[expect(clippy::expect_used, reason = "the bounds are sound")]
        let times = Histogram::new_with_bounds(1, LONGEST, 3).expect("sound bounds");
        Tally { times, errors: 0, bytes: 0 }
    }

    fn add(&mut self, other: &Tally) {
        // Both have the same bounds, so every value fits.
        let _added = self.times.add(&other.times);
        self.errors += other.errors;
        self.bytes += other.bytes;
    }

    fn told(&self) -> Latencies {
        let at = |percent: f64| self.times.value_at_percentile(percent);
        let percents =
            [0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 98.0, 99.0, 99.5, 99.9, 99.99, 100.0];
        Latencies {
            requests: self.times.len(),
            errors: self.errors,
            bytes: self.bytes,
            mean: rounded(self.times.mean()),
            p50: at(50.0),
            p90: at(90.0),
            p95: at(95.0),
            p99: at(99.0),
            p999: at(99.9),
            max: self.times.max(),
            curve: percents.iter().map(|percent| (*percent, at(*percent))).collect(),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a mean of times of at most an hour"
)]
fn rounded(microseconds: f64) -> u64 {
    microseconds.round() as u64
}

impl Run {
    /// Requests that were answered a second.
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 requests")]
    pub fn throughput(&self) -> f64 {
        let requests =
            self.kinds.get(ALL).map_or(0, |all| all.requests - all.errors.min(all.requests));
        if self.seconds > 0.0 { requests as f64 / self.seconds } else { 0.0 }
    }
}

#[cfg(test)]
mod tests;
