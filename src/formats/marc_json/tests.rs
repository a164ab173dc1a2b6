use super::*;

fn parsed(text: &str) -> (Record, Vec<String>) {
    let mut warnings = Vec::new();
    let record = read(text.as_bytes(), &mut warnings).expect(text);
    (record, warnings)
}

#[test]
fn every_shape_gives_the_same_record() {
    let expected = r#"{"leader":"00000cam a2200000 i 4500","fields":[{"001":"12"},{"245":{"ind1":"1","ind2":" ","subfields":[{"a":"A \/ \"b\""},{"b":"c"}]}}]}"#;
    let leader = "01195cam a2200409 i 4500";
    for text in [
        expected.to_owned(),
        format!("[{expected}]"),
        format!(
            r#"{{"v":2,"f":{{"000":"{leader}","001":["12"],"245":[{{"i1":"1","i2":" ","s":[{{"c":"a","v":"A / \"b\""}},{{"c":"b","v":"c"}}]}}]}}}}"#
        ),
        format!(
            r#"{{"v":3,"f":{{"000":"{leader}","001":[12],"245":[{{"i1":1,"s":[{{"a":"A / \"b\""}},{{"b":"c"}}]}}]}}}}"#
        ),
        format!(r#"{{"000":["{leader}"],"001":["12"],"245":["1 \u001faA / \"b\"\u001fbc"]}}"#),
    ] {
        assert_eq!(write(&parsed(&text).0), expected, "{text}");
    }
}

#[test]
fn odd_json_is_read_or_refused() {
    for (text, error) in [
        ("{\"v\":4}", "Unrecognized MARC JSON format"),
        ("{}", "Unrecognized MARC JSON format"),
        ("[]", "no MARC record"),
        ("7", "no MARC record"),
        ("{\"leader\":\"x\"", "JSON cannot be read"),
        ("{\"leader\":\"x\"} tail", "JSON cannot be read"),
    ] {
        let found = read(text.as_bytes(), &mut Vec::new()).expect_err(text).to_string();
        assert!(found.contains(error), "{text}: {found}");
    }
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    assert!(read(deep.as_bytes(), &mut Vec::new()).is_err());
    let (record, warnings) =
        parsed(r#"{"leader":"","fields":[{"001":"\ud800x"},{"24":"y"},{"500":{}}]}"#);
    assert_eq!(record.control("001"), "\u{FFFD}x");
    assert_eq!(record.data_fields().count(), 1);
    assert_eq!(
        warnings,
        ["lone surrogate in JSON", "no leader", "tag `24` is not three characters"]
    );
    let (record, _) =
        parsed(r#"{"leader":"","fields":[{"001":18446744073709551615},{"001":"2"}]}"#);
    assert_eq!(record.controls("001").collect::<Vec<_>>(), ["18446744073709551615", "2"]);
}

#[test]
fn text_is_escaped_as_php_does() {
    let mut record = Record::new("");
    record.push_control(
        Tag::new(*b"001"),
        "\u{1}\u{8}\t\n\u{c}\r\u{7f}/\\\"é\u{2028}\u{2029}\u{2030}",
    );
    assert!(
        write(&record)
            .contains("\"\\u0001\\b\\t\\n\\f\\r\u{7f}\\/\\\\\\\"é\\u2028\\u2029\u{2030}\""),
        "{}",
        write(&record)
    );
}
