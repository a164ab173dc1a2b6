//! A query in words, for people: an indented tree, and what it costs to run.

use super::ast::{Bool, GeoPoint, GeoShape, Query, RangeEnd};
use crate::config::Schema;

/// What a query asks of an index, whatever the index holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueryCost {
    /// Words, phrases and values to look up, each in one field.
    pub lookups: usize,
    /// Patterns, fuzzy words and ranges: walks over the words of one field each.
    pub walks: usize,
    /// Tests of single documents: dates, places, and fields that are searched by their column.
    pub tests: usize,
}

/// The cost of an expanded query over the fields of a schema.
pub fn query_cost(query: &Query, schema: &Schema) -> QueryCost {
    let is_scanned = |field: &str| schema.field(field).is_some_and(|spec| spec.scanned);
    let mut cost = QueryCost::default();
    let mut open = vec![query];
    while let Some(query) = open.pop() {
        match query {
            Query::Bool(Bool { must, should, must_not }) => {
                open.extend(must.iter().chain(should).chain(must_not));
            }
            Query::DisMax(parts) => open.extend(parts),
            Query::Boost(inner, _) => open.push(inner),
            Query::Word { field, .. }
            | Query::Phrase { field, .. }
            | Query::In { field, .. }
            | Query::Pattern { field, .. }
            | Query::Regex { field, .. }
            | Query::Fuzzy { field, .. }
                if is_scanned(field) =>
            {
                cost.tests += 1;
            }
            Query::Word { .. } | Query::Phrase { .. } | Query::Exists { .. } => cost.lookups += 1,
            Query::In { values, .. } => cost.lookups += values.len(),
            Query::Pattern { .. }
            | Query::Fuzzy { .. }
            | Query::Regex { .. }
            | Query::Range { .. } => cost.walks += 1,
            Query::DateRange { .. } | Query::Geo { .. } | Query::Near { .. } => cost.tests += 1,
            Query::All
            | Query::None
            | Query::EDisMax(_)
            | Query::ClassicDisMax(_)
            | Query::Lucene { .. } => {}
        }
    }
    cost
}

/// The tree of an expanded query, two blanks a level.
pub fn describe(query: &Query) -> String {
    let mut out = String::new();
    node(query, "", 0, &mut out);
    out
}

fn line(depth: usize, text: &str, out: &mut String) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(text);
    out.push('\n');
}

fn node(query: &Query, label: &str, depth: usize, out: &mut String) {
    match query {
        Query::Bool(parts) => {
            line(depth, &format!("{label}all of these hold"), out);
            for (label, queries) in
                [("must: ", &parts.must), ("may: ", &parts.should), ("must not: ", &parts.must_not)]
            {
                for query in queries {
                    node(query, label, depth + 1, out);
                }
            }
        }
        Query::DisMax(parts) => {
            if let Some((text, fields)) = same_in_fields(parts) {
                line(depth, &format!("{label}{text}, best of {} fields", parts.len()), out);
                line(depth + 1, &fields.join(" "), out);
                return;
            }
            line(depth, &format!("{label}the best of"), out);
            for part in parts {
                node(part, "", depth + 1, out);
            }
        }
        Query::Boost(inner, weight) => {
            if let Some((text, field)) = leaf(inner) {
                line(depth, &format!("{label}{text}{}^{weight}", in_field(field)), out);
                return;
            }
            line(depth, &format!("{label}with weight {weight}"), out);
            node(inner, "", depth + 1, out);
        }
        other => {
            let (text, field) = leaf(other).unwrap_or_default();
            line(depth, &format!("{label}{text}{}", in_field(field)), out);
        }
    }
}

fn in_field(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!(" in {field}") }
}

/// One text in several fields: the text once, and the fields with their weights.
fn same_in_fields(parts: &[Query]) -> Option<(String, Vec<String>)> {
    let mut first = None;
    let mut fields = Vec::with_capacity(parts.len());
    for part in parts {
        let (inner, weight) = match part {
            Query::Boost(inner, weight) => (&**inner, format!("^{weight}")),
            other => (other, String::new()),
        };
        let (text, field) = leaf(inner).filter(|(_, field)| !field.is_empty())?;
        if first.get_or_insert_with(|| text.clone()) != &text {
            return None;
        }
        fields.push(format!("{field}{weight}"));
    }
    Some((first?, fields))
}

