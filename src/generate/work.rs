//! What a work is: everything that its copies have in common.

use super::Corpus;
use super::random::Random;
use super::works::Slot;

/// Purposes of random numbers.
const WORK: u64 = 1;
const COPY: u64 = 2;
const TOPIC: u64 = 3;
const ORGANISATION: u64 = 4;
const NEAR: u64 = 5;
pub(super) const QUERY: u64 = 6;

/// Words of a title come from its topic in this share, from the whole language otherwise.
const FROM_TOPIC: f64 = 60.0;
/// Works that have title and author of another one, but are another edition, in percent.
const NEAR_MISSES: f64 = 2.0;
pub(super) const ORGANISATIONS: usize = 400;
/// Ends of the classes of size. What a record has much or little of follows its class (chosen), so
/// that a record of 300 bytes has no forty subjects, and one of 60 000 is long for a reason.
const CLASSES: [f64; 6] = [0.0, 0.15, 0.95, 0.99, 0.999, 1.0];

/// A work.
#[derive(Debug, Clone)]
pub(super) struct Work {
    /// Code of the language, and number of its vocabulary.
    pub(super) code: &'static str,
    pub(super) language: usize,
    /// Script of the fields 880, if the language has one.
    pub(super) script: Option<&'static str>,
    /// Leader/06-07 and the value of Finna's format facet.
    pub(super) form: &'static str,
    pub(super) format: &'static str,
    /// Ranks of the words of the title.
    pub(super) title: Vec<u64>,
    pub(super) author: Option<u64>,
    pub(super) date: &'static str,
    pub(super) year: u64,
    pub(super) subjects: Vec<(u64, Option<u64>)>,
    pub(super) isbns: Vec<u64>,
    /// Position of the record's size among all sizes, from 0 to 1.
    pub(super) size: f64,
    pub(super) volume: Option<u64>,
    /// For what is left to draw.
    pub(super) rest: Random,
}

impl Corpus {
    /// The work of a slot.
    pub(super) fn work(&self, slot: Slot) -> Work {
        let mut misses = Random::of(self.seed, NEAR, slot.work);
        let is_near_miss =
            slot.work > 0 && slot.host.is_none() && !slot.is_host && misses.chance(NEAR_MISSES);
        let mut random = Random::of(self.seed, WORK, slot.work - u64::from(is_near_miss));
        let size = random.unit();
        let chosen = self.tables.choose("language", &mut random);
        let (code, vocabulary) = (first(chosen, 0), first(chosen, 1));
        let language = super::words::Words::language(vocabulary);
        let script = chosen.get(2).copied();
        let chosen = match slot.host {
            Some(_) => self.tables.choose("part", &mut random),
            None => self.tables.choose("form", &mut random),
        };
        let (form, format) = (first(chosen, 0), first(chosen, 1));
        let title = self.title(size, &mut random);
        // The measured share of records without any name is 3.5 %, of a main entry 80 %.
        let author = random.chance(80.0).then(|| self.ranks.persons.draw(&mut random));
        let date = first(self.tables.choose("date", &mut random), 0);
        let year = self.year(&mut random);
        let count = self.counts.subjects.count(near(size, &mut random), &mut random);
        let subjects = (0..count)
            .map(|_| {
                let subdivision = random.chance(45.0);
                let heading = self.ranks.subjects.draw(&mut random);
                let detail = subdivision.then(|| self.ranks.subdivisions.draw(&mut random));
                (heading, detail)
            })
            .collect();
        let isbns = match form {
            "am" | "mm" | "im" => {
                // Only six of ten records are of these forms, and they have all ISBNs; a few copies
                // lose theirs.
                let share = 1.0 - (1.0 - near(size, &mut random)) * 0.585;
                let count = self.counts.isbns.count(share.max(0.0), &mut random);
                (0..count).map(|_| random.below(10_000_000)).collect()
            }
            _ => Vec::new(),
        };
        let mut work = Work {
            code,
            language,
            script,
            form,
            format,
            title,
            author,
            date,
            year,
            subjects,
            isbns,
            size,
            volume: None,
            rest: random,
        };
        if is_near_miss {
            work.volume = Some(2 + misses.below(8));
            work.year = (year + 3 + misses.below(9)).min(2025);
            work.isbns.iter_mut().for_each(|isbn| *isbn = misses.below(10_000_000));
        }
        work
    }

    fn title(&self, size: f64, random: &mut Random) -> Vec<u64> {
        let topic = self.ranks.topics.draw(random);
        let share = near(size, random);
        let count = self.counts.title_words.count(share, random).max(1);
        (0..count)
            .map(|_| {
                if random.chance(FROM_TOPIC) {
                    let word = self.ranks.topic_words.draw(random);
                    self.words.rank(&mut Random::of(self.seed, TOPIC, (topic << 40) ^ word))
                } else {
                    self.words.rank(random)
                }
            })
            .collect()
    }

    fn year(&self, random: &mut Random) -> u64 {
        let decade: u64 = first(self.tables.choose("decade", random), 0).parse().unwrap_or(2000);
        let years = match decade {
            1500 => 200,
            1700 => 100,
            2020 => 6,
            _ => 10,
        };
        decade + random.below(years)
    }

    /// What differs from copy to copy.
    pub(super) fn copy_random(&self, slot: Slot) -> Random {
        Random::of(self.seed, COPY, slot.record)
    }

    /// The organisation that holds a record; parts are where their hosts are.
    pub(super) fn organisation(&self, slot: Slot) -> usize {
        let drawn = Random::of(self.seed, ORGANISATION, slot.host.unwrap_or(slot.record)).unit();
        let at = self.organisations.partition_point(|share| *share <= drawn);
        at.min(ORGANISATIONS - 1)
    }
}

fn first(values: &[&'static str], at: usize) -> &'static str {
    values.get(at).copied().unwrap_or("")
}

/// This share half of the time, else another one of its class: over all records every share is as
/// likely as any other.
pub(super) fn near(size: f64, random: &mut Random) -> f64 {
    if random.chance(50.0) {
        return size;
    }
    let end = CLASSES.partition_point(|class| *class <= size).clamp(1, CLASSES.len() - 1);
    CLASSES[end - 1] + random.unit() * (CLASSES[end] - CLASSES[end - 1])
}

/// Shares up to each organisation: weights by rank with the exponent 0.8.
pub(super) fn organisations() -> Vec<f64> {
    let weights: Vec<f64> = (1..=ORGANISATIONS).map(|rank| (rank as f64).powf(-0.8)).collect();
    let total: f64 = weights.iter().sum();
    let mut sum = 0.0;
    weights
        .iter()
        .map(|weight| {
            sum += weight / total;
            sum
        })
        .collect()
}
