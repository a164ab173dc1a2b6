//! The commands as their users meet them: what they refuse, what they write, what they make of
//! damaged files.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "a test says what it expects"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The sample sources with their files.
const SAMPLES: [(&str, &str); 9] = [
    ("kaupunki", "marc/city-library.mrc"),
    ("yliopisto", "marc/university.mrc"),
    ("tutkimus", "marcxml/research-library.xml"),
    ("museo", "lido/museum.xml"),
    ("taide", "lido/art-museum.xml"),
    ("arkisto", "ead/roos-archive.xml"),
    ("keskusarkisto", "ead3/sawmill-archive.xml"),
    ("julkaisu", "qdc/repository.xml"),
    ("avoin", "dc/open-collection.xml"),
];

fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kirjo"));
    command.args(arguments).arg("--data").arg(data);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    command
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    command(data, arguments).output().expect("it runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Standard output of a command that must succeed.
fn written(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", told(&output));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Standard error of a command that must fail, without a panic.
fn refused(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    let told = told(&output);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {told}");
    assert!(!told.contains("panicked"), "{told}");
    told
}

fn sample(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-records").join(name);
    path.to_str().expect("a path of UTF-8").to_owned()
}

fn with_samples(data: &Path, sources: &[&str]) {
    for (source, file) in SAMPLES.iter().filter(|(source, _)| sources.contains(source)) {
        written(data, &["ingest", "--source", source, &sample(file)]);
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let (entry, to) = (entry.expect("an entry").path(), to);
        let to = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            copy(&entry, &to);
        } else {
            std::fs::copy(&entry, &to).expect("copied");
        }
    }
}

/// Documents by id, without the times of import.
fn documents(data: &Path) -> BTreeMap<String, serde_json::Value> {
    let lines = written(data, &["export", "--as", "documents"]);
    let documents = lines.lines().map(|line| {
        let mut document: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let fields = document.as_object_mut().expect("an object");
        for time in ["first_indexed", "last_indexed"] {
            assert!(fields.remove(time).is_some(), "{line}");
        }
        let id = fields["id"].as_str().expect("an id").to_owned();
        (id, document)
    });
    documents.collect()
}

#[test]
fn what_is_exported_raw_is_the_same_when_read_again() {
    for (source, file) in SAMPLES {
        let (first, second) = (tempfile::tempdir(), tempfile::tempdir());
        let (first, second) = (first.expect("a folder"), second.expect("a folder"));
        written(first.path(), &["ingest", "--source", source, &sample(file)]);
        let exported = run(first.path(), &["export", "--as", "raw", "--source", source]);
        assert!(exported.status.success(), "{}", told(&exported));
        let again = second.path().join("exported");
        std::fs::write(&again, &exported.stdout).expect("written");
        let again = again.to_str().expect("a path of UTF-8");
        let ingest = ["ingest", "--source", source, "--strict", again];
        written(second.path(), &ingest);
        assert_eq!(documents(first.path()), documents(second.path()), "{source}");
        // It is the same to the store as well: nothing is new, nothing goes.
        let report = run(first.path(), &["ingest", "--source", source, "--strict", again]);
        let report = told(&report);
        assert!(report.contains(": 0 stored ("), "{source}: {report}");
        assert_eq!(documents(first.path()), documents(second.path()), "{source}, once more");
        written(first.path(), &["index", "check"]);
    }
}

/// A harvested record may have its id in the envelope only, and a path may lead through it.
#[test]
fn what_was_harvested_is_read_again_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("index-config"), &config);
    let settings = "institution = \"X\"\nformat = \"dc\"\nrecord_xpath = \"//metadata/dc\"\n";
    std::fs::write(config.join("sources/x.toml"), settings).expect("written");
    let config = config.to_str().expect("a path of UTF-8");
    let harvest = folder.path().join("harvest.xml");
    let records: String = (0..3)
        .map(|n| {
            format!(
                "<record><header><identifier>oai:x:{n}</identifier></header><metadata><dc>\
                 <title>Kirja {n}</title></dc></metadata></record>"
            )
        })
        .collect();
    let text = format!("<OAI-PMH><ListRecords>{records}</ListRecords></OAI-PMH>");
    std::fs::write(&harvest, text).expect("written");
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let ingest = |data: &Path, file: &Path| {
        let file = file.to_str().expect("a path of UTF-8");
        written(data, &["ingest", "--source", "x", "--config", config, file]);
        written(data, &["export", "--config", config]).lines().count()
    };
    assert_eq!(ingest(&first, &harvest), 3);
    let exported = folder.path().join("exported.xml");
    let raw = written(&first, &["export", "--as", "raw", "--config", config]);
    std::fs::write(&exported, raw).expect("written");
    assert_eq!(ingest(&second, &exported), 3);
    let ids = |data: &Path| -> Vec<String> {
        let lines = written(data, &["export", "--config", config]);
        let records = lines.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        records.map(|record: serde_json::Value| record["id"].to_string()).collect()
    };
    assert_eq!(ids(&first), ids(&second));
    assert_eq!(ids(&first)[2], "\"x.2\"");
}

