//! Facets as answered: named, linked, nested, filtered (finna-api §8).

use super::Finna;
use super::collation;
use super::facet_filter::FacetFilters;
use super::filters::{DATE_RANGE, Filters};
use super::href::{LinkBase, SearchState};
use crate::api::json;
use crate::config::{FacetField, FacetSettings, Locale, ValueOrder};
use crate::present::ApiValue;
use crate::search::{FacetCount, FacetOrder, FacetRequest, FacetResult};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// A facet that the peer takes for its own switch.
const SWITCH: &str = "finna.deduplication";

/// What to count for the asked fields. The date range has no values to count. With `multi_select` a
/// field's own `~` filters do not narrow its values (decision 2.9).
pub(super) fn facet_requests(
    fields: &[&str],
    settings: &FacetSettings,
    multi_select: bool,
) -> Vec<FacetRequest> {
    fields
        .iter()
        .filter(|name| **name != DATE_RANGE && **name != SWITCH)
        .map(|name| {
            let field = settings.field(name);
            FacetRequest {
                field: (*name).to_owned(),
                ignores_own_choice: multi_select,
                limit: (!field.hierarchical).then_some(settings.limit),
                order: match field.order {
                    ValueOrder::Value => FacetOrder::Index,
                    ValueOrder::Count | ValueOrder::TopByName | ValueOrder::AllByName => {
                        FacetOrder::Count
                    }
                },
            }
        })
        .collect()
}

impl Finna {
    /// The `facets` object; nothing if it would be empty. Hierarchical fields without values come
    /// last, as `[]`; plain ones are left out.
    pub(super) fn facets(
        &self,
        fields: &[&str],
        results: &[FacetResult],
        filters: &FacetFilters,
        state: &SearchState,
        locale: Locale,
    ) -> Option<ApiValue> {
        let mut facets: Vec<(Cow<'static, str>, ApiValue)> = Vec::new();
        let mut without_values = Vec::new();
        for name in fields {
            let counted = results.iter().find(|result| result.field == *name);
            let field = self.facets.field(name);
            let items = match counted.map(|result| result.values.as_slice()) {
                Some(values) if !values.is_empty() => {
                    let list = FacetList { finna: self, field: name, state, locale };
                    if field.hierarchical {
                        list.tree(values, field)
                    } else {
                        list.plain(values, field.domain.as_deref())
                    }
                }
                _ if *name == DATE_RANGE => ApiValue::EMPTY,
                _ if field.hierarchical => {
                    without_values.push((Cow::Owned((*name).to_owned()), ApiValue::EMPTY));
                    continue;
                }
                _ => continue,
            };
            let items = json::normalise(items);
            let items =
                if filters.filters(name) { filter_items(items, name, filters) } else { items };
            facets.push((Cow::Owned((*name).to_owned()), items));
        }
        facets.append(&mut without_values);
        (!facets.is_empty()).then_some(ApiValue::Object(facets))
    }
}

/// What the items of one facet have in common.
struct FacetList<'a> {
    finna: &'a Finna,
    field: &'a str,
    state: &'a SearchState,
    locale: Locale,
}

/// A value of a hierarchical facet on its way into the tree.
struct Node<'a> {
    count: &'a FacetCount,
    name: &'a str,
    applied: bool,
    children: Vec<usize>,
}

