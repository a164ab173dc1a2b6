//! Titles: 240–247, 130, 730, 740, series, earlier and later titles (ingest-marc §5.2).

use super::view::{Spec, View, alternate, both, sub};
use crate::record::IndexRecord;
use crate::text::{has_trailing_punctuation, strip_punctuation, unique};

const ALTERNATIVE: &[Spec] = &[
    alternate("245", "ab"),
    both("130", "adfghklnprst"),
    both("240", "adfghklmnoprs"),
    both("243", "adfghklmnoprs"),
    both("246", "abnp"),
    both("700", "tmrhignpslok").requiring('t'),
    both("730", "adfghiklmnoprst"),
    both("740", "a"),
    both("979", "b"),
    both("979", "e"),
    both("940", "a"),
];

const SERIES: &[Spec] =
    &[both("440", "a"), both("490", "a"), both("800", "abcdfpqt"), both("830", "avnp")];

/// What a title is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Display,
    /// Without the non-filing characters and punctuation, with the statement of responsibility.
    Filing,
}

/// The title put together from 245, or else 240.
pub(super) fn title(view: &View<'_>, purpose: Purpose) -> String {
    let filing = purpose == Purpose::Filing;
    let mut fallback = String::new();
    for tag in ["245", "240"] {
        let Some(field) = view.first(tag) else { continue };
        let start = sub(&field, 'a');
        let mut text = if filing {
            without_first(start, field.ind2.to_digit(10).unwrap_or(0)).to_owned()
        } else {
            start.to_owned()
        };
        for subfield in field.subfields() {
            let separator = match subfield.code {
                'b' => " : ",
                'n' | 'p' => ". ",
                'c' if filing => " ",
                _ => continue,
            };
            text.push_str(if has_trailing_punctuation(&text) { " " } else { separator });
            text.push_str(subfield.value);
        }
        if filing {
            text = strip_punctuation(&text).to_lowercase();
        }
        let cleaned = view.clean(&text);
        if !cleaned.is_empty() {
            return cleaned;
        }
        if fallback.is_empty() {
            fallback = text;
        }
    }
    fallback
}

/// The text after this many characters.
pub(super) fn without_first(text: &str, characters: u32) -> &str {
    let mut rest = text.chars();
    for _ in 0..characters {
        rest.next();
    }
    rest.as_str()
}

/// The full title: 245 with everything that is a title.
pub(super) fn full_title(view: &View<'_>) -> String {
    let text = view.all_raw("245", "abcfghknps");
    view.rules().strip_trailing_punctuation_of(&text, "", true)
}

/// The titles other than the main one, each once; `of_parts` are those of merged component parts.
fn alternative_titles(view: &View<'_>, of_parts: &[String]) -> Vec<String> {
    let mut titles = view.gather(ALTERNATIVE);
    view.split_into(&[super::view::normal("505", "t")], &mut titles);
    titles.extend_from_slice(of_parts);
    unique(&mut titles);
    titles
}

/// Sets the title fields.
pub(super) fn add(view: &View<'_>, of_parts: &[String], fields: &mut IndexRecord) {
    fields.set("title", title(view, Purpose::Display));
    fields.set("title_sort", title(view, Purpose::Filing));
    let short = view.all_raw("245", "a");
    let short = view.rules().strip_trailing_punctuation_of(&short, "", true);
    if short.is_empty() {
        fields.set("title_short", view.all("240", "anp"));
        fields.set("title_full", view.all("240", EVERY_CODE));
    } else {
        fields.set("title_short", short);
        fields.set("title_full", full_title(view));
    }
    fields.set("title_sub", view.all("245", "bnp"));
    fields.set_all("title_alt", alternative_titles(view, of_parts));
    fields.set_all("title_old", view.gather(&[both("780", "ast")]));
    fields.set_all("title_new", view.gather(&[both("785", "ast")]));
    fields.set_all("series", view.gather(SERIES));
}

const EVERY_CODE: &str = "abcdefghijklmnopqrstuvwxyz0123456789";

#[cfg(test)]
mod tests {
    use crate::mapping::marc::sample::mapped;

    #[test]
    fn title_of_245() {
        for (lines, title, sort, short, sub) in [
            (
                "245 10 $aTie kartalla =$bVägen på kartan.$n1.",
                "Tie kartalla = Vägen på kartan. 1.",
                "tie kartalla vägen på kartan 1",
                "Tie kartalla",
                "Vägen på kartan. 1.",
            ),
            ("245 14 $aThe lakes /$cA. Author.", "The lakes", "lakes a author", "The lakes", ""),
            ("245 10 $aMaps$nPart 1", "Maps. Part 1", "maps part 1", "Maps", "Part 1"),
            ("240 10 $aSongs,$nop. 5", "Songs, op. 5", "songs op 5", "Songs, op. 5", ""),
            ("245 19 $aAbc", "Abc", "", "Abc", ""),
            ("500 __ $aNo title", "", "", "", ""),
        ] {
            let mapped = mapped(lines);
            let field = |name| mapped.fields.first(name).to_owned();
            assert_eq!(field("title"), title, "{lines}");
            assert_eq!(field("title_sort"), sort, "{lines}");
            assert_eq!(field("title_short"), short, "{lines}");
            assert_eq!(field("title_sub"), sub, "{lines}");
        }
    }

    #[test]
    fn alternative_titles_once_each() {
        let mapped = mapped(
            "245 10 $6880-01$aKanji /$cX.
             246 3_ $aSigns
             505 0_ $tFirst /$tSigns
             700 12 $aPoet, P.$tPoem.
             700 1_ $aPoet, P.
             740 0_ $aSigns.
             880 10 $6245-01/$1$a漢字",
        );
        assert_eq!(mapped.all("title_alt"), ["漢字", "Signs", "Poem", "First"]);
    }
}
