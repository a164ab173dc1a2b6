//! N10–N13: names of persons, relators and languages.

use super::punctuation::is_punctuation;
use super::titles::lower;
use super::trim;

/// N10: first character in upper case, the rest as it is.
pub fn uc_first(text: &str) -> String {
    let mut rest = text.chars();
    match rest.next() {
        None => String::new(),
        Some(first) => {
            let mut out = String::with_capacity(text.len());
            out.extend(first.to_uppercase());
            out.push_str(rest.as_str());
            out
        }
    }
}

/// N11: language codes trimmed and in lower case, empty ones dropped.
pub fn normalize_languages(mut values: Vec<String>) -> Vec<String> {
    values.retain_mut(|value| {
        let trimmed = trim(value);
        if trimmed.len() != value.len() {
            *value = trimmed.to_owned();
        }
        value.make_ascii_lowercase();
        !value.is_empty()
    });
    values
}

/// N12: a relator without punctuation, in lower case.
pub fn normalize_relator(text: &str) -> String {
    let kept: String = trim(text).chars().filter(|c| !is_punctuation(*c)).collect();
    match lower(&kept) {
        std::borrow::Cow::Borrowed(_) => kept,
        std::borrow::Cow::Owned(lowered) => lowered,
    }
}

/// N13: `Aki Kaurismäki` → `Kaurismäki, Aki`; a single word stays.
pub fn convert_author_last_first(name: &str) -> String {
    match name.rsplit_once(' ') {
        Some((first, last)) if !first.is_empty() => format!("{last}, {first}"),
        _ => name.to_owned(),
    }
}

/// N13: initials of a name, apart and together: `Kalat, James W.` → `j w k jw jwk`.
///
/// Works on characters; the peer's bytes break names that begin with a letter outside ASCII.
pub fn author_initials(name: &str) -> String {
    let personal = name.find(',').is_some_and(|at| at > 0 && at + 1 < name.len());
    let cleaned: String =
        lower(name).chars().filter(|c| c.is_alphabetic() || matches!(c, ' ' | '-')).collect();
    let mut words: Vec<&str> = cleaned.split(' ').collect();
    if personal {
        words.rotate_left(1);
    }
    let mut initials: Vec<char> = Vec::with_capacity(words.len() + 1);
    for word in &words {
        initials.extend(word.chars().next());
        if let Some(at) = word.find('-')
            && at > 0
        {
            initials.extend(word[at + 1..].chars().next());
        }
    }
    let mut out = String::with_capacity(initials.len() * 4);
    for (at, initial) in initials.iter().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        out.push(*initial);
    }
    if personal && words.len() > 2 && !initials.is_empty() {
        out.push(' ');
        out.extend(&initials[..initials.len() - 1]);
    }
    if initials.len() > 1 {
        out.push(' ');
        out.extend(&initials);
    }
    let trimmed = trim(&out);
    if trimmed.len() == out.len() { out } else { trimmed.to_owned() }
}

/// Two authors may be one (dedup.md §4): equal, or both of six characters and one begins the
/// other, or word by word the first is equal and the rest have the same initials.
pub fn authors_match(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let shorter = a.chars().count().min(b.chars().count());
    if shorter < 6 {
        return false;
    }
    // The peer compares as many bytes as the shorter name has characters.
    if a.as_bytes().get(..shorter) == b.as_bytes().get(..shorter) {
        return true;
    }
    a.split(' ')
        .zip(b.split(' '))
        .enumerate()
        .all(|(at, (a, b))| a == b || (at > 0 && a.as_bytes().first() == b.as_bytes().first()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_letters() {
        assert_eq!(uc_first("äiti ja"), "Äiti ja");
        assert_eq!(uc_first(""), "");
        assert_eq!(uc_first("ßx"), "SSx");
    }

    #[test]
    fn languages_and_relators() {
        let values = ["FIN ", "", " ", "sWe", "fin"].map(str::to_owned).to_vec();
        assert_eq!(normalize_languages(values), ["fin", "swe", "fin"]);
        for (text, expected) in
            [("kirjoittaja.", "kirjoittaja"), ("(aut)", "aut"), ("", ""), (" Ääni. ", "ääni")]
        {
            assert_eq!(normalize_relator(text), expected);
        }
    }

    #[test]
    fn last_name_first() {
        assert_eq!(convert_author_last_first("Aki Kaurismäki"), "Kaurismäki, Aki");
        assert_eq!(convert_author_last_first("Future Film Oy"), "Oy, Future Film");
        assert_eq!(convert_author_last_first(" Madonna"), " Madonna");
        assert_eq!(convert_author_last_first("Madonna"), "Madonna");
    }

    #[test]
    fn initials() {
        let cases = [
            ("Hirsjärvi, Sirkka.", "s h sh"),
            ("Remes, Pirkko.", "p r pr"),
            ("Kalat, James W.", "j w k jw jwk"),
            ("Smith-Jones, Anna", "a s j asj"),
            ("St. John, Henry", "j h s jh jhs"),
            ("Cinéstéréo", "c"),
            ("Rubini & Associés", "r a ra"),
            ("Jylhä, Yrjö,", "y j yj"),
            ("238745", ""),
            ("", ""),
            ("Mäkelä-Åberg, Örn", "ö m å ömå"),
        ];
        for (name, expected) in cases {
            assert_eq!(author_initials(name), expected, "{name}");
        }
    }

    #[test]
    fn matching_authors() {
        let cases = [
            ("waltari", "waltarimika", true),
            ("kivia", "kivialeksis", false),
            ("abc", "abd", false),
            ("tolstoilev", "tolstojlev", false),
            ("Malila, Riikka", "Malila, R.", true),
            ("Malila, Riikka", "Malila, S.", false),
            ("Malila Riikka", "Mallla Riikka", false),
            ("Sébastien Gallien", "Sébasti.", true),
        ];
        for (a, b, expected) in cases {
            assert_eq!(authors_match(a, b), expected, "{a} / {b}");
        }
    }
}
