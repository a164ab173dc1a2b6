//! Component parts merged into their host: one 979 a part (ingest-marc §6).

use super::authors;
use super::identifiers::{isbns_as_found, long_numbers};
use super::view::{View, normal, sub, subs};
use crate::marc::{Record, Tag};
use crate::text::{normalize_languages, unique};

/// What a host takes over from its parts besides the 979 fields: titles of 246 and first words of
/// music (031t), which are searched but not shown.
#[derive(Clone, Debug, Default)]
pub(super) struct PartTexts {
    pub(super) texts: Vec<String>,
}

/// The subfields of the 979 of one part, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    subfields: Vec<(char, String)>,
    texts: Vec<String>,
}

impl Part {
    /// Reads what the host wants to know of a part with this stored id.
    pub(super) fn of(view: &View<'_>, id: &str) -> Part {
        let mut part = Part::default();
        part.push('a', id);
        part.push('b', &view.all("245", "abnp"));
        let mut names = view.gather(&[normal("100", "ae"), normal("110", "ae")]);
        view.gather_into(&[normal("700", "ae"), normal("710", "ae")], &mut names);
        let is_main = view.has("100") || view.has("110");
        for (at, name) in names.iter().enumerate() {
            part.push(if at == 0 && is_main { 'c' } else { 'd' }, name);
        }
        let uniform = view.all("240", "anp");
        part.push('e', if uniform.is_empty() { view.all("130", "anp") } else { uniform }.as_str());
        part.push('f', view.first_sub("306", 'a'));
        view.gather(&[normal("740", "a")]).iter().for_each(|title| part.push('g', title));
        part.push_languages(view);
        part.push_numbers(view);
        for id in authors::ids_in(view, &["100", "110", "700", "710"]) {
            part.push('l', id);
        }
        part.texts = view.gather(&[normal("246", "abnp")]);
        view.split_raw(&[normal("031", "t")], |text| part.texts.push(text.to_owned()));
        part
    }

    fn push(&mut self, code: char, value: &str) {
        if !value.is_empty() {
            self.subfields.push((code, value.to_owned()));
        }
    }

    fn push_languages(&mut self, view: &View<'_>) {
        let mut spoken = vec![view.control_part("008", 35, 3).to_owned()];
        view.split_into(&[normal("041", "a"), normal("041", "d")], &mut spoken);
        let lists = [
            ('h', spoken),
            ('i', view.split(&[normal("041", "h")])),
            ('j', view.split(&[normal("041", "j")])),
        ];
        for (code, list) in lists {
            let mut list = normalize_languages(list);
            unique(&mut list);
            list.iter().filter(|language| *language != "|||").for_each(|l| self.push(code, l));
        }
    }

    fn push_numbers(&mut self, view: &View<'_>) {
        let mut numbers: Vec<(&str, String)> =
            isbns_as_found(view).into_iter().map(|isbn| ("ISBN", isbn)).collect();
        for (kind, tag, codes) in [
            ("ISSN", "022", "a"),
            ("OAN", "025", "a"),
            ("FI", "026", "ab"),
            ("STRN", "027", "a"),
            ("PDN", "028", "ab"),
        ] {
            numbers.extend(view.split(&[normal(tag, codes)]).into_iter().map(|n| (kind, n)));
        }
        for (kind, ind1) in [("ISRC", '0'), ("UPC", '1')] {
            for field in view.each("024").filter(|field| field.ind1 == ind1) {
                numbers.extend(subs(&field, 'a').map(|number| (kind, number.to_owned())));
            }
        }
        numbers.extend(long_numbers(view, '2').into_iter().map(|number| ("ISMN", number)));
        numbers.extend(long_numbers(view, '3').into_iter().map(|number| ("EAN", number)));
        for (kind, number) in numbers.iter().filter(|(_, number)| !number.is_empty()) {
            self.push('k', &format!("{kind} {number}"));
        }
    }

    /// Adds the part to its host.
    pub(super) fn append_to(self, host: &mut Record, texts: &mut PartTexts) {
        if let Some(tag) = Tag::parse("979") {
            host.push_data(tag, ' ', ' ');
            for (code, value) in &self.subfields {
                host.push_subfield(*code, value);
            }
        }
        texts.texts.extend(self.texts);
    }
}

