//! How an answer is written: JSON or JSONP, compact or pretty, and the headers of every answer.

use super::{Answer, Refusal};
use crate::api::json;
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

    /// A successful answer: `status` comes last (finna-api §3.2).
    pub(super) fn success(&self, mut body: Vec<(&'static str, ApiValue)>) -> Answer {
        body.push(("status", ApiValue::from("OK")));
        let pairs = body.into_iter().map(|(key, value)| (key.into(), value));
        self.write(200, &ApiValue::Object(pairs.collect()))
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
        let (kind, text) = match &self.callback {
            None => ("application/json", text),
            Some(callback) => ("application/javascript", format!("{callback}({text});")),
        };
        let mut headers = common_headers();
        headers.insert(0, ("Content-Type", kind.to_owned()));
        Answer { status, headers, body: text.into_bytes() }
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
