//! What the fuzz targets share: reading streams to their end.

use kirjo::formats::{ReadOptions, Reader, parse_marc};
use kirjo::record::{Form, RecordFormat};
use std::io::Cursor;

/// Reads a stream and everything in it; what came out, as text.
pub fn read_all(bytes: &[u8], options: ReadOptions) -> Vec<String> {
    Reader::from_stream("fuzz", Cursor::new(bytes.to_vec()), options)
        .map(|item| match item {
            Ok(raw) => {
                if raw.form == Form::Xml {
                    let text = std::str::from_utf8(&raw.bytes).expect("XML records are UTF-8");
                    let _ = kirjo::xml::parse(text).is_ok();
                } else {
                    let _ = parse_marc(raw.form, &raw.bytes).is_ok();
                }
                let id = raw.oai_id.map_or_else(String::new, |id| format!("[{id}] "));
                format!("{id}{}", String::from_utf8_lossy(&raw.bytes))
            }
            Err(rejected) => format!("!{rejected}"),
        })
        .collect()
}

/// Reads a stream of one format; what can be parsed can be written and parsed again.
pub fn read_format(bytes: &[u8], format: RecordFormat) {
    let options = ReadOptions { format: Some(format), ..ReadOptions::default() };
    for raw in Reader::from_stream("fuzz", Cursor::new(bytes.to_vec()), options).flatten() {
        let text = std::str::from_utf8(&raw.bytes).expect("XML records are UTF-8");
        if let Ok(tree) = kirjo::xml::parse(text) {
            let written = tree.root().to_xml();
            let again = kirjo::xml::parse(&written).expect("own output is well-formed");
            assert_eq!(again.root().to_xml(), written);
        }
    }
}
