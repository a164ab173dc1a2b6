//! Opening, writing and searching the index; one writer for its whole life.

use super::collect::PageCollector;
use super::document;
use super::layout::{Layout, ORDINAL, tokenizers};
use super::lower::Lowering;
use crate::config::Schema;
use crate::engine::{Engine, EngineAnswer, EngineDocument, EngineError, EngineRequest};
use crate::query::{Filter, Query, expand};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use tantivy::directory::MmapDirectory;
use tantivy::indexer::LogMergePolicy;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query as TantivyQuery};
use tantivy::schema::Field;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};

/// Memory of the writer's arenas, all threads together.
const WRITER_MEMORY: usize = 200 << 20;
/// Share of deleted documents at which a segment is merged although it is large.
const DELETED_SHARE: f32 = 0.25;

/// tantivy under one folder.
pub struct EmbeddedEngine {
    layout: Layout,
    schema: Arc<Schema>,
    index: Index,
    reader: IndexReader,
    writer: Mutex<Option<IndexWriter>>,
}

impl std::fmt::Debug for EmbeddedEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedEngine").field("documents", &self.document_count()).finish()
    }
}

fn failed<E>(doing: &'static str) -> impl FnOnce(E) -> EngineError
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    move |error| EngineError::Index { doing, source: error.into() }
}

impl EmbeddedEngine {
    /// Opens the index in `folder`, or makes a new one. An index with other fields than
    /// `schema.toml` says is an error that names the way out.
    pub fn open(folder: &Path, schema: Arc<Schema>) -> Result<Self, EngineError> {
        std::fs::create_dir_all(folder).map_err(failed("making the index folder"))?;
        let layout = Layout::new(&schema);
        let directory = MmapDirectory::open(folder).map_err(failed("opening the index folder"))?;
        let exists = Index::exists(&directory).map_err(failed("looking for an index"))?;
        let index = if exists {
            let index = Index::open(directory).map_err(failed("opening the index"))?;
            if index.schema() != layout.schema {
                return Err(EngineError::Index {
                    doing: "opening the index",
                    source: "its fields are not those of index-config/schema.toml; run \
                             `kirjo index rebuild`"
                        .into(),
                });
            }
            index
        } else {
            Index::create(directory, layout.schema.clone(), tantivy::IndexSettings::default())
                .map_err(failed("making a new index"))?
        };
        Self::with_index(index, layout, schema)
    }

    /// An index in memory, for tests.
    pub fn in_memory(schema: Arc<Schema>) -> Result<Self, EngineError> {
        let layout = Layout::new(&schema);
        let index = Index::create_in_ram(layout.schema.clone());
        Self::with_index(index, layout, schema)
    }

    fn with_index(
        mut index: Index,
        layout: Layout,
        schema: Arc<Schema>,
    ) -> Result<Self, EngineError> {
        index.set_tokenizers(tokenizers());
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(failed("opening the index for reading"))?;
        Ok(EmbeddedEngine { layout, schema, index, reader, writer: Mutex::new(None) })
    }

    /// The writer, opened when it is first needed and kept from then on.
    fn writer(&self) -> Result<MutexGuard<'_, Option<IndexWriter>>, EngineError> {
        let mut guard = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if guard.is_none() {
            let threads = std::thread::available_parallelism().map_or(1, |n| n.get().min(4));
            let writer: IndexWriter = self
                .index
                .writer_with_num_threads(threads, WRITER_MEMORY)
                .map_err(failed("opening the index for writing"))?;
            let mut policy = LogMergePolicy::default();
            policy.set_del_docs_ratio_before_merge(DELETED_SHARE);
            writer.set_merge_policy(Box::new(policy));
            *guard = Some(writer);
        }
        Ok(guard)
    }

    fn with_writer<T>(
        &self,
        work: impl FnOnce(&mut IndexWriter) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let mut guard = self.writer()?;
        match guard.as_mut() {
            Some(writer) => work(writer),
            None => Err(EngineError::Index {
                doing: "writing to the index",
                source: "the writer is gone".into(),
            }),
        }
    }

    fn id_term(&self, id: &str) -> Term {
        let field: Field = self.layout.id;
        Term::from_field_text(field, id)
    }

    /// Query and filters as one tantivy query.
    fn whole_query(&self, request: &EngineRequest) -> Result<Box<dyn TantivyQuery>, EngineError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let lowering = Lowering {
            layout: &self.layout,
            now: i64::try_from(now.as_millis()).unwrap_or(i64::MAX),
        };
        let expanded = |query: &Query| {
            expand(query.clone(), &self.schema).map_err(|e| EngineError::Invalid(e.to_string()))
        };
        let main = lowering.query(&expanded(&request.query)?)?;
        if request.filters.is_empty() {
            return Ok(main);
        }
        let mut clauses = vec![(Occur::Must, main)];
        for Filter { query, .. } in &request.filters {
            // A plain exclusion becomes an exclusion of the whole, which skips instead of scanning.
            match expanded(query)? {
                Query::Bool(parts)
                    if parts.should.is_empty() && parts.must.iter().all(Query::is_all) =>
                {
                    for excluded in &parts.must_not {
                        clauses.push((Occur::MustNot, lowering.query(excluded)?));
                    }
                }
                other => {
                    let filter = ConstScoreQuery::new(lowering.query(&other)?, 0.0);
                    clauses.push((Occur::Must, Box::new(filter)));
                }
            }
        }
        Ok(Box::new(BooleanQuery::new(clauses)))
    }
}

