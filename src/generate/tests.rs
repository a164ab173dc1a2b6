use super::*;
use crate::formats::{parse_marc, write_iso2709};
use crate::record::Form;
use std::collections::BTreeSet;

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

#[test]
fn the_figures_of_the_tables_come_out() {
    let bytes = bytes_of(20_000, 1);
    let (mut sizes, mut words, mut subjects, mut isbns, mut names) = (vec![], vec![], 0, 0, 0);
    let (mut finnish, mut parts, mut tokens) = (0, 0, 0);
    let mut fields = vec![];
    let mut distinct = BTreeSet::new();
    for raw in bytes.split_inclusive(|byte| *byte == 0x1D) {
        let (record, _) = parse_marc(Form::Iso2709, raw).expect("a sound record");
        sizes.push(raw.len());
        fields.push(record.field_count());
        let title = record.each("245").next().expect("a title");
        let mut count = 0;
        for part in title.subfields().filter(|part| matches!(part.code, 'a' | 'b')) {
            for word in part.value.split_whitespace().filter(|word| word.len() > 1 || *word != ":")
            {
                if word != "/" {
                    distinct.insert(word.to_lowercase());
                    count += 1;
                }
            }
        }
        tokens += count;
        words.push(count);
        subjects += record.each("650").count() + record.each("651").count();
        names += ["100", "700", "710"].iter().map(|tag| record.each(tag).count()).sum::<usize>();
        isbns += usize::from(record.each("020").next().is_some());
        finnish += usize::from(record.control("008").get(35..38) == Some("fin"));
        parts += usize::from(record.each("773").next().is_some());
    }
    sizes.sort_unstable();
    words.sort_unstable();
    fields.sort_unstable();
    let at = |list: &[usize], percent: usize| list[list.len() * percent / 100] as f64;
    let of_all = |count: usize| count as f64 / 20_000.0;
    within("median of bytes", at(&sizes, 50), 1517.0, 10.0);
    within("90th percentile of bytes", at(&sizes, 90), 2786.0, 10.0);
    within("99th percentile of bytes", at(&sizes, 99), 7112.0, 15.0);
    // The column of small library sets.
    within("median of fields", at(&fields, 50), 25.0, 15.0);
    within("95th percentile of fields", at(&fields, 95), 52.0, 15.0);
    within("median of words in titles", at(&words, 50), 11.0, 10.0);
    within("95th percentile of words in titles", at(&words, 95), 49.0, 10.0);
    within("subjects a record", of_all(subjects), 2.76, 10.0);
    within("names a record", of_all(names), 2.16, 10.0);
    within("records with ISBN", of_all(isbns), 0.264, 12.0);
    within("Finnish records", of_all(finnish), 0.55, 5.0);
    within("parts", of_all(parts), 0.15, 5.0);
    // V = 21.8 N^0.57 over all languages together; copies repeat the words of their works.
    let wanted = 21.8 * (tokens as f64).powf(0.57);
    within("distinct words of titles", distinct.len() as f64, wanted, 35.0);
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
