//! The cases: a record, its settings, and what is expected.

use crate::folder::Folder;
use crate::report::{Filter, say};
use crate::settings::Profile;
use kirjo::config::SourceSettings;
use kirjo::record::{Form, Position, RawRecord, RecordFormat};
use kirjo::xml::{Element, Tree};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One record with its settings and the expected result.
pub struct Case {
    /// `marc/marc1`, `mutants/marc/marc1-m3`, `real/marc-nordic-utf8/7`.
    pub name: String,
    pub source: Arc<SourceSettings>,
    pub raw: RawRecord,
    /// As `expected.json`: `index`, `fields`, `driver`, `dedupKeys`, `warnings`, `fullrecord`.
    pub expected: Value,
}

pub fn raw(
    name: &str,
    format: RecordFormat,
    form: Form,
    bytes: Vec<u8>,
    oai_id: &str,
) -> RawRecord {
    RawRecord {
        format,
        position: Position { file: name.into(), offset: 0, ordinal: 0 },
        form,
        bytes,
        oai_id: (!oai_id.is_empty()).then(|| oai_id.to_owned()),
        deleted: false,
        warnings: Vec::new(),
    }
}

fn form_of(format: RecordFormat, file: &str) -> Form {
    match format {
        RecordFormat::Marc | RecordFormat::MarcAuthority => match file.rsplit('.').next() {
            Some("mrc") => Form::Iso2709,
            Some("json") => Form::MarcJson,
            _ => Form::MarcXml,
        },
        _ => Form::Xml,
    }
}

