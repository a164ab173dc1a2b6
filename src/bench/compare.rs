//! Two runs side by side: of two servers, or of one before and after a change.

use super::page::{document, escaped, milliseconds, plot};
use super::{ALL, Run};
use std::fmt::Write as _;

/// A row: kind, percentile, both latencies, second by first.
type Row<'r> = (&'r str, &'static str, u64, u64, f64);

fn rows<'r>(first: &'r Run, second: &Run) -> Vec<Row<'r>> {
    let mut rows = Vec::new();
    for (kind, a) in &first.kinds {
        let Some(b) = second.kinds.get(kind) else { continue };
        for (name, a, b) in [("p50", a.p50, b.p50), ("p95", a.p95, b.p95), ("p99", a.p99, b.p99)] {
            #[expect(clippy::cast_precision_loss, reason = "latencies are far below 2^52")]
            let ratio = b as f64 / a.max(1) as f64;
            rows.push((kind.as_str(), name, a, b, ratio));
        }
    }
    rows
}

/// A table of text: milliseconds of both, and second by first (below 1: the second is faster).
pub fn comparison(first: &Run, second: &Run) -> String {
    let mut text = format!(
        "A {}: {:.1} answers/s\nB {}: {:.1} answers/s\n\n{:<16}{:<6}{:>12}{:>12}{:>9}\n",
        first.url,
        first.throughput(),
        second.url,
        second.throughput(),
        "kind",
        "",
        "A ms",
        "B ms",
        "B / A"
    );
    for (kind, name, a, b, ratio) in rows(first, second) {
        let (a, b) = (milliseconds(a), milliseconds(b));
        let _ = writeln!(text, "{kind:<16}{name:<6}{a:>12}{b:>12}{ratio:>9.2}");
    }
    text
}

/// The same as one page of HTML.
pub fn comparison_page(first: &Run, second: &Run) -> String {
    let mut body = format!(
        "<p>A: {}, {:.1} answers a second. B: {}, {:.1} answers a second.</p>\n<table>\n\
         <caption>Latency in milliseconds, and B by A (below 1: B is faster)</caption>\n\
         <thead><tr><th scope=\"col\">kind</th><th scope=\"col\">percentile</th>\
         <th scope=\"col\">A</th><th scope=\"col\">B</th><th scope=\"col\">B / A</th></tr></thead>\n\
         <tbody>\n",
        escaped(&first.url),
        first.throughput(),
        escaped(&second.url),
        second.throughput()
    );
    for (kind, name, a, b, ratio) in rows(first, second) {
        let _ = writeln!(
            body,
            "<tr><th scope=\"row\">{}</th><td>{name}</td><td>{}</td><td>{}</td><td>{ratio:.2}</td></tr>",
            escaped(kind),
            milliseconds(a),
            milliseconds(b)
        );
    }
    body.push_str("</tbody>\n</table>\n");
    if let (Some(a), Some(b)) = (first.kinds.get(ALL), second.kinds.get(ALL)) {
        body.push_str(&plot(&[("A, all", a), ("B, all", b)]));
    }
    document("Two runs compared", &body)
}
