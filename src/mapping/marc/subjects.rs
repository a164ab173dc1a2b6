//! Subjects: 600–655, 653 by kind, 690, 385, 386, 388, 370, 567 and their ids (ingest-marc §5.5).

use super::view::{Spec, View, both, join, normal, sub};
use crate::mapping::authority::AuthorityIds;
use crate::record::IndexRecord;
use crate::text::uc_first;

const TOPIC: &[Spec] = &[
    both("600", "abcdefghjklmnopqrstuvxyz"),
    both("610", "abcdefghklmnoprstuvxyz"),
    both("611", "acdefghjklnpqstuvxyz"),
    both("630", "adefghklmnoprstvxyz"),
    both("650", "abcdevxyz"),
];
const TOPIC_LOCAL: &[Spec] =
    &[normal("385", "a"), normal("386", "a"), normal("567", "b"), both("690", "abcdevxyz")];
const TOPIC_FACET: &[Spec] = &[
    normal("567", "b"),
    normal("600", "ax"),
    normal("610", "ax"),
    normal("611", "ax"),
    normal("630", "ax"),
    normal("648", "x"),
    normal("650", "ax"),
    normal("651", "x"),
    normal("655", "x"),
    normal("690", "ax"),
    normal("385", "a"),
    normal("386", "a"),
];
const GENRE: &[Spec] = &[both("655", "abcvxyz")];
const GENRE_FACET: &[Spec] = &[
    normal("600", "v"),
    normal("610", "v"),
    normal("611", "v"),
    normal("630", "v"),
    normal("648", "v"),
    normal("650", "v"),
    normal("651", "v"),
    normal("655", "a"),
    normal("655", "v"),
];
const GEOGRAPHIC: &[Spec] = &[both("651", "aevxyz")];
const PLACE_OF_PERSON: &[Spec] = &[normal("370", "g")];
const GEOGRAPHIC_FACET: &[Spec] = &[
    normal("600", "z"),
    normal("610", "z"),
    normal("611", "z"),
    normal("630", "z"),
    normal("648", "z"),
    normal("650", "z"),
    normal("651", "a"),
    normal("651", "z"),
    normal("655", "z"),
];
const ERA: &[Spec] = &[both("648", "avxyz")];
const TIME_OF_CREATION: &[Spec] = &[normal("388", "a")];
const ERA_FACET: &[Spec] = &[
    normal("630", "y"),
    normal("648", "a"),
    normal("648", "y"),
    normal("650", "y"),
    normal("651", "y"),
    normal("655", "y"),
];
const TAGS_WITH_TOPIC_IDS: [&str; 7] = ["567", "600", "610", "611", "630", "650", "690"];

/// What the second indicator of 653 says the term is.
const UNCONTROLLED_TOPIC: [char; 5] = [' ', '0', '1', '2', '3'];
const UNCONTROLLED_ERA: [char; 1] = ['4'];
const UNCONTROLLED_PLACE: [char; 1] = ['5'];
const UNCONTROLLED_GENRE: [char; 1] = ['6'];

/// Terms of 653 of these kinds, as they are.
fn uncontrolled(view: &View<'_>, kinds: &[char], terms: &mut Vec<String>) {
    terms.extend(
        view.each("653")
            .filter(|field| kinds.contains(&field.ind2))
            .map(|field| join(&field, "a"))
            .filter(|term| !term.is_empty()),
    );
}

