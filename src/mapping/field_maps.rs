//! Steps 5 and 6: field rules and mapping files applied to the fields of a record (ingest-common
//! §7.3, §8.4).

use super::pipeline::is_empty;
use crate::config::{FieldAction, FieldMapping, FieldRule, SourceSettings, Target};
use crate::record::{Field, IndexRecord, Value};

/// Maps the values of one field; a field without values gets what the mapping has for that.
pub(super) fn apply(mapping: &FieldMapping, name: &str, index: &mut IndexRecord) {
    let Some(first) = mapping.level(0) else { return };
    if is_empty(index.get(name)) {
        if let Some(target) = &first.special.empty {
            index.put(name.to_owned(), field_of(target));
        }
        return;
    }
    let Some(field) = index.get_mut(name) else { return };
    let is_list = match field {
        Field::Many(_) => true,
        Field::One(Value::Text(text)) => first.gives_list(text),
        Field::One(Value::Path(_)) => false,
    };
    let mut mapped: Vec<String> = Vec::with_capacity(field.values().len());
    for value in field.values() {
        match value {
            Value::Text(text) => first.map_into(text, &mut mapped),
            Value::Path(levels) => mapped.push(map_path(mapping, levels)),
        }
    }
    if matches!(field, Field::Many(_)) {
        crate::text::unique(&mut mapped);
        mapped.retain(|value| !value.is_empty());
    }
    let is_mapped_away = mapped.is_empty() || (!is_list && mapped.iter().all(String::is_empty));
    *field = if is_mapped_away && let Some(target) = &first.special.mapped_empty {
        field_of(target)
    } else if is_list {
        Field::Many(mapped.into_iter().map(Value::Text).collect())
    } else {
        Field::One(Value::Text(mapped.into_iter().next().unwrap_or_default()))
    };
}

/// The format of a record after the mapping of its source, as deduplication compares it: what the
/// mapping has for nothing if the driver names none.
pub fn mapped_formats(format: &str, source: &SourceSettings) -> Vec<String> {
    const FIELD: &str = "format";
    let mut index = IndexRecord::default();
    index.set(FIELD, format);
    if let Some((_, mapping)) = source.mappings.iter().find(|(name, _)| name == FIELD) {
        apply(mapping, FIELD, &mut index);
    }
    index.texts(FIELD).map(str::to_owned).collect()
}

/// Each level with its own map; the first level that maps to nothing ends the path.
fn map_path(mapping: &FieldMapping, levels: &[String]) -> String {
    let mut parts = Vec::with_capacity(levels.len());
    for (number, level) in levels.iter().enumerate() {
        let Some(map) = mapping.level(number) else { break };
        let before = parts.len();
        map.map_into(level, &mut parts);
        if parts[before..].iter().all(String::is_empty) {
            parts.truncate(before);
            break;
        }
    }
    parts.join("/")
}

fn field_of(target: &Target) -> Field {
    match target {
        Target::One(value) => Field::One(Value::Text(value.clone())),
        Target::List(values) => Field::Many(values.iter().cloned().map(Value::Text).collect()),
    }
}

