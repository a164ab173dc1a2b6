//! Identity, links and values for deduplication (ingest-marc §4).

use super::component_parts::{Container, is_part};
use super::titles::{Purpose, full_title, title};
use super::view::{View, sub};
use super::{authors, format, identifiers, online, publication, unique_ids, work_ids};
use crate::record::RecordFacts;
use crate::text::unique;

/// All accessors at once. `host_ids` are those from before links were rewritten.
pub(super) fn facts(view: &View<'_>, host_ids: Vec<String>) -> RecordFacts {
    let container = Container::of(view);
    let series = |code| {
        let value = view.each("490").map(|field| sub(&field, code)).find(|value| !value.is_empty());
        view.clean(value.unwrap_or(""))
    };
    let mut isbns = identifiers::own_isbns(view);
    unique(&mut isbns);
    RecordFacts {
        id: identifiers::local_id(view),
        linking_ids: identifiers::linking_ids(view),
        is_component_part: is_part(view),
        host_record_ids: host_ids,
        title: title(view, Purpose::Display),
        title_for_filing: title(view, Purpose::Filing),
        full_title: full_title(view),
        format: format::format(view),
        volume: container.volume,
        issue: container.issue,
        start_page: container.start_page,
        container_title: container.title,
        container_reference: container.reference,
        main_author: authors::main_author(view),
        unique_ids: unique_ids::unique_ids(view),
        isbns,
        issns: view.values("022", 'a').filter(|issn| !issn.is_empty()).map(str::to_owned).collect(),
        series_issn: series('x'),
        series_numbering: series('v'),
        publication_year: publication::publication_year(view),
        page_count: publication::page_count(view),
        access_restrictions: online::access_restrictions(view),
        suppressed: is_suppressed(view),
        work_ids: work_ids::work_ids(view),
    }
}

/// Koha's mark on the bibliographic level: the first 942 decides.
fn is_suppressed(view: &View<'_>) -> bool {
    view.flag("kohaNormalization")
        && view.first("942").is_some_and(|field| !matches!(sub(&field, 'n'), "" | "0"))
}

#[cfg(test)]
mod tests {
    use crate::mapping::marc::sample::mapped_with;

    #[test]
    fn suppressed_by_koha() {
        for (lines, params, suppressed) in [
            ("942 __ $n1", vec![("kohaNormalization", "1")], true),
            ("942 __ $n0", vec![("kohaNormalization", "1")], false),
            ("942 __ $cBK\n942 __ $n1", vec![("kohaNormalization", "1")], false),
            ("942 __ $n1", vec![], false),
        ] {
            assert_eq!(mapped_with(lines, &params).facts.suppressed, suppressed, "{lines}");
        }
    }

    #[test]
    fn values_for_deduplication() {
        let facts = mapped_with(
            "001 12
             010 __ $a  2001012345 $bms 1
             015 __ $a8124716$2nbn
             020 __ $a951-31-4836-X
             020 __ $a9513148360
             022 __ $a1797-1985
             024 3_ $a9782200371005 extra
             035 __ $a(OCoLC)123
             035 __ $aFCC005
             035 __ $a378890
             245 00 $aX
             300 __ $axxiii, 551 sivua
             490 0_ $aSarja,$x1239-6117 ;$v7",
            &[],
        )
        .facts;
        assert_eq!(facts.linking_ids, ["12", "(OCoLC)123", "FCC005", "378890"]);
        assert_eq!(
            facts.unique_ids,
            [
                "(lccn)2001012345",
                "(nucmc)ms1",
                "(nbn)8124716",
                "(ian)9782200371005",
                "ocolc123",
                "(FI-MELINDA)005"
            ]
        );
        assert_eq!(facts.isbns, ["9789513148362"]);
        assert_eq!(facts.page_count, "551");
        assert_eq!(
            (facts.series_issn.as_str(), facts.series_numbering.as_str()),
            ("1239-6117", "7")
        );
    }
}
