//! When the object was made, used, found, and what time it shows (ingest-lido §8.1).

use super::calendar::DateRange;
use super::exact_dates::exact_range;
use super::textual_dates::textual_range;
use super::view::{View, text_at, trimmed_at};
use crate::mapping::Warnings;
use crate::record::IndexRecord;
use crate::xml::Element;
use std::borrow::Cow;

/// Sets the date range fields, the main date and the eras.
pub(super) fn set_fields(view: &View<'_, '_>, record: &mut IndexRecord, warnings: &mut Warnings) {
    for subject in &view.subjects {
        let date = subject.child("subjectDate");
        let range = range_of(view, date.and_then(exact_dates), date, None, warnings);
        if let Some(range) = range {
            record.push("search_daterange_mv", range.to_string());
            set_main_date(record, range);
        }
    }
    if let Some(range) = event_range(view, "valmistus", warnings) {
        record.set("creation_daterange", range.to_string());
        record.push("search_daterange_mv", range.to_string());
        set_main_date(record, range);
    } else {
        for (kind, field) in [
            ("suunnittelu", "design_daterange"),
            ("tuotanto", "production_daterange"),
            ("kuvaus", "photography_daterange"),
        ] {
            let Some(range) = event_range(view, kind, warnings) else { continue };
            record.set(field, range.to_string());
            if !record.contains("search_daterange_mv") {
                record.push("search_daterange_mv", range.to_string());
            }
            set_main_date(record, range);
        }
    }
    for (kind, field) in [("käyttö", "use_daterange"), ("löytyminen", "finding_daterange")] {
        if let Some(range) = event_range(view, kind, warnings) {
            record.set(field, range.to_string());
        }
    }
    set_eras(view, record);
}

/// The first range that is offered becomes the main date.
fn set_main_date(record: &mut IndexRecord, range: DateRange) {
    if !record.contains("main_date_str") {
        record.set("main_date_str", range.start().year_text());
        record.set("main_date", format!("{}T00:00:00Z", range.start()));
    }
}

/// The time of all events of a type: the first exact dates among them, else the first date as
/// displayed, else the first period.
fn event_range(view: &View<'_, '_>, kind: &str, warnings: &mut Warnings) -> Option<DateRange> {
    let exact = view.events.of_type(kind).find_map(|event| exact_dates(event.child("eventDate")?));
    let displayed = view
        .events
        .of_type(kind)
        .filter_map(|event| event.child("eventDate"))
        .find(|date| displayed(*date).is_some());
    let period = view.events.of_type(kind).find_map(|event| text_at(event, "periodName/term"));
    range_of(view, exact, displayed, period, warnings)
}

/// Exact dates go before texts, and no text stands in for dates that make no sense.
fn range_of<'t>(
    view: &View<'t, '_>,
    exact: Option<(Cow<'t, str>, Cow<'t, str>)>,
    date: Option<Element<'t>>,
    period: Option<Cow<'t, str>>,
    warnings: &mut Warnings,
) -> Option<DateRange> {
    if let Some((earliest, latest)) = exact {
        return exact_range(&earliest, &latest, warnings);
    }
    let text = date.and_then(displayed).or(period)?;
    textual_range(&text, view.context.current_year, warnings)
}

fn exact_dates(date: Element<'_>) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let date = date.child("date")?;
    Some((text_at(date, "earliestDate")?, text_at(date, "latestDate")?))
}

