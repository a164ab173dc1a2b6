//! Catalogues of any size that follow measured distributions, and queries that hit them.
//!
//! Every record is a function of the seed, the size of the corpus and its place: the same bytes come
//! out whatever the number of threads. Measured and chosen figures are tables in
//! `src/generate/tables/`, each with its source.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "draws are far below the limits of the types they are cut to"
)]

mod extent;
mod iso2709;
mod names;
mod queries;
mod random;
mod record;
mod scripts;
mod tables;
mod words;
mod work;
mod works;

pub use queries::LoggedQuery;

use names::Names;
use rayon::prelude::*;
use record::Desk;
use scripts::Scripts;
use std::io::{self, Write};
use tables::{Quantiles, Ranks, Tables};
use words::Words;
use works::{Slot, Works};

/// Records made by one thread at a time.
const PIECE: u64 = 2048;
/// Copies a work: the exponent of a national union catalogue (54 % of the records in groups).
const COPIES: f64 = 2.6;

#[derive(Debug)]
struct Counts {
    bytes: Quantiles,
    title_words: Quantiles,
    subjects: Quantiles,
    genres: Quantiles,
    more_names: Quantiles,
    isbns: Quantiles,
    issns: Quantiles,
    series: Quantiles,
    urls: Quantiles,
    links: Quantiles,
    pairs: Quantiles,
    notes: Quantiles,
    locations: Quantiles,
}

#[derive(Debug)]
struct Headings {
    persons: Ranks,
    corporations: Ranks,
    subjects: Ranks,
    subdivisions: Ranks,
    places: Ranks,
    publishers: Ranks,
    towns: Ranks,
    series: Ranks,
    topics: Ranks,
    topic_words: Ranks,
}

/// A catalogue of which every record can be made on its own.
#[derive(Debug)]
pub struct Corpus {
    seed: u64,
    records: u64,
    source: String,
    sources: usize,
    works: Works,
    tables: Tables,
    counts: Counts,
    ranks: Headings,
    words: Words,
    names: Names,
    scripts: Scripts,
    notes: Vec<&'static str>,
    organisations: Vec<f64>,
}

impl Corpus {
    /// A corpus of `records` records in one source or, if `sources` is more than one, in sources
    /// named `source1`, `source2` and so on.
    pub fn new(records: u64, seed: u64, source: &str, sources: usize) -> Self {
        let tables = Tables::built_in();
        let (q, r) = (|name: &str| tables.quantiles(name), |name: &str| tables.ranks(name));
        Corpus {
            seed,
            records,
            source: source.to_owned(),
            sources: sources.max(1),
            works: Works::new(records, COPIES, seed),
            counts: Counts {
                bytes: q("bytes"),
                title_words: q("title_words"),
                subjects: q("subjects"),
                genres: q("genres"),
                more_names: q("more_names"),
                isbns: q("isbns"),
                issns: q("issns"),
                series: q("series"),
                urls: q("urls"),
                links: q("links"),
                pairs: q("pairs"),
                notes: q("notes"),
                locations: q("locations"),
            },
            ranks: Headings {
                persons: r("persons"),
                corporations: r("corporations"),
                subjects: r("subjects"),
                subdivisions: r("subdivisions"),
                places: r("places"),
                publishers: r("publishers"),
                towns: r("towns"),
                series: r("series"),
                topics: r("topics"),
                topic_words: r("topic_words"),
            },
            words: Words::built_in(),
            names: Names::built_in(),
            scripts: Scripts::built_in(),
            notes: include_str!("generate/tables/notes.txt").lines().collect(),
            organisations: work::organisations(),
            tables,
        }
    }

    /// Ids of the sources, in order.
    pub fn sources(&self) -> Vec<String> {
        (0..self.sources).map(|source| self.source_id(source)).collect()
    }

    fn source_id(&self, source: usize) -> String {
        if self.sources == 1 {
            self.source.clone()
        } else {
            format!("{}{}", self.source, source + 1)
        }
    }

    /// The institution in the settings of a source: its id.
    fn institution(&self, source: usize) -> String {
        self.source_id(source)
    }

    /// Settings with which a source is to be ingested, as its file in `index-config/sources/`.
    pub fn settings(source: &str) -> String {
        format!(
            "# Generated records (kirjo generate)\ninstitution = \"{source}\"\nformat = \"marc\"\n\
             dedup = true\ncomponent_parts = \"merge_non_articles\"\n\n[driver_params]\n\
             subLocationInBuilding = \"c\"\n\n[extra_fields]\nsector_str_mv = \"lib/pub\"\n"
        )
    }

    fn source_of(&self, slot: Slot) -> usize {
        self.organisation(slot) % self.sources
    }

    /// The id that ingest gives the record.
    fn id(&self, slot: Slot) -> String {
        format!("{}.{:09}", self.source_id(self.source_of(slot)), slot.record)
    }

    /// Writes every record to the output of its source, in the order of the corpus, and a line
    /// `id TAB work` to `groups` for each: records of one work are copies of each other.
    pub fn write(
        &self,
        outputs: &mut [Box<dyn Write + Send + '_>],
        groups: &mut dyn Write,
        progress: &mut dyn FnMut(u64),
    ) -> io::Result<()> {
        let pieces: Vec<u64> = (0..self.records.div_ceil(PIECE)).collect();
        for window in pieces.chunks(rayon::current_num_threads().max(1) * 2) {
            let made: Vec<(Vec<Vec<u8>>, String)> =
                window.par_iter().map(|piece| self.piece(*piece)).collect();
            for (parts, truth) in made {
                for (part, out) in parts.iter().zip(outputs.iter_mut()) {
                    out.write_all(part)?;
                }
                groups.write_all(truth.as_bytes())?;
            }
            let done = window.last().map_or(0, |piece| (piece + 1) * PIECE);
            progress(done.min(self.records));
        }
        Ok(())
    }

    fn piece(&self, piece: u64) -> (Vec<Vec<u8>>, String) {
        let mut parts = vec![Vec::new(); self.sources];
        let (mut truth, mut desk) = (String::new(), Desk::default());
        for place in piece * PIECE..((piece + 1) * PIECE).min(self.records) {
            let slot = self.works.at(place);
            if let Some(part) = parts.get_mut(self.source_of(slot)) {
                self.write_record(slot, &mut desk, part);
            }
            truth.push_str(&format!("{}\t{}\n", self.id(slot), slot.work));
        }
        (parts, truth)
    }
}

#[cfg(test)]
mod tests;
