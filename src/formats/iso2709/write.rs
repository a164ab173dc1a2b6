//! [`Record`] → ISO 2709, by the crate `marc`.

use crate::formats::FormatError;
use crate::marc::{Field, Record};

/// Longest record that five digits can tell.
const MAX_RECORD: usize = 99_999;

/// The bytes with terminator. Fields are sorted by tag, equal tags keep their order.
pub(in crate::formats) fn write(record: &Record) -> Result<Vec<u8>, FormatError> {
    let mut fields: Vec<::marc::FieldRepr> = Vec::new();
    for field in record.fields() {
        let mut content = String::new();
        match field {
            Field::Control(control) => push_clean(control.value, &mut content),
            Field::Data(data) => {
                content.extend([data.ind1, data.ind2].map(unless_control));
                for subfield in data.subfields() {
                    content.extend(['\u{1F}', unless_control(subfield.code)]);
                    push_clean(subfield.value, &mut content);
                }
            }
        }
        let tag = field.tag().bytes().map(|byte| if byte.is_ascii_graphic() { byte } else { b'?' });
        fields.push(::marc::FieldRepr::from((tag, content.into_bytes())));
    }
    let total: usize = fields.iter().map(|field| field.get_data().len()).sum();
    if total > MAX_RECORD {
        return Err(FormatError::TooLong(format!("its fields have {total} bytes")));
    }
    // The builder sorts after every field; sorted input makes that cheap.
    fields.sort_by_key(::marc::FieldRepr::get_tag);
    let mut builder = ::marc::RecordBuilder::new();
    let too_long = |error: ::marc::Error| FormatError::TooLong(error.to_string());
    builder.add_fields(fields).map_err(too_long)?;
    let mut bytes = builder.get_record().map_err(too_long)?.as_ref().to_vec();
    copy_leader(record, &mut bytes);
    Ok(bytes)
}

/// Takes over the leader but for the lengths, the two counts and the entry map, which follow from
/// how the bytes are laid out.
fn copy_leader(record: &Record, bytes: &mut [u8]) {
    for (at, (byte, c)) in bytes.iter_mut().zip(record.leader().chars()).enumerate() {
        if matches!(at, 5..10 | 17..20) {
            *byte = u8::try_from(c).ok().filter(|byte| matches!(byte, b' '..=b'~')).unwrap_or(b' ');
        }
    }
    if !record.is_ascii()
        && let Some(scheme) = bytes.get_mut(9)
    {
        *scheme = b'a';
    }
}

/// A control character in the place of an indicator or a code would be taken for structure.
fn unless_control(c: char) -> char {
    if c.is_control() { '?' } else { c }
}

/// The three separators cannot stand in a value.
fn push_clean(value: &str, out: &mut String) {
    out.extend(value.chars().filter(|c| !matches!(c, '\u{1D}'..='\u{1F}')));
}
