//! `kirjo config`: check, import.

use super::Places;
use super::workplace::Settings;
use crate::api::Finna;
use crate::config::{import_peer_mapping, import_peer_settings};
use crate::query::SearchRules;
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::sync::Arc;

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
    /// The datasources.ini and the mapping files (.map, .map.sample) that it names
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "index-config")]
    into: PathBuf,
}

pub(super) fn run(command: &ConfigCommand) -> Result<()> {
    match command {
        ConfigCommand::Check(arguments) => {
            let places = Places { data: PathBuf::new(), config: arguments.config.clone() };
            let settings = Settings::load(&places)?;
            SearchRules::load(&settings.folder, Arc::clone(&settings.schema))?;
            Finna::check(&settings.folder)?;
            eprintln!(
                "{}: {} fields, {} sources: no errors",
                settings.folder.display_name(""),
                settings.schema.fields().count(),
                settings.sources.iter().count()
            );
        }
        ConfigCommand::Import(arguments) => {
            // All are read before anything is written: one bad file leaves no half import.
            let mut written = Vec::new();
            for file in &arguments.files {
                let text = std::fs::read_to_string(file)
                    .with_context(|| format!("cannot read {}", file.display()))?;
                let name = file.display().to_string();
                if name.contains(".map") {
                    written.push(import_peer_mapping(&name, &text)?);
                } else {
                    written.extend(import_peer_settings(&name, &text)?);
                }
            }
            for (file, content) in written {
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
