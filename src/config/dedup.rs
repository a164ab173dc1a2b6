//! `[dedup]` of `index-config/ingest.toml`: ids that prove nothing, and how the documents of a group
//! become one (dedup.md §3.4, §6.2).

use crate::text::TextRules;

/// An id that is no proof of sameness, for all records or for those with one title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredId {
    id: String,
    /// Beginning of the title key of the records meant.
    title_key: Option<String>,
}

impl IgnoredId {
    /// Reads `id` or `id|beginning of a title`.
    pub fn parse(text: &str, rules: &TextRules) -> Self {
        let (id, title) = text.split_once('|').map_or((text, None), |(id, t)| (id, Some(t)));
        IgnoredId { id: id.trim().to_owned(), title_key: title.map(|t| rules.title_key(t.trim())) }
    }

    /// The id of a record with this title key is ignored.
    pub fn fits(&self, id: &str, title_key: Option<&str>) -> bool {
        self.id == id
            && self
                .title_key
                .as_ref()
                .is_none_or(|start| title_key.is_some_and(|key| key.starts_with(start.as_str())))
    }
}

/// What a field of a merged document is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeRule {
    /// The values of all members.
    All,
    /// The values of the first member that has any.
    First,
    /// True if it is true for some member.
    Any,
    /// The greatest value: the latest time.
    Latest,
    /// The sum of the whole numbers of all members.
    Sum,
}

/// Settings of deduplication.
#[derive(Debug, Clone)]
pub struct DedupSettings {
    /// Ids that prove nothing.
    pub ignored_ids: Vec<IgnoredId>,
    /// Fields whose values are those of all members, besides those that end in `_mv`.
    pub merged_fields: Vec<String>,
    /// Fields that come from the first member that has them.
    pub single_fields: Vec<String>,
    /// Flags that hold when they hold for some member.
    pub any_fields: Vec<String>,
    /// Fields with the greatest value of all members.
    pub latest_fields: Vec<String>,
    /// Fields with the sum of the numbers of all members.
    pub summed_fields: Vec<String>,
    /// Fields whose values make a record a good first member.
    pub scored_fields: Vec<String>,
    /// Fields of the merged document that each member takes over.
    pub copied_fields: Vec<String>,
}

impl DedupSettings {
    /// How a field is merged; `None`: the merged document does not have it.
    pub fn rule(&self, field: &str) -> Option<MergeRule> {
        let is_in = |list: &[String]| list.iter().any(|name| name == field);
        if is_in(&self.single_fields) {
            Some(MergeRule::First)
        } else if is_in(&self.any_fields) {
            Some(MergeRule::Any)
        } else if is_in(&self.latest_fields) {
            Some(MergeRule::Latest)
        } else if is_in(&self.summed_fields) {
            Some(MergeRule::Sum)
        } else if field.ends_with("_mv") || field == "allfields" || is_in(&self.merged_fields) {
            Some(MergeRule::All)
        } else {
            None
        }
    }
}

const MERGED: &str = "institution collection building language physical publisher publishDate \
    contents edition url ctrlnum oclc_num callnumber-raw callnumber-search dewey-hundreds \
    dewey-tens dewey-ones dewey-full dewey-raw dewey-search author author_variant author_role \
    author2 author2_variant author2_role author_corporate author_corporate_role \
    author_additional title_alt title_old title_new dateSpan series series2 topic genre \
    geographic era long_lat long_lat_display long_lat_label isbn issn";

const SINGLE: &str = "title title_short title_full title_sort author_sort format thumbnail \
    description fulltext publishDateSort callnumber-first callnumber-subject callnumber-label \
    callnumber-sort lccn dewey-sort illustrated first_indexed last-indexed container_title \
    container_volume container_issue container_start_page container_reference";

const SCORED: &str = "title author author2 author_corporate topic contents series genre era \
    allfields publisher";

impl Default for DedupSettings {
    /// The peer's defaults; fields that stand in both of its lists are single.
    fn default() -> Self {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        DedupSettings {
            ignored_ids: Vec::new(),
            merged_fields: words(MERGED),
            single_fields: words(SINGLE),
            any_fields: Vec::new(),
            latest_fields: Vec::new(),
            summed_fields: Vec::new(),
            scored_fields: words(SCORED),
            copied_fields: Vec::new(),
        }
    }
}

