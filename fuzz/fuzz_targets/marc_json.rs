//! MARC-in-JSON: a record, and a stream of them.

#![no_main]

use kirjo::formats::{ReadOptions, parse_marc, write_marc_json};
use kirjo::record::Form;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((record, _)) = parse_marc(Form::MarcJson, bytes) {
        let json = write_marc_json(&record);
        let (again, _) = parse_marc(Form::MarcJson, json.as_bytes()).expect("own output is read");
        assert_eq!(again, record);
    }
    kirjo_fuzz::read_all(&[b"{", bytes].concat(), ReadOptions::default());
});
