//! Numbers that prove two records to be of the same thing (ingest-marc §4).

use super::identifiers::thirteen_digits;
use super::view::{View, normal, sub};
use crate::text::normalize_key;

/// Ids that deduplication takes for proof of sameness.
pub(super) fn unique_ids(view: &View<'_>) -> Vec<String> {
    let mut ids = Vec::new();
    for (code, source) in [('a', "lccn"), ('b', "nucmc")] {
        let number = normalize_key(view.first_sub("010", code));
        if !number.is_empty() {
            ids.push(format!("({source}){number}"));
        }
    }
    for tag in ["015", "016"] {
        let Some(field) = view.first(tag) else { continue };
        push_number(sub(&field, '2'), sub(&field, 'a'), &mut ids);
    }
    if let Some(field) = view.first("024") {
        let number = sub(&field, 'a');
        match field.ind1 {
            '0' => push_number("istc", number, &mut ids),
            '1' => push_number("upc", number, &mut ids),
            '2' if thirteen_digits(number).is_some() => push_number("ismn", number, &mut ids),
            '3' => push_number("ian", number.split(' ').next().unwrap_or(""), &mut ids),
            '4' => push_number("sici", number, &mut ids),
            '7' => push_number(sub(&field, '2'), number, &mut ids),
            _ => {}
        }
    }
    let control_numbers = view.gather(&[normal("035", "a")]);
    ids.extend(control_numbers.iter().filter(|id| is_shared(id)).map(|id| normalize_key(id)));
    let melinda = control_numbers
        .iter()
        .filter_map(|id| id.strip_prefix("FCC"))
        .find(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    if let Some(number) = melinda {
        ids.push(format!("(FI-MELINDA){number}"));
    }
    ids
}

fn push_number(source: &str, number: &str, ids: &mut Vec<String>) {
    let number = normalize_key(number);
    if !source.is_empty() && !number.is_empty() {
        ids.push(format!("({source}){number}"));
    }
}

/// True for control numbers of catalogues that several libraries share: `(OCoLC)…`, `(FI-X)…`.
fn is_shared(id: &str) -> bool {
    let Some((agency, number)) = id.strip_prefix('(').and_then(|rest| rest.split_once(')')) else {
        return false;
    };
    if number.is_empty() {
        return false;
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let national = match agency.split_once('-') {
        Some((country, library)) => {
            country.len() == 2
                && country.chars().all(word)
                && !library.is_empty()
                && library.chars().all(word)
        }
        None => false,
    };
    let network = agency.strip_prefix("EXLNZ-").is_some_and(|institution| !institution.is_empty());
    national || network || matches!(agency, "CONSER" | "DLC" | "OCoLC" | "EXLCZ")
}

#[cfg(test)]
mod tests {
    use super::is_shared;

    #[test]
    fn shared_control_numbers() {
        for (id, shared) in [
            ("(OCoLC)1", true),
            ("(FI-MELINDA)0001", true),
            ("(EXLNZ-358FIN)9", true),
            ("(EXLCZ)9", true),
            ("(FI-)1", false),
            ("(FIN-X)1", false),
            ("(DLC)", false),
            ("FCC001", false),
        ] {
            assert_eq!(is_shared(id), shared, "{id}");
        }
    }
}
