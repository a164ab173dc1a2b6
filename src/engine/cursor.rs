//! Where a page of hits ends, so that the next can start there at any depth.

use std::fmt;
use std::str::FromStr;

/// The order of a hit among all: its sort key, and its id among equal keys.
///
/// The text form is opaque to clients: a letter for the kind of key, the key, the id. Scores of
/// another generation of the index may differ a little, so a walk by relevance over an index that
/// changes may meet a record twice or miss one; a walk by a field may not.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineCursor {
    /// Sort key of the hit.
    pub key: CursorKey,
    /// Its id.
    pub id: String,
}

/// A sort key.
#[derive(Debug, Clone, PartialEq)]
pub enum CursorKey {
    /// Of an order by score.
    Score(f32),
    /// Of an order by a number or an instant; `None` if the record has none.
    Number(Option<i64>),
    /// Of an order by text; `None` if the record has none.
    Text(Option<String>),
}

impl fmt::Display for EngineCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = &self.id;
        match &self.key {
            CursorKey::Score(score) => write!(f, "s{:08x}:{id}", score.to_bits()),
            CursorKey::Number(Some(number)) => write!(f, "n{number}:{id}"),
            CursorKey::Number(None) => write!(f, "n:{id}"),
            CursorKey::Text(Some(text)) => write!(f, "t{}:{text}{id}", text.len()),
            CursorKey::Text(None) => write!(f, "t:{id}"),
        }
    }
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this service")]
pub struct BadCursor;

impl FromStr for EngineCursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (head, rest) = text.split_once(':').ok_or(BadCursor)?;
        let mut characters = head.chars();
        let kind = characters.next().ok_or(BadCursor)?;
        let head = characters.as_str();
        let (key, id) = match (kind, head) {
            ('s', bits) => {
                let bits = u32::from_str_radix(bits, 16).map_err(|_| BadCursor)?;
                (CursorKey::Score(f32::from_bits(bits)), rest)
            }
            ('n', "") => (CursorKey::Number(None), rest),
            ('n', number) => {
                (CursorKey::Number(Some(number.parse().map_err(|_| BadCursor)?)), rest)
            }
            ('t', "") => (CursorKey::Text(None), rest),
            ('t', length) => {
                let length: usize = length.parse().map_err(|_| BadCursor)?;
                let (text, id) = rest.split_at_checked(length).ok_or(BadCursor)?;
                (CursorKey::Text(Some(text.to_owned())), id)
            }
            _ => return Err(BadCursor),
        };
        Ok(EngineCursor { key, id: id.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_survive_their_text_form() {
        for key in [
            CursorKey::Score(1.5),
            CursorKey::Number(Some(-7)),
            CursorKey::Number(None),
            CursorKey::Text(Some("äiti: 3".into())),
            CursorKey::Text(Some(String::new())),
            CursorKey::Text(None),
        ] {
            let cursor = EngineCursor { key, id: "kaupunki.1:2".into() };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "x", "s:", "szz:a", "t9:kissa", "n1.5:a", "t1:ä", "q1:a"] {
            assert_eq!(text.parse::<EngineCursor>(), Err(BadCursor), "{text}");
        }
    }
}
