//! `index-config/translations/`: display texts in VuFind's ini syntax, a file a language; other text
//! domains than the default one in a sub-folder each (`langcode/fi.ini`).

use super::folder::{ConfigError, ConfigFolder};
use rustc_hash::FxHashMap;

/// A language of the answers (`lng`, finna-api §7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locale {
    /// Finnish, the default.
    #[default]
    Fi,
    /// Swedish.
    Sv,
    /// British English.
    EnGb,
    /// Northern Sámi; without a `se.ini` its texts are those it falls back to.
    Se,
}

impl Locale {
    /// Every language with its code in `lng`.
    pub const ALL: [(Locale, &'static str); 4] =
        [(Locale::Fi, "fi"), (Locale::Sv, "sv"), (Locale::EnGb, "en-gb"), (Locale::Se, "se")];

    /// The code as `lng` has it.
    pub fn code(self) -> &'static str {
        match self {
            Locale::Fi => "fi",
            Locale::Sv => "sv",
            Locale::EnGb => "en-gb",
            Locale::Se => "se",
        }
    }

    /// The code's first part, as records are marked (`lang="en"`).
    pub fn two_letters(self) -> &'static str {
        match self {
            Locale::EnGb => "en",
            other => other.code(),
        }
    }

    /// The language of exactly this code; anything else is the default (finna-api §7.2).
    pub fn from_code(code: &str) -> Self {
        Self::ALL.iter().find(|(_, known)| *known == code).map_or(Locale::Fi, |(locale, _)| *locale)
    }

    fn index(self) -> usize {
        match self {
            Locale::Fi => 0,
            Locale::Sv => 1,
            Locale::EnGb => 2,
            Locale::Se => 3,
        }
    }
}

/// The text domain of the main language files.
pub const DEFAULT_DOMAIN: &str = "default";

/// The text domains that are read.
const DOMAINS: [&str; 5] = [DEFAULT_DOMAIN, "langcode", "hierarchy", "department", "collection"];

type Table = FxHashMap<String, String>;

/// All display texts.
#[derive(Debug, Clone, Default)]
pub struct Translations {
    /// By language, then domain.
    tables: [FxHashMap<String, Table>; 4],
    /// Languages asked when the wanted one has no text.
    fallback: Vec<Locale>,
}

impl Translations {
    /// Reads every language file of the folder; a missing file is an empty one.
    pub fn load(folder: &ConfigFolder) -> Result<Self, ConfigError> {
        let mut translations =
            Translations { fallback: vec![Locale::Fi, Locale::EnGb], ..Translations::default() };
        for domain in DOMAINS {
            for (locale, code) in Locale::ALL {
                let file = if domain == DEFAULT_DOMAIN {
                    format!("translations/{code}.ini")
                } else {
                    format!("translations/{domain}/{code}.ini")
                };
                if let Some(text) = folder.read(&file)? {
                    for (key, value) in parse_ini(&folder.display_name(&file), &text)? {
                        translations.insert(locale, domain, key, value);
                    }
                }
            }
        }
        Ok(translations)
    }

    /// Adds or replaces a text.
    pub fn insert(
        &mut self,
        locale: Locale,
        domain: &str,
        key: impl Into<String>,
        text: impl Into<String>,
    ) {
        let domains = &mut self.tables[locale.index()];
        domains.entry(domain.to_owned()).or_default().insert(key.into(), text.into());
    }

    /// The text of a key in a domain: in this language, else in the fallback languages; `None` if
    /// there is none.
    pub fn find(&self, locale: Locale, domain: &str, key: &str) -> Option<&str> {
        let own = std::iter::once(&locale);
        let others = self.fallback.iter().filter(|other| **other != locale);
        own.chain(others).find_map(|locale| {
            self.tables[locale.index()].get(domain)?.get(key).map(String::as_str)
        })
    }

    /// [`Translations::find`] in the default domain.
    pub fn text(&self, locale: Locale, key: &str) -> Option<&str> {
        self.find(locale, DEFAULT_DOMAIN, key)
    }

    /// A hierarchical value such as `1/Book/eBook/` as records show it: the text of the whole
    /// value, else that of its last part, else the last part (record-fields §9).
    pub fn hierarchical<'a>(&'a self, locale: Locale, value: &'a str) -> &'a str {
        self.text(locale, value).unwrap_or_else(|| {
            let last = last_part(value);
            self.text(locale, last).unwrap_or(last)
        })
    }

