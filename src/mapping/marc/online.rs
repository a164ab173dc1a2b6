//! Online access and rights: 506, 540, 856, 338 and the local 886 (ingest-marc §5.7, §5.9).

use super::view::{View, normal, sub};
use crate::mapping::online_link::OnlineLink;
use crate::record::IndexRecord;
use crate::text::{link_media_type, normalize_key, trim, unique};

const RESTRICTED: &str = "restricted";

/// A link to the material itself.
struct Link<'r> {
    url: &'r str,
    text: &'r str,
    media_type: String,
}

/// The 856 fields that lead to the material (second indicator 0 or 1) and not to a part of it.
fn links<'r>(view: &View<'r>) -> Vec<Link<'r>> {
    view.each("856")
        .filter(|field| matches!(field.ind2, '0' | '1') && sub(field, '3').is_empty())
        .filter_map(|field| {
            let url = sub(&field, 'u');
            if !looks_like_url(url) {
                return None;
            }
            let name = sub(&field, 'y');
            let text = if name.is_empty() { sub(&field, 'z') } else { name };
            Some(Link { url, text, media_type: link_media_type(url, sub(&field, 'q'), "") })
        })
        .collect()
}

/// A web address, or at least a name with a period inside.
fn looks_like_url(url: &str) -> bool {
    url.starts_with("http://")
        || url.starts_with("https://")
        || url.as_bytes().windows(3).any(|window| {
            matches!(window, [a, b'.', b] if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric())
        })
}

/// Sets the fields about online access and rights.
pub(super) fn add(view: &View<'_>, fields: &mut IndexRecord) {
    let urls = view.values("856", 'u').filter(|url| !url.is_empty());
    fields.set_all("url", urls);

    let links = links(view);
    let source = view.context.source.id.as_str();
    fields.set_all(
        "online_urls_str_mv",
        links.iter().map(|link| {
            let Link { url, text, media_type } = link;
            OnlineLink { url, text, source, media_type }.to_marc_json()
        }),
    );
    let mut media_types: Vec<String> =
        links.iter().map(|link| link.media_type.clone()).filter(|t| !t.is_empty()).collect();
    unique(&mut media_types);
    fields.set_all("media_type_str_mv", media_types);

    let params = &view.context.source.params;
    let online = match params.get("online") {
        Some(set) => is_true(set),
        None => !links.is_empty() || view.each("338").any(|field| sub(&field, 'b') == "cr"),
    };
    if online {
        fields.set("online_boolean", "1");
        fields.set("online_str_mv", source);
        let free = match params.get("freeOnline") {
            Some(set) => is_true(set),
            None => match normalize_key(&view.all("506", "f")).as_str() {
                "" => !links.is_empty(),
                access => access != "onlineaccesswithauthorization",
            },
        };
        if free {
            fields.set("free_online_boolean", "1");
            fields.set("free_online_str_mv", source);
        }
    }
    add_rights(view, fields);
    add_local_kinds(view, fields);
}

fn is_true(parameter: &str) -> bool {
    !parameter.is_empty() && parameter != "0"
}

/// The access restriction by driver parameter, location or terms of the metadata.
pub(super) fn access_restrictions(view: &View<'_>) -> String {
    let set = view.param("accessRestrictions");
    if !set.is_empty() {
        return set.to_owned();
    }
    let restricted = view.param("restrictedLocations");
    let in_restricted_location = !restricted.is_empty()
        && ["852", "952"].iter().any(|tag| {
            view.values(tag, 'b')
                .filter(|location| !location.is_empty())
                .any(|location| restricted.split(',').any(|r| trim(r) == location))
        });
    let no_reuse = || {
        view.each("540").any(|field| {
            starts_with(&view.clean(sub(&field, '3')), "metadata")
                && starts_with(&view.clean(sub(&field, 'a')), "ei poimintaa")
        })
    };
    if in_restricted_location || no_reuse() { RESTRICTED.to_owned() } else { String::new() }
}

/// True if the text starts with this lower-case beginning, in any case.
fn starts_with(text: &str, beginning: &str) -> bool {
    text.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
}

fn add_rights(view: &View<'_>, fields: &mut IndexRecord) {
    fields.set("restricted_str", access_restrictions(view));
    let mut rights = Vec::new();
    for field in view.each("540") {
        if starts_with(&view.clean(sub(&field, '3')), "metadata") {
            continue;
        }
        let [code, terms, url] = ['f', 'c', 'u'].map(|code| view.clean(sub(&field, code)));
        let unspecified = terms.is_empty() && url.is_empty();
        rights.extend([code, terms, url].into_iter().filter(|value| !value.is_empty()));
        if unspecified {
            rights.push(RESTRICTED.to_owned());
        }
    }
    fields.set_all("usage_rights_str_mv", rights.clone());
    fields.set_all("usage_rights_ext_str_mv", rights);
}

/// The 886 fields that describe a local kind of material or category.
fn local_fields<'r>(
    view: &View<'r>,
) -> impl Iterator<Item = (&'r str, crate::marc::DataField<'r>)> + use<'r> {
    view.each("886")
        .filter(|field| field.ind1 == '2' && sub(field, '2') == "local")
        .map(|field| (sub(&field, 'a'), field))
}

/// The record describes a database by its local 886.
fn is_database(view: &View<'_>) -> bool {
    local_fields(view).any(|(kind, field)| {
        matches!(kind, "aineistotyyppi" | "resurstyp")
            && matches!(sub(&field, 'c'), "tietokanta" | "databas")
    })
}

