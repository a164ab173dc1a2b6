//! Classification, call numbers, Dewey, local categories and major genre (ingest-marc §5.7).

use super::identifiers::set_one_or_all;
use super::view::{Spec, View, join, normal, part, sub};
use crate::record::IndexRecord;
use crate::text::{DeweyCallNumber, LcCallNumber, is_numeric, trim};

/// Sets the classification and call number fields.
pub(super) fn add(view: &View<'_>, fields: &mut IndexRecord) {
    let classifications = classifications(view);
    fields.set_all("classification_txt_mv", classifications.clone());
    fields.set_all("classification_str_mv", classifications);
    add_call_numbers(view, fields);
    add_dewey(view, fields);
    fields.set("major_genre_str_mv", major_genre(view));
    if view.flag("categoriesIn650") {
        fields.extend("category_str_mv", categories_in_650(view));
    }
}

fn classifications(view: &View<'_>) -> Vec<String> {
    let mut values = Vec::new();
    for field in view.each("080") {
        let mut class = format!("{}{}", sub(&field, 'a'), sub(&field, 'b'));
        if class.is_empty() {
            continue;
        }
        let auxiliary = join(&field, "x");
        let auxiliary = trim(&auxiliary);
        if !auxiliary.is_empty() {
            class.push(' ');
            class.push_str(auxiliary);
        }
        let editions = join(&field, "2");
        values.push(format!("{} {class}", udk_prefix(trim(&editions))));
    }
    for (tag, prefix) in [("050", "dlc"), ("060", "nlm")] {
        for class in view.gather(&[normal(tag, "ab")]) {
            values.push(format!("{prefix} {}", squeezed(&class)));
            values.push(format!("{prefix} {class}"));
        }
    }
    for field in view.each("084") {
        let scheme = sub(&field, '2');
        let class = join(&field, "ab");
        if !scheme.is_empty() {
            values.push(format!("{scheme} {}", squeezed(&class)));
            values.push(format!("{scheme} {class}"));
        }
    }
    extra_classifications(view, &mut values);
    values
}

/// Lower-case without spaces.
fn squeezed(class: &str) -> String {
    class.replace(' ', "").to_lowercase()
}

/// Which edition of UDC a class is from, by `$2`.
fn udk_prefix(edition: &str) -> &'static str {
    let recent = edition
        .as_bytes()
        .windows(4)
        .filter(|window| window.iter().all(u8::is_ascii_digit))
        .any(|window| window >= b"2009".as_slice());
    match edition {
        "1974/fin/fennica" | "1974/fin/finuc-s" => "udkf",
        _ if recent => "udk2",
        _ => "udkx",
    }
}

/// The source's own selectors: `TAGcodes[=prefix]`, split at `:`.
fn extra_classifications(view: &View<'_>, values: &mut Vec<String>) {
    for selector in view.param("classifications").split(':').filter(|s| !s.is_empty()) {
        let (field_codes, prefix) = selector.split_once('=').unwrap_or((selector, ""));
        let Some((tag, codes)) = field_codes.split_at_checked(3) else { continue };
        for field in view.each(tag) {
            let joined = join(&field, codes);
            let class = joined.split_whitespace().collect::<Vec<_>>().join(" ");
            if class.is_empty() {
                continue;
            }
            values.push(if prefix.is_empty() { class } else { format!("{prefix} {class}") });
        }
    }
}

const SHELF_NUMBERS: &[Spec] = &[normal("080", "ab"), normal("084", "ab")];
const LC_NUMBERS: &[Spec] = &[normal("050", "ab")];
const FIRST_NUMBER: &[Spec] = &[normal("080", "ab"), normal("084", "ab"), normal("050", "ab")];
const SUBJECT_NUMBER: &[Spec] = &[normal("090", "a"), normal("050", "a")];

