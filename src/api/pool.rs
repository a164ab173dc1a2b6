//! The threads that answer: searches never run on the threads that serve sockets.

use super::finna::Finna;
use super::metrics::Metrics;
use super::{Answer, Method, Request};
use actix_web::web::Bytes;
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::oneshot;

/// A request as it goes to the pool, and where its answer goes.
pub(super) struct Job {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) content_type: String,
    pub(super) body: Bytes,
    pub(super) deadline: Instant,
    pub(super) reply: oneshot::Sender<Answer>,
}

/// The way into the pool: a queue of bounded length.
pub(super) struct Pool {
    jobs: Sender<Job>,
}

impl Pool {
    /// Starts the threads; they end when the pool is dropped and its queue is empty.
    pub(super) fn start(
        threads: usize,
        queue: usize,
        finna: &Arc<Finna>,
        metrics: &Arc<Metrics>,
    ) -> std::io::Result<Self> {
        let (jobs, waiting) = bounded::<Job>(queue);
        for number in 0..threads.max(1) {
            let (finna, metrics) = (Arc::clone(finna), Arc::clone(metrics));
            let waiting = waiting.clone();
            std::thread::Builder::new()
                .name(format!("search-{number}"))
                .spawn(move || work(&finna, &metrics, &waiting))?;
        }
        Ok(Pool { jobs })
    }

    /// Puts a job into the queue; a full queue refuses it.
    pub(super) fn take(&self, job: Job) -> Result<(), Answer> {
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Finna::refuse(503, "Too many requests at once, try again"),
            TrySendError::Disconnected(_) => Finna::refuse(503, "The server is stopping"),
        })
    }

    /// Jobs that wait.
    pub(super) fn waiting(&self) -> usize {
        self.jobs.len()
    }
}

/// A pool thread: one request after the other. A panic is a bug; it costs one answer, not the pool.
fn work(finna: &Finna, metrics: &Metrics, waiting: &Receiver<Job>) {
    for job in waiting {
        // Nobody waits any more: the client has gone, or the time is over.
        if job.reply.is_closed() {
            continue;
        }
        let request = Request {
            method: job.method,
            path: &job.path,
            query: &job.query,
            content_type: &job.content_type,
            body: &job.body,
            deadline: Some(job.deadline),
        };
        let answer = catch_unwind(AssertUnwindSafe(|| finna.answer_and_keep(&request)));
        let answer = answer.unwrap_or_else(|_| {
            metrics.panicked();
            tracing::error!(path = job.path, query = job.query, "a request met a bug");
            Finna::refuse(500, "Internal error")
        });
        let _sent = job.reply.send(answer);
    }
}
