//! Collections and other wholes that the object is part of (ingest-lido §7).

use super::identifiers::identifier;
use super::titles::Titles;
use super::view::{View, list, trimmed, trimmed_at};
use crate::record::IndexRecord;
use crate::xml::Element;
use std::borrow::Cow;
use std::fmt::Write as _;

const COLLECTIONS: &[&str] = &["kokoelma", "kuuluu kokoelmaan"];

const WHOLES: &[&str] =
    &["kokoelma", "kuuluu kokoelmaan", "arkisto", "alakokoelma", "erityiskokoelma", "hankintaerä"];

/// The collection that the object belongs to; empty if there is none.
pub(super) fn collection<'t>(view: &View<'t, '_>) -> Cow<'t, str> {
    titles_of_related(view, COLLECTIONS).next().unwrap_or_default()
}

/// Sets the hierarchy fields; ids and places in a hierarchy only with the driver parameter
/// `indexHierarchies`.
pub(super) fn set_fields(
    view: &View<'_, '_>,
    own_id: &str,
    titles: &Titles,
    record: &mut IndexRecord,
) {
    if !view.flag("indexHierarchies", false) {
        record.set_all("hierarchy_parent_title", titles_of_related(view, WHOLES));
        return;
    }
    for set in related_works(view).filter(|set| relation(*set) == "is part of") {
        let Some((id, title)) = object_and_title(set) else { continue };
        let kind = set.find("relatedWork/object/objectType/term").map(Element::trimmed);
        let fields = match kind.as_deref() {
            Some("collection") => ["hierarchy_top_id", "hierarchy_top_title"],
            Some("parent") if id == own_id => ["is_hierarchy_id", "is_hierarchy_title"],
            Some("parent") => ["hierarchy_parent_id", "hierarchy_parent_title"],
            _ => continue,
        };
        // One value stands alone: the pipeline gives those ids the source's prefix.
        for (field, value) in fields.into_iter().zip([id, title]) {
            if record.contains(field) {
                record.push(field, value);
            } else {
                record.set(field, value);
            }
        }
    }
    if record.contains("hierarchy_parent_id") {
        let identifier = identifier(view);
        record.set("hierarchy_sequence", sequence(&identifier));
        let title = if view.flag("addIdToHierarchyTitle", true) {
            crate::text::trim(&format!("{identifier} {}", titles.main)).to_owned()
        } else {
            titles.main.clone()
        };
        record.set("title_in_hierarchy", title);
    } else if record.contains("hierarchy_top_id") {
        for (from, to) in
            [("hierarchy_top_id", "is_hierarchy_id"), ("hierarchy_top_title", "is_hierarchy_title")]
        {
            if let Some(top) = record.get(from).cloned() {
                record.put(to, top);
            }
        }
    }
}

fn related_works<'t>(view: &View<'t, '_>) -> impl Iterator<Item = Element<'t>> {
    list(view.relations, "relatedWorksWrap/relatedWorkSet")
}

fn relation(set: Element<'_>) -> String {
    set.find("relatedWorkRelType/term")
        .map_or_else(String::new, |term| term.trimmed().to_lowercase())
}

fn titles_of_related<'t>(
    view: &View<'t, '_>,
    relations: &'static [&'static str],
) -> impl Iterator<Item = Cow<'t, str>> {
    related_works(view)
        .filter(|set| relations.contains(&relation(*set).as_str()))
        .filter_map(|set| trimmed_at(set, "relatedWork/displayObject"))
}

fn object_and_title(set: Element<'_>) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let work = set.child("relatedWork")?;
    Some((trimmed(work.find("object/objectID")?)?, trimmed_at(work, "displayObject")?))
}

/// The identifier with its numbers padded to nine digits, so that texts sort as numbers do.
fn sequence(identifier: &str) -> String {
    let mut out = String::with_capacity(identifier.len() + 16);
    let mut rest = identifier;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        // Writing to a string does not fail.
        let _ = write!(out, "{before}{number:0>9}");
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::lido::sample;

    fn fields(works: &[[&str; 4]], parameters: &[(&str, &str)], names: &[&str]) -> Vec<String> {
        let sets = works.iter().fold(String::new(), |sets, [relation, kind, id, title]| {
            format!(
                "{sets}<relatedWorkSet><relatedWork><displayObject>{title}</displayObject><object>\
                     <objectID>{id}</objectID><objectType><term>{kind}</term></objectType></object>\
                     </relatedWork><relatedWorkRelType><term>{relation}</term>\
                     </relatedWorkRelType></relatedWorkSet>"
            )
        });
        let xml = sample::descriptive(
            "esine",
            &format!(
                "<objectIdentificationWrap><titleWrap><titleSet><appellationValue>Osa 2\
                 </appellationValue></titleSet></titleWrap><repositoryWrap><repositorySet><workID>\
                 KM 12:3</workID></repositorySet></repositoryWrap></objectIdentificationWrap>\
                 <objectRelationWrap><relatedWorksWrap>{sets}</relatedWorksWrap>\
                 </objectRelationWrap>"
            ),
        );
        sample::with_view(&xml, parameters, |view| {
            let mut record = IndexRecord::new();
            record.set("collection", collection(view));
            set_fields(view, "own", &Titles::of(view), &mut record);
            names.iter().map(|name| record.texts(name).collect::<Vec<_>>().join(" | ")).collect()
        })
    }

    #[test]
    fn collections() {
        let works = [
            ["Arkisto", "", "", "A"],
            [" Kokoelma ", "", "", ""],
            ["Kuuluu kokoelmaan", "", "", " B "],
            ["kirjallisuus", "", "", "C"],
        ];
        assert_eq!(fields(&works, &[], &["collection", "hierarchy_parent_title"]), ["B", "A | B"]);
    }

    #[test]
    fn hierarchies() {
        let names = [
            "hierarchy_top_id",
            "hierarchy_parent_id",
            "hierarchy_parent_title",
            "is_hierarchy_id",
            "is_hierarchy_title",
            "hierarchy_sequence",
            "title_in_hierarchy",
        ];
        let top = ["is part of", "collection", "t", "Top"];
        let parent = ["Is part of", "parent", "p", "Parent"];
        let own = ["is part of", "parent", "own", "Own"];
        let sequence = "KM 000000012:000000003";
        let title = "KM 12:3 Osa 2";
        for (works, extra, expected) in [
            (&[top][..], None, ["t", "", "", "t", "Top", "", ""]),
            (&[top, parent], None, ["t", "p", "Parent", "", "", sequence, title]),
            (
                &[top, parent],
                Some(("addIdToHierarchyTitle", "")),
                ["t", "p", "Parent", "", "", sequence, "Osa 2"],
            ),
            (&[own], None, ["", "", "", "own", "Own", "", ""]),
            (&[["is part of", "parent", "p", ""]], None, [""; 7]),
            (&[["kokoelma", "parent", "p", "x"]], None, [""; 7]),
        ] {
            let mut parameters = vec![("indexHierarchies", "1")];
            parameters.extend(extra);
            assert_eq!(fields(works, &parameters, &names), expected, "{works:?}");
        }
    }

    #[test]
    fn sequences() {
        for (identifier, expected) in [
            ("KM 12:3", "KM 000000012:000000003"),
            ("é1", "é000000001"),
            ("1234567890123", "1234567890123"),
            ("", ""),
        ] {
            assert_eq!(sequence(identifier), expected);
        }
    }
}
