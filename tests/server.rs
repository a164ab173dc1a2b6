//! The server on a socket: limits, time-outs, operation, the end of its life.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what it expects"
)]

use kirjo::api::{Finna, ServerSettings, serve};
use kirjo::config::ConfigFolder;
use kirjo::record::{FullRecord, IndexRecord, RecordFormat};
use kirjo::search::{
    SearchError, SearchOutcome, SearchRequest, SearchService, StoredDocument, UserQuery,
};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, mpsc};
use std::time::{Duration, Instant};

/// Finds one record; `slow` takes its time, `bug` panics.
struct Shelf;

fn document() -> Arc<StoredDocument> {
    let mut fields = IndexRecord::new();
    fields.set("id", "a.1");
    fields.set("title", "Title");
    let full_record = FullRecord::Text("<dc/>".to_owned());
    let (id, format, group) = ("a.1".to_owned(), RecordFormat::Dc, Vec::new());
    Arc::new(StoredDocument { id, format, fields, full_record, group })
}

impl SearchService for Shelf {
    fn search(&self, request: &SearchRequest) -> Result<SearchOutcome, SearchError> {
        if let UserQuery::Basic { lookfor, .. } = &request.query {
            match lookfor.as_str() {
                "slow" => std::thread::sleep(Duration::from_millis(400)),
                "bug" => panic!("a bug on purpose"),
                _ => {}
            }
        }
        Ok(SearchOutcome { total: 1, hits: vec![document()], ..SearchOutcome::default() })
    }

    fn records(&self, _ids: &[String]) -> Result<Vec<Arc<StoredDocument>>, SearchError> {
        Ok(vec![document()])
    }
}

fn start(settings: ServerSettings) -> SocketAddr {
    let finna = Finna::new(Arc::new(Shelf), &ConfigFolder::BuiltIn).expect("the face");
    let (told, address) = mpsc::channel();
    std::thread::spawn(move || {
        serve(Arc::new(finna), settings, move |address| told.send(address).expect("a listener"))
    });
    address.recv_timeout(Duration::from_secs(20)).expect("the server starts")
}

fn free() -> ServerSettings {
    ServerSettings { listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..ServerSettings::default() }
}

static SERVER: LazyLock<SocketAddr> = LazyLock::new(|| start(free()));

struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    fn is_refusal(&self, status: u16) -> bool {
        let json: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        self.status == status
            && json["status"] == "ERROR"
            && self.header("Content-Type") == Some("application/json")
    }
}

/// Sends a request as it is and reads the answer to its end.
fn send(address: SocketAddr, request: &[u8]) -> Option<Reply> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    // The server may refuse before everything is sent.
    let _sent = stream.write_all(request);
    let mut bytes = Vec::new();
    let _read = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Reply { status, head: head.to_owned(), body: body.to_owned() })
}

fn get_with(address: SocketAddr, target: &str, headers: &str) -> Reply {
    let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    send(address, request.as_bytes()).expect("an answer")
}

fn get(target: &str) -> Reply {
    get_with(*SERVER, target, "")
}