/// Carries out one rule.
pub(super) fn apply_rule(rule: &FieldRule, index: &mut IndexRecord) {
    let fits =
        |value: &Value| rule.filter.as_ref().is_none_or(|filter| filter.fits(value.as_str()));
    if rule.action != FieldAction::Delete {
        let found = match index.get(&rule.source) {
            Some(Field::One(value)) if fits(value) => Some(Field::One(value.clone())),
            Some(Field::Many(values)) => {
                let fitting: Vec<Value> = values.iter().filter(|v| fits(v)).cloned().collect();
                (!fitting.is_empty()).then_some(Field::Many(fitting))
            }
            _ => None,
        };
        let new = match (found, &rule.default) {
            (Some(found), _) => found,
            (None, Some(default)) if rule.filter.is_none() => {
                Field::One(Value::Text(default.clone()))
            }
            (None, _) => return,
        };
        if index.contains(&rule.target) {
            index.extend(rule.target.clone(), new.values().iter().cloned());
        } else {
            index.put(rule.target.clone(), new);
        }
    }
    if rule.action == FieldAction::Copy {
        return;
    }
    match index.get_mut(&rule.source) {
        Some(Field::Many(values)) if rule.filter.is_some() => {
            values.retain(|value| !fits(value));
            if values.is_empty() {
                index.remove(&rule.source);
            }
        }
        Some(field) if field.values().first().is_none_or(fits) => {
            index.remove(&rule.source);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{MappingKind, ValueMap};
    use std::sync::Arc;

    fn mapping(texts: &[(&str, MappingKind)]) -> FieldMapping {
        let level = |(text, kind): &(&str, MappingKind)| {
            Arc::new(ValueMap::parse("x.map", text, *kind).expect("a good map"))
        };
        FieldMapping { levels: texts.iter().map(level).collect() }
    }

    fn mapped(mapping: &FieldMapping, field: impl Into<Option<Field>>) -> Option<Field> {
        let mut index = IndexRecord::new();
        if let Some(field) = field.into() {
            index.put("f", field);
        }
        apply(mapping, "f", &mut index);
        index.get("f").cloned()
    }

    fn one(text: &str) -> Field {
        Field::One(text.into())
    }

    fn many(texts: &[&str]) -> Field {
        Field::Many(texts.iter().map(|t| (*t).into()).collect())
    }

    #[test]
    fn shapes_and_special_keys() {
        let plain = mapping(&[("a = A\nb[] = B1\nb[] = B2\nc =", MappingKind::Normal)]);
        assert_eq!(mapped(&plain, one("a")), Some(one("A")));
        assert_eq!(mapped(&plain, one("b")), Some(many(&["B1", "B2"])));
        assert_eq!(mapped(&plain, one("c")), Some(one("")));
        assert_eq!(
            mapped(&plain, many(&["a", "x", "c", "A", "b"])),
            Some(many(&["A", "x", "B1", "B2"]))
        );
        assert_eq!(mapped(&plain, None), None);
        let text = mapping(&[("x =\n##empty = NONE\n##mappedempty = GONE", MappingKind::Normal)]);
        assert_eq!(mapped(&text, None), Some(one("NONE")));
        assert_eq!(mapped(&text, one("")), Some(one("NONE")));
        assert_eq!(mapped(&text, many(&["x"])), Some(one("GONE")));
        let list =
            mapping(&[("x =\n##emptyarray = N\n##mappedemptyarray = G", MappingKind::Normal)]);
        assert_eq!(mapped(&list, None), Some(many(&["N"])));
        assert_eq!(mapped(&list, one("x")), Some(many(&["G"])));
        assert_eq!(mapped(&list.without_empty(), None), None);
    }

    #[test]
    fn paths_level_by_level() {
        let basic = "val1 = a/b\nval2 =\n##default = def";
        let patterns = "([a-z]+)(\\d) = $1/$2\n([a-z]+) = string\n^\\d+(.*)$ = $1";
        let both = mapping(&[(basic, MappingKind::Normal), (patterns, MappingKind::Regexp)]);
        for (levels, expected) in [
            (vec!["val1", "val1"], many(&["a/b/val/1"])),
            (vec!["val2", "val1"], many(&[])),
            (vec!["val1", "21"], many(&["a/b"])),
            (vec!["val1"], many(&["a/b"])),
            (vec!["val1", "val", "val1"], many(&["a/b/string/a/b"])),
        ] {
            let path = Value::Path(levels.iter().map(|l| (*l).to_owned()).collect());
            assert_eq!(mapped(&both, Field::Many(vec![path])), Some(expected), "{levels:?}");
        }
    }

    #[test]
    fn rules() {
        let run = |rules: &[&str]| {
            let mut index = IndexRecord::new();
            index.set("institution", "Test");
            index.set("record_format", "marc");
            index.set_all("topic", ["a", "b"]);
            for rule in rules {
                apply_rule(&FieldRule::parse(rule).expect("a good rule"), &mut index);
            }
            index
        };
        let list = |index: &IndexRecord, name: &str| {
            index.texts(name).map(str::to_owned).collect::<Vec<_>>()
        };
        assert!(!run(&["copy foo newfield"]).contains("newfield"));
        assert_eq!(run(&["copy foo newfield DEFAULT"]).get("newfield"), Some(&one("DEFAULT")));
        let index = run(&[
            "copy institution newfield",
            "copy record_format newfield",
            "delete institution",
        ]);
        assert_eq!(list(&index, "newfield"), ["Test", "marc"]);
        assert!(!index.contains("institution"));
        let index =
            run(&["move institution newfield DEFAULT", "move institution newfield DEFAULT2"]);
        assert_eq!(list(&index, "newfield"), ["Test", "DEFAULT2"]);
        let index = run(&["move topic t match=\"/^A$/i\"", "delete topic match=\"c\""]);
        assert_eq!(
            (list(&index, "t"), list(&index, "topic")),
            (vec!["a".into()], vec!["b".into()])
        );
        let index =
            run(&["delete institution match=\"x\"", "copy topic t match=\"x\" default=\"y\""]);
        assert!(index.contains("institution") && !index.contains("t"));
        assert!(!run(&["delete topic match=\"/./\""]).contains("topic"));
    }
}
