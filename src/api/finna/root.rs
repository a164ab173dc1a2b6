//! The API's root: the OpenAPI document, or the way to its viewer (finna-api §10).

use super::openapi;
use super::output;
use crate::api::Answer;
use crate::api::params::Params;

/// Shows an OpenAPI document of this server without code from elsewhere.
const VIEWER: &str = include_str!("viewer.html");

/// With `?swagger` or `?openapi` the document, else a redirect to the viewer.
pub(super) fn answer(query: &Params) -> Answer {
    if query.get("swagger").is_some() || query.get("openapi").is_some() {
        return page("application/json", openapi::document());
    }
    let mut headers = output::common_headers();
    headers.push(("Location", "/swagger-ui/?url=%2Fapi%3Fopenapi".to_owned()));
    Answer { status: 302, headers, body: Vec::new() }
}

/// The viewer's page.
pub(super) fn viewer() -> Answer {
    let mut answer = page("text/html; charset=utf-8", VIEWER.to_owned());
    let policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'";
    answer.headers.push(("Content-Security-Policy", policy.to_owned()));
    answer
}

fn page(kind: &str, text: String) -> Answer {
    let mut headers = output::common_headers();
    headers.insert(0, ("Content-Type", kind.to_owned()));
    Answer { status: 200, headers, body: text.into_bytes() }
}
