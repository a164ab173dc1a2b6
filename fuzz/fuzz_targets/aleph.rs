//! The line forms of MARC: a record of each, and a stream.

#![no_main]

use kirjo::formats::{ReadOptions, parse_marc};
use kirjo::record::Form;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for form in [Form::AlephSequential, Form::TaggedLines, Form::Mnemonic] {
        let _ = parse_marc(form, bytes).is_ok();
    }
    for start in [&b"000000001 LDR   L "[..], b"LDR ", b"=LDR  "] {
        kirjo_fuzz::read_all(&[start, bytes].concat(), ReadOptions::default());
    }
});
