//! Swagger UI in a real browser: it opens, a search is tried out, nothing is asked of other hosts.
//!
//! Runs where a Chromium is installed and is skipped with a message elsewhere. The picture of the
//! page goes to `target/tmp/swagger-ui.png`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test says what it expects"
)]

use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

fn browser() -> Option<&'static str> {
    let answers = |name: &&str| {
        let mut command = Command::new(name);
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find(answers)
}

/// Ends the process when the test ends, however it ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _killed = self.0.kill();
        let _ended = self.0.wait();
    }
}

fn server(folder: &Path) -> (Running, String) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_kirjo"))
        .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder)
        .env("RUST_LOG", "error")
        .stderr(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let lines = BufReader::new(process.stderr.take().expect("stderr")).lines();
    let (told, address) = mpsc::channel();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            if let Some(at) = line.find("http://").filter(|_| line.starts_with("ready")) {
                let address = line[at..].split(',').next().unwrap_or("").to_owned();
                let _sent = told.send(address);
            }
        }
    });
    let running = Running(process);
    (running, address.recv_timeout(PATIENCE).expect("a ready line"))
}

/// A browser that is told what to do through a pair of pipes: messages of JSON, each ended by NUL.
struct Page {
    _browser: Running,
    to: File,
    from: Receiver<Value>,
    session: Value,
    number: u64,
    /// Addresses that the page asked for.
    asked: Vec<String>,
}

impl Page {
    fn open(browser: &str, folder: &Path) -> Self {
        let (into, out) = (folder.join("in"), folder.join("out"));
        let made = Command::new("mkfifo").args([&into, &out]).status().expect("mkfifo");
        assert!(made.success());
        // File descriptors 3 and 4 are the browser's ends.
        let script = format!(
            "exec {browser} --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
             --disable-background-networking --disable-component-update --disable-sync \
             --disable-dev-shm-usage --window-size=1280,2200 --remote-debugging-pipe \
             --user-data-dir={}/profile about:blank 3<{} 4>{}",
            folder.display(),
            into.display(),
            out.display()
        );
        let process = Command::new("sh").args(["-c", &script]).stderr(Stdio::null()).spawn();
        let browser = Running(process.expect("the browser starts"));
        let to = File::options().write(true).open(&into).expect("a pipe to the browser");
        let mut reader = BufReader::new(File::open(&out).expect("a pipe from the browser"));
        let (told, from) = mpsc::channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while reader.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                let parsed = serde_json::from_slice(&message).unwrap_or_default();
                if told.send(parsed).is_err() {
                    break;
                }
                message.clear();
            }
        });
        let mut page = Page {
            _browser: browser,
            to,
            from,
            session: Value::Null,
            number: 0,
            asked: Vec::new(),
        };
        let target = page.tell("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        page.session = page.tell("Target.attachToTarget", attach)["sessionId"].clone();
        for domain in ["Page", "Network", "Runtime"] {
            page.tell(&format!("{domain}.enable"), json!({}));
        }
        page
    }

    fn tell(&mut self, method: &str, params: Value) -> Value {
        self.number += 1;
        let mut message = json!({"id": self.number, "method": method, "params": params});
        if !self.session.is_null() {
            message["sessionId"] = self.session.clone();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).expect("the browser listens");
        loop {
            let message = self.from.recv_timeout(PATIENCE).expect("the browser answers");
            if message["method"] == "Network.requestWillBeSent" {
                let address = message["params"]["request"]["url"].as_str().unwrap_or("");
                self.asked.push(address.to_owned());
            }
            if message["id"] == self.number {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
        }
    }

    fn evaluate(&mut self, script: &str) -> Value {
        let params = json!({"expression": script, "returnByValue": true});
        self.tell("Runtime.evaluate", params)["result"]["value"].clone()
    }

    /// Waits until a script gives something true.
    fn wait_for(&mut self, script: &str) -> Value {
        let begun = Instant::now();
        loop {
            let value = self.evaluate(script);
            if !matches!(value, Value::Null | Value::Bool(false)) && value != "" {
                return value;
            }
            assert!(begun.elapsed() < PATIENCE, "waited in vain for {script}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

#[test]
fn swagger_ui_works_without_other_hosts() {
    let Some(browser) = browser() else {
        eprintln!("SKIPPED swagger_ui_works_without_other_hosts: no Chromium is installed");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let (_server, address) = server(&folder.path().join("data"));
    let mut page = Page::open(browser, folder.path());
    page.tell("Page.navigate", json!({"url": format!("{address}/v1")}));
    page.wait_for("document.querySelector('#operations-Search-getSearch') !== null");
    let title = page.evaluate("document.querySelector('.info .title').textContent");
    assert!(title.as_str().is_some_and(|title| title.starts_with("Finna")), "{title}");

    page.evaluate("document.querySelector('#operations-Search-getSearch button').click()");
    page.wait_for("document.querySelector('.try-out__btn') !== null");
    page.evaluate("document.querySelector('.try-out__btn').click()");
    page.wait_for("document.querySelector('.execute') !== null");
    // The way that the interface's own input goes.
    page.evaluate(
        "(() => { const input = document.querySelector('tr[data-param-name=lookfor] input'); \
         const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set; \
         set.call(input, 'sinuhe'); \
         input.dispatchEvent(new Event('input', {bubbles: true})); \
         input.dispatchEvent(new Event('focusout', {bubbles: true})); })()",
    );
    // The interface waits until nobody types any more.
    std::thread::sleep(Duration::from_millis(700));
    page.evaluate("document.querySelector('.execute').click()");
    let status = page.wait_for(
        "(document.querySelector('.live-responses-table tbody .response-col_status') || {}).textContent",
    );
    assert!(status.as_str().is_some_and(|status| status.starts_with("200")), "{status}");
    let body = page.wait_for(
        "(document.querySelector('.live-responses-table tbody .highlight-code') || {}).textContent",
    );
    let body = body.as_str().expect("a text");
    assert!(body.contains("\"resultCount\"") && body.contains("Sinuhe"), "{body:.300}");

    let picture = page.tell("Page.captureScreenshot", json!({"format": "png"}));
    let picture = picture["data"].as_str().expect("a picture").to_owned();
    save_base64(&picture, &Path::new(env!("CARGO_TARGET_TMPDIR")).join("swagger-ui.png"));

    let searches: Vec<&String> = page.asked.iter().filter(|u| u.contains("/search?")).collect();
    assert!(searches.len() == 1 && searches[0].contains("lookfor=sinuhe"), "{searches:?}");
    let foreign: Vec<&String> = page
        .asked
        .iter()
        .filter(|url| !url.starts_with(&address) && !url.starts_with("data:"))
        .collect();
    assert!(foreign.is_empty(), "other hosts were asked: {foreign:?}");
    println!("{} requests, none of them to other hosts", page.asked.len());
}

fn save_base64(text: &str, path: &Path) {
    let mut decode = Command::new("base64")
        .arg("-d")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("base64");
    let mut input = decode.stdin.take().expect("stdin");
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let mut bytes = Vec::new();
    decode.stdout.take().expect("stdout").read_to_end(&mut bytes).expect("a picture");
    writer.join().expect("no panic").expect("base64 reads");
    let _ended = decode.wait();
    std::fs::write(path, bytes).expect("the picture is kept");
}
