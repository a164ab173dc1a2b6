//! The HTTP server: actix takes requests and sends answers, a bounded pool does the work.
//!
//! When the pool's queue is full, or a client sends more than is allowed, the answer is JSON of
//! Finna's form like every other.

use super::finna::Finna;
use super::flood::{Flood, RateSettings};
use super::lenient::Lenient;
use super::metrics::Metrics;
use super::operations::{self, METRICS_TYPE, Operation};
use super::pool::{Job, Pool};
use super::{Answer, Method, Request};
use actix_http::{HttpService, Protocol};
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{KeepAlive, Method as HttpMethod, StatusCode};
use actix_web::middleware::Compress;
use actix_web::rt::net::TcpStream;
use actix_web::web::{self, Data, Payload};
use actix_web::{App, HttpRequest, HttpResponse};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};
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
    /// Open connections.
    pub connections: usize,
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
    /// Time that a connection may stay open without a request.
    pub idle_time: Duration,
    /// Time for open requests when the server is told to stop.
    pub drain: Duration,
    /// How often one client may ask.
    pub rate: RateSettings,
}

impl Default for ServerSettings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        ServerSettings {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            search_threads: cores,
            queue: 256,
            connections: 25_000,
            max_request_line: 8 << 10,
            max_body: 64 << 10,
            time_limit: Duration::from_secs(10),
            header_time: Duration::from_secs(5),
            body_time: Duration::from_secs(10),
            idle_time: Duration::from_secs(15),
            drain: Duration::from_secs(10),
            rate: RateSettings::default(),
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

/// What every socket thread shares.
struct Shared {
    settings: ServerSettings,
    flood: Flood,
    finna: Arc<Finna>,
    pool: Pool,
    metrics: Arc<Metrics>,
    requests: AtomicU64,
    /// Distinguishes the request ids of this run from those of others.
    run: String,
    stopping: AtomicBool,
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
    let metrics = Arc::new(Metrics::new());
    let pool = Pool::start(settings.search_threads, settings.queue, &finna, &metrics)
        .map_err(failed("starting the search threads".to_owned()))?;
    let limits = settings.clone();
    let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let shared = Data::new(Shared {
        flood: Flood::new(&settings.rate),
        settings,
        finna,
        pool,
        metrics,
        requests: AtomicU64::new(0),
        run: format!("{:x}", started.as_millis()),
        stopping: AtomicBool::new(false),
    });
    actix_web::rt::System::new().block_on(async move {
        let data = shared.clone();
        let builder = actix_server::Server::build()
            .max_concurrent_connections(limits.connections)
            .shutdown_timeout(limits.drain.as_secs())
            .disable_signals();
        let told_to_drain = builder.graceful_shutdown_signal();
        // As `actix_web::HttpServer` does it, but for the connection in between.
        let server = builder
            .listen("kirjo", listener, move || {
                let data = data.clone();
                let app = App::new().app_data(data).wrap(Compress::default());
                let app = app.default_service(web::to(handle)).into_factory();
                let told_to_drain = told_to_drain.clone();
                let http = HttpService::build()
                    .graceful_shutdown_signal(move || {
                        let signal = told_to_drain.clone();
                        async move { signal.notified().await }
                    })
                    .keep_alive(KeepAlive::Timeout(limits.idle_time))
                    .client_request_timeout(limits.header_time)
                    .local_addr(address)
                    .finish(map_config(app, |()| AppConfig::default()));
                fn_service(|stream: TcpStream| async move {
                    let peer = stream.peer_addr().ok();
                    Ok((Lenient::new(stream), Protocol::Http1, peer))
                })
                .and_then(http)
            })
            .map_err(failed("taking the socket".to_owned()))?
            .run();
        let handle = server.handle();
        actix_web::rt::spawn(async move {
            told_to_stop().await;
            tracing::info!("told to stop: no new requests, open ones are answered");
            shared.stopping.store(true, Ordering::Relaxed);
            handle.stop(true).await;
        });
        ready(address);
        server.await.map_err(failed("serving".to_owned()))
    })
}

/// Waits for SIGINT or SIGTERM.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = actix_web::rt::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be waited for, only SIGINT");
            let _interrupted = interrupt.await;
        }
    }
}

async fn handle(request: HttpRequest, payload: Payload, shared: Data<Shared>) -> HttpResponse {
    let start = Instant::now();
    shared.metrics.arrived();
    let id = request_id(request.headers(), &shared);
    let client = client(&request, &shared);
    let mut answer = match admit(&request, client, &shared) {
        Ok(()) => answer(&request, payload, &shared, start).await,
        Err(refusal) => refusal,
    };
    let time = start.elapsed();
    let label = label(request.path());
    shared.metrics.answered(label, answer.status, answer.body.len(), time);
    tracing::info!(
        target: "kirjo::access",
        id,
        client = client.map(|address| address.to_string()),
        method = %shortened(request.method().as_str()),
        path = %shortened(request.path()),
        query = %shortened(request.query_string()),
        status = answer.status,
        bytes = answer.body.len(),
        ms = time.as_secs_f64() * 1000.0,
    );
    answer.headers.push(("X-Request-Id", id));
    respond(answer)
}

