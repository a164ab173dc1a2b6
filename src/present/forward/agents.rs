//! Who made a film and who appears in it (record-fields §7.2, §7.3).

use super::work;
use crate::present::ApiValue;
use crate::present::view::RecordView;
use crate::xml::Element;
use std::borrow::Cow;

type Pairs = Vec<(Cow<'static, str>, ApiValue)>;

/// Relators, in lower case, of those who do not appear.
const NON_PRESENTERS: [&str; 161] = [
    "d01", "d02", "d99", "f01", "f02", "f99", "a00", "a01", "a03", "a06", "a50", "a99", "b13",
    "e02", "e03", "e04", "e05", "e06", "e08", "cmp", "cph", "exp", "fds", "fmp", "rce", "wst",
    "oth", "prn", "act", "anm", "ann", "arr", "acp", "ar", "ard", "aft", "aud", "aui", "aus",
    "bjd", "bpd", "cll", "ctg", "chr", "cng", "clb", "clr", "cwt", "cmm", "com", "cpl", "cpt",
    "cpe", "ccp", "cnd", "cos", "cot", "coe", "cts", "ctt", "cte", "ctb", "crp", "cst", "cov",
    "cur", "dnc", "dtc", "dto", "dfd", "dft", "dfe", "dln", "dpc", "dsr", "dis", "drm", "edt",
    "elt", "egr", "etr", "fac", "fld", "flm", "frg", "ilu", "ill", "ins", "itr", "ivr", "ldr",
    "lsa", "led", "lil", "lit", "lie", "lel", "let", "lee", "lbt", "lgd", "ltg", "lyr", "mrb",
    "mte", "msd", "mus", "nrt", "opn", "org", "pta", "pth", "prf", "pht", "ptf", "ptt", "pte",
    "prt", "pop", "prm", "pro", "pmn", "prd", "prg", "pdr", "pbd", "ppt", "ren", "rpt", "rth",
    "rtm", "res", "rsp", "rst", "rse", "rpy", "rsg", "rev", "rbr", "sce", "sad", "scr", "scl",
    "spy", "std", "sng", "sds", "spk", "stm", "str", "stl", "sht", "ths", "trl", "tyd", "tyg",
    "vdg", "voc", "wde", "wdc", "wam",
];

/// Relators, in lower case, of those who appear.
const PRESENTERS: [&str; 5] = ["e01", "e99", "cmm", "a99", "oth"];

/// What the codes of Elonet mean.
const CODES: [(&str, &str); 13] = [
    ("A00", "oth"),
    ("A99", "oth"),
    ("A03", "aus"),
    ("A06", "cmp"),
    ("A50", "aud"),
    ("B13", "Sound editor"),
    ("D01", "fmp"),
    ("D02", "drt"),
    ("E01", "act"),
    ("E04", "cmm"),
    ("E10", "pro"),
    ("F01", "cng"),
    ("F02", "flm"),
];

/// What the words of Elonet mean.
const WORDS: [(&str, &str); 13] = [
    ("dialogi", "aud"),
    ("lavastus", "std"),
    ("lavastaja", "std"),
    ("puvustus", "cst"),
    ("tuotannon suunnittelu", "prs"),
    ("tuotantopäällikkö", "pmn"),
    ("muusikko", "mus"),
    ("selostaja", "cmm"),
    ("valokuvaaja", "pht"),
    ("valonmääritys", "lgd"),
    ("äänitys", "rce"),
    ("dokumentti-esiintyjä", "prf"),
    ("kreditoimaton-dokumentti-esiintyjä", "prf"),
];

fn mapped<'a>(table: &[(&str, &'a str)], key: &'a str) -> &'a str {
    table.iter().find(|(known, _)| *known == key).map_or(key, |(_, meaning)| *meaning)
}

/// A person, body or crowd with its part in the film.
struct Agent<'r> {
    element: Element<'r>,
    activity: Element<'r>,
    /// As written.
    relator: String,
    /// Running number from 1.
    number: i64,
}

