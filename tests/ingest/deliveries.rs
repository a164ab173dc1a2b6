//! What a delivery deletes, and what it must not.

use crate::{assert_sound, found, run, sample, workplace};
use kirjo::config::SourceSettings;
use kirjo::formats::ReadOptions;
use kirjo::ingest::{IngestOptions, SilentProgress, ingest};
use kirjo::record::RecordFormat;
use std::path::{Path, PathBuf};

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
        ("empty.mrc", Vec::new(), "is not whole"),
        ("empty.xml", b"<collection/>".to_vec(), "no usable record"),
        ("text.mrc", b"this is no catalogue".to_vec(), "is not whole"),
        ("cut.xml", xml, "is not whole"),
        ("cut.mrc", good[..good.len() / 2].to_vec(), "is not whole"),
        ("cut.mrc.gz", packed[..packed.len() / 2].to_vec(), "is not whole"),
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

#[test]
fn a_cut_record_takes_the_place_of_no_whole_one() {
    let data = tempfile::tempdir().expect("a folder");
    let workplace = workplace(data.path());
    let good = std::fs::read(sample("marc/city-library.mrc")).expect("a sample file");
    let cut = data.path().join("cut.mrc");
    std::fs::write(&cut, &good[..good.len() / 2]).expect("written");
    let whole = sample("marc/city-library.mrc");
    // Both in one transaction, then the cut one alone.
    for files in [vec![whole, cut.clone()], vec![cut]] {
        for dry_run in [true, false] {
            let options = IngestOptions { dry_run, ..IngestOptions::default() };
            let report = run(&workplace, "kaupunki", &files, &options);
            assert_eq!((report.rejected, report.updated), (1, 0), "{report}");
        }
        let snapshot = workplace.store.snapshot().expect("a snapshot");
        for ordinal in 0..80 {
            let record = snapshot.record(ordinal).expect("readable").expect("a record");
            assert_eq!(record.raw.last(), Some(&0x1D), "{}", record.id);
        }
    }
}
