//! What a request asks of an engine: query, filters and order by the rules of `index-config/`.

use super::request::{SearchError, SearchRequest, SortOrder};
use crate::query::{
    Bool, BuiltQuery, Filter, FilterError, FilterList, ForbiddenText, Query, SearchRules,
    UserQuery, near,
};

/// The search type that looks up ids: groups, members and component parts are all seen. Only this
/// spelling counts, and only in a basic search.
const ID_TYPE: &str = "id";

/// A request worked out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    pub(super) built: BuiltQuery,
    pub(super) filters: FilterList,
    /// The engine's sort string.
    pub(super) sort: String,
}

/// Why a request cannot be worked out.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlanError {
    #[error(transparent)]
    Forbidden(#[from] ForbiddenText),
    #[error(transparent)]
    Filter(#[from] FilterError),
}

impl From<PlanError> for SearchError {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Forbidden(why) => SearchError::Refused(why.to_string()),
            PlanError::Filter(why) => SearchError::Invalid(why.to_string()),
        }
    }
}

impl Plan {
    /// The plan for a request, with its own query or with what stands for it in a second attempt.
    pub(super) fn new(
        request: &SearchRequest,
        query: &UserQuery,
        rules: &SearchRules,
    ) -> Result<Self, PlanError> {
        let settings = &rules.settings;
        let by_id = matches!(&request.query, UserQuery::Basic { search_type, .. } if search_type == ID_TYPE);
        let filters = FilterList::new(&request.hidden_filters, &request.filters, settings, by_id)?;
        let sort = sort_string(order(request, &filters), &settings.tie_breaker);
        let built = rules.types.build(query, settings, &sort)?;
        Ok(Plan { built, filters, sort })
    }

    /// The query for an engine: boosts are optional clauses, of DisMax texts only.
    pub(super) fn query(&self) -> Query {
        let query = self.built.query.clone();
        if !matches!(query, Query::EDisMax(_) | Query::ClassicDisMax(_)) {
            return query;
        }
        let boosts = self.built.extra_params.iter().filter(|(name, _)| name == "bq");
        let mut should: Vec<Query> = boosts.map(|(_, text)| lucene(text)).collect();
        for circle in self.filters.circles() {
            should.extend(near(circle));
        }
        if should.is_empty() {
            return query;
        }
        Query::Bool(Bool { must: vec![query], should, ..Bool::default() })
    }

    /// The filters for an engine.
    pub(super) fn filters(&self, rules: &SearchRules) -> Result<Vec<Filter>, PlanError> {
        let mut filters = self.filters.meaning(&rules.schema)?;
        let of_type = self.built.type_filter.as_deref();
        filters.extend(of_type.map(|text| Filter { query: lucene(text), tag: None }));
        Ok(filters)
    }
}

fn lucene(text: &str) -> Query {
    Query::Lucene { text: text.to_owned(), default_field: "allfields".to_owned() }
}

/// The asked order; by relevance an empty search shows the last indexed first, unless a circle
/// gives its hits a score (search-semantics §7.2).
pub(super) fn order(request: &SearchRequest, filters: &FilterList) -> SortOrder {
    let unscored = request.query.is_empty() && filters.circles().next().is_none();
    match request.sort {
        SortOrder::Relevance if unscored => SortOrder::LastIndexed,
        order => order,
    }
}

fn sort_string(order: SortOrder, tie_breaker: &str) -> String {
    let asked = match order {
        SortOrder::Relevance => "relevance,id asc",
        SortOrder::DateDescending => "main_date_str desc",
        SortOrder::DateAscending => "main_date_str asc",
        SortOrder::CallNumber => "callnumber",
        SortOrder::Author => "author",
        SortOrder::Title => "title",
        SortOrder::LastIndexed => "last_indexed desc,id asc",
    };
    let keys = asked.split(',').chain(tie_breaker.split(','));
    let mut found: Vec<(&str, &str)> = Vec::new();
    for key in keys.map(str::trim).filter(|key| !key.is_empty()) {
        let (name, direction) = match key.split_once(' ') {
            Some((name, direction)) => (name, Some(direction.trim())),
            None => (key, None),
        };
        let (field, usual) = match name {
            "year" | "publishDateSort" => ("publishDateSort", "desc"),
            "author" => ("author_sort", "asc"),
            "title" => ("title_sort", "asc"),
            "relevance" => ("score", "desc"),
            "callnumber" => ("callnumber-sort", "asc"),
            name if found.iter().any(|(known, _)| *known == name) => continue,
            name => (name, "asc"),
        };
        found.push((field, direction.unwrap_or(usual)));
    }
    let keys: Vec<String> =
        found.iter().map(|(field, direction)| format!("{field} {direction}")).collect();
    keys.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Appendix A of search-semantics, rows 78–80, and §7.2.
    #[test]
    fn sort_strings() {
        for (order, tie_breaker, expected) in [
            (SortOrder::Title, "id", "title_sort asc,id asc"),
            (SortOrder::Title, "", "title_sort asc"),
            (
                SortOrder::DateDescending,
                "title desc,id",
                "main_date_str desc,title_sort desc,id asc",
            ),
            (SortOrder::Relevance, "id", "score desc,id asc"),
            (SortOrder::CallNumber, "year", "callnumber-sort asc,publishDateSort desc"),
            (SortOrder::LastIndexed, "", "last_indexed desc,id asc"),
        ] {
            assert_eq!(sort_string(order, tie_breaker), expected);
        }
    }
}
