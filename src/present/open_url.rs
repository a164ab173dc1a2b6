//! `openUrl` (record-fields §3.8).

use super::view::{RecordView, RuleSet};
use super::{ApiValue, marc, numbers, people};
use crate::text::url_encode;

/// The site's name in OpenURLs.
const REFERRER: &str = "info:sid/finna.fi:generator";

/// What kind of thing the link resolver is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Genre<'a> {
    Book,
    BookSection,
    Article,
    Journal,
    Unknown(&'a str),
}

struct Query(String);

impl Query {
    fn push(&mut self, key: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(key);
        self.0.push('=');
        self.0.push_str(&url_encode(value));
    }

    /// Left out when empty.
    fn push_known(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.push(key, value);
        }
    }
}

/// The values that the parameters are made of.
struct Facts {
    title: String,
    date: String,
    author: String,
    publisher: String,
    isbn: String,
    issn: String,
    mms_id: String,
    language: String,
    sfx_id: String,
    container: String,
}

/// `openUrl`; missing for records without a number that resolvers know.
pub(super) fn open_url(view: &RecordView<'_>) -> ApiValue {
    let is_marc = view.rules() == RuleSet::Marc;
    let owned = |value: ApiValue| value.as_text().unwrap_or("").to_owned();
    let sfx_id =
        if is_marc { owned(marc::notes::sfx_object_id(view.marc())) } else { String::new() };
    let mms_id = if is_marc { alma_id(view) } else { String::new() };
    let isbn = numbers::clean_isbn_of(&numbers::isbns(view)).unwrap_or_default();
    let issn = numbers::clean_issn_text(view);
    let formats = view.texts("format");
    let is_database = formats.first() == Some(&"0/Database/");
    let usable_mms = !mms_id.is_empty() && !is_database;
    if issn.is_empty() && isbn.is_empty() && sfx_id.is_empty() && !usable_mms {
        return ApiValue::Null;
    }
    let facts = Facts {
        title: people::title(view),
        date: view.text("publishDate").to_owned(),
        author: author(view),
        publisher: view.text("publisher").to_owned(),
        isbn,
        issn,
        mms_id,
        language: view.text("language").to_owned(),
        sfx_id,
        container: if is_marc {
            marc::notes::container_title(view)
        } else {
            view.text("container_title").to_owned()
        },
    };
    let genre = genre(&formats, &facts);
    ApiValue::from(query(view, genre, &facts).0)
}

/// 090 $a `(Alma)…` whose rest is the record's own number.
fn alma_id(view: &RecordView<'_>) -> String {
    let record = view.marc();
    record
        .each("090")
        .filter_map(|field| field.first('a')?.trim().strip_prefix("(Alma)"))
        .find(|id| *id == record.control("001"))
        .unwrap_or("")
        .to_owned()
}

fn genre<'a>(formats: &[&'a str], facts: &Facts) -> Genre<'a> {
    let has = |format: &str| formats.contains(&format);
    if has("1/Book/BookSection/") || has("1/Book/eBookSection/") {
        Genre::BookSection
    } else if has("0/Book/") {
        Genre::Book
    } else if has("1/Journal/Article/") || has("1/Journal/eArticle/") {
        Genre::Article
    } else if has("0/Journal/")
        || has("1/Other/ContinuouslyUpdatedResource/")
        || !facts.issn.is_empty()
    {
        Genre::Journal
    } else if !facts.isbn.is_empty() {
        Genre::Book
    } else {
        Genre::Unknown(formats.first().and_then(|format| format.split('/').nth(1)).unwrap_or(""))
    }
}

fn author(view: &RecordView<'_>) -> String {
    let name_of = |list: &ApiValue| {
        let first = list.as_list().and_then(<[ApiValue]>::first);
        first.and_then(|item| item.get("name")?.as_text()).unwrap_or("").to_owned()
    };
    let name = name_of(&people::non_presenter_authors(view));
    if !name.is_empty() {
        return name;
    }
    if view.rules() == RuleSet::Marc
        && let Some(list) = marc::names::presenters(view.marc()).get("presenters")
    {
        let name = name_of(list);
        if !name.is_empty() {
            return name;
        }
    }
    let secondary = || view.texts("author2").into_iter().map(str::to_owned).collect::<Vec<_>>();
    let first = people::primary_authors(view).into_iter().chain(secondary()).next();
    first.unwrap_or_default().trim_matches([' ', '.']).to_owned()
}

