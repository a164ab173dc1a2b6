//! Which member of a dedup group is shown, and the ids of the others (search-semantics §8).

use crate::query::FilterList;
use crate::record::GroupMember;

/// Priority of a member that nothing prefers: only the first of the list is shown without one.
const UNPREFERRED: i64 = 99_999;

/// The choice among the members of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// Id of the member to show.
    pub(super) shown: String,
    /// One member of each source, best first.
    pub(super) group: Vec<GroupMember>,
    /// Ids of all members of the sources that are searched.
    pub(super) local_ids: Vec<String>,
}

/// Wishes of a search about the members to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Preferences {
    /// Sources that are searched, best first; empty for all.
    sources: Vec<String>,
    /// First path parts of the values of building filters, in the order of the filters.
    buildings: Vec<String>,
    /// Sources that nothing prefers and that no list of members names.
    excluded: Vec<String>,
}

impl Preferences {
    /// The wishes that the filters of a search express; `excluded`: the sources that the API does
    /// not answer.
    pub(super) fn of(filters: &FilterList, excluded: &[String]) -> Self {
        Preferences {
            sources: filters.active_sources.clone().unwrap_or_default(),
            buildings: filters.building_priority(),
            excluded: excluded.to_vec(),
        }
    }

    fn is_excluded(&self, name: &str) -> bool {
        self.excluded.iter().any(|source| source == name)
    }

    /// Position of the last mention of a building, from 1.
    fn building(&self, name: &str) -> Option<i64> {
        if self.is_excluded(name) {
            return None;
        }
        let at = self.buildings.iter().rposition(|building| building == name)?;
        i64::try_from(at + 1).ok()
    }

    /// True for a link (a JSON object with its `source`) of a source that is searched.
    pub(super) fn answers(&self, link: &str) -> bool {
        self.sources.is_empty()
            || serde_json::from_str::<serde_json::Value>(link).is_ok_and(|link| {
                let source = link.get("source").and_then(serde_json::Value::as_str);
                source.is_some_and(|source| self.sources.iter().any(|known| known == source))
            })
    }

