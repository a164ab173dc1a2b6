//! `kirjo explain`: a search as it is understood, without running it.

use super::Places;
use super::workplace::Settings;
use crate::config::FacetSettings;
use crate::query::{
    FilterList, Query, QueryCost, SearchRules, UserQuery, describe, expand, query_cost,
};
use crate::search::{SearchRequest, SolrRequest, SortOrder};
use anyhow::{Context, Result};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The search as a user types it (parameter `lookfor`)
    text: String,
    /// Search type (parameter `type`)
    #[arg(long = "type", value_name = "TYPE", default_value = "AllFields")]
    search_type: String,
    /// A filter (parameter `filter[]`); may be given several times
    #[arg(long = "filter", value_name = "FILTER", allow_hyphen_values = true)]
    filters: Vec<String>,
    /// Folder of the configuration [default: ./index-config, else the one built in]
    #[arg(long, value_name = "DIR", env = "KIRJO_CONFIG")]
    config: Option<PathBuf>,
}

pub(super) fn run(arguments: &ExplainArgs) -> Result<()> {
    let places = Places { data: PathBuf::new(), config: arguments.config.clone() };
    let settings = Settings::load(&places)?;
    let rules = SearchRules::load(&settings.folder, Arc::clone(&settings.schema))?;
    let facets = FacetSettings::load(&settings.folder)?;
    let explanation = explanation(arguments, &rules, &facets)?;
    super::output::show(&explanation)
}

/// Everything that is known of a search before it runs.
fn explanation(
    arguments: &ExplainArgs,
    rules: &SearchRules,
    facets: &FacetSettings,
) -> Result<String> {
    let request = SearchRequest {
        query: UserQuery::Basic {
            lookfor: arguments.text.clone(),
            search_type: arguments.search_type.clone(),
        },
        filters: arguments.filters.clone(),
        hidden_filters: Vec::new(),
        facets: Vec::new(),
        sort: SortOrder::Relevance,
        after: None,
        offset: 0,
        limit: 20,
    };
    let built = rules.types.build(&request.query, &rules.settings, "")?;
    let mut out = String::from("understood\n");
    let mut push = |name: &str, value: &str| out.push_str(&format!("  {name:<8} {value}\n"));
    match &built.query {
        Query::EDisMax(text) | Query::ClassicDisMax(text) => {
            push("text", &text.text);
            push("fields", &text.settings.qf);
        }
        Query::Lucene { text, default_field } => {
            push("text", text);
            push("fields", &format!("{default_field}, where the text names no other"));
        }
        _ => {}
    }
    if let Some(filter) = &built.type_filter {
        push("filter", filter);
    }
    let mut cost = QueryCost::default();
    match expand(built.query, &rules.schema) {
        Ok(query) => {
            out.push_str(&format!("tree\n{}", indented(&describe(&query))));
            add(&mut cost, query_cost(&query, &rules.schema));
        }
        Err(error) => out.push_str(&format!("cannot be searched\n  {error}\n")),
    }
    let list = FilterList::new(&[], &request.filters, &rules.settings, false)?;
    out.push_str("filters\n");
    for filter in list.meaning(&rules.schema).context("a filter cannot be used")? {
        let query = expand(filter.query, &rules.schema).context("a filter cannot be used")?;
        out.push_str(&indented(&describe(&query)));
        add(&mut cost, query_cost(&query, &rules.schema));
    }
    out.push_str(&format!(
        "cost\n  {} look-ups, {} walks over the words of a field, {} tests of single documents\n",
        cost.lookups, cost.walks, cost.tests
    ));
    if let SolrRequest::Select(select) = SolrRequest::new(&request, rules, facets)? {
        out.push_str("as a request to Solr\n");
        for (name, value) in &select.params {
            out.push_str(&format!("  {name}={value}\n"));
        }
        if let Some(retry) = select.retry_query {
            out.push_str(&format!("  if that is refused: q={retry}\n"));
        }
    }
    Ok(out)
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

fn add(sum: &mut QueryCost, cost: QueryCost) {
    sum.lookups += cost.lookups;
    sum.walks += cost.walks;
    sum.tests += cost.tests;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ConfigFolder, Schema};

    #[test]
    fn a_search_is_explained() {
        let schema = Arc::new(Schema::load(&ConfigFolder::BuiltIn).expect("valid"));
        let rules = SearchRules::load(&ConfigFolder::BuiltIn, schema).expect("valid");
        let facets = FacetSettings::load(&ConfigFolder::BuiltIn).expect("valid");
        let arguments = |text: &str, search_type: &str| ExplainArgs {
            text: text.into(),
            search_type: search_type.into(),
            filters: vec!["-format:0/Book/".into()],
            config: None,
        };
        let found = explanation(&arguments("cat -dog", "Series"), &rules, &facets).expect("fine");
        for part in [
            "  text     cat \\-dog\n  fields   series^100 series2\n",
            "    must: word `cat`, best of 2 fields\n      series^100 series2\n",
            "    must not: phrase `0/Book/` in format\n",
            "cost\n  7 look-ups, 0 walks",
            "  fq=-format:\"0/Book/\"\n",
        ] {
            assert!(found.contains(part), "no {part:?} in\n{found}");
        }
        let refused = explanation(&arguments("a AND", "topic"), &rules, &facets).expect("fine");
        assert!(refused.contains("cannot be searched\n"), "{refused}");
    }
}
