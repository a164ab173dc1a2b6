//! `kirjo export`: what the store holds, on stdout. What is damaged is told and left out.

use super::Places;
use super::progress::Shown;
use super::workplace::{Settings, known_source, let_go, open_damaged};
use crate::config::Sources;
use crate::formats::StoredForm;
use crate::ingest::{Workplace, caught, full_record, index_document};
use crate::query::SearchRules;
use crate::record::{Form, IndexRecord};
use crate::search::{SearchRequest, SortOrder, StoreSearch, UserQuery};
use crate::store::{Snapshot, StoredRecord};
use crate::text::format_timestamp;
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::time::Duration;

/// What of a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// The bytes as they came; XML records inside one <records> element, which `kirjo ingest` reads
    Raw,
    /// JSON lines: id, source, format, times, and the record as a text
    Records,
    /// JSON lines: the documents of the index, those of groups after all others
    Documents,
    /// Ids that operators suppressed, a line each, as `kirjo ingest --suppress-ids` reads them
    SuppressedIds,
}

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum WrittenAs {
    /// ISO 2709
    Iso2709,
    /// MARCXML and all other XML
    Xml,
    /// MARC-in-JSON
    Json,
    /// Aleph sequential
    Aleph,
    /// MARC as lines on a screen
    Lines,
    /// MARCMaker
    Mnemonic,
}

impl WrittenAs {
    fn of(form: Form) -> Self {
        match form {
            Form::Iso2709 => WrittenAs::Iso2709,
            Form::MarcXml | Form::Xml => WrittenAs::Xml,
            Form::MarcJson => WrittenAs::Json,
            Form::AlephSequential => WrittenAs::Aleph,
            Form::TaggedLines => WrittenAs::Lines,
            Form::Mnemonic => WrittenAs::Mnemonic,
        }
    }

    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    places: Places,
    /// What to write of each record
    #[arg(long = "as", value_enum, value_name = "WHAT", default_value_t = What::Records)]
    what: What,
    /// Only records of this source
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// Only records that came in this form: a file of raw records holds one
    #[arg(long, value_enum, value_name = "FORM")]
    form: Option<WrittenAs>,
    /// Only records that a search for these words finds, whatever searches hide (records that are
    /// not indexed, such as parts merged into their hosts, are never found)
    #[arg(long, value_name = "WORDS")]
    query: Option<String>,
    /// Only records changed at this time or later, as 2026-01-31 or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Ids and times of deleted records instead of records
    #[arg(long, conflicts_with = "query")]
    deleted: bool,
}

pub(super) fn run(arguments: &ExportArgs) -> Result<()> {
    let settings = Settings::load(&arguments.places)?;
    let progress = Shown::new();
    let (workplace, why) = open_damaged(&arguments.places, &settings, &progress)?;
    progress.finish();
    if let Some(why) = &why {
        eprintln!("{why}");
    }
    let written = written(arguments, &settings, &workplace);
    let_go(workplace);
    written
}

fn written(arguments: &ExportArgs, settings: &Settings, workplace: &Workplace) -> Result<()> {
    let ExportArgs { deleted, query, since, .. } = arguments;
    if arguments.what == What::SuppressedIds && (*deleted || query.is_some() || since.is_some()) {
        bail!(
            "--as suppressed-ids writes all ids of a source; leave out --query, --since, --deleted"
        );
    }
    let since = arguments.since.as_deref().map(seconds).transpose()?;
    if let Some(source) = &arguments.source {
        known_source(workplace, source)?;
    }
    let snapshot = workplace.store.snapshot()?;
    let ordinals = match &arguments.query {
        Some(words) => found(workplace, settings, words)?,
        None => (0..snapshot.next_ordinal()?).collect(),
    };
    let (sources, stdout) = (&workplace.sources, std::io::stdout().lock());
    let mut export = Export {
        arguments,
        since,
        workplace,
        snapshot: &snapshot,
        out: Output { what: arguments.what, sources, out: BufWriter::new(stdout), form: None },
        groups: BTreeSet::new(),
        damaged: 0,
        withheld: 0,
    };
    let written = export.write(&ordinals);
    let (damaged, withheld) = (export.damaged, export.withheld);
    super::output::until_closed(written)?;
    if withheld > 0 {
        eprintln!(
            "{withheld} of these records are suppressed by their ids: before another kirjo reads \
             them, give it for each source what `kirjo export --as suppressed-ids --source ID` \
             writes, with `kirjo ingest --source ID --suppress-ids`"
        );
    }
    if damaged > 0 {
        bail!("{damaged} records are damaged and were left out; all others were written");
    }
    Ok(())
}

