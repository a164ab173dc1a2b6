//! eDisMax texts: which prefixes are fields, and the escaped form that never fails
//! (search-semantics §4.1).

use super::clauses::is_special;

/// A chunk of the text: word, phrase or a piece with parentheses.
#[derive(Debug)]
struct Chunk {
    text: String,
    phrase: bool,
}

/// Splits at blanks; a phrase stays whole, with what touches it.
fn chunks(text: &str, with_phrases: bool) -> Vec<Chunk> {
    let mut found = Vec::new();
    let mut current = Chunk { text: String::new(), phrase: false };
    let mut quoted = false;
    let mut escaped = false;
    for c in text.chars() {
        if with_phrases && c == '"' && !escaped {
            quoted = !quoted;
            current.phrase = true;
        }
        if c.is_whitespace() && !quoted && !escaped {
            if !current.text.is_empty() {
                found.push(std::mem::replace(
                    &mut current,
                    Chunk { text: String::new(), phrase: false },
                ));
            }
        } else {
            current.text.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    if !current.text.is_empty() {
        found.push(current);
    }
    found
}

fn unescaped_quotes(text: &str) -> usize {
    let mut escaped = false;
    text.chars()
        .filter(|c| {
            let counts = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            counts
        })
        .count()
}

/// Length in bytes of a valid field prefix with its colon, after leading `(`, `+`, `-`.
fn field_prefix(chunk: &str, is_field: &dyn Fn(&str) -> bool) -> Option<usize> {
    let start = chunk.len() - chunk.trim_start_matches(['(', '+', '-']).len();
    let (name, value) = chunk[start..].split_once(':')?;
    let well_formed = !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$'));
    (well_formed && !value.is_empty() && is_field(name)).then_some(start + name.len() + 1)
}

/// The text with every colon escaped that does not follow a field of the index.
pub(super) fn escape_other_colons(text: &str, is_field: &dyn Fn(&str) -> bool) -> String {
    let shown: Vec<String> = chunks(text, true)
        .iter()
        .map(|chunk| {
            if chunk.text == "*:*" {
                return chunk.text.clone();
            }
            let prefix = field_prefix(&chunk.text, is_field).unwrap_or(0);
            let (head, tail) = chunk.text.split_at(prefix);
            let mut out = head.to_owned();
            let mut escaped = false;
            for c in tail.chars() {
                if c == ':' && !escaped {
                    out.push('\\');
                }
                escaped = c == '\\' && !escaped;
                out.push(c);
            }
            out
        })
        .collect();
    shown.join(" ")
}

/// The text as plain words and phrases: every special character escaped, operators as words.
pub(super) fn escaped_form(text: &str, is_field: &dyn Fn(&str) -> bool) -> String {
    let with_phrases = unescaped_quotes(text).is_multiple_of(2);
    let shown: Vec<String> = chunks(text, with_phrases)
        .iter()
        .map(|chunk| {
            let plain = !with_phrases || !chunk.phrase;
            if plain && matches!(chunk.text.as_str(), "AND" | "OR" | "NOT") {
                return format!("\"{}\"", chunk.text);
            }
            let sign = match chunk.text.chars().next() {
                Some(c @ ('+' | '-')) if chunk.text.len() > 1 => &chunk.text[..c.len_utf8()],
                _ => "",
            };
            let rest = &chunk.text[sign.len()..];
            let prefix = match field_prefix(rest, is_field) {
                Some(length) if !rest.starts_with(['(', '+', '-']) => &rest[..length],
                _ => "",
            };
            let value = &rest[prefix.len()..];
            let body = match value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
                Some(phrase) if with_phrases && chunk.phrase => {
                    format!("\"{}\"", escape_specials(phrase))
                }
                _ => escape_specials(value),
            };
            format!("{sign}{prefix}{body}")
        })
        .collect();
    shown.join(" ")
}

fn escape_specials(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut escaped = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let starts_escape =
            c == '\\' && !escaped && characters.peek().is_some_and(|n| is_special(*n));
        if is_special(c) && !escaped && !starts_escape {
            out.push('\\');
        }
        out.push(c);
        escaped = starts_escape;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_field(name: &str) -> bool {
        matches!(name, "title" | "building")
    }

    #[test]
    fn colons() {
        for (input, expected) in [
            ("title:a foo:b", "title:a foo\\:b"),
            ("(title:a", "(title:a"),
            ("building:\"0/X/\"", "building:\"0/X/\""),
            ("\"a:b c\"", "\"a\\:b c\""),
            ("*:*", "*:*"),
            ("http://x", "http\\://x"),
        ] {
            assert_eq!(escape_other_colons(input, &is_field), expected);
        }
    }

    #[test]
    fn escaped_forms() {
        for (input, expected) in [
            ("a AND", "a \"AND\""),
            ("kissa* AND (koira OR)", "kissa\\* \"AND\" \\(koira OR\\)"),
            ("kissa* \"koira maa", "kissa\\* \\\"koira maa"),
            ("+title:a( -b", "+title:a\\( -b"),
            ("\"a (b\" c", "\"a \\(b\" c"),
            ("a\\:b", "a\\:b"),
        ] {
            assert_eq!(escaped_form(input, &is_field), expected);
        }
    }
}