/// Where the request comes from, behind trusted proxies.
fn client(request: &HttpRequest, shared: &Shared) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    let forwarded: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        // What is no text is no address either.
        .map(|value| value.to_str().unwrap_or(""))
        .collect();
    Some(shared.settings.rate.client(peer, forwarded.into_iter()))
}

/// Refuses a client that asks too often. Those who watch over the server always get through.
fn admit(request: &HttpRequest, client: Option<IpAddr>, shared: &Shared) -> Result<(), Answer> {
    let Some(client) = client.filter(|_| Operation::at(request.path()).is_none()) else {
        return Ok(());
    };
    shared.flood.admit(client).map_err(|seconds| {
        let mut refusal = Finna::refuse(429, "Too many requests");
        refusal.headers.push(("Retry-After", seconds.to_string()));
        refusal
    })
}

/// The id that a proxy gave the request, if it is a plain word, else one of our own.
fn request_id(headers: &HeaderMap, shared: &Shared) -> String {
    let given = headers.get("x-request-id").and_then(|value| value.to_str().ok());
    let is_plain = |text: &&str| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    given.filter(is_plain).map_or_else(
        || {
            let number = shared.requests.fetch_add(1, Ordering::Relaxed);
            format!("{}-{number}", shared.run)
        },
        str::to_owned,
    )
}

fn label(path: &str) -> &'static str {
    if Operation::at(path).is_some() { "operation" } else { Finna::label(path) }
}

/// At most a kilobyte of what a client sent goes to the log, and nothing that a terminal obeys.
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
    let method = match *request.method() {
        HttpMethod::GET => Method::Get,
        HttpMethod::HEAD => Method::Head,
        HttpMethod::POST => Method::Post,
        HttpMethod::OPTIONS => Method::Options,
        _ => Method::Other,
    };
    let line = request.uri().path_and_query().map_or(0, |whole| whole.as_str().len());
    if line > settings.max_request_line {
        let limit = settings.max_request_line;
        return Finna::refuse(414, &format!("The address is longer than {limit} bytes"));
    }
    if let Some(operation) = Operation::at(request.path()) {
        return operate(operation, method, shared);
    }
    if is_encoded(request.headers()) {
        return Finna::refuse(415, "Send the body without compression");
    }
    let ready = shared.finna.at_hand(&Request {
        method,
        path: request.uri().path(),
        query: request.query_string(),
        content_type: "",
        body: b"",
        deadline: None,
    });
    if let Some(ready) = ready {
        return Answer::clone(&ready);
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
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
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
    if let Err(refusal) = shared.pool.take(job) {
        return refusal;
    }
    let left = deadline.saturating_duration_since(Instant::now());
    match actix_web::rt::time::timeout(left, answer).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Finna::refuse(503, "The server is stopping"),
        Err(_) => Finna::refuse(503, "Search took too long"),
    }
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_ENCODING).is_some_and(|value| value.as_bytes() != b"identity")
}

fn operate(operation: Operation, method: Method, shared: &Shared) -> Answer {
    if !matches!(method, Method::Get | Method::Head) {
        let mut refusal = Finna::refuse(405, "Method not allowed");
        refusal.headers.push(("Allow", "GET, HEAD".to_owned()));
        return refusal;
    }
    match operation {
        Operation::Health => operations::line(200, "ok"),
        Operation::Ready if shared.stopping.load(Ordering::Relaxed) => {
            operations::line(503, "stopping")
        }
        Operation::Ready => operations::line(200, "ready"),
        Operation::Metrics => {
            let text = shared.metrics.text(shared.pool.waiting());
            operations::text_of_type(200, METRICS_TYPE, text)
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_send_cannot_forge_lines_of_the_log() {
        for (text, expected) in [
            ("/v1/search", "/v1/search"),
            ("a\r\nstatus=200", "a\\r\\nstatus=200"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("\0\u{7f}\u{85}\u{2028}", "\\u{0}\\u{7f}\\u{85}\\u{2028}"),
            ("a\"b'c\\d", "a\\\"b\\'c\\\\d"),
            ("ä", "\\u{e4}"),
        ] {
            assert_eq!(shortened(text), expected);
        }
        assert_eq!(shortened(&"x".repeat(1 << 20)), "x".repeat(1024));
    }
}
