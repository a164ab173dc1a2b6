//! Levenshtein distance within a limit: only a band of the table is computed.

/// The number of bytes to insert, delete or replace, if it is at most `limit`.
pub(super) fn distance(a: &[u8], b: &[u8], limit: usize) -> Option<usize> {
    let (a, b) = without_equal_ends(a, b);
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.len() - short.len() > limit {
        return None;
    }
    if short.is_empty() {
        return Some(long.len());
    }
    // Row of the table for the bytes of `long` so far, over the bytes of `short`; cells outside
    // the band count as more than the limit.
    let beyond = limit + 1;
    let mut row: Vec<usize> =
        (0..=short.len()).map(|column| if column > limit { beyond } else { column }).collect();
    for (number, byte) in long.iter().enumerate().map(|(at, byte)| (at + 1, byte)) {
        let from = number.saturating_sub(limit).max(1);
        let to = number.saturating_add(limit).min(short.len());
        let mut diagonal = row.get(from - 1).copied().unwrap_or(beyond);
        let mut left = if from == 1 && number <= limit { number } else { beyond };
        if let Some(cell) = row.get_mut(from - 1) {
            *cell = left;
        }
        let mut best = left;
        let band = row.iter_mut().zip(std::iter::once(&0).chain(short));
        for (cell, other) in band.skip(from).take(to + 1 - from) {
            let cost = diagonal + usize::from(byte != other);
            diagonal = *cell;
            left = cost.min(left + 1).min(diagonal + 1).min(beyond);
            *cell = left;
            best = best.min(left);
        }
        if let Some(cell) = row.get_mut(to + 1) {
            *cell = beyond;
        }
        if best > limit {
            return None;
        }
    }
    row.last().copied().filter(|distance| *distance <= limit)
}

/// What is left of two texts when equal beginnings and ends are taken off.
fn without_equal_ends<'t>(a: &'t [u8], b: &'t [u8]) -> (&'t [u8], &'t [u8]) {
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(start..).unwrap_or_default(), b.get(start..).unwrap_or_default());
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    (a.get(..a.len() - end).unwrap_or_default(), b.get(..b.len() - end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_cases() {
        for (a, b, limit, expected) in [
            ("kalevala", "kalevla", 3, Some(1)),
            ("kalevala", "kalevala", 0, Some(0)),
            ("kitten", "sitting", 3, Some(3)),
            ("kitten", "sitting", 2, None),
            ("", "abc", 3, Some(3)),
            ("", "abc", 2, None),
            ("abc", "xyz", 3, Some(3)),
        ] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes(), limit), expected, "{a} {b} {limit}");
        }
    }

    proptest! {
        #[test]
        fn as_the_whole_table(a in "[abc]{0,24}", b in "[abc]{0,24}", limit in 0_usize..26) {
            let whole = strsim::levenshtein(&a, &b);
            let expected = (whole <= limit).then_some(whole);
            prop_assert_eq!(distance(a.as_bytes(), b.as_bytes(), limit), expected);
        }
    }
}
