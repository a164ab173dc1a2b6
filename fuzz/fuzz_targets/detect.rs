//! Recognition of formats, and reading of what is recognised.

#![no_main]

use kirjo::formats::{ReadOptions, detect};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = detect(bytes);
    kirjo_fuzz::read_all(bytes, ReadOptions::default());
});
