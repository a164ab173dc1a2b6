//! What deduplication and links need to know (dedup §2.1, ingest-golden README `driver`).

use super::identifiers::{isbns, issns};
use super::names::makers;
use super::titles::Titles;
use super::view::View;
use crate::mapping::Warnings;
use crate::record::{RecordFacts, Title, WorkIds};
use crate::text::strip_leading_punctuation;

/// The facts of a record with this id. A museum object is never part of another record, and its
/// format tells nothing about duplicates.
pub(super) fn facts(
    view: &View<'_, '_>,
    id: String,
    titles: &Titles,
    warnings: &mut Warnings,
) -> RecordFacts {
    let makers = makers(view);
    RecordFacts {
        linking_ids: if id.is_empty() { Vec::new() } else { vec![id.clone()] },
        id,
        title_for_filing: strip_leading_punctuation(&titles.main),
        main_author: makers.first().cloned().unwrap_or_default(),
        isbns: isbns(view, warnings),
        issns: issns(view),
        access_restrictions: view
            .context
            .source
            .params
            .get("accessRestrictions")
            .unwrap_or_default()
            .to_owned(),
        work_ids: vec![work(titles, makers)],
        title: titles.main.clone(),
        ..RecordFacts::default()
    }
}

/// The object by all its makers under all its titles.
fn work(titles: &Titles, makers: Vec<String>) -> WorkIds {
    let entry = |kind: &str, value: String| Title { kind: kind.to_owned(), value };
    WorkIds {
        titles: std::iter::once(&titles.main)
            .chain(&titles.alternates)
            .filter(|title| !title.is_empty())
            .map(|title| entry("title", title.clone()))
            .collect(),
        authors: makers.into_iter().map(|name| entry("author", name)).collect(),
        ..WorkIds::default()
    }
}
