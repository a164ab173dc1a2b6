//! Schemas from the short notation of the field table: `s`, `i`, `[x]`, `{x}`, `x|y`, names.

use crate::present::{ApiField, ApiValue};
use std::borrow::Cow;

/// Keys of an object with their shapes.
type Keys = &'static [(&'static str, &'static str)];

/// Objects that stand in answers: name, meaning, keys.
static OBJECTS: [(&str, &str, Keys); 23] = [
    (
        "Authors",
        "Authors by their part in the work",
        &[
            ("primary", "{AuthorWithRoles}"),
            ("secondary", "{AuthorWithRoles}"),
            ("corporate", "{AuthorWithRoles}"),
        ],
    ),
    ("AuthorWithRoles", "Roles of an author", &[("role", "[s]")]),
    (
        "AuthorWithRoleAndDate",
        "An author; film records add attributes of their own",
        &[
            ("name", "s"),
            ("name_alt", "s"),
            ("date", "s"),
            ("role", "s"),
            ("id", "s"),
            ("type", "s"),
            ("affiliation", "s"),
        ],
    ),
    (
        "Presenters",
        "Performers of a MARC record",
        &[("presenters", "[AuthorWithRoleAndDate]"), ("details", "[s]")],
    ),
    (
        "PresenterGroup",
        "Performers of a film, by the group they belong to",
        &[("presenters", "[AuthorWithRoleAndDate]")],
    ),
    (
        "AverageRating",
        "Ratings; always zero, as there are none",
        &[("count", "i"), ("average", "i")],
    ),
    (
        "ComponentPart",
        "A part inside the record",
        &[
            ("number", "i"),
            ("id", "s"),
            ("title", "s"),
            ("authors", "[s]"),
            ("uniformTitle", "s"),
            ("duration", "s"),
            ("presenters", "[s]"),
            ("arrangers", "[s]"),
            ("otherAuthors", "[s]"),
        ],
    ),
    (
        "Event",
        "Something that happened to an object",
        &[
            ("type", "s"),
            ("name", "s"),
            ("date", "s"),
            ("methods", "[s]"),
            ("methodsExtended", "[Concept]"),
            ("materials", "[s]"),
            ("materialsExtended", "[Concept]"),
            ("places", "[s|EventPlace]"),
            ("actors", "[EventActor]"),
            ("culture", "s"),
            ("descriptions", "[s]"),
            ("description", "s"),
        ],
    ),
    (
        "EventActor",
        "Who took part in an event",
        &[("name", "s"), ("role", "s"), ("birth", "s"), ("death", "s")],
    ),
    (
        "EventPlace",
        "Where an event was",
        &[("placeName", "s"), ("type", "s"), ("id", "s"), ("ids", "[s]"), ("details", "[s]")],
    ),
    ("Concept", "A word with its vocabulary", &[("data", "s"), ("id", "s"), ("source", "s")]),
    ("GeoCenter", "A point", &[("lon", "s"), ("lat", "s")]),
    (
        "HighResolution",
        "A file of an image",
        &[("data", "{}"), ("url", "s"), ("format", "s"), ("resourceID", "s"), ("params", "{}")],
    ),
    (
        "Image",
        "An image with sizes and rights",
        &[
            ("urls", "{s}"),
            ("description", "s"),
            ("rights", "ImageRights|[]"),
            ("downloadable", "i"),
            ("pdf", "i|{i}"),
            ("highResolution", "{[HighResolution]}"),
            ("identifier", "s"),
            ("type", "s"),
            ("relationTypes", "[s]"),
            ("resourceName", "s"),
            ("resourceDescription", "s"),
            ("dateTaken", "s"),
            ("perspectives", "[s]"),
            ("descId", "s"),
            ("sort", "s"),
        ],
    ),
    (
        "ImageRights",
        "Rights of images",
        &[
            ("copyright", "s"),
            ("link", "s"),
            ("description", "[s]"),
            ("rightsHolders", "[Link]"),
            ("creditLine", "s"),
        ],
    ),
    ("Inscription", "A text on an object", &[("type", "s"), ("label", "s"), ("content", "s")]),
    ("Link", "A name with an address", &[("name", "s"), ("link", "s")]),
    (
        "OnlineLink",
        "An online address of the work",
        &[
            ("url", "s"),
            ("text", "s"),
            ("source", "TranslatedField|TranslatedFields"),
            ("type", "s"),
            ("codec", "s"),
            ("embed", "s"),
            ("mediaType", "s"),
        ],
    ),
    (
        "OtherRecordLink",
        "A related work",
        &[("heading", "s"), ("title", "s"), ("author", "s"), ("isn", "s")],
    ),
    (
        "RecordLink",
        "A related record",
        &[("title", "s"), ("value", "s"), ("link", "{}"), ("translated", "s"), ("detail", "s")],
    ),
    (
        "Series",
        "A series that the record belongs to",
        &[
            ("name", "s"),
            ("additional", "s"),
            ("issn", "s"),
            ("partName", "s"),
            ("partNumber", "s"),
        ],
    ),
    (
        "Subject",
        "A subject heading",
        &[
            ("heading", "[s]"),
            ("type", "s"),
            ("source", "s"),
            ("id", "s"),
            ("ids", "[s]"),
            ("detail", "s"),
            ("authType", "s"),
        ],
    ),
    ("SystemDetail", "A requirement", &[("part", "s"), ("details", "s")]),
];

