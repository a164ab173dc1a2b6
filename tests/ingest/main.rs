//! Files in, a report out, the same again: what the report promises.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "a test says what it expects"
)]

mod by_id;
mod deliveries;
mod kin;

use kirjo::config::{ConfigFolder, IngestSettings, Schema, SourceSettings, Sources};
use kirjo::engine::Engine;
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::formats::ReadOptions;
use kirjo::ingest::{
    IdChange, IngestOptions, IngestReport, SilentProgress, Workplace, bring_up_to_date, change_ids,
    check, ingest, rebuild,
};
use kirjo::record::RecordFormat;
use kirjo::store::Store;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn workplace(data: &Path) -> Workplace {
    let folder = ConfigFolder::BuiltIn;
    let schema = Arc::new(Schema::load(&folder).expect("the schema"));
    let settings = Arc::new(IngestSettings::load(&folder).expect("the ingest settings"));
    let sources = Arc::new(Sources::load(&folder, &settings).expect("the sources"));
    let engine = EmbeddedEngine::open(&data.join("index"), Arc::clone(&schema)).expect("an index");
    let engine: Arc<dyn Engine> = Arc::new(engine);
    let store = Arc::new(Store::open(data).expect("a store"));
    let workplace = Workplace { store, engine, schema, ingest: settings, sources };
    bring_up_to_date(&workplace, &SilentProgress).expect("up to date");
    workplace
}

fn source<'a>(workplace: &'a Workplace, id: &str) -> &'a SourceSettings {
    workplace.sources.get(id).expect("settings of the source")
}

fn run(
    workplace: &Workplace,
    source_id: &str,
    files: &[PathBuf],
    options: &IngestOptions,
) -> IngestReport {
    let source = source(workplace, source_id);
    let record_path = source.record_xpath.as_deref().map(|path| path.parse().expect("a path"));
    let read = ReadOptions { format: Some(source.format), record_path, ..ReadOptions::default() };
    let report =
        ingest(workplace, source, files, &read, options, &SilentProgress).expect("the ingest ends");
    assert!(report.adds_up(), "{report:?}");
    report
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-records").join(name)
}

fn assert_sound(workplace: &Workplace) -> u64 {
    let found = check(workplace).expect("the check ends");
    assert_eq!(found.problems, Vec::<String>::new());
    found.documents
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let data = tempfile::tempdir().expect("a folder");
    let workplace = workplace(data.path());
    let files = [sample("marc/city-library.mrc")];
    let first = run(&workplace, "kaupunki", &files, &IngestOptions::default());
    assert_eq!((first.read, first.added, first.rejected), (80, 80, 0));
    let generation = workplace.engine.generation().expect("a generation");
    let second = run(&workplace, "kaupunki", &files, &IngestOptions::default());
    assert_eq!((second.read, second.unchanged, second.indexed), (80, 80, 0));
    assert_eq!(workplace.engine.generation().expect("a generation"), generation);
    let dry = IngestOptions { dry_run: true, ..IngestOptions::default() };
    assert_eq!(run(&workplace, "kaupunki", &files, &dry).unchanged, 80);
    assert_sound(&workplace);
}

#[test]
fn deleting_replacing_and_adding_again() {
    let data = tempfile::tempdir().expect("a folder");
    let workplace = workplace(data.path());
    let files = [sample("dc/open-collection.xml")];
    let all = run(&workplace, "avoin", &files, &IngestOptions::default()).added;
    let first = workplace
        .store
        .snapshot()
        .and_then(|snapshot| snapshot.record(0))
        .expect("readable")
        .expect("a record");
    let ids = [first.id.clone(), "no.such".to_owned()];
    let gone = change_ids(
        &workplace,
        source(&workplace, "avoin"),
        &ids,
        IdChange::Delete,
        &SilentProgress,
    )
    .expect("deleted");
    assert_eq!((gone.deleted, gone.missing), (1, 1));
    assert_eq!(assert_sound(&workplace), all - 1);
    let again = run(&workplace, "avoin", &files, &IngestOptions::default());
    assert_eq!((again.added, again.unchanged), (1, all - 1));
    assert_eq!(assert_sound(&workplace), all);

    // A file with one record replaces the whole source.
    let one = data.path().join("one.xml");
    let raw = String::from_utf8(first.raw).expect("XML is UTF-8");
    std::fs::write(&one, format!("<records>{raw}</records>")).expect("written");
    let replace = IngestOptions { replace: true, ..IngestOptions::default() };
    let replaced = run(&workplace, "avoin", &[one], &replace);
    assert_eq!((replaced.read, replaced.unchanged, replaced.removed), (1, 1, all - 1));
    assert_eq!(assert_sound(&workplace), 1);
}

