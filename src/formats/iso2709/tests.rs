use super::*;
use crate::formats::{parse_marc, parse_marc_as, write_iso2709, write_marc_json};
use crate::record::Form;

const LEADER_TEXT: &str = "00000cam a2200000 i 4500";

/// An ISO 2709 record of these fields, every number right unless it has too many digits.
fn record_of(leader: &str, fields: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut directory, mut data) = (Vec::new(), Vec::new());
    for (tag, content) in fields {
        directory.extend(format!("{tag}{:04}{:05}", content.len() + 1, data.len()).into_bytes());
        data.extend_from_slice(content);
        data.push(FIELD_END);
    }
    let base = LEADER + directory.len() + 1;
    let length = base + data.len() + 1;
    let mut bytes = format!("{length:05}{}{base:05}{}", &leader[5..12], &leader[17..]).into_bytes();
    bytes.extend(directory);
    bytes.push(FIELD_END);
    bytes.extend(data);
    bytes.push(RECORD_END);
    bytes
}

fn sound() -> Vec<u8> {
    record_of(
        LEADER_TEXT,
        &[
            ("001", b"12"),
            ("245", "10\x1FaHyvä /\x1Fcby".as_bytes()),
            ("650", b" 7\x1Faone"),
            ("650", b" 7\x1Fatwo\x1F0x"),
        ],
    )
}

const SOUND_FIELDS: &str = r#"[{"001":"12"},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Hyvä \/"},{"c":"by"}]}},{"650":{"ind1":" ","ind2":"7","subfields":[{"a":"one"}]}},{"650":{"ind1":" ","ind2":"7","subfields":[{"a":"two"},{"0":"x"}]}}]"#;

fn fields_and_warnings(bytes: &[u8]) -> (String, Vec<String>) {
    match parse_marc(Form::Iso2709, bytes) {
        Ok((record, warnings)) => {
            let json = write_marc_json(&record);
            let (_, fields) = json.split_once(",\"fields\":").expect("has fields");
            (fields.strip_suffix('}').expect("an object").to_owned(), warnings)
        }
        Err(error) => (error.to_string(), Vec::new()),
    }
}

fn changed(mut bytes: Vec<u8>, at: usize, to: &[u8]) -> Vec<u8> {
    bytes[at..at + to.len()].copy_from_slice(to);
    bytes
}

#[test]
fn damaged_numbers_lose_nothing() {
    let length = ["record length"];
    let none: [&str; 0] = [];
    let long_leader = {
        let mut bytes = sound();
        bytes.splice(23..24, "ä".bytes());
        bytes
    };
    let lost_digit = {
        let mut bytes = sound();
        bytes.remove(24);
        bytes
    };
    let no_directory_end = {
        let mut bytes = sound();
        bytes.remove(24 + 48);
        bytes
    };
    let other_order = {
        // Fields stand in another order than their entries; offsets are right.
        let mut bytes = sound();
        bytes.splice(24..72, *b"650000800024650001000032001000300000245002100003");
        bytes
    };
    for (name, bytes, expected) in [
        ("sound", sound(), &none[..]),
        ("blank in front", [b"\r\n \0", &sound()[..]].concat(), &none),
        ("byte-order mark", [b"\xEF\xBB\xBF", &sound()[..]].concat(), &none),
        ("length 00000", changed(sound(), 0, b"00000"), &length),
        ("length 99999", changed(sound(), 0, b"99999"), &length),
        ("length blank", changed(sound(), 0, b"  x  "), &length),
        ("length too small", changed(sound(), 0, b"00030"), &length),
        ("base 00000", changed(sound(), 12, b"00000"), &none),
        ("base beyond the record", changed(sound(), 12, b"99999"), &none),
        ("base too small", changed(sound(), 12, b"00049"), &none),
        ("base no number", changed(sound(), 12, b"   x "), &none),
        ("offset outside", changed(sound(), 24 + 12 + 7, b"77777"), &none),
        ("offsets overlap", changed(sound(), 24 + 12 + 7, b"00000"), &none),
        ("length negative", changed(sound(), 24 + 12 + 3, b"-001"), &none),
        ("length zero", changed(sound(), 24 + 3, b"0000"), &none),
        ("numbers no digits", changed(sound(), 24 + 3, b"wxyzwxyzw"), &none),
        ("all numbers gone", changed(changed(sound(), 27, b"?????????"), 39, b"?????????"), &none),
        ("leader not ASCII", long_leader, &length),
        ("directory begins late", lost_digit, &length),
        ("directory has no end", no_directory_end, &length),
        ("no record terminator", sound()[..sound().len() - 1].to_vec(), &["truncated"]),
    ] {
        let (fields, warnings) = fields_and_warnings(&bytes);
        assert_eq!(fields, SOUND_FIELDS, "{name}");
        assert_eq!(warnings, expected, "{name}");
    }
    let (fields, _) = fields_and_warnings(&other_order);
    let moved = r#"[{"650":{"ind1":" ","ind2":"7","subfields":[{"a":"one"}]}},{"650":{"ind1":" ","ind2":"7","subfields":[{"a":"two"},{"0":"x"}]}},{"001":"12"},"#;
    assert!(fields.starts_with(moved), "{fields}");
}