impl Engine for EmbeddedEngine {
    fn search(&self, request: &EngineRequest) -> Result<EngineAnswer, EngineError> {
        for facet in &request.facets {
            if self.schema.field(&facet.field).is_none() {
                return Err(EngineError::Invalid(format!("undefined field {}", facet.field)));
            }
        }
        let query = self.whole_query(request)?;
        let expired = Arc::new(AtomicBool::new(false));
        let keep =
            if request.limit == 0 { 0 } else { request.offset.saturating_add(request.limit) };
        let searcher = self.reader.searcher();
        let collector = PageCollector {
            sort: request.sort,
            keep,
            facets: &request.facets,
            deadline: request.deadline,
            expired: Arc::clone(&expired),
        };
        let page = searcher.search(&*query, &collector).map_err(failed("searching the index"))?;
        if expired.load(Ordering::Relaxed) {
            return Err(EngineError::TimedOut);
        }
        let counted = page.facets.into_iter().zip(&request.facets);
        Ok(EngineAnswer {
            total: page.total,
            hits: page.hits.into_iter().skip(request.offset).take(request.limit).collect(),
            facets: counted.map(|(counts, facet)| counts.ranked(facet)).collect(),
        })
    }

    fn upsert(&self, document: EngineDocument<'_>) -> Result<(), EngineError> {
        let built: TantivyDocument = document::build(document, &self.layout, &self.schema);
        self.with_writer(|writer| {
            writer.delete_term(self.id_term(document.id));
            writer.add_document(built).map(drop).map_err(failed("adding a document"))
        })
    }

    fn delete(&self, id: &str) -> Result<(), EngineError> {
        self.with_writer(|writer| {
            writer.delete_term(self.id_term(id));
            Ok(())
        })
    }

    fn clear(&self) -> Result<(), EngineError> {
        self.with_writer(|writer| {
            writer.delete_all_documents().map(drop).map_err(failed("clearing the index"))
        })
    }

    fn commit(&self, generation: u64) -> Result<(), EngineError> {
        self.with_writer(|writer| {
            let mut prepared = writer.prepare_commit().map_err(failed("preparing a commit"))?;
            prepared.set_payload(&generation.to_string());
            prepared.commit().map(drop).map_err(failed("committing the index"))
        })?;
        self.reader.reload().map_err(failed("opening the new generation"))
    }

    fn generation(&self) -> Result<u64, EngineError> {
        let meta = self.index.load_metas().map_err(failed("reading the index's generation"))?;
        Ok(meta.payload.and_then(|payload| payload.parse().ok()).unwrap_or(0))
    }

    fn document_count(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    fn ordinals(&self) -> Result<Vec<u64>, EngineError> {
        let searcher = self.reader.searcher();
        let mut found = Vec::with_capacity(usize::try_from(searcher.num_docs()).unwrap_or(0));
        for segment in searcher.segment_readers() {
            let column =
                segment.fast_fields().u64(ORDINAL).map_err(failed("reading the ordinals"))?;
            found.extend(segment.doc_ids_alive().filter_map(|document| column.first(document)));
        }
        Ok(found)
    }

    fn check(&self) -> Result<Vec<String>, EngineError> {
        let damaged =
            self.index.validate_checksum().map_err(failed("checking the files of the index"))?;
        Ok(damaged.iter().map(|file| format!("{} is damaged", file.display())).collect())
    }
}
