//! The text parts of a `multipart/form-data` body; files are passed over.

use memchr::memmem;

/// Name and value of each text part, in order. A body that does not follow its boundary gives what
/// could be read.
pub(super) fn text_parts(content_type: &str, body: &[u8]) -> Vec<(String, String)> {
    let Some(boundary) = parameter(content_type, "boundary") else { return Vec::new() };
    let delimiter = format!("--{boundary}");
    let mut pairs = Vec::new();
    let mut rest = match memmem::find(body, delimiter.as_bytes()) {
        Some(at) => body.get(at + delimiter.len()..).unwrap_or(&[]),
        None => return pairs,
    };
    let next = format!("\r\n{delimiter}");
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let Some(end) = memmem::find(part, next.as_bytes()) else { break };
        let (content, after) = part.split_at(end);
        rest = after.get(next.len()..).unwrap_or(&[]);
        if let Some(at) = memmem::find(content, b"\r\n\r\n") {
            let head = String::from_utf8_lossy(content.get(..at).unwrap_or(&[]));
            let value = content.get(at + 4..).unwrap_or(&[]);
            if let Some(name) = field_name(&head) {
                pairs.push((name, String::from_utf8_lossy(value).into_owned()));
            }
        }
    }
    pairs
}

/// The name in a part's `Content-Disposition`; none for files.
fn field_name(head: &str) -> Option<String> {
    let line = head.lines().find(|line| {
        line.get(..20).is_some_and(|start| start.eq_ignore_ascii_case("content-disposition:"))
    })?;
    match parameter(line, "filename") {
        Some(_) => None,
        None => parameter(line, "name"),
    }
}

/// A parameter of a header value, `; name=value` or `; name="value"`.
fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|piece| {
        let (key, value) = piece.split_once('=')?;
        let value = value.trim();
        key.trim().eq_ignore_ascii_case(name).then(|| {
            let inner = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
            inner.unwrap_or(value).to_owned()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_parts_are_read_and_files_left_out() {
        let body = "preamble\r\n--xYz\r\nContent-Disposition: form-data; name=\"lookfor\"\r\n\r\nkissa\r\nkoira\r\n\
            --xYz\r\ncontent-disposition: form-data; name=field[]\r\nContent-Type: text/plain\r\n\r\nid\r\n\
            --xYz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\nfile\r\n--xYz--\r\n";
        let parts = text_parts("multipart/form-data; boundary=\"xYz\"", body.as_bytes());
        let expected = [("lookfor", "kissa\r\nkoira"), ("field[]", "id")];
        assert_eq!(parts, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
    }

    #[test]
    fn odd_bodies_give_what_they_hold() {
        for (kind, body) in [
            ("multipart/form-data", "--x\r\n\r\n\r\n--x--"),
            ("multipart/form-data; boundary=x", "nothing"),
            ("multipart/form-data; boundary=x", "--x\r\nno end"),
            ("multipart/form-data; boundary=x", "--x\r\nno head\r\n--x--"),
            ("multipart/form-data; boundary=", "--\r\n\r\n\r\n--"),
        ] {
            assert_eq!(text_parts(kind, body.as_bytes()), [], "{body}");
        }
    }
}
