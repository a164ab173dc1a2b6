//! An ingest handed to the running server. Only one process can have a data directory open, so
//! `kirjo ingest` gives its files to the server that has it, through a socket in the directory;
//! the server writes, and searches see each commit at once.
//!
//! One JSON line asks ([`Order`]), JSON lines answer ([`Note`]); the last one is `Done` or `Failed`.

use super::ingest::IngestOrder;
use super::workplace::Settings;
use crate::config::ConfigFolder;
use crate::ingest::{Progress, Workplace};
use anyhow::{Context, Result, bail};
use arc_swap::ArcSwap;
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Name of the socket in the data directory.
const SOCKET: &str = "kirjo.sock";
/// Longest line of an order.
const LONGEST_ORDER: u64 = 16 << 20;

/// What the server tells of its work.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
enum Note {
    Phase(String, Option<u64>),
    Advance(u64),
    Acknowledged(u64),
    /// The report, and what was asked for and not done.
    Done(String, Option<String>),
    Failed(String),
}

/// Ingests while the server runs; one at a time.
pub(super) struct Desk {
    /// With the settings of sources that were read last.
    workplace: Arc<ArcSwap<Workplace>>,
    settings: Settings,
    data: PathBuf,
    /// What is being done.
    busy: Mutex<Option<String>>,
}

/// Starts to take orders, in threads of its own that end with the process.
///
/// The settings of sources are read anew for every order and put into `workplace`, for all that
/// work with them.
pub(super) fn take_orders(
    data: &Path,
    workplace: Arc<ArcSwap<Workplace>>,
    settings: Settings,
) -> Result<()> {
    let path = data.join(SOCKET);
    // Nobody else has the data directory open: a socket that is there is a dead one.
    if path.exists() {
        std::fs::remove_file(&path)
            .with_context(|| format!("cannot remove the old socket {}", path.display()))?;
    }
    let listener = UnixListener::bind(&path)
        .with_context(|| format!("cannot make the socket {}", path.display()))?;
    let data = data.to_owned();
    let desk = Arc::new(Desk { workplace, settings, data, busy: Mutex::new(None) });
    std::thread::Builder::new()
        .name("orders".to_owned())
        .spawn(move || {
            for stream in listener.incoming().flatten() {
                let desk = Arc::clone(&desk);
                let served = std::thread::Builder::new()
                    .name("order".to_owned())
                    .spawn(move || desk.serve(stream));
                if let Err(error) = served {
                    tracing::error!(%error, "cannot start a thread for an ingest");
                }
            }
        })
        .context("cannot start the thread that takes ingests")?;
    Ok(())
}

impl Desk {
    fn serve(&self, stream: UnixStream) {
        let teller = Teller(RefCell::new(stream));
        let note = match self.work(&teller) {
            Ok((report, failure)) => Note::Done(report, failure),
            Err(error) => Note::Failed(format!("{error:#}")),
        };
        teller.tell(&note);
    }

    fn work(&self, teller: &Teller) -> Result<(String, Option<String>)> {
        let reader = teller.0.borrow().try_clone().context("cannot read the order")?;
        let mut line = String::new();
        let mut reader = BufReader::new(std::io::Read::take(reader, LONGEST_ORDER));
        reader.read_line(&mut line).context("cannot read the order")?;
        let order: IngestOrder = serde_json::from_str(&line).context("cannot read the order")?;
        let _place = self.occupy(&format!("an ingest into {}", order.source))?;
        if let Some(asked) = &order.config {
            self.same_settings(asked)?;
        }
        tracing::info!(source = order.source, files = order.files.len(), "ingest begins");
        let settings = self.settings.with_new_sources()?;
        let sources = Arc::clone(&settings.sources);
        let workplace = Arc::new(Workplace { sources, ..(**self.workplace.load()).clone() });
        self.workplace.store(Arc::clone(&workplace));
        let report = order.run(&workplace, &settings, &self.data, teller)?;
        tracing::info!(source = order.source, records = report.read, "ingest ends");
        Ok((report.to_string(), report.failure(&order.source)))
    }

    /// Whoever names a configuration does not want another one to be used.
    fn same_settings(&self, asked: &Path) -> Result<()> {
        let ours = match &self.settings.folder {
            ConfigFolder::Disk(folder) => folder.canonicalize().ok(),
            ConfigFolder::BuiltIn => None,
        };
        if asked.canonicalize().ok().is_none_or(|asked| ours != Some(asked)) {
            bail!(
                "the server reads its settings from {}, not from {}: leave --config out, or stop \
                 the server",
                self.settings.folder.display_name(""),
                asked.display()
            );
        }
        Ok(())
    }

    /// The one place at the desk, given back when the value goes.
    fn occupy(&self, doing: &str) -> Result<Place<'_>> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = &*busy {
            let pid = std::process::id();
            bail!("the server (pid {pid}) is busy with {other}; try again when it is done");
        }
        *busy = Some(doing.to_owned());
        Ok(Place(self))
    }
}

struct Place<'d>(&'d Desk);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.busy.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Tells the other side how far the work is. One that has gone is told nothing; the work goes on.
struct Teller(RefCell<UnixStream>);

impl Teller {
    fn tell(&self, note: &Note) {
        if let Ok(mut line) = serde_json::to_string(note) {
            line.push('\n');
            let _told = self.0.borrow_mut().write_all(line.as_bytes());
        }
    }
}

impl Progress for Teller {
    fn phase(&self, name: &str, total: Option<u64>) {
        self.tell(&Note::Phase(name.to_owned(), total));
    }

    fn advance(&self, by: u64) {
        self.tell(&Note::Advance(by));
    }

    fn acknowledge(&self, records: u64) {
        self.tell(&Note::Acknowledged(records));
    }
}

/// A server has this data directory open.
pub(super) fn is_served(data: &Path) -> bool {
    UnixStream::connect(data.join(SOCKET)).is_ok()
}

/// Hands an ingest to the server that has this data directory open; `None` if there is none.
/// Gives the report, and what was asked for and not done.
pub(super) fn hand_over(
    data: &Path,
    order: &IngestOrder,
    progress: &dyn Progress,
) -> Result<Option<(String, Option<String>)>> {
    let Ok(mut stream) = UnixStream::connect(data.join(SOCKET)) else { return Ok(None) };
    let mut line = serde_json::to_string(order).context("cannot write the order")?;
    line.push('\n');
    stream.write_all(line.as_bytes()).context("cannot hand the files to the server")?;
    for line in BufReader::new(stream).lines() {
        let line = line.context("the server has stopped; what it acknowledged is stored")?;
        match serde_json::from_str(&line).context("cannot understand the server")? {
            Note::Phase(name, total) => progress.phase(&name, total),
            Note::Advance(by) => progress.advance(by),
            Note::Acknowledged(records) => progress.acknowledge(records),
            Note::Done(report, failure) => return Ok(Some((report, failure))),
            Note::Failed(reason) => bail!("{reason}"),
        }
    }
    bail!("the server has stopped; what it acknowledged is stored, run the command again")
}
