use super::*;
use crate::xml::parse;

fn split(standard: Standard, settings: &SplitSettings, xml: &str) -> Vec<String> {
    let tree = parse(xml).expect("well-formed");
    components(&tree, standard, settings).map(|component| component.xml).collect()
}

/// The attribute of every element of this name in a component.
fn attributes(xml: &str, element: &str, attribute: &str) -> Vec<String> {
    let tree = parse(xml).expect("components are well-formed");
    let elements = tree.root().descendants().filter(|e| e.name() == element);
    elements.filter_map(|e| e.attr(attribute).map(str::to_owned)).collect()
}

const PAPERS: &str = r#"<ead>
  <eadheader><eadid identifier="K/1">K 1</eadid><filedesc><titlestmt>
    <titleproper>Kallion paperit</titleproper><subtitle>Luettelo</subtitle></titlestmt></filedesc></eadheader>
  <archdesc level="fonds">
    <did><unitid>K 1</unitid><unittitle>Kallion paperit</unittitle><physdesc><extent>2 m</extent></physdesc>
      <langmaterial><language langcode="fin"/><language langcode="swe"/></langmaterial></did>
    <accessrestrict><p>Kysy luvat.</p></accessrestrict>
    <dsc>
      <head>Sisältö</head>
      <c01 level="series"><did><unitid>A</unitid><unittitle>Kirjeet</unittitle></did>
        <c02 level="file"><did><unitid/><physdesc>5 kpl</physdesc></did><scopecontent><p>Vuodelta <date>1918</date> ja myöhemmin.</p></scopecontent>
          <c03 level="item"><did><unittitle>Kortti</unittitle></did><accessrestrict><p>Suljettu.</p></accessrestrict></c03>
        </c02>
      </c01>
    </dsc>
  </archdesc>
</ead>"#;

#[test]
fn one_record_a_component_in_document_order() {
    let records = split(Standard::Ead2002, &SplitSettings::default(), PAPERS);
    assert_eq!(records.len(), 4);
    assert_eq!(
        records[0],
        "<archdesc level=\"fonds\"><did><unitid>K 1</unitid><unittitle>Kallion paperit</unittitle>\
         <physdesc><extent>2 m</extent></physdesc><langmaterial><language langcode=\"fin\"/>\
         <language langcode=\"swe\"/></langmaterial></did><accessrestrict><p>Kysy luvat.</p>\
         </accessrestrict><dsc><head>Sisältö</head></dsc><add-data><archive id=\"K%2F1\" \
         title=\"Kallion paperit\" sequence=\"0000001\" subtitle=\"Luettelo\"/></add-data></archdesc>"
    );
    // An own empty unit id blocks that of the parent; own physdesc gets the inherited extent; of
    // two languages one is handed down; text keeps its place among elements.
    assert_eq!(
        records[2],
        "<c02 level=\"file\"><did><unitid/><physdesc>5 kpl<extent>2 m</extent></physdesc>\
         <unittitle>Kirjeet</unittitle><langmaterial><language langcode=\"fin\"/></langmaterial></did>\
         <scopecontent><p>Vuodelta <date>1918</date> ja myöhemmin.</p></scopecontent>\
         <add-data identifier=\"K%2F1_\"><archive id=\"K%2F1\" title=\"Kallion paperit\" \
         sequence=\"0000003\" subtitle=\"Luettelo\"/><parent id=\"K%2F1_A\" title=\"Kirjeet\"/></add-data>\
         <accessrestrict><p>Kysy luvat.</p></accessrestrict></c02>"
    );
    let card = &records[3];
    assert!(card.contains("<did><unittitle>Kortti</unittitle><unitid/>"), "{card}");
    assert!(card.contains("<accessrestrict><p>Suljettu.</p></accessrestrict>"), "{card}");
    assert!(!card.contains("Kysy luvat"), "{card}");
}

