//! API fields that are read from a Forward (film) record (record-fields §7.2, §7.3).

mod agents;

pub(super) use agents::{non_presenters, presenters};

use super::ApiValue;
use super::images::Image;
use super::online;
use super::rights;
use super::view::RecordView;
use crate::xml::{Child, Element, Tree};
use std::borrow::Cow;

type Pairs = Vec<(Cow<'static, str>, ApiValue)>;

/// The work itself: the first record of the collection; pictures and films follow as records of
/// their own.
fn work<'r>(view: &'r RecordView<'_>) -> Option<Element<'r>> {
    view.root()?.children().next()
}

fn event_types(record: Element<'_>) -> Vec<Element<'_>> {
    record.find_all("ProductionEvent/ProductionEventType")
}

/// Rights named with the work's events.
fn restrictions(view: &RecordView<'_>) -> Vec<String> {
    let types = work(view).map(event_types).unwrap_or_default();
    let named = types.into_iter().filter_map(|kind| kind.attr("finna-kayttooikeus"));
    named.filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// `accessRestrictions`.
pub(super) fn access_restrictions(view: &RecordView<'_>) -> ApiValue {
    ApiValue::texts(restrictions(view))
}

/// `imageRights`: a text here.
pub(super) fn image_rights(view: &RecordView<'_>) -> ApiValue {
    restrictions(view).into_iter().next().map_or(ApiValue::Null, ApiValue::from)
}

/// Titles with what kind of title they are.
pub(super) fn alternative_titles(view: &RecordView<'_>) -> ApiValue {
    let Some(work) = work(view) else { return ApiValue::EMPTY };
    let own = work.child("IdentifyingTitle").map(Element::text).unwrap_or_default();
    let titles = work.each("Title").filter_map(|title| {
        let text = title.child("TitleText")?;
        let name = text.text();
        if name.is_empty() || name == own {
            return None;
        }
        let relationship = title.child("TitleRelationship");
        let kind = relationship.map_or("", |r| r.attr_or_empty("elokuva-elonimi-tyyppi"));
        let detail = match relationship.map(Element::text).unwrap_or_default().as_ref() {
            _ if !kind.is_empty() => kind,
            "working" => view.translate("working title").unwrap_or("working title"),
            "translated" => text.attr_or_empty("lang"),
            _ => "",
        };
        Some(if detail.is_empty() { name.into_owned() } else { format!("{name} ({detail})") })
    });
    ApiValue::texts(titles)
}

/// `awards`.
pub(super) fn awards(view: &RecordView<'_>) -> ApiValue {
    let awards = work(view).into_iter().flat_map(|work| work.each("Award"));
    ApiValue::texts(awards.map(Element::text))
}

/// `generalNotes`; missing when there are none.
pub(super) fn general_notes(view: &RecordView<'_>) -> ApiValue {
    let path = "ProductionEvent/elokuva_huomautukset";
    let notes = work(view).map(|work| work.find_all(path)).unwrap_or_default();
    if notes.is_empty() {
        return ApiValue::Null;
    }
    ApiValue::texts(notes.into_iter().map(Element::text))
}

/// `playingTimes`.
pub(super) fn playing_times(view: &RecordView<'_>) -> ApiValue {
    let types = work(view).map(event_types).unwrap_or_default();
    let time = types.into_iter().find_map(|kind| kind.attr("elokuva-alkupkesto"));
    ApiValue::texts(time)
}

/// `subjects`.
pub(super) fn subjects(view: &RecordView<'_>) -> Vec<String> {
    let terms = work(view).map(|work| work.find_all("SubjectTerms/Term")).unwrap_or_default();
    terms.into_iter().map(|term| term.text().into_owned()).collect()
}

/// `summary`: synopses in the answer's language, else all.
pub(super) fn summary(view: &RecordView<'_>) -> ApiValue {
    let Some(work) = work(view) else { return ApiValue::EMPTY };
    let text = |element: Element<'_>, name: &str| {
        element.child(name).map(|child| child.text().into_owned()).unwrap_or_default()
    };
    let synopses: Vec<(String, String)> = work
        .each("ContentDescription")
        .filter(|description| text(*description, "DescriptionType") == "Synopsis")
        .map(|description| (text(description, "Language"), text(description, "DescriptionText")))
        .collect();
    let any = synopses.iter().any(|(language, _)| language == view.lang());
    let shown = synopses.into_iter().filter(|(language, _)| !any || language == view.lang());
    ApiValue::texts(shown.map(|(_, text)| text))
}

/// Pictures of every record in the collection.
pub(super) fn images(view: &RecordView<'_>) -> Vec<Image> {
    let Some(root) = view.root() else { return Vec::new() };
    let mut images = Vec::new();
    for record in root.children() {
        let description = record
            .find_all("Title/PartDesignation/Value")
            .into_iter()
            .find_map(|value| value.attr("kuva-kuvateksti"))
            .unwrap_or("");
        for kind in event_types(record) {
            let url = kind.attr_or_empty("elokuva-elonet-materiaali-kuva-url");
            if !online::is_loadable(url) {
                continue;
            }
            let mut image = Image::of_one_size(url);
            image.detail("description", description);
            let name = kind.attr_or_empty("finna-kayttooikeus");
            if !name.is_empty() {
                let copyright = rights::mapped(name);
                let link = rights::link(copyright, view.locale());
                let pairs = [("copyright", copyright.into()), ("link", link.into())];
                image.detail("rights", ApiValue::object(pairs));
            }
            images.push(image);
        }
    }
    images
}

/// Films of a video service; none is configured.
pub(super) fn links(_view: &RecordView<'_>) -> Vec<Pairs> {
    Vec::new()
}

/// The work without reviews from the press.
pub(super) fn filtered(view: &RecordView<'_>) -> ApiValue {
    let Some(work) = work(view) else { return ApiValue::Null };
    let keep = |element: Element<'_>| {
        !(element.name() == "ProductionEvent"
            && element.attr("elonet-tag") == Some("lehdistoarvio"))
    };
    let mut tree = Tree::new(work.name());
    let top = tree.root().id();
    for (name, value) in work.attributes() {
        tree.set_attribute(top, name, value);
    }
    for child in work.nodes() {
        match child {
            Child::Text(text) => tree.append_text(top, text),
            Child::Element(element) if keep(element) => {
                tree.append_copy(top, element, &keep);
            }
            Child::Element(_) => {}
        }
    }
    ApiValue::from(tree.root().to_xml())
}
