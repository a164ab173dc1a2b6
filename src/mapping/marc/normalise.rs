//! Edits before anything is read from the record: items of Koha and Alma, and the ids in linking
//! fields (ingest-marc §3, §4).

use super::identifiers::control_number_agency;
use super::view::{View, sub};
use crate::mapping::MapContext;
use crate::marc::{DataField, Field, Record, Tag};
use crate::text::{trim, unique};

const ITEM: &str = "952";

/// Applies what the source's settings ask for; `None` if nothing is to change.
pub(super) fn normalised(record: &Record, context: &MapContext<'_>) -> Option<Record> {
    let params = &context.source.params;
    let koha = params.flag("kohaNormalization", false);
    let alma = params.flag("almaNormalization", false);
    let enumeration = params.flag("enumerationFrom362", false);
    if !(koha || alma || enumeration) {
        return None;
    }
    let items = if koha || alma {
        let branch = if koha && params.flag("kohaUseHomeBranch", false) { 'a' } else { 'b' };
        grouped_items(record, branch, alma)
    } else {
        Vec::new()
    };
    let mut edited = Record::with_capacity(record.leader(), 2048);
    if koha && trim(record.control("001")).is_empty() {
        let id = record.each("999").next().map_or("", |field| sub(&field, 'c'));
        if let (false, Some(tag)) = (id.is_empty(), Tag::parse("001")) {
            edited.push_control(tag, id);
        }
    }
    let mut numbering = if enumeration { volumes(record, context) } else { String::new() };
    for field in record.fields() {
        if (koha || alma) && field.tag() == ITEM {
            continue;
        }
        edited.push_field(field);
        if field.tag() == "245" && !numbering.is_empty() {
            edited.push_subfield('n', &std::mem::take(&mut numbering));
        }
    }
    for item in items {
        item.push_to(&mut edited);
    }
    if let (true, Some(tag)) = (alma, Tag::parse("090")) {
        edited.push_data(tag, ' ', ' ');
        edited.push_subfield('a', &format!("(Alma){}", record.control("001")));
    }
    Some(edited)
}

/// The numbering of 362a, for sources that keep the volume there.
fn volumes(record: &Record, context: &MapContext<'_>) -> String {
    let values: Vec<&str> = record
        .each("362")
        .flat_map(|f| f.subfields())
        .filter(|s| s.code == 'a')
        .map(|s| s.value)
        .collect();
    context.ingest.text.strip_trailing_punctuation(&values.join(" "))
}

/// Copies of a record in one place, as one 952.
struct Items<'r> {
    branch: &'r str,
    /// Values of c, h, o, 8.
    place: [&'r str; 4],
    available: bool,
}

const PLACE: [char; 4] = ['c', 'h', 'o', '8'];

impl Items<'_> {
    fn push_to(&self, record: &mut Record) {
        let Some(tag) = Tag::parse(ITEM) else { return };
        record.push_data(tag, ' ', ' ');
        record.push_subfield('b', self.branch);
        for (code, value) in PLACE.into_iter().zip(self.place) {
            if !value.is_empty() {
                record.push_subfield(code, value);
            }
        }
        if self.available {
            record.push_subfield('9', "1");
        }
    }
}

fn grouped_items(record: &Record, branch: char, alma: bool) -> Vec<Items<'_>> {
    let mut groups: Vec<Items<'_>> = Vec::new();
    for field in record.each(ITEM) {
        let available = if alma { sub(&field, '1') == "1" } else { is_available(&field) };
        let branch = sub(&field, branch);
        let place = PLACE.map(|code| sub(&field, code));
        match groups.iter_mut().find(|group| group.branch == branch && group.place == place) {
            Some(group) => group.available |= available,
            None => groups.push(Items { branch, place, available }),
        }
    }
    groups
}

/// A Koha item that is neither withdrawn, lost, damaged nor on loan, and may be borrowed.
fn is_available(field: &DataField<'_>) -> bool {
    ['0', '1', '4', 'q'].iter().all(|code| matches!(sub(field, *code), "" | "0"))
        && matches!(sub(field, '7'), "0" | "1")
}

/// Fields whose `$w` refers to another record of the source.
fn is_link(tag: Tag) -> bool {
    [
        "760", "762", "765", "767", "770", "772", "773", "774", "775", "776", "777", "780", "785",
        "786", "787",
    ]
    .iter()
    .any(|link| tag == *link)
}

/// The linking ids that a `$w` may mean, the likelier one first.
fn meant_by(id: &str, agency: &str) -> impl Iterator<Item = String> {
    let with_agency = (!agency.is_empty()).then(|| format!("({agency}){id}"));
    with_agency.into_iter().chain(std::iter::once(id.to_owned()))
}

/// All linking ids that the record's linking fields may mean, each once.
pub(super) fn linked_ids(record: &Record, view: &View<'_>) -> Vec<String> {
    let mut ids = Vec::new();
    let mut agency = None;
    for subfield in record.data_fields().filter(|f| is_link(f.tag)).flat_map(|f| f.subfields()) {
        if subfield.code == 'w' {
            let agency = agency.get_or_insert_with(|| control_number_agency(view));
            ids.extend(meant_by(subfield.value, agency));
        }
    }
    unique(&mut ids);
    ids
}