#[test]
fn damaged_fields_cost_only_themselves() {
    let one = |content: &[u8]| record_of(LEADER_TEXT, &[("001", b"1"), ("245", content)]);
    let lost_end = {
        let mut bytes = sound();
        let at = memchr::memmem::find(&bytes, b"\x1E 7\x1Fatwo").expect("there");
        bytes[at] = b'.';
        bytes
    };
    let surplus_end = {
        let mut bytes = sound();
        let at = memchr::memmem::find(&bytes, b" /").expect("there");
        bytes[at] = FIELD_END;
        bytes
    };
    let end_not_found = "Invalid MARC record (end of field not found)";
    for (bytes, expected, warning) in [
        (one(b"10\x1Fa"), r#"{"245":{"ind1":"1","ind2":"0","subfields":[{"a":""}]}}"#, ""),
        (one(b"10\x1Fax\x1F"), r#""subfields":[{"a":"x"}]"#, ""),
        (one(b"10\x1F\x1Fax"), r#""subfields":[{"a":"x"}]"#, ""),
        (one(b"10"), r#"{"245":{"ind1":"1","ind2":"0","subfields":[]}}"#, ""),
        (one(b""), r#"{"245":{"ind1":" ","ind2":" ","subfields":[]}}"#, ""),
        (
            one(b"1\x1Fax"),
            r#""ind1":"1","ind2":" ","subfields":[{"a":"x"}]"#,
            "indicator 2 missing",
        ),
        (one(b"\x1Fax"), r#""ind1":" ","ind2":" ","subfields":[{"a":"x"}]"#, "indicator 1 missing"),
        (one(b"100\x1Fax"), r#""ind1":"1","ind2":"0","subfields":[{"a":"x"}]"#, ""),
        (one("äö\x1Fåx".as_bytes()), r#""ind1":"ä","ind2":"ö","subfields":[{"å":"x"}]"#, ""),
        (
            one(b"10Title"),
            r#""ind1":"1","ind2":"0","subfields":[{"a":"Title"}]"#,
            "no subfield delimiter in 245",
        ),
        (
            one(b"Title"),
            r#""ind1":" ","ind2":" ","subfields":[{"a":"Title"}]"#,
            "no subfield delimiter in 245",
        ),
        (
            one(b"10Title\x1Fbx"),
            r#""subfields":[{"a":"Title"},{"b":"x"}]"#,
            "no subfield delimiter in 245",
        ),
        (one(b"10\x1Fax\x00\x08y\tz"), r#"{"a":"xy\tz"}"#, ""),
        (
            record_of(LEADER_TEXT, &[("001", b"  \x1Fax")]),
            r#"{"001":{"ind1":" ","ind2":" ","subfields":[{"a":"x"}]}}"#,
            "",
        ),
        (record_of(LEADER_TEXT, &[("FMT", b"  \x1FaBK")]), r#"{"FMT":{"#, ""),
        (
            lost_end,
            r#"[{"a":"one"}]}},{"650":{"ind1":" ","ind2":"7","subfields":[{"a":"two"}"#,
            end_not_found,
        ),
        (
            surplus_end,
            r#"[{"a":"Hyvä"}]}},{"245":{"#,
            "field terminator inside a field; indicator 2 missing",
        ),
    ] {
        let (fields, warnings) = fields_and_warnings(&bytes);
        assert!(fields.contains(expected), "{bytes:?}: {fields}");
        assert_eq!(warnings.join("; "), warning, "{fields}");
    }
}

#[test]
fn what_is_no_record_is_refused() {
    for (bytes, reason) in [
        (&b""[..], "shorter than a leader"),
        (b"00714cam\x1D", "shorter than a leader"),
        (b"just some text that is no MARC record at all\x1D", "no tags"),
        (b"rest of a field that was cut in two\x1E 0\x1Faother field\x1E\x1D", "no tags"),
        (b"00037cam a2200037 a 4500001000300000\x1E", "no fields"),
    ] {
        let (found, _) = fields_and_warnings(bytes);
        assert!(found.starts_with("no directory") && found.contains(reason), "{bytes:?}: {found}");
    }
}

#[test]
fn records_beyond_the_numbers_are_read() {
    let long = "x".repeat(99_999);
    let content = [b"  \x1Fa", long.as_bytes()].concat();
    let many: Vec<(&str, &[u8])> = std::iter::once(("001", &b"1"[..]))
        .chain((0..10_000).map(|_| ("500", &b"  \x1Fanote"[..])))
        .collect();
    for (fields, count) in [
        (vec![("001", &b"1"[..]), ("520", &content[..]), ("650", b" 0\x1Fax")], 3),
        (
            vec![
                ("001", &b"1"[..]),
                ("520", &content[..]),
                ("521", &content),
                ("650", b" 0\x1Fax"),
            ],
            4,
        ),
        (many, 10_001),
    ] {
        // Numbers with a digit too many, and numbers that were cut to their width.
        let grown = record_of(LEADER_TEXT, &fields);
        let mut cut =
            format!("99999{}99999{}", &LEADER_TEXT[5..12], &LEADER_TEXT[17..]).into_bytes();
        cut.extend(fields.iter().flat_map(|(tag, _)| format!("{tag}999999999").into_bytes()));
        let data = memchr::memchr(FIELD_END, &grown).expect("there");
        cut.extend_from_slice(&grown[data..]);
        for bytes in [grown, cut] {
            let (record, _) = parse_marc(Form::Iso2709, &bytes).expect("a record");
            assert_eq!(record.leader(), LEADER_TEXT);
            assert_eq!(record.fields().count(), count);
            assert_eq!(record.fields().last().expect("one").tag(), *fields.last().expect("one").0);
            assert!(write_iso2709(&record).is_err_and(|e| e.to_string().contains("cannot hold")));
        }
    }
}

#[test]
fn character_sets_are_converted_and_their_traces_removed() {
    let fields: [(&str, &[u8]); 4] = [
        ("066", b"  \x1Fc(N"),
        ("245", b"10\x1F6880-01\x1FaK\xE8ars\xE8a"),
        ("880", b"10\x1F6245-01/(N\x1Fa\x1B(NAB\x1B(B"),
        ("500", b"  \x1FaCaf\xE2e"),
    ];
    let marc8 = record_of("00000cam  2200000 i 4500", &fields);
    let (record, warnings) = parse_marc(Form::Iso2709, &marc8).expect("a record");
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(record.leader(), LEADER_TEXT);
    assert_eq!(record.each("066").count(), 0);
    assert_eq!(record.each("245").next().and_then(|f| f.first('a')), Some("Kärsä"));
    let linked = record.each("880").next().expect("there");
    assert_eq!((linked.first('6'), linked.first('a')), (Some("245-01"), Some("аб")));
    assert_eq!(record.each("500").next().and_then(|f| f.first('a')), Some("Café"));

    // Mislabelled: UTF-8 with a blank in leader/09 is UTF-8, and keeps its fields.
    let utf8 = record_of(
        "00000cam  2200000 i 4500",
        &[("066", b"  \x1Fc(N"), ("245", "10\x1F6880-01/(N\x1FaKärsä".as_bytes())],
    );
    let (record, warnings) = parse_marc(Form::Iso2709, &utf8).expect("a record");
    assert_eq!(warnings, ["UTF-8 though leader/09 says MARC-8"]);
    assert_eq!(record.leader_at(9), 'a');
    assert_eq!(record.each("245").next().and_then(|f| f.first('6')), Some("880-01/(N"));
    assert_eq!(record.each("066").count(), 1);

    let latin1 = record_of(LEADER_TEXT, &[("245", b"10\x1FaK\xE4rs\xE4 \x96")]);
    let (record, warnings) =
        parse_marc_as(Form::Iso2709, &latin1, Encoding::Latin1).expect("a record");
    assert!(warnings.is_empty());
    assert_eq!(record.each("245").next().and_then(|f| f.first('a')), Some("Kärsä –"));
    let (record, warnings) = parse_marc_as(Form::Iso2709, &latin1, Encoding::Utf8).expect("one");
    assert_eq!(warnings, ["invalid UTF-8"]);
    assert_eq!(
        record.each("245").next().and_then(|f| f.first('a')),
        Some("K\u{FFFD}rs\u{FFFD} \u{FFFD}")
    );
}

/// Found by fuzzing: a NUL in a tag ended the directory of what was written.
#[test]
fn controls_in_tags_and_indicators_do_not_break_what_is_written() {
    let json = r#"{"leader":"00000cam a2200000 i 4500","fields":[{"\u0000\u00008":{"ind1":"\u001e","ind2":"1","subfields":[{"a":"x"},{"\u001f":"y"}]}},{"500":{"ind1":" ","ind2":" ","subfields":[{"a":"z"}]}}]}"#;
    let (record, _) = parse_marc(Form::MarcJson, json.as_bytes()).expect("MARC-in-JSON");
    let written = write_iso2709(&record).expect("short");
    let (again, _) = parse_marc(Form::Iso2709, &written).expect("own output");
    assert_eq!(again.fields().count(), record.fields().count());
}

/// Found by fuzzing: a directory of odd tags was not taken for one although its numbers are right.
#[test]
fn a_directory_with_odd_tags_and_right_numbers_is_one() {
    let fields = (0..9).map(|_| r#"{"?;-":{"ind1":"\u001e","ind2":"1","subfields":[{"a":"x"}]}}"#);
    let fields: Vec<&str> = fields.collect();
    let json =
        format!(r#"{{"leader":"00000cam a2200000 i 4500","fields":[{}]}}"#, fields.join(","));
    let (record, _) = parse_marc(Form::MarcJson, json.as_bytes()).expect("MARC-in-JSON");
    let written = write_iso2709(&record).expect("short");
    let (damaged, whole) = (changed(written.clone(), 0, b"99999"), written);
    for bytes in [damaged, whole] {
        let (again, _) = parse_marc(Form::Iso2709, &bytes).expect("own output");
        assert_eq!(again.fields().count(), 9);
    }
}
