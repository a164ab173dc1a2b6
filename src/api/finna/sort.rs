//! `sort` (finna-api §6.5).

use crate::search::SortOrder;

/// A sort order as it is named in links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sort {
    /// The order.
    pub(super) order: SortOrder,
    /// Its full name.
    pub(super) name: &'static str,
}

const RELEVANCE: Sort = Sort { order: SortOrder::Relevance, name: "relevance,id asc" };
const DATE_DESCENDING: Sort = Sort { order: SortOrder::DateDescending, name: "main_date_str desc" };
const CALL_NUMBER: Sort = Sort { order: SortOrder::CallNumber, name: "callnumber" };

/// In the order in which abbreviations are completed.
pub(super) const SORTS: [Sort; 7] = [
    RELEVANCE,
    DATE_DESCENDING,
    Sort { order: SortOrder::DateAscending, name: "main_date_str asc" },
    CALL_NUMBER,
    Sort { order: SortOrder::Author, name: "author" },
    Sort { order: SortOrder::Title, name: "title" },
    Sort { order: SortOrder::LastIndexed, name: "last_indexed desc,id asc" },
];

impl Sort {
    /// The order when what is asked for is none: it depends on the type of a basic search, spelt exactly.
    pub(super) fn default_for(search_type: Option<&str>) -> Self {
        match search_type {
            Some("CallNumber") => CALL_NUMBER,
            Some("WorkKeys") => DATE_DESCENDING,
            _ => RELEVANCE,
        }
    }

    /// The order of which `text` is a beginning; the default for anything else, also the empty
    /// text. No text at all is relevance.
    pub(super) fn read(text: Option<&str>, default: Sort) -> Self {
        match text {
            None => RELEVANCE,
            Some("" | "0") => default,
            Some(text) => {
                SORTS.into_iter().find(|sort| sort.name.starts_with(text)).unwrap_or(default)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_are_completed() {
        for (text, expected) in [
            ("relevance", "relevance,id asc"),
            ("relevance,id asc", "relevance,id asc"),
            ("m", "main_date_str desc"),
            ("main_date_str", "main_date_str desc"),
            ("main_date_str asc", "main_date_str asc"),
            ("last_indexed", "last_indexed desc,id asc"),
            ("title", "title"),
            ("title desc", "callnumber"),
            ("Title", "callnumber"),
            ("year", "callnumber"),
            ("", "callnumber"),
        ] {
            let default = Sort::default_for(Some("CallNumber"));
            assert_eq!(Sort::read(Some(text), default).name, expected, "{text}");
        }
        assert_eq!(Sort::read(None, CALL_NUMBER), RELEVANCE);
        assert_eq!(Sort::default_for(Some("callnumber")).order, SortOrder::Relevance);
        assert_eq!(Sort::default_for(Some("WorkKeys")).order, SortOrder::DateDescending);
        assert_eq!(Sort::default_for(None).order, SortOrder::Relevance);
    }
}