fn query(view: &RecordView<'_>, genre: Genre<'_>, facts: &Facts) -> Query {
    let mut query = Query(String::new());
    query.push("url_ver", "Z39.88-2004");
    query.push("ctx_ver", "Z39.88-2004");
    query.push("ctx_enc", "info:ofi/enc:UTF-8");
    query.push("rfr_id", REFERRER);
    if !matches!(genre, Genre::Article | Genre::BookSection) {
        query.push("rft.title", &facts.title);
    }
    if genre != Genre::Journal {
        query.push("rft.date", &facts.date);
    }
    let place = |code: &str| view.text(code);
    let numbering = |query: &mut Query| {
        query.push("rft.volume", place("container_volume"));
        query.push("rft.issue", place("container_issue"));
        query.push("rft.spage", place("container_start_page"));
    };
    match genre {
        Genre::Book | Genre::BookSection => {
            let title = if genre == Genre::Book { &facts.title } else { &facts.container };
            query.push("rft_val_fmt", "info:ofi/fmt:kev:mtx:book");
            query.push("rft.genre", "book");
            query.push("rft.btitle", title);
            query.push_known("rft.series", &first_series(view));
            query.push("rft.au", &facts.author);
            query.push_known("rft.pub", &facts.publisher);
            query.push_known("rft.place", &first_place(view));
            query.push("rft.edition", view.text("edition"));
            query.push("rft.isbn", &facts.isbn);
            query.push_known("rft.mms_id", &facts.mms_id);
            if genre == Genre::BookSection {
                numbering(&mut query);
                query.push("rft.atitle", &facts.title);
            }
        }
        Genre::Article => {
            query.push("rft_val_fmt", "info:ofi/fmt:kev:mtx:journal");
            query.push("rft.genre", "article");
            query.push("rft.issn", &facts.issn);
            query.push("rft.isbn", &facts.isbn);
            numbering(&mut query);
            query.push("rft.jtitle", &facts.container);
            query.push("rft.atitle", &facts.title);
            query.push("rft.au", &facts.author);
            query.push("rft.format", "Article");
            query.push_known("rft.language", &facts.language);
            let doi = view.text("doi_str_mv");
            if !doi.is_empty() {
                query.push("rft_id", &format!("info:doi/{doi}"));
            }
            query.push_known("rft.mms_id", &facts.mms_id);
        }
        Genre::Unknown(_) | Genre::Journal => {
            let format = if let Genre::Unknown(name) = genre { name } else { "Journal" };
            query.push("rft_val_fmt", "info:ofi/fmt:kev:mtx:dc");
            query.push("rft.creator", &facts.author);
            query.push("rft.format", format);
            query.push_known("rft.language", &facts.language);
            query.push_known("rft.pub", &facts.publisher);
            query.push_known("rft.mms_id", &facts.mms_id);
            if genre == Genre::Journal {
                query.push("rft.issn", &facts.issn);
                query.push("sfx.ignore_date_threshold", "1");
                query.push_known("rft.object_id", &facts.sfx_id);
                query.push("rft.au", &facts.author);
            }
        }
    }
    query
}

fn first_series(view: &RecordView<'_>) -> String {
    let series = match view.rules() {
        RuleSet::Marc => marc::series::series(view),
        RuleSet::Qdc | RuleSet::Lrmi | RuleSet::Aipa => super::qdc::series(view),
        _ => people::index_series(view),
    };
    let first = series.as_list().and_then(<[ApiValue]>::first);
    let name = first.and_then(|item| item.as_text().or_else(|| item.get("name")?.as_text()));
    name.unwrap_or("").to_owned()
}

fn first_place(view: &RecordView<'_>) -> String {
    match view.rules() {
        RuleSet::Marc => {
            marc::notes::publication(view.marc(), 'a').into_iter().next().unwrap_or_default()
        }
        _ => String::new(),
    }
}
