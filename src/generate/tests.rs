use super::*;
use crate::formats::{parse_marc, write_iso2709};
use crate::record::Form;
use std::collections::{BTreeMap, BTreeSet};

fn bytes_of(records: u64, seed: u64) -> Vec<u8> {
    let mut out = Vec::new();
    {
        let mut outputs: Vec<Box<dyn Write + Send + '_>> = vec![Box::new(&mut out)];
        Corpus::new(records, seed, "generated", 1)
            .write(&mut outputs, &mut io::sink(), &mut |_| {})
            .expect("memory can be written");
    }
    out
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads");
    let first = one.install(|| bytes_of(9000, 5));
    assert_eq!(first, three.install(|| bytes_of(9000, 5)));
    assert_ne!(first, bytes_of(9000, 6));
}

#[test]
fn our_reader_reads_what_was_written_and_writes_the_same() {
    let bytes = bytes_of(3000, 1);
    let mut count = 0;
    for raw in bytes.split_inclusive(|byte| *byte == 0x1D) {
        let (record, warnings) = parse_marc(Form::Iso2709, raw).expect("a sound record");
        assert!(warnings.is_empty(), "{warnings:?}");
        let again = write_iso2709(&record).expect("it came from ISO 2709");
        assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(raw));
        count += 1;
    }
    assert_eq!(count, 3000);
}

fn within(name: &str, found: f64, wanted: f64, percent: f64) {
    let off = (found / wanted - 1.0) * 100.0;
    assert!(off.abs() <= percent, "{name}: {found:.3}, wanted {wanted:.3}, {off:+.1} % off");
}

