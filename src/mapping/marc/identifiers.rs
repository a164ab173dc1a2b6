//! Numbers and ids: 001, 010, 015–028, 035, 036, DOIs, and those of component parts
//! (ingest-marc §4, §5.1).

use super::view::{Spec, View, normal, sub, subs};
use crate::record::IndexRecord;
use crate::text::{normalize_isbn, strip_control_characters, trim};
use percent_encoding::percent_decode_str;

const ISBN: &[Spec] =
    &[normal("020", "a"), normal("020", "z"), normal("773", "z"), normal("776", "z")];
const OTHER_ISSN: &[Spec] = &[
    normal("022", "y"),
    normal("440", "x"),
    normal("480", "x"),
    normal("490", "x"),
    normal("730", "x"),
    normal("776", "x"),
    normal("830", "x"),
];

/// The record's own id: 999c if the source says so, else 001.
pub(super) fn local_id(view: &View<'_>) -> String {
    if view.flag("idIn999") {
        let id = koha_id(view);
        if !id.is_empty() {
            return id;
        }
    }
    trim(view.record().control("001")).to_owned()
}

fn koha_id(view: &View<'_>) -> String {
    trim(&view.clean(view.first_sub("999", 'c'))).to_owned()
}

/// The ids by which other records may refer to this one.
pub(super) fn linking_ids(view: &View<'_>) -> Vec<String> {
    let mut id = view.record().control("001").to_owned();
    if id.is_empty() && view.flag("idIn999") {
        id = koha_id(view);
    }
    let agency = control_number_agency(view);
    if !agency.is_empty() {
        id = format!("({agency}){id}");
    }
    let mut ids = vec![id];
    view.gather_into(&[normal("035", "a")], &mut ids);
    ids
}

/// 003, if the source says that it belongs to linking ids.
pub(super) fn control_number_agency(view: &View<'_>) -> String {
    if view.flag("003InLinkingID") {
        view.clean(view.record().control("003"))
    } else {
        String::new()
    }
}

/// The ids of the hosts of a component part.
pub(super) fn host_ids(view: &View<'_>) -> Vec<String> {
    if let Some(field) = view.first("941") {
        let id = strip_control_characters(sub(&field, 'a'));
        return vec![id];
    }
    let agency = control_number_agency(view);
    view.split(&[normal("773", "w")])
        .iter()
        .map(|id| strip_control_characters(id))
        .map(
            |id| {
                if agency.is_empty() || id.starts_with('(') {
                    id
                } else {
                    format!("({agency}){id}")
                }
            },
        )
        .collect()
}

/// Sets the identifier fields.
pub(super) fn add(view: &View<'_>, fields: &mut IndexRecord) {
    let mut control_numbers = view.gather(&[normal("035", "a")]);
    view.gather_into(&[normal("036", "a")], &mut control_numbers);
    control_numbers.extend(view.record().controls("001").skip(1).map(str::to_owned));
    fields.set_all("ctrlnum", control_numbers);
    fields.set("lccn", trim(&view.all("010", "a")));
    fields.set_all("oclc_num", oclc_numbers(view));
    // One value is written as the peer writes it, as a single one; the peer loses the others.
    set_one_or_all(fields, "nbn_isn_mv", view.gather(&[normal("015", "a")]));

    let mut isbns = isbns_of(view);
    let mut issns: Vec<String> =
        view.gather(&[normal("022", "a")]).iter().map(|issn| issn.replace('-', "")).collect();
    let mut recordings = standard_numbers(view, '0');
    let mut product_codes = standard_numbers(view, '1');
    let mut music = long_numbers(view, '2');
    let mut articles = long_numbers(view, '3');
    for identifier in view.split(&[normal("979", "k")]) {
        let Some((kind, value)) = identifier.split_once(' ') else { continue };
        match kind {
            "ISBN" => isbns.extend(normalize_isbn(value)),
            "ISSN" => issns.push(value.replace('-', "")),
            "ISRC" => recordings.push(value.to_owned()),
            "UPC" => product_codes.push(value.to_owned()),
            "ISMN" => music.push(value.to_owned()),
            "EAN" => articles.push(value.to_owned()),
            _ => {}
        }
    }
    fields.set_all("isbn", isbns);
    fields.set_all("issn", issns);
    fields.set_all("isrc_isn_mv", recordings);
    fields.set_all("upc_isn_mv", product_codes);
    fields.set_all("ismn_isn_mv", music);
    fields.set_all("ean_isn_mv", articles);

    let other = view.gather(OTHER_ISSN);
    fields.set_all("other_issn_str_mv", other.iter().map(|issn| issn.replace('-', "")));
    fields.set_all("other_issn_isn_mv", other);
    let linking = view.split(&[normal("022", "l")]);
    fields.set_all("linking_issn_str_mv", linking.iter().map(|issn| issn.replace('-', "")));
    fields.set_all("pdn_str_mv", publisher_numbers(view));
    fields.set_all("doi_str_mv", dois(view));
    if view.flag("projectIdIn960") {
        fields.set_all("project_id_str_mv", view.gather(&[normal("960", "a")]));
    }
}

