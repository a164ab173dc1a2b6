//! The HTTP server: actix takes requests and sends answers, a bounded pool does the work.
//!
//! Searches never run on the threads that serve sockets. When the pool's queue is full, or a client
//! sends more than is allowed, the answer is JSON of Finna's form like every other.

use super::finna::Finna;
use super::{Answer, Method, Request};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method as HttpMethod, StatusCode};
use actix_web::web::{self, Data, Payload};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use std::net::{SocketAddr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Limits and sizes of the server.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Threads that search; by default one a core.
    pub search_threads: usize,
    /// Requests that may wait for a search thread.
    pub queue: usize,
    /// Longest path with query, in bytes.
    pub max_request_line: usize,
    /// Longest body, in bytes.
    pub max_body: usize,
    /// Time for a request from its arrival.
    pub time_limit: Duration,
    /// Time for a client to send its headers.
    pub header_time: Duration,
    /// Time for a client to send its body.
    pub body_time: Duration,
    /// Time for open requests when the server is told to stop.
    pub drain: Duration,
}

impl Default for ServerSettings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        ServerSettings {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            search_threads: cores,
            queue: 256,
            max_request_line: 8 << 10,
            max_body: 64 << 10,
            time_limit: Duration::from_secs(10),
            header_time: Duration::from_secs(5),
            body_time: Duration::from_secs(10),
            drain: Duration::from_secs(10),
        }
    }
}

/// Why the server did not start or broke off.
#[derive(Debug, thiserror::Error)]
#[error("{doing}: {source}")]
pub struct ServerError {
    doing: String,
    source: std::io::Error,
}

/// A request as it goes to the pool, and where its answer goes.
struct Job {
    method: Method,
    path: String,
    query: String,
    content_type: String,
    body: web::Bytes,
    deadline: Instant,
    reply: oneshot::Sender<Answer>,
}

/// What every socket thread shares.
struct Shared {
    settings: ServerSettings,
    jobs: Sender<Job>,
    requests: AtomicU64,
}

/// Serves until the process is told to stop (SIGINT, SIGTERM), then lets open requests end.
/// `ready` is called with the address once requests are taken.
pub fn serve(
    finna: Arc<Finna>,
    settings: ServerSettings,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServerError> {
    let failed = |doing: String| move |source| ServerError { doing, source };
    let listener = TcpListener::bind(settings.listen)
        .map_err(failed(format!("listening on {}", settings.listen)))?;
    let address = listener.local_addr().map_err(failed("asking for the address".to_owned()))?;
    let (jobs, waiting) = bounded::<Job>(settings.queue);
    for number in 0..settings.search_threads.max(1) {
        let (finna, waiting) = (Arc::clone(&finna), waiting.clone());
        std::thread::Builder::new()
            .name(format!("search-{number}"))
            .spawn(move || work(&finna, &waiting))
            .map_err(failed("starting a search thread".to_owned()))?;
    }
    let (header_time, drain) = (settings.header_time, settings.drain.as_secs());
    let shared = Data::new(Shared { settings, jobs, requests: AtomicU64::new(0) });
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            App::new().app_data(shared.clone()).default_service(web::to(handle))
        })
        .client_request_timeout(header_time)
        .shutdown_timeout(drain)
        .listen(listener)
        .map_err(failed("taking the socket".to_owned()))?
        .run();
        ready(address);
        server.await.map_err(failed("serving".to_owned()))
    })
}

/// A pool thread: one request after the other. A panic is a bug; it costs one answer, not the pool.
fn work(finna: &Finna, waiting: &Receiver<Job>) {
    for job in waiting {
        let request = Request {
            method: job.method,
            path: &job.path,
            query: &job.query,
            content_type: &job.content_type,
            body: &job.body,
            deadline: Some(job.deadline),
        };
        // Nobody waits any more: the client has gone, or the time is over.
        if job.reply.is_closed() {
            continue;
        }
        let answer = catch_unwind(AssertUnwindSafe(|| finna.answer(&request)));
        let answer = answer.unwrap_or_else(|_| {
            tracing::error!(path = job.path, query = job.query, "a request caused a panic");
            Finna::refuse(500, "Internal error")
        });
        let _sent = job.reply.send(answer);
    }
}

async fn handle(request: HttpRequest, payload: Payload, shared: Data<Shared>) -> HttpResponse {
    let start = Instant::now();
    let number = shared.requests.fetch_add(1, Ordering::Relaxed);
    let answer = answer(&request, payload, &shared, start).await;
    tracing::info!(
        target: "kirjo::access",
        request = number,
        method = %request.method(),
        path = %shortened(request.path()),
        query = %shortened(request.query_string()),
        status = answer.status,
        bytes = answer.body.len(),
        ms = start.elapsed().as_millis(),
    );
    respond(answer)
}

/// At most a kilobyte of what a client sent goes to the log.
fn shortened(text: &str) -> String {
    text.chars().take(1024).flat_map(char::escape_default).collect()
}

async fn answer(
    request: &HttpRequest,
    payload: Payload,
    shared: &Shared,
    start: Instant,
) -> Answer {
    let settings = &shared.settings;
    match request.path() {
        "/healthz" | "/readyz" => return plain("ok\n"),
        _ => {}
    }
    let line = request.uri().path_and_query().map_or(0, |whole| whole.as_str().len());
    if line > settings.max_request_line {
        let limit = settings.max_request_line;
        return Finna::refuse(414, &format!("The address is longer than {limit} bytes"));
    }
    let body = payload.to_bytes_limited(settings.max_body);
    let body = match actix_web::rt::time::timeout(settings.body_time, body).await {
        Ok(Ok(Ok(body))) => body,
        Ok(Ok(Err(_))) => return Finna::refuse(400, "The body ended early"),
        Ok(Err(_)) => {
            let limit = settings.max_body;
            return Finna::refuse(413, &format!("The body is longer than {limit} bytes"));
        }
        Err(_) => return Finna::refuse(408, "The body did not come in time"),
    };
    let method = match *request.method() {
        HttpMethod::GET => Method::Get,
        HttpMethod::HEAD => Method::Head,
        HttpMethod::POST => Method::Post,
        HttpMethod::OPTIONS => Method::Options,
        _ => Method::Other,
    };
    let content_type = request.headers().get("content-type").and_then(|v| v.to_str().ok());
    let (reply, answer) = oneshot::channel();
    let deadline = start + settings.time_limit;
    let job = Job {
        method,
        path: request.uri().path().to_owned(),
        query: request.query_string().to_owned(),
        content_type: content_type.unwrap_or("").to_owned(),
        body,
        deadline,
        reply,
    };
    match shared.jobs.try_send(job) {
        Ok(()) => {}
        Err(TrySendError::Full(_)) => {
            return Finna::refuse(503, "Too many requests at once, try again");
        }
        Err(TrySendError::Disconnected(_)) => return Finna::refuse(503, "The server is stopping"),
    }
    let left = deadline.saturating_duration_since(Instant::now());
    match actix_web::rt::time::timeout(left, answer).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Finna::refuse(503, "The server is stopping"),
        Err(_) => Finna::refuse(503, "Search took too long"),
    }
}

fn plain(text: &str) -> Answer {
    Answer {
        status: 200,
        headers: vec![("Content-Type", "text/plain".to_owned())],
        body: text.as_bytes().to_vec(),
    }
}

fn respond(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for (name, value) in answer.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
            response.insert_header((name, value));
        }
    }
    response.body(answer.body)
}