#[test]
fn documents_of_groups_are_exported_and_groups_explained() {
    let data = tempfile::tempdir().expect("a folder");
    with_samples(data.path(), &["kaupunki", "yliopisto", "tutkimus"]);
    let documents = documents(data.path());
    let merged: Vec<&String> = documents
        .iter()
        .filter(|(_, document)| document.get("merged_boolean").is_some())
        .map(|(id, _)| id)
        .collect();
    assert!(!merged.is_empty());
    let check = told(&run(data.path(), &["index", "check"]));
    let count = format!("{} documents in the store", documents.len());
    assert!(check.contains(&count), "{count}: {check}");
    let told = written(data.path(), &["dedup", "--explain", merged[0]]);
    assert!(told.contains("is a group of 2: ") || told.contains("is a group of 3: "), "{told}");
    // A search shows no hidden parts; an export of what it finds has them.
    let found = written(data.path(), &["export", "--query", "*:*"]).lines().count();
    let all = written(data.path(), &["export"]).lines().count();
    assert_eq!((found, all), (documents.len() - merged.len(), all));
}

#[test]
fn slips_of_the_hand_are_told() {
    let data = tempfile::tempdir().expect("a folder");
    let wrong = data.path().join("wrong");
    for arguments in [
        &["export"][..],
        &["index", "check"],
        &["index", "stats"],
        &["index", "rebuild"],
        &["match", "a", "b"],
        &["dedup"],
        &["dedup", "--explain", "a"],
        &["purge"],
    ] {
        let told = refused(&wrong, arguments);
        assert!(told.contains("there is no store in"), "{arguments:?}: {told}");
        assert!(!wrong.exists(), "{arguments:?}");
    }
    with_samples(data.path(), &["avoin"]);
    let told = refused(data.path(), &["export", "--source", "avion"]);
    assert!(told.contains("did you mean `avoin`?"), "{told}");
    assert!(refused(data.path(), &["export", "--source", "nosuchthing"]).contains("there are"));
}

