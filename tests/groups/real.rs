//! Records of libraries, archives and museums, if they are at hand.

use crate::place::{Place, Unit, read_options};
use kirjo::formats::Reader;
use std::collections::HashSet;
use std::path::PathBuf;

/// A file of real records; `None` if it is not at hand.
fn path_of(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("KIRJO_GOLDEN_DIR")
        .map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let path = root.join("records").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("SKIPPED: {} is not there (set KIRJO_GOLDEN_DIR)", path.display());
    None
}

/// The ISO 2709 records of a file; `None` if it is not at hand.
pub(crate) fn real_file(name: &str) -> Option<Vec<Vec<u8>>> {
    let file = std::fs::File::open(path_of(&format!("marc/{name}.mrc.gz"))?).expect("readable");
    let mut bytes = Vec::new();
    let mut unpacked = flate2::read::MultiGzDecoder::new(file);
    std::io::Read::read_to_end(&mut unpacked, &mut bytes).expect("a whole file");
    Some(bytes.split_inclusive(|byte| *byte == 0x1D).map(<[u8]>::to_vec).collect())
}

/// Control number of an ISO 2709 record, if it has one in the usual place.
pub(crate) fn id_of(record: &[u8]) -> Option<Vec<u8>> {
    let base: usize = std::str::from_utf8(record.get(12..17)?).ok()?.parse().ok()?;
    let is_first = record.get(24..27)? == b"001";
    let id = record.get(base..)?.split(|byte| *byte == 0x1E).next()?;
    (is_first && !id.trim_ascii().is_empty()).then(|| id.to_vec())
}

/// Real records, each with another id: all of them in one source, parts of them in two others.
/// `None` if they are not at hand.
pub(crate) fn real_records(limit: usize) -> Option<Vec<Unit>> {
    let mut all = Vec::new();
    let mut ids = HashSet::new();
    for name in [
        "libraries-mixed-utf8",
        "nordic-utf8",
        "mma-watson-utf8",
        "folio-mixed-utf8",
        "gpo-cgp-utf8",
        "libraries-mixed-marc8",
    ] {
        let records = real_file(name)?;
        let usable = records.into_iter().filter(|record| {
            record.get(5) != Some(&b'd') && id_of(record).is_some_and(|id| ids.insert(id))
        });
        for (number, record) in usable.take(limit).enumerate() {
            let others: &[&str] = match number % 4 {
                0 => &["yliopisto", "tutkimus"],
                1 => &["yliopisto"],
                _ => &[],
            };
            for source in ["kaupunki"].iter().chain(others) {
                all.push(Unit { source, bytes: record.clone() });
            }
        }
    }
    Some(all)
}

/// Real records of other formats than ISO 2709, up to so many of each file, as far as each has ids of
/// its own. `None` if they are not at hand.
pub(crate) fn real_others(limit: usize) -> Option<Vec<Unit>> {
    let mut all = Vec::new();
    for (source, name) in [
        ("kaupunki", "marcxml/libraries-mixed.xml.gz"),
        ("yliopisto", "marcxml/rism-prints.xml.gz"),
        ("tutkimus", "marcxml/holdings.xml.gz"),
        ("museo", "lido/museums-mixed.tar.gz"),
        ("museo", "lido/kenom-coins.xml.gz"),
        ("taide", "lido/finna-fixtures.tar.gz"),
        ("taide", "lido/romania-science-technology.xml.gz"),
        ("arkisto", "ead/nyu-finding-aids.tar.gz"),
        ("arkisto", "ead/software-samples.tar.gz"),
        ("keskusarkisto", "ead3/ead3-samples.tar.gz"),
        ("avoin", "dc/oai-responses-and-samples.tar.gz"),
        ("julkaisu", "dc/oai-responses-and-samples.tar.gz"),
    ] {
        let options = read_options(&Place::new().settings(source));
        let units = Reader::open([path_of(name)?], options).expect("opened");
        let usable = units.filter_map(Result::ok).filter(|raw| !raw.deleted);
        // One finding aid is as much as hundreds of other records.
        let usable = usable.filter(|raw| raw.bytes.len() < 100_000).take(limit);
        all.extend(usable.map(|raw| Unit { source, bytes: raw.bytes }));
    }
    let mut place = Place::new();
    all.retain(|unit| {
        let report = place.read(&[unit]);
        report.added > 0 && report.added == report.read
    });
    Some(all)
}
