//! A run as one page of HTML that needs nothing else: a table, and a plot of the percentiles.

use super::{ALL, Latencies, Run};
use std::fmt::Write as _;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;\
padding:0 1rem;color:#1a1a1a;background:#fff}table{border-collapse:collapse;width:100%}\
caption{text-align:left;font-weight:bold;padding:.5rem 0}th,td{padding:.25rem .5rem;\
border-bottom:1px solid #bbb;text-align:right}th:first-child{text-align:left}\
svg{width:100%;height:auto}@media print{body{margin:0;font-size:11px}svg,table{break-inside:avoid}}";
/// Colours that stay apart for people who see few of them; lines differ by dashes too.
const COLOURS: [&str; 7] =
    ["#0072b2", "#d55e00", "#007a5a", "#a0447e", "#5b5b00", "#333333", "#6a3d9a"];
const DASHES: [&str; 3] = ["none", "8 4", "2 3"];

/// Text for HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

pub(super) fn milliseconds(microseconds: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "latencies are far below 2^52")]
    let value = microseconds as f64 / 1000.0;
    format!("{value:.2}")
}

pub(super) fn document(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width\"/>\n<title>{0}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n{body}</main>\n</body>\n\
         </html>\n",
        escaped(title)
    )
}

fn how(run: &Run) -> String {
    let pace = match run.rate {
        Some(rate) => format!("at {rate} requests a second, timed from when each was due"),
        None => "at full speed".to_owned(),
    };
    format!(
        "<p>{}: {pace}, {} connections, {} requests before the measurement, {:.1} s, \
         {:.1} answers a second. Kirjo {}.</p>\n",
        escaped(&run.url),
        run.connections,
        run.warm_up,
        run.seconds,
        run.throughput(),
        escaped(&run.version)
    )
}

/// The page of a run.
pub fn page(run: &Run) -> String {
    let mut body = how(run);
    body.push_str(
        "<table>\n<caption>Latency in milliseconds by kind of query</caption>\n<thead><tr>",
    );
    for head in
        ["kind", "requests", "errors", "bytes", "mean", "p50", "p90", "p95", "p99", "p99.9", "max"]
    {
        let _ = write!(body, "<th scope=\"col\">{head}</th>");
    }
    body.push_str("</tr></thead>\n<tbody>\n");
    for (kind, latencies) in ordered(run) {
        let Latencies { requests, errors, bytes, mean, .. } = latencies;
        let _ = write!(
            body,
            "<tr><th scope=\"row\">{}</th><td>{requests}</td><td>{errors}</td><td>{bytes}</td>\
             <td>{}</td>",
            escaped(kind),
            milliseconds(*mean)
        );
        let l = latencies;
        for value in [l.p50, l.p90, l.p95, l.p99, l.p999, l.max] {
            let _ = write!(body, "<td>{}</td>", milliseconds(value));
        }
        body.push_str("</tr>\n");
    }
    body.push_str("</tbody>\n</table>\n");
    body.push_str(&plot(&ordered(run)));
    document("Latencies of a run", &body)
}

/// Kinds by name, all together first.
fn ordered(run: &Run) -> Vec<(&str, &Latencies)> {
    let mut kinds: Vec<(&str, &Latencies)> =
        run.kinds.iter().map(|(kind, latencies)| (kind.as_str(), latencies)).collect();
    kinds.sort_by_key(|(kind, _)| (*kind != ALL, *kind));
    kinds
}

/// Percentiles to the right, latencies upward on a scale of powers of ten.
pub(super) fn plot(lines: &[(&str, &Latencies)]) -> String {
    const WIDTH: f64 = 640.0;
    const HEIGHT: f64 = 360.0;
    let most = lines.iter().map(|(_, latencies)| latencies.max).max().unwrap_or(1).max(100);
    #[expect(clippy::cast_precision_loss, reason = "latencies are far below 2^52")]
    let level = |microseconds: u64| (microseconds.max(1) as f64).log10();
    let (low, high) = (1.0, level(most).ceil());
    let y = |value: f64| 20.0 + HEIGHT - (value - low).max(0.0) / (high - low) * HEIGHT;
    let count = lines.first().map_or(1, |(_, latencies)| latencies.curve.len());
    #[expect(clippy::cast_precision_loss, reason = "a dozen of percentiles")]
    let x = |at: usize| 70.0 + at as f64 / (count.max(2) - 1) as f64 * WIDTH;
    let mut svg = String::from(
        "<figure>\n<svg viewBox=\"0 0 900 430\" role=\"img\" aria-labelledby=\"plot-title\">\n\
         <title id=\"plot-title\">Latency by percentile, a line a kind of query; the table has the \
         figures</title>\n",
    );
    let mut power = low;
    while power <= high {
        let _ = writeln!(
            svg,
            "<line x1=\"70\" x2=\"710\" y1=\"{0:.1}\" y2=\"{0:.1}\" stroke=\"#ccc\"/>\
             <text x=\"64\" y=\"{0:.1}\" text-anchor=\"end\" font-size=\"12\">{1} ms</text>",
            y(power),
            10_f64.powf(power - 3.0)
        );
        power += 1.0;
    }
    for (at, (percent, _)) in lines.first().map_or(&[][..], |(_, l)| &l.curve).iter().enumerate() {
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"400\" text-anchor=\"middle\" font-size=\"11\">{percent}</text>",
            x(at)
        );
    }
    for (number, (kind, latencies)) in lines.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        let dash = DASHES[number / COLOURS.len() % DASHES.len()];
        let points: Vec<String> = latencies
            .curve
            .iter()
            .enumerate()
            .map(|(at, (_, value))| format!("{:.1},{:.1}", x(at), y(level(*value))))
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "a dozen of kinds")]
        let row = 30.0 + 18.0 * number as f64;
        let _ = writeln!(
            svg,
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" \
             stroke-dasharray=\"{dash}\" points=\"{}\"/>\
             <line x1=\"722\" x2=\"746\" y1=\"{row}\" y2=\"{row}\" stroke=\"{colour}\" \
             stroke-width=\"2\" stroke-dasharray=\"{dash}\"/>\
             <text x=\"752\" y=\"{}\" font-size=\"12\">{}</text>",
            points.join(" "),
            row + 4.0,
            escaped(kind)
        );
    }
    svg.push_str(
        "<text x=\"390\" y=\"422\" text-anchor=\"middle\" font-size=\"12\">percentile</text>\n\
         </svg>\n</figure>\n",
    );
    svg
}
