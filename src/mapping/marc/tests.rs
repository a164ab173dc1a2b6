//! The driver as a whole: a worked record, and records of any content.

use super::MarcRecord;
use super::sample::{map, mapped};
use crate::marc::{Record, Tag};
use proptest::prelude::*;

/// The worked document of ingest-marc §9, before the shared steps.
#[test]
fn worked_document() {
    let mapped = mapped(
        "001 123
         008 140327s2013    fi            000 0 fin d
         020 __ $a978-951-31-4836-2
         041 0_ $afin
         084 __ $a38.04$2ekl
         100 1_ $aSuo, Sanna.
         245 10 $aTutki suota /$cSanna Suo.
         264 _1 $aHelsinki :$bRäme,$c[2013?].
         650 __ $aoppaat
         852 __ $b150",
    );
    for (field, values) in [
        ("record_format", vec!["marc"]),
        ("building", vec!["150"]),
        ("format", vec!["Book"]),
        ("title", vec!["Tutki suota"]),
        ("title_full", vec!["Tutki suota / Sanna Suo"]),
        ("author", vec!["Suo, Sanna"]),
        ("author_sort", vec!["Suo, Sanna"]),
        ("publisher", vec!["Räme"]),
        ("publication_place_txt_mv", vec!["Helsinki"]),
        ("publishDate", vec!["2013"]),
        ("search_daterange_mv", vec!["[2013-01-01 TO 2013-12-31]"]),
        ("isbn", vec!["9789513148362"]),
        ("language", vec!["fin", "fin"]),
        ("original_lng_str_mv", vec!["fin"]),
        ("classification_str_mv", vec!["ekl 38.04", "ekl 38.04"]),
        ("major_genre_str_mv", vec!["nonfiction"]),
        ("illustrated", vec!["Not Illustrated"]),
        ("holdings_txtP_mv", vec!["150 src"]),
        (
            "allfields",
            vec![
                "978-951-31-4836-2",
                "9789513148362",
                "Suo, Sanna",
                "Tutki suota",
                "Sanna Suo",
                "Helsinki",
                "Räme",
                "2013?",
                "oppaat",
            ],
        ),
    ] {
        assert_eq!(mapped.all(field), values, "{field}");
    }
    assert!(mapped.warnings.is_empty());
}

/// Tags that some rule reads, and a few that none does.
const TAGS: [&str; 60] = [
    "010", "015", "020", "022", "024", "028", "034", "035", "041", "050", "060", "080", "082",
    "084", "090", "100", "110", "130", "240", "245", "246", "250", "260", "264", "300", "338",
    "347", "362", "490", "505", "506", "509", "520", "540", "600", "648", "650", "651", "653",
    "655", "700", "710", "730", "753", "773", "776", "780", "830", "852", "856", "880", "886",
    "941", "942", "952", "977", "979", "999", "ABC", "00A",
];

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "[0-9 .,:;/()\\[\\]-]{0,20}",
        "(880|245|100)-0[0-2](/r)?",
        "[EWNS+-]?[0-9]{0,8}(\\.[0-9]{1,4})?",
        Just("  ä . ".to_owned()),
        Just("]x[1999".to_owned()),
        Just("http://dx.doi.org/%ff?".to_owned()),
        Just("ebr1".to_owned()),
    ]
}

proptest! {
    #[test]
    fn any_record_is_mapped(
        leader in "\\PC{0,26}",
        controls in proptest::collection::vec(("00[1-9]", "\\PC{0,45}"), 0..6),
        fields in proptest::collection::vec(
            (0..TAGS.len(), "\\PC{2}", proptest::collection::vec(("[a-z0-9ä]", value()), 0..6)),
            0..40,
        ),
        settings in 0..4_usize,
    ) {
        let mut record = Record::new(&leader);
        for (tag, value) in &controls {
            record.push_control(Tag::parse(tag).expect("a tag"), value);
        }
        for (tag, indicators, subfields) in &fields {
            let mut indicators = indicators.chars();
            let (ind1, ind2) = (indicators.next(), indicators.next());
            let tag = Tag::parse(TAGS[*tag]).expect("a tag");
            record.push_data(tag, ind1.unwrap_or(' '), ind2.unwrap_or(' '));
            for (code, value) in subfields {
                record.push_subfield(code.chars().next().expect("a code"), value);
            }
        }
        let all: [&[(&str, &str)]; 4] = [
            &[],
            &[("kohaNormalization", "1"), ("idIn999", "1"), ("categoriesIn650", "1")],
            &[("almaNormalization", "1"), ("003InLinkingID", "1"), ("buildingFields", "85:952bc:é")],
            &[("classifications", "24:245ä=x:é"), ("collectionFields", "8:852bc"), ("subBuilding", "é")],
        ];
        let mapped = map(&mut MarcRecord::from_record(record), all[settings]);
        prop_assert!(mapped.fields.contains("record_format"));
        prop_assert!(serde_json::from_str::<serde_json::Value>(&mapped.full_record).is_ok());
    }
}
