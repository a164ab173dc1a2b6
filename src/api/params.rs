//! Request parameters as PHP reads them (finna-api §4): nested arrays, last one wins, odd names.

use percent_encoding::percent_decode_str;

/// PHP's `max_input_vars`: further variables are dropped.
const MAX_VARIABLES: usize = 1000;
/// PHP's `max_input_nesting_level`: deeper variables are dropped.
const MAX_NESTING: usize = 64;

/// Key of an array element: PHP turns canonical decimal integers into numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// `a[5]`, `a[]`.
    Number(i64),
    /// `a[b]`.
    Name(String),
}

impl Key {
    fn parse(text: &str) -> Self {
        match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => Key::Number(number),
            _ => Key::Name(text.to_owned()),
        }
    }
}

/// A parameter's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Param {
    /// `a=1`.
    Text(String),
    /// `a[]=1&a[x]=2`, in order of first appearance.
    Array(Vec<(Key, Param)>),
}

impl Param {
    /// The text of a scalar.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Param::Text(text) => Some(text),
            Param::Array(_) => None,
        }
    }

    /// The elements of an array that are texts, in order; `None` for a scalar.
    pub fn as_list(&self) -> Option<Vec<&str>> {
        match self {
            Param::Text(_) => None,
            Param::Array(items) => {
                Some(items.iter().filter_map(|(_, value)| value.as_text()).collect())
            }
        }
    }
}

/// The parameters of a request, by name in order of first appearance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params {
    entries: Vec<(Key, Param)>,
}

impl Params {
    /// Reads a query string or an `application/x-www-form-urlencoded` body. Never fails: bytes that
    /// are no UTF-8 become U+FFFD, impossible names are left out.
    pub fn parse(query: &str) -> Self {
        let mut params = Params::default();
        let variables = query.split('&').filter(|piece| !piece.is_empty()).take(MAX_VARIABLES);
        for piece in variables {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            params.insert(&decode(name), decode(value));
        }
        params
    }

    /// Reads decoded name–value pairs, such as the parts of a multipart body.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut params = Params::default();
        for (name, value) in pairs.into_iter().take(MAX_VARIABLES) {
            params.insert(&name, value);
        }
        params
    }

    /// `self ∪ body`: a name that is in both keeps its value from here, whole (finna-api §2).
    #[must_use]
    pub fn or(mut self, body: Params) -> Self {
        for (key, value) in body.entries {
            if !self.entries.iter().any(|(k, _)| *k == key) {
                self.entries.push((key, value));
            }
        }
        self
    }

    /// The parameter of this name.
    pub fn get(&self, name: &str) -> Option<&Param> {
        let key = Key::parse(name);
        self.entries.iter().find(|(k, _)| *k == key).map(|(_, value)| value)
    }

    /// The parameter's text if it is a scalar.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_text()
    }

    /// The texts of an array parameter; a scalar counts as a list of one, absence as an empty one.
    pub fn list_or_one(&self, name: &str) -> Vec<&str> {
        match self.get(name) {
            None => Vec::new(),
            Some(Param::Text(text)) => vec![text],
            Some(array) => array.as_list().unwrap_or_default(),
        }
    }

    /// The texts of an array parameter; anything else is an empty list.
    pub fn list(&self, name: &str) -> Vec<&str> {
        self.get(name).and_then(Param::as_list).unwrap_or_default()
    }

    /// Every parameter with its name, in order of first appearance.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Param)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// PHP's `php_register_variable_ex`.
    fn insert(&mut self, name: &str, value: String) {
        // The name is a C string: it ends at a NUL; blanks in front do not count.
        let name = name.split('\0').next().unwrap_or("").trim_start_matches(' ');
        let (base, rest) = match name.find('[') {
            Some(at) => (&name[..at], &name[at..]),
            None => (name, ""),
        };
        if base.is_empty() {
            return;
        }
        let mut keys = vec![Some(base.replace(['.', ' '], "_"))];
        let mut rest = rest;
        while let Some(inner) = rest.strip_prefix('[') {
            let inner =
                inner.strip_prefix([' ', '\t', '\n', '\r', '\x0B', '\x0C']).unwrap_or(inner);
            let Some((index, after)) = inner.split_once(']') else {
                // An unclosed bracket directly after the name belongs to the name; a later one
                // is dropped with what follows.
                if let [Some(only)] = keys.as_mut_slice() {
                    only.push('_');
                    only.push_str(&rest[1..].replace(['.', ' ', '['], "_"));
                }
                break;
            };
            keys.push((!index.is_empty()).then(|| index.to_owned()));
            if keys.len() > MAX_NESTING {
                return;
            }
            rest = after;
        }
        put(&mut self.entries, &keys, value);
    }
}

