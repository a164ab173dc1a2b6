//! `/v1/search` (finna-api §6): parameters to a [`SearchRequest`], its outcome to the answer.

use super::facet_filter::FacetFilters;
use super::facets::facet_requests;
use super::filters::{DATE_RANGE, Filters};
use super::href::SearchState;
use super::output::Body;
use super::paging::Paging;
use super::record::{self, Fields};
use super::sort::Sort;
use super::{Finna, MAX_FACET_FILTERS, MAX_FACETS, Refusal, ranges};
use crate::api::params::{Key, Param, Params};
use crate::config::{FacetSettings, Locale};
use crate::present::ApiValue;
use crate::query::{BoolWord, QueryGroup, QueryTerm, UserQuery};
use crate::search::{Cursor, SearchRequest};
use std::time::Instant;

const DEFAULT_TYPE: &str = "AllFields";
/// Views beside the default one; they only show up in links.
const VIEWS: [&str; 4] = ["grid", "condensed", "compact", "rss"];

impl Finna {
    /// Answers a search.
    pub(super) fn search(
        &self,
        params: &Params,
        locale: Locale,
        deadline: Option<Instant>,
        mut body: Body,
    ) -> Result<Body, Refusal> {
        let fields = Fields::read(params);
        let asked = Asked::read(params, fields.are_asked())?;
        let request = asked.request(&self.facets);
        let outcome = self.service.search_until(&request, deadline)?;
        let total = i64::try_from(outcome.total).unwrap_or(i64::MAX);
        body.value("resultCount", &ApiValue::Int(total))?;
        // What is not shown is not read.
        if fields.name_any() {
            let occasion = record::Occasion::search(locale);
            self.write_records(outcome.hits, &fields, occasion, &mut body)?;
        }
        if asked.walk != Walk::ByPage
            && let Some(next) = &outcome.next
        {
            body.value("nextCursor", &ApiValue::Text(next.to_string()))?;
        }
        if outcome.total > 0 && !asked.facets.is_empty() {
            let filters = &asked.facet_filters;
            let facets = self.facets(&asked.facets, &outcome.facets, filters, &asked.state, locale);
            if let Some(facets) = facets {
                body.value("facets", &facets)?;
            }
        }
        Ok(body)
    }
}

/// The search that parameters ask for; status and text of the refusal if they cannot be read.
pub fn search_request(
    params: &Params,
    facets: &FacetSettings,
) -> Result<SearchRequest, (u16, String)> {
    let fields_asked = Fields::read(params).are_asked();
    match Asked::read(params, fields_asked) {
        Ok(asked) => Ok(asked.request(facets)),
        Err(refusal) => Err((refusal.status, refusal.message)),
    }
}

/// Everything a search asks for, read and checked.
struct Asked<'p> {
    paging: Paging,
    sort: crate::search::SortOrder,
    filters: Vec<String>,
    hidden_filters: Vec<String>,
    facets: Vec<&'p str>,
    facet_filters: FacetFilters,
    walk: Walk,
    /// Facets ignore the `~` filters of their own field.
    multi_select: bool,
    state: SearchState,
}

/// How pages follow each other.
#[derive(Debug, Clone, PartialEq)]
enum Walk {
    /// By `page`, as in Finna.
    ByPage,
    /// The first page by cursor.
    FromStart,
    /// The page after this hit.
    After(Cursor),
}

impl Walk {
    fn cursor(&self) -> Option<&Cursor> {
        match self {
            Walk::After(cursor) => Some(cursor),
            Walk::ByPage | Walk::FromStart => None,
        }
    }
}

impl<'p> Asked<'p> {
    fn request(&self, facets: &FacetSettings) -> SearchRequest {
        SearchRequest {
            query: self.state.query.clone(),
            filters: self.filters.clone(),
            hidden_filters: self.hidden_filters.clone(),
            facets: facet_requests(&self.facets, facets, self.multi_select),
            sort: self.sort,
            after: self.walk.cursor().cloned(),
            offset: if self.walk == Walk::ByPage { self.paging.offset() } else { 0 },
            limit: self.paging.limit,
        }
    }

