//! Opening, writing and searching the index; one writer for its whole life.

use super::document;
use super::filters::FilterCache;
use super::generation::{Generation, lock};
use super::layout::{Layout, ORDINAL, tokenizers};
use super::search::Search;
use crate::config::Schema;
use crate::engine::{Engine, EngineAnswer, EngineDocument, EngineError, EngineRequest};
use arc_swap::ArcSwap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tantivy::directory::MmapDirectory;
use tantivy::directory::error::OpenReadError;
use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::indexer::{LogMergePolicy, NoMergePolicy};
use tantivy::schema::Field;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, TantivyError, Term};

/// Memory of the writer's arenas, all threads together.
const WRITER_MEMORY: usize = 400 << 20;
/// How often a check that meets a missing file is begun again.
const CHECKS: usize = 5;
/// Share of deleted documents at which a segment is merged although it is large.
const DELETED_SHARE: f32 = 0.25;

/// tantivy under one folder.
pub struct EmbeddedEngine {
    layout: Layout,
    schema: Arc<Schema>,
    index: Index,
    reader: IndexReader,
    generation: ArcSwap<Generation>,
    filters: FilterCache,
    /// Searches to prepare in every new generation.
    warm: Mutex<Vec<EngineRequest>>,
    writer: Mutex<Option<IndexWriter>>,
    /// A commit is durable but could not be made visible.
    is_behind: AtomicBool,
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

/// Tells damage from a disk that does not answer now.
fn opening(error: TantivyError) -> EngineError {
    let is_damage = match &error {
        TantivyError::IoError(io)
        | TantivyError::OpenReadError(OpenReadError::IoError { io_error: io, .. }) => matches!(
            io.kind(),
            ErrorKind::UnexpectedEof
                | ErrorKind::InvalidData
                | ErrorKind::InvalidInput
                | ErrorKind::NotFound
        ),
        _ => true,
    };
    if is_damage { EngineError::Damaged(error.into()) } else { failed("opening the index")(error) }
}

impl EmbeddedEngine {
    /// Opens the index in `folder`, or makes a new one. An index with other fields than
    /// `schema.toml` says is an error that names the way out.
    pub fn open(folder: &Path, schema: Arc<Schema>) -> Result<Self, EngineError> {
        std::fs::create_dir_all(folder).map_err(failed("making the index folder"))?;
        let directory = MmapDirectory::open(folder).map_err(failed("opening the index folder"))?;
        Self::in_directory(directory, schema)
    }

