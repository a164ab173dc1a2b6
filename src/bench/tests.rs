use super::*;
use crate::generate::LoggedQuery;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// A server that answers one connection after another; `/slow` takes 300 ms, `/bad` fails.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || serve(stream.expect("a connection")));
        }
    });
    url
}

fn serve(mut stream: TcpStream) {
    let mut seen = Vec::new();
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        seen.extend_from_slice(&buffer[..count]);
        if !seen.ends_with(b"\r\n\r\n") {
            continue;
        }
        let request = String::from_utf8_lossy(&seen).into_owned();
        seen.clear();
        if request.contains("/v1/slow") {
            std::thread::sleep(Duration::from_millis(300));
        }
        let status = if request.contains("/v1/bad") { "503 No" } else { "200 OK" };
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 5\r\n\r\nhello");
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn query(kind: &str, path: &str) -> LoggedQuery {
    LoggedQuery { kind: kind.to_owned(), path: path.to_owned() }
}

fn load(rate: Option<f64>, requests: usize) -> Load {
    Load { rate, connections: 1, warm_up: 0, requests }
}

#[test]
fn a_stall_counts_for_the_requests_that_had_to_wait() {
    let mut queries = vec![query("slow", "/slow")];
    queries.extend((0..10).map(|_| query("quick", "/quick")));
    let run = replay(&server(), &queries, &load(Some(100.0), 11)).expect("a run");
    let quick = &run.kinds["quick"];
    assert_eq!((quick.requests, quick.errors, quick.bytes), (10, 0, 50));
    // The first quick request was due at 10 ms and the last at 100 ms: both waited for the slow one.
    assert!(quick.max > 270_000, "{quick:?}");
    assert!(quick.curve[0].1 > 180_000, "{quick:?}");
    let run = replay(&server(), &queries, &load(None, 11)).expect("a run");
    assert!(run.kinds["quick"].p50 < 150_000, "nobody waits at full speed");
}

#[test]
fn a_rate_is_kept() {
    let queries = [query("quick", "/quick")];
    let run = replay(&server(), &queries, &load(Some(50.0), 11)).expect("a run");
    assert!(run.seconds >= 0.2, "{}", run.seconds);
}

#[test]
fn errors_are_counted() {
    let queries = [query("good", "/quick"), query("bad", "/bad")];
    let load = Load { warm_up: 2, connections: 2, ..load(None, 20) };
    let run = replay(&server(), &queries, &load).expect("a run");
    assert_eq!((run.kinds["bad"].requests, run.kinds["bad"].errors), (10, 10));
    assert_eq!((run.kinds[ALL].requests, run.kinds[ALL].errors), (20, 10));
    let nobody = replay("http://127.0.0.1:1/v1", &queries, &load).expect("a run");
    assert_eq!(nobody.kinds[ALL].errors, 20);
}

#[test]
fn impossible_loads_are_refused() {
    let queries = [query("good", "/quick")];
    assert!(matches!(replay("", &[], &load(None, 1)), Err(LoadError::Empty)));
    assert!(matches!(replay("", &queries, &load(Some(0.0), 1)), Err(LoadError::Rate(_))));
    let none = Load { connections: 0, ..load(None, 1) };
    assert!(matches!(replay("", &queries, &none), Err(LoadError::NoConnection)));
}

#[test]
fn json_and_pages() {
    let queries = [query("a<b>", "/quick"), query("bad", "/bad")];
    let run = replay(&server(), &queries, &load(None, 20)).expect("a run");
    let json = serde_json::to_string(&run).expect("JSON");
    let again: Run = serde_json::from_str(&json).expect("a run");
    assert_eq!((again.kinds.clone(), &again.url), (run.kinds.clone(), &run.url));
    let address = run.url.clone();
    for page in [page(&run), comparison_page(&run, &again)] {
        crate::xml::parse(page.trim_start_matches("<!DOCTYPE html>\n")).expect("well-formed");
        let without_address = page.replace(&address, "");
        assert!(!without_address.contains("http"), "nothing is fetched");
        assert!(!page.contains("src=") && !page.contains("href="));
    }
    assert!(comparison(&run, &again).contains("1.00"));
}
