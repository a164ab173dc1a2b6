//! `kirjo ingest`: files into a source.

use super::Places;
use super::progress::Shown;
use super::workplace::{Settings, close, open};
use crate::config::{ConfigError, SourceSettings, Sources};
use crate::formats::ReadOptions;
use crate::ingest::{
    IdChange, IngestOptions, IngestReport, Progress, Workplace, change_ids, count_ids, ingest,
};
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
    /// Delete the source's records that these files do not have, if they were read to their end
    #[arg(long, conflicts_with_all = ["delete", "delete_ids", "suppress_ids", "unsuppress_ids"])]
    replace: bool,
    /// With --replace: so many bad records without a readable id may be among the files
    #[arg(long, value_name = "N", default_value_t = 0, requires = "replace")]
    max_errors: u64,
    /// Delete the records that these files have
    #[arg(long)]
    delete: bool,
    /// The files are lists of ids, one a line, of records to delete
    #[arg(long, conflicts_with = "delete")]
    delete_ids: bool,
    /// The files are lists of ids of records that nobody is to see, whatever comes later
    #[arg(long, conflicts_with_all = ["delete", "delete_ids"])]
    suppress_ids: bool,
    /// The files are lists of ids of suppressed records that are to be seen again
    #[arg(long, conflicts_with_all = ["delete", "delete_ids", "suppress_ids"])]
    unsuppress_ids: bool,
    /// Give records that come unchanged the time of this ingest
    #[arg(long, conflicts_with_all = ["delete", "delete_ids", "suppress_ids", "unsuppress_ids"])]
    touch: bool,
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

impl IngestArgs {
    /// The files are lists of ids, for this.
    fn id_change(&self) -> Option<IdChange> {
        let changes = [
            (self.delete_ids, IdChange::Delete),
            (self.suppress_ids, IdChange::Suppress),
            (self.unsuppress_ids, IdChange::Unsuppress),
        ];
        changes.into_iter().find(|(is_asked, _)| *is_asked).map(|(_, change)| change)
    }
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
        format!("sources/{id}.toml"),
        0,
        format!(
            "the source `{id}` has no settings; write this file in the folder of the configuration \
             (at least `institution` and `format`)"
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

/// An ingest, with paths that hold in every folder.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct IngestOrder {
    pub(super) source: String,
    format: Option<String>,
    replace: bool,
    max_errors: u64,
    delete: bool,
    ids: Option<IdChange>,
    touch: bool,
    strict: bool,
    dry_run: bool,
    rejects: Option<PathBuf>,
    /// Folder of the configuration, if one was named.
    pub(super) config: Option<PathBuf>,
    pub(super) files: Vec<PathBuf>,
}

impl IngestOrder {
    fn of(arguments: &IngestArgs) -> Result<Self> {
        let absolute = |path: &PathBuf| {
            if path == Path::new("-") {
                return Ok(path.clone());
            }
            std::path::absolute(path).with_context(|| format!("cannot find {}", path.display()))
        };
        Ok(IngestOrder {
            source: arguments.source.clone(),
            format: arguments.format.map(|format| format.name().to_owned()),
            replace: arguments.replace,
            max_errors: arguments.max_errors,
            delete: arguments.delete,
            ids: arguments.id_change(),
            touch: arguments.touch,
            strict: arguments.strict,
            dry_run: arguments.dry_run,
            rejects: arguments.rejects.as_ref().map(absolute).transpose()?,
            config: arguments.places.config.as_ref().map(absolute).transpose()?,
            files: arguments.files.iter().map(absolute).collect::<Result<_>>()?,
        })
    }

    /// Carries the order out.
    pub(super) fn run(
        &self,
        workplace: &Workplace,
        settings: &Settings,
        data: &Path,
        progress: &dyn Progress,
    ) -> Result<IngestReport> {
        let format = self.format.as_deref().map(str::parse).transpose();
        let format = format.map_err(|error: String| anyhow::anyhow!(error))?;
        let source = source_settings(&settings.sources, &self.source, format)?;
        if let Some(change) = self.ids {
            let mut ids = Vec::new();
            for file in &self.files {
                let text = if file == Path::new("-") {
                    std::io::read_to_string(std::io::stdin().lock())
                } else {
                    std::fs::read_to_string(file)
                };
                let text =
                    text.with_context(|| format!("cannot read the id list {}", file.display()))?;
                // Editors begin a file with a mark of its encoding.
                let lines = text
                    .trim_start_matches('\u{FEFF}')
                    .lines()
                    .map(str::trim)
                    .filter(|line| !line.is_empty());
                ids.extend(lines.map(str::to_owned));
            }
            let mut seen = std::collections::HashSet::new();
            ids.retain(|id| seen.insert(id.clone()));
            if ids.is_empty() {
                bail!("the lists hold no ids");
            }
            if self.dry_run {
                return Ok(count_ids(workplace, &source, &ids, change)?);
            }
            return Ok(change_ids(workplace, &source, &ids, change, progress)?);
        }
        let default = data.join("rejects").join(format!("{}.jsonl", source.id));
        let options = IngestOptions {
            replace: self.replace,
            max_errors: self.max_errors,
            delete: self.delete,
            touch: self.touch,
            strict: self.strict,
            dry_run: self.dry_run,
            reject_file: Some(self.rejects.clone().unwrap_or(default)),
        };
        let read = read_options(&source, format)?;
        Ok(ingest(workplace, &source, &self.files, &read, &options, progress)?)
    }
}

/// Standard input or another pipe as a file: the server cannot read ours.
fn spool(pipe: &Path) -> Result<tempfile::NamedTempFile> {
    let mut file = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
    let copied = if pipe == Path::new("-") {
        std::io::copy(&mut std::io::stdin().lock(), &mut file)
    } else {
        std::fs::File::open(pipe).and_then(|mut pipe| std::io::copy(&mut pipe, &mut file))
    };
    copied.with_context(|| format!("cannot keep {} in a temporary file", pipe.display()))?;
    Ok(file)
}

/// Only this process can read it, or calls it so.
fn is_pipe(path: &Path) -> bool {
    path == Path::new("-")
        || path.starts_with("/dev")
        || path.starts_with("/proc")
        || path.metadata().is_ok_and(|kind| !kind.is_file() && !kind.is_dir())
}

pub(super) fn run(arguments: &IngestArgs) -> Result<()> {
    must_exist(&arguments.files)?;
    let settings = Settings::load(&arguments.places)?;
    source_settings(&settings.sources, &arguments.source, arguments.format)?;
    let data = &arguments.places.data;
    let mut order = IngestOrder::of(arguments)?;
    let progress = Shown::new();
    let mut spooled = Vec::new();
    if super::handover::is_served(data) {
        for file in order.files.iter_mut().filter(|file| is_pipe(file)) {
            let input = spool(file)?;
            input.path().clone_into(file);
            spooled.push(input);
        }
    }
    let handed_over = super::handover::hand_over(data, &order, &progress)?;
    let (report, failure) = if let Some(done) = handed_over {
        done
    } else {
        let workplace = open(&arguments.places, &settings, &progress)?;
        let report = order.run(&workplace, &settings, data, &progress)?;
        close(workplace, report.stored(), &progress)?;
        (report.to_string(), report.failure(&order.source))
    };
    drop(spooled);
    progress.finish();
    eprintln!("{report}");
    match failure {
        Some(reason) => bail!("{reason}"),
        None => Ok(()),
    }
}
