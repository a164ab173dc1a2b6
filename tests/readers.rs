//! The readers against real records, and against every input proptest can think of.

#![expect(clippy::expect_used, reason = "a test that cannot go on says why")]

use kirjo::formats::{
    Encoding, ReadOptions, Reader, clean_xml, detect, parse_marc, parse_marc_as, write_iso2709,
    write_marc_json, write_marcxml,
};
use kirjo::marc::{Field, Record, Tag};
use kirjo::record::{Form, RawRecord, RecordFormat, Rejected};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::{Path, PathBuf};

const FORMS: [Form; 7] = [
    Form::Iso2709,
    Form::MarcXml,
    Form::MarcJson,
    Form::AlephSequential,
    Form::TaggedLines,
    Form::Mnemonic,
    Form::Xml,
];

/// Folder or file of the golden data, or `None` with a message: not everyone has it.
fn golden(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("KIRJO_GOLDEN_DIR")
        .map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let path = root.join(part);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is not there (set KIRJO_GOLDEN_DIR)", path.display());
    None
}

/// Paths in a folder that end so, sorted.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    paths.sort();
    paths
}

/// The record with its fields sorted by tag, as the ISO 2709 writer does.
fn sorted(record: &Record) -> Record {
    let mut fields: Vec<_> = record.fields().collect();
    fields.sort_by_key(Field::tag);
    let mut copy = Record::new(record.leader());
    for field in fields {
        copy.push_field(field);
    }
    copy
}

fn open(path: &Path) -> Reader {
    Reader::open([path], ReadOptions::default()).expect("can be opened")
}

fn read_bytes(bytes: &[u8], options: ReadOptions) -> Vec<Result<RawRecord, Rejected>> {
    Reader::from_stream("input", Cursor::new(bytes.to_vec()), options).collect()
}

#[test]
fn golden_marcxml_and_iso2709_twins_are_equal_and_written_as_the_peer_does() {
    let Some(folder) = golden("ingest-golden/marc") else { return };
    let mut compared = 0;
    for iso in files(&folder, ".mrc") {
        let (from_iso, warnings) =
            parse_marc(Form::Iso2709, &std::fs::read(&iso).expect("bytes")).expect("a record");
        assert!(warnings.is_empty(), "{}: {warnings:?}", iso.display());
        let xml = std::fs::read(iso.with_extension("xml")).expect("bytes");
        let (from_xml, _) = parse_marc(Form::MarcXml, &xml).expect("a record");
        assert_eq!(write_marc_json(&from_iso), write_marc_json(&from_xml), "{}", iso.display());
        let expected = std::fs::read_to_string(iso.with_extension("expected.json")).expect("text");
        let expected: serde_json::Value = serde_json::from_str(&expected).expect("JSON");
        let full = expected["fullrecord"].as_str().expect("text");
        compared += usize::from(write_marc_json(&from_iso) == full);
        let again = write_iso2709(&from_iso).expect("short enough");
        assert_eq!(parse_marc(Form::Iso2709, &again).expect("a record").0, sorted(&from_iso));
        let again = write_marcxml(&from_xml);
        assert_eq!(parse_marc(Form::MarcXml, again.as_bytes()).expect("a record").0, from_xml);
    }
    // The others have links or fields that mapping rewrites before it stores the record.
    assert!(compared >= 8, "only {compared} equal the peer's full record");
}

#[test]
fn every_real_record_is_read() {
    // Records as the README of the corpora counts them, and pieces that are none.
    for (part, records, rejected) in [
        ("records/marc", 51_029, 0),
        ("records/marcxml/brief-and-odd.xml.gz", 3676, 0),
        ("records/marcxml/nordic.xml.gz", 206, 0),
        ("records/marcxml/german-swiss.xml.gz", 751, 0),
        // A style sheet, a book about MARC, and one with its own entities.
        ("records/marcxml/raw-variants.tar.gz", 244, 3),
        // One has its own entities.
        ("records/ead/software-samples.tar.gz", 73, 1),
        ("records/ead3/ead3-samples.tar.gz", 49, 0),
        ("records/lido", 485, 0),
        ("records/dc/edm-rdf.tar.gz", 137, 0),
        // One is not well-formed.
        ("records/dc/oai-responses-and-samples.tar.gz", 225, 1),
    ] {
        let Some(path) = golden(part) else { continue };
        let (mut read, mut refused) = (0, Vec::new());
        for item in open(&path) {
            match item {
                Ok(raw) => {
                    read += 1;
                    match raw.form {
                        _ if raw.deleted => assert!(raw.bytes.is_empty()),
                        Form::Xml => {
                            let text = std::str::from_utf8(&raw.bytes).expect("UTF-8");
                            let tree = kirjo::xml::parse(text);
                            assert!(tree.is_ok(), "{}: {tree:?}", raw.position);
                        }
                        form => {
                            let (record, _) = parse_marc(form, &raw.bytes).expect("a record");
                            assert!(record.fields().next().is_some(), "{}", raw.position);
                        }
                    }
                }
                Err(rejected) => refused.push(rejected.to_string()),
            }
        }
        assert_eq!((read, refused.len()), (records, rejected), "{part}: {refused:#?}");
    }
}

