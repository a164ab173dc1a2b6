//! Progress for people: a bar on a terminal, lines elsewhere.

use crate::ingest::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use std::cell::RefCell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Time between two lines when there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// Shows how far the work is on stderr.
pub(super) struct Shown {
    bar: RefCell<Option<ProgressBar>>,
    terminal: bool,
    state: RefCell<State>,
}

struct State {
    phase: String,
    start: Instant,
    last_line: Instant,
    done: u64,
}

impl Shown {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Shown {
            bar: RefCell::new(None),
            terminal: std::io::stderr().is_terminal(),
            state: RefCell::new(State {
                phase: String::new(),
                start: now,
                last_line: now,
                done: 0,
            }),
        }
    }

    /// Takes the bar off the terminal.
    pub(super) fn finish(&self) {
        if let Some(bar) = self.bar.borrow_mut().take() {
            bar.finish_and_clear();
        }
    }

    fn new_bar(name: &str, total: Option<u64>) -> ProgressBar {
        let (bar, template) = match total {
            Some(total) => (
                ProgressBar::new(total),
                "{msg} [{bar:30}] {human_pos}/{human_len} {per_sec} ETA {eta}",
            ),
            None => (ProgressBar::new_spinner(), "{spinner} {msg} {human_pos} {per_sec}"),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(name.to_owned());
        bar
    }
}

impl Progress for Shown {
    fn phase(&self, name: &str, total: Option<u64>) {
        self.finish();
        let now = Instant::now();
        *self.state.borrow_mut() =
            State { phase: name.to_owned(), start: now, last_line: now, done: 0 };
        if self.terminal {
            *self.bar.borrow_mut() = Some(Self::new_bar(name, total));
        } else {
            match total {
                Some(total) => eprintln!("{name}: begins, {total} records"),
                None => eprintln!("{name}: begins"),
            }
        }
    }

    fn advance(&self, by: u64) {
        let mut state = self.state.borrow_mut();
        state.done += by;
        if let Some(bar) = &*self.bar.borrow() {
            bar.inc(by);
        } else if state.last_line.elapsed() >= LINE_INTERVAL {
            state.last_line = Instant::now();
            let seconds = state.start.elapsed().as_secs_f64().max(0.001);
            #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
            let rate = state.done as f64 / seconds;
            eprintln!("{}: {} records, {rate:.0}/s", state.phase, state.done);
        }
    }

    fn acknowledge(&self, records: u64) {
        if !self.terminal {
            eprintln!("stored {records} records");
        }
    }
}
