//! What BM25 asks of a field: documents that have it, its mean length in them, and the weight of a
//! term, as Lucene computes them (engine-mapping §4.3).

use std::sync::Arc;
use tantivy::columnar::ColumnIndex;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::{Field, FieldType};
use tantivy::{Searcher, Term};

const K1: f32 = 1.2;
const B: f32 = 0.75;
/// tantivy's weights carry a factor that Lucene has dropped.
pub(super) const LUCENE_SCALE: f32 = 1.0 / (1.0 + K1);

/// Statistics of one field over a generation, deleted documents included, as in Lucene.
#[derive(Debug)]
pub(super) struct FieldStatistics {
    /// Documents that have the field.
    pub(super) documents: u64,
    /// Tokens of the field in all of them, by the lengths that the index keeps.
    pub(super) tokens: u64,
    /// By length code: what is added to the frequency under the line.
    pub(super) lengths: Arc<[f32; 256]>,
}

impl FieldStatistics {
    pub(super) fn read(searcher: &Searcher, field: Field) -> tantivy::Result<Self> {
        let (mut documents, mut tokens) = (0u64, 0u64);
        let entry = searcher.schema().get_field_entry(field);
        let has_lengths = matches!(
            entry.field_type(),
            FieldType::Str(options)
                if options.get_indexing_options().is_some_and(|indexing| indexing.fieldnorms())
        );
        for reader in searcher.segment_readers() {
            if has_lengths {
                let Some(norms) = reader.fieldnorms_readers().get_field(field)? else { continue };
                let mut by_code = [0u64; 256];
                for document in 0..reader.max_doc() {
                    by_code[usize::from(norms.fieldnorm_id(document))] += 1;
                }
                for (code, count) in (0u8..=255).zip(by_code).skip(1) {
                    documents += count;
                    tokens += count * u64::from(FieldNormReader::id_to_fieldnorm(code));
                }
            } else if entry.is_fast()
                && let Some(column) = reader.fast_fields().str(entry.name())?
            {
                let values = u64::from(column.ords().values.num_vals());
                tokens += values;
                documents += match &column.ords().index {
                    ColumnIndex::Empty { .. } => 0,
                    ColumnIndex::Full => u64::from(reader.max_doc()),
                    ColumnIndex::Optional(_) => values,
                    ColumnIndex::Multivalued(index) => index.iter_non_null_docs().count() as u64,
                };
            } else {
                let all = u64::from(reader.max_doc());
                documents += all;
                tokens += all;
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a mean does not need every digit")]
        let mean = if documents == 0 { 1.0 } else { tokens as f32 / documents as f32 };
        let mut lengths = [0.0; 256];
        for (code, slot) in (0u8..=255).zip(&mut lengths) {
            #[expect(clippy::cast_precision_loss, reason = "lengths are codes of eight bits")]
            let length = FieldNormReader::id_to_fieldnorm(code) as f32;
            *slot = K1 * (1.0 - B + B * length / mean);
        }
        Ok(FieldStatistics { documents, tokens, lengths: Arc::new(lengths) })
    }

    /// Inverse document frequency of a term that this many documents have.
    pub(super) fn idf(&self, frequency: u64) -> f32 {
        let all = self.documents.max(frequency);
        #[expect(clippy::cast_precision_loss, reason = "a logarithm does not need every digit")]
        let (n, rest) = (frequency as f32, (all - frequency) as f32);
        (1.0 + (rest + 0.5) / (n + 0.5)).ln()
    }
}

/// The statistics of one field for queries that compute their own weights.
pub(super) struct OneField<'a> {
    pub(super) statistics: &'a FieldStatistics,
    pub(super) searcher: &'a Searcher,
}

impl Bm25StatisticsProvider for OneField<'_> {
    fn total_num_tokens(&self, _field: Field) -> tantivy::Result<u64> {
        Ok(self.statistics.tokens)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.statistics.documents)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.searcher.doc_freq(term)
    }
}
