//! Authors, and the other fields that pair index values with names (record-fields §2, §3.1).

use super::view::{RecordView, RuleSet, pair};
use super::{ApiValue, ead3, forward, lido, lrmi, marc};
use std::borrow::Cow;

/// `title`.
pub(super) fn title(view: &RecordView<'_>) -> String {
    match view.rules() {
        RuleSet::Marc => marc::notes::title(view.marc()),
        _ => view.text("title").to_owned(),
    }
}

/// Hierarchical values with their names.
pub(super) fn hierarchical(view: &RecordView<'_>, name: &str) -> ApiValue {
    let values = view.texts(name).into_iter();
    ApiValue::List(values.map(|value| view.hierarchical_pair(value)).collect())
}

/// `sectors`; missing when there are none.
pub(super) fn sectors(view: &RecordView<'_>) -> ApiValue {
    let pairs = hierarchical(view, "sector_str_mv");
    if pairs.is_empty_array() { ApiValue::Null } else { pairs }
}

/// `institutions`, named as buildings are; missing when there are none.
pub(super) fn institutions(view: &RecordView<'_>) -> ApiValue {
    if view.rules() == RuleSet::Ead3
        && let Some(names) = ead3::notes::repositories(view)
    {
        return names;
    }
    let institutions = view.texts("institution");
    if institutions.is_empty() {
        return ApiValue::Null;
    }
    let pairs = institutions
        .into_iter()
        .map(|value| pair(value, view.translate(&format!("0/{value}/")).unwrap_or(value)));
    ApiValue::List(pairs.collect())
}

/// `source`; missing when there are none.
pub(super) fn sources(view: &RecordView<'_>) -> ApiValue {
    let sources = view.texts("source_str_mv");
    if sources.is_empty() {
        return ApiValue::Null;
    }
    let pairs = sources
        .into_iter()
        .map(|value| pair(value, view.translate(&format!("source_{value}")).unwrap_or(value)));
    ApiValue::List(pairs.collect())
}

/// `dedupIds`; missing for a record of no group.
pub(super) fn dedup_ids(view: &RecordView<'_>) -> ApiValue {
    if view.group().is_empty() {
        return ApiValue::Null;
    }
    ApiValue::texts(view.group().iter().map(|member| member.id.as_str()))
}

/// Series of the index.
pub(super) fn index_series(view: &RecordView<'_>) -> ApiValue {
    let series = view.list("series");
    if series.is_empty_array() { view.list("series2") } else { series }
}

/// `primaryAuthors`.
pub(super) fn primary_authors(view: &RecordView<'_>) -> Vec<String> {
    match view.rules() {
        RuleSet::Marc => marc::names::primary(view.marc()),
        _ => view.texts("author").into_iter().map(str::to_owned).collect(),
    }
}

/// `nonPresenterAuthors`.
pub(super) fn non_presenter_authors(view: &RecordView<'_>) -> ApiValue {
    ApiValue::List(match view.rules() {
        RuleSet::Marc => marc::names::non_presenters(view.marc()),
        RuleSet::Lido => lido::works::actors(view),
        RuleSet::Ead3 => ead3::names::non_presenters(view),
        RuleSet::Forward => forward::non_presenters(view),
        RuleSet::Lrmi => lrmi::authors(view),
        RuleSet::Ead | RuleSet::Qdc | RuleSet::Aipa | RuleSet::Index => {
            ["author", "author_corporate", "author2"]
                .iter()
                .flat_map(|field| view.texts(field))
                .map(|name| ApiValue::object([("name", name.into())]))
                .collect()
        }
    })
}

/// A name with its roles.
type Roles = Vec<(String, Vec<String>)>;

/// `authors`: who stands in two lists stays in the first.
pub(super) fn authors(view: &RecordView<'_>) -> ApiValue {
    let texts = |name: &str| view.texts(name).into_iter().map(str::to_owned).collect();
    let mut primary = with_roles(primary_authors(view), &view.texts("author_role"));
    let mut secondary = with_roles(texts("author2"), &view.texts("author2_role"));
    let mut corporate = with_roles(texts("author_corporate"), &view.texts("author_corporate_role"));
    absorb(&mut primary, &mut corporate);
    absorb(&mut secondary, &mut corporate);
    absorb(&mut primary, &mut secondary);
    ApiValue::object([
        ("primary", shown(primary)),
        ("secondary", shown(secondary)),
        ("corporate", shown(corporate)),
    ])
}

/// Roles stand at the positions of the names; `-` is no role.
fn with_roles(names: Vec<String>, roles: &[&str]) -> Roles {
    let mut list: Roles = Vec::new();
    for (at, name) in names.into_iter().enumerate() {
        let role = match roles.get(at) {
            None | Some(&"") => "-",
            Some(role) => role,
        };
        match list.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.push(role.to_owned()),
            None => list.push((name, vec![role.to_owned()])),
        }
    }
    list
}

fn absorb(list: &mut Roles, other: &mut Roles) {
    for (name, roles) in list.iter_mut() {
        if let Some(at) = other.iter().position(|(known, _)| known == name) {
            roles.extend(other.remove(at).1);
        }
    }
}

fn shown(list: Roles) -> ApiValue {
    let pairs = list.into_iter().map(|(name, roles)| {
        let roles = marc::fields::unique(roles);
        (Cow::Owned(name), ApiValue::object([("role", ApiValue::texts(roles))]))
    });
    ApiValue::Object(pairs.collect())
}