fn post(headers: &str, body: &str) -> Reply {
    let length = body.len();
    let request = format!(
        "POST /v1/search HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    send(*SERVER, request.as_bytes()).expect("an answer")
}

#[test]
fn operators_see_how_the_server_is() {
    assert_eq!((get("/healthz").status, get("/healthz").body), (200, "ok\n".to_owned()));
    assert_eq!((get("/readyz").status, get("/readyz").body), (200, "ready\n".to_owned()));
    assert_eq!(get("/v1/search?lookfor=a").status, 200);
    let metrics = get("/metrics");
    assert_eq!(metrics.header("Cache-Control"), Some("no-store"));
    for part in [
        "kirjo_http_requests_total{endpoint=\"search\",status=\"200\"}",
        "kirjo_http_requests_running",
        "kirjo_search_queue 0",
        "kirjo_http_request_duration_seconds_bucket{le=\"0.001\",endpoint=\"operation\"}",
    ] {
        assert!(metrics.body.contains(part), "{part}\n{}", metrics.body);
    }
    let posted =
        "POST /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(send(*SERVER, posted.as_bytes()).expect("an answer").status, 405);
}

#[test]
fn requests_have_ids() {
    let own = get("/v1/search");
    let id = own.header("X-Request-Id").expect("an id").to_owned();
    assert_ne!(get("/v1/search").header("X-Request-Id"), Some(id.as_str()));
    let given = get_with(*SERVER, "/v1/search", "X-Request-Id: proxy-17.a\r\n");
    assert_eq!(given.header("X-Request-Id"), Some("proxy-17.a"));
    for bad in ["a b", "\u{1b}[31m", "é", &"x".repeat(65)] {
        let answer = get_with(*SERVER, "/v1/search", &format!("X-Request-Id: {bad}\r\n"));
        assert_ne!(answer.header("X-Request-Id"), Some(bad));
    }
}

#[test]
fn requests_are_bounded() {
    assert_eq!(get(&format!("/v1/search?lookfor={}", "a".repeat(8000))).status, 200);
    for length in [8 << 10, 60_000] {
        let long = get(&format!("/v1/search?lookfor={}", "a".repeat(length)));
        assert!(long.is_refusal(414), "{length}: {}", long.status);
    }
    // Beyond what the HTTP library reads there is no form any more, but an end.
    let begun = Instant::now();
    let huge = get(&format!("/v1/search?lookfor={}", "a".repeat(1 << 20)));
    assert!(matches!(huge.status, 400 | 414 | 431), "{}", huge.status);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());

    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    assert_eq!(post(form, &format!("lookfor={}", "a".repeat(60_000))).status, 200);
    let long = post(form, &format!("lookfor={}", "a".repeat(70_000)));
    assert!(long.is_refusal(413), "{}", long.status);
    for encoding in [
        "gzip",
        "GZIP",
        "x-gzip",
        "deflate",
        "br",
        "zstd",
        "compress",
        "gzip, gzip",
        "identity, gzip",
        "no-such",
    ] {
        let packed = post(&format!("Content-Encoding: {encoding}\r\n"), "lookfor=a");
        assert!(packed.is_refusal(415), "{encoding}: {}", packed.status);
    }
    assert_eq!(post("Content-Encoding: identity\r\n", "lookfor=a").status, 200);
}

/// Sends a request while the answer is read; the time to its first bytes, and its status.
fn time_to_answer(address: SocketAddr, request: &[u8]) -> (Duration, u16) {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    let mut writer = stream.try_clone().expect("the other end");
    std::thread::scope(|scope| {
        // The server may refuse before everything is sent.
        scope.spawn(move || drop(writer.write_all(request)));
        let mut head = [0; 12];
        stream.read_exact(&mut head).expect("an answer");
        let took = begun.elapsed();
        let _closed = stream.shutdown(std::net::Shutdown::Both);
        let status = std::str::from_utf8(&head[9..]).ok().and_then(|text| text.parse().ok());
        (took, status.expect("a status"))
    })
}

