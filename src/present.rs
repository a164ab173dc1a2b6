//! "Here is a record, a field list and a language: here is the API record."
//!
//! Driven by one static table of fields ([`ApiField`]): the check of `field[]`, the defaults and the
//! API's description are made from it. Rendering is a pure function of the record, its index fields,
//! the fields asked for and the language; only what is asked for is computed, and the record itself
//! is parsed at most once, when a field needs it.

mod aipa;
mod ead;
mod ead3;
mod forward;
mod full_record;
mod images;
mod lido;
mod lrmi;
mod marc;
mod numbers;
mod online;
mod open_url;
mod people;
mod qdc;
mod returned;
mod rights;
mod subjects;
mod table;
mod value;
mod view;

pub use table::ApiField;
pub use value::ApiValue;
pub use view::{Document, Occasion, RuleSet};

use crate::config::{Schema, Translations};
use returned::ReturnedFields;
use std::borrow::Cow;
use std::sync::Arc;
use view::RecordView;

/// Shows records; holds what all answers share.
#[derive(Debug, Clone)]
pub struct Presenter {
    translations: Arc<Translations>,
    returned: ReturnedFields,
}

impl Presenter {
    /// A presenter with these texts, over an index of this schema; `hierarchical` names the fields
    /// whose values are paths.
    pub fn new(
        translations: Arc<Translations>,
        schema: Arc<Schema>,
        hierarchical: Vec<String>,
    ) -> Self {
        Presenter { translations, returned: ReturnedFields::new(schema, hierarchical) }
    }

    /// The same for documents that come as Solr returns them: nothing is sorted, copied or left out.
    #[must_use]
    pub fn of_returned_documents(mut self) -> Self {
        self.returned.as_given();
        self
    }

    /// The display texts.
    pub fn translations(&self) -> &Translations {
        &self.translations
    }

    /// The record as an object of the asked fields, in that order, before empty values are cleared
    /// away (finna-api §3.4).
    pub fn record(
        &self,
        document: &Document<'_>,
        fields: &[&'static ApiField],
        occasion: Occasion,
    ) -> ApiValue {
        let view = RecordView::new(document, self, occasion);
        let pairs = fields.iter().map(|field| (Cow::Borrowed(field.name), field.value(&view)));
        ApiValue::Object(pairs.collect())
    }

    /// Where an image of the record really is; `index` counts as in `images`. A size that the image
    /// does not have is given as the nearest one.
    pub fn image_address(
        &self,
        document: &Document<'_>,
        index: usize,
        size: &str,
        occasion: Occasion,
    ) -> Option<String> {
        let view = RecordView::new(document, self, occasion);
        let image = view.images().get(index)?;
        [size, "large", "medium", "small"]
            .iter()
            .find_map(|size| image.url(size))
            .map(str::to_owned)
    }
}
