//! API fields that are read from a QDC record (record-fields §7.1); LRMI and AIPA share most.

use super::ApiValue;
use super::images::Image;
use super::online;
use super::rights;
use super::view::RecordView;
use crate::text::trim;
use crate::xml::Element;
use std::borrow::Cow;

/// Child elements of the record.
fn each<'r>(view: &'r RecordView<'_>, name: &str) -> Vec<Element<'r>> {
    view.root().map(|root| root.each(name).collect()).unwrap_or_default()
}

fn is_type(element: Element<'_>, kind: &str) -> bool {
    element.attr("type") == Some(kind)
}

/// `rights` on access, those in the answer's language or in none; else all.
pub(super) fn access_restrictions(view: &RecordView<'_>) -> ApiValue {
    let rights: Vec<Element<'_>> =
        each(view, "rights").into_iter().filter(|e| is_type(*e, "accessrights")).collect();
    let fitting: Vec<&Element<'_>> =
        rights.iter().filter(|e| ["", view.lang()].contains(&e.attr_or_empty("lang"))).collect();
    if fitting.is_empty() {
        ApiValue::texts(rights.iter().map(|e| e.text()))
    } else {
        ApiValue::texts(fitting.into_iter().map(|e| e.text()))
    }
}

/// Texts by language: the first of the answer's language, its two letters, Finnish and English that
/// has any; else the language that comes first.
pub(super) fn by_language<'r>(
    view: &RecordView<'_>,
    elements: &[Element<'r>],
) -> Vec<Cow<'r, str>> {
    let wanted = [view.locale().code(), view.lang(), "fi", "en"];
    let first = elements.first().map(|element| element.attr_or_empty("lang"));
    let languages = wanted.into_iter().chain(first);
    for language in languages {
        let texts: Vec<Cow<'_, str>> = elements
            .iter()
            .filter(|element| element.attr_or_empty("lang") == language)
            .map(|element| element.text())
            .collect();
        if !texts.is_empty() {
            return texts;
        }
    }
    Vec::new()
}

/// `description` of type `notification`.
pub(super) fn general_notes(view: &RecordView<'_>) -> ApiValue {
    let notes: Vec<Element<'_>> = each(view, "description")
        .into_iter()
        .filter(|e| is_type(*e, "notification"))
        .filter(|e| !e.attr_or_empty("format").starts_with("image/"))
        .collect();
    ApiValue::texts(by_language(view, &notes))
}

/// The range of publication as years.
pub(super) fn publication_dates(view: &RecordView<'_>) -> ApiValue {
    let range = view.text("publication_daterange");
    let ends = range.trim_start_matches('[').trim_end_matches(']').split_once(" TO ");
    let Some((from, to)) = ends else {
        return if range.is_empty() { ApiValue::EMPTY } else { ApiValue::texts([year(range)]) };
    };
    let (from, to) = (year(from), year(to));
    ApiValue::texts([match to.as_str() {
        "9999" => format!("{from}–"),
        _ if from == to => from,
        _ => format!("{from}–{to}"),
    }])
}

/// The year of a date, without zeros in front.
fn year(date: &str) -> String {
    let (sign, date) = match date.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", date),
    };
    let year = date.split('-').next().unwrap_or("");
    match year.trim_start_matches('0') {
        "" => "0".to_owned(),
        digits => format!("{sign}{digits}"),
    }
}

/// Identifiers of the national gallery's kind.
pub(super) fn identifier(view: &RecordView<'_>) -> ApiValue {
    let found = each(view, "identifier").into_iter().filter(|e| is_type(*e, "wikidata:P217"));
    one_or_all(found.map(|e| e.text().into_owned()).collect())
}

/// A single identifier is a text, several are a list.
pub(super) fn one_or_all(mut values: Vec<String>) -> ApiValue {
    values.retain(|value| !value.is_empty());
    match values.as_slice() {
        [] => ApiValue::Null,
        [one] => ApiValue::from(one.as_str()),
        _ => ApiValue::texts(values),
    }
}

fn has_extension(path: &str, extension: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, end)| end == extension)
}

/// What a file is good for.
struct File<'r> {
    url: Cow<'r, str>,
    size: &'static str,
    format: &'static str,
}

fn image_files<'r>(view: &'r RecordView<'_>) -> Vec<File<'r>> {
    let mut files = Vec::new();
    for element in each(view, "file") {
        let url = match element.attr_or_empty("href") {
            "" => element.trimmed(),
            href => Cow::Borrowed(href),
        };
        let lower = url.to_ascii_lowercase();
        let format = match element.attr_or_empty("type") {
            "image/jpeg" => "jpg",
            "image/png" => "png",
            // Without a type every format is taken for this one.
            "" if has_extension(&lower, "jpg") || has_extension(&lower, "png") => "jpg",
            _ => continue,
        };
        if !online::is_loadable(&url) {
            continue;
        }
        let size = match element.attr_or_empty("bundle").to_lowercase().as_str() {
            "thumbnail" | "square" | "small" => "small",
            "medium" => "medium",
            "large" => "large",
            "original" => "original",
            _ => continue,
        };
        files.push(File { url, size, format });
    }
    files
}

