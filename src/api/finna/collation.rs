//! Order of names in the answer's language (finna-api §8.2): case is ignored, accents count, å ä ö
//! come last in Finnish and Swedish.

use crate::config::Locale;
use icu_collator::options::{CollatorOptions, Strength};
use icu_collator::{Collator, CollatorBorrowed};
use icu_locale::locale;
use std::cmp::Ordering;
use std::sync::LazyLock;

type Order = Option<CollatorBorrowed<'static>>;

static FINNISH: LazyLock<Order> = LazyLock::new(|| collator(&locale!("fi")));
static SWEDISH: LazyLock<Order> = LazyLock::new(|| collator(&locale!("sv")));
static ENGLISH: LazyLock<Order> = LazyLock::new(|| collator(&locale!("en-GB")));
static SAMI: LazyLock<Order> = LazyLock::new(|| collator(&locale!("se")));

fn collator(locale: &icu_locale::Locale) -> Order {
    let mut options = CollatorOptions::default();
    options.strength = Some(Strength::Secondary);
    Collator::try_new(locale.into(), options).ok()
}

/// Compares two names in a language.
pub(super) fn compare(locale: Locale, a: &str, b: &str) -> Ordering {
    let order = match locale {
        Locale::Fi => &FINNISH,
        Locale::Sv => &SWEDISH,
        Locale::EnGb => &ENGLISH,
        Locale::Se => &SAMI,
    };
    match order.as_ref() {
        Some(collator) => collator.compare(a, b),
        None => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_differ_in_where_letters_with_dots_go() {
        let mut names = vec!["Zeta", "äbc", "Åbo", "abo", "Öja", "B"];
        names.sort_by(|a, b| compare(Locale::Fi, a, b));
        assert_eq!(names, ["abo", "B", "Zeta", "Åbo", "äbc", "Öja"]);
        names.sort_by(|a, b| compare(Locale::EnGb, a, b));
        assert_eq!(names, ["äbc", "abo", "Åbo", "B", "Öja", "Zeta"]);
        assert_eq!(compare(Locale::Sv, "ABO", "abo"), Ordering::Equal);
        assert_eq!(compare(Locale::EnGb, "cafe", "café"), Ordering::Less);
    }
}
