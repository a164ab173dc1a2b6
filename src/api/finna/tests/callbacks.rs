//! Names of callbacks, more than 300 of them (reliability §6 under decision 2.4): what is a name
//! comes back in front of the JSON, anything else is refused and never sent back.

use super::{face, request};
use crate::api::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Names that programs send.
const NAMES: [&str; 42] = [
    "cb",
    "callback",
    "jQuery17203418_1468933012345",
    "jsonp1",
    "_",
    "$",
    "$$",
    "__proto__",
    "_a1.b$",
    "$.fn.done",
    "angular.callbacks._0",
    "Ext.data.JsonP.callback1",
    "dojo.io.script.jsonp_dojoIoScript1._jsonpCallback",
    "YUI.Env.JSONP.yui_3_18_1_1",
    "goog.net.Jsonp.x",
    "window.app.done",
    "app.cb[0]",
    "a[0][1].b",
    "a[007]",
    "a[0].b[1].c[2]",
    "a[12345678901234567890]",
    "A.B.C.D.E.F.G.H",
    "x1y2z3",
    "ABC",
    "zZ$_9",
    "parent.frames[0].cb",
    "e1e1",
    "NaN",
    "Infinity",
    "undefined",
    "true1",
    "null_",
    // Words that JavaScript keeps for itself have the form of names; as calls of a function they
    // are errors of the script that asked, and nothing worse.
    "class",
    "return",
    "delete",
    "function",
    "this",
    "import",
    "a.delete",
    "new.target",
    "CWSabc",
    "FWS",
];

/// Texts that are no names, percent-encoded already.
const NO_NAMES: [&str; 76] = [
    "alert(1)//",
    "alert(1)",
    "alert%601%60",
    "a;b",
    "a;alert(1);//",
    "a=1",
    "a%3D1;b",
    "a,b",
    "a%2Bb",
    "a-b",
    "a/b",
    "a*b",
    "a!b",
    "a~b",
    "a^b",
    "a|b",
    "a%26b",
    "a:b",
    "a?b",
    "a%23b",
    "a@b",
    "a%25b",
    "a{b}",
    "a(b)",
    "%3Cscript%3E",
    "%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "%3Csvg/onload=alert(1)%3E",
    "%3C!--",
    "--%3E",
    "'a'",
    "%22a%22",
    "%60a%60",
    "$%7Ba%7D",
    "a%5Cu0062",
    "%5Cu0061",
    "a%20b",
    "%20a",
    "a%20",
    "a%09b",
    "a%0A",
    "%0Aa",
    "a%0D%0AContent-Type:text/html",
    "a%0D%0A%0D%0A%3Chtml%3E",
    "a%00",
    "a%00b",
    "%00",
    "%E2%80%A8",
    "a%E2%80%A8b",
    "a%E2%80%A9b",
    "%C3%A4",
    "a%C3%A9",
    "%CF%80",
    "%E3%81%82",
    "%F0%9F%98%80",
    "%EF%BC%A1",
    "a%CC%81",
    "%EF%BB%BFa",
    "%C2%A0a",
    "a%E2%80%8B",
    // UTF-16 with and without a mark, and bytes that are no text.
    "%FF%FEa%00",
    "%FE%FF%00a",
    "a%00b%00",
    "%C0%80",
    "%80",
    "1a",
    "0x1",
    "00",
    "1",
    ".a",
    "a.",
    "a..b",
    "a.1",
    "a[",
    "[0]",
    "a%5B%5D",
    "CWS%07%0E000x%9C=",
];

/// Brackets and dots in all the places where they may not be.
const NO_PATHS: [&str; 24] = [
    "a]", "a[0", "a[x]", "a['x']", "a[-1]", "a[ 0]", "a[0 ]", "a[0]b", "a[0].", "a[0].[1]",
    "a.[0]", "a[[0]]", "a[0]]", "a[1.5]", "a[0x1]", "a[1e1]", "a[0][", "a[0](1)", "a.b.", "..",
    "[]", "[a]", "a[0]..b", "a b.c",
];

fn encoded(name: &str) -> String {
    utf8_percent_encode(name, NON_ALPHANUMERIC).to_string()
}

