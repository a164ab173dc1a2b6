//! People and companies of a film (ingest-qdc §8.1).

use super::relators::GENERAL;
use crate::text::normalize_relator;
use crate::xml::Element;
use std::borrow::Cow;

/// Somebody who had a part in the film.
#[derive(Debug)]
pub(super) struct Agent<'t> {
    pub(super) name: Cow<'t, str>,
    /// Code, label in place of a general code, or empty.
    pub(super) relator: String,
    /// Kind and number, if either is there.
    pub(super) id: Option<String>,
}

/// The agents of a work in document order.
pub(super) fn agents(work: Element<'_>) -> Vec<Agent<'_>> {
    work.each("HasAgent").map(agent).collect()
}

fn agent(element: Element<'_>) -> Agent<'_> {
    let name = element.child("AgentName").map_or(Cow::Borrowed(""), |name| {
        let shown = name.trimmed();
        if shown.is_empty() {
            Cow::Borrowed(name.attr_or_empty("elokuva-elokreditoimatontekija-nimi"))
        } else {
            shown
        }
    });
    let id = element.child("AgentIdentifier").and_then(|id| {
        let value = |name: &str| id.child(name).map(Element::trimmed).unwrap_or_default();
        let (kind, number) = (value("IDTypeName"), value("IDValue"));
        (!kind.is_empty() || !number.is_empty()).then(|| format!("{kind}_{number}"))
    });
    Agent { name, relator: element.child("Activity").map(relator).unwrap_or_default(), id }
}

fn relator(activity: Element<'_>) -> String {
    let code = normalize_relator(&activity.trimmed());
    if !GENERAL.contains(&code.as_str()) {
        return code;
    }
    ["finna-activity-text", "tehtava", "elokuva-elotekija-tehtava"]
        .iter()
        .filter_map(|name| activity.attr(name))
        .find(|label| !label.is_empty() && *label != "\"")
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_relators_and_ids() {
        for (content, name, relator, id) in [
            ("<Activity>D02</Activity><AgentName>A B</AgentName>", "A B", "d02", None),
            (
                "<Activity tehtava=\"ääni\" finna-activity-text='\"'>E99</Activity>\
                 <AgentName elokuva-elokreditoimatontekija-nimi=\"C\"/>",
                "C",
                "ääni",
                None,
            ),
            ("<Activity>a00</Activity>", "", "", None),
            ("<AgentName>D</AgentName>", "D", "", None),
            ("<AgentIdentifier><IDTypeName>k</IDTypeName></AgentIdentifier>", "", "", Some("k_")),
            ("<AgentIdentifier><IDValue>7</IDValue></AgentIdentifier>", "", "", Some("_7")),
            ("<AgentIdentifier/>", "", "", None),
        ] {
            let xml = format!("<w><HasAgent>{content}</HasAgent></w>");
            let tree = crate::xml::parse(&xml).expect("well-formed");
            let found = agents(tree.root());
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].name, name, "{content}");
            assert_eq!(found[0].relator, relator, "{content}");
            assert_eq!(found[0].id.as_deref(), id, "{content}");
        }
    }
}