#[test]
fn a_rebuilt_index_holds_the_same() {
    let data = tempfile::tempdir().expect("a folder");
    let files = [sample("ead3/sawmill-archive.xml")];
    let documents = {
        let workplace = workplace(data.path());
        run(&workplace, "keskusarkisto", &files, &IngestOptions::default());
        let documents = assert_sound(&workplace);
        rebuild(&workplace, &SilentProgress).expect("rebuilt");
        assert_eq!(assert_sound(&workplace), documents);
        documents
    };
    // Without its index folder the next start makes it anew.
    std::fs::remove_dir_all(data.path().join("index")).expect("removed");
    assert_eq!(assert_sound(&workplace(data.path())), documents);
}

#[test]
fn bad_records_cost_only_themselves() {
    let data = tempfile::tempdir().expect("a folder");
    let workplace = workplace(data.path());
    let good = std::fs::read(sample("marc/city-library.mrc")).expect("a sample file");
    let mut mixed = Vec::new();
    for record in good.split_inclusive(|byte| *byte == 0x1D) {
        mixed.extend_from_slice(record);
        mixed.extend_from_slice(b"00026     2200025   4500\x1Erubbish\x1D");
    }
    let file = data.path().join("mixed.mrc");
    std::fs::write(&file, mixed).expect("written");
    let rejects = data.path().join("rejects.jsonl");
    let options = IngestOptions { reject_file: Some(rejects.clone()), ..IngestOptions::default() };
    let report = run(&workplace, "kaupunki", std::slice::from_ref(&file), &options);
    assert_eq!((report.read, report.added, report.rejected), (160, 80, 80));
    let text = std::fs::read_to_string(&rejects).expect("the reject file");
    assert_eq!(text.lines().count(), 80);
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("a JSON line");
        assert!(line["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{line}");
        assert!(line["offset"].is_u64() && line["record"].is_u64(), "{line}");
    }
    let strict = IngestOptions { strict: true, ..IngestOptions::default() };
    let source = source(&workplace, "kaupunki");
    let read = ReadOptions { format: Some(RecordFormat::Marc), ..ReadOptions::default() };
    let stopped = ingest(&workplace, source, &[file], &read, &strict, &SilentProgress);
    assert!(stopped.is_err_and(|error| error.to_string().contains("--strict")));
    assert_sound(&workplace);
}

#[test]
fn finding_aids_without_any_id_are_rejected_whole() {
    let data = tempfile::tempdir().expect("a folder");
    let workplace = workplace(data.path());
    let aid = |control: &str| {
        format!(
            "<ead><control>{control}</control><archdesc level=\"collection\"><did><unittitle>P\
             </unittitle></did><dsc><c level=\"file\"><did><unittitle>F</unittitle></did></c></dsc>\
             </archdesc></ead>"
        )
    };
    let file = data.path().join("aids.xml");
    let aids = [aid(""), aid("<recordid>x1</recordid>"), aid("<recordid>x2</recordid>")].concat();
    std::fs::write(&file, format!("<aids>{aids}</aids>")).expect("written");
    let report = run(&workplace, "keskusarkisto", &[file], &IngestOptions::default());
    assert_eq!((report.read, report.added, report.rejected), (5, 4, 1));
    assert!(report.reject_reasons[0].contains("components of this finding aid"), "{report:?}");
}

/// A record that neither the store's documents nor the index had was not missed, and nobody looked
/// at features and keys.
#[test]
fn a_check_misses_what_is_nowhere() {
    let data = tempfile::tempdir().expect("a folder");
    let workplace = workplace(data.path());
    run(&workplace, "kaupunki", &[sample("marc/city-library.mrc")], &IngestOptions::default());
    assert_sound(&workplace);
    let id = "kaupunki.200101";
    let snapshot = workplace.store.snapshot().expect("a snapshot");
    let ordinal = snapshot.ordinal(id).expect("readable").expect("known");
    drop(snapshot);
    let generation = workplace.engine.generation().expect("a generation") + 1;
    workplace
        .store
        .write(|batch| {
            batch.put_document(ordinal, None, generation)?;
            batch.settle(generation)
        })
        .expect("written");
    workplace.engine.delete(id).expect("deleted");
    workplace.engine.commit(generation).expect("committed");
    let problems = || check(&workplace).expect("the check ends").problems.join("\n");
    assert_eq!(problems(), format!("{id} has no document, and is not hidden"));
    workplace.store.write(|batch| batch.put_keys(&[(7, 7)])).expect("written");
    assert!(problems().contains("the table of keys has"), "{}", problems());
    workplace.store.write(|batch| batch.put_matching(ordinal, None).map(drop)).expect("written");
    let told = format!("{id} takes no part in deduplication, though its source does");
    assert!(problems().contains(&told), "{}", problems());
}

