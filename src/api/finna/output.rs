//! How an answer is written: JSON or JSONP, compact or pretty, and the headers of every answer.

use super::{Answer, Refusal};
use crate::api::json::{self, Gap, ObjectWriter};
use crate::api::params::Params;
use crate::config::Locale;
use crate::present::ApiValue;
use regex::Regex;
use std::sync::LazyLock;

/// Longest callback name (docs/compatibility.md, jsonp-name).
const MAX_CALLBACK: usize = 128;

/// What a callback may look like (docs/compatibility.md, jsonp-name), in a form that JavaScript reads the same way.
const CALLBACK_PATTERN: &str =
    r"^[A-Za-z_$][A-Za-z0-9_$]*(\.[A-Za-z_$][A-Za-z0-9_$]*|\[[0-9]+\])*$";

#[expect(clippy::expect_used, reason = "the pattern is a constant that a test compiles")]
static CALLBACK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(CALLBACK_PATTERN).expect("the callback pattern is well-formed"));

/// The form that the client wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Output {
    callback: Option<String>,
    pretty: bool,
}

impl Output {
    /// Compact JSON.
    pub(super) fn plain() -> Self {
        Output::default()
    }

    /// Reads `callback` and `prettyPrint`. A callback that could be anything but a function's name
    /// is refused (docs/compatibility.md, jsonp-name).
    pub(super) fn choose(params: &Params) -> Result<Self, Refusal> {
        let pretty = params.text("prettyPrint").is_some_and(|text| {
            ["1", "true", "on", "yes"].iter().any(|yes| text.eq_ignore_ascii_case(yes))
        });
        let callback = match params.text("callback") {
            None | Some("" | "0") => None,
            Some(name) if name.len() <= MAX_CALLBACK && CALLBACK.is_match(name) => {
                Some(name.to_owned())
            }
            Some(_) => return Err(Refusal::bad("Invalid callback")),
        };
        Ok(Output { callback, pretty })
    }

    /// Begins a successful answer, of at most `limit` bytes.
    pub(super) fn begin(&self, limit: usize) -> Body {
        let mut text = String::with_capacity(4096);
        if let Some(callback) = &self.callback {
            text.push_str(callback);
            text.push('(');
        }
        Body { object: ObjectWriter::new(text, self.pretty, limit), limit }
    }

    /// The answer with this body; `status` comes last (finna-api §3.2).
    pub(super) fn success(&self, mut body: Body) -> Answer {
        body.object.value("status", &ApiValue::from("OK"));
        let mut text = body.object.end();
        if self.callback.is_some() {
            text.push_str(");");
        }
        self.answer(200, text)
    }

    /// A refusal.
    pub(super) fn error(&self, status: u16, message: &str) -> Answer {
        let body = ApiValue::object([
            ("status", ApiValue::from("ERROR")),
            ("statusMessage", ApiValue::from(message)),
        ]);
        self.write(status, &body)
    }

    fn write(&self, status: u16, body: &ApiValue) -> Answer {
        let text = json::write(body, self.pretty);
        self.answer(
            status,
            match &self.callback {
                None => text,
                Some(callback) => format!("{callback}({text});"),
            },
        )
    }

    fn answer(&self, status: u16, text: String) -> Answer {
        let is_script = self.callback.is_some();
        let kind = if is_script { "application/javascript" } else { "application/json" };
        let mut headers = common_headers();
        headers.insert(0, ("Content-Type", kind.to_owned()));
        Answer { status, headers, body: text.into_bytes() }
    }
}

/// The body of a successful answer while it is written.
#[derive(Debug)]
pub(super) struct Body {
    object: ObjectWriter,
    limit: usize,
}

impl Body {
    /// A key with its value.
    pub(super) fn value(&mut self, key: &str, value: &ApiValue) -> Result<(), Refusal> {
        self.object.value(key, value);
        self.bounded()
    }

    /// `resultCount`, to be put in with [`Body::fill`].
    pub(super) fn gap(&mut self, key: &str) -> Gap {
        self.object.gap(key)
    }

    /// Puts a number in that was not known.
    pub(super) fn fill(&mut self, gap: Gap, number: i64) {
        self.object.fill(gap, number);
    }

    /// The next element of a list.
    pub(super) fn element(&mut self, key: &str, value: &ApiValue) -> Result<(), Refusal> {
        self.object.element(key, value);
        self.bounded()
    }

    fn bounded(&self) -> Result<(), Refusal> {
        if self.object.is_too_large() {
            let mebibytes = self.limit >> 20;
            return Err(Refusal::bad(format!(
                "The answer would be longer than {mebibytes} MiB, ask for fewer records or fields"
            )));
        }
        Ok(())
    }
}

/// The headers of every answer: anyone may read it, and nobody shall guess its type.
pub(super) fn common_headers() -> Vec<(&'static str, String)> {
    vec![
        ("Access-Control-Allow-Origin", "*".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
    ]
}

/// The answer to OPTIONS (finna-api §2).
pub(super) fn preflight() -> Answer {
    let mut headers = common_headers();
    headers.push(("Access-Control-Allow-Methods", "GET, POST, OPTIONS".to_owned()));
    headers.push(("Access-Control-Max-Age", "86400".to_owned()));
    Answer { status: 204, headers, body: Vec::new() }
}

/// `lng` of the query string.
pub(super) fn locale(query: &Params) -> Locale {
    Locale::from_code(query.text("lng").unwrap_or(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vector "13.3.2" of finna-api §13.
    #[test]
    fn pretty_print() {
        for (value, expected) in [
            ("1", true),
            ("true", true),
            ("On", true),
            ("yes", true),
            ("2", false),
            ("y", false),
            ("", false),
        ] {
            let output = Output::choose(&Params::parse(&format!("prettyPrint={value}")));
            assert_eq!(output.expect(value).pretty, expected, "{value}");
        }
    }
}
