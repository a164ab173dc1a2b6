//! The engine-neutral query tree.

use super::date_range::DateSpan;
use std::sync::Arc;

/// A query. Field analysis belongs to the engine: texts are as the user wrote them, unescaped.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// Every document.
    All,
    /// No document.
    None,
    /// Required, optional and excluded parts.
    Bool(Bool),
    /// The best of its parts counts for the score.
    DisMax(Vec<Query>),
    /// One chunk of text without blanks, analysed by the field; several tokens must all match.
    Word {
        /// Index field.
        field: String,
        /// Text as written.
        text: String,
    },
    /// Words next to each other.
    Phrase {
        /// Index field.
        field: String,
        /// Text between the quotes.
        text: String,
        /// Moves allowed.
        slop: u32,
    },
    /// `*` for any characters, `?` for one; `\` makes the next character literal.
    Pattern {
        /// Index field.
        field: String,
        /// The pattern as written.
        pattern: String,
    },
    /// Words within an edit distance.
    Fuzzy {
        /// Index field.
        field: String,
        /// The word.
        text: String,
        /// Edits allowed, 0–2.
        edits: u8,
    },
    /// A regular expression over whole terms.
    Regex {
        /// Index field.
        field: String,
        /// The expression between the slashes.
        pattern: String,
    },
    /// Terms, numbers or instants between two ends.
    Range {
        /// Index field.
        field: String,
        /// Lower end.
        lower: RangeEnd,
        /// Upper end.
        upper: RangeEnd,
    },
    /// Spans of time that meet, or lie within, a span (search-semantics §6.4).
    DateRange {
        /// Index field of the type `daterange`.
        field: String,
        /// All spans of the document must lie inside; else any must meet it.
        within: bool,
        /// The span asked for.
        span: DateSpan,
    },
    /// The field has a value.
    Exists {
        /// Index field.
        field: String,
    },
    /// Any of these exact values.
    In {
        /// Index field.
        field: String,
        /// Values.
        values: Vec<String>,
    },
    /// A place of the document meets any of these shapes.
    Geo {
        /// Index field of the type `geo` (shapes) or `point`.
        field: String,
        /// Shapes, at least one.
        shapes: Vec<GeoShape>,
    },
    /// The document has a place inside the circle; the nearer, the higher the score:
    /// `c / (d + c)` with the distance `d` of the place's centre from the circle's centre, and `c`
    /// a tenth of half the diagonal of the circle's bounding box (Solr's `recipDistance`).
    Near {
        /// Index field of the type `geo` or `point`.
        field: String,
        /// The circle's centre.
        centre: GeoPoint,
        /// The circle's radius.
        kilometres: f64,
    },
    /// A weight on the score.
    Boost(Box<Query>, f32),
    /// User text for the eDisMax rules over weighted fields (§4.1).
    EDisMax(DisMaxText),
    /// User text for the classic DisMax rules (§4.3).
    ClassicDisMax(DisMaxText),
    /// User text in Lucene syntax (§4.2); `_query_:"{!edismax qf=\"…\"}text"` is a DisMax text in it.
    Lucene {
        /// The text.
        text: String,
        /// Field of words without a prefix.
        default_field: String,
    },
}

/// User text with the fields that a DisMax parser searches.
#[derive(Debug, Clone, PartialEq)]
pub struct DisMaxText {
    /// Normalised text.
    pub text: String,
    /// Fields and parameters, shared by all searches of a type.
    pub settings: Arc<DisMaxSettings>,
}

/// What a DisMax parser searches and how.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DisMaxSettings {
    /// Fields with their weights as written, `title^500 series`.
    pub qf: String,
    /// The same, read.
    pub fields: Vec<(String, f32)>,
    /// Further parameters by name: `mm`, `bq` …
    pub params: Vec<(String, String)>,
}

impl DisMaxSettings {
    /// Settings for fields as `qf` writes them; `None` if a weight is no number.
    pub fn new(qf: &str, params: Vec<(String, String)>) -> Option<Self> {
        let field = |word: &str| match word.split_once('^') {
            Some((field, weight)) => Some((field.to_owned(), weight.parse().ok()?)),
            None => Some((word.to_owned(), 1.0)),
        };
        let fields = qf.split_whitespace().map(field).collect::<Option<_>>()?;
        Some(DisMaxSettings { qf: qf.to_owned(), fields, params })
    }

    /// The value of the first parameter of this name.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

impl Query {
    /// True if `query` is [`Query::All`] or none is left.
    pub fn is_all(&self) -> bool {
        matches!(self, Query::All)
    }
}

/// Clauses by their role.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bool {
    /// All of these.
    pub must: Vec<Query>,
    /// At least one of these if `must` is empty; else they only add to the score.
    pub should: Vec<Query>,
    /// None of these.
    pub must_not: Vec<Query>,
}

/// A place on the globe, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeoPoint {
    /// −90 (south) to 90.
    pub latitude: f64,
    /// −180 (west) to 180.
    pub longitude: f64,
}

/// A shape on the globe; borders belong to it.
#[derive(Debug, Clone, PartialEq)]
pub enum GeoShape {
    /// Everything within a great-circle distance; 0 km is a point.
    Circle {
        /// The middle.
        centre: GeoPoint,
        /// The radius.
        kilometres: f64,
    },
    /// Between two meridians and two parallels, in degrees; it crosses the 180th meridian when
    /// `west > east`.
    Box {
        /// Western border.
        west: f64,
        /// Southern border.
        south: f64,
        /// Eastern border.
        east: f64,
        /// Northern border.
        north: f64,
    },
    /// A closed ring of at least four points, the last one equal to the first.
    Polygon(Vec<GeoPoint>),
    /// Points, lines and areas, at least one; rings of one area follow each other.
    Figures(Vec<GeoFigure>),
}

/// A run of points in degrees, `(longitude, latitude)`: a line, or the ring of an area.
#[derive(Debug, Clone, PartialEq)]
pub struct GeoFigure {
    /// At least one; the last point of a ring is its first.
    pub points: Vec<(f64, f64)>,
    /// Number of the area whose ring it is: a place surrounded by two rings of one area lies in a
    /// hole of it. `None`: points and lines.
    pub area: Option<usize>,
}

/// One end of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RangeEnd {
    /// No limit.
    Open,
    /// Up to and with this value.
    Inclusive(String),
    /// Up to this value, without it.
    Exclusive(String),
}

/// Names the filter group that a facet may leave out of its counting (`field` of `~field:value`).
pub type FilterTag = String;

/// A filter: restricts the result without touching the score.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// What must hold.
    pub query: Query,
    /// Set on OR groups.
    pub tag: Option<FilterTag>,
}