#[test]
fn damaged_documents_are_made_anew() {
    let data = tempfile::tempdir().expect("a folder");
    let workplace = workplace(data.path());
    let files = [sample("marc/city-library.mrc")];
    run(&workplace, "kaupunki", &files, &IngestOptions::default());
    let university = [sample("marc/university.mrc")];
    run(&workplace, "yliopisto", &university, &IngestOptions::default());
    let documents = assert_sound(&workplace);
    let snapshot = workplace.store.snapshot().expect("a snapshot");
    let mut groups = Vec::new();
    snapshot.each_group(|_, group| groups.push(group.members)).expect("readable");
    // One of a pair, of which the other record changes, and one that stands alone.
    let pair = groups.first().expect("a group");
    let alone = (0..80).find(|ordinal| groups.iter().all(|members| !members.contains(ordinal)));
    let damage = |ordinal: u64| {
        let generation = workplace.engine.generation().expect("a generation");
        let rubbish = Some(b"rubbish".as_slice());
        workplace
            .store
            .write(|batch| batch.put_document(ordinal, rubbish, generation))
            .expect("written");
        assert!(!check(&workplace).expect("a check").problems.is_empty());
    };
    damage(alone.expect("a record without a group"));
    let touch = IngestOptions { touch: true, ..IngestOptions::default() };
    assert_eq!(run(&workplace, "kaupunki", &files, &touch).unchanged, 80);
    assert_eq!(assert_sound(&workplace), documents);
    assert!(pair[0] < 80 && pair[1] >= 80, "{pair:?}");
    damage(pair[1]);
    run(&workplace, "kaupunki", &files, &touch);
    assert_eq!(assert_sound(&workplace), documents);
}

/// Sources with settings of their own instead of the samples'.
fn configure(workplace: &mut Workplace, data: &Path, sources: &[(&str, &str)]) {
    let folder = data.join("config/sources");
    std::fs::create_dir_all(&folder).expect("a folder");
    for (id, settings) in sources {
        let settings = format!("institution = \"Kirjola\"\nformat = \"marc\"\n{settings}");
        std::fs::write(folder.join(format!("{id}.toml")), settings).expect("written");
    }
    let config = ConfigFolder::choose(Some(&data.join("config")));
    workplace.sources = Arc::new(Sources::load(&config, &workplace.ingest).expect("the sources"));
}

#[test]
fn a_record_taken_over_is_not_replaced_by_its_former_source() {
    let data = tempfile::tempdir().expect("a folder");
    let mut workplace = workplace(data.path());
    let other = "id_prefix = \"kaupunki\"\nindex_id_prefix = \"k\"\n";
    configure(&mut workplace, data.path(), &[("kaupunki", ""), ("yliopisto", other)]);
    let good = std::fs::read(sample("marc/city-library.mrc")).expect("a sample file");
    let records: Vec<&[u8]> = good.split_inclusive(|byte| *byte == 0x1D).take(2).collect();
    let read = |source: &SourceSettings, records: &[&[u8]], replace: bool| {
        let file = data.path().join("records.mrc");
        std::fs::write(&file, records.concat()).expect("written");
        let options = IngestOptions { replace, ..IngestOptions::default() };
        let read = ReadOptions { format: Some(RecordFormat::Marc), ..ReadOptions::default() };
        ingest(&workplace, source, &[file], &read, &options, &SilentProgress).expect("ends")
    };
    let (first, second) = (source(&workplace, "kaupunki"), source(&workplace, "yliopisto"));
    assert_eq!(read(first, &records, false).added, 2);
    let taken = read(second, &records[1..], false);
    assert_eq!((taken.updated, taken.unchanged), (1, 0));
    let replaced = read(first, &records[..1], true);
    assert_eq!((replaced.unchanged, replaced.removed), (1, 0));
    // And back again.
    assert_eq!(read(first, &records, false).updated, 1);
    assert_eq!(read(first, &records[..1], true).removed, 1);
    assert_sound(&workplace);
}

