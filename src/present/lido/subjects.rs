//! What the object is about (record-fields §5.4).

use super::{best_text, described, each, first_described, is_address_type, is_blank, place_chain};
use crate::present::ApiValue;
use crate::present::view::RecordView;
use crate::text::trim;
use crate::xml::Element;

/// A heading with its place in a vocabulary.
struct Topic {
    text: String,
    id: String,
    source: String,
}

impl Topic {
    fn plain(text: impl Into<String>) -> Self {
        Topic { text: text.into(), id: String::new(), source: String::new() }
    }
}

/// `subjects`.
pub(in crate::present) fn subjects(view: &RecordView<'_>) -> ApiValue {
    let mut all: Vec<String> = topics(view).into_iter().map(|topic| topic.text).collect();
    all.extend(view.texts("genre").into_iter().map(str::to_owned));
    all.extend(dates(view));
    all.extend(found_places(view).into_iter().map(|place| place.name));
    ApiValue::List(all.into_iter().map(|text| ApiValue::texts([text])).collect())
}

/// `subjectsExtended`.
pub(in crate::present) fn extended(view: &RecordView<'_>) -> ApiValue {
    let plain = view.texts("genre").into_iter().map(str::to_owned).chain(dates(view));
    let topics = topics(view).into_iter().chain(plain.map(Topic::plain));
    let mut items: Vec<ApiValue> = topics
        .map(|topic| {
            let authority = if topic.id.is_empty() || topic.id.starts_with("http") {
                ""
            } else {
                "Unknown Name"
            };
            ApiValue::object([
                ("heading", ApiValue::texts([topic.text])),
                ("type", "topic".into()),
                ("source", topic.source.into()),
                ("id", topic.id.into()),
                ("authType", authority.into()),
            ])
        })
        .collect();
    for place in found_places(view) {
        let detail = match place.kind.as_str() {
            "mjr" | "rpr" => view.translate(&format!("place_id_type_{}", place.kind)).unwrap_or(""),
            _ => "",
        };
        items.push(ApiValue::object([
            ("heading", ApiValue::texts([place.name])),
            ("type", place.kind.into()),
            ("id", place.ids.first().cloned().unwrap_or_default().into()),
            ("ids", if place.ids.is_empty() { ApiValue::Null } else { ApiValue::texts(place.ids) }),
            ("detail", detail.into()),
        ]));
    }
    ApiValue::List(items)
}

/// Concepts of the first description, those in the answer's language if there are any; then the
/// persons and bodies.
fn topics(view: &RecordView<'_>) -> Vec<Topic> {
    let mut found: Vec<(bool, Topic)> = Vec::new();
    for set in first_described(view, "objectRelationWrap/subjectWrap", "subjectSet") {
        for subject in set.each("subject") {
            let kind = subject.attr_or_empty("type").to_lowercase();
            if kind == "aihe" || kind == "iconclass" {
                continue;
            }
            for concept in subject.each("subjectConcept") {
                let address = concept
                    .each("conceptID")
                    .find(|id| is_address_type(id.attr_or_empty("type")) && !is_blank(*id));
                for term in concept.each("term").filter(|term| !is_blank(*term)) {
                    let fits = term.attr("lang") == Some(view.lang());
                    match address {
                        Some(id) => found.push((
                            fits,
                            Topic {
                                text: term.trimmed().into_owned(),
                                id: id.trimmed().into_owned(),
                                source: id.attr_or_empty("source").to_owned(),
                            },
                        )),
                        None => found.extend(
                            term.text()
                                .split(',')
                                .map(trim)
                                .filter(|part| !part.is_empty())
                                .map(|part| (fits, Topic::plain(part))),
                        ),
                    }
                }
            }
        }
    }
    let any = found.iter().any(|(fits, _)| *fits);
    let concepts = found.into_iter().filter(|(fits, _)| *fits || !any).map(|(_, topic)| topic);
    concepts.chain(actor_names(view).into_iter().map(Topic::plain)).collect()
}

fn actor_names(view: &RecordView<'_>) -> Vec<String> {
    let path = concat!(
        "objectRelationWrap/subjectWrap/subjectSet/subject/",
        "subjectActor/actor/nameActorSet/appellationValue"
    );
    described(view, path)
        .into_iter()
        .map(|name| name.trimmed().into_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// When things other than making and showing happened.
fn dates(view: &RecordView<'_>) -> Vec<String> {
    first_described(view, "eventWrap", "eventSet")
        .into_iter()
        .filter_map(|set| set.child("event"))
        .filter(|event| {
            let kind = event.find("eventType/term").map(|term| term.text().to_lowercase());
            !matches!(kind.as_deref(), Some("valmistus" | "näyttely"))
        })
        .filter_map(|event| {
            // A date that is there but empty gives an empty heading.
            let shown = event.find_all("eventDate/displayDate");
            (!shown.is_empty()).then(|| best_text(&shown, view.lang()).into_owned())
        })
        .collect()
}

/// A place that the object is about.
struct Place {
    name: String,
    kind: String,
    ids: Vec<String>,
}

fn found_places(view: &RecordView<'_>) -> Vec<Place> {
    let path = "objectRelationWrap/subjectWrap/subjectSet/subject/subjectPlace";
    let mut places = Vec::new();
    for subject_place in described(view, path) {
        let shown = subject_place.child("displayPlace").map(Element::text).unwrap_or_default();
        let name = if shown.is_empty() {
            let names: Vec<String> = subject_place.each("place").flat_map(place_chain).collect();
            names.join(", ")
        } else {
            shown.into_owned()
        };
        if name.is_empty() {
            continue;
        }
        let ids: Vec<Element<'_>> = subject_place.find_all("place/placeID");
        places.push(Place {
            name,
            kind: ids.first().map_or("", |id| id.attr_or_empty("type")).to_owned(),
            ids: ids.iter().map(|id| id.trimmed().into_owned()).collect(),
        });
    }
    places
}

/// `subjectActors`.
pub(in crate::present) fn actors(view: &RecordView<'_>) -> ApiValue {
    ApiValue::texts(actor_names(view))
}

/// `subjectDetails`.
pub(in crate::present) fn details(view: &RecordView<'_>) -> ApiValue {
    let path = "objectIdentificationWrap/titleWrap/titleSet/appellationValue";
    let titles = described(view, path).into_iter();
    let details = titles.filter(|title| title.attr("label") == Some("aiheen tarkenne"));
    ApiValue::texts(details.map(Element::text))
}

/// `subjectPlaces`.
pub(in crate::present) fn places(view: &RecordView<'_>) -> ApiValue {
    ApiValue::texts(found_places(view).into_iter().map(|place| place.name))
}

/// Texts of the subjects that are shown as they are.
pub(super) fn displayed<'r>(view: &'r RecordView<'_>) -> Vec<Element<'r>> {
    first_described(view, "objectRelationWrap/subjectWrap", "subjectSet")
        .into_iter()
        .flat_map(|set| each(set, "displaySubject"))
        .collect()
}
