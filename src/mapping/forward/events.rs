//! Production events: what the film register keeps as attributes of them (ingest-qdc §8).

use super::super::MapContext;
use super::super::online_link::OnlineLink;
use super::{ForwardRecord, main_works, text};
use crate::record::IndexRecord;
use crate::text::{normalize_languages, trim};
use crate::xml::Element;

const IMAGE_URL: &str = "elokuva-elonet-materiaali-kuva-url";
const VIDEO_URL: &str = "elokuva-elonet-materiaali-video-url";

/// Which works of an exchange set are asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Main,
    All,
}

impl ForwardRecord {
    /// Non-empty values of an attribute of the production events of the main work or of all works.
    fn event_values<'t>(
        &'t self,
        scope: Scope,
        name: &'t str,
    ) -> impl Iterator<Item = &'t str> + 't {
        main_works(&self.tree)
            .take(if scope == Scope::Main { 1 } else { usize::MAX })
            .flat_map(move |work| event_types(work).filter_map(move |kind| kind.attr(name)))
            .filter(|value| !value.is_empty())
    }

    pub(super) fn format(&self) -> &'static str {
        self.event_values(Scope::Main, "elokuva-laji1fin")
            .find_map(|kind| match kind.to_lowercase().as_str() {
                "lyhyt" => Some("VideoShort"),
                "pitkä" => Some("VideoFeature"),
                "kooste" => Some("VideoCompilation"),
                _ => None,
            })
            .unwrap_or("Video")
    }

    pub(super) fn genres(&self) -> Vec<String> {
        let mut genres: Vec<String> =
            self.event_values(Scope::All, "elokuva-genre").map(str::to_owned).collect();
        for event in self.main().into_iter().flat_map(|main| main.each("ProductionEvent")) {
            let kinds = event.child("elokuva_laji2fin").map(text).unwrap_or_default();
            genres.extend(kinds.split(',').map(|kind| trim(kind).to_owned()));
        }
        genres
    }

    /// Addresses of pages and videos, in document order.
    pub(super) fn urls(&self) -> Vec<&str> {
        main_works(&self.tree)
            .flat_map(event_types)
            .flat_map(|kind| [kind.attr("elokuva-elonet-url"), kind.attr(VIDEO_URL)])
            .flatten()
            .filter(|url| !url.is_empty())
            .collect()
    }

    /// Videos that can be watched online.
    fn online_links(&self, source: &str) -> Vec<String> {
        main_works(&self.tree)
            .filter(|work| {
                let flag = work.find("Title/PartDesignation/Value");
                flag.is_some_and(|v| !matches!(v.attr_or_empty("online-video"), "" | "0"))
            })
            .flat_map(event_types)
            .filter_map(|kind| {
                let url = kind.attr(VIDEO_URL).filter(|url| !url.is_empty())?;
                let text = ["video-lisatieto", "video-tyyppi"]
                    .iter()
                    .filter_map(|name| kind.attr(name))
                    .find(|text| !text.is_empty())
                    .unwrap_or("elokuva");
                Some(OnlineLink { url, text, source, media_type: "" }.to_json())
            })
            .collect()
    }

    pub(super) fn put_online(&self, record: &mut IndexRecord, context: &MapContext<'_>) {
        let params = &context.source.params;
        let source = context.source.id.as_str();
        let links = self.online_links(source);
        if !params.flag("online", !links.is_empty()) {
            return;
        }
        record.set("online_boolean", "1");
        record.set("online_str_mv", source);
        if params.flag("freeOnline", params.flag("freeOnlineDefault", true)) {
            record.set("free_online_boolean", "1");
            record.set("free_online_str_mv", source);
        }
        record.set_all("online_urls_str_mv", links);
    }

    /// Languages in an attribute of all works.
    pub(super) fn languages(&self, name: &str) -> Vec<String> {
        let values = self.event_values(Scope::All, name);
        normalize_languages(values.flat_map(|value| value.split(',')).map(str::to_owned).collect())
    }

    /// First image of any work.
    pub(super) fn thumbnail(&self) -> Option<&str> {
        self.event_values(Scope::All, IMAGE_URL).next()
    }

    /// What the public is asked about the film: people, then places.
    pub(super) fn question_categories(&self) -> Vec<String> {
        ["elokuva-elotiedonkeruu-henkilotyyppi", "elokuva-elotiedonkeruu-kuvauspaikka"]
            .into_iter()
            .flat_map(|name| self.event_values(Scope::Main, name))
            .flat_map(|value| value.split(';'))
            .map(|value| trim(value).to_owned())
            .collect()
    }
}

/// The kind of each production event, which carries the attributes of the register.
fn event_types(work: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    work.each("ProductionEvent").filter_map(|event| event.child("ProductionEventType"))
}
