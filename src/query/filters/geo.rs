//! Filters on places: circles in Solr's notation, shapes in WKT (search-semantics §6.8).

use super::super::ast::{GeoFigure, GeoPoint, GeoShape, Query};
use super::super::wkt::{Wkt, parse_wkt};
use super::FilterError;

/// What stands before the field of an unscored shape filter.
pub(super) const UNSCORED: &str = "{!score=none}";
const CIRCLE: &str = "{!geofilt ";
/// Shapes in one filter.
const MAX_SHAPES: usize = 64;
/// Points of a shape.
const MAX_POINTS: usize = 1024;
/// Brackets inside each other: a collection of areas has four.
const MAX_LEVELS: usize = 4;

/// True for `{!geofilt …}`.
pub(super) fn is_circle(field: &str) -> bool {
    field.starts_with(CIRCLE)
}

/// One or more `{!geofilt sfield=… pt=LAT,LON d=KM}` with ` OR ` between them: any of them.
pub(super) fn circles(text: &str) -> Result<Query, FilterError> {
    let bad = || FilterError::BadShape(text.to_owned());
    let mut shapes = Vec::new();
    let mut field = None;
    for piece in text.split(" OR ") {
        let circle = Circle::parse(piece).ok_or_else(bad)?;
        if field.is_some_and(|field| field != circle.field) || shapes.len() == MAX_SHAPES {
            return Err(bad());
        }
        field = Some(circle.field);
        shapes.push(GeoShape::Circle { centre: circle.centre, kilometres: circle.kilometres });
    }
    let field = field.ok_or_else(bad)?.to_owned();
    Ok(Query::Geo { field, shapes })
}

/// What raises the score of documents near the middle of the circles of a filter: nearness of
/// their shapes and of their centres.
pub fn near(text: &str) -> Vec<Query> {
    let circles = text.split(" OR ").take(MAX_SHAPES).filter_map(Circle::parse);
    let near = |field: &str, circle: &Circle<'_>| Query::Near {
        field: field.to_owned(),
        centre: circle.centre,
        kilometres: circle.kilometres,
    };
    circles.flat_map(|c| [near("location_geo", &c), near("center_coords", &c)]).collect()
}

/// A circle as a request writes it.
struct Circle<'a> {
    field: &'a str,
    centre: GeoPoint,
    kilometres: f64,
}

impl<'a> Circle<'a> {
    /// Reads one `{!geofilt …}`; parameters in any order, unknown ones ignored.
    fn parse(text: &'a str) -> Option<Self> {
        let (inner, _) = text.trim().strip_prefix(CIRCLE)?.split_once('}')?;
        let param = |name: &str| {
            let mut words = inner.split_whitespace();
            words.find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
        };
        let (latitude, longitude) = param("pt")?.split_once(',')?;
        let kilometres = number(param("d")?).filter(|d| *d >= 0.0)?;
        Some(Circle { field: param("sfield")?, centre: point(longitude, latitude)?, kilometres })
    }
}

/// `Intersects(WKT)` on a field.
pub(super) fn intersects(field: &str, text: &str) -> Result<Query, FilterError> {
    let shape = parse_intersects(text).ok_or_else(|| FilterError::BadShape(text.to_owned()))?;
    Ok(Query::Geo { field: field.to_owned(), shapes: vec![shape] })
}

/// The shape of `Intersects(WKT)`; `None` for anything else.
pub(crate) fn parse_intersects(text: &str) -> Option<GeoShape> {
    text.strip_prefix("Intersects(")?.strip_suffix(')').and_then(parse_shape)
}

/// WKT, or four numbers `minX minY maxX maxY`.
fn parse_shape(text: &str) -> Option<GeoShape> {
    let text = text.trim();
    let Some((name, _)) = text.split_once('(') else {
        let numbers: Vec<&str> = text.split_whitespace().collect();
        let [west, south, east, north] = numbers.as_slice() else { return None };
        return bounding_box(west, south, east, north);
    };
    let levels = match name.trim().to_ascii_uppercase().as_str() {
        "POINT" | "ENVELOPE" | "LINESTRING" => 1..=1,
        "POLYGON" | "MULTILINESTRING" => 2..=2,
        "MULTIPOLYGON" => 3..=3,
        "MULTIPOINT" => 1..=2,
        _ => 2..=MAX_LEVELS,
    };
    if !levels.contains(&nesting(text)?) {
        return None;
    }
    match parse_wkt(text)? {
        Wkt::Point(longitude, latitude) => {
            let centre = GeoPoint { latitude, longitude };
            Some(GeoShape::Circle { centre, kilometres: 0.0 })
        }
        Wkt::Box { west, south, east, north } => Some(GeoShape::Box { west, south, east, north }),
        Wkt::Figures(figures) => of_figures(figures),
    }
}

/// How deep the brackets of a text go; `None` if they do not match.
fn nesting(text: &str) -> Option<usize> {
    let (mut depth, mut deepest) = (0_usize, 0);
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    (depth == 0).then_some(deepest)
}