#[test]
fn ids_of_ead_2002() {
    for (eadid, unit_ids, expected) in [
        ("<eadid identifier=\"S/1\">x</eadid>", "<unitid>a b</unitid>", "S%2F1_a+b"),
        ("<eadid>S 1</eadid>", "<unitid identifier=\"i\">t</unitid>", "S+1_i"),
        ("<eadid>S</eadid>", "<unitid>S</unitid>", "S"),
        ("<eadid>S</eadid>", "<unitid/><unitid>2</unitid>", "S_"),
        ("<eadid>S</eadid>", "", "S_2"),
        ("", "<unitid>A</unitid>", "_A"),
    ] {
        let xml = format!(
            "<ead><eadheader>{eadid}</eadheader><archdesc><dsc><c level=\"file\"><did>{unit_ids}</did></c></dsc></archdesc></ead>"
        );
        let records = split(Standard::Ead2002, &SplitSettings::default(), &xml);
        assert_eq!(attributes(&records[0], "add-data", "identifier"), Vec::<String>::new());
        assert_eq!(attributes(&records[1], "add-data", "identifier"), [expected], "{xml}");
    }
}

#[test]
fn ids_of_ead3() {
    const OWN: &str = "<unitid label=\"T\" identifier=\"100\"/>";
    for (label, unit_ids, expected) in [
        ("T", "<unitid identifier=\"1\"/><unitid label=\"T\" identifier=\"2/3\"/>", "100_2%2F3"),
        ("", "<unitid identifier=\"1\"/><unitid label=\"T\" identifier=\"2\"/>", "100_1"),
        ("X", "<unitid>t</unitid><unitid label=\"T\" identifier=\"2\"/>", "100_2"),
        // The archive's own id is no id for a component, if there is another.
        (
            "T",
            "<unitid label=\"T\" identifier=\"100\"/><unitid label=\"T\" identifier=\"5\"/>",
            "100_5",
        ),
        ("T", "<unitid label=\"T\" identifier=\"100\"/>", "100"),
        ("T", "<unitid>only text</unitid>", "100_2"),
        ("T", "", "100_2"),
    ] {
        let xml = format!(
            "<ead><archdesc level=\"fonds\"><did>{OWN}</did><dsc><c level=\"file\"><did>{unit_ids}</did></c></dsc></archdesc></ead>"
        );
        let settings =
            SplitSettings { unit_id_label: label.to_owned(), ..SplitSettings::default() };
        let records = split(Standard::Ead3, &settings, &xml);
        assert_eq!(attributes(&records[0], "add-data", "identifier"), ["100"]);
        assert_eq!(
            attributes(&records[1], "add-data", "identifier"),
            [expected],
            "{label} {unit_ids}"
        );
    }
}

#[test]
fn parents_of_ead_2002() {
    let parent = |settings: &SplitSettings| {
        let records = split(Standard::Ead2002, settings, PAPERS);
        let of = |at: usize, name| attributes(&records[at], "parent", name).join("|");
        [1, 2, 3].map(|at| (of(at, "id"), of(at, "title")))
    };
    let ids = ["K%2F1_K+1", "K%2F1_A", "K%2F1_"].map(str::to_owned);
    let found = parent(&SplitSettings::default());
    assert_eq!(found.clone().map(|(id, _)| id), ids);
    // The second level has a title of its own to hand on; the third has none.
    assert_eq!(found.map(|(_, title)| title), ["Kallion paperit", "Kirjeet", ""]);
    let prepending =
        SplitSettings { prepend_parent_title_with_unit_id: true, ..SplitSettings::default() };
    let titles = parent(&prepending).map(|(_, title)| title);
    assert_eq!(titles, ["K 1 Kallion paperit", "A Kirjeet", ""]);
}

const SERIES: &str = r#"<ead><archdesc level="fonds">
  <did><unitid label="T" identifier="1"/><unitid label="Analoginen">AB 1</unitid>
    <unittitle lang="swe">Arkiv</unittitle><unittitle lang="fin">Arkisto</unittitle><dao href="x"/></did>
  <dsc>
    <c level="series"><did><unitid label="T" identifier="2"/><unitid label="Analoginen">AB 1/A</unitid><unitid label="Analoginen">vanha</unitid><unittitle label="Kirjeet"/><daoset/></did>
      <c level="subseries"><did><unitid label="T" identifier="3"/></did>
        <c level="file"><did><unitid label="T" identifier="4">IV</unitid><unittitle>Saapuneet</unittitle></did>
          <c level="item"/>
        </c>
      </c>
    </c>
  </dsc>