fn add_call_numbers(view: &View<'_>, fields: &mut IndexRecord) {
    let first = view.first_of(FIRST_NUMBER).replace(' ', "").to_ascii_uppercase();
    fields.set("callnumber-first", first);

    let mut raw: Vec<String> =
        view.gather(SHELF_NUMBERS).iter().map(|number| number.to_ascii_uppercase()).collect();
    let sort = raw.first().cloned();
    let lc_numbers = view.gather(LC_NUMBERS);
    raw.extend(lc_numbers.iter().map(|number| number.to_ascii_uppercase()));
    let sort = sort.or_else(|| {
        let parsed: Vec<LcCallNumber> =
            lc_numbers.iter().map(|number| LcCallNumber::parse(number)).collect();
        let best = parsed.iter().find(|number| number.is_valid()).or(parsed.first());
        best.map(LcCallNumber::sort_key)
    });
    fields.set_all("callnumber-raw", raw);
    fields.set("callnumber-sort", sort.unwrap_or_default());

    let subject = view.first_of(SUBJECT_NUMBER);
    let letters = subject.chars().take_while(char::is_ascii_alphabetic).collect::<String>();
    fields.set("callnumber-subject", letters.to_ascii_uppercase());
    let label = subject.split('.').next().unwrap_or("");
    fields.set("callnumber-label", label.to_ascii_uppercase());
}

/// Dewey numbers of 082 and 083. The peer keeps the last one only; here all are kept, and one
/// alone is written as the peer writes it.
fn add_dewey(view: &View<'_>, fields: &mut IndexRecord) {
    let raw = view.gather(&[normal("082", "a"), normal("083", "a")]);
    if raw.is_empty() {
        return;
    }
    let numbers: Vec<DeweyCallNumber> =
        raw.iter().map(|number| DeweyCallNumber::parse(number)).collect();
    let present = |texts: Vec<String>| -> Vec<String> {
        texts.into_iter().filter(|text| !text.is_empty()).collect()
    };
    for (name, precision) in [("dewey-hundreds", 100), ("dewey-tens", 10), ("dewey-ones", 1)] {
        let values = present(numbers.iter().map(|number| number.number(precision)).collect());
        set_one_or_all(fields, name, values);
    }
    let full = present(numbers.iter().map(DeweyCallNumber::search_string).collect());
    set_one_or_all(fields, "dewey-full", full);
    fields.set("dewey-sort", numbers.first().map(DeweyCallNumber::sort_key).unwrap_or_default());
    set_one_or_all(fields, "dewey-raw", raw);
}

/// 650 without id as category path: a, and x below it.
fn categories_in_650(view: &View<'_>) -> Vec<String> {
    let level = |text: &str| view.clean(trim(&text.replace(['/', '\\'], "")));
    view.each("650")
        .filter(|field| sub(field, '0').is_empty())
        .filter_map(|field| {
            let mut category = level(sub(&field, 'a'));
            if category.is_empty() {
                return None;
            }
            let below = level(sub(&field, 'x'));
            if !below.is_empty() {
                category.push('/');
                category.push_str(&below);
            }
            Some(category)
        })
        .collect()
}

