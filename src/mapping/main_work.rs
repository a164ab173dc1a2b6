//! Work identification of a record that describes one work (ingest-common §13).

use crate::record::{Title, WorkIds};

/// The main work: the title for filing and, where it differs, the title as displayed, by the main
/// author. Empty texts give no entry.
pub(crate) fn main_work(title_for_filing: &str, title: &str, author: &str) -> Vec<WorkIds> {
    let entry = |kind: &str, value: &str| Title { kind: kind.to_owned(), value: value.to_owned() };
    let mut work = WorkIds::default();
    if !title_for_filing.is_empty() {
        work.titles.push(entry("title", title_for_filing));
    }
    if !title.is_empty() && title != title_for_filing {
        work.titles.push(entry("title", title));
    }
    if !author.is_empty() {
        work.authors.push(entry("author", author));
    }
    vec![work]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_author() {
        let values = |list: &[Title]| list.iter().map(|t| t.value.clone()).collect::<Vec<_>>();
        for (filing, title, author, titles, authors) in [
            ("lakes", "The Lakes", "A, B", vec!["lakes", "The Lakes"], vec!["A, B"]),
            ("lakes", "lakes", "", vec!["lakes"], vec![]),
            ("", "?", "", vec!["?"], vec![]),
            ("", "", "", vec![], vec![]),
        ] {
            let works = main_work(filing, title, author);
            assert_eq!(works.len(), 1);
            assert_eq!(values(&works[0].titles), titles);
            assert_eq!(values(&works[0].authors), authors);
        }
    }
}
