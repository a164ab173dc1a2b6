//! Numbers that follow from a seed and a place, not from what was drawn before: any slice of a
//! corpus can be made on any core.

/// A source of random numbers for one purpose of one thing (splitmix64).
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

/// Scatters the bits of a number; a bijection.
pub(super) fn scatter(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

impl Random {
    /// The numbers of `purpose` for the thing with this number.
    pub(super) fn of(seed: u64, purpose: u64, number: u64) -> Self {
        Random(scatter(scatter(seed ^ purpose.wrapping_mul(0x9E37_79B9_7F4A_7C15)) ^ number))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        scatter(self.0)
    }

    /// Below one, at least zero.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Below `bound`, or zero if that is zero.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    pub(super) fn chance(&mut self, percent: f64) -> bool {
        self.unit() * 100.0 < percent
    }

    /// One of these, or the empty text if there are none.
    pub(super) fn pick<'t, T: AsRef<str>>(&mut self, of: &'t [T]) -> &'t str {
        of.get(self.below(of.len() as u64) as usize).map_or("", AsRef::as_ref)
    }
}