#[test]
fn malformed_records_are_all_recovered() {
    let Some(path) = golden("records/marc/malformed.tar.gz") else { return };
    let mut recovered = 0;
    for item in open(&path) {
        let raw = item.expect("a record");
        let (record, warnings) = parse_marc(raw.form, &raw.bytes).expect("a record");
        let fault = raw.position.file.split('/').rev().nth(1).unwrap_or("").to_owned();
        let has_title =
            ["245", "240", "100", "110", "111", "130", "150", "151", "300", "400", "852"]
                .iter()
                .any(|tag| record.each(tag).any(|field| field.first('a').is_some()));
        let is_danmarc = fault.starts_with("ind_count");
        assert!(has_title || is_danmarc, "{}: {record:?}", raw.position);
        assert_eq!(
            fault.contains("bad_utf8") && !fault.contains("len_mismatch"),
            warnings.contains(&"invalid UTF-8".to_owned()),
            "{}: {warnings:?}",
            raw.position
        );
        recovered += 1;
    }
    assert_eq!(recovered, 193);
}

#[test]
fn marc8_records_equal_their_utf8_twins() {
    let (Some(marc8), Some(utf8)) =
        (golden("records/marc/gpo-nist-marc8.mrc.gz"), golden("records/marc/gpo-cgp-utf8.mrc.gz"))
    else {
        return;
    };
    let nfc = icu_normalizer::ComposingNormalizerBorrowed::new_nfc();
    let comparable = |record: &Record| {
        let mut text = String::new();
        for field in record.fields() {
            let mut copy = Record::new("");
            copy.push_field(field);
            text.push_str(&nfc.normalize(&write_marc_json(&copy)));
        }
        // Ligatures in halves, as MARC-8 has them, or whole, as the publisher wrote them.
        for (half, whole) in [("\\ufe20", "\\u0361"), ("\\ufe21", ""), ("\\ufe22", "\\u0360")] {
            text = text.replace(half, whole);
        }
        text.replace("\\ufe23", "").replace('\u{FE20}', "\u{361}").replace('\u{FE21}', "")
    };
    let mut twins: BTreeMap<String, Record> = BTreeMap::new();
    for raw in open(&marc8) {
        let raw = raw.expect("a record");
        let (record, _) = parse_marc(raw.form, &raw.bytes).expect("a record");
        twins.insert(record.control("001").trim().to_owned(), record);
    }
    let (mut equal, mut equal_not_ascii) = (0, 0);
    for raw in open(&utf8) {
        let raw = raw.expect("a record");
        let (record, _) = parse_marc(raw.form, &raw.bytes).expect("a record");
        let Some(twin) = twins.get(record.control("001").trim()) else { continue };
        // A few were catalogued anew after their twin was published.
        let size = |record: &Record| record.data_fields().flat_map(|f| f.subfields()).count();
        // One was converted wrongly where it was published: its UTF-8 has C1 control characters.
        let mangled = |record: &Record| {
            comparable(record).chars().any(|c| ('\u{80}'..='\u{9F}').contains(&c))
                || write_marc_json(record).contains("\\u008")
        };
        let same_edition =
            twin.control("005") == record.control("005") && size(twin) == size(&record);
        if same_edition && !mangled(&record) {
            assert_eq!(comparable(twin), comparable(&record), "{}", raw.position);
            equal += 1;
            equal_not_ascii += usize::from(!record.is_ascii());
        }
    }
    assert!(equal >= 4800 && equal_not_ascii >= 30, "{equal}, {equal_not_ascii} not ASCII");
}

/// A tag, indicators and subfields as MARC has them.
fn field() -> impl Strategy<Value = (String, char, char, Vec<(char, String)>)> {
    let indicator = prop_oneof![Just(' '), proptest::char::range('0', '9')];
    let value = "[ -~\u{A1}-\u{17F}\u{400}-\u{45F}\u{4E00}-\u{4E20}\u{1F600}]{1,20}";
    let code = prop_oneof![proptest::char::range('a', 'z'), proptest::char::range('0', '9')];
    ("[1-9][0-9]{2}|0[1-9][0-9]|[A-Z]{3}", indicator.clone(), indicator, vec((code, value), 0..5))
}

