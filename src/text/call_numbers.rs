//! Call numbers that sort: Library of Congress and Dewey (ingest-common §4).

/// Upper case, each run of digits led by its length, runs of blanks as one.
pub fn sortable_call_number(text: &str) -> String {
    let upper = text.to_uppercase();
    let mut out = String::with_capacity(upper.len() + 8);
    let mut rest = upper.as_str();
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            let (digits, after) = split_while(rest, |c| c.is_ascii_digit());
            push_counted(&mut out, digits);
            rest = after;
        } else if c.is_whitespace() {
            let (blanks, after) = split_while(rest, char::is_whitespace);
            out.push_str(if blanks.chars().nth(1).is_some() { " " } else { blanks });
            rest = after;
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// The digits led by the number of digits of their value (0 has one).
fn push_counted(out: &mut String, digits: &str) {
    let significant = digits.trim_start_matches('0').len().max(1);
    out.push_str(&significant.to_string());
    out.push_str(digits);
}

fn split_while(text: &str, fits: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !fits(c)).unwrap_or(text.len()))
}

/// `.` and at least one digit at the beginning, and what follows.
fn split_decimal(text: &str) -> (&str, &str) {
    let digits = text
        .strip_prefix('.')
        .map_or(0, |after| after.bytes().take_while(u8::is_ascii_digit).count());
    if digits == 0 { ("", text) } else { text.split_at(digits + 1) }
}

/// Byte at which a letter with a digit behind it, or a bare ` .X`, begins the cutter.
fn cutter_start(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    (0..bytes.len()).find(|at| {
        let at = *at;
        (letter(at) && digit(at + 1))
            || (bytes[at] == b'.' && letter(at + 1) && (digit(at + 2) || at == 0))
            || (bytes[at] == b' ' && bytes.get(at + 1) == Some(&b'.') && letter(at + 2))
    })
}

/// A Library of Congress call number, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LcCallNumber {
    letters: String,
    digits: String,
    decimal: String,
    suffix: String,
    cutter: String,
}

impl LcCallNumber {
    /// Takes a call number apart; anything may be missing.
    pub fn parse(text: &str) -> Self {
        let text = super::trim(text);
        let (letters, after) = split_while(text, |c| c.is_ascii_alphabetic());
        if letters.is_empty() {
            let empty = String::new;
            return LcCallNumber {
                letters: empty(),
                digits: empty(),
                decimal: empty(),
                suffix: empty(),
                cutter: empty(),
            };
        }
        let (digits, after) = split_while(after.trim_start_matches(' '), |c| c.is_ascii_digit());
        let (decimal, after) = if digits.is_empty() { ("", after) } else { split_decimal(after) };
        let rest = super::trim(after);
        let (suffix, cutter) = rest.split_at(cutter_start(rest).unwrap_or(rest.len()));
        LcCallNumber {
            letters: letters.to_uppercase(),
            digits: digits.to_owned(),
            decimal: decimal.to_owned(),
            suffix: super::trim(suffix).to_owned(),
            cutter: super::trim(cutter).to_owned(),
        }
    }

    /// Letters and a number are there, and the class exists.
    pub fn is_valid(&self) -> bool {
        !self.digits.is_empty()
            && !self.letters.is_empty()
            && !self.letters.starts_with(['I', 'O', 'W', 'X', 'Y'])
    }

    /// `AC901.M5 vol. 1013` → `AC 3901 M15`.
    pub fn sort_key(&self) -> String {
        let mut key = self.letters.clone();
        if !self.digits.is_empty() {
            key.push(' ');
            push_counted(&mut key, &self.digits);
        }
        key.push_str(&self.decimal);
        if !self.suffix.is_empty() {
            if !key.is_empty() {
                key.push(' ');
            }
            if self.suffix.starts_with(|c: char| c.is_ascii_alphabetic()) {
                key.push('_');
            }
            key.push_str(&sortable_call_number(&self.suffix));
        }
        let mut rest = self.cutter.as_str();
        while let Some(at) = rest.find(|c: char| c.is_ascii_alphabetic()) {
            let (digits, after) = split_while(&rest[at + 1..], |c| c.is_ascii_digit());
            if !digits.is_empty() {
                key.push(' ');
                key.push_str(&sortable_call_number(&rest[at..at + 1 + digits.len()]));
            }
            rest = after;
        }
        key
    }
}

/// A Dewey call number, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeweyCallNumber {
    raw: String,
    digits: String,
    decimal: String,
    cutter: String,
    suffix: String,
}

impl DeweyCallNumber {
    /// Takes a call number apart; without a number at the beginning it is not valid.
    pub fn parse(text: &str) -> Self {
        let text = super::trim(text);
        let (digits, after) = split_while(text, |c| c.is_ascii_digit());
        let (decimal, rest) = if digits.is_empty() { ("", "") } else { split_decimal(after) };
        let (cutter, suffix) = dewey_cutter(rest).unwrap_or(("", rest));
        DeweyCallNumber {
            raw: text.to_owned(),
            digits: digits.to_owned(),
            decimal: decimal.to_owned(),
            cutter: cutter.to_owned(),
            suffix: suffix.to_owned(),
        }
    }

