//! `events`: what happened to the object, by kind (record-fields §5.2).

use super::works::roles;
use super::{
    best, best_text, described, each, is_address_type, is_blank, place_names, surrounding_places,
};
use crate::present::ApiValue;
use crate::present::view::RecordView;
use crate::xml::Element;
use std::borrow::Cow;

/// All events by kind, in document order.
pub(in crate::present) fn events(view: &RecordView<'_>) -> ApiValue {
    let mut kinds: Vec<(Cow<'static, str>, ApiValue)> = Vec::new();
    for event in described(view, "eventWrap/eventSet/event") {
        let kind = kind(event);
        let Some(item) = item(view, event, &kind) else { continue };
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, ApiValue::List(list))) => list.push(item),
            _ => kinds.push((Cow::Owned(kind), ApiValue::List(vec![item]))),
        }
    }
    ApiValue::Object(kinds)
}

fn kind(event: Element<'_>) -> String {
    event.find("eventType/term").map(|term| term.text().to_lowercase()).unwrap_or_default()
}

/// An event; nothing if only its kind is known.
fn item(view: &RecordView<'_>, event: Element<'_>, kind: &str) -> Option<ApiValue> {
    let language = view.lang();
    let name = event.find("eventName/appellationValue").map(Element::text).unwrap_or_default();
    let date = date(event, language);
    let methods: Vec<String> = event
        .find_all("eventMethod/term")
        .into_iter()
        .map(|term| term.trimmed().into_owned())
        .filter(|method| !method.is_empty())
        .collect();
    let methods_extended = concepts(&event.find_all("eventMethod"), language);
    let (materials, materials_extended) = materials(event, language);
    let places = places(event);
    let actors = actors(event, language);
    let culture = event.find("culture/term").map(Element::text).unwrap_or_default();
    let descriptions: Vec<String> = event
        .each("eventDescriptionSet")
        .map(|set| best_text(&each(set, "descriptiveNoteValue"), language).into_owned())
        .filter(|text| !text.is_empty())
        .collect();
    let nothing = name.is_empty()
        && date.is_empty()
        && methods.is_empty()
        && materials.is_empty()
        && places.is_empty()
        && actors.is_empty()
        && culture.is_empty()
        && descriptions.is_empty();
    if nothing {
        return None;
    }
    let description = descriptions.first().cloned().unwrap_or_default();
    Some(ApiValue::object([
        ("type", kind.into()),
        ("name", name.into()),
        ("date", date.into()),
        ("methods", ApiValue::texts(methods)),
        ("methodsExtended", ApiValue::List(methods_extended)),
        ("materials", ApiValue::texts(materials)),
        ("materialsExtended", ApiValue::List(materials_extended)),
        ("places", ApiValue::List(places)),
        ("actors", ApiValue::List(actors)),
        ("culture", culture.into()),
        ("descriptions", ApiValue::texts(descriptions)),
        ("description", description.into()),
    ]))
}

/// The date as shown, else made of its ends.
fn date(event: Element<'_>, language: &str) -> String {
    let shown = event.find_all("eventDate/displayDate");
    if let Some(shown) = best(&shown, language) {
        return shown.text().into_owned();
    }
    let end = |name: &str| {
        event.find(&format!("eventDate/date/{name}")).map(|e| e.trimmed().into_owned())
    };
    let (from, to) =
        (end("earliestDate").unwrap_or_default(), end("latestDate").unwrap_or_default());
    if from.is_empty() && to.is_empty() {
        return String::new();
    }
    if from.chars().count() == 4 && to.chars().count() == 4 {
        return format!("{from}-{to}");
    }
    let (from, to) = (shown_date(&from), shown_date(&to));
    match (from.as_str(), to.as_str()) {
        ("", only) | (only, "") => only.to_owned(),
        _ if from == to => from,
        _ => format!("{from}-{to}"),
    }
}

