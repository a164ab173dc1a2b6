//! GML in latitude, longitude order → WKT in longitude, latitude order (ingest-lido §6).

use crate::mapping::Warnings;
use crate::text::is_numeric;
use crate::xml::Element;

const INVALID: &str = "invalid coordinates";

/// The geometry of a `gml` element as WKT; coordinates that are missing or off the globe are
/// reported and give nothing.
pub(super) fn gml_to_wkt(gml: Element<'_>, warnings: &mut Warnings) -> Option<String> {
    let wkt = if let Some(polygon) = gml.child("Polygon") {
        polygon_to_wkt(polygon)
    } else if let Some(line) = gml.child("LineString") {
        line.child("coordinates")
            .and_then(|list| positions(&list.text()))
            .map(|positions| format!("LINESTRING ({positions})"))
    } else {
        let point = gml.child("Point")?;
        point_to_wkt(point)
    };
    if wkt.is_none() {
        warnings.add(INVALID);
    }
    wkt
}

fn point_to_wkt(point: Element<'_>) -> Option<String> {
    let (element, separator) = match point.child("pos") {
        Some(pos) => (pos, ' '),
        None => (point.child("coordinates")?, ','),
    };
    let text = element.text();
    let (latitude, longitude) = text.trim().split_once(separator)?;
    let position = position(latitude, longitude)?;
    Some(format!("POINT ({position})"))
}

fn polygon_to_wkt(polygon: Element<'_>) -> Option<String> {
    let ring = |name: &str| {
        let coordinates = polygon.child(name)?.find("LinearRing/coordinates")?;
        positions(&coordinates.text())
    };
    let outer = ring("outerBoundaryIs")?;
    Some(match ring("innerBoundaryIs") {
        Some(inner) => format!("POLYGON (({outer}),({inner}))"),
        None => format!("POLYGON (({outer}))"),
    })
}

/// `60.1,24.9 60.2,25.0` → `24.9 60.1,25.0 60.2`; nothing if any position is not one.
fn positions(list: &str) -> Option<String> {
    let mut out = String::with_capacity(list.len());
    for pair in list.split_whitespace() {
        let (latitude, longitude) = pair.split_once(',')?;
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(&position(latitude, longitude)?);
    }
    (!out.is_empty()).then_some(out)
}

fn position(latitude: &str, longitude: &str) -> Option<String> {
    let (latitude, longitude) = (latitude.trim(), longitude.trim());
    (is_within(latitude, 90.0) && is_within(longitude, 180.0))
        .then(|| format!("{longitude} {latitude}"))
}

fn is_within(degrees: &str, limit: f64) -> bool {
    is_numeric(degrees) && degrees.parse::<f64>().is_ok_and(|value| value.abs() <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::parse;

    #[test]
    fn geometries() {
        for (gml, expected) in [
            ("<Point><pos>60.17 24.94</pos></Point>", "POINT (24.94 60.17)"),
            ("<Point><pos> 60.17  24.940 </pos></Point>", "POINT (24.940 60.17)"),
            ("<Point><coordinates>60.17, 24.94</coordinates></Point>", "POINT (24.94 60.17)"),
            ("<Point><coordinates>-90,180</coordinates></Point>", "POINT (180 -90)"),
            (
                "<LineString><coordinates>60.1,24.9\n 60.2,25.0</coordinates></LineString>",
                "LINESTRING (24.9 60.1,25.0 60.2)",
            ),
            (
                "<Polygon><outerBoundaryIs><LinearRing><coordinates>1,2 3,4 1,2</coordinates>\
                 </LinearRing></outerBoundaryIs></Polygon>",
                "POLYGON ((2 1,4 3,2 1))",
            ),
            (
                "<Polygon><outerBoundaryIs><LinearRing><coordinates>1,2 3,4 1,2</coordinates>\
                 </LinearRing></outerBoundaryIs><innerBoundaryIs><LinearRing><coordinates>5,6 7,8 \
                 5,6</coordinates></LinearRing></innerBoundaryIs></Polygon>",
                "POLYGON ((2 1,4 3,2 1),(6 5,8 7,6 5))",
            ),
        ] {
            let tree = parse(&format!("<gml>{gml}</gml>")).expect("well-formed");
            let mut warnings = Warnings::default();
            assert_eq!(gml_to_wkt(tree.root(), &mut warnings).as_deref(), Some(expected));
            assert!(warnings.as_slice().is_empty(), "{gml}");
        }
    }

    #[test]
    fn nonsense_is_reported() {
        for gml in [
            "<Point><pos>90.1 24</pos></Point>",
            "<Point><pos>60 181</pos></Point>",
            "<Point><pos/></Point>",
            "<Point><pos>60</pos></Point>",
            "<Point><pos>north east</pos></Point>",
            "<Point><pos>NaN inf</pos></Point>",
            "<Point/>",
            "<LineString><coordinates>1,2 3</coordinates></LineString>",
            "<LineString/>",
            "<Polygon><innerBoundaryIs/></Polygon>",
        ] {
            let tree = parse(&format!("<gml>{gml}</gml>")).expect("well-formed");
            let mut warnings = Warnings::default();
            assert_eq!(gml_to_wkt(tree.root(), &mut warnings), None, "{gml}");
            assert_eq!(warnings.as_slice(), [INVALID], "{gml}");
        }
        let empty = parse("<gml/>").expect("well-formed");
        assert_eq!(gml_to_wkt(empty.root(), &mut Warnings::default()), None);
    }
}
