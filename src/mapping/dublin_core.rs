//! What DC, QDC, LRMI, AIPA, DOAJ and ESE have in common: a flat document of elements below the
//! root, and the same reading of identifiers, titles and years (ingest-qdc §1–§6).

use super::payload::Payload;
use super::{MapContext, MappingError};
use crate::config::SourceSettings;
use crate::record::{IndexRecord, RawRecord};
use crate::text::{normalize_isbn, unique};
use crate::xml::{Element, Tree};
use std::borrow::Cow;

/// A Dublin Core document with its local id.
#[derive(Debug)]
pub(crate) struct DublinCore {
    pub(crate) tree: Tree,
    /// Empty if neither the document nor the harvester names one.
    pub(crate) id: String,
}

impl DublinCore {
    /// Parses the record. Without a `recordID` the local part of the OAI identifier becomes one, in
    /// the document too, so that it shows in the full record (ingest-qdc §1).
    pub(crate) fn open(raw: &RawRecord) -> Result<Self, MappingError> {
        let Payload { mut tree, oai_id } = Payload::open(raw)?;
        let own = tree.root().child("recordID").map(|id| id.trimmed().into_owned());
        let own = own.unwrap_or_default();
        if !own.is_empty() {
            return Ok(DublinCore { tree, id: own });
        }
        let id = oai_id.as_deref().map_or("", local_part).to_owned();
        if !id.is_empty() {
            let root = tree.root().id();
            let element = tree.append_element(root, "recordID");
            tree.append_text(element, &id);
        }
        Ok(DublinCore { tree, id })
    }

    /// The document element.
    pub(crate) fn root(&self) -> Element<'_> {
        self.tree.root()
    }

    /// Trimmed own text of each child of the root with this name, empty ones too.
    pub(crate) fn values<'t>(&'t self, name: &'t str) -> impl Iterator<Item = Cow<'t, str>> {
        self.root().each(name).map(Element::trimmed)
    }

    /// The first of [`DublinCore::values`], or the empty text.
    pub(crate) fn first<'t>(&'t self, name: &'t str) -> Cow<'t, str> {
        self.values(name).next().unwrap_or_default()
    }

    /// Like [`DublinCore::values`], with the text of markup inside (`<title>A <i>b</i></title>`).
    pub(crate) fn full_values<'t>(&'t self, name: &'t str) -> impl Iterator<Item = Cow<'t, str>> {
        self.root().each(name).map(full_text)
    }

    /// The first title without closing punctuation, unless it is nothing else (N2).
    pub(crate) fn clean_title(&self, context: &MapContext<'_>) -> String {
        let title = self.full_values("title").next().unwrap_or_default();
        context.ingest.text.strip_trailing_punctuation_of(&title, "", true)
    }

    /// Texts of all children of the root without closing punctuation (N2).
    pub(crate) fn clean_texts(&self, context: &MapContext<'_>) -> Vec<String> {
        let rules = &context.ingest.text;
        let clean = |child: Element<'_>| rules.strip_trailing_punctuation(&child.trimmed());
        self.root().children().map(clean).collect()
    }
}

/// Trimmed text of an element including that of markup inside it.
pub(crate) fn full_text(element: Element<'_>) -> Cow<'_, str> {
    if element.children().next().is_some() {
        Cow::Owned(crate::text::trim(&element.deep_text()).to_owned())
    } else {
        element.trimmed()
    }
}

/// `oai:repository:local` → `local`, which may hold colons; any other identifier as it is.
fn local_part(oai_id: &str) -> &str {
    let mut parts = oai_id.splitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("oai"), Some(_), Some(local)) if !local.is_empty() => local,
        _ => oai_id,
    }
}

/// Source and local id as every format of the family writes them.
pub(crate) fn put_origin(record: &mut IndexRecord, document: &DublinCore, source: &SourceSettings) {
    record.set("ctrlnum", document.id.as_str());
    record.set("source_str_mv", source.id.as_str());
    record.set("datasource_str_mv", source.id.as_str());
}

/// The local id, if there is one.
pub(crate) fn linking_ids(document: &DublinCore) -> Vec<String> {
    if document.id.is_empty() { Vec::new() } else { vec![document.id.clone()] }
}

/// The format, which is also its own extension.
pub(crate) fn put_format(record: &mut IndexRecord, format: &str) {
    record.set("format", format);
    record.set("format_ext_str_mv", format);
}

/// `author_facet`: author, author2 and author_corporate, which must be set before.
pub(crate) fn put_author_facet(record: &mut IndexRecord) {
    let names: Vec<String> = ["author", "author2", "author_corporate"]
        .iter()
        .flat_map(|field| record.texts(field))
        .map(str::to_owned)
        .collect();
    record.set_all("author_facet", names);
}

/// The year with the two fields made of it.
pub(crate) fn put_main_date(record: &mut IndexRecord, year: &str) {
    if !year.is_empty() {
        record.set("main_date_str", year);
        record.set("main_date", format!("{year}-01-01T00:00:00Z"));
    }
}

