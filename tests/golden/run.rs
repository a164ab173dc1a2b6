//! Runs the cases through the pipeline and compares.

use crate::cases::{self, Case};
use crate::compare;
use crate::finding_aids;
use crate::folder::Folder;
use crate::pairs;
use crate::report::{CaseResult, Filter};
use crate::scenarios;
use crate::settings::Profile;
use kirjo::dedup::DedupKeys;
use kirjo::formats::parse_marc;
use kirjo::mapping::{MapContext, MappedRecord, NoLinks, Outputs};
use kirjo::record::{Field, Form, FullRecord, IndexRecord};
use rayon::prelude::*;
use serde_json::{Map, Value};
use std::panic::AssertUnwindSafe;

/// What is compared apart from each other.
pub const ASPECTS: [&str; 10] = [
    "index",
    "fields",
    "driver",
    "dedupKeys",
    "pair",
    "pairOfOtherNumbers",
    "merged",
    "memberOrder",
    "warnings",
    "fullrecord",
];

/// All results, in the order of the cases.
pub fn all(folder: &Folder, filter: &Filter) -> Vec<CaseResult> {
    let Some(profile) = Profile::read(folder) else { return Vec::new() };
    let cases = cases::all(folder, &profile, filter);
    let mut results: Vec<CaseResult> = cases.par_iter().map(|case| run(case, &profile)).collect();
    results.extend(finding_aids::all(folder, &profile, filter));
    results.extend(scenarios::all(folder, &profile, filter));
    results.extend(pairs::all(folder, &profile, filter));
    results
}

/// This year, for dates that must not lie in the future.
pub fn current_year() -> i32 {
    i32::from(jiff::Zoned::now().year())
}

fn run(case: &Case, profile: &Profile) -> CaseResult {
    let mut result = CaseResult::new(&case.name, case.raw.format.name());
    let context = MapContext {
        ingest: &profile.ingest,
        source: &case.source,
        links: &NoLinks,
        current_year: current_year(),
    };
    let mapped = std::panic::catch_unwind(AssertUnwindSafe(|| {
        kirjo::mapping::map(&case.raw, &context, Outputs::All)
    }));
    // Refusing where the reference refuses is not required; not crashing is.
    let may_fail = case.expected["error"].as_bool() == Some(true);
    match mapped {
        Err(_) => result.fail("panic"),
        Ok(_) if may_fail => {}
        Ok(Err(error)) => result.fail(&error.to_string()),
        Ok(Ok(mapped)) => {
            compare_all(case, profile, &mapped, &mut result);
            if !reads_as_it_is_written(case, &context) {
                result.fail("the full record is another one when its text is read again");
            }
        }
    }
    result
}

/// The full record that a server shows at once is the one that its text says.
fn reads_as_it_is_written(case: &Case, context: &MapContext<'_>) -> bool {
    let opened = || kirjo::mapping::open(&case.raw).expect("it was opened before");
    match opened().into_full_record(context) {
        FullRecord::Text(text) => text == opened().full_record(context),
        FullRecord::Marc(record) => {
            let text = opened().full_record(context);
            let again = parse_marc(Form::MarcJson, text.as_bytes());
            let (again, _) = again.expect("what was written can be read");
            again.leader() == record.leader()
                && again
                    .fields()
                    .map(|f| format!("{f:?}"))
                    .eq(record.fields().map(|f| format!("{f:?}")))
        }
    }
}

fn compare_all(case: &Case, profile: &Profile, mapped: &MappedRecord, result: &mut CaseResult) {
    let expected = &case.expected;
    let mut aspect = |name: &'static str, actual: &dyn Fn() -> Value| {
        let wanted = &expected[name];
        if wanted.is_null() {
            return;
        }
        let (differences, count) = match name {
            "warnings" => compare::sets(name, &actual(), wanted),
            "driver" => compare::named(&actual(), wanted),
            "fullrecord" => compare::full_records(case.raw.format, &actual(), wanted),
            _ => compare::objects(&actual(), wanted),
        };
        result.add(name, count, differences);
    };
    aspect("index", &|| document(&mapped.index));
    aspect("fields", &|| mapped.driver_fields.as_ref().map_or(Value::Null, document));
    aspect("driver", &|| serde_json::to_value(&mapped.facts).expect("facts"));
    aspect("dedupKeys", &|| {
        // Parts of a host are no candidates for deduplication.
        let keys = if mapped.facts.host_record_ids.is_empty() {
            DedupKeys::of(&mapped.facts, &profile.ingest.text)
        } else {
            DedupKeys::default()
        };
        serde_json::to_value(keys).expect("keys")
    });
    aspect("warnings", &|| {
        // The index has this one too, but the reference's list of warnings does not.
        let kept = mapped.warnings.iter().filter(|w| *w != "linking_id missing");
        Value::Array(kept.map(|w| Value::String(w.clone())).collect())
    });
    aspect("fullrecord", &|| Value::String(mapped.full_record.clone()));
}

/// An index record as the reference's JSON has it.
pub fn document(record: &IndexRecord) -> Value {
    let text = |value: &kirjo::record::Value| match value {
        kirjo::record::Value::Text(text) => Value::String(text.clone()),
        kirjo::record::Value::Path(levels) => {
            Value::Array(levels.iter().map(|level| Value::String(level.clone())).collect())
        }
    };
    let field = |field: &Field| match field {
        Field::One(value) => text(value),
        Field::Many(values) => Value::Array(values.iter().map(text).collect()),
    };
    let fields: Map<String, Value> =
        record.iter().map(|(name, value)| (name.to_owned(), field(value))).collect();
    Value::Object(fields)
}
