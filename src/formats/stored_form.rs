//! An XML record as `kirjo export` writes it, so that `kirjo ingest` reads back what was stored: in
//! an element of ours where its own would not be found among others, or what stood around it counts.

use super::xml_stream::{EXPORTED, RecordPath, Selection, after_start_tag, root_names};
use crate::record::{Form, RawRecord, RecordFormat};
use crate::xml::{self, escape};

/// Between warnings in an attribute.
const BETWEEN: &str = " | ";

/// What is known of a stored record beside its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredForm {
    /// Local id of the first record split from the same finding aid, if this is another one.
    pub of: Option<String>,
    /// Identifier from the envelope that it came in.
    pub oai_id: Option<String>,
    /// What the reader had to mend.
    pub warnings: Vec<String>,
}

impl StoredForm {
    /// The record for a file with the root `<records>`; its bytes alone, if the reader finds it so
    /// under `record_path` (the source's `record_xpath`) and there is no more to say.
    pub fn write(&self, raw: &[u8], format: RecordFormat, record_path: Option<&str>) -> Vec<u8> {
        let path: Option<Result<RecordPath, String>> = record_path.map(str::parse);
        let is_found = match path.transpose() {
            Ok(path) => {
                let selection = Selection { path, format: Some(format) };
                selection.finds(root_names(raw), b"records")
            }
            Err(_) => false,
        };
        if is_found && *self == StoredForm::default() {
            return raw.to_vec();
        }
        let mut tag = format!("<{EXPORTED}");
        let warnings = (!self.warnings.is_empty()).then(|| self.warnings.join(BETWEEN));
        let said = [("of", &self.of), ("oai-id", &self.oai_id), ("warnings", &warnings)];
        for (name, value) in said {
            if let Some(value) = value {
                tag.push_str(&format!(" {name}=\""));
                escape(value, true, &mut tag);
                tag.push('"');
            }
        }
        tag.push('>');
        [tag.as_bytes(), raw, b"</", EXPORTED.as_bytes(), b">"].concat()
    }

    /// Takes a record out of the element that [`write`](Self::write) put it in; any other one is
    /// given back as it is, with nothing.
    pub fn open(raw: RawRecord) -> (RawRecord, Option<StoredForm>) {
        let is_ours = matches!(raw.form, Form::Xml | Form::MarcXml)
            && raw.bytes.strip_prefix(b"<").is_some_and(|b| b.starts_with(EXPORTED.as_bytes()));
        let opened = if is_ours { Self::opened(&raw.bytes) } else { None };
        let Some((stored, bytes)) = opened else { return (raw, None) };
        let oai_id = stored.oai_id.clone().or_else(|| raw.oai_id.clone());
        let mut warnings = stored.warnings.clone();
        warnings.extend(raw.warnings.iter().cloned());
        (RawRecord { bytes, oai_id, warnings, ..raw }, Some(stored))
    }

    fn opened(bytes: &[u8]) -> Option<(Self, Vec<u8>)> {
        let start = after_start_tag(bytes)?;
        let closing = format!("</{EXPORTED}");
        let end = memchr::memmem::rfind(bytes, closing.as_bytes())?;
        let tag = std::str::from_utf8(bytes.get(..start)?).ok()?;
        let tree = xml::parse(&format!("{tag}{closing}>")).ok()?;
        let said = |name: &str| tree.root().attr(name).map(str::to_owned);
        let stored = StoredForm {
            of: said("of"),
            oai_id: said("oai-id"),
            warnings: said("warnings").map_or_else(Vec::new, |warnings| {
                warnings.split(BETWEEN).map(str::to_owned).collect()
            }),
        };
        Some((stored, bytes.get(start..end)?.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{ReadOptions, Reader};

    /// Reads a file of one record.
    fn read_back(file: Vec<u8>, format: RecordFormat, path: Option<&str>) -> RawRecord {
        let record_path = path.map(|path| path.parse().expect("a path"));
        let options = ReadOptions { format: Some(format), record_path, ..ReadOptions::default() };
        let mut reader = Reader::from_stream("x", std::io::Cursor::new(file), options);
        let raw = reader.next().expect("a record").expect("readable");
        assert!(reader.next().is_none());
        raw
    }

    #[test]
    fn what_is_written_is_read_back() {
        use RecordFormat as F;
        let plain = StoredForm::default();
        let part = StoredForm { of: Some("a<\"&b".into()), ..StoredForm::default() };
        let harvested = StoredForm { oai_id: Some("oai:x:1".into()), ..StoredForm::default() };
        let mended =
            StoredForm { warnings: vec!["odd".into(), "more".into()], ..StoredForm::default() };
        for (raw, format, path, form, is_bare) in [
            ("<ead><control/></ead>", F::Ead3, Some("//ead"), &plain, true),
            ("<c level=\"x\"><did/></c>", F::Ead, Some("//ead"), &plain, false),
            ("<c level=\"x\"><did/></c>", F::Ead, None, &part, false),
            ("<archdesc><did/> </archdesc>", F::Ead3, Some("//ead"), &plain, false),
            ("<dc><title>x</title></dc>", F::Dc, Some("//metadata/dc"), &plain, false),
            ("<dc><title>x</title></dc>", F::Dc, Some("/records/dc"), &plain, true),
            ("<o:dc><title>x</title></o:dc>", F::Dc, Some("//dc"), &harvested, false),
            ("<record><leader/></record>", F::Marc, None, &plain, true),
            ("<record><leader/></record>", F::Marc, Some("//metadata/record"), &mended, false),
            ("<lidoWrap><lido:lido/></lidoWrap>", F::Lido, Some("//lido"), &plain, true),
            ("<lidoWrap><lido:lido/></lidoWrap>", F::Lido, None, &harvested, false),
        ] {
            let written = form.write(raw.as_bytes(), format, path);
            assert_eq!(written == raw.as_bytes(), is_bare, "{raw}");
            let file = [b"<records>\n", written.as_slice(), b"\n</records>\n"].concat();
            let (read, stored) = StoredForm::open(read_back(file, format, path));
            assert_eq!(String::from_utf8_lossy(&read.bytes), raw);
            assert_eq!(stored, (!is_bare).then(|| form.clone()), "{raw}");
            assert_eq!((&read.oai_id, &read.warnings), (&form.oai_id, &form.warnings), "{raw}");
        }
        for broken in ["<kirjo-record/>", "<kirjo-record", "<kirjo-record of='x'>"] {
            let raw = RawRecord {
                bytes: broken.as_bytes().to_vec(),
                ..read_back(b"<dc/>".to_vec(), RecordFormat::Dc, None)
            };
            assert_eq!(StoredForm::open(raw).1, None, "{broken}");
        }
    }
}