/// Only thumbnails: one image each; else one image of the first file of each size.
pub(super) fn images(view: &RecordView<'_>) -> Vec<Image> {
    let files = image_files(view);
    let rights = rights(view);
    if files.is_empty() {
        return Vec::new();
    }
    if files.iter().all(|file| file.size == "small") {
        let whole = files.into_iter().map(|file| File { size: "large", ..file });
        return whole
            .map(|file| {
                let mut image = sizes(&[&file]);
                image.detail("rights", rights.clone());
                image
            })
            .collect();
    }
    let mut chosen: Vec<&File<'_>> = Vec::new();
    for file in &files {
        // A thumbnail that comes before everything else is no part of the image.
        let early = file.size == "small" && chosen.is_empty();
        if !early && !chosen.iter().any(|known| known.size == file.size) {
            chosen.push(file);
        }
    }
    vec![image(&chosen, &rights)]
}

/// An image with the given files, the first one for the sizes that none of them has.
fn sizes(files: &[&File<'_>]) -> Image {
    let mut image = Image::default();
    for file in files {
        image.urls.push((file.size.into(), file.url.as_ref().to_owned()));
    }
    let first = files.first().map_or("", |file| file.url.as_ref()).to_owned();
    for size in ["small", "medium", "large"] {
        if !image.has(size) {
            image.urls.push((size.into(), first.clone()));
        }
    }
    image
}

fn image(files: &[&File<'_>], rights: &ApiValue) -> Image {
    let mut image = sizes(files);
    let originals: Vec<ApiValue> = files
        .iter()
        .filter(|file| file.size == "original")
        .map(|file| {
            ApiValue::object([
                ("data", ApiValue::EMPTY),
                ("url", file.url.as_ref().into()),
                ("format", file.format.into()),
            ])
        })
        .collect();
    image.detail("rights", rights.clone());
    let high_resolution = if originals.is_empty() {
        ApiValue::EMPTY
    } else {
        ApiValue::object([("original", ApiValue::List(originals))])
    };
    image.detail("highResolution", high_resolution);
    image
}

/// The language of an element; a dash is none.
fn neutral_lang(element: Element<'_>) -> &str {
    match element.attr_or_empty("lang") {
        "-" => "",
        lang => lang,
    }
}

/// Rights of the images: what is said without type and language, else the first text of the first
/// language that has any; further texts on copyright are its description.
fn rights(view: &RecordView<'_>) -> ApiValue {
    let all = each(view, "rights");
    let languages = || {
        let wanted = [view.locale().code(), view.lang(), "fi", "en", ""].into_iter();
        wanted.chain(all.iter().map(|e| e.attr_or_empty("lang")))
    };
    let general =
        all.iter().find(|e| neutral_lang(**e).is_empty() && e.attr_or_empty("type").is_empty());
    let main = general.or_else(|| {
        languages().find_map(|language| all.iter().find(|e| neutral_lang(**e) == language))
    });
    let Some(main) = main else {
        return ApiValue::object([("copyright", ApiValue::Null), ("description", ApiValue::EMPTY)]);
    };
    let text = main.trimmed();
    let copyright = rights::mapped(&text);
    let further = |language: &str| -> Vec<Cow<'_, str>> {
        all.iter()
            .filter(|e| *e != main && is_type(**e, "copyright") && neutral_lang(**e) == language)
            .map(|e| e.trimmed())
            .collect()
    };
    let description = languages().map(further).find(|texts| !texts.is_empty()).unwrap_or_default();
    ApiValue::object([
        ("copyright", copyright.into()),
        ("link", rights::link(copyright, view.locale()).into()),
        ("description", ApiValue::texts(description)),
    ])
}

/// The first original is a PDF.
pub(super) fn has_pdf_cover(view: &RecordView<'_>) -> bool {
    each(view, "file").into_iter().filter(|e| e.attr("bundle") == Some("ORIGINAL")).any(|e| {
        let url = match e.attr_or_empty("href") {
            "" => e.trimmed(),
            href => Cow::Borrowed(href),
        };
        online::is_loadable(&url)
            && (is_type(e, "application/pdf") || url.to_ascii_lowercase().ends_with(".pdf"))
    })
}

/// Identifiers that are ISBNs by type or form.
pub(super) fn isbns(view: &RecordView<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in ["identifier", "isFormatOf"] {
        for element in each(view, name) {
            let text = element.trimmed();
            if (is_type(element, "isbn") || looks_like_isbn(&text))
                && !text.is_empty()
                && !found.iter().any(|known| *known == text)
            {
                found.push(text.into_owned());
            }
        }
    }
    found
}

/// Begins with 9 to 12 digits and a digit or X, hyphens aside.
fn looks_like_isbn(text: &str) -> bool {
    let number = text.replace('-', "");
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let then_x = matches!(number.as_bytes().get(digits), Some(b'X' | b'x'));
    digits >= 10 || (digits >= 9 && then_x)
}

/// `format` and `extent`.
pub(super) fn physical_descriptions(view: &RecordView<'_>) -> ApiValue {
    let elements = ["format", "extent"].into_iter().flat_map(|name| each(view, name));
    ApiValue::texts(elements.map(Element::trimmed))
}

/// What the record is part of.
pub(super) fn record_links(view: &RecordView<'_>) -> ApiValue {
    let relations = each(view, "relation").into_iter().filter(|e| is_type(*e, "ispartof"));
    let links = each(view, "isPartOf").into_iter().chain(relations).map(|element| {
        let value = element.text();
        let link =
            ApiValue::object([("value", value.as_ref().into()), ("type", "allFields".into())]);
        ApiValue::object([("value", value.into()), ("link", link)])
    });
    ApiValue::List(links.collect())
}

type Names<'r> = Vec<Cow<'r, str>>;

/// Series with their numbers, in the answer's language if there are any.
pub(super) fn series(view: &RecordView<'_>) -> ApiValue {
    let relations = each(view, "relation");
    let mut groups: Vec<(&str, Names<'_>, Names<'_>)> = Vec::new();
    for element in &relations {
        let is_number = match element.attr_or_empty("type") {
            "ispartofseries" => false,
            "numberinseries" => true,
            _ => continue,
        };
        let lang = element.attr_or_empty("lang");
        let at = groups.iter().position(|(known, ..)| *known == lang).unwrap_or_else(|| {
            groups.push((lang, Vec::new(), Vec::new()));
            groups.len() - 1
        });
        if let Some((_, names, numbers)) = groups.get_mut(at) {
            if is_number { numbers.push(element.trimmed()) } else { names.push(element.trimmed()) }
        }
    }
    let own = groups.iter().filter(|(lang, ..)| *lang == view.lang()).count();
    let shown = groups.iter().filter(|(lang, ..)| own == 0 || *lang == view.lang());
    let items = shown.flat_map(|(_, names, numbers)| {
        names.iter().enumerate().map(|(at, name)| {
            let number = numbers.get(at).map_or("", |number| number.as_ref());
            ApiValue::object([("name", name.as_ref().into()), ("partNumber", number.into())])
        })
    });
    ApiValue::List(items.collect())
}

/// Words that tell a summary.
const SUMMARY_WORDS: [&str; 8] = [
    "tiivistelmä",
    "abstract",
    "abstracts",
    "abstrakt",
    "sammandrag",
    "sommario",
    "summary",
    "аннотация",
];

/// The record without summaries, which may be under copyright.
pub(super) fn filtered(view: &RecordView<'_>) -> ApiValue {
    let Some(root) = view.root() else { return ApiValue::Null };
    let is_summary = |element: Element<'_>| {
        let text = element.text().to_lowercase();
        let mut words = text.split_whitespace().take(5);
        words.any(|word| SUMMARY_WORDS.contains(&word))
    };
    let keep = |element: Element<'_>| match element.name() {
        "abstract" => false,
        "description" => !is_summary(element),
        _ => true,
    };
    ApiValue::from(printed(root, &keep))
}

/// The document as the peer's XML library prints it.
pub(super) fn printed(root: Element<'_>, keep: &dyn Fn(Element<'_>) -> bool) -> String {
    let mut tree = crate::xml::Tree::new(root.name());
    let top = tree.root().id();
    for (name, value) in root.attributes() {
        tree.set_attribute(top, name, value);
    }
    for child in root.nodes() {
        match child {
            crate::xml::Child::Text(text) => tree.append_text(top, text),
            crate::xml::Child::Element(element) if keep(element) => {
                tree.append_copy(top, element, keep);
            }
            crate::xml::Child::Element(_) => {}
        }
    }
    format!("<?xml version=\"1.0\"?>\n{}\n", trim(&tree.root().to_xml()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_and_isbns() {
        for (date, expected) in
            [("2021-01-01", "2021"), ("0800-12-31", "800"), ("-0100-01-01", "-100"), ("0000", "0")]
        {
            assert_eq!(year(date), expected);
        }
        for (text, expected) in [
            ("978-952-264-121-2", true),
            ("951018435X", true),
            ("12345678", false),
            ("URN:ISBN:9789522641212", false),
        ] {
            assert_eq!(looks_like_isbn(text), expected, "{text}");
        }
    }
}
