//! Filters as the peer keeps them: lists of values by prefixed field.

use crate::text::{is_numeric, trim};

/// Key of filters in the query language.
pub(super) const RAW: &str = "#";

/// `[-|~]field:value` cut at the first colon; one quote at either end of the value goes, then
/// blanks around it.
fn cut(filter: &str) -> (&str, &str) {
    if filter.starts_with('(') || filter.starts_with("-(") {
        return (RAW, filter);
    }
    // A circle has no colon; a value that holds one is no reason to cut it.
    let (field, value) = filter.split_once(':').unwrap_or((filter, ""));
    let value = value.strip_prefix('"').unwrap_or(value);
    let value = value.strip_suffix('"').unwrap_or(value);
    (field, trim(value))
}

/// Equal texts, or two spellings of one number.
fn same(a: &str, b: &str) -> bool {
    let number = |text: &str| is_numeric(text).then(|| text.trim().parse::<f64>().ok()).flatten();
    #[expect(clippy::float_cmp, reason = "the peer compares numeric texts as numbers")]
    let numbers = matches!((number(a), number(b)), (Some(a), Some(b)) if a == b);
    a == b || numbers
}

/// Keys in order of first appearance, each with its values. Repeated values count once, hidden
/// filters come first and need a value.
pub(super) fn grouped(hidden: &[String], visible: &[String]) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    let hidden = hidden.iter().map(|filter| cut(filter)).filter(|(_, value)| !value.is_empty());
    for (key, value) in hidden.chain(visible.iter().map(|filter| cut(filter))) {
        match groups.iter_mut().find(|(known, _)| known == key) {
            Some((_, values)) if values.iter().any(|known| same(known, value)) => {}
            Some((_, values)) => values.push(value.to_owned()),
            None => groups.push((key.to_owned(), vec![value.to_owned()])),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_cut_and_grouped() {
        let strings = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        let groups = grouped(
            &strings(&["h:1", "h:", "a:0"]),
            &strings(&["a:1", "~b:x", "a:\"1\"", "a:01", "(x:y)", "a: \"2\"", "-(z)", "-a:1", "n"]),
        );
        let shown: Vec<String> =
            groups.iter().map(|(key, values)| format!("{key}={}", values.join(","))).collect();
        assert_eq!(shown, ["h=1", "a=0,1,\"2", "~b=x", "#=(x:y),-(z)", "-a=1", "n="]);
    }
}
