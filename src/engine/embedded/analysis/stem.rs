//! Stems: Snowball Finnish, then the English minimal stemmer with its protected words
//! (index-schema §2.4 fallback, §2.5).

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Finnish nominatives in -s that the English plural rule must leave alone.
const PROTECTED: &str = "ahdas allas ahnas altis armas aulis autuas eväs hammas harras hauras \
hidas hirvas ies kangas kallis kalvas karsas karvas katras kaunis kauris keidas kernas kinnas \
kiivas kirves kitsas kiuas koiras kokelas kuhilas kuningas kunnas kuulas lammas lipas lounas \
lunnas mallas marras mies naaras nauris opas oas oinas olas oppilas oras painos paljas paras \
parras patsas pensas piiras porras porsas potilas pudas puhdas ratas raavas rahvas raitis raihnas \
rastas ratsas rengas reipas rietas ruhtinas ruis runsas ruumis saapas saalis sairas sees sotilas \
tahdas taivas tehdas teuras tiivis toipilas tupas tuores turilas tursas tyyris uros uuras valpas \
varas varras varvas valas valmis vauras vehmas vilpas vieras viisas vitsas vuolas äes";

static PROTECTED_SET: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| PROTECTED.split_whitespace().collect());

/// Stem of a folded word. Words with anything but Finnish letters keep their form but for an
/// English plural s.
pub(super) fn stem(word: &str) -> Cow<'_, str> {
    let finnish = (3..=100).contains(&word.len())
        && word.chars().all(|c| matches!(c, 'a'..='z' | 'å' | 'ä' | 'ö' | '-'));
    let stemmed = if finnish { finnish_stem(word) } else { Cow::Borrowed(word) };
    if PROTECTED_SET.contains(stemmed.as_ref()) {
        return stemmed;
    }
    match english_minimal(&stemmed) {
        Some(shorter) => Cow::Owned(shorter),
        None => stemmed,
    }
}

fn finnish_stem(word: &str) -> Cow<'_, str> {
    static FINNISH: LazyLock<frostem::Stemmer> =
        LazyLock::new(|| frostem::Stemmer::new(frostem::Algorithm::Finnish));
    FINNISH.stem(word)
}

/// Strips a plural s: index-schema §2.5. `None` if the word stays as it is.
fn english_minimal(word: &str) -> Option<String> {
    let body = word.strip_suffix('s')?;
    let mut before = body.chars().rev();
    let (second, third, fourth) = (before.next()?, before.next()?, before.next());
    match second {
        'u' | 's' => None,
        'e' => match (third, fourth) {
            ('i', Some(fourth)) if fourth != 'a' && fourth != 'e' => {
                Some(format!("{}y", body.strip_suffix("ie")?))
            }
            ('i' | 'a' | 'o' | 'e', _) => None,
            _ => Some(body.to_owned()),
        },
        _ => Some(body.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_plurals() {
        for (word, expected) in [
            ("books", Some("book")),
            ("libraries", Some("library")),
            ("shoes", None),
            ("glass", None),
            ("virus", None),
            ("as", None),
            ("bees", None),
            ("dates", Some("date")),
        ] {
            assert_eq!(english_minimal(word).as_deref(), expected, "{word}");
        }
    }
}
