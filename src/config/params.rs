//! Settings of a source from a JSON file of parameters, as the golden data state them: `source`,
//! `format`, and `dataSource` with the peer's keys.

use super::import::import_peer_settings;
use super::{ConfigError, ConfigFolder, IngestSettings, SourceSettings};
use serde_json::{Map, Value};
use std::fmt::Write;

/// Reads the parameters; `name` is for messages, `source` the id if the file names none. The keys
/// go through the same conversion as a `datasources.ini`.
pub fn source_from_params(
    name: &str,
    text: &str,
    source: &str,
    ingest: &IngestSettings,
    folder: &ConfigFolder,
) -> Result<SourceSettings, ConfigError> {
    let params: Map<String, Value> = serde_json::from_str(text)
        .map_err(|error| ConfigError::new(name, error.line(), error.to_string()))?;
    let id = params.get("source").and_then(Value::as_str).unwrap_or(source);
    let empty = Map::new();
    let settings = params.get("dataSource").and_then(Value::as_object).unwrap_or(&empty);
    let mut ini = format!("[{id}]\n");
    let mut line = |key: &str, value: &Value| {
        let written = match value {
            Value::String(text) => format!("\"{}\"", text.replace('"', "\\\"")),
            other => other.to_string(),
        };
        // Writing to a string cannot fail.
        let _written = writeln!(ini, "{key} = {written}");
    };
    if !settings.contains_key("format") {
        line("format", params.get("format").unwrap_or(&Value::Null));
    }
    if !settings.contains_key("institution") {
        line("institution", &Value::from(id));
    }
    for (key, value) in settings {
        match value {
            Value::Array(values) => values.iter().for_each(|v| line(&format!("{key}[]"), v)),
            Value::Object(entries) => {
                entries.iter().for_each(|(k, v)| line(&format!("{key}[{k}]"), v));
            }
            one => line(key, one),
        }
    }
    let mut converted = import_peer_settings(name, &ini)?;
    let Some((_, toml)) = converted.pop() else {
        return Err(ConfigError::new(name, 0, "holds no settings of a source"));
    };
    SourceSettings::parse(id, name, &toml, ingest, folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn params_become_settings() {
        let folder = ConfigFolder::BuiltIn;
        let ingest = IngestSettings::load(&folder).unwrap();
        let text = r#"{"format": "lido", "source": "src1", "dataSource": {
            "institution": "TestInst", "format": "lido", "dedup": true,
            "driverParams": ["defaultDisplayLanguage=sv"]}}"#;
        let source = source_from_params("p.json", text, "x", &ingest, &folder).unwrap();
        assert_eq!((source.id.as_str(), source.institution.as_str()), ("src1", "TestInst"));
        assert_eq!(source.params.get("defaultDisplayLanguage"), Some("sv"));
        assert!(source.dedup);
        let error = source_from_params("p.json", "{", "x", &ingest, &folder).unwrap_err();
        assert!(error.to_string().starts_with("p.json:1: "), "{error}");
    }
}
