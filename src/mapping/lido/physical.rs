//! What the object is made of and how large it is (ingest-lido §5).

use super::view::{View, list, trimmed, written};
use crate::record::IndexRecord;
use crate::xml::Element;
use std::borrow::Cow;

/// Sets `material`, `material_str_mv` and `measurements`.
pub(super) fn set_fields(view: &View<'_, '_>, record: &mut IndexRecord) {
    let techniques = || view.events.main.iter().flat_map(|event| event.each("eventMaterialsTech"));
    let mut materials: Vec<Cow<'_, str>> = techniques()
        .flat_map(|technique| technique.each("materialsTech"))
        .flat_map(|materials| materials.each("termMaterialsTech"))
        .flat_map(|material| material.each("term"))
        .map(written)
        .filter(|term| !term.is_empty())
        .collect();
    if materials.is_empty() {
        materials.extend(
            techniques()
                .flat_map(|technique| technique.each("displayMaterialsTech"))
                .filter_map(trimmed),
        );
    }
    record.set_all("material_str_mv", materials.iter().map(AsRef::as_ref));
    record.set_all("material", materials);

    let sets = list(view.identification, "objectMeasurementsWrap/objectMeasurementsSet");
    record.set_all("measurements", sets.flat_map(measurements));
}

/// The measurements of one set as displayed, else put together from their parts; with the measured
/// part of the object behind those that do not name it.
fn measurements(set: Element<'_>) -> Vec<String> {
    let measured = set.child("objectMeasurements");
    let mut values: Vec<String> =
        set.each("displayObjectMeasurements").filter_map(trimmed).map(Cow::into_owned).collect();
    if values.is_empty() {
        values.extend(list(measured, "measurementsSet").filter_map(measurement));
    }
    let extents: Vec<Cow<'_, str>> =
        list(measured, "extentMeasurements").filter_map(trimmed).collect();
    if !extents.is_empty() {
        let extents = extents.join(", ");
        for value in values.iter_mut().filter(|value| !value.contains(&extents)) {
            value.push_str(" (");
            value.push_str(&extents);
            value.push(')');
        }
    }
    values
}

/// `korkeus 8.50 cm`
fn measurement(set: Element<'_>) -> Option<String> {
    let parts: Vec<Cow<'_, str>> = ["measurementType", "measurementValue", "measurementUnit"]
        .into_iter()
        .filter_map(|part| trimmed(set.child(part)?))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::lido::sample;

    #[test]
    fn measurements_of_a_set() {
        let set = |kind: &str, value: &str, unit: &str| {
            format!(
                "<measurementsSet><measurementType>{kind}</measurementType><measurementUnit>{unit}\
                 </measurementUnit><measurementValue>{value}</measurementValue></measurementsSet>"
            )
        };
        let extent = |text: &str| format!("<extentMeasurements>{text}</extentMeasurements>");
        let height = set("korkeus", "9.00", "cm");
        let (side, rim) =
            (extent("kupu sivulta"), extent("lieri") + &extent(" ") + &extent("reuna"));
        for (display, inner, expected) in [
            ("", String::new(), ""),
            ("", height.clone(), "korkeus 9.00 cm"),
            ("", height.clone() + &side, "korkeus 9.00 cm (kupu sivulta)"),
            (" korkeus 9 cm", height.clone() + &side, "korkeus 9 cm (kupu sivulta)"),
            ("korkeus 9 cm, kupu sivulta", side, "korkeus 9 cm, kupu sivulta"),
            (
                "",
                height + &set("", "5", "") + &rim,
                "korkeus 9.00 cm (lieri, reuna) | 5 (lieri, reuna)",
            ),
            ("", set("", "", "") + &rim, ""),
        ] {
            let xml = sample::descriptive(
                "esine",
                &format!(
                    "<objectIdentificationWrap><objectMeasurementsWrap><objectMeasurementsSet>\
                     <displayObjectMeasurements>{display}</displayObjectMeasurements>\
                     <objectMeasurements>{inner}</objectMeasurements></objectMeasurementsSet>\
                     </objectMeasurementsWrap></objectIdentificationWrap>"
                ),
            );
            sample::with_view(&xml, &[], |view| {
                let mut record = IndexRecord::new();
                set_fields(view, &mut record);
                let found: Vec<&str> = record.texts("measurements").collect();
                assert_eq!(found.join(" | "), expected, "{display} {inner}");
            });
        }
    }

    #[test]
    fn materials() {
        let displayed = "<displayMaterialsTech> muovi, metalli </displayMaterialsTech>";
        let terms = "<materialsTech><termMaterialsTech><term>kangas</term></termMaterialsTech>\
            <termMaterialsTech><term>öljy</term></termMaterialsTech></materialsTech>";
        for (kind, inner, expected) in [
            ("valmistus", format!("{displayed}{terms}"), "kangas | öljy"),
            ("valmistus", displayed.to_owned(), "muovi, metalli"),
            ("käyttö", displayed.to_owned(), ""),
        ] {
            let xml = sample::descriptive(
                "esine",
                &format!(
                    "<eventWrap><eventSet><event><eventType><term>{kind}</term></eventType>\
                     <eventMaterialsTech>{inner}</eventMaterialsTech></event></eventSet></eventWrap>"
                ),
            );
            sample::with_view(&xml, &[], |view| {
                let mut record = IndexRecord::new();
                set_fields(view, &mut record);
                for field in ["material", "material_str_mv"] {
                    let found: Vec<&str> = record.texts(field).collect();
                    assert_eq!(found.join(" | "), expected, "{kind} {inner}");
                }
            });
        }
    }
}
