//! `coverage`: eras, place names and coordinates (ingest-qdc §2).

use super::super::dublin_core::DublinCore;
use super::super::{MapContext, Warnings};
use crate::record::IndexRecord;
use crate::text::center_of_wkt;

/// Writes era, geographic, location_geo and center_coords.
pub(super) fn put_coverage(
    record: &mut IndexRecord,
    document: &DublinCore,
    context: &MapContext<'_>,
    warnings: &mut Warnings,
) {
    for (kind, field, facet) in
        [("temporal", "era", "era_facet"), ("spatial", "geographic", "geographic_facet")]
    {
        let names: Vec<String> = document
            .root()
            .each("coverage")
            .filter(|coverage| coverage.attr("type") == Some(kind))
            .map(crate::xml::Element::trimmed)
            .filter(|text| number_pair(text).is_none())
            .map(|text| context.ingest.text.strip_trailing_punctuation_of(&text, ".", false))
            .collect();
        record.set_all(field, names.iter().map(String::as_str));
        record.set_all(facet, names);
    }
    let mut points = Vec::new();
    for coverage in document.root().each("coverage") {
        if coverage.attr("type") != Some("geocoding") {
            continue;
        }
        let text = coverage.trimmed();
        let Some((first, second)) = number_pair(&text) else { continue };
        let (latitude, longitude) = match coverage.attr("format") {
            Some("lon,lat") => (second, first),
            _ => (first, second),
        };
        if is_within(latitude, 90.0) && is_within(longitude, 180.0) {
            points.push(format!("POINT({longitude} {latitude})"));
        } else {
            warnings.add("invalid coordinates");
        }
    }
    if let Some(first) = points.first() {
        record.set("center_coords", center_of_wkt(first));
    }
    record.set_all("location_geo", points);
}

fn is_within(number: &str, limit: f64) -> bool {
    number.parse::<f64>().is_ok_and(|value| value.abs() <= limit)
}

/// The first two decimal numbers with nothing but a comma and blanks between them, as written.
fn number_pair(text: &str) -> Option<(&str, &str)> {
    text.match_indices(',').find_map(|(comma, _)| {
        let (before, after) = (text.get(..comma)?.trim_end(), text.get(comma + 1..)?.trim_start());
        let is_part = |c: char| c.is_ascii_digit() || c == '.';
        let digits = before.len() - before.trim_end_matches(is_part).len();
        let mut start = before.len() - digits;
        if before.get(..start)?.ends_with('-') {
            start -= 1;
        }
        let unsigned = after.strip_prefix('-').unwrap_or(after);
        let end = (after.len() - unsigned.len())
            + (unsigned.len() - unsigned.trim_start_matches(is_part).len());
        let (first, second) = (before.get(start..)?, after.get(..end)?);
        let has_digit = |number: &str| number.bytes().any(|b| b.is_ascii_digit());
        (has_digit(first) && has_digit(second)).then_some((first, second))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs() {
        for (text, expected) in [
            ("63.5694237,27.1826451", Some(("63.5694237", "27.1826451"))),
            ("20.0 , 60.0", Some(("20.0", "60.0"))),
            ("-20.0, -60", Some(("-20.0", "-60"))),
            ("Oulu, Finland, 65.0,25.5 (centre)", Some(("65.0", "25.5"))),
            ("Ähtäri 62,24.", Some(("62", "24."))),
            ("Iisalmi", None),
            ("1,", None),
            (",1", None),
            ("., .", None),
            ("", None),
        ] {
            assert_eq!(number_pair(text), expected, "{text}");
        }
    }

    #[test]
    fn limits() {
        assert!(is_within("-90", 90.0) && is_within("24.", 90.0));
        assert!(!is_within("90.1", 90.0) && !is_within("1.2.3", 90.0));
    }
}
