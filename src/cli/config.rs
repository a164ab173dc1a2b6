//! `kirjo config`: check, import.

use super::Places;
use super::workplace::Settings;
use crate::api::Finna;
use crate::config::import_peer_settings;
use crate::query::SearchTypes;
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Read all of index-config/ and report what is wrong, with file and line
    Check(CheckArgs),
    /// Turn a RecordManager datasources.ini and its .map files into index-config/sources/*.toml
    Import(ImportArgs),
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Folder of the configuration [default: ./index-config, else the one built in]
    #[arg(long, value_name = "DIR", env = "KIRJO_CONFIG")]
    config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// The datasources.ini
    file: PathBuf,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "index-config")]
    into: PathBuf,
}

pub(super) fn run(command: &ConfigCommand) -> Result<()> {
    match command {
        ConfigCommand::Check(arguments) => {
            let places = Places { data: PathBuf::new(), config: arguments.config.clone() };
            let settings = Settings::load(&places)?;
            SearchTypes::load(&settings.folder, &settings.schema)?;
            Finna::check(&settings.folder)?;
            eprintln!(
                "{}: {} fields, {} sources: no errors",
                settings.folder.display_name(""),
                settings.schema.fields().count(),
                settings.sources.iter().count()
            );
        }
        ConfigCommand::Import(arguments) => {
            let text = std::fs::read_to_string(&arguments.file)
                .with_context(|| format!("cannot read {}", arguments.file.display()))?;
            let name = arguments.file.display().to_string();
            for (file, content) in import_peer_settings(&name, &text)? {
                let path = arguments.into.join(&file);
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder)
                        .with_context(|| format!("cannot make {}", folder.display()))?;
                }
                std::fs::write(&path, content)
                    .with_context(|| format!("cannot write {}", path.display()))?;
                eprintln!("wrote {}", path.display());
            }
        }
    }
    Ok(())
}
