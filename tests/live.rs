//! Ingest while the server runs: it goes through the server, searches see it, nobody else writes.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "a test says what it expects"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn kirjo(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kirjo"));
    command.args(arguments).arg("--data").arg(data);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(Stdio::piped());
    command
}

/// A running server; it ends with the value.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    fn start_with(data: &Path, arguments: &[&str]) -> Self {
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        let mut child = kirjo(data, &arguments).spawn().expect("starts");
        let stderr = child.stderr.take().expect("a pipe");
        let mut lines = BufReader::new(stderr).lines().map_while(Result::ok);
        let line = lines.find(|line| line.starts_with("ready: ")).expect("the server is ready");
        let address = line.split("http://").nth(1).expect("an address");
        let address = address.split(',').next().expect("an address").parse().expect("an address");
        // The rest is the access log; nobody may block on it.
        std::thread::spawn(move || lines.for_each(drop));
        Server { child, address }
    }

    /// Status and body of a request.
    fn get(address: SocketAddr, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(address).expect("a connection");
        let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let status = answer.split(' ').nth(1).expect("a status").parse().expect("a status");
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (status, body.to_owned())
    }

    fn count(&self, query: &str) -> u64 {
        let (status, body) = Self::get(self.address, &format!("/v1/search?{query}&limit=0"));
        assert_eq!(status, 200, "{body}");
        let start = body.find("\"resultCount\":").expect("a count") + "\"resultCount\":".len();
        let digits: String = body[start..].chars().take_while(char::is_ascii_digit).collect();
        digits.parse().expect("a number")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}

fn sample(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-records").join(name);
    path.to_str().expect("a path of UTF-8").to_owned()
}

/// One ISO 2709 record with a title.
fn marc(number: usize) -> Vec<u8> {
    let mut directory = String::new();
    let mut data = String::new();
    let title = format!("10\u{1F}aKirja numero {number}.");
    for (tag, value) in [("001", format!("{number:06}")), ("245", title)] {
        let field = format!("{value}\u{1E}");
        directory.push_str(&format!("{tag}{:04}{:05}", field.len(), data.len()));
        data.push_str(&field);
    }
    let base = 24 + directory.len() + 1;
    let length = base + data.len() + 1;
    format!("{length:05}nam a22{base:05} a 4500{directory}\u{1E}{data}\u{1D}").into_bytes()
}

#[test]
fn an_ingest_goes_through_the_running_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&data);
    assert_eq!(server.count("lookfor="), 0);

    // Somebody searches all the while.
    let stop = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicU64::new(0));
    let searcher = {
        let (stop, answered, address) = (Arc::clone(&stop), Arc::clone(&answered), server.address);
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                let query = "/v1/search?lookfor=kirja&facet[]=format&limit=5";
                let (status, body) = Server::get(address, query);
                assert_eq!(status, 200, "{body}");
                answered.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    let file = sample("marc/city-library.mrc");
    let ingest = ["ingest", "--source", "kaupunki", file.as_str()];
    let done = kirjo(&data, &ingest).output().expect("kirjo runs");
    let ended = Instant::now();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success() && said.contains("80 stored"), "{said}");
    while server.count("lookfor=sinuhe") == 0 {
        assert!(ended.elapsed() < Duration::from_secs(2), "not visible after two seconds");
    }
    println!("visible {} ms after the ingest ended", ended.elapsed().as_millis());
    let again = kirjo(&data, &ingest).output().expect("kirjo runs");
    assert!(String::from_utf8_lossy(&again.stderr).contains("80 unchanged"));
    let gone = folder.path().join("gone.txt");
    std::fs::write(&gone, "200101\nno.such\n").expect("written");
    let list = gone.to_str().expect("UTF-8");
    let delete = ["ingest", "--source", "kaupunki", "--delete-ids", list];
    let deleted = kirjo(&data, &delete).output().expect("kirjo runs");
    let said = String::from_utf8_lossy(&deleted.stderr).into_owned();
    assert!(said.contains("1 deleted"), "{said}");
    stop.store(true, Ordering::Relaxed);
    searcher.join().expect("every search was answered");
    assert!(answered.load(Ordering::Relaxed) > 10);
    drop(server);
    // A killed server leaves nothing that has to be cleaned up.
    let check = kirjo(&data, &["index", "check"]).output().expect("kirjo runs");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}

