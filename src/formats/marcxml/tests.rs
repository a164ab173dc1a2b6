use super::*;
use crate::formats::write_marc_json;

fn parsed(xml: &str) -> (String, Vec<String>) {
    let mut warnings = Vec::new();
    match read(xml.as_bytes(), &mut warnings) {
        Ok(record) => (write_marc_json(&record), warnings),
        Err(error) => (error.to_string(), warnings),
    }
}

#[test]
fn records_are_read_in_any_dress() {
    let expected = r#"{"leader":"00000cam a2200000 i 4500","fields":[{"001":" 1 "},{"245":{"ind1":"1","ind2":" ","subfields":[{"a":"A & b"},{"b":""},{"c":"<x>"}]}},{"003":"X"}]}"#;
    let record = r#"<record><leader>01195cam a2200409 i 4500</leader><controlfield tag="001"> 1 </controlfield><datafield ind2="" ind1="1" tag="245"><subfield code="a">A &amp; <!-- no -->b</subfield> junk <subfield code="b"/><subfield code="c"><![CDATA[<x>]]></subfield></datafield><controlfield tag="003">X</controlfield></record>"#;
    let prefixed = record
        .replace("</", "</m:")
        .replace('<', "<m:")
        .replace("<m:/m:", "</m:")
        .replace("<m:!", "<!")
        .replace("<m:x>", "<x>");
    for xml in [
        record.to_owned(),
        prefixed,
        record.replace("<record>", "<record xmlns=\"http://www.loc.gov/MARC21/slim\">"),
        format!("<?xml version=\"1.0\"?>\n<collection>{record}{record}</collection>"),
        format!("<record><header/><metadata>{record}</metadata></record>"),
        // The leader elsewhere, what is no field between, a second leader.
        record
            .replace("<leader>01195cam a2200409 i 4500</leader>", "<x/>")
            .replace("</record>", "<leader>01195cam a2200409 i 4500</leader><leader/></record>"),
    ] {
        assert_eq!(parsed(&xml), (expected.to_owned(), vec![]), "{xml}");
    }
}

#[test]
fn what_is_odd_is_told() {
    for (fields, expected, warning) in [
        ("", r#""fields":[]"#, ""),
        ("<leader/>", r#"{"leader":"00000       00000       ","fields":[]}"#, ""),
        ("<controlfield tag='001'>1</controlfield>", r#""fields":[{"001":"1"}]"#, "no leader"),
        (
            "<leader/><datafield tag='245'/>",
            r#"[{"245":{"ind1":" ","ind2":" ","subfields":[]}}]"#,
            "indicator 1 missing; indicator 2 missing",
        ),
        (
            "<leader/><datafield tag='24' ind1='1' ind2='2'><subfield>x</subfield></datafield>",
            r#"[{"24 ":{"ind1":"1","ind2":"2","subfields":[]}}]"#,
            "tag `24` is not three characters; a subfield of 24  has no code",
        ),
        (
            "<leader/><controlfield>x</controlfield>",
            r#"[{"   ":"x"}]"#,
            "tag `` is not three characters",
        ),
        (
            "<leader/><controlfield tag='001'>\u{1}x&#2;</controlfield>",
            r#"[{"001":"x"}]"#,
            "2 characters that XML forbids were dropped",
        ),
        ("<leader/><controlfield tag='001'>", "not well-formed", ""),
        ("<leader/><controlfield tag='001'>&nbsp;</controlfield>", "unknown entity", ""),
    ] {
        let (found, warnings) = parsed(&format!("<record>{fields}</record>"));
        assert!(found.contains(expected), "{fields}: {found}");
        if !warning.is_empty() {
            assert_eq!(warnings.join("; "), warning, "{fields}");
        }
    }
    for other in ["<html><p>404</p></html>", "<record><title>x</title></record>"] {
        let (found, _) = parsed(other);
        assert!(found.contains("no MARC record"), "{other}: {found}");
    }
    let (found, _) = parsed("<!DOCTYPE r [<!ENTITY a 'b'>]><record><leader/></record>");
    assert!(found.contains("internal subset"), "{found}");
}

#[test]
fn what_is_written_is_xml() {
    let mut record = Record::new("00000cam a2200000 i 4500");
    record.push_control(Tag::new(*b"001"), "<&>\"\r\u{1}");
    record.push_data(Tag::new(*b"245"), '"', '<');
    record.push_subfield('&', "x");
    record.push_subfield('a', "");
    assert_eq!(
        write(&record),
        "<record xmlns=\"http://www.loc.gov/MARC21/slim\">\
         <leader>00000cam a2200000 i 4500</leader>\
         <controlfield tag=\"001\">&lt;&amp;&gt;&quot;&#13;</controlfield>\
         <datafield tag=\"245\" ind1=\"&quot;\" ind2=\"&lt;\">\
         <subfield code=\"&amp;\">x</subfield></datafield></record>"
    );
}
