//! Rows 81-84 of appendix A: hierarchical facets as `/v1/search` answers them.

use kirjo::api::{Finna, Method, Request};
use kirjo::config::ConfigFolder;
use kirjo::search::{
    Documents, FacetCount, FacetResult, SearchError, SearchOutcome, SearchRequest, SearchService,
};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

/// One answer.
pub struct Tree {
    /// Row of appendix A.
    pub row: &'static str,
    /// Settings of the facet in `facets.toml`.
    settings: &'static str,
    filters: &'static [&'static str],
    /// Values with children in brackets. `!`: applied; `^`: the link takes filters on values below
    /// or above it away.
    shown: &'static str,
}

const fn tree(
    row: &'static str,
    settings: &'static str,
    filters: &'static [&'static str],
    shown: &'static str,
) -> Tree {
    Tree { row, settings, filters, shown }
}

/// The counts of the appendix, and what its row 83 is about.
const COUNTS: [(&str, u64); 9] = [
    ("0/Book/", 1000),
    ("0/AV/", 600),
    ("0/Audio/", 400),
    ("1/Book/BookPart/", 300),
    ("1/Book/Section/", 200),
    ("1/Audio/Spoken/", 100),
    ("1/Audio/Music/", 50),
    ("0/Sound/", 2),
    ("1/Sound/Noisy/", 1),
];

const TEXTS: &str = "\
0/Book/ = \"Book\"
0/AV/ = \"Audiovisual\"
0/Audio/ = \"Sound\"
1/Book/BookPart/ = \"Book Part\"
1/Book/Section/ = \"Book Section\"
1/Audio/Spoken/ = \"Spoken Text\"
1/Audio/Music/ = \"Music\"
0/Sound/ = \"Z\"
";

const BY_COUNT: &str = "0/Book/[1/Book/BookPart/ 1/Book/Section/] 0/AV/ \
                        0/Audio/[1/Audio/Spoken/ 1/Audio/Music/] 0/Sound/[1/Sound/Noisy/]";

pub const TREES: [Tree; 9] = [
    tree("A81", "", &[], BY_COUNT),
    tree(
        "A81",
        "order = \"top-by-name\"",
        &[],
        "0/AV/ 0/Book/[1/Book/BookPart/ 1/Book/Section/] \
         0/Audio/[1/Audio/Spoken/ 1/Audio/Music/] 0/Sound/[1/Sound/Noisy/]",
    ),
    tree(
        "A81",
        "order = \"all-by-name\"",
        &[],
        "0/AV/ 0/Book/[1/Book/BookPart/ 1/Book/Section/] \
         0/Audio/[1/Audio/Music/ 1/Audio/Spoken/] 0/Sound/[1/Sound/Noisy/]",
    ),
    // The answer has no word for applied children; the parent's link shows them.
    tree(
        "A82",
        "",
        &["format:1/Book/BookPart/"],
        "0/Book/^[1/Book/BookPart/! 1/Book/Section/] 0/AV/ \
         0/Audio/[1/Audio/Spoken/ 1/Audio/Music/] 0/Sound/[1/Sound/Noisy/]",
    ),
    tree(
        "A82",
        "",
        &["~format:0/Audio/"],
        "0/Book/[1/Book/BookPart/ 1/Book/Section/] 0/AV/ \
         0/Audio/![1/Audio/Spoken/^ 1/Audio/Music/^] 0/Sound/[1/Sound/Noisy/]",
    ),
    // An excluding filter applies nothing.
    tree("A82", "", &["-format:0/Book/"], BY_COUNT),
    // Its second form, `Sound/Noisy` for all levels, is shown on Finna's pages only.
    tree("A83", "only = [\"0/Sound/\"]", &[], "0/Sound/[1/Sound/Noisy/]"),
    tree(
        "A84",
        "without = [\"0/Book/\", \"1/Audio/Spoken/\", \"0/Sound/\"]",
        &[],
        "0/AV/ 0/Audio/[1/Audio/Music/]",
    ),
    tree(
        "A84",
        "only = [\"1/Book/Section/\", \"0/Book/\", \"0/AV/\"]",
        &[],
        "0/Book/[1/Book/Section/] 0/AV/",
    ),
];

/// Counts the same for every search.
struct Counted;

impl SearchService for Counted {
    fn search(&self, request: &SearchRequest) -> Result<SearchOutcome, SearchError> {
        let mut values: Vec<FacetCount> = COUNTS
            .iter()
            .map(|(value, count)| FacetCount { value: (*value).to_owned(), count: *count })
            .collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.count));
        let facets = request
            .facets
            .iter()
            .map(|facet| FacetResult { field: facet.field.clone(), values: values.clone() });
        Ok(SearchOutcome { total: 2000, facets: facets.collect(), ..SearchOutcome::default() })
    }

    fn records(&self, _ids: &[String]) -> Result<Documents, SearchError> {
        Ok(Documents::default())
    }
}

fn facet(folder: &Path, tree: &Tree) -> Value {
    let settings = format!("limit = 30\n[fields.format]\nhierarchical = true\n{}\n", tree.settings);
    std::fs::write(folder.join("facets.toml"), settings).expect("a file");
    let finna = Finna::new(Arc::new(Counted), &ConfigFolder::Disk(folder.to_owned()));
    let filters = tree.filters.iter().map(|text| kirjo::text::url_encode(text));
    let filters: String = filters.map(|filter| format!("&filter[]={filter}")).collect();
    let query = format!("lookfor=x&lng=en-gb&limit=0&facet[]=format{filters}");
    let answer = finna.expect("the settings").answer(&Request {
        method: Method::Get,
        path: "/v1/search",
        query: &query,
        content_type: "",
        body: b"",
        deadline: None,
    });
    let answer: Value = serde_json::from_slice(&answer.body).expect("JSON");
    answer["facets"]["format"].clone()
}

fn shown(items: &Value) -> String {
    let mut all = Vec::new();
    for item in items.as_array().into_iter().flatten() {
        let mut shown = item["value"].as_str().expect("a value").to_owned();
        if item["isApplied"] == 1 {
            shown.push('!');
        }
        if item["href"].as_str().expect("a link").contains("filter%5B0%5D=") {
            shown.push('^');
        }
        let children = self::shown(&item["children"]);
        if !children.is_empty() {
            write!(shown, "[{children}]").expect("a text");
        }
        all.push(shown);
    }
    all.join(" ")
}

#[test]
fn hierarchical_facets() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("translations")).expect("a folder");
    std::fs::write(folder.path().join("translations/en-gb.ini"), TEXTS).expect("a file");
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("index-config/schema.toml");
    std::fs::copy(schema, folder.path().join("schema.toml")).expect("the schema");
    for tree in &TREES {
        let found = facet(folder.path(), tree);
        assert_eq!(shown(&found), tree.shown, "{} {} {:?}", tree.row, tree.settings, tree.filters);
        if tree.row == "A83" {
            // A value without text of its own is shown by its last part.
            assert_eq!(found[0]["translated"], "Z");
            assert_eq!(found[0]["children"][0]["translated"], "Noisy");
        }
    }
}
