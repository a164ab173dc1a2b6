//! Well-known text → points, boxes and figures, for stored places and for those that are asked for.

#![warn(clippy::indexing_slicing)]

use super::ast::GeoFigure;

/// Points of one shape; longer ones are not searched by place.
const MAX_POINTS: usize = 65_536;

/// What a text describes; `(longitude, latitude)` in degrees, on the globe.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wkt {
    Point(f64, f64),
    /// Crosses the 180th meridian when `west > east`.
    Box {
        west: f64,
        south: f64,
        east: f64,
        north: f64,
    },
    Figures(Vec<GeoFigure>),
}

/// Reads WKT, or `lon lat`, or `lat,lon`. `None` if it is neither, or off the globe.
pub(crate) fn parse_wkt(text: &str) -> Option<Wkt> {
    let text = text.trim();
    let shape = match text.split_once('(') {
        Some((name, body)) => {
            let body = body.strip_suffix(')')?;
            match name.trim().to_ascii_uppercase().as_str() {
                "POINT" => of_points(points(body)?),
                "ENVELOPE" => envelope(body)?,
                name => Wkt::Figures(figures(name, body)?),
            }
        }
        None => match text.split_once(',') {
            Some((latitude, longitude)) => Wkt::Point(number(longitude)?, number(latitude)?),
            None => of_points(points(text)?),
        },
    };
    let is_on_globe = |x: f64, y: f64| (-180.0..=180.0).contains(&x) && (-90.0..=90.0).contains(&y);
    let fits = match &shape {
        Wkt::Point(x, y) => is_on_globe(*x, *y),
        Wkt::Box { west, south, east, north } => {
            is_on_globe(*west, *south) && is_on_globe(*east, *north)
        }
        Wkt::Figures(figures) => {
            figures.iter().flat_map(|figure| &figure.points).all(|(x, y)| is_on_globe(*x, *y))
        }
    };
    fits.then_some(shape)
}

fn of_points(points: Vec<(f64, f64)>) -> Wkt {
    match points.as_slice() {
        [(x, y)] => Wkt::Point(*x, *y),
        _ => Wkt::Figures(vec![GeoFigure { points, area: None }]),
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|n: &f64| n.is_finite())
}

/// `minX, maxX, maxY, minY`.
fn envelope(body: &str) -> Option<Wkt> {
    let corners: Vec<f64> = body.split(',').map(number).collect::<Option<_>>()?;
    let [west, east, north, south] = corners.try_into().ok()?;
    (south <= north).then_some(Wkt::Box { west, south, east, north })
}

/// The points of a list without brackets.
fn points(list: &str) -> Option<Vec<(f64, f64)>> {
    let list = list.trim();
    let list = list.strip_prefix('(').and_then(|l| l.strip_suffix(')')).unwrap_or(list);
    let pairs = list.split(',').map(|pair| {
        let mut numbers = pair.split_whitespace().map(number);
        Some((numbers.next()??, numbers.next()??))
    });
    pairs.collect::<Option<Vec<_>>>().filter(|points| points.len() <= MAX_POINTS)
}

/// Figures of any other WKT type: every innermost list of points is one.
fn figures(name: &str, body: &str) -> Option<Vec<GeoFigure>> {
    if name == "GEOMETRYCOLLECTION" {
        return collection(body);
    }
    let is_area = matches!(name, "POLYGON" | "MULTIPOLYGON");
    if !is_area && !matches!(name, "LINESTRING" | "MULTILINESTRING" | "MULTIPOINT") {
        return None;
    }
    let mut found = Vec::new();
    if name == "MULTIPOINT" {
        let flat: String = body.chars().filter(|c| !matches!(c, '(' | ')')).collect();
        for point in points(&flat)? {
            found.push(GeoFigure { points: vec![point], area: None });
        }
        return Some(found);
    }
    let mut areas = 0;
    for list in body.split(')') {
        // Two opening brackets in a row: the first ring of the next area.
        if found.is_empty() || list.matches('(').count() > 1 {
            areas += 1;
        }
        let list = list.rsplit('(').next().unwrap_or(list).trim_matches(|c| c == ',' || c == ' ');
        if !list.is_empty() {
            found.push(GeoFigure { points: points(list)?, area: is_area.then_some(areas) });
        }
    }
    let total: usize = found.iter().map(|figure| figure.points.len()).sum();
    (!found.is_empty() && total <= MAX_POINTS).then_some(found)
}

fn collection(body: &str) -> Option<Vec<GeoFigure>> {
    let mut found = Vec::new();
    let (mut depth, mut start, mut areas) = (0usize, 0, 0);
    let mut member = |text: &str| -> Option<()> {
        let text = text.trim();
        if text.to_ascii_uppercase().starts_with("GEOMETRYCOLLECTION") {
            return None;
        }
        match parse_wkt(text)? {
            Wkt::Point(x, y) => found.push(GeoFigure { points: vec![(x, y)], area: None }),
            Wkt::Box { west, south, east, north } if west <= east => {
                found.push(ring(west, south, east, north, areas));
            }
            Wkt::Box { west, south, east, north } => {
                let east_part = ring(-180.0, south, east, north, areas + 1);
                found.extend([ring(west, south, 180.0, north, areas), east_part]);
            }
            Wkt::Figures(mut figures) => {
                let own = figures.iter_mut().filter_map(|figure| figure.area.as_mut());
                own.for_each(|area| *area += areas);
                found.extend(figures);
            }
        }
        areas = found.iter().filter_map(|figure| figure.area).max().map_or(0, |most| most + 1);
        Some(())
    };
    for (at, c) in body.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                member(body.get(start..at)?)?;
                start = at + 1;
            }
            _ => {}
        }
    }
    member(body.get(start..)?)?;
    (depth == 0 && found.len() <= MAX_POINTS).then_some(found)
}

fn ring(west: f64, south: f64, east: f64, north: f64, area: usize) -> GeoFigure {
    let points = vec![(west, south), (east, south), (east, north), (west, north), (west, south)];
    GeoFigure { points, area: Some(area) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_know_their_area() {
        let areas = |text: &str| match parse_wkt(text) {
            Some(Wkt::Figures(figures)) => figures.iter().map(|f| f.area).collect::<Vec<_>>(),
            other => panic!("{text}: {other:?}"),
        };
        let ring = "(0 0,9 0,9 9,0 0)";
        assert_eq!(areas(&format!("POLYGON({ring},{ring})")), [Some(1), Some(1)]);
        assert_eq!(
            areas(&format!("MULTIPOLYGON(({ring},{ring}),( {ring}))")),
            [Some(1), Some(1), Some(2)]
        );
        let collection = areas(&format!(
            "GEOMETRYCOLLECTION(POLYGON({ring},{ring}),ENVELOPE(0,1,1,0),POINT(1 1),POLYGON({ring}))"
        ));
        let [first, hole, envelope, point, last] = collection[..] else { panic!("{collection:?}") };
        assert_eq!((first, point), (hole, None));
        assert!(first != envelope && envelope != last && last != first, "{collection:?}");
    }
}