/// What is looked for, and the field; nothing for a query with parts.
fn leaf(query: &Query) -> Option<(String, &str)> {
    Some(match query {
        Query::All => ("every document".to_owned(), ""),
        Query::None => ("no document".to_owned(), ""),
        Query::Word { field, text } => (format!("word `{text}`"), field),
        Query::Phrase { field, text, slop: 0 } => (format!("phrase `{text}`"), field),
        Query::Phrase { field, text, slop } => {
            (format!("phrase `{text}` within {slop} moves"), field)
        }
        Query::Pattern { field, pattern } => (format!("pattern `{pattern}`"), field),
        Query::Fuzzy { field, text, edits } => {
            (format!("word like `{text}`, {edits} letters off"), field)
        }
        Query::Regex { field, pattern } => (format!("expression /{pattern}/"), field),
        Query::Range { field, lower, upper } => {
            let end = |end: &RangeEnd| match end {
                RangeEnd::Open => "anything".to_owned(),
                RangeEnd::Inclusive(text) => format!("`{text}`"),
                RangeEnd::Exclusive(text) => format!("`{text}` (left out)"),
            };
            (format!("{} to {}", end(lower), end(upper)), field)
        }
        Query::DateRange { field, within, span } => {
            let word = if *within { "within" } else { "meets" };
            (format!("{word} {} … {} ms since 1970", span.from, span.to), field)
        }
        Query::Exists { field } => ("any value".to_owned(), field),
        Query::In { field, values } => (format!("any of `{}`", values.join("`, `")), field),
        Query::Geo { field, shapes } => {
            let shapes: Vec<String> = shapes.iter().map(shape).collect();
            (shapes.join(" or "), field)
        }
        Query::Near { field, centre, kilometres } => {
            let GeoPoint { latitude, longitude } = centre;
            (format!("near {latitude},{longitude}, at most {kilometres} km"), field)
        }
        Query::EDisMax(text) | Query::ClassicDisMax(text) => (format!("text `{}`", text.text), ""),
        Query::Lucene { text, .. } => (format!("text `{text}`"), ""),
        Query::Bool(_) | Query::DisMax(_) | Query::Boost(..) => return None,
    })
}

fn shape(shape: &GeoShape) -> String {
    match shape {
        GeoShape::Circle { centre, kilometres } => {
            format!("within {kilometres} km of {},{}", centre.latitude, centre.longitude)
        }
        GeoShape::Box { west, south, east, north } => {
            format!("between {south},{west} and {north},{east}")
        }
        GeoShape::Polygon(points) => format!("in a polygon of {} points", points.len()),
        GeoShape::Figures(figures) => {
            let points: usize = figures.iter().map(|figure| figure.points.len()).sum();
            format!("in {} figures of {points} points", figures.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_and_costs() {
        let word = |field: &str| Query::Word { field: field.into(), text: "cat".into() };
        let query = Query::Bool(Bool {
            must: vec![Query::DisMax(vec![
                Query::Boost(Box::new(word("title")), 500.0),
                word("series"),
            ])],
            must_not: vec![Query::Pattern { field: "id".into(), pattern: "x*".into() }],
            ..Bool::default()
        });
        assert_eq!(
            describe(&query),
            "all of these hold\n  must: word `cat`, best of 2 fields\n    title^500 series\n  must not: pattern `x*` in id\n"
        );
        let folder = crate::config::ConfigFolder::BuiltIn;
        let schema = Schema::load(&folder).expect("the built-in schema");
        assert_eq!(query_cost(&query, &schema), QueryCost { lookups: 2, walks: 1, tests: 0 });
        let cost = query_cost(&word("title_sort"), &schema);
        assert_eq!(cost, QueryCost { lookups: 0, walks: 0, tests: 1 });
    }
}
