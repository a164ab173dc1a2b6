//! The command line: a file a command. Human text goes to stderr, data to stdout; exit codes are
//! 0 done, 1 failed, 2 usage.

mod bench;
mod config;
mod convert;
mod dedup;
mod explain;
mod export;
mod generate;
mod handover;
mod index;
mod ingest;
mod output;
mod progress;
mod purge;
mod serve;
mod workplace;

use crate::engine::embedded::NOISE;
use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// A Finna-compatible search API server for library, archive and museum records.
#[derive(Debug, Parser)]
#[command(name = "kirjo", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer /v1/search and /v1/record over HTTP
    Serve(serve::ServeArgs),
    /// Read records from files, store and index them
    Ingest(ingest::IngestArgs),
    /// Show what records become, one JSON line each, without storing anything
    Convert(convert::ConvertArgs),
    /// Show how a search is understood: text, fields, tree, cost, request to Solr
    Explain(explain::ExplainArgs),
    /// Compare two stored records: what is compared, and the rule that decides
    Match(dedup::MatchArgs),
    /// Find the groups of records of one work again, or explain one
    Dedup(dedup::DedupArgs),
    /// Write stored records or index documents to stdout
    Export(export::ExportArgs),
    /// Rebuild, check or count the index
    #[command(subcommand)]
    Index(index::IndexCommand),
    /// Remove what was deleted long ago from the store
    Purge(purge::PurgeArgs),
    /// Make records and queries of any number, the same for the same seed
    Generate(generate::GenerateArgs),
    /// Replay queries against a server and tell how long its answers took
    Bench(bench::BenchArgs),
    /// Check the configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
}

/// Where data and configuration are.
#[derive(Debug, Clone, Args)]
struct Places {
    /// Folder of the record store and the index
    #[arg(long, value_name = "DIR", env = "KIRJO_DATA", default_value = "kirjo-data")]
    data: PathBuf,
    /// Folder of the configuration [default: ./index-config, else the one built in]
    #[arg(long, value_name = "DIR", env = "KIRJO_CONFIG")]
    config: Option<PathBuf>,
}

/// Runs a command line and says how it went.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no failures; clap writes them to stdout.
            let code = if error.use_stderr() { 2 } else { 0 };
            let _shown = error.print();
            return ExitCode::from(code);
        }
    };
    start_logging();
    let done = match cli.command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Ingest(arguments) => ingest::run(&arguments),
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Match(arguments) => dedup::run_match(&arguments),
        Command::Dedup(arguments) => dedup::run_dedup(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Index(command) => index::run(&command),
        Command::Purge(arguments) => purge::run(&arguments),
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Config(command) => config::run(&command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("caused by: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Log lines on stderr, as much as `RUST_LOG` says; by default warnings and the access log.
fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(format!("warn,kirjo=info,{NOISE}")));
    // A second start in the same process (tests) keeps the first logger.
    let _started =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
