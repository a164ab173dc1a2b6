//! What kind of thing an EAD3 record describes (ingest-ead §6).

use crate::mapping::archival_unit::text_of;
use crate::xml::Element;
use std::borrow::Cow;

/// `Document/Arkisto`, `Teksti`, `series`, …: the Finnish genre terms of the first `controlaccess`,
/// below `Document` for a whole archive; without genre terms the level.
pub(super) fn of(root: Element<'_>) -> String {
    let level = root.attr_or_empty("level");
    let mut genres = root
        .child("controlaccess")
        .into_iter()
        .flat_map(|access| access.each("genreform"))
        .peekable();
    if genres.peek().is_none() {
        return level.to_owned();
    }
    let mut default = None;
    let mut first = (level == "fonds").then_some(Cow::Borrowed("Document"));
    let mut second = None;
    for genre in genres {
        let finnish = genre.each("part").find(|part| part.attr("lang") == Some("fin"));
        let Some(label) = finnish.or_else(|| genre.child("part")).map(text_of) else { continue };
        default.get_or_insert_with(|| label.clone());
        match genre.attr("encodinganalog") {
            Some("ahaa:AI08") if first.is_none() => first = Some(label),
            Some("ahaa:AI08" | "ahaa:AI57") => second = Some(label),
            _ => {}
        }
    }
    match (first, second) {
        (Some(first), Some(second)) => format!("{first}/{second}"),
        (Some(only), None) => only.into_owned(),
        (None, _) => default.unwrap_or_default().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::parse;

    #[test]
    fn genres_and_levels() {
        let genre = |code: &str, parts: &str| {
            format!("<genreform encodinganalog=\"{code}\">{parts}</genreform>")
        };
        let fin =
            |text: &str| format!("<part lang=\"swe\">Sv</part><part lang=\"fin\">{text}</part>");
        for (level, genres, expected) in [
            ("series", String::new(), "series"),
            ("fonds", genre("ahaa:AI57", &fin("Arkisto")), "Document/Arkisto"),
            ("file", genre("ahaa:AI08", &fin("Teksti")), "Teksti"),
            ("file", genre("ahaa:AI08", "<part>Text</part>"), "Text"),
            (
                "file",
                genre("ahaa:AI08", &fin("Kuva")) + &genre("ahaa:AI57", &fin("Valokuva")),
                "Kuva/Valokuva",
            ),
            ("fonds", genre("ahaa:AI08", &fin("Kuva")), "Document/Kuva"),
            ("file", genre("", &fin("Muu")) + &genre("", &fin("Toinen")), "Muu"),
            ("file", genre("ahaa:AI57", &fin("Alku")), "Alku"),
            ("file", genre("", ""), ""),
        ] {
            let access = if genres.is_empty() {
                String::new()
            } else {
                format!("<controlaccess>{genres}</controlaccess>")
            };
            let xml = format!("<c level=\"{level}\">{access}</c>");
            assert_eq!(of(parse(&xml).expect("well-formed").root()), expected, "{xml}");
        }
    }
}
