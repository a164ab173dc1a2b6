//! Rights of images: names and links of licences (record-fields §3.4).

use super::view::{RecordView, RuleSet};
use super::{ApiValue, ead, ead3, forward, lido};
use crate::config::Locale;

/// A licence under the name that pages show.
pub(super) fn mapped(name: &str) -> &str {
    match name.to_uppercase().as_str() {
        "CCBY4.0" => "CC BY 4.0",
        "CCBYSA4.0" => "CC BY-SA 4.0",
        "CCBYND4.0" => "CC BY-ND 4.0",
        "CCBYNCND4.0" => "CC BY-NC-ND 4.0",
        // Both as the peer has it.
        "CCBYNCSA4.0" | "CCBYNC4.0" => "CC BY-NC-SA 4.0",
        "PUBLIC DOMAIN" | "PUBLIC DOMAIN 1.0" => "PDM",
        _ => name,
    }
}

/// The page that explains a licence, in the language of the answer.
pub(super) fn link(name: &str, locale: Locale) -> Option<String> {
    let deed = match locale {
        Locale::Fi => "deed.fi",
        Locale::Sv => "deed.sv",
        Locale::EnGb => "deed.en",
        Locale::Se => return None,
    };
    let language = if locale == Locale::Fi { "fi" } else { "en" };
    let upper = name.to_uppercase();
    let creative_commons =
        |kind: &str| Some(format!("http://creativecommons.org/licenses/{kind}/4.0/{deed}"));
    let statement = |kind: &str| {
        Some(format!("https://rightsstatements.org/page/{kind}/1.0/?language={language}"))
    };
    match upper.as_str() {
        "CC0" => Some("http://creativecommons.org/about/cc0".into()),
        "CC BY 4.0" => creative_commons("by"),
        "CC BY-SA 4.0" => creative_commons("by-sa"),
        "CC BY-ND 4.0" => creative_commons("by-nd"),
        "CC BY-NC 4.0" => creative_commons("by-nc"),
        "CC BY-NC-SA 4.0" => creative_commons("by-nc-sa"),
        "CC BY-NC-ND 4.0" => creative_commons("by-nc-nd"),
        "FREE ACCESS - NO-REUSE" => Some("http://www.europeana.eu/portal/rights/rr-f.html".into()),
        "INC" => statement("InC"),
        "INC-EDU" => statement("InC-EDU"),
        "INC-OW-EU" => statement("InC-OW-EU"),
        "NOC-NC" => statement("NoC-NC"),
        "NOC-OKLR" => statement("NoC-OKLR"),
        "CNE" => statement("CNE"),
        "PDM" => Some(format!("https://creativecommons.org/publicdomain/mark/1.0/{deed}")),
        _ => None,
    }
}

/// `imageRights`; missing without images.
pub(super) fn image_rights(view: &RecordView<'_>) -> ApiValue {
    match view.rules() {
        RuleSet::Lido | RuleSet::Ead | RuleSet::Ead3 | RuleSet::Forward
            if view.images().is_empty() =>
        {
            ApiValue::Null
        }
        RuleSet::Lido => lido::rights::image_rights(view),
        RuleSet::Ead => ead::image_rights(view),
        RuleSet::Ead3 => ead3::notes::image_rights(view),
        RuleSet::Forward => forward::image_rights(view),
        RuleSet::Marc | RuleSet::Qdc | RuleSet::Lrmi | RuleSet::Aipa | RuleSet::Index => {
            ApiValue::Null
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_links() {
        for (name, shown, page) in [
            ("CCBY4.0", "CC BY 4.0", Some("http://creativecommons.org/licenses/by/4.0/deed.en")),
            (
                "ccbync4.0",
                "CC BY-NC-SA 4.0",
                Some("http://creativecommons.org/licenses/by-nc-sa/4.0/deed.en"),
            ),
            (
                "Public Domain",
                "PDM",
                Some("https://creativecommons.org/publicdomain/mark/1.0/deed.en"),
            ),
            ("InC", "InC", Some("https://rightsstatements.org/page/InC/1.0/?language=en")),
            ("Vapaa", "Vapaa", None),
        ] {
            assert_eq!(mapped(name), shown);
            assert_eq!(link(mapped(name), Locale::EnGb).as_deref(), page);
        }
        assert_eq!(link("CC0", Locale::Se), None);
    }
}
