//! The Lucene query language (search-semantics §4.2): text → clauses.
//!
//! One pass over the characters; groups nest to [`MAX_DEPTH`], clauses are counted.

#![warn(clippy::indexing_slicing)]

mod print;

use super::ast::RangeEnd;
use super::clauses::unescape;
pub(super) use print::print;

/// Groups inside each other.
const MAX_DEPTH: usize = 64;
/// Clauses in one query.
pub(super) const MAX_CLAUSES: usize = 1024;

/// Why a text is not a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum SyntaxError {
    #[error("`{found}` is not expected at character {at}")]
    Unexpected { found: String, at: usize },
    #[error("the query ends where `{0}` is expected")]
    Ended(&'static str),
    #[error("groups lie deeper than {MAX_DEPTH} levels")]
    TooDeep,
    #[error("more than {MAX_CLAUSES} clauses")]
    TooMany,
}

/// How a clause counts in its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occur {
    Must,
    Should,
    MustNot,
}

/// A clause: what, for which field, with which weight.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Clause {
    pub(super) occur: Occur,
    pub(super) field: Option<String>,
    pub(super) what: What,
    pub(super) boost: Option<f32>,
}

/// What a clause looks for; texts are unescaped, patterns keep their backslashes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    Group(Vec<Clause>),
    Word(String),
    Phrase {
        text: String,
        slop: u32,
    },
    Pattern(String),
    Fuzzy {
        text: String,
        edits: u8,
    },
    Regex(String),
    Range {
        lower: RangeEnd,
        upper: RangeEnd,
    },
    /// `field:*`, or `*` alone.
    Any,
    /// `*:*`.
    All,
}

/// Parses a whole text; the empty text gives no clauses.
pub(super) fn parse(text: &str) -> Result<Vec<Clause>, SyntaxError> {
    let mut parser = Parser { rest: text.chars().collect(), at: 0, clauses: 0 };
    let clauses = parser.group(0)?;
    match parser.peek() {
        None => Ok(clauses),
        Some(c) => Err(SyntaxError::Unexpected { found: c.to_string(), at: parser.at }),
    }
}

struct Parser {
    rest: Vec<char>,
    at: usize,
    clauses: usize,
}