</archdesc></ead>"#;

#[test]
fn parents_of_ead3() {
    let settings = SplitSettings { unit_id_label: "T".into(), ..SplitSettings::default() };
    let records = split(Standard::Ead3, &settings, SERIES);
    let parents = |record: &str| {
        let of = |name| attributes(record, "parent", name);
        let both = of("id").into_iter().zip(of("title")).zip(of("level"));
        both.map(|((id, title), level)| format!("{id} {title} {level}")).collect::<Vec<_>>()
    };
    assert_eq!(parents(&records[0]), Vec::<String>::new());
    assert_eq!(parents(&records[1]), ["1 Arkisto archive"]);
    assert_eq!(parents(&records[2]), ["1_2 Kirjeet series"]);
    assert_eq!(parents(&records[3]), ["1_3 1_3 subseries", "1_2 Kirjeet series"]);
    // Series stay visible below files.
    assert_eq!(
        parents(&records[4]),
        ["1_4 Saapuneet file", "1_3 1_3 subseries", "1_2 Kirjeet series"]
    );
    // Links are not handed down, all else is.
    assert!(records[1].contains("<daoset/>") && !records[1].contains("<dao "), "{}", records[1]);
    assert!(!records[2].contains("<dao"), "{}", records[2]);
    assert!(
        records[4].contains("</add-data><did><unitid label=\"T\" identifier=\"4\">IV</unitid>"),
        "{}",
        records[4]
    );

    let settings = SplitSettings { prepend_parent_title_with_unit_id: true, ..settings };
    let records = split(Standard::Ead3, &settings, SERIES);
    let titles: Vec<_> =
        records.iter().skip(1).map(|r| attributes(r, "parent", "title")[0].clone()).collect();
    // The archive itself stands without its unit id.
    assert_eq!(titles, ["Arkisto", "A+vanha Kirjeet", "1_3", "IV Saapuneet"]);
    // A technical unit id without text gives way to one that has some.
    let xml = SERIES.replace(">IV</unitid>", "/><unitid label=\"sequence\">12</unitid>");
    let records = split(Standard::Ead3, &settings, &xml);
    assert_eq!(attributes(&records[4], "parent", "title")[0], "12 Saapuneet");
}

#[test]
fn fields_that_are_not_handed_down() {
    let settings = SplitSettings {
        non_inherited_fields: vec!["langmaterial".into(), "extent".into()],
        ..SplitSettings::default()
    };
    let records = split(Standard::Ead2002, &settings, PAPERS);
    assert!(!records[1].contains("langmaterial"), "{}", records[1]);
    // Only names directly inside `did` are looked at.
    assert!(records[1].contains("<extent>2 m</extent>"), "{}", records[1]);
}

#[test]
fn levels_without_level_are_no_components() {
    let xml = "<ead><archdesc><dsc><c01><did><unittitle>Väli</unittitle></did>\
               <series level=\"series\"><c02 level=\"item\"/></series></c01></dsc></archdesc></ead>";
    let records = split(Standard::Ead2002, &SplitSettings::default(), xml);
    assert_eq!(records.len(), 3);
    assert!(records[1].starts_with("<series level=\"series\"><add-data"), "{}", records[1]);
    assert!(records[2].contains("<did><unittitle>Väli</unittitle></did>"), "{}", records[2]);
    assert_eq!(split(Standard::Ead3, &SplitSettings::default(), "<ead><control/></ead>").len(), 0);
}

#[test]
fn inheritance_has_a_limit() {
    let long = "x".repeat(50_000);
    let xml = format!(
        "<ead><archdesc><did><abstract>{long}</abstract><note>{long}</note></did>\
         <dsc><c level=\"file\"/></dsc></archdesc></ead>"
    );
    let tree = parse(&xml).expect("well-formed");
    let components: Vec<Component> =
        components(&tree, Standard::Ead2002, &SplitSettings::default()).collect();
    assert!(components[0].xml.len() > 100_000 && components[0].warnings.is_empty());
    assert!(components[1].xml.len() < 60_000);
    assert_eq!(components[1].warnings, ["inherited description too long"]);
}