    /// A bad limit is reported before a bad query (finna-api §6.1).
    fn read(params: &'p Params, fields_asked: bool) -> Result<Self, Refusal> {
        let paging = Paging::read(params, fields_asked)?;
        let walk = read_cursor(params)?;
        let query = read_query(params)?;
        let default_sort = Sort::default_for(match &query {
            UserQuery::Basic { search_type, .. } => Some(search_type),
            UserQuery::Versions { .. } => Some("WorkKeys"),
            UserQuery::Advanced { .. } | UserQuery::Ids(_) => None,
        });
        let sort = match (&query, params.text("sort")) {
            (UserQuery::Versions { .. }, None) => default_sort,
            (_, text) => Sort::read(text, default_sort),
        };

        let collected = ranges::collect(params);
        let mut filters = collected.filters;
        let mut shown = Filters::default();
        for filter in &filters {
            shown.add(filter);
        }
        if let Some(date_range) = collected.date_range {
            filters.push(format!("{DATE_RANGE}:\"{date_range}\""));
            shown.set_date_range(date_range);
        }
        let hidden_filters: Vec<String> =
            params.list("hiddenFilters").into_iter().map(str::to_owned).collect();
        let mut hidden = Filters::default();
        for filter in &hidden_filters {
            hidden.add(filter);
        }

        let mut facets: Vec<&str> = Vec::new();
        for name in params.list_or_one("facet") {
            if name.is_empty() {
                return Err(Refusal::bad("Invalid search"));
            }
            if !facets.contains(&name) {
                facets.push(name);
            }
        }
        let facet_filters = params.list_or_one("facetFilter");
        if facets.len() > MAX_FACETS {
            return Err(Refusal::bad("Too many facets"));
        }
        if facet_filters.len() > MAX_FACET_FILTERS {
            return Err(Refusal::bad("Too many facet filters"));
        }
        let facet_filters = FacetFilters::read(&facet_filters)
            .map_err(|costly| Refusal::bad(costly.to_string()))?;
        let view = params.text("view").filter(|view| VIEWS.contains(view)).map(str::to_owned);
        let state = SearchState {
            sort: (sort != default_sort).then_some(sort.name),
            limit: paging.limit,
            view,
            page: paging.page,
            filters: shown,
            hidden,
            default_filters_applied: params.text("dfApplied").is_some_and(|text| !text.is_empty()),
            query,
        };
        Ok(Asked {
            paging,
            sort: sort.order,
            filters,
            hidden_filters,
            facets,
            facet_filters,
            walk,
            multi_select: params.text("facetMultiselect") == Some("1"),
            state,
        })
    }
}

/// The state that links show, for tests of links.
#[cfg(test)]
pub(super) fn state_of(params: &Params) -> Result<SearchState, Refusal> {
    Asked::read(params, true).map(|asked| asked.state)
}

/// `cursor` (decision 2.6): `*` for the first page, then what `nextCursor` of the page before says.
fn read_cursor(params: &Params) -> Result<Walk, Refusal> {
    match params.get("cursor") {
        None => Ok(Walk::ByPage),
        Some(Param::Text(text)) if text == "*" => Ok(Walk::FromStart),
        Some(param) => {
            let cursor = param.as_text().and_then(|text| text.parse().ok());
            cursor.map(Walk::After).ok_or_else(|| Refusal::bad("Invalid cursor"))
        }
    }
}

/// A basic search if `lookfor` is there at all, else an advanced one (finna-api §6.2, §6.3).
fn read_query(params: &Params) -> Result<UserQuery, Refusal> {
    if let Some(ids) = params.get("overrideIds").and_then(Param::as_list) {
        return Ok(UserQuery::Ids(ids.into_iter().map(str::to_owned).collect()));
    }
    if params.text("search") == Some("versions")
        && let Some(id) = params.text("id")
    {
        return Ok(UserQuery::Versions { id: id.to_owned() });
    }
    let Some(lookfor) = params.get("lookfor") else { return read_groups(params) };
    let lookfor = match lookfor {
        Param::Text(text) => text.as_str(),
        Param::Array(items) if items.len() > 1 => {
            return Err(Refusal::bad("Unsupported search URL."));
        }
        Param::Array(items) => items.first().and_then(|(_, value)| value.as_text()).unwrap_or(""),
    };
    let search_type = params.list_or_one("type").first().copied().unwrap_or("");
    let search_type = if search_type.is_empty() { DEFAULT_TYPE } else { search_type };
    Ok(UserQuery::Basic { lookfor: lookfor.to_owned(), search_type: search_type.to_owned() })
}

fn read_groups(params: &Params) -> Result<UserQuery, Refusal> {
    let mut groups = Vec::new();
    let mut has_rows = false;
    for (key, value) in params.iter() {
        let Key::Name(name) = key else { continue };
        let Some(number) = name.strip_prefix("lookfor") else { continue };
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        has_rows = true;
        let types = params.get(&format!("type{number}"));
        let terms: Vec<QueryTerm> = numbered(value)
            .filter(|(_, text)| !text.is_empty())
            .map(|(at, text)| {
                let search_type = types.map_or("", |types| element(types, at));
                let search_type = if search_type.is_empty() { DEFAULT_TYPE } else { search_type };
                QueryTerm { lookfor: text.to_owned(), search_type: search_type.to_owned() }
            })
            .collect();
        if !terms.is_empty() {
            let word = match params.get(&format!("bool{number}")) {
                None => "AND",
                // The peer replaces only the first group's scalar.
                Some(Param::Text(_)) if number == "0" => "AND",
                Some(words) => match words {
                    Param::Array(items) if !items.iter().any(|(key, _)| *key == Key::Number(0)) => {
                        "AND"
                    }
                    words => element(words, 0),
                },
            };
            groups.push(QueryGroup { bool_word: bool_word(word)?, terms });
        }
    }
    if !has_rows {
        let search_type = DEFAULT_TYPE.to_owned();
        return Ok(UserQuery::Basic { lookfor: String::new(), search_type });
    }
    let join = match params.get("join") {
        None => "AND",
        Some(Param::Text(word)) if word.is_empty() => "AND",
        Some(Param::Text(word)) => word,
        Some(Param::Array(_)) => "Array",
    };
    Ok(UserQuery::Advanced { join: bool_word(join)?, groups })
}

