//! The links of facet values: the current search with one filter more or less (finna-api §8.5).

use super::filters::Filters;
use super::paging::DEFAULT_LIMIT;
use crate::query::{BoolWord, UserQuery};
use crate::text::url_encode;

/// What a link shows of the current search.
#[derive(Debug, Clone)]
pub(super) struct SearchState {
    /// Sort order unless it is the default.
    pub(super) sort: Option<&'static str>,
    /// Hits of a page.
    pub(super) limit: usize,
    /// The client's view unless it is the default.
    pub(super) view: Option<String>,
    /// Page from 1.
    pub(super) page: u64,
    /// Visible filters.
    pub(super) filters: Filters,
    /// `hiddenFilters[]`.
    pub(super) hidden: Filters,
    /// `dfApplied`.
    pub(super) default_filters_applied: bool,
    /// The words.
    pub(super) query: UserQuery,
}

/// The parameters of a link in order; a list keeps its place when its content changes.
#[derive(Debug, Clone)]
pub(super) struct LinkBase {
    before: Vec<(&'static str, String)>,
    page: Option<String>,
    filters: Vec<String>,
    after: Vec<(String, Vec<String>)>,
}

impl LinkBase {
    /// The links' common ground. Hierarchical facets do not know the limit 0.
    pub(super) fn new(state: &SearchState, hierarchical: bool) -> Self {
        let mut before = Vec::new();
        if let Some(sort) = state.sort {
            before.push(("sort", sort.to_owned()));
        }
        if state.limit != DEFAULT_LIMIT && !(hierarchical && state.limit == 0) {
            before.push(("limit", state.limit.to_string()));
        }
        if let Some(view) = &state.view {
            before.push(("view", view.clone()));
        }
        let mut after = vec![("hiddenFilters[]".to_owned(), state.hidden.shown())];
        if state.default_filters_applied {
            after.push(("dfApplied".to_owned(), vec!["1".to_owned()]));
        }
        after.extend(query_parameters(&state.query));
        LinkBase {
            before,
            page: (state.page != 1).then(|| state.page.to_string()),
            filters: state.filters.shown(),
            after,
        }
    }

    /// The current search unchanged.
    pub(super) fn current(&self) -> String {
        self.write(self.page.as_deref(), &self.filters, None, false)
    }

    /// The current search with one filter more, from its first page.
    pub(super) fn with(&self, field: &str, value: &str) -> String {
        let added = format!("{field}:\"{value}\"");
        self.write(None, &self.filters, Some(&added), false)
    }

    /// The current search without the plain filter on this value, from its first page.
    pub(super) fn without(&self, field: &str, value: &str) -> String {
        let gone = format!("{field}:\"{value}\"");
        let kept: Vec<String> = self.filters.iter().filter(|f| **f != gone).cloned().collect();
        self.write(None, &kept, None, false)
    }

    /// The current search with one filter more in the place of those on other values of the field.
    /// Such links number their lists, as the peer takes them apart and writes them anew.
    pub(super) fn with_instead(&self, field: &str, value: &str, replaced: &[&str]) -> String {
        let mut filters = self.filters.clone();
        filters.push(format!("{field}:\"{value}\""));
        for gone in replaced {
            let plain = format!("{field}:\"{gone}\"");
            filters.retain(|f| f.strip_prefix('~').unwrap_or(f) != plain);
        }
        if self.filters.is_empty() {
            return self.write(None, &[], filters.first().map(String::as_str), true);
        }
        self.write(None, &filters, None, true)
    }

    /// `added` goes to the end of the filters, or of the link when there are no filters.
    fn write(
        &self,
        page: Option<&str>,
        filters: &[String],
        added: Option<&str>,
        numbered: bool,
    ) -> String {
        let mut link = Link { text: String::from("?"), numbered };
        for (name, value) in &self.before {
            link.push(name, value);
        }
        if let Some(page) = page {
            link.push("page", page);
        }
        let mut shown: Vec<&str> = filters.iter().map(String::as_str).collect();
        if !shown.is_empty() {
            shown.extend(added);
        }
        link.push_list("filter[]", &shown);
        for (name, values) in &self.after {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            link.push_list(name, &values);
        }
        if shown.is_empty() {
            link.push_list("filter[]", added.as_slice());
        }
        link.text
    }
}

struct Link {
    text: String,
    numbered: bool,
}

impl Link {
    fn push(&mut self, name: &str, value: &str) {
        if self.text.len() > 1 {
            self.text.push('&');
        }
        self.text.push_str(&url_encode(name));
        self.text.push('=');
        self.text.push_str(&url_encode(value));
    }

