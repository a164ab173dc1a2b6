//! Step 4: keys by which records of one work are found (ingest-common §13).

use crate::config::IngestSettings;
use crate::record::{IndexRecord, Title, WorkIds};
use crate::text::normalize_key;

/// `UT title` for each uniform title, `AT author title` for each author with each other title;
/// the same once more in the other script.
pub(super) fn add(index: &mut IndexRecord, works: &[WorkIds], ingest: &IngestSettings) {
    let mut keys = Vec::new();
    for work in works {
        if work.kind == "analytical" && !ingest.work_keys_from_analytical_entries {
            continue;
        }
        for (titles, authors) in
            [(&work.titles, &work.authors), (&work.titles_alt_script, &work.authors_alt_script)]
        {
            add_set(titles, authors, ingest.work_keys_from_all_authors, &mut keys);
        }
    }
    index.set_all("work_keys_str_mv", keys);
}

fn add_set(titles: &[Title], authors: &[Title], all_authors: bool, keys: &mut Vec<String>) {
    if titles.is_empty() {
        return;
    }
    let count = if all_authors { authors.len() } else { authors.len().min(1) };
    let authors: Vec<String> =
        authors.iter().take(count).map(|author| normalize_key(&author.value)).collect();
    for title in titles {
        let key = normalize_key(&title.value);
        if title.kind == "uniform" {
            keys.push(format!("UT {key}"));
        } else {
            keys.extend(authors.iter().map(|author| format!("AT {author} {key}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(values: &[&str]) -> Vec<Title> {
        values.iter().map(|v| Title { kind: "title".into(), value: (*v).into() }).collect()
    }

    #[test]
    fn analytical_works_and_authors_by_settings() {
        let main = WorkIds {
            authors: entries(&["A", "B"]),
            titles: entries(&["T"]),
            authors_alt_script: entries(&["Á2"]),
            titles_alt_script: entries(&["T2"]),
            ..WorkIds::default()
        };
        let inner = WorkIds {
            kind: "analytical".into(),
            authors: entries(&["C"]),
            titles: entries(&["U"]),
            ..WorkIds::default()
        };
        let keys = |ingest: &IngestSettings| {
            let mut index = IndexRecord::new();
            add(&mut index, &[main.clone(), inner.clone()], ingest);
            index.texts("work_keys_str_mv").map(str::to_owned).collect::<Vec<_>>()
        };
        let mut ingest = IngestSettings::default();
        assert_eq!(keys(&ingest), ["AT a t", "AT b t", "AT a2 t2"]);
        ingest.work_keys_from_all_authors = false;
        ingest.work_keys_from_analytical_entries = true;
        assert_eq!(keys(&ingest), ["AT a t", "AT a2 t2", "AT c u"]);
    }
}