#[test]
fn what_every_component_repeats_is_kept_short() {
    let long = "\u{E4}".repeat(5_000);
    let mut xml = format!(
        "<ead><archdesc><did><unitid identifier=\"{long}\"/><unittitle>{long}</unittitle></did><dsc>"
    );
    let series = format!("<c level=\"series\"><did><unittitle>{long}</unittitle></did>");
    xml.push_str(&series.repeat(100));
    xml.push_str(&"</c>".repeat(100));
    xml.push_str("</dsc></archdesc></ead>");
    let settings = SplitSettings {
        non_inherited_fields: vec!["unittitle".into(), "unitid".into()],
        ..SplitSettings::default()
    };
    let records = split(Standard::Ead3, &settings, &xml);
    assert_eq!(records.len(), 101);
    let last = &records[100];
    let parents = attributes(last, "parent", "title");
    assert_eq!(parents.len(), 17);
    assert!(parents.iter().all(|title| title.chars().count() == 1024), "{}", parents[0].len());
    assert!(attributes(last, "add-data", "identifier")[0].len() < 1100);
}

proptest::proptest! {
    /// Whatever the nesting, every component comes out once, as XML that reads back.
    #[test]
    fn components_read_back(shape in proptest::collection::vec(0u8..6, 0..60)) {
        let mut xml = String::from("<ead><archdesc><did><unitid>1 &amp; 2</unitid></did><dsc>");
        let mut open = Vec::new();
        let mut count = 1;
        for step in shape {
            match step {
                0 | 1 => {
                    xml.push_str(if step == 0 { "<c level=\"\">" } else { "<c01 level=\"\">" });
                    open.push(if step == 0 { "</c>" } else { "</c01>" });
                    count += 1;
                }
                2 => { xml.push_str("<note>"); open.push("</note>"); }
                3 => xml.push_str("<did>a<unittitle>&lt;&quot;</unittitle> b</did>"),
                _ => xml.push_str(open.pop().unwrap_or("")),
            }
        }
        while let Some(end) = open.pop() {
            xml.push_str(end);
        }
        xml.push_str("</dsc></archdesc></ead>");
        for standard in [Standard::Ead2002, Standard::Ead3] {
            let records = split(standard, &SplitSettings::default(), &xml);
            proptest::prop_assert_eq!(records.len(), count);
            for record in records {
                let tree = parse(&record).expect("reads back");
                proptest::prop_assert_eq!(tree.root().each("add-data").count(), 1);
            }
        }
    }
}

#[test]
fn settings_of_a_source() {
    let mut source = SourceSettings::new("a", crate::record::RecordFormat::Ead);
    assert_eq!(SplitSettings::of(&source), SplitSettings::default());
    for (name, value) in [
        ("prependParentTitleWithUnitId", "1"),
        ("non_inherited_fields", "dao, langmaterial,"),
        ("unitIdLabel", "Tekninen"),
    ] {
        source.splitter.insert(name.to_owned(), value.to_owned());
    }
    let expected = SplitSettings {
        prepend_parent_title_with_unit_id: true,
        non_inherited_fields: vec!["dao".to_owned(), "langmaterial".to_owned()],
        unit_id_label: "Tekninen".to_owned(),
        second_id: false,
    };
    assert_eq!(SplitSettings::of(&source), expected);
}

#[test]
fn a_finding_aid_without_its_identifier_takes_a_second_one() {
    for (standard, xml, without, with) in [
        (
            Standard::Ead2002,
            "<ead><archdesc><did><unitid>K 7</unitid></did><dsc><c level=\"file\"/></dsc></archdesc></ead>",
            "_2",
            "K+7_2",
        ),
        (
            Standard::Ead3,
            "<ead><control><recordid> mc 3</recordid></control><archdesc><did><unitid>MC</unitid></did>\
             <dsc><c level=\"file\"/></dsc></archdesc></ead>",
            "_2",
            "mc+3_2",
        ),
    ] {
        for (second_id, expected) in [(false, without), (true, with)] {
            let settings = SplitSettings { second_id, ..SplitSettings::default() };
            let records = split(standard, &settings, xml);
            assert_eq!(attributes(&records[1], "add-data", "identifier"), [expected]);
        }
    }
}
