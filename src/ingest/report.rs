//! What became of the records, and how far the work is.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Counts of one ingest: `read = added + updated + unchanged + deleted + rejected`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct IngestReport {
    /// Records found in the input, finding aids counted by their components.
    pub read: u64,
    /// New to the store.
    pub added: u64,
    /// Known, with other content.
    pub updated: u64,
    /// Known with the same content, or to be deleted or changed and not here: nothing was to be done.
    pub unchanged: u64,
    /// Marked as deleted in the input, and now deleted here.
    pub deleted: u64,
    /// Of the unchanged: to be deleted, suppressed or shown again, and not here.
    pub missing: u64,
    /// Not usable.
    pub rejected: u64,
    /// Deleted because the whole source or finding aid was replaced and no longer has them; not
    /// part of `read`.
    pub removed: u64,
    /// Why the input is not known to be whole: what could be read of it was taken.
    pub cut_short: Option<String>,
    /// Why a source that was to be replaced kept the records that the input does not have.
    pub not_replaced: Option<String>,
    /// Dedup groups that came, went or have other members.
    pub regrouped: u64,
    /// Documents written to the index, those of hosts and parts of changed records included.
    pub indexed: u64,
    /// Warnings by text.
    pub warnings: BTreeMap<String, u64>,
    /// Index fields of records that `schema.toml` does not have, with the number of records.
    pub unknown_fields: BTreeMap<String, u64>,
    /// Where the rejected records are, if there are any.
    pub reject_file: Option<PathBuf>,
    /// Reasons of the first rejected records.
    pub reject_reasons: Vec<String>,
    /// Time from the first byte to the last commit.
    #[serde(skip)]
    pub took: Duration,
}

impl IngestReport {
    /// Records that are stored and were not before, or not so.
    pub fn stored(&self) -> u64 {
        self.added + self.updated
    }

    /// True if every record that was read is accounted for.
    pub fn adds_up(&self) -> bool {
        let all = self.stored() + self.unchanged + self.deleted + self.rejected;
        self.read == all
    }

    /// Why the run did not do what was asked for, if it did not.
    pub fn failure(&self, source: &str) -> Option<String> {
        if let Some(reason) = &self.not_replaced {
            return Some(format!("the source {source} was not replaced, because {reason}"));
        }
        if let Some(reason) = &self.cut_short {
            return Some(format!(
                "the input is not whole ({reason}); what could be read was taken"
            ));
        }
        match self.read {
            0 => Some(format!("the files hold no records of the source {source}")),
            read if read == self.rejected => Some(format!("none of the {read} records is usable")),
            _ => None,
        }
    }

    /// Adds the counts of another run.
    pub fn add(&mut self, other: IngestReport) {
        self.read += other.read;
        self.added += other.added;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.deleted += other.deleted;
        self.missing += other.missing;
        self.rejected += other.rejected;
        self.removed += other.removed;
        self.cut_short = self.cut_short.take().or(other.cut_short);
        self.not_replaced = self.not_replaced.take().or(other.not_replaced);
        self.regrouped += other.regrouped;
        self.indexed += other.indexed;
        for (text, count) in other.warnings {
            *self.warnings.entry(text).or_default() += count;
        }
        for (text, count) in other.unknown_fields {
            *self.unknown_fields.entry(text).or_default() += count;
        }
        self.reject_file = self.reject_file.take().or(other.reject_file);
        self.reject_reasons.extend(other.reject_reasons);
        self.took += other.took;
    }
}

/// Kinds of warnings shown in a report.
const SHOWN_WARNINGS: usize = 5;

impl fmt::Display for IngestReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "read {} records: {} stored ({} new, {} changed), {} unchanged",
            self.read,
            self.stored(),
            self.added,
            self.updated,
            self.unchanged,
        )?;
        if self.missing > 0 {
            write!(f, " ({} not here)", self.missing)?;
        }
        write!(f, ", {} deleted, {} rejected", self.deleted, self.rejected)?;
        if self.removed > 0 {
            write!(
                f,
                "; {} more removed: components of what was deleted, or no longer in the input",
                self.removed
            )?;
        }
        if self.regrouped > 0 {
            write!(f, "; {} dedup groups changed", self.regrouped)?;
        }
        let seconds = self.took.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = if seconds > 0.0 { self.read as f64 / seconds } else { 0.0 };
        write!(f, "\nindexed {} documents in {seconds:.1} s ({rate:.0} records/s)", self.indexed)?;
        if let Some(file) = &self.reject_file {
            write!(f, "\nrejected records are in {}", file.display())?;
        }
        for reason in self.reject_reasons.iter().take(3) {
            write!(f, "\n  {reason}")?;
        }
        let mut warnings: Vec<_> = self.warnings.iter().collect();
        warnings.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        if !warnings.is_empty() {
            let all: u64 = self.warnings.values().sum();
            write!(f, "\n{all} warnings of {} kinds:", warnings.len())?;
        }
        for (text, count) in warnings.iter().take(SHOWN_WARNINGS) {
            write!(f, "\n  {count} × {text}")?;
        }
        for (field, count) in &self.unknown_fields {
            write!(
                f,
                "\nfield `{field}` of {count} records is not in schema.toml: kept, but not \
                 searchable until it is added there and the index is rebuilt"
            )?;
        }
        Ok(())
    }
}

/// Is told how far the work is. Calls come from one thread.
pub trait Progress {
    /// A phase begins; `total` units, if that is known.
    fn phase(&self, name: &str, total: Option<u64>);

    /// Work is done, in the units of the phase.
    fn advance(&self, by: u64);

    /// This many records of the run are durable: no crash loses them any more.
    fn acknowledge(&self, records: u64);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy)]
pub struct SilentProgress;

impl Progress for SilentProgress {
    fn phase(&self, _name: &str, _total: Option<u64>) {}
    fn advance(&self, _by: u64) {}
    fn acknowledge(&self, _records: u64) {}
}