/// The record with stored ids instead of the source's own in linking fields; `None` if it has no
/// such fields.
pub(super) fn with_stored_links(record: &Record, view: &View<'_>) -> Option<Record> {
    let has_links = record.data_fields().any(|f| is_link(f.tag) && f.first('w').is_some());
    if !has_links {
        return None;
    }
    let source = view.context.source;
    let agency = control_number_agency(view);
    let stored = |id: &str| {
        let find = |id: String| view.context.links.by_linking_id(source.id.as_str(), &id);
        match meant_by(id, &agency).find_map(find) {
            Some(linked) => linked.id,
            None => format!("{}.{id}", source.id_prefix),
        }
    };
    let mut edited = Record::with_capacity(record.leader(), 2048);
    for field in record.fields() {
        match field {
            Field::Data(data) if is_link(data.tag) => {
                edited.push_data(data.tag, data.ind1, data.ind2);
                for subfield in data.subfields() {
                    if subfield.code == 'w' {
                        edited.push_subfield('w', &stored(subfield.value));
                    } else {
                        edited.push_subfield(subfield.code, subfield.value);
                    }
                }
            }
            other => edited.push_field(other),
        }
    }
    Some(edited)
}

#[cfg(test)]
mod tests {
    use crate::mapping::marc::MarcRecord;
    use crate::mapping::marc::sample::{mapped_with, record, settings, source};
    use crate::mapping::{LinkedRecord, MapContext, MetadataRecord, RecordLinks, Warnings};

    #[test]
    fn items_of_koha_by_place() {
        let lines = "001 5
             952 __ $aHOME$bHELD$cSHELF$o56$70
             952 __ $aHOME$bHELD$cSHELF$o56$70$q2024-01-01
             952 __ $aHOME$bOTHER$cSHELF$70$11
             952 __ $aHOME$bOTHER$cSTACK$7-1
             999 __ $c77";
        let mapped = mapped_with(lines, &[("kohaNormalization", "1")]);
        assert_eq!(mapped.all("building"), ["HELD", "OTHER", "OTHER"]);
        assert_eq!(mapped.all("building_available_str_mv"), ["HELD"]);
        assert_eq!(mapped.all("holdings_txtP_mv")[0], "HELD SHELF 56 src");
        let home = [("kohaNormalization", "1"), ("kohaUseHomeBranch", "1")];
        assert_eq!(mapped_with(lines, &home).all("building"), ["HOME", "HOME", "HOME"]);
        let without_id = lines.replace("001 5", "");
        assert_eq!(mapped_with(&without_id, &home).facts.id, "77");
        assert_eq!(mapped_with(lines, &[("idIn999", "1")]).facts.id, "77");
    }

    #[test]
    fn items_of_alma_and_its_id() {
        let mapped = mapped_with(
            "001 9
             952 __ $bMAIN$cA$11
             952 __ $bMAIN$cA$10
             952 __ $bBRANCH$10",
            &[("almaNormalization", "1")],
        );
        assert_eq!(mapped.all("building"), ["MAIN", "BRANCH"]);
        assert_eq!(mapped.all("building_available_str_mv"), ["MAIN"]);
        assert!(mapped.full_record.contains("(Alma)9"), "{}", mapped.full_record);
    }

    #[test]
    fn numbering_goes_into_the_title() {
        let lines = "245 00 $aSuo\n362 0_ $a1-5.";
        let mapped = mapped_with(lines, &[("enumerationFrom362", "1")]);
        assert_eq!(mapped.fields.first("title"), "Suo. 1-5");
        assert_eq!(mapped_with(lines, &[]).fields.first("title"), "Suo");
    }

    struct Stored;

    impl RecordLinks for Stored {
        fn by_linking_id(&self, source: &str, id: &str) -> Option<LinkedRecord> {
            let known = source == "src" && id == "(FI-X)1";
            known.then(|| LinkedRecord {
                id: "src.one".into(),
                index_id: "src.one".into(),
                title: String::new(),
            })
        }
    }

    #[test]
    fn links_hold_stored_ids() {
        let (ingest, source) = (settings(), source(&[("003InLinkingID", "1")]));
        let context =
            MapContext { ingest: &ingest, source: &source, links: &Stored, current_year: 2024 };
        let mut driver = MarcRecord::from_record(record(
            "001 7\n003 FI-X\n773 0_ $w1$tHost\n776 0_ $w2\n500 __ $w3",
        ));
        let mut warnings = Warnings::default();
        driver.index_fields(&context, &mut warnings);
        let links: Vec<&str> =
            driver.record().data_fields().filter_map(|field| field.first('w')).collect();
        assert_eq!(links, ["src.one", "src.2", "3"]);
        let facts = driver.facts(&context, &mut warnings);
        assert_eq!(facts.host_record_ids, ["(FI-X)1"]);
        assert_eq!(facts.linking_ids, ["(FI-X)7"]);
        let mut driver = MarcRecord::from_record(record(
            "001 7\n003 FI-X\n773 0_ $w1\n776 0_ $w2$w2\n785 0_ $w(FI-Y)3\n500 __ $w4",
        ));
        // Of the host only the way in which it is not known as a host.
        let known = ["1", "(FI-X)2", "2", "(FI-X)(FI-Y)3", "(FI-Y)3"];
        assert_eq!(driver.linked_ids(&context), known);
    }
}
