//! Are two records the same? The rules of dedup.md §4 in their order; the first that applies
//! decides.

use super::distance::distance;
use super::features::{Features, Folded};
use crate::text::authors_match;
use std::fmt;

/// Titles that differ by this share of their length, in per cent, are different.
const TITLE_LIMIT: f64 = 10.0;
/// Authors may differ by this much.
const AUTHOR_LIMIT: f64 = 20.0;
/// Page counts may differ by this much.
const PAGES_LIMIT: u32 = 10;

/// The rule that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// One is hidden in its host, the other is not.
    HiddenComponent,
    /// Access to one is restricted in another way.
    Access,
    /// Formats differ, before and after mapping.
    Format,
    /// An ISBN in common.
    Isbn,
    /// An id in common.
    Id,
    /// Both have ISSNs, none in common.
    Issn,
    /// Other years.
    Year,
    /// Other numbers of pages.
    Pages,
    /// Another series, or place in it.
    Series,
    /// One has no title.
    NoTitle,
    /// Other titles.
    TitleDistance,
    /// Other numbers in the titles.
    TitleNumbers,
    /// One has no author.
    AuthorMissing,
    /// Other authors.
    AuthorDistance,
    /// Same title and author, and nothing against it.
    Title,
}

impl Rule {
    /// The rule says that the records are the same.
    pub fn is_match(self) -> bool {
        matches!(self, Rule::Isbn | Rule::Id | Rule::Title)
    }

    /// Short name.
    pub fn name(self) -> &'static str {
        match self {
            Rule::HiddenComponent => "hidden-component",
            Rule::Access => "access",
            Rule::Format => "format",
            Rule::Isbn => "isbn",
            Rule::Id => "id",
            Rule::Issn => "issn",
            Rule::Year => "year",
            Rule::Pages => "pages",
            Rule::Series => "series",
            Rule::NoTitle => "no-title",
            Rule::TitleDistance => "title-distance",
            Rule::TitleNumbers => "title-numbers",
            Rule::AuthorMissing => "author-missing",
            Rule::AuthorDistance => "author-distance",
            Rule::Title => "title",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Rule::HiddenComponent => "only one of them is a part that is hidden in its host",
            Rule::Access => "access to them is restricted in different ways",
            Rule::Format => "their formats differ, and so do the mapped formats",
            Rule::Isbn => "they have an ISBN in common",
            Rule::Id => "they have an id in common",
            Rule::Issn => "both have ISSNs, but none in common",
            Rule::Year => "their years of publication differ",
            Rule::Pages => "their numbers of pages differ by more than 10",
            Rule::Series => "their series or their numbers in it differ",
            Rule::NoTitle => "one of them has no title",
            Rule::TitleDistance => "their titles differ by 10 % or more",
            Rule::TitleNumbers => "the numbers in their titles differ",
            Rule::AuthorMissing => "only one of them has an author",
            Rule::AuthorDistance => "their authors differ by more than 20 %",
            Rule::Title => "title and author are the same, and nothing speaks against it",
        })
    }
}

/// What a comparison found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// The rule that decided.
    pub rule: Rule,
    /// Difference of the titles in per cent of the first one, if they were compared.
    pub title_distance: Option<f64>,
    /// Difference of the authors in per cent of the first one, if they were compared.
    pub author_distance: Option<f64>,
}

impl Verdict {
    fn by(rule: Rule) -> Self {
        Verdict { rule, title_distance: None, author_distance: None }
    }
}

/// How exactly distances are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exactness {
    /// Only whether they are small enough.
    Limit,
    /// As they are.
    Full,
}

/// Is `record`, the one under examination, the same as `candidate`? Not symmetric: differences are
/// measured by the length of the first.
pub fn is_same(record: &Features, candidate: &Features) -> bool {
    judge(record, candidate, Exactness::Limit).rule.is_match()
}

/// As [`is_same`], with the rule that decided and the distances.
pub fn compare(record: &Features, candidate: &Features) -> Verdict {
    judge(record, candidate, Exactness::Full)
}

/// Records that may not be in one group, whoever joins them: rules 1 to 3 and 6 speak against it.
pub fn excludes(a: &Features, b: &Features) -> bool {
    matters_of_kind(a, b).is_some() || issns_conflict(a, b)
}

