//! Identifiers, numbers and flags of a record (record-fields §2, §3.2, §3.3).

use super::view::{RecordView, RuleSet};
use super::{ApiValue, lido, marc, qdc};

/// `isbns`.
pub(super) fn isbns(view: &RecordView<'_>) -> Vec<String> {
    match view.rules() {
        RuleSet::Marc => marc_numbers(view, &[("020", "aq"), ("773", "z")]),
        RuleSet::Lido => lido::works::numbers(view, "isbn"),
        RuleSet::Qdc | RuleSet::Lrmi | RuleSet::Aipa => qdc::isbns(view),
        _ => view.texts("isbn").into_iter().map(str::to_owned).collect(),
    }
}

/// `issns`.
pub(super) fn issns(view: &RecordView<'_>) -> Vec<String> {
    match view.rules() {
        RuleSet::Marc => marc_numbers(view, &[("022", "a")]),
        RuleSet::Lido => lido::works::numbers(view, "issn"),
        _ => view.texts("issn").into_iter().map(str::to_owned).collect(),
    }
}

/// Numbers without trailing punctuation, each once.
fn marc_numbers(view: &RecordView<'_>, fields: &[(&str, &str)]) -> Vec<String> {
    let mut numbers: Vec<String> = Vec::new();
    for (tag, codes) in fields {
        for text in marc::fields::joined(view.marc(), tag, codes) {
            let number = marc::punctuation::strip_also(&text, "-");
            if !number.is_empty() && !numbers.iter().any(|known| known == number) {
                numbers.push(number.to_owned());
            }
        }
    }
    numbers
}

/// `cleanIsbn`.
pub(super) fn clean_isbn(view: &RecordView<'_>) -> ApiValue {
    clean_isbn_of(&isbns(view)).map_or(ApiValue::Null, ApiValue::from)
}

/// The first ISBN as ISBN-10; else the first that has no such form.
pub(super) fn clean_isbn_of(isbns: &[String]) -> Option<String> {
    let mut without_short_form = None;
    for isbn in isbns {
        let text = match isbn.find(' ') {
            Some(at) if at > 0 => isbn.get(..at).unwrap_or(""),
            _ => isbn.as_str(),
        };
        let number: String =
            text.to_ascii_uppercase().chars().filter(|c| c.is_ascii_digit() || *c == 'X').collect();
        if is_isbn10(&number) {
            return Some(number);
        }
        if is_isbn13(&number) {
            match number.strip_prefix("978").and_then(|core| core.get(..9)) {
                Some(core) => return Some(format!("{core}{}", isbn10_check(core))),
                None => without_short_form = without_short_form.or(Some(number)),
            }
        }
    }
    without_short_form
}

/// The check character of an ISBN-10's first nine digits.
fn isbn10_check(core: &str) -> char {
    let sum: u32 =
        core.bytes().zip(1_u32..).map(|(b, at)| u32::from(b.wrapping_sub(b'0')) * at).sum();
    char::from_digit(sum % 11, 10).unwrap_or('X')
}

fn is_isbn10(text: &str) -> bool {
    let (Some(core), Some(check)) = (text.get(..9), text.get(9..)) else { return false };
    core.bytes().all(|b| b.is_ascii_digit()) && check.chars().eq([isbn10_check(core)])
}

fn is_isbn13(text: &str) -> bool {
    let digits = text.len() == 13 && text.bytes().all(|b| b.is_ascii_digit());
    let weights = [1_u32, 3].into_iter().cycle();
    let sum: u32 =
        text.bytes().zip(weights).map(|(b, w)| u32::from(b.wrapping_sub(b'0')) * w).sum();
    digits && (text.starts_with("978") || text.starts_with("979")) && sum.is_multiple_of(10)
}

/// `cleanIssn`.
pub(super) fn clean_issn(view: &RecordView<'_>) -> ApiValue {
    ApiValue::text_or_null(clean_issn_text(view))
}

/// The first ISSN up to its first blank.
pub(super) fn clean_issn_text(view: &RecordView<'_>) -> String {
    let first = issns(view).into_iter().next().unwrap_or_default();
    match first.split_once(' ') {
        Some((number, _)) if !number.is_empty() => number.to_owned(),
        _ => first,
    }
}

/// `lccn` in its normal form.
pub(super) fn lccn(view: &RecordView<'_>) -> ApiValue {
    let text: String = view.text("lccn").chars().filter(|c| *c != ' ' && *c != '\t').collect();
    let text = text.split('/').next().unwrap_or("");
    match text.split_once('-') {
        Some((prefix, serial)) if !prefix.is_empty() => {
            ApiValue::from(format!("{prefix}{serial:0>6}"))
        }
        _ => ApiValue::text_or_null(text),
    }
}

/// `geoCenter`.
pub(super) fn geo_center(view: &RecordView<'_>) -> ApiValue {
    let text = view.text("center_coords");
    let latitude_first = text.split_once(',').map(|(lat, lon)| (lon, lat));
    let Some((lon, lat)) = latitude_first.or_else(|| text.split_once(' ')) else {
        return ApiValue::EMPTY;
    };
    ApiValue::object([("lon", lon.trim().into()), ("lat", lat.trim().into())])
}

/// `isCollection`: the record is the top of its hierarchy.
pub(super) fn is_collection(view: &RecordView<'_>) -> ApiValue {
    let own = view.text("is_hierarchy_id");
    let is_item = || {
        view.is_ead_family() && view.root().is_some_and(|root| root.attr("level") == Some("item"))
    };
    if !own.is_empty() && view.texts("hierarchy_top_id").contains(&own) && !is_item() {
        ApiValue::Int(1)
    } else {
        ApiValue::Null
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_isbns() {
        for (isbns, expected) in [
            (&["978-952-264-121-2 sidottu"][..], Some("9522641219")),
            (&["951-0-18435-7"], Some("9510184357")),
            (&["0-8044-2957-x"], Some("080442957X")),
            (&["9790123456785", "951-0-18435-7"], Some("9510184357")),
            (&["9790123456785"], Some("9790123456785")),
            (&["1234567890", "no"], None),
            (&[" 9510184357"], Some("9510184357")),
            (&["ä2345678"], None),
            (&["0860270351(pbk)"], Some("0860270351")),
        ] {
            let isbns: Vec<String> = isbns.iter().map(|s| (*s).to_owned()).collect();
            assert_eq!(clean_isbn_of(&isbns).as_deref(), expected, "{isbns:?}");
        }
    }
}
