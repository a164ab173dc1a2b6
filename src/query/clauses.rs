//! Small questions about query text that several parsers ask.

/// Characters that a backslash makes literal.
pub(super) fn is_special(c: char) -> bool {
    matches!(
        c,
        '+' | '-'
            | '&'
            | '|'
            | '!'
            | '('
            | ')'
            | '{'
            | '}'
            | '['
            | ']'
            | '^'
            | '"'
            | '~'
            | '*'
            | '?'
            | ':'
            | '\\'
            | '/'
    )
}

/// The text without its backslashes.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => out.extend(characters.next()),
            c => out.push(c),
        }
    }
    out
}

/// True for text that the classic DisMax parser cannot serve (search-semantics §3.5).
pub(super) fn has_advanced_syntax(text: &str) -> bool {
    if text == "*:*" {
        return true;
    }
    let plain = replace_phrases(text);
    let characters: Vec<char> = plain.chars().collect();
    let at = |i: usize| characters.get(i).copied();
    let free = |wanted: char| {
        characters
            .iter()
            .enumerate()
            .any(|(i, c)| *c == wanted && (i == 0 || at(i - 1) != Some('\\')))
    };
    if characters.iter().any(|c| matches!(c, '*' | '?' | '~')) || (free('(') && free(')')) {
        return true;
    }
    for (i, c) in characters.iter().enumerate() {
        let before = i.checked_sub(1).and_then(at);
        let after = at(i + 1);
        let field = *c == ':'
            && before.is_some_and(|b| !b.is_whitespace() && b != '\\')
            && after.is_some_and(|a| !a.is_whitespace());
        if field || (*c == '^' && after.is_some_and(|a| a.is_ascii_digit())) {
            return true;
        }
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    let operator = words.iter().enumerate().any(|(i, word)| match *word {
        "AND" | "OR" => i > 0 && i + 1 < words.len(),
        "NOT" => i + 1 < words.len(),
        _ => false,
    });
    let range = words.iter().enumerate().any(|(i, word)| {
        *word == "TO"
            && i > 0
            && words[i - 1].contains(['[', '{'])
            && words.get(i + 1).is_some_and(|next| next.contains([']', '}']))
    });
    operator || range
}

fn replace_phrases(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('"') {
        match after.split_once('"') {
            Some((_, behind)) => {
                out.push_str(before);
                out.push_str("quoted");
                rest = behind;
            }
            None => break,
        }
    }
    out.push_str(rest);
    out
}

/// Phrases and words of a plain text, phrases with their quotes (search-semantics §4.4, tokens).
pub(super) fn tokens(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut quoted = false;
    let mut escaped = false;
    for c in text.chars() {
        if c == '"' && !escaped {
            current.push(c);
            if quoted {
                found.push(std::mem::take(&mut current));
            } else if current.len() > 1 {
                current.pop();
                found.push(std::mem::replace(&mut current, "\"".to_owned()));
            }
            quoted = !quoted;
        } else if c.is_whitespace() && !quoted {
            if !current.is_empty() {
                found.push(std::mem::take(&mut current));
            }
        } else {
            current.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    if !current.is_empty() {
        found.push(current);
    }
    glue_operators(found)
}

/// A bare AND, OR or NOT after a token joins it with the next one.
fn glue_operators(tokens: Vec<String>) -> Vec<String> {
    let mut glued: Vec<String> = Vec::new();
    let mut join_next = false;
    for token in tokens {
        let operator = matches!(token.as_str(), "AND" | "OR" | "NOT");
        match glued.last_mut() {
            Some(last) if operator || join_next => {
                last.push(' ');
                last.push_str(&token);
            }
            _ => glued.push(token),
        }
        join_next = operator && !glued.is_empty();
    }
    glued
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advanced_syntax() {
        for text in ["*:*", "a:b", "(a)", "x [a TO b]", "a AND b", "NOT a", "a*", "a?", "a~", "a^2"]
        {
            assert!(has_advanced_syntax(text), "{text}");
        }
        for text in ["a b", "\"a:b\"", "a \\:b", "a and b", "a AND", "a^b", "\\(a)", "a: b"] {
            assert!(!has_advanced_syntax(text), "{text}");
        }
    }

    #[test]
    fn words_and_phrases() {
        assert_eq!(tokens("uusi \"suomi 1917\" maa"), ["uusi", "\"suomi 1917\"", "maa"]);
        assert_eq!(tokens("a NOT b c"), ["a NOT b", "c"]);
        assert_eq!(tokens("\\\"a b"), ["\\\"a", "b"]);
    }
}