/// What was counted of each record, sorted: the percentiles of a quantity.
#[derive(Default)]
struct Measured(BTreeMap<&'static str, Vec<usize>>);

impl Measured {
    fn add(&mut self, name: &'static str, value: usize) {
        self.0.entry(name).or_default().push(value);
    }

    fn sorted(mut self) -> Self {
        self.0.values_mut().for_each(|list| list.sort_unstable());
        self
    }

    fn at(&self, name: &str, percent: f64) -> f64 {
        let list = &self.0[name];
        list[((list.len() as f64 * percent / 100.0) as usize).min(list.len() - 1)] as f64
    }

    fn mean(&self, name: &str) -> f64 {
        self.0[name].iter().sum::<usize>() as f64 / self.0[name].len() as f64
    }

    /// Records that have any, in percent.
    fn any(&self, name: &str) -> f64 {
        let list = &self.0[name];
        list.iter().filter(|value| **value > 0).count() as f64 * 100.0 / list.len() as f64
    }
}

fn holds(text: &str, letters: std::ops::RangeInclusive<char>) -> usize {
    usize::from(text.chars().any(|letter| letters.contains(&letter)))
}

#[test]
fn the_figures_of_the_tables_come_out() {
    const RECORDS: u64 = 40_000;
    let bytes = bytes_of(RECORDS, 1);
    let mut measured = Measured::default();
    let mut distinct = BTreeSet::new();
    for raw in bytes.split_inclusive(|byte| *byte == 0x1D) {
        let (record, _) = parse_marc(Form::Iso2709, raw).expect("a sound record");
        let count = |tags: &[&str]| tags.iter().map(|tag| record.each(tag).count()).sum::<usize>();
        measured.add("bytes", raw.len());
        measured.add("fields", record.field_count());
        measured.add("subfields", raw.iter().filter(|byte| **byte == 0x1F).count() + 3);
        measured.add("subjects", count(&["650", "651"]));
        measured.add("genres", count(&["655"]));
        measured.add("names", count(&["100", "700", "710"]));
        measured.add("ISBNs", count(&["020"]));
        measured.add("ISSNs", count(&["022"]));
        measured.add("notes", count(&["500", "505", "520"]));
        measured.add("series", count(&["490"]));
        measured.add("URLs", count(&["856"]));
        measured.add("fields 880", count(&["880"]));
        measured.add("parts", count(&["773"]));
        measured.add("Finnish", usize::from(record.control("008").get(35..38) == Some("fin")));
        let text = std::str::from_utf8(raw).expect("UTF-8");
        measured.add("combining", holds(text, '\u{300}'..='\u{36F}'));
        measured.add("Greek", holds(text, '\u{370}'..='\u{3FF}'));
        measured.add("Cyrillic", holds(text, '\u{400}'..='\u{4FF}'));
        measured.add("Hebrew", holds(text, '\u{590}'..='\u{5FF}'));
        measured.add("Arabic", holds(text, '\u{600}'..='\u{6FF}'));
        measured.add("Han", holds(text, '\u{4E00}'..='\u{9FFF}'));
        let title = record.each("245").next().expect("a title");
        let mut words = 0;
        for part in title.subfields().filter(|part| matches!(part.code, 'a' | 'b')) {
            for word in part.value.split_whitespace().filter(|word| !matches!(*word, ":" | "/")) {
                distinct.insert(word.to_lowercase());
                words += 1;
            }
        }
        measured.add("words in titles", words);
    }
    let measured = measured.sorted();
    // The column of the small library sets, with the tolerance in percent. The largest of 78 000
    // records is not that of any corpus: tails are held at 99.9 %.
    for (name, percent, wanted, tolerance) in [
        ("bytes", 5.0, 561.0, 15.0),
        ("bytes", 25.0, 859.0, 10.0),
        ("bytes", 50.0, 1158.0, 10.0),
        ("bytes", 75.0, 1699.0, 10.0),
        ("bytes", 90.0, 2982.0, 10.0),
        ("bytes", 95.0, 4217.0, 10.0),
        ("bytes", 99.0, 8577.0, 20.0),
        ("bytes", 99.9, 64602.0, 20.0),
        ("fields", 5.0, 13.0, 20.0),
        ("fields", 50.0, 25.0, 15.0),
        ("fields", 95.0, 52.0, 15.0),
        ("fields", 99.0, 84.0, 25.0),
        ("fields", 99.9, 371.0, 25.0),
        ("subfields", 50.0, 46.0, 15.0),
        ("subfields", 95.0, 133.0, 20.0),
        ("subfields", 99.0, 357.0, 30.0),
        ("words in titles", 50.0, 11.0, 10.0),
        ("words in titles", 95.0, 49.0, 10.0),
        ("subjects", 90.0, 5.0, 1.0),
        ("subjects", 99.0, 14.0, 15.0),
        ("genres", 99.0, 6.0, 20.0),
        ("names", 90.0, 4.0, 1.0),
        ("names", 99.0, 13.0, 15.0),
        ("ISBNs", 90.0, 2.0, 1.0),
        ("ISBNs", 99.0, 4.0, 1.0),
        ("notes", 90.0, 6.0, 1.0),
        ("notes", 99.0, 17.0, 15.0),
        ("series", 90.0, 2.0, 1.0),
        ("URLs", 99.0, 3.0, 1.0),
        ("fields 880", 99.0, 6.0, 35.0),
    ] {
        within(&format!("{name} p{percent}"), measured.at(name, percent), wanted, tolerance);
    }
    for (name, wanted, tolerance) in [
        ("bytes", 1829.0, 5.0),
        ("subjects", 2.26, 10.0),
        ("names", 1.97, 15.0),
        ("ISBNs", 0.64, 15.0),
        ("notes", 2.83, 15.0),
        ("fields 880", 0.23, 30.0),
    ] {
        within(&format!("mean of {name}"), measured.mean(name), wanted, tolerance);
    }
    for (name, wanted, tolerance) in [
        ("subjects", 74.1, 3.0),
        ("genres", 21.4, 6.0),
        ("names", 92.9, 5.0),
        ("ISBNs", 43.3, 6.0),
        ("ISSNs", 3.6, 20.0),
        ("notes", 86.3, 3.0),
        ("series", 27.0, 6.0),
        ("URLs", 18.7, 6.0),
        ("fields 880", 4.7, 15.0),
        ("combining", 3.4, 10.0),
        // By the chosen languages: 2 of weights of 102 and so on.
        ("Cyrillic", 1.96, 20.0),
        ("Arabic", 1.08, 20.0),
        ("Hebrew", 0.88, 25.0),
        ("Han", 0.69, 25.0),
        ("Greek", 0.2, 60.0),
        ("Finnish", 54.0, 5.0),
        ("parts", 15.0, 5.0),
    ] {
        within(&format!("% with {name}"), measured.any(name), wanted, tolerance);
    }
    for (name, least) in [
        ("subjects", 60.0),
        ("names", 60.0),
        ("notes", 45.0),
        ("ISBNs", 20.0),
        ("fields 880", 30.0),
    ] {
        let most = measured.at(name, 100.0);
        assert!(most >= least, "at most {most} {name}");
    }
    let largest = measured.at("bytes", 100.0);
    assert!((70_000.0..99_999.0).contains(&largest), "{largest} bytes");
    // V = 21.8 N^0.57 over all languages together; copies repeat the words of their works.
    let tokens = measured.mean("words in titles") * RECORDS as f64;
    within("distinct words of titles", distinct.len() as f64, 21.8 * tokens.powf(0.57), 35.0);
}

#[test]
fn fields_in_other_scripts_are_linked_to_their_partners() {
    let bytes = bytes_of(3000, 2);
    let mut pairs = 0;
    for raw in bytes.split_inclusive(|byte| *byte == 0x1D) {
        let (record, _) = parse_marc(Form::Iso2709, raw).expect("a sound record");
        for field in record.each("880") {
            let link = field.subfields().find(|part| part.code == '6').expect("a link");
            let (tag, number) = (&link.value[..3], &link.value[4..6]);
            if number == "00" {
                continue;
            }
            let partner = record.each(tag).next().expect("the field that it says");
            let back = partner.subfields().find(|part| part.code == '6').expect("a link back");
            assert_eq!(back.value, format!("880-{number}"));
            pairs += 1;
        }
        for tag in ["100", "245", "264"] {
            let back = record.each(tag).flat_map(|field| field.subfields());
            for link in back.filter(|part| part.code == '6') {
                let there = record.each("880").any(|field| {
                    field
                        .subfields()
                        .any(|part| part.value.starts_with(&format!("{tag}-{}", &link.value[4..6])))
                });
                assert!(there, "{tag} {}", link.value);
            }
        }
    }
    assert!(pairs > 100, "{pairs} pairs");
}

#[test]
fn queries_come_in_their_shares_and_name_records_that_exist() {
    let corpus = Corpus::new(5000, 1, "generated", 3);
    let mut ids = Vec::new();
    {
        let mut outputs: Vec<Box<dyn Write + Send + '_>> =
            (0..3).map(|_| Box::new(io::sink()) as Box<dyn Write + Send + '_>).collect();
        corpus.write(&mut outputs, &mut ids, &mut |_| {}).expect("nothing fails");
    }
    let ids = String::from_utf8(ids).expect("text");
    let ids: BTreeSet<&str> = ids.lines().filter_map(|l| l.split('\t').next()).collect();
    assert_eq!(ids.len(), 5000);
    let queries: Vec<LoggedQuery> = (0..20_000).map(|number| corpus.query(number)).collect();
    for (kind, share) in corpus.tables.shares("query") {
        let found = queries.iter().filter(|query| query.kind == kind).count();
        within(kind, found as f64 / 20_000.0, share, 25.0);
    }
    for query in queries.iter().filter(|query| query.kind == "record") {
        let id = query.path.strip_prefix("/record?id=").expect("a look-up");
        assert!(ids.contains(id.replace("%2E", ".").as_str()), "{id}");
    }
}

#[test]
fn check_digits_are_right() {
    let mut text = String::new();
    record::push_isbn(1_234_567, true, &mut text);
    let short = crate::text::normalize_isbn(&text).expect("a sound ISBN-10");
    text.clear();
    record::push_isbn(1_234_567, false, &mut text);
    assert_eq!(short, text);
}