/// A list, except that one value stands alone.
pub(super) fn set_one_or_all(
    fields: &mut IndexRecord,
    name: &'static str,
    mut values: Vec<String>,
) {
    if values.len() == 1 {
        fields.set(name, values.swap_remove(0));
    } else {
        fields.set_all(name, values);
    }
}

/// ISBNs as found in 020, 773 and 776.
pub(super) fn isbns_as_found(view: &View<'_>) -> Vec<String> {
    view.split(ISBN)
}

fn isbns_of(view: &View<'_>) -> Vec<String> {
    let mut isbns = own_isbns(view);
    isbns.extend(
        view.split(ISBN.get(1..).unwrap_or(&[])).iter().filter_map(|isbn| normalize_isbn(isbn)),
    );
    isbns
}

/// 020a as ISBN-13, with a warning for each that is none.
pub(super) fn own_isbns(view: &View<'_>) -> Vec<String> {
    view.split(&[normal("020", "a")])
        .iter()
        .filter_map(|isbn| {
            let normalized = normalize_isbn(isbn);
            if normalized.is_none() {
                view.warn(format!("Invalid ISBN '{isbn}'"));
            }
            normalized
        })
        .collect()
}

fn oclc_numbers(view: &View<'_>) -> Vec<String> {
    view.gather(&[normal("035", "a")]).iter().filter_map(|id| oclc_number(id)).collect()
}

/// The digits of an OCLC number written as `(OCoLC)…`, `ocm…`, `ocn…` or `on…`.
fn oclc_number(id: &str) -> Option<String> {
    let lower = id.to_ascii_lowercase();
    let digits = if let Some(rest) = lower.strip_prefix("(ocolc)") {
        rest.get(rest.find(|c: char| c.is_ascii_digit())?..)?
    } else {
        ["ocm", "ocn", "on"].iter().find_map(|prefix| lower.strip_prefix(prefix))?
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let digits = digits.get(..end)?;
    // A number of zeros only keeps its last one.
    let zeros = digits.len() - digits.trim_start_matches('0').len();
    let number = digits.get(zeros.min(digits.len().checked_sub(1)?)..)?;
    Some(number.to_owned())
}

/// 024a of one kind.
fn standard_numbers(view: &View<'_>, kind: char) -> Vec<String> {
    view.each("024")
        .filter(|field| field.ind1 == kind)
        .flat_map(|field| subs(&field, 'a'))
        .filter(|number| !number.is_empty())
        .map(str::to_owned)
        .collect()
}

/// 024a of a kind that has 13 digits.
pub(super) fn long_numbers(view: &View<'_>, kind: char) -> Vec<String> {
    standard_numbers(view, kind)
        .iter()
        .filter_map(|number| thirteen_digits(&number.replace('-', "")).map(str::to_owned))
        .collect()
}

pub(super) fn thirteen_digits(text: &str) -> Option<&str> {
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        if !byte.is_ascii_digit() {
            start = at + 1;
        } else if at + 1 - start == 13 {
            return text.get(start..=at);
        }
    }
    None
}

/// 028: the number, with its source in parentheses in front.
fn publisher_numbers(view: &View<'_>) -> Vec<String> {
    view.each("028")
        .map(|field| {
            let (number, source) = (sub(&field, 'a'), sub(&field, 'b'));
            if source.is_empty() { number.to_owned() } else { format!("({source}){number}") }
        })
        .collect()
}

/// What stands before a DOI in an address.
const DOI_RESOLVERS: [&str; 5] = [
    "urn:doi:",
    "https://doi.org/",
    "http://doi.org/",
    "https://dx.doi.org/",
    "http://dx.doi.org/",
];

