//! `field_rules` of a source: copy, move or delete fields of the index record (ingest-common §8.4).

use regex::{Regex, RegexBuilder};

/// What a rule does with its field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldAction {
    /// Values are added to another field.
    Copy,
    /// Values are added to another field and removed here.
    Move,
    /// Values are removed.
    Delete,
}

/// Which values of a field are meant.
#[derive(Clone, Debug)]
pub enum ValueFilter {
    /// Exactly this value.
    Equal(String),
    /// Values in which the pattern is found.
    Pattern(Regex),
}

impl ValueFilter {
    /// `/pattern/` or `/pattern/i`, else a value to be equal to.
    pub fn parse(text: &str) -> Result<Self, String> {
        let delimited = text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
        match delimited {
            Some((pattern, flags @ ("" | "i" | "u" | "iu" | "ui"))) => {
                RegexBuilder::new(&pattern.replace("\\/", "/"))
                    .case_insensitive(flags.contains('i'))
                    .build()
                    .map(ValueFilter::Pattern)
                    .map_err(|error| format!("pattern `{pattern}` cannot be used: {error}"))
            }
            _ => Ok(ValueFilter::Equal(text.to_owned())),
        }
    }

    /// The value is meant.
    pub fn fits(&self, value: &str) -> bool {
        match self {
            ValueFilter::Equal(text) => text == value,
            ValueFilter::Pattern(pattern) => pattern.is_match(value),
        }
    }
}

/// One rule: `op src [dst] [match="…"] [default="…" | rest]`.
#[derive(Clone, Debug)]
pub struct FieldRule {
    /// What to do.
    pub action: FieldAction,
    /// Field whose values are taken.
    pub source: String,
    /// Field that gets them; empty for `delete`.
    pub target: String,
    /// Only these values; without any of them the rule does nothing.
    pub filter: Option<ValueFilter>,
    /// Value when the source has none.
    pub default: Option<String>,
}

impl FieldRule {
    /// Reads a rule; the message says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (action, rest) = word(text);
        let action = match action {
            "copy" => FieldAction::Copy,
            "move" => FieldAction::Move,
            "delete" => FieldAction::Delete,
            _ => {
                return Err(format!("`{text}` does not begin with `copy`, `move` or `delete`"));
            }
        };
        let (source, rest) = word(rest);
        if source.is_empty() {
            return Err(format!("`{text}` names no field"));
        }
        let (target, rest) = if action == FieldAction::Delete { ("", rest) } else { word(rest) };
        if target.is_empty() && action != FieldAction::Delete {
            return Err(format!("`{text}` names no field to put the values in"));
        }
        let (filter, rest) = match quoted(rest, "match=\"") {
            Some((filter, rest)) => (Some(ValueFilter::parse(filter)?), rest),
            None => (None, rest),
        };
        let default = match quoted(rest, "default=\"") {
            Some((default, _)) => Some(default),
            None if rest.is_empty() => None,
            None => Some(rest),
        };
        Ok(FieldRule {
            action,
            source: source.to_owned(),
            target: target.to_owned(),
            filter,
            default: default.map(str::to_owned),
        })
    }
}

/// First word of a text and what follows, both trimmed.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once(char::is_whitespace).map_or((text, ""), |(word, rest)| (word, rest.trim()))
}

/// The text in quotation marks behind `prefix`, and what follows.
fn quoted<'t>(text: &'t str, prefix: &str) -> Option<(&'t str, &'t str)> {
    let (inside, rest) = text.strip_prefix(prefix)?.split_once('"')?;
    Some((inside, rest.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        let rule = FieldRule::parse("copy a b match=\"/^x y/i\" default=\"no one\"").expect("good");
        assert_eq!(
            (rule.action, rule.source.as_str(), rule.target.as_str()),
            (FieldAction::Copy, "a", "b")
        );
        assert!(rule.filter.as_ref().is_some_and(|f| f.fits("X Yz") && !f.fits("aX Y")));
        assert_eq!(rule.default.as_deref(), Some("no one"));
        let rule = FieldRule::parse("move isbn isbn_moved_str_mv X Y").expect("good");
        assert_eq!((rule.action, rule.default.as_deref()), (FieldAction::Move, Some("X Y")));
        let rule = FieldRule::parse("delete topic match=\"a\"").expect("good");
        assert!(rule.filter.is_some_and(|f| f.fits("a") && !f.fits("ab")));
    }

    #[test]
    fn malformed_rules_are_named() {
        for (text, part) in [
            ("", "does not begin"),
            ("remove x", "does not begin"),
            ("delete", "names no field"),
            ("copy a", "to put the values in"),
            ("copy a b match=\"/(/\"", "cannot be used"),
        ] {
            assert!(FieldRule::parse(text).expect_err(text).contains(part), "{text}");
        }
    }
}
