//! Authors: 100, 110, 111, 700, 710, 711 by role, and those of component parts (ingest-marc §5.3).

use super::view::{Codes, View, both, join_into, join_trimmed_into, sub, subs};
use crate::mapping::authority::AuthorityIds;
use crate::marc::DataField;
use crate::record::IndexRecord;
use crate::text::{author_initials, convert_author_last_first, normalize_relator, trim};

const PERSON_TAGS: [&str; 2] = ["100", "700"];
const CORPORATE_TAGS: [&str; 4] = ["110", "111", "710", "711"];

const MAIN_PERSON: Codes = Codes::of("abcde");
const ADDED_PERSON: Codes = Codes::of("aqbcde");
const MAIN_PERSON_FACET: Codes = Codes::of("abc");
const ADDED_PERSON_FACET: Codes = Codes::of("aqbc");
const CORPORATE: Codes = Codes::of("abe");
const CORPORATE_FACET: Codes = Codes::of("ab");

/// One group of authors: parallel lists as the index has them.
#[derive(Default)]
struct Group {
    names: Vec<String>,
    roles: Vec<String>,
    initials: Vec<String>,
    facets: Vec<String>,
    ids: Vec<String>,
    ids_with_roles: Vec<String>,
}

impl Group {
    fn add(&mut self, view: &View<'_>, field: &DataField<'_>, name: String, roles: &[String]) {
        if !name.is_empty() {
            self.names.push(name);
            self.roles.push(roles.first().cloned().unwrap_or_default());
            let initials = author_initials(sub(field, 'a'));
            if !initials.is_empty() {
                self.initials.push(initials);
            }
        }
        let id = sub(field, '0');
        if id.is_empty() {
            return;
        }
        let role = sub(field, 'e');
        if !role.is_empty() {
            let role = view.rules().strip_trailing_punctuation_of(role, ". ", false);
            self.ids_with_roles.push(format!("{id}###{role}"));
        }
        self.ids.push(id.to_owned());
    }
}

/// Normalised relators of a field: 4 and e in record order (N12).
fn relators(field: &DataField<'_>) -> Vec<String> {
    field
        .subfields()
        .filter(|s| matches!(s.code, '4' | 'e'))
        .map(|s| normalize_relator(s.value))
        .filter(|relator| !relator.is_empty())
        .collect()
}

fn is_primary(view: &View<'_>, tag: &str, relators: &[String]) -> bool {
    let primary = &view.context.ingest.primary_author_relators;
    (tag == "100" && relators.is_empty()) || relators.iter().any(|r| primary.contains(r))
}

/// Name from the field's codes, followed by the same in the other script if asked for.
fn name<'r>(view: &View<'r>, field: &DataField<'r>, codes: Codes, alternates: bool) -> String {
    let mut text = String::new();
    join_into(field, codes, &mut text);
    let start = text.len() - text.trim_start_matches(BLANK).len();
    text.drain(..start);
    text.truncate(trim(&text).len());
    if alternates {
        for linked in view.linked(field) {
            join_trimmed_into(&linked, codes, &mut text);
        }
    }
    view.clean(&text)
}

/// What PHP's `trim` removes.
const BLANK: [char; 6] = [' ', '\t', '\n', '\r', '\0', '\x0B'];

fn one_space(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    for c in text.chars() {
        let is_blank = matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0B' | '\x0C');
        if !is_blank {
            out.push(c);
        } else if !blank {
            out.push(' ');
        }
        blank = is_blank;
    }
    out
}

/// Sets the author fields.
pub(super) fn add(view: &View<'_>, fields: &mut IndexRecord) {
    let (mut primary, mut secondary, corporate) = groups(view);

    let mut facets = std::mem::take(&mut primary.facets);
    facets.append(&mut secondary.facets);
    facets.extend_from_slice(&corporate.facets);
    fields.set_all("author_facet", facets.iter().map(|facet| one_space(facet)));

    let mut ids = primary.ids;
    ids.append(&mut secondary.ids);
    ids.extend(corporate.ids);
    ids.extend(view.values("979", 'l').filter(|id| !id.is_empty()).map(str::to_owned));
    let mut ids_with_roles = primary.ids_with_roles;
    ids_with_roles.append(&mut secondary.ids_with_roles);
    ids_with_roles.extend(corporate.ids_with_roles);
    let namespaces = AuthorityIds::new(view.context.source);
    let known = |id: &String| namespaces.add_namespace(id, "author");
    fields.set_all("author2_id_str_mv", ids.iter().filter_map(known));
    fields.set_all("author2_id_role_str_mv", ids_with_roles.iter().filter_map(known));

    let sort = primary.names.first().or(secondary.names.first()).cloned().unwrap_or_default();
    fields.set("author_sort", sort);
    if primary.names.is_empty() {
        for field in view.each("110") {
            let name = sub(&field, 'a');
            if name.is_empty() {
                continue;
            }
            let role = Some(sub(&field, '4')).filter(|r| !r.is_empty());
            primary.names.push(name.to_owned());
            primary.roles.push(normalize_relator(role.unwrap_or_else(|| sub(&field, 'e'))));
        }
    }
    add_names_of_parts(view, &mut secondary);

    fields.set_all("author", primary.names);
    fields.set_all("author_role", primary.roles);
    fields.set_all("author_variant", primary.initials);
    fields.set_all("author2", secondary.names);
    fields.set_all("author2_role", secondary.roles);
    fields.set_all("author2_variant", secondary.initials);
    fields.set_all("author_corporate", corporate.names);
    fields.set_all("author_corporate_role", corporate.roles);
    let responsibility = view.first_of(&[both("505", "r")]);
    fields.set_all("author_additional", Some(responsibility).filter(|r| !r.is_empty()));
}

