//! Notes, identifiers and rights of an EAD3 record.

use super::{Wish, each, preferred_codes, texts_in, unit};
use crate::present::view::{RecordView, pair};
use crate::present::{ApiValue, rights};
use crate::text::trim;
use crate::xml::Element;

/// The rules on use, one text each.
fn restrictions(view: &RecordView<'_>) -> Vec<String> {
    let rules = each(view, "userestrict");
    let first = |wish: Wish| -> Vec<String> {
        rules
            .iter()
            .filter_map(|rule| {
                texts_in(view, std::slice::from_ref(rule), "p", wish).into_iter().next()
            })
            .collect()
    };
    let strict = first(Wish::Strict);
    if strict.is_empty() { first(Wish::Any) } else { strict }
}

/// `accessRestrictions`.
pub(in crate::present) fn access_restrictions(view: &RecordView<'_>) -> ApiValue {
    ApiValue::texts(restrictions(view))
}

/// `imageRights`: the name of a licence if one is named, else the rule on use.
pub(in crate::present) fn image_rights(view: &RecordView<'_>) -> ApiValue {
    let paragraphs: Vec<Element<'_>> =
        each(view, "userestrict").into_iter().flat_map(|rule| rule.each("p")).collect();
    let restrictions = restrictions(view);
    let named = |wish: Wish| texts_in(view, &paragraphs, "ref", wish).into_iter().next();
    let Some(name) =
        named(Wish::Strict).or_else(|| named(Wish::Any)).or_else(|| restrictions.first().cloned())
    else {
        return ApiValue::Null;
    };
    let copyright = rights::mapped(&name);
    let description =
        if restrictions.is_empty() { ApiValue::Null } else { ApiValue::texts(restrictions) };
    ApiValue::object([
        ("copyright", copyright.into()),
        ("link", rights::link(copyright, view.locale()).into()),
        ("description", description),
    ])
}

/// `findingAids`: one text each, else every paragraph.
pub(in crate::present) fn finding_aids(view: &RecordView<'_>) -> ApiValue {
    let aids = each(view, "otherfindaid");
    let firsts: Vec<String> = aids
        .iter()
        .filter_map(|aid| {
            texts_in(view, std::slice::from_ref(aid), "p", Wish::Any).into_iter().next()
        })
        .collect();
    if firsts.is_empty() {
        return ApiValue::texts(aids.iter().flat_map(|aid| aid.each("p")).map(Element::text));
    }
    ApiValue::texts(firsts)
}

/// `identifierString`: the first unit id that has one.
pub(in crate::present) fn identifier(view: &RecordView<'_>) -> ApiValue {
    let ids = unit(view).into_iter().flat_map(|unit| unit.each("unitid"));
    let mut found = ids.filter_map(|id| id.attr("identifier"));
    found.next().map_or(ApiValue::Null, ApiValue::from)
}

/// `institutions`: the repository's name as it is in the preferred language, if one is preferred.
pub(in crate::present) fn repositories(view: &RecordView<'_>) -> Option<ApiValue> {
    view.preferred_language()?;
    let bodies = unit(view)?.find_all("repository/corpname");
    let name = texts_in(view, &bodies, "part", Wish::Strict).into_iter().next()?;
    let translated = view.translate(&format!("0/{name}/")).unwrap_or(&name);
    Some(ApiValue::List(vec![pair(&name, translated)]))
}

/// `physicalDescriptions`: texts, else sizes.
pub(in crate::present) fn physical_descriptions(view: &RecordView<'_>) -> ApiValue {
    let Some(unit) = unit(view) else { return ApiValue::EMPTY };
    let codes = preferred_codes(view);
    let sizes = |only_preferred: bool| -> Vec<String> {
        unit.each("physdescstructured")
            .filter(|size| !only_preferred || codes.contains(&size.attr_or_empty("lang")))
            .map(|size| {
                let text = |name: &str| size.child(name).map(Element::text).unwrap_or_default();
                trim(&format!("{} {}", text("quantity"), text("unittype").to_lowercase()))
                    .to_owned()
            })
            .filter(|size| !size.is_empty())
            .collect()
    };
    let mut strict = texts_in(view, &[unit], "physdesc", Wish::Strict);
    strict.extend(sizes(true));
    if !strict.is_empty() {
        return ApiValue::texts(strict);
    }
    let mut all = texts_in(view, &[unit], "physdesc", Wish::Any);
    all.extend(sizes(false));
    ApiValue::texts(all)
}

/// `summary`: what the unit holds.
pub(in crate::present) fn summary(view: &RecordView<'_>) -> ApiValue {
    let contents: Vec<Element<'_>> = each(view, "scopecontent")
        .into_iter()
        .filter(|content| content.attr("encodinganalog").is_none())
        .filter(|content| content.child("head").is_none_or(|head| head.trimmed() == "Tietosisältö"))
        .collect();
    let texts = contents
        .iter()
        .flat_map(|content| texts_in(view, std::slice::from_ref(content), "p", Wish::Strict));
    ApiValue::texts(texts)
}

/// `titleStatement`.
pub(in crate::present) fn title_statement(view: &RecordView<'_>) -> ApiValue {
    let notes = each(view, "bibliography");
    let first = |wish: Wish| texts_in(view, &notes, "p", wish).into_iter().next();
    first(Wish::Strict).or_else(|| first(Wish::Any)).map_or(ApiValue::Null, ApiValue::from)
}
