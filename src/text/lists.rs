//! N18: lists without repetition, order kept.

use super::titles::lower;
use rustc_hash::FxHashSet;
use std::borrow::Cow;

/// Short lists are compared pairwise: cheaper than a set and without allocation.
const SHORT: usize = 12;

/// Removes exact repetitions; the first of each stays.
pub fn unique(values: &mut Vec<String>) {
    if values.len() <= SHORT {
        let mut kept = 0;
        for at in 0..values.len() {
            if !values[..kept].contains(&values[at]) {
                values.swap(kept, at);
                kept += 1;
            }
        }
        values.truncate(kept);
        return;
    }
    let mut seen = FxHashSet::default();
    let keep: Vec<bool> = values.iter().map(|value| seen.insert(value.as_str())).collect();
    let mut keep = keep.iter();
    values.retain(|_| keep.next().copied().unwrap_or(true));
}

/// Removes values that are equal to an earlier one under Unicode lower-casing.
pub fn unique_ignoring_case(values: &mut Vec<String>) {
    if values.len() < 2 {
        return;
    }
    let mut seen: FxHashSet<Cow<'_, str>> = FxHashSet::default();
    let keep: Vec<bool> = values.iter().map(|value| seen.insert(lower(value))).collect();
    let mut keep = keep.iter();
    values.retain(|_| keep.next().copied().unwrap_or(true));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(values: &[&str]) -> Vec<String> {
        values.iter().map(|v| (*v).to_owned()).collect()
    }

    #[test]
    fn first_of_equal_values_stays() {
        let mut values = list(&["b", "a", "b", "B", "a", ""]);
        unique(&mut values);
        assert_eq!(values, ["b", "a", "B", ""]);
        let mut long: Vec<String> = (0..40).map(|n| (n % 20).to_string()).collect();
        unique(&mut long);
        assert_eq!(long, (0..20).map(|n| n.to_string()).collect::<Vec<_>>());
    }

    #[test]
    fn case_may_not_count() {
        let mut values = list(&["Äiti", "äiti", "ÄITI", "isä", "Äiti"]);
        unique_ignoring_case(&mut values);
        assert_eq!(values, ["Äiti", "isä"]);
    }
}
