//! `dedup-golden/pairs-*`: two records, their keys, and whether they are the same.

use crate::cases::raw;
use crate::compare;
use crate::folder::Folder;
use crate::report::{CaseResult, Filter};
use crate::run::current_year;
use crate::settings::Profile;
use kirjo::dedup::{DedupKeys, Features, Rule, Verdict};
use kirjo::mapping::{MapContext, NoLinks, Warnings, mapped_formats};
use kirjo::record::{Form, RecordFormat};
use serde_json::{Map, Value, json};

/// One result for each record of a pair, and one for the pair.
pub fn all(folder: &Folder, profile: &Profile, filter: &Filter) -> Vec<CaseResult> {
    if !filter.wants_format("marc") || !folder.path("dedup-golden").is_dir() {
        return Vec::new();
    }
    let pairs = folder.json("dedup-golden/pairs-marc.json");
    let pairs = pairs.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    let real = folder.json_lines("dedup-golden/pairs-real.jsonl.gz");
    let mut results = Vec::new();
    for pair in pairs.iter().chain(&real) {
        let sides = ["a", "b"].map(|side| Side::read(pair, side, profile));
        results.extend(sides.iter().map(|side| side.keys(pair)));
        results.push(verdict(pair, &sides[0], &sides[1]));
    }
    results.retain(|result| filter.wants_case(&result.name));
    results
}

/// One record of a pair.
struct Side {
    name: &'static str,
    keys: DedupKeys,
    values: Value,
    features: Features,
    deduplicates: bool,
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

impl Side {
    fn read(pair: &Value, name: &'static str, profile: &Profile) -> Side {
        let stated = &pair[name];
        let source =
            profile.source(text(stated, "source"), RecordFormat::Marc, &stated["dataSource"]);
        let context = MapContext {
            ingest: &profile.ingest,
            source: &source,
            links: &NoLinks,
            current_year: current_year(),
        };
        let bytes = text(stated, "record").as_bytes().to_vec();
        let raw = raw("pair", RecordFormat::Marc, Form::MarcXml, bytes, "pair");
        let mut opened = kirjo::mapping::open(&raw).expect("a record");
        let facts = opened.facts(&context, &mut Warnings::default());
        let mut keys = DedupKeys::of(&facts, &profile.ingest.text);
        if !facts.host_record_ids.is_empty() {
            // Parts are not looked up by keys, so the reference stores none.
            keys = DedupKeys::default();
        }
        let id = format!("{}.{}", source.id_prefix, facts.id);
        let features = Features::of(&id, &facts, &context);
        let values = json!({
            "title_keys": keys.title_keys, "isbn_keys": keys.isbn_keys,
            "id_keys": keys.id_keys, "issns": facts.issns, "format": facts.format,
            "mappedFormat": mapped_formats(&facts.format, &source),
            "year": facts.publication_year, "pages": facts.page_count,
            "seriesIssn": facts.series_issn, "seriesNumbering": facts.series_numbering,
            "filingTitle": facts.title_for_filing, "mainAuthor": facts.main_author,
            "accessRestrictions": facts.access_restrictions,
            "hostRecordIds": facts.host_record_ids,
        });
        Side { name, keys, values, features, deduplicates: source.dedup }
    }

    /// Keys, and what is compared later.
    fn keys(&self, pair: &Value) -> CaseResult {
        let name = format!("dedup/{}/{}", text(pair, "name"), self.name);
        let mut result = CaseResult::new(&name, "marc");
        let mut expected = pair["keys"][self.name].clone();
        if let Some(expected) = expected.as_object_mut() {
            // Records without an id of their own got one that is not stated.
            expected.remove("id");
        }
        let (differences, count) = compare::objects(&self.values, &expected);
        result.add("dedupKeys", count, differences);
        result
    }
}

/// Types of keys that have a value in common.
fn common_keys(a: &DedupKeys, b: &DedupKeys) -> Vec<&'static str> {
    let share = |a: &[String], b: &[String]| a.iter().any(|key| b.contains(key));
    let mut common = Vec::new();
    for (name, a, b) in [
        ("isbn_keys", &a.isbn_keys, &b.isbn_keys),
        ("id_keys", &a.id_keys, &b.id_keys),
        ("title_keys", &a.title_keys, &b.title_keys),
    ] {
        if share(a, b) {
            common.push(name);
        }
    }
    common.sort_unstable();
    common
}

fn decided(verdict: &Verdict) -> Value {
    let rounded = |per_cent: Option<f64>| per_cent.map(|p| (p * 10_000.0).round() / 10_000.0);
    let mut list = vec![json!(verdict.rule.name())];
    match verdict.rule {
        Rule::Series | Rule::NoTitle => {}
        Rule::Title => {
            list.extend([
                json!(rounded(verdict.title_distance)),
                json!(rounded(verdict.author_distance)),
            ]);
        }
        Rule::TitleDistance => list.push(json!(rounded(verdict.title_distance))),
        Rule::AuthorDistance => list.push(json!(rounded(verdict.author_distance))),
        _ => list.push(Value::Null),
    }
    Value::Array(list)
}

/// Verdicts in both directions, the rules that decided, and whether the two form a group.
fn verdict(pair: &Value, a: &Side, b: &Side) -> CaseResult {
    let mut result = CaseResult::new(&format!("dedup/{}/pair", text(pair, "name")), "marc");
    let ab = kirjo::dedup::compare(&a.features, &b.features);
    let ba = kirjo::dedup::compare(&b.features, &a.features);
    for (one, other, verdict) in [(a, b, &ab), (b, a, &ba)] {
        let quick = kirjo::dedup::is_same(&one.features, &other.features);
        assert_eq!(quick, verdict.rule.is_match(), "{}: {verdict:?}", text(pair, "name"));
    }
    let common = common_keys(&a.keys, &b.keys);
    let looked_up = a.features.lookup_keys();
    let found = b.features.lookup_keys().iter().any(|key| looked_up.contains(key));
    let meet = a.deduplicates && b.deduplicates && a.features.source != b.features.source;
    // `b` comes last, so it is the one under examination.
    let deduplicated = meet && found && ba.rule.is_match();
    let actual = json!({
        "commonKeys": common, "matchAB": ab.rule.is_match(), "matchBA": ba.rule.is_match(),
        "decidedBy.ab": decided(&ab), "decidedBy.ba": decided(&ba), "deduplicated": deduplicated,
    });
    let mut expected = Map::new();
    for key in ["commonKeys", "matchAB", "matchBA", "deduplicated"] {
        expected.insert(key.to_owned(), pair[key].clone());
    }
    if let Some(keys) = expected.get_mut("commonKeys").and_then(Value::as_array_mut) {
        keys.sort_by_key(|key| key.as_str().unwrap_or_default().to_owned());
    }
    for direction in ["ab", "ba"] {
        let by = pair["decidedBy"][direction].clone();
        expected.insert(format!("decidedBy.{direction}"), by);
    }
    let (differences, count) = compare::objects(&actual, &Value::Object(expected));
    // A rule of ours: what it decides is told apart, for the allow-list.
    let is_ours = [&ab, &ba].iter().any(|verdict| verdict.rule == Rule::TitleNumbers);
    result.add(if is_ours { "pairOfOtherNumbers" } else { "pair" }, count, differences);
    result
}
