use super::*;
use crate::mapping::archival_unit::tests::{Mapped, map, values};

fn mapped(xml: &str, params: &[(&str, &str)]) -> Mapped {
    map(|raw| Ead3Record::open(raw).map(|r| Box::new(r) as Box<dyn MetadataRecord>), xml, params)
}

const FOLDER: &str = r#"<c level="file" id="n7">
  <add-data identifier="1_7"><archive id="1" title="Seuran arkisto" sequence="0000007"/>
    <parent id="1_2" title="A Kirjeet" level="series"/></add-data>
  <did><unitid label="Vanha">vanha</unitid><unitid label="T" identifier="S/7"/><unitid label="sequence">12</unitid>
    <unittitle>The letters &amp;amp; cards</unittitle><unittitle lang="swe">Brev</unittitle>
    <unitdate normal="1918-05-01/1918-06-30">touko-kesä 1918</unitdate><unitdate>1920, 1922-1923</unitdate>
    <repository encodinganalog="ahaa:AI42"><corpname identifier="555"><part>Seura</part></corpname></repository>
    <repository><corpname identifier="666"/></repository>
    <langmaterial><language langcode="fin"/><language>ruotsi</language><language langcode="swe"/></langmaterial>
    <physdesc label="kpl">5<extent>2 kansiota</extent><extent>-</extent></physdesc><physdesc>Paperia<extent>ei</extent></physdesc>
    <dimensions>A4</dimensions>
    <dao href="http://x.example/0.png" localtype="thumbnail"/>
    <daoset><dao href="http://x.example/1.tif"/><dao href="http://x.example/2" linkrole="image/jpeg"/><dao href="http://x.example/3.TIF?a=b" linkrole="tif"/></daoset>
    <origination><name identifier="E8"><part>Seura ry</part></name><corpname><part>Yhtiö Oy</part></corpname></origination></did>
  <scopecontent><p>Rivi 1
    rivi &amp;auml;</p></scopecontent><scopecontent><head>x</head><p/><p>Loppu</p></scopecontent>
  <controlaccess><genreform encodinganalog="ahaa:AI08"><part lang="fin">Teksti</part></genreform>
    <subject identifier="http://www.yso.fi/onto/yso/p1" relator="Aihe"><part>kirjeet</part></subject>
    <subject relator="muu"><part>ei tämä</part></subject>
    <geogname identifier="http://www.yso.fi/onto/yso/p2"><part>Inari</part><geographiccoordinates coordinatesystem="WGS84">68.9, 27.0</geographiccoordinates></geogname>
    <geogname relator="alueellinen kattavuus" identifier="L1"><part>Utsjoki</part><geographiccoordinates coordinatesystem="WGS84">69.9, 27.0</geographiccoordinates></geogname>
    <name relator="Valokuvaaja" identifier="E1"><part localtype="Ensisijainen nimi">Kuva, Kaisa</part><part localtype="suhteen ajallinen kattavuus">1918</part><part localtype="Varianttinimi">Kuva, K.</part><part localtype="muu">ei</part></name>
    <persname relator="aihe" identifier="E2"><part>Aihe, Aino</part></persname><corpname identifier="E3"><part>Kerho</part></corpname></controlaccess>
  <relations><relation relationtype="cpfrelation" arcrole="Luovuttaja" href="E4"><relationentry>Antaja, Antti</relationentry></relation>
    <relation relationtype="cpfrelation" arcrole="handlar om" href="E5"><relationentry>Kohde, Kalle</relationentry></relation>
    <relation relationtype="resourcerelation" href="E6"><relationentry>Ei</relationentry></relation>
    <relation relationtype="cpfrelation" href="E7"/></relations>
  <index><index><indexentry><name><part>Sisältö</part></name></indexentry><indexentry/></index></index>
</c>"#;

