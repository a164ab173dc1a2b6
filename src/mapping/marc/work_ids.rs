//! Works in the record: authors and titles for work keys (ingest-marc §7).

use super::titles::without_first;
use super::view::{Codes, View, join_into, join_trimmed_into, sub};
use crate::marc::DataField;
use crate::record::{Title, WorkIds};

/// Tags and codes of authors, in the order of the work keys.
const AUTHORS: [(&str, &str); 6] =
    [("100", "ab"), ("110", "ab"), ("111", "ac"), ("700", "ab"), ("710", "ab"), ("711", "ac")];

/// Which indicator counts the non-filing characters.
#[derive(Clone, Copy)]
enum NonFiling {
    First,
    Second,
    None,
}

/// Tags of titles, codes after `$a`, where the non-filing count is, kind of title.
const TITLES: [(&str, &str, NonFiling, &str); 6] = [
    ("130", "np", NonFiling::First, "uniform"),
    ("730", "np", NonFiling::First, "uniform"),
    ("240", "npmr", NonFiling::Second, "title"),
    ("245", "bn", NonFiling::Second, "title"),
    ("246", "bn", NonFiling::None, "title"),
    ("247", "bn", NonFiling::Second, "title"),
];

const ANALYTICAL_TITLE: Codes = Codes::of("tnpmr");

/// The main work and the works inside it; none without titles.
pub(super) fn work_ids(view: &View<'_>) -> Vec<WorkIds> {
    let mut main = WorkIds::default();
    let mut analytical = Vec::new();
    for (tag, codes) in AUTHORS {
        let codes = Codes::of(codes);
        for field in view.each(tag) {
            let is_inside = tag.starts_with('7') && field.ind2 == '2';
            if is_inside {
                analytical.extend(analytical_work(view, &field, codes));
                continue;
            }
            let mut name = String::new();
            join_into(&field, codes, &mut name);
            push("author", name, &mut main.authors);
            for linked in view.linked(&field) {
                let mut name = String::new();
                join_into(&linked, codes, &mut name);
                push("author", name, &mut main.authors_alt_script);
            }
        }
    }
    for (tag, codes, non_filing, kind) in TITLES {
        let Some(field) = view.first(tag) else { continue };
        let codes = Codes::of(codes);
        push_titles(&field, codes, non_filing, kind, &mut main.titles);
        for linked in view.linked(&field) {
            push_titles(&linked, codes, non_filing, kind, &mut main.titles_alt_script);
        }
    }
    if main.titles.is_empty() {
        return Vec::new();
    }
    let mut works = vec![main];
    works.append(&mut analytical);
    works
}

fn push(kind: &str, value: String, list: &mut Vec<Title>) {
    if !value.is_empty() {
        list.push(Title { kind: kind.to_owned(), value });
    }
}

/// The title without its non-filing characters, and as it is when that differs.
fn push_titles(
    field: &DataField<'_>,
    codes: Codes,
    non_filing: NonFiling,
    kind: &str,
    list: &mut Vec<Title>,
) {
    let mut title = sub(field, 'a').to_owned();
    join_into(field, codes, &mut title);
    let count = match non_filing {
        NonFiling::First => field.ind1.to_digit(10),
        NonFiling::Second => field.ind2.to_digit(10),
        NonFiling::None => None,
    };
    let filing = without_first(&title, count.unwrap_or(0)).to_owned();
    let differs = filing != title;
    push(kind, filing, list);
    if differs {
        push(kind, title, list);
    }
}

/// A work named by an added entry of its own.
fn analytical_work<'r>(view: &View<'r>, field: &DataField<'r>, codes: Codes) -> Option<WorkIds> {
    let texts = |field: &DataField<'_>, join: fn(&DataField<'_>, Codes, &mut String)| {
        let (mut author, mut title) = (String::new(), String::new());
        join(field, codes, &mut author);
        join(field, ANALYTICAL_TITLE, &mut title);
        (author, title)
    };
    let mut work = WorkIds { kind: "analytical".to_owned(), ..WorkIds::default() };
    let (author, title) = texts(field, join_into);
    if title.is_empty() {
        return None;
    }
    push("author", author, &mut work.authors);
    push("title", title, &mut work.titles);
    if let Some(linked) = view.linked(field).next() {
        let (author, title) = texts(&linked, join_trimmed_into);
        push("author", author, &mut work.authors_alt_script);
        push("title", title, &mut work.titles_alt_script);
    }
    Some(work)
}

#[cfg(test)]
mod tests {
    use crate::mapping::marc::sample::mapped;
    use crate::record::Title;

    fn values(titles: &[Title]) -> Vec<&str> {
        titles.iter().map(|title| title.value.as_str()).collect()
    }

    #[test]
    fn main_and_analytical_works() {
        let works = mapped(
            "100 1_ $aPoet, Pia.
             240 10 $aRunot,$lsuomi
             245 14 $6880-01$aThe poems /$bselected
             700 12 $aBard, Bo.$tSongs.
             700 1_ $aOther, O.
             880 14 $6245-01$aТе поэмы",
        )
        .facts
        .work_ids;
        assert_eq!(works.len(), 2);
        assert_eq!(values(&works[0].authors), ["Poet, Pia.", "Other, O."]);
        assert_eq!(
            values(&works[0].titles),
            ["Runot,", "poems / selected", "The poems / selected"]
        );
        assert_eq!(values(&works[0].titles_alt_script), ["оэмы", "Те поэмы"]);
        assert_eq!(
            (works[1].kind.as_str(), values(&works[1].titles)),
            ("analytical", vec!["Songs."])
        );
        assert_eq!(values(&works[1].authors), ["Bard, Bo."]);
    }

    #[test]
    fn no_title_no_work() {
        assert!(mapped("100 1_ $aPoet, Pia.").facts.work_ids.is_empty());
    }
}
