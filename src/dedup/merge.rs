//! The document that stands for a group in searches (dedup.md §6.2, §6.3).

use crate::config::{DedupSettings, MergeRule};
use crate::record::{Field, IndexRecord};
use crate::text::{unique, unique_ignoring_case};

/// Field of the ids of a group's members, best first.
pub const MEMBER_IDS: &str = "local_ids_str_mv";
/// Field with the group's id.
pub const GROUP_ID: &str = "dedup_id_str_mv";
/// Marks the document of a group.
pub const IS_MERGED: &str = "merged_boolean";
/// Marks the documents of its members.
pub const IS_MEMBER: &str = "merged_child_boolean";

/// Fields that no document has from another.
const OWN_FIELDS: [&str; 5] = [IS_MERGED, IS_MEMBER, MEMBER_IDS, "id", "record_format"];

/// Notes in the document of a record that it belongs to a group; one whose group shows no other
/// record stays a plain document that knows the group's id.
pub fn mark_member(document: &mut IndexRecord, group_id: &str, is_shown_merged: bool) {
    document.set(GROUP_ID, group_id);
    if is_shown_merged {
        document.set(IS_MEMBER, "1");
    }
}

/// The document of a group. `members` are the documents of its members in
/// [`super::record_order`]; `hierarchies` are the fields whose values are compared exactly.
pub fn merged_document(
    group_id: &str,
    members: &[IndexRecord],
    settings: &DedupSettings,
    hierarchies: &[String],
) -> IndexRecord {
    let mut members: Vec<&IndexRecord> = members.iter().collect();
    members.sort_by(|a, b| score(b, settings).total_cmp(&score(a, settings)));
    merged_in_order(group_id, &members, settings, hierarchies)
}

/// [`merged_document`] of members whose order is settled, best first.
pub fn merged_in_order(
    group_id: &str,
    members: &[&IndexRecord],
    settings: &DedupSettings,
    hierarchies: &[String],
) -> IndexRecord {
    let mut merged = IndexRecord::new();
    merged.set("id", group_id);
    merged.set("record_format", "merged");
    merged.set(IS_MERGED, "1");
    merged.set_all(MEMBER_IDS, members.iter().map(|member| member.first("id")));
    for member in members {
        for (name, field) in member.iter() {
            if OWN_FIELDS.contains(&name) {
                continue;
            }
            let Some(rule) = settings.rule(name) else { continue };
            let name = name.to_owned();
            match rule {
                MergeRule::All if merged.contains(&name) => {
                    merged.extend(name, field.values().iter().cloned());
                }
                MergeRule::All => merged.set_all(name, field.values().iter().cloned()),
                MergeRule::First if merged.contains(&name) => {}
                MergeRule::First => merged.put(name, field.clone()),
                MergeRule::Sum => {
                    let number = |text: &str| text.parse::<i64>().unwrap_or(0);
                    let values = field.values().iter().map(|value| number(value.as_str()));
                    let sum = values.fold(number(merged.first(&name)), i64::saturating_add);
                    merged.set(name, sum.to_string());
                }
                MergeRule::Any => {
                    if field.values().first().is_some_and(|v| is_true(v.as_str())) {
                        merged.set(name, "1");
                    }
                }
                MergeRule::Latest => {
                    let latest = field.values().iter().map(|value| value.as_str()).max();
                    if let Some(latest) = latest.filter(|at| *at > merged.first(&name)) {
                        let latest = latest.to_owned();
                        merged.set(name, latest);
                    }
                }
            }
        }
    }
    let lists: Vec<String> = merged
        .iter()
        .filter(|(name, field)| {
            matches!(field, Field::Many(_)) && settings.rule(name) == Some(MergeRule::All)
        })
        .map(|(name, _)| name.to_owned())
        .collect();
    for name in lists {
        unite(&mut merged, &name, hierarchies);
    }
    merged
}

/// Gives a member what it takes over from the document of its group (dedup.md §6.2,
/// `copy_from_merged_record`): lists are united, and what has one value comes where there is none.
pub fn complete_member(
    document: &mut IndexRecord,
    merged: &IndexRecord,
    settings: &DedupSettings,
    hierarchies: &[String],
) {
    for name in &settings.copied_fields {
        let is_own = OWN_FIELDS.contains(&name.as_str());
        let Some(field) = merged.get(name).filter(|_| !is_own) else { continue };
        if !document.contains(name) {
            document.put(name.clone(), field.clone());
        } else if settings.rule(name) == Some(MergeRule::All) {
            document.extend(name.clone(), field.values().iter().cloned());
            unite(document, name, hierarchies);
        }
    }
}

/// Leaves each value of a list once, in whatever case it is written, but for hierarchies.
fn unite(document: &mut IndexRecord, name: &str, hierarchies: &[String]) {
    let mut values: Vec<String> = document.texts(name).map(str::to_owned).collect();
    if hierarchies.iter().any(|hierarchy| hierarchy == name) {
        unique(&mut values);
    } else {
        unique_ignoring_case(&mut values);
    }
    document.set_all(name.to_owned(), values);
}

