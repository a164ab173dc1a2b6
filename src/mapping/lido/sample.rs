//! Records for the tests of the topics.

use super::view::View;
use crate::config::{DriverParams, IngestSettings, SourceSettings};
use crate::mapping::{MapContext, NoLinks};
use crate::record::RecordFormat;
use crate::xml::parse;

/// Runs `test` with a source of these driver parameters.
pub(super) fn with_context<R>(
    parameters: &[(&str, &str)],
    test: impl FnOnce(&MapContext<'_>) -> R,
) -> R {
    let ingest = IngestSettings::default();
    let parameters = parameters.iter().map(|(name, v)| ((*name).to_owned(), (*v).to_owned()));
    let mut source = SourceSettings::new("src", RecordFormat::Lido);
    source.params = DriverParams(parameters.collect());
    test(&MapContext { ingest: &ingest, source: &source, links: &NoLinks, current_year: 2026 })
}

/// Runs `test` with the view of a `lido` element.
pub(super) fn with_view<R>(
    lido: &str,
    parameters: &[(&str, &str)],
    test: impl FnOnce(&View<'_, '_>) -> R,
) -> R {
    let tree = parse(lido).expect("the sample is well-formed");
    with_context(parameters, |context| test(&View::new(tree.root(), context)))
}

/// A Finnish record of this work type with more descriptive parts.
pub(super) fn descriptive(work_type: &str, parts: &str) -> String {
    descriptive_in("fi", work_type, parts)
}

/// A record of this language and work type with more descriptive parts.
pub(super) fn descriptive_in(language: &str, work_type: &str, parts: &str) -> String {
    format!(
        "<lido><lidoRecID>1</lidoRecID><descriptiveMetadata lang='{language}'>\
         <objectClassificationWrap><objectWorkTypeWrap><objectWorkType><term>{work_type}</term>\
         </objectWorkType></objectWorkTypeWrap></objectClassificationWrap>{parts}\
         </descriptiveMetadata></lido>"
    )
}