/// Fields of a separate holdings record that belong to the bibliographic record.
fn is_holding(tag: Tag) -> bool {
    ["852", "856", "866", "867", "868", "876", "877", "878"].iter().any(|holding| tag == *holding)
}

/// True for a holdings record (leader/06 `u`, `v`, `x`, `y`) that names its bibliographic record.
pub(super) fn is_holdings_record(record: &Record) -> bool {
    matches!(record.leader_at(6), 'u' | 'v' | 'x' | 'y') && !record.control("004").is_empty()
}

/// Adds the holdings of a holdings record to its bibliographic record (ingest-marc §3).
pub(super) fn append_holdings(record: &mut Record, holdings: &Record) {
    for field in holdings.fields().filter(|field| is_holding(field.tag())) {
        record.push_field(field);
    }
}

/// Container of a component part: 773 (ingest-marc §4).
pub(super) struct Container {
    pub(super) title: String,
    pub(super) reference: String,
    pub(super) volume: String,
    pub(super) issue: String,
    pub(super) start_page: String,
}

impl Container {
    pub(super) fn of(view: &View<'_>) -> Container {
        let first = |code| view.first("773").map_or("", |field| sub(&field, code));
        let place = view.all_raw("773", "g");
        let (volume, issue) = volume_and_issue(&place);
        Container {
            title: view.clean(first('t')),
            reference: view.clean(first('g')),
            volume: volume.to_owned(),
            issue: issue.to_owned(),
            start_page: start_page(&place).to_owned(),
        }
    }
}

/// `V (YYYY) : I`, or the issue of `YYYY : I`.
fn volume_and_issue(place: &str) -> (&str, &str) {
    for (at, _) in place.match_indices('(') {
        let Some((year, rest)) = place.get(at + 1..).and_then(|rest| rest.split_at_checked(4))
        else {
            continue;
        };
        let Some(rest) = rest.strip_prefix(')').map(str::trim_start) else { continue };
        let Some(rest) = rest.strip_prefix(':') else { continue };
        if year.bytes().all(|byte| byte.is_ascii_digit()) {
            let before = place.get(..at).unwrap_or("").trim_end();
            return (trailing_digits(before), leading_digits(rest.trim_start()));
        }
    }
    for (at, _) in place.match_indices(':') {
        let before = place.get(..at).unwrap_or("").trim_end();
        if trailing_digits(before).len() >= 4 {
            let issue = place.get(at + 1..).unwrap_or("").trim_start();
            return ("", leading_digits(issue));
        }
    }
    ("", "")
}

fn leading_digits(text: &str) -> &str {
    text.get(..text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())).unwrap_or("")
}

fn trailing_digits(text: &str) -> &str {
    text.get(text.trim_end_matches(|c: char| c.is_ascii_digit()).len()..).unwrap_or("")
}

/// The pages after a comma and one letter (`, s. 12-15`), or at the very beginning; the first one.
fn start_page(place: &str) -> &str {
    let after_commas = place
        .match_indices(',')
        .filter_map(|(at, _)| pages(place.get(at + 1..).unwrap_or("").trim_start()));
    let pages = after_commas.chain(pages(place)).next().unwrap_or("");
    pages.split('-').next().unwrap_or("")
}

/// One letter, perhaps a period, then digits, commas and hyphens.
fn pages(text: &str) -> Option<&str> {
    let mut characters = text.chars();
    characters.next().filter(|c| c.is_ascii_alphanumeric() || *c == '_')?;
    let rest = characters.as_str();
    let rest = rest.strip_prefix('.').unwrap_or(rest).trim_start();
    let end =
        rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, ',' | '-'))).unwrap_or(rest.len());
    rest.get(..end).filter(|pages| !pages.is_empty())
}