/// `fiction`, `nonfiction` or `music`, from 008 of books, UDC and YKL.
fn major_genre(view: &View<'_>) -> &'static str {
    let mut genre = "";
    let is_book = matches!(view.leader(6), 'a' | 't') && !matches!(view.leader(7), 'b' | 'i' | 's');
    if is_book {
        genre = match view.control_part("008", 33, 1) {
            "0" => "nonfiction",
            "1" | "d" | "f" | "h" | "j" | "p" => "fiction",
            _ => "",
        };
    }
    for field in view.each("080") {
        if !matches!(genre, "" | "nonfiction") {
            break;
        }
        let class = sub(&field, 'a');
        if class.is_empty() {
            continue;
        }
        let main = format!("0.{}", class.split('.').next().unwrap_or(""));
        if !is_numeric(&main) {
            continue;
        }
        let Ok(main) = trim(&main).parse::<f64>() else { continue };
        let form = sub(&field, 'x');
        genre = if (0.82..0.9).contains(&main)
            && matches!(form, "-1" | "-2" | "-3" | "-4" | "-5" | "-6" | "-8")
        {
            "fiction"
        } else if (0.78..0.79).contains(&main) {
            "music"
        } else {
            "nonfiction"
        };
    }
    for field in view.each("084").filter(|field| sub(field, '2') == "ykl") {
        if !matches!(genre, "" | "nonfiction") {
            break;
        }
        let class = join(&field, "ab");
        genre = match part(class.trim_start_matches('L'), 0, 2) {
            "78" => "music",
            "80" | "81" | "82" | "83" | "84" | "85" => "fiction",
            _ => "nonfiction",
        };
    }
    genre
}

#[cfg(test)]
mod tests {
    use super::udk_prefix;
    use crate::mapping::marc::sample::{mapped, mapped_with};

    #[test]
    fn editions_of_udc() {
        for (edition, prefix) in [
            ("1974/fin/fennica", "udkf"),
            ("2009", "udk2"),
            ("2017/fin", "udk2"),
            ("2008", "udkx"),
            ("", "udkx"),
            ("foo", "udkx"),
        ] {
            assert_eq!(udk_prefix(edition), prefix, "{edition}");
        }
    }

    #[test]
    fn classes_and_call_numbers() {
        let mapped = mapped_with(
            "050 _0 $aQC861.2$b.B36
             080 __ $a551.4$x(480)$2199X
             082 04 $a330.903
             083 04 $a551 Suo
             084 __ $aL 84.2$2ykl
             245 00 $aLento  lehti",
            &[("classifications", "245a=title")],
        );
        for (field, values) in [
            (
                "classification_txt_mv",
                vec![
                    "udkx 551.4 (480)",
                    "dlc qc861.2.b36",
                    "dlc QC861.2 .B36",
                    "ykl l84.2",
                    "ykl L 84.2",
                    "title Lento lehti",
                ],
            ),
            ("callnumber-first", vec!["551.4"]),
            ("callnumber-raw", vec!["551.4", "L 84.2", "QC861.2 .B36"]),
            ("callnumber-sort", vec!["551.4"]),
            ("callnumber-subject", vec!["QC"]),
            ("callnumber-label", vec!["QC861"]),
            ("dewey-hundreds", vec!["300", "500"]),
            ("dewey-ones", vec!["330", "551"]),
            ("dewey-raw", vec!["330.903", "551 Suo"]),
        ] {
            assert_eq!(mapped.all(field), values, "{field}");
        }
    }

    #[test]
    fn major_genres() {
        for (lines, genre) in [
            ("008 140327s2013    fi            000 0 fin d", "nonfiction"),
            ("008 140327s2013    fi            000 1 fin d", "fiction"),
            ("LDR 00000cas a22000004i 4500\n008 140327s2013    fi            000 1 fin d", ""),
            ("080 __ $a82$x-1", "fiction"),
            ("080 __ $a821.511.111$x-1", "fiction"),
            ("080 __ $a78.03", "music"),
            ("080 __ $a551.4", "nonfiction"),
            ("080 __ $a82-1", ""),
            ("084 __ $aL84.2$2ykl", "fiction"),
            ("084 __ $a78.1$2ykl", "music"),
            ("084 __ $a56.9$2ykl", "nonfiction"),
            ("084 __ $a84.2$2other", ""),
            ("084 __ $a84.2$2ykl\n084 __ $a56$2ykl", "fiction"),
        ] {
            assert_eq!(mapped(lines).fields.first("major_genre_str_mv"), genre, "{lines}");
        }
    }

    #[test]
    fn categories_of_650() {
        let lines = "650 _4 $aLuonto/$xSuot\n650 _7 $ax$0http://x.fi";
        let mapped = mapped_with(lines, &[("categoriesIn650", "1")]);
        assert_eq!(mapped.all("category_str_mv"), ["Luonto/Suot"]);
        assert!(mapped_with(lines, &[]).all("category_str_mv").is_empty());
    }
}