/// Rules 1 to 3.
fn matters_of_kind(a: &Features, b: &Features) -> Option<Rule> {
    if a.is_hidden != b.is_hidden {
        Some(Rule::HiddenComponent)
    } else if a.access != b.access {
        Some(Rule::Access)
    } else if a.format != b.format && a.mapped_formats != b.mapped_formats {
        Some(Rule::Format)
    } else {
        None
    }
}

/// Two sorted lists have an entry in common.
pub(super) fn share(a: &[String], b: &[String]) -> bool {
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    few.iter().any(|value| many.binary_search(value).is_ok())
}

fn issns_conflict(a: &Features, b: &Features) -> bool {
    !a.issns.is_empty() && !b.issns.is_empty() && !share(&a.issns, &b.issns)
}

fn judge(record: &Features, candidate: &Features, exactness: Exactness) -> Verdict {
    if let Some(rule) = matters_of_kind(record, candidate) {
        return Verdict::by(rule);
    }
    let differ = |a: &str, b: &str| !a.is_empty() && !b.is_empty() && a != b;
    if share(&record.isbns, &candidate.isbns) {
        return Verdict::by(Rule::Isbn);
    }
    if share(&record.ids, &candidate.ids) {
        return Verdict::by(Rule::Id);
    }
    if issns_conflict(record, candidate) {
        return Verdict::by(Rule::Issn);
    }
    if differ(&record.year, &candidate.year) {
        return Verdict::by(Rule::Year);
    }
    if record.pages > 0
        && candidate.pages > 0
        && record.pages.abs_diff(candidate.pages) > PAGES_LIMIT
    {
        return Verdict::by(Rule::Pages);
    }
    if record.series_issn != candidate.series_issn
        || record.series_numbering != candidate.series_numbering
    {
        return Verdict::by(Rule::Series);
    }
    if record.title.is_empty() || candidate.title.is_empty() {
        return Verdict::by(Rule::NoTitle);
    }
    let mut verdict = Verdict::by(Rule::Title);
    let title =
        measure(&record.title, &candidate.title, record.title.bytes, TITLE_LIMIT, exactness);
    verdict.title_distance = title;
    if title.is_none_or(|per_cent| per_cent >= TITLE_LIMIT) {
        verdict.rule = Rule::TitleDistance;
        return verdict;
    }
    if record.numbers != candidate.numbers {
        verdict.rule = Rule::TitleNumbers;
        return verdict;
    }
    let (author, other) = (&record.author, &candidate.author);
    if author.is_empty() != other.is_empty() {
        verdict.rule = Rule::AuthorMissing;
        return verdict;
    }
    verdict.author_distance = Some(0.0);
    if author.is_empty() || names_fit(author, other) {
        return verdict;
    }
    let distance = measure(author, other, author.characters, AUTHOR_LIMIT, exactness);
    verdict.author_distance = distance;
    if distance.is_none_or(|per_cent| per_cent > AUTHOR_LIMIT) {
        verdict.rule = Rule::AuthorDistance;
    }
    verdict
}

/// Distance in per cent of `length`; `None` if it is certainly above the limit and need not be
/// exact.
fn measure(
    a: &Folded,
    b: &Folded,
    length: u32,
    per_cent: f64,
    exactness: Exactness,
) -> Option<f64> {
    let longest = a.start.len().max(b.start.len());
    let length = f64::from(length.max(1));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a length is neither negative nor large"
    )]
    let limit = match exactness {
        Exactness::Full => longest,
        Exactness::Limit => longest.min((length * per_cent / 100.0) as usize),
    };
    let found = distance(&a.start, &b.start, limit)?;
    Some(f64::from(u32::try_from(found).unwrap_or(u32::MAX)) / length * 100.0)
}