/// Databases and categories by local 886 fields.
fn add_local_kinds(view: &View<'_>, fields: &mut IndexRecord) {
    if is_database(view) {
        fields.set("format", "Database");
        fields.set("format_ext_str_mv", "Database");
        let ids = view.gather(&[normal("035", "a")]);
        let without_agency = ids.iter().map(|id| match id.strip_prefix('(') {
            Some(rest) => rest.split_once(')').map_or(id.as_str(), |(_, number)| number),
            None => id,
        });
        fields.set_all("original_id_str_mv", without_agency);
        let access = normalize_key(&view.all("506", "f"));
        if !matches!(access.as_str(), "unrestricted" | "unrestrictedonlineaccess") {
            fields.set("restricted_str", RESTRICTED);
        }
    }
    for (kind, field) in local_fields(view) {
        if !matches!(kind, "kategoria" | "kategori") {
            continue;
        }
        let mut category = view.clean(sub(&field, 'c'));
        let below = view.clean(sub(&field, 'd'));
        if !below.is_empty() {
            category.push('/');
            category.push_str(&below);
        }
        if !category.is_empty() {
            fields.push("category_str_mv", category);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::looks_like_url;
    use crate::mapping::marc::sample::{mapped, mapped_with};

    #[test]
    fn addresses() {
        for (url, expected) in [
            ("http://x", true),
            ("www.example.org/a", true),
            ("urn:nbn:fi-1", false),
            ("", false),
            ("a. b", false),
        ] {
            assert_eq!(looks_like_url(url), expected, "{url}");
        }
    }

    #[test]
    fn online_and_free() {
        let cases = [
            ("856 41 $uhttp://x.fi/a", vec![], ["1", "1"]),
            ("856 42 $uhttp://x.fi/a", vec![], ["", ""]),
            ("856 40 $uhttp://x.fi/a$3Cover", vec![], ["", ""]),
            ("856 40 $u/local", vec![], ["", ""]),
            ("338 __ $bcr", vec![], ["1", ""]),
            ("338 __ $bcr\n506 __ $fUnrestricted online access", vec![], ["1", "1"]),
            ("856 40 $uhttp://x.fi\n506 __ $fOnline access with authorization", vec![], ["1", ""]),
            ("245 __ $ax", vec![("online", "1"), ("freeOnline", "1")], ["1", "1"]),
            ("856 40 $uhttp://x.fi", vec![("online", "")], ["", ""]),
        ];
        for (lines, params, expected) in cases {
            let mapped = mapped_with(lines, &params);
            let found = ["online_boolean", "free_online_boolean"];
            assert_eq!(found.map(|name| mapped.fields.first(name)), expected, "{lines}");
        }
    }

    #[test]
    fn links_as_json() {
        let mapped = mapped(
            "856 41 $uhttp://x.fi/a.wav$qaudio/x-wav$zListen
             856 __ $uurn:doi:10.1/x%2fy?z
             856 42 $uhttps://x.fi/",
        );
        assert_eq!(
            mapped.all("online_urls_str_mv"),
            [
                r#"{"url":"http:\/\/x.fi\/a.wav","text":"Listen","mediaType":"audio\/x-wav","source":"src"}"#
            ]
        );
        assert_eq!(mapped.all("media_type_str_mv"), ["audio/x-wav"]);
        assert_eq!(
            mapped.all("url"),
            ["http://x.fi/a.wav", "urn:doi:10.1/x%2fy?z", "https://x.fi/"]
        );
        assert_eq!(mapped.all("doi_str_mv"), ["10.1/x/y"]);
    }

    #[test]
    fn rights_and_restrictions() {
        for (lines, params, rights, restricted) in [
            ("540 __ $fCC BY 4.0$uhttp://cc/by", vec![], vec!["CC BY 4.0", "http://cc/by"], ""),
            ("540 __ $fAsk", vec![], vec!["Ask", "restricted"], ""),
            ("540 __ $3Metadata$aEi poimintaa.", vec![], vec![], "restricted"),
            ("540 __ $3Metadata$cCC0", vec![], vec![], ""),
            ("852 __ $bSAFE", vec![("restrictedLocations", "A, SAFE")], vec![], "restricted"),
            ("852 __ $bSAF", vec![("restrictedLocations", "A, SAFE")], vec![], ""),
            ("245 __ $ax", vec![("accessRestrictions", "closed")], vec![], "closed"),
        ] {
            let mapped = mapped_with(lines, &params);
            assert_eq!(mapped.all("usage_rights_str_mv"), rights, "{lines}");
            assert_eq!(mapped.fields.first("restricted_str"), restricted, "{lines}");
            assert_eq!(mapped.facts.access_restrictions, restricted, "{lines}");
        }
    }

    #[test]
    fn local_databases_and_categories() {
        let mapped = mapped(
            "035 __ $a(FI-NELLI)KOTI01
             886 2_ $2local$aaineistotyyppi$ctietokanta
             886 2_ $2local$akategoria$cLuonto$dSuot
             886 2_ $2other$akategoria$cMuu",
        );
        assert_eq!(mapped.all("format"), ["Database"]);
        assert_eq!(mapped.all("original_id_str_mv"), ["KOTI01"]);
        assert_eq!(mapped.all("category_str_mv"), ["Luonto/Suot"]);
        assert_eq!(mapped.fields.first("restricted_str"), "restricted");
    }
}
