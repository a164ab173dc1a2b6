//! Coordinates of 034 (ingest-marc §5.9, location_geo).

use super::view::{View, sub};
use crate::record::IndexRecord;
use crate::text::{center_of_wkt, coordinate_to_decimal, format_coordinate};

/// Sets the geographic fields, named by the driver parameters of the source.
pub(super) fn add(view: &View<'_>, fields: &mut IndexRecord) {
    let shapes: Vec<String> = view
        .each("034")
        .filter_map(|field| {
            let [west, east, north, south] =
                ['d', 'e', 'f', 'g'].map(|code| coordinate_to_decimal(sub(&field, code)));
            shape(view, west, east, north, south)
        })
        .collect();
    let Some(first) = shapes.first() else { return };
    let params = &view.context.source.params;
    let field_name = |parameter: &str, default: &'static str| {
        params.get(parameter).map_or(default.into(), |name| name.to_owned().into())
    };
    let center_field: crate::record::FieldName = field_name("geoCenterField", "center_coords");
    let display_field: crate::record::FieldName = field_name("geoDisplayField", "");
    let geo_field: crate::record::FieldName = field_name("geoField", "location_geo");
    let center = center_of_wkt(first);
    if !display_field.is_empty() {
        fields.set(display_field, center.clone());
    }
    if !center_field.is_empty() {
        fields.set(center_field, center);
    }
    if !geo_field.is_empty() {
        fields.set_all(geo_field, shapes);
    }
}

/// The box or point as WKT. Corners in the wrong order are swapped, as the peer does it.
fn shape(view: &View<'_>, west: f64, east: f64, north: f64, south: f64) -> Option<String> {
    if west.is_nan() || north.is_nan() {
        return None;
    }
    let in_range = |longitude: f64, latitude: f64| {
        (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude)
    };
    let invalid = || {
        view.warn("invalid coordinates in 034");
        None
    };
    if !in_range(west, north) {
        return invalid();
    }
    #[expect(clippy::float_cmp, reason = "a point is written with equal text in both corners")]
    let is_box = !east.is_nan() && !south.is_nan() && (east != west || south != north);
    if !is_box {
        return Some(format!("POINT({} {})", format_coordinate(west), format_coordinate(north)));
    }
    if !in_range(east, south) {
        return invalid();
    }
    Some(format!(
        "ENVELOPE({}, {}, {}, {})",
        format_coordinate(west.min(east)),
        format_coordinate(west.max(east)),
        format_coordinate(north.max(south)),
        format_coordinate(north.min(south)),
    ))
}

#[cfg(test)]
mod tests {
    use crate::mapping::marc::sample::{mapped, mapped_with};

    #[test]
    fn shapes() {
        for (lines, shape, center) in [
            (
                "034 1_ $dE0193000$eE0244500$fN0604000$gN0594800",
                "ENVELOPE(19.5, 24.75, 60.666666666667, 59.8)",
                "22.125 60.233333333333",
            ),
            ("034 1_ $de0250831$ee0250831$fn0600000$gn0600000", "POINT(25.141944444444 60)", ""),
            ("034 1_ $d30$e20$f50$g60", "ENVELOPE(20, 30, 60, 50)", "25 55"),
            ("034 1_ $d30$f50", "POINT(30 50)", "30 50"),
            ("034 1_ $e30$g50", "", ""),
            ("034 1_ $d200$f50", "", ""),
            ("034 1_ $d20$e30$f50$g95", "", ""),
        ] {
            let mapped = mapped(lines);
            assert_eq!(mapped.fields.first("location_geo"), shape, "{lines}");
            if !center.is_empty() {
                assert_eq!(mapped.fields.first("center_coords"), center, "{lines}");
            }
            let is_warned = mapped.warnings.iter().any(|w| w == "invalid coordinates in 034");
            assert_eq!(is_warned, lines.contains("200") || lines.contains("95"), "{lines}");
        }
    }

    #[test]
    fn fields_are_named_by_the_source() {
        let params =
            [("geoField", "long_lat"), ("geoCenterField", ""), ("geoDisplayField", "shown")];
        let mapped = mapped_with("034 1_ $d20$e30$f60$g50\n034 1_ $d1$f2", &params);
        assert_eq!(mapped.all("long_lat"), ["ENVELOPE(20, 30, 60, 50)", "POINT(1 2)"]);
        assert_eq!(mapped.all("shown"), ["25 55"]);
        assert!(mapped.all("center_coords").is_empty());
    }
}
