//! The Solr form of a search: the request that Finna's own programs would send for it
//! (engine-mapping §12). It documents what was understood, and serves a Solr with Finna's schema.

use super::plan::{Plan, PlanError};
use super::request::{FacetOrder, SearchError, SearchRequest};
use crate::config::FacetSettings;
use crate::query::{FilterPart, Query, SearchRules, UserQuery};

/// A search as Solr takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SolrRequest {
    /// A request to the select handler.
    Select(SolrSelect),
    /// First the record's work keys have to be known, then all records that have one of them.
    WorkKeys {
        /// Id of the record.
        id: String,
        /// The record itself is found too.
        include_self: bool,
    },
}

/// Parameters by name, in order; a name may stand several times.
pub type SolrParams = Vec<(String, String)>;

/// A request to Solr's select handler, and what may follow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SolrSelect {
    /// The request.
    pub params: SolrParams,
    /// Name of the query parser: `edismax`, `dismax` or `lucene`. A Solr with Finna's handlers
    /// takes it from `qt`.
    pub parser: &'static str,
    /// `q` of the second attempt after a syntax error; `None` if there is none.
    pub retry_query: Option<String>,
    /// The request for the values of hierarchical facets, which have no limit.
    pub hierarchical_facets: Option<SolrParams>,
}

impl SolrRequest {
    /// The form of a request under rules and facet settings.
    pub fn new(
        request: &SearchRequest,
        rules: &SearchRules,
        facets: &FacetSettings,
    ) -> Result<Self, SearchError> {
        if let UserQuery::Versions { id } = &request.query {
            return Ok(SolrRequest::WorkKeys { id: id.clone(), include_self: true });
        }
        let plan = Plan::new(request, &request.query, rules)?;
        let (parser, query) = query_params(&plan);
        let q = text_of(&plan.built.query).to_owned();
        let mut params = facet_params(request, facets);
        params.extend(query.iter().cloned());
        params.extend(filter_params(&plan));
        push(&mut params, "sort", &plan.sort);
        push(&mut params, "start", request.offset);
        push(&mut params, "rows", request.limit);
        if let Some(forced) = plan.filters.forced_deduplication {
            push(&mut params, "finna.deduplication", if forced { "1" } else { "0" });
        }
        let escaped = request.query.with_escaped_colons();
        let retry = rules.types.build(&escaped, &rules.settings, &plan.sort);
        let retry = retry.map_err(PlanError::from)?;
        let hierarchical: Vec<&str> = request
            .facets
            .iter()
            .map(|facet| facet.field.as_str())
            .filter(|field| facets.is_hierarchical(field))
            .collect();
        let hierarchical_facets = (!hierarchical.is_empty()).then(|| {
            let mut params = facet_head(facets, -1);
            for field in hierarchical {
                push(&mut params, "facet.field", field);
            }
            params.extend(query);
            params.extend(filter_params(&plan));
            // The order of no hits; the peer leaves it at the default of its index.
            push(&mut params, "sort", "score desc, first_indexed desc");
            push(&mut params, "start", 0);
            push(&mut params, "rows", 0);
            params
        });
        Ok(SolrRequest::Select(SolrSelect {
            params,
            parser,
            retry_query: Some(text_of(&retry.query).to_owned()).filter(|retry| *retry != q),
            hierarchical_facets,
        }))
    }
}

fn push(params: &mut SolrParams, name: &str, value: impl ToString) {
    params.push((name.to_owned(), value.to_string()));
}

fn text_of(query: &Query) -> &str {
    match query {
        Query::EDisMax(text) | Query::ClassicDisMax(text) => &text.text,
        Query::Lucene { text, .. } => text,
        _ => "",
    }
}

/// The parser, and `q` with what belongs to it.
fn query_params(plan: &Plan) -> (&'static str, SolrParams) {
    let mut params = SolrParams::new();
    push(&mut params, "q", text_of(&plan.built.query));
    let (parser, dismax) = match &plan.built.query {
        Query::EDisMax(text) => ("edismax", Some(&text.settings)),
        Query::ClassicDisMax(text) => ("dismax", Some(&text.settings)),
        _ => ("lucene", None),
    };
    if let Some(settings) = dismax {
        push(&mut params, "qt", parser);
        push(&mut params, "qf", &settings.qf);
        params.extend(settings.params.iter().cloned());
    }
    params.extend(plan.built.extra_params.iter().cloned());
    for circle in plan.filters.circles() {
        // The filter's text is that of a field with an empty value.
        let whole = format!("{circle}:\"\"");
        for piece in whole.split(" OR ") {
            let scored = piece.replacen("{!geofilt ", "{!geofilt score=recipDistance ", 1);
            push(&mut params, "bq", &scored);
            push(&mut params, "bq", scored.replacen("location_geo", "center_coords", 1));
        }
    }
    (parser, params)
}

fn filter_params(plan: &Plan) -> SolrParams {
    let parts = plan.filters.parts.iter().map(FilterPart::solr);
    parts.chain(plan.built.type_filter.clone()).map(|filter| ("fq".to_owned(), filter)).collect()
}

/// What every request with facets says.
fn facet_head(facets: &FacetSettings, limit: i64) -> SolrParams {
    let mut params = SolrParams::new();
    push(&mut params, "facet", "true");
    push(&mut params, "facet.limit", limit);
    push(&mut params, "facet.sort", "count");
    push(&mut params, "facet.mincount", 1);
    for field in facets.fields_by_value() {
        push(&mut params, &format!("f.{field}.facet.sort"), "index");
    }
    params
}

fn facet_params(request: &SearchRequest, facets: &FacetSettings) -> SolrParams {
    if request.facets.is_empty() {
        return SolrParams::new();
    }
    let mut params = facet_head(facets, i64::try_from(facets.limit).unwrap_or(i64::MAX));
    for facet in &request.facets {
        if facet.ignores_own_choice {
            let excluding = format!("{{!ex={0}_filter}}{0}", facet.field);
            push(&mut params, "facet.field", excluding);
        } else {
            push(&mut params, "facet.field", &facet.field);
        }
        if facet.limit.is_none() {
            push(&mut params, &format!("f.{}.facet.limit", facet.field), -1);
        }
        let by_value = facets.fields_by_value().any(|field| field == facet.field);
        if facet.order == FacetOrder::Index && !by_value {
            push(&mut params, &format!("f.{}.facet.sort", facet.field), "index");
        }
    }
    params
}