/// `1999-03-07` as `7.3.1999`, `1999-03` as `3.1999`; other texts as they are.
fn shown_date(text: &str) -> String {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &&str| part.parse::<u16>().ok();
    match parts.as_slice() {
        [year, month, day] => match (number(year), number(month), number(day)) {
            (Some(_), Some(month), Some(day)) => format!("{day}.{month}.{year}"),
            _ => text.to_owned(),
        },
        [year, month] => match (number(year), number(month)) {
            // The peer puts the day on which it is asked in front.
            (Some(_), Some(month)) => format!("{month}.{year}"),
            _ => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

/// The first filled address among an element's concepts.
fn address(element: Element<'_>) -> Option<Element<'_>> {
    element.each("conceptID").find(|id| is_address_type(id.attr_or_empty("type")) && !is_blank(*id))
}

/// Terms with the first of their addresses; those in the language when there are any.
fn concepts(elements: &[Element<'_>], language: &str) -> Vec<ApiValue> {
    let mut items: Vec<(bool, ApiValue)> = Vec::new();
    for (at, element) in elements.iter().enumerate() {
        // The peer looks at the first element's concept alone.
        let concept = if at == 0 { address(*element) } else { None };
        let id = concept.map(Element::trimmed).unwrap_or_default();
        let source = concept.map_or("", |concept| concept.attr_or_empty("source"));
        for term in element.each("term").filter(|term| !is_blank(*term)) {
            let item = ApiValue::object([
                ("data", term.trimmed().into()),
                ("id", id.as_ref().into()),
                ("source", source.into()),
            ]);
            items.push((term.attr("lang") == Some(language), item));
        }
    }
    let any = items.iter().any(|(fits, _)| *fits);
    items.into_iter().filter(|(fits, _)| *fits || !any).map(|(_, item)| item).collect()
}

/// Materials as texts, and with what is known of them.
fn materials(event: Element<'_>, language: &str) -> (Vec<String>, Vec<ApiValue>) {
    let mut texts = Vec::new();
    let mut extended = Vec::new();
    for materials in event.each("eventMaterialsTech") {
        if let Some(shown) = best(&each(materials, "displayMaterialsTech"), language) {
            let text = with_label(&shown.trimmed(), shown.attr_or_empty("label"));
            texts.push(text.clone());
            let fits = shown.attr("lang") == Some(language);
            extended.push((fits, ApiValue::object([("data", text.into())])));
            continue;
        }
        for tech in materials.each("materialsTech") {
            let extent = tech.child("extentMaterialsTech").map(Element::trimmed);
            for set in tech.each("termMaterialsTech") {
                let concept = address(set);
                for term in set.each("term").filter(|term| !is_blank(*term)) {
                    let text = match (term.attr_or_empty("label"), &extent) {
                        ("", None) => term.trimmed().into_owned(),
                        // An empty extent leaves its parentheses behind.
                        ("", Some(extent)) => format!("{} ({extent})", term.trimmed()),
                        (label, _) => format!("{} ({label})", term.trimmed()),
                    };
                    let item = ApiValue::object([
                        ("data", text.as_str().into()),
                        ("id", concept.map(Element::trimmed).unwrap_or_default().into()),
                        ("source", concept.map_or("", |c| c.attr_or_empty("source")).into()),
                    ]);
                    texts.push(text);
                    extended.push((term.attr("lang") == Some(language), item));
                }
            }
        }
    }
    let any = extended.iter().any(|(fits, _)| *fits);
    let extended =
        extended.into_iter().filter(|(fits, _)| *fits || !any).map(|(_, item)| item).collect();
    (texts, extended)
}

fn with_label(text: &str, label: &str) -> String {
    if label.is_empty() { text.to_owned() } else { format!("{text} ({label})") }
}

fn places(event: Element<'_>) -> Vec<ApiValue> {
    let mut places = Vec::new();
    for event_place in event.each("eventPlace") {
        let shown = event_place.child("displayPlace").filter(|place| !is_blank(*place));
        match shown {
            Some(shown) => places.push(shown_place(event_place, &shown.trimmed())),
            None => {
                for place in event_place.each("place") {
                    let own = place_names(place);
                    if !own.is_empty() {
                        places.push(ApiValue::from(own.join(", ")));
                    }
                    for around in place.each("partOfPlace") {
                        let names = surrounding_places(Some(around));
                        if !names.is_empty() {
                            places.push(ApiValue::from(names.join(", ")));
                        }
                    }
                }
            }
        }
    }
    places
}

/// A place with its identifiers, or its name alone.
fn shown_place(event_place: Element<'_>, name: &str) -> ApiValue {
    let ids: Vec<Element<'_>> =
        event_place.find_all("place/placeID").into_iter().filter(|id| !is_blank(*id)).collect();
    let Some(last) = ids.last() else { return ApiValue::from(name) };
    let first = ids.first().unwrap_or(last);
    let prefixed = ids.iter().map(|id| {
        let kind = id.attr_or_empty("type");
        if is_address_type(kind) || kind.is_empty() {
            id.trimmed().into_owned()
        } else {
            format!("({kind}){}", id.trimmed())
        }
    });
    let prefixed: Vec<String> = prefixed.collect();
    ApiValue::object([
        ("placeName", name.into()),
        ("type", first.attr_or_empty("type").into()),
        ("id", prefixed.first().cloned().unwrap_or_default().into()),
        ("ids", ApiValue::texts(prefixed)),
        ("details", ApiValue::texts([format!("place_id_type_{}", last.attr_or_empty("type"))])),
    ])
}

fn actors(event: Element<'_>, language: &str) -> Vec<ApiValue> {
    event
        .each("eventActor")
        .filter_map(|actor| {
            let in_role = actor.child("actorInRole")?;
            let name = in_role.find("actor/nameActorSet/appellationValue")?;
            if is_blank(name) {
                return None;
            }
            let vital = |which: &str| {
                let date = in_role.find(&format!("actor/vitalDatesActor/{which}"));
                date.map(Element::trimmed).unwrap_or_default()
            };
            Some(ApiValue::object([
                ("name", name.trimmed().into()),
                ("role", roles(in_role, language).into()),
                ("birth", vital("earliestDate").into()),
                ("death", vital("latestDate").into()),
            ]))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_shown_the_finnish_way() {
        for (text, expected) in
            [("1999-03-07", "7.3.1999"), ("1999-03", "3.1999"), ("1999", "1999"), ("noin", "noin")]
        {
            assert_eq!(shown_date(text), expected);
        }
    }
}
