//! Every API field of every recorded record, by the rules of the recordings' page.

use super::allow::AllowList;
use super::json::{json, list, pairs, sorted, text};
use super::recorded::{FORMATS, Recorded, finna, lines, stored, translations};
use crate::report::say;
use kirjo::api::normalise;
use kirjo::config::Locale;
use kirjo::present::{ApiField, ApiValue, Document, Occasion};
use kirjo::search::StoredDocument;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Default)]
struct Score {
    equal: usize,
    all: usize,
    emptiness: usize,
    order: usize,
}

pub fn differences(folder: &Path, allowed: &AllowList) -> Vec<String> {
    let texts = translations(folder);
    let finna = finna(Recorded::default(), &texts);
    let of_returned = finna.presenter().clone().of_returned_documents();
    let show = std::env::var("KIRJO_GOLDEN_SHOW").unwrap_or_default();
    let mut complaints = Vec::new();
    let (mut all_equal, mut all_fields) = (0, 0);
    for format in FORMATS {
        let mut scores: BTreeMap<String, Score> = BTreeMap::new();
        let mut first: Option<(StoredDocument, ApiValue, ApiValue)> = None;
        for line in lines(folder, format) {
            let mut expected = line.get("fields").expect("fields").clone();
            if line.get("sameAsFirst").is_none() {
                let solr = line.get("solr").expect("solr").clone();
                first = Some((stored(text(&solr, "record_format"), &solr), solr, expected.clone()));
            } else {
                let (_, _, base) = first.as_ref().expect("a first line");
                for (name, _) in pairs(&expected) {
                    if ApiField::named(name).is_some_and(|field| !field.varies)
                        && !allowed.allows_field(format, name)
                    {
                        complaints.push(format!("{format}/{name} varies with the language"));
                    }
                }
                let absent: Vec<&str> =
                    list(line.get("absent")).iter().filter_map(ApiValue::as_text).collect();
                let mut merged: Vec<_> = pairs(base)
                    .iter()
                    .filter(|(key, _)| !absent.contains(&key.as_ref()))
                    .cloned()
                    .collect();
                for (key, value) in pairs(&expected) {
                    match merged.iter_mut().find(|(known, _)| known == key) {
                        Some((_, slot)) => *slot = value.clone(),
                        None => merged.push((key.clone(), value.clone())),
                    }
                }
                expected = ApiValue::Object(merged);
            }
            let (document, solr, _) = first.as_ref().expect("a first line");
            let locale = Locale::from_code(text(&line, "lng"));
            let occasion = match text(&line, "mode") {
                "record" => Occasion::single_record(locale),
                _ => Occasion::search(locale),
            };
            let fields: Vec<&'static ApiField> = ApiField::all().iter().collect();
            let mut shown = Document::new(
                &document.id,
                document.format,
                &document.fields,
                &document.full_record,
            );
            shown.group = &document.group;
            // Documents that were written by hand are as an index would return them, without what
            // it adds.
            let case = text(&line, "case");
            let is_returned =
                case.starts_with("composed/doc/") || case.starts_with("ndl-fixtures/");
            let presenter = if is_returned { &of_returned } else { finna.presenter() };
            let actual = presenter.record(&shown, &fields, occasion);
            let ApiValue::List(actual) = normalise(ApiValue::List(vec![actual])) else {
                panic!("a list");
            };
            let nothing = ApiValue::EMPTY;
            let actual = actual.first().unwrap_or(&nothing);
            let failing: Vec<&str> =
                list(line.get("serverError")).iter().filter_map(ApiValue::as_text).collect();
            for field in ApiField::all().iter().filter(|f| !failing.contains(&f.name)) {
                let name = field.name;
                let mut want = expected.get(name).cloned();
                let mut have = actual.get(name).cloned();
                if name == "fullRecord" && want == Some(ApiValue::from("@fullrecord")) {
                    want = Some(ApiValue::from(text(solr, "fullrecord")));
                }
                if name == "fullRecord" && !matches!(format, "marc") {
                    want = want.map(|value| parsed(&value));
                    have = have.map(|value| parsed(&value));
                }
                if name == "rawData" {
                    want = want.map(|value| sorted(&raw_data(solr, &value)));
                    have = have.map(|value| sorted(&value));
                }
                if want.is_none() && have.is_none() {
                    continue;
                }
                let score = scores.entry(name.to_owned()).or_default();
                score.all += 1;
                let (wanted, had) = (json(want.as_ref()), json(have.as_ref()));
                if wanted == had {
                    score.equal += 1;
                    continue;
                }
                let empty =
                    |value: &Option<ApiValue>| value.as_ref().is_none_or(ApiValue::is_empty_array);
                if empty(&want) && empty(&have) {
                    score.emptiness += 1;
                }
                if json(want.as_ref().map(sorted).as_ref())
                    == json(have.as_ref().map(sorted).as_ref())
                {
                    score.order += 1;
                }
                if show == format!("{format}/{name}") {
                    say(&format!(
                        "{} {}\n  want {wanted}\n  have {had}",
                        text(&line, "case"),
                        text(&line, "lng")
                    ));
                }
            }
        }
        let equal: usize = scores.values().map(|s| s.equal).sum();
        let all: usize = scores.values().map(|s| s.all).sum();
        all_equal += equal;
        all_fields += all;
        say(&format!("{format}: {equal} of {all} fields equal"));
        for (name, score) in scores.iter().filter(|(_, s)| s.equal < s.all) {
            let differing = score.all - score.equal;
            say(&format!(
                "  {name}: {differing} of {} differ (emptiness {}, order {})",
                score.all, score.emptiness, score.order
            ));
            if !allowed.allows_field(format, name) {
                complaints.push(format!("{format}/{name}: {differing} differ"));
            }
        }
    }
    say(&format!("all formats: {all_equal} of {all_fields} fields equal"));
    if all_equal * 1000 < all_fields * 995 {
        complaints.push("less than 99.5 % of all fields are equal".to_owned());
    }
    complaints
}

/// XML compared by its content.
fn parsed(value: &ApiValue) -> ApiValue {
    match value.as_text().map(kirjo::xml::parse) {
        Some(Ok(tree)) => ApiValue::from(tree.root().to_xml()),
        _ => value.clone(),
    }
}

fn raw_data(solr: &ApiValue, recorded: &ApiValue) -> ApiValue {
    let absent: Vec<&str> =
        list(recorded.get("absent")).iter().filter_map(ApiValue::as_text).collect();
    let changed = recorded.get("changed").expect("changed");
    let mut all: Vec<_> = pairs(solr)
        .iter()
        .filter(|(key, _)| key != "fullrecord" && !absent.contains(&key.as_ref()))
        .filter(|(key, _)| changed.get(key).is_none())
        .cloned()
        .collect();
    all.extend(pairs(changed).iter().cloned());
    ApiValue::Object(all)
}
