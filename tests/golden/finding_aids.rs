//! Whole finding aids: split into components, then mapped one by one.

use crate::cases::{base_name, raw};
use crate::compare;
use crate::folder::Folder;
use crate::report::{CaseResult, Filter, say};
use crate::run::{current_year, document};
use crate::settings::Profile;
use kirjo::config::SourceSettings;
use kirjo::formats::finding_aid::{SplitSettings, Standard, components};
use kirjo::mapping::{MapContext, NoLinks, Outputs};
use kirjo::record::{Form, RecordFormat};
use rayon::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

/// Results of `split/` and of the EAD files of `records-golden`: one for each document.
pub fn all(folder: &Folder, profile: &Profile, filter: &Filter) -> Vec<CaseResult> {
    let mut aids = Vec::new();
    fixtures(folder, profile, &mut aids);
    real(folder, profile, &mut aids);
    aids.retain(|aid| filter.wants_format(aid.format.name()));
    let results: Vec<CaseResult> = aids.par_iter().flat_map(|aid| run(aid, profile)).collect();
    results.into_iter().filter(|result| filter.wants_case(&result.name)).collect()
}

struct FindingAid {
    /// `split/ead2_family`, `real/ead-nyu/file.xml`.
    name: String,
    format: RecordFormat,
    source: SourceSettings,
    oai_id: String,
    text: String,
    documents: Vec<Value>,
    /// XML of each component in order, if the data have it.
    components: Vec<Value>,
}

fn array(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn fixtures(folder: &Folder, profile: &Profile, aids: &mut Vec<FindingAid>) {
    const BASE: &str = "ingest-golden/split";
    for file in folder.list(BASE, ".params.json") {
        let name = file.trim_end_matches(".params.json");
        let params = folder.json(&format!("{BASE}/{file}")).expect("params");
        let expected = folder.json(&format!("{BASE}/{name}.expected.json")).expect("expectation");
        let settings = &params["dataSource"];
        let format: RecordFormat = text(&settings["format"]).parse().expect("a format");
        let record = format!("{BASE}/{}", text(&params["record"]));
        aids.push(FindingAid {
            name: format!("split/{name}"),
            format,
            source: profile.source(text(&params["source"]), format, settings),
            oai_id: text(&params["oaiId"]).to_owned(),
            text: folder.text(&record).expect("the finding aid"),
            documents: array(&expected["documents"]),
            components: array(&expected["splitRecords"]),
        });
    }
}

const REAL: [(&str, RecordFormat, &[&str]); 3] = [
    (
        "ead-nyu",
        RecordFormat::Ead,
        &["ead/nyu-finding-aids.tar.gz", "ead/nyu-finding-aids-large.tar.gz"],
    ),
    ("ead-software", RecordFormat::Ead, &["ead/software-samples.tar.gz"]),
    ("ead3-samples", RecordFormat::Ead3, &["ead3/ead3-samples.tar.gz"]),
];

fn real(folder: &Folder, profile: &Profile, aids: &mut Vec<FindingAid>) {
    if !folder.path("records-golden").is_dir() || !folder.path("records").is_dir() {
        say("skipped: no records-golden or no records");
        return;
    }
    for (set, format, archives) in REAL {
        let lines = folder.json_lines(&format!("records-golden/{set}.jsonl.gz"));
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for archive in archives {
            files.extend(folder.members(&format!("records/{archive}")));
        }
        for line in lines {
            let base = base_name(&line);
            let Some(bytes) = files.get(base) else {
                say(&format!("skipped: {base} is not there"));
                continue;
            };
            aids.push(FindingAid {
                name: format!("real/{set}/{base}"),
                format,
                source: profile.source_of_real_records(format),
                oai_id: format!("{base}:{}", line["n"]),
                text: element(&String::from_utf8_lossy(bytes), "ead"),
                documents: array(&line["documents"]),
                components: Vec::new(),
            });
        }
    }
}

/// The first element of this name as a reader cuts it out: without what stands around it.
fn element(document: &str, name: &str) -> String {
    let is_end = |c: char| c == '>' || c.is_ascii_whitespace();
    let open = document
        .match_indices('<')
        .find(|(at, _)| {
            let tag = document[at + 1..].split(is_end).next().unwrap_or("");
            tag == name || tag.split_once(':').is_some_and(|(_, local)| local == name)
        })
        .map_or(0, |(at, _)| at);
    let tag = document[open..].trim_start_matches('<').split(is_end).next().unwrap_or("");
    let close = format!("</{tag}>");
    let end = document.rfind(&close).map_or(document.len(), |at| at + close.len());
    document[open..end].to_owned()
}

fn run(aid: &FindingAid, profile: &Profile) -> Vec<CaseResult> {
    let tree = match kirjo::xml::parse(&aid.text) {
        Ok(tree) => tree,
        Err(error) => {
            let mut result = CaseResult::new(&aid.name, aid.format.name());
            result.fail(&error.to_string());
            return vec![result];
        }
    };
    let standard = match aid.format {
        RecordFormat::Ead3 => Standard::Ead3,
        _ => Standard::Ead2002,
    };
    let settings = SplitSettings::of(&aid.source);
    let context = MapContext {
        ingest: &profile.ingest,
        source: &aid.source,
        links: &NoLinks,
        current_year: current_year(),
    };
    // A later component with the same id replaces the earlier one, as in the store.
    let mut documents: BTreeMap<String, Value> = BTreeMap::new();
    let mut results = Vec::new();
    let mut count = 0;
    for component in components(&tree, standard, &settings) {
        if let Some(expected) = aid.components.get(count) {
            let name = format!("{}/{}", aid.name, count + 1);
            let mut result = CaseResult::new(&name, aid.format.name());
            let actual = Value::String(component.xml.clone());
            let (differences, count) = compare::full_records(aid.format, &actual, expected);
            result.add("fullrecord", count, differences);
            results.push(result);
        }
        count += 1;
        let bytes = component.xml.into_bytes();
        let raw = raw(&aid.name, aid.format, Form::Xml, bytes, &aid.oai_id);
        match kirjo::mapping::map(&raw, &context, Outputs::Index) {
            Ok(mapped) => {
                documents.insert(mapped.id.to_string(), document(&mapped.index));
            }
            Err(error) => {
                let mut result = CaseResult::new(&aid.name, aid.format.name());
                result.fail(&error.to_string());
                results.push(result);
            }
        }
    }
    if !aid.components.is_empty() && count != aid.components.len() {
        let mut result = CaseResult::new(&aid.name, aid.format.name());
        result.fail(&format!("{count} components instead of {}", aid.components.len()));
        results.push(result);
    }
    for expected in &aid.documents {
        let id = text(&expected["id"]);
        let mut result = CaseResult::new(&format!("{}/{id}", aid.name), aid.format.name());
        if let Some(actual) = documents.remove(id) {
            let (differences, count) = compare::objects(&actual, expected);
            result.add("index", count, differences);
        } else {
            result.fail("no component has this id");
        }
        results.push(result);
    }
    for id in documents.keys() {
        let mut result = CaseResult::new(&format!("{}/{id}", aid.name), aid.format.name());
        result.fail("the reference has no component with this id");
        results.push(result);
    }
    results
}