    /// Chooses among the ids of a group's members; `institution` gives that of a member's source.
    pub(super) fn choose(
        &self,
        mut ids: Vec<String>,
        institution: impl Fn(&str) -> Option<String>,
    ) -> Choice {
        ids.sort_unstable();
        let mut choice =
            Choice { shown: ids.first().cloned().unwrap_or_default(), ..Choice::default() };
        let mut best = UNPREFERRED;
        let mut running = UNPREFERRED;
        // Source, id, priority; a later id of a source takes the place of an earlier one.
        let mut by_source: Vec<(&str, &str, i64)> = Vec::new();
        for id in &ids {
            let source = id.split_once('.').map_or(id.as_str(), |(source, _)| source);
            let listed = self.sources.iter().position(|known| known == source);
            if !self.sources.is_empty() && listed.is_none() {
                continue;
            }
            choice.local_ids.push(id.clone());
            let building = if self.buildings.is_empty() {
                None
            } else {
                self.building(source).or_else(|| self.building(&institution(id)?))
            };
            let is_excluded = self.is_excluded(source);
            let listed = listed.filter(|_| !is_excluded).and_then(|at| i64::try_from(at).ok());
            let priority = building.map(|at| -at).or(listed).unwrap_or_else(|| {
                running += 1;
                running
            });
            if priority < best {
                best = priority;
                choice.shown.clone_from(id);
            }
            if is_excluded {
                continue;
            }
            match by_source.iter_mut().find(|(known, _, _)| *known == source) {
                Some(entry) => *entry = (source, id, priority),
                None => by_source.push((source, id, priority)),
            }
        }
        by_source.sort_by_key(|(_, _, priority)| *priority);
        let members = by_source.into_iter().map(|(source, id, priority)| GroupMember {
            source: source.to_owned(),
            id: id.to_owned(),
            priority,
        });
        choice.group = members.collect();
        choice
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SearchSettings;

    fn choice(settings: &str, filters: &[&str], ids: &str) -> Choice {
        let settings = SearchSettings::parse("search.toml", settings).expect("settings");
        let filters: Vec<String> = filters.iter().map(|filter| (*filter).to_owned()).collect();
        let list = FilterList::new(&[], &filters, &settings, false).expect("few filters");
        let preferences = Preferences::of(&list, &settings.api_excluded_sources);
        let ids: Vec<String> = ids.split(' ').rev().map(str::to_owned).collect();
        preferences.choose(ids, |id| (id == "b.7").then(|| "Bib".to_owned()))
    }

    /// The tables of search-semantics §8: configured sources, ids, filters → the member shown, one
    /// member of each source, all ids that are kept.
    #[test]
    fn as_the_peer_chooses() {
        let (all, three) = ("a.1 a.9 b.7", "a.1 b.7 c.3");
        for (sources, ids, filters, shown, dedup_ids, local_ids) in [
            ("", all, &[][..], "a.1", "a.9 b.7", all),
            ("", all, &["building:\"1/a/x/\""], "a.1", "a.9 b.7", all),
            ("", all, &["building:\"1/a/x/\"", "-building:\"0/b/\""], "b.7", "b.7 a.9", all),
            // Quotes are put in before anything is read; a raw filter stays as it is.
            ("", all, &["~building:0/b/"], "b.7", "b.7 a.9", all),
            ("", all, &["(building:b)"], "a.1", "a.9 b.7", all),
            ("c", three, &[], "c.3", "c.3", "c.3"),
            ("c,b,a", three, &["finna.sources:\"b,a\""], "b.7", "b.7 a.1", "a.1 b.7"),
            ("", three, &["finna.sources:\"b,a\""], "b.7", "b.7 a.1", "a.1 b.7"),
            ("z", "a.1 b.7", &[], "a.1", "", ""),
            (
                "",
                three,
                &["building_sub_str_mv:\"a\"", "(building:\"b\" OR building:\"c\")"],
                "c.3",
                "c.3 b.7 a.1",
                three,
            ),
            ("c,b,a", three, &["~building:\"0/Bib/\""], "b.7", "b.7 c.3 a.1", three),
            ("c,b,a", three, &[], "c.3", "c.3 b.7 a.1", three),
        ] {
            let listed: Vec<String> =
                sources.split(',').filter(|s| !s.is_empty()).map(|s| format!("{s:?}")).collect();
            let settings = format!("[records]\nsources = [{}]\n", listed.join(", "));
            let found = choice(&settings, filters, ids);
            assert_eq!(found.shown, shown, "{sources}: {filters:?}");
            let group: Vec<&str> = found.group.iter().map(|member| member.id.as_str()).collect();
            assert_eq!(group.join(" "), dedup_ids, "{sources}: {filters:?}");
            assert_eq!(found.local_ids.join(" "), local_ids, "{sources}: {filters:?}");
        }
    }

    #[test]
    fn links_of_sources_that_are_searched() {
        for (sources, link, expected) in [
            ("", r#"{"url":"u","source":"c"}"#, true),
            ("", "no JSON", true),
            ("a,b", r#"{"url":"u","source":"b"}"#, true),
            ("a,b", r#"{"url":"u","source":"c"}"#, false),
            ("a,b", r#"{"url":"b"}"#, false),
            ("a,b", "no JSON", false),
        ] {
            let filters = if sources.is_empty() {
                Vec::new()
            } else {
                vec![format!("finna.sources:\"{sources}\"")]
            };
            let settings = SearchSettings::default();
            let list = FilterList::new(&[], &filters, &settings, false).expect("few filters");
            assert_eq!(Preferences::of(&list, &[]).answers(link), expected, "{sources}: {link}");
        }
    }

    /// A source that the API does not answer is out of the list, or, where a request names it all
    /// the same, without a claim to be shown.
    #[test]
    fn excluded_sources_are_not_preferred() {
        const SETTINGS: &str =
            "[records]\nsources = [\"a\", \"b\", \"c\"]\napi_excluded_sources = [\"a\"]\n";
        let ids = "a.1 b.7 c.3";
        for (filters, shown, dedup_ids, local_ids) in [
            (&[][..], "b.7", "b.7 c.3", "b.7 c.3"),
            (&["building:\"0/a/\""], "b.7", "b.7 c.3", "b.7 c.3"),
            (&["finna.sources:\"a,c\""], "c.3", "c.3", "a.1 c.3"),
        ] {
            let found = choice(SETTINGS, filters, ids);
            assert_eq!(found.shown, shown, "{filters:?}");
            let group: Vec<&str> = found.group.iter().map(|member| member.id.as_str()).collect();
            assert_eq!(group.join(" "), dedup_ids, "{filters:?}");
            assert_eq!(found.local_ids.join(" "), local_ids, "{filters:?}");
        }
    }
}
