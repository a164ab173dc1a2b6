//! What is said about the object (ingest-lido §3).

use super::titles::Titles;
use super::view::{View, distinct, list, written};
use crate::record::IndexRecord;
use crate::text::trim;
use std::borrow::Cow;

/// Sets `description`: the descriptive notes, then the displayed subjects that say something else
/// than the title.
pub(super) fn set_field(view: &View<'_, '_>, titles: &Titles, record: &mut IndexRecord) {
    let mut parts: Vec<Cow<'_, str>> =
        list(view.identification, "objectDescriptionWrap/objectDescriptionSet")
            .filter(|set| set.attr_or_empty("type").to_lowercase() != "provenienssi")
            .flat_map(|set| set.each("descriptiveNoteValue"))
            .map(written)
            .filter(|note| !trim(note).is_empty())
            .collect();
    if parts.join("; ") == titles.main {
        parts.clear();
    }
    let title = without_separators(&titles.main);
    for set in list(view.relations, "subjectWrap/subjectSet") {
        let Some(subject) = set.child("displaySubject") else { continue };
        if subject.attr("label").is_some_and(|label| label.to_lowercase() != "aihe") {
            continue;
        }
        let text = written(subject);
        if trim(&without_separators(&text)) != title && !trim(&text).is_empty() {
            parts.push(text);
        }
    }
    let description = distinct(&parts).join(" ");
    let description = trim(&description);
    let description = match titles.unsplit.as_deref() {
        Some(whole) if description.starts_with(whole) || description.is_empty() => whole.to_owned(),
        Some(whole) => format!("{whole} -- {description}"),
        None => description.to_owned(),
    };
    record.set("description", description);
}

fn without_separators(text: &str) -> String {
    text.replace([',', ';'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::lido::sample;

    fn description(parameters: &[(&str, &str)], title: &str, sets: &str, subjects: &str) -> String {
        let xml = sample::descriptive(
            "kuva",
            &format!(
                "<objectIdentificationWrap><titleWrap><titleSet><appellationValue>{title}\
                 </appellationValue></titleSet></titleWrap><objectDescriptionWrap>{sets}\
                 </objectDescriptionWrap></objectIdentificationWrap><objectRelationWrap>\
                 <subjectWrap>{subjects}</subjectWrap></objectRelationWrap>"
            ),
        );
        sample::with_view(&xml, parameters, |view| {
            let mut record = IndexRecord::new();
            set_field(view, &Titles::of(view), &mut record);
            record.first("description").to_owned()
        })
    }

    #[test]
    fn notes_and_subjects() {
        let notes = "<objectDescriptionSet><descriptiveNoteValue> a </descriptiveNoteValue>\
            <descriptiveNoteValue>b</descriptiveNoteValue></objectDescriptionSet>\
            <objectDescriptionSet type='Provenienssi'><descriptiveNoteValue>c</descriptiveNoteValue>\
            </objectDescriptionSet>";
        let plain_notes = notes.replace(" a ", "a");
        let subject = |attributes: &str, text: &str| {
            format!(
                "<subjectSet><displaySubject{attributes}>{text}</displaySubject>\
                 <displaySubject>no</displaySubject></subjectSet>"
            )
        };
        for (title, sets, subjects, expected) in [
            ("Talo", notes, String::new(), "a  b"),
            ("a; b", &plain_notes, String::new(), ""),
            ("Talo", notes, subject("", "b") + &subject(" label='Aihe'", "d"), "a  b d"),
            ("Talo", "", subject(" label='paikka'", "d"), ""),
            ("Talo", "", subject(" label=''", "d"), ""),
            ("Talo", "", subject("", " Talo;"), ""),
            ("Talo, vanha", "", subject("", "Talo; vanha"), ""),
            ("Talo", "", subject("", " "), ""),
        ] {
            assert_eq!(description(&[], title, sets, &subjects), expected, "{title} {subjects}");
        }
    }

    #[test]
    fn split_titles_come_first() {
        let title = "Rantakiviä. Kuva otettu 1932.";
        let note = |text: &str| {
            format!(
                "<objectDescriptionSet><descriptiveNoteValue>{text}</descriptiveNoteValue></objectDescriptionSet>"
            )
        };
        for (notes, expected) in [
            (String::new(), title.to_owned()),
            (note("Muuta"), format!("{title} -- Muuta")),
            (note(&format!("{title} Muuta")), title.to_owned()),
        ] {
            assert_eq!(description(&[("splitTitles", "1")], title, &notes, ""), expected);
        }
    }
}
