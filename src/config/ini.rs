//! Values of the peer's INI files and of driver parameters, which are lines of INI themselves.

/// What a value means (ingest-common §6): text in quotation marks is taken as it stands, in double
/// ones `\"`, `\'` and `\\` stand for the second character; elsewhere `true`, `on`, `yes` are `1`,
/// and `false`, `off`, `no`, `none`, `null` are empty. A comment behind the value goes.
///
/// The error says what is wrong with the quotation marks: what cannot be read whole is refused, for
/// a setting that is cut short would do something else.
pub(crate) fn ini_value(text: &str) -> Result<String, String> {
    let text = text.trim();
    let Some(quote @ ('"' | '\'')) = text.chars().next() else {
        let text = text.split(" ;").next().unwrap_or(text).trim_end();
        return Ok(match text.to_ascii_lowercase().as_str() {
            "true" | "on" | "yes" => "1".to_owned(),
            "false" | "off" | "no" | "none" | "null" => String::new(),
            _ => text.to_owned(),
        });
    };
    let mut value = String::with_capacity(text.len());
    let mut rest = text.chars();
    rest.next();
    loop {
        match rest.next() {
            None => return Err(format!("the quotation mark before `{value}` is never closed")),
            Some(end) if end == quote => break,
            Some('\\') if quote == '"' => match rest.next() {
                Some(escaped @ ('"' | '\'' | '\\')) => value.push(escaped),
                Some(other) => value.extend(['\\', other]),
                None => value.push('\\'),
            },
            Some(other) => value.push(other),
        }
    }
    let behind = rest.as_str().trim_start();
    if behind.is_empty() || behind.starts_with(';') {
        return Ok(value);
    }
    Err(format!(
        "`{behind}` stands behind the closing quotation mark; write `\\\"` for a quotation mark \
         inside double ones, or put the value into single ones"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        for (text, value) in [
            ("abc", "abc"),
            (" c ; a comment", "c"),
            ("On", "1"),
            ("none", ""),
            ("", ""),
            ("\"none\"", "none"),
            ("\"a;b\" ; c", "a;b"),
            ("\"\"", ""),
            (r#""classifications=\"245a=title\"""#, r#"classifications="245a=title""#),
            (r#""copy a b match=\"/suot\\d/i\"" ; \""#, r#"copy a b match="/suot\d/i""#),
            (r#""/^\d+$/""#, r"/^\d+$/"),
            (r#"'copy a b match="/x\\y/"'"#, r#"copy a b match="/x\\y/""#),
        ] {
            assert_eq!(ini_value(text).as_deref(), Ok(value), "{text}");
        }
    }

    #[test]
    fn half_a_value_is_refused() {
        for (text, part) in [
            ("\"abc", "never closed"),
            (r#""abc\""#, "never closed"),
            ("'", "never closed"),
            (r#""copy a b match="/x/"""#, "`/x/\"\"` stands behind"),
        ] {
            let error = ini_value(text).expect_err(text);
            assert!(error.contains(part), "{error}");
        }
    }
}