fn groups(view: &View<'_>) -> (Group, Group, Group) {
    let (mut primary, mut secondary) = (Group::default(), Group::default());
    for tag in PERSON_TAGS {
        let (codes, facet_codes) = match tag {
            "100" => (MAIN_PERSON, MAIN_PERSON_FACET),
            _ => (ADDED_PERSON, ADDED_PERSON_FACET),
        };
        for field in view.each(tag) {
            let relators = relators(&field);
            let group =
                if is_primary(view, tag, &relators) { &mut primary } else { &mut secondary };
            group.add(view, &field, name(view, &field, codes, true), &relators);
            let facet = name(view, &field, facet_codes, false);
            if !facet.is_empty() {
                group.facets.push(facet);
            }
        }
    }
    let mut corporate = Group::default();
    for tag in CORPORATE_TAGS {
        for field in view.each(tag) {
            corporate.add(view, &field, name(view, &field, CORPORATE, false), &relators(&field));
            let facet = name(view, &field, CORPORATE_FACET, true);
            if !facet.is_empty() {
                corporate.facets.push(facet);
            }
        }
    }
    (primary, secondary, corporate)
}

/// Authors of merged parts and of older local fields, without roles.
fn add_names_of_parts(view: &View<'_>, secondary: &mut Group) {
    let specs = [
        both("979", "c"),
        both("979", "d"),
        both("900", "a"),
        both("910", "ab"),
        both("911", "ae"),
    ];
    for text in view.split(&specs) {
        secondary.names.push(trim(&text).to_owned());
        secondary.roles.push(String::new());
    }
}

/// The author for deduplication and work keys: 100, or else 700.
pub(super) fn main_author(view: &View<'_>) -> String {
    let Some(field) = ["100", "700"].iter().find_map(|tag| view.first(tag)) else {
        return String::new();
    };
    let name = sub(&field, 'a');
    if field.ind1 == '0' && !name.contains(',') {
        view.clean(&convert_author_last_first(name))
    } else {
        view.clean(name)
    }
}

/// Every value of `$0` in these tags.
pub(super) fn ids_in<'r>(view: &View<'r>, tags: &[&str]) -> Vec<&'r str> {
    tags.iter()
        .flat_map(|tag| view.each(tag))
        .flat_map(|field| subs(&field, '0'))
        .filter(|id| !id.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::mapping::marc::sample::{mapped, mapped_with};

    #[test]
    fn roles_decide_the_group() {
        for (lines, primary, secondary) in [
            ("100 1_ $aSuo, Sanna.", vec!["Suo, Sanna"], vec![]),
            ("100 1_ $aSuo, Sanna,$4aut", vec!["Suo, Sanna"], vec![]),
            ("100 1_ $aSuo, Sanna,$eeditor.", vec![], vec!["Suo, Sanna, editor"]),
            ("700 1_ $aSuo, Sanna,$4cmp", vec!["Suo, Sanna"], vec![]),
            ("700 1_ $aSuo, Sanna.", vec![], vec!["Suo, Sanna"]),
            ("700 1_ $aSuo, Sanna,$4edt$4AUT.", vec!["Suo, Sanna"], vec![]),
            ("110 2_ $aMire Press.", vec!["Mire Press."], vec![]),
            ("100 1_ $e$aSuo, Sanna", vec!["Suo, Sanna"], vec![]),
            ("979 __ $cNeva, Niilo.", vec![], vec!["Neva, Niilo"]),
        ] {
            let mapped = mapped(lines);
            assert_eq!(mapped.all("author"), primary, "{lines}");
            assert_eq!(mapped.all("author2"), secondary, "{lines}");
        }
    }

    #[test]
    fn names_in_both_scripts_ids_and_initials() {
        let mapped = mapped(
            "100 1_ $6880-01$aKageyama, Terukuni,$ekirjoittaja.$0(X)1
             710 2_ $aPress.$bUnit$0(X)2
             880 1_ $6100-01/$1$a影山輝国,",
        );
        assert_eq!(mapped.all("author2"), ["Kageyama, Terukuni, kirjoittaja. 影山輝国"]);
        assert_eq!(mapped.all("author2_role"), ["kirjoittaja"]);
        assert_eq!(mapped.all("author2_variant"), ["t k tk"]);
        assert_eq!(mapped.all("author2_id_str_mv"), ["(X)1", "(X)2"]);
        assert_eq!(mapped.all("author2_id_role_str_mv"), ["(X)1###kirjoittaja"]);
        assert_eq!(mapped.all("author_corporate"), ["Press. Unit"]);
        assert_eq!(mapped.all("author_facet"), ["Kageyama, Terukuni", "Press. Unit"]);
    }

    #[test]
    fn main_author_of_deduplication() {
        for (lines, author) in [
            ("100 0_ $aAki Kaurismäki.", "Kaurismäki., Aki"),
            ("100 1_ $aKaurismäki, Aki.", "Kaurismäki, Aki"),
            ("700 1_ $aSuo, Sanna,", "Suo, Sanna"),
            ("245 00 $aNobody", ""),
        ] {
            assert_eq!(mapped_with(lines, &[]).facts.main_author, author, "{lines}");
        }
    }
}