impl<'r> Agent<'r> {
    fn tag(&self) -> &'r str {
        self.element.attr_or_empty("elonet-tag")
    }

    /// The role before those that say nothing are blanked.
    fn role(&self) -> String {
        let text = self.activity.attr_or_empty("finna-activity-text");
        let by_text =
            matches!(self.relator.as_str(), "A00" | "A08" | "A99" | "D99" | "E04" | "E99");
        if by_text && !text.is_empty() {
            return match mapped(&WORDS, text) {
                "prf" | "esiintyjä" => String::new(),
                "dokumentti-muutesiintyjät" => "muutesiintyjät".to_owned(),
                role => role.to_owned(),
            };
        }
        match mapped(&CODES, &self.relator) {
            "prf" | "oth" => String::new(),
            role => role.to_owned(),
        }
    }

    fn kind(&self) -> String {
        let kind = self.element.find("AgentIdentifier/IDTypeName").map(Element::text);
        kind.unwrap_or_default().into_owned()
    }

    /// Everything known of the agent, and whether the credits leave it out.
    fn shown(&self) -> (ApiValue, bool) {
        let agent_name = self.element.child("AgentName");
        let attributes: Vec<(&str, &str)> =
            agent_name.map(|name| name.attributes().collect()).unwrap_or_default();
        let mut name = agent_name.map(|name| name.text().into_owned()).unwrap_or_default();
        let mut extra: Pairs = Vec::new();
        let mut uncredited = false;
        for (attribute, value) in &attributes {
            let general = match attribute.strip_prefix("elokuva-").unwrap_or("") {
                "elotekija-selitys" | "elonayttelija-selitys" => "description",
                "elotekija-rooli"
                | "elonayttelija-rooli"
                | "eloesiintyja-maare"
                | "elonayttelijakokoonpano-tehtava" => "roleName",
                "elokreditoimatonnayttelija-rooli" | "elokreditoimatonesiintyja-maare" => {
                    uncredited = true;
                    "roleName"
                }
                "elokreditoimatontekija-nimi" | "elokreditoimatonnayttelija-nimi" => {
                    uncredited = true;
                    if name.is_empty() {
                        (*value).clone_into(&mut name);
                    }
                    continue;
                }
                "elokreditoimatonnayttelija-selitys" | "elokreditoimatontekija-selitys" => {
                    uncredited = true;
                    "description"
                }
                _ => continue,
            };
            if !extra.iter().any(|(key, _)| key == general) {
                extra.push((Cow::Borrowed(general), (*value).into()));
            }
        }
        let kind = self.kind();
        let id = self.element.find("AgentIdentifier/IDValue").map(Element::text);
        let id = id.filter(|id| !id.is_empty()).map(|id| format!("{kind}_{id}"));
        let role = match self.role().as_str() {
            "act" | "muutesiintyjät" => String::new(),
            role => role.to_owned(),
        };
        let index =
            if self.relator == "D02" { self.number } else { self.number.saturating_mul(10_000) };
        let mut pairs: Pairs = vec![
            ("tag".into(), self.tag().into()),
            ("name".into(), name.into()),
            ("role".into(), role.into()),
            ("id".into(), id.into()),
            ("type".into(), kind.into()),
        ];
        pairs.append(&mut extra);
        if uncredited {
            pairs.push(("uncredited".into(), ApiValue::Int(1)));
        }
        pairs.push(("idx".into(), ApiValue::Int(index)));
        let own = self.activity.attributes();
        pairs.extend(own.map(|(key, value)| (Cow::Owned(key.to_owned()), value.into())));
        pairs.push(("relator".into(), self.relator.as_str().into()));
        pairs.extend(
            attributes.into_iter().map(|(key, value)| (Cow::Owned(key.to_owned()), value.into())),
        );
        (ApiValue::Object(pairs), uncredited)
    }
}

/// Every agent but laboratories.
fn agents<'r>(view: &'r RecordView<'_>) -> impl Iterator<Item = Agent<'r>> {
    let elements = work(view).into_iter().flat_map(|work| work.each("HasAgent"));
    let known = elements.filter(|element| element.attr("elonet-tag") != Some("elolaboratorio"));
    known.zip(1_i64..).filter_map(|(element, number)| {
        let activity = element.child("Activity")?;
        let relator = activity.text().into_owned();
        Some(Agent { element, activity, relator, number })
    })
}

/// `nonPresenterAuthors`.
pub(in crate::present) fn non_presenters(view: &RecordView<'_>) -> Vec<ApiValue> {
    agents(view)
        .filter(|agent| {
            let relator = agent.relator.to_lowercase();
            NON_PRESENTERS.contains(&relator.as_str()) && agent.tag() != "elonayttelijakokoonpano"
        })
        .map(|agent| agent.shown().0)
        .collect()
}

/// `presenters` by category.
pub(in crate::present) fn presenters(view: &RecordView<'_>) -> ApiValue {
    let mut categories: Vec<(Cow<'static, str>, Vec<ApiValue>)> = Vec::new();
    for agent in agents(view) {
        let relator = agent.relator.to_lowercase();
        if !PRESENTERS.contains(&relator.as_str())
            || matches!(agent.tag(), "elotekijakokoonpano" | "muuttekijat")
        {
            continue;
        }
        let (shown, uncredited) = agent.shown();
        let Some(name) = category(&agent.kind(), &agent.role(), uncredited) else { continue };
        match categories.iter_mut().find(|(known, _)| known == name) {
            Some((_, list)) => list.push(shown),
            None => categories.push((Cow::Borrowed(name), vec![shown])),
        }
    }
    let pairs = categories
        .into_iter()
        .map(|(name, list)| (name, ApiValue::object([("presenters", ApiValue::List(list))])));
    ApiValue::Object(pairs.collect())
}

fn category(kind: &str, role: &str, uncredited: bool) -> Option<&'static str> {
    match (kind, role, uncredited) {
        ("elonet_henkilo", "act", false) => Some("credited"),
        ("elonet_henkilo", "act", true) => Some("uncredited"),
        ("elonet_henkilo", "", false) => Some("performer"),
        ("elonet_henkilo", "", true) => Some("uncreditedPerformer"),
        ("elonet_henkilo" | "", "avustajat", false) => Some("assistant"),
        ("elonet_kokoonpano", "", false) => Some("performingEnsemble"),
        ("elonet_kokoonpano", role, false)
            if !matches!(role, "act" | "muutesiintyjät" | "avustajat") =>
        {
            Some("actingEnsemble")
        }
        ("", "" | "muutesiintyjät", false) => Some("other"),
        ("elonet_henkilo" | "elonet_kokoonpano" | "", ..) => None,
        (_, "", false) => Some("other"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_of_presenters() {
        for (kind, role, uncredited, expected) in [
            ("elonet_henkilo", "act", false, Some("credited")),
            ("elonet_henkilo", "", true, Some("uncreditedPerformer")),
            ("elonet_henkilo", "mus", false, None),
            ("elonet_henkilo", "avustajat", true, None),
            ("elonet_kokoonpano", "Soitti", false, Some("actingEnsemble")),
            ("elonet_kokoonpano", "act", false, None),
            ("", "muutesiintyjät", false, Some("other")),
            ("elonet_yhtio", "", false, Some("other")),
            ("elonet_yhtio", "x", false, None),
        ] {
            assert_eq!(category(kind, role, uncredited), expected, "{kind} {role}");
        }
    }
}