#[test]
fn another_prefix_in_the_index_is_looked_up_as_well() {
    use kirjo::query::SearchRules;
    use kirjo::search::{SearchService, StoreSearch};
    let data = tempfile::tempdir().expect("a folder");
    let mut workplace = workplace(data.path());
    configure(&mut workplace, data.path(), &[("kaupunki", "index_id_prefix = \"k\"\n")]);
    run(&workplace, "kaupunki", &[sample("marc/city-library.mrc")], &IngestOptions::default());
    let search = StoreSearch::new(
        Arc::clone(&workplace.store),
        Arc::clone(&workplace.engine),
        SearchRules::load(&ConfigFolder::BuiltIn, Arc::clone(&workplace.schema)).expect("rules"),
        kirjo::ingest::full_record(&workplace),
        std::time::Duration::from_secs(10),
    );
    let found = |id: &str| {
        let records = search.records(&[id.to_owned()]).expect("an answer");
        records.map(|record| record.expect("a document").id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(found("k.200101"), ["k.200101"]);
    assert_eq!(found("kaupunki.200101"), [""; 0], "the store's id is not the index's");
    assert_eq!(found("k.2001"), [""; 0]);
}

/// The document of a record that was deleted, or whose source lost its settings or its index, stayed
/// in the index if the settings gave it another id there than before.
#[test]
fn what_leaves_the_index_leaves_it_under_its_former_id() {
    let (k, l) = ("index_id_prefix = \"k\"\n", "index_id_prefix = \"l\"\n");
    let cases = [(k, l), ("", l), (k, ""), (k, "index = false\nindex_id_prefix = \"l\"\n")];
    for (before, settings) in cases {
        let data = tempfile::tempdir().expect("a folder");
        let mut workplace = workplace(data.path());
        configure(&mut workplace, data.path(), &[("kaupunki", before)]);
        let good = std::fs::read(sample("marc/city-library.mrc")).expect("a sample file");
        run(&workplace, "kaupunki", &[sample("marc/city-library.mrc")], &IngestOptions::default());
        let shown = assert_sound(&workplace);
        configure(&mut workplace, data.path(), &[("kaupunki", settings)]);
        let first = good.split(|byte| *byte == 0x1E).nth(1).map(<[u8]>::to_vec);
        let id = String::from_utf8(first.expect("a field 001")).expect("an id");
        let ids = [format!("kaupunki.{id}")];
        let kaupunki = source(&workplace, "kaupunki");
        let gone = change_ids(&workplace, kaupunki, &ids, IdChange::Delete, &SilentProgress)
            .expect("deleted");
        assert_eq!(gone.deleted, 1, "{ids:?}");
        assert!(workplace.engine.document_count() < shown, "{settings}");
        let found = check(&workplace).expect("the check ends");
        assert_eq!(found.documents, found.indexed, "{settings}: {:?}", found.problems);
    }
}

/// Text of a MARC record in lines (mnemonic form) as a file.
fn mnemonic(folder: &Path, name: &str, records: &[&str]) -> PathBuf {
    let file = folder.join(name);
    let lead = |record: &&str| format!("=LDR  00000nam a2200000 a 4500\n{record}");
    std::fs::write(&file, records.iter().map(lead).collect::<Vec<_>>().join("\n\n"))
        .expect("written");
    file
}

/// Values of a field in the store's document.
fn stored(workplace: &Workplace, id: &str, field: &str) -> Vec<String> {
    let snapshot = workplace.store.snapshot().expect("a snapshot");
    let ordinal = snapshot.ordinal(id).expect("readable").expect("known");
    let document = snapshot.document(ordinal).expect("readable").expect("a document");
    document.texts(field).map(str::to_owned).collect()
}

/// Ids of the records that a search in all fields finds.
fn found(workplace: &Workplace, word: &str) -> Vec<String> {
    use kirjo::engine::{EngineRequest, SortField};
    use kirjo::query::Query;
    let request = EngineRequest {
        query: Query::Word { field: "allfields".into(), text: word.into() },
        filters: Vec::new(),
        sort: SortField::Field { name: "title_sort", descending: false },
        after: None,
        offset: 0,
        limit: 10,
        facets: Vec::new(),
        deadline: None,
    };
    let snapshot = workplace.store.snapshot().expect("a snapshot");
    let hits = workplace.engine.search(&request).expect("an answer").hits;
    let record = |ordinal| snapshot.record(ordinal).expect("readable").expect("a record");
    hits.iter().map(|hit| record(hit.ordinal).id).collect()
}
