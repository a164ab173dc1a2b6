//! `kirjo convert`: records in, one JSON line each out, nothing stored.

use super::Places;
use super::ingest::{read_options, source_settings};
use super::workplace::Settings;
use crate::formats::ReadOptions;
use crate::ingest::convert;
use crate::record::RecordFormat;
use anyhow::{Context, Result};
use clap::Args;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct ConvertArgs {
    /// Folder of the configuration [default: ./index-config, else the one built in]
    #[arg(long, value_name = "DIR", env = "KIRJO_CONFIG")]
    config: Option<PathBuf>,
    /// Source whose settings apply
    #[arg(long, value_name = "ID")]
    source: String,
    /// Record format [default: what the source's settings say]
    #[arg(long, value_name = "FORMAT")]
    format: Option<RecordFormat>,
    /// Settings of the source as in the golden data's params.json, instead of its own
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,
    /// Files, folders or `-`
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
}

pub(super) fn run(arguments: &ConvertArgs) -> Result<()> {
    let places = Places { data: PathBuf::new(), config: arguments.config.clone() };
    let settings = Settings::load(&places)?;
    let mut oai_id = None;
    let source = match &arguments.params {
        None => source_settings(&settings.sources, &arguments.source, arguments.format)?,
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("cannot read the parameters {}", file.display()))?;
            let name = file.display().to_string();
            let (id, ingest) = (&arguments.source, &settings.ingest);
            let params =
                crate::config::source_from_params(&name, &text, id, ingest, &settings.folder)?;
            oai_id = params.oai_id;
            params.settings
        }
    };
    let read = ReadOptions { oai_id, ..read_options(&source, arguments.format)? };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut rejected = 0_u64;
    let lines = convert(&arguments.files, &read, &source, &settings.ingest, |converted| {
        (converted.is_rejected(), converted.to_json().to_string())
    });
    for (is_rejected, line) in lines.context("cannot open the input")? {
        rejected += u64::from(is_rejected);
        let written = writeln!(out, "{line}").context("cannot write to stdout");
        if written.is_err() {
            return super::output::until_closed(written);
        }
    }
    super::output::until_closed(out.flush().context("cannot write to stdout"))?;
    if rejected > 0 {
        eprintln!("{rejected} records were rejected: see the lines with \"error\"");
    }
    Ok(())
}
