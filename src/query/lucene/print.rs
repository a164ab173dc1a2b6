//! Clauses → text that parses to the same clauses.

use super::super::ast::RangeEnd;
use super::super::clauses::{escape_phrase, is_special};
use super::{Clause, Occur, What, is_blank};

/// Prints what [`super::parse`] gave.
pub(in crate::query) fn print(clauses: &[Clause]) -> String {
    let mut out = String::new();
    group(clauses, &mut out);
    out
}

fn group(clauses: &[Clause], out: &mut String) {
    for (at, clause) in clauses.iter().enumerate() {
        let next = clauses.get(at + 1).map(|next| next.occur);
        // `OR` makes its left neighbour optional whatever sign that has, so only the last optional
        // clause must stand without one.
        out.push_str(match clause.occur {
            Occur::Must => "+",
            Occur::MustNot => "-",
            Occur::Should if next.is_some() => "+",
            Occur::Should => "",
        });
        one(clause, out);
        out.push_str(match (clause.occur, next) {
            (_, None) => "",
            (Occur::Should, _) | (Occur::MustNot, Some(Occur::Should)) => " OR ",
            _ => " ",
        });
    }
}

fn one(clause: &Clause, out: &mut String) {
    if let Some(field) = &clause.field {
        word(field, out);
        out.push(':');
    }
    match &clause.what {
        What::Group(inner) => {
            out.push('(');
            group(inner, out);
            out.push(')');
        }
        What::Word(text) if text.is_empty() => out.push('\\'),
        What::Word(text) => word(text, out),
        What::Phrase { text, slop } => {
            out.push_str(&format!("\"{}\"", escape_phrase(text)));
            if *slop > 0 {
                out.push_str(&format!("~{slop}"));
            }
        }
        What::Pattern(pattern) => out.push_str(pattern),
        What::Fuzzy { text, edits } => {
            word(text, out);
            out.push_str(&format!("~{edits}"));
        }
        What::Regex(pattern) => out.push_str(&format!("/{pattern}/")),
        What::Range { lower, upper } => {
            out.push(if matches!(lower, RangeEnd::Exclusive(_)) { '{' } else { '[' });
            range_end(lower, out);
            out.push_str(" TO ");
            range_end(upper, out);
            out.push(if matches!(upper, RangeEnd::Exclusive(_)) { '}' } else { ']' });
        }
        What::Any => out.push('*'),
        What::All => out.push_str("*:*"),
    }
    if let Some(boost) = clause.boost {
        out.push_str(&format!("^{boost}"));
    }
}

fn range_end(end: &RangeEnd, out: &mut String) {
    match end {
        RangeEnd::Open => out.push('*'),
        RangeEnd::Inclusive(text) | RangeEnd::Exclusive(text) => {
            out.push_str(&format!("\"{}\"", escape_phrase(text)));
        }
    }
}

/// A word with everything escaped that could mean something else.
fn word(text: &str, out: &mut String) {
    if matches!(text, "AND" | "OR" | "NOT") {
        out.push('\\');
    }
    for c in text.chars() {
        if is_special(c) || is_blank(c) {
            out.push('\\');
        }
        out.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::print;
    use proptest::prelude::*;

    fn comes_back(text: &str) -> Result<(), TestCaseError> {
        let Ok(clauses) = parse(text) else { return Ok(()) };
        let printed = print(&clauses);
        prop_assert_eq!(parse(&printed), Ok(clauses), "{} printed as {}", text, printed);
        Ok(())
    }

    #[test]
    fn printed_queries() {
        for (input, expected) in [
            ("a b", "+a +b"),
            ("a OR b AND c", "+a OR +b +c"),
            ("a b OR c", "+a +b OR c"),
            ("a NOT b OR c", "+a -b OR c"),
            ("title:(a \"b\\\"c\"~3)^2", "+title:(+a +\"b\\\"c\"~3)^2"),
            ("x:{a TO *]", "+x:{\"a\" TO *]"),
            ("\\AND a\\ b\\:c", "+\\AND +a\\ b\\:c"),
            ("kissa* kisa~ /k.s/", "+kissa* +kisa~2 +/k.s/"),
            ("*:* -a\\", "+*:* -a"),
        ] {
            assert_eq!(parse(input).map(|clauses| print(&clauses)).as_deref(), Ok(expected));
        }
    }

    fn many() -> ProptestConfig {
        let usual = ProptestConfig::default();
        ProptestConfig { cases: usual.cases.max(2000), ..usual }
    }

    proptest! {
        #![proptest_config(many())]

        #[test]
        fn a_printed_query_parses_to_the_same_tree(
            pieces in prop::collection::vec(
                prop_oneof![
                    "[a-c ]{1,3}",
                    "[-+!&|(){}\\[\\]^\"~*?:\\\\/ ]{1,2}",
                    prop::sample::select(vec![
                        " AND ", " OR ", " NOT ", "a:", "(", ")", "\"a b\"~3", "[a TO b]", "{* TO b]",
                        "^2.5", "~1", "*:*", "/x/", "ä", "\u{3000}", "a*", "?a",
                    ]).prop_map(str::to_owned),
                ],
                0..20,
            )
        ) {
            comes_back(&pieces.concat())?;
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in "\\PC{0,200}") {
            comes_back(&text)?;
        }
    }
}
