//! `kirjo generate`: a catalogue of any size, and queries for it.

use super::progress::Shown;
use crate::generate::Corpus;
use crate::ingest::Progress as _;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    /// Number of records
    #[arg(long, value_name = "N")]
    records: u64,
    /// The same seed gives the same bytes
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// File of the records, ISO 2709; .gz and .zst are packed
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Source that the records are to be ingested into: the first part of their ids
    #[arg(long, value_name = "ID", default_value = "generated")]
    source: String,
    /// Spread the organisations over so many sources: a file each, the source's id before its ending
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u16).range(1..=400))]
    sources: u16,
    /// Write the settings of the sources into this folder (index-config/sources)
    #[arg(long, value_name = "DIR")]
    settings: Option<PathBuf>,
    /// Write which record is a copy of which work: lines of id, tab, number of the work
    #[arg(long, value_name = "FILE")]
    groups: Option<PathBuf>,
    /// Number of queries
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    queries: u64,
    /// File of the queries, JSON lines, for `kirjo bench`
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(BufWriter::with_capacity(1 << 20, file))
}

/// A file, packed as its name says.
enum Output {
    Plain(BufWriter<File>),
    Gzip(flate2::write::GzEncoder<BufWriter<File>>),
    Zstd(zstd::Encoder<'static, BufWriter<File>>),
}

impl Output {
    fn create(path: &Path) -> Result<Self> {
        let file = create(path)?;
        Ok(match path.extension().and_then(|ending| ending.to_str()) {
            Some("gz") => {
                Output::Gzip(flate2::write::GzEncoder::new(file, flate2::Compression::fast()))
            }
            Some("zst") => Output::Zstd(zstd::Encoder::new(file, 3)?),
            _ => Output::Plain(file),
        })
    }

    fn finish(self) -> std::io::Result<()> {
        match self {
            Output::Plain(file) => file,
            Output::Gzip(packer) => packer.finish()?,
            Output::Zstd(packer) => packer.finish()?,
        }
        .flush()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Output::Plain(file) => file.write(bytes),
            Output::Gzip(packer) => packer.write(bytes),
            Output::Zstd(packer) => packer.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// `out.mrc.gz` for one source, `out.ID.mrc.gz` for one of several.
fn file_of(out: &Path, source: &str, count: usize) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    match name.split_once('.') {
        _ if count == 1 => out.to_owned(),
        Some((stem, ending)) => out.with_file_name(format!("{stem}.{source}.{ending}")),
        None => out.with_file_name(format!("{name}.{source}")),
    }
}

pub(super) fn run(arguments: &GenerateArgs) -> Result<()> {
    if arguments.records > 900_000_000 {
        bail!("--records is at most 900 000 000: ids have nine digits");
    }
    let corpus = Corpus::new(
        arguments.records,
        arguments.seed,
        &arguments.source,
        usize::from(arguments.sources),
    );
    let sources = corpus.sources();
    let mut files = Vec::new();
    for source in &sources {
        files.push(Output::create(&file_of(&arguments.out, source, sources.len()))?);
    }
    let mut groups: Box<dyn Write> = match &arguments.groups {
        Some(path) => Box::new(create(path)?),
        None => Box::new(std::io::sink()),
    };
    let started = std::time::Instant::now();
    let shown = Shown::new();
    shown.phase("records", Some(arguments.records));
    {
        let mut outputs: Vec<Box<dyn Write + Send + '_>> =
            files.iter_mut().map(|file| Box::new(file) as Box<dyn Write + Send + '_>).collect();
        let mut before = 0;
        let mut progress = |done: u64| {
            shown.advance(done - before);
            before = done;
        };
        corpus
            .write(&mut outputs, &mut groups, &mut progress)
            .context("cannot write the records")?;
    }
    for file in files {
        file.finish().context("cannot write the records")?;
    }
    groups.flush().context("cannot write the groups")?;
    shown.finish();
    if let Some(folder) = &arguments.settings {
        for source in &sources {
            let path = folder.join(format!("{source}.toml"));
            std::fs::write(&path, Corpus::settings(source))
                .with_context(|| format!("cannot write the settings {}", path.display()))?;
        }
    }
    if let Some(path) = &arguments.log {
        let mut log = create(path)?;
        for number in 0..arguments.queries {
            serde_json::to_writer(&mut log, &corpus.query(number))?;
            log.write_all(b"\n").with_context(|| format!("cannot write {}", path.display()))?;
        }
        log.flush().with_context(|| format!("cannot write {}", path.display()))?;
    }
    let seconds = started.elapsed().as_secs_f64();
    eprintln!("{} records in {seconds:.1} s", arguments.records);
    Ok(())
}
