//! Mnemonic lines of MARCMaker and MarcEdit: `=245  10$aTitle`.

use super::{leader_text, skip_line, tag_of};
use crate::formats::field_text::{FieldWriter, SUBFIELD};

/// Bytes before a field's content: `=245` and two blanks.
const CONTENT: usize = 6;

pub(super) fn is_leader(line: &[u8]) -> bool {
    line.starts_with(b"=LDR") || line.starts_with(b"=000")
}

pub(super) fn leader(lines: &[&[u8]]) -> Option<String> {
    let line = lines.iter().find(|line| is_leader(line))?;
    Some(leader_text(line.get(CONTENT..)?).replace('\\', " "))
}

pub(super) fn fields(lines: &[&[u8]], writer: &mut FieldWriter<'_>) {
    for line in lines.iter().filter(|line| !is_leader(line)) {
        let tag = line.strip_prefix(b"=").and_then(tag_of);
        let (Some(tag), Some(data)) = (tag, line.get(CONTENT..)) else {
            skip_line(line, writer.warnings);
            continue;
        };
        // `\` is a blank in control fields and indicators, itself in subfields.
        let blanks = if tag.is_control() { data.len() } else { 2 };
        let mut content = Vec::with_capacity(data.len());
        let mut at = 0;
        while let Some(byte) = data.get(at) {
            let (written, length) = match byte {
                b'\\' if at < blanks => (b' ', 1),
                b'$' if !tag.is_control() => (SUBFIELD, 1),
                b'{' => mnemonic(&data[at..]).unwrap_or((b'{', 1)),
                other => (*other, 1),
            };
            content.push(written);
            at += length;
        }
        writer.field(tag, &content);
    }
}

/// The characters that the form itself uses.
fn mnemonic(text: &[u8]) -> Option<(u8, usize)> {
    [(&b"{dollar}"[..], b'$'), (b"{lcub}", b'{'), (b"{rcub}", b'}'), (b"{bsol}", b'\\')]
        .into_iter()
        .find(|(name, _)| text.starts_with(name))
        .map(|(name, character)| (character, name.len()))
}
