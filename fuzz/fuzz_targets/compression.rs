//! gzip, zstd and tar, with small limits.

#![no_main]

use kirjo::formats::ReadOptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let starts: [&[u8]; 3] = [b"", b"\x1F\x8B\x08\0\0\0\0\0\0\x03", b"\x28\xB5\x2F\xFD"];
    for start in starts {
        let options = ReadOptions { max_unpacked_bytes: 1 << 20, ..ReadOptions::default() };
        kirjo_fuzz::read_all(&[start, bytes].concat(), options);
    }
    // A tar archive whose first header is sound, so that the others are looked at.
    let mut header = [0; 512];
    header[..1].copy_from_slice(b"a");
    header[124..136].copy_from_slice(b"00000000007\0");
    header[156] = b'0';
    header[257..263].copy_from_slice(b"ustar\0");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut content = [0; 512];
    content[..7].copy_from_slice(b"<lido/>");
    let found = kirjo_fuzz::read_all(&[&header, &content, bytes].concat(), ReadOptions::default());
    assert!(found[0].contains("<lido/>"));
});
