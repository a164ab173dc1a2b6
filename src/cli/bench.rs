//! `kirjo bench`: how fast a server answers.

use crate::bench::{Load, Run, comparison, comparison_page, page, replay};
use crate::generate::LoggedQuery;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct BenchArgs {
    /// Address of the API, such as http://127.0.0.1:8080/v1
    #[arg(long, value_name = "URL", required_unless_present = "compare")]
    url: Option<String>,
    /// Queries as `kirjo generate --log` writes them
    #[arg(long, value_name = "FILE", required_unless_present = "compare")]
    log: Option<PathBuf>,
    /// Requests a second, timed from when each is due [default: as fast as the answers come]
    #[arg(long, value_name = "N")]
    rate: Option<f64>,
    /// Connections at most at once
    #[arg(long, value_name = "N", default_value_t = 4,
          value_parser = clap::value_parser!(u16).range(1..=1024))]
    connections: u16,
    /// Requests before the measurement
    #[arg(long, value_name = "N", default_value_t = 500)]
    warm_up: usize,
    /// Requests to measure
    #[arg(long, value_name = "N", default_value_t = 5000)]
    requests: usize,
    /// Only queries of these kinds
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    /// Write the figures here [default: stdout]
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a page with plots here
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Compare two runs (their JSON) instead
    #[arg(long, num_args = 2, value_names = ["A.json", "B.json"],
          conflicts_with_all = ["url", "log", "json"])]
    compare: Option<Vec<PathBuf>>,
}

pub(super) fn run(arguments: &BenchArgs) -> Result<()> {
    if let Some([first, second]) = arguments.compare.as_deref() {
        let (first, second) = (read_run(first)?, read_run(second)?);
        show(&comparison(&first, &second))?;
        return write_page(arguments, &comparison_page(&first, &second));
    }
    let (Some(url), Some(log)) = (&arguments.url, &arguments.log) else {
        bail!("--url and --log are needed");
    };
    let queries = read_log(log, &arguments.kind)?;
    let load = Load {
        rate: arguments.rate,
        connections: usize::from(arguments.connections),
        warm_up: arguments.warm_up,
        requests: arguments.requests,
    };
    let run = replay(url, &queries, &load)
        .with_context(|| format!("cannot replay {} against {url}", log.display()))?;
    let json = serde_json::to_string_pretty(&run)? + "\n";
    match &arguments.json {
        Some(path) => std::fs::write(path, json)
            .with_context(|| format!("cannot write {}", path.display()))?,
        None => show(&json)?,
    }
    write_page(arguments, &page(&run))
}

fn show(text: &str) -> Result<()> {
    use std::io::Write as _;
    std::io::stdout().write_all(text.as_bytes()).context("cannot write to stdout")
}

fn write_page(arguments: &BenchArgs, page: &str) -> Result<()> {
    let Some(path) = &arguments.html else { return Ok(()) };
    std::fs::write(path, page).with_context(|| format!("cannot write {}", path.display()))
}

fn read_run(path: &Path) -> Result<Run> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the run {}", path.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is no run as `kirjo bench --json` writes it", path.display()))
}

fn read_log(path: &Path, kinds: &[String]) -> Result<Vec<LoggedQuery>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the log {}", path.display()))?;
    let mut queries = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let query: LoggedQuery = serde_json::from_str(line).with_context(|| {
            format!("{} line {}: no query with kind and path", path.display(), number + 1)
        })?;
        if kinds.is_empty() || kinds.contains(&query.kind) {
            queries.push(query);
        }
    }
    Ok(queries)
}
