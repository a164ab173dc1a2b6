//! PHP's notions of blank, number and URL encoding, which the peer's rules are written in.

/// The characters that PHP's `trim` removes: blank, tab, line ends, NUL, vertical tab.
const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\0' | '\x0B')
}

/// PHP `trim`: no-break spaces and their like stay.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// PHP `is_numeric`: decimal numbers with sign, fraction and exponent; blanks around are allowed.
pub fn is_numeric(text: &str) -> bool {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0B' | '\x0C');
    let text = text.trim_matches(blank);
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (number, None),
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mantissa_fits =
        digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    mantissa_fits && exponent_fits
}

/// PHP `urlencode`: letters, digits and `-_.` stay, a blank becomes `+`.
pub fn url_encode(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len() + 8);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(byte as char),
            b' ' => out.push('+'),
            _ => {
                out.push('%');
                out.push(HEX[usize::from(byte >> 4)] as char);
                out.push(HEX[usize::from(byte & 15)] as char);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_what_php_trims() {
        assert_eq!(trim(" \t\n\r\0\x0Ba b "), "a b");
        assert_eq!(trim("\u{A0}a\x0C"), "\u{A0}a\x0C");
        assert_eq!(trim(""), "");
    }

    #[test]
    fn numbers() {
        for yes in ["1", "2020", "+1.5", "-.5", "1.", "1e5", " 7 ", "1.5E-3"] {
            assert!(is_numeric(yes), "{yes}");
        }
        for no in ["", " ", ".", "e5", "1e", "1 2", "0x1A", "p", "1.2.3", "+", "1,5", "Ⅳ"] {
            assert!(!is_numeric(no), "{no}");
        }
    }

    #[test]
    fn encodes_urls() {
        assert_eq!(url_encode("a b/ä~*"), "a+b%2F%C3%A4%7E%2A");
        assert_eq!(url_encode("A-z_0.9"), "A-z_0.9");
    }
}
