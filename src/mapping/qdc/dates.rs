//! Years and date ranges of QDC (ingest-qdc §2, §2.2).

use super::super::dublin_core::{DublinCore, leading_year, year_span};
use crate::text::{unique, year_range};

/// The year of the first `date`, else of the first `issued`, that begins with one.
pub(super) fn publication_year(document: &DublinCore) -> String {
    document
        .values("date")
        .chain(document.values("issued"))
        .find_map(|date| leading_year(&date, true).map(str::to_owned))
        .unwrap_or_default()
}

/// The span of years in each `date` and then each `issued`, without repetition.
pub(super) fn ranges(document: &DublinCore) -> Vec<String> {
    let elements = document.root().each("date").chain(document.root().each("issued"));
    let mut ranges: Vec<String> = elements
        .filter_map(|element| year_range(&element.text()))
        .map(|(from, to)| year_span(&from, &to))
        .collect();
    unique(&mut ranges);
    ranges
}

#[cfg(test)]
mod tests {
    use super::super::super::payload::tests::raw;
    use super::*;

    #[test]
    fn years_and_ranges() {
        let xml = "<dc><date>spring</date><issued>2001</issued><date>1806/1807-2</date>\
                   <date>1806/1807</date><issued>-2022-10/-0021-9</issued></dc>";
        let document = DublinCore::open(&raw(xml, None)).expect("well-formed");
        assert_eq!(publication_year(&document), "1806");
        assert_eq!(
            ranges(&document),
            [
                "[1806-01-01 TO 1807-12-31]",
                "[2001-01-01 TO 2001-12-31]",
                "[-2022-01-01 TO -0021-12-31]"
            ]
        );
    }
}
