//! What an operator does to records by their ids, and what a member of a group takes over.

use crate::{assert_sound, configure, found, mnemonic, run, sample, source, stored, workplace};
use kirjo::ingest::{
    IdChange, IngestOptions, IngestReport, SilentProgress, Workplace, change_ids, count_ids,
};
use std::path::PathBuf;
use std::sync::Arc;

fn change(workplace: &Workplace, change: IdChange, id: &str) -> IngestReport {
    let (kaupunki, ids) = (source(workplace, "kaupunki"), [id.to_owned()]);
    let dry = count_ids(workplace, kaupunki, &ids, change).expect("counted");
    let report =
        change_ids(workplace, kaupunki, &ids, change, &SilentProgress).expect("it is done");
    assert!(report.adds_up(), "{report:?}");
    let counts = |r: &IngestReport| (r.read, r.updated, r.unchanged, r.deleted, r.missing);
    assert_eq!(counts(&dry), counts(&report));
    report
}

/// Two sources whose records of one work form groups.
fn two_sources(workplace: &mut Workplace, data: &std::path::Path) {
    configure(workplace, data, &[("kaupunki", "dedup = true"), ("yliopisto", "dedup = true")]);
}

fn book(id: &str, more: &str) -> String {
    format!("=001  {id}\n=020  \\\\$a9789510011119\n=245  00$aKalevala\n{more}")
}

#[test]
fn what_is_suppressed_stays_so_until_it_is_not() {
    let data = tempfile::tempdir().expect("a folder");
    let mut workplace = workplace(data.path());
    two_sources(&mut workplace, data.path());
    let read = |source: &str, record: &str, options: &IngestOptions| {
        let file = mnemonic(data.path(), "records.mrk", &[record]);
        run(&workplace, source, &[file], options)
    };
    let (usual, delete) =
        (IngestOptions::default(), IngestOptions { delete: true, ..IngestOptions::default() });
    let (first, other) = (book("k1", ""), book("k1", "=500  \\\\$aToinen"));
    let seen = |expected: &[&str]| {
        assert_eq!(found(&workplace, "Kalevala"), expected);
        assert_sound(&workplace);
    };
    let is_grouped = || stored(&workplace, "yliopisto.y1", "merged_child_boolean") == ["1"];
    read("kaupunki", &first, &usual);
    read("yliopisto", &book("y1", ""), &usual);
    assert!(is_grouped());

    let done = change(&workplace, IdChange::Suppress, "k1");
    assert_eq!((done.updated, done.regrouped), (1, 1));
    assert!(!is_grouped());
    seen(&["yliopisto.y1"]);
    assert_eq!(change(&workplace, IdChange::Suppress, "kaupunki.k1").unchanged, 1);
    assert_eq!(change(&workplace, IdChange::Unsuppress, "nobody").missing, 1);
    // Before it comes.
    let done = change(&workplace, IdChange::Suppress, "k2");
    assert_eq!((done.updated, done.warnings.len()), (1, 1));
    assert_eq!(read("kaupunki", &book("k2", ""), &usual).added, 1);

    // Whatever its source delivers, or takes back and delivers again.
    assert_eq!(read("kaupunki", &first, &usual).unchanged, 1);
    assert_eq!(read("kaupunki", &other, &usual).updated, 1);
    seen(&["yliopisto.y1"]);
    assert_eq!(read("kaupunki", &other, &delete).deleted, 1);
    assert_eq!(read("kaupunki", &other, &usual).added, 1);
    seen(&["yliopisto.y1"]);

    let done = change(&workplace, IdChange::Unsuppress, "k1");
    assert_eq!((done.updated, done.regrouped), (1, 1));
    assert!(is_grouped());
    assert_eq!(stored(&workplace, "kaupunki.k1", "merged_child_boolean"), ["1"]);
    assert_sound(&workplace);
    assert_eq!(change(&workplace, IdChange::Unsuppress, "k1").unchanged, 1);
    assert_eq!(read("kaupunki", &other, &usual).unchanged, 1);
    assert_eq!(change(&workplace, IdChange::Delete, "k1").deleted, 1);
    seen(&["yliopisto.y1"]);

    // Not even what is purged is forgotten, unless an operator says so.
    for expected in [&["yliopisto.y1"][..], &["yliopisto.y1", "kaupunki.k1"]] {
        let (what, purged) = match expected {
            [_] => (IdChange::Suppress, 0),
            _ => (IdChange::Unsuppress, 1),
        };
        assert_eq!(change(&workplace, what, "k1").updated, 1);
        assert_eq!(change(&workplace, what, "k1").unchanged, 1);
        let found = workplace.store.purge(|_| true, false).expect("purged");
        assert_eq!(found.records, purged);
        // Of another work, so that no document of a group is found.
        let alone = "=001  k1\n=245  00$aKalevala toisin";
        assert_eq!(read("kaupunki", alone, &usual).added, 1);
        seen(expected);
        assert_eq!(read("kaupunki", alone, &delete).deleted, 1);
    }
}