    /// A hierarchical value as facets show it: keys with `*` for the middle are tried as well
    /// (finna-facets §2).
    pub fn hierarchical_facet<'a>(&'a self, locale: Locale, value: &'a str) -> &'a str {
        if let Some(text) = self.text(locale, value) {
            return text;
        }
        let parts: Vec<&str> = value.trim_end_matches('/').split('/').collect();
        if let [level, first, rest @ ..] = parts.as_slice()
            && let Some(last) = rest.last()
        {
            let generic = (rest.len() >= 2)
                .then(|| self.text(locale, &format!("{level}/{first}/*/{last}/")))
                .flatten()
                .or_else(|| self.text(locale, &format!("{level}/*/{last}/")));
            if let Some(text) = generic {
                return text;
            }
        }
        let last = last_part(value);
        self.text(locale, last).unwrap_or(last)
    }
}

/// The last part of `L/a/b/`; a value of another form is its own last part.
fn last_part(value: &str) -> &str {
    let inner = value.strip_suffix('/').unwrap_or(value);
    inner.rsplit_once('/').map_or(inner, |(_, last)| last)
}

/// The `key = "text"` lines of a file; `;` begins a comment line.
fn parse_ini(name: &str, text: &str) -> Result<Vec<(String, String)>, ConfigError> {
    let mut pairs = Vec::new();
    for (at, line) in text.trim_start_matches('\u{FEFF}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with([';', '#', '@']) {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            return Err(ConfigError::new(name, at + 1, "is not `key = \"text\"`"));
        };
        let value = value.trim();
        let unquoted = match value.strip_prefix('"') {
            None => value.to_owned(),
            Some(rest) => match rest.strip_suffix('"') {
                Some(inner) => inner.replace("\\\"", "\""),
                None => return Err(ConfigError::new(name, at + 1, "has no closing quote")),
            },
        };
        pairs.push((key.trim().to_owned(), unquoted));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ini_lines() {
        let pairs = parse_ini("x", "; note\n0/A b/ = \"say \\\"x\\\" = y\"\n\n3/*/1/=plain\n");
        let expected = [("0/A b/", "say \"x\" = y"), ("3/*/1/", "plain")];
        let expected = expected.map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(pairs.expect("well-formed"), expected);
        assert_eq!(parse_ini("x", "a = b\nnonsense").unwrap_err().line, 2);
        assert_eq!(parse_ini("x", "a = \"b").unwrap_err().line, 1);
    }

    #[test]
    fn texts_fall_back() {
        let mut texts = Translations { fallback: vec![Locale::Fi], ..Translations::default() };
        texts.insert(Locale::Fi, DEFAULT_DOMAIN, "Book", "Kirja");
        texts.insert(Locale::Sv, DEFAULT_DOMAIN, "1/Book/eBook/", "E-bok");
        texts.insert(Locale::Fi, DEFAULT_DOMAIN, "3/*/1/", "Aikuiset");
        texts.insert(Locale::Fi, DEFAULT_DOMAIN, "3/X/*/1/", "Vanhat");
        for (value, record, facet) in [
            ("0/Book/", "Kirja", "Kirja"),
            ("1/Book/eBook/", "E-bok", "E-bok"),
            ("1/Book/Map/", "Map", "Map"),
            ("3/A/b/c/1/", "1", "Aikuiset"),
            ("3/X/b/c/1/", "1", "Vanhat"),
            ("1/X/1/", "1", "1"),
            ("plain", "plain", "plain"),
            ("", "", ""),
            ("/", "", ""),
        ] {
            assert_eq!(texts.hierarchical(Locale::Sv, value), record, "{value}");
            assert_eq!(texts.hierarchical_facet(Locale::Sv, value), facet, "{value}");
        }
        assert_eq!(texts.text(Locale::Se, "Book"), Some("Kirja"));
        assert_eq!(texts.text(Locale::Fi, "1/Book/eBook/"), None);
    }

    #[test]
    fn every_shipped_language_has_the_same_keys() {
        let texts = Translations::load(&ConfigFolder::BuiltIn).expect("valid");
        for domain in [DEFAULT_DOMAIN, "langcode"] {
            let keys = |locale: Locale| {
                let table = texts.tables[locale.index()].get(domain).expect("there");
                let mut keys: Vec<&String> = table.keys().collect();
                keys.sort();
                keys
            };
            assert_eq!(keys(Locale::Fi), keys(Locale::Sv), "{domain}");
            assert_eq!(keys(Locale::Fi), keys(Locale::EnGb), "{domain}");
        }
    }
}
