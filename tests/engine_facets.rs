//! Facets, order and cursors of the embedded engine over random queries: the same from an index of
//! few segments and one of many, the same as the index library's own exact counts, the same as
//! counting each value by its filter.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a test says what it expects")]

use kirjo::config::{ConfigFolder, IngestSettings, Schema, SourceSettings};
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::engine::{Engine, EngineDocument, EngineFacet, EngineRequest, FacetValues, SortField};
use kirjo::mapping::{MapContext, NoLinks, Outputs, map};
use kirjo::query::{Bool, DisMaxSettings, DisMaxText, Filter, Query};
use kirjo::record::{Form, IndexRecord, Position, RawRecord, RecordFormat};
use proptest::prelude::*;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::{AggContextParams, AggregationCollector};
use tantivy::query::{AllQuery, BooleanQuery, Occur, Query as TantivyQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{Index, Searcher, Term};

const FACETS: [&str; 4] = ["format", "language", "topic_facet", "author_facet"];

/// The same documents in few segments and in many.
struct Indexes {
    few: EmbeddedEngine,
    many: EmbeddedEngine,
    /// The index library's own view of both.
    searchers: [Searcher; 2],
    /// Values to filter by: field, value.
    values: Vec<(&'static str, String)>,
    words: Vec<String>,
    documents: u64,
    _folders: [tempfile::TempDir; 2],
}

static INDEXES: LazyLock<Indexes> = LazyLock::new(|| indexes(&documents()));

static SETTINGS: LazyLock<Arc<DisMaxSettings>> = LazyLock::new(|| {
    Arc::new(DisMaxSettings::new("title^3 allfields", Vec::new()).expect("fields and weights"))
});

/// Catalogue records where they are at hand, and made-up ones.
fn documents() -> Vec<IndexRecord> {
    let mut found = Vec::new();
    let ingest = IngestSettings::default();
    let source = SourceSettings::new("x", RecordFormat::Marc);
    let context =
        MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2024 };
    let folder = std::env::var_os("KIRJO_GOLDEN_DIR")
        .map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    for name in ["nordic-utf8", "libraries-mixed-utf8"] {
        let path = folder.join(format!("records/marc/{name}.mrc.gz"));
        let Ok(file) = std::fs::File::open(&path) else {
            println!("skipped: {} is not there", path.display());
            continue;
        };
        let mut bytes = Vec::new();
        flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes).expect("a gzip file");
        for record in bytes.split_inclusive(|byte| *byte == 0x1D).take(400) {
            let raw = RawRecord {
                position: Position { file: name.into(), offset: 0, ordinal: 0 },
                form: Form::Iso2709,
                format: RecordFormat::Marc,
                bytes: record.to_vec(),
                oai_id: None,
                deleted: false,
                warnings: Vec::new(),
            };
            found.extend(map(&raw, &context, Outputs::Index).ok().map(|mapped| mapped.index));
        }
    }
    let pick = |list: &[&'static str], number: usize| list[number % list.len()];
    for number in 0..300 {
        let mut fields = IndexRecord::new();
        let word = pick(&["kissa", "koira", "äiti", "history", "annual report"], number * 7 / 3);
        fields.set("title", format!("{word} {}", number % 11));
        fields.set("allfields", format!("{word} {}", pick(&["sota", "rauha", "meri"], number / 2)));
        if number % 5 > 0 {
            fields.set("title_sort", format!("{word} {}", number % 23));
        }
        let format = pick(&["0/Book/", "0/Map/", "0/Image/"], number);
        fields.set_all("format", [format, pick(&["1/Book/eBook/", "0/Map/"], number / 3)]);
        fields.set_all("language", [pick(&["fin", "swe", "eng"], number / 7)]);
        fields.set_all("topic_facet", (0..number % 4).map(|n| format!("aihe {}", number * n % 97)));
        fields.set("last_indexed", format!("2024-01-{:02}T00:00:00Z", number % 28 + 1));
        found.push(fields);
    }
    for (number, fields) in found.iter_mut().enumerate() {
        fields.set("id", format!("t.{:05}", number * 7919 % 100_003));
        fields.remove("fullrecord");
    }
    found
}

fn indexes(documents: &[IndexRecord]) -> Indexes {
    let schema = Arc::new(Schema::load(&ConfigFolder::BuiltIn).expect("the built-in schema"));
    let folders = [(), ()].map(|()| tempfile::tempdir().expect("a folder"));
    let engines = [documents.len(), documents.len() / 7 + 1];
    let mut engines = engines.into_iter().zip(&folders).map(|(batch, folder)| {
        let engine = EmbeddedEngine::open(folder.path(), Arc::clone(&schema)).expect("an index");
        for (at, fields) in documents.iter().enumerate() {
            let document = EngineDocument { ordinal: at as u64, id: fields.first("id"), fields };
            engine.upsert(document).expect("an upsert");
            if at % batch == batch - 1 {
                engine.commit(at as u64).expect("a commit");
            }
        }
        engine.commit(1_000_000).expect("a commit");
        engine
    });
    let (few, many) = (engines.next().expect("one"), engines.next().expect("two"));
    few.compact().expect("few segments");
    let searchers = folders.each_ref().map(|folder| {
        let index = Index::open_in_dir(folder.path()).expect("the index");
        index.reader().expect("a reader").searcher()
    });
    let sizes = searchers.each_ref().map(|searcher| searcher.segment_readers().len());
    assert!(sizes[0] < sizes[1] && sizes[1] >= 4, "segments: {sizes:?}");
    let mut values: Vec<(&str, String)> = Vec::new();
    let mut words = Vec::new();
    for fields in documents {
        for field in FACETS {
            values.extend(fields.texts(field).map(|value| (field, value.to_owned())));
        }
        // Punctuation vanishes in analysis, and with it its clause.
        let shown = fields.first("title").split_whitespace().take(2);
        words.extend(shown.filter(|w| w.contains(char::is_alphanumeric)).map(str::to_owned));
    }
    values.sort();
    values.dedup();
    words.sort();
    words.dedup();
    let documents = documents.len() as u64;
    Indexes { few, many, searchers, values, words, documents, _folders: folders }
}

fn filter_of((field, value): &(&'static str, String), tag: Option<&str>) -> Filter {
    let query = Query::In { field: (*field).to_owned(), values: vec![value.clone()] };
    Filter { query, tag: tag.map(str::to_owned) }
}

fn request(query: Query, filters: Vec<Filter>, facets: Vec<EngineFacet>) -> EngineRequest {
    EngineRequest {
        query,
        filters,
        sort: SortField::Score,
        after: None,
        offset: 0,
        limit: 0,
        facets,
        deadline: None,
    }
}

/// The library's exact terms aggregation under the same filters.
fn oracle(searcher: &Searcher, field: &str, filters: &[&(&'static str, String)]) -> FacetValues {
    let mut clauses: Vec<(Occur, Box<dyn TantivyQuery>)> = vec![(Occur::Must, Box::new(AllQuery))];
    for (name, value) in filters {
        let field = searcher.schema().get_field(name).expect("a field");
        let term = TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic);
        clauses.push((Occur::Must, Box::new(term)));
    }
    let request: Aggregations = serde_json::from_value(serde_json::json!({
        "f": {"terms": {"field": field, "size": 65_000, "segment_size": 65_000}}
    }))
    .expect("an aggregation");
    let collector = AggregationCollector::from_aggs(request, AggContextParams::default());
    let found = searcher.search(&BooleanQuery::new(clauses), &collector).expect("an answer");
    let found = serde_json::to_value(found).expect("json");
    let buckets = found["f"]["buckets"].as_array().cloned().unwrap_or_default();
    let mut values: FacetValues = buckets
        .iter()
        .map(|bucket| {
            let key = bucket["key"].as_str().expect("a text").to_owned();
            (key, bucket["doc_count"].as_u64().expect("a count"))
        })
        .collect();
    values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    values
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn facets_are_exact(
        filters in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        word in prop::option::weighted(0.5, any::<prop::sample::Index>()),
        facet in 0usize..4,
        shown in any::<prop::sample::Index>(),
    ) {
        let indexes = &*INDEXES;
        let filters: Vec<_> = filters.iter().map(|at| at.get(&indexes.values)).collect();
        let query = || match &word {
            Some(word) => Query::EDisMax(DisMaxText {
                text: word.get(&indexes.words).replace(['"', '(', ')', '[', ']', '/', ':'], " "),
                settings: Arc::clone(&SETTINGS),
            }),
            None => Query::All,
        };
        let tagged: Vec<Filter> = filters.iter().map(|f| filter_of(f, Some(f.0))).collect();
        let field = FACETS[facet];
        let without = EngineFacet { without: Some(field.into()), ..EngineFacet::new(field) };
        let asked = request(query(), tagged.clone(), vec![EngineFacet::new(field), without]);
        let few = indexes.few.search(&asked).expect("an answer");
        let many = indexes.many.search(&asked).expect("an answer");
        prop_assert_eq!(&few, &many);
        if word.is_none() {
            let others: Vec<_> = filters.iter().copied().filter(|f| f.0 != field).collect();
            for searcher in &indexes.searchers {
                prop_assert_eq!(&few.facets[0], &oracle(searcher, field, &filters));
                prop_assert_eq!(&few.facets[1], &oracle(searcher, field, &others));
            }
            if filters.is_empty() {
                prop_assert_eq!(few.total, indexes.documents);
            }
        }
        // The count of a value is the number of hits under its filter.
        if !few.facets[0].is_empty() {
            let (value, count) = shown.get(&few.facets[0]);
            let mut narrower = tagged;
            narrower.push(filter_of(&(field, value.clone()), None));
            let narrowed = indexes.many.search(&request(query(), narrower, vec![])).expect("an answer");
            prop_assert_eq!(narrowed.total, *count);
        }
        // A part of the list is that part of the whole.
        let by_value = EngineFacet { by_value: true, ..EngineFacet::new(field) };
        let part = EngineFacet { offset: 2, limit: Some(3), prefix: "a".into(), ..by_value.clone() };
        let parts = indexes.many.search(&request(query(), vec![], vec![by_value, part])).expect("an answer");
        let mut sorted = parts.facets[0].clone();
        sorted.sort();
        prop_assert_eq!(&sorted, &parts.facets[0]);
        let expected: FacetValues =
            sorted.into_iter().filter(|(v, _)| v.starts_with('a')).skip(2).take(3).collect();
        prop_assert_eq!(&expected, &parts.facets[1]);
    }

    #[test]
    fn pages_by_cursor_are_pages_by_offset(
        word in prop::option::weighted(0.5, any::<prop::sample::Index>()),
        sort in 0usize..5,
        limit in 1usize..60,
    ) {
        let indexes = &*INDEXES;
        let by = |name, descending| SortField::Field { name, descending };
        let sort = [
            SortField::Score,
            by("title_sort", false),
            by("title_sort", true),
            by("last_indexed", true),
            by("author_sort", false),
        ][sort];
        let query = match &word {
            Some(word) => Query::Word {
                field: "title".into(),
                text: word.get(&indexes.words).clone(),
            },
            None => Query::All,
        };
        let mut asked = EngineRequest { sort, limit, ..request(query, vec![], vec![]) };
        let mut by_cursor = asked.clone();
        let mut walked = Vec::new();
        loop {
            let few = indexes.few.search(&asked).expect("a page");
            let many = indexes.many.search(&by_cursor).expect("a page");
            let ordinals = |hits: &[kirjo::engine::EngineHit]| -> Vec<u64> {
                hits.iter().map(|hit| hit.ordinal).collect()
            };
            prop_assert_eq!(ordinals(&few.hits), ordinals(&many.hits));
            prop_assert_eq!(few.total, many.total);
            for (a, b) in few.hits.iter().zip(&many.hits) {
                prop_assert!((a.score - b.score).abs() <= 1e-6 * a.score.abs().max(1.0));
            }
            walked.extend(ordinals(&few.hits));
            if many.hits.len() < limit {
                prop_assert_eq!(walked.len() as u64, few.total);
                break;
            }
            asked.offset += limit;
            let next = many.next.expect("a cursor").to_string();
            by_cursor.after = Some(next.parse().expect("its text form"));
        }
        walked.sort_unstable();
        walked.dedup();
        let all = EngineRequest { offset: 0, limit: 0, ..asked };
        prop_assert_eq!(walked.len() as u64, indexes.few.search(&all).expect("a count").total);
    }

    #[test]
    fn boolean_laws(
        words in prop::collection::vec(any::<prop::sample::Index>(), 2..4),
        filters in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
    ) {
        let engine = &INDEXES.many;
        let word = |at: &prop::sample::Index| Query::Word {
            field: "title".into(),
            text: at.get(&INDEXES.words).clone(),
        };
        let total = |query: Query| engine.search(&request(query, vec![], vec![])).expect("a count").total;
        let all: Vec<Query> = words.iter().map(word).collect();
        let most = all.iter().map(|query| total(query.clone())).max().unwrap_or(0);
        let least = all.iter().map(|query| total(query.clone())).min().unwrap_or(0);
        let both = total(Query::Bool(Bool { must: all.clone(), ..Bool::default() }));
        let either = total(Query::Bool(Bool { should: all.clone(), ..Bool::default() }));
        let best = total(Query::DisMax(all));
        prop_assert!(both <= least && most <= either);
        prop_assert_eq!(either, best);
        // The order and repetition of filters change nothing.
        let filters: Vec<Filter> =
            filters.iter().map(|at| filter_of(at.get(&INDEXES.values), None)).collect();
        let facets = || vec![EngineFacet::new("topic_facet")];
        let straight = engine.search(&request(word(&words[0]), filters.clone(), facets()));
        let mut turned = filters.clone();
        turned.reverse();
        turned.extend(filters);
        let turned = engine.search(&request(word(&words[0]), turned, facets()));
        prop_assert_eq!(straight.expect("an answer"), turned.expect("an answer"));
    }
}