#[test]
fn what_reads_differently_now_can_be_released_as_well() {
    let data = tempfile::tempdir().expect("a folder");
    let mut workplace = workplace(data.path());
    let settings = |workplace: &mut Workplace, more: &str| {
        configure(workplace, data.path(), &[("kaupunki", &format!("dedup = true\n{more}"))]);
    };
    settings(&mut workplace, "");
    let file = [mnemonic(data.path(), "records.mrk", &[&book("k1", "=999  \\\\$c77$d77")])];
    run(&workplace, "kaupunki", &file, &IngestOptions::default());
    change(&workplace, IdChange::Suppress, "k1");
    assert_eq!(assert_sound(&workplace), 0);
    settings(&mut workplace, "[driver_params]\nidIn999 = \"1\"\n");
    assert_eq!(change(&workplace, IdChange::Unsuppress, "k1").updated, 1);
    assert_eq!(change(&workplace, IdChange::Unsuppress, "k1").unchanged, 1);
    assert_eq!(found(&workplace, "Kalevala").len(), 1);
    assert_eq!(assert_sound(&workplace), 1);
    settings(&mut workplace, "");
    // It was read under other settings: the next delivery counts.
    assert_eq!(run(&workplace, "kaupunki", &file, &IngestOptions::default()).updated, 1);
    assert_eq!(found(&workplace, "Kalevala"), ["kaupunki.k1"]);
    assert_eq!(assert_sound(&workplace), 1);
}

#[test]
fn hosts_and_parts_follow_what_is_suppressed() {
    let data = tempfile::tempdir().expect("a folder");
    let workplace = workplace(data.path());
    let files: [PathBuf; 1] = [sample("marc/city-library.mrc")];
    run(&workplace, "kaupunki", &files, &IngestOptions::default());
    let documents = assert_sound(&workplace);
    let (host, part) = ("kaupunki.200145", "kaupunki.200146");
    let parent = || stored(&workplace, part, "hierarchy_parent_id");
    let is_host = || !stored(&workplace, host, "is_hierarchy_id").is_empty();
    assert_eq!(parent(), [host]);
    change(&workplace, IdChange::Suppress, host);
    assert_eq!(parent(), [""; 0]);
    assert_eq!(assert_sound(&workplace), documents - 1);
    change(&workplace, IdChange::Unsuppress, host);
    assert_eq!(parent(), [host]);
    assert!(is_host());
    assert_eq!(assert_sound(&workplace), documents);

    // Holdings that are withheld are nobody's.
    let record = |lines: &str| {
        let file = data.path().join("records.mrk");
        std::fs::write(&file, lines).expect("written");
        run(&workplace, "kaupunki", &[file], &IngestOptions::default());
    };
    record("=LDR  00000nam a2200000 a 4500\n=001  b1\n=245  00$aKirja");
    record("=LDR  00000nx  a2200000 i 4500\n=001  h1\n=004  b1\n=852  \\\\$bSIVU$hA 1");
    let holdings = || stored(&workplace, "kaupunki.b1", "holdings_txtP_mv").len();
    for (what, expected) in [(IdChange::Suppress, 0), (IdChange::Unsuppress, 1)] {
        assert_eq!(holdings(), 1 - expected);
        change(&workplace, what, "h1");
        assert_eq!(holdings(), expected);
        assert_sound(&workplace);
    }
}