/// Names with whether each is one, percent-encoded.
fn table() -> Vec<(String, bool)> {
    let mut names: Vec<(String, bool)> = NAMES.iter().map(|name| (encoded(name), true)).collect();
    names.extend(NO_NAMES.iter().map(|name| ((*name).to_owned(), false)));
    names.extend(NO_PATHS.iter().map(|name| (encoded(name), false)));
    // Every sign of ASCII in front and inside.
    for sign in 0_u8..128 {
        let letter = sign.is_ascii_alphabetic() || matches!(sign, b'_' | b'$');
        let inside = letter || sign.is_ascii_digit() || sign == b'.';
        names.push((format!("%{sign:02X}x"), letter));
        names.push((format!("x%{sign:02X}y"), inside));
    }
    for length in [1, 2, 63, 64, 127, 128] {
        names.push(("n".repeat(length), true));
    }
    for length in [129, 130, 256, 4096, 7000] {
        names.push(("n".repeat(length), false));
    }
    names.push((format!("{}n", "n.".repeat(63)), true));
    names.push((format!("{}n", "n.".repeat(64)), false));
    names.push((encoded(&format!("n{}", "[1]".repeat(42))), true));
    names.push((encoded(&format!("n{}", "[1]".repeat(43))), false));
    // 64 letters of two bytes each: not too long, but no name.
    names.push((encoded(&"ä".repeat(64)), false));
    names
}

#[test]
fn names_come_back_and_nothing_else() {
    let (finna, _) = face();
    let (mut good, mut bad) = (0, 0);
    for (name, is_name) in table() {
        for path in ["/v1/search", "/v1/record"] {
            let query = format!("lookfor=nothing&id[]=no&callback={name}");
            let answer = finna.answer(&request(Method::Get, path, &query));
            let body = String::from_utf8(answer.body).expect("UTF-8");
            let kind = &answer.headers[0];
            if is_name {
                let plain = percent_encoding::percent_decode_str(&name).decode_utf8_lossy();
                let expected = format!("{plain}({{\"resultCount\":0,\"status\":\"OK\"}});");
                assert_eq!((answer.status, body.as_str()), (200, expected.as_str()), "{name}");
                assert_eq!(*kind, ("Content-Type", "application/javascript".to_owned()));
            } else {
                let expected = r#"{"status":"ERROR","statusMessage":"Invalid callback"}"#;
                assert_eq!((answer.status, body.as_str()), (400, expected), "{name}");
                assert_eq!(*kind, ("Content-Type", "application/json".to_owned()));
            }
            assert!(
                answer.headers.contains(&("X-Content-Type-Options", "nosniff".to_owned())),
                "{name}"
            );
        }
        if is_name { good += 1 } else { bad += 1 }
    }
    assert!(good >= 100 && bad >= 200, "{good} names, {bad} that are none");
}

#[test]
fn no_callback_is_asked_for() {
    let (finna, _) = face();
    for query in ["callback=", "callback", "callback=0", "callback[]=x", "callback[a]=x", ""] {
        let query = format!("lookfor=nothing&{query}");
        let answer = finna.answer(&request(Method::Get, "/v1/search", &query));
        assert_eq!(answer.body, br#"{"resultCount":0,"status":"OK"}"#, "{query}");
    }
}

proptest::proptest! {
    /// Reliability §3, property 10; and nothing but ASCII, so that U+2028 ends no statement.
    #[test]
    fn a_body_without_its_wrapper_is_the_json(
        query in "(lookfor|join|limit|facet)(\\[\\])?=[a-z\u{2028}\u{2029}ä€😀<&'\"]{0,20}",
        pretty in proptest::bool::ANY,
    ) {
        let (finna, _) = face();
        let query = format!("{query}&lookfor0[]=x&prettyPrint={}", u8::from(pretty));
        let json = finna.answer(&request(Method::Get, "/v1/search", &query));
        let wrapped = format!("{query}&callback=f.g[0]");
        let jsonp = finna.answer(&request(Method::Get, "/v1/search", &wrapped));
        let inner = jsonp.body.strip_prefix(b"f.g[0](").and_then(|rest| rest.strip_suffix(b");"));
        proptest::prop_assert_eq!(inner, Some(json.body.as_slice()));
        proptest::prop_assert_eq!(jsonp.status, json.status);
        proptest::prop_assert!(jsonp.body.is_ascii());
        proptest::prop_assert!(serde_json::from_slice::<serde_json::Value>(&json.body).is_ok());
    }
}
