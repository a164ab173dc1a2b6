//! Kirjo: a Finna-compatible search API server. See `ARCHITECTURE.md` for the map.

pub mod config;
pub mod dedup;
pub mod formats;
pub mod mapping;
pub mod marc;
pub mod record;
pub mod store;
pub mod text;
pub mod xml;
