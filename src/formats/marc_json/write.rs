//! [`Record`] → MARC-in-JSON as PHP's `json_encode` prints it with `JSON_UNESCAPED_UNICODE`.

use crate::marc::{Field, Record};

/// The record on one line.
pub(in crate::formats) fn write(record: &Record) -> String {
    let mut out = String::with_capacity(record.text_len() * 2 + 200);
    out.push_str("{\"leader\":");
    quote(record.leader(), &mut out);
    out.push_str(",\"fields\":[");
    for (at, field) in record.fields().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push('{');
        quote(field.tag().as_str(), &mut out);
        out.push(':');
        match field {
            Field::Control(control) => quote(control.value, &mut out),
            Field::Data(data) => {
                out.push_str("{\"ind1\":");
                quote(data.ind1.encode_utf8(&mut [0; 4]), &mut out);
                out.push_str(",\"ind2\":");
                quote(data.ind2.encode_utf8(&mut [0; 4]), &mut out);
                out.push_str(",\"subfields\":[");
                for (at, subfield) in data.subfields().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    out.push('{');
                    quote(subfield.code.encode_utf8(&mut [0; 4]), &mut out);
                    out.push(':');
                    quote(subfield.value, &mut out);
                    out.push('}');
                }
                out.push_str("]}");
            }
        }
        out.push('}');
    }
    out.push_str("]}");
    out
}

/// Escapes what PHP escapes; runs of other characters are copied as they are.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    let mut kept = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'/' => "\\/",
            0x08 => "\\b",
            0x0C => "\\f",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..0x20 => "",
            // U+2028 and U+2029 end lines in old JavaScript.
            0xE2 if text[at..].starts_with('\u{2028}') => "\\u2028",
            0xE2 if text[at..].starts_with('\u{2029}') => "\\u2029",
            _ => continue,
        };
        out.push_str(&text[kept..at]);
        out.push_str(escaped);
        if escaped.is_empty() {
            out.push_str("\\u00");
            out.push(char::from(b'0' + byte / 16));
            out.push(char::from_digit(u32::from(byte % 16), 16).unwrap_or('0'));
        }
        kept = at + if byte == 0xE2 { 3 } else { 1 };
    }
    out.push_str(&text[kept..]);
    out.push('"');
}
