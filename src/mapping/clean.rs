//! Step 10: values as the index wants them: one Unicode form, not too long, not empty, each once
//! (ingest-common §8.9).

use crate::config::{IngestSettings, UnicodeForm};
use crate::record::{Field, IndexRecord, Value};
use icu_normalizer::ComposingNormalizerBorrowed;
use rustc_hash::FxHashSet;
use std::borrow::Cow;

/// Lists up to this length are compared pairwise: cheaper than a set.
const SHORT: usize = 12;

/// Cleans every field; fields without values go.
pub(super) fn clean(index: &mut IndexRecord, ingest: &IngestSettings) {
    let normalizer = match ingest.unicode_form {
        UnicodeForm::Nfkc => ComposingNormalizerBorrowed::new_nfkc(),
        UnicodeForm::Nfc => ComposingNormalizerBorrowed::new_nfc(),
    };
    index.retain(|name, field| {
        if name == "fullrecord" {
            return true;
        }
        let limit = ingest.length_limits.of(name);
        let keep = |value: &mut Value| {
            let Value::Text(text) = value else { return true };
            clean_text(text, &normalizer, limit);
            !ingest.non_indexed_values.iter().any(|not| not == text)
        };
        match field {
            Field::One(value) => keep(value),
            Field::Many(values) => {
                values.retain_mut(keep);
                unique(values);
                !values.is_empty()
            }
        }
    });
}

fn clean_text(text: &mut String, normalizer: &ComposingNormalizerBorrowed<'_>, limit: usize) {
    if !text.is_ascii()
        && let Cow::Owned(normalized) = normalizer.normalize(text)
    {
        *text = normalized;
    }
    if limit > 0
        && text.len() > limit
        && let Some((end, _)) = text.char_indices().nth(limit)
    {
        text.truncate(end);
    }
}

/// Removes repetitions; the first of each stays.
fn unique(values: &mut Vec<Value>) {
    if values.len() < 2 {
        return;
    }
    if values.len() <= SHORT {
        let mut kept = 1;
        for at in 1..values.len() {
            if !values[..kept].contains(&values[at]) {
                values.swap(kept, at);
                kept += 1;
            }
        }
        values.truncate(kept);
        return;
    }
    let mut seen = FxHashSet::default();
    let first: Vec<bool> = values.iter().map(|value| seen.insert(value.as_str())).collect();
    let mut first = first.into_iter();
    values.retain(|_| first.next().unwrap_or(true));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LengthLimits;

    #[test]
    fn values_are_cleaned() {
        let mut ingest = IngestSettings {
            length_limits: LengthLimits::new([("__default__", 5), ("*_txt*", 0)]),
            ..IngestSettings::default()
        };
        let mut index = IndexRecord::new();
        index.set("title", "ÄÄkköset");
        index.set("title_txt", "ÄÄkköset…");
        index.set("pages", "0");
        ingest.non_indexed_values = ["", "0", "0.0"].map(str::to_owned).to_vec();
        index.set_all("topic", ["a", "", "²", "2", "0.0", "a", "abcdef", "abcdeg"]);
        index.set_all("era", ["", "0"]);
        index.set("fullrecord", "0 ﬁ and long");
        clean(&mut index, &ingest);
        assert_eq!(index.first("title"), "ÄÄkkö");
        assert_eq!(index.first("title_txt"), "ÄÄkköset...");
        assert!(!index.contains("pages") && !index.contains("era"));
        assert_eq!(index.texts("topic").collect::<Vec<_>>(), ["a", "2", "abcde"]);
        assert_eq!(index.first("fullrecord"), "0 ﬁ and long");
        let mut index = IndexRecord::new();
        index.set("title", "²");
        ingest.unicode_form = UnicodeForm::Nfc;
        clean(&mut index, &ingest);
        assert_eq!(index.first("title"), "²");
    }

    #[test]
    fn long_lists_lose_repetitions() {
        let mut values: Vec<Value> = (0..60).map(|n| (n % 30).to_string().into()).collect();
        unique(&mut values);
        assert_eq!(values, (0..30).map(|n| n.to_string().into()).collect::<Vec<Value>>());
    }
}
