//! `GlobalExtraParams`: parameters that are added when conditions on types and order hold.

use super::SearchTypes;

/// What must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// Any used type is in the list.
    SearchTypeIn(Vec<String>),
    /// Every used type is in the list.
    AllSearchTypesIn(Vec<String>),
    /// No used type is in the list.
    SearchTypeNotIn(Vec<String>),
    /// No used type sets any of these DisMax parameters.
    NoDismaxParams(Vec<String>),
    /// The order is in the list.
    SortIn(Vec<String>),
    /// The order is not in the list.
    SortNotIn(Vec<String>),
}

/// Names of the conditions in `searches.yaml`.
pub(super) const CONDITIONS: [&str; 6] = [
    "SearchTypeIn",
    "AllSearchTypesIn",
    "SearchTypeNotIn",
    "NoDismaxParams",
    "SortIn",
    "SortNotIn",
];

impl Condition {
    /// The condition of this name; `None` if there is no such one.
    pub(super) fn named(name: &str, values: Vec<String>) -> Option<Self> {
        Some(match name {
            "SearchTypeIn" => Condition::SearchTypeIn(values),
            "AllSearchTypesIn" => Condition::AllSearchTypesIn(values),
            "SearchTypeNotIn" => Condition::SearchTypeNotIn(values),
            "NoDismaxParams" => Condition::NoDismaxParams(values),
            "SortIn" => Condition::SortIn(values),
            "SortNotIn" => Condition::SortNotIn(values),
            _ => return None,
        })
    }

    fn holds(&self, names: &[&str], sort: &str, types: &SearchTypes) -> bool {
        let listed = |list: &[String], word: &str| list.iter().any(|item| item == word);
        match self {
            Condition::SearchTypeIn(list) => names.iter().any(|name| listed(list, name)),
            Condition::AllSearchTypesIn(list) => names.iter().all(|name| listed(list, name)),
            Condition::SearchTypeNotIn(list) => !names.iter().any(|name| listed(list, name)),
            Condition::NoDismaxParams(list) => !names.iter().any(|name| {
                let entry = types.types.get(&name.to_lowercase());
                let dismax = entry.and_then(|entry| entry.usual.dismax());
                dismax.is_some_and(|dismax| list.iter().any(|param| dismax.param(param).is_some()))
            }),
            Condition::SortIn(list) => listed(list, sort),
            Condition::SortNotIn(list) => !listed(list, sort),
        }
    }
}

/// A parameter with its conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExtraParam {
    pub(super) param: String,
    pub(super) values: Vec<String>,
    pub(super) conditions: Vec<Condition>,
}

impl ExtraParam {
    /// True if all conditions hold for the used types and the engine's sort string.
    pub(super) fn fits(&self, names: &[&str], sort: &str, types: &SearchTypes) -> bool {
        self.conditions.iter().all(|condition| condition.holds(names, sort, types))
    }
}
