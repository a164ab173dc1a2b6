//! The Finna API: search and record by id, as <https://api.finna.fi> answers them.
//!
//! [`Finna::answer`] is the whole of it without sockets: a request in, status, headers and bytes out.

mod collation;
mod cover;
mod facet_filter;
mod facets;
mod filters;
mod href;
mod list;
mod loose_date;
mod openapi;
mod output;
mod paging;
mod ranges;
mod record;
mod root;
mod routes;
mod search;
mod sort;
mod swagger_ui;

use super::answer_cache::AnswerCache;
use super::params::Params;
use super::{Answer, Method, Request, multipart};
use crate::config::{ConfigError, ConfigFolder, FacetSettings, Schema, Translations};
use crate::present::Presenter;
use crate::search::{SearchError, SearchService};
pub use facet_filter::FacetFilters;
use output::Output;
use routes::Endpoint;
pub use search::search_request;
use std::sync::Arc;

/// Most that a client may ask for in one request.
const MAX_FACETS: usize = 50;
const MAX_FACET_FILTERS: usize = 50;
/// Longest answer, in bytes.
const MAX_ANSWER: usize = 64 << 20;

/// The Finna face: a search service with the texts and settings its answers need.
pub struct Finna {
    service: Arc<dyn SearchService>,
    presenter: Presenter,
    facets: FacetSettings,
    records: AnswerCache,
    max_answer: usize,
}

/// A refusal, with the status and the text that Finna gives.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Refusal {
    status: u16,
    message: String,
}

impl Refusal {
    fn bad(message: impl Into<String>) -> Self {
        Refusal { status: 400, message: message.into() }
    }
}

impl From<SearchError> for Refusal {
    /// What the engine says goes to the log; the client gets Finna's words.
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Invalid(what) => {
                tracing::debug!(what, "invalid search");
                Refusal::bad("Invalid search")
            }
            SearchError::Refused(why) => Refusal::bad(why),
            SearchError::TimedOut(limit) => {
                tracing::warn!(limit, "search took too long");
                Refusal { status: 503, message: "Search took too long".into() }
            }
            SearchError::Unavailable(what) => {
                tracing::error!(what, "search service failed");
                Refusal { status: 503, message: "Search service unavailable".into() }
            }
        }
    }
}

impl Finna {
    /// A face over a search service, with settings from `index-config/`.
    pub fn new(
        service: Arc<dyn SearchService>,
        config: &ConfigFolder,
    ) -> Result<Self, ConfigError> {
        let facets = FacetSettings::load(config)?;
        let translations = Arc::new(Translations::load(config)?);
        let schema = Arc::new(Schema::load(config)?);
        Ok(Self::with_settings(service, facets, translations, schema))
    }

    /// A face over a search service with the given settings.
    pub fn with_settings(
        service: Arc<dyn SearchService>,
        facets: FacetSettings,
        translations: Arc<Translations>,
        schema: Arc<Schema>,
    ) -> Self {
        let hierarchical = facets.hierarchical_fields().map(str::to_owned).collect();
        let presenter = Presenter::new(translations, schema, hierarchical);
        let records = AnswerCache::new();
        Finna { service, presenter, facets, records, max_answer: MAX_ANSWER }
    }

    /// The same with answers to searches and requests for records of at most so many bytes; a
    /// longer one is refused.
    #[must_use]
    pub fn with_max_answer(mut self, bytes: usize) -> Self {
        self.max_answer = bytes;
        self
    }

    /// The same over a service whose documents come as Solr returns them.
    #[must_use]
    pub fn of_returned_documents(mut self) -> Self {
        self.presenter = self.presenter.of_returned_documents();
        self
    }

    /// Reads all settings of the face, to find what is wrong in them.
    pub fn check(config: &ConfigFolder) -> Result<(), ConfigError> {
        FacetSettings::load(config)?;
        Translations::load(config).map(drop)
    }