fn record() -> impl Strategy<Value = Record> {
    let leader = "[0-9]{5}[acdnp][a-t][a-s] a22[0-9]{5}[1-7u ][aciu ] 4500";
    let control = ("00[1-9]", "[ -~\u{E4}]{0,20}");
    (leader, vec(control, 0..4), vec(field(), 0..12)).prop_map(|(leader, controls, fields)| {
        let mut record = Record::new(&leader);
        for (tag, value) in controls {
            record.push_control(Tag::parse(&tag).expect("a tag"), &value);
        }
        for (tag, ind1, ind2, subfields) in fields {
            record.push_data(Tag::parse(&tag).expect("a tag"), ind1, ind2);
            for (code, value) in subfields {
                record.push_subfield(code, &value);
            }
        }
        record
    })
}

/// All values with their tags and codes, in no order.
fn values(record: &Record) -> BTreeSet<String> {
    let mut values = BTreeSet::new();
    for field in record.fields() {
        match field {
            Field::Control(control) => {
                values.insert(control.value.to_owned());
            }
            Field::Data(data) => {
                values.extend(data.subfields().map(|s| format!("{} {}", s.code, s.value)));
            }
        }
    }
    values
}

/// Pieces of input that are met in files of every form.
fn scrap() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&'static [u8]> = vec![
        b"<record>",
        b"</record>",
        b"<leader>",
        b"</leader>",
        b"<datafield tag=\"245\">",
        b"</datafield>",
        b"<subfield code='a'>x</subfield>",
        b"<header status='deleted'>",
        b"</header>",
        b"<metadata>",
        b"</metadata>",
        b"<identifier>i</identifier>",
        b"<lido/>",
        b"<lido>",
        b"</lido>",
        b"<dc>",
        b"</dc>",
        b"<ead>",
        b"<control/>",
        b"</ead>",
        b"<c01>",
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"]]>",
        b"<?xml version='1.0' encoding='latin1'?>",
        b"<!DOCTYPE x>",
        b"<!DOCTYPE x [",
        b"&#0;",
        b"&amp;",
        b"<",
        b">",
        b"\"",
        b"'",
        b"=",
        b"00065cam a2200049 a 4500",
        b"001000200000",
        b"245000900002",
        b"\x1E",
        b"\x1F",
        b"\x1D",
        b"\x1B(N",
        b"\x1B$1",
        b"\xE8a",
        b"\xC3\xA4",
        b"\xFF\xFE",
        b"{\"leader\":\"x\",\"fields\":[",
        b"{\"001\":\"1\"}",
        b"]}",
        b"{",
        b"}",
        b"[",
        b",",
        b"\\",
        b"\n",
        b"\r\n",
        b" ",
        b"LDR ",
        b"245 10 $a",
        b"000000001 245   L $$a",
        b"=LDR  ",
        b"=245  10$a",
        b"$ax",
        b"\xE2\x80\xA1",
    ];
    let piece = prop_oneof![
        6 => proptest::sample::select(pieces).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 0..8),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// The damage has exchanged fields of one length: nobody can tell.
fn is_another_sound_directory(iso: &[u8], directory_end: usize) -> bool {
    let number = |digits: &[u8]| -> usize {
        std::str::from_utf8(digits).expect("digits").parse().expect("digits")
    };
    let entries = iso[24..directory_end].chunks_exact(12);
    let mut spans: Vec<(usize, usize)> =
        entries.map(|entry| (number(&entry[7..]), number(&entry[3..7]))).collect();
    let is_in_order = spans.is_sorted();
    spans.sort_unstable();
    let data = &iso[directory_end + 1..iso.len() - 1];
    let mut start = 0;
    let fits = spans.iter().all(|(offset, length)| {
        let follows = *offset == start;
        start += length;
        follows && data.get(start.wrapping_sub(1)) == Some(&0x1E)
    });
    fits && start == data.len() && !is_in_order
}