/// A source whose file came after the start was unknown, and one that changed kept its settings.
#[test]
fn settings_of_sources_are_read_for_every_ingest() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, config) = (folder.path().join("data"), folder.path().join("config"));
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("index-config");
    let copied = Command::new("cp").arg("-r").arg(&built_in).arg(&config).status().expect("cp");
    assert!(copied.success());
    let settings = config.join("sources/uusi.toml");
    let ingest = |file: &str| {
        let config = config.to_str().expect("a path of UTF-8");
        let arguments = ["ingest", "--source", "uusi", "--config", config, file];
        let output = kirjo(&data, &arguments).output().expect("it runs");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let file = folder.path().join("records.mrc");
    std::fs::write(&file, marc(1)).expect("written");
    let file = file.to_str().expect("a path of UTF-8");
    let config_text = config.to_str().expect("a path of UTF-8");
    let server = Server::start_with(&data, &["--config", config_text]);
    let (is_done, told) = ingest(file);
    assert!(!is_done && told.contains("uusi.toml"), "{told}");
    std::fs::write(&settings, "institution = \"Uusi\"\nformat = \"marc\"\n").expect("written");
    let (is_done, told) = ingest(file);
    assert!(is_done, "{told}");
    let (_, body) = Server::get(server.address, "/v1/record?id=uusi.000001&field[]=fullRecord");
    assert!(body.contains("numero 1."), "{body}");
    assert_eq!(server.count("filter[]=building:%220/Uusi/%22"), 1);
    std::fs::write(&settings, "institution = \"Toinen\"\nformat = \"marc\"\n").expect("written");
    let second = folder.path().join("second.mrc");
    std::fs::write(&second, marc(2)).expect("written");
    let (is_done, told) = ingest(second.to_str().expect("a path of UTF-8"));
    assert!(is_done, "{told}");
    assert_eq!(server.count("filter[]=building:%220/Toinen/%22"), 1);
    std::fs::write(&settings, "institushun = \"Kolmas\"\nformat = \"marc\"\n").expect("written");
    let (is_done, told) = ingest(file);
    assert!(!is_done && told.contains("uusi.toml:1"), "{told}");
    // Another folder is not read in silence either.
    let other = built_in.to_str().expect("a path of UTF-8");
    let arguments = ["ingest", "--source", "kaupunki", "--config", other, file];
    let output = kirjo(&data, &arguments).output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains("the server reads its settings"), "{told}");
    assert_eq!(server.count("lookfor=numero"), 2);
}

#[test]
fn a_second_writer_is_refused_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let pid = server.child.id().to_string();
    // A command that needs the data directory itself.
    let start = Instant::now();
    let refused = kirjo(&data, &["index", "rebuild"]).output().expect("kirjo runs");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains(&pid), "{said}");
    println!("refused after {} ms", start.elapsed().as_millis());
    // On an idle machine a tenth of a second; this one may be busy.
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());

    // A second ingest while one is running.
    let file = folder.path().join("many.mrc");
    let many: Vec<u8> = (0..20_000).flat_map(marc).collect();
    std::fs::write(&file, many).expect("written");
    let file = file.to_str().expect("UTF-8");
    let mut first =
        kirjo(&data, &["ingest", "--source", "kaupunki", file]).spawn().expect("starts");
    let mut lines = BufReader::new(first.stderr.take().expect("a pipe")).lines();
    let begun = lines.by_ref().map_while(Result::ok).any(|line| line.starts_with("stored "));
    assert!(begun, "the first ingest tells of its progress");
    let university = sample("marc/university.mrc");
    let second = kirjo(&data, &["ingest", "--source", "yliopisto", &university]).output();
    let second = second.expect("kirjo runs");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(!second.status.success(), "{said}");
    assert!(said.contains("busy") && said.contains("kaupunki") && said.contains(&pid), "{said}");
    lines.map_while(Result::ok).for_each(drop);
    assert!(first.wait().expect("an end").success());
    assert_eq!(server.count("lookfor=numero"), 20_000);
    let later = kirjo(&data, &["ingest", "--source", "yliopisto", &university]).output();
    assert!(later.expect("kirjo runs").status.success());
}
