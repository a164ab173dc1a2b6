//! Places of documents, and whether they meet a shape that is asked for.
//!
//! Degrees are a plane for boxes and polygons; distances are great circles. A box whose west is
//! greater than its east crosses the 180th meridian.

use crate::query::{GeoFigure as Figure, GeoPoint, GeoShape, Wkt, parse_wkt};

/// Mean radius of the earth in kilometres, as the peer's engine has it.
const EARTH_RADIUS: f64 = 6_371.008_771_4;

/// A bounding box in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    pub(super) west: f64,
    pub(super) south: f64,
    pub(super) east: f64,
    pub(super) north: f64,
}

/// A document's place: points, lines and areas.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// A point is a box without extent.
    Box(Bounds),
    /// Lines, and rings of areas (outer and inner ones of an area told apart by even and odd crossing).
    Figures(Vec<Figure>),
}

impl Shape {
    /// Reads WKT, or `lon lat`, or `lat,lon`. `None` if it is neither, or off the globe.
    pub(super) fn parse(text: &str) -> Option<Shape> {
        Some(match parse_wkt(text)? {
            Wkt::Point(x, y) => Shape::Box(Bounds { west: x, south: y, east: x, north: y }),
            Wkt::Box { west, south, east, north } => {
                Shape::Box(Bounds { west, south, east, north })
            }
            Wkt::Figures(figures) => Shape::Figures(figures),
        })
    }

    /// True if the bounding box says all.
    pub(super) fn is_box(&self) -> bool {
        matches!(self, Shape::Box(_))
    }

    /// The bounding box; of a shape without points one that is off the globe.
    pub(super) fn bounds(&self) -> Bounds {
        match self {
            Shape::Box(bounds) => *bounds,
            Shape::Figures(figures) => {
                let nothing = f64::INFINITY;
                let start =
                    Bounds { west: nothing, south: nothing, east: -nothing, north: -nothing };
                figures.iter().flat_map(|figure| &figure.points).fold(start, |b, (x, y)| Bounds {
                    west: b.west.min(*x),
                    south: b.south.min(*y),
                    east: b.east.max(*x),
                    north: b.north.max(*y),
                })
            }
        }
    }

    /// True if the place has a point in common with the asked shape.
    pub(super) fn meets(&self, asked: &GeoShape) -> bool {
        match asked {
            GeoShape::Circle { centre, kilometres } => self.distance(*centre) <= *kilometres,
            GeoShape::Box { west, south, east, north } => {
                let asked = Bounds { west: *west, south: *south, east: *east, north: *north };
                asked.parts().into_iter().flatten().any(|part| self.meets_figure(&part.ring()))
            }
            GeoShape::Polygon(ring) => {
                let points = ring.iter().map(|p| (p.longitude, p.latitude)).collect();
                self.meets_figure(&Figure { points, area: Some(0) })
            }
            GeoShape::Figures(figures) => self.meets_figures(figures),
        }
    }

    fn meets_figure(&self, asked: &Figure) -> bool {
        self.meets_figures(std::slice::from_ref(asked))
    }

    fn meets_figures(&self, asked: &[Figure]) -> bool {
        match self {
            Shape::Box(bounds) => bounds.parts().into_iter().flatten().any(|part| {
                let own = part.ring();
                meet(std::slice::from_ref(&own), asked)
            }),
            Shape::Figures(figures) => meet(figures, asked),
        }
    }

    /// Kilometres from a point to the nearest point of the place; 0 inside an area.
    pub(super) fn distance(&self, from: GeoPoint) -> f64 {
        let nearest = |figures: &[Figure]| {
            let point = (from.longitude, from.latitude);
            if inside(figures, point) {
                return 0.0;
            }
            figures.iter().map(|figure| figure.distance(from)).fold(f64::INFINITY, f64::min)
        };
        match self {
            Shape::Box(bounds) => {
                let parts = bounds.parts().into_iter().flatten();
                parts.map(|part| part.distance(from)).fold(f64::INFINITY, f64::min)
            }
            Shape::Figures(figures) => nearest(figures),
        }
    }
}

impl Bounds {
    /// The box, or its two halves if it crosses the 180th meridian.
    fn parts(self) -> [Option<Bounds>; 2] {
        if self.west <= self.east {
            [Some(self), None]
        } else {
            [Some(Bounds { east: 180.0, ..self }), Some(Bounds { west: -180.0, ..self })]
        }
    }

    fn ring(self) -> Figure {
        let Bounds { west, south, east, north } = self;
        let points =
            vec![(west, south), (east, south), (east, north), (west, north), (west, south)];
        Figure { points, area: Some(0) }
    }

    fn holds(self, (x, y): (f64, f64)) -> bool {
        (self.west..=self.east).contains(&x) && (self.south..=self.north).contains(&y)
    }

    /// Kilometres to the nearest point of a box that does not cross the 180th meridian.
    pub(super) fn distance(self, from: GeoPoint) -> f64 {
        let (x, y) = (from.longitude, from.latitude);
        if self.holds((x, y)) {
            return 0.0;
        }
        if (self.west..=self.east).contains(&x) {
            // Straight north or south.
            let nearest = y.clamp(self.south, self.north);
            return kilometres(from, (x, nearest));
        }
        let side = |meridian: f64| distance_to_meridian(from, meridian, self.south, self.north);
        side(self.west).min(side(self.east))
    }