#[test]
fn a_component() {
    const YEARS: &str = "\u{200E} (1918)";
    let Mapped { facts, record, warnings } = mapped(FOLDER, &[("unitIdLabel", "T")]);
    assert_eq!(facts.id, "1_7");
    assert_eq!(facts.title, "The letters &amp; cards");
    assert_eq!(facts.title_for_filing, "letters amp cards");
    assert_eq!(facts.main_author, "Kuva, Kaisa");
    assert_eq!(facts.format, "Teksti");
    assert_eq!(facts.work_ids[0].titles.len(), 2);
    assert!(warnings.is_empty());
    for (field, expected) in [
        ("record_format", "ead3"),
        ("ctrlnum", "n7"),
        ("format", "Teksti"),
        ("format_ext_str_mv", "Teksti"),
        ("title_sub", "vanha"),
        ("title_short", &format!("The letters &amp; cards{YEARS}")),
        ("title", &format!("vanha The letters &amp; cards{YEARS}")),
        ("title_sort", &format!("vanha the letters amp cards{YEARS}")),
        ("title_in_hierarchy", "12 vanha The letters &amp; cards"),
        ("series", "A Kirjeet"),
        ("description", "Rivi 1   /       rivi ä   /   Loppu"),
        ("author", "Kuva, Kaisa|Seura ry"),
        ("author_variant", "Kuva, K."),
        ("author_corporate", "Kerho|Yhtiö Oy"),
        ("author2", "Antaja, Antti"),
        ("author_facet", "Kuva, Kaisa|Seura ry|Antaja, Antti|Kerho|Yhtiö Oy"),
        ("author2_id_str_mv", "E3|E1|E8|E7|E4"),
        ("author2_id_role_str_mv", "E1###Valokuvaaja|E1###Valokuvaaja|E4###Luovuttaja"),
        ("topic", "kirjeet|Kohde, Kalle|Aihe, Aino"),
        ("topic_id_str_mv", "http://www.yso.fi/onto/yso/p1|E5|E2"),
        ("geographic", "Inari|Utsjoki"),
        ("geographic_id_str_mv", "http://www.yso.fi/onto/yso/p2|L1"),
        ("location_geo", "POINT(27.0 69.9)"),
        ("institution", "555"),
        ("identifier", "7"),
        ("language", "fin|swe"),
        ("physical", "2 kansiota"),
        ("material", "5 kpl|Paperia"),
        ("measurements", "A4"),
        ("contents", "Sisältö"),
        ("thumbnail", "http://x.example/0.png"),
        ("media_type_str_mv", "image/tiff|image/jpeg"),
        ("hierarchy_sequence", "0000012"),
        ("hierarchy_parent_id", "1_2"),
        (
            "search_daterange_mv",
            "[1918-05-01 TO 1918-06-30]|[1920-01-01 TO 1920-12-31]|[1922-01-01 TO 1923-12-31]",
        ),
        ("unit_daterange", "[1922-01-01 TO 1923-12-31]"),
        ("main_date", "1918-05-01T00:00:00Z"),
        ("era_facet", "1918"),
        ("source_str_mv", "555"),
        ("online_boolean", "1"),
        ("free_online_str_mv", "555"),
        ("usage_rights_str_mv", "restricted"),
    ] {
        assert_eq!(values(&record, field), expected, "{field}");
    }
    let all = values(&record, "allfields");
    assert!(all.ends_with("|Sisältö|Seuran arkisto"), "{all}");
}

#[test]
fn parameters_and_odd_records() {
    let without_links = FOLDER.replace("daoset", "dao");
    let slash_first = FOLDER.replace("identifier=\"S/7\"", "identifier=\"/7/8\"");
    for (xml, params, field, expected) in [
        (FOLDER, &[("signumLabel", "T")][..], "title_sub", ""),
        (FOLDER, &[("signumLabel", "sequence")], "title_sub", "12"),
        (FOLDER, &[("sequenceUnitIdLabel", "Vanha")], "hierarchy_sequence", "00vanha"),
        (FOLDER, &[("sequenceUnitIdLabel", "x")], "hierarchy_sequence", "0000007"),
        (FOLDER, &[("sequenceUnitIdLabel", "x")], "title_in_hierarchy", ""),
        (FOLDER, &[("addIdToHierarchyTitle", "")], "title_in_hierarchy", ""),
        (FOLDER, &[("unitIdLabel", "missing")], "identifier", "7"),
        (
            FOLDER,
            &[("enrichTitleWithYearRange", "never")],
            "title_short",
            "The letters &amp; cards",
        ),
        (&slash_first, &[], "identifier", "/7/8"),
        (&without_links, &[], "online_boolean", ""),
        ("<c/>", &[], "usage_rights_str_mv", "restricted"),
        ("<c level=\"fonds\"/>", &[], "format", "fonds"),
    ] {
        assert_eq!(values(&mapped(xml, params).record, field), expected, "{field} {params:?}");
    }
    // Without a keeper the source's institution must not step in.
    assert!(mapped("<c/>", &[]).record.contains("institution"));
    let alone = "<ead><control><recordid>a b</recordid></control></ead>";
    assert_eq!(mapped(alone, &[]).facts.id, "a+b");
    assert_eq!(mapped("<c/>", &[]).facts.id, "");
}
