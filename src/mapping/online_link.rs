//! A link to the material itself, as the field `online_urls_str_mv` holds it: one JSON object in a
//! string, written the way PHP's `json_encode` does, for clients compare such strings.

use std::fmt::Write as _;

/// One link of `online_urls_str_mv`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OnlineLink<'a> {
    pub(crate) url: &'a str,
    /// What the link is called; may be empty.
    pub(crate) text: &'a str,
    /// Id of the data source.
    pub(crate) source: &'a str,
    /// Media type (N17); left out when empty.
    pub(crate) media_type: &'a str,
}

impl OnlineLink<'_> {
    /// `{"url":"…","text":"…","source":"…","mediaType":"…"}`
    pub(crate) fn to_json(self) -> String {
        let (source, media_type) = (("source", self.source), ("mediaType", self.media_type));
        self.json_of([("url", self.url), ("text", self.text), source, media_type])
    }

    /// [`OnlineLink::to_json`] with the media type before the source, the order of MARC records.
    pub(crate) fn to_marc_json(self) -> String {
        let (source, media_type) = (("source", self.source), ("mediaType", self.media_type));
        self.json_of([("url", self.url), ("text", self.text), media_type, source])
    }

    fn json_of(self, members: [(&str, &str); 4]) -> String {
        let mut json = String::with_capacity(64 + self.url.len() + self.text.len());
        let mut separator = '{';
        for (key, value) in members {
            if key == "mediaType" && value.is_empty() {
                continue;
            }
            json.push(separator);
            separator = ',';
            json.push('"');
            json.push_str(key);
            json.push_str("\":\"");
            escape(value, &mut json);
            json.push('"');
        }
        json.push('}');
        json
    }
}

fn escape(text: &str, json: &mut String) {
    for c in text.chars() {
        match c {
            '"' | '\\' | '/' => json.extend(['\\', c]),
            '\u{8}' => json.push_str("\\b"),
            '\u{C}' => json.push_str("\\f"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            ' '..='\u{7F}' => json.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a string does not fail.
                    let _ = write!(json, "\\u{unit:04x}");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_escaped_as_php_does() {
        let link = OnlineLink {
            url: "https://x.fi/a?b=\"1\"",
            text: "lä\\ \n😀",
            source: "src",
            media_type: "image/jpeg",
        };
        assert_eq!(
            link.to_json(),
            r#"{"url":"https:\/\/x.fi\/a?b=\"1\"","text":"l\u00e4\\ \n\ud83d\ude00","source":"src","mediaType":"image\/jpeg"}"#
        );
        let link = OnlineLink { url: "u", source: "s", ..OnlineLink::default() };
        assert_eq!(link.to_json(), r#"{"url":"u","text":"","source":"s"}"#);
        let link = OnlineLink { media_type: "a/b", ..link };
        assert_eq!(link.to_marc_json(), r#"{"url":"u","text":"","mediaType":"a\/b","source":"s"}"#);
    }
}
