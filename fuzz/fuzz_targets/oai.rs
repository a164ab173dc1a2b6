//! The inside of an OAI-PMH answer.

#![no_main]

use kirjo::formats::ReadOptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let good = "<record><header><identifier>good</identifier></header><metadata><dc/></metadata>\
                </record>";
    let start = format!("<OAI-PMH><ListRecords>{good}<record><header><identifier>");
    let stream = [start.as_bytes(), bytes].concat();
    let found = kirjo_fuzz::read_all(&stream, ReadOptions::default());
    assert_eq!(found.first().map(String::as_str), Some("[good] <dc/>"));
});
