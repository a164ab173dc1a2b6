//! What the user typed, before any rule is applied.

/// The words of the user (search-semantics §1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserQuery {
    /// `lookfor` with `type`.
    Basic {
        /// Query text as sent.
        lookfor: String,
        /// Search type as sent; resolved without regard to case.
        search_type: String,
    },
    /// `lookforN[]`, `typeN[]`, `boolN[]`, joined by `join`.
    Advanced {
        /// How the groups are joined.
        join: BoolWord,
        /// The groups that hold at least one term, in order; none for a request whose rows are all
        /// lost.
        groups: Vec<QueryGroup>,
    },
    /// `overrideIds[]`: exactly these records.
    Ids(Vec<String>),
    /// `search=versions`: all records that share a work key with this one, itself included (§5.4).
    Versions {
        /// Id of the record.
        id: String,
    },
}

impl UserQuery {
    /// True if no row holds more than blanks or `*:*`: then relevance means "last indexed first"
    /// (search-semantics §7.2).
    pub fn is_empty(&self) -> bool {
        let blank = |text: &str| matches!(text.trim(), "" | "*:*");
        match self {
            UserQuery::Basic { lookfor, .. } => blank(lookfor),
            UserQuery::Advanced { groups, .. } => {
                groups.iter().flat_map(|group| &group.terms).all(|term| blank(&term.lookfor))
            }
            UserQuery::Ids(_) => true,
            UserQuery::Versions { .. } => false,
        }
    }

    /// The names of the search types that are used, as sent.
    pub fn search_types(&self) -> Vec<&str> {
        match self {
            UserQuery::Basic { search_type, .. } => vec![search_type],
            UserQuery::Advanced { groups, .. } => {
                let terms = groups.iter().flat_map(|group| &group.terms);
                terms.map(|term| term.search_type.as_str()).collect()
            }
            UserQuery::Ids(_) | UserQuery::Versions { .. } => Vec::new(),
        }
    }

    /// Ids as a text in the query language; `None` for other queries.
    pub(super) fn id_list(&self) -> Option<String> {
        let quoted = |id: &String| format!("\"{}\"", id.replace('"', "\\\""));
        match self {
            UserQuery::Ids(ids) if ids.is_empty() => Some("NOT *:*".to_owned()),
            UserQuery::Ids(ids) => {
                let ids: Vec<String> = ids.iter().map(quoted).collect();
                Some(format!("id:({})", ids.join(" OR ")))
            }
            _ => None,
        }
    }

    /// The same with every colon escaped: the second attempt after an error (§11).
    #[must_use]
    pub fn with_escaped_colons(&self) -> Self {
        let mut copy = self.clone();
        match &mut copy {
            UserQuery::Basic { lookfor, .. } => *lookfor = escape_colons(lookfor),
            UserQuery::Advanced { groups, .. } => {
                for term in groups.iter_mut().flat_map(|group| &mut group.terms) {
                    term.lookfor = escape_colons(&term.lookfor);
                }
            }
            UserQuery::Ids(_) => {
                let lookfor = escape_colons(&self.id_list().unwrap_or_default());
                copy = UserQuery::Basic { lookfor, search_type: String::new() };
            }
            UserQuery::Versions { .. } => {}
        }
        copy
    }
}

fn escape_colons(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 4);
    let mut before = None;
    for c in text.chars() {
        if c == ':' && before != Some('\\') {
            escaped.push('\\');
        }
        escaped.push(c);
        before = Some(c);
    }
    escaped
}

/// One group of an advanced search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryGroup {
    /// How the terms are joined.
    pub bool_word: BoolWord,
    /// Terms with non-empty text.
    pub terms: Vec<QueryTerm>,
}

/// One row of an advanced search group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryTerm {
    /// Query text as sent.
    pub lookfor: String,
    /// Search type as sent.
    pub search_type: String,
}

/// The three words that join groups and terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoolWord {
    /// All must match.
    And,
    /// One must match.
    Or,
    /// None may match.
    Not,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colons_are_escaped_once() {
        for (input, expected) in [("a:b", "a\\:b"), ("a\\:b", "a\\:b"), ("\"a:b\"", "\"a\\:b\"")] {
            assert_eq!(escape_colons(input), expected);
        }
    }
}