/// True if the record is part of another one.
pub(super) fn is_part(view: &View<'_>) -> bool {
    view.has("773")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::marc::MarcRecord;
    use crate::mapping::marc::sample::{map, record, settings, source};
    use crate::mapping::{ComponentPart, MapContext, MetadataRecord, NoLinks, Warnings};
    use crate::record::{Form, Position, RawRecord, RecordFormat};

    #[test]
    fn places_in_a_host() {
        for (place, volume, issue, page) in [
            ("12 (1998) : 3, s. 45-50", "12", "3", "45"),
            ("(1998):3", "", "3", ""),
            ("1998 : 12, s. 7", "", "12", "7"),
            ("s. 123-130", "", "", "123"),
            ("Vol. 5, no. 2", "", "", ""),
            ("", "", "", ""),
            ("ä (19", "", "", ""),
        ] {
            assert_eq!(volume_and_issue(place), (volume, issue), "{place}");
            assert_eq!(start_page(place), page, "{place}");
        }
    }

    fn part(id: &str, lines: &str) -> ComponentPart {
        let raw = RawRecord {
            position: Position { file: "test".into(), offset: 0, ordinal: 0 },
            format: RecordFormat::Marc,
            form: Form::MarcJson,
            bytes: crate::formats::write_marc_json(&record(lines)).into_bytes(),
            oai_id: None,
            deleted: false,
            warnings: Vec::new(),
        };
        ComponentPart { id: id.to_owned(), raw, changed: 0 }
    }

    #[test]
    fn parts_become_fields_of_the_host() {
        let (ingest, source) = (settings(), source(&[]));
        let context =
            MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2024 };
        let mut host = MarcRecord::from_record(record("001 1\n245 00 $aLauluja"));
        let parts = [
            part(
                "src.2",
                "001 2
                 008 140327s2013    fi            000 0 swe d
                 024 0_ $aFI1
                 031 __ $tAlku
                 100 1_ $aSuo, Sanna,$esäveltäjä.$0(X)1
                 245 00 $aRämeellä /$cSuo.
                 246 3_ $aPå myren
                 306 __ $a000312
                 700 1_ $aNeva, Niilo.
                 740 0_ $aMuu",
            ),
            part("src.3", "001 3\n245 00 $aNevalla\n700 1_ $aMyrsky, M."),
        ];
        let mut warnings = Warnings::default();
        host.merge_parts(&parts, &context, &mut warnings);
        let merged: Vec<String> = host
            .record()
            .each("979")
            .map(|field| {
                let subfields = field.subfields().map(|s| format!("${}{}", s.code, s.value));
                subfields.collect()
            })
            .collect();
        assert_eq!(
            merged,
            [
                "$asrc.2$bRämeellä$cSuo, Sanna, säveltäjä$dNeva, Niilo$f000312$gMuu$hswe$kISRC FI1$l(X)1",
                "$asrc.3$bNevalla$dMyrsky, M."
            ]
        );
        let mapped = map(&mut host, &[]);
        assert_eq!(mapped.all("title_alt"), ["Rämeellä", "Nevalla", "På myren", "Alku"]);
        assert_eq!(mapped.all("author2"), ["Suo, Sanna, säveltäjä", "Neva, Niilo", "Myrsky, M."]);
        assert_eq!(mapped.all("language"), ["swe"]);
        assert_eq!(mapped.all("isrc_isn_mv"), ["FI1"]);
        assert!(mapped.all("allfields").contains(&"Alku".to_owned()));
        assert!(warnings.as_slice().is_empty());
    }

    #[test]
    fn an_unreadable_part_is_left_out() {
        let (ingest, source) = (settings(), source(&[]));
        let context =
            MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2024 };
        let mut host = MarcRecord::from_record(record("001 1"));
        let mut broken = part("src.2", "001 2");
        broken.raw.bytes = b"{".to_vec();
        let mut warnings = Warnings::default();
        host.merge_parts(&[broken], &context, &mut warnings);
        assert_eq!(host.record().each("979").count(), 0);
        assert!(warnings.as_slice()[0].starts_with("component part src.2 left out: "));
    }

    #[test]
    fn holdings_records() {
        let lines = "LDR 00000cx  a22000003  4500\n004 1\n852 __ $bMAIN\n866 __ $a1-\n500 __ $ax";
        let holdings = MarcRecord::from_record(record(lines));
        assert_eq!(holdings.holdings_of(), Some("1"));
        let mut host = MarcRecord::from_record(record("001 1\n004 9"));
        assert_eq!(host.holdings_of(), None);
        let mut warnings = Warnings::default();
        let mut broken = part("h2", "001 2").raw;
        broken.bytes = b"{".to_vec();
        host.append_holdings(&[part("h1", lines).raw, broken], &mut warnings);
        assert_eq!(map(&mut host, &[]).all("building"), ["MAIN"]);
        assert_eq!(host.record().data_fields().count(), 2);
        assert!(warnings.as_slice()[0].starts_with("holdings record left out: "));
    }
}
