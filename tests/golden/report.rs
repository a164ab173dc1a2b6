//! What was equal and what was not: on the terminal and in `target/golden-report.json`.

use crate::allow::AllowList;
use crate::compare::{Class, Difference};
use crate::run::ASPECTS;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

/// A line on the terminal, also when the test passes.
pub fn say(line: &str) {
    // Nothing can be done about a terminal that is gone.
    writeln!(std::io::stderr(), "{line}").ok();
}

/// Which cases and fields are wanted, by environment variables.
#[derive(Default)]
pub struct Filter {
    format: Option<String>,
    case: Option<String>,
    field: Option<String>,
    limit: usize,
}

impl Filter {
    pub fn from_environment() -> Self {
        let read = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Filter {
            format: read("KIRJO_GOLDEN_FORMAT").map(|name| name.to_lowercase()),
            case: read("KIRJO_GOLDEN_CASE"),
            field: read("KIRJO_GOLDEN_FIELD"),
            limit: read("KIRJO_GOLDEN_LIMIT").and_then(|n| n.parse().ok()).unwrap_or(40),
        }
    }

    /// Nothing is left out.
    pub fn is_whole(&self) -> bool {
        self.format.is_none() && self.case.is_none() && self.field.is_none()
    }

    pub fn wants_format(&self, name: &str) -> bool {
        self.format.as_deref().is_none_or(|wanted| wanted == name)
    }

    pub fn wants_case(&self, name: &str) -> bool {
        self.case.as_deref().is_none_or(|wanted| name.contains(wanted))
    }

    fn wants_field(&self, name: &str) -> bool {
        self.field.as_deref().is_none_or(|wanted| name.contains(wanted))
    }
}

/// The result of one case.
pub struct CaseResult {
    pub name: String,
    pub format: String,
    /// Why there is no result.
    pub failure: Option<String>,
    /// Aspect → number of fields compared, differences.
    pub aspects: BTreeMap<&'static str, (usize, Vec<Difference>)>,
}

impl CaseResult {
    pub fn new(name: &str, format: &str) -> Self {
        CaseResult {
            name: name.to_owned(),
            format: format.to_owned(),
            failure: None,
            aspects: BTreeMap::new(),
        }
    }

    pub fn fail(&mut self, reason: &str) {
        self.failure = Some(reason.to_owned());
    }

    pub fn add(&mut self, aspect: &'static str, count: usize, differences: Vec<Difference>) {
        let (all, found) = self.aspects.entry(aspect).or_default();
        *all += count;
        found.extend(differences);
    }

    /// `index.author` and so on, with what differs.
    pub fn differences(&self) -> impl Iterator<Item = (String, &Difference)> {
        self.aspects.iter().flat_map(|(aspect, (_, found))| {
            found.iter().map(move |difference| {
                let name = if *aspect == difference.field {
                    difference.field.clone()
                } else {
                    format!("{aspect}.{}", difference.field)
                };
                (name, difference)
            })
        })
    }
}

/// All results.
#[derive(Default)]
pub struct Report {
    pub cases: Vec<CaseResult>,
}

#[derive(Default)]
struct Tally {
    cases: usize,
    equal_cases: usize,
    fields: usize,
    classes: BTreeMap<Class, usize>,
    /// Differences in the allow-list.
    allowed: usize,
}

impl Report {
    pub fn add(&mut self, case: CaseResult) {
        self.cases.push(case);
    }

    /// One line for each format and aspect, then the first differences if one format was asked
    /// for.
    pub fn print(&self, filter: &Filter, allowed: &AllowList) {
        let mut formats: Vec<&str> = self.cases.iter().map(|case| case.format.as_str()).collect();
        formats.sort_unstable();
        formats.dedup();
        for format in formats {
            let cases: Vec<&CaseResult> =
                self.cases.iter().filter(|case| case.format == format).collect();
            let failed = cases.iter().filter(|case| case.failure.is_some()).count();
            let equal = cases
                .iter()
                .filter(|c| c.failure.is_none() && c.differences().next().is_none())
                .count();
            say(&format!(
                "{format}: {equal}/{} cases equal in everything, {failed} without result",
                cases.len()
            ));
            for aspect in ASPECTS {
                let tally = tally(&cases, aspect, allowed);
                if tally.cases == 0 {
                    continue;
                }
                let different: usize = tally.classes.values().sum();
                let mut line = format!(
                    "  {aspect:<10} cases {}/{}, fields {}/{}",
                    tally.equal_cases,
                    tally.cases,
                    tally.fields - different,
                    tally.fields
                );
                if different > 0 {
                    let count = |class: Class| tally.classes.get(&class).copied().unwrap_or(0);
                    // Writing to a string does not fail.
                    let _ = write!(
                        line,
                        " (order {}, shape {}, missing {}, extra {}, wrong {}; {} of these allowed)",
                        count(Class::Order),
                        count(Class::Shape),
                        count(Class::Missing),
                        count(Class::Extra),
                        count(Class::Wrong),
                        tally.allowed
                    );
                }
                say(&line);
            }
        }
        self.print_parts(allowed);
        if !filter.is_whole() {
            self.print_differences(filter, allowed);
        }
    }