    /// A refusal that the server makes itself, in Finna's form.
    pub(super) fn refuse(status: u16, message: &str) -> Answer {
        Output::plain().error(status, message)
    }

    /// An answer that is ready: a record that was asked for in the same words and has not changed
    /// since. It costs so little that the threads which serve sockets may ask for it.
    pub(super) fn at_hand(&self, request: &Request<'_>) -> Option<Arc<Answer>> {
        let is_record = is_read(request) && Endpoint::of(request.path) == Some(Endpoint::Record);
        let version = is_record.then(|| self.service.version())??;
        self.records.get(request.query, version)
    }

    /// Answers a request, and keeps the answer if it is a record's.
    pub(super) fn answer_and_keep(&self, request: &Request<'_>) -> Answer {
        let is_record = is_read(request) && Endpoint::of(request.path) == Some(Endpoint::Record);
        // Asked for before the data are read: a change in between makes the answer an old one.
        let version = if is_record { self.service.version() } else { None };
        let answer = self.answer(request);
        if let Some(version) = version.filter(|_| answer.status == 200) {
            self.records.put(request.query, version, &answer);
        }
        answer
    }

    /// Answers a request. Never panics; every refusal is JSON (or JSONP) of Finna's form.
    pub fn answer(&self, request: &Request<'_>) -> Answer {
        let Some(endpoint) = Endpoint::of(request.path) else {
            return Output::plain().error(404, "Not found");
        };
        if request.method == Method::Options {
            return output::preflight();
        }
        if !endpoint.allows(request.method) {
            let mut answer = Output::plain().error(405, "Method not allowed");
            answer.headers.push(("Allow", endpoint.allowed().into()));
            return answer;
        }
        let query = Params::parse(request.query);
        // The language is read from the query string alone (finna-api §7.2).
        let locale = output::locale(&query);
        match endpoint {
            Endpoint::Root => return root::answer(&query),
            Endpoint::Viewer(page) => return swagger_ui::answer(page),
            Endpoint::Search | Endpoint::Record | Endpoint::List | Endpoint::Cover => {}
        }
        let params = query.or(body_params(request));
        if endpoint == Endpoint::Cover {
            return self
                .cover(&params)
                .unwrap_or_else(|refusal| Output::plain().error(refusal.status, &refusal.message));
        }
        if endpoint == Endpoint::List {
            // A list never looks at the form that the client wants (finna-api §11).
            let refusal = list::refusal(&params);
            return Output::plain().error(refusal.status, &refusal.message);
        }
        let output = match Output::choose(&params) {
            Ok(output) => output,
            Err(refusal) => return Output::plain().error(refusal.status, &refusal.message),
        };
        let body = output.begin(self.max_answer);
        let result = match endpoint {
            Endpoint::Search => self.search(&params, locale, request.deadline, body),
            _ => self.record(&params, locale, body),
        };
        match result {
            Ok(body) => output.success(body),
            Err(refusal) => output.error(refusal.status, &refusal.message),
        }
    }

    /// The word for a path in metrics: the endpoint's, or `other`.
    pub(super) fn label(path: &str) -> &'static str {
        Endpoint::of(path).map_or("other", Endpoint::label)
    }

    /// The presenter, for faces and tests that show records themselves.
    pub fn presenter(&self) -> &Presenter {
        &self.presenter
    }
}

/// True for requests whose parameters are all in the query string.
fn is_read(request: &Request<'_>) -> bool {
    matches!(request.method, Method::Get | Method::Head)
}

fn body_params(request: &Request<'_>) -> Params {
    if request.method != Method::Post {
        return Params::default();
    }
    let kind = request.content_type.split(';').next().unwrap_or("").trim();
    if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Params::parse(&String::from_utf8_lossy(request.body))
    } else if kind.eq_ignore_ascii_case("multipart/form-data") {
        Params::from_pairs(multipart::text_parts(request.content_type, request.body))
    } else {
        Params::default()
    }
}

#[cfg(test)]
mod tests;
