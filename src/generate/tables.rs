//! The tables of the generator as values: quantiles, ranks and choices by name.

use super::random::Random;
use std::collections::BTreeMap;

/// A quantity by its percentiles.
#[derive(Debug, Clone, Default)]
pub(super) struct Quantiles(Vec<(f64, f64)>);

impl Quantiles {
    /// The value below which `share` (0 to 1) of all lie.
    pub(super) fn at(&self, share: f64) -> f64 {
        let percent = share * 100.0;
        let end = self.0.partition_point(|(p, _)| *p <= percent).min(self.0.len().max(1) - 1);
        let (Some((p0, v0)), Some((p1, v1))) = (self.0.get(end.max(1) - 1), self.0.get(end)) else {
            return 0.0;
        };
        if p1 > p0 { v0 + (v1 - v0) * ((percent - p0) / (p1 - p0)).clamp(0.0, 1.0) } else { *v1 }
    }

    /// A drawn count: the fraction decides by chance, so that the mean is kept.
    pub(super) fn count(&self, share: f64, random: &mut Random) -> usize {
        (self.at(share) + random.unit()) as usize
    }
}

/// Ranks of values drawn by their frequency: known shares up to some rank, a power law beyond, so
/// that new values never end.
#[derive(Debug, Clone, Default)]
pub(super) struct Ranks {
    /// Cumulative share, first rank of the segment, ratio of its ends.
    knots: Vec<(f64, f64, f64)>,
    tail: f64,
}

impl Ranks {
    /// A rank from zero.
    pub(super) fn draw(&self, random: &mut Random) -> u64 {
        let drawn = random.unit();
        let (mut from, mut end) = (0.0, 1.0);
        for (share, first, ratio) in &self.knots {
            if drawn < *share {
                return (first * ratio.powf((drawn - from) / (share - from))) as u64 - 1;
            }
            from = *share;
            end = first * ratio;
        }
        let rest = ((1.0 - drawn) / (1.0 - from)).max(1e-9);
        (end * rest.powf(-1.0 / (self.tail - 1.0))).min(1e12) as u64 - 1
    }
}

/// A line of a weighted choice.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    pub(super) values: Vec<&'static str>,
    end: f64,
}

/// All tables.
#[derive(Debug, Default)]
pub(super) struct Tables {
    quantiles: BTreeMap<&'static str, Quantiles>,
    ranks: BTreeMap<&'static str, Ranks>,
    choices: BTreeMap<&'static str, Vec<Choice>>,
}

fn lines(text: &'static str) -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.split('\t').filter(|cell| !cell.is_empty());
        Some((cells.next()?, cells.collect()))
    })
}

fn pair(cell: &str) -> Option<(f64, f64)> {
    let (left, right) = cell.split_once(':')?;
    Some((left.parse().ok()?, right.parse().ok()?))
}

impl Tables {
    pub(super) fn built_in() -> Self {
        let mut tables = Tables::default();
        for (name, cells) in lines(include_str!("tables/quantiles.tsv")) {
            tables
                .quantiles
                .insert(name, Quantiles(cells.iter().filter_map(|c| pair(c)).collect()));
        }
        for (name, cells) in lines(include_str!("tables/ranks.tsv")) {
            let mut ranks = Ranks::default();
            let mut first = 1.0;
            for (rank, share) in cells.iter().filter_map(|cell| pair(cell)) {
                ranks.knots.push((share / 100.0, first, (rank + 1.0) / first));
                first = rank + 1.0;
            }
            ranks.tail = cells.last().and_then(|cell| cell.parse().ok()).unwrap_or(2.0);
            tables.ranks.insert(name, ranks);
        }
        for (name, cells) in lines(include_str!("tables/choices.tsv")) {
            let Some((weight, values)) = cells.split_first() else { continue };
            let list = tables.choices.entry(name).or_default();
            let before = list.last().map_or(0.0, |choice: &Choice| choice.end);
            let weight: f64 = weight.parse().unwrap_or(0.0);
            list.push(Choice { values: values.to_vec(), end: before + weight });
        }
        tables
    }

    pub(super) fn quantiles(&self, name: &str) -> Quantiles {
        self.quantiles.get(name).cloned().unwrap_or_default()
    }

    pub(super) fn ranks(&self, name: &str) -> Ranks {
        self.ranks.get(name).cloned().unwrap_or_default()
    }

    /// The values of the line that was drawn, by weight.
    pub(super) fn choose(&self, name: &str, random: &mut Random) -> &[&'static str] {
        let list = self.choices.get(name).map_or(&[][..], Vec::as_slice);
        let drawn = random.unit() * list.last().map_or(0.0, |choice| choice.end);
        let at = list.partition_point(|choice| choice.end <= drawn);
        list.get(at).map_or(&[], |choice| &choice.values)
    }

    /// Weights and first values of a choice.
    #[cfg(test)]
    pub(super) fn shares(&self, name: &str) -> Vec<(&'static str, f64)> {
        let list = self.choices.get(name).map_or(&[][..], Vec::as_slice);
        let total = list.last().map_or(1.0, |choice| choice.end);
        let mut before = 0.0;
        list.iter()
            .map(|choice| {
                let share = (choice.end - before) / total;
                before = choice.end;
                (choice.values[0], share)
            })
            .collect()
    }
}

/// A file of `name: words…` lines.
pub(super) fn word_lists(text: &'static str) -> BTreeMap<&'static str, Vec<&'static str>> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, words)| (name, words.split_whitespace().collect()))
        .collect()
}