impl FacetList<'_> {
    fn filters(&self) -> &Filters {
        &self.state.filters
    }

    fn plain(&self, values: &[FacetCount], domain: Option<&str>) -> ApiValue {
        let links = LinkBase::new(self.state, false);
        let translations = self.finna.presenter.translations();
        let items = values.iter().map(|count| {
            let value = count.value.as_str();
            let applied = self.filters().applies(self.field, value);
            let name = domain
                .and_then(|domain| translations.find(self.locale, domain, value))
                .unwrap_or(value);
            let link = if applied { links.current() } else { links.with(self.field, value) };
            item(count, name, applied, link, Vec::new())
        });
        ApiValue::List(items.collect())
    }

    fn tree(&self, values: &[FacetCount], field: &FacetField) -> ApiValue {
        let links = LinkBase::new(self.state, true);
        let translations = self.finna.presenter.translations();
        let shown = || values.iter().filter(|count| field.shows(&count.value));
        let mut nodes: Vec<Node<'_>> = shown()
            .map(|count| Node {
                count,
                name: translations.hierarchical_facet(self.locale, &count.value),
                applied: self.filters().applies(self.field, &count.value),
                children: Vec::new(),
            })
            .collect();
        let by_value: FxHashMap<&str, usize> =
            shown().enumerate().map(|(at, count)| (count.value.as_str(), at)).collect();
        let mut roots = Vec::new();
        for (at, count) in shown().enumerate() {
            match parent_value(&count.value) {
                None => roots.push(at),
                Some(parent) => {
                    // A value whose parent has no count, or is hidden, has no place in the tree.
                    if let Some(node) =
                        by_value.get(parent.as_str()).and_then(|p| nodes.get_mut(*p))
                    {
                        node.children.push(at);
                    }
                }
            }
        }
        if matches!(field.order, ValueOrder::TopByName | ValueOrder::AllByName) {
            self.sort_by_name(&mut roots, &nodes);
        }
        if field.order == ValueOrder::AllByName {
            for at in 0..nodes.len() {
                let mut children =
                    nodes.get_mut(at).map(|n| std::mem::take(&mut n.children)).unwrap_or_default();
                self.sort_by_name(&mut children, &nodes);
                if let Some(node) = nodes.get_mut(at) {
                    node.children = children;
                }
            }
        }
        let items = roots.iter().map(|at| self.branch(*at, &nodes, &links, &mut Vec::new()));
        ApiValue::List(items.collect())
    }

    fn sort_by_name(&self, siblings: &mut [usize], nodes: &[Node<'_>]) {
        let name = |at: &usize| nodes.get(*at).map_or("", |node| node.name);
        siblings.sort_by(|a, b| collation::compare(self.locale, name(a), name(b)));
    }

    /// An item with everything below it. The depth is that of the values: a level number of one
    /// value is one more than its parent's, and values are short.
    fn branch<'n>(
        &self,
        at: usize,
        nodes: &'n [Node<'n>],
        links: &LinkBase,
        applied_above: &mut Vec<&'n str>,
    ) -> ApiValue {
        let Some(node) = nodes.get(at) else { return ApiValue::Null };
        let value = node.count.value.as_str();
        let link = if node.applied {
            links.without(self.field, value)
        } else {
            let mut replaced = applied_above.clone();
            applied_below(node, nodes, &mut replaced);
            if replaced.is_empty() {
                links.with(self.field, value)
            } else {
                links.with_instead(self.field, value, &replaced)
            }
        };
        if node.applied {
            applied_above.push(value);
        }
        let children = node.children.iter();
        let children =
            children.map(|child| self.branch(*child, nodes, links, applied_above)).collect();
        if node.applied {
            applied_above.pop();
        }
        item(node.count, node.name, node.applied, link, children)
    }
}

fn applied_below<'n>(node: &Node<'n>, nodes: &'n [Node<'n>], found: &mut Vec<&'n str>) {
    for child in node.children.iter().filter_map(|at| nodes.get(*at)) {
        if child.applied {
            found.push(child.count.value.as_str());
        }
        applied_below(child, nodes, found);
    }
}

/// `1/A/b/` → `0/A/`; nothing for the top level and for values of another form.
fn parent_value(value: &str) -> Option<String> {
    let (level, path) = value.split_once('/')?;
    let level: usize = level.parse().ok().filter(|level| *level > 0)?;
    let parts: Vec<&str> = path.split('/').take(level).collect();
    Some(format!("{}/{}/", level - 1, parts.join("/")))
}

fn item(
    count: &FacetCount,
    name: &str,
    applied: bool,
    link: String,
    children: Vec<ApiValue>,
) -> ApiValue {
    let mut pairs: Vec<(Cow<'static, str>, ApiValue)> = vec![
        ("value".into(), ApiValue::from(count.value.as_str())),
        ("translated".into(), ApiValue::from(name)),
        ("count".into(), ApiValue::Int(i64::try_from(count.count).unwrap_or(i64::MAX))),
        ("isApplied".into(), ApiValue::Bool(applied)),
        ("href".into(), ApiValue::Text(link)),
    ];
    if !children.is_empty() {
        pairs.push(("children".into(), ApiValue::List(children)));
    }
    ApiValue::Object(pairs)
}

/// Keeps the items that match, or that something below them does; works on cleared items, so truth
/// values are seen as 1 and 0 and an empty value is not seen at all.
fn filter_items(items: ApiValue, field: &str, filters: &FacetFilters) -> ApiValue {
    let ApiValue::List(items) = items else { return items };
    ApiValue::List(
        items
            .into_iter()
            .filter(|item| matches_somewhere(item, field, filters))
            .map(|item| match item {
                ApiValue::Object(pairs) => ApiValue::Object(
                    pairs
                        .into_iter()
                        .map(|(key, value)| match key.as_ref() {
                            "children" => (key, filter_items(value, field, filters)),
                            _ => (key, value),
                        })
                        .collect(),
                ),
                other => other,
            })
            .collect(),
    )
}

fn matches_somewhere(item: &ApiValue, field: &str, filters: &FacetFilters) -> bool {
    let own = match item.get("value") {
        Some(ApiValue::Text(value)) => filters.matches(field, value),
        Some(ApiValue::Int(number)) => filters.matches(field, &number.to_string()),
        _ => false,
    };
    let children = item.get("children").and_then(ApiValue::as_list).unwrap_or(&[]);
    own || children.iter().any(|child| matches_somewhere(child, field, filters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents() {
        for (value, parent) in [
            ("0/A/", None),
            ("1/A/b/", Some("0/A/")),
            ("2/A/b/c/", Some("1/A/b/")),
            ("x", None),
            ("x/y/", None),
            ("5/A/", Some("4/A//")),
        ] {
            assert_eq!(parent_value(value).as_deref(), parent, "{value}");
        }
    }
}