/// The fields of a year that is all that is known of the date.
pub(crate) fn put_whole_year(record: &mut IndexRecord, year: &str) {
    put_main_date(record, year);
    let span = year_span(year, year);
    record.set("publication_daterange", span.as_str());
    record.set_all("search_daterange_mv", [span]);
}

/// The days from the first of one year to the last of another, as date range fields hold them.
pub(crate) fn year_span(from: &str, to: &str) -> String {
    format!("[{from}-01-01 TO {to}-12-31]")
}

/// The title as displayed, sorted, and split at ` : ` into at most so many parts, of which the first
/// two are kept.
pub(crate) fn put_titles(record: &mut IndexRecord, title: String, sort: String, parts: usize) {
    let (short, rest) = split_title(&title, parts);
    record.set("title_short", short);
    record.set("title_sub", rest);
    record.set("title_sort", sort);
    record.set("title_full", title.as_str());
    record.set("title", title);
}

fn split_title(title: &str, parts: usize) -> (&str, &str) {
    let mut pieces = title.splitn(parts, " : ");
    (pieces.next().unwrap_or_default(), pieces.next().unwrap_or_default())
}

/// True for a text that is a web address rather than words.
pub(crate) fn is_web_address(text: &str) -> bool {
    text.starts_with("http")
}

/// `123.45`: leftovers of file sizes and versions among descriptions.
pub(crate) fn is_decimal_number(text: &str) -> bool {
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.split_once('.').is_some_and(|(whole, fraction)| all_digits(whole) && all_digits(fraction))
}

/// Descriptions that are neither web addresses nor bare numbers.
pub(crate) fn is_prose(text: &str) -> bool {
    !is_web_address(text) && !is_decimal_number(text)
}

/// The year of a text that is `YYYY` or, with `allow_rest`, starts with `YYYY-` or `YYYY/`.
pub(crate) fn leading_year(text: &str, allow_rest: bool) -> Option<&str> {
    let year = text.get(..4)?;
    if !year.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let ends = match text.as_bytes().get(4) {
        None => true,
        Some(next) => allow_rest && matches!(next, b'-' | b'/'),
    };
    ends.then_some(year)
}

/// ISBNs in the texts, normalised (N7), each once. With `at_start` a text must begin with one.
pub(crate) fn isbns<'t>(texts: impl Iterator<Item = Cow<'t, str>>, at_start: bool) -> Vec<String> {
    let mut found: Vec<String> = texts
        .filter_map(|text| {
            if at_start && !starts_with_isbn(&text) {
                return None;
            }
            normalize_isbn(&text)
        })
        .collect();
    unique(&mut found);
    found
}

/// True if at least nine digits and a digit or X come first, hyphens aside.
fn starts_with_isbn(text: &str) -> bool {
    let mut characters = text.bytes().filter(|b| *b != b'-');
    characters.by_ref().take(9).filter(u8::is_ascii_digit).count() == 9
        && characters.next().is_some_and(|b| b.is_ascii_digit() || matches!(b, b'x' | b'X'))
}

const DOI_PREFIXES: [&str; 5] = [
    "urn:doi:",
    "http://doi.org/",
    "https://doi.org/",
    "http://dx.doi.org/",
    "https://dx.doi.org/",
];

/// The DOI after its resolver or URN prefix, up to a query or fragment, percent-decoded.
pub(crate) fn doi(identifier: &str) -> Option<String> {
    let start = DOI_PREFIXES
        .iter()
        .filter_map(|prefix| identifier.find(prefix).map(|at| (at, at + prefix.len())))
        .min()
        .map(|(_, end)| end)?;
    let rest = identifier.get(start..)?;
    let doi = rest.split(['?', '#']).next().unwrap_or_default();
    let decoded = percent_encoding::percent_decode_str(doi).decode_utf8_lossy();
    (!decoded.is_empty()).then(|| decoded.into_owned())
}

/// Full text at the places that `fullTextXpaths` names, joined by blanks, words that were broken at
/// the end of a line made whole (ingest-qdc §1). Addresses in `fullTextUrlXPaths` are not fetched.
pub(crate) fn put_full_text(record: &mut IndexRecord, root: Element<'_>, context: &MapContext<'_>) {
    let mut texts: Vec<String> = Vec::new();
    for path in context.source.params.all("fullTextXpaths") {
        texts.extend(elements_at(root, path).iter().map(|element| element.deep_text()));
    }
    if texts.is_empty() {
        return;
    }
    record.set("fulltext", join_broken_words(&texts.join(" ")));
}