fn displayed(date: Element<'_>) -> Option<Cow<'_, str>> {
    text_at(date, "displayDate")
}

/// The dates of the subjects as displayed; else that of the making.
fn set_eras(view: &View<'_, '_>, record: &mut IndexRecord) {
    let era = |date: Element<'_>| view.without_final_punctuation(&trimmed_at(date, "displayDate")?);
    let mut eras: Vec<String> = view
        .subjects
        .iter()
        .flat_map(|subject| subject.each("subjectDate"))
        .filter_map(era)
        .collect();
    if eras.is_empty() {
        eras.extend(view.events.main.iter().find_map(|event| era(event.child("eventDate")?)));
    }
    record.set_all("era", eras.iter().map(String::as_str));
    record.set_all("era_facet", eras);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::lido::sample;

    fn event(kind: &str, inner: &str) -> String {
        format!(
            "<eventSet><event><eventType><term>{kind}</term></eventType>{inner}</event></eventSet>"
        )
    }

    fn displayed(text: &str) -> String {
        format!("<eventDate><displayDate>{text}</displayDate></eventDate>")
    }

    fn exact(earliest: &str, latest: &str) -> String {
        format!(
            "<eventDate><displayDate>1700</displayDate><date><earliestDate>{earliest}\
             </earliestDate><latestDate>{latest}</latestDate></date></eventDate>"
        )
    }

    fn fields(events: &str, subjects: &str, names: &[&str]) -> Vec<String> {
        let xml = sample::descriptive(
            "kuva",
            &format!(
                "<eventWrap>{events}</eventWrap><objectRelationWrap><subjectWrap><subjectSet>\
                 {subjects}</subjectSet></subjectWrap></objectRelationWrap>"
            ),
        );
        sample::with_view(&xml, &[], |view| {
            let mut record = IndexRecord::new();
            set_fields(view, &mut record, &mut Warnings::default());
            names.iter().map(|name| record.texts(name).collect::<Vec<_>>().join(" | ")).collect()
        })
    }

    #[test]
    fn which_date_wins() {
        let period = "<periodName><term>keskiaika</term></periodName>";
        for (events, expected) in [
            (displayed("1950") + period, "[1950-01-01 TO 1950-12-31]"),
            (period.to_owned(), "[1300-01-01 TO 1550-12-31]"),
            (exact("1800", "1801"), "[1800-01-01 TO 1801-12-31]"),
            (exact("1800", ""), "[1700-01-01 TO 1700-12-31]"),
            (exact("1800-13", "1800-13"), ""),
            (displayed("ei tietoa") + period, ""),
        ] {
            let found = fields(&event("valmistus", &events), "", &["creation_daterange"]);
            assert_eq!(found, [expected], "{events}");
        }
        let two =
            event("valmistus", &displayed("1950")) + &event("valmistus", &exact("1800", "1801"));
        assert_eq!(fields(&two, "", &["creation_daterange"]), ["[1800-01-01 TO 1801-12-31]"]);
    }

    #[test]
    fn where_dates_go() {
        let names = [
            "search_daterange_mv",
            "main_date_str",
            "main_date",
            "creation_daterange",
            "design_daterange",
            "photography_daterange",
            "use_daterange",
        ];
        let events = event("suunnittelu", &displayed("1950"))
            + &event("kuvaus", &displayed("1960"))
            + &event("käyttö", &displayed("1970"));
        let subject = "<subject type='aihe'><subjectDate><displayDate>-500</displayDate>\
            </subjectDate></subject>";
        let year = |y: &str| format!("[{y}-01-01 TO {y}-12-31]");
        assert_eq!(
            fields(&events, "", &names),
            [
                &year("1950"),
                "1950",
                "1950-01-01T00:00:00Z",
                "",
                &year("1950"),
                &year("1960"),
                &year("1970")
            ]
        );
        assert_eq!(
            fields(&events, subject, &names),
            [
                &year("-0500"),
                "-0500",
                "-0500-01-01T00:00:00Z",
                "",
                &year("1950"),
                &year("1960"),
                &year("1970")
            ]
        );
        let made = events + &event("valmistus", &displayed("1940"));
        assert_eq!(
            fields(&made, subject, &names),
            [
                &format!("{} | {}", year("-0500"), year("1940")),
                "-0500",
                "-0500-01-01T00:00:00Z",
                &year("1940"),
                "",
                "",
                &year("1970")
            ]
        );
    }

    #[test]
    fn eras() {
        let subject = "<subject><subjectDate><displayDate>1897.</displayDate></subjectDate>\
            <subjectDate><displayDate> 1898 ;</displayDate></subjectDate></subject>";
        let events = event("käyttö", &displayed("1"))
            + &event("valmistus", &displayed(" "))
            + &event("suunnittelu", &displayed("1950-luku"));
        assert_eq!(fields(&events, subject, &["era", "era_facet"]), ["1897 | 1898", "1897 | 1898"]);
        assert_eq!(fields(&events, "", &["era"]), ["1950-luku"]);
        assert_eq!(fields("", "", &["era"]), [""]);
    }
}
