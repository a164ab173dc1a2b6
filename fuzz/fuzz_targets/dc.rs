//! Dublin Core: cut out, made UTF-8, parsed and written.

#![no_main]

use kirjo::record::RecordFormat;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    kirjo_fuzz::read_format(&[b"<dc><", bytes].concat(), RecordFormat::Dc);
});
