//! Titles by language, and the one that stands for the object (ingest-lido §2).

use super::view::{View, distinct, list, non_empty, trimmed};
use crate::record::IndexRecord;
use crate::xml::Element;
use std::borrow::Cow;

/// What the object is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Titles {
    pub(super) main: String,
    /// The first title of each other language.
    pub(super) alternates: Vec<String>,
    /// The main title before it was cut to its first sentence (driver parameter `splitTitles`).
    pub(super) unsplit: Option<String>,
}

impl Titles {
    pub(super) fn of(view: &View<'_, '_>) -> Self {
        let default_language = view.context.source.params.get("defaultDisplayLanguage");
        let default_language = default_language.filter(|l| !l.is_empty()).unwrap_or("fi");
        let (mut main, alternates) = by_language(view, default_language);
        if main.eq_ignore_ascii_case(&view.work_type)
            && !view.flag("allowTitleToMatchFormat", false)
            && let Some(description) = description_as_title(view)
        {
            main = description;
        }
        if view.flag("splitTitles", false)
            && let Some(first) = view.context.ingest.text.first_sentence(&main)
        {
            return Titles { main: first, alternates, unsplit: Some(main) };
        }
        Titles { main, alternates, unsplit: None }
    }

    /// Sets the title fields.
    pub(super) fn set_fields(&self, view: &View<'_, '_>, record: &mut IndexRecord) {
        record.set("title", self.main.as_str());
        record.set("title_short", self.main.as_str());
        record.set("title_full", self.main.as_str());
        record.set("title_sort", view.context.ingest.text.sort_title(&self.main, true));
        record.set_all("title_alt", self.alternates.iter().map(String::as_str));
    }
}

/// Values by language, in the order in which the languages were met.
#[derive(Default)]
struct ByLanguage<'t>(Vec<(Cow<'t, str>, Vec<Cow<'t, str>>)>);

impl<'t> ByLanguage<'t> {
    fn values(&mut self, language: Cow<'t, str>) -> &mut Vec<Cow<'t, str>> {
        let at = self.0.iter().position(|(own, _)| *own == language).unwrap_or_else(|| {
            self.0.push((language, Vec::new()));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }

    fn remove(&mut self, language: &str) -> Vec<Cow<'t, str>> {
        match self.0.iter().position(|(own, _)| own == language) {
            Some(at) => self.0.remove(at).1,
            None => Vec::new(),
        }
    }

    /// Makes the distinct values of every language one.
    fn merge(&mut self) {
        for (_, values) in &mut self.0 {
            if values.len() > 1 {
                *values = vec![Cow::Owned(distinct(values).join("; "))];
            }
        }
    }

    /// Takes the first value of the language, else of the first language there is.
    fn take_first(&mut self, language: &str) -> Option<Cow<'t, str>> {
        let at = self.0.iter().position(|(own, _)| own == language).unwrap_or(0);
        let values = &mut self.0.get_mut(at)?.1;
        (!values.is_empty()).then(|| values.remove(0))
    }
}

fn by_language(view: &View<'_, '_>, default_language: &str) -> (String, Vec<String>) {
    let merge_values = view.flag("mergeTitleValues", true);
    let (mut preferred, mut alternate) = (ByLanguage::default(), ByLanguage::default());
    for set in list(view.identification, "titleWrap/titleSet") {
        let (mut set_preferred, mut set_alternate) = parts(set, default_language);
        for (language, mut parts) in set_preferred.0.drain(..) {
            if merge_values {
                parts.append(&mut set_alternate.remove(&language));
            }
            preferred.values(language).push(joined(parts));
        }
        for (language, parts) in set_alternate.0 {
            alternate.values(language).push(joined(parts));
        }
    }
    if view.flag("mergeTitleSets", true) {
        preferred.merge();
        alternate.merge();
    }
    let main = preferred
        .take_first(default_language)
        .or_else(|| alternate.take_first(default_language))
        .unwrap_or_default();
    // What is left of the preferred titles goes before the others of its language.
    for (language, mut left) in preferred.0 {
        let values = alternate.values(language);
        left.append(values);
        *values = left;
    }
    let mut alternates: Vec<String> = Vec::new();
    for (_, values) in alternate.0 {
        if let Some(first) = values.into_iter().next()
            && !alternates.iter().any(|known| *known == first)
        {
            alternates.push(first.into_owned());
        }
    }
    (main.into_owned(), alternates)
}

/// The preferred and the other parts of one set of titles.
fn parts<'t>(set: Element<'t>, default_language: &str) -> (ByLanguage<'t>, ByLanguage<'t>) {
    let (mut preferred, mut alternate) = (ByLanguage::default(), ByLanguage::default());
    for value in set.each("appellationValue") {
        let Some(text) = trimmed(value) else { continue };
        let language = language_of(value)
            .map_or_else(|| Cow::Owned(default_language.to_owned()), Cow::Borrowed);
        let preference = value.attr("pref").filter(|preference| !preference.is_empty());
        let side = match preference.unwrap_or("preferred") {
            "preferred" => &mut preferred,
            _ => &mut alternate,
        };
        side.values(language).push(text);
    }
    (preferred, alternate)
}

