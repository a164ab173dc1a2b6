use super::*;
use crate::formats::{parse_marc, write_marc_json};

fn fields(form: Form, text: &str) -> String {
    let (record, _) = parse_marc(form, text.as_bytes()).expect(text);
    let json = write_marc_json(&record);
    json.split_once(",\"fields\":").expect("has fields").1.trim_end_matches('}').to_owned()
}

#[test]
fn tagged_lines() {
    for (text, expected) in [
        (
            "100\t1_ |a Name, |e role.",
            r#"[{"100":{"ind1":"1","ind2":" ","subfields":[{"a":"Name,"},{"e":"role."}]}}]"#,
        ),
        (
            "001 12\n245 10 $aTitle for $b5\n\n",
            r#"[{"001":"12"},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Title for"},{"b":"5"}]}}]"#,
        ),
        (
            "001 '12 '\n245 10 ‡a Ääni ‡b  ‡c x|a y",
            r#"[{"001":"12 "},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Ääni"},{"c":"x|a y"}]}}]"#,
        ),
        (
            "001 12\n24510‡aTitle‡cauthor^",
            r#"[{"001":"12"},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Title"},{"c":"author"}]}}]"#,
        ),
        ("500    no marker", r#"[{"500":{"ind1":" ","ind2":" ","subfields":[]}}]"#),
    ] {
        assert_eq!(fields(Form::TaggedLines, text), expected, "{text}");
    }
    let (record, _) = parse_marc(Form::TaggedLines, b"LDR 01234cam a22\n001 1").expect("a record");
    assert_eq!(record.leader(), "00000cam a2200000       ");
}

#[test]
fn aleph_sequential() {
    let text = "000000007 LDR   L ^^^^^cam^a22^^^^^2a^4500\n\
                000000007 FMT   L BK\n\
                000000007 008   L 990101s1999^^^^fi\n\
                000000007 24510 L $$aTitle $$cauthor\n\
                broken\n\
                000000007 DEL   L $$aY\n";
    let (record, warnings) = parse_marc(Form::AlephSequential, text.as_bytes()).expect("a record");
    assert_eq!(record.leader(), "00000dam a2200000 2a 4500".replace(" 2a", "2a"));
    assert_eq!(record.control("FMT"), "BK");
    assert_eq!(record.control("008"), "990101s1999    fi");
    assert_eq!(record.control("001"), "000000007");
    let title = record.each("245").next().expect("a title");
    assert_eq!((title.ind1, title.first('a')), ('1', Some("Title ")));
    assert_eq!(warnings, ["line is no field: `broken`", "001 taken from the record number"]);
}

#[test]
fn mnemonic_lines() {
    let text =
        "=LDR  00000cam\\a22000002a\\4500\n=001  x\\y\n=245  1\\$aCosts {dollar}5 \\ {lcub}\n";
    let (record, warnings) = parse_marc(Form::Mnemonic, text.as_bytes()).expect("a record");
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(record.leader(), "00000cam a22000002a 4500");
    assert_eq!(record.control("001"), "x y");
    let title = record.each("245").next().expect("a title");
    assert_eq!((title.ind1, title.ind2, title.first('a')), ('1', ' ', Some("Costs $5 \\ {")));
}

#[test]
fn text_without_fields_is_refused() {
    for form in [Form::TaggedLines, Form::AlephSequential, Form::Mnemonic] {
        assert!(parse_marc(form, b"").is_err(), "{form:?}");
        assert!(parse_marc(form, b"?\n??\n").is_err(), "{form:?}");
    }
}
