//! The HTTP faces: "here is a request, here are the bytes".
//!
//! [`finna`] answers as Finna does; [`serve`] puts it on a socket. What faces share is here:
//! parameters as PHP reads them, JSON as PHP writes it, limits and errors.

mod answer_cache;
pub mod finna;
mod flood;
mod json;
mod lenient;
mod metrics;
mod multipart;
mod operations;
mod params;
mod pool;
mod server;

pub use finna::{FacetFilters, Finna, search_request};
pub use flood::RateSettings;
pub use json::{normalise, write};
pub use params::{Key, Param, Params};
pub use server::{ServerError, ServerSettings, serve};

use std::time::Instant;

/// The methods that faces know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// HEAD: as GET, the body is left out by the server.
    Head,
    /// POST: parameters may be in the body as well.
    Post,
    /// OPTIONS.
    Options,
    /// Anything else, which is refused.
    Other,
}

/// A request, free of any HTTP library.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Method.
    pub method: Method,
    /// Path, percent-decoding not done.
    pub path: &'a str,
    /// Query string without `?`.
    pub query: &'a str,
    /// `Content-Type` of the body.
    pub content_type: &'a str,
    /// Body.
    pub body: &'a [u8],
    /// When the client stops waiting.
    pub deadline: Option<Instant>,
}

/// An answer, free of any HTTP library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers beside those that the server sets itself.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Vec<u8>,
}
