//! Places: bounding boxes sort out what is far away, the shape itself decides (engine-mapping §8).

use super::super::geography::{Bounds, Shape, kilometres};
use super::super::layout::{Slot, place_names};
use crate::engine::EngineError;
use crate::query::{GeoPoint, GeoShape};
use tantivy::columnar::{Column, StrColumn};
use tantivy::index::SegmentReader;
use tantivy::query::doc_predicate_query::{DocPredicateQuery, FunctionPredicate};
use tantivy::query::{EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, TERMINATED};

fn place_field(field: &str, slot: Slot) -> Result<(), EngineError> {
    if slot.place.is_some() {
        return Ok(());
    }
    Err(EngineError::Invalid(format!("the field {field} holds no places")))
}

/// Documents with a place that meets any of the shapes.
pub(super) fn meeting(
    field: &str,
    slot: Slot,
    shapes: &[GeoShape],
) -> Result<Box<dyn Query>, EngineError> {
    place_field(field, slot)?;
    let (field, shapes) = (field.to_owned(), shapes.to_vec());
    let predicate = FunctionPredicate::from(move |reader: &SegmentReader| {
        let columns = Columns::open(&field, reader)?;
        let shapes = shapes.clone();
        Ok(move |document: DocId| {
            let Some(columns) = &columns else { return false };
            let mut found = false;
            columns.each(document, |bounds, shape| {
                found |= shapes.iter().any(|asked| {
                    bounds.may_meet(asked) && shape(bounds).is_some_and(|own| own.meets(asked))
                });
            });
            found
        })
    });
    let query: DocPredicateQuery = predicate.into();
    Ok(Box::new(query))
}

/// The columns of a field's places in a segment.
struct Columns {
    west: Column<f64>,
    east: Column<f64>,
    south: Column<f64>,
    north: Column<f64>,
    shape: StrColumn,
}

impl Columns {
    fn open(field: &str, reader: &SegmentReader) -> tantivy::Result<Option<Columns>> {
        let columns = reader.fast_fields();
        let [east, south, north, shape] = place_names(field);
        let side = |name: &str| columns.column_opt::<f64>(name);
        Ok(match (side(field)?, side(&east)?, side(&south)?, side(&north)?, columns.str(&shape)?) {
            (Some(west), Some(east), Some(south), Some(north), Some(shape)) => {
                Some(Columns { west, east, south, north, shape })
            }
            _ => None,
        })
    }

    /// Calls `see` with the bounds of each place of a document, and what reads its shape.
    fn each(&self, document: DocId, mut see: impl FnMut(Bounds, &dyn Fn(Bounds) -> Option<Shape>)) {
        let sides = self.west.values_for_doc(document).zip(self.east.values_for_doc(document));
        let heights = self.south.values_for_doc(document).zip(self.north.values_for_doc(document));
        let shapes = self.shape.term_ords(document);
        for (((west, east), (south, north)), shape) in sides.zip(heights).zip(shapes) {
            see(Bounds { west, south, east, north }, &|bounds| {
                let mut text = String::new();
                self.shape.ord_to_str(shape, &mut text).ok()?;
                if text.is_empty() { Some(Shape::Box(bounds)) } else { Shape::parse(&text) }
            });
        }
    }
}

/// Documents with a place inside a circle, the nearer the better.
pub(super) fn near(
    field: &str,
    slot: Slot,
    centre: GeoPoint,
    radius: f64,
    boost: f32,
) -> Result<Box<dyn Query>, EngineError> {
    place_field(field, slot)?;
    Ok(Box::new(Near { field: field.to_owned(), centre, radius, boost }))
}

#[derive(Debug, Clone)]
struct Near {
    field: String,
    centre: GeoPoint,
    radius: f64,
    boost: f32,
}

impl Query for Near {
    fn weight(&self, _scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Near {
    /// Score of a document at `distance` kilometres: a tenth of half the diagonal of the circle's
    /// bounding box counts as much as the distance.
    #[expect(clippy::cast_possible_truncation, reason = "scores are f32")]
    fn score(&self, distance: f64) -> f32 {
        let scale = self.radius * std::f64::consts::SQRT_2 / 10.0;
        if scale > 0.0 { (scale / (distance + scale)) as f32 } else { 1.0 }
    }
}

impl Weight for Near {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let Some(columns) = Columns::open(&self.field, reader)? else {
            return Ok(Box::new(EmptyScorer));
        };
        let circle = GeoShape::Circle { centre: self.centre, kilometres: self.radius };
        let mut found = Vec::new();
        for document in 0..reader.max_doc() {
            let mut nearest: Option<f64> = None;
            columns.each(document, |bounds, shape| {
                let inside =
                    bounds.may_meet(&circle) && shape(bounds).is_some_and(|own| own.meets(&circle));
                if inside {
                    let middle = bounds.centre();
                    let distance = kilometres(self.centre, (middle.longitude, middle.latitude));
                    nearest = Some(nearest.map_or(distance, |nearest| nearest.min(distance)));
                }
            });
            if let Some(distance) = nearest {
                found.push((document, self.score(distance) * self.boost * boost));
            }
        }
        Ok(Box::new(ScoredDocuments { found, at: 0 }))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        let found = scorer.seek(doc) == doc;
        Ok(Explanation::new("nearness", if found { scorer.score() } else { 0.0 }))
    }
}

/// A list of documents with their scores.
struct ScoredDocuments {
    found: Vec<(DocId, f32)>,
    at: usize,
}

impl DocSet for ScoredDocuments {
    fn advance(&mut self) -> DocId {
        self.at = (self.at + 1).min(self.found.len());
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.found.get(self.at).map_or(TERMINATED, |(document, _)| *document)
    }

    fn size_hint(&self) -> u32 {
        u32::try_from(self.found.len()).unwrap_or(u32::MAX)
    }
}

impl Scorer for ScoredDocuments {
    fn score(&mut self) -> Score {
        self.found.get(self.at).map_or(0.0, |(_, score)| *score)
    }
}