/// All cases that the filter wants.
pub fn all(folder: &Folder, profile: &Profile, filter: &Filter) -> Vec<Case> {
    let mut cases = Vec::new();
    for (format, name) in RecordFormat::ALL {
        if !filter.wants_format(name) {
            continue;
        }
        fixtures(folder, profile, format, name, &mut cases);
        mutants(folder, profile, name, &mut cases);
    }
    real(folder, profile, filter, &mut cases);
    cases.retain(|case| filter.wants_case(&case.name));
    cases
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn fixtures(
    folder: &Folder,
    profile: &Profile,
    format: RecordFormat,
    format_name: &str,
    cases: &mut Vec<Case>,
) {
    let base = format!("ingest-golden/{format_name}");
    for file in folder.list(&base, ".params.json") {
        let name = file.trim_end_matches(".params.json");
        let params = folder.json(&format!("{base}/{file}")).expect("params");
        let expected = folder.json(&format!("{base}/{name}.expected.json")).expect("expectation");
        let record_file = text(&params, "record");
        let source =
            Arc::new(profile.source(text(&params, "source"), format, &params["dataSource"]));
        let mut add = |name: String, file: &str| {
            let bytes = std::fs::read(folder.path(&format!("{base}/{file}"))).expect("the record");
            let raw = raw(file, format, form_of(format, file), bytes, text(&params, "oaiId"));
            cases.push(Case { name, source: source.clone(), raw, expected: expected.clone() });
        };
        add(format!("{format_name}/{name}"), record_file);
        let binary = format!("{name}.mrc");
        if folder.path(&format!("{base}/{binary}")).is_file() {
            add(format!("{format_name}/{binary}"), &binary);
        }
    }
}

fn mutants(folder: &Folder, profile: &Profile, format_name: &str, cases: &mut Vec<Case>) {
    let file = format!("ingest-golden/mutants/{format_name}.jsonl.gz");
    if !folder.path(&file).is_file() {
        return;
    }
    for line in folder.json_lines(&file) {
        let format: RecordFormat = text(&line, "format").parse().expect("a format");
        let name = format!("mutants/{format_name}/{}", text(&line, "name"));
        let source = Arc::new(profile.source(text(&line, "source"), format, &line["dataSource"]));
        let bytes = text(&line, "record").as_bytes().to_vec();
        let raw = raw(&name, format, form_of(format, ".xml"), bytes, text(&line, "oaiId"));
        cases.push(Case { name, source, raw, expected: line["expected"].clone() });
    }
}

/// File of `records-golden` → format, archives or file of `records` that hold the records.
const REAL: [(&str, RecordFormat, &[&str]); 18] = [
    ("marc-folio-mixed-utf8", RecordFormat::Marc, &["marc/folio-mixed-utf8.mrc.gz"]),
    ("marc-gpo-cgp-utf8", RecordFormat::Marc, &["marc/gpo-cgp-utf8.mrc.gz"]),
    (
        "marc-libraries-mislabelled-utf8",
        RecordFormat::Marc,
        &["marc/libraries-mislabelled-utf8.mrc.gz"],
    ),
    ("marc-libraries-mixed-utf8", RecordFormat::Marc, &["marc/libraries-mixed-utf8.mrc.gz"]),
    ("marc-malformed", RecordFormat::Marc, &["marc/malformed.tar.gz"]),
    ("marc-mma-watson-utf8", RecordFormat::Marc, &["marc/mma-watson-utf8.mrc.gz"]),
    ("marc-nordic-utf8", RecordFormat::Marc, &["marc/nordic-utf8.mrc.gz"]),
    ("marc-authorities", RecordFormat::MarcAuthority, &["marc/authorities.mrc.gz"]),
    ("marcxml-brief-and-odd", RecordFormat::Marc, &["marcxml/brief-and-odd.xml.gz"]),
    ("marcxml-folio-mixed", RecordFormat::Marc, &["marcxml/folio-mixed.xml.gz"]),
    ("marcxml-german-swiss", RecordFormat::Marc, &["marcxml/german-swiss.xml.gz"]),
    ("marcxml-gpo-serial-set", RecordFormat::Marc, &["marcxml/gpo-serial-set.xml.gz"]),
    ("marcxml-koha-evergreen", RecordFormat::Marc, &["marcxml/koha-evergreen.xml.gz"]),
    ("marcxml-libraries-mixed", RecordFormat::Marc, &["marcxml/libraries-mixed.xml.gz"]),
    ("marcxml-nordic", RecordFormat::Marc, &["marcxml/nordic.xml.gz"]),
    ("marcxml-rism-prints", RecordFormat::Marc, &["marcxml/rism-prints.xml.gz"]),
    ("lido-kenom-coins", RecordFormat::Lido, &["lido/kenom-coins.xml.gz"]),
    (
        "lido-romania-science-technology",
        RecordFormat::Lido,
        &["lido/romania-science-technology.xml.gz"],
    ),
];

const REAL_FILES: [(&str, RecordFormat, &[&str]); 2] = [
    (
        "lido-files",
        RecordFormat::Lido,
        &["lido/finna-fixtures.tar.gz", "lido/museums-mixed.tar.gz"],
    ),
    ("dc-samples", RecordFormat::Dc, &["dc/oai-responses-and-samples.tar.gz"]),
];

fn real(folder: &Folder, profile: &Profile, filter: &Filter, cases: &mut Vec<Case>) {
    if !folder.path("records-golden").is_dir() || !folder.path("records").is_dir() {
        say("skipped: no records-golden or no records");
        return;
    }
    for (name, format, files) in REAL.iter().chain(&REAL_FILES) {
        if !filter.wants_format(format.name()) {
            continue;
        }
        let lines = folder.json_lines(&format!("records-golden/{name}.jsonl.gz"));
        let source = Arc::new(profile.source_of_real_records(*format));
        let mut contents: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
        for file in *files {
            let path = format!("records/{file}");
            let is_archive = file.ends_with(".tar.gz");
            let members = if is_archive {
                folder.members(&path)
            } else {
                let base = file.rsplit('/').next().unwrap_or(file).to_owned();
                folder.unpacked(&path).map(|bytes| (base, bytes)).into_iter().collect()
            };
            for (base, bytes) in members {
                if lines.iter().any(|line| base_name(line) == base) {
                    let is_whole = *name == "marc-malformed";
                    let units = if is_whole { vec![bytes] } else { units(&base, *format, &bytes) };
                    contents.insert(base, units);
                }
            }
        }
        for line in &lines {
            let base = base_name(line);
            let n = usize::try_from(line["n"].as_u64().unwrap_or(0)).expect("a number");
            let case_name = if files.len() > 1 || files[0].ends_with(".tar.gz") {
                format!("real/{name}/{base}:{n}")
            } else {
                format!("real/{name}/{n}")
            };
            let Some(bytes) = contents.get(base).and_then(|units| units.get(n)) else {
                say(&format!("skipped: record {n} of {base} is not there"));
                continue;
            };
            let expected = json!({
                "index": line["fields"], "driver": line["driver"],
                "dedupKeys": line["dedupKeys"], "error": line["error"],
            });
            let form = form_of(*format, base.trim_end_matches(".gz"));
            let oai_id = format!("{base}:{n}");
            cases.push(Case {
                name: case_name,
                source: source.clone(),
                raw: raw(base, *format, form, bytes.clone(), &oai_id),
                expected,
            });
        }
    }
}

/// The file a line is about, without its folder.
pub fn base_name(line: &Value) -> &str {
    text(line, "file").rsplit('/').next().unwrap_or_default()
}

/// The records of a file in the way the golden data count them.
fn units(base: &str, format: RecordFormat, bytes: &[u8]) -> Vec<Vec<u8>> {
    if base.trim_end_matches(".gz").rsplit('.').next() == Some("mrc") {
        return bytes
            .split_inclusive(|byte| *byte == 0x1D)
            .filter(|unit| unit.ends_with(&[0x1D]))
            .map(<[u8]>::to_vec)
            .collect();
    }
    let document = String::from_utf8_lossy(bytes);
    let tree = match kirjo::xml::parse(&document) {
        Ok(tree) => tree,
        Err(error) => {
            say(&format!("skipped: {base}: {error}"));
            return Vec::new();
        }
    };
    let wanted: Box<dyn Fn(Element<'_>) -> bool> = match format {
        RecordFormat::Lido => Box::new(|e| e.name() == "lido"),
        RecordFormat::Dc => Box::new(|e| e.name() == "dc"),
        _ => Box::new(|e| e.name() == "record" && e.child("leader").is_some()),
    };
    std::iter::once(tree.root())
        .chain(tree.root().descendants())
        .filter(|element| wanted(*element))
        .map(|element| {
            if format == RecordFormat::Lido {
                let mut wrapped = Tree::new("lidoWrap");
                let root = wrapped.root().id();
                wrapped.append_copy(root, element, &|_| true);
                wrapped.root().to_xml().into_bytes()
            } else {
                element.to_xml().into_bytes()
            }
        })
        .collect()
}
