//! `subjects` and `subjectsExtended`: dispatch and the rule of the index.

use super::view::{RecordView, RuleSet};
use super::{ApiValue, aipa, ead3, forward, lido, marc};

/// `subjects`.
pub(super) fn subjects(view: &RecordView<'_>) -> ApiValue {
    match view.rules() {
        RuleSet::Marc => marc::subjects::subjects(view.marc()),
        RuleSet::Lido => lido::subjects::subjects(view),
        RuleSet::Ead3 => ead3::subjects::subjects(view),
        RuleSet::Forward => one_each(forward::subjects(view)),
        RuleSet::Aipa => one_each(aipa::subjects(view)),
        RuleSet::Ead | RuleSet::Qdc | RuleSet::Lrmi | RuleSet::Index => one_each(indexed(view)),
    }
}

/// `subjectsExtended`; missing when there are none.
pub(super) fn extended(view: &RecordView<'_>) -> ApiValue {
    let items = match view.rules() {
        RuleSet::Marc => marc::subjects::extended(view.marc()),
        RuleSet::Lido => lido::subjects::extended(view),
        RuleSet::Ead3 => ead3::subjects::extended(view),
        RuleSet::Forward => headings(forward::subjects(view)),
        RuleSet::Aipa => headings(aipa::subjects(view)),
        RuleSet::Ead | RuleSet::Qdc | RuleSet::Lrmi | RuleSet::Index => headings(indexed(view)),
    };
    if items.is_empty_array() { ApiValue::Null } else { items }
}

fn one_each(subjects: Vec<String>) -> ApiValue {
    ApiValue::List(subjects.into_iter().map(|subject| ApiValue::texts([subject])).collect())
}

fn headings(subjects: Vec<String>) -> ApiValue {
    let items = subjects
        .into_iter()
        .map(|subject| ApiValue::object([("heading", ApiValue::texts([subject]))]));
    ApiValue::List(items.collect())
}

/// Each value of the index's subject fields once.
fn indexed(view: &RecordView<'_>) -> Vec<String> {
    let values = ["topic", "geographic", "genre", "era"].iter().flat_map(|name| view.texts(name));
    marc::fields::unique(values.collect()).into_iter().map(str::to_owned).collect()
}