    /// A parameter named `x[]`, or a single one.
    fn push_list(&mut self, name: &str, values: &[&str]) {
        for (at, value) in values.iter().enumerate() {
            match name.strip_suffix("[]") {
                Some(base) if self.numbered => self.push(&format!("{base}[{at}]"), value),
                _ => self.push(name, value),
            }
        }
    }
}

fn query_parameters(query: &UserQuery) -> Vec<(String, Vec<String>)> {
    let mut parameters = Vec::new();
    match query {
        UserQuery::Ids(ids) => parameters.push(("overrideIds[]".to_owned(), ids.clone())),
        UserQuery::Versions { id } => {
            parameters.push(("search".to_owned(), vec!["versions".to_owned()]));
            parameters.push(("id".to_owned(), vec![id.clone()]));
        }
        UserQuery::Basic { lookfor, search_type } => {
            if !lookfor.is_empty() && lookfor != "0" {
                parameters.push(("lookfor".to_owned(), vec![lookfor.clone()]));
            }
            parameters.push(("type".to_owned(), vec![search_type.clone()]));
        }
        UserQuery::Advanced { join, groups } => {
            parameters.push(("join".to_owned(), vec![word(*join).to_owned()]));
            for (at, group) in groups.iter().enumerate() {
                let lookfors = group.terms.iter().map(|term| term.lookfor.clone()).collect();
                let types = group.terms.iter().map(|term| term.search_type.clone()).collect();
                let bool_word = vec![word(group.bool_word).to_owned()];
                parameters.push((format!("bool{at}[]"), bool_word));
                parameters.push((format!("lookfor{at}[]"), lookfors));
                parameters.push((format!("type{at}[]"), types));
            }
        }
    }
    parameters
}

fn word(bool_word: BoolWord) -> &'static str {
    match bool_word {
        BoolWord::And => "AND",
        BoolWord::Or => "OR",
        BoolWord::Not => "NOT",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::finna::search::state_of;
    use crate::api::params::Params;

    fn base(query: &str) -> LinkBase {
        LinkBase::new(&state_of(&Params::parse(query)).expect(query), true)
    }

    /// The vectors of finna-api §13.4 by number, and the example of §8.5.
    #[test]
    fn vectors_of_the_specification() {
        let book = |query: &str| base(query).with("format", "0/Book/");
        let listed = |filters: &[&str]| {
            let mut bare = base("");
            bare.filters = filters.iter().map(|&filter| filter.to_owned()).collect();
            bare.write(None, &bare.filters, None, true)
        };
        for (vector, link, expected) in [
            (
                "13.4.1",
                book(""),
                "?type=AllFields&filter%5B%5D=format%3A%220%2FBook%2F%22",
            ),
            (
                "13.4.2",
                book("lookfor=kissa koira"),
                "?lookfor=kissa+koira&type=AllFields&filter%5B%5D=format%3A%220%2FBook%2F%22",
            ),
            (
                "13.4.3",
                base("lookfor=x&sort=title&limit=5&page=3&filter[]=building:0/A/&filter[]=~format:0/Book/")
                    .current(),
                "?sort=title&limit=5&page=3&filter%5B%5D=building%3A%220%2FA%2F%22&filter%5B%5D=%7Eformat%3A%220%2FBook%2F%22&lookfor=x&type=AllFields",
            ),
            (
                "13.4.4",
                base("lookfor=x&page=3&filter[]=building:\"0/A/\"&filter[]=format:\"0/Book/\"")
                    .without("format", "0/Book/"),
                "?filter%5B%5D=building%3A%220%2FA%2F%22&lookfor=x&type=AllFields",
            ),
            (
                "13.4.5",
                base("join=AND&bool0[]=OR&lookfor0[]=cats&type0[]=Title&lookfor0[]=dogs&type0[]=Subject&bool1[]=NOT&lookfor1[]=birds&type1[]=AllFields")
                    .with("language", "fin"),
                "?join=AND&bool0%5B%5D=OR&lookfor0%5B%5D=cats&lookfor0%5B%5D=dogs&type0%5B%5D=Title&type0%5B%5D=Subject&bool1%5B%5D=NOT&lookfor1%5B%5D=birds&type1%5B%5D=AllFields&filter%5B%5D=language%3A%22fin%22",
            ),
            (
                "13.4.6",
                listed(&["~a:\"b c\"", "x"]),
                "?filter%5B0%5D=%7Ea%3A%22b+c%22&filter%5B1%5D=x&type=AllFields",
            ),
            (
                "8.5",
                base("filter[]=foo:baz&filter[]=~x:2").with("foo", "bar"),
                "?filter%5B%5D=foo%3A%22baz%22&filter%5B%5D=%7Ex%3A%222%22&filter%5B%5D=foo%3A%22bar%22&type=AllFields",
            ),
        ] {
            assert_eq!(link, expected, "vector {vector}");
        }
    }

    #[test]
    fn replaced_filters_number_their_lists() {
        let base = base("filter[]=~b:1/A/b/&filter[]=x:y&hiddenFilters[]=h:1");
        assert_eq!(
            base.with_instead("b", "0/A/", &["1/A/b/"]),
            "?filter%5B0%5D=x%3A%22y%22&filter%5B1%5D=b%3A%220%2FA%2F%22&hiddenFilters%5B0%5D=h%3A%221%22&type=AllFields"
        );
    }
}
