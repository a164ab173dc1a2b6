//! JSON text as PHP's `json_encode` writes it, and the clearing of values before that (finna-api
//! §3.1, §3.4).

use crate::present::ApiValue;
use std::fmt::Write as _;

/// Clears a structure as every answer's `records` and `facets` are cleared: `false`, `null` and
/// empty texts go, empty arrays under numeric keys go, truth values become 0 and 1.
pub fn normalise(value: ApiValue) -> ApiValue {
    match value {
        ApiValue::List(items) => {
            ApiValue::List(items.into_iter().filter_map(|item| entry(item, true)).collect())
        }
        ApiValue::Object(pairs) => {
            let kept: Vec<_> = pairs
                .into_iter()
                .filter_map(|(key, value)| {
                    let numeric = is_numeric_key(&key);
                    entry(value, numeric).map(|value| (key, value))
                })
                .collect();
            if !kept.is_empty() && kept.iter().all(|(key, _)| is_integer_key(key)) {
                ApiValue::List(kept.into_iter().map(|(_, value)| value).collect())
            } else {
                ApiValue::Object(kept)
            }
        }
        scalar => scalar,
    }
}

/// The value as it stays in its array, or nothing.
fn entry(value: ApiValue, numeric_key: bool) -> Option<ApiValue> {
    match value {
        ApiValue::Null | ApiValue::Bool(false) => None,
        ApiValue::Bool(true) => Some(ApiValue::Int(1)),
        ApiValue::Text(text) => match text.as_str() {
            "" => None,
            "true" => Some(ApiValue::Int(1)),
            "false" => Some(ApiValue::Int(0)),
            _ => Some(ApiValue::Text(text)),
        },
        ApiValue::Int(number) => Some(ApiValue::Int(number)),
        array => {
            let cleared = normalise(array);
            (!(numeric_key && cleared.is_empty_array())).then_some(cleared)
        }
    }
}

/// PHP keeps canonical decimal integers as integer keys.
fn is_integer_key(key: &str) -> bool {
    key.parse::<i64>().is_ok_and(|number| number.to_string() == *key)
}