#[test]
fn ids_to_delete_come_from_standard_input_too() {
    let data = tempfile::tempdir().expect("a folder");
    with_samples(data.path(), &["avoin"]);
    let first = written(data.path(), &["export"]);
    let first: serde_json::Value =
        serde_json::from_str(first.lines().next().expect("a record")).expect("JSON");
    let mut child = command(data.path(), &["ingest", "--source", "avoin", "--delete-ids", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let id = first["id"].as_str().expect("an id");
    let mut stdin = child.stdin.take().expect("a pipe");
    writeln!(stdin, "{id}").expect("written");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", told(&output));
    assert!(written(data.path(), &["export", "--deleted"]).contains(id));
}

#[test]
fn what_is_suppressed_and_what_has_several_forms_moves_as_well() {
    let place = tempfile::tempdir().expect("a folder");
    let (old, new) = (place.path().join("old"), place.path().join("new"));
    with_samples(&old, &["kaupunki"]);
    let xml = place.path().join("one.xml");
    let record = "<record xmlns=\"http://www.loc.gov/MARC21/slim\"><leader>00000nam a2200000 i 4500\
                  </leader><controlfield tag=\"001\">x1</controlfield><datafield tag=\"245\" \
                  ind1=\"0\" ind2=\"0\"><subfield code=\"a\">Kirja</subfield></datafield></record>";
    std::fs::write(&xml, record).expect("written");
    let xml = xml.to_str().expect("UTF-8");
    written(&old, &["ingest", "--source", "kaupunki", xml]);
    let ids = place.path().join("ids.txt");
    std::fs::write(&ids, "\u{FEFF}200102\nkaupunki.x9\n").expect("written");
    let ids = ids.to_str().expect("UTF-8");
    written(&old, &["ingest", "--source", "kaupunki", "--suppress-ids", ids]);

    let both = ["export", "--as", "raw"];
    let why = refused(&old, &both);
    assert!(why.contains("--form iso2709 and --form xml"), "{why}");
    let listed = written(&old, &["export", "--as", "suppressed-ids"]);
    assert_eq!(listed, "kaupunki.200102\nkaupunki.x9\n");
    std::fs::write(ids, listed).expect("written");
    written(&new, &["ingest", "--source", "kaupunki", "--suppress-ids", ids]);
    for form in ["iso2709", "xml"] {
        let output = run(&old, &[&both[..], &["--form", form]].concat());
        assert_eq!(told(&output).contains("1 of these records"), form == "iso2709");
        let file = place.path().join(form);
        std::fs::write(&file, output.stdout).expect("written");
        let file = file.to_str().expect("UTF-8");
        written(&new, &["ingest", "--source", "kaupunki", file]);
    }
    assert_eq!(documents(&new), documents(&old));
    assert!(!documents(&new).contains_key("kaupunki.200102"));
    written(&new, &["index", "check"]);
}

/// Pipes have no size, cannot be read twice, and may never begin.
#[test]
fn pipes_are_read_whole_and_not_waited_for() {
    let place = tempfile::tempdir().expect("a folder");
    let (data, folder) = (place.path().join("data"), place.path().join("files"));
    std::fs::create_dir(&folder).expect("a folder");
    let pipe = folder.join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("it runs").success());
    std::fs::copy(sample("marc/city-library.mrc"), folder.join("a.mrc")).expect("copied");
    let ingest = |data: &Path, path: &Path| {
        let path = path.to_str().expect("UTF-8");
        told(&run(data, &["ingest", "--source", "kaupunki", path]))
    };
    let of_folder = ingest(&data, &folder);
    assert!(of_folder.contains("read 80 records: 80 stored"), "{of_folder}");
    for name in ["marc/city-library.mrc", "marcxml/research-library.xml"] {
        let (bytes, to) = (std::fs::read(sample(name)).expect("a sample"), pipe.clone());
        let writer = std::thread::spawn(move || std::fs::write(to, bytes).expect("written"));
        let told = ingest(&place.path().join("other"), &pipe);
        writer.join().expect("it ends");
        assert!(told.contains(", 0 rejected"), "{name}: {told}");
    }
}

#[test]
fn an_ingest_that_is_not_whole_fails() {
    let place = tempfile::tempdir().expect("a folder");
    let data = place.path().join("data");
    let good = std::fs::read(sample("marc/city-library.mrc")).expect("a sample file");
    let file = place.path().join("records.mrc");
    let ingest = ["ingest", "--source", "kaupunki", file.to_str().expect("UTF-8")];
    for (bytes, why) in [
        (&b"this is no catalogue at all"[..], "is not whole"),
        (b"00026     2200025   4500\x1Erubbish\x1D", "none of the 1 records is usable"),
        (&good[..good.len() / 2], "the end of the record"),
    ] {
        std::fs::write(&file, bytes).expect("written");
        let told = refused(&data, &ingest);
        assert!(told.contains(why), "{told}");
    }
    std::fs::write(&file, [&good[..], b"00026     2200025   4500\x1Erubbish\x1D"].concat())
        .expect("written");
    written(&data, &ingest);
    std::fs::write(&file, "\n").expect("written");
    let told = refused(&data, &["ingest", "--source", "kaupunki", "--delete-ids", ingest[3]]);
    assert!(told.contains("no ids"), "{told}");
}

#[test]
fn whoever_reads_an_export_may_go() {
    let data = tempfile::tempdir().expect("a folder");
    with_samples(data.path(), &["kaupunki"]);
    let mut child = command(data.path(), &["export", "--as", "documents"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    assert!(lines.next().is_some());
    drop(lines);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), told(&output).as_str()), (Some(0), ""));
}