fn is_true(value: &str) -> bool {
    matches!(value.as_bytes().first(), Some(b'1' | b't' | b'T'))
}

/// How much a record tells: the number of its values and the length of its title, less for each
/// value that shouts.
fn score(document: &IndexRecord, settings: &DedupSettings) -> f64 {
    let mut values = 0_u32;
    let mut shouted = 0_u32;
    for field in &settings.scored_fields {
        for value in document.texts(field) {
            values += 1;
            shouted += u32::from(is_shouted(value));
        }
    }
    if values == 0 {
        return 0.0;
    }
    let title = u32::try_from(document.first("title").chars().count()).unwrap_or(u32::MAX);
    let share = f64::from(shouted) / f64::from(values);
    (f64::from(values) + f64::from(title)) * (1.0 - share)
}

/// More than 95 % of letters and ASCII digits are capital letters.
fn is_shouted(text: &str) -> bool {
    let (mut all, mut capital) = (0_u64, 0_u64);
    for c in text.chars().filter(|c| c.is_alphabetic() || c.is_ascii_digit()) {
        all += 1;
        capital += u64::from(c.is_uppercase());
    }
    all > 0 && capital * 100 > all * 95
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(fields: &[(&'static str, &[&str])]) -> IndexRecord {
        let mut document = IndexRecord::new();
        for (name, values) in fields {
            match values {
                [one] => document.set(*name, *one),
                many => document.set_all(*name, many.iter().copied()),
            }
        }
        document
    }

    #[test]
    fn the_best_member_comes_first() {
        let members = [
            document(&[
                ("id", &["a.1"]),
                ("title", &["KALEVALA"]),
                ("author", &["LÖNNROT, ELIAS"]),
                ("topic", &["EEPOKSET"]),
                ("building", &["0/A/"]),
                ("last_indexed", &["2026-01-02T00:00:00Z"]),
                ("loans_int", &["2"]),
            ]),
            document(&[
                ("id", &["b.2"]),
                ("title", &["Kalevala"]),
                ("author", &["Lönnrot, Elias"]),
                ("topic", &["eepokset", "runous"]),
                ("thumbnail", &["x"]),
                ("foo", &["y"]),
                ("building", &["0/B/", "0/a/"]),
                ("loans_int", &["40"]),
                ("last_indexed", &["2026-01-01T00:00:00Z"]),
            ]),
            document(&[("id", &["c.3"]), ("title", &["Kalevala"]), ("online_boolean", &["1"])]),
        ];
        let settings = DedupSettings {
            any_fields: vec!["online_boolean".into()],
            latest_fields: vec!["last_indexed".into()],
            summed_fields: vec!["loans_int".into()],
            ..DedupSettings::default()
        };
        let merged = merged_document("g", &members, &settings, &["building".into()]);
        let texts = |name: &str| merged.texts(name).collect::<Vec<_>>().join("; ");
        assert_eq!(texts("local_ids_str_mv"), "b.2; c.3; a.1");
        assert_eq!(texts("title"), "Kalevala");
        assert_eq!(texts("author"), "Lönnrot, Elias");
        assert_eq!(texts("topic"), "eepokset; runous");
        assert_eq!(texts("building"), "0/B/; 0/a/; 0/A/");
        assert_eq!(texts("thumbnail"), "x");
        assert_eq!(texts("online_boolean"), "1");
        assert_eq!(texts("loans_int"), "42");
        assert_eq!(texts("last_indexed"), "2026-01-02T00:00:00Z");
        assert_eq!((texts("id").as_str(), texts("record_format").as_str()), ("g", "merged"));
        assert!(!merged.contains("foo"));

        let copied_fields =
            ["building", "topic", "title", "thumbnail", "foo", "merged_boolean", "id"]
                .map(String::from)
                .to_vec();
        let settings = DedupSettings { copied_fields, ..settings };
        let [mut a, ..] = members;
        complete_member(&mut a, &merged, &settings, &["building".into()]);
        let texts = |name: &str| a.texts(name).collect::<Vec<_>>().join("; ");
        assert_eq!(texts("building"), "0/A/; 0/B/; 0/a/");
        assert_eq!(texts("topic"), "EEPOKSET; runous");
        assert_eq!((texts("title"), texts("thumbnail")), ("KALEVALA".into(), "x".into()));
        assert_eq!(texts("id"), "a.1");
        assert!(!["foo", "online_boolean", "merged_boolean"].iter().any(|name| a.contains(name)));
    }

    #[test]
    fn members_know_their_group() {
        let mut member = document(&[("id", &["a.1"])]);
        mark_member(&mut member, "g", false);
        assert_eq!((member.first(GROUP_ID), member.first(IS_MEMBER)), ("g", ""));
        mark_member(&mut member, "g", true);
        assert_eq!(member.first(IS_MEMBER), "1");
    }
}
