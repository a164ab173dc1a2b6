//! N7: ISBN.

/// The first ISBN in a text, as ISBN-13; `None` if there is none or the check character of an
/// ISBN-10 is wrong. Check digits of longer numbers are not looked at: catalogues hold many such.
pub fn normalize_isbn(text: &str) -> Option<String> {
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    bytes.extend(text.bytes().filter(|b| *b != b'-'));
    let found = find(&bytes)?;
    let found = std::str::from_utf8(found).ok()?;
    if found.len() == 10 { isbn10_to_13(found) } else { Some(found.to_owned()) }
}

/// First match of `[0-9]{9,12}[0-9xX]`.
fn find(bytes: &[u8]) -> Option<&[u8]> {
    let mut start = 0;
    while start < bytes.len() {
        let digits = bytes[start..].iter().take_while(|b| b.is_ascii_digit()).count();
        if digits >= 9 {
            let taken = digits.min(13);
            let with_x = digits <= 12 && matches!(bytes.get(start + digits), Some(b'x' | b'X'));
            let length = if with_x { digits + 1 } else { taken };
            if length >= 10 {
                return bytes.get(start..start + length);
            }
        }
        start += digits + 1;
    }
    None
}

/// Converts a valid ISBN-10 of exactly ten characters, without dashes.
pub fn isbn10_to_13(text: &str) -> Option<String> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    let (body, check) = (&bytes[..9], bytes[9]);
    if !body.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digit = |b: u8| u32::from(b - b'0');
    let sum: u32 = body.iter().zip((2..=10).rev()).map(|(b, weight)| digit(*b) * weight).sum();
    let expected = (11 - sum % 11) % 11;
    let given = match check {
        b'0'..=b'9' => digit(check),
        b'x' | b'X' => 10,
        _ => return None,
    };
    if expected != given {
        return None;
    }
    let ean: u32 = 38
        + body
            .iter()
            .enumerate()
            .map(|(i, b)| digit(*b) * if i % 2 == 0 { 3 } else { 1 })
            .sum::<u32>();
    Some(format!("978{}{}", text.get(..9)?, (10 - ean % 10) % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalizes() {
        let cases = [
            ("9514920988", "9789514920981"),
            ("951-492-098-8", "9789514920981"),
            ("9514920096", ""),
            ("978-951-492098-1", "9789514920981"),
            ("0-534-51409-X", "9780534514099"),
            ("foo", ""),
            ("", ""),
            ("951-31-4836-X (nid.)", "9789513148362"),
            ("952-9891-75-X", "9789529891757"),
            ("ISBN 978951492098 1", "978951492098"),
            ("97895149209812", "9789514920981"),
            ("123456789", ""),
            ("1234 9514920988 x", "9789514920981"),
            ("12345678901x", "12345678901x"),
        ];
        for (text, expected) in cases {
            assert_eq!(normalize_isbn(text).unwrap_or_default(), expected, "{text}");
        }
    }

    #[test]
    fn the_strict_converter_wants_ten_characters() {
        assert_eq!(isbn10_to_13("9514920988").as_deref(), Some("9789514920981"));
        for text in ["9514920988 foo", "951-492-098-8", "9514920989", "95149209äx", "X514920988"] {
            assert_eq!(isbn10_to_13(text), None, "{text}");
        }
    }
}
