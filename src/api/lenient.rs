//! Addresses as clients write them: `"`, `<`, `>` and letters beyond ASCII as they are.
//!
//! Finna's web server takes such requests (`curl -g '…?filter[]=format:"0/Book/"'`), the HTTP library
//! here refuses them. So these signs are percent-encoded in request lines before it reads them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Longest header line that is looked at; those that count are short.
const MAX_HEADER: usize = 256;

/// A connection whose request lines the HTTP library can read.
pub(super) struct Lenient<S> {
    stream: S,
    lines: RequestLines,
    /// Bytes that did not fit where they were to be read to, and how many of them are gone.
    waiting: Vec<u8>,
    gone: usize,
}

impl<S> Lenient<S> {
    pub(super) fn new(stream: S) -> Self {
        Lenient { stream, lines: RequestLines::default(), waiting: Vec::new(), gone: 0 }
    }

    fn hand_over(&mut self, to: &mut ReadBuf<'_>) {
        let rest = self.waiting.get(self.gone..).unwrap_or_default();
        let fits = rest.len().min(to.remaining());
        to.put_slice(rest.get(..fits).unwrap_or_default());
        self.gone += fits;
        if self.gone == self.waiting.len() {
            self.waiting = Vec::new();
            self.gone = 0;
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lenient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.waiting.is_empty() {
            self.hand_over(to);
            return Poll::Ready(Ok(()));
        }
        let before = to.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, to);
        if matches!(polled, Poll::Ready(Ok(()))) {
            let read = to.filled().get(before..).unwrap_or_default();
            if let Some(encoded) = self.lines.encoded(read) {
                to.set_filled(before);
                self.waiting = encoded;
                self.hand_over(to);
            }
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Lenient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Where in the requests of a connection the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a request line, or before one.
    Line,
    /// In the headers.
    Headers,
    /// In a body, of which so much is left.
    Body(u64),
    /// Somewhere: what is sent in pieces or cannot be understood is left alone to the end.
    Unknown,
}

/// Follows the requests of a connection.
#[derive(Debug)]
struct RequestLines {
    place: Place,
    /// The request line has begun; empty lines before it do not count.
    begun: bool,
    /// The header line so far, at most [`MAX_HEADER`] bytes of it.
    header: Vec<u8>,
    length: Option<u64>,
    /// The body ends in a way that is not followed here.
    unclear: bool,
}

impl Default for RequestLines {
    fn default() -> Self {
        RequestLines {
            place: Place::Line,
            begun: false,
            header: Vec::new(),
            length: None,
            unclear: false,
        }
    }
}

impl RequestLines {
    /// The bytes that came as they go on; nothing if they stay as they are.
    fn encoded(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut out: Option<Vec<u8>> = None;
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let taken = match self.place {
                Place::Unknown => rest.len(),
                Place::Body(left) => {
                    let taken = rest.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    let left = left.saturating_sub(u64::try_from(taken).unwrap_or(u64::MAX));
                    self.place = if left == 0 { Place::Line } else { Place::Body(left) };
                    taken
                }
                Place::Headers => self.headers(rest),
                Place::Line => {
                    let end = memchr::memchr(b'\n', rest).map(|end| end + 1);
                    let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest);
                    if line.iter().any(|byte| is_refused(*byte)) {
                        let out =
                            out.get_or_insert_with(|| bytes.get(..at).unwrap_or_default().to_vec());
                        encode(line, out);
                    } else if let Some(out) = &mut out {
                        out.extend_from_slice(line);
                    }
                    at += line.len();
                    self.begun |= line.iter().any(|byte| !matches!(byte, b'\r' | b'\n'));
                    if end.is_some() && self.begun {
                        self.begun = false;
                        self.place = Place::Headers;
                    }
                    continue;
                }
            };
            if let Some(out) = &mut out {
                out.extend_from_slice(rest.get(..taken).unwrap_or_default());
            }
            at += taken;
        }
        out
    }

    /// Reads up to the end of the header line; the bytes that were read.
    fn headers(&mut self, rest: &[u8]) -> usize {
        let end = memchr::memchr(b'\n', rest);
        let piece = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest);
        let room = MAX_HEADER.saturating_sub(self.header.len());
        self.header.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or_default());
        let Some(end) = end else { return rest.len() };
        let line = std::mem::take(&mut self.header);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if line.is_empty() {
            let length = self.length.take().unwrap_or(0);
            self.place = match (self.unclear, length) {
                (true, _) => Place::Unknown,
                (false, 0) => Place::Line,
                (false, length) => Place::Body(length),
            };
        } else {
            self.header_line(line);
        }
        end + 1
    }

    fn header_line(&mut self, line: &[u8]) {
        let name_end = memchr::memchr(b':', line).unwrap_or(line.len());
        let (name, value) = line.split_at(name_end);
        if name.eq_ignore_ascii_case(b"content-length") {
            let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii();
            let length = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
            self.unclear |= length.is_none() || self.length.is_some();
            self.length = length;
        } else if name.eq_ignore_ascii_case(b"transfer-encoding")
            || name.eq_ignore_ascii_case(b"upgrade")
            || name.first().is_none_or(u8::is_ascii_whitespace)
            || line.len() >= MAX_HEADER && name_end == line.len()
        {
            self.unclear = true;
        }
    }
}