#[test]
fn exchanged_offsets_are_told_by_lengths() {
    // 001 `abc`, 001 `d`, 100 without subfields; the offsets of the last two were exchanged.
    let iso =
        b"00072nam a2200061   4500001000400000001000200006100000300004\x1Eabc\x1Ed\x1E  \x1E\x1D";
    let (record, _) = parse_marc(Form::Iso2709, iso).expect("a record");
    assert_eq!(record.controls("001").collect::<Vec<_>>(), ["abc", "d"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_input_makes_a_reader_panic(bytes in scrap()) {
        let _ = detect(&bytes);
        clean_xml(&bytes, &mut Vec::new());
        for form in FORMS {
            for encoding in [Encoding::Detect, Encoding::Marc8, Encoding::Latin1, Encoding::Utf8] {
                let _ = parse_marc_as(form, &bytes, encoding).is_ok();
            }
        }
        for format in [None, Some(RecordFormat::Ead), Some(RecordFormat::Marc)] {
            let options = ReadOptions { format, ..ReadOptions::default() };
            for raw in read_bytes(&bytes, options).into_iter().flatten() {
                let _ = parse_marc(raw.form, &raw.bytes).is_ok();
                let text = std::str::from_utf8(&raw.bytes);
                prop_assert!(raw.form != Form::Xml || text.is_ok());
            }
        }
    }

    #[test]
    fn block_size_does_not_change_what_is_read(bytes in scrap(), block in 1_usize..40) {
        let of_block = |block_bytes| {
            let options = ReadOptions { block_bytes, ..ReadOptions::default() };
            format!("{:?}", read_bytes(&bytes, options))
        };
        prop_assert_eq!(of_block(block), of_block(1 << 20));
    }

    #[test]
    fn what_is_written_is_read_again(record in record()) {
        let json = write_marc_json(&record);
        let (again, warnings) = parse_marc(Form::MarcJson, json.as_bytes()).expect("a record");
        prop_assert!(warnings.is_empty());
        prop_assert_eq!(&again, &record);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());

        let (again, _) = match parse_marc(Form::MarcXml, write_marcxml(&record).as_bytes()) {
            Ok(again) => again,
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        prop_assert_eq!(&again, &record);

        if record.fields().next().is_some() {
            let iso = write_iso2709(&record).expect("short enough");
            let (again, warnings) = parse_marc(Form::Iso2709, &iso).expect("a record");
            prop_assert!(warnings.is_empty(), "{:?}", warnings);
            prop_assert_eq!(&again, &sorted(&record));
            prop_assert_eq!(write_iso2709(&again).expect("short enough"), iso);
        }
    }

    #[test]
    fn records_built_by_the_crate_marc_are_read_alike(fields in vec(field(), 1..10)) {
        let mut builder = marc::RecordBuilder::new();
        builder.set_character_coding_scheme(marc::CharacterCodingScheme::UcsUnicode);
        let mut expected = Record::new("00000nam a2200000 i 4500");
        let mut by_tag = fields.clone();
        by_tag.sort_by(|a, b| a.0.cmp(&b.0));
        for (tag, ind1, ind2, subfields) in by_tag {
            expected.push_data(Tag::parse(&tag).expect("a tag"), ind1, ind2);
            for (code, value) in subfields {
                expected.push_subfield(code, &value);
            }
        }
        for (tag, ind1, ind2, subfields) in fields {
            let tag: [u8; 3] = tag.as_bytes().try_into().expect("three bytes");
            let indicators = [ind1, ind2].iter().collect::<String>().into_bytes();
            let mut field = marc::FieldRepr::from((tag, indicators));
            for (code, value) in subfields {
                field = field.add_subfield(code as u8, value).expect("short enough");
            }
            builder.add_field(field).expect("short enough");
        }
        let built = builder.get_record().expect("short enough");
        let (record, _) = parse_marc(Form::Iso2709, built.as_ref()).expect("a record");
        prop_assert_eq!(record, expected);
    }

    #[test]
    fn damaged_digits_lose_no_value(
        record in record(),
        damage in vec((any::<proptest::sample::Index>(), 0_u8..10), 1..20),
    ) {
        prop_assume!(record.fields().next().is_some());
        let mut iso = write_iso2709(&record).expect("short enough");
        let directory_end = iso.iter().position(|byte| *byte == 0x1E).expect("there");
        // Lengths, base address, and everything in the directory but tags.
        let digits: Vec<usize> = (0..5)
            .chain(12..17)
            .chain((24..directory_end).filter(|at| (at - 24) % 12 >= 3))
            .collect();
        for (at, digit) in damage {
            iso[digits[at.index(digits.len())]] = b'0' + digit;
        }
        let (again, _) = parse_marc(Form::Iso2709, &iso).expect("a record");
        prop_assert_eq!(again.fields().count(), record.fields().count());
        if !is_another_sound_directory(&iso, directory_end) {
            prop_assert_eq!(values(&again), values(&record));
        }
    }

    #[test]
    fn good_records_survive_their_neighbours(record in record(), junk in scrap()) {
        prop_assume!(record.fields().next().is_some());
        let iso = write_iso2709(&record).expect("short enough");
        let mut junk = junk;
        junk.push(0x1D);
        let file = [&iso[..], &junk, &iso].concat();
        let found = read_bytes(&file, ReadOptions::default());
        let good = found.iter().flatten().filter(|raw| raw.bytes == iso).count();
        prop_assert!(good >= 2, "{} of {:?}", good, found);
    }
}
