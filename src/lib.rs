//! Kirjo: a Finna-compatible search API server. See `ARCHITECTURE.md` for the map.

pub mod api;
pub mod bench;
pub mod cli;
pub mod config;
pub mod dedup;
pub mod engine;
pub mod formats;
pub mod generate;
pub mod ingest;
pub mod mapping;
pub mod marc;
pub mod present;
pub mod query;
pub mod record;
pub mod search;
pub mod store;
pub mod text;
pub mod xml;
