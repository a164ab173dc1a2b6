//! `kirjo match` and `kirjo dedup`: which records are one, and why.

use super::Places;
use super::output::show;
use super::progress::Shown;
use super::workplace::{Settings, open_existing};
use crate::dedup::{Features, Shared, Verdict};
use crate::ingest::{LeftOut, compare_records, explain, group_members, regroup_source};
use anyhow::{Context, Result};
use clap::Args;
use std::fmt::Write;

#[derive(Debug, Args)]
pub(super) struct MatchArgs {
    #[command(flatten)]
    places: Places,
    /// Id of a stored record
    a: String,
    /// Id of another one
    b: String,
}

#[derive(Debug, Args)]
pub(super) struct DedupArgs {
    #[command(flatten)]
    places: Places,
    /// Only the records of this source
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// Look at every record again, not only at those that are compared in another way now
    #[arg(long)]
    all: bool,
    /// Change nothing; say why this record is in its group, or in none
    #[arg(long, value_name = "ID", conflicts_with_all = ["source", "all"])]
    explain: Option<String>,
}

pub(super) fn run_match(arguments: &MatchArgs) -> Result<()> {
    let settings = Settings::load(&arguments.places)?;
    let progress = Shown::new();
    let workplace = open_existing(&arguments.places, &settings, &progress)?;
    progress.finish();
    let found = compare_records(&workplace, &arguments.a, &arguments.b)?;
    let mut out = String::new();
    for (name, a, b) in rows(&found.a).into_iter().zip(rows(&found.b)).map(|(a, b)| (a.0, a.1, b.1))
    {
        let sign = if a == b { '=' } else { '≠' };
        writeln!(out, "{name:<16} {sign} {a}\n{:<18} {b}", "").context("writing")?;
    }
    writeln!(out, "common keys        {}", shared(found.shared)).context("writing")?;
    for (from, to, verdict) in [("first", "second", &found.ab), ("second", "first", &found.ba)] {
        writeln!(out, "{from} against {to}: {}", said(verdict)).context("writing")?;
    }
    show(&out)
}

pub(super) fn run_dedup(arguments: &DedupArgs) -> Result<()> {
    let settings = Settings::load(&arguments.places)?;
    if let Some(source) = &arguments.source {
        super::ingest::source_settings(&settings.sources, source, None)?;
    }
    let progress = Shown::new();
    let workplace = open_existing(&arguments.places, &settings, &progress)?;
    if let Some(id) = &arguments.explain {
        progress.finish();
        if let Some(members) = group_members(&workplace, id)? {
            return show(&if members.is_empty() {
                format!("{id} is a group that is no more\n")
            } else {
                let first = members.first().map_or("", String::as_str);
                format!(
                    "{id} is a group of {}: {}\n`kirjo dedup --explain {first}` says why\n",
                    members.len(),
                    members.join(", ")
                )
            });
        }
        let found = explain(&workplace, id)?;
        let mut out = String::new();
        for (name, value) in rows(&found.features) {
            writeln!(out, "{name:<16} {value}").context("writing")?;
        }
        let place = match (&found.group, found.left_out) {
            (Some((group, members)), _) => format!("group {group}: {}", members.join(", ")),
            (None, Some(LeftOut::Suppressed)) => {
                "not compared: it is suppressed, nobody is to see it".to_owned()
            }
            (None, Some(LeftOut::Source)) => format!(
                "not compared: its source {} takes no part in deduplication (`dedup = true`)",
                found.features.source
            ),
            (None, Some(LeftOut::NotYet)) => format!(
                "not compared: its source {} took no part in deduplication when it was stored; \
                 `kirjo dedup` looks again",
                found.features.source
            ),
            (None, None) if found.features.is_part => {
                "a component part: it follows its host".to_owned()
            }
            (None, None) => "in no group".to_owned(),
        };
        writeln!(out, "{place}").context("writing")?;
        for candidate in &found.candidates {
            let comparison = &candidate.comparison;
            let place = if candidate.is_companion { "same group" } else { "not in its group" };
            writeln!(
                out,
                "{} ({place}), common keys: {}\n  {}\n  the other way: {}",
                candidate.id,
                shared(comparison.shared),
                said(&comparison.ab),
                said(&comparison.ba)
            )
            .context("writing")?;
        }
        return show(&out);
    }
    let source = arguments.source.as_deref();
    let (report, indexed) = regroup_source(&workplace, source, arguments.all, &progress)?;
    progress.finish();
    eprintln!(
        "{} records examined, {} groups changed, {} documents indexed",
        report.examined, report.changed, indexed.indexed
    );
    Ok(())
}

/// What is compared, by name.
fn rows(features: &Features) -> Vec<(&'static str, String)> {
    let list = |values: &[String]| values.join(", ");
    let folded = |text: &crate::dedup::Folded| String::from_utf8_lossy(&text.start).into_owned();
    vec![
        ("id", features.id.clone()),
        ("hidden in host", if features.is_hidden { "yes" } else { "no" }.to_owned()),
        ("access", features.access.clone()),
        ("format", features.format.clone()),
        ("mapped formats", list(&features.mapped_formats)),
        ("ISBNs", list(&features.isbns)),
        ("ids", list(&features.ids)),
        ("ISSNs", list(&features.issns)),
        ("year", features.year.clone()),
        ("pages", if features.pages == 0 { String::new() } else { features.pages.to_string() }),
        ("series ISSN", features.series_issn.clone()),
        ("series number", features.series_numbering.clone()),
        ("title", folded(&features.title)),
        ("numbers in title", list(&features.numbers)),
        ("author", folded(&features.author)),
        ("title key", features.title_key.clone().unwrap_or_default()),
    ]
}

fn shared(shared: Shared) -> String {
    let names = [("ISBN", shared.isbn), ("id", shared.id), ("title and author", shared.title)];
    let names: Vec<&str> = names.iter().filter(|(_, has)| *has).map(|(name, _)| *name).collect();
    if names.is_empty() { "none, so they are never compared".to_owned() } else { names.join(", ") }
}

fn said(verdict: &Verdict) -> String {
    let same = if verdict.rule.is_match() { "the same" } else { "not the same" };
    let mut text = format!("{same}: {} (rule {})", verdict.rule, verdict.rule.name());
    if let Some(per_cent) = verdict.title_distance {
        text.push_str(&format!("; titles differ by {per_cent:.1} %"));
    }
    if let Some(per_cent) = verdict.author_distance {
        text.push_str(&format!("; authors by {per_cent:.1} %"));
    }
    text
}
