//! Records that belong to each other: hosts, parts, holdings, links.

use crate::{assert_sound, configure, found, mnemonic, run, sample, source, stored, workplace};
use kirjo::ingest::{IdChange, IngestOptions, SilentProgress, Workplace, change_ids};
use kirjo::record::FullRecord;
use std::path::{Path, PathBuf};

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
        change_ids(
            &workplace,
            source(&workplace, "kaupunki"),
            &ids,
            IdChange::Delete,
            &SilentProgress,
        )
        .expect("gone")
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