fn is_refused(byte: u8) -> bool {
    matches!(byte, b'"' | b'<' | b'>' | 0x80..)
}

const HEX: [u8; 16] = *b"0123456789ABCDEF";

fn encode(line: &[u8], out: &mut Vec<u8>) {
    for byte in line {
        if is_refused(*byte) {
            out.extend([b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 0xF)]]);
        } else {
            out.push(*byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What goes on when the bytes come in pieces of these lengths, the last one again and again.
    fn passed(bytes: &[u8], pieces: &[usize]) -> Vec<u8> {
        let mut lines = RequestLines::default();
        let (mut out, mut rest) = (Vec::new(), bytes);
        let mut pieces = pieces.iter().copied();
        let mut length = usize::MAX;
        while !rest.is_empty() {
            length = pieces.next().unwrap_or(length).max(1);
            let (piece, after) = rest.split_at(length.min(rest.len()));
            out.extend(lines.encoded(piece).unwrap_or_else(|| piece.to_vec()));
            rest = after;
        }
        out
    }

    #[test]
    fn request_lines_are_encoded_and_nothing_else() {
        for (sent, expected) in [
            ("GET /a?b=\"ä\" HTTP/1.1\r\n\r\n", "GET /a?b=%22%C3%A4%22 HTTP/1.1\r\n\r\n"),
            ("GET /<> HTTP/1.1\nA: \"ä\"\n\n", "GET /%3C%3E HTTP/1.1\nA: \"ä\"\n\n"),
            // A body, then the next request.
            (
                "POST /\" HTTP/1.1\r\ncontent-LENGTH:  3 \r\n\r\n\"\n\"GET /\" HTTP/1.1\r\n\r\n",
                "POST /%22 HTTP/1.1\r\ncontent-LENGTH:  3 \r\n\r\n\"\n\"GET /%22 HTTP/1.1\r\n\r\n",
            ),
            (
                "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n\r\nGET /\" HTTP/1.1\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n\r\nGET /%22 HTTP/1.1\r\n\r\n",
            ),
        ] {
            for pieces in [&[usize::MAX][..], &[1], &[5, 17, 2], &[22, 3]] {
                let passed = passed(sent.as_bytes(), pieces);
                assert_eq!(String::from_utf8_lossy(&passed), expected, "{pieces:?}");
            }
        }
    }

    #[test]
    fn what_is_not_followed_stays() {
        let long = format!("{}\r\n", "x".repeat(300));
        for header in [
            "Transfer-Encoding: chunked\r\n",
            "Upgrade: h2c\r\n",
            "Content-Length: x\r\n",
            "Content-Length: -1\r\n",
            "Content-Length: 0\r\nContent-Length: 0\r\n",
            "Content-Length: 99999999999999999999999\r\n",
            "A: b\r\n Content-Length: 3\r\n",
            &long,
        ] {
            let sent = format!("POST / HTTP/1.1\r\n{header}\r\nGET /\" HTTP/1.1\r\n\r\n");
            assert_eq!(passed(sent.as_bytes(), &[7]), sent.as_bytes(), "{header}");
        }
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(
            text in "(GET /[a\"ä<]{0,9} HTTP/1.1\r\n|[A-C]: [\"x]{0,9}\r\n|Content-Length: [0-9]{1,2}\r\n|\r\n|[\"a\n]{0,5}){0,12}",
            pieces in prop::collection::vec(1_usize..20, 1..9),
        ) {
            let whole = passed(text.as_bytes(), &[usize::MAX]);
            prop_assert_eq!(passed(text.as_bytes(), &pieces), whole);
        }

        #[test]
        fn a_connection_hands_over_everything(
            text in "GET /[a\"ä<>]{0,60} HTTP/1.1\r\n\r\n",
            room in 1_usize..40,
        ) {
            let expected = passed(text.as_bytes(), &[usize::MAX]);
            let mut stream = Lenient::new(text.as_bytes());
            let mut read = Vec::new();
            let mut context = Context::from_waker(std::task::Waker::noop());
            loop {
                let mut buffer = vec![0; room];
                let mut buffer = ReadBuf::new(&mut buffer);
                let polled = Pin::new(&mut stream).poll_read(&mut context, &mut buffer);
                prop_assert!(matches!(polled, Poll::Ready(Ok(()))));
                if buffer.filled().is_empty() {
                    break;
                }
                read.extend_from_slice(buffer.filled());
            }
            prop_assert_eq!(read, expected);
        }
    }
}
