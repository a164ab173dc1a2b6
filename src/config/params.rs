//! Settings of a source from a JSON file of parameters, as the golden data state them: `source`,
//! `format`, `oaiId`, and `dataSource` with the peer's keys.

use super::import::{Entry, Section, source};
use super::{ConfigError, ConfigFolder, IngestSettings, SourceSettings};
use serde_json::{Map, Value};

/// What a file of parameters states.
#[derive(Debug, Clone)]
pub struct SourceParams {
    /// Settings of the source.
    pub settings: SourceSettings,
    /// Identifier from a harvest, for records that have none.
    pub oai_id: Option<String>,
}

/// Reads the parameters; `name` is for messages, `source_id` the id if the file names none. The keys
/// go through the same conversion as a `datasources.ini`, but for its quotation marks: a text is
/// what JSON says it is. Line numbers of errors are those of the JSON; a wrong setting has none.
pub fn source_from_params(
    name: &str,
    text: &str,
    source_id: &str,
    ingest: &IngestSettings,
    folder: &ConfigFolder,
) -> Result<SourceParams, ConfigError> {
    let params: Map<String, Value> = serde_json::from_str(text)
        .map_err(|error| ConfigError::new(name, error.line(), error.to_string()))?;
    let text_of = |key: &str| params.get(key).and_then(Value::as_str);
    let id = text_of("source").unwrap_or(source_id);
    let empty = Map::new();
    let settings = params.get("dataSource").and_then(Value::as_object).unwrap_or(&empty);
    let mut entries = Vec::new();
    let mut add = |name, sub, value| entries.push(Entry { line: 0, name, sub, value });
    if let (None, Some(format)) = (settings.get("format"), text_of("format")) {
        add("format", None, format.to_owned());
    }
    if !settings.contains_key("institution") {
        add("institution", None, id.to_owned());
    }
    for (key, value) in settings {
        match value {
            Value::Array(values) => {
                values.iter().for_each(|value| add(key, Some(""), setting(value)));
            }
            Value::Object(entries) => {
                entries.iter().for_each(|(sub, value)| add(key, Some(sub), setting(value)));
            }
            one => add(key, None, setting(one)),
        }
    }
    let toml = source(name, &Section { id, entries })?;
    let settings = SourceSettings::parse(id, name, &toml, ingest, folder)
        .map_err(|error| ConfigError { line: 0, ..error })?;
    let oai_id = text_of("oaiId").filter(|id| !id.is_empty()).map(str::to_owned);
    Ok(SourceParams { settings, oai_id })
}

/// A value as an INI file gives it; a list in a table is a comma list.
fn setting(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(false) => String::new(),
        Value::Bool(true) => "1".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(setting).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SourceParams, ConfigError> {
        let folder = ConfigFolder::BuiltIn;
        let ingest = IngestSettings::load(&folder).expect("settings");
        source_from_params("p.json", text, "x", &ingest, &folder)
    }

    #[test]
    fn params_become_settings() {
        let params = read(
            r#"{"format": "lido", "source": "src1", "oaiId": "oai:a:1", "dataSource": {
            "institution": "TestInst", "format": "lido", "dedup": true,
            "fieldRules": ["copy a b match=\"/suot\\d/i\"", "copy c d default=\"a b\""],
            "recordSplitterParams": {"nonInheritedFields": ["origination", "container"]},
            "driverParams": [
                "defaultDisplayLanguage=sv", "classifications = \"245a=title\"",
                "fullTextXpaths[]=//a"
            ]}}"#,
        )
        .expect("good parameters");
        assert_eq!(params.oai_id.as_deref(), Some("oai:a:1"));
        let source = params.settings;
        assert_eq!((source.id.as_str(), source.institution.as_str()), ("src1", "TestInst"));
        assert_eq!(source.params.get("defaultDisplayLanguage"), Some("sv"));
        assert_eq!(source.params.get("classifications"), Some("245a=title"));
        assert_eq!(source.params.get("fullTextXpaths"), Some("//a"));
        assert_eq!(source.splitter["nonInheritedFields"], "origination,container");
        assert!(source.dedup);
        let filter = source.field_rules[0].filter.as_ref().expect("a filter");
        assert!(filter.fits("SUOT1") && !filter.fits("muu"));
        assert_eq!(source.field_rules[1].default.as_deref(), Some("a b"));
    }

    #[test]
    fn faults() {
        for (text, message) in [
            ("{", "p.json:1: "),
            ("{}", "p.json: missing field `format`"),
            (r#"{"format": "marc", "dataSource": {"fieldRules": ["do"]}}"#, "p.json: `do` does"),
        ] {
            let error = read(text).expect_err(text).to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