    /// There is a number.
    pub fn is_valid(&self) -> bool {
        !self.digits.is_empty()
    }

    /// The class at a precision of 100, 10 or 1, with three digits at least: `322.44` → `320`.
    pub fn number(&self, precision: u32) -> String {
        if !self.is_valid() {
            return String::new();
        }
        let zeros = match precision {
            100 => 2,
            10 => 1,
            _ => 0,
        };
        let significant = self.digits.trim_start_matches('0');
        let mut number = format!("{significant:0>3}");
        let keep = number.len() - zeros;
        number.truncate(keep);
        number.extend(std::iter::repeat_n('0', zeros));
        number
    }

    /// Upper case without blanks; empty if not valid.
    pub fn search_string(&self) -> String {
        if !self.is_valid() {
            return String::new();
        }
        self.raw.to_uppercase().replace(' ', "")
    }

    /// `322.44 .F816 V.1 1974` → `3322.44 F816 V.11 41974`; empty if not valid.
    pub fn sort_key(&self) -> String {
        if !self.is_valid() {
            return String::new();
        }
        let mut key = String::new();
        push_counted(&mut key, &self.digits);
        key.push_str(&self.decimal);
        if !self.cutter.is_empty() {
            key.push(' ');
            key.push_str(&self.cutter);
        }
        key.push(' ');
        key.push_str(&sortable_call_number(&self.suffix));
        key
    }
}

/// First ` *\.?([A-Z]\d{1,3}[A-Z]*) *(.+)?` of a text: cutter and suffix.
fn dewey_cutter(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let start = (0..bytes.len()).find(|at| {
        bytes[*at].is_ascii_uppercase() && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    })?;
    let digits = bytes[start + 1..].iter().take(3).take_while(|b| b.is_ascii_digit()).count();
    let letters_from = start + 1 + digits;
    let letters = bytes[letters_from..].iter().take_while(|b| b.is_ascii_uppercase()).count();
    let end = letters_from + letters;
    Some((text.get(start..end)?, text.get(end..)?.trim_start_matches(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sortable() {
        assert_eq!(sortable_call_number("vol. 1013,  no. 08"), "VOL. 41013, NO. 108");
        assert_eq!(sortable_call_number("000"), "1000");
        assert_eq!(sortable_call_number(""), "");
    }

    #[test]
    fn library_of_congress() {
        let cases = [
            ("AC901.M5 vol. 1013, no. 8", true, "AC 3901 M15"),
            ("GV1101 .D7 1980", true, "GV 41101 D17"),
            ("XV1101 .D7 1980", false, "XV 41101 D17"),
            ("QC861.2 .B36 1990 c.2", true, "QC 3861.2 B236"),
            (".B36", false, ""),
            ("Q", false, "Q"),
            ("QA 76 .5 .C3", true, "QA 276 .15 C13"),
            ("QA76..5", true, "QA 276 ..15"),
            ("HF5549.5.C35 R3", true, "HF 45549.5 C235 R13"),
            ("12.34", false, ""),
            ("  QA76  ", true, "QA 276"),
            ("I1.2", false, "I 11.2"),
            ("", false, ""),
            ("Ä12", false, ""),
            ("PN 1 ä .B", true, "PN 11 Ä"),
        ];
        for (text, valid, key) in cases {
            let number = LcCallNumber::parse(text);
            assert_eq!((number.is_valid(), number.sort_key().as_str()), (valid, key), "{text}");
        }
    }

    #[test]
    fn dewey() {
        let cases = [
            ("1 .I39", "000/000/001", "1.I39", "11 I39 "),
            (
                "322.44 .F816 V.1 1974",
                "300/320/322",
                "322.44.F816V.11974",
                "3322.44 F816 V.11 41974",
            ),
            ("323 .A512RE NO.23-28", "300/320/323", "323.A512RENO.23-28", "3323 A512RE NO.223-228"),
            ("324.6 .A75CUA", "300/320/324", "324.6.A75CUA", "3324.6 A75CUA "),
            ("3322.44", "3300/3320/3322", "3322.44", "43322.44 "),
            ("000", "000/000/000", "000", "1000 "),
            ("123.45 ABC", "100/120/123", "123.45ABC", "3123.45  ABC"),
            ("MC1 259", "//", "", ""),
            ("T1 105", "//", "", ""),
            ("", "//", "", ""),
        ];
        for (text, numbers, search, key) in cases {
            let number = DeweyCallNumber::parse(text);
            let got = [100, 10, 1].map(|p| number.number(p)).join("/");
            assert_eq!(got, numbers, "{text}");
            assert_eq!(number.search_string(), search, "{text}");
            assert_eq!(number.sort_key(), key, "{text}");
        }
    }
}
