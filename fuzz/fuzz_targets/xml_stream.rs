//! Any XML stream, with and without a path; the size of blocks does not matter.

#![no_main]

use kirjo::formats::ReadOptions;
use kirjo::record::RecordFormat;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let stream = [b"<", bytes].concat();
    let whole = kirjo_fuzz::read_all(&stream, ReadOptions::default());
    let options = ReadOptions { block_bytes: 7, ..ReadOptions::default() };
    assert_eq!(whole, kirjo_fuzz::read_all(&stream, options));
    for path in ["//c", "/a/b", "//record"] {
        let record_path = Some(path.parse().expect("a path"));
        let format = Some(RecordFormat::Ead);
        kirjo_fuzz::read_all(
            &stream,
            ReadOptions { format, record_path, ..ReadOptions::default() },
        );
    }
});