/// PHP's `is_numeric` of a key, for the texts that can be keys.
fn is_numeric_key(key: &str) -> bool {
    let text = key.trim_matches([' ', '\t', '\n', '\r', '\x0B', '\x0C']);
    text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
        && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// A value as it stays among the elements of a list that is cleared; nothing if it goes.
pub(super) fn list_entry(value: ApiValue) -> Option<ApiValue> {
    entry(value, true)
}

/// The value as JSON text; `pretty` is PHP's `JSON_PRETTY_PRINT`.
pub fn write(value: &ApiValue, pretty: bool) -> String {
    let mut writer = Writer { out: String::with_capacity(4096), limit: usize::MAX };
    writer.value(value, if pretty { Some(0) } else { None });
    writer.out
}

/// An object that is written key by key and its lists element by element, so that a large one never
/// has to be held as values. Beyond its limit it grows no more.
#[derive(Debug)]
pub(super) struct ObjectWriter {
    writer: Writer,
    pretty: bool,
    is_empty: bool,
    in_list: bool,
}

/// Where a number is to be put in, once it is known.
#[derive(Debug)]
pub(super) struct Gap(usize);

impl ObjectWriter {
    /// Begins an object behind `before`, of at most `limit` bytes with it.
    pub(super) fn new(before: String, pretty: bool, limit: usize) -> Self {
        let mut writer = Writer { out: before, limit };
        writer.out.push('{');
        ObjectWriter { writer, pretty, is_empty: true, in_list: false }
    }

    fn indent(&self, level: usize) -> Option<usize> {
        self.pretty.then_some(level)
    }

    fn key(&mut self, key: &str) {
        if self.in_list {
            self.writer.break_line(self.indent(1));
            self.writer.out.push(']');
            self.in_list = false;
        }
        if !self.is_empty {
            self.writer.out.push(',');
        }
        self.is_empty = false;
        self.writer.break_line(self.indent(1));
        self.writer.key(key, self.pretty);
    }

    /// A key with its value.
    pub(super) fn value(&mut self, key: &str, value: &ApiValue) {
        self.key(key);
        self.writer.value(value, self.indent(1));
    }

    /// A key whose number comes later.
    pub(super) fn gap(&mut self, key: &str) -> Gap {
        self.key(key);
        Gap(self.writer.out.len())
    }

    /// Puts the number in.
    pub(super) fn fill(&mut self, gap: Gap, number: i64) {
        self.writer.out.insert_str(gap.0, &number.to_string());
    }

    /// The next element of the list under `key`, which begins with its first element and ends with
    /// the next key.
    pub(super) fn element(&mut self, key: &str, value: &ApiValue) {
        if self.in_list {
            self.writer.out.push(',');
        } else {
            self.key(key);
            self.writer.out.push('[');
            self.in_list = true;
        }
        self.writer.break_line(self.indent(2));
        self.writer.value(value, self.indent(2));
    }

    /// True once the limit is passed; what was written is no JSON then.
    pub(super) fn is_too_large(&self) -> bool {
        self.writer.is_full()
    }

    /// The text, with the object closed.
    pub(super) fn end(mut self) -> String {
        if self.in_list {
            self.writer.break_line(self.indent(1));
            self.writer.out.push(']');
        }
        if !self.is_empty {
            self.writer.break_line(self.indent(0));
        }
        self.writer.out.push('}');
        self.writer.out
    }
}

#[derive(Debug)]
struct Writer {
    out: String,
    /// Bytes after which nothing that counts is written.
    limit: usize,
}

impl Writer {
    fn is_full(&self) -> bool {
        self.out.len() > self.limit
    }

    /// `indent` is the level of nesting when pretty-printing.
    fn value(&mut self, value: &ApiValue, indent: Option<usize>) {
        if self.is_full() {
            return;
        }
        match value {
            ApiValue::Null => self.out.push_str("null"),
            ApiValue::Bool(truth) => self.out.push_str(if *truth { "true" } else { "false" }),
            ApiValue::Int(number) => {
                // Writing to a `String` cannot fail.
                let _ = write!(self.out, "{number}");
            }
            ApiValue::Text(text) => self.text(text),
            ApiValue::List(items) if items.is_empty() => self.out.push_str("[]"),
            ApiValue::Object(pairs) if pairs.is_empty() => self.out.push_str("[]"),
            ApiValue::List(items) => {
                self.out.push('[');
                let inner = indent.map(|level| level + 1);
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.out.push(',');
                    }
                    self.break_line(inner);
                    self.value(item, inner);
                }
                self.break_line(indent);
                self.out.push(']');
            }
            ApiValue::Object(pairs) => {
                self.out.push('{');
                let inner = indent.map(|level| level + 1);
                for (at, (key, item)) in pairs.iter().enumerate() {
                    if at > 0 {
                        self.out.push(',');
                    }
                    self.break_line(inner);
                    self.key(key, indent.is_some());
                    self.value(item, inner);
                }
                self.break_line(indent);
                self.out.push('}');
            }
        }
    }

    fn key(&mut self, key: &str, pretty: bool) {
        self.text(key);
        self.out.push_str(if pretty { ": " } else { ":" });
    }

    fn break_line(&mut self, indent: Option<usize>) {
        if let Some(level) = indent {
            self.out.push('\n');
            for _ in 0..level {
                self.out.push_str("    ");
            }
        }
    }

    fn text(&mut self, text: &str) {
        let out = &mut self.out;
        out.push('"');
        // Runs of plain characters are copied whole: most text is ASCII.
        let mut plain_from = 0;
        let mut rest = text.bytes().enumerate();
        while let Some((at, byte)) = rest.find(|(_, byte)| needs_escape(*byte)) {
            // One letter takes up to twelve bytes, so a text can outgrow the limit on its own.
            if out.len() > self.limit {
                return;
            }
            out.push_str(text.get(plain_from..at).unwrap_or(""));
            let short = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'/' => "\\/",
                0x08 => "\\b",
                b'\t' => "\\t",
                b'\n' => "\\n",
                0x0C => "\\f",
                b'\r' => "\\r",
                _ => "",
            };
            let width = if short.is_empty() {
                let letter =
                    text.get(at..).and_then(|from| from.chars().next()).unwrap_or('\u{FFFD}');
                let mut units = [0_u16; 2];
                for unit in letter.encode_utf16(&mut units) {
                    out.push_str("\\u");
                    for shift in [12, 8, 4, 0] {
                        out.push(char::from(HEX[usize::from(*unit >> shift) & 0xF]));
                    }
                }
                letter.len_utf8()
            } else {
                out.push_str(short);
                1
            };
            plain_from = at + width;
            if width > 1 {
                // The other bytes of the letter.
                rest.nth(width - 2);
            }
        }
        out.push_str(text.get(plain_from..).unwrap_or(""));
        out.push('"');
    }
}

const HEX: [u8; 16] = *b"0123456789abcdef";