/// The section as written.
#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenDedup {
    ignored_ids: Vec<String>,
    merged_fields: Option<Vec<String>>,
    single_fields: Option<Vec<String>>,
    any_fields: Vec<String>,
    latest_fields: Vec<String>,
    summed_fields: Vec<String>,
    scored_fields: Option<Vec<String>>,
    copied_fields: Vec<String>,
}

impl WrittenDedup {
    pub(super) fn into_settings(self, text: &TextRules) -> DedupSettings {
        let usual = DedupSettings::default();
        DedupSettings {
            ignored_ids: self.ignored_ids.iter().map(|e| IgnoredId::parse(e, text)).collect(),
            merged_fields: self.merged_fields.unwrap_or(usual.merged_fields),
            single_fields: self.single_fields.unwrap_or(usual.single_fields),
            any_fields: self.any_fields,
            latest_fields: self.latest_fields,
            summed_fields: self.summed_fields,
            scored_fields: self.scored_fields.unwrap_or(usual.scored_fields),
            copied_fields: self.copied_fields,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_has_one_rule() {
        let settings = DedupSettings {
            any_fields: vec!["online_boolean".into()],
            latest_fields: vec!["last_indexed".into()],
            ..DedupSettings::default()
        };
        for (field, rule) in [
            ("topic", Some(MergeRule::All)),
            ("source_str_mv", Some(MergeRule::All)),
            ("allfields", Some(MergeRule::All)),
            ("author_sort", Some(MergeRule::First)),
            ("online_boolean", Some(MergeRule::Any)),
            ("last_indexed", Some(MergeRule::Latest)),
            ("foo", None),
        ] {
            assert_eq!(settings.rule(field), rule, "{field}");
        }
    }

    /// Every search and every facet works on merged documents: no indexed field is forgotten.
    #[test]
    fn the_built_in_settings_name_every_indexed_field() {
        let folder = crate::config::ConfigFolder::BuiltIn;
        let schema = crate::config::Schema::load(&folder).expect("the schema");
        let settings = crate::config::IngestSettings::load(&folder).expect("the settings").dedup;
        // Made when the document is indexed, made for the group itself, or fields of authorities.
        let apart = [
            "id",
            "record_format",
            "merged_boolean",
            "merged_child_boolean",
            "title_txtP",
            "title_txtP_l",
            "title_txtP_lr",
            "title_short_txtP_lr",
            "title_fullStr",
            "title_full_unstemmed",
            "allfields_unstemmed",
            "fulltext_unstemmed",
            "publisherStr",
            "topic_unstemmed",
            "source",
            "record_type",
            "heading",
            "heading_keywords",
            "use_for",
            "use_for_keywords",
            "see_also",
            "scope_note",
            "birth_date",
            "death_date",
            "birth_place",
            "death_place",
            "country",
            "related_place",
            "field_of_activity",
            "occupation",
            "gender",
        ];
        let forgotten: Vec<&str> = schema
            .fields()
            .filter(|(name, spec)| spec.indexed && !apart.contains(name))
            .map(|(name, _)| name)
            .filter(|name| settings.rule(name).is_none())
            .collect();
        assert_eq!(forgotten, Vec::<&str>::new());
        let lists = [
            &settings.merged_fields,
            &settings.single_fields,
            &settings.any_fields,
            &settings.latest_fields,
        ];
        let mut named: Vec<&String> = lists.into_iter().flatten().collect();
        let count = named.len();
        named.sort_unstable();
        named.dedup();
        assert_eq!(named.len(), count, "a field stands in two lists");
    }

    #[test]
    fn ignored_ids() {
        let rules = TextRules::default();
        let everywhere = IgnoredId::parse("978", &rules);
        assert!(everywhere.fits("978", None) && !everywhere.fits("979", None));
        let of_a_title = IgnoredId::parse("978 | Sota ja rauha", &rules);
        assert!(of_a_title.fits("978", Some("sotajarauha tolstoi")));
        assert!(!of_a_title.fits("978", Some("sota tolstoi")) && !of_a_title.fits("978", None));
    }
}