/// Figures that may be asked for: rings are closed, there are not too many points.
fn of_figures(figures: Vec<GeoFigure>) -> Option<GeoShape> {
    let is_closed = |figure: &GeoFigure| {
        let points = figure.points.as_slice();
        figure.area.is_none() || (points.len() >= 4 && points.first() == points.last())
    };
    let points: usize = figures.iter().map(|figure| figure.points.len()).sum();
    if points > MAX_POINTS || !figures.iter().all(is_closed) {
        return None;
    }
    let [GeoFigure { points, area: Some(_) }] = figures.as_slice() else {
        return Some(GeoShape::Figures(figures));
    };
    let point = |&(longitude, latitude): &(f64, f64)| GeoPoint { latitude, longitude };
    let ring: Vec<GeoPoint> = points.iter().map(point).collect();
    Some(rectangle(&ring).unwrap_or(GeoShape::Polygon(ring)))
}

/// A ring along two meridians and two parallels is a box.
fn rectangle(points: &[GeoPoint]) -> Option<GeoShape> {
    let [a, b, c, d, _] = points else { return None };
    #[expect(clippy::float_cmp, reason = "the same text gives the same number")]
    let upright = (a.latitude == b.latitude
        && b.longitude == c.longitude
        && c.latitude == d.latitude
        && d.longitude == a.longitude)
        || (a.longitude == b.longitude
            && b.latitude == c.latitude
            && c.longitude == d.longitude
            && d.latitude == a.latitude);
    upright.then(|| GeoShape::Box {
        west: a.longitude.min(c.longitude),
        south: a.latitude.min(c.latitude),
        east: a.longitude.max(c.longitude),
        north: a.latitude.max(c.latitude),
    })
}

fn bounding_box(west: &str, south: &str, east: &str, north: &str) -> Option<GeoShape> {
    let (low, high) = (point(west, south)?, point(east, north)?);
    (low.latitude <= high.latitude).then_some(GeoShape::Box {
        west: low.longitude,
        south: low.latitude,
        east: high.longitude,
        north: high.latitude,
    })
}

fn point(x: &str, y: &str) -> Option<GeoPoint> {
    let longitude = number(x).filter(|x| (-180.0..=180.0).contains(x))?;
    let latitude = number(y).filter(|y| (-90.0..=90.0).contains(y))?;
    Some(GeoPoint { latitude, longitude })
}

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_and_shapes() {
        let circle = |latitude, longitude, kilometres| GeoShape::Circle {
            centre: GeoPoint { latitude, longitude },
            kilometres,
        };
        for (text, expected) in [
            ("{!geofilt sfield=location_geo pt=60.2,24.9 d=5}", vec![circle(60.2, 24.9, 5.0)]),
            (
                "{!geofilt sfield=l pt=60.2,24.9 d=5} OR {!geofilt d=2 sfield=l pt=61,25 x=y}",
                vec![circle(60.2, 24.9, 5.0), circle(61.0, 25.0, 2.0)],
            ),
        ] {
            let Ok(Query::Geo { shapes, .. }) = circles(text) else { panic!("{text}") };
            assert_eq!(shapes, expected, "{text}");
        }
        for text in [
            "{!geofilt sfield=l pt=91,0 d=5}",
            "{!geofilt sfield=l pt=60,24 d=-5}",
            "{!geofilt sfield=l pt=60,24 d=inf}",
            "{!geofilt sfield=l d=5}",
            "{!geofilt sfield=l pt=60,24 d=5} OR {!geofilt sfield=k pt=60,24 d=5}",
        ] {
            assert!(circles(text).is_err(), "{text}");
        }
        let square = GeoShape::Box { west: 24.5, south: 60.1, east: 25.5, north: 60.4 };
        for (text, expected) in [
            ("POLYGON((24.5 60.4,25.5 60.4,25.5 60.1,24.5 60.1,24.5 60.4))", Some(square.clone())),
            ("ENVELOPE(24.5, 25.5, 60.4, 60.1)", Some(square.clone())),
            ("24.5 60.1 25.5 60.4", Some(square)),
            ("POINT(25 60)", Some(circle(60.0, 25.0, 0.0))),
            ("POLYGON((1 1,2 2,1 2))", None),
            ("POLYGON((1 1,2 2,1 2,1 1)", None),
            ("POLYGON(1 1,2 2,1 2,1 1)", None),
            ("MULTIPOLYGON(((1 1,2 2,1 2,1 1)),((5 5,6 6,5 6)))", None),
            ("LINESTRING(1 1,200 2)", None),
            ("LINESTRING((1 1,2 2))", None),
            ("CURVE((1 1,2 2))", None),
            ("POINT(25 60))", None),
            ("1 2 3", None),
            ("", None),
        ] {
            assert_eq!(parse_shape(text), expected, "{text}");
        }
        for (text, figures) in [
            ("MULTIPOLYGON(((1 1,2 2,1 2,1 1)),((5 5,6 6,5 6,5 5)))", 2),
            ("POLYGON((1 1,9 9,1 9,1 1),(2 3,3 4,2 4,2 3))", 2),
            ("LINESTRING(1 1,2 2)", 1),
            ("MULTILINESTRING((1 1,2 2),(3 3,4 4))", 2),
            ("MULTIPOINT(1 1,2 2,3 3)", 3),
            ("GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(1 1,2 2),ENVELOPE(179,-179,1,0))", 4),
        ] {
            let Some(GeoShape::Figures(found)) = parse_shape(text) else { panic!("{text}") };
            assert_eq!(found.len(), figures, "{text}");
        }
        let triangle = parse_shape("POLYGON((1 1,2 2,1 2,1 1))");
        assert!(matches!(triangle, Some(GeoShape::Polygon(points)) if points.len() == 4));
    }
}
