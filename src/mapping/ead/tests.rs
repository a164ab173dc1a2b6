use super::*;
use crate::formats::finding_aid::{SplitSettings, Standard, components};
use crate::mapping::archival_unit::tests::{Mapped, map, values};
use crate::xml::parse;

fn mapped(xml: &str, params: &[(&str, &str)]) -> Mapped {
    map(|raw| EadRecord::open(raw).map(|r| Box::new(r) as Box<dyn MetadataRecord>), xml, params)
}

const CARD: &str = r#"<c level="item" id="n5">
  <add-data identifier="K_5"><archive id="K" title="Kallion paperit" sequence="0000005" subtitle="Luettelo"/>
    <parent id="K_4" title="Kirjeet"/></add-data>
  <did><unitid identifier="5">A 5</unitid><unittitle>Kortti "Lahti" </unittitle><unitdate>5.1918</unitdate>
    <origination><persname>Kallio, Kaarlo</persname></origination>
    <repository label="Säilyttäjä"> <corpname>Lahden museo</corpname></repository>
    <langmaterial><language langcode="FIN ">suomi</language><language>Ruotsi</language></langmaterial>
    <physdesc>Pahvia<extent>1 kpl</extent><extent>-</extent></physdesc><physdesc><extent>2 s.</extent></physdesc>
    <dimensions>9 x 14 cm</dimensions><accessrestrict><p>Vain tutkijoille</p></accessrestrict>
    <daogrp><daoloc role="image_thumbnail" href="http://x.example/t.jpg"/><daoloc role="image_full" href="http://x.example/f.tif"/></daogrp></did>
  <scopecontent><p> Ensin. </p><p>Sitten.</p></scopecontent>
  <userestrict><p>Kysy</p><p>CC BY 4.0</p></userestrict>
  <controlaccess><persname>Aho, Aino</persname><persname>-</persname><subject>kortit</subject><corpname>Oy Ab</corpname>
    <geogname>Lahti</geogname><geogname><part>Vesijärvi</part><part>-</part><geographiccoordinates coordinatesystem="WGS84">61.0, 25.6</geographiccoordinates></geogname></controlaccess>
</c>"#;

#[test]
fn a_component() {
    let Mapped { facts, record, warnings } = mapped(CARD, &[]);
    assert_eq!(facts.id, "K_5");
    assert_eq!(facts.linking_ids, ["K_5"]);
    assert_eq!((facts.title.as_str(), facts.main_author.as_str()), ("", "Aho, Aino"));
    assert_eq!(facts.format, "item");
    assert!(warnings.is_empty());
    for (field, expected) in [
        ("record_format", "ead"),
        ("ctrlnum", "n5"),
        ("format", "digitized_item"),
        ("format_ext_str_mv", "digitized_item|Image"),
        ("title_sub", "A 5"),
        ("title_short", "Kortti \"Lahti\"  (1918)"),
        ("title", "A 5 Kortti \"Lahti\"  (1918)"),
        ("title_sort", "a 5 kortti lahti (1918)"),
        ("title_in_hierarchy", "A 5 A 5 Kortti \"Lahti\""),
        ("series", "Kirjeet"),
        ("description", "Ensin.   /   Sitten."),
        ("author", "Aho, Aino"),
        ("author2", "Kallio, Kaarlo"),
        ("author_corporate", "Oy Ab"),
        ("author_facet", "Aho, Aino|Kallio, Kaarlo|Oy Ab"),
        ("author_sort", "Aho, Aino"),
        ("topic", "kortit"),
        ("geographic", "Lahti|Vesijärvi"),
        ("location_geo", "POINT(25.6 61.0)"),
        ("center_coords", "25.6 61.0"),
        ("institution", "Lahden museo"),
        ("language", "fin|ruotsi"),
        ("physical", "1 kpl|2 s."),
        ("material", "Pahvia"),
        ("measurements", "9 x 14 cm"),
        ("thumbnail", "http://x.example/t.jpg"),
        ("media_type_str_mv", "image/jpeg|image/tiff"),
        ("identifier", "A 5"),
        ("hierarchytype", "Default"),
        ("hierarchy_top_id", "K"),
        ("hierarchy_top_title", "Kallion paperit : Luettelo"),
        ("hierarchy_parent_id", "K_4"),
        ("hierarchy_parent_title", "Kirjeet"),
        ("hierarchy_sequence", "0000005"),
        ("hierarchy_sequence_str", "0000005"),
        ("is_hierarchy_id", ""),
        ("search_daterange_mv", "[1918-05-01 TO 1918-05-31]"),
        ("unit_daterange", "[1918-05-01 TO 1918-05-31]"),
        ("main_date_str", "1918"),
        ("main_date", "1918-05-01T00:00:00Z"),
        ("source_str_mv", "Lahden museo"),
        ("datasource_str_mv", "src"),
        ("online_boolean", "1"),
        ("online_str_mv", "Lahden museo"),
        ("free_online_boolean", "1"),
        ("rights", "Vain tutkijoille"),
        ("usage_rights_str_mv", "CC BY 4.0"),
        ("usage_rights_ext_str_mv", "CC BY 4.0"),
    ] {
        assert_eq!(values(&record, field), expected, "{field}");
    }
    let all = values(&record, "allfields");
    assert!(all.starts_with("A 5|Kortti \"Lahti\"|5.1918|Kallio, Kaarlo|"), "{all}");
    assert!(all.ends_with("|61.0, 25.6|Kallion paperit : Luettelo|Kirjeet"), "{all}");
}