#[test]
fn a_touched_record_is_as_new_as_its_delivery() {
    let data = tempfile::tempdir().expect("a folder");
    let workplace = workplace(data.path());
    let files = [mnemonic(data.path(), "records.mrk", &[&book("k1", "")])];
    run(&workplace, "kaupunki", &files, &IngestOptions::default());
    let times = || {
        let time = |field| stored(&workplace, "kaupunki.k1", field).concat();
        (time("first_indexed"), time("last_indexed"))
    };
    let first = times();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(run(&workplace, "kaupunki", &files, &IngestOptions::default()).indexed, 0);
    assert_eq!(times(), first);
    let touch = IngestOptions { touch: true, ..IngestOptions::default() };
    let touched = run(&workplace, "kaupunki", &files, &touch);
    assert_eq!((touched.unchanged, touched.indexed), (1, 1));
    let later = times();
    assert_eq!(later.0, first.0);
    assert!(later.1 > first.1, "{later:?}");
    assert_sound(&workplace);
}

#[test]
fn members_take_over_what_the_settings_say() {
    let data = tempfile::tempdir().expect("a folder");
    let mut workplace = workplace(data.path());
    two_sources(&mut workplace, data.path());
    let mut settings = (*workplace.ingest).clone();
    settings.dedup.copied_fields = ["topic", "building"].map(String::from).to_vec();
    workplace.ingest = Arc::new(settings);
    let read = |source: &str, id: &str, topic: &str| {
        let record = book(id, &format!("=650  \\7$a{topic}"));
        let file = mnemonic(data.path(), "records.mrk", &[&record]);
        run(&workplace, source, &[file], &IngestOptions::default());
        assert_sound(&workplace);
    };
    let topics = |id: &str| stored(&workplace, id, "topic");
    read("kaupunki", "k1", "eepokset");
    read("yliopisto", "y1", "runous");
    assert_eq!(topics("kaupunki.k1"), ["eepokset", "runous"]);
    assert_eq!(topics("yliopisto.y1"), ["runous", "eepokset"]);
    // What a member had and has no more leaves the others.
    read("kaupunki", "k1", "laulut");
    assert_eq!(topics("kaupunki.k1"), ["laulut", "runous"]);
    assert_eq!(topics("yliopisto.y1"), ["runous", "laulut"]);
    assert_eq!(found(&workplace, "eepokset"), [""; 0]);
    change(&workplace, IdChange::Delete, "k1");
    assert_eq!(topics("yliopisto.y1"), ["runous"]);
    assert_eq!(assert_sound(&workplace), 1);
}

/// Other settings of one member's source, and the record of the other changes.
#[test]
fn a_member_follows_the_settings_of_its_source() {
    for (copied, settings, id, shown) in [
        (&["topic"][..], "index_id_prefix = \"uusi\"", "uusi.y1", 3),
        (&["topic"], "index = false", "", 1),
        (&[], "index = false", "", 1),
    ] {
        let data = tempfile::tempdir().expect("a folder");
        let mut workplace = workplace(data.path());
        two_sources(&mut workplace, data.path());
        let mut changed = (*workplace.ingest).clone();
        changed.dedup.copied_fields = copied.iter().map(|field| (*field).to_owned()).collect();
        workplace.ingest = Arc::new(changed);
        let read = |workplace: &Workplace, source: &str, id: &str, note: &str| {
            let record = book(id, &format!("=650  \\7$aeepokset\n=500  \\\\$a{note}"));
            let file = mnemonic(data.path(), "records.mrk", &[&record]);
            run(workplace, source, &[file], &IngestOptions::default());
        };
        read(&workplace, "kaupunki", "k1", "yksi");
        read(&workplace, "yliopisto", "y1", "yksi");
        assert_eq!(assert_sound(&workplace), 3);
        let other = format!("dedup = true\n{settings}\n");
        let sources = [("kaupunki", "dedup = true"), ("yliopisto", other.as_str())];
        configure(&mut workplace, data.path(), &sources);
        read(&workplace, "kaupunki", "k1", "kaksi");
        assert_eq!(assert_sound(&workplace), shown, "{settings}");
        if !id.is_empty() {
            assert_eq!(stored(&workplace, "yliopisto.y1", "id"), [id]);
        }
        // And back.
        two_sources(&mut workplace, data.path());
        read(&workplace, "yliopisto", "y1", "kaksi");
        assert_eq!(assert_sound(&workplace), 3, "{settings}");
    }
}
