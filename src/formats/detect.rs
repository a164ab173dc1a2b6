//! What bytes are, by their look (ingest-marc §1.1).

use super::iso2709::is_blank;
use super::xml_stream::recognise_head;
use crate::record::{Form, RecordFormat};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// A format and how it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DetectedFormat {
    /// The driver that fits.
    pub format: RecordFormat,
    /// The form of the file.
    pub form: Form,
}

/// Bytes at the start of a stream that are enough to tell its form.
pub(super) const HEAD: usize = 4096;

/// Recognises the first record of a file from its first bytes (some KiB are enough). Compression is
/// not looked through. MARC authority records count as MARC.
pub fn detect(bytes: &[u8]) -> Option<DetectedFormat> {
    let decoded;
    let text = match utf16(bytes) {
        Some((encoding, mark)) => {
            decoded = encoding.decode_without_bom_handling(bytes.get(mark..)?).0;
            decoded.as_bytes()
        }
        None => bytes,
    };
    let form = detect_form(text)?;
    if form != Form::Xml {
        return Some(DetectedFormat { format: RecordFormat::Marc, form });
    }
    let format = recognise_head(text)?;
    let form = if format == RecordFormat::Marc { Form::MarcXml } else { Form::Xml };
    Some(DetectedFormat { format, form })
}

/// The form of a stream of bytes compatible with ASCII; all XML is [`Form::Xml`].
pub(super) fn detect_form(bytes: &[u8]) -> Option<Form> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let start = bytes.iter().position(|byte| !is_blank(*byte))?;
    let bytes = &bytes[start..];
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let after_tag = bytes.get(3..).unwrap_or(&[]);
    let is_separator = |text: &[u8]| {
        matches!(text.first(), Some(b' ' | b'\t')) || text.starts_with("‡".as_bytes())
    };
    match bytes {
        [b'<', ..] => Some(Form::Xml),
        [b'{' | b'[', ..] => Some(Form::MarcJson),
        [b'=', b'L', b'D', b'R', ..] | [b'=', b'0', b'0', b'0', ..] => Some(Form::Mnemonic),
        [b'L', b'D', b'R', ..] if is_separator(after_tag) => Some(Form::TaggedLines),
        _ if digits == 9 && bytes.get(9) == Some(&b' ') && bytes.get(16) == Some(&b'L') => {
            Some(Form::AlephSequential)
        }
        _ if digits >= 5 => Some(Form::Iso2709),
        _ if digits == 3 && is_separator(after_tag) => Some(Form::TaggedLines),
        // A leader without its length, or junk before the first record.
        _ if bytes.contains(&0x1E) && bytes.contains(&0x1F) => Some(Form::Iso2709),
        _ => None,
    }
}

/// UTF-16 by its byte-order mark or by how `<` is written, and the length of the mark.
pub(super) fn utf16(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    match bytes {
        [0xFF, 0xFE, ..] => Some((UTF_16LE, 2)),
        [0xFE, 0xFF, ..] => Some((UTF_16BE, 2)),
        [b'<', 0, _, 0, ..] => Some((UTF_16LE, 0)),
        [0, b'<', 0, _, ..] => Some((UTF_16BE, 0)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_recognised() {
        use RecordFormat as F;
        for (text, expected) in [
            ("00714cam a2200205 a 4500", Some((F::Marc, Form::Iso2709))),
            ("\u{FEFF}\r\n 00714cam a2200205 a 4500", Some((F::Marc, Form::Iso2709))),
            ("     cam a22\u{1E}  \u{1F}a", Some((F::Marc, Form::Iso2709))),
            ("{\"leader\":", Some((F::Marc, Form::MarcJson))),
            ("[{", Some((F::Marc, Form::MarcJson))),
            ("000000001 LDR   L 00", Some((F::Marc, Form::AlephSequential))),
            ("=LDR  00714", Some((F::Marc, Form::Mnemonic))),
            ("LDR\t00714", Some((F::Marc, Form::TaggedLines))),
            ("245 10 |a x", Some((F::Marc, Form::TaggedLines))),
            ("001‡x", Some((F::Marc, Form::TaggedLines))),
            ("<collection><m:record><m:leader>", Some((F::Marc, Form::MarcXml))),
            ("<record><datafield tag='1'>", Some((F::Marc, Form::MarcXml))),
            ("<record><control/>", Some((F::Ead3, Form::Xml))),
            ("<record><title>x</title></record>", Some((F::Ese, Form::Xml))),
            ("<lidoWrap><lido:lido xmlns:lido=''>", Some((F::Lido, Form::Xml))),
            ("<?xml version='1.0'?><!-- <dc/> --><ead><eadheader>", Some((F::Ead, Form::Xml))),
            ("<!DOCTYPE ead SYSTEM 'x'><ead><control>", Some((F::Ead3, Form::Xml))),
            ("<c01 level='file'><did/>", Some((F::Ead, Form::Xml))),
            ("<q:qualifieddc><title/>", Some((F::Qdc, Form::Xml))),
            ("<qualifieddc><item><id/></item></qualifieddc>", Some((F::Aipa, Form::Xml))),
            ("<oai_dc:dc><dc:title/>", Some((F::Dc, Form::Xml))),
            ("<dc><title/><learningResource/></dc>", Some((F::Lrmi, Form::Xml))),
            ("<ExchangeSet>", Some((F::Forward, Form::Xml))),
            ("<eac-cpf>", Some((F::Eaccpf, Form::Xml))),
            ("<d:doajArticle>", Some((F::Doaj, Form::Xml))),
            ("<rdf:RDF><edm:ProvidedCHO rdf:about='x'>", Some((F::Dc, Form::Xml))),
            (
                "<OAI-PMH><ListRecords><record><header/><metadata><oai_dc:dc><x/>",
                Some((F::Dc, Form::Xml)),
            ),
            (
                "<OAI-PMH><GetRecord><record><header/><metadata><record><leader>",
                Some((F::Marc, Form::MarcXml)),
            ),
            (
                "<zs:records><zs:record><zs:recordData><record><leader>",
                Some((F::Marc, Form::MarcXml)),
            ),
            ("<mods><title/></mods>", None),
            ("hello", None),
            ("12345", Some((F::Marc, Form::Iso2709))),
            ("", None),
        ] {
            let expected = expected.map(|(format, form)| DetectedFormat { format, form });
            assert_eq!(detect(text.as_bytes()), expected, "{text}");
        }
        let utf16: Vec<u8> = "<lido>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let expected = DetectedFormat { format: F::Lido, form: Form::Xml };
        assert_eq!(detect(&utf16), Some(expected));
    }
}
