//! Words by rank: real ones for the first hundred ranks of a language, then ones made of its
//! syllables, without end.

use super::random::Random;
use super::tables::word_lists;

/// Words kept ready; rarer ones are spelled when they occur.
const READY: u64 = 1 << 15;
/// Ranks of the text are looked up in this many equal shares.
const STEPS: usize = 1 << 16;

/// The words of one language.
#[derive(Debug)]
struct Vocabulary {
    words: Vec<&'static str>,
    syllables: Vec<&'static str>,
    endings: Vec<&'static str>,
    ready: Vec<Box<str>>,
}

impl Vocabulary {
    fn read(text: &'static str) -> Self {
        let mut lists = word_lists(text);
        let mut list = |name| lists.remove(name).unwrap_or_default();
        let (words, syllables, endings) = (list("words"), list("syllables"), list("endings"));
        let mut vocabulary = Vocabulary { words, syllables, endings, ready: Vec::new() };
        vocabulary.ready = (0..READY)
            .map(|rank| {
                let mut word = String::new();
                vocabulary.spell(rank, &mut word);
                word.into()
            })
            .collect();
        vocabulary
    }

    /// Rank to word, different ranks different syllables: words of two syllables and an ending
    /// first, then of three and more. Neighbours are scattered over the alphabet.
    fn spell(&self, rank: u64, out: &mut String) {
        if let Some(word) = self.words.get(rank as usize) {
            out.push_str(word);
            return;
        }
        let base = self.syllables.len().max(1) as u64;
        let mut rest = rank - self.words.len() as u64;
        let mut count = 2;
        let mut room = base * base * self.endings.len().max(1) as u64;
        while rest >= room && count < 9 {
            rest -= room;
            room = room.saturating_mul(base);
            count += 1;
        }
        // A prime beyond every base is coprime to the room, so this is a permutation of it.
        let mut code = ((u128::from(rest) * 2_147_483_647) % u128::from(room)) as u64;
        for _ in 0..count {
            out.push_str(self.syllables.get((code % base) as usize).copied().unwrap_or(""));
            code /= base;
        }
        out.push_str(self.endings.get(code as usize % self.endings.len().max(1)).unwrap_or(&""));
    }
}

/// The vocabularies, and how often which rank is used.
#[derive(Debug)]
pub(super) struct Words {
    languages: [Vocabulary; 4],
    steps: Vec<f64>,
}

/// Exponent of the rarest words; with it new words keep coming as measured.
const TAIL: f64 = 1.65;

/// Weight of a word by rank, from one: the measured slopes of titles, broken at lower ranks because
/// four languages share the text.
fn weight(rank: f64) -> f64 {
    const TOP: f64 = 200.0;
    const MIDDLE: f64 = 3000.0;
    if rank <= TOP {
        return 1.0 / (rank + 2.7);
    }
    let middle = rank.min(MIDDLE);
    (middle / TOP).powf(-1.35) * (rank / middle).powf(-TAIL) / (TOP + 2.7)
}

impl Words {
    pub(super) fn built_in() -> Self {
        let languages = [
            Vocabulary::read(include_str!("tables/vocabulary-fi.txt")),
            Vocabulary::read(include_str!("tables/vocabulary-en.txt")),
            Vocabulary::read(include_str!("tables/vocabulary-sv.txt")),
            Vocabulary::read(include_str!("tables/vocabulary-other.txt")),
        ];
        Words { languages, steps: steps() }
    }

    /// Number of the vocabulary with this name.
    pub(super) fn language(name: &str) -> usize {
        ["fi", "en", "sv"].iter().position(|known| *known == name).unwrap_or(3)
    }

    /// A rank by frequency.
    pub(super) fn rank(&self, random: &mut Random) -> u64 {
        let drawn = random.next();
        let at = (drawn >> 48) as usize;
        let share = ((drawn & 0xFFFF_FFFF) as f64 + 1.0) / (1_u64 << 32) as f64;
        let first = self.steps.get(at).copied().unwrap_or(0.0);
        match self.steps.get(at + 1) {
            Some(end) => (first + (end - first) * share) as u64,
            // The last step holds all the rest: a power law without end.
            None => (first * share.powf(-1.0 / (TAIL - 1.0))) as u64,
        }
    }

    /// Writes the word of this rank.
    pub(super) fn push(&self, language: usize, rank: u64, out: &mut String) {
        let vocabulary = &self.languages[language.min(3)];
        match vocabulary.ready.get(rank as usize) {
            Some(word) => out.push_str(word),
            None => vocabulary.spell(rank, out),
        }
    }
}

/// The rank at which each share of the text begins.
fn steps() -> Vec<f64> {
    const LAST: u64 = 4_000_000;
    let beyond = weight(LAST as f64) * LAST as f64 / (TAIL - 1.0);
    let total: f64 = (1..=LAST).map(|rank| weight(rank as f64)).sum::<f64>() + beyond;
    let mut steps = Vec::with_capacity(STEPS);
    let (mut sum, mut next) = (0.0, 0.0);
    for rank in 0..LAST {
        let step = weight((rank + 1) as f64) / total * STEPS as f64;
        while steps.len() < STEPS && sum + step > next {
            steps.push(rank as f64 + (next - sum) / step);
            next += 1.0;
        }
        sum += step;
    }
    steps
}
