//! Rules that need the word lists of `index-config/ingest.toml`.

use super::punctuation::{ends_with_period, is_trailing};
use super::{is_numeric, normalize_key, strip_leading_punctuation, strip_punctuation};
use std::borrow::Cow;

/// Unicode lower case; borrowed when there is nothing to change.
pub(crate) fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase() || b >= 0x80) {
        Cow::Owned(text.to_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// The longest beginning of at most `limit` bytes that does not cut a character.
pub fn cut_bytes(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let end = (0..=limit).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or("")
}

/// Articles, abbreviations and title prefixes, lower-cased.
#[derive(Debug, Clone, Default)]
pub struct TextRules {
    /// Leading articles with the blank or apostrophe that ends them (`the `, `l'`).
    pub articles: Vec<String>,
    /// Abbreviations without their final period.
    pub abbreviations: Vec<String>,
    /// Beginnings of titles that keep a long key, folded by [`normalize_key`].
    pub full_title_prefixes: Vec<String>,
}

impl TextRules {
    /// N2: ISBD punctuation, the final period and a lone closing bracket go from the end.
    pub fn strip_trailing_punctuation(&self, text: &str) -> String {
        self.strip_trailing_punctuation_of(text, "", false)
    }

    /// N2 with additional characters and the choice to keep a text of punctuation only.
    pub fn strip_trailing_punctuation_of(
        &self,
        text: &str,
        additional: &str,
        keep_if_only: bool,
    ) -> String {
        let mut rest =
            text.trim_end_matches(|c| c == ' ' || is_trailing(c) || additional.contains(c));
        if ends_with_period(rest) && self.period_is_superfluous(rest) {
            rest = &rest[..rest.len() - 1];
        }
        rest = rest.strip_suffix(". -").unwrap_or(rest);
        for (open, close) in [('(', ')'), ('[', ']')] {
            if let Some(without) = rest.strip_suffix(close) {
                if !rest.contains(open) {
                    rest = without;
                }
                break;
            }
        }
        if rest.is_empty() && keep_if_only { text.to_owned() } else { rest.to_owned() }
    }

    /// The last word is neither a number nor a listed abbreviation. `text` ends with a period.
    fn period_is_superfluous(&self, text: &str) -> bool {
        let word_start = match text.rfind(' ') {
            Some(at) if at > 0 => at + 1,
            _ => 0,
        };
        let word = text.get(word_start..text.len() - 1).unwrap_or("");
        !is_numeric(word) && !self.is_abbreviation(word)
    }

    fn is_abbreviation(&self, word: &str) -> bool {
        let word = lower(word);
        self.abbreviations.iter().any(|abbreviation| *abbreviation == word)
    }

    /// N6: lower-cased title without the first article that fits.
    pub fn strip_leading_article(&self, title: &str) -> String {
        let mut title = lower(title).into_owned();
        if let Some(article) = self.articles.iter().find(|article| title.starts_with(*article)) {
            title.drain(..article.len());
        }
        title
    }

    /// N6: the title as it sorts: lower-cased, without leading article (if asked) and punctuation.
    pub fn sort_title(&self, title: &str, strip_article: bool) -> String {
        let title =
            if strip_article { self.strip_leading_article(title) } else { title.to_owned() };
        let stripped = strip_punctuation(&title);
        if strip_article && stripped.chars().next() != title.chars().next() {
            self.strip_leading_article(&stripped)
        } else {
            lower(&stripped).into_owned()
        }
    }

    /// N9: the key by which titles are compared: the first words, folded by N8.
    pub fn title_key(&self, title: &str) -> String {
        let keeps_long = !self.full_title_prefixes.is_empty() && {
            let folded = normalize_key(title);
            self.full_title_prefixes
                .iter()
                .any(|prefix| !prefix.is_empty() && folded.starts_with(prefix.as_str()))
        };
        let mut key = String::with_capacity(64);
        let (mut long_words, mut characters) = (0, 0);
        for word in title.split(' ') {
            let length = word.chars().count();
            key.push_str(word);
            characters += length;
            if length > 3 {
                long_words += 1;
            }
            let enough =
                if keeps_long { characters > 100 } else { long_words > 3 || characters > 35 };
            if enough {
                break;
            }
        }
        normalize_key(cut_bytes(&key, 200))
    }

    /// The first sentence of a text that holds several (ingest-lido §2.1 `splitTitle`), without
    /// its punctuation; `None` if there is only one.
    pub fn first_sentence(&self, title: &str) -> Option<String> {
        let words: Vec<&str> = title.split_whitespace().collect();
        let (mut round, mut square) = (0_i32, 0_i32);
        for (at, word) in words.iter().enumerate() {
            for c in word.chars() {
                match c {
                    '(' => round += 1,
                    ')' => round -= 1,
                    '[' => square += 1,
                    ']' => square -= 1,
                    _ => {}
                }
            }
            let Some(next) = words.get(at + 1) else { break };
            if round == 0
                && square == 0
                && word.ends_with('.')
                && word.len() > 2
                && (at > 0 || word.len() > 4)
                && !next.starts_with(|c: char| c.is_ascii_lowercase())
                && self.ends_sentence(word)
            {
                let sentence = words.get(..=at).unwrap_or(&[]).join(" ");
                return Some(self.strip_trailing_punctuation(&sentence));
            }
        }
        None
    }

    /// The period of this word ends a sentence: it is no abbreviation, number or initial.
    fn ends_sentence(&self, word: &str) -> bool {
        let body = word.strip_suffix('.').unwrap_or(word);
        let is_year = body.len() == 4 && body.bytes().all(|b| b.is_ascii_digit());
        let stripped = self.strip_trailing_punctuation(&strip_leading_punctuation(word));
        if stripped == word && !is_year {
            return false;
        }
        let is_hyphenated = body
            .char_indices()
            .filter(|(at, c)| *c == '-' && *at > 0)
            .any(|(at, _)| matches!(body[at + 1..].chars().count(), 1 | 2));
        let letters: Vec<&str> = body.split('.').collect();
        let is_initials = letters.len() > 1
            && letters.iter().all(|part| {
                let mut characters = part.chars();
                characters.next().is_some_and(char::is_uppercase) && characters.next().is_none()
            });
        !is_hyphenated && !is_initials
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> TextRules {
        let list = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
        TextRules {
            articles: list(&["the ", "a ", "an ", "el ", "le ", "l'", "\"puisqu\""]),
            abbreviations: list(&["nid", "ill"]),
            full_title_prefixes: list(&["visualapproachchart"]),
        }
    }

    #[test]
    fn trailing_punctuation() {
        let cases = [
            ("123.", "", "123."),
            ("foo /", "", "foo"),
            ("1979© ", "", "1979©"),
            ("foo--", "", "foo--"),
            ("bar /:;,=([", "", "bar"),
            ("foo/]", "]", "foo"),
            ("foo/:©", "©", "foo"),
            ("Hirsjärvi, Sirkka.", "", "Hirsjärvi, Sirkka"),
            ("Kalat, James W.", "", "Kalat, James W."),
            ("17. uud. p.", "", "17. uud. p."),
            (
                "Suomen tiekartta = Vägkarta över Finland. 1.",
                "",
                "Suomen tiekartta = Vägkarta över Finland. 1.",
            ),
            ("7th ed. /", "", "7th ed"),
            ("2020.", "", "2020."),
            ("2345 [2013?].", "", "2345 [2013?]"),
            ("A.", "", "A"),
            ("Helsinki]", "", "Helsinki"),
            ("Helsinki)", "", "Helsinki"),
            ("x )", "", "x "),
            ("foo. -", "", "foo"),
            ("kovakantinen, nid.", "", "kovakantinen, nid."),
            (".", "", ""),
            ("(a)]", "", "(a)"),
            ("Teos .", "", "Teos "),
            ("...", "", ".."),
            ("", "", ""),
            ("ä.", "", "ä"),
        ];
        for (text, additional, expected) in cases {
            let got = rules().strip_trailing_punctuation_of(text, additional, false);
            assert_eq!(got, expected, "{text:?}");
        }
        assert_eq!(rules().strip_trailing_punctuation_of("/ :", "", true), "/ :");
    }

    #[test]
    fn sort_titles() {
        let cases = [
            ("Theme is this", true, "theme is this"),
            ("The Me", true, "me"),
            ("The Me", false, "the me"),
            ("\"The Others\"", true, "others"),
            ("L'Avion", true, "avion"),
            ("Ll'Avion", true, "ll avion"),
            ("", true, ""),
            ("...", true, "..."),
        ];
        for (title, strip, expected) in cases {
            assert_eq!(rules().sort_title(title, strip), expected, "{title:?}");
        }
        assert_eq!(rules().strip_leading_article("The Title /"), "title /");
        assert_eq!(rules().strip_leading_article("Thé"), "thé");
    }

    #[test]
    fn title_keys() {
        let cases = [
            ("Kalevala", "kalevala"),
            (
                "Sinuhe egyptiläinen : viisitoista kirjaa lääkäri Sinuhen elämästä",
                "sinuheegyptilainenviisitoistakirjaa",
            ),
            ("Seitsemän veljestä / Aleksis Kivi", "seitsemanveljestaaleksiskivi"),
            ("Война и мир", "vojnaimir"),
            ("Œuvres complètes", "œuvrescompletes"),
            ("Tutki ja kirjoita /", "tutkijakirjoita"),
            ("", ""),
        ];
        for (title, expected) in cases {
            assert_eq!(rules().title_key(title), expected, "{title}");
        }
        let long = "Visual approach chart Helsinki Vantaa north south east west";
        assert_eq!(rules().title_key(long), long.to_lowercase().replace(' ', ""));
        assert_eq!(rules().title_key(&"ä".repeat(300)).len(), 100);
    }

    #[test]
    fn first_sentences() {
        let cases = [
            ("Rantakiviä. Kuva otettu 1932.", Some("Rantakiviä")),
            ("Talo, Helsingin yliopisto. Piirtänyt A. Aalto.", Some("Talo, Helsingin yliopisto")),
            ("Kirje 12.5. Perheelle", None),
            ("Oy Ab. toimisto", None),
            ("Maisema", None),
            ("", None),
            ("Talo (rak. 1920. Uusi) pihalla. Kuva", Some("Talo (rak. 1920. Uusi) pihalla")),
        ];
        for (title, expected) in cases {
            assert_eq!(rules().first_sentence(title).as_deref(), expected, "{title}");
        }
    }
}
