//! Which activities make a primary, a secondary or a corporate author (ingest-qdc §8.1).

use super::agents::Agent;
use crate::config::IngestSettings;
use rustc_hash::FxHashSet;

/// The director, who comes first among the primary authors.
pub(super) const DIRECTOR: &str = "d02";

/// Codes too general to say what somebody did; a label replaces them.
pub(super) const GENERAL: [&str; 6] = ["a00", "a08", "a99", "d99", "e04", "e99"];

/// The authors of a film. An agent may be in more than one list.
#[derive(Debug, Default)]
pub(super) struct Authors<'a, 't> {
    pub(super) primary: Vec<&'a Agent<'t>>,
    pub(super) secondary: Vec<&'a Agent<'t>>,
    pub(super) corporate: Vec<&'a Agent<'t>>,
}

impl<'a, 't> Authors<'a, 't> {
    /// Sorts agents into the lists of the settings; directors come first among the primary.
    pub(super) fn of(agents: &'a [Agent<'t>], settings: &IngestSettings) -> Self {
        let mut primary = having(agents, &settings.forward_primary_author_relators);
        primary.sort_by_key(|agent| agent.relator != DIRECTOR);
        Authors {
            primary,
            secondary: having(agents, &settings.forward_secondary_author_relators),
            corporate: having(agents, &settings.forward_corporate_author_relators),
        }
    }
}

/// Agents with one of the relators; a list without any stands for all agents.
fn having<'a, 't>(agents: &'a [Agent<'t>], relators: &[String]) -> Vec<&'a Agent<'t>> {
    let codes: FxHashSet<&str> = relators.iter().map(String::as_str).collect();
    agents.iter().filter(|a| codes.is_empty() || codes.contains(a.relator.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_lists_and_own() {
        let agents = ["cmp", "d02", "cmm", "e01", "fnd", "ohjaaja", ""].map(|relator| Agent {
            name: relator.into(),
            relator: relator.to_owned(),
            id: None,
        });
        let names = |list: &[&Agent<'_>]| {
            list.iter().map(|agent| agent.relator.clone()).collect::<Vec<_>>()
        };
        let mut settings = IngestSettings::default();
        let authors = Authors::of(&agents, &settings);
        assert_eq!(names(&authors.primary), ["d02", "cmp", "cmm"]);
        assert_eq!(names(&authors.secondary), ["cmm", "e01"]);
        assert_eq!(names(&authors.corporate), ["fnd"]);
        settings.forward_corporate_author_relators = vec!["ohjaaja".to_owned()];
        settings.forward_secondary_author_relators = Vec::new();
        let authors = Authors::of(&agents, &settings);
        assert_eq!(names(&authors.corporate), ["ohjaaja"]);
        assert_eq!(authors.secondary.len(), agents.len());
    }
}
