//! Addresses for those who run the server: `/healthz`, `/readyz`, `/metrics`.

use super::Answer;

/// What such an address tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    /// The process lives.
    Health,
    /// Requests are taken.
    Ready,
    /// Figures for Prometheus.
    Metrics,
}

/// Such an address.
pub(super) struct OperationRoute {
    pub(super) path: &'static str,
    pub(super) name: &'static str,
    pub(super) operation: Operation,
    /// Media type of the answer.
    pub(super) kind: &'static str,
    pub(super) summary: &'static str,
    /// What 503 means, where it can come.
    pub(super) unavailable: Option<&'static str>,
}

const TEXT: &str = "text/plain; charset=utf-8";
/// Media type of the format that Prometheus reads.
pub(super) const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) static ROUTES: [OperationRoute; 3] = [
    OperationRoute {
        path: "/healthz",
        name: "Health",
        operation: Operation::Health,
        kind: TEXT,
        summary: "The process lives",
        unavailable: None,
    },
    OperationRoute {
        path: "/readyz",
        name: "Ready",
        operation: Operation::Ready,
        kind: TEXT,
        summary: "The index is open and requests are taken",
        unavailable: Some("The server is stopping"),
    },
    OperationRoute {
        path: "/metrics",
        name: "Metrics",
        operation: Operation::Metrics,
        kind: METRICS_TYPE,
        summary: "Figures for Prometheus, in the OpenMetrics format",
        unavailable: None,
    },
];

impl Operation {
    /// The operation at a path.
    pub(super) fn at(path: &str) -> Option<Self> {
        ROUTES.iter().find(|route| route.path == path).map(|route| route.operation)
    }
}

/// A line of text.
pub(super) fn line(status: u16, text: &str) -> Answer {
    text_of_type(status, TEXT, format!("{text}\n"))
}

/// A text of a type; nobody shall keep it.
pub(super) fn text_of_type(status: u16, kind: &str, text: String) -> Answer {
    let headers = vec![
        ("Content-Type", kind.to_owned()),
        ("Cache-Control", "no-store".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
    ];
    Answer { status, headers, body: text.into_bytes() }
}
