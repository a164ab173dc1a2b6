//! Figures for Prometheus: what was asked, how it went, how long it took, what waits.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// Upper bounds of the time classes, in seconds.
const TIMES: [f64; 12] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    endpoint: &'static str,
    status: u16,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Asked {
    endpoint: &'static str,
}

/// The figures of a server. Labels are of small sets, whatever clients send.
pub(super) struct Metrics {
    registry: Registry,
    answers: Family<Answered, Counter>,
    times: Family<Asked, Histogram>,
    sent: Counter,
    running: Gauge,
    waiting: Gauge,
    panics: Counter,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut registry = Registry::with_prefix("kirjo");
        let answers = Family::default();
        let new_times: fn() -> Histogram = || Histogram::new(TIMES);
        let times = Family::new_with_constructor(new_times);
        let (sent, running, waiting) = (Counter::default(), Gauge::default(), Gauge::default());
        let panics = Counter::default();
        registry.register("http_requests", "Requests by endpoint and status", answers.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time from a request's arrival to its answer",
            Unit::Seconds,
            times.clone(),
        );
        registry.register_with_unit(
            "http_response",
            "Bodies of answers, before compression",
            Unit::Bytes,
            sent.clone(),
        );
        registry.register("http_requests_running", "Requests without an answer", running.clone());
        registry.register(
            "search_queue",
            "Requests that wait for a search thread",
            waiting.clone(),
        );
        registry.register("panics", "Requests that met a bug", panics.clone());
        let version: Gauge = Gauge::default();
        version.set(1);
        registry.register("up", "1 while the server runs", version);
        Metrics { registry, answers, times, sent, running, waiting, panics }
    }

    pub(super) fn arrived(&self) {
        self.running.inc();
    }

    pub(super) fn answered(
        &self,
        endpoint: &'static str,
        status: u16,
        bytes: usize,
        time: Duration,
    ) {
        self.running.dec();
        self.answers.get_or_create(&Answered { endpoint, status }).inc();
        self.times.get_or_create(&Asked { endpoint }).observe(time.as_secs_f64());
        self.sent.inc_by(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    pub(super) fn panicked(&self) {
        self.panics.inc();
    }

    /// All figures as text; `waiting` is the length of the queue right now.
    pub(super) fn text(&self, waiting: usize) -> String {
        self.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        let mut text = String::with_capacity(4096);
        // Writing to a `String` cannot fail.
        let _written = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_for_prometheus() {
        let metrics = Metrics::new();
        metrics.arrived();
        metrics.arrived();
        metrics.answered("search", 200, 100, Duration::from_millis(3));
        metrics.panicked();
        let text = metrics.text(7);
        for line in [
            "kirjo_http_requests_total{endpoint=\"search\",status=\"200\"} 1\n",
            "kirjo_http_request_duration_seconds_bucket{le=\"0.002\",endpoint=\"search\"} 0\n",
            "kirjo_http_request_duration_seconds_bucket{le=\"0.005\",endpoint=\"search\"} 1\n",
            "kirjo_http_response_bytes_total 100\n",
            "kirjo_http_requests_running 1\n",
            "kirjo_search_queue 7\n",
            "kirjo_panics_total 1\n",
        ] {
            assert!(text.contains(line), "{line}{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }
}
