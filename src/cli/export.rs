//! `kirjo export`: what the store holds, on stdout.

use super::Places;
use super::progress::Shown;
use super::workplace::{Settings, open};
use crate::ingest::{Workplace, full_record, index_document};
use crate::query::SearchRules;
use crate::record::{Form, IndexRecord};
use crate::search::{SearchRequest, SortOrder, StoreSearch, UserQuery};
use crate::store::StoredRecord;
use crate::text::format_timestamp;
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::time::Duration;

/// What of a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// The bytes as they came; XML records inside one <records> element
    Raw,
    /// JSON lines: id, source, format, times, and the record as a text
    Records,
    /// JSON lines: the documents of the index
    Documents,
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
    /// Only records that a search for these words finds
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
    let since = arguments.since.as_deref().map(seconds).transpose()?;
    let progress = Shown::new();
    let workplace = open(&arguments.places, &settings, &progress)?;
    progress.finish();
    let snapshot = workplace.store.snapshot()?;
    let ordinals = match (&arguments.query, &arguments.source) {
        (Some(words), _) => found(&workplace, &settings, words)?,
        (None, Some(source)) => snapshot.of_source(source)?,
        (None, None) => snapshot.all_records()?,
    };
    let mut out = Output::new(arguments.what, BufWriter::new(std::io::stdout().lock()));
    for ordinal in ordinals {
        let Some(record) = snapshot.record(ordinal)? else { continue };
        let is_wanted = record.deleted == arguments.deleted
            && arguments.source.as_ref().is_none_or(|source| record.source == *source)
            && since.is_none_or(|since| record.changed >= since);
        if !is_wanted {
            continue;
        }
        if arguments.deleted {
            out.line(&json!({
                "id": record.id, "source": record.source,
                "deleted": format_timestamp(record.changed),
            }))?;
        } else if arguments.what == What::Documents {
            if let Some(document) = index_document(&workplace, &snapshot, ordinal)? {
                out.line(&json_of(&document))?;
            }
        } else {
            out.record(&record)?;
        }
    }
    out.finish()
}

/// Ordinals of the records that a search finds, members of groups one by one.
fn found(workplace: &Workplace, settings: &Settings, words: &str) -> Result<Vec<u64>> {
    let search = StoreSearch::new(
        Arc::clone(&workplace.store),
        Arc::clone(&workplace.engine),
        SearchRules::load(&settings.folder, Arc::clone(&settings.schema))?,
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
struct Output<W: Write> {
    what: What,
    out: W,
    /// Form of the raw records so far: one file holds one.
    form: Option<Form>,
}

impl<W: Write> Output<W> {
    fn new(what: What, out: W) -> Self {
        Output { what, out, form: None }
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
            Some(form) if form != record.form => bail!(
                "{} is written in another form ({:?}) than the records before it ({form:?}); \
                 export one source at a time, or use --as records",
                record.id,
                record.form
            ),
            Some(_) => {}
        }
        self.write(&record.raw)?;
        if record.form != Form::Iso2709 {
            self.write(b"\n")?;
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).context("cannot write to stdout")
    }

    fn finish(mut self) -> Result<()> {
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