fn needs_escape(byte: u8) -> bool {
    !matches!(byte, b' '..=0x7F) || matches!(byte, b'"' | b'\\' | b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> ApiValue {
        ApiValue::from(value)
    }

    /// The first row is vector "13.2.1" of finna-api §13.
    #[test]
    fn text_is_escaped_as_php_does() {
        for (value, expected) in [
            ("é/😀<>&'\"\u{1}", r#""\u00e9\/\ud83d\ude00<>&'\"\u0001""#),
            ("a\\b\u{8}\t\n\u{C}\r\u{7F}", "\"a\\\\b\\b\\t\\n\\f\\r\u{7F}\""),
            ("", "\"\""),
            ("ä", r#""\u00e4""#),
            ("plain", "\"plain\""),
        ] {
            assert_eq!(write(&text(value), false), expected);
        }
    }

    #[test]
    fn pretty_and_compact() {
        let value = ApiValue::object([
            ("a", ApiValue::List(vec![ApiValue::Int(1), ApiValue::EMPTY])),
            ("b", ApiValue::object([])),
            ("c", ApiValue::object([("d", text("x"))])),
        ]);
        assert_eq!(write(&value, false), r#"{"a":[1,[]],"b":[],"c":{"d":"x"}}"#);
        assert_eq!(
            write(&value, true),
            "{\n    \"a\": [\n        1,\n        []\n    ],\n    \"b\": [],\n    \"c\": {\n        \"d\": \"x\"\n    }\n}"
        );
    }

    /// Vector "13.1.1" of finna-api §13.
    #[test]
    fn normalisation_vector() {
        let first = ApiValue::object([
            ("a", text("")),
            ("b", ApiValue::EMPTY),
            ("c", ApiValue::object([("x", text(""))])),
            ("d", ApiValue::List(vec![ApiValue::EMPTY, ApiValue::object([("y", ApiValue::Null)])])),
            ("e", ApiValue::Int(0)),
            ("f", text("0")),
            ("g", text("true")),
            ("h", ApiValue::Bool(false)),
            (
                "i",
                ApiValue::object([
                    (
                        "primary",
                        ApiValue::object([(
                            "N",
                            ApiValue::object([("role", ApiValue::texts(["-"]))]),
                        )]),
                    ),
                    ("secondary", ApiValue::EMPTY),
                ]),
            ),
        ]);
        let records =
            ApiValue::List(vec![first, ApiValue::object([("a", text(""))]), ApiValue::object([])]);
        assert_eq!(
            write(&normalise(records), false),
            r#"[{"b":[],"c":[],"d":[],"e":0,"f":"0","g":1,"i":{"primary":{"N":{"role":["-"]}},"secondary":[]}}]"#
        );
    }

    #[test]
    fn numeric_keys() {
        let only = ApiValue::object([("5", text("x")), ("-1", text("false"))]);
        assert_eq!(write(&normalise(only), false), r#"["x",0]"#);
        let mixed =
            ApiValue::object([("1", ApiValue::EMPTY), ("01", text("y")), ("a", ApiValue::EMPTY)]);
        assert_eq!(write(&normalise(mixed), false), r#"{"01":"y","a":[]}"#);
        let float = ApiValue::object([("1.5", ApiValue::EMPTY), ("1e", ApiValue::EMPTY)]);
        assert_eq!(write(&normalise(float), false), r#"{"1e":[]}"#);
    }

    #[test]
    fn objects_key_by_key_are_as_whole_ones() {
        let records = [text("ä"), ApiValue::object([("a", ApiValue::EMPTY), ("b", text("/"))])];
        for (pretty, elements) in [(false, 0), (false, 2), (true, 0), (true, 1), (true, 2)] {
            let mut pairs = vec![("count".into(), ApiValue::Int(7))];
            let mut object = ObjectWriter::new("f(".to_owned(), pretty, 1000);
            let count = object.gap("count");
            for record in &records[..elements] {
                object.element("records", record);
            }
            if elements > 0 {
                pairs.push(("records".into(), ApiValue::List(records[..elements].to_vec())));
            }
            object.value("more", &records[1]);
            pairs.push(("more".into(), records[1].clone()));
            object.fill(count, 7);
            let expected = write(&ApiValue::Object(pairs), pretty);
            assert_eq!(object.end(), format!("f({expected}"), "{pretty} {elements}");
        }
        let mut list_at_the_end = ObjectWriter::new(String::new(), false, 1000);
        list_at_the_end.element("a", &ApiValue::Int(1));
        assert_eq!(list_at_the_end.end(), r#"{"a":[1]}"#);
    }

    #[test]
    fn objects_grow_no_further_than_their_limit() {
        for value in [
            text(&"x".repeat(5000)),
            text(&"\u{1}".repeat(5000)),
            text(&"😀".repeat(5000)),
            ApiValue::List(vec![ApiValue::Int(12345); 5000]),
            ApiValue::List(vec![text("12345"); 5000]),
        ] {
            let mut object = ObjectWriter::new(String::new(), false, 1000);
            object.element("records", &ApiValue::Int(1));
            assert!(!object.is_too_large());
            object.element("records", &value);
            object.element("records", &value);
            assert!(object.is_too_large());
            // Plain text is copied whole before it is looked at; separators are not counted.
            assert!(object.end().len() < 11_500);
        }
    }
}
