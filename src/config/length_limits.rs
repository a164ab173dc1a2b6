//! How long a value of an index field may be (ingest-common §8.9).

/// Limits in characters by field name; 0 = no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LengthLimits {
    exact: Vec<(String, usize)>,
    /// `*` at the beginning and at the end are cut off and kept as flags.
    patterns: Vec<Pattern>,
    default: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    text: String,
    open_start: bool,
    open_end: bool,
    limit: usize,
}

impl LengthLimits {
    /// Limits in the order of the settings; `__default__` is for all other fields.
    pub fn new<'a>(limits: impl IntoIterator<Item = (&'a str, usize)>) -> Self {
        let mut all = LengthLimits::default();
        for (name, limit) in limits {
            if name == "__default__" {
                all.default = limit;
            } else if name.contains('*') {
                all.patterns.push(Pattern {
                    text: name.trim_matches('*').to_owned(),
                    open_start: name.starts_with('*'),
                    open_end: name.ends_with('*'),
                    limit,
                });
            } else {
                all.exact.push((name.to_owned(), limit));
            }
        }
        all
    }

    /// The limit of a field: its own, else that of the first pattern that fits, else the default.
    pub fn of(&self, field: &str) -> usize {
        if let Some((_, limit)) = self.exact.iter().find(|(name, _)| name == field) {
            return *limit;
        }
        let fits = |pattern: &&Pattern| match (pattern.open_start, pattern.open_end) {
            (true, true) => field.contains(&pattern.text),
            (true, false) => field.ends_with(&pattern.text),
            (false, _) => field.starts_with(&pattern.text),
        };
        self.patterns.iter().find(fits).map_or(self.default, |pattern| pattern.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_that_fits() {
        let limits = LengthLimits::new([
            ("__default__", 1024),
            ("title_sh*", 30),
            ("*sort", 40),
            ("*_keys_*", 20),
            ("allfields", 0),
        ]);
        for (field, limit) in [
            ("title_short", 30),
            ("title_sort", 40),
            ("work_keys_str_mv", 20),
            ("allfields", 0),
            ("title", 1024),
        ] {
            assert_eq!(limits.of(field), limit, "{field}");
        }
        assert_eq!(LengthLimits::default().of("title"), 0);
    }
}
