//! Text and parameters → engine-neutral AST: search types, the query language, filters, ranges.
//!
//! The AST keeps the user's text in [`Query::EDisMax`] and [`Query::Lucene`] as long as possible:
//! the embedded engine expands it with [`expand`], an engine with its own parser takes it as it is.

mod ast;
mod clauses;
mod date_range;
mod describe;
mod edismax;
mod expand;
mod filters;
mod lucene;
mod normalise;
mod rules;
mod search_types;
mod user;
mod wkt;

pub use ast::{
    Bool, DisMaxSettings, DisMaxText, Filter, FilterTag, GeoFigure, GeoPoint, GeoShape, Query,
    RangeEnd,
};
pub use date_range::{DateSpan, parse_date_span};
pub(crate) use date_range::{civil_from_days, parse_instant, parse_stored_instant};
pub use describe::{QueryCost, describe, query_cost};
pub use expand::{ExpandError, canonical_text, expand};
pub(crate) use filters::parse_intersects;
pub use filters::{FilterError, FilterList, FilterPart, near};
pub use normalise::ForbiddenText;
pub use rules::SearchRules;
pub use search_types::{BuiltQuery, SearchTypes};
pub use user::{BoolWord, QueryGroup, QueryTerm, UserQuery};
pub(crate) use wkt::{Wkt, parse_wkt};
