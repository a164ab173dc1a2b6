//! The API's root: the OpenAPI document, or the way to its viewer (finna-api §10).

use super::openapi;
use super::output;
use crate::api::Answer;
use crate::api::params::Params;

/// With `?swagger` or `?openapi` the document, else a redirect to the viewer.
pub(super) fn answer(query: &Params) -> Answer {
    if query.get("swagger").is_some() || query.get("openapi").is_some() {
        return page("application/json", openapi::document());
    }
    let mut headers = output::common_headers();
    headers.push(("Location", "/swagger-ui/?url=%2Fapi%3Fopenapi".to_owned()));
    Answer { status: 302, headers, body: Vec::new() }
}

fn page(kind: &str, text: String) -> Answer {
    let mut headers = output::common_headers();
    headers.insert(0, ("Content-Type", kind.to_owned()));
    Answer { status: 200, headers, body: text.into_bytes() }
}
