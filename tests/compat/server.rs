//! Where the requests go: into this process, or to an address.

use crate::cases::{Case, Needs};
use crate::demo::{self, Demo};
use kirjo::api::{Method, Request};
use kirjo::config::ConfigFolder;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

/// An answer from wherever.
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// The samples and the records of this suite, under the project's configuration and the sources of
/// this suite.
static DEMO: LazyLock<(Demo, tempfile::TempDir)> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = tempfile::tempdir().expect("a folder");
    copy(&root.join("index-config"), config.path());
    copy(&root.join("tests/compat/sources"), &config.path().join("sources"));
    let mut files = demo::sample_files();
    for (source, file) in [
        ("koemarc", "marc.xml"),
        ("koeesine", "object.xml"),
        ("koearkisto", "archive.xml"),
        ("koearkisto3", "archive3.xml"),
        ("koejulkaisu", "repository.xml"),
        ("koeavoin", "open.xml"),
        ("koeelo", "film.xml"),
        ("koeoppi", "learning.xml"),
        ("koepaketti", "package.xml"),
    ] {
        files.push((source.to_owned(), root.join("tests/compat/records").join(file)));
    }
    (demo::build(&ConfigFolder::Disk(config.path().to_owned()), &files), config)
});

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a copy");
        }
    }
}

/// Where the requests go.
pub enum Server {
    InProcess,
    At(String),
}

impl Server {
    pub fn from_environment() -> Self {
        match std::env::var("KIRJO_COMPAT_URL") {
            Ok(url) if !url.is_empty() => Server::At(url.trim_end_matches('/').to_owned()),
            _ => Server::InProcess,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Server::InProcess => "this process",
            Server::At(url) => url,
        }
    }

    /// True if the server has the data that a case is about.
    pub fn has(&self, needs: Needs) -> bool {
        match (self, needs) {
            (Server::InProcess, _) | (_, Needs::Nothing) => true,
            (Server::At(url), Needs::Samples) => !url.contains("finna.fi"),
            (Server::At(_), Needs::Records) => false,
        }
    }

    pub fn ask(&self, case: &Case) -> Answer {
        match self {
            Server::InProcess => in_process(case),
            Server::At(url) => over_the_net(url, case),
        }
    }
}

fn in_process(case: &Case) -> Answer {
    let (path, query) = case.request.split_once('?').unwrap_or((&case.request, ""));
    let answer = DEMO.0.finna.answer(&Request {
        method: match case.method.as_str() {
            "GET" => Method::Get,
            "POST" => Method::Post,
            "HEAD" => Method::Head,
            "OPTIONS" => Method::Options,
            _ => Method::Other,
        },
        path,
        query,
        content_type: case.content_type.as_deref().unwrap_or("application/x-www-form-urlencoded"),
        body: case.body.as_bytes(),
        deadline: None,
    });
    let headers = answer.headers.into_iter().map(|(name, value)| (name.to_owned(), value));
    Answer { status: answer.status, headers: headers.collect(), body: answer.body }
}

fn over_the_net(url: &str, case: &Case) -> Answer {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--globoff", "--path-as-is", "--include"]);
    curl.args(["--max-time", "30"]);
    match case.method.as_str() {
        "HEAD" => curl.arg("--head"),
        method => curl.args(["--request", method]),
    };
    if case.method == "POST" {
        let kind = case.content_type.as_deref().unwrap_or("application/x-www-form-urlencoded");
        curl.args(["--header", &format!("Content-Type: {kind}"), "--data-binary", &case.body]);
    }
    // What a browser would encode, curl sends as it is.
    let request = case.request.replace(' ', "%20").replace('"', "%22");
    let output = curl.arg(format!("{url}{request}")).output().expect("curl is installed");
    assert!(output.status.success(), "curl: {}", String::from_utf8_lossy(&output.stderr));
    let mut rest = output.stdout.as_slice();
    loop {
        let end = memchr::memmem::find(rest, b"\r\n\r\n").expect("headers");
        let (head, body) = (&rest[..end], &rest[end + 4..]);
        let head = String::from_utf8_lossy(head).into_owned();
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
        let status: u16 = status.expect("a status");
        // An interim answer comes before the real one.
        if status == 100 {
            rest = body;
            continue;
        }
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
        return Answer { status, headers: headers.collect(), body: body.to_vec() };
    }
}

/// A field of a record as a line of a case; `null` when it is missing.
pub fn shown_field(id: &str, field: &str) -> String {
    let lng = std::env::var("KIRJO_COMPAT_LNG").unwrap_or_else(|_| "fi".to_owned());
    let query = format!("id={}&field[]={field}&lng={lng}", kirjo::text::url_encode(id));
    let answer = DEMO.0.finna.answer(&Request {
        method: Method::Get,
        path: "/v1/record",
        query: &query,
        content_type: "",
        body: b"",
        deadline: None,
    });
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    let start = format!("{{\"resultCount\":1,\"records\":[{{\"{field}\":");
    let value =
        body.strip_prefix(&start).and_then(|rest| rest.strip_suffix("}],\"status\":\"OK\"}"));
    let value = value.unwrap_or("null").replace("\\/", "/");
    format!("    - {{field: {field}, is: '{}'}}", unescaped(&value).replace('\'', "''"))
}

/// `\u00e4` as the letter.
fn unescaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find("\\u") {
        let code = rest.get(at + 2..at + 6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let letter = code.filter(|code| *code > 0x7F).and_then(char::from_u32);
        out.push_str(&rest[..at]);
        match letter {
            Some(letter) => out.push(letter),
            None => out.push_str(&rest[at..at + 6]),
        }
        rest = &rest[at + 6..];
    }
    out.push_str(rest);
    out
}