fn put(entries: &mut Vec<(Key, Param)>, keys: &[Option<String>], value: String) {
    let Some((first, rest)) = keys.split_first() else { return };
    let key = match first {
        Some(name) => Key::parse(name),
        None => match next_index(entries) {
            Some(next) => Key::Number(next),
            None => return,
        },
    };
    let at = entries.iter().position(|(k, _)| *k == key).unwrap_or_else(|| {
        entries.push((key, Param::Text(String::new())));
        entries.len() - 1
    });
    let Some((_, slot)) = entries.get_mut(at) else { return };
    if rest.is_empty() {
        *slot = Param::Text(value);
        return;
    }
    if !matches!(slot, Param::Array(_)) {
        *slot = Param::Array(Vec::new());
    }
    if let Param::Array(inner) = slot {
        put(inner, rest, value);
    }
}

/// The index that `a[]=` gets; none when the numbers are used up.
fn next_index(entries: &[(Key, Param)]) -> Option<i64> {
    let highest = entries.iter().filter_map(|(key, _)| match key {
        Key::Number(number) => Some(*number),
        Key::Name(_) => None,
    });
    match highest.max() {
        Some(number) if number >= 0 => number.checked_add(1),
        _ => Some(0),
    }
}

fn decode(text: &str) -> String {
    let blanks = text.replace('+', " ");
    percent_decode_str(&blanks).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(params: &Params) -> String {
        fn value(param: &Param) -> String {
            match param {
                Param::Text(text) => format!("{text:?}"),
                Param::Array(items) => format!("{{{}}}", entries(items)),
            }
        }
        fn entries(items: &[(Key, Param)]) -> String {
            let shown: Vec<String> = items
                .iter()
                .map(|(key, param)| match key {
                    Key::Number(number) => format!("{number}:{}", value(param)),
                    Key::Name(name) => format!("{name}:{}", value(param)),
                })
                .collect();
            shown.join(" ")
        }
        entries(&params.entries)
    }

    /// The first row is vector "13.3.1" of finna-api §13.
    #[test]
    fn names_and_values_as_php_reads_them() {
        for (query, expected) in [
            (
                "a=1&a[]=2&b[]=1&b=2&c.d=1&e&f[0]=x&f[5]=y&f[]=z",
                r#"a:{0:"2"} b:"2" c_d:"1" e:"" f:{0:"x" 5:"y" 6:"z"}"#,
            ),
            ("a=1&a=2", r#"a:"2""#),
            ("a%5B%5D=1&a%5b%5d=%C3%A4+b", r#"a:{0:"1" 1:"ä b"}"#),
            ("a[b][c]=1&a[b][]=2", r#"a:{b:{c:"1" 0:"2"}}"#),
            ("a[b=1", r#"a_b:"1""#),
            ("a[b.c d[e=1", r#"a_b_c_d_e:"1""#),
            ("a[b][c=1", r#"a:{b:"1"}"#),
            ("a[b]c=1", r#"a:{b:"1"}"#),
            ("[a]=1&[=2&=3&&", ""),
            ("  a b=1", r#"a_b:"1""#),
            ("a;b=1;c", r#"a;b:"1;c""#),
            ("a=%FF%zz", "a:\"\u{FFFD}%zz\""),
            ("a[007]=x&a[-3]=y&a[]=z", r#"a:{007:"x" -3:"y" 0:"z"}"#),
            ("a[9223372036854775807]=x&a[]=lost", r#"a:{9223372036854775807:"x"}"#),
            ("a%00b=1", r#"a:"1""#),
            ("a[ ]=1&a[ x]=2", r#"a:{0:"1" x:"2"}"#),
        ] {
            assert_eq!(shown(&Params::parse(query)), expected, "{query}");
        }
    }

    #[test]
    fn too_many_and_too_deep_variables_are_dropped() {
        let many: Vec<String> = (0..1500).map(|i| format!("a{i}=1")).collect();
        let many = many.join("&");
        assert_eq!(Params::parse(&many).iter().count(), 1000);
        let deep = format!("a{}=1", "[x]".repeat(64));
        assert_eq!(Params::parse(&deep).iter().count(), 0);
        let just = format!("a{}=1", "[x]".repeat(63));
        assert_eq!(Params::parse(&just).iter().count(), 1);
    }

    #[test]
    fn query_wins_whole_over_body() {
        let merged = Params::parse("a[]=1&b=2").or(Params::parse("a[]=3&a[]=4&c=5"));
        assert_eq!(shown(&merged), r#"a:{0:"1"} b:"2" c:"5""#);
    }

    #[test]
    fn scalars_and_lists() {
        let params = Params::parse("one=x&many[]=a&many[k][]=no&many[]=b");
        assert_eq!(params.text("one"), Some("x"));
        assert_eq!(params.text("many"), None);
        assert_eq!(params.list_or_one("one"), ["x"]);
        assert_eq!(params.list("one"), [""; 0]);
        assert_eq!(params.list("many"), ["a", "b"]);
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(query in "[a-c\\[\\]=&.+% \\x00é0-9-]{0,200}") {
            let params = Params::parse(&query);
            prop_assert!(params.iter().count() <= MAX_VARIABLES);
        }

        #[test]
        fn any_unicode_can_be_read(query in "\\PC{0,100}") {
            let params = Params::parse(&query);
            prop_assert!(params.iter().count() <= query.len());
        }
    }
}