/// Objects whose keys are all there.
static WHOLE_OBJECTS: [(&str, &str, Keys); 3] = [
    (
        "TranslatedField",
        "A value with its name in the language of the answer",
        &[("value", "s"), ("translated", "s")],
    ),
    ("TranslatedFields", "Values with their names", &[("value", "[s]"), ("translated", "[s]")]),
    ("Url", "A link of the record", &[("url", "s")]),
];

/// Keys that links may have beside their address.
const URL_KEYS: [(&str, &str); 9] = [
    ("desc", "s"),
    ("translated", "s"),
    ("part", "s"),
    ("type", "s"),
    ("codec", "s"),
    ("embed", "s"),
    ("linkType", "s"),
    ("format", "s"),
    ("videoSources", "{}"),
];

pub(super) fn object<const N: usize>(pairs: [(&'static str, ApiValue); N]) -> ApiValue {
    ApiValue::object(pairs)
}

pub(super) fn list<const N: usize>(items: [ApiValue; N]) -> ApiValue {
    ApiValue::List(items.into())
}

pub(super) fn reference(schema: &str) -> ApiValue {
    object([("$ref", format!("#/components/schemas/{schema}").into())])
}

/// The schema of a shape.
pub(super) fn of(shape: &str) -> ApiValue {
    let alternatives = split_outside(shape);
    if alternatives.len() > 1 {
        let any: Vec<ApiValue> = alternatives.into_iter().map(of).collect();
        return object([("anyOf", ApiValue::List(any))]);
    }
    match shape {
        "s" => object([("type", "string".into())]),
        "i" => object([("type", "integer".into())]),
        "[]" => nothing(),
        "{}" => object([("anyOf", list([object([("type", "object".into())]), nothing()]))]),
        _ => match (inside(shape, '[', ']'), inside(shape, '{', '}')) {
            (Some(item), _) => object([("type", "array".into()), ("items", of(item))]),
            (_, Some(item)) => {
                let filled =
                    object([("type", "object".into()), ("additionalProperties", of(item))]);
                object([("anyOf", list([filled, nothing()]))])
            }
            _ => reference(shape),
        },
    }
}

/// PHP's empty array, which an object without entries becomes.
fn nothing() -> ApiValue {
    object([("type", "array".into()), ("maxItems", ApiValue::Int(0)), ("items", of("s"))])
}

fn inside(shape: &str, open: char, close: char) -> Option<&str> {
    shape.strip_prefix(open)?.strip_suffix(close)
}

/// Alternatives that are not within brackets.
fn split_outside(shape: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, byte) in shape.bytes().enumerate() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            b'|' if depth == 0 => {
                parts.push(shape.get(from..at).unwrap_or(""));
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(shape.get(from..).unwrap_or(""));
    parts
}

/// Shapes of fields that have a name in Finna's document: name, meaning, shape.
static NAMED: [(&str, &str, &str); 1] = [("Events", "Events by their type", "{[Event]}")];

type Pairs = Vec<(Cow<'static, str>, ApiValue)>;

fn properties(keys: &[(&'static str, &'static str)]) -> Pairs {
    keys.iter().map(|(key, shape)| (Cow::Borrowed(*key), of(shape))).collect()
}

fn object_schema(description: &'static str, properties: Pairs, required: &[&str]) -> ApiValue {
    let mut pairs: Pairs =
        vec![("type".into(), "object".into()), ("description".into(), description.into())];
    if !required.is_empty() {
        pairs.push(("required".into(), ApiValue::texts(required.iter().copied())));
    }
    pairs.push(("properties".into(), ApiValue::Object(properties)));
    ApiValue::Object(pairs)
}

/// `components.schemas`.
pub(super) fn schemas() -> ApiValue {
    let status =
        |word: &str| object([("type", "string".into()), ("enum", ApiValue::texts([word]))]);
    let error = vec![
        ("status".into(), status("ERROR")),
        ("statusMessage".into(), object([("type", "string".into())])),
    ];
    let facets = object([("type", "object".into()), ("additionalProperties", of("[Facet]"))]);
    let next_cursor = object([
        ("description", "Kirjo extension. The `cursor` of the next page".into()),
        ("type", "string".into()),
    ]);
    let found = vec![
        ("resultCount".into(), of("i")),
        ("records".into(), of("[Record]")),
        ("nextCursor".into(), next_cursor),
        ("facets".into(), facets),
        ("status".into(), status("OK")),
    ];
    let facet = [
        ("value", "s"),
        ("translated", "s"),
        ("count", "i"),
        ("isApplied", "i"),
        ("href", "s"),
        ("children", "[Facet]"),
    ];
    let of_list = vec![
        ("id".into(), of("s")),
        ("title".into(), of("s")),
        ("recordCount".into(), of("i")),
        ("description".into(), of("s")),
        ("tags".into(), of("[s]")),
        (
            "records".into(),
            object([
                ("type", "array".into()),
                (
                    "items",
                    object_schema(
                        "A record of the list",
                        properties(&[("record", "Record"), ("notes", "s"), ("tags", "[s]")]),
                        &[],
                    ),
                ),
            ]),
        ),
        ("status".into(), status("OK")),
    ];
    let fields = ApiField::all().iter().map(|field| {
        let named = NAMED.iter().find(|(_, _, shape)| *shape == field.shape);
        let shape = of(named.map_or(field.shape, |(name, _, _)| name));
        // A reference stands alone in this version of OpenAPI.
        let mut pairs: Pairs = vec![("description".into(), field.note.into())];
        match shape {
            ApiValue::Object(inner) if inner.iter().any(|(key, _)| key == "$ref") => {
                pairs.push(("allOf".into(), list([ApiValue::Object(inner)])));
            }
            ApiValue::Object(inner) => pairs.extend(inner),
            _ => {}
        }
        (Cow::Borrowed(field.name), ApiValue::Object(pairs))
    });
    let success = vec![("status".into(), status("OK"))];
    let mut schemas: Pairs = vec![
        ("Success".into(), object_schema("What every success says", success, &["status"])),
        ("Error".into(), object_schema("A refusal", error, &["status", "statusMessage"])),
        (
            "SearchResponse".into(),
            object_schema(
                "Records and facets; `records` and `facets` are absent when there are none",
                found,
                &["resultCount", "status"],
            ),
        ),
        ("ListResponse".into(), object_schema("A user's list", of_list, &["id", "status"])),
        (
            "Record".into(),
            object_schema(
                "A record with the fields asked for; fields without a value are missing",
                fields.collect(),
                &[],
            ),
        ),
        (
            "Facet".into(),
            object_schema(
                "A facet value; `isApplied` only when it is a filter of the search, `children` only in hierarchical facets",
                properties(&facet),
                &["value", "count", "href"],
            ),
        ),
    ];
    for (name, description, shape) in &NAMED {
        if let ApiValue::Object(mut pairs) = of(shape) {
            pairs.push(("description".into(), (*description).into()));
            schemas.push(((*name).into(), ApiValue::Object(pairs)));
        }
    }
    for (name, description, keys) in &OBJECTS {
        schemas.push(((*name).into(), object_schema(description, properties(keys), &[])));
    }
    for (name, description, keys) in &WHOLE_OBJECTS {
        let required: Vec<&str> = keys.iter().map(|(key, _)| *key).collect();
        let mut all = properties(keys);
        if *name == "Url" {
            all.extend(properties(&URL_KEYS));
        }
        schemas.push(((*name).into(), object_schema(description, all, &required)));
    }
    ApiValue::Object(schemas)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::json;

    #[test]
    fn shapes_become_schemas() {
        for (shape, schema) in [
            ("s", r#"{"type":"string"}"#),
            ("[[i]]", r#"{"type":"array","items":{"type":"array","items":{"type":"integer"}}}"#),
            (
                "s|[s]",
                r#"{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]}"#,
            ),
            (
                "[s|X]",
                r##"{"type":"array","items":{"anyOf":[{"type":"string"},{"$ref":"#\/components\/schemas\/X"}]}}"##,
            ),
            ("[]", r#"{"type":"array","maxItems":0,"items":{"type":"string"}}"#),
        ] {
            assert_eq!(json::write(&of(shape), false), schema, "{shape}");
        }
    }
}
