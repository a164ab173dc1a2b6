//! Files, a source and a store: records end up stored and searchable, and a report says what
//! became of each.
//!
//! Two phases. The first reads and stores (`storing`): a record with a known hash costs one
//! look-up, everything else is written together with a mark that the index has to follow. The
//! second works off the marks (`indexing`): it maps the record, with its hosts and parts at hand,
//! and writes the document to store and index. A crash between or inside the phases leaves marks,
//! and the next run, or the next start of the server, works them off.

mod by_id;
mod caught;
mod check;
mod convert;
mod deleting;
mod explain;
mod full_record;
mod indexing;
mod links;
mod prepare;
mod protocol;
mod regrouping;
mod report;
mod storing;

pub use by_id::{IdChange, change_ids, count_ids};
pub use caught::caught;
pub use check::{CheckReport, check};
pub use convert::{Converted, convert};
pub use explain::{
    Candidate, Comparison, Explanation, LeftOut, compare_records, explain, group_members,
};
pub use full_record::full_record;
pub use indexing::{bring_up_to_date, index_document, rebuild};
pub use prepare::unit_records;
pub use regrouping::{RegroupReport, regroup_source};
pub use report::{IngestReport, Progress, SilentProgress};
pub use storing::{IngestError, IngestOptions, ingest};

use crate::config::{IngestSettings, Schema, Sources};
use crate::engine::Engine;
use crate::mapping::{MapContext, RecordLinks};
use crate::store::Store;
use std::sync::Arc;

/// What the phases work on.
#[derive(Clone)]
pub struct Workplace {
    /// The record store.
    pub store: Arc<Store>,
    /// The index.
    pub engine: Arc<dyn Engine>,
    /// The index fields.
    pub schema: Arc<Schema>,
    /// Settings that all sources share.
    pub ingest: Arc<IngestSettings>,
    /// Settings of the sources.
    pub sources: Arc<Sources>,
}

impl std::fmt::Debug for Workplace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workplace").field("store", &self.store).finish_non_exhaustive()
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX))
}

/// This year, for dates that must not lie in the future.
fn current_year() -> i32 {
    let days = now().div_euclid(86_400);
    i32::try_from(crate::query::civil_from_days(days).0).unwrap_or(i32::MAX)
}

/// The context in which records of a source are mapped.
fn context<'a>(
    ingest: &'a IngestSettings,
    source: &'a crate::config::SourceSettings,
    links: &'a dyn RecordLinks,
) -> MapContext<'a> {
    MapContext { ingest, source, links, current_year: current_year() }
}
