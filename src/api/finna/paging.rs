//! `limit` and `page` (finna-api §6.6).

use super::Refusal;
use crate::api::params::{Param, Params};

/// Hits that can be reached by paging.
const CEILING: u64 = 100_000;
/// Hits of a page when the client does not say.
pub(super) const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;

/// The wanted part of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paging {
    /// Hits of a page; 0 when no field is asked for.
    pub(super) limit: usize,
    /// Page from 1, at most the last one below the ceiling.
    pub(super) page: u64,
}

impl Paging {
    /// Reads `limit` and `page`. Without any field asked for nothing can be shown, so the effective
    /// limit is 0 whatever was asked.
    pub(super) fn read(params: &Params, fields_asked: bool) -> Result<Self, Refusal> {
        let asked = match params.get("limit") {
            None => DEFAULT_LIMIT,
            Some(limit) => limit
                .as_text()
                .and_then(parse_limit)
                .ok_or_else(|| Refusal::bad("Invalid limit"))?,
        };
        let limit = if fields_asked { asked } else { 0 };
        let page = match params.get("page") {
            Some(Param::Text(text)) => leading_integer(text),
            _ => 1,
        };
        let ceiling = match u64::try_from(limit) {
            Ok(limit) if limit > 0 && page.saturating_mul(limit) > CEILING => {
                CEILING.div_ceil(limit)
            }
            _ => page,
        };
        Ok(Paging { limit, page: ceiling })
    }

    /// Hits before the page.
    pub(super) fn offset(&self) -> usize {
        let before = usize::try_from(self.page - 1).unwrap_or(usize::MAX);
        before.saturating_mul(self.limit)
    }
}

fn parse_limit(text: &str) -> Option<usize> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|limit| *limit <= MAX_LIMIT)
}

/// PHP's `intval`, at least 1.
fn leading_integer(text: &str) -> u64 {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0B', '\x0C']);
    let text = text.strip_prefix('+').unwrap_or(text);
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    match text.get(..digits) {
        None | Some("") => 1,
        Some(number) => number.parse().unwrap_or(u64::MAX).max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vector "13.3.3" of finna-api §13, and more.
    #[test]
    fn limits() {
        for (query, expected) in [
            ("limit=0", Some(0)),
            ("limit=007", Some(7)),
            ("limit=100", Some(100)),
            ("", Some(20)),
            ("limit=", None),
            ("limit", None),
            ("limit=101", None),
            ("limit=-1", None),
            ("limit=+5", None),
            ("limit=%2B5", None),
            ("limit=1.0", None),
            ("limit=1e1", None),
            ("limit[]=5", None),
            ("limit=99999999999999999999999", None),
        ] {
            let paging = Paging::read(&Params::parse(query), true);
            assert_eq!(paging.as_ref().ok().map(|p| p.limit), expected, "{query}");
            if expected.is_none() {
                assert_eq!(paging.unwrap_err(), Refusal::bad("Invalid limit"));
            }
        }
        assert_eq!(Paging::read(&Params::parse("limit=5"), false).expect("valid").limit, 0);
    }

    /// Vectors "13.3.4" to "13.3.7" of finna-api §13, and more.
    #[test]
    fn pages() {
        for (query, page, offset) in [
            ("", 1, 0),
            ("page=3", 3, 40),
            ("page=3x", 3, 40), // "13.3.4", with the four around it
            ("page=0", 1, 0),
            ("page=-2", 1, 0),
            ("page=x", 1, 0),
            ("page[]=9", 1, 0),
            ("limit=20&page=5000", 5000, 99_980), // "13.3.5"
            ("limit=20&page=6000", 5000, 99_980), // "13.3.5"
            ("limit=30&page=9999", 3334, 99_990), // "13.3.6"
            ("limit=0&page=7", 7, 0),             // "13.3.7"
            ("page=99999999999999999999999999", 5000, 99_980),
        ] {
            let paging = Paging::read(&Params::parse(query), true).expect(query);
            assert_eq!((paging.page, paging.offset()), (page, offset), "{query}");
        }
    }
}
