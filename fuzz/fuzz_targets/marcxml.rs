//! One MARCXML record; what is accepted can be written and read again.

#![no_main]

use kirjo::formats::{parse_marc, write_marcxml};
use kirjo::record::Form;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((record, _)) = parse_marc(Form::MarcXml, bytes) {
        let xml = write_marcxml(&record);
        let (again, _) = parse_marc(Form::MarcXml, xml.as_bytes()).expect("own output is read");
        assert_eq!(again.fields().count(), record.fields().count());
    }
});
