//! What HTTP and rendering cost, over the sample records. Not run by default:
//!
//! ```text
//! cargo test --release --test throughput -- --ignored --nocapture --test-threads 1
//! ```
//!
//! The first figure needs `wrk`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a measurement says what it measures"
)]

mod demo;

use actix_web::{App, HttpResponse, HttpServer, web};
use kirjo::api::{ServerSettings, serve};
use kirjo::query::UserQuery;
use kirjo::search::{SearchRequest, SortOrder};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

fn start(demo: &demo::Demo) -> SocketAddr {
    let settings = ServerSettings {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        ..ServerSettings::default()
    };
    let finna = Arc::clone(&demo.finna);
    let (told, address) = mpsc::channel();
    std::thread::spawn(move || {
        serve(finna, settings, move |address| told.send(address).expect(""))
    });
    address.recv().expect("the server starts")
}

/// A bare server of the same library that gives 3 KB of JSON.
fn start_fixed() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let body = format!("{{\"text\":\"{}\"}}", "x".repeat(3060));
            HttpServer::new(move || {
                let body = body.clone();
                App::new().default_service(web::to(move || {
                    let body = body.clone();
                    async move { HttpResponse::Ok().content_type("application/json").body(body) }
                }))
            })
            .listen(listener)
            .expect("a socket")
            .run()
            .await
        })
    });
    address
}

/// Requests a second.
fn wrk(address: SocketAddr, path: &str) -> f64 {
    let output = Command::new("wrk")
        .args(["-t1", "-c16", "-d4s", &format!("http://{address}{path}")])
        .output()
        .expect("wrk is installed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("Non-2xx"), "{text}");
    let line = text.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
    line.expect("a figure").trim().parse().expect("a number")
}

#[test]
#[ignore = "a measurement"]
fn records_by_id_against_a_fixed_answer() {
    let demo = demo::samples();
    let (kirjo, fixed) = (start(&demo), start_fixed());
    std::thread::sleep(Duration::from_millis(300));
    let path = "/v1/record?id=kaupunki.200101";
    let mut ratios = Vec::new();
    for round in 1..=5 {
        let (ours, theirs) = (wrk(kirjo, path), wrk(fixed, "/"));
        ratios.push(ours / theirs);
        println!(
            "round {round}: record {ours:.0}/s, fixed 3 KB {theirs:.0}/s: {:.2}",
            ours / theirs
        );
    }
    ratios.sort_by(f64::total_cmp);
    println!("record by id against a fixed answer: {:.2} (median of 5)", ratios[2]);
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[test]
#[ignore = "a measurement"]
fn time_that_http_and_rendering_add_to_a_search() {
    const ROUNDS: usize = 400;
    let demo = demo::samples();
    let address = start(&demo);
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_nodelay(true).expect("a socket");
    let (mut to, mut from) = (stream.try_clone().expect("a socket"), BufReader::new(stream));
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    let words = ["kirja", "suomi", "sinuhe", "meri", "historia", "kaupunki"];
    for round in 0..ROUNDS {
        let word = words[round % words.len()];
        let query =
            UserQuery::Basic { lookfor: word.to_owned(), search_type: "AllFields".to_owned() };
        let request = SearchRequest {
            query,
            filters: Vec::new(),
            hidden_filters: Vec::new(),
            facets: Vec::new(),
            sort: SortOrder::Relevance,
            after: None,
            offset: 0,
            limit: 20,
        };
        let begun = Instant::now();
        let found = demo.service.search(&request).expect("a result");
        let shown = found.hits.all().expect("documents");
        std::hint::black_box(shown);
        inside.push(begun.elapsed());
        let begun = Instant::now();
        write!(to, "GET /v1/search?lookfor={word} HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
        let mut length = 0;
        loop {
            let mut line = String::new();
            from.read_line(&mut line).expect("a header");
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a number");
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        from.read_exact(&mut body).expect("a body");
        outside.push(begun.elapsed());
        let count = format!("{{\"resultCount\":{},", found.total);
        assert!(body.starts_with(count.as_bytes()), "{word}");
    }
    let (inside, outside) = (median(inside), median(outside));
    println!(
        "search in process p50 {:.3} ms, over HTTP with rendering p50 {:.3} ms: {:.3} ms more",
        inside.as_secs_f64() * 1000.0,
        outside.as_secs_f64() * 1000.0,
        (outside.saturating_sub(inside)).as_secs_f64() * 1000.0
    );
}