/// Elements on `/root/a/b`, `//a/b` or `a/b`; prefixes do not count.
fn elements_at<'t>(root: Element<'t>, path: &str) -> Vec<Element<'t>> {
    let local = |step: &'_ str| step.rsplit(':').next().unwrap_or_default().to_owned();
    if let Some(anywhere) = path.strip_prefix("//") {
        let steps: Vec<String> = anywhere.split('/').map(local).collect();
        let Some((first, rest)) = steps.split_first() else { return Vec::new() };
        let starts = std::iter::once(root)
            .chain(root.descendants())
            .filter(|element| element.name() == first.as_str());
        return match rest {
            [] => starts.collect(),
            _ => starts.flat_map(|element| element.find_all(&rest.join("/"))).collect(),
        };
    }
    let (absolute, path) = match path.strip_prefix('/') {
        Some(rest) => (true, rest),
        None => (false, path),
    };
    let mut steps: Vec<String> = path.split('/').map(local).collect();
    if absolute && !steps.is_empty() {
        if steps.remove(0) != root.name() {
            return Vec::new();
        }
        if steps.is_empty() {
            return vec![root];
        }
    }
    root.find_all(&steps.join("/"))
}

/// `word-` newline `rest` → `wordrest`; a dash that stands by itself is none of a broken word.
fn join_broken_words(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n') {
        let word = line.strip_suffix('\r').unwrap_or(line).strip_suffix('-');
        let is_broken = word.is_some_and(|word| word.ends_with(char::is_alphanumeric))
            && after.starts_with(char::is_alphanumeric);
        match word {
            Some(word) if is_broken => joined.push_str(word),
            _ => {
                joined.push_str(line);
                joined.push('\n');
            }
        }
        rest = after;
    }
    joined.push_str(rest);
    joined
}

#[cfg(test)]
mod tests {
    use super::super::payload::tests::raw;
    use super::*;

    #[test]
    fn local_ids() {
        for (xml, oai_id, expected) in [
            ("<dc><recordID> a:1 </recordID></dc>", Some("oai:x:2"), "a:1"),
            ("<dc/>", Some("oai:x:2:3"), "2:3"),
            ("<dc/>", Some("oai:x:"), "oai:x:"),
            ("<dc/>", Some("urn:x:2"), "urn:x:2"),
            ("<dc><recordID/></dc>", Some("2"), "2"),
            ("<dc/>", None, ""),
        ] {
            let document = DublinCore::open(&raw(xml, oai_id)).expect("well-formed");
            assert_eq!(document.id, expected, "{xml}");
            let shown = document.values("recordID").any(|id| id == expected);
            assert_eq!(shown, !expected.is_empty(), "{xml}");
        }
    }

    #[test]
    fn years_and_numbers() {
        for (text, allow_rest, expected) in [
            ("2014", false, Some("2014")),
            ("2014-05-03", false, None),
            ("2014-05-03", true, Some("2014")),
            ("2014/2015", true, Some("2014")),
            ("20145", true, None),
            ("2014 ", true, None),
            ("201é", true, None),
            ("", true, None),
        ] {
            assert_eq!(leading_year(text, allow_rest), expected, "{text}");
        }
        for (text, expected) in [("12.3", true), ("12.", false), ("1.2.3", false), ("a.1", false)] {
            assert_eq!(is_decimal_number(text), expected, "{text}");
        }
    }

    #[test]
    fn dois() {
        for (identifier, expected) in [
            ("https://doi.org/10.1/a%3Cb?x#y", Some("10.1/a<b")),
            ("http://dx.doi.org/10.1/a#y", Some("10.1/a")),
            ("urn:doi:10.1/a+b", Some("10.1/a+b")),
            ("See urn:doi:10.1/a", Some("10.1/a")),
            ("http://dx.doi.org/https://doi.org/10.1/a", Some("https://doi.org/10.1/a")),
            ("https://doi.org/", None),
            ("10.1/a", None),
        ] {
            assert_eq!(doi(identifier).as_deref(), expected, "{identifier}");
        }
    }

    #[test]
    fn isbn_at_start() {
        for (text, expected) in [
            ("978-951-44-9650-5", true),
            ("0-534-51409-X", true),
            ("URN:ISBN:978-951-44-9650-5", false),
            ("12345678", false),
            ("", false),
        ] {
            assert_eq!(starts_with_isbn(text), expected, "{text}");
        }
    }

    #[test]
    fn titles() {
        assert_eq!(split_title("a : b : c", 3), ("a", "b"));
        assert_eq!(split_title("a : b : c", 2), ("a", "b : c"));
        assert_eq!(split_title("a: b", 2), ("a: b", ""));
    }

    #[test]
    fn full_text_places() {
        let tree =
            crate::xml::parse("<dc><file><ocr>a-\nb</ocr></file><ocr>c</ocr></dc>").expect("ok");
        let texts = |path: &str| {
            elements_at(tree.root(), path).iter().map(|e| e.deep_text()).collect::<Vec<_>>()
        };
        assert_eq!(texts("//x:ocr"), ["a-\nb", "c"]);
        assert_eq!(texts("//file/ocr"), ["a-\nb"]);
        assert_eq!(texts("/dc/ocr"), ["c"]);
        assert_eq!(texts("ocr"), ["c"]);
        assert!(texts("/x/ocr").is_empty());
        assert_eq!(join_broken_words("a-\nb-\nb c-\r\nd e-f"), "abb cd e-f");
        for text in ["a -\nb", "a-\n b", "a--\r\nb", "-\nb", "a-\n", "a\r\nb", ""] {
            assert_eq!(join_broken_words(text), text);
        }
    }
}