    /// False if nothing inside can meet the asked shape; cheap, for the many places far away.
    pub(super) fn may_meet(self, asked: &GeoShape) -> bool {
        match asked {
            GeoShape::Circle { centre, kilometres } => {
                let latitudes = kilometres / EARTH_RADIUS * (180.0 / std::f64::consts::PI);
                centre.latitude + latitudes >= self.south
                    && centre.latitude - latitudes <= self.north
            }
            GeoShape::Box { south, north, .. } => *south <= self.north && *north >= self.south,
            GeoShape::Polygon(ring) => self.spans(|| ring.iter().map(|point| point.latitude)),
            GeoShape::Figures(figures) => {
                self.spans(|| figures.iter().flat_map(|figure| &figure.points).map(|(_, y)| *y))
            }
        }
    }

    /// False if all latitudes lie north of the box, or all south of it.
    fn spans<I: Iterator<Item = f64>>(self, latitudes: impl Fn() -> I) -> bool {
        latitudes().any(|y| y >= self.south) && latitudes().any(|y| y <= self.north)
    }

    /// The middle, as `GeoPoint`.
    pub(super) fn centre(self) -> GeoPoint {
        let [first, second] = self.parts();
        let longitude = match (first, second) {
            (Some(_), Some(_)) => {
                let middle = f64::midpoint(self.west, self.east + 360.0);
                if middle > 180.0 { middle - 360.0 } else { middle }
            }
            _ => f64::midpoint(self.west, self.east),
        };
        GeoPoint { latitude: f64::midpoint(self.south, self.north), longitude }
    }
}

/// Great-circle distance in kilometres (haversine).
pub(super) fn kilometres(from: GeoPoint, (x, y): (f64, f64)) -> f64 {
    let (start, end) = (from.latitude.to_radians(), y.to_radians());
    let half_lat = ((end - start) / 2.0).sin();
    let half_lon = ((x - from.longitude).to_radians() / 2.0).sin();
    let haversine = half_lat * half_lat + start.cos() * end.cos() * half_lon * half_lon;
    2.0 * EARTH_RADIUS * haversine.sqrt().min(1.0).asin()
}

/// Distance to a piece of a meridian: to its nearest point, which lies where the great circle
/// through the start meets the meridian at a right angle, or at an end.
fn distance_to_meridian(from: GeoPoint, meridian: f64, south: f64, north: f64) -> f64 {
    let difference = (meridian - from.longitude).to_radians();
    let latitude = from.latitude.to_radians();
    let foot = latitude.tan().atan2(difference.cos()).to_degrees();
    let ends = kilometres(from, (meridian, south)).min(kilometres(from, (meridian, north)));
    if (south..=north).contains(&foot) {
        ends.min(kilometres(from, (meridian, foot)))
    } else {
        ends
    }
}

impl Figure {
    fn segments(&self) -> impl Iterator<Item = ((f64, f64), (f64, f64))> + '_ {
        self.points.windows(2).map(|pair| (pair[0], pair[1]))
    }

    fn distance(&self, from: GeoPoint) -> f64 {
        let ends = self.points.iter().map(|point| kilometres(from, *point));
        let feet = self.segments().map(|(a, b)| kilometres(from, foot(from, a, b)));
        ends.chain(feet).fold(f64::INFINITY, f64::min)
    }
}

/// The point of a segment that is nearest in the plane that touches the globe at `from`.
fn foot(from: GeoPoint, a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let scale = from.latitude.to_radians().cos();
    let (x, y) = (from.longitude, from.latitude);
    let (dx, dy) = ((b.0 - a.0) * scale, b.1 - a.1);
    let length = dx * dx + dy * dy;
    if length == 0.0 {
        return a;
    }
    let along = (((x - a.0) * scale * dx + (y - a.1) * dy) / length).clamp(0.0, 1.0);
    (a.0 + (b.0 - a.0) * along, a.1 + (b.1 - a.1) * along)
}

/// True if two shapes have a point in common: a border crosses, or one holds the other.
fn meet(figures: &[Figure], asked: &[Figure]) -> bool {
    let crossing = || {
        figures.iter().flat_map(Figure::segments).any(|(a, b)| {
            asked.iter().flat_map(Figure::segments).any(|(c, d)| segments_meet(a, b, c, d))
        })
    };
    let own_inside =
        || figures.iter().flat_map(|figure| &figure.points).any(|point| inside(asked, *point));
    let asked_inside = || {
        let mut starts = asked.iter().filter_map(|figure| figure.points.first());
        starts.any(|point| inside(figures, *point))
    };
    own_inside() || asked_inside() || crossing()
}

/// True if a point lies in an area of the figures or on its border.
fn inside(figures: &[Figure], (x, y): (f64, f64)) -> bool {
    let (mut odd, mut area) = (false, None);
    for figure in figures {
        if figure.area != area {
            if odd {
                return true;
            }
            area = figure.area;
        }
        for (a, b) in figure.segments() {
            if on_segment((x, y), a, b) {
                return true;
            }
            if figure.area.is_some() && (a.1 > y) != (b.1 > y) {
                let at = a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0);
                odd ^= x < at;
            }
        }
        if figure.points.len() == 1 && figure.points[0] == (x, y) {
            return true;
        }
    }
    odd
}

fn turn(a: (f64, f64), b: (f64, f64), c: (f64, f64)) -> f64 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

fn on_segment(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> bool {
    turn(a, b, p) == 0.0
        && (a.0.min(b.0)..=a.0.max(b.0)).contains(&p.0)
        && (a.1.min(b.1)..=a.1.max(b.1)).contains(&p.1)
}

fn segments_meet(a: (f64, f64), b: (f64, f64), c: (f64, f64), d: (f64, f64)) -> bool {
    let (first, second) = (turn(a, b, c), turn(a, b, d));
    let (third, fourth) = (turn(c, d, a), turn(c, d, b));
    if first * second < 0.0 && third * fourth < 0.0 {
        return true;
    }
    on_segment(c, a, b) || on_segment(d, a, b) || on_segment(a, c, d) || on_segment(b, c, d)
}
