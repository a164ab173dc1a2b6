//! Topics and places of an EAD3 record (ingest-ead §5.3).

use super::names::Names;
use crate::mapping::MapContext;
use crate::mapping::archival_unit::wgs84_position;
use crate::mapping::authority::AuthorityIds;
use crate::record::IndexRecord;
use crate::text::{center_of_wkt, trim, unique};
use crate::xml::Element;

const TOPIC_ROLES: [&str; 2] = ["aihe", "asiasana"];
const PLACE_ROLES: [&str; 2] = ["aihe", "alueellinen kattavuus"];
/// Places of this vocabulary get their position from it, not from the record.
const YSO: &str = "http://www.yso.fi/onto/yso/";

/// `topic…`, `geographic…`, `location_geo` and `center_coords`.
pub(super) fn put(
    root: Element<'_>,
    names: &Names<'_>,
    record: &mut IndexRecord,
    context: &MapContext<'_>,
) {
    let authority = AuthorityIds::new(context.source);
    let topics: Vec<Element<'_>> = nodes(root, "subject", &TOPIC_ROLES).collect();
    let mut terms: Vec<String> = parts(&topics).collect();
    terms.extend(names.subjects().map(str::to_owned));
    record.set_all("topic", terms.iter().map(String::as_str));
    record.set_all("topic_facet", terms);
    let mut ids: Vec<String> =
        identifiers(&topics).chain(names.subject_ids()).map(str::to_owned).collect();
    unique(&mut ids);
    let ids = ids.iter().filter_map(|id| authority.add_namespace(id, "topic"));
    record.set_all("topic_id_str_mv", ids);

    let places: Vec<Element<'_>> = nodes(root, "geogname", &PLACE_ROLES).collect();
    let terms: Vec<String> = parts(&places).collect();
    record.set_all("geographic", terms.iter().map(String::as_str));
    record.set_all("geographic_facet", terms);
    let ids = identifiers(&places).filter_map(|id| authority.add_namespace(id, "geographic"));
    record.set_all("geographic_id_str_mv", ids);

    let locations: Vec<String> = root
        .each("controlaccess")
        .flat_map(|access| access.each("geogname"))
        .filter(|place| {
            !["identifier", "uri"].iter().any(|a| place.attr_or_empty(a).starts_with(YSO))
        })
        .flat_map(|place| place.each("geographiccoordinates"))
        .filter_map(wgs84_position)
        .map(|(lon, lat)| format!("POINT({lon} {lat})"))
        .collect();
    record.set("center_coords", locations.first().map_or_else(String::new, |l| center_of_wkt(l)));
    record.set_all("location_geo", locations);
}

/// The nodes of all `controlaccess` whose role, if they have one, is among `roles`.
fn nodes<'t>(
    root: Element<'t>,
    name: &'static str,
    roles: &'static [&'static str],
) -> impl Iterator<Item = Element<'t>> {
    root.each("controlaccess").flat_map(move |access| access.each(name)).filter(move |node| {
        let role = trim(node.attr_or_empty("relator")).to_lowercase();
        role.is_empty() || roles.contains(&role.as_str())
    })
}

fn parts<'n>(nodes: &'n [Element<'_>]) -> impl Iterator<Item = String> + 'n {
    let parts = nodes.iter().flat_map(|node| node.each("part"));
    parts.map(|part| part.trimmed().into_owned()).filter(|text| !text.is_empty())
}

fn identifiers<'n, 't>(nodes: &'n [Element<'t>]) -> impl Iterator<Item = &'t str> + use<'n, 't> {
    nodes.iter().filter_map(|node| node.attr("identifier")).filter(|id| !id.is_empty())
}
