//! `facetFilter[]`: any pattern on any value is answered.

#![no_main]

use kirjo::api::FacetFilters;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|pair: (&str, &str)| {
    let (pattern, value) = pair;
    let text = format!("format:{pattern}");
    if let Ok(filters) = FacetFilters::read(&[text.as_str(), pattern]) {
        filters.matches("format", value);
    }
});
