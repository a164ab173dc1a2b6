//! Order of ids as people read them: `v2` before `v10`.

use std::cmp::Ordering;

/// Compares byte by byte, but runs of digits by their value; equal values by their bytes, so that
/// only equal texts are equal.
pub fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        let order = match (left.first(), right.first()) {
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (x, rest_of_x) = digits(left);
                let (y, rest_of_y) = digits(right);
                (left, right) = (rest_of_x, rest_of_y);
                x.len().cmp(&y.len()).then_with(|| x.cmp(y))
            }
            (Some(x), Some(y)) => {
                left = left.get(1..).unwrap_or_default();
                right = right.get(1..).unwrap_or_default();
                x.cmp(y)
            }
            _ => return left.len().cmp(&right.len()).then_with(|| a.cmp(b)),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// The digits at the start without leading zeros, and what follows them.
fn digits(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len());
    let (run, rest) = bytes.split_at(end);
    let zeros = run.iter().take_while(|byte| **byte == b'0').count();
    (run.get(zeros..).unwrap_or_default(), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_by_value() {
        let mut ids = ["a.10", "a.9", "a.010", "b.1", "a.9x", "a", "a.09"];
        ids.sort_by(|a, b| natural_order(a, b));
        assert_eq!(ids, ["a", "a.09", "a.9", "a.9x", "a.010", "a.10", "b.1"]);
        assert_eq!(natural_order("a.1", "a.1"), Ordering::Equal);
    }
}
