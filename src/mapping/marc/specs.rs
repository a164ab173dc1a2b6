//! What a rule asks for: a tag, a set of subfield codes, and in which script (ingest-marc §2).

/// A set of subfield codes. Codes outside ASCII are in no set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Codes(u128);

impl Codes {
    /// The set of the characters of `codes`.
    pub(super) const fn of(codes: &str) -> Self {
        let bytes = codes.as_bytes();
        let mut set = 0;
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at].is_ascii() {
                set |= 1 << bytes[at];
            }
            at += 1;
        }
        Codes(set)
    }

    pub(super) fn has(self, code: char) -> bool {
        code.is_ascii() && self.0 & (1 << (code as u32)) != 0
    }
}

/// Which scripts a specification asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// The field itself.
    Normal,
    /// Only the 880 fields linked to it.
    Alternate,
    /// The field, then the 880 fields linked to it.
    Both,
}

/// A field specification: every field of a tag, these codes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    pub(super) script: Script,
    pub(super) tag: &'static str,
    pub(super) codes: Codes,
    /// A field without this code is passed over.
    pub(super) required: Option<char>,
}

impl Spec {
    /// The codes must also hold one that is required.
    pub(super) const fn requiring(self, code: char) -> Self {
        Spec { required: Some(code), ..self }
    }
}

/// The fields of this tag.
pub(super) const fn normal(tag: &'static str, codes: &str) -> Spec {
    Spec { script: Script::Normal, tag, codes: Codes::of(codes), required: None }
}

/// The 880 fields linked to fields of this tag.
pub(super) const fn alternate(tag: &'static str, codes: &str) -> Spec {
    Spec { script: Script::Alternate, tag, codes: Codes::of(codes), required: None }
}

/// The fields of this tag, each followed by its linked 880 fields.
pub(super) const fn both(tag: &'static str, codes: &str) -> Spec {
    Spec { script: Script::Both, tag, codes: Codes::of(codes), required: None }
}
