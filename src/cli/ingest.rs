//! `kirjo ingest`: files into a source.

use super::Places;
use super::progress::Shown;
use super::workplace::{Settings, open};
use crate::config::{ConfigError, SourceSettings, Sources};
use crate::formats::ReadOptions;
use crate::ingest::{IngestOptions, delete_ids, ingest};
use crate::record::RecordFormat;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct IngestArgs {
    #[command(flatten)]
    places: Places,
    /// Source that the records belong to: the name of its file in index-config/sources/
    #[arg(long, value_name = "ID")]
    source: String,
    /// Record format [default: what the source's settings say, else what the content looks like]
    #[arg(long, value_name = "FORMAT")]
    format: Option<RecordFormat>,
    /// Delete the source's records that these files do not have
    #[arg(long, conflicts_with_all = ["delete", "delete_ids"])]
    replace: bool,
    /// Delete the records that these files have
    #[arg(long)]
    delete: bool,
    /// The files are lists of ids, one a line, of records to delete
    #[arg(long, conflicts_with = "delete")]
    delete_ids: bool,
    /// Stop at the first bad record
    #[arg(long)]
    strict: bool,
    /// Read and count, but change nothing
    #[arg(long)]
    dry_run: bool,
    /// Where rejected records go, as JSON lines [default: DATA/rejects/SOURCE.jsonl]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Files, folders or `-`; .gz, .zst, .tar and .zip are unpacked
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
}

/// Settings of a source; a source without a file gets plain ones, if its format is known.
pub(super) fn source_settings(
    sources: &Sources,
    id: &str,
    format: Option<RecordFormat>,
) -> Result<SourceSettings> {
    if let Some(settings) = sources.get(id) {
        let mut settings = settings.clone();
        settings.format = format.unwrap_or(settings.format);
        return Ok(settings);
    }
    let error = ConfigError::new(
        format!("index-config/sources/{id}.toml"),
        0,
        format!(
            "the source `{id}` has no settings; write this file (at least `institution` and `format`)"
        ),
    );
    Err(error.with_suggestion(id, sources.iter().map(|source| source.id.as_str())).into())
}

/// How to read the files of a source.
pub(super) fn read_options(
    source: &SourceSettings,
    format: Option<RecordFormat>,
) -> Result<ReadOptions> {
    let path = source.record_xpath.as_deref().map(str::parse).transpose();
    let record_path = path
        .map_err(|error| anyhow::anyhow!("{error}"))
        .with_context(|| format!("record_xpath of the source {} cannot be used", source.id))?;
    Ok(ReadOptions {
        format: Some(format.unwrap_or(source.format)),
        record_path,
        ..ReadOptions::default()
    })
}

fn must_exist(files: &[PathBuf]) -> Result<()> {
    for file in files {
        if file != Path::new("-") && !file.exists() {
            bail!("there is no file {}", file.display());
        }
    }
    Ok(())
}

pub(super) fn run(arguments: &IngestArgs) -> Result<()> {
    must_exist(&arguments.files)?;
    let settings = Settings::load(&arguments.places)?;
    let source = source_settings(&settings.sources, &arguments.source, arguments.format)?;
    let progress = Shown::new();
    let workplace = open(&arguments.places, &settings, &progress)?;
    let report = if arguments.delete_ids {
        let mut ids = Vec::new();
        for file in &arguments.files {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("cannot read the id list {}", file.display()))?;
            ids.extend(text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned));
        }
        delete_ids(&workplace, &source, &ids, &progress)?
    } else {
        let default = arguments.places.data.join("rejects").join(format!("{}.jsonl", source.id));
        let options = IngestOptions {
            replace: arguments.replace,
            delete: arguments.delete,
            strict: arguments.strict,
            dry_run: arguments.dry_run,
            reject_file: Some(arguments.rejects.clone().unwrap_or(default)),
        };
        let read = read_options(&source, arguments.format)?;
        ingest(&workplace, &source, &arguments.files, &read, &options, &progress)?
    };
    progress.finish();
    eprintln!("{report}");
    if report.read == 0 {
        bail!("the files hold no records of the format {}", source.format);
    }
    Ok(())
}