    /// The same in any directory of tantivy, for tests that let it fail.
    #[doc(hidden)]
    pub fn in_directory(
        directory: impl tantivy::Directory + Clone,
        schema: Arc<Schema>,
    ) -> Result<Self, EngineError> {
        let layout = Layout::new(&schema);
        let exists = Index::exists(&directory).map_err(failed("looking for an index"))?;
        let index = if exists {
            let index = Index::open(directory).map_err(opening)?;
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
        let reader: IndexReader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(opening)?;
        let generation = Generation::new(reader.searcher(), None).map_err(opening)?;
        Ok(EmbeddedEngine {
            layout,
            schema,
            index,
            reader,
            generation: ArcSwap::from_pointee(generation),
            filters: FilterCache::new(),
            warm: Mutex::default(),
            writer: Mutex::new(None),
            is_behind: AtomicBool::new(false),
        })
    }

    fn search_in(
        &self,
        generation: &Generation,
        request: &EngineRequest,
    ) -> Result<EngineAnswer, EngineError> {
        let search = Search {
            generation,
            filters: &self.filters,
            layout: &self.layout,
            schema: &self.schema,
            request,
        };
        search.run()
    }

    /// Makes the last commit visible. What searches need is computed before they see it.
    fn reload(&self) -> Result<(), EngineError> {
        self.is_behind.store(true, Ordering::Release);
        self.reader.reload().map_err(failed("opening the new generation"))?;
        let before = self.generation.load_full();
        let generation = Generation::new(self.reader.searcher(), Some(&before))
            .map_err(failed("preparing the new generation"))?;
        self.filters.retain_segments(&generation.searcher);
        for request in before.fronts().iter().chain(lock(&self.warm).iter()) {
            let request = EngineRequest { deadline: None, ..request.clone() };
            // What cannot be prepared, for the index has grown, must not keep new records back.
            if let Err(error) = self.search_in(&generation, &request) {
                tracing::warn!(%error, "a search cannot be prepared and will be slower");
            }
        }
        self.generation.store(Arc::new(generation));
        self.is_behind.store(false, Ordering::Release);
        Ok(())
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
            // A commit or merge that was cut off left files; done again it would give its own the
            // same names, and not be let.
            let swept = writer.garbage_collect_files().wait();
            swept.map_err(failed("removing the files of an unfinished commit"))?;
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
            Some(writer) => {
                let done = work(writer);
                if done.is_err() {
                    // A writer that has failed stays so. What it was given is marked in the store.
                    drop(guard.take());
                }
                done
            }
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
}

/// Divides segments into at most `most` parts of about as many documents.
fn even_parts(segments: &[SegmentMeta], most: usize) -> Vec<Vec<SegmentId>> {
    let mut parts: Vec<(u32, Vec<SegmentId>)> = vec![(0, Vec::new()); most];
    let mut by_size: Vec<_> = segments.iter().map(|s| (s.num_docs(), s.id())).collect();
    by_size.sort_unstable();
    for (documents, id) in by_size.into_iter().rev() {
        if let Some(least) = parts.iter_mut().min_by_key(|(documents, _)| *documents) {
            least.0 += documents;
            least.1.push(id);
        }
    }
    parts.into_iter().map(|(_, ids)| ids).collect()
}

impl Engine for EmbeddedEngine {
    fn search(&self, request: &EngineRequest) -> Result<EngineAnswer, EngineError> {
        self.search_in(&self.generation.load(), request)
    }

    fn keep_warm(&self, requests: Vec<EngineRequest>) -> Result<(), EngineError> {
        let generation = self.generation.load();
        for request in &requests {
            self.search_in(&generation, request)?;
        }
        *lock(&self.warm) = requests;
        Ok(())
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
        // A writer that has written before remembers old deletions, and `delete_all_documents`
        // sets its clock back to before them: they would take new documents away. A new writer
        // remembers nothing.
        drop(lock(&self.writer).take());
        self.with_writer(|writer| {
            writer.delete_all_documents().map(drop).map_err(failed("clearing the index"))
        })
    }

    fn abandon(&self) {
        drop(lock(&self.writer).take());
    }

    /// Segments stay as they were written: each document is merged once, at the end, instead of
    /// once for each level of the merge policy.
    fn expect_bulk(&self) -> Result<(), EngineError> {
        self.with_writer(|writer| {
            writer.set_merge_policy(Box::new(NoMergePolicy));
            Ok(())
        })
    }

    /// Merges the segments down to at most one for each core, each core one of them. Merges that
    /// run already are waited for first, with a writer of their own: the one that started them
    /// ends with them.
    fn compact(&self) -> Result<(), EngineError> {
        let running = lock(&self.writer).take();
        if let Some(writer) = running {
            writer.wait_merging_threads().map_err(failed("waiting for merges"))?;
        }
        let most = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        // What lives keeps its files, so the list must not outlive the merges.
        let parts = {
            let segments = self.index.searchable_segment_metas();
            even_parts(&segments.map_err(failed("listing segments"))?, most)
        };
        self.with_writer(|writer| {
            let merges: Vec<_> =
                parts.iter().filter(|part| part.len() > 1).map(|part| writer.merge(part)).collect();
            for merge in merges {
                merge.wait().map_err(failed("merging segments"))?;
            }
            Ok(())
        })?;
        self.reload()?;
        // Only now does no reader of ours hold the files of the segments that were merged.
        self.with_writer(|writer| {
            let swept = writer.garbage_collect_files().wait();
            swept.map(drop).map_err(failed("removing files of merged segments"))
        })
    }

    fn commit(&self, generation: u64) -> Result<(), EngineError> {
        self.with_writer(|writer| {
            let mut prepared = writer.prepare_commit().map_err(failed("preparing a commit"))?;
            prepared.set_payload(&generation.to_string());
            prepared.commit().map(drop).map_err(failed("committing the index"))
        })?;
        self.reload()
    }

    fn generation(&self) -> Result<u64, EngineError> {
        if self.is_behind.load(Ordering::Acquire) {
            self.reload()?;
        }
        let meta = self.index.load_metas().map_err(failed("reading the index's generation"))?;
        Ok(meta.payload.and_then(|payload| payload.parse().ok()).unwrap_or(0))
    }

    fn document_count(&self) -> u64 {
        self.generation.load().searcher.num_docs()
    }

    fn ordinals(&self) -> Result<Vec<u64>, EngineError> {
        let generation = self.generation.load_full();
        let searcher = &generation.searcher;
        let mut found = Vec::with_capacity(usize::try_from(searcher.num_docs()).unwrap_or(0));
        for segment in searcher.segment_readers() {
            let column =
                segment.fast_fields().u64(ORDINAL).map_err(failed("reading the ordinals"))?;
            found.extend(segment.doc_ids_alive().filter_map(|document| column.first(document)));
        }
        Ok(found)
    }

    fn check(&self) -> Result<Vec<String>, EngineError> {
        // A merge that ends meanwhile takes files away; then the list of files is another one.
        let mut checked = self.index.validate_checksum();
        for _ in 0..CHECKS {
            if checked.is_ok() {
                break;
            }
            checked = self.index.validate_checksum();
        }
        let damaged = checked.map_err(failed("checking the files of the index"))?;
        Ok(damaged.iter().map(|file| format!("{} is damaged", file.display())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigFolder;
    use tantivy::directory::RamDirectory;

    /// An index without `false` would answer wrong; it is told by the tokenizer's name.
    #[test]
    fn an_index_of_before_is_refused() {
        let schema = Arc::new(Schema::load(&ConfigFolder::BuiltIn).expect("the schema"));
        let layout = Layout::new(&schema).schema;
        let present = serde_json::to_string(&layout).expect("JSON");
        let before = present.replace("kirjo_truth", "raw");
        for (fields, is_refused) in [(present, false), (before, true)] {
            let folder = RamDirectory::create();
            let fields = serde_json::from_str(&fields).expect("fields");
            Index::create(folder.clone(), fields, tantivy::IndexSettings::default())
                .expect("an index");
            let opened = EmbeddedEngine::in_directory(folder, Arc::clone(&schema));
            let refusal = opened.err().map(|error| format!("{error:?}"));
            assert_eq!(refusal.is_some_and(|text| text.contains("index rebuild")), is_refused);
        }
    }
}
