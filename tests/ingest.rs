//! Files in, a report out, the same again: what the report promises.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "a test says what it expects"
)]

use kirjo::config::{ConfigFolder, IngestSettings, Schema, SourceSettings, Sources};
use kirjo::engine::Engine;
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::formats::ReadOptions;
use kirjo::ingest::{
    IngestOptions, IngestReport, SilentProgress, Workplace, bring_up_to_date, check, delete_ids,
    ingest, rebuild,
};
use kirjo::record::{FullRecord, RecordFormat};
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
    let gone = delete_ids(&workplace, source(&workplace, "avoin"), &ids, &SilentProgress)
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
fn versions_in_a_harvest_give_way_to_the_last() {
    let data = tempfile::tempdir().expect("a folder");
    let workplace = workplace(data.path());
    let answer = |id: &str, title: &str| {
        let record = if title.is_empty() {
            format!("<header status=\"deleted\"><identifier>{id}</identifier></header>")
        } else {
            format!(
                "<header><identifier>{id}</identifier></header><metadata><dc>\
                 <identifier>{id}</identifier><title>{title}</title></dc></metadata>"
            )
        };
        format!("<record>{record}</record>")
    };
    let harvest: String = [
        answer("a", "First"),
        answer("b", "Only"),
        answer("a", ""),
        answer("c", "Gone"),
        answer("a", "Last"),
        answer("c", ""),
    ]
    .concat();
    let file = data.path().join("harvest.xml");
    let envelope = format!(
        "<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\"><ListRecords>{harvest}\
         </ListRecords></OAI-PMH>"
    );
    std::fs::write(&file, envelope).expect("written");
    let rejects = data.path().join("rejects.jsonl");
    let options = IngestOptions { reject_file: Some(rejects.clone()), ..IngestOptions::default() };
    let source = SourceSettings::new("harvest", RecordFormat::Dc);
    let run = || {
        let read = ReadOptions { format: Some(source.format), ..ReadOptions::default() };
        let files = std::slice::from_ref(&file);
        let report =
            ingest(&workplace, &source, files, &read, &options, &SilentProgress).expect("it ends");
        assert!(report.adds_up(), "{report:?}");
        report
    };
    let first = run();
    // The deletions have nothing to delete: what follows is kept, what came before gave way.
    assert_eq!((first.read, first.added, first.missing, first.rejected), (6, 2, 2, 2));
    let second = run();
    assert_eq!((second.read, second.unchanged, second.rejected), (6, 4, 2));
    let text = std::fs::read_to_string(&rejects).expect("the reject file");
    assert!(text.lines().all(|line| line.contains("a later version of harvest.")), "{text}");
    let stored = workplace.store.snapshot().expect("a snapshot");
    let ordinal = stored.ordinal("harvest.a").expect("readable").expect("known");
    let record = stored.record(ordinal).expect("readable").expect("a record");
    assert!(String::from_utf8_lossy(&record.raw).contains("Last"));
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

#[test]
fn holdings_records_belong_to_the_record_they_name() {
    let data = tempfile::tempdir().expect("a folder");
    let workplace = workplace(data.path());
    let ingest_lines = |name: &str, records: &[&str]| {
        let file = data.path().join(name);
        std::fs::write(&file, records.join("\n\n")).expect("written");
        run(&workplace, "kaupunki", &[file], &IngestOptions::default())
    };
    let holdings_of_book = || {
        let snapshot = workplace.store.snapshot().expect("a snapshot");
        let ordinal = snapshot.ordinal("kaupunki.b1").expect("readable").expect("known");
        let document = snapshot.document(ordinal).expect("readable").expect("a document");
        document.texts("holdings_txtP_mv").map(str::to_owned).collect::<Vec<_>>()
    };
    let full_record_of_book = || {
        let snapshot = workplace.store.snapshot().expect("a snapshot");
        let ordinal = snapshot.ordinal("kaupunki.b1").expect("readable").expect("known");
        let record = snapshot.record(ordinal).expect("readable").expect("a record");
        match kirjo::ingest::full_record(&workplace)(&snapshot, &record) {
            FullRecord::Marc(record) => kirjo::formats::write_marc_json(&record),
            FullRecord::Text(text) => text,
        }
    };
    let book = "=LDR  00000nam a2200000 a 4500\n=001  b1\n=245  00$aKirja";
    let holding = |status: &str, id: &str, place: &str| {
        format!(
            "=LDR  00000{status}x  a2200000 i 4500\n=001  {id}\n=004  b1\n=852  \\\\$b{place}$hA 1"
        )
    };
    let first =
        ingest_lines("1.mrk", &[&holding("c", "h2", "SIVU"), book, &holding("c", "h1", "PÄÄ")]);
    assert_eq!((first.added, first.indexed), (3, 1));
    assert_eq!(holdings_of_book(), ["PÄÄ A 1 kaupunki", "SIVU A 1 kaupunki"]);
    let full = full_record_of_book();
    assert!(full.contains("PÄÄ") && full.contains("SIVU"), "{full}");
    assert_eq!(assert_sound(&workplace), 1);
    let gone = ingest_lines("2.mrk", &[&holding("d", "h1", "PÄÄ")]);
    assert_eq!((gone.deleted, gone.indexed), (1, 1));
    assert_eq!(holdings_of_book(), ["SIVU A 1 kaupunki"]);
    let full = full_record_of_book();
    assert!(!full.contains("PÄÄ") && full.contains("SIVU"), "{full}");
    let explained = kirjo::ingest::explain(&workplace, "kaupunki.h2").expect("stored");
    assert_eq!(explained.left_out, Some(kirjo::ingest::LeftOut::Suppressed));
    let explained = kirjo::ingest::explain(&workplace, "kaupunki.b1").expect("stored");
    assert_eq!(explained.left_out, None);
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
fn parts_name_their_host_in_any_order() {
    let data = tempfile::tempdir().expect("a folder");
    let workplace = workplace(data.path());
    let good = std::fs::read(sample("marc/city-library.mrc")).expect("a sample file");
    let mut records: Vec<&[u8]> = good.split_inclusive(|byte| *byte == 0x1D).collect();
    let document = |id: &str| {
        let snapshot = workplace.store.snapshot().expect("a snapshot");
        let ordinal = snapshot.ordinal(id).expect("readable").expect("known");
        snapshot.document(ordinal).expect("readable").expect("a document")
    };
    records.reverse();
    for (number, chunk) in records.chunks(20).enumerate() {
        let file = data.path().join(format!("{number}.mrc"));
        std::fs::write(&file, chunk.concat()).expect("written");
        run(&workplace, "kaupunki", &[file], &IngestOptions::default());
    }
    let part = document("kaupunki.200146");
    assert_eq!(part.first("hierarchy_parent_id"), "kaupunki.200145");
    assert_eq!(document("kaupunki.200145").first("is_hierarchy_id"), "kaupunki.200145");
    assert_sound(&workplace);
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
    let cases = ["index_id_prefix = \"l\"\n", "index = false\nindex_id_prefix = \"l\"\n"];
    for settings in cases {
        let data = tempfile::tempdir().expect("a folder");
        let mut workplace = workplace(data.path());
        configure(&mut workplace, data.path(), &[("kaupunki", "index_id_prefix = \"k\"\n")]);
        let good = std::fs::read(sample("marc/city-library.mrc")).expect("a sample file");
        run(&workplace, "kaupunki", &[sample("marc/city-library.mrc")], &IngestOptions::default());
        let shown = assert_sound(&workplace);
        configure(&mut workplace, data.path(), &[("kaupunki", settings)]);
        let first = good.split(|byte| *byte == 0x1E).nth(1).map(<[u8]>::to_vec);
        let id = String::from_utf8(first.expect("a field 001")).expect("an id");
        let ids = [format!("kaupunki.{id}")];
        let kaupunki = source(&workplace, "kaupunki");
        let gone = delete_ids(&workplace, kaupunki, &ids, &SilentProgress).expect("deleted");
        assert_eq!(gone.deleted, 1, "{ids:?}");
        assert!(workplace.engine.document_count() < shown, "{settings}");
        let found = check(&workplace).expect("the check ends");
        assert_eq!(found.documents, found.indexed, "{settings}: {:?}", found.problems);
    }
}

/// A MARCXML file of one record.
fn marcxml(folder: &Path, name: &str, fields: &str) -> PathBuf {
    let file = folder.join(name);
    let text = format!(
        "<collection xmlns=\"http://www.loc.gov/MARC21/slim\"><record>\
         <leader>00000nam a2200000 i 4500</leader>{fields}</record></collection>"
    );
    std::fs::write(&file, text).expect("written");
    file
}

#[test]
fn hosts_and_parts_find_each_other_across_sources() {
    let data = tempfile::tempdir().expect("a folder");
    let mut workplace = workplace(data.path());
    let hosts = "component_part_source_id = [\"osat\"]\n";
    configure(&mut workplace, data.path(), &[("emot", hosts), ("osat", "")]);
    let title = |name: &str| {
        format!(
            "<datafield tag=\"245\" ind1=\"0\" ind2=\"0\"><subfield code=\"a\">{name}</subfield></datafield>"
        )
    };
    let part = |name: &str| {
        let link = "<datafield tag=\"773\" ind1=\"0\" ind2=\" \"><subfield code=\"w\">h1</subfield></datafield>";
        let fields = format!("<controlfield tag=\"001\">p1</controlfield>{}{link}", title(name));
        marcxml(data.path(), "osa.xml", &fields)
    };
    let host = |name: &str| {
        let fields = format!("<controlfield tag=\"001\">h1</controlfield>{}", title(name));
        marcxml(data.path(), "emo.xml", &fields)
    };
    let texts = |id: &str, field: &str| {
        let snapshot = workplace.store.snapshot().expect("a snapshot");
        let ordinal = snapshot.ordinal(id).expect("readable").expect("known");
        let document = kirjo::ingest::index_document(&workplace, &snapshot, ordinal);
        let document = document.expect("readable").expect("indexed");
        document.texts(field).map(str::to_owned).collect::<Vec<_>>().join(" | ")
    };
    let options = IngestOptions::default();
    run(&workplace, "osat", &[part("Osan nimi")], &options);
    assert_eq!(texts("osat.p1", "hierarchy_parent_id"), "");
    run(&workplace, "emot", &[host("Emon nimi")], &options);
    assert_eq!(texts("osat.p1", "hierarchy_parent_id"), "emot.h1", "the part follows its host");
    assert_eq!(texts("osat.p1", "hierarchy_parent_title"), "Emon nimi");
    assert!(
        texts("emot.h1", "allfields").contains("Osan nimi"),
        "{}",
        texts("emot.h1", "allfields")
    );
    run(&workplace, "osat", &[part("Toinen nimi")], &options);
    assert!(texts("emot.h1", "allfields").contains("Toinen nimi"), "the host follows its part");
    run(&workplace, "emot", &[host("Uusi nimi")], &options);
    assert_eq!(texts("osat.p1", "hierarchy_parent_title"), "Uusi nimi");
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

#[test]
fn a_link_follows_the_record_it_means() {
    let data = tempfile::tempdir().expect("a folder");
    let workplace = workplace(data.path());
    let read = |records: &[&str]| {
        let file = mnemonic(data.path(), "records.mrk", records);
        run(&workplace, "kaupunki", &[file], &IngestOptions::default())
    };
    let linking = "=001  k1\n=245  00$aPainettu\n=776  08$w(OCoLC)5";
    let other = |id: &str, more: &str| {
        format!("=001  {id}\n=035  \\\\$a(OCoLC)5\n=245  00$aVerkossa{more}")
    };
    let (first, second) = (other("a", ""), other("b", ""));
    let delete = |id: &str| {
        let ids = [id.to_owned()];
        delete_ids(&workplace, source(&workplace, "kaupunki"), &ids, &SilentProgress).expect("gone")
    };
    let as_written = "kaupunki.(OCoLC)5";
    let means = |expected: &str| {
        for id in [as_written, "kaupunki.a", "kaupunki.b"] {
            let shown: &[&str] = if id == expected { &["kaupunki.k1"] } else { &[] };
            assert_eq!(found(&workplace, id), shown, "{id} in place of {expected}");
        }
    };
    read(&[linking]);
    means(as_written);
    assert_eq!(read(&[&second]).indexed, 2, "the record and the one that links to it");
    means("kaupunki.b");
    read(&[&first]);
    means("kaupunki.a");
    assert_eq!(read(&[&other("a", " taas")]).indexed, 1, "its id is the same");
    delete("a");
    means("kaupunki.b");
    // Without the number it is not meant any more.
    read(&["=001  b\n=245  00$aVerkossa"]);
    means(as_written);
    // What links no more is left in peace.
    read(&["=001  k1\n=245  00$aPainettu"]);
    assert_eq!(read(&[&second]).indexed, 1);
    assert_eq!(assert_sound(&workplace), 2);
}

#[test]
fn parts_take_over_what_their_host_has_in_any_order() {
    let book = "=LDR  00000nam a2200000 a 4500\n=001  b1\n=245  00$aKirja\n=773  0\\$ws1";
    let series = "=LDR  00000nas a2200000 a 4500\n=001  s1\n=245  00$aSarja\n=852  \\\\$bYLIN";
    let part = "=LDR  00000nab a2200000 a 4500\n=001  p1\n=245  00$aOsa\n=773  0\\$wb1";
    let holding = "=LDR  00000cx  a2200000 i 4500\n=001  h1\n=004  b1\n=852  \\\\$bSIVU$hA 1";
    let mut orders = vec![vec![book, series, part, holding]];
    for left_first in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2], [0, 2, 1, 3]] {
        orders.push(left_first.iter().map(|at| orders[0][*at]).collect());
    }
    let mut seen = std::collections::BTreeSet::new();
    for order in orders {
        let data = tempfile::tempdir().expect("a folder");
        let workplace = workplace(data.path());
        for record in order {
            let file = data.path().join("record.mrk");
            std::fs::write(&file, record).expect("written");
            run(&workplace, "kaupunki", &[file], &IngestOptions::default());
        }
        let buildings = stored(&workplace, "kaupunki.p1", "building");
        assert!(buildings.iter().any(|b| b.contains("SIVU")), "{buildings:?}");
        assert!(!buildings.iter().any(|b| b.contains("YLIN")), "{buildings:?}");
        assert_eq!(stored(&workplace, "kaupunki.p1", "hierarchy_parent_id"), ["kaupunki.b1"]);
        seen.insert((buildings, stored(&workplace, "kaupunki.b1", "building")));
    }
    assert_eq!(seen.len(), 1, "{seen:?}");
}

#[test]
fn a_part_names_all_hosts_under_their_ids_in_the_index() {
    let data = tempfile::tempdir().expect("a folder");
    let mut workplace = workplace(data.path());
    let hosts = "component_part_source_id = [\"osat\"]\nindex_id_prefix = \"E\"\n";
    configure(&mut workplace, data.path(), &[("emot", hosts), ("osat", "")]);
    let read = |source: &str, records: &[&str]| {
        let file = mnemonic(data.path(), "records.mrk", records);
        run(&workplace, source, &[file], &IngestOptions::default())
    };
    let host = |id: &str| format!("=001  {id}\n=035  \\\\$a(X)9\n=245  00$aEmo {id}");
    read("osat", &["=001  p1\n=245  00$aOsa\n=773  0\\$w(X)9"]);
    read("emot", &[&host("h2"), &host("h1")]);
    assert_eq!(stored(&workplace, "osat.p1", "hierarchy_parent_id"), ["E.h1", "E.h2"]);
    assert_eq!(stored(&workplace, "osat.p1", "hierarchy_parent_title"), ["Emo h1", "Emo h2"]);
    // A host that takes the part in is as new as the part.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    read("osat", &["=001  p1\n=245  00$aOsa taas\n=773  0\\$w(X)9"]);
    let times = ["osat.p1", "emot.h1"].map(|id| stored(&workplace, id, "last_indexed"));
    assert_eq!(times[0], times[1]);
    assert_ne!(times[1], stored(&workplace, "emot.h1", "first_indexed"));
}

#[test]
fn settings_that_make_another_record_of_the_same_bytes() {
    let data = tempfile::tempdir().expect("a folder");
    let mut workplace = workplace(data.path());
    configure(&mut workplace, data.path(), &[("kaupunki", "component_parts = \"as_is\"\n")]);
    let records = [
        "=001  e1\n=245  00$aEmo",
        "=001  o1\n=245  00$aPiilo\n=773  0\\$we1",
        "=001  o2\n=245  00$aNähtävä\n=773  0\\$we1",
    ];
    let read = |workplace: &Workplace| {
        let file = mnemonic(data.path(), "records.mrk", &records);
        run(workplace, "kaupunki", &[file], &IngestOptions::default())
    };
    assert_eq!(read(&workplace).added, 3);
    assert_eq!(read(&workplace).unchanged, 3);
    assert_eq!(found(&workplace, "Piilo"), ["kaupunki.e1", "kaupunki.o1"]);
    // Whoever wants it hidden wants it out of its host as well.
    let hidden = "component_parts = \"as_is\"\n[suppress_on_field]\ntitle_short = \"Piilo\"\n";
    configure(&mut workplace, data.path(), &[("kaupunki", hidden)]);
    let report = read(&workplace);
    assert_eq!((report.updated, report.unchanged), (1, 2));
    assert_eq!(found(&workplace, "Piilo"), [""; 0]);
    assert_eq!(found(&workplace, "Nähtävä"), ["kaupunki.e1", "kaupunki.o2"]);
    configure(&mut workplace, data.path(), &[("kaupunki", "component_parts = \"as_is\"\n")]);
    assert_eq!(read(&workplace).updated, 1);
    assert_eq!(found(&workplace, "Piilo"), ["kaupunki.e1", "kaupunki.o1"]);
    assert_sound(&workplace);
}

/// A harvest: records (OAI identifier, id and title) and deletions (without id).
fn harvest(folder: &Path, name: &str, entries: &[(&str, Option<(&str, &str)>)]) -> PathBuf {
    let mut text =
        String::from("<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\"><ListRecords>");
    for (oai_id, record) in entries {
        let status = if record.is_some() { "" } else { " status=\"deleted\"" };
        text.push_str(&format!(
            "<record><header{status}><identifier>{oai_id}</identifier></header>"
        ));
        if let Some((id, title)) = record {
            text.push_str(&format!(
                "<metadata><record xmlns=\"http://www.loc.gov/MARC21/slim\">\
                 <leader>00000nam a2200000 i 4500</leader>\
                 <controlfield tag=\"001\">{id}</controlfield>\
                 <datafield tag=\"245\" ind1=\"0\" ind2=\"0\"><subfield code=\"a\">{title}</subfield>\
                 </datafield></record></metadata>"
            ));
        }
        text.push_str("</record>");
    }
    text.push_str("</ListRecords></OAI-PMH>");
    let file = folder.join(name);
    std::fs::write(&file, text).expect("written");
    file
}

#[test]
fn a_notice_deletes_what_came_under_its_identifier() {
    let data = tempfile::tempdir().expect("a folder");
    let workplace = workplace(data.path());
    let read = |entries: &[(&str, Option<(&str, &str)>)]| {
        let file = harvest(data.path(), "harvest.xml", entries);
        let report = run(&workplace, "kaupunki", &[file], &IngestOptions::default());
        (report.stored(), report.deleted, report.missing)
    };
    let record = |id: &'static str| Some((id, "Kirja"));
    assert_eq!(read(&[("oai:x:1", record("a")), ("oai:x:2", record("b"))]), (2, 0, 0));
    assert_eq!(read(&[("oai:x:1", None), ("oai:x:9", None)]), (0, 1, 1));
    assert_eq!(assert_sound(&workplace), 1);
    // It came back, and under another identifier than that which is deleted.
    assert_eq!(read(&[("oai:x:3", record("a")), ("oai:x:1", None)]), (1, 0, 1));
    assert_eq!(assert_sound(&workplace), 2);
    // In one harvest the last word counts, and the same once more changes nothing.
    for (stored, deleted) in [(0, 1), (0, 0)] {
        let done = read(&[("oai:x:3", record("a")), ("oai:x:3", None)]);
        assert_eq!((done.0, done.1), (stored, deleted));
        assert_eq!(assert_sound(&workplace), 1);
    }
    for stored in [1, 0] {
        assert_eq!(read(&[("oai:x:3", None), ("oai:x:3", record("a"))]).0, stored);
        assert_eq!(assert_sound(&workplace), 2);
    }
    // Another record under the identifier takes the place of the one before.
    let done = read(&[("oai:x:3", None), ("oai:x:3", record("c"))]);
    assert_eq!((done.0, done.1), (1, 1));
    assert_eq!(found(&workplace, "Kirja"), ["kaupunki.b", "kaupunki.c"]);
}

#[test]
fn a_delivery_that_is_not_whole_removes_nothing() {
    let data = tempfile::tempdir().expect("a folder");
    let workplace = workplace(data.path());
    let good = std::fs::read(sample("marc/city-library.mrc")).expect("a sample file");
    let one = good.split_inclusive(|byte| *byte == 0x1D).next().expect("a record").to_vec();
    let mut unnamed = one;
    unnamed.extend_from_slice(b"00026     2200025   4500\x1Erubbish\x1D");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &good).expect("packed");
    let packed = packed.finish().expect("packed");
    let xml = b"<collection xmlns=\"http://www.loc.gov/MARC21/slim\"><record><leader>0".to_vec();
    let replace = IngestOptions { replace: true, ..IngestOptions::default() };
    for (name, bytes, reason) in [
        ("empty.mrc", Vec::new(), "no usable record"),
        ("empty.xml", b"<collection/>".to_vec(), "no usable record"),
        ("text.mrc", b"this is no catalogue".to_vec(), "not read to its end"),
        ("cut.xml", xml, "not read to its end"),
        ("cut.mrc", good[..good.len() / 2].to_vec(), "not read to its end"),
        ("cut.mrc.gz", packed[..packed.len() / 2].to_vec(), "not read to its end"),
        ("unnamed.mrc", unnamed.clone(), "no readable id"),
    ] {
        run(&workplace, "kaupunki", &[sample("marc/city-library.mrc")], &IngestOptions::default());
        let before = assert_sound(&workplace);
        let file = data.path().join(name);
        std::fs::write(&file, bytes).expect("written");
        let report = run(&workplace, "kaupunki", &[file], &replace);
        let why = report.failure("kaupunki").expect("a reason");
        assert!(why.contains(reason), "{name}: {why}");
        assert_eq!((report.removed, report.stored()), (0, 0), "{name}: {report}");
        assert_eq!(assert_sound(&workplace), before, "{name}");
    }
    let file = data.path().join("unnamed.mrc");
    let dry = IngestOptions { dry_run: true, max_errors: 1, ..replace.clone() };
    assert_eq!(run(&workplace, "kaupunki", std::slice::from_ref(&file), &dry).removed, 79);
    let with_errors = IngestOptions { max_errors: 1, ..replace };
    assert_eq!(run(&workplace, "kaupunki", &[file], &with_errors).removed, 79);
    assert_eq!(assert_sound(&workplace), 1);
    // What is new is taken as far as it goes, with a warning.
    let file = data.path().join("cut.mrc");
    let report = run(&workplace, "kaupunki", &[file], &IngestOptions::default());
    assert_eq!(report.rejected, 0, "{report}");
}