fn bool_word(word: &str) -> Result<BoolWord, Refusal> {
    match word {
        "AND" => Ok(BoolWord::And),
        "OR" => Ok(BoolWord::Or),
        "NOT" => Ok(BoolWord::Not),
        _ => Err(Refusal::bad(format!("Unknown or invalid boolean operator: {word}"))),
    }
}

/// The elements 0 … n-1 of an array of n; a scalar is element 0. Elements under other keys are
/// lost, as the peer loses them.
fn numbered(value: &Param) -> impl Iterator<Item = (usize, &str)> {
    let count = match value {
        Param::Text(_) => 1,
        Param::Array(items) => items.len(),
    };
    (0..count).map(move |at| (at, element(value, at)))
}

fn element(value: &Param, at: usize) -> &str {
    match value {
        Param::Text(text) if at == 0 => text,
        Param::Text(_) => "",
        Param::Array(items) => {
            let key = i64::try_from(at).map(Key::Number);
            items
                .iter()
                .find(|(k, _)| key.as_ref().is_ok_and(|key| k == key))
                .and_then(|(_, value)| value.as_text())
                .unwrap_or("")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(query: &str) -> String {
        match read_query(&Params::parse(query)) {
            Err(refusal) => format!("{}: {}", refusal.status, refusal.message),
            Ok(UserQuery::Basic { lookfor, search_type }) => format!("{search_type}:{lookfor}"),
            Ok(UserQuery::Ids(ids)) => format!("ids {}", ids.join(" ")),
            Ok(UserQuery::Versions { id }) => format!("versions of {id}"),
            Ok(UserQuery::Advanced { join, groups }) => {
                let groups: Vec<String> = groups
                    .iter()
                    .map(|group| {
                        let terms: Vec<String> = group
                            .terms
                            .iter()
                            .map(|term| format!("{}:{}", term.search_type, term.lookfor))
                            .collect();
                        format!("{:?}({})", group.bool_word, terms.join(" "))
                    })
                    .collect();
                format!("{join:?}[{}]", groups.join(" "))
            }
        }
    }

    #[test]
    fn queries() {
        for (query, expected) in [
            ("", "AllFields:"),
            ("type=Title", "AllFields:"),
            ("lookfor=a&type=Title", "Title:a"),
            ("lookfor=a&type=", "AllFields:a"),
            ("lookfor=a&type[]=Title&type[]=x", "Title:a"),
            ("lookfor[]=a", "AllFields:a"),
            ("lookfor[x]=a", "AllFields:a"),
            ("lookfor[]=a&lookfor[]=b", "400: Unsupported search URL."),
            ("lookfor=&lookfor0[]=a", "AllFields:"),
            (
                "join=AND&bool0[]=OR&lookfor0[]=cats&type0[]=Title&lookfor0[]=dogs&type0[]=Subject&bool1[]=NOT&lookfor1[]=birds&type1[]=AllFields",
                "And[Or(Title:cats Subject:dogs) Not(AllFields:birds)]",
            ),
            ("lookfor0[]=&lookfor0[]=b&type0[]=x&type0[]=y", "And[And(y:b)]"),
            ("lookfor0[3]=x", "And[]"),
            ("overrideIds[]=a.1&lookfor=x", "ids a.1"),
            ("overrideIds=&lookfor=x", "AllFields:x"),
            ("search=versions&id=a.1", "versions of a.1"),
            ("lookfor0=x&type0=Title&bool0=OR", "And[And(Title:x)]"),
            ("lookfor1=x&bool1=OR&join=", "And[Or(AllFields:x)]"),
            ("lookfor0[]=x&bool0[]=and", "400: Unknown or invalid boolean operator: and"),
            ("lookfor0[]=x&join=XOR", "400: Unknown or invalid boolean operator: XOR"),
            ("lookfor0[]=x&join[]=OR", "400: Unknown or invalid boolean operator: Array"),
            ("lookforX[]=x&join=bad", "AllFields:"),
        ] {
            assert_eq!(shown(query), expected, "{query}");
        }
    }

    #[test]
    fn a_bad_limit_comes_before_a_bad_query() {
        let params = Params::parse("limit=x&lookfor[]=a&lookfor[]=b");
        assert_eq!(Asked::read(&params, true).err(), Some(Refusal::bad("Invalid limit")));
    }
}
