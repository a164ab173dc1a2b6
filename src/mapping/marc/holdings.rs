//! Where copies are: 852, 952 as buildings, holdings, counts and collections (ingest-marc §5.9).

use super::view::{View, join, normal, sub, subs};
use crate::record::{IndexRecord, Value};

/// Which field and codes name a building and the place in it.
#[derive(Debug)]
struct BuildingSpec<'p> {
    tag: &'p str,
    location: char,
    sub_location: Option<char>,
}

impl<'p> BuildingSpec<'p> {
    fn new(tag: &'p str, sub_location: &str) -> Self {
        BuildingSpec { tag, location: 'b', sub_location: sub_location.chars().next() }
    }

    /// `852b` or `952bc`.
    fn parse(text: &'p str) -> Option<Self> {
        let (tag, codes) = text.trim().split_at_checked(3)?;
        let mut codes = codes.chars();
        Some(BuildingSpec { tag, location: codes.next()?, sub_location: codes.next() })
    }
}

/// Sets the fields about holdings.
pub(super) fn add(view: &View<'_>, fields: &mut IndexRecord) {
    let source = view.context.source.id.as_str();
    let mut holdings = view.gather(&[normal("852", "abhz"), normal("952", "bcoh")]);
    for holding in &mut holdings {
        holding.push(' ');
        holding.push_str(source);
    }
    fields.set_all("holdings_txtP_mv", holdings);

    let params = &view.context.source.params;
    let holding_place = view.param("subLocationInBuilding");
    let item_place = params.get("itemSubLocationInBuilding").unwrap_or(holding_place);
    let own_specs = params.get("buildingFields").filter(|setting| !setting.is_empty());
    let mut specs: Vec<BuildingSpec<'_>> = match own_specs {
        Some(setting) => setting.split(':').filter_map(BuildingSpec::parse).collect(),
        None => {
            vec![BuildingSpec::new("852", holding_place), BuildingSpec::new("952", item_place)]
        }
    };
    let mut buildings = Vec::new();
    if own_specs.is_some() || params.flag("holdingsInBuilding", true) {
        locations(view, &specs, false, &mut buildings);
    }
    if view.values("035", 'a').any(is_ebrary) {
        buildings.push("EbraryDynamic".into());
    }
    fields.set_all("building", buildings);

    // Items are available where the same settings say that they are, also when holdings do not
    // make buildings.
    specs.retain(|spec| spec.tag == "952");
    let mut available = Vec::new();
    locations(view, &specs, true, &mut available);
    if !available.is_empty() {
        fields.set("source_available_str_mv", source);
    }
    fields.set_all("building_available_str_mv", available);
    add_sub_buildings(view, fields);
    fields.set("collection", collection(view));
    add_counts(view, fields);
}

/// `ebr` and a number.
fn is_ebrary(id: &str) -> bool {
    id.strip_prefix("ebr").is_some_and(crate::text::is_numeric)
}

