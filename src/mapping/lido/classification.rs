//! What kind of object it is: work type, classes, categories, languages (ingest-lido §5).

use super::images::has_image_link;
use super::view::{View, list, trimmed, written};
use crate::record::IndexRecord;
use crate::text::unique;
use std::borrow::Cow;

/// Work types that are images already, so that a picture of the object says nothing new.
const IMAGE_TYPES: &[&str] = &[
    "Kuva",
    "Kuva, Valokuva",
    "Valokuva",
    "dia",
    "kuva",
    "negatiivi",
    "photograph",
    "valoku",
    "valokuva",
    "valokuvat",
];

/// Sets the format, classification, category and language fields.
pub(super) fn set_fields(view: &View<'_, '_>, record: &mut IndexRecord) {
    let format = view.work_type.as_ref();
    record.set("format", format);
    // The empty format of a record without work type stays: the mapping of formats gives it a
    // value.
    record.push("format_ext_str_mv", format);
    if !IMAGE_TYPES.contains(&format) {
        for _ in view.resources.iter().filter(|set| has_image_link(**set)) {
            record.push("format_ext_str_mv", "Kuva");
        }
    }

    let (mut classes, mut languages) = (Vec::new(), Vec::new());
    for class in list(view.classification, "classificationWrap/classification") {
        if class.attr("type") == Some("language") {
            languages.extend(class.each("term").filter_map(trimmed).map(Cow::into_owned));
        } else {
            classes.extend(class.each("term").map(written).filter(|term| !term.is_empty()));
        }
    }
    record.set_all("classification_txt_mv", classes.iter().map(AsRef::as_ref));
    record.set_all("classification_str_mv", classes);
    unique(&mut languages);
    record.set_all("language", languages);
    let categories = list(view.lido.child("category"), "term").filter_map(trimmed);
    record.set_all("category_str_mv", categories);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::lido::sample;

    fn fields(work_type: &str, resources: &str) -> IndexRecord {
        let xml = format!(
            "<lido><category><term> A </term><term>B</term></category><category><term>C</term>\
             </category><descriptiveMetadata><objectClassificationWrap><objectWorkTypeWrap>\
             <objectWorkType/><objectWorkType><term>{work_type}</term></objectWorkType>\
             </objectWorkTypeWrap><classificationWrap><classification type='x'><term>a</term>\
             <term>b</term></classification><classification type='language'><term>fi</term>\
             <term>sv</term></classification><classification type='language'><term>fi </term>\
             </classification></classificationWrap></objectClassificationWrap>\
             </descriptiveMetadata><administrativeMetadata><resourceWrap>{resources}\
             </resourceWrap></administrativeMetadata></lido>"
        );
        sample::with_view(&xml, &[], |view| {
            let mut record = IndexRecord::new();
            set_fields(view, &mut record);
            record
        })
    }

    #[test]
    fn classes() {
        let record = fields("esine", "");
        for (field, expected) in [
            ("format", "esine"),
            ("classification_txt_mv", "a | b"),
            ("classification_str_mv", "a | b"),
            ("language", "fi | sv"),
            ("category_str_mv", "A | B"),
        ] {
            assert_eq!(record.texts(field).collect::<Vec<_>>().join(" | "), expected, "{field}");
        }
    }

    #[test]
    fn pictures_of_objects_are_images_too() {
        let image = "<resourceSet><resourceRepresentation type='thumb'><linkResource>http://x\
            </linkResource></resourceRepresentation></resourceSet>";
        let none = "<resourceSet/>";
        for (work_type, resources, expected) in [
            ("esine", format!("{image}{none}{image}"), "esine | Kuva | Kuva"),
            ("valokuva", image.to_owned(), "valokuva"),
            ("Valokuvateos", image.to_owned(), "Valokuvateos | Kuva"),
            ("", none.to_owned(), ""),
        ] {
            let record = fields(work_type, &resources);
            let formats: Vec<&str> = record.texts("format_ext_str_mv").collect();
            assert_eq!(formats.join(" | "), expected, "{work_type}");
        }
    }
}