/// Sets the subject fields.
pub(super) fn add(view: &View<'_>, fields: &mut IndexRecord) {
    let mut topic = view.gather(TOPIC);
    uncontrolled(view, &UNCONTROLLED_TOPIC, &mut topic);
    view.gather_into(TOPIC_LOCAL, &mut topic);
    fields.set_all("topic", topic);
    let mut topic_facet = view.split(TOPIC_FACET);
    uncontrolled(view, &UNCONTROLLED_TOPIC, &mut topic_facet);
    fields.set_all("topic_facet", topic_facet);

    let mut genre = view.gather(GENRE);
    uncontrolled(view, &UNCONTROLLED_GENRE, &mut genre);
    fields.set_all("genre", genre);
    let mut genre_facet: Vec<String> =
        view.split(GENRE_FACET).iter().map(|term| uc_first(term)).collect();
    uncontrolled(view, &UNCONTROLLED_GENRE, &mut genre_facet);
    fields.set_all("genre_facet", genre_facet);

    let mut geographic = view.gather(GEOGRAPHIC);
    uncontrolled(view, &UNCONTROLLED_PLACE, &mut geographic);
    view.gather_into(PLACE_OF_PERSON, &mut geographic);
    fields.set_all("geographic", geographic);
    let mut geographic_facet = view.split(GEOGRAPHIC_FACET);
    uncontrolled(view, &UNCONTROLLED_PLACE, &mut geographic_facet);
    view.split_into(PLACE_OF_PERSON, &mut geographic_facet);
    fields.set_all("geographic_facet", geographic_facet);

    let mut era = view.gather(ERA);
    uncontrolled(view, &UNCONTROLLED_ERA, &mut era);
    view.gather_into(TIME_OF_CREATION, &mut era);
    fields.set_all("era", era);
    let mut era_facet = view.split(ERA_FACET);
    uncontrolled(view, &UNCONTROLLED_ERA, &mut era_facet);
    view.split_into(TIME_OF_CREATION, &mut era_facet);
    fields.set_all("era_facet", era_facet);

    let namespaces = AuthorityIds::new(view.context.source);
    let topics = topic_ids(view);
    let topics = topics.iter().filter_map(|id| namespaces.add_namespace(id, "topic"));
    fields.set_all("topic_id_str_mv", topics);
    let places = view.gather(&[normal("651", "0")]);
    let places = places.iter().filter_map(|id| namespaces.add_namespace(id, "geographic"));
    fields.set_all("geographic_id_str_mv", places);
}

/// Ids of the topics, with the thesaurus in front unless they are URLs.
fn topic_ids(view: &View<'_>) -> Vec<String> {
    let mut ids = Vec::new();
    for field in TAGS_WITH_TOPIC_IDS.iter().flat_map(|tag| view.each(tag)) {
        let id = sub(&field, '0');
        if !id.is_empty() {
            let thesaurus = match field.ind2 {
                '0' => "LCSH",
                '1' => "LCCSH",
                '2' => "MSH",
                '3' => "NAL",
                '5' => "CanSH",
                '6' => "RVM",
                '7' => sub(&field, '2'),
                _ => "",
            };
            let is_url = id.starts_with("http://") || id.starts_with("https://");
            ids.push(if is_url || thesaurus.is_empty() {
                id.to_owned()
            } else {
                format!("({thesaurus}){id}")
            });
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use crate::mapping::marc::sample::mapped;

    #[test]
    fn terms_by_kind() {
        let mapped = mapped(
            "600 14 $aSuo, Sanna$xbogs$ilinked
             648 _7 $a1900-luku$2yso
             650 _7 $asuot$zSuomi$vkartat$2yso/fin$0http://x.fi/p1
             650 _7 $aturve$2yso/fin$0p.2
             650 _0 $aPeat.$0sh1
             651 _7 $aLappi$2yso/fin$0http://x.fi/p3
             653 _0 $aräme
             653 _4 $akeskiaika
             653 _5 $aOulu
             653 _6 $apäiväkirjat
             655 _7 $atietokirjat
             386 __ $ageologit",
        );
        for (field, values) in [
            (
                "topic",
                vec!["Suo, Sanna bogs", "suot Suomi kartat", "turve", "Peat", "räme", "geologit"],
            ),
            (
                "topic_facet",
                vec!["Suo, Sanna", "bogs", "suot", "turve", "Peat", "geologit", "räme"],
            ),
            ("genre", vec!["tietokirjat", "päiväkirjat"]),
            ("genre_facet", vec!["Kartat", "Tietokirjat", "päiväkirjat"]),
            ("geographic", vec!["Lappi", "Oulu"]),
            ("geographic_facet", vec!["Suomi", "Lappi", "Oulu"]),
            ("era", vec!["1900-luku", "keskiaika"]),
            ("era_facet", vec!["1900-luku", "keskiaika"]),
            ("topic_id_str_mv", vec!["http://x.fi/p1", "(yso/fin)p.2", "(LCSH)sh1"]),
            ("geographic_id_str_mv", vec!["http://x.fi/p3"]),
        ] {
            assert_eq!(mapped.all(field), values, "{field}");
        }
    }
}
