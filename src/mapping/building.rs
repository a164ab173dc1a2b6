//! Steps 7 and 8: the institution at the top of `building`, and values of hierarchies spelled out
//! level by level (ingest-common §8.6, §8.7).

use super::MapContext;
use super::pipeline::is_empty;
use crate::config::InstitutionInBuilding;
use crate::record::{Field, IndexRecord, Value};

/// Puts the institution (or what the source's settings want) in front of every building.
pub(super) fn add_institution(index: &mut IndexRecord, context: &MapContext<'_>) {
    let (source, ingest) = (context.source, context.ingest);
    let is_hierarchy = ingest.hierarchical_facets.iter().any(|field| field == "building");
    let mode = match source.institution_in_building {
        Some(mode) => mode,
        None if is_hierarchy => InstitutionInBuilding::Institution,
        None => return,
    };
    let code = match mode {
        InstitutionInBuilding::Institution => source.institution.clone(),
        InstitutionInBuilding::Source => source.id.as_str().to_owned(),
        InstitutionInBuilding::Driver => index.first("institution").to_owned(),
        InstitutionInBuilding::InstitutionAndSource => {
            format!("{}/{}", source.institution, source.id)
        }
        InstitutionInBuilding::Nothing => return,
    };
    if code.is_empty() {
        return;
    }
    for name in &ingest.building_fields {
        let is_building = name == "building";
        if is_building && is_empty(index.get(name)) {
            index.set_all(name.clone(), [code.as_str()]);
            continue;
        }
        let Some(field) = index.get_mut(name) else { continue };
        for value in super::values_mut(field) {
            match value {
                Value::Path(levels) => levels.insert(0, code.clone()),
                Value::Text(text) if !text.is_empty() => *text = format!("{code}/{text}"),
                Value::Text(text) if is_building => text.clone_from(&code),
                Value::Text(_) => {}
            }
        }
    }
}

/// `a/b/c` → `0/a/`, `1/a/b/`, `2/a/b/c/`. In a ready-made path a slash inside a level becomes a
/// blank.
pub(super) fn expand(index: &mut IndexRecord, name: &str) {
    let Some(field) = index.get_mut(name) else { return };
    let mut levels_of_all = Vec::with_capacity(field.values().len() * 3);
    for value in field.values() {
        match value {
            Value::Text(text) if text.is_empty() => {}
            Value::Text(text) => expand_levels(text.split('/'), &mut levels_of_all),
            Value::Path(levels) => {
                let spaced: Vec<String> = levels.iter().map(|l| l.replace('/', " ")).collect();
                expand_levels(spaced.iter().map(String::as_str), &mut levels_of_all);
            }
        }
    }
    *field = Field::Many(levels_of_all);
}

fn expand_levels<'l>(levels: impl Iterator<Item = &'l str>, out: &mut Vec<Value>) {
    let mut path = String::new();
    for (number, level) in levels.enumerate() {
        path.push_str(level);
        path.push('/');
        out.push(Value::Text(format!("{number}/{path}")));
    }
}

/// Paths in fields that are not expanded become texts with slashes.
pub(super) fn flatten(index: &mut IndexRecord) {
    for (_, field) in index.iter_mut() {
        for value in super::values_mut(field) {
            if let Value::Path(levels) = value {
                *value = Value::Text(levels.join("/"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{IngestSettings, SourceSettings};
    use crate::mapping::NoLinks;
    use crate::record::RecordFormat;

    fn built(mode: Option<InstitutionInBuilding>, values: Option<Field>) -> Vec<String> {
        let ingest = IngestSettings::default();
        let mut source = SourceSettings::new("src", RecordFormat::Marc);
        source.institution = "NLF".into();
        source.institution_in_building = mode;
        let mut index = IndexRecord::new();
        index.set("institution", "Driver Inst");
        if let Some(values) = values {
            index.put("building", values);
        }
        let context =
            MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2026 };
        add_institution(&mut index, &context);
        expand(&mut index, "building");
        index.texts("building").map(str::to_owned).collect()
    }

    fn path(levels: &[&str]) -> Value {
        Value::Path(levels.iter().map(|l| (*l).to_owned()).collect())
    }

    #[test]
    fn institution_on_top() {
        use InstitutionInBuilding::{Driver, InstitutionAndSource, Nothing, Source};
        let one = |text: &str| Some(Field::One(Value::Text(text.into())));
        assert_eq!(built(None, None), ["0/NLF/"]);
        assert_eq!(built(None, one("")), ["0/NLF/"]);
        assert_eq!(built(None, one("a/b")), ["0/NLF/", "1/NLF/a/", "2/NLF/a/b/"]);
        assert_eq!(
            built(None, Some(Field::Many(vec![path(&["LocA", "Sub/X"]), "".into()]))),
            ["0/NLF/", "1/NLF/LocA/", "2/NLF/LocA/Sub X/", "0/NLF/"]
        );
        assert_eq!(built(Some(Driver), None), ["0/Driver Inst/"]);
        assert_eq!(built(Some(Source), one("a")), ["0/src/", "1/src/a/"]);
        assert_eq!(built(Some(InstitutionAndSource), None), ["0/NLF/", "1/NLF/src/"]);
        assert_eq!(built(Some(Nothing), one("a")), ["0/a/"]);
        assert!(built(Some(Nothing), None).is_empty());
    }

    #[test]
    fn other_paths_become_texts() {
        let mut index = IndexRecord::new();
        index.set_all("building_available_str_mv", [path(&["a", "b"])]);
        flatten(&mut index);
        assert_eq!(index.first("building_available_str_mv"), "a/b");
    }
}
