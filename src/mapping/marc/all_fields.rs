//! `allfields`: everything that a search in all fields looks at (ingest-marc §5.10).

use super::identifiers::isbns_as_found;
use super::view::{Codes, View};
use crate::text::{normalize_isbn, strip_leading_punctuation, trim};
use rustc_hash::FxHashSet;

/// Subfields that no search looks at, for tags without a list of their own.
const LEFT_OUT: Codes = Codes::of("068");

/// Subfields left out by tag.
const LEFT_OUT_OF: [(&str, Codes); 15] = [
    ("015", Codes::of("qz268")),
    ("024", Codes::of("cdz68")),
    ("027", Codes::of("z68")),
    ("031", Codes::of("abcdegmnopqrsuyz268")),
    ("650", Codes::of("0268")),
    ("690", Codes::of("0268")),
    ("100", Codes::of("04")),
    ("700", Codes::of("04")),
    ("710", Codes::of("04")),
    ("711", Codes::of("04")),
    ("773", Codes::of("04678gqw")),
    ("787", Codes::of("i")),
    ("952", Codes::of("abco")),
    ("979", Codes::of("0af")),
    ("880", LEFT_OUT),
];

/// True for tags that are searched.
fn is_searched(tag: &str) -> bool {
    match tag {
        "300" | "336" | "337" | "338" => false,
        "015" | "024" | "025" | "026" | "027" | "028" | "031" | "880" | "900" | "910" | "911"
        | "920" | "940" | "952" | "979" => true,
        _ => matches!(tag.parse::<u16>(), Ok(100..=840)),
    }
}

/// All searched values, each once; `of_parts` are those of merged component parts.
pub(super) fn all_fields(view: &View<'_>, of_parts: &[String]) -> Vec<String> {
    let mut seen = FxHashSet::default();
    let mut values = Vec::with_capacity(96);
    let mut push = |value: String| {
        if !value.is_empty() && !seen.contains(&value) {
            seen.insert(value.clone());
            values.push(value);
        }
    };
    for isbn in isbns_as_found(view).iter().map(|isbn| trim(isbn)).filter(|isbn| isbn.len() >= 10) {
        let normalized = normalize_isbn(isbn);
        push(isbn.to_owned());
        normalized.into_iter().for_each(&mut push);
    }
    for field in view.record().data_fields() {
        let tag = field.tag;
        if !is_searched(tag.as_str()) {
            continue;
        }
        let left_out = LEFT_OUT_OF.iter().find(|(t, _)| tag == *t).map_or(LEFT_OUT, |(_, c)| *c);
        for subfield in field.subfields().filter(|s| !left_out.has(s.code)) {
            push(view.clean(&strip_leading_punctuation(subfield.value)));
        }
    }
    of_parts.iter().cloned().for_each(push);
    values
}

#[cfg(test)]
mod tests {
    use crate::mapping::marc::sample::mapped;

    #[test]
    fn searched_subfields_once_each() {
        let mapped = mapped(
            "020 __ $a951-31-4836-X
             020 __ $z123
             024 7_ $a10.1/x$2doi
             040 __ $aNLF
             100 1_ $6880-01$aSuo, Sanna,$0(X)1
             245 10 $aSoiden vesi /$cSanna Suo.
             300 __ $a210 sivua
             500 __ $a[Soiden vesi]
             650 _7 $asuot$2yso$0http://x.fi/p1
             773 0_ $tHost.$w5$gs. 1
             852 __ $bMAIN
             880 1_ $6100-01$aСуо",
        );
        assert_eq!(
            mapped.all("allfields"),
            [
                "951-31-4836-X",
                "9789513148362",
                "10.1/x",
                "doi",
                "880-01",
                "Suo, Sanna",
                "Soiden vesi",
                "Sanna Suo",
                "suot",
                "Host",
                "Суо"
            ]
        );
    }

    #[test]
    fn an_empty_list_is_a_list() {
        assert!(mapped("001 1").fields.contains("allfields"));
    }
}