/// The loose rule for names, on as much of them as is kept.
fn names_fit(a: &Folded, b: &Folded) -> bool {
    if a == b {
        return true;
    }
    match (std::str::from_utf8(&a.start), std::str::from_utf8(&b.start)) {
        (Ok(a), Ok(b)) => authors_match(a, b),
        // Cut inside a character: longer than any real name.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{IngestSettings, SourceSettings};
    use crate::mapping::{MapContext, NoLinks};
    use crate::record::{RecordFacts, RecordFormat};
    use proptest::prelude::*;

    fn features(title: &str, author: &str) -> Features {
        let facts = RecordFacts {
            title_for_filing: title.into(),
            main_author: author.into(),
            ..RecordFacts::default()
        };
        let source = SourceSettings::new("src", RecordFormat::Marc);
        let ingest = IngestSettings::default();
        let context =
            MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2026 };
        Features::of("src.1", &facts, &context)
    }

    #[test]
    fn titles_and_authors() {
        for (a, b, rule, title) in [
            (("kalevala", ""), ("kalevla", ""), Rule::TitleDistance, 12.5),
            (("seitsemän veljestä", ""), ("Seitseman veljesta", ""), Rule::Title, 0.0),
            (
                ("tuntematon sotilas", ""),
                ("tuntematon sotilas romaani", ""),
                Rule::TitleDistance,
                41.2,
            ),
            (("война и мир", ""), ("война и мер", ""), Rule::TitleDistance, 11.1),
            (("sota ja rauha 1", ""), ("sota ja rauha 2", ""), Rule::TitleNumbers, 8.3),
            (("x", "Tolstoi, Lev"), ("x", "Tolstoj, Lev"), Rule::Title, 0.0),
            (("x", "Waltari"), ("x", "Waltari, Mika"), Rule::Title, 0.0),
            (("x", "Kivi, A"), ("x", "Kivi, Aleksis"), Rule::AuthorDistance, 0.0),
            (("x", "Kivi"), ("x", ""), Rule::AuthorMissing, 0.0),
        ] {
            let (a, b) = (features(a.0, a.1), features(b.0, b.1));
            let verdict = compare(&a, &b);
            assert_eq!(verdict.rule, rule, "{a:?} {b:?}");
            assert!((verdict.title_distance.unwrap_or(0.0) - title).abs() < 0.1, "{verdict:?}");
            assert_eq!(is_same(&a, &b), rule.is_match());
        }
        assert_eq!(compare(&features("", ""), &features("x", "")).rule, Rule::NoTitle);
    }

    #[test]
    fn what_comes_before_titles() {
        let base = features("sama", "Sama");
        let same = |change: &dyn Fn(&mut Features, &mut Features)| {
            let (mut a, mut b) = (base.clone(), base.clone());
            change(&mut a, &mut b);
            (compare(&a, &b).rule, excludes(&a, &b))
        };
        let list = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
        assert_eq!(same(&|a, _| a.is_hidden = true), (Rule::HiddenComponent, true));
        assert_eq!(same(&|a, _| a.access = "restricted".into()), (Rule::Access, true));
        assert_eq!(same(&|a, _| a.format = "Map".into()), (Rule::Title, false));
        let formats = |a: &mut Features, b: &mut Features| {
            (a.format, b.format) = ("Map".into(), "Book".into());
            (a.mapped_formats, b.mapped_formats) = (list(&["Map"]), list(&["Book"]));
            (a.isbns, b.isbns) = (list(&["1"]), list(&["1"]));
        };
        assert_eq!(same(&formats), (Rule::Format, true));
        assert_eq!(
            same(&|a, b| {
                (a.issns, b.issns) = (list(&["1"]), list(&["2"]));
                (a.ids, b.ids) = (list(&["1", "2"]), list(&["0", "2", "3"]));
            }),
            (Rule::Id, true)
        );
        assert_eq!(same(&|a, b| (a.issns, b.issns) = (list(&["1"]), list(&["2"]))).0, Rule::Issn);
        assert_eq!(same(&|a, _| a.issns = list(&["1"])), (Rule::Title, false));
        assert_eq!(same(&|a, b| (a.year, b.year) = ("1".into(), "2".into())).0, Rule::Year);
        assert_eq!(same(&|a, _| a.year = "1".into()).0, Rule::Title);
        assert_eq!(same(&|a, b| (a.pages, b.pages) = (10, 21)).0, Rule::Pages);
        assert_eq!(same(&|a, b| (a.pages, b.pages) = (10, 20)).0, Rule::Title);
        assert_eq!(same(&|a, _| a.series_numbering = "1".into()).0, Rule::Series);
    }

    proptest! {
        /// The quick comparison and the exact one agree.
        #[test]
        fn the_limit_changes_no_verdict(
            title in "[a-c]{0,30}", other in "[a-c]{0,30}", author in "[a-b]{0,12}", name in "[a-b]{0,12}",
        ) {
            let (a, b) = (features(&title, &author), features(&other, &name));
            prop_assert_eq!(is_same(&a, &b), compare(&a, &b).rule.is_match());
        }
    }
}