/// What is too long is refused before anything is made of it (reliability §4: 1 MB in 5 ms, from
/// the first byte sent to the first one answered).
#[test]
fn what_is_too_long_is_refused_at_once() {
    let get = |length: usize| {
        let target = format!("/v1/search?lookfor={}", "a".repeat(length));
        format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    };
    let post = |length: usize| {
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        let body = format!("lookfor={}", "(".repeat(length));
        let head = format!("Host: x\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        format!("POST /v1/search HTTP/1.1\r\n{head}{form}\r\n{body}")
    };
    for (name, request, statuses) in [
        ("an address of 60 KB", get(60_000), &[414][..]),
        ("an address of 1 MB", get(1 << 20), &[400, 414, 431]),
        ("a body of 100 000 parentheses", post(100_000), &[413]),
        ("a body of 1 MB", post(1 << 20), &[413]),
    ] {
        let times = (0..5).map(|_| {
            let (took, status) = time_to_answer(*SERVER, request.as_bytes());
            assert!(statuses.contains(&status), "{name}: {status}");
            took
        });
        let least = times.min().expect("five times");
        println!("{name}: refused in {least:.1?} (figure 5 ms)");
        assert!(least < Duration::from_millis(100), "{name}: {least:?}");
    }
}

#[test]
fn methods_that_are_unknown_are_refused() {
    for method in ["PUT", "DELETE", "PATCH", "TRACE", "NOSUCH"] {
        let request =
            format!("{method} /v1/search HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answer = send(*SERVER, request.as_bytes()).expect("an answer");
        assert!(answer.is_refusal(405), "{method}: {}", answer.status);
        assert_eq!(answer.header("Allow"), Some("GET, HEAD, POST, OPTIONS"));
    }
    let head = "HEAD /v1/search HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = send(*SERVER, head.as_bytes()).expect("an answer");
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert!(answer.header("Content-Length").is_some_and(|length| length != "0"));
}

#[test]
fn answers_are_compressed_for_those_who_ask() {
    let plain = get("/v1/search");
    assert_eq!(plain.header("Content-Encoding"), None);
    let packed = get_with(*SERVER, "/v1?openapi", "Accept-Encoding: gzip\r\n");
    assert_eq!(packed.header("Content-Encoding"), Some("gzip"));
    assert!(
        packed.header("Vary").is_some_and(|vary| vary.to_lowercase().contains("accept-encoding"))
    );
}

#[test]
fn the_host_and_forwarded_headers_change_nothing() {
    let plain = get("/v1/record?id=a.1").body;
    for headers in [
        "Host: evil.example\r\n",
        "X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: gopher\r\n",
        "X-Forwarded-Proto: javascript\r\n",
        "X-Forwarded-Port: 6666\r\n",
        "X-Forwarded-Prefix: /evil\r\n",
        "X-Forwarded-Server: evil.example\r\n",
        "X-Forwarded-For: 127.0.0.1, evil.example\r\n",
        "X-Real-IP: 127.0.0.1\r\n",
        "X-Host: evil.example\r\n",
        "X-Rewrite-URL: /metrics\r\n",
        "Forwarded: host=evil.example\r\n",
        "Forwarded: for=127.0.0.1;proto=https;host=\"evil.example\"\r\n",
        "Referer: https://evil.example/\r\n",
        "X-Original-URL: /metrics\r\n",
        "X-HTTP-Method-Override: DELETE\r\n",
        "Origin: https://evil.example\r\n",
        "Accept-Language: sv\r\n",
        "Cookie: lng=sv\r\n",
        "If-None-Match: *\r\n",
        "Range: bytes=0-1\r\n",
    ] {
        let host = if headers.starts_with("Host") { "" } else { "Host: x\r\n" };
        let request =
            format!("GET /v1/record?id=a.1 HTTP/1.1\r\nConnection: close\r\n{host}{headers}\r\n");
        let answer = send(*SERVER, request.as_bytes()).expect("an answer");
        assert_eq!(answer.body, plain, "{headers}");
        assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"), "{headers}");
        assert_eq!(answer.header("Set-Cookie"), None);
        assert!(!answer.head.contains("evil"), "{}", answer.head);
    }
    assert_eq!(get("/v1").header("Location"), Some("/swagger-ui/?url=%2Fapi%3Fopenapi"));
}

#[test]
fn a_bug_costs_one_answer() {
    let settings = ServerSettings { search_threads: 1, ..free() };
    let address = start(settings);
    for _ in 0..3 {
        let answer = get_with(address, "/v1/search?lookfor=bug", "");
        assert!(answer.is_refusal(500), "{}", answer.status);
        assert!(!answer.body.contains("purpose"), "{}", answer.body);
    }
    assert_eq!(get_with(address, "/v1/search?lookfor=a", "").status, 200);
    assert!(get_with(address, "/metrics", "").body.contains("kirjo_panics_total 3\n"));
}

#[test]
fn too_many_at_once_are_refused_at_once() {
    let address = start(ServerSettings { search_threads: 1, queue: 2, ..free() });
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..12)
            .map(|_| scope.spawn(move || get_with(address, "/v1/search?lookfor=slow", "")))
            .collect();
        asking
            .into_iter()
            .map(|thread| {
                let answer = thread.join().expect("no panic");
                assert!(answer.status == 200 || answer.is_refusal(503), "{}", answer.status);
                answer.status
            })
            .collect()
    });
    let answered = statuses.iter().filter(|status| **status == 200).count();
    assert!((1..=4).contains(&answered), "{statuses:?}");
    assert_eq!(get_with(address, "/v1/search?lookfor=a", "").status, 200, "it recovers");
}

