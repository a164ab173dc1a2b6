//! One ISO 2709 record; what is accepted can be written and read again.

#![no_main]

use kirjo::formats::{
    Encoding, parse_marc, parse_marc_as, write_iso2709, write_marc_json, write_marcxml,
};
use kirjo::record::Form;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for encoding in [Encoding::Detect, Encoding::Marc8, Encoding::Latin1, Encoding::Utf8] {
        let Ok((record, _)) = parse_marc_as(Form::Iso2709, bytes, encoding) else { continue };
        let json = write_marc_json(&record);
        // Tags that are no text and codes that are no letters cannot be told by JSON.
        if let Ok((again, _)) = parse_marc(Form::MarcJson, json.as_bytes()) {
            assert_eq!(again.leader(), record.leader());
        }
        if let Ok(iso) = write_iso2709(&record) {
            let (again, _) = parse_marc(Form::Iso2709, &iso).expect("own output is read");
            assert_eq!(again.fields().count(), record.fields().count());
        }
        let _ = write_marcxml(&record);
    }
});
