//! `/v1/record` (finna-api §5), and which fields of records are shown (§7.1).

use super::output::Body;
use super::{Finna, Refusal};
use crate::api::json;
use crate::api::params::{Param, Params};
use crate::config::Locale;
use crate::present::{ApiField, Document};
use crate::query::UserQuery;
use crate::search::{SearchError, SearchRequest, SortOrder, StoredDocument};
use std::sync::Arc;

pub(super) use crate::present::Occasion;

/// Ids that are looked up at once.
const BATCH: usize = 100;

/// The fields that a client asks for.
#[derive(Debug, Clone)]
pub(super) enum Fields {
    /// A list, in the order asked; names that are no fields are left out.
    Listed(Vec<&'static ApiField>),
    /// `field` is no list, so there are no fields.
    None,
}

impl Fields {
    /// Reads `field[]`; without it the default fields are meant.
    pub(super) fn read(params: &Params) -> Self {
        match params.get("field") {
            None => Fields::Listed(ApiField::defaults().collect()),
            Some(Param::Text(_)) => Fields::None,
            Some(list) => {
                let mut fields: Vec<&'static ApiField> = Vec::new();
                let names = list.as_list().unwrap_or_default();
                for field in names.into_iter().filter_map(ApiField::named) {
                    if !fields.iter().any(|known| std::ptr::eq(*known, field)) {
                        fields.push(field);
                    }
                }
                Fields::Listed(fields)
            }
        }
    }

    /// False if the client asks for no fields; a list of unknown names is asking.
    pub(super) fn are_asked(&self) -> bool {
        matches!(self, Fields::Listed(_))
    }

    /// True if a record can have any of the fields.
    pub(super) fn name_any(&self) -> bool {
        !self.list().is_empty()
    }

    fn list(&self) -> &[&'static ApiField] {
        match self {
            Fields::Listed(fields) => fields,
            Fields::None => &[],
        }
    }
}

impl Finna {
    /// Answers a request for one or several records.
    pub(super) fn record(
        &self,
        params: &Params,
        locale: Locale,
        mut body: Body,
    ) -> Result<Body, Refusal> {
        let fields = Fields::read(params);
        let gap = body.gap("resultCount");
        let mut count = 0;
        match params.get("id") {
            None => return Err(Refusal::bad("Missing id")),
            Some(Param::Text(id)) => {
                if !id.is_empty() {
                    let found = self.service.records(std::slice::from_ref(id))?;
                    let occasion = Occasion::single_record(locale);
                    count = self.write_records(found, &fields, occasion, &mut body)?;
                }
                if count == 0 {
                    return Err(Refusal::bad("Error loading record"));
                }
            }
            Some(list) => {
                let mut ids: Vec<String> = Vec::new();
                for id in list.as_list().unwrap_or_default() {
                    if !id.is_empty() && !ids.iter().any(|known| known == id) {
                        ids.push(id.to_owned());
                    }
                }
                let occasion = Occasion::record_list(locale);
                for batch in ids.chunks(BATCH) {
                    let found = self.service.records(batch)?;
                    count += self.write_records(found, &fields, occasion, &mut body)?;
                }
            }
        }
        body.fill(gap, count);
        Ok(body)
    }

    /// Writes `records`, each as soon as it is read; nothing of a record that has none of the
    /// fields. The number of documents.
    pub(super) fn write_records(
        &self,
        documents: impl Iterator<Item = Result<Arc<StoredDocument>, SearchError>>,
        fields: &Fields,
        occasion: Occasion,
        body: &mut Body,
    ) -> Result<i64, Refusal> {
        let fields = fields.list();
        let count_children = fields.iter().any(|field| field.name == "childRecordCount");
        let mut count = 0;
        for stored in documents {
            let stored = stored?;
            count += 1;
            let mut document =
                Document::new(&stored.id, stored.format, &stored.fields, &stored.full_record);
            document.group = &stored.group;
            if count_children {
                document.children = self.children_of(&stored)?;
            }
            let record = self.presenter.record(&document, fields, occasion);
            if let Some(record) = json::list_entry(record) {
                body.element("records", &record)?;
            }
        }
        Ok(count)
    }

    /// Records whose parent this one is; none for a record that is no part of a hierarchy.
    fn children_of(&self, stored: &StoredDocument) -> Result<i64, Refusal> {
        let hierarchy_id = stored.fields.first("is_hierarchy_id");
        if hierarchy_id.is_empty() {
            return Ok(0);
        }
        let query =
            UserQuery::Basic { lookfor: String::new(), search_type: "AllFields".to_owned() };
        let request = SearchRequest {
            query,
            filters: vec![format!("hierarchy_parent_id:\"{hierarchy_id}\"")],
            hidden_filters: Vec::new(),
            facets: Vec::new(),
            sort: SortOrder::Relevance,
            after: None,
            offset: 0,
            limit: 0,
        };
        let found = self.service.search(&request)?;
        Ok(i64::try_from(found.total).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_lists() {
        let names = |query: &str| match Fields::read(&Params::parse(query)) {
            Fields::None => None,
            Fields::Listed(fields) => Some(fields.iter().map(|f| f.name).collect::<Vec<_>>()),
        };
        assert_eq!(
            names("").expect("defaults"),
            [
                "buildings",
                "formats",
                "id",
                "imageRights",
                "images",
                "languages",
                "nonPresenterAuthors",
                "onlineUrls",
                "presenters",
                "rating",
                "series",
                "subjects",
                "title",
                "urls"
            ]
        );
        assert_eq!(
            names("field[]=title&field[]=no&field[]=id&field[]=title").expect("list"),
            ["title", "id"]
        );
        assert_eq!(names("field[]=").expect("list"), [""; 0]);
        assert_eq!(names("field=title"), None);
        assert_eq!(names("field[]=Title").expect("list"), [""; 0]);
    }
}
