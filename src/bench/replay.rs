//! Sending requests at the times they are due, whatever became of those before.

use super::{ALL, Latencies, Run, Tally};
use crate::generate::LoggedQuery;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// No answer takes longer: it counts as an error then.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a log is replayed.
#[derive(Debug, Clone)]
pub struct Load {
    /// Requests a second; `None`: each connection asks as soon as it has its answer.
    pub rate: Option<f64>,
    /// Connections, each in a thread of its own.
    pub connections: usize,
    /// Requests before the measurement begins, at full speed.
    pub warm_up: usize,
    /// Requests to measure; the log is begun again if it is shorter.
    pub requests: usize,
}

/// Why a log was not replayed.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Nothing to ask.
    #[error("the log holds no queries; write one with `kirjo generate --log FILE`")]
    Empty,
    /// A rate that is no rate.
    #[error("{0} requests a second is no rate: give a number above zero, or none for full speed")]
    Rate(f64),
    /// Too few connections.
    #[error("at least one connection is needed")]
    NoConnection,
}

/// Asks everything, and tells how long it took. At a rate, the time of an answer counts from the
/// moment the request was due, so that a server that stalls does not hide the requests that had to
/// wait (no coordinated omission).
pub fn replay(url: &str, queries: &[LoggedQuery], load: &Load) -> Result<Run, LoadError> {
    if queries.is_empty() {
        return Err(LoadError::Empty);
    }
    if load.connections == 0 {
        return Err(LoadError::NoConnection);
    }
    if let Some(rate) = load.rate.filter(|rate| !(rate.is_finite() && *rate > 0.0)) {
        return Err(LoadError::Rate(rate));
    }
    let url = url.trim_end_matches('/');
    ask_all(url, queries, load, 0..load.warm_up, None);
    let measured = load.warm_up..load.warm_up.saturating_add(load.requests);
    let started = Instant::now();
    let by_kind = ask_all(url, queries, load, measured, load.rate);
    let seconds = started.elapsed().as_secs_f64();
    let mut all = Tally::new();
    by_kind.values().for_each(|tally| all.add(tally));
    let mut kinds: BTreeMap<String, Latencies> =
        by_kind.iter().map(|(kind, tally)| ((*kind).to_owned(), tally.told())).collect();
    kinds.insert(ALL.to_owned(), all.told());
    Ok(Run {
        url: url.to_owned(),
        rate: load.rate,
        connections: load.connections,
        warm_up: load.warm_up,
        seconds,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        kinds,
    })
}

fn ask_all<'q>(
    url: &str,
    queries: &'q [LoggedQuery],
    load: &Load,
    numbers: std::ops::Range<usize>,
    rate: Option<f64>,
) -> BTreeMap<&'q str, Tally> {
    let next = AtomicUsize::new(numbers.start);
    let started = Instant::now();
    let worker = || {
        let agent = agent();
        let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= numbers.end {
                return tallies;
            }
            let Some(query) = queries.get(number % queries.len()) else { return tallies };
            let due = match rate {
                Some(rate) => {
                    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 requests")]
                    let after = (number - numbers.start) as f64 / rate;
                    let due = started + Duration::from_secs_f64(after);
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    due
                }
                None => Instant::now(),
            };
            let answer = ask(&agent, &format!("{url}{}", query.path));
            let took = u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX);
            let tally = tallies.entry(&query.kind).or_insert_with(Tally::new);
            tally.times.saturating_record(took);
            match answer {
                Ok(bytes) => tally.bytes += bytes,
                Err(_) => tally.errors += 1,
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..load.connections).map(|_| scope.spawn(worker)).collect();
        let mut all: BTreeMap<&str, Tally> = BTreeMap::new();
        for tallies in workers.into_iter().filter_map(|worker| worker.join().ok()) {
            for (kind, tally) in &tallies {
                all.entry(kind).or_insert_with(Tally::new).add(tally);
            }
        }
        all
    })
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .build()
        .into()
}

/// Bytes of the body of a good answer.
fn ask(agent: &ureq::Agent, url: &str) -> io::Result<u64> {
    let mut answer = agent.get(url).call().map_err(io::Error::other)?;
    let status = answer.status();
    // Read to the end all the same, so that the connection can be used again.
    let bytes = drain(answer.body_mut().as_reader())?;
    if status.as_u16() == 200 {
        Ok(bytes)
    } else {
        Err(io::Error::other(format!("status {status}")))
    }
}

fn drain(mut body: impl Read) -> io::Result<u64> {
    io::copy(&mut body, &mut io::sink())
}