fn locations(
    view: &View<'_>,
    specs: &[BuildingSpec<'_>],
    only_available: bool,
    values: &mut Vec<Value>,
) {
    for spec in specs {
        for field in view.each(spec.tag) {
            if only_available && matches!(sub(&field, '9'), "" | "0") {
                continue;
            }
            let location = sub(&field, spec.location);
            if location.is_empty() {
                continue;
            }
            let place = spec.sub_location.map_or("", |code| sub(&field, code));
            values.push(if place.is_empty() {
                location.into()
            } else {
                Value::Path(vec![location.to_owned(), place.to_owned()])
            });
        }
    }
}

fn add_sub_buildings(view: &View<'_>, fields: &mut IndexRecord) {
    let of_holdings = view.param("subBuilding");
    let of_items = view.context.source.params.get("itemSubBuilding").unwrap_or(of_holdings);
    let mut values: Vec<&str> = Vec::new();
    for (tag, setting) in [("852", of_holdings), ("952", of_items)] {
        let code = match setting {
            "" | "0" => continue,
            "1" | "true" => 'c',
            code => code.chars().next().unwrap_or('c'),
        };
        values.extend(view.each(tag).map(|field| sub(&field, code)).filter(|v| !v.is_empty()));
    }
    fields.set_all("building_sub_str_mv", values);
}

/// The last value of the source's collection fields (`TAGcodes:TAGcodes…`).
fn collection(view: &View<'_>) -> String {
    let mut collection = String::new();
    for selector in view.param("collectionFields").split(':') {
        let Some((tag, codes)) = selector.trim().split_at_checked(3) else { continue };
        for field in view.each(tag) {
            let value = if codes.chars().nth(1).is_none() {
                codes.chars().next().map(|code| sub(&field, code).to_owned()).unwrap_or_default()
            } else {
                join(&field, codes)
            };
            if !value.is_empty() {
                collection = value;
            }
        }
    }
    collection
}

/// Orders and items, from the summaries of a harvester or from the items themselves.
fn add_counts(view: &View<'_>, fields: &mut IndexRecord) {
    let (mut orders, mut items) = (0_u64, 0_u64);
    for field in view.each("852") {
        let count = || sub(&field, 't').parse::<u64>().unwrap_or(0);
        match sub(&field, '9') {
            "orders" => orders = orders.saturating_add(count()),
            "items" => items = items.saturating_add(count()),
            _ => {}
        }
    }
    for field in view.each("952") {
        if sub(&field, '7') == "-1" {
            orders = orders.saturating_add(1);
        } else {
            items = items.saturating_add(1);
        }
    }
    for (name, count) in [("orders_int", orders), ("items_int", items)] {
        if count > 0 {
            fields.set(name, count.to_string());
        }
    }
}

/// True for a summary of orders or items that a harvester added as 852.
pub(super) fn is_summary(field: &crate::marc::DataField<'_>) -> bool {
    field.tag == "852" && subs(field, '9').any(|kind| matches!(kind, "items" | "orders"))
}

#[cfg(test)]
mod tests {
    use crate::mapping::marc::sample::mapped_with;

    const LINES: &str = "852 8_ $bMAIN$cSTACK$hQC 1
        852 8_ $bBRANCH
        852 __ $9orders$t3
        952 __ $bMAIN$cSHELF$91
        952 __ $bMAIN$7-1
        035 __ $aebr100";

    #[test]
    fn buildings_by_setting() {
        for (params, buildings, available) in [
            (vec![], vec!["MAIN", "BRANCH", "MAIN", "MAIN", "EbraryDynamic"], vec!["MAIN"]),
            (
                vec![("subLocationInBuilding", "c")],
                vec!["MAIN>STACK", "BRANCH", "MAIN>SHELF", "MAIN", "EbraryDynamic"],
                vec!["MAIN>SHELF"],
            ),
            (
                vec![("subLocationInBuilding", "c"), ("itemSubLocationInBuilding", "")],
                vec!["MAIN>STACK", "BRANCH", "MAIN", "MAIN", "EbraryDynamic"],
                vec!["MAIN"],
            ),
            (
                vec![("buildingFields", "952bc")],
                vec!["MAIN>SHELF", "MAIN", "EbraryDynamic"],
                vec!["MAIN>SHELF"],
            ),
            (
                vec![("buildingFields", "852b:952c")],
                vec!["MAIN", "BRANCH", "SHELF", "EbraryDynamic"],
                vec!["SHELF"],
            ),
            (vec![("buildingFields", "852b")], vec!["MAIN", "BRANCH", "EbraryDynamic"], vec![]),
            (vec![("holdingsInBuilding", "")], vec!["EbraryDynamic"], vec!["MAIN"]),
            (vec![("buildingFields", "9")], vec!["EbraryDynamic"], vec![]),
        ] {
            let mapped = mapped_with(LINES, &params);
            assert_eq!(mapped.all("building"), buildings, "{params:?}");
            assert_eq!(mapped.all("building_available_str_mv"), available, "{params:?}");
            let sources: &[&str] = if available.is_empty() { &[] } else { &["src"] };
            assert_eq!(mapped.all("source_available_str_mv"), sources, "{params:?}");
        }
    }

    #[test]
    fn counts_collections_and_copies() {
        let mapped = mapped_with(LINES, &[("collectionFields", "852b:852h"), ("subBuilding", "1")]);
        assert_eq!(mapped.all("orders_int"), ["4"]);
        assert_eq!(mapped.all("items_int"), ["1"]);
        assert_eq!(mapped.all("collection"), ["QC 1"]);
        assert_eq!(mapped.all("building_sub_str_mv"), ["STACK", "SHELF"]);
        assert_eq!(mapped.all("building_available_str_mv"), ["MAIN"]);
        assert_eq!(mapped.all("source_available_str_mv"), ["src"]);
        assert_eq!(
            mapped.all("holdings_txtP_mv"),
            ["MAIN QC 1 src", "BRANCH src", "MAIN SHELF src", "MAIN src"]
        );
        assert!(!mapped.full_record.contains("orders"), "{}", mapped.full_record);
    }
}