/// An export under way.
struct Export<'a, W: Write> {
    arguments: &'a ExportArgs,
    since: Option<i64>,
    workplace: &'a Workplace,
    snapshot: &'a Snapshot,
    out: Output<'a, W>,
    /// Groups of what was written.
    groups: BTreeSet<u64>,
    damaged: u64,
    /// Records written that an operator wants suppressed.
    withheld: u64,
}

impl<W: Write> Export<'_, W> {
    fn write(&mut self, ordinals: &[u64]) -> Result<()> {
        for ordinal in ordinals {
            self.write_one(*ordinal)?;
        }
        for group in std::mem::take(&mut self.groups) {
            self.document(group)?;
        }
        self.out.finish()
    }

    /// Reads something of the store that may be damaged.
    fn read<T>(
        &mut self,
        ordinal: u64,
        read: impl FnOnce() -> Result<T, crate::ingest::IngestError>,
    ) -> Option<T> {
        let why = match caught(read) {
            Ok(Ok(found)) => return Some(found),
            Ok(Err(error)) => error.to_string(),
            Err(panic) => panic,
        };
        self.damaged += 1;
        eprintln!("record {ordinal} cannot be read and is left out: {why}");
        None
    }

    fn write_one(&mut self, ordinal: u64) -> Result<()> {
        let (arguments, snapshot) = (self.arguments, self.snapshot);
        let record = self.read(ordinal, || Ok(snapshot.record(ordinal)?)).flatten();
        let Some(record) = record else { return Ok(()) };
        let is_asked = if arguments.what == What::SuppressedIds {
            record.withheld
        } else {
            // What was suppressed in advance never came, so nobody has to hear that it went.
            record.deleted == arguments.deleted && !(record.deleted && record.created == 0)
        };
        let is_wanted = is_asked
            && arguments.form.is_none_or(|form| WrittenAs::of(record.form) == form)
            && arguments.source.as_ref().is_none_or(|source| record.source == *source)
            && self.since.is_none_or(|since| record.changed >= since);
        if !is_wanted {
            return Ok(());
        }
        if arguments.what == What::SuppressedIds {
            self.out.id(&record.id)
        } else if arguments.deleted {
            self.out.line(&json!({
                "id": record.id, "source": record.source,
                "deleted": format_timestamp(record.changed),
            }))
        } else if arguments.what == What::Documents {
            let group = self.read(ordinal, || Ok(snapshot.group_of(ordinal)?));
            self.groups.extend(group.flatten());
            self.document(ordinal)
        } else {
            self.withheld += u64::from(record.withheld);
            self.out.record(&record)
        }
    }

    fn document(&mut self, ordinal: u64) -> Result<()> {
        let (workplace, snapshot) = (self.workplace, self.snapshot);
        let document = self.read(ordinal, || index_document(workplace, snapshot, ordinal));
        document.flatten().map_or(Ok(()), |document| self.out.line(&json_of(&document)))
    }
}

/// Ordinals of the records that a search finds, members of groups one by one.
fn found(workplace: &Workplace, settings: &Settings, words: &str) -> Result<Vec<u64>> {
    let mut rules = SearchRules::load(&settings.folder, Arc::clone(&settings.schema))?;
    // An export is of what is there, not of what readers are shown.
    rules.settings.hide_component_parts = false;
    rules.settings.hidden_filters.clear();
    rules.settings.raw_hidden_filters.clear();
    rules.settings.sources.clear();
    let search = StoreSearch::new(
        Arc::clone(&workplace.store),
        Arc::clone(&workplace.engine),
        rules,
        full_record(workplace),
        Duration::from_secs(600),
    );
    let request = SearchRequest {
        query: UserQuery::Basic { lookfor: words.to_owned(), search_type: "AllFields".to_owned() },
        filters: vec!["finna.deduplication:\"0\"".to_owned()],
        hidden_filters: Vec::new(),
        facets: Vec::new(),
        sort: SortOrder::Relevance,
        after: None,
        offset: 0,
        limit: 0,
    };
    Ok(search.all_ordinals(&request)?)
}

