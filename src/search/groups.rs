//! Which member of a dedup group is shown, and the ids of the others (search-semantics §8).

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
}

impl Preferences {
    /// Reads the wishes out of the filters of a search.
    pub(super) fn of<'f>(filters: impl IntoIterator<Item = &'f str>) -> Self {
        let mut preferences = Preferences::default();
        let mut seen: Vec<&str> = Vec::new();
        for filter in filters {
            if seen.contains(&filter) {
                continue;
            }
            seen.push(filter);
            if let Some(list) = filter.strip_prefix("finna.sources:") {
                let list = list.trim_matches('"').split(',').map(str::trim);
                preferences.sources = list.filter(|s| !s.is_empty()).map(str::to_owned).collect();
            }
            preferences.buildings.extend(buildings(filter).map(str::to_owned));
        }
        preferences
    }

    /// Position of the last mention of a building, from 1.
    fn building(&self, name: &str) -> Option<i64> {
        let at = self.buildings.iter().rposition(|building| building == name)?;
        i64::try_from(at + 1).ok()
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
            let listed = listed.and_then(|at| i64::try_from(at).ok());
            let priority = building.map(|at| -at).or(listed).unwrap_or_else(|| {
                running += 1;
                running
            });
            if priority < best {
                best = priority;
                choice.shown.clone_from(id);
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

/// First path parts of the values of `building:` in a filter, whatever sign it has.
fn buildings(filter: &str) -> impl Iterator<Item = &str> {
    const NAME: &str = "building:";
    filter.match_indices(NAME).filter_map(move |(at, _)| {
        let before = filter.get(..at)?.chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let value = filter.get(at + NAME.len()..)?;
        let value = match value.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next()?,
            None => value.split([' ', ')']).next()?,
        };
        let mut parts = value.split('/');
        let first = parts.next()?;
        let is_level = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
        match parts.next() {
            Some(second) if is_level => Some(second),
            _ => Some(first),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_peer_chooses() {
        for (ids, filters, shown, dedup_ids, local_ids) in [
            ("a.1 a.9 b.7", vec![], "a.1", "a.9 b.7", "a.1 a.9 b.7"),
            ("a.1 a.9 b.7", vec!["building:\"1/a/x/\""], "a.1", "a.9 b.7", "a.1 a.9 b.7"),
            (
                "a.1 a.9 b.7",
                vec!["building:\"1/a/x/\"", "-building:\"0/b/\""],
                "b.7",
                "b.7 a.9",
                "a.1 a.9 b.7",
            ),
            ("a.1 b.7 c.3", vec!["finna.sources:\"c\""], "c.3", "c.3", "c.3"),
            ("a.1 b.7 c.3", vec!["finna.sources:\"b,a\""], "b.7", "b.7 a.1", "a.1 b.7"),
            ("a.1 b.7", vec!["finna.sources:\"z\""], "a.1", "", ""),
            (
                "a.1 b.7 c.3",
                vec!["building_sub_str_mv:\"a\"", "(building:\"b\" OR building:\"c\")"],
                "c.3",
                "c.3 b.7 a.1",
                "a.1 b.7 c.3",
            ),
            (
                "a.1 b.7 c.3",
                vec!["~building:\"0/Bib/\"", "finna.sources:\"c,b,a\""],
                "b.7",
                "b.7 c.3 a.1",
                "a.1 b.7 c.3",
            ),
        ] {
            let preferences = Preferences::of(filters.iter().copied());
            let ids: Vec<String> = ids.split(' ').rev().map(str::to_owned).collect();
            let institution = |source: &str| (source == "b.7").then(|| "Bib".to_owned());
            let choice = preferences.choose(ids, institution);
            assert_eq!(choice.shown, shown, "{filters:?}");
            let group: Vec<&str> = choice.group.iter().map(|member| member.id.as_str()).collect();
            assert_eq!(group.join(" "), dedup_ids, "{filters:?}");
            assert_eq!(choice.local_ids.join(" "), local_ids, "{filters:?}");
        }
    }
}