fn dois(view: &View<'_>) -> Vec<String> {
    let mut dois: Vec<String> = view
        .each("024")
        .filter(|field| sub(field, '2').eq_ignore_ascii_case("doi"))
        .map(|field| sub(&field, 'a'))
        .filter(|doi| !doi.is_empty())
        .map(str::to_owned)
        .collect();
    for url in view.values("856", 'u') {
        let found =
            DOI_RESOLVERS.iter().find_map(|resolver| url.split_once(resolver).map(|(_, doi)| doi));
        let Some(doi) = found else { continue };
        let end = doi.find(['?', '#']).unwrap_or(doi.len());
        let doi = percent_decode_str(doi.get(..end).unwrap_or("")).decode_utf8_lossy();
        if !doi.is_empty() {
            dois.push(doi.into_owned());
        }
    }
    dois
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::marc::sample::{mapped, mapped_with};

    #[test]
    fn oclc_numbers_in_every_spelling() {
        for (id, number) in [
            ("(OCoLC)123456", Some("123456")),
            ("(ocolc)ocm00012", Some("12")),
            ("ocn234567", Some("234567")),
            ("on0034", Some("34")),
            ("ocm", None),
            ("ocm000", Some("0")),
            ("(FI-MELINDA)1", None),
            ("ontology", None),
        ] {
            assert_eq!(oclc_number(id).as_deref(), number, "{id}");
        }
    }

    #[test]
    fn thirteen_digits_in_a_row() {
        assert_eq!(thirteen_digits("x9790550001234 y"), Some("9790550001234"));
        assert_eq!(thirteen_digits("12345678901"), None);
    }

    #[test]
    fn numbers_by_kind() {
        let mapped = mapped_with(
            "001 7
             001 8
             010 __ $a 2001012345
             015 __ $a1$2nbn
             015 __ $a2
             020 __ $a951-31-4836-X (nid.)
             020 __ $awrong
             022 __ $a1797-1985$l1797-1986$y1797-1987
             024 0_ $aFI1
             024 1_ $a123
             024 2_ $a979-0-55000-123-4
             024 3_ $ashort
             028 02 $aBIS-1$bBIS
             035 __ $a(OCoLC)ocm0012
             036 __ $aP1
             776 08 $x1797-1988$z9513148361
             960 __ $aProject
             979 __ $kISBN 9514920988$kEAN 4006381333931$kPDN X",
            &[("projectIdIn960", "1")],
        );
        for (field, values) in [
            ("ctrlnum", vec!["(OCoLC)ocm0012", "P1", "8"]),
            ("lccn", vec!["2001012345"]),
            ("nbn_isn_mv", vec!["1", "2"]),
            ("oclc_num", vec!["12"]),
            ("isbn", vec!["9789513148362", "9789514920981"]),
            ("issn", vec!["17971985"]),
            ("linking_issn_str_mv", vec!["17971986"]),
            ("other_issn_isn_mv", vec!["1797-1987", "1797-1988"]),
            ("other_issn_str_mv", vec!["17971987", "17971988"]),
            ("isrc_isn_mv", vec!["FI1"]),
            ("upc_isn_mv", vec!["123"]),
            ("ismn_isn_mv", vec!["9790550001234"]),
            ("ean_isn_mv", vec!["4006381333931"]),
            ("pdn_str_mv", vec!["(BIS)BIS-1"]),
            ("project_id_str_mv", vec!["Project"]),
        ] {
            assert_eq!(mapped.all(field), values, "{field}");
        }
        assert_eq!(mapped.warnings, ["Invalid ISBN 'wrong'"]);
    }

    #[test]
    fn hosts() {
        for (lines, hosts) in [
            ("773 0_ $w1\n773 0_ $w2", vec!["1", "2"]),
            ("773 0_ $w1\n941 __ $aH\t9", vec!["H9"]),
            ("245 00 $ax", vec![]),
        ] {
            assert_eq!(mapped(lines).facts.host_record_ids, hosts, "{lines}");
        }
        let facts = mapped_with("001 7\n003 FI-X.", &[("003InLinkingID", "1")]).facts;
        assert_eq!(facts.linking_ids, ["(FI-X)7"]);
        assert!(mapped("773 0_ $tHost").facts.is_component_part);
    }
}