    /// One line for each part of the golden data: all aspects together. Damaged records, which the
    /// reference does not read as they were meant, are a part of their own.
    fn print_parts(&self, allowed: &AllowList) {
        let mut parts: BTreeMap<&str, (usize, usize, usize, usize)> = BTreeMap::new();
        for case in &self.cases {
            let part = match case.name.split('/').next() {
                Some("real") if case.name.starts_with("real/marc-malformed/") => "damaged records",
                Some("real") => "real records",
                Some("mutants") => "mutants",
                Some("split") => "finding aids to split",
                Some("dedup") => "scenarios of deduplication",
                _ => "cases",
            };
            let (cases, fields, different, not_allowed) = parts.entry(part).or_default();
            *cases += 1;
            *fields += case.aspects.values().map(|(count, _)| count).sum::<usize>();
            for (name, difference) in case.differences() {
                *different += 1;
                let is_allowed = allowed.allows_difference(&case.name, &name, difference);
                *not_allowed += usize::from(!is_allowed);
            }
        }
        for (part, (cases, fields, different, not_allowed)) in parts {
            #[expect(clippy::cast_precision_loss, reason = "a percentage")]
            let share = 100.0 * (fields.saturating_sub(different)) as f64 / fields.max(1) as f64;
            say(&format!(
                "{part}: {cases} cases, {} of {fields} fields equal ({share:.2} %), \
                 {not_allowed} differences outside the allow-list",
                fields.saturating_sub(different)
            ));
        }
    }

    fn print_differences(&self, filter: &Filter, allowed: &AllowList) {
        let mut left = filter.limit;
        let mut by_field: BTreeMap<String, usize> = BTreeMap::new();
        for case in &self.cases {
            if let Some(failure) = &case.failure
                && left > 0
            {
                left -= 1;
                say(&format!("{}: {failure}", case.name));
            }
            for (name, difference) in case.differences() {
                if !filter.wants_field(&name)
                    || allowed.allows_difference(&case.name, &name, difference)
                {
                    continue;
                }
                *by_field.entry(format!("{name} ({})", difference.class)).or_default() += 1;
                if left == 0 {
                    continue;
                }
                left -= 1;
                say(&format!(
                    "{} {name} ({})\n    expected {}\n    actual   {}",
                    case.name,
                    difference.class,
                    shortened(&difference.expected),
                    shortened(&difference.actual)
                ));
            }
        }
        let mut counts: Vec<(String, usize)> = by_field.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let listed: Vec<String> =
            counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
        if !listed.is_empty() {
            say(&format!("differences by field: {}", listed.join(", ")));
        }
    }

    /// Everything that differs, as JSON.
    pub fn write(&self) {
        let cases: Vec<Value> = self
            .cases
            .iter()
            .filter(|case| case.failure.is_some() || case.differences().next().is_some())
            .map(|case| {
                let differences: Vec<Value> = case
                    .differences()
                    .map(|(name, d)| {
                        json!({"field": name, "class": d.class.to_string(),
                               "expected": d.expected, "actual": d.actual})
                    })
                    .collect();
                json!({"case": case.name, "format": case.format, "failure": case.failure,
                       "differences": differences})
            })
            .collect();
        let path =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/golden-report.json");
        let text = serde_json::to_string_pretty(&cases).expect("a report");
        if let Err(error) = std::fs::write(&path, text) {
            say(&format!("{} cannot be written: {error}", path.display()));
        }
    }

    /// Differences of the required formats that the allow-list does not hold, one line each.
    pub fn not_allowed(&self, allowed: &AllowList, required: &[&str]) -> Vec<String> {
        let mut lines = Vec::new();
        for case in self.cases.iter().filter(|case| required.contains(&case.format.as_str())) {
            if let Some(failure) = &case.failure
                && !allowed.allows(&case.name, "failure")
            {
                lines.push(format!("{}: {failure}", case.name));
            }
            for (name, difference) in case.differences() {
                if !allowed.allows_difference(&case.name, &name, difference) {
                    lines.push(format!("{} {name} ({})", case.name, difference.class));
                }
            }
        }
        lines
    }
}

fn tally(cases: &[&CaseResult], aspect: &'static str, allowed: &AllowList) -> Tally {
    let mut tally = Tally::default();
    for case in cases {
        let Some((count, differences)) = case.aspects.get(aspect) else { continue };
        tally.cases += 1;
        tally.fields += count;
        if differences.is_empty() {
            tally.equal_cases += 1;
        }
        for difference in differences {
            *tally.classes.entry(difference.class).or_default() += 1;
            let name = format!("{aspect}.{}", difference.field);
            let is_allowed = allowed.allows_difference(&case.name, &name, difference);
            tally.allowed += usize::from(is_allowed);
        }
    }
    tally
}

fn shortened(value: &Value) -> String {
    const LONGEST: usize = 600;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