#[test]
fn deleted_records_and_empty_groups_are_purged() {
    let data = tempfile::tempdir().expect("a folder");
    let data = data.path();
    with_samples(data, &["kaupunki", "yliopisto", "tutkimus"]);
    let before = documents(data);
    for (source, file) in [SAMPLES[1], SAMPLES[2]] {
        written(data, &["ingest", "--source", source, "--delete", &sample(file)]);
    }
    let deleted = written(data, &["export", "--deleted"]).lines().count();
    let count = |arguments: &[&str]| told(&run(data, arguments));
    // The records are new; a group that is no more has nothing to come back to.
    for groups in [false, true] {
        let told = count(&["purge"]);
        assert!(told.starts_with("0 deleted records and "), "{told}");
        assert_eq!(told.contains(" and 0 groups"), groups, "{told}");
    }
    let all = ["purge", "--days-to-keep", "0", "--dry-run"];
    let expected = format!("{deleted} deleted records and ");
    for arguments in [&all[..], &all, &all[..3]] {
        let told = count(arguments);
        assert!(told.starts_with(&expected), "{told}");
    }
    assert_eq!(count(&all[..3]), "0 deleted records and 0 groups without members removed\n");
    assert_eq!(written(data, &["export", "--deleted"]), "");
    written(data, &["index", "check"]);
    // They come again, as if they had never been there.
    with_samples(data, &["yliopisto", "tutkimus"]);
    assert_eq!(documents(data), before);
    written(data, &["index", "check"]);
    written(data, &["index", "rebuild"]);
    written(data, &["index", "check"]);
}

/// Places in a file: numbers without an order, the same each time.
fn places(length: usize, count: usize) -> impl Iterator<Item = usize> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 8).expect("56 bits") % (8 * length)
    })
    .take(count)
}

fn flip(file: &Path, bit: usize) {
    let mut bytes = std::fs::read(file).expect("readable");
    bytes[bit / 8] ^= 1 << (bit % 8);
    std::fs::write(file, bytes).expect("written");
}

/// tantivy panics on some of them, and did so at every start.
#[test]
fn a_damaged_file_of_the_index_is_no_end() {
    let data = tempfile::tempdir().expect("a folder");
    with_samples(data.path(), &["avoin"]);
    let before = documents(data.path());
    for round in 0..12 {
        let files = std::fs::read_dir(data.path().join("index")).expect("a folder");
        let mut files: Vec<PathBuf> = files.map(|entry| entry.expect("an entry").path()).collect();
        files.retain(|file| file.extension().is_some_and(|end| end == "store"));
        files.sort();
        let file = &files[0];
        // At the end stands what is read first.
        let length = usize::try_from(file.metadata().expect("a file").len()).expect("small");
        let at = 8 * length - 1 - places(length.min(120), 12).nth(round).expect("a place");
        flip(file, at);
        let check = run(data.path(), &["index", "check"]);
        let told = told(&check);
        assert!(!told.contains("panicked"), "bit {at} of {length}: {told}");
        if !check.status.success() {
            assert!(told.contains("is damaged"), "bit {at} of {length}: {told}");
            written(data.path(), &["index", "rebuild"]);
        }
        assert_eq!(documents(data.path()), before, "bit {at} of {length}");
        written(data.path(), &["index", "check"]);
    }
}

/// One bit flipped anywhere in the store: it is told, or nothing that it holds is another.
#[test]
fn a_damaged_store_is_told_and_the_rest_saved() {
    let data = tempfile::tempdir().expect("a folder");
    with_samples(data.path(), &["avoin"]);
    let store = data.path().join("store.redb");
    let good = std::fs::read(&store).expect("readable");
    let records = written(data.path(), &["export"]);
    let all: Vec<&str> = records.lines().collect();
    let (mut found, mut saved) = (0, 0);
    for bit in places(good.len(), 30) {
        std::fs::write(&store, &good).expect("written");
        flip(&store, bit);
        let check = run(data.path(), &["index", "check"]);
        assert!(!told(&check).contains("panicked"), "bit {bit}: {}", told(&check));
        let export = run(data.path(), &["export"]);
        assert!(!told(&export).contains("panicked"), "bit {bit}: {}", told(&export));
        let text = String::from_utf8_lossy(&export.stdout).into_owned();
        if check.status.success() {
            assert_eq!(text, records, "bit {bit} was not found");
            continue;
        }
        found += 1;
        if text.lines().count() > 0 {
            saved += 1;
            assert!(text.lines().all(|line| all.contains(&line)), "bit {bit}: {text}");
        }
    }
    assert!(found > 3 && saved > 0, "{found} found, {saved} saved");
}