/// Seconds since 1970 of a time as written.
fn seconds(text: &str) -> Result<i64> {
    let instant: Result<jiff::Timestamp, _> = text.parse();
    let date: Result<jiff::civil::Date, _> = text.parse();
    match (instant, date) {
        (Ok(instant), _) => Ok(instant.as_second()),
        (_, Ok(date)) => {
            let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).context("a date out of range")?;
            Ok(zoned.timestamp().as_second())
        }
        _ => bail!("`{text}` is no time; write 2026-01-31 or 2026-01-31T12:00:00Z"),
    }
}

/// An index record as JSON, lists as they are.
fn json_of(document: &IndexRecord) -> Value {
    let mut fields = Map::new();
    for (name, field) in document.iter() {
        let mut values: Vec<Value> =
            field.values().iter().map(|value| json!(value.as_str())).collect();
        let value = match field {
            crate::record::Field::One(_) => values.pop().unwrap_or_default(),
            crate::record::Field::Many(_) => Value::Array(values),
        };
        fields.insert(name.to_owned(), value);
    }
    Value::Object(fields)
}

/// Where records are written to.
struct Output<'a, W: Write> {
    what: What,
    sources: &'a Sources,
    out: W,
    /// Form of the raw records so far: one file holds one.
    form: Option<Form>,
}

impl<W: Write> Output<'_, W> {
    fn id(&mut self, id: &str) -> Result<()> {
        writeln!(self.out, "{id}").context("cannot write to stdout")
    }

    fn line(&mut self, line: &Value) -> Result<()> {
        writeln!(self.out, "{line}").context("cannot write to stdout")
    }

    fn record(&mut self, record: &StoredRecord) -> Result<()> {
        if self.what == What::Records {
            return self.line(&json!({
                "id": record.id, "source": record.source, "format": record.format.name(),
                "created": format_timestamp(record.created),
                "changed": format_timestamp(record.changed),
                "suppressed": record.suppressed,
                "record": String::from_utf8_lossy(&record.raw),
            }));
        }
        let is_xml = matches!(record.form, Form::MarcXml | Form::Xml);
        match self.form {
            None => {
                self.form = Some(record.form);
                if is_xml {
                    self.write(b"<records>\n")?;
                }
            }
            // All XML is written alike.
            Some(Form::MarcXml | Form::Xml) if is_xml => {}
            Some(form) if form != record.form => bail!(
                "{} is written in another form than the records before it, and one file holds \
                 one: export each for itself, with --form {} and --form {}",
                record.id,
                WrittenAs::of(form).name(),
                WrittenAs::of(record.form).name()
            ),
            Some(_) => {}
        }
        if is_xml {
            let raw = self.xml(record);
            self.write(&raw)?;
        } else {
            self.write(&record.raw)?;
        }
        if record.form != Form::Iso2709 {
            self.write(b"\n")?;
        }
        Ok(())
    }

    /// The record as it came, in an element of ours if it cannot be read again without.
    fn xml(&self, record: &StoredRecord) -> Vec<u8> {
        let settings = self.sources.get(&record.source);
        let prefix = settings.map_or(record.source.as_str(), |settings| &settings.id_prefix);
        let of = record.main_id.as_deref().map(|id| {
            if prefix.is_empty() {
                return id;
            }
            id.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.')).unwrap_or(id)
        });
        let stored = StoredForm {
            of: of.map(str::to_owned),
            oai_id: record.oai_id.clone(),
            warnings: record.reader_warnings.clone(),
        };
        let path = settings.and_then(|settings| settings.record_xpath.as_deref());
        stored.write(&record.raw, record.format, path)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).context("cannot write to stdout")
    }

    fn finish(&mut self) -> Result<()> {
        if matches!(self.form, Some(Form::MarcXml | Form::Xml)) {
            self.write(b"</records>\n")?;
        }
        self.out.flush().context("cannot write to stdout")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(seconds("1970-01-02").ok(), Some(86_400));
        assert_eq!(seconds("1970-01-01T00:01:00Z").ok(), Some(60));
        assert!(seconds("yesterday").is_err());
    }
}
