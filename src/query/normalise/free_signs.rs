//! Signs that stand alone outside quotes: `-`, `+`, `/`, `~1`, `:`.

use super::super::clauses::constant;
use super::quotes::replace_outside;
use regex::Regex;
use std::sync::LazyLock;

/// Step 9.
pub(super) fn drop_free_signs(text: String) -> String {
    static FREE: LazyLock<Regex> = LazyLock::new(|| {
        constant(
            r"(?:^|(?-u:\s)+)[+-]+(?:(?-u:\s)+[+-]+)*(?-u:\s)+|(?-u:\s)+[+-]+(?:(?-u:\s)+[+-]+)*$",
        )
    });
    replace_outside(text, &FREE, |_| " ".to_owned())
}

/// Step 10: a free slash between words is searched as text, which analysis drops.
pub(super) fn quote_free_slashes(text: String) -> String {
    static BETWEEN: LazyLock<Regex> = LazyLock::new(|| constant(r"(?-u:\s)+/+(?-u:\s)+"));
    static AT_AN_END: LazyLock<Regex> = LazyLock::new(|| constant(r"^/+(?-u:\s)+|(?-u:\s)+/+$"));
    if !text.contains('/') {
        return text;
    }
    let text = replace_outside(text, &BETWEEN, |_| " \"/\" ".to_owned());
    replace_outside(text, &AT_AN_END, |_| " ".to_owned())
}

/// Step 11: a proximity of 1 means nothing.
pub(super) fn drop_proximity_one(text: String) -> String {
    static ONE: LazyLock<Regex> = LazyLock::new(|| constant(r"~1(?:\.0*)?((?-u:\s)|$)"));
    replace_outside(text, &ONE, |found| found.get(1).map_or("", |blank| blank.as_str()).to_owned())
}

/// Step 13.
pub(super) fn tidy_colons(text: String) -> String {
    static MANY: LazyLock<Regex> = LazyLock::new(|| constant("::+"));
    static BESIDE_BLANKS: LazyLock<Regex> =
        LazyLock::new(|| constant(r":[:\t\n\x0b\x0c\r ]+|[:\t\n\x0b\x0c\r ]+:"));
    if !text.contains(':') {
        return text;
    }
    let text = MANY.replace_all(&text, ":").into_owned();
    let text = replace_outside(text, &BESIDE_BLANKS, |_| " ".to_owned());
    text.trim_matches(':').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs() {
        for (input, expected) in [
            ("a - -b", "a -b"),
            ("a - - b", "a b"),
            ("- - a", " a"),
            ("+ this ++ that +", " this that "),
            ("a--b", "a--b"),
            ("\"a - b\" - c", "\"a - b\" c"),
        ] {
            assert_eq!(drop_free_signs(input.into()), expected, "{input}");
        }
        for (input, expected) in [
            ("a // b", "a \"/\" b"),
            ("a/ /b", "a/ /b"),
            ("\"a / b\" /", "\"a / b\" "),
            ("/ a", " a"),
        ] {
            assert_eq!(quote_free_slashes(input.into()), expected, "{input}");
        }
        for (input, expected) in [
            ("a ~1 b", "a  b"),
            ("a~1.05", "a~1.05"),
            ("\"a b\"~1", "\"a b\""),
            ("\"a ~1 b\"", "\"a ~1 b\""),
            ("a~1.00", "a"),
        ] {
            assert_eq!(drop_proximity_one(input.into()), expected, "{input}");
        }
    }

    #[test]
    fn colons() {
        for (input, expected) in [
            ("a  :  b", "a   b"),
            ("this : that", "this  that"),
            ("title: :x", "title x"),
            ("::a::", "a"),
            ("x:\"y : z\"", "x:\"y : z\""),
            ("\\: x \\:", "\\ x \\"),
        ] {
            assert_eq!(tidy_colons(input.into()), expected, "{input}");
        }
    }
}