/// The word before a clause.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Conjunction {
    None,
    And,
    Or,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn peek_at(&self, ahead: usize) -> Option<char> {
        self.rest.get(self.at + ahead).copied()
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(is_blank) {
            self.at += 1;
        }
    }

    /// Takes a bare upper-case word if a blank, a parenthesis or the end follows.
    fn take_word(&mut self, word: &str) -> bool {
        let length = word.chars().count();
        let same = word.chars().enumerate().all(|(i, c)| self.peek_at(i) == Some(c));
        let ends = self.peek_at(length).is_none_or(|c| is_blank(c) || matches!(c, '(' | ')' | '"'));
        if same && ends {
            self.at += length;
        }
        same && ends
    }

    fn take_pair(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c) && self.peek_at(1) == Some(c);
        if found {
            self.at += 2;
        }
        found
    }

    /// Clauses up to a closing parenthesis or the end, with the classic rules for AND and OR.
    fn group(&mut self, depth: usize) -> Result<Vec<Clause>, SyntaxError> {
        if depth > MAX_DEPTH {
            return Err(SyntaxError::TooDeep);
        }
        let mut clauses: Vec<Clause> = Vec::new();
        loop {
            self.skip_blanks();
            if self.peek().is_none_or(|c| c == ')') {
                return Ok(clauses);
            }
            let conjunction = if self.take_word("AND") || self.take_pair('&') {
                Conjunction::And
            } else if self.take_word("OR") || self.take_pair('|') {
                Conjunction::Or
            } else {
                Conjunction::None
            };
            if conjunction != Conjunction::None && clauses.is_empty() {
                return Err(SyntaxError::Unexpected { found: "AND/OR".into(), at: self.at });
            }
            self.skip_blanks();
            let modifier = self.modifier();
            let (field, what, boost) = self.clause(depth)?;
            self.clauses += 1;
            if self.clauses > MAX_CLAUSES {
                return Err(SyntaxError::TooMany);
            }
            if let Some(before) = clauses.last_mut()
                && before.occur != Occur::MustNot
            {
                match conjunction {
                    Conjunction::And => before.occur = Occur::Must,
                    Conjunction::Or => before.occur = Occur::Should,
                    Conjunction::None => {}
                }
            }
            let occur = match (modifier, conjunction) {
                (Some(occur), _) => occur,
                (None, Conjunction::Or) => Occur::Should,
                (None, _) => Occur::Must,
            };
            clauses.push(Clause { occur, field, what, boost });
        }
    }

    /// `+`, `-`, `!`, `NOT` before a clause. A sign before a blank is text.
    fn modifier(&mut self) -> Option<Occur> {
        if self.take_word("NOT") {
            self.skip_blanks();
            return Some(Occur::MustNot);
        }
        let occur = match self.peek()? {
            '+' => Occur::Must,
            '-' | '!' => Occur::MustNot,
            _ => return None,
        };
        if self.peek_at(1).is_none_or(is_blank) {
            return None;
        }
        self.at += 1;
        Some(occur)
    }

    fn clause(&mut self, depth: usize) -> Result<(Option<String>, What, Option<f32>), SyntaxError> {
        if self.peek() == Some('*') && self.peek_at(1) == Some(':') && self.peek_at(2) == Some('*')
        {
            self.at += 3;
            let boost = self.boost()?;
            return Ok((None, What::All, boost));
        }
        let field = self.field();
        let what = match self.peek() {
            None | Some(')') => return Err(SyntaxError::Ended("a word")),
            Some('(') => {
                self.at += 1;
                let clauses = self.group(depth + 1)?;
                if self.peek() != Some(')') {
                    return Err(SyntaxError::Ended(")"));
                }
                self.at += 1;
                if clauses.is_empty() {
                    return Err(SyntaxError::Unexpected { found: "()".into(), at: self.at });
                }
                What::Group(clauses)
            }
            Some('"') => self.phrase()?,
            Some('[' | '{') => self.range()?,
            Some('/') => self.regex()?,
            Some(_) => self.word()?,
        };
        let boost = self.boost()?;
        Ok((field, what, boost))
    }

    /// `name:` before a clause.
    fn field(&mut self) -> Option<String> {
        let mut end = self.at;
        let mut escaped = false;
        while let Some(c) = self.rest.get(end).copied() {
            if !escaped && c == ':' {
                break;
            }
            if !escaped
                && (is_blank(c)
                    || matches!(
                        c,
                        '"' | '(' | ')' | '[' | ']' | '{' | '}' | '^' | '~' | '*' | '?' | '!' | '+'
                    ))
            {
                return None;
            }
            escaped = c == '\\' && !escaped;
            end += 1;
        }
        if end == self.at || self.rest.get(end).is_none() {
            return None;
        }
        let name: String = self.rest.get(self.at..end)?.iter().collect();
        self.at = end + 1;
        self.skip_blanks();
        Some(unescape(&name))
    }

    fn number(&mut self) -> Option<f32> {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit() || c == '.') {
            self.at += 1;
        }
        let text: String = self.rest.get(start..self.at)?.iter().collect();
        text.parse().ok()
    }

    fn boost(&mut self) -> Result<Option<f32>, SyntaxError> {
        if self.peek() != Some('^') {
            return Ok(None);
        }
        self.at += 1;
        match self.number() {
            Some(weight) => Ok(Some(weight.min(f32::MAX))),
            None => Err(SyntaxError::Unexpected { found: "^".into(), at: self.at }),
        }
    }

    /// Text up to an unescaped end character, which is taken too; backslashes stay.
    fn until(&mut self, end: char, name: &'static str) -> Result<String, SyntaxError> {
        let mut text = String::new();
        let mut escaped = false;
        while let Some(c) = self.peek() {
            self.at += 1;
            if c == end && !escaped {
                return Ok(text);
            }
            text.push(c);
            escaped = c == '\\' && !escaped;
        }
        Err(SyntaxError::Ended(name))
    }

    fn phrase(&mut self) -> Result<What, SyntaxError> {
        self.at += 1;
        let text = unescape(&self.until('"', "\"")?);
        let before = self.at;
        self.skip_blanks();
        if self.peek() != Some('~') {
            self.at = before;
            return Ok(What::Phrase { text, slop: 0 });
        }
        self.at += 1;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let slop = self.number().map_or(0, |n| n.clamp(0.0, 100.0) as u32);
        Ok(What::Phrase { text, slop })
    }

    fn range(&mut self) -> Result<What, SyntaxError> {
        let open = self.peek();
        self.at += 1;
        let lower = self.range_end()?;
        self.skip_blanks();
        if !(self.peek() == Some('T')
            && self.peek_at(1) == Some('O')
            && self.peek_at(2).is_some_and(is_blank))
        {
            return Err(SyntaxError::Ended("TO"));
        }
        self.at += 2;
        let upper = self.range_end()?;
        self.skip_blanks();
        let close = self.peek();
        if !matches!(close, Some(']' | '}')) {
            return Err(SyntaxError::Ended("]"));
        }
        self.at += 1;
        let end = |text: String, inclusive: bool| match text.as_str() {
            "*" => RangeEnd::Open,
            _ if inclusive => RangeEnd::Inclusive(text),
            _ => RangeEnd::Exclusive(text),
        };
        Ok(What::Range {
            lower: end(lower, open == Some('[')),
            upper: end(upper, close == Some(']')),
        })
    }

    fn range_end(&mut self) -> Result<String, SyntaxError> {
        self.skip_blanks();
        if self.peek() == Some('"') {
            self.at += 1;
            return Ok(unescape(&self.until('"', "\"")?));
        }
        let start = self.at;
        while self.peek().is_some_and(|c| !is_blank(c) && !matches!(c, ']' | '}')) {
            self.at += 1;
        }
        if start == self.at {
            return Err(SyntaxError::Ended("a range end"));
        }
        let text: String = self.rest.get(start..self.at).unwrap_or(&[]).iter().collect();
        Ok(unescape(&text))
    }

    fn regex(&mut self) -> Result<What, SyntaxError> {
        self.at += 1;
        Ok(What::Regex(self.until('/', "/")?))
    }

    /// A word, pattern or fuzzy word.
    fn word(&mut self) -> Result<What, SyntaxError> {
        let start = self.at;
        let mut text = String::new();
        let mut wild = false;
        while let Some(c) = self.peek() {
            match c {
                '\\' => {
                    text.push(c);
                    self.at += 1;
                    if let Some(next) = self.peek() {
                        text.push(next);
                        self.at += 1;
                    }
                    continue;
                }
                '(' | ')' | '"' | '[' | ']' | '{' | '}' | '^' | '~' | ':' => break,
                c if is_blank(c) => break,
                '*' | '?' => wild = true,
                _ => {}
            }
            text.push(c);
            self.at += 1;
        }
        if self.at == start {
            let found = self.peek().map_or_else(String::new, |c| c.to_string());
            return Err(SyntaxError::Unexpected { found, at: self.at });
        }
        if self.peek() == Some('~') {
            self.at += 1;
            let length = unescape(&text).chars().count();
            let edits = fuzzy_edits(self.number(), length);
            return Ok(What::Fuzzy { text: unescape(&text), edits });
        }
        Ok(match text.as_str() {
            "*" => What::Any,
            _ if wild => What::Pattern(text),
            _ => What::Word(unescape(&text)),
        })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the numbers are small and clamped"
)]
fn fuzzy_edits(number: Option<f32>, length: usize) -> u8 {
    match number {
        None => 2,
        Some(n) if n >= 1.0 => n.min(2.0) as u8,
        Some(n) if n > 0.0 => ((1.0 - n) * length as f32).floor().clamp(0.0, 2.0) as u8,
        Some(_) => 0,
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{3000}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clauses in a short notation: `+a` must, `a` should, `-a` must not.
    fn show(clauses: &[Clause]) -> String {
        let shown: Vec<String> = clauses
            .iter()
            .map(|clause| {
                let sign = match clause.occur {
                    Occur::Must => "+",
                    Occur::Should => "",
                    Occur::MustNot => "-",
                };
                let field = clause.field.as_ref().map_or(String::new(), |f| format!("{f}:"));
                let what = match &clause.what {
                    What::Group(inner) => format!("({})", show(inner)),
                    What::Word(text) => text.clone(),
                    What::Phrase { text, slop } => format!("\"{text}\"~{slop}"),
                    What::Pattern(text) => format!("<{text}>"),
                    What::Fuzzy { text, edits } => format!("{text}~{edits}"),
                    What::Regex(text) => format!("/{text}/"),
                    What::Range { lower, upper } => format!("{lower:?}..{upper:?}"),
                    What::Any => "*".into(),
                    What::All => "*:*".into(),
                };
                let boost = clause.boost.map_or(String::new(), |b| format!("^{b}"));
                format!("{sign}{field}{what}{boost}")
            })
            .collect();
        shown.join(" ")
    }

    #[test]
    fn the_language() {
        for (input, expected) in [
            ("a b", "+a +b"),
            ("a OR b AND c", "a +b +c"),
            ("a b OR c", "+a b c"),
            ("a NOT b", "+a -b"),
            ("title:(a \"b c\"~3)^2", "+title:(+a +\"b c\"~3)^2"),
            ("kissa* k?ssa", "+<kissa*> +<k?ssa>"),
            ("kisa~ kisa~1 kissa~0.8", "+kisa~2 +kisa~1 +kissa~0"),
            ("x:[1900 TO *]", "+x:Inclusive(\"1900\")..Open"),
            ("x:{a TO b]", "+x:Exclusive(\"a\")..Inclusive(\"b\")"),
            ("*:* -a", "+*:* -a"),
            ("id:*", "+id:*"),
            ("a\\:b \\-c", "+a:b +-c"),
            ("a - b", "+a +- +b"),
            ("a && b || !c", "+a b -c"),
            ("/k.ssa/", "+/k.ssa/"),
            ("\"a b\" ~3", "+\"a b\"~3"),
        ] {
            let found = parse(input).map(|clauses| show(&clauses));
            assert_eq!(found.as_deref(), Ok(expected), "{input}");
        }
    }

    #[test]
    fn broken_text() {
        for input in
            ["(a", "a)", "\"a", "a AND", "AND a", "a^", "x:", "[a b]", "()", "NOT", "a:b:c"]
        {
            assert!(parse(input).is_err(), "{input}: {:?}", parse(input));
        }
        let deep = "(".repeat(100_000);
        assert_eq!(parse(&deep), Err(SyntaxError::TooDeep));
        assert_eq!(parse(&"a ".repeat(2000)), Err(SyntaxError::TooMany));
    }
}