#[test]
fn parameters_and_odd_records() {
    const PARENT: &str = "<parent id=\"P\" title=\"Ylempi\"/>";
    const UNDER_ARCHIVE: &str = "<parent id=\"K\" title=\"Arkisto\"/>";
    let titled = |level: &str, inside: &str| {
        format!(
            "<c level=\"{level}\"><add-data identifier=\"i\"><archive id=\"K\"/>{inside}</add-data><did><unitid>A</unitid><unittitle>T</unittitle></did></c>"
        )
    };
    for (xml, params, field, expected) in [
        (titled("file", PARENT), &[][..], "title", "A T"),
        (titled("file", PARENT), &[("prependTitleWithSubtitle", "")], "title", "T"),
        (titled("file", PARENT), &[("prependTitleWithSubtitle", "children")], "title", "A T"),
        (titled("file", ""), &[("prependTitleWithSubtitle", "children")], "title", "T"),
        (titled("file", PARENT), &[("addIdToHierarchyTitle", "")], "title_in_hierarchy", ""),
        (titled("fonds", PARENT), &[], "title", "T"),
        (titled("series", PARENT), &[], "series", ""),
        (titled("", PARENT), &[], "series", ""),
        (titled("file", PARENT), &[], "series", "Ylempi"),
        (titled("file", UNDER_ARCHIVE), &[], "series", ""),
        (titled("file", ""), &[], "is_hierarchy_id", "i"),
        (titled("file", ""), &[], "hierarchy_top_title", "T"),
        (titled("file", ""), &[("online", "1")], "free_online_str_mv", "src"),
        (titled("file", ""), &[("online", "1"), ("freeOnline", "")], "free_online_str_mv", ""),
        (CARD.to_owned(), &[("online", "")], "online_boolean", ""),
        (CARD.to_owned(), &[("freeOnlineDefault", "")], "free_online_boolean", ""),
        (CARD.replace("userestrict", "accessrestrict"), &[], "free_online_boolean", ""),
        (
            CARD.replace(
                "<persname>Kallio, Kaarlo</persname>",
                "<corpname>Kallion suku</corpname>",
            ),
            &[],
            "author_corporate",
            "Kallion suku",
        ),
        (CARD.replace("<p> Ensin. </p><p>Sitten.</p>", "Pelkkä"), &[], "description", "Pelkkä"),
        ("<c/>".to_owned(), &[], "record_format", "ead"),
    ] {
        assert_eq!(
            values(&mapped(&xml, params).record, field),
            expected,
            "{field} {params:?} {xml}"
        );
    }
    // A keeper without text is a keeper.
    let record = mapped("<c><did><repository><address/></repository></did></c>", &[]).record;
    assert!(record.contains("institution"));
    assert!(!mapped("<c><did/></c>", &[]).record.contains("institution"));
    let facts = mapped("<c/>", &[("accessRestrictions", "restricted")]).facts;
    assert_eq!((facts.id.as_str(), facts.access_restrictions.as_str()), ("", "restricted"));
    let alone = "<c><did><unitid identifier=\"S/1\">x</unitid></did></c>";
    assert_eq!(mapped(alone, &[]).facts.id, "S%2F1");
}

#[test]
fn years_that_the_title_has() {
    for (title, date, expected) in [
        ("Kortti", "1900-1950", "Kortti (1900-1950)"),
        ("Kortti (1900-1950)", "1900-1950", "Kortti (1900-1950)"),
        ("Kortti 1900", "1900", "Kortti 1900"),
        ("Kortti 1900", "1900-1950", "Kortti 1900 (1900-1950)"),
        ("Kortti", "s.a.", "Kortti"),
        ("Kortti", "3-13", "Kortti"),
    ] {
        let xml =
            format!("<c><did><unittitle>{title}</unittitle><unitdate>{date}</unitdate></did></c>");
        assert_eq!(values(&mapped(&xml, &[]).record, "title_short"), expected, "{title} {date}");
    }
}

#[test]
fn from_finding_aid_to_record() {
    let tree = parse(
        "<ead><eadheader><eadid>K</eadid></eadheader><archdesc level=\"fonds\"><did><unitid>K 1</unitid>\
         <unittitle>Paperit</unittitle><repository>Museo</repository></did><accessrestrict><p>Suljettu</p></accessrestrict>\
         <dsc><c level=\"file\"><did><unittitle>Kirje</unittitle></did></c></dsc></archdesc></ead>",
    )
    .expect("well-formed");
    let records: Vec<Mapped> = components(&tree, Standard::Ead2002, &SplitSettings::default())
        .map(|component| mapped(&component.xml, &[("online", "1")]))
        .collect();
    let field = |at: usize, name| values(&records[at].record, name);
    assert_eq!((records[0].facts.id.as_str(), records[1].facts.id.as_str()), ("K+1", "K_2"));
    assert_eq!(field(0, "is_hierarchy_id"), "K+1");
    assert_eq!(field(1, "hierarchy_parent_title"), "Paperit");
    // A component without unit id shows that of the unit it belongs to.
    assert_eq!(field(1, "identifier"), "K 1");
    assert_eq!(field(1, "institution"), "Museo");
    assert_eq!(field(1, "free_online_boolean"), "");
}
