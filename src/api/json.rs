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

/// The value as JSON text; `pretty` is PHP's `JSON_PRETTY_PRINT`.
pub fn write(value: &ApiValue, pretty: bool) -> String {
    let mut out = String::with_capacity(4096);
    write_value(value, if pretty { Some(0) } else { None }, &mut out);
    out
}

/// `indent` is the level of nesting when pretty-printing.
fn write_value(value: &ApiValue, indent: Option<usize>, out: &mut String) {
    match value {
        ApiValue::Null => out.push_str("null"),
        ApiValue::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        ApiValue::Int(number) => {
            // Writing to a `String` cannot fail.
            let _ = write!(out, "{number}");
        }
        ApiValue::Text(text) => write_text(text, out),
        ApiValue::List(items) if items.is_empty() => out.push_str("[]"),
        ApiValue::Object(pairs) if pairs.is_empty() => out.push_str("[]"),
        ApiValue::List(items) => {
            out.push('[');
            let inner = indent.map(|level| level + 1);
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                break_line(inner, out);
                write_value(item, inner, out);
            }
            break_line(indent, out);
            out.push(']');
        }
        ApiValue::Object(pairs) => {
            out.push('{');
            let inner = indent.map(|level| level + 1);
            for (at, (key, item)) in pairs.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                break_line(inner, out);
                write_text(key, out);
                out.push_str(if indent.is_some() { ": " } else { ":" });
                write_value(item, inner, out);
            }
            break_line(indent, out);
            out.push('}');
        }
    }
}

fn break_line(indent: Option<usize>, out: &mut String) {
    if let Some(level) = indent {
        out.push('\n');
        for _ in 0..level {
            out.push_str("    ");
        }
    }
}

const HEX: [u8; 16] = *b"0123456789abcdef";

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    // Runs of plain characters are copied whole: most text is ASCII.
    let mut plain_from = 0;
    let mut rest = text.bytes().enumerate();
    while let Some((at, byte)) = rest.find(|(_, byte)| needs_escape(*byte)) {
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
            let letter = text.get(at..).and_then(|from| from.chars().next()).unwrap_or('\u{FFFD}');
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
}
