//! Every address of the face, once: answers, allowed methods and the OpenAPI document follow it.

use super::swagger_ui::Page;
use crate::api::Method;

/// What an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// Searches.
    Search,
    /// Records by id.
    Record,
    /// A user's list.
    List,
    /// An image of a record.
    Cover,
    /// The OpenAPI document, or the way to the pages that show it.
    Root,
    /// A page or file of Swagger UI.
    Viewer(Page),
}

/// An address, compared as it is: no slash at the end but where one is written here, and no other
/// case (finna-api §1).
#[derive(Debug)]
pub(super) struct Route {
    pub(super) path: &'static str,
    pub(super) endpoint: Endpoint,
}

const fn route(path: &'static str, endpoint: Endpoint) -> Route {
    Route { path, endpoint }
}

pub(super) static ROUTES: [Route; 20] = [
    route("/api/v1/record", Endpoint::Record),
    route("/api/v1/search", Endpoint::Search),
    route("/v1/record", Endpoint::Record),
    route("/v1/search", Endpoint::Search),
    route("/api/v1/list", Endpoint::List),
    route("/Cover/Show", Endpoint::Cover),
    route("/v1", Endpoint::Root),
    route("/v1/", Endpoint::Root),
    route("/api", Endpoint::Root),
    route("/api/", Endpoint::Root),
    route("/api/v1", Endpoint::Root),
    route("/api/v1/", Endpoint::Root),
    route("/swagger-ui", Endpoint::Viewer(Page::Index)),
    route("/swagger-ui/", Endpoint::Viewer(Page::Index)),
    route("/swagger-ui/kirjo.js", Endpoint::Viewer(Page::Start)),
    route("/swagger-ui/index.css", Endpoint::Viewer(Page::BaseStyle)),
    route("/swagger-ui/swagger-ui.css", Endpoint::Viewer(Page::Style)),
    route("/swagger-ui/swagger-ui-bundle.js", Endpoint::Viewer(Page::Script)),
    route("/swagger-ui/favicon-16x16.png", Endpoint::Viewer(Page::SmallIcon)),
    route("/swagger-ui/favicon-32x32.png", Endpoint::Viewer(Page::Icon)),
];

impl Endpoint {
    /// What the path leads to.
    pub(super) fn of(path: &str) -> Option<Self> {
        ROUTES.iter().find(|route| route.path == path).map(|route| route.endpoint)
    }

    /// The word for it in metrics.
    pub(super) fn label(self) -> &'static str {
        match self {
            Endpoint::Search => "search",
            Endpoint::Record => "record",
            Endpoint::List => "list",
            Endpoint::Cover => "cover",
            Endpoint::Root => "root",
            Endpoint::Viewer(_) => "swagger-ui",
        }
    }

    /// True if the endpoint answers this method; OPTIONS is answered everywhere.
    pub(super) fn allows(self, method: Method) -> bool {
        match method {
            Method::Get | Method::Head => true,
            Method::Post => !matches!(self, Endpoint::Viewer(_) | Endpoint::Cover),
            Method::Options => true,
            Method::Other => false,
        }
    }

    /// The header `Allow` of a refused method.
    pub(super) fn allowed(self) -> &'static str {
        if self.allows(Method::Post) { "GET, HEAD, POST, OPTIONS" } else { "GET, HEAD, OPTIONS" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_literal() {
        for (path, expected) in [
            ("/v1/search", Some(Endpoint::Search)),
            ("/api/v1/search", Some(Endpoint::Search)),
            ("/v1/search/", None),
            ("/v1/Search", None),
            ("/v1/search;/x.bat", None),
            ("/v1/search.json", None),
            ("/v1//search", None),
            ("/v1/list", None),
            ("/api/v1/", Some(Endpoint::Root)),
            ("/swagger-ui/../Cargo.toml", None),
            ("/swagger-ui/%2e%2e/x", None),
            ("", None),
        ] {
            assert_eq!(Endpoint::of(path), expected, "{path}");
        }
        for (at, route) in ROUTES.iter().enumerate() {
            assert!(ROUTES[..at].iter().all(|other| other.path != route.path), "{}", route.path);
        }
    }
}