#[test]
fn slow_clients_and_slow_searches_end() {
    let address = start(ServerSettings {
        header_time: Duration::from_millis(300),
        body_time: Duration::from_millis(300),
        time_limit: Duration::from_millis(150),
        ..free()
    });
    let slow = get_with(address, "/v1/search?lookfor=slow", "");
    assert!(slow.is_refusal(503), "{}", slow.status);
    let body = b"POST /v1/search HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\nloo";
    let begun = Instant::now();
    let answer = send(address, body).expect("an answer");
    assert!(answer.is_refusal(408), "{}", answer.status);
    let headers = send(address, b"GET /v1/search HTTP/1.1\r\nHost:");
    assert!(headers.is_none_or(|answer| answer.status == 408));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

/// The binary itself: told to stop under load it answers what it has taken and ends well.
#[test]
fn sigterm_ends_the_server_without_broken_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Command::new(env!("CARGO_BIN_EXE_kirjo"))
        .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path().join("data"))
        .env("RUST_LOG", "error")
        .stderr(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let lines = BufReader::new(process.stderr.take().expect("stderr")).lines();
    let (told, address) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut all = Vec::new();
        for line in lines.map_while(Result::ok) {
            if let Some(at) = line.find("http://").filter(|_| line.starts_with("ready")) {
                let address = line[at + 7..].split(',').next().unwrap_or("").to_owned();
                let _sent = told.send(address);
            }
            all.push(line);
        }
        all
    });
    let address = address.recv_timeout(Duration::from_secs(60)).expect("a ready line");
    let address: SocketAddr = address.parse().expect("an address");
    let (stop, whole, broken) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    // A connection that was never taken is no broken answer.
                    let request = "GET /v1/search?lookfor=&limit=20 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
                    match send(address, request.as_bytes()) {
                        Some(answer) if answer.body.ends_with("\"status\":\"OK\"}") => {
                            whole.fetch_add(1, Ordering::Relaxed);
                        }
                        Some(answer) => {
                            println!("broken: {} {:.200}", answer.head, answer.body);
                            broken.fetch_add(1, Ordering::Relaxed);
                        }
                        None => std::thread::sleep(Duration::from_millis(5)),
                    }
                }
            });
        }
        std::thread::sleep(Duration::from_millis(700));
        let told = Command::new("kill").arg(process.id().to_string()).status().expect("kill");
        assert!(told.success());
        let status = process.wait().expect("the server ends");
        stop.store(true, Ordering::Relaxed);
        assert!(status.success(), "{status}");
    });
    let log = reader.join().expect("no panic");
    assert!(log.iter().any(|line| line == "stopped"), "{log:?}");
    let (whole, broken) = (whole.into_inner(), broken.into_inner());
    println!("{whole} whole answers, {broken} broken");
    assert!(whole > 0 && broken == 0, "{whole} whole, {broken} broken");
}
