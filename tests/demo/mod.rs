//! The sample records behind Finna's face, without sockets: the index lies in memory, the store in
//! a folder that lives as long as the tests.

#![allow(dead_code, unreachable_pub, reason = "tests use different parts of it")]

use kirjo::api::Finna;
use kirjo::config::{ConfigFolder, IngestSettings, Schema, Sources};
use kirjo::engine::Engine;
use kirjo::engine::embedded::EmbeddedEngine;
use kirjo::formats::ReadOptions;
use kirjo::ingest::{IngestOptions, SilentProgress, Workplace, full_record, ingest};
use kirjo::query::SearchRules;
use kirjo::search::{SearchService, StoreSearch};
use kirjo::store::Store;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const SAMPLES: [(&str, &str); 9] = [
    ("kaupunki", "marc/city-library.mrc"),
    ("yliopisto", "marc/university.mrc"),
    ("tutkimus", "marcxml/research-library.xml"),
    ("museo", "lido/museum.xml"),
    ("taide", "lido/art-museum.xml"),
    ("arkisto", "ead/roos-archive.xml"),
    ("keskusarkisto", "ead3/sawmill-archive.xml"),
    ("julkaisu", "qdc/repository.xml"),
    ("avoin", "dc/open-collection.xml"),
];

/// Records behind a face.
pub struct Demo {
    pub finna: Arc<Finna>,
    pub service: Arc<dyn SearchService>,
    pub documents: u64,
    _folder: tempfile::TempDir,
}

/// The sample records with the configuration of the project.
pub fn samples() -> Demo {
    build(&ConfigFolder::BuiltIn, &sample_files())
}

/// Source id and file of every sample.
pub fn sample_files() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-records");
    SAMPLES.iter().map(|(source, file)| ((*source).to_owned(), folder.join(file))).collect()
}

/// Files of records, each with its source, under a configuration.
pub fn build(config: &ConfigFolder, files: &[(String, PathBuf)]) -> Demo {
    let folder = tempfile::tempdir().expect("a folder");
    let schema = Arc::new(Schema::load(config).expect("the schema"));
    let settings = Arc::new(IngestSettings::load(config).expect("the ingest settings"));
    let sources = Arc::new(Sources::load(config, &settings).expect("the sources"));
    let engine = EmbeddedEngine::in_memory(Arc::clone(&schema)).expect("an index in memory");
    let workplace = Workplace {
        store: Arc::new(Store::open(folder.path()).expect("a store")),
        engine: Arc::new(engine),
        schema: Arc::clone(&schema),
        ingest: settings,
        sources,
    };
    for (source, file) in files {
        let source = workplace.sources.get(source).expect("settings of the source");
        let record_path = source.record_xpath.as_deref().map(|path| path.parse().expect("a path"));
        let read =
            ReadOptions { format: Some(source.format), record_path, ..ReadOptions::default() };
        let options = IngestOptions::default();
        let report = ingest(
            &workplace,
            source,
            std::slice::from_ref(file),
            &read,
            &options,
            &SilentProgress,
        )
        .expect("the records are ingested");
        assert_eq!(report.rejected, 0, "{}: {report}", file.display());
        assert!(
            report.unknown_fields.is_empty(),
            "{}: {:?}",
            file.display(),
            report.unknown_fields
        );
    }
    let rules = SearchRules::load(config, schema).expect("the search rules");
    let engine: Arc<dyn Engine> = Arc::clone(&workplace.engine);
    let service: Arc<dyn SearchService> = Arc::new(StoreSearch::new(
        Arc::clone(&workplace.store),
        engine,
        rules,
        full_record(&workplace),
        Duration::from_secs(10),
    ));
    let finna = Arc::new(Finna::new(Arc::clone(&service), config).expect("the face"));
    Demo { finna, service, documents: workplace.engine.document_count(), _folder: folder }
}