fn language_of(element: Element<'_>) -> Option<&str> {
    std::iter::successors(Some(element), |element| element.parent())
        .find_map(|element| element.attr("lang"))
}

fn joined(mut parts: Vec<Cow<'_, str>>) -> Cow<'_, str> {
    match parts.len() {
        1 => parts.remove(0),
        _ => Cow::Owned(parts.join("; ")),
    }
}

/// What the object is described as, for records that are titled by their kind alone.
fn description_as_title(view: &View<'_, '_>) -> Option<String> {
    let descriptions: Vec<Cow<'_, str>> =
        list(view.identification, "objectDescriptionWrap/objectDescriptionSet")
            .filter(|set| !is_provenance(*set))
            .filter_map(|set| trimmed(set.child("descriptiveNoteValue")?))
            .collect();
    non_empty(joined(descriptions)).map(Cow::into_owned)
}

fn is_provenance(set: Element<'_>) -> bool {
    let kind = set.attr_or_empty("type").to_lowercase();
    kind == "provenance" || kind == "provenienssi"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::lido::sample;

    fn titles(xml: &str, parameters: &[(&str, &str)]) -> (String, String) {
        sample::with_view(xml, parameters, |view| {
            let titles = Titles::of(view);
            (titles.main, titles.alternates.join(" | "))
        })
    }

    fn record(work_type: &str, language: &str, sets: &str, description: &str) -> String {
        sample::descriptive_in(
            language,
            work_type,
            &format!(
                "<objectIdentificationWrap><titleWrap>{sets}</titleWrap><objectDescriptionWrap>\
                 {description}</objectDescriptionWrap></objectIdentificationWrap>"
            ),
        )
    }

    #[test]
    fn languages_and_preferences() {
        let one_set = "<titleSet><appellationValue pref='alternate'>Lait</appellationValue>\
            <appellationValue pref='preferred'>Asetukset / A. B.</appellationValue></titleSet>";
        let two_sets = "<titleSet><appellationValue>Tool</appellationValue>\
            <appellationValue>Scissors</appellationValue></titleSet>\
            <titleSet lang='fi'><appellationValue pref='alternate'>Sakset</appellationValue>\
            <appellationValue pref='preferred'>Välineet</appellationValue></titleSet>";
        let same = "<titleSet><appellationValue>A</appellationValue></titleSet>\
            <titleSet><appellationValue>A</appellationValue></titleSet>\
            <titleSet><appellationValue pref='x'>B</appellationValue></titleSet>";
        for (language, sets, parameters, main, alternates) in [
            ("fi", one_set, &[][..], "Asetukset / A. B.; Lait", ""),
            ("en", two_sets, &[], "Välineet; Sakset", "Tool; Scissors"),
            (
                "en",
                two_sets,
                &[("defaultDisplayLanguage", "en")],
                "Tool; Scissors",
                "Välineet; Sakset",
            ),
            ("en", two_sets, &[("mergeTitleValues", "")], "Välineet", "Sakset | Tool; Scissors"),
            ("fi", same, &[], "A", "B"),
            ("fi", same, &[("mergeTitleSets", "")], "A", "A"),
            ("sv", same, &[], "A", "B"),
            ("fi", "<titleSet><appellationValue> </appellationValue></titleSet>", &[], "", ""),
            ("fi", "", &[], "", ""),
        ] {
            let found = titles(&record("esine", language, sets, ""), parameters);
            assert_eq!(found, (main.to_owned(), alternates.to_owned()), "{sets} {parameters:?}");
        }
    }

    #[test]
    fn a_title_that_only_names_the_kind_gives_way_to_the_description() {
        let set = "<titleSet><appellationValue>MAALAUS</appellationValue></titleSet>";
        let described = "<objectDescriptionSet type='Provenienssi'><descriptiveNoteValue>Ei\
            </descriptiveNoteValue></objectDescriptionSet><objectDescriptionSet type='x'>\
            <descriptiveNoteValue> Maisema </descriptiveNoteValue><descriptiveNoteValue>toinen\
            </descriptiveNoteValue></objectDescriptionSet>";
        for (description, parameters, expected) in [
            (described, &[][..], "Maisema"),
            (described, &[("allowTitleToMatchFormat", "1")], "MAALAUS"),
            ("", &[], "MAALAUS"),
        ] {
            let xml = record("Maalaus", "fi", set, description);
            assert_eq!(titles(&xml, parameters).0, expected);
        }
    }

    #[test]
    fn split_titles_keep_the_whole_one() {
        let set = "<titleSet><appellationValue>Rantakiviä. Kuva otettu 1932.</appellationValue></titleSet>";
        sample::with_view(&record("kuva", "fi", set, ""), &[("splitTitles", "1")], |view| {
            let titles = Titles::of(view);
            assert_eq!(titles.main, "Rantakiviä");
            assert_eq!(titles.unsplit.as_deref(), Some("Rantakiviä. Kuva otettu 1932."));
        });
    }
}
